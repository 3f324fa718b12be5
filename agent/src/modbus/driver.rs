//! The shell of the session: waits for the port or the time, whichever comes first.

use std::pin::pin;

use embedded_io_async::{Read, Write};
use futures_util::future::{Either, select};

use super::codec::Question;
use super::session::{Failure, Session};
use crate::port::{Timer, Transcript};

/// Why a question brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error<E: std::error::Error> {
    /// The device's doing.
    #[error(transparent)]
    Device(#[from] Failure),
    /// The line broke.
    #[error("the line failed: {0}")]
    Port(E),
    /// The device closed the connection.
    #[error("the device closed the connection")]
    Closed,
}

/// Units behind a port.
#[derive(Debug)]
pub struct Driver<P, T> {
    port: P,
    timer: T,
    session: Session,
    transcript: Transcript,
}

impl<P: Read + Write, T: Timer> Driver<P, T> {
    /// A driver over a port that has just been opened.
    pub fn new(port: P, timer: T, session: Session) -> Self {
        Self { port, timer, session, transcript: Transcript::default() }
    }

    /// One question and its answer: the bytes of what was read.
    ///
    /// # Errors
    /// What the device or the port did instead.
    pub async fn read(&mut self, request: impl Into<Question>) -> Result<Vec<u8>, Error<P::Error>> {
        self.session.start(request, self.timer.now());
        loop {
            if let Some(bytes) = self.session.poll_transmit() {
                self.transcript.note(self.timer.now(), '→', &hex(&bytes));
                self.write(&bytes).await?;
            }
            if let Some(result) = self.session.poll_result() {
                return Ok(result?);
            }
            self.wait().await?;
        }
    }

    /// The bytes both ways, as text for a person.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    /// Whether another master was heard asking on the line.
    #[must_use]
    pub const fn has_company(&self) -> bool {
        self.session.has_company()
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error<P::Error>> {
        let until = self.session.poll_timeout().unwrap_or_else(|| self.timer.now());
        let write = async {
            self.port.write_all(bytes).await?;
            self.port.flush().await
        };
        match select(pin!(write), pin!(self.timer.until(until))).await {
            Either::Left((written, _)) => written.map_err(Error::Port),
            Either::Right(_) => Ok(()),
        }
    }

    async fn wait(&mut self) -> Result<(), Error<P::Error>> {
        let until = self.session.poll_timeout().unwrap_or_else(|| self.timer.now());
        let mut buffer = [0; 256];
        let heard = match select(pin!(self.timer.until(until)), pin!(self.port.read(&mut buffer))).await {
            // Asked first, so that one who never stops talking does not hold the time up.
            Either::Left(_) => None,
            Either::Right((heard, _)) => Some(heard.map_err(Error::Port)?),
        };
        match heard {
            Some(0) => return Err(Error::Closed),
            Some(count) => {
                self.transcript.note(self.timer.now(), '←', &hex(&buffer[..count]));
                self.session.handle_bytes(&buffer[..count], self.timer.now());
            }
            None => self.session.handle_timeout(self.timer.now()),
        }
        Ok(())
    }
}

/// `01 03 00 00`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
