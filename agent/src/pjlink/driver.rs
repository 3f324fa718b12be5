//! The shell of the session: waits for the port or the time, whichever comes first.
//!
//! Generic over its port ([`Read`] + [`Write`]) and its [`Timer`], and over nothing else.

use std::pin::pin;

use embedded_io_async::{Read, Write};
use futures_util::future::{Either, select};

use super::codec::{Digest, Refusal, shown};
use super::display::Request;
use super::session::{Failure, Session};
use crate::port::{Timer, Transcript};

/// Why a request brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error<E: std::error::Error> {
    /// The display's doing.
    #[error(transparent)]
    Display(#[from] Failure),
    /// The connection broke.
    #[error("the connection failed: {0}")]
    Port(E),
    /// The display closed the connection.
    #[error("the display closed the connection")]
    Closed,
}

/// A display at the other end of a connection, which is closed with it.
#[derive(Debug)]
pub struct Driver<P, T> {
    port: P,
    timer: T,
    session: Session,
    transcript: Transcript,
}

impl<P: Read + Write, T: Timer> Driver<P, T> {
    /// A driver over a connection that has just been opened.
    pub fn new(port: P, timer: T, session: Session) -> Self {
        Self { port, timer, session, transcript: Transcript::default() }
    }

    /// One request and its answer, within the session's time whatever the display does.
    ///
    /// # Errors
    /// What the display or the connection did instead.
    pub async fn ask<A>(&mut self, request: &Request<A>) -> Result<A, Error<P::Error>> {
        self.session.start(request.command.clone(), self.timer.now());
        loop {
            self.transmit().await?;
            if let Some(result) = self.session.poll_result() {
                return Ok(understood(request, &result?)?);
            }
            self.wait().await?;
        }
    }

    /// What went over the line, as text for a person; what proves the password is left out.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    async fn transmit(&mut self) -> Result<(), Error<P::Error>> {
        let Some(line) = self.session.poll_transmit() else { return Ok(()) };
        let is_locked = line.first() != Some(&b'%');
        let told = if is_locked { format!("(MD5){}", shown(&line[Digest::LEN..])) } else { shown(&line) };
        self.transcript.note(self.timer.now(), '→', &told);
        let Some(until) = self.session.poll_timeout() else { return Ok(()) };
        let write = async {
            self.port.write_all(&line).await?;
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
                self.transcript.note(self.timer.now(), '←', &shown(&buffer[..count]));
                self.session.handle_bytes(&buffer[..count], self.timer.now());
            }
            None => self.session.handle_timeout(self.timer.now()),
        }
        Ok(())
    }
}

/// `OK` where something was asked is how some say that they cannot tell just now.
fn understood<A>(request: &Request<A>, parameter: &str) -> Result<A, Failure> {
    let unread = || match parameter {
        "OK" => Failure::Refused(Refusal::NotNow),
        _ => Failure::WrongAnswer { heard: parameter.as_bytes().to_vec() },
    };
    request.read(parameter).ok_or_else(unread)
}
