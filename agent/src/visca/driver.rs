//! The shell of the session: waits for the port or the time, whichever comes first.
//!
//! Generic over its port ([`Read`] + [`Write`]) and its [`Timer`], and over nothing else.

use std::pin::pin;

use embedded_io_async::{Read, Write};
use futures_util::future::{Either, select};

use super::codec::{Address, Frame, Request, hex};
use super::session::{Answer, Failure, Session, Timing};
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
    /// A driver of the camera number `to` on the line behind `port`.
    pub fn new(port: P, timer: T, to: Address, timing: Timing) -> Self {
        Self { port, timer, session: Session::new(to, timing), transcript: Transcript::default() }
    }

    /// One request and its answer.
    ///
    /// # Errors
    /// What the camera or the port did instead.
    pub async fn ask(&mut self, request: Request) -> Result<Answer, Error<P::Error>> {
        self.session.start(request, self.timer.now());
        loop {
            self.transmit().await?;
            if let Some(result) = self.session.poll_result() {
                return Ok(result?);
            }
            self.wait().await?;
        }
    }

    /// What went over the line, as text for a person: `+0.120 → 81 09 00 02 FF`.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    async fn transmit(&mut self) -> Result<(), Error<P::Error>> {
        while let Some(frame) = self.session.poll_transmit() {
            self.note('→', frame.bytes());
            self.write(&frame).await.map_err(Error::Port)?;
        }
        Ok(())
    }

    async fn write(&mut self, frame: &Frame) -> Result<(), P::Error> {
        self.port.write_all(frame.bytes()).await?;
        self.port.flush().await
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
