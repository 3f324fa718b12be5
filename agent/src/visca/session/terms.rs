//! What a session is told and tells: times, kinds of wires, and how a request ends.

use std::time::Duration;

use crate::visca::codec::{Data, hex};

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
    #[error("the camera answers what was not asked: {}", hex(.heard))]
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
pub struct Ticket(pub(super) u64);
