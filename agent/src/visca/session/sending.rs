//! What may be sent when, and what becomes of a request whose first word does not come.

use std::time::Duration;

use super::opening::Link;
use super::{Answer, Asked, Cancel, Failure, Job, MAX_WAITING, SOCKETS, Session, Ticket, Wire, is_inquiry};
use crate::visca::codec::Request;
use crate::visca::numbered::{Datagram, Kind};

impl Session {
    pub(super) fn take_on(&mut self, request: Request, now: Duration) -> Ticket {
        let job = self.job(request, self.timing.tries);
        let ticket = job.ticket;
        if self.waiting.len() == MAX_WAITING {
            self.end(&job, Err(Failure::Busy));
        } else {
            self.waiting.push_back(job);
        }
        self.proceed(now);
        ticket
    }

    pub(super) fn job(&mut self, request: Request, tries_left: u8) -> Job {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        if self.is_idle() && self.waiting.is_empty() {
            self.heard.clear();
        }
        Job {
            ticket,
            request,
            tries_left,
            not_before: None,
            give_up_busy: None,
            number: None,
            is_repeated: false,
            is_fleeting: false,
            is_told: false,
            is_over: false,
        }
    }

    /// Sends whatever may be sent now.
    pub(super) fn proceed(&mut self, now: Duration) {
        self.open_if_needed(now);
        if self.link.lets_commands_pass() {
            while let Some(at) = self.waiting.iter().position(|job| job.is_fleeting && job.not_before.is_none())
                && let Some(job) = self.waiting.remove(at)
            {
                self.send_fleeting(job, now);
            }
        }
        let taken = self.running.iter().filter(|one| !one.job.is_told).count();
        if self.commands.is_empty() && taken < SOCKETS && self.link.lets_commands_pass() {
            let first = self.waiting.iter().position(|job| !is_inquiry(&job.request));
            // While the camera's buffer is full it would refuse the others too.
            let first = first.filter(|at| self.waiting[*at].not_before.is_none());
            let asked = first.and_then(|at| self.waiting.remove(at)).map(|job| self.say(job, now));
            self.commands.extend(asked);
        }
        if self.inquiry.is_none() && self.link == Link::Ready {
            let first = self.waiting.iter().position(|job| is_inquiry(&job.request));
            self.inquiry = first.and_then(|at| self.waiting.remove(at)).map(|job| self.say(job, now));
        }
    }

    pub(super) fn say(&mut self, mut job: Job, now: Duration) -> Asked {
        job.number = self.send(job.request, job.number);
        self.next_turn += 1;
        Asked { job, until: now + self.timing.reply, turn: self.next_turn }
    }

    /// Gives back the datagram's number, a new one unless it has one.
    pub(super) fn send(&mut self, request: Request, number: Option<u32>) -> Option<u32> {
        let frame = request.encode(self.to);
        if self.wire != Wire::Numbered {
            self.transmit.push_back(frame.bytes().to_vec());
            return None;
        }
        let number = number.unwrap_or_else(|| {
            let number = self.next_number;
            self.next_number = number.wrapping_add(1);
            number
        });
        let kind = if is_inquiry(&request) { Kind::Inquiry } else { Kind::Command };
        self.transmit.push_back(Datagram { kind, number, payload: frame.bytes() }.encode());
        Some(number)
    }

    /// Has the camera cancel what runs; its answer tells whether it still did.
    pub(super) fn stop(&mut self, at: usize, is_wanted: bool, now: Duration) {
        let Some(socket) = self.running[at].socket else { return };
        let number = self.send(Request::Cancel(socket), None);
        self.running[at].cancel = Some(Cancel { number, is_wanted });
        self.running[at].until = now + self.timing.reply;
    }

    pub(super) fn first_word_timed_out(&mut self, mut job: Job, now: Duration) {
        job.tries_left = job.tries_left.saturating_sub(1);
        if job.tries_left == 0 {
            let failure = self.silence();
            self.link = Link::lost(self.wire);
            self.end(&job, Err(failure));
        } else if self.wire == Wire::Numbered {
            // With its old number: a camera that has it already does not do it again.
            job.is_repeated = true;
            let is_inquiry = is_inquiry(&job.request);
            let asked = Some(self.say(job, now));
            if is_inquiry {
                self.inquiry = asked;
            } else {
                self.commands.extend(asked);
            }
        } else {
            self.link.doubt(self.wire, &job.request);
            self.waiting.push_front(job);
        }
    }

    pub(super) fn silence(&self) -> Failure {
        if self.heard.is_empty() {
            Failure::NoAnswer
        } else {
            Failure::WrongAnswer { heard: self.heard.iter().copied().collect() }
        }
    }

    pub(super) fn end(&mut self, job: &Job, result: Result<Answer, Failure>) {
        if !job.is_told {
            self.results.push_back((job.ticket, result));
        }
    }

    pub(super) fn end_all(&mut self, failure: &Failure) {
        for job in std::mem::take(&mut self.waiting) {
            self.end(&job, Err(failure.clone()));
        }
    }
}
