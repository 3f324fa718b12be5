//! The backend that speaks VISCA: the [`Chain`] of the cameras of a line, and the line itself.
//!
//! It translates ([`spoken`]) and waits; what may be sent when is the chain's matter.

mod spoken;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::line::{Came, Line};
use super::reach::{Happened, Ticket};
use super::words::{Answer, Job, Question, Trouble};
use crate::port::{PortError, Transcript};
use crate::serial::Wiring;
use crate::visca::chain::Chain;
use crate::visca::codec::{Digits, hex};
use crate::visca::port::Port;
use crate::visca::session::{self, Wire};
use spoken::Heard;

/// So many jobs wait for a line that is being opened.
const MOST_WAITING: usize = 32;

#[derive(Debug)]
enum Link {
    Closed,
    Opening(JoinSet<Result<Line, Trouble>>),
    Open(Line),
}

/// A job under way: its requests that have not ended, and what was heard so far.
#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    seat: u8,
    job: Job,
    left: Vec<session::Ticket>,
    heard: Heard,
}

/// See the module.
#[derive(Debug)]
pub struct Visca {
    /// None: the line was given and cannot be opened again.
    port: Option<(Port, u32, Wiring)>,
    begun: Instant,
    link: Link,
    waiting: VecDeque<(Ticket, u8, Job)>,
    chain: Chain,
    digits: BTreeMap<u8, Digits>,
    pending: Vec<Pending>,
    /// What is to be written, whole frames, and how much of the first one is.
    out: VecDeque<Vec<u8>>,
    written: usize,
    happened: VecDeque<Happened>,
    transcript: Transcript,
}

impl Visca {
    /// Whoever speaks at `port`; nothing is opened yet.
    #[must_use]
    pub fn new(port: Port, baud: u32, wiring: Wiring) -> Self {
        let wire = match &port {
            Port::Serial(_) => Wire::Serial,
            Port::Network(transport, _) => transport.wire(),
        };
        Self::with(Some((port, baud, wiring)), wire, Link::Closed)
    }

    /// Whoever speaks over a line that is open already.
    #[must_use]
    pub fn at(line: Line, wire: Wire) -> Self {
        Self::with(None, wire, Link::Open(line))
    }

    fn with(port: Option<(Port, u32, Wiring)>, wire: Wire, link: Link) -> Self {
        Self {
            port,
            begun: Instant::now(),
            link,
            waiting: VecDeque::new(),
            chain: Chain::new(wire),
            digits: BTreeMap::new(),
            pending: Vec::new(),
            out: VecDeque::new(),
            written: 0,
            happened: VecDeque::new(),
            transcript: Transcript::default(),
        }
    }

    /// See [`super::reach::Backend::take`].
    pub fn take(&mut self, ticket: Ticket, seat: u8, job: Job) {
        if job == Job::Ask(Question::Company) {
            let company = Answer::Company(self.chain.has_company());
            return self.happened.push_back(Happened::Ended(ticket, Ok(company)));
        }
        match self.link {
            Link::Open(_) => self.begin(ticket, seat, job),
            Link::Closed | Link::Opening(_) if self.waiting.len() == MOST_WAITING => {
                self.happened.push_back(Happened::Ended(ticket, Err(Trouble::Full)));
            }
            Link::Closed | Link::Opening(_) => self.waiting.push_back((ticket, seat, job)),
        }
    }

    /// See [`super::reach::Backend::next`].
    pub async fn next(&mut self) -> Happened {
        loop {
            self.gather();
            if let Some(happened) = self.happened.pop_front() {
                return happened;
            }
            match &mut self.link {
                Link::Closed if self.waiting.is_empty() => std::future::pending().await,
                Link::Closed => self.begin_to_open(),
                Link::Opening(opening) => {
                    let opened = opening.join_next().await;
                    self.opened(opened.and_then(Result::ok).unwrap_or(Err(Trouble::Closed)));
                }
                Link::Open(_) => self.turn().await,
            }
        }
    }

    /// See [`super::reach::Backend::rest`].
    pub fn rest(&mut self) {
        // A line that was given stays: it cannot be opened again.
        if self.port.is_some() {
            self.link = Link::Closed;
            self.forget();
        }
    }

    /// See [`super::reach::Backend::transcript`].
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    fn begin_to_open(&mut self) {
        self.transcript = Transcript::default();
        let Some((port, baud, wiring)) = self.port.clone() else { return self.opened(Err(Trouble::Closed)) };
        let mut opening = JoinSet::new();
        opening.spawn(async move { Line::open(&port, baud, wiring).await });
        self.link = Link::Opening(opening);
    }

    fn opened(&mut self, opened: Result<Line, Trouble>) {
        let waiting = std::mem::take(&mut self.waiting);
        match opened {
            Ok(line) => {
                self.link = Link::Open(line);
                waiting.into_iter().for_each(|(ticket, seat, job)| self.begin(ticket, seat, job));
            }
            Err(trouble) => {
                self.link = Link::Closed;
                let ended = |(ticket, ..): (Ticket, u8, Job)| Happened::Ended(ticket, Err(trouble.clone()));
                self.happened.extend(waiting.into_iter().map(ended));
            }
        }
    }

    fn begin(&mut self, ticket: Ticket, seat: u8, job: Job) {
        let now = self.begun.elapsed();
        let digits = self.digits.get(&seat).copied().unwrap_or(Digits::Four);
        let left = self.chain.tell(seat, now, |session| spoken::say(session, job, digits, now));
        self.pending.push(Pending { ticket, seat, job, left, heard: Heard::default() });
    }

    /// Takes what the chain has to send and to tell.
    fn gather(&mut self) {
        let now = self.begun.elapsed();
        while let Some(bytes) = self.chain.poll_transmit() {
            self.transcript.note(now, '→', &hex(&bytes));
            self.out.push_back(bytes);
        }
        while let Some((seat, ended, result)) = self.chain.poll_result() {
            let is_it = |pending: &&mut Pending| pending.seat == seat && pending.left.contains(&ended);
            let Some(pending) = self.pending.iter_mut().find(is_it) else { continue };
            pending.left.retain(|left| *left != ended);
            if let Some(digits) = pending.heard.note(result) {
                self.digits.insert(seat, digits);
            }
        }
        let (ended, pending) = std::mem::take(&mut self.pending).into_iter().partition(|one| one.left.is_empty());
        self.pending = pending;
        let ended: Vec<Pending> = ended;
        self.happened.extend(ended.into_iter().map(|one| Happened::Ended(one.ticket, one.heard.answer(one.job))));
    }

    /// Writes, reads or waits, once.
    async fn turn(&mut self) {
        let Link::Open(line) = &mut self.link else { return };
        let until = self.begun + self.chain.poll_timeout().unwrap_or(Duration::from_secs(24 * 3600));
        let bytes = self.out.front().map_or(&[][..], |frame| &frame[self.written..]);
        let mut buffer = [0; 64];
        let came = tokio::select! {
            biased;
            came = line.turn(bytes, &mut buffer) => Some(came),
            () = tokio::time::sleep_until(until) => None,
        };
        let now = self.begun.elapsed();
        match came {
            Some(Ok(Came::Written(count))) => self.wrote(count),
            Some(Ok(Came::Bytes(0))) => self.lost(&Trouble::Closed),
            Some(Ok(Came::Bytes(count))) => {
                self.transcript.note(now, '←', &hex(&buffer[..count]));
                self.chain.handle_bytes(&buffer[..count], now);
            }
            Some(Err(PortError(error))) => self.lost(&Trouble::Broke(error.into())),
            None => self.chain.handle_timeout(now),
        }
    }

    fn wrote(&mut self, count: usize) {
        self.written += count;
        if self.out.front().is_some_and(|frame| self.written >= frame.len()) {
            self.out.pop_front();
            self.written = 0;
        }
    }

    fn lost(&mut self, trouble: &Trouble) {
        self.link = Link::Closed;
        let ended = self.pending.drain(..).map(|one| Happened::Ended(one.ticket, Err(trouble.clone())));
        self.happened.extend(ended);
        self.happened.push_back(Happened::Lost);
        self.forget();
    }

    fn forget(&mut self) {
        self.chain.forget();
        self.out.clear();
        self.written = 0;
    }
}
