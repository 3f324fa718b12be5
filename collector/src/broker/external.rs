//! A broker elsewhere (Mosquitto, EMQX, a cluster): the one file that names rumqttc.
//!
//! The session is clean and the subscription shared: what the broker forgets, the agents send again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::sync::mpsc;

use super::{OUTBOX, Outgoing, Running, Wiring};
use crate::clock::now_ms;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) fn start(host: String, port: u16, wiring: Wiring) -> Running {
    let address = format!("{host}:{port}");
    let (client, events) = AsyncClient::new(options(host, port), 1_024);
    let connected = Arc::new(AtomicBool::new(false));
    let (outbox, waiting) = mpsc::channel(OUTBOX);
    let delivering = tokio::spawn(deliver(client.clone(), waiting));
    let listening = tokio::spawn(listen(client, events, wiring, Arc::clone(&connected)));
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

async fn deliver(client: AsyncClient, mut waiting: mpsc::Receiver<Outgoing>) {
    while let Some(message) = waiting.recv().await {
        if client.publish(message.topic, QoS::AtMostOnce, false, message.payload).await.is_err() {
            break;
        }
    }
}

async fn listen(client: AsyncClient, mut events: EventLoop, wiring: Wiring, connected: Arc<AtomicBool>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                pause = FIRST_PAUSE;
                // The channel of requests is empty after a connect; should it not be, the next connect subscribes.
                let filter = format!("$share/avow-collector/{}", avow_shared::topic::ALL_UP);
                if client.try_subscribe(filter, QoS::AtLeastOnce).is_err() {
                    tracing::warn!("could not subscribe at the broker, connecting again");
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => connected.store(true, Relaxed),
            Ok(Event::Incoming(Packet::Publish(message))) => {
                wiring.gate.take(&message.topic, message.payload, now_ms()).await;
            }
            Ok(_) => {}
            Err(error) => {
                connected.store(false, Relaxed);
                tracing::warn!(%error, "the broker cannot be reached, trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
