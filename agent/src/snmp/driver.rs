//! The shell of the session: one socket to one device. Waits for a datagram or the time, whichever comes first.

use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::net::UdpSocket;

use super::oid::Oid;
use super::pdu::{Datum, Kind, Pdu, read_community_message};
use super::session::{Access, Failure, Session, Timing};
use crate::port::{Timer as _, TokioTimer, Transcript};
use crate::profile::bytes::shown;

/// No datagram is longer.
const LONGEST: usize = 65_535;
/// Rows that one question brings.
const REPETITIONS: i32 = 20;
/// More than a table of ports has, and the end of one that never ends.
const MOST_ROWS: usize = 1_024;

/// Why a question brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device's doing.
    #[error(transparent)]
    Device(#[from] Failure),
    /// Nobody listens there.
    #[error("nobody listens there")]
    Refused,
    /// The network does not carry it.
    #[error("the network failed: {0}")]
    Network(io::Error),
}

/// A device behind a socket that takes datagrams from nowhere else.
#[derive(Debug)]
pub struct Driver {
    socket: UdpSocket,
    timer: TokioTimer,
    session: Session,
    transcript: Transcript,
}

impl Driver {
    /// A driver over a connected socket: the system passes over what comes from another address.
    #[must_use]
    pub fn new(socket: UdpSocket, access: Access, timing: Timing, seed: u64) -> Self {
        let session = Session::new(access, timing, seed);
        Self { socket, timer: TokioTimer::default(), session, transcript: Transcript::default() }
    }

    /// Since the driver was made.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.timer.now()
    }

    /// What was asked and answered, as text for a person; community and passwords are left out.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    /// These values, in this order.
    ///
    /// # Errors
    /// What the device or the network did instead.
    pub async fn get(&mut self, names: &[Oid]) -> Result<Vec<Datum>, Error> {
        let bindings = self.ask(Kind::Get, 0, names).await?;
        Ok(bindings.into_iter().map(|(_, datum)| datum).collect())
    }

    /// The rows below `root`, at most `most`, as far as they come before `until`: what stands behind it in the names, and the
    /// values.
    ///
    /// # Errors
    /// What the device or the network did instead.
    pub async fn walk(&mut self, root: &Oid, most: usize, until: Duration) -> Result<Vec<(Vec<u32>, Datum)>, Error> {
        let mut rows = Vec::new();
        let mut from = root.clone();
        loop {
            let before = from.clone();
            for (name, datum) in self.ask(Kind::Bulk, REPETITIONS, std::slice::from_ref(&from)).await? {
                let row = name.below(root).filter(|_| !matches!(datum, Datum::Absent(_)));
                // A device that goes backwards would never end.
                let (Some(row), true) = (row, name > from) else { return Ok(rows) };
                rows.push((row.to_vec(), datum));
                if rows.len() >= most.min(MOST_ROWS) {
                    return Ok(rows);
                }
                from = name;
            }
            if from == before || self.timer.now() >= until {
                return Ok(rows);
            }
        }
    }

    async fn ask(&mut self, kind: Kind, repetitions: i32, names: &[Oid]) -> Result<Vec<(Oid, Datum)>, Error> {
        self.session.start(kind, repetitions, names, self.timer.now());
        let asked = names.iter().map(Oid::to_string).collect::<Vec<_>>().join(" ");
        self.transcript.note(self.timer.now(), '→', &format!("{kind:?} {asked}"));
        let result = loop {
            if let Some(bytes) = self.session.poll_transmit() {
                self.socket.send(&bytes).await.map_err(broken)?;
            }
            if let Some(result) = self.session.poll_result() {
                break result;
            }
            self.wait().await?;
        };
        let told = match &result {
            Ok(bindings) => {
                bindings.iter().map(|(name, datum)| format!("{name}={datum:?}")).collect::<Vec<_>>().join(" ")
            }
            Err(failure) => failure.to_string(),
        };
        self.transcript.note(self.timer.now(), '←', &told.chars().take(1_000).collect::<String>());
        Ok(result?)
    }

    async fn wait(&mut self) -> Result<(), Error> {
        let until = self.session.poll_timeout().unwrap_or_else(|| self.timer.now());
        let mut buffer = vec![0; LONGEST];
        let heard = match select(pin!(self.timer.until(until)), pin!(self.socket.recv(&mut buffer))).await {
            // Asked first, so that one who never stops talking does not hold the time up.
            Either::Left(_) => None,
            Either::Right((heard, _)) => Some(heard.map_err(broken)?),
        };
        match heard {
            None => self.session.handle_timeout(self.timer.now()),
            Some(count) => {
                self.note_strange(&buffer[..count]);
                self.session.handle_datagram(&buffer[..count], self.timer.now());
            }
        }
        Ok(())
    }

    /// What may be no answer is noted as it came, unless the community stands in it.
    fn note_strange(&mut self, bytes: &[u8]) {
        let Some(secret) = self.session.secret().map(str::as_bytes) else { return };
        if read_community_message(bytes).is_ok_and(|Pdu { kind, .. }| kind == Kind::Response) {
            return;
        }
        let told = if !secret.is_empty() && bytes.windows(secret.len()).any(|part| part == secret) {
            format!("({} bytes)", bytes.len())
        } else {
            shown(&bytes[..bytes.len().min(64)])
        };
        self.transcript.note(self.timer.now(), '←', &told);
    }
}

fn broken(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Error::Refused,
        _ => Error::Network(error),
    }
}
