//! The shell of the session: waits for the port or the time, whichever comes first.
//!
//! Generic over its port ([`Read`] + [`Write`]) and its [`Timer`], and over nothing else.

use std::pin::pin;

use embedded_io_async::{Read, Write};
use futures_util::future::{Either, select};

use super::codec::{Command, Data, Inquiry, hex};
use super::session::{Answer, Failure, Session, Ticket};
use crate::port::Transcript;
pub use crate::port::{Timer, TokioTimer};

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

/// A camera at a port.
#[derive(Debug)]
pub struct Driver<P, T> {
    port: P,
    timer: T,
    session: Session,
    transcript: Transcript,
}

impl<P: Read + Write, T: Timer> Driver<P, T> {
    /// A driver of the camera that `session` is about, behind `port`.
    pub fn new(port: P, timer: T, session: Session) -> Self {
        Self { port, timer, session, transcript: Transcript::default() }
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
        self.transcript.text()
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
        self.transcript.note(self.timer.now(), direction, &hex(bytes));
    }
}
