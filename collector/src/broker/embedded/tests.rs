//! The broker through its packets: a client on a pipe, the gate's far end, and what the core would be told.

use std::collections::HashSet;

use avow_shared::wire::{Kind, Signer};
use bytes::Bytes;
use proptest::prelude::*;
use rumqttc::mqttbytes::v4::{
    Connect, ConnectReturnCode, Packet, Publish, Subscribe, SubscribeFilter, SubscribeReasonCode, Unsubscribe,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

use super::*;
use crate::counters::Counters;
use crate::keyring::Keyring;
use crate::verify;

const SOON: Duration = Duration::from_secs(20);

struct Inside {
    counter: Arc<Counter>,
    gone: mpsc::Receiver<u64>,
    verified: mpsc::Receiver<Vec<verify::Verified>>,
}

fn inside() -> Inside {
    let counters = Arc::<Counters>::default();
    let (believed, verified) = mpsc::channel(8);
    let gate = verify::start(1, &Keyring::default(), &believed, &counters);
    let (told, gone) = mpsc::channel(64);
    let wiring = Wiring { gate, gone: told, counters };
    Inside { counter: Arc::new(Counter { switch: Mutex::default(), wiring }), gone, verified }
}

impl Inside {
    fn line(&self) -> Client {
        let (ours, theirs) = tokio::io::duplex(8 << 10);
        tokio::spawn(line::serve(theirs, Arc::clone(&self.counter)));
        Client { stream: ours, unread: BytesMut::new() }
    }

    async fn client(&self, id: &str) -> Client {
        let mut client = self.line();
        assert_eq!(client.connect(Connect::new(id)).await, ConnectReturnCode::Success);
        client
    }

    fn send(&self, topic: &str, payload: &[u8]) {
        self.counter.deliver(Outgoing { topic: topic.to_owned(), payload: payload.to_vec() });
    }

    fn count(&self, pick: impl Fn(&Counters) -> &std::sync::atomic::AtomicU64) -> u64 {
        pick(&self.counter.wiring.counters).load(Relaxed)
    }

    /// The number of the connection that ended next.
    async fn gone(&mut self) -> u64 {
        timeout(SOON, self.gone.recv()).await.expect("soon").expect("the broker lives")
    }
}

struct Client {
    stream: DuplexStream,
    unread: BytesMut,
}

impl Client {
    async fn put(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, 1 << 20).expect("a packet");
        self.stream.write_all(&bytes).await.expect("written");
    }

    /// The next packet; none when the broker closed the connection.
    async fn next(&mut self) -> Option<Packet> {
        loop {
            if let Ok(packet) = Packet::read(&mut self.unread, 1 << 20) {
                return Some(packet);
            }
            let read = timeout(SOON, self.stream.read_buf(&mut self.unread)).await.expect("soon");
            if read.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    async fn connect(&mut self, connect: Connect) -> ConnectReturnCode {
        self.put(Packet::Connect(connect)).await;
        match self.next().await {
            Some(Packet::ConnAck(ack)) => ack.code,
            other => panic!("no CONNACK but {other:?}"),
        }
    }

    async fn subscribe(&mut self, topics: &[&str]) -> Vec<bool> {
        let filters = topics.iter().map(|topic| SubscribeFilter::new((*topic).to_owned(), QoS::AtLeastOnce));
        self.put(Packet::Subscribe(Subscribe { pkid: 7, ..Subscribe::new_many(filters) })).await;
        match self.next().await {
            Some(Packet::SubAck(ack)) if ack.pkid == 7 => {
                let granted = |code: &SubscribeReasonCode| *code == SubscribeReasonCode::Success(QoS::AtMostOnce);
                ack.return_codes.iter().map(granted).collect()
            }
            other => panic!("no SUBACK but {other:?}"),
        }
    }

    async fn payload(&mut self) -> Option<Bytes> {
        match self.next().await? {
            Packet::Publish(publish) => Some(publish.payload),
            other => panic!("no message but {other:?}"),
        }
    }

    /// The broker has done everything up to here.
    async fn ping(&mut self) {
        self.put(Packet::PingReq).await;
        assert_eq!(self.next().await, Some(Packet::PingResp));
    }
}

#[tokio::test]
async fn an_agent_connects_listens_speaks_and_goes() {
    let mut inside = inside();
    let mut client = inside.client("one").await;
    assert_eq!(client.subscribe(&["avow/1/down/35/x", "avow/1/all/35"]).await, [true, true]);
    inside.send("avow/1/down/35/y", b"for another");
    inside.send("avow/1/down/35/x", b"for one");
    inside.send("avow/1/all/35", b"for all");
    assert_eq!(client.payload().await.as_deref(), Some(b"for one".as_slice()));
    assert_eq!(client.payload().await.as_deref(), Some(b"for all".as_slice()));

    let publish = Publish { pkid: 3, ..Publish::new("avow/1/up/35/x", QoS::AtLeastOnce, "no frame") };
    client.put(Packet::Publish(publish)).await;
    assert!(matches!(client.next().await, Some(Packet::PubAck(ack)) if ack.pkid == 3));
    client.put(Packet::Publish(Publish::new("elsewhere", QoS::AtMostOnce, "x"))).await;
    client.ping().await;
    assert_eq!(inside.count(|c| &c.messages_received), 2);
    assert_eq!(inside.count(|c| &c.messages_foreign_topic), 1);

    client.put(Packet::Unsubscribe(Unsubscribe::new("avow/1/all/35"))).await;
    assert!(matches!(client.next().await, Some(Packet::UnsubAck(_))));
    inside.send("avow/1/all/35", b"not heard");
    inside.send("avow/1/down/35/x", b"heard");
    assert_eq!(client.payload().await.as_deref(), Some(b"heard".as_slice()));

    client.put(Packet::Disconnect).await;
    assert_eq!(client.next().await, None);
    assert_eq!(inside.gone().await, 1);
}

/// The signed ack of a report is what ends it; its PUBACK goes out with that, or when many wait, or after ten seconds.
#[tokio::test(start_paused = true)]
async fn the_puback_of_a_report_waits_for_company() {
    let mut inside = inside();
    let mut client = inside.client("one").await;
    client.subscribe(&["avow/1/down/35/x"]).await;
    let frame = Signer::from_seed(&[1; 32]).seal(Kind::Reports, b"x");
    let report = |pkid| Publish { pkid, ..Publish::new("avow/1/up/35/x", QoS::AtLeastOnce, frame.clone()) };
    let acknowledged = async |client: &mut Client| match client.next().await {
        Some(Packet::PubAck(ack)) => ack.pkid,
        other => panic!("no PUBACK but {other:?}"),
    };

    let began = tokio::time::Instant::now();
    client.put(Packet::Publish(report(9))).await;
    assert_eq!((acknowledged(&mut client).await, began.elapsed().as_secs()), (9, 0), "nobody has signed here yet");
    let me = Signer::from_seed(&[2; 32]);
    let hello = Publish::new("avow/1/up/35/x", QoS::AtMostOnce, verify::tests::hello(&me, &me));
    client.put(Packet::Publish(hello)).await;
    // Whoever sleeps here lets the time pass.
    let signed = loop {
        match inside.verified.try_recv() {
            Ok(signed) => break signed,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    // As the core does with what is signed.
    assert!(signed[0].line.as_ref().is_some_and(|line| line.prove()));
    client.put(Packet::Publish(report(1))).await;
    assert_eq!(acknowledged(&mut client).await, 1);
    assert_eq!(began.elapsed().as_secs(), 10, "alone it waits");

    client.put(Packet::Publish(report(2))).await;
    client.put(Packet::Publish(report(3))).await;
    while inside.count(|c| &c.messages_received) < 5 {
        tokio::task::yield_now().await;
    }
    inside.send("avow/1/down/35/x", b"HQ's ack");
    let began = tokio::time::Instant::now();
    assert_eq!([acknowledged(&mut client).await, acknowledged(&mut client).await], [2, 3]);
    assert_eq!(client.payload().await.as_deref(), Some(b"HQ's ack".as_slice()));
    client.put(Packet::Publish(report(4))).await;
    client.put(Packet::PingReq).await;
    assert_eq!(acknowledged(&mut client).await, 4);
    assert_eq!(client.next().await, Some(Packet::PingResp));
    for pkid in 5..13 {
        client.put(Packet::Publish(report(pkid))).await;
    }
    for pkid in 5..13 {
        assert_eq!(acknowledged(&mut client).await, pkid, "eight are enough");
    }
    assert_eq!(began.elapsed().as_secs(), 0, "none of these waited");
}

/// More answers than fit into the pipe wait when the alarm rings for the first time: they have not waited for long.
#[tokio::test(start_paused = true)]
async fn who_reads_a_moment_late_is_not_cut_off() {
    let inside = inside();
    let mut client = inside.line();
    client.connect(Connect { keep_alive: 0, ..Connect::new("late") }).await;
    tokio::time::sleep(Duration::from_millis(59_500)).await;
    const PINGS: usize = 5_000;
    client.stream.write_all(&b"\xc0\x00".repeat(PINGS)).await.expect("written");
    tokio::time::sleep(Duration::from_secs(1)).await;
    for n in 0..PINGS {
        assert_eq!(client.next().await, Some(Packet::PingResp), "answer {n}");
    }
}

#[tokio::test]
async fn every_address_is_served_and_a_port_left_open_is_the_same_for_all() {
    let Inside { counter, gone: _gone, .. } = inside();
    let addresses = ["127.0.0.1:0", "127.0.0.2:0"].map(|address| address.parse().expect("an address"));
    let bound = bind(&addresses, counter.wiring.clone()).expect("free");
    let running = bound.run();
    let first: SocketAddr = running.address.parse().expect("an address");
    assert_eq!(running.also, [format!("127.0.0.2:{}", first.port())]);
    for address in [&running.address, &running.also[0]] {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("served");
        let mut connect = BytesMut::new();
        Packet::Connect(Connect::new("a")).write(&mut connect, 1 << 10).expect("a packet");
        stream.write_all(&connect).await.expect("written");
        let mut answer = [0; 4];
        timeout(SOON, stream.read_exact(&mut answer)).await.expect("soon").expect("an answer");
        assert_eq!(answer, [0x20, 2, 0, 0]);
    }
    running.stop();
    let taken = bind(&[first, first], counter.wiring.clone());
    assert!(taken.is_err(), "one address is listened to once");
}

#[tokio::test]
async fn nobody_listens_where_no_agent_does() {
    let inside = inside();
    let mut client = inside.client("").await;
    let topics = ["avow/1/up/#", "avow/1/down/#", "avow/1/down/+/x", "$SYS/x", "avow/1/down/35/x"];
    assert_eq!(client.subscribe(&topics).await, [false, false, false, false, true]);
    assert_eq!(inside.count(|c| &c.subscriptions_denied), 4);
}

#[tokio::test]
async fn who_comes_with_the_same_id_sends_nobody_away() {
    let mut inside = inside();
    let mut first = inside.client("the same").await;
    let mut second = inside.client("the same").await;
    assert_eq!(second.subscribe(&["avow/1/all/35"]).await, [true]);
    first.ping().await;
    second.ping().await;
    drop(second);
    assert_eq!(inside.gone().await, 2);
    first.ping().await;
    drop(first);
    assert_eq!(inside.gone().await, 1);
    assert_eq!(inside.counter.switch().listeners("avow/1/all/35").count(), 0);
}

#[tokio::test]
async fn what_is_no_agent_is_refused() {
    let inside = inside();
    let nameless = Connect { clean_session: false, ..Connect::new("") };
    for (connect, code) in
        [(nameless, ConnectReturnCode::BadClientId), (Connect::new("a".repeat(300)), ConnectReturnCode::BadClientId)]
    {
        let mut client = inside.line();
        assert_eq!(client.connect(connect).await, code);
        assert_eq!(client.next().await, None);
    }
    for (other, refusal) in [
        (b"\x10\x11\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x03abc".as_slice(), b"\x20\x02\x00\x01".as_slice()),
        (b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03abc", b"\x20\x03\x00\x84\x00"),
    ] {
        let mut client = inside.line();
        client.stream.write_all(other).await.expect("written");
        let mut answer = Vec::new();
        timeout(SOON, client.stream.read_to_end(&mut answer)).await.expect("soon").expect("reads");
        assert_eq!(answer, refusal);
    }
    let mut rude = inside.line();
    rude.put(Packet::PingReq).await;
    assert_eq!(rude.next().await, None);
    let mut twice = inside.client("a").await;
    twice.put(Packet::Connect(Connect::new("a"))).await;
    assert_eq!(twice.next().await, None);
    let mut exact = inside.client("a").await;
    let publish = Publish { pkid: 1, ..Publish::new("avow/1/up/35/x", QoS::ExactlyOnce, "x") };
    exact.put(Packet::Publish(publish)).await;
    assert_eq!(exact.next().await, None, "nobody acknowledges what cannot be promised");
}

#[tokio::test]
async fn who_does_not_read_misses_messages_and_delays_nobody() {
    let inside = inside();
    let mut stuck = inside.client("stuck").await;
    let mut other = inside.client("other").await;
    stuck.subscribe(&["avow/1/all/35"]).await;
    other.subscribe(&["avow/1/all/35"]).await;
    let long = vec![0; 4 << 10];
    for n in 0..200 {
        inside.send("avow/1/all/35", &long);
        assert_eq!(other.payload().await.map(|payload| payload.len()), Some(long.len()), "message {n}");
    }
    let missed = inside.count(|c| &c.messages_undelivered);
    assert!((50..200).contains(&missed), "{missed} were missed by who does not read");
}

#[tokio::test(start_paused = true)]
async fn who_is_silent_or_stuck_is_cut_off() {
    let mut inside = inside();
    let began = tokio::time::Instant::now();
    let _silent = inside.client("silent").await;
    assert_eq!(inside.gone.recv().await, Some(1));
    assert_eq!(began.elapsed().as_secs(), 15, "one and a half times the ten seconds it promised");

    let mut stuck = inside.line();
    stuck.connect(Connect { keep_alive: 0, ..Connect::new("stuck") }).await;
    stuck.subscribe(&["avow/1/all/35"]).await;
    let began = tokio::time::Instant::now();
    inside.send("avow/1/all/35", &vec![0; 16 << 10]);
    assert_eq!(inside.gone.recv().await, Some(2));
    assert!((20..=80).contains(&began.elapsed().as_secs()), "after {:?}", began.elapsed());

    let mut mute = inside.line();
    assert_eq!(timeout(Duration::from_secs(60), mute.stream.read_u8()).await.expect("closed").ok(), None);
}

#[tokio::test]
async fn the_last_of_many_connects_like_the_first() {
    let inside = inside();
    let mut all = HashSet::new();
    let mut switch = inside.counter.switch();
    for n in 0..18_000 {
        let (queue, packets) = mpsc::channel(1);
        let no = switch.connect(queue).expect("room");
        assert!(switch.subscribe(no, &format!("avow/1/down/35/{n}")) && switch.subscribe(no, "avow/1/all/35"));
        all.insert(no);
        drop(packets);
    }
    assert_eq!((all.len(), switch.listeners("avow/1/all/35").count()), (18_000, 18_000));
    drop(switch);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Bytes of any kind, also such as begin like a packet, end a connection at most: the next one is served.
    #[test]
    fn garbage_harms_nobody(
        connects in any::<bool>(),
        heads in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let inside = inside();
            let mut client = if connects { inside.client("x").await } else { inside.line() };
            for (first, rest) in heads {
                let length = u8::try_from(rest.len()).expect("short");
                let packet = [&[first, length], rest.as_slice()].concat();
                if client.stream.write_all(&packet).await.is_err() {
                    break;
                }
            }
            inside.client("y").await.ping().await;
        });
    }
}
