//! What the camera's words do to the requests that are under way.

use std::time::Duration;

use super::{Answer, Asked, Failure, Link, Running, Session, Wire};
use crate::visca::codec::{Refusal, Said};

impl Session {
    /// `number` is that of the datagram; without one, the word belongs to whoever waits for such a word.
    pub(super) fn handle_said(&mut self, said: Said, number: Option<u32>, now: Duration) {
        match said {
            Said::Ack(socket) => {
                if let Some(asked) = self.take_command(number) {
                    self.taken(asked, Some(socket), now);
                } else {
                    self.taken_of_another(socket, now);
                }
            }
            Said::Answer(data) => {
                if let Some(asked) = take(&mut self.inquiry, number) {
                    self.heard.clear();
                    self.end(&asked.job, Ok(Answer::Data(data)));
                }
            }
            Said::Done(socket) => self.handle_done(socket, number),
            Said::Refused(socket, refusal) => self.handle_refused(socket, refusal, number, now),
            Said::NetworkChange => {}
        }
    }

    fn taken(&mut self, asked: Asked, socket: Option<u8>, now: Duration) {
        self.heard.clear();
        // Whose completion was lost: a socket is given to the next only when it is free.
        if let Some(at) = self.running.iter().position(|one| socket.is_some() && one.socket == socket) {
            let ended = self.running.remove(at);
            self.end(&ended.job, Ok(Answer::Done));
        }
        let mut job = asked.job;
        let within = if job.is_fleeting {
            self.end(&job, Ok(Answer::Done));
            job.is_told = true;
            self.timing.reply
        } else {
            self.timing.done
        };
        self.running.push(Running {
            job,
            socket,
            until: now + within,
            cancel: None,
            is_shaken: false,
            or_socket: None,
        });
    }

    /// An ACK that nobody here waits for, when nothing earlier can be under way: another controller's. It may have come before
    /// the ACK of what was said last, and then that one has the wrong socket.
    fn taken_of_another(&mut self, socket: u8, now: Duration) {
        let is_known = self.running.iter().any(|one| one.socket == Some(socket) || one.or_socket == Some(socket));
        if self.wire != Wire::Serial || self.link != Link::Ready || self.opening.is_some() || is_known {
            return;
        }
        self.has_company = true;
        if let Some(at) = self.just_taken(now) {
            self.running[at].or_socket = Some(socket);
        }
    }

    /// What was taken last, when that was a moment ago.
    fn just_taken(&self, now: Duration) -> Option<usize> {
        let earliest = now + self.timing.done.saturating_sub(self.timing.reply);
        let is_it = |one: &Running| !one.job.is_told && one.cancel.is_none() && one.until >= earliest;
        self.running.iter().rposition(is_it)
    }

    fn handle_done(&mut self, socket: u8, number: Option<u32>) {
        if let Some(at) = self.runs(socket, number) {
            if let Some(other) = self.running[at].or_socket.take() {
                // One of the two is done; ours may be the other.
                self.running[at].socket = self.running[at].socket.filter(|own| *own != socket).or(Some(other));
                return;
            }
            let one = self.running.remove(at);
            self.end(&one.job, Ok(Answer::Done));
        } else if number.is_some() {
            // The number says whose it is, though the ACK was lost.
            if let Some(asked) = self.take_command(number) {
                self.end(&asked.job, Ok(Answer::Done));
            }
        }
    }

    /// Which running command a word is about: by the number where there is one, else by the socket.
    fn runs(&self, socket: u8, number: Option<u32>) -> Option<usize> {
        self.running.iter().position(|one| match number {
            Some(_) => one.job.number == number || one.cancel.is_some_and(|cancel| cancel.number == number),
            None => one.socket == Some(socket) || one.or_socket == Some(socket),
        })
    }

    pub(super) fn handle_refused(&mut self, socket: u8, refusal: Refusal, number: Option<u32>, now: Duration) {
        match refusal {
            Refusal::Cancelled | Refusal::NoSocket => self.handle_cancelled(socket, refusal, number),
            Refusal::BufferFull => {
                if let Some(asked) = self.take_command(number) {
                    self.handle_busy(asked, now);
                } else if self.wire == Wire::Serial
                    && self.link == Link::Ready
                    && let Some(at) = self.just_taken(now)
                {
                    // The ACK was another controller's, and this is the word on ours.
                    self.has_company = true;
                    let job = self.running.remove(at).job;
                    self.handle_busy(Asked { job, until: now, turn: 0 }, now);
                }
            }
            Refusal::NotExecutable => match self.runs(socket, number) {
                Some(at) => {
                    let one = self.running.remove(at);
                    self.end(&one.job, Err(Failure::NotExecutable));
                }
                None => {
                    if let Some(asked) = self.take_oldest(number) {
                        self.end(&asked.job, Err(Failure::NotExecutable));
                    }
                }
            },
            Refusal::Syntax | Refusal::Length => {
                if let Some(asked) = self.take_oldest(number) {
                    self.handle_syntax(asked);
                }
            }
        }
    }

    fn handle_cancelled(&mut self, socket: u8, refusal: Refusal, number: Option<u32>) {
        let Some(at) = self.runs(socket, number) else { return };
        let is_wanted = self.running[at].cancel.map(|cancel| cancel.is_wanted);
        let result = match (refusal, is_wanted) {
            // It had ended before; how, nobody knows.
            (Refusal::NoSocket, Some(_)) if self.running[at].is_shaken => Err(Failure::NotCompleted),
            // Its completion was lost.
            (Refusal::NoSocket, Some(_)) => Ok(Answer::Done),
            (Refusal::NoSocket, None) => return,
            (_, Some(false)) => Err(Failure::NotCompleted),
            // Without a wish of ours: a person at the remote control.
            _ => Err(Failure::Cancelled),
        };
        let one = self.running.remove(at);
        self.end(&one.job, result);
    }

    fn handle_busy(&mut self, asked: Asked, now: Duration) {
        let mut job = asked.job;
        if job.is_over {
            return self.end(&job, Err(Failure::Cancelled));
        }
        let give_up = *job.give_up_busy.get_or_insert(now + self.timing.busy);
        if now >= give_up {
            self.end(&job, Err(Failure::Busy));
        } else {
            // Three axes are stopped and the camera has two sockets: the third is free in a moment.
            job.not_before = Some(now + if job.is_fleeting { self.timing.pause / 4 } else { self.timing.pause });
            job.number = None;
            job.is_repeated = false;
            self.waiting.push_front(job);
        }
    }

    /// On a serial line noise may have spoilt the request.
    fn handle_syntax(&mut self, asked: Asked) {
        let mut job = asked.job;
        job.tries_left = job.tries_left.saturating_sub(1);
        if self.wire == Wire::Serial && job.tries_left > 0 {
            self.link.doubt(self.wire, &job.request);
            self.waiting.push_front(job);
        } else {
            self.end(&job, Err(Failure::Syntax));
        }
    }

    /// The camera had another number in mind. When this was said before, it has done it: the answer to an inquiry is asked
    /// for again, a command only awaits its completion. When not, the numbers begin anew.
    pub(super) fn handle_wrong_number(&mut self, number: u32, now: Duration) {
        let Some(asked) = self.take_oldest(Some(number)) else { return };
        if asked.job.is_repeated && !super::is_inquiry(&asked.job.request) {
            return self.taken(asked, None, now);
        }
        let mut job = asked.job;
        if !job.is_repeated {
            self.link = Link::Fresh;
            job.tries_left = job.tries_left.saturating_sub(1);
        }
        if job.tries_left == 0 {
            let failure = self.silence();
            return self.end(&job, Err(failure));
        }
        job.number = None;
        job.is_repeated = false;
        self.waiting.push_front(job);
    }

    /// A camera answers in order: a refusal is for what was sent first.
    fn take_oldest(&mut self, number: Option<u32>) -> Option<Asked> {
        let turn = |asked: Option<&Asked>| asked.map_or(u64::MAX, |asked| asked.turn);
        let inquiry = turn(self.inquiry.as_ref().filter(|asked| fits(asked, number)));
        if inquiry <= turn(self.commands.iter().find(|asked| fits(asked, number))) {
            take(&mut self.inquiry, number)
        } else {
            self.take_command(number)
        }
    }

    /// The one of that number, else the one that was sent first.
    fn take_command(&mut self, number: Option<u32>) -> Option<Asked> {
        let at = self.commands.iter().position(|asked| fits(asked, number))?;
        self.commands.remove(at)
    }
}

fn fits(asked: &Asked, number: Option<u32>) -> bool {
    number.is_none() || asked.job.number == number
}

fn take(asked: &mut Option<Asked>, number: Option<u32>) -> Option<Asked> {
    asked.take_if(|asked| fits(asked, number))
}
