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

mod opening;
mod words;

use std::collections::VecDeque;
use std::time::Duration;

use super::codec::{Address, Command, Data, Frame, Inquiry, MAX_FRAME, Reply, Request, Said, Splitter};
use super::numbered::{Datagram, Heard, Kind};
use opening::{Link, Opening, Step};

/// How long the session waits, and how often it tries.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For an ACK or an answer. A camera answers within two pictures; converters and long lines need more.
    pub reply: Duration,
    /// For the end of a move after its ACK.
    pub done: Duration,
    /// Between two tries when both sockets of the camera are taken.
    pub pause: Duration,
    /// For a free socket in all.
    pub busy: Duration,
    /// How often a request is sent before the camera counts as silent.
    pub tries: u8,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            reply: Duration::from_millis(1000),
            done: Duration::from_secs(20),
            pause: Duration::from_millis(200),
            busy: Duration::from_secs(5),
            tries: 3,
        }
    }
}

/// How frames reach the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A serial line: cameras in a chain, which are given their numbers first.
    Serial,
    /// Bare frames over a network: nobody was there before us, and no number is given.
    Bare,
    /// Numbered datagrams.
    Numbered,
}

/// How a request ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An inquiry's data.
    Data(Data),
    /// A command was carried out.
    Done,
}

/// How a request ended badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not a byte came.
    #[error("the camera does not answer")]
    NoAnswer,
    /// Bytes came, but none that answers: wrong speed, wrong address, or no camera at all.
    #[error("the camera answers what was not asked: {}", super::codec::hex(.heard))]
    WrongAnswer {
        /// The last bytes heard, at most 16.
        heard: Vec<u8>,
    },
    /// The chain is shorter than the camera's number.
    #[error("the chain has only {cameras} cameras")]
    NoSuchAddress {
        /// How many there are.
        cameras: u8,
    },
    /// Not now, in this mode (`6y 41`).
    #[error("the camera cannot do it now")]
    NotExecutable,
    /// The camera does not know the command (`60 02`).
    #[error("the camera does not know the command")]
    Syntax,
    /// Both sockets stayed taken (`60 03`), or too many requests wait.
    #[error("the camera stays busy")]
    Busy,
    /// Cancelled on request, or by a person at the remote control (`6y 04`).
    #[error("the command was cancelled")]
    Cancelled,
    /// Taken (ACK), but never completed.
    #[error("the camera took the command and never completed it")]
    NotCompleted,
}

/// Names a request until its result is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

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
}

#[derive(Clone, Copy, Debug)]
struct Cancel {
    number: Option<u32>,
    /// Else its time is over.
    is_wanted: bool,
}

/// The session with one camera.
#[derive(Debug)]
pub struct Session {
    to: Address,
    timing: Timing,
    wire: Wire,
    link: Link,
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

    /// Begins or changes a motion, at once where the line may be believed. It is said once, and done with the ACK.
    pub fn steer(&mut self, command: Command, now: Duration) -> Ticket {
        self.supersede(&command);
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
        self.remember(bytes);
        if self.wire == Wire::Numbered {
            self.handle_datagram(bytes, now);
        } else {
            for byte in bytes {
                let awaited = self.awaited();
                let run = self.splitter.push(*byte);
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

    fn take_on(&mut self, request: Request, now: Duration) -> Ticket {
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

    fn job(&mut self, request: Request, tries_left: u8) -> Job {
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
        }
    }

    /// What waits to steer the same is over: only the last word counts.
    fn supersede(&mut self, command: &Command) {
        let is_same = |request: &Request| match request {
            Request::Command(other) => std::mem::discriminant(other) == std::mem::discriminant(command),
            _ => false,
        };
        let is_over = |job: &Job| job.is_fleeting && is_same(&job.request);
        while let Some(at) = self.waiting.iter().position(is_over)
            && let Some(job) = self.waiting.remove(at)
        {
            self.end(&job, Err(Failure::Cancelled));
        }
    }

    /// A line that answers nothing is not spoken to without end.
    fn send_fleeting(&mut self, job: Job, now: Duration) {
        if self.commands.len() == MAX_WAITING
            && let Some(oldest) = self.commands.pop_front()
        {
            self.end(&oldest.job, Err(Failure::NoAnswer));
        }
        let asked = self.say(job, now);
        self.commands.push_back(asked);
    }

    /// Sends whatever may be sent now.
    fn proceed(&mut self, now: Duration) {
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

    fn say(&mut self, mut job: Job, now: Duration) -> Asked {
        job.number = self.send(job.request, job.number);
        self.next_turn += 1;
        Asked { job, until: now + self.timing.reply, turn: self.next_turn }
    }

    /// Gives back the datagram's number, a new one unless it has one.
    fn send(&mut self, request: Request, number: Option<u32>) -> Option<u32> {
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
    fn stop(&mut self, at: usize, is_wanted: bool, now: Duration) {
        let Some(socket) = self.running[at].socket else { return };
        let number = self.send(Request::Cancel(socket), None);
        self.running[at].cancel = Some(Cancel { number, is_wanted });
        self.running[at].until = now + self.timing.reply;
    }

    fn first_word_timed_out(&mut self, mut job: Job, now: Duration) {
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

    fn silence(&self) -> Failure {
        if self.heard.is_empty() {
            Failure::NoAnswer
        } else {
            Failure::WrongAnswer { heard: self.heard.iter().copied().collect() }
        }
    }

    fn end(&mut self, job: &Job, result: Result<Answer, Failure>) {
        if !job.is_told {
            self.results.push_back((job.ticket, result));
        }
    }

    fn end_all(&mut self, failure: &Failure) {
        for job in std::mem::take(&mut self.waiting) {
            self.end(&job, Err(failure.clone()));
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
            Reply::From(_, Said::NetworkChange) => self.handle_network_change(now),
            Reply::Addressed { cameras } if self.is_opening(Step::Address) => self.addressed(cameras, now),
            Reply::ClearedAll if self.is_opening(Step::Clear) => self.opened(),
            Reply::From(from, Said::Done(0)) if from == self.to && self.is_opening(Step::Clear) => self.opened(),
            Reply::From(from, said) if from == self.to => self.handle_said(said, None, now),
            _ => {}
        }
    }
}

const fn is_inquiry(request: &Request) -> bool {
    matches!(request, Request::Inquiry(_))
}

#[cfg(test)]
mod tests;
