//! A line against a broker that kicks, and a pulse against one that acknowledges nothing.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// CONNACK, accepted (MQTT 3.1.1, 3.2).
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

fn options(port: u16) -> Options {
    Options {
        host: "127.0.0.1".to_owned(),
        port,
        client_id: "ab".repeat(16),
        keep_alive_s: 30,
        back_off_most_ms: 10,
        turnstile: None,
    }
}

/// Lets the next client in.
async fn admit(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.expect("a client");
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.expect("a CONNECT");
    assert_eq!(head[0], 0x10);
    let mut rest = vec![0; head[1].into()];
    stream.read_exact(&mut rest).await.expect("its rest");
    assert_eq!(rest[7] & 2, 2, "a clean session");
    stream.write_all(&CONNACK).await.expect("answers");
    stream
}

#[tokio::test]
async fn a_line_that_is_kicked_comes_back_with_a_new_client() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut line = Line::start(options(listener.local_addr().expect("an address").port()));
    for _ in 0..3 {
        let (stream, up) = tokio::join!(admit(&listener), line.next());
        assert_eq!(up, LineEvent::Up);
        drop(stream);
        assert!(matches!(line.next().await, LineEvent::Down(_)));
    }
    let (mut stream, up) = tokio::join!(admit(&listener), line.next());
    assert_eq!(up, LineEvent::Up);
    line.publish("t", b"hello".to_vec());
    assert_eq!(line.next().await, LineEvent::Taken);
    let mut packet = [0; 12];
    stream.read_exact(&mut packet).await.expect("a PUBLISH");
    assert_eq!((packet[0], &packet[7..]), (0x32, &b"hello"[..]), "QoS 1, not retained, not a duplicate");
    stream.write_all(&[0x30, 4, 0, 1, b't', b'!']).await.expect("sends");
    assert_eq!(line.next().await, LineEvent::Received(Bytes::from_static(b"!")));
}

#[tokio::test]
async fn who_passes_no_turnstile_does_not_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let turnstile = Arc::new(Semaphore::new(1));
    let mut with = options(listener.local_addr().expect("an address").port());
    with.turnstile = Some(Arc::clone(&turnstile));
    let taken = Arc::clone(&turnstile).acquire_owned().await.expect("open");
    let mut line = Line::start(with);
    let mut early = Box::pin(listener.accept());
    for _ in 0..50 {
        tokio::task::yield_now().await;
        assert!(futures_util::poll!(&mut early).is_pending());
    }
    drop(early);
    drop(taken);
    let (_stream, up) = tokio::join!(admit(&listener), line.next());
    assert_eq!((up, turnstile.available_permits()), (LineEvent::Up, 1), "and lets the next one through");
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_acknowledges_nothing_is_left_after_two_minutes() {
    let publish = |pulse: &mut Pulse| pulse.note(&Event::Outgoing(Outgoing::Publish(1)));
    let acknowledged = |pulse: &mut Pulse| pulse.note(&Event::Incoming(Packet::PubAck(rumqttc::PubAck::new(1))));
    let mut pulse = Pulse::new();
    let start = Instant::now();
    assert!(pulse.stuck_at() > start + Duration::from_secs(86_400), "silence alone is no trouble");
    tokio::time::advance(Duration::from_secs(500)).await;
    publish(&mut pulse);
    assert_eq!(pulse.stuck_at(), start + Duration::from_secs(620));
    tokio::time::advance(Duration::from_secs(60)).await;
    publish(&mut pulse);
    pulse.note(&Event::Incoming(Packet::PingResp));
    assert_eq!(pulse.stuck_at(), start + Duration::from_secs(620), "pings do not count");
    acknowledged(&mut pulse);
    assert_eq!(pulse.stuck_at(), start + Duration::from_secs(680));
    acknowledged(&mut pulse);
    assert!(pulse.stuck_at() > start + Duration::from_secs(86_400));
}
