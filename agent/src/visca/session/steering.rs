//! Motions that go on until they are stopped: said at once and once, and a stop past everything.

use std::time::Duration;

use super::{Failure, Job, MAX_WAITING, Session, Ticket, Wire};
use crate::visca::codec::{Command, Focus, Request};

impl Session {
    /// Begins or changes a motion, at once where the line may be believed. It is said once, and done with the ACK.
    pub fn steer(&mut self, command: Command, now: Duration) -> Ticket {
        self.supersede(&command);
        self.driven |= driven(&command);
        let job = Job { is_fleeting: true, ..self.job(Request::Command(command), 1) };
        let ticket = job.ticket;
        if self.link.lets_commands_pass() {
            self.send_fleeting(job, now);
        } else if self.waiting.len() == MAX_WAITING {
            self.end(&job, Err(Failure::Busy));
        } else {
            self.waiting.push_back(job);
        }
        self.proceed(now);
        ticket
    }

    /// Stops a motion: sent now, whatever is awaited and however doubtful the line is. A motion of this kind that waits never
    /// begins. It is said once, and done with the ACK; who is not told that says it again.
    pub fn halt(&mut self, command: Command, now: Duration) -> Ticket {
        self.supersede(&command);
        self.driven &= !driven(&command);
        let job = Job { is_fleeting: true, ..self.job(Request::Command(command), 1) };
        let ticket = job.ticket;
        let may_open = self.may_open() && !self.link.lets_commands_pass();
        if may_open && self.wire == Wire::Numbered {
            self.begin_to_open(now);
        }
        self.send_fleeting(job, now);
        if may_open && self.wire != Wire::Numbered {
            self.begin_to_open(now);
        }
        self.proceed(now);
        ticket
    }

    /// What was to steer the same is over, on the wire or not: only the last word counts.
    fn supersede(&mut self, command: &Command) {
        let is_same = |request: &Request| match request {
            Request::Command(other) => kind(other) == kind(command),
            _ => false,
        };
        let is_meant = |job: &Job| job.is_fleeting && is_same(&job.request);
        for asked in self.commands.iter_mut().filter(|asked| is_meant(&asked.job)) {
            asked.job.is_over = true;
        }
        while let Some(at) = self.waiting.iter().position(is_meant)
            && let Some(job) = self.waiting.remove(at)
        {
            self.end(&job, Err(Failure::Cancelled));
        }
    }

    /// A line that answers nothing is not spoken to without end.
    pub(super) fn send_fleeting(&mut self, job: Job, now: Duration) {
        if self.commands.len() == MAX_WAITING
            && let Some(oldest) = self.commands.pop_front()
        {
            self.end(&oldest.job, Err(Failure::NoAnswer));
        }
        let asked = self.say(job, now);
        self.commands.push_back(asked);
    }
}

/// A bit for each kind of motion that goes on until it is stopped.
const fn driven(command: &Command) -> u8 {
    match kind(command) {
        kind @ (0 | 1 | 3) => 1 << kind,
        _ => 0,
    }
}

/// What a later word replaces. How the focus is kept is another matter than where it travels.
const fn kind(command: &Command) -> u8 {
    match command {
        Command::Drive(..) => 0,
        Command::Zoom(_) => 1,
        Command::Focus(Focus::Mode(_)) => 2,
        Command::Focus(_) => 3,
        _ => 4,
    }
}
