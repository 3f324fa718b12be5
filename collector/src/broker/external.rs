//! A broker elsewhere (Mosquitto, EMQX, a cluster): the one file that is a client of a broker. The packets alone are also
//! named in the broker inside.
//!
//! The session is clean and the subscription shared: what the broker forgets, the agents send again. HQ counts as
//! connected once the broker has granted the subscription: a connection on which nothing can come is none.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, Request, SubAck, Subscribe, SubscribeReasonCode,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::{OUTBOX, Outgoing, Running, Wiring};
use crate::clock::now_ms;
use crate::counters::{Counters, one};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A broker that has not granted the subscription by then is connected to anew.
const GRANTED_WITHIN: Duration = Duration::from_secs(5);
/// Messages that rumqttc holds for a connection that takes them slowly.
const REQUESTS: usize = 1_024;

pub(super) fn start(host: String, port: u16, wiring: Wiring) -> Running {
    let address = format!("{host}:{port}");
    let (client, events) = AsyncClient::new(options(host, port), REQUESTS);
    let connected = Arc::new(AtomicBool::new(false));
    let (outbox, waiting) = mpsc::channel(OUTBOX);
    let delivering = tokio::spawn(deliver(client, waiting, Arc::clone(&connected), Arc::clone(&wiring.counters)));
    let listener = Listener { events, wiring, connected: Arc::clone(&connected), grant_by: None };
    let listening = tokio::spawn(listener.run());
    Running {
        address,
        also: Vec::new(),
        outbox,
        connected,
        tasks: vec![delivering.abort_handle(), listening.abort_handle()],
    }
}

fn options(host: String, port: u16) -> MqttOptions {
    let longest = avow_shared::wire::MAX_FRAME_BYTES + 1_024;
    let mut options = MqttOptions::new(client_id(), host, port);
    options.set_keep_alive(Duration::from_secs(30)).set_clean_session(true).set_max_packet_size(longest, longest);
    options
}

/// Random, so that a second collector on the same broker is not kicked in turns with the first.
fn client_id() -> String {
    let mut random = [0; 8];
    // Without randomness the id is still valid, only less unique.
    let _ = getrandom::fill(&mut random);
    format!("avow-collector-{}", avow_shared::hash::to_hex(&random))
}

/// What cannot leave is dropped: whoever it was for is not there either, and asks again.
async fn deliver(
    client: AsyncClient,
    mut waiting: mpsc::Receiver<Outgoing>,
    connected: Arc<AtomicBool>,
    counters: Arc<Counters>,
) {
    while let Some(message) = waiting.recv().await {
        if !connected.load(Relaxed) {
            one(&counters.messages_undelivered);
        } else if client.publish(message.topic, QoS::AtMostOnce, false, message.payload).await.is_err() {
            break;
        }
    }
}

/// Why a connection is of no use.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("{0}")]
    Broken(#[from] rumqttc::ConnectionError),
    #[error("it denies the subscription to {}", filter())]
    Denied,
    #[error("it does not answer to the subscription")]
    Unanswered,
}

struct Listener {
    events: EventLoop,
    wiring: Wiring,
    connected: Arc<AtomicBool>,
    /// Until when the broker is to grant the subscription, while it has not.
    grant_by: Option<Instant>,
}

impl Listener {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.hear().await {
                Ok(()) if self.connected.load(Relaxed) => pause = FIRST_PAUSE,
                Ok(()) => {}
                Err(lost) => {
                    self.connected.store(false, Relaxed);
                    self.grant_by = None;
                    tracing::warn!(%lost, "the broker cannot be used, trying again");
                    // Closes what is still open.
                    self.events.clean();
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn hear(&mut self) -> Result<(), Lost> {
        let event = match self.grant_by {
            // Dropped half way, the event loop may be in any state: but then the connection is given up.
            Some(until) => timeout_at(until, self.events.poll()).await.map_err(|_| Lost::Unanswered)??,
            None => self.events.poll().await?,
        };
        match event {
            Event::Incoming(Packet::ConnAck(_)) => {
                // Ahead of whatever waits to be sent: the queue of requests may be full of what was never sent.
                let subscribe = Subscribe::new(filter(), QoS::AtLeastOnce);
                self.events.pending.push_front(Request::Subscribe(subscribe));
                self.grant_by = Some(Instant::now() + GRANTED_WITHIN);
            }
            Event::Incoming(Packet::SubAck(answer)) => {
                if !is_granted(&answer) {
                    return Err(Lost::Denied);
                }
                self.grant_by = None;
                self.connected.store(true, Relaxed);
            }
            Event::Incoming(Packet::Publish(message)) => {
                let _ = self.wiring.gate.take(&message.topic, message.payload, now_ms(), None).await;
            }
            _ => {}
        }
        Ok(())
    }
}

fn filter() -> String {
    format!("$share/avow-collector/{}", avow_shared::topic::ALL_UP)
}

fn is_granted(answer: &SubAck) -> bool {
    !answer.return_codes.contains(&SubscribeReasonCode::Failure)
}
