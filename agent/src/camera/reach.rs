//! How a camera is reached, and who speaks there: the one place that knows which protocols there are.

use super::desk::Desk;
use super::visca::Visca;
use super::words::{Answer, Job, Trouble};
use crate::visca::port::Port;

/// How a camera is reached: as configured, nothing opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// VISCA on a serial line of up to seven cameras, or over a network.
    Visca {
        /// Where.
        port: Port,
        /// Bits a second of a serial port.
        baud: u32,
    },
}

impl Reach {
    /// Whoever speaks there. Nothing is opened before there is something to say.
    #[must_use]
    pub fn backend(self) -> Backend {
        match self {
            Self::Visca { port, baud } => Backend::Visca(Visca::new(port, baud)),
        }
    }

    /// A desk for it, with a task of its own.
    #[must_use]
    pub fn desk(self) -> Desk {
        Desk::of(self.backend())
    }
}

/// Names a job until its end was told.
pub type Ticket = u64;

/// What happened at a camera.
#[derive(Debug)]
pub enum Happened {
    /// A job ended.
    Ended(Ticket, Result<Answer, Trouble>),
    /// The line is gone; the jobs that were under way end by themselves. The next job opens it again.
    Lost,
}

/// Who speaks with the cameras of one line.
#[derive(Debug)]
pub enum Backend {
    /// See [`Visca`].
    Visca(Visca),
}

impl Backend {
    /// Takes on a job for the camera in `seat` (its number in a chain; 1 where there are no chains). It must not wait, and it
    /// must end in [`Happened::Ended`] within a minute. Jobs go out at once and side by side: what was asked never holds up what
    /// is to be done, and nothing a [`Job::Steer`] that stops.
    pub fn take(&mut self, ticket: Ticket, seat: u8, job: Job) {
        match self {
            Self::Visca(visca) => visca.take(ticket, seat, job),
        }
    }

    /// The next thing that happens; writes, reads and waits meanwhile. May be dropped while it waits, and is, for every job.
    pub async fn next(&mut self) -> Happened {
        match self {
            Self::Visca(visca) => visca.next().await,
        }
    }

    /// Nobody needs the line for now: it is left to others. What was remembered of the camera may be forgotten.
    pub fn rest(&mut self) {
        match self {
            Self::Visca(visca) => visca.rest(),
        }
    }

    /// What went over the line since it was opened last, as text for a person.
    #[must_use]
    pub fn transcript(&self) -> &str {
        match self {
            Self::Visca(visca) => visca.transcript(),
        }
    }
}
