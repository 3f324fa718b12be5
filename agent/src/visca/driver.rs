//! The shell of the session: waits for the port or the time, whichever comes first.
//!
//! Generic over its port ([`Read`] + [`Write`]) and its [`Timer`], and over nothing else.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use embedded_io_async::{Read, Write};
use futures_util::future::{Either, select};

use super::codec::{Command, Data, Inquiry, hex};
use super::session::{Answer, Failure, Session, Ticket};

/// Monotonic time.
pub trait Timer {
    /// Since an arbitrary moment.
    fn now(&self) -> Duration;
    /// Ends when `now` has reached `moment`.
    fn until(&self, moment: Duration) -> impl Future<Output = ()>;
}

/// Tokio's clock, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(tokio::time::Instant);

impl Default for TokioTimer {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn until(&self, moment: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep_until(self.0 + moment)
    }
}

/// Why a request brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error<E: std::error::Error> {
    /// The camera's doing.
    #[error(transparent)]
    Camera(#[from] Failure),
    /// The port broke (an adapter was unplugged).
    #[error("the port failed: {0}")]
    Port(E),
    /// The port ended.
    #[error("the port closed")]
    Closed,
}

/// The longest transcript in bytes; the end is kept.
const MAX_TRANSCRIPT: usize = 8 * 1024;

/// A camera at a port.
#[derive(Debug)]
pub struct Driver<P, T> {
    port: P,
    timer: T,
    session: Session,
    transcript: String,
}

impl<P: Read + Write, T: Timer> Driver<P, T> {
    /// A driver of the camera that `session` is about, behind `port`.
    pub const fn new(port: P, timer: T, session: Session) -> Self {
        Self { port, timer, session, transcript: String::new() }
    }

    /// Has one command carried out.
    ///
    /// # Errors
    /// What the camera or the port did instead.
    pub async fn command(&mut self, command: Command) -> Result<(), Error<P::Error>> {
        let ticket = self.session.command(command, self.timer.now());
        self.answer(ticket).await.map(drop)
    }

    /// One question and its answer.
    ///
    /// # Errors
    /// What the camera or the port did instead.
    pub async fn inquire(&mut self, inquiry: Inquiry) -> Result<Data, Error<P::Error>> {
        let ticket = self.session.inquire(inquiry, self.timer.now());
        match self.answer(ticket).await? {
            Answer::Data(data) => Ok(data),
            Answer::Done => Err(Failure::WrongAnswer { heard: Vec::new() }.into()),
        }
    }

    async fn answer(&mut self, wanted: Ticket) -> Result<Answer, Error<P::Error>> {
        loop {
            self.transmit().await?;
            match self.session.poll_result() {
                Some((ticket, result)) if ticket == wanted => return Ok(result?),
                Some(_) => {}
                None => self.wait().await?,
            }
        }
    }

    /// What went over the line, as text for a person: `+0.120 → 81 09 00 02 FF`.
    #[must_use]
    pub fn transcript(&self) -> &str {
        &self.transcript
    }

    async fn transmit(&mut self) -> Result<(), Error<P::Error>> {
        while let Some(bytes) = self.session.poll_transmit() {
            self.note('→', &bytes);
            self.port.write_all(&bytes).await.map_err(Error::Port)?;
            self.port.flush().await.map_err(Error::Port)?;
        }
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), Error<P::Error>> {
        let until = self.session.poll_timeout().unwrap_or_else(|| self.timer.now());
        let mut buffer = [0; 64];
        let heard = match select(pin!(self.port.read(&mut buffer)), pin!(self.timer.until(until))).await {
            Either::Left((heard, _)) => Some(heard.map_err(Error::Port)?),
            Either::Right(_) => None,
        };
        match heard {
            Some(0) => return Err(Error::Closed),
            Some(count) => {
                self.note('←', &buffer[..count]);
                self.session.handle_bytes(&buffer[..count], self.timer.now());
            }
            None => self.session.handle_timeout(self.timer.now()),
        }
        Ok(())
    }

    fn note(&mut self, direction: char, bytes: &[u8]) {
        let at = self.timer.now().as_secs_f64();
        // Writing to a string does not fail.
        let _ = writeln!(self.transcript, "+{at:.3} {direction} {}", hex(bytes));
        while self.transcript.len() > MAX_TRANSCRIPT {
            let line = self.transcript.find('\n').map_or(self.transcript.len(), |end| end + 1);
            self.transcript.drain(..line);
        }
    }
}
