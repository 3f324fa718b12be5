//! What must be said before a request: numbers for the cameras of a chain, the fence, the beginning of the numbers.

use std::time::Duration;

use super::{Failure, Session, Wire};
use crate::visca::codec::{Address, Request};
use crate::visca::numbered::{Datagram, Kind, RESET};

/// How far the line may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Not a word was said, or the camera has lost its number.
    Fresh,
    /// An ACK or an answer of an earlier request may still come.
    Doubtful,
    /// An answer of an earlier inquiry may still come.
    Late,
    /// Nothing is outstanding.
    Ready,
}

impl Link {
    pub(super) const fn at_first(wire: Wire) -> Self {
        match wire {
            Wire::Serial | Wire::Numbered => Self::Fresh,
            Wire::Bare => Self::Ready,
        }
    }

    /// After a camera that did not answer at all.
    pub(super) const fn lost(wire: Wire) -> Self {
        match wire {
            Wire::Serial | Wire::Numbered => Self::Fresh,
            Wire::Bare => Self::Doubtful,
        }
    }

    /// The word on `request` may still come. A number would tell; an ACK cannot be taken for an answer.
    pub(super) fn doubt(&mut self, wire: Wire, request: &Request) {
        *self = match (*self, wire) {
            (known, Wire::Numbered) => known,
            (Self::Ready, _) if super::is_inquiry(request) => Self::Late,
            (Self::Ready | Self::Late, _) if !super::is_inquiry(request) => Self::Doubtful,
            (known, _) => known,
        };
    }

    pub(super) const fn lets_commands_pass(self) -> bool {
        matches!(self, Self::Late | Self::Ready)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Numbers, to all.
    Address,
    /// The fence, to all.
    ClearAll,
    /// The fence, to this camera.
    Clear,
    Reset,
}

/// So many times as long as for an answer a camera without a number waits for its neighbours.
const PATIENCE: u8 = 4;

#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    step: Step,
    pub(super) until: Duration,
    tries_left: u8,
}

impl Session {
    pub(super) fn is_opening(&self, step: Step) -> bool {
        self.opening.is_some_and(|opening| opening.step == step)
    }

    /// Begins to open when something waits for that. `IF_Clear` would stop what runs.
    pub(super) fn open_if_needed(&mut self, now: Duration) {
        let is_blocked = self.waiting.iter().any(|job| match self.link {
            Link::Fresh | Link::Doubtful => true,
            Link::Late => super::is_inquiry(&job.request),
            Link::Ready => false,
        });
        if is_blocked && self.may_open() && !self.neighbours.are_opening {
            self.begin_to_open(now);
        }
    }

    pub(super) fn may_open(&self) -> bool {
        self.opening.is_none() && self.is_idle()
    }

    pub(super) fn begin_to_open(&mut self, now: Duration) {
        // The line was opened with a neighbour: the camera has its number.
        if std::mem::take(&mut self.is_new) && self.link == Link::Fresh && self.neighbours.have_opened {
            self.link = Link::Doubtful;
        }
        let step = match (self.wire, self.link) {
            (Wire::Numbered, _) => Step::Reset,
            (Wire::Serial, Link::Fresh) => self.to_all(Step::Address),
            _ => Step::Clear,
        };
        self.open(step, self.timing.tries, now);
    }

    /// What is said to all would stop what runs at a neighbour: then the fence is for this camera alone, which may have its number.
    const fn to_all(&self, step: Step) -> Step {
        if self.neighbours.are_moving { Step::Clear } else { step }
    }

    fn open(&mut self, step: Step, tries_left: u8, now: Duration) {
        let request = match step {
            Step::Address => Some(Request::AddressSet),
            Step::ClearAll => Some(Request::ClearAll),
            Step::Clear => Some(Request::Clear),
            Step::Reset => None,
        };
        if let Some(request) = request {
            self.send(request, None);
        } else {
            self.next_number = 1;
            self.transmit.push_back(Datagram { kind: Kind::Control, number: 0, payload: RESET }.encode());
        }
        self.opening = Some(Opening { step, until: now + self.timing.reply, tries_left });
    }

    pub(super) fn opening_timed_out(&mut self, opening: Opening, now: Duration) {
        let tries_left = opening.tries_left.saturating_sub(1);
        match opening.step {
            // A command has passed the fence and runs: it begins anew after that.
            Step::Clear | Step::ClearAll if !self.is_idle() => {}
            Step::Address | Step::ClearAll if tries_left > 0 => self.open(self.to_all(opening.step), tries_left, now),
            // The neighbours may have come to rest by now.
            Step::Clear if tries_left > 0 && self.is_to_be_numbered() => {
                let tries_left =
                    if self.neighbours.are_moving { tries_left } else { tries_left.min(self.timing.tries) };
                self.open(self.to_all(Step::Address), tries_left, now);
            }
            // Its number is lost, and it gets none while a neighbour moves: that is waited for once.
            Step::Clear if self.is_to_be_numbered() && std::mem::take(&mut self.is_renumbered) => {
                let times = if self.neighbours.are_moving { PATIENCE } else { 1 };
                self.open(self.to_all(Step::Address), self.timing.tries.saturating_mul(times), now);
            }
            step if tries_left > 0 => self.open(step, tries_left, now),
            Step::Address => {
                // A camera whose number is set by switches need not answer to AddressSet.
                self.link = Link::Doubtful;
                self.open(Step::Clear, self.timing.tries, now);
            }
            // Nor does every camera know RESET.
            Step::Reset => self.link = Link::Ready,
            Step::Clear | Step::ClearAll => {
                let failure = self.silence();
                self.link = Link::lost(self.wire);
                self.end_all(&failure);
            }
        }
    }

    fn is_to_be_numbered(&self) -> bool {
        self.wire == Wire::Serial && self.link == Link::Fresh
    }

    pub(super) fn addressed(&mut self, cameras: u8, now: Duration) {
        if cameras < self.to.number() {
            self.opening = None;
            self.end_all(&Failure::NoSuchAddress { cameras });
        } else if let Some(opening) = self.opening {
            self.heard.clear();
            self.open(self.to_all(Step::ClearAll), opening.tries_left, now);
        }
    }

    pub(super) fn opened(&mut self) {
        self.heard.clear();
        self.opening = None;
        self.is_renumbered = false;
        self.link = Link::Ready;
    }

    /// A camera joined, left or restarted: everything is said again, to cameras that are numbered anew. What a neighbour says of
    /// itself leaves alone what runs here; the line is numbered when all have come to rest.
    pub(super) fn handle_network_change(&mut self, from: Address, now: Duration) {
        if self.wire != Wire::Serial {
            return;
        }
        self.link = Link::Fresh;
        self.heard.clear();
        if self.neighbours.seats >> from.number() & 1 == 1 {
            return self.shake();
        }
        self.is_renumbered = true;
        let asked = self.inquiry.take().into_iter().chain(self.commands.drain(..)).map(|asked| asked.job);
        let jobs: Vec<_> = asked.chain(self.running.drain(..).map(|one| one.job)).collect();
        for mut job in jobs {
            // What was to be done once and at once has only one try.
            job.tries_left = job.tries_left.saturating_sub(1);
            if job.tries_left == 0 {
                self.end(&job, Err(Failure::NoAnswer));
            } else {
                self.waiting.push_front(job);
            }
        }
        match self.opening.take() {
            Some(opening) if opening.tries_left > 1 => {
                self.open(self.to_all(Step::Address), opening.tries_left - 1, now);
            }
            Some(_) => self.end_all(&Failure::NoAnswer),
            None => {}
        }
    }
}
