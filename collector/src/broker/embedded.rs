//! The broker inside: the one file that names mqtt5.
//!
//! Messages are taken in its publish hook, never through a subscription; nothing is retained, no session is kept, and no
//! wildcard is granted. Its defaults for connections an address and a second are meant for small sites and are raised; no
//! quota of subscriptions is set, because with one it counts those of all clients on every subscribe (18 762 agents then
//! come in at 100 a second).

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use avow_shared::id::AgentId;
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use mqtt5::QoS;
use mqtt5::broker::MqttBroker;
use mqtt5::broker::auth::{AuthProvider, AuthResult};
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::events::{
    BrokerEventHandler, ClientConnectEvent, ClientDisconnectEvent, ClientPublishEvent, PublishAction,
};
use mqtt5::broker::resource_monitor::ResourceLimits;
use mqtt5::broker::router::MessageRouter;
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::packet::publish::PublishPacket;
use mqtt5::types::ReasonCode;
use tokio::sync::mpsc;

use super::{Error, OUTBOX, Outgoing, Presence, Running, Wiring};
use crate::clock::now_ms;
use crate::counters::one;

/// More than all venues of a province.
const MOST_CLIENTS: usize = 30_000;
/// The longest a message waits for one slow reader; it only holds up its own place in the outbox.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many outgoing messages are under way at once.
const UNDER_WAY: usize = 1_024;

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Holds its address, serves nobody yet.
pub(super) struct Bound {
    broker: MqttBroker,
    address: SocketAddr,
}

pub(super) async fn bind(address: SocketAddr, wiring: Wiring) -> Result<Bound, Error> {
    let listen = |detail: String| Error::Listen { address, detail };
    let broker = MqttBroker::with_config(config(address, &wiring)).await;
    let broker = broker.map_err(|error| listen(in_a_line(address, &error)))?;
    let broker = broker.with_auth_provider(Arc::new(Access { wiring }));
    broker.resource_monitor().update_limits(limits());
    let address = broker.local_addr().ok_or_else(|| listen("no address was bound".to_owned()))?;
    Ok(Bound { broker, address })
}

/// The broker takes a page to say that a port is taken, and the address once more; the system says it in a line.
fn in_a_line(address: SocketAddr, error: &mqtt5::MqttError) -> String {
    std::net::TcpListener::bind(address).err().map_or_else(|| error.to_string(), |said| said.to_string())
}

impl Bound {
    pub(super) fn run(self) -> Running {
        let Self { mut broker, address } = self;
        let router = broker.router();
        let connected = Arc::new(AtomicBool::new(true));
        let alive = Arc::clone(&connected);
        let serving = tokio::spawn(async move {
            if let Err(error) = broker.run().await {
                tracing::error!(%error, "the broker inside stopped");
            }
            alive.store(false, Relaxed);
        });
        let (outbox, waiting) = mpsc::channel(OUTBOX);
        let delivering = tokio::spawn(deliver(router, waiting));
        let tasks = vec![serving.abort_handle(), delivering.abort_handle()];
        Running { address: address.to_string(), outbox, connected, tasks }
    }
}

fn config(address: SocketAddr, wiring: &Wiring) -> BrokerConfig {
    let storage = StorageConfig::new().with_backend(StorageBackend::Memory).with_persistence(false);
    BrokerConfig::new()
        .with_bind_addresses(vec![address])
        .with_max_clients(MOST_CLIENTS)
        .with_session_expiry(Duration::ZERO)
        .with_max_packet_size(avow_shared::wire::MAX_FRAME_BYTES + 1_024)
        .with_maximum_qos(1)
        .with_retain_available(false)
        .with_client_channel_capacity(64)
        .with_sys_topics_enabled(false)
        .with_storage(storage)
        .with_event_handler(Arc::new(Hook { wiring: wiring.clone() }))
}

/// A province may come through one address translator, all at once.
fn limits() -> ResourceLimits {
    ResourceLimits {
        max_connections: MOST_CLIENTS,
        max_connections_per_ip: MOST_CLIENTS,
        max_message_rate_per_client: 0,
        max_bandwidth_per_client: u64::MAX,
        max_connection_rate: 1_000_000,
        rate_limit_window: Duration::from_secs(1),
    }
}

/// Hands messages to the clients. Slow readers delay only their own messages, because many are under way at once.
async fn deliver(router: Arc<MessageRouter>, mut waiting: mpsc::Receiver<Outgoing>) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(()) = under_way.next() => {}
            message = waiting.recv(), if under_way.len() < UNDER_WAY => match message {
                Some(message) => under_way.push(route(Arc::clone(&router), message)),
                None => break,
            },
        }
    }
}

async fn route(router: Arc<MessageRouter>, message: Outgoing) {
    let packet = PublishPacket::new(message.topic, Bytes::from(message.payload), QoS::AtMostOnce);
    router.route_message_with_deadline(&packet, None, tokio::time::Instant::now() + PATIENCE).await;
}

struct Hook {
    wiring: Wiring,
}

impl Hook {
    async fn tell(&self, client: &str, presence: fn(AgentId) -> Presence) {
        if let Ok(agent) = client.parse() {
            // The core takes presence with every round; when it has stopped, nobody needs to know.
            let _ = self.wiring.presence.send(presence(agent)).await;
        }
    }
}

impl BrokerEventHandler for Hook {
    fn on_client_connect<'a>(&'a self, event: ClientConnectEvent) -> Later<'a, ()> {
        one(&self.wiring.counters.clients_connected);
        Box::pin(async move { self.tell(&event.client_id, Presence::Up).await })
    }

    fn on_client_disconnect<'a>(&'a self, event: ClientDisconnectEvent) -> Later<'a, ()> {
        one(&self.wiring.counters.clients_disconnected);
        // A client that was taken over is replaced by one with the same id, which is connected.
        let taken_over = event.reason == ReasonCode::SessionTakenOver;
        Box::pin(async move {
            if !taken_over {
                self.tell(&event.client_id, Presence::Down).await;
            }
        })
    }

    fn on_client_publish<'a>(&'a self, event: ClientPublishEvent) -> Later<'a, PublishAction> {
        Box::pin(async move {
            self.wiring.gate.take(&event.topic, event.payload, now_ms()).await;
            PublishAction::Handled
        })
    }
}

/// Who may do what: anybody may speak (only signatures are believed), nobody may listen to a wildcard.
struct Access {
    wiring: Wiring,
}

impl AuthProvider for Access {
    fn authenticate<'a>(&'a self, _: &'a ConnectPacket, _: SocketAddr) -> Later<'a, mqtt5::Result<AuthResult>> {
        Box::pin(async { Ok(AuthResult::success()) })
    }

    fn authorize_publish<'a>(&'a self, _: &str, _: Option<&'a str>, _: &'a str) -> Later<'a, bool> {
        Box::pin(async { true })
    }

    fn authorize_subscribe<'a>(&'a self, _: &str, _: Option<&'a str>, filter: &'a str) -> Later<'a, bool> {
        let own = filter.starts_with("avow/1/down/") || filter.starts_with("avow/1/all/");
        let allowed = own && !filter.contains(['#', '+']);
        if !allowed {
            one(&self.wiring.counters.subscriptions_denied);
        }
        Box::pin(async move { allowed })
    }
}
