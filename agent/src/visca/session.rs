//! The session with one camera: bytes in, bytes out, time as an argument. No port, no clock, no task.
//!
//! One inquiry and one command may wait for their first word, and two commands may run, one a socket. A command passes all
//! inquiries and never waits for one: its ACK cannot be taken for an answer. Steering ([`Session::steer`]) passes the
//! commands too, and a stop ([`Session::halt`]) everything: it is sent at once, and said again by whoever wants it obeyed.
//!
//! A VISCA answer does not say which inquiry it answers. What keeps a late answer from answering the next inquiry is the
//! fence: after anything doubtful the session sends `IF_Clear` first and believes nothing until that is answered, because
//! a camera answers in order. Since `IF_Clear` stops what runs, the fence waits for it, and inquiries with it. Over
//! numbered datagrams the number says what is answered, and no fence is needed. Sources: see [`codec`](super::codec) and
//! [`numbered`](super::numbered).
//!
//! A camera may have neighbours at its serial line ([`Neighbours`], told by the [`chain`](super::chain)): what is said to all
//! is said only when nothing runs at any of them, and their words are no noise.

mod opening;
mod sending;
mod steering;
mod terms;
mod words;

use std::collections::VecDeque;
use std::time::Duration;

use super::codec::{Address, Command, Frame, Inquiry, MAX_FRAME, Reply, Request, Run, Said, Splitter};
use super::numbered::{Datagram, Heard};
use opening::{Link, Opening, Step};
pub use terms::{Answer, Failure, Ticket, Timing, Wire};

/// How many requests may wait; one more ends as [`Failure::Busy`].
pub const MAX_WAITING: usize = 16;
/// How many commands a camera carries out at once.
const SOCKETS: usize = 2;

#[derive(Debug)]
struct Job {
    ticket: Ticket,
    request: Request,
    tries_left: u8,
    /// Not to be sent before.
    not_before: Option<Duration>,
    give_up_busy: Option<Duration>,
    /// The datagram's number, and whether it was sent more than once.
    number: Option<u32>,
    is_repeated: bool,
    /// Of the moment only: sent once, ended by its ACK.
    is_fleeting: bool,
    /// Its end was told, its completion is still to come.
    is_told: bool,
    /// A later word steers the same: it is never said again.
    is_over: bool,
}

/// Sent, and its first word is awaited.
#[derive(Debug)]
struct Asked {
    job: Job,
    until: Duration,
    /// The order of sending.
    turn: u64,
}

/// Taken by the camera.
#[derive(Debug)]
struct Running {
    job: Job,
    /// None when the ACK was lost.
    socket: Option<u8>,
    until: Duration,
    cancel: Option<Cancel>,
    /// The camera may have dropped it: only a completion says that it is done.
    is_shaken: bool,
    /// Another ACK came with its own: one of the two sockets is another controller's, and both must complete.
    or_socket: Option<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Cancel {
    number: Option<u32>,
    /// Else its time is over.
    is_wanted: bool,
}

/// The other cameras at the line, as far as a session must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Who else is spoken with, bit `n` for number `n`.
    pub seats: u8,
    /// Something runs at one of them, or is about to.
    pub are_moving: bool,
    /// One of them is just numbering the line, or clearing all of it.
    pub are_opening: bool,
    /// One of them was reached, on a line that is long enough for this camera too.
    pub have_opened: bool,
}

/// The session with one camera.
#[derive(Debug)]
pub struct Session {
    to: Address,
    timing: Timing,
    wire: Wire,
    link: Link,
    neighbours: Neighbours,
    /// It has never tried to open.
    is_new: bool,
    /// It has told that it joined or restarted, and was not reached since.
    is_renumbered: bool,
    /// The camera obeys somebody else too.
    has_company: bool,
    /// How many cameras the line had when it was numbered last.
    cameras: Option<u8>,
    /// Kinds of motion that go on until they are stopped.
    driven: u8,
    opening: Option<Opening>,
    splitter: Splitter,
    heard: VecDeque<u8>,
    waiting: VecDeque<Job>,
    inquiry: Option<Asked>,
    /// In the order of sending; more than one only of what is fleeting.
    commands: VecDeque<Asked>,
    running: Vec<Running>,
    next_ticket: u64,
    next_turn: u64,
    next_number: u32,
    transmit: VecDeque<Vec<u8>>,
    results: VecDeque<(Ticket, Result<Answer, Failure>)>,
}

impl Session {
    /// A session that has not said a word yet.
    #[must_use]
    pub fn new(to: Address, wire: Wire, timing: Timing) -> Self {
        Self {
            to,
            timing,
            wire,
            link: Link::at_first(wire),
            neighbours: Neighbours::default(),
            is_new: true,
            has_company: false,
            is_renumbered: false,
            cameras: None,
            driven: 0,
            opening: None,
            splitter: Splitter::default(),
            heard: VecDeque::with_capacity(MAX_FRAME),
            waiting: VecDeque::new(),
            inquiry: None,
            commands: VecDeque::new(),
            running: Vec::new(),
            next_ticket: 0,
            next_turn: 0,
            next_number: 1,
            transmit: VecDeque::new(),
            results: VecDeque::new(),
        }
    }

    /// Has something done, before any inquiry that still waits.
    pub fn command(&mut self, command: Command, now: Duration) -> Ticket {
        self.take_on(Request::Command(command), now)
    }

    /// Asks something.
    pub fn inquire(&mut self, inquiry: Inquiry, now: Duration) -> Ticket {
        self.take_on(Request::Inquiry(inquiry), now)
    }

    /// Gives a request up. One that the camera has not taken ends at once, one that runs when the camera says so.
    pub fn cancel(&mut self, ticket: Ticket, now: Duration) {
        if let Some(at) = self.running.iter().position(|one| one.job.ticket == ticket) {
            self.stop(at, true, now);
            return;
        }
        let waiting = self.waiting.iter().position(|job| job.ticket == ticket);
        if let Some(job) = waiting.and_then(|at| self.waiting.remove(at)) {
            self.end(&job, Err(Failure::Cancelled));
        } else if let Some(asked) = self.inquiry.take_if(|asked| asked.job.ticket == ticket) {
            self.link.doubt(self.wire, &asked.job.request);
            self.end(&asked.job, Err(Failure::Cancelled));
        } else if let Some(at) = self.commands.iter().position(|asked| asked.job.ticket == ticket)
            && let Some(asked) = self.commands.remove(at)
        {
            self.link.doubt(self.wire, &asked.job.request);
            self.end(&asked.job, Err(Failure::Cancelled));
        }
        self.proceed(now);
    }

    /// Bytes from the wire; of numbered datagrams, one.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        if self.wire == Wire::Numbered {
            self.remember(bytes);
            self.handle_datagram(bytes, now);
        } else {
            for byte in bytes {
                self.remember(&[*byte]);
                let awaited = self.awaited();
                let run = self.splitter.push(*byte);
                if let Some(run) = &run {
                    self.forget_neighbours(run);
                }
                if let Some(reply) = run.and_then(|run| run.read(|frame| Reply::decode(frame, awaited))) {
                    self.handle_reply(reply, now);
                    self.proceed(now);
                }
            }
        }
        self.proceed(now);
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        for job in &mut self.waiting {
            job.not_before.take_if(|at| now >= *at);
        }
        if let Some(opening) = self.opening.take_if(|opening| now >= opening.until) {
            self.opening_timed_out(opening, now);
        }
        let inquiry = self.inquiry.take_if(|asked| now >= asked.until);
        let (late, commands) = std::mem::take(&mut self.commands).into_iter().partition(|asked| now >= asked.until);
        self.commands = commands;
        let late: VecDeque<Asked> = late;
        for asked in inquiry.into_iter().chain(late) {
            self.first_word_timed_out(asked.job, now);
        }
        self.running.retain(|one| now < one.until || !one.job.is_told);
        while let Some(at) = self.running.iter().position(|one| now >= one.until) {
            if self.running[at].cancel.is_none() && self.running[at].socket.is_some() {
                self.stop(at, false, now);
            } else {
                let one = self.running.remove(at);
                self.link.doubt(self.wire, &one.job.request);
                self.end(&one.job, Err(Failure::NotCompleted));
            }
        }
        self.proceed(now);
    }

    /// The next bytes for the wire: a frame, or a datagram.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing is awaited.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let asked = self.inquiry.iter().chain(&self.commands).map(|asked| asked.until);
        let running = self.running.iter().map(|one| one.until);
        let waiting = self.waiting.iter().filter_map(|job| job.not_before);
        asked.chain(running).chain(waiting).chain(self.opening.as_ref().map(|opening| opening.until)).min()
    }

    /// How a request ended, once.
    pub fn poll_result(&mut self) -> Option<(Ticket, Result<Answer, Failure>)> {
        self.results.pop_front()
    }

    /// What is known of the other cameras at the line now; what waited for them goes on.
    pub fn meet(&mut self, neighbours: Neighbours, now: Duration) {
        let was_held_up = self.neighbours.are_opening && !neighbours.are_opening;
        self.neighbours = neighbours;
        if was_held_up {
            self.proceed(now);
        }
    }

    /// Whether `IF_Clear` would stop something here: a command that was said or runs, a motion that goes on.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        !self.commands.is_empty() || self.running.iter().any(|one| !one.job.is_told) || self.driven != 0
    }

    /// Whether the camera was heard to take the commands of another controller.
    #[must_use]
    pub const fn has_company(&self) -> bool {
        self.has_company
    }

    /// Whether it is numbering the line, or clearing all of it.
    #[must_use]
    pub fn is_opening_the_line(&self) -> bool {
        self.is_opening(Step::Address) || self.is_opening(Step::ClearAll)
    }

    /// Whether the line was opened, and is long enough for the camera numbered `number`.
    #[must_use]
    pub fn has_opened_for(&self, number: u8) -> bool {
        self.link != Link::Fresh && self.cameras.is_none_or(|cameras| cameras >= number)
    }

    fn is_idle(&self) -> bool {
        self.inquiry.is_none() && self.commands.is_empty() && self.running.is_empty()
    }

    fn awaited(&self) -> Option<Inquiry> {
        match self.inquiry.as_ref()?.job.request {
            Request::Inquiry(inquiry) => Some(inquiry),
            _ => None,
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.heard.len() == MAX_FRAME {
                self.heard.pop_front();
            }
            self.heard.push_back(*byte);
        }
    }

    /// A neighbour's words, and those to all that come round, are no sign of a wrong speed.
    fn forget_neighbours(&mut self, run: &Run) {
        let is_theirs = |frame: &Frame| match Reply::sender(frame) {
            Some(Some(from)) => self.neighbours.seats >> from.number() & 1 == 1,
            Some(None) => self.neighbours.seats != 0,
            None => false,
        };
        let theirs = run.read(|frame| is_theirs(frame).then(|| frame.bytes().len()));
        if let Some(length) = theirs {
            self.heard.truncate(self.heard.len().saturating_sub(length));
        }
    }

    fn handle_datagram(&mut self, bytes: &[u8], now: Duration) {
        let Some(datagram) = Datagram::decode(bytes) else { return };
        let number = Some(datagram.number);
        match datagram.heard() {
            Some(Heard::ResetDone) if self.is_opening(Step::Reset) => self.opened(),
            Some(Heard::WrongNumber) => self.handle_wrong_number(datagram.number, now),
            Some(Heard::WrongKind) => self.handle_refused(0, super::codec::Refusal::Syntax, number, now),
            Some(Heard::Frame(frame)) => {
                let awaited = self.awaited();
                match Frame::read(frame).and_then(|frame| Reply::decode(&frame, awaited)) {
                    Some(Reply::From(from, said)) if from == self.to => self.handle_said(said, number, now),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn handle_reply(&mut self, reply: Reply, now: Duration) {
        match reply {
            Reply::From(from, Said::NetworkChange) => self.handle_network_change(from, now),
            Reply::Addressed { cameras } => {
                self.cameras = Some(cameras);
                if self.is_opening(Step::Address) {
                    self.addressed(cameras, now);
                } else if self.link == Link::Fresh && self.opening.is_none() && cameras >= self.to.number() {
                    // A neighbour had the whole line numbered.
                    self.link = Link::Doubtful;
                    self.is_new = false;
                }
            }
            Reply::ClearedAll if self.is_opening(Step::ClearAll) => self.opened(),
            // A neighbour's question to all stopped nothing: it was asked when nothing ran.
            Reply::ClearedAll if self.neighbours.are_opening => {}
            Reply::ClearedAll => self.shake(),
            Reply::From(from, Said::Done(0)) if from == self.to => {
                if self.is_opening(Step::Clear) || self.is_opening(Step::ClearAll) {
                    self.opened();
                } else {
                    self.shake();
                }
            }
            Reply::From(from, said) if from == self.to => self.handle_said(said, None, now),
            Reply::From(..) => {}
        }
    }

    /// Somebody cleared the camera, or the line has changed: what ran may have been dropped.
    fn shake(&mut self) {
        self.running.iter_mut().for_each(|one| one.is_shaken = true);
    }
}

const fn is_inquiry(request: &Request) -> bool {
    matches!(request, Request::Inquiry(_))
}

#[cfg(test)]
mod tests;
