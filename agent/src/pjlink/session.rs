//! One connection to one display, one command at a time: bytes in, bytes out, time as an argument. No port, no clock, no task.
//!
//! A response repeats the letters of its command, so that a late one is known by them: what answers a command that was given
//! up is dropped, also when the same command has been said again. What is no response at all fails nothing by itself: a
//! command fails when its time is over. Sources: see [`pjlink`](super).

use std::time::Duration;

use smol_str::SmolStr;

use super::codec::{Body, Command, Digest, Greeting, MAX_LINE, Password, Refusal, Response, Splitter, shown};

/// How long the session waits.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For the greeting, and for each answer. A slow projector takes 2 s (ioBroker.pjlink).
    pub answer: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { answer: Duration::from_secs(5) }
    }
}

/// How a command ended badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not a byte came.
    #[error("the display does not answer")]
    NoAnswer,
    /// Bytes came, but none that answers.
    #[error("the display answers what was not asked: {}", shown(.heard))]
    WrongAnswer {
        /// The last line heard, or the half of one; at most 136 bytes.
        heard: Vec<u8>,
    },
    /// It wants a password, and none is known.
    #[error("the display wants a password")]
    NoPassword,
    /// It does not take the password.
    #[error("the display refuses the password")]
    WrongPassword,
    /// It understood and refuses.
    #[error("the display refuses the command: {0:?}")]
    Refused(Refusal),
}

/// How far the connection has come.
#[derive(Clone, Debug)]
enum Link {
    /// The display has not greeted yet.
    Fresh,
    /// It has; the next command proves the password.
    Locked(Digest),
    /// Commands pass.
    Open,
    /// No command will ever pass.
    Shut(Failure),
}

#[derive(Debug)]
struct Job {
    command: Command,
    is_sent: bool,
    until: Duration,
    /// The last line that was no answer.
    heard: Vec<u8>,
}

/// A session over one connection.
#[derive(Debug)]
pub struct Session {
    timing: Timing,
    password: Option<Password>,
    link: Link,
    splitter: Splitter,
    job: Option<Job>,
    /// Commands that were given up, each of which may still be answered; no more than there are commands.
    stale: Vec<Body>,
    transmit: Option<Vec<u8>>,
    result: Option<Result<SmolStr, Failure>>,
}

impl Session {
    /// A session of a connection that has just been opened.
    #[must_use]
    pub fn new(password: Option<Password>, timing: Timing) -> Self {
        Self {
            timing,
            password,
            link: Link::Fresh,
            splitter: Splitter::default(),
            job: None,
            stale: Vec::new(),
            transmit: None,
            result: None,
        }
    }

    /// Begins a command. One that still runs is given up, its answer will not be believed.
    pub fn start(&mut self, command: Command, now: Duration) {
        if let Some(job) = self.job.take() {
            self.give_up(&job);
        }
        self.result = None;
        self.transmit = None;
        match self.link.clone() {
            Link::Shut(failure) => self.result = Some(Err(failure)),
            Link::Fresh => {
                let until = now + self.timing.answer;
                self.job = Some(Job { command, is_sent: false, until, heard: Vec::new() });
            }
            Link::Locked(_) | Link::Open => {
                // The half of a late line is not to stand before the answer.
                self.splitter.forget();
                self.send(command, now);
            }
        }
    }

    /// Bytes from the display.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        for byte in bytes {
            if let Some(line) = self.splitter.push(*byte) {
                self.handle_line(&line, now);
            }
        }
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(job) = self.job.take_if(|job| now >= job.until) else { return };
        let heard = if job.heard.is_empty() { self.splitter.tail().to_vec() } else { job.heard.clone() };
        let failure = if heard.is_empty() { Failure::NoAnswer } else { Failure::WrongAnswer { heard } };
        if job.is_sent {
            self.give_up(&job);
        } else {
            self.link = Link::Shut(failure.clone());
        }
        self.result = Some(Err(failure));
    }

    /// The next bytes for the display; a digest in front of a command is secret.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing runs.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.job.as_ref().map(|job| job.until)
    }

    /// How the command ended, once: the parameter of the response.
    pub fn poll_result(&mut self) -> Option<Result<SmolStr, Failure>> {
        self.result.take()
    }

    /// Its answer may still come, unless a half of it has come already: that half is forgotten, and the rest is no line.
    fn give_up(&mut self, job: &Job) {
        if job.is_sent && self.splitter.tail().is_empty() && !self.stale.contains(&job.command.body) {
            self.stale.push(job.command.body);
        }
    }

    fn send(&mut self, command: Command, now: Duration) {
        self.transmit = Some(match std::mem::replace(&mut self.link, Link::Open) {
            Link::Locked(digest) => command.encode(Some(&digest)),
            _ => command.encode(None),
        });
        self.job = Some(Job { command, is_sent: true, until: now + self.timing.answer, heard: Vec::new() });
    }

    fn handle_line(&mut self, line: &[u8], now: Duration) {
        match (&self.link, Greeting::read(line)) {
            (Link::Shut(_), _) => {}
            (Link::Fresh, greeting) => self.handle_greeting(greeting, line, now),
            (_, Some(Greeting::Refused)) => self.shut(Failure::WrongPassword),
            (_, _) => self.handle_response(line),
        }
    }

    fn handle_greeting(&mut self, greeting: Option<Greeting>, line: &[u8], now: Duration) {
        self.link = match (greeting, &self.password) {
            (Some(Greeting::Open), _) => Link::Open,
            (Some(Greeting::Locked { random }), Some(password)) => Link::Locked(Digest::of(&random, password)),
            (Some(Greeting::Locked { .. }), None) => return self.shut(Failure::NoPassword),
            (Some(Greeting::Refused), _) => return self.shut(Failure::WrongPassword),
            (None, _) => return self.shut(Failure::WrongAnswer { heard: line.to_vec() }),
        };
        if let Some(job) = self.job.take() {
            self.send(job.command, now);
        }
    }

    fn handle_response(&mut self, line: &[u8]) {
        let response = Response::read(line);
        let late = response.as_ref().and_then(|said| self.stale.iter().position(|body| *body == said.body));
        if let Some(late) = late {
            self.stale.swap_remove(late);
            return;
        }
        let Some(mut job) = self.job.take() else { return };
        match response.filter(|response| response.answers(&job.command)) {
            Some(response) => self.result = Some(read(response.parameter)),
            None => {
                job.heard = line[..line.len().min(MAX_LINE)].to_vec();
                self.job = Some(job);
            }
        }
    }

    /// Nothing more will come of this connection.
    fn shut(&mut self, failure: Failure) {
        if self.job.take().is_some() {
            self.result = Some(Err(failure.clone()));
        }
        self.transmit = None;
        self.link = Link::Shut(failure);
    }
}

fn read(parameter: SmolStr) -> Result<SmolStr, Failure> {
    match Refusal::of(&parameter) {
        None => Ok(parameter),
        Some(refusal) => Err(Failure::Refused(refusal)),
    }
}

#[cfg(test)]
mod tests;
