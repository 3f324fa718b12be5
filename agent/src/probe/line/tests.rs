//! The line probe against sockets of this machine that answer, are silent or refuse.

use tokio::net::{TcpListener, UdpSocket};

use super::*;

fn setup(text: &str) -> Setup {
    let setup: Setup = toml::from_str(text).expect("a setup");
    setup.check().expect("a checked setup");
    setup
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

/// A reflector that answers as `reply` says; its port.
async fn reflector(reply: impl Fn(stamp::Request) -> Vec<stamp::Reply> + Send + 'static) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let port = socket.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut buffer = [0; 100];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            for reply in stamp::Request::decode(&buffer[..length]).map(&reply).unwrap_or_default() {
                let _ = socket.send_to(&reply.encode(), from).await;
            }
        }
    });
    port
}

const fn answer(request: stamp::Request) -> stamp::Reply {
    let time = stamp::NtpTime(1 << 40);
    stamp::Reply { sequence: request.sequence, sent: time, error_estimate: 1, received: time, request, ttl: 255 }
}

#[tokio::test]
async fn stamp_measures_a_reflector_that_answers() {
    let port = reflector(|request| vec![answer(request)]).await;
    let found = run(&setup(&format!("to='127.0.0.1'\nmethod='stamp'\nport={port}\ncount=5\ngap_ms=1"))).await;
    assert_eq!((&found.verdict, number(&found, "loss")), (&Verdict::Pass, Some(0.0)), "{}", found.detail);
    assert!(["rtt_avg", "rtt_p95", "rtt_max", "jitter_p99"].iter().all(|name| number(&found, name).is_some()));
}

#[tokio::test]
async fn a_reply_to_an_earlier_packet_does_not_answer_the_next() {
    let port = reflector(|request| {
        let earlier = stamp::Request { sent: stamp::NtpTime(request.sent.0 - 1), ..request };
        vec![answer(earlier)]
    })
    .await;
    let text = format!("to='127.0.0.1'\nmethod='stamp'\nport={port}\ncount=3\ngap_ms=1\ntimeout_ms=30");
    let found = run(&setup(&text)).await;
    assert_eq!(found.verdict, Verdict::fail("line.no-reply"));
    assert_eq!((found.detail.as_str(), number(&found, "loss")), ("收到 0/3 个应答", Some(100.0)));
}

#[tokio::test]
async fn every_other_packet_lost_is_a_failure_of_loss() {
    let port =
        reflector(|request| if request.sequence.is_multiple_of(2) { vec![answer(request)] } else { vec![] }).await;
    let text = format!("to='127.0.0.1'\nmethod='stamp'\nport={port}\ncount=10\ngap_ms=1\ntimeout_ms=50");
    let found = run(&setup(&text)).await;
    assert_eq!((found.verdict.clone(), number(&found, "loss")), (Verdict::fail("line.loss"), Some(50.0)));
}

#[tokio::test]
async fn a_closed_port_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let text = format!("to='127.0.0.1'\nmethod='tcp'\nport={port}\ngap_ms=1");
    let open = run(&setup(&text)).await;
    assert_eq!(open.verdict, Verdict::Pass, "{}", open.detail);
    drop(listener);
    let closed = run(&setup(&text)).await;
    assert_eq!(closed.verdict, Verdict::fail("line.down"));
    assert!(closed.detail.contains("拒绝"), "{}", closed.detail);
}

#[tokio::test]
async fn a_foreign_source_address_is_a_matter_of_the_box() {
    let found = run(&setup("to='127.0.0.1'\nmethod='tcp'\nport=9\nsource_address='192.0.2.77'")).await;
    assert_eq!(found.verdict.word(), "unknown");
    assert!(found.detail.contains("192.0.2.77"), "{}", found.detail);
}

#[tokio::test]
async fn a_missing_interface_is_a_matter_of_the_box() {
    let found = run(&setup("to='127.0.0.1'\nmethod='stamp'\ninterface='nosuch0'")).await;
    assert_eq!(found.verdict.word(), "unknown", "{}", found.detail);
}

/// Where the system allows no ping the probe must say so; where it does, this host answers.
#[tokio::test]
async fn a_ping_of_this_host_passes_or_says_what_is_missing() {
    for to in ["127.0.0.1", "::1"] {
        let found = run(&setup(&format!("to='{to}'\ncount=3\ngap_ms=1"))).await;
        match &found.verdict {
            Verdict::Unknown { .. } => assert!(found.detail.contains("CAP_NET_RAW"), "{}", found.detail),
            verdict => {
                assert_eq!((verdict, number(&found, "loss")), (&Verdict::Pass, Some(0.0)), "{to}: {}", found.detail)
            }
        }
    }
}

#[test]
fn limits_are_changed_by_the_configuration() {
    let satellite = setup("to='10.0.0.1'\nlimits={ rtt_avg={ good=800, tolerable=1500 } }");
    let times = vec![Some(600.0); 20];
    assert_eq!(judged(&satellite, &times).verdict, Verdict::Pass);
    assert_eq!(judged(&setup("to='10.0.0.1'"), &times).verdict, Verdict::fail("line.delay"));
}
