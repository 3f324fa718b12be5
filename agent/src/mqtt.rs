//! The one file that speaks rumqttc: a line to a broker that comes up, carries bytes, and goes down.
//!
//! It promises nothing about delivery: numbers and signed acks do. Its client is thrown away at every trouble, because a
//! session that lost its packet ids never recovers in rumqttc 0.25 (issues 1056, 1014).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Outgoing, Packet, QoS, SubscribeFilter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::jitter::{BackOff, Dice};

/// Larger than any frame and its topic.
const MAX_PACKET: usize = 1_200_000;
/// Few at once: what is lost with a connection has to be sent again.
const IN_FLIGHT: u16 = 16;
/// Requests that rumqttc has not taken up yet.
const REQUESTS: usize = 64;
/// Events that the core has not taken up yet.
const EVENTS: usize = 16;
const CONNECT_WITHIN_S: u64 = 15;
/// Connected, something outstanding, and no answer: the client is rebuilt.
const STUCK_AFTER: Duration = Duration::from_secs(120);
/// A connection that lived so long was no kick.
const SETTLED_AFTER: Duration = Duration::from_secs(30);

/// How to reach a broker.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Unique at the broker.
    pub client_id: String,
    /// Seconds between two signs of life.
    pub keep_alive_s: u64,
    /// The longest pause between two tries, milliseconds.
    pub back_off_most_ms: u64,
    /// When many lines share a process: so many connect at once, so that a broker's queue of new connections (128 long
    /// in many) never overflows.
    pub turnstile: Option<Arc<Semaphore>>,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    /// It is up; nothing is subscribed yet.
    Up,
    /// It is down, and why; it will try again by itself.
    Down(String),
    /// A message left the queue.
    Taken,
    /// A message came.
    Received(Bytes),
}

enum Signal {
    Up(AsyncClient),
    Event(LineEvent),
}

/// A line to a broker. Dropping it cuts the connection.
#[derive(Debug)]
pub struct Line {
    signals: mpsc::Receiver<Signal>,
    client: Option<AsyncClient>,
    poller: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.poller.abort();
    }
}

impl Line {
    /// Begins to connect.
    #[must_use]
    pub fn start(options: Options) -> Self {
        let (sender, signals) = mpsc::channel(EVENTS);
        let poller = tokio::spawn(keep_connected(options, sender).boxed());
        Self { signals, client: None, poller }
    }

    /// The next thing that happens; may be dropped while it waits.
    pub async fn next(&mut self) -> LineEvent {
        match self.signals.recv().await {
            Some(Signal::Up(client)) => {
                self.client = Some(client);
                LineEvent::Up
            }
            Some(Signal::Event(event)) => {
                if matches!(event, LineEvent::Down(_)) {
                    self.client = None;
                }
                event
            }
            // The poller ends only with the line.
            None => std::future::pending().await,
        }
    }

    /// Subscribes in one packet, without waiting; what finds no room is lost with the connection and comes again with
    /// the next.
    pub fn subscribe(&self, topics: Vec<String>) {
        let filters = topics.into_iter().map(|topic| SubscribeFilter::new(topic, QoS::AtLeastOnce));
        let queued = self.client.as_ref().map(|client| client.try_subscribe_many(filters));
        if let Some(Err(error)) = queued {
            tracing::debug!(%error, "subscription found no room");
        }
    }

    /// Publishes, without waiting.
    pub fn publish(&self, topic: &str, bytes: Vec<u8>) {
        let queued = self.client.as_ref().map(|client| client.try_publish(topic, QoS::AtLeastOnce, false, bytes));
        if let Some(Err(error)) = queued {
            tracing::debug!(%error, "message found no room; it will be sent again");
        }
    }

    /// Says goodbye to the broker, without waiting.
    pub fn disconnect(&self) {
        if let Some(Err(error)) = self.client.as_ref().map(AsyncClient::try_disconnect) {
            tracing::debug!(%error, "disconnect found no room");
        }
    }
}

async fn keep_connected(options: Options, signals: mpsc::Sender<Signal>) {
    let dice = Dice::seeded(options.client_id.as_bytes());
    let mut back_off = BackOff::new(dice, 1_000.min(options.back_off_most_ms), options.back_off_most_ms);
    loop {
        let began = Instant::now();
        let Err(why) = connection(&options, &signals).await else { return };
        if signals.send(Signal::Event(LineEvent::Down(why))).await.is_err() {
            return;
        }
        if began.elapsed() >= SETTLED_AFTER {
            back_off.reset();
        }
        tokio::time::sleep(Duration::from_millis(back_off.next_ms())).await;
    }
}

/// One connection from beginning to end; `Err` says why it ended, `Ok` that nobody listens any more.
async fn connection(options: &Options, signals: &mpsc::Sender<Signal>) -> Result<(), String> {
    let (client, mut events) = client(options);
    let mut client = Some(client);
    let mut turn = turn(options).await;
    let mut pulse = Pulse::new();
    loop {
        let polled = tokio::time::timeout_at(pulse.stuck_at(), events.poll()).await;
        let event = match polled {
            Err(_) => return Err("the broker acknowledges nothing".to_owned()),
            Ok(Err(error)) => return Err(error.to_string()),
            Ok(Ok(event)) => event,
        };
        pulse.note(&event);
        turn = turn.filter(|_| !matches!(event, Event::Incoming(Packet::ConnAck(_))));
        let signal = match event {
            Event::Incoming(Packet::ConnAck(_)) => client.take().map(Signal::Up),
            Event::Incoming(Packet::Publish(publish)) => Some(Signal::Event(LineEvent::Received(publish.payload))),
            Event::Incoming(Packet::Disconnect) => return Err("the broker closed the connection".to_owned()),
            Event::Outgoing(Outgoing::Publish(_)) => Some(Signal::Event(LineEvent::Taken)),
            Event::Outgoing(Outgoing::Disconnect) => return Err("closed".to_owned()),
            Event::Incoming(_) | Event::Outgoing(_) => None,
        };
        if let Some(signal) = signal
            && signals.send(signal).await.is_err()
        {
            return Ok(());
        }
    }
}

async fn turn(options: &Options) -> Option<OwnedSemaphorePermit> {
    match &options.turnstile {
        Some(turnstile) => Arc::clone(turnstile).acquire_owned().await.ok(),
        None => None,
    }
}

fn client(options: &Options) -> (AsyncClient, EventLoop) {
    let mut mqtt = MqttOptions::new(&options.client_id, &options.host, options.port);
    mqtt.set_keep_alive(Duration::from_secs(options.keep_alive_s));
    mqtt.set_clean_session(true).set_max_packet_size(MAX_PACKET, MAX_PACKET).set_inflight(IN_FLIGHT);
    let (client, mut events) = AsyncClient::new(mqtt, REQUESTS);
    events.network_options.set_connection_timeout(CONNECT_WITHIN_S).set_tcp_nodelay(true);
    (client, events)
}

/// Sees that what is outstanding is acknowledged some day.
struct Pulse {
    outstanding: u32,
    progress: Instant,
}

impl Pulse {
    fn new() -> Self {
        Self { outstanding: 0, progress: Instant::now() }
    }

    fn stuck_at(&self) -> Instant {
        let patience = if self.outstanding > 0 { STUCK_AFTER } else { Duration::from_secs(60 * 60 * 24 * 365) };
        self.progress + patience
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Outgoing(Outgoing::Publish(_)) => {
                if self.outstanding == 0 {
                    self.progress = Instant::now();
                }
                self.outstanding += 1;
            }
            Event::Incoming(Packet::PubAck(_)) => {
                self.outstanding = self.outstanding.saturating_sub(1);
                self.progress = Instant::now();
            }
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
