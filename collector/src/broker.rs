//! The seam to MQTT: bytes in with their time, bytes out with a topic, and who is connected. Two brokers fit behind it,
//! the one inside ([`embedded`]) and one elsewhere ([`external`]); nothing that decides knows which.

mod embedded;
mod external;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst};

use avow_shared::time::UnixMs;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::counters::Counters;
use crate::verify::Gate;

/// A message as the broker handed it over.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The payload.
    pub payload: Bytes,
    /// HQ's time when it came.
    pub received_ms: UnixMs,
    /// The connection that it came on, where the broker knows.
    pub line: Option<Arc<Line>>,
}

/// A message to one agent or a subtree.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The topic.
    pub topic: String,
    /// A signed frame.
    pub payload: Vec<u8>,
}

/// A connection at the broker inside; another broker tells of none. Whose it is, what comes on it must prove: what a
/// client calls itself means nothing.
#[derive(Debug)]
pub struct Line {
    /// Its number, never used twice.
    pub no: LineNo,
    gone: AtomicBool,
    proven: AtomicBool,
}

/// A connection, by its number.
pub type LineNo = u64;

impl Line {
    /// A connection that stands.
    #[must_use]
    pub const fn new(no: LineNo) -> Self {
        Self { no, gone: AtomicBool::new(false), proven: AtomicBool::new(false) }
    }

    /// It has ended. Whoever learns of it by another way learns of it later.
    pub fn end(&self) {
        self.gone.store(true, SeqCst);
    }

    /// Whether something signed came on it.
    pub fn is_proven(&self) -> bool {
        self.proven.load(SeqCst)
    }

    /// Something signed came on it; says whether that is the first time, and the connection still stands.
    pub fn prove(&self) -> bool {
        !self.proven.swap(true, SeqCst) && !self.gone.load(SeqCst)
    }
}

/// Which broker to use.
#[derive(Clone, Debug)]
pub enum Setup {
    /// The one inside, listening on these addresses; port 0 takes any, and the first one's beyond the first.
    Embedded(Vec<SocketAddr>),
    /// Another one: host and port.
    External {
        /// Name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
}

/// What the broker needs of the rest of the program.
#[derive(Clone)]
pub struct Wiring {
    /// Where messages go: it waits for room.
    pub gate: Gate,
    /// Where the numbers of connections go that have ended.
    pub gone: mpsc::Sender<LineNo>,
    /// The counters.
    pub counters: Arc<Counters>,
}

/// A running broker.
pub struct Running {
    /// Where agents connect.
    pub address: String,
    /// And where else.
    pub also: Vec<String>,
    /// Where outgoing messages are put; a full outbox means that the message is dropped.
    pub outbox: mpsc::Sender<Outgoing>,
    /// Whether messages can come at all.
    pub connected: Arc<AtomicBool>,
    tasks: Vec<AbortHandle>,
}

impl Running {
    /// Whether messages can come at all.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    /// Takes no message any more.
    pub fn stop(&self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// How many outgoing messages wait at most.
pub const OUTBOX: usize = 32_768;

/// Why no broker runs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The broker inside could not listen.
    #[error("listen on --mqtt {address} (is another program using it? choose another port, or 0 for any): {detail}")]
    Listen {
        /// The wanted address.
        address: SocketAddr,
        /// What the system said.
        detail: String,
    },
}

/// A broker whose address is held, and which serves nobody yet.
pub struct Bound(Kind);

enum Kind {
    Embedded(embedded::Bound),
    External { host: String, port: u16, wiring: Wiring },
}

/// Takes the address of the chosen broker on the current runtime.
///
/// # Errors
/// When the broker inside cannot listen. A broker elsewhere that is not there yet is no error: it is tried again.
pub fn bind(setup: Setup, wiring: Wiring) -> Result<Bound, Error> {
    Ok(Bound(match setup {
        Setup::Embedded(addresses) => Kind::Embedded(embedded::bind(&addresses, wiring)?),
        Setup::External { host, port } => Kind::External { host, port, wiring },
    }))
}

impl Bound {
    /// Begins to serve on the current runtime.
    #[must_use]
    pub fn run(self) -> Running {
        match self.0 {
            Kind::Embedded(broker) => broker.run(),
            Kind::External { host, port, wiring } => external::start(host, port, wiring),
        }
    }
}
