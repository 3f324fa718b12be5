//! The broker inside: as much of MQTT 3.1.1 as agents use, and no more.
//!
//! Agents publish at QoS 0 or 1 and get their PUBACK when there was room for the message, listen to topics without
//! wildcards, and are sent QoS 0. Nothing is retained, no session is kept, wills are passed over. What a client calls
//! itself means nothing: several may say the same, and none is sent away for another (other than MQTT 3.1.1, 3.1.4-2, has
//! it), so that nobody who knows an agent's id can cut it off. A connect, a message and a goodbye cost the same whether ten
//! clients are connected or all of a province.

mod line;
mod switch;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::Publish;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Error, Line, OUTBOX, Outgoing, Running, Wiring};
use crate::counters::one;
use switch::{No, Queue, Switch};

/// More than all venues of a province, which come all at once after a restart: as many as the kernel lets wait.
const BACKLOG: u32 = 4_096;
/// All venues of a province, and the databases.
const MOST_FILES: u64 = 20_000;
/// When no more connections can be opened, for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Holds its addresses, serves nobody yet.
pub(super) struct Bound {
    listeners: Vec<(SocketAddr, TcpListener)>,
    counter: Arc<Counter>,
}

pub(super) fn bind(addresses: &[SocketAddr], wiring: Wiring) -> Result<Bound, Error> {
    raise_open_files();
    let mut listeners: Vec<(SocketAddr, TcpListener)> = Vec::new();
    for address in addresses {
        let port = listeners.first().map_or(0, |(first, _)| first.port());
        let address = SocketAddr::new(address.ip(), if address.port() == 0 { port } else { address.port() });
        let held = listen(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        listeners.push(held.map_err(|error| Error::Listen { address, detail: error.to_string() })?);
    }
    Ok(Bound { listeners, counter: Arc::new(Counter { switch: Mutex::default(), wiring }) })
}

/// A shell allows some thousand open files unless it is asked; a province needs one for each agent.
fn raise_open_files() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        if soft < hard {
            setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        }
        Ok(hard)
    });
    match raised {
        Ok(hard) if hard < MOST_FILES => {
            tracing::warn!(
                allowed = hard,
                wanted = MOST_FILES,
                "the system allows too few open files for a whole province (ulimit -Hn, LimitNOFILE)"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open files cannot be raised"),
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Bound {
    pub(super) fn run(self) -> Running {
        let Self { listeners, counter } = self;
        let (outbox, waiting) = mpsc::channel(OUTBOX);
        let mut addresses = listeners.iter().map(|(address, _)| address.to_string());
        let (address, also) = (addresses.next().unwrap_or_default(), addresses.collect());
        let serving = listeners.into_iter().map(|(_, listener)| tokio::spawn(serve(listener, Arc::clone(&counter))));
        let mut tasks: Vec<_> = serving.map(|task| task.abort_handle()).collect();
        tasks.push(tokio::spawn(deliver(counter, waiting)).abort_handle());
        Running { address, also, outbox, connected: Arc::new(AtomicBool::new(true)), tasks }
    }
}

/// Accepts until it is dropped, and every connection ends with it.
async fn serve(listener: TcpListener, counter: Arc<Counter>) {
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small messages must not wait for each other; a socket that refuses this works all the same.
                    let _ = stream.set_nodelay(true);
                    lines.spawn(line::serve(stream, Arc::clone(&counter)));
                }
                Err(error) => {
                    // A line for the first, and the counter for all: it comes ten times a second.
                    if counter.wiring.counters.accepts_failed.fetch_add(1, Relaxed) == 0 {
                        tracing::error!(%error, "no connection can be accepted; avow_accepts_failed_total counts on");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = lines.join_next(), if !lines.is_empty() => {}
        }
    }
}

/// Hands messages to whoever listens. Nobody is waited for: a reader whose queue is full misses the message.
async fn deliver(counter: Arc<Counter>, mut waiting: mpsc::Receiver<Outgoing>) {
    while let Some(message) = waiting.recv().await {
        counter.deliver(message);
    }
}

/// Where all connections meet.
struct Counter {
    switch: Mutex<Switch>,
    wiring: Wiring,
}

impl Counter {
    fn switch(&self) -> MutexGuard<'_, Switch> {
        // Its entries are whole between any two of its methods.
        self.switch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a client in; none when there is no room.
    fn enter(&self, queue: Queue) -> Option<Arc<Line>> {
        let no = self.switch().connect(queue)?;
        one(&self.wiring.counters.clients_connected);
        Some(Arc::new(Line::new(no)))
    }

    async fn leave(&self, line: &Line) {
        one(&self.wiring.counters.clients_disconnected);
        self.switch().disconnect(line.no);
        line.end();
        // When the core has stopped, nobody needs to know.
        let _ = self.wiring.gone.send(line.no).await;
    }

    fn subscribe(&self, no: No, topic: &str) -> bool {
        let own = topic.starts_with("avow/1/down/") || topic.starts_with("avow/1/all/");
        let allowed = own && !topic.contains(['#', '+']) && self.switch().subscribe(no, topic);
        if !allowed {
            one(&self.wiring.counters.subscriptions_denied);
        }
        allowed
    }

    fn deliver(&self, message: Outgoing) {
        let mut bytes = BytesMut::new();
        let publish = Publish::new(message.topic, QoS::AtMostOnce, message.payload);
        // It fails for messages of 256 MB.
        if publish.write(&mut bytes).is_err() {
            return;
        }
        let bytes = bytes.freeze();
        for queue in self.switch().listeners(&publish.topic) {
            if queue.try_send(bytes.clone()).is_err() {
                one(&self.wiring.counters.messages_undelivered);
            }
        }
    }
}
