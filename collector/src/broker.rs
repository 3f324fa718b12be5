//! The seam to MQTT: bytes in with their time, bytes out with a topic, and who is connected. Two brokers fit behind it,
//! the one inside ([`embedded`]) and one elsewhere ([`external`]); nothing that decides knows which.

mod embedded;
mod external;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use avow_shared::id::AgentId;
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
}

/// A message to one agent or a subtree.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The topic.
    pub topic: String,
    /// A signed frame.
    pub payload: Vec<u8>,
}

/// Whether the connection of an agent stands. Only the broker inside knows; for another one it follows from what is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A client with the agent's id connected.
    Up(AgentId),
    /// It is gone.
    Down(AgentId),
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
    /// Where connects and disconnects go.
    pub presence: mpsc::Sender<Presence>,
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
