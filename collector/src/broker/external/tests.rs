//! Against a broker that a test plays packet by packet.

use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet as Bare, Publish, SubAck, Subscribe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::*;
use crate::keyring::Keyring;
use crate::verify;

const SOON: Duration = Duration::from_secs(30);

/// The broker's end of a connection.
struct End {
    stream: TcpStream,
    unread: BytesMut,
}

impl End {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = timeout(SOON, listener.accept()).await.expect("HQ connects").expect("a connection");
        let mut end = Self { stream, unread: BytesMut::new() };
        assert!(matches!(end.next().await, Some(Bare::Connect(_))));
        end.put(Bare::ConnAck(ConnAck::new(ConnectReturnCode::Success, false))).await;
        end
    }

    async fn put(&mut self, packet: Bare) {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, 1 << 20).expect("a packet");
        self.stream.write_all(&bytes).await.expect("written");
    }

    /// The next packet; none when HQ closed the connection.
    async fn next(&mut self) -> Option<Bare> {
        loop {
            if let Ok(packet) = Bare::read(&mut self.unread, 1 << 20) {
                return Some(packet);
            }
            let read = timeout(SOON, self.stream.read_buf(&mut self.unread)).await.expect("soon");
            if read.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// The subscription that must come first of all.
    async fn subscribe(&mut self) -> Subscribe {
        match self.next().await {
            Some(Bare::Subscribe(subscribe)) => subscribe,
            other => panic!("no subscription but {other:?}"),
        }
    }

    async fn answer(&mut self, subscribe: &Subscribe, code: SubscribeReasonCode) {
        self.put(Bare::SubAck(SubAck::new(subscribe.pkid, vec![code]))).await;
    }

    async fn grant(&mut self) {
        let subscribe = self.subscribe().await;
        self.answer(&subscribe, SubscribeReasonCode::Success(QoS::AtLeastOnce)).await;
    }
}

async fn begin() -> (TcpListener, Running, Arc<Counters>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let counters = Arc::<Counters>::default();
    let (verified, _) = mpsc::channel(1);
    let gate = verify::start(1, &Keyring::default(), &verified, &counters);
    let (gone, _) = mpsc::channel(1);
    let port = listener.local_addr().expect("an address").port();
    let running = start("127.0.0.1".to_owned(), port, Wiring { gate, gone, counters: Arc::clone(&counters) });
    (listener, running, counters)
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, wait).await.unwrap_or_else(|_| panic!("{what}"));
}

fn message(n: usize) -> Outgoing {
    Outgoing { topic: format!("avow/1/down/35/{n}"), payload: vec![0; 8] }
}

#[tokio::test]
async fn hq_listens_again_however_much_was_to_be_sent_while_the_broker_was_away() {
    let (listener, running, counters) = begin().await;
    let mut broker = End::accept(&listener).await;
    broker.grant().await;
    until("HQ is connected", || running.is_connected()).await;
    drop(broker);
    until("HQ has seen that the broker is away", || !running.is_connected()).await;
    for n in 0..2 * REQUESTS {
        running.outbox.try_send(message(n)).expect("room in the outbox");
    }
    // As much as rumqttc would hold, and the one that waits for room.
    until("messages are taken from the outbox", || running.outbox.capacity() > OUTBOX - REQUESTS).await;

    let mut broker = End::accept(&listener).await;
    broker.grant().await;
    until("HQ is connected again", || running.is_connected()).await;
    until("what could not be sent is gone", || running.outbox.capacity() == OUTBOX).await;
    let dropped = counters.messages_undelivered.load(Relaxed);
    assert_eq!(dropped, 2 * REQUESTS as u64, "and counted");
    running.outbox.try_send(message(9_999)).expect("room");
    assert!(matches!(broker.next().await, Some(Bare::Publish(Publish { topic, .. })) if topic.ends_with("/9999")));
    let heard = Publish::new("avow/1/up/35/x", QoS::AtMostOnce, "no frame");
    broker.put(Bare::Publish(heard)).await;
    until("a message is heard", || counters.messages_received.load(Relaxed) == 1).await;
}

#[tokio::test]
async fn a_broker_that_denies_the_subscription_is_no_connection_and_is_asked_again() {
    let (listener, running, _) = begin().await;
    let mut broker = End::accept(&listener).await;
    let subscribe = broker.subscribe().await;
    assert_eq!(subscribe.filters[0].path, "$share/avow-collector/avow/1/up/#");
    broker.answer(&subscribe, SubscribeReasonCode::Failure).await;
    assert_eq!(broker.next().await, None, "HQ hangs up");
    assert!(!running.is_connected());
    let mut broker = End::accept(&listener).await;
    broker.grant().await;
    until("HQ is connected", || running.is_connected()).await;
}

#[tokio::test]
async fn a_broker_that_does_not_answer_the_subscription_is_connected_to_anew() {
    let (listener, running, _) = begin().await;
    let mut broker = End::accept(&listener).await;
    broker.subscribe().await;
    assert_eq!(broker.next().await, None, "HQ hangs up");
    assert!(!running.is_connected());
    let mut broker = End::accept(&listener).await;
    broker.grant().await;
    until("HQ is connected", || running.is_connected()).await;
}
