//! STAMP (RFC 8762) against an independent implementation: `stamp-suite` 1.0.0, in either role.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::outcome::Verdict;
use avow_shared::stamp::{NtpTime, PACKET_LEN, Request, UNSYNCHRONISED};
use avow_shared::time::{ClockQuality, WallTime};
use avow_tests::rig::{Collector, CollectorPlan, Folder};

/// What the peer sends.
const PACKETS: u32 = 40;

/// The peer's program, in `$AVOW_TOOLS` (a folder) or on the path.
fn stamp_suite() -> PathBuf {
    let tools = std::env::var_os("AVOW_TOOLS").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = tools.into_iter().flat_map(|folder| [folder.join("bin"), folder]).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("stamp-suite")).find(|program| program.is_file()).expect(
        "stamp-suite is needed: cargo install stamp-suite --version 1.0.0 --locked --root DIR, then AVOW_TOOLS=DIR",
    )
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// A running peer, ended with the test.
struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The peer as reflector on `port`, once it answers.
fn reflector(port: u16) -> Peer {
    let peer = Command::new(stamp_suite())
        .args(["-i", "-S", "127.0.0.1", "-o", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the peer starts");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
    let hello = Request { sequence: 0, sent: NtpTime(1), error_estimate: UNSYNCHRONISED }.encode();
    let answers = (0..100).any(|_| {
        let sent = socket.send_to(&hello, ("127.0.0.1", port)).is_ok();
        sent && socket.recv(&mut [0; 2 * PACKET_LEN]).is_ok()
    });
    assert!(answers, "the peer does not answer on port {port}");
    Peer(peer)
}

async fn measured(port: u16) -> Found {
    let text = format!("to='127.0.0.1'\nmethod='stamp'\nport={port}\ncount=20\ngap_ms=5\ntimeout_ms=500");
    let work = Work::parse("line", text.parse().expect("a table")).expect("a line");
    let context = Context {
        may_move: false,
        state_dir: std::env::temp_dir(),

        flash_bytes: 0,
        uptime: Duration::ZERO,

        desk: None,
        wall: WallTime { at_ms: 0, quality: ClockQuality::Free },
    };
    run(&work, &context).await
}

#[tokio::test]
async fn our_sender_measures_the_peers_reflector() {
    let port = free_port();
    let _peer = reflector(port);
    let found = measured(port).await;
    assert!(matches!(found.verdict, Verdict::Pass | Verdict::Degraded { .. }), "{}", found.detail);
    let number = |name: &str| found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number);
    assert_eq!(number("loss"), Some(0.0), "{}", found.detail);
    assert!(number("rtt_avg").is_some_and(|ms| ms < 500.0), "{}", found.detail);
}

#[tokio::test]
async fn a_reflector_that_has_gone_is_a_line_that_is_down() {
    let port = free_port();
    drop(reflector(port));
    let found = measured(port).await;
    assert_eq!(found.verdict, Verdict::fail("line.down"), "{}", found.detail);
}

/// What the peer's sender prints of `count` packets to `reflector`: its summary, and a line for each reply.
async fn peers_summary(reflector: SocketAddr, count: u32) -> (serde_json::Value, String) {
    let (ip, port, count) = (reflector.ip().to_string(), reflector.port().to_string(), count.to_string());
    let output = tokio::process::Command::new(stamp_suite())
        .args(["-r", &ip, "-p", &port, "-S", "127.0.0.1", "--auth-mode", "O"])
        .args(["--count", &count, "--send-delay", "5", "--timeout", "2", "--output-format", "json", "-R"])
        .kill_on_drop(true)
        .output()
        .await
        .expect("the peer runs");
    let replies = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{} {replies}", output.status);
    let summary = serde_json::from_slice(&output.stdout);
    (summary.unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&output.stdout))), replies)
}

#[tokio::test]
async fn the_peers_sender_measures_the_collectors_reflector() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let started = Instant::now();
    let (summary, replies) = peers_summary(collector.stamp, PACKETS).await;
    let longest_ms = started.elapsed().as_secs_f64() * 1_000.0;
    let said = |name: &str| summary.pointer(name).and_then(serde_json::Value::as_f64).unwrap_or(f64::NAN);

    let counts = ["/packets_sent", "/packets_received", "/packets_lost", "/measurements/unknown_replies"].map(said);
    assert_eq!(counts, [f64::from(PACKETS), f64::from(PACKETS), 0.0, 0.0], "{summary}\n{replies}");
    assert_eq!(said("/measurements/last_reflector_sequence"), f64::from(PACKETS - 1), "{summary}");
    let [min, average, max] = ["/min_rtt_ms", "/avg_rtt_ms", "/max_rtt_ms"].map(said);
    assert!(0.0 <= min && min <= average && average <= max && max < longest_ms, "{summary}");
    // One machine has one clock, so both ways can be told apart; what is left of the round trip is our own time.
    let [out, back] =
        ["/owd/forward", "/owd/reverse"].map(|way| [said(&format!("{way}_min_ms")), said(&format!("{way}_avg_ms"))]);
    assert!(out[0] > 0.0 && back[0] > 0.0 && out[1] + back[1] < average, "{summary}");
    assert_eq!(summary["owd"]["clock_quality"]["last_reflector"]["synchronized"], false, "we claim none: {summary}");
    assert_eq!(replies.matches(" ttl=255 ").count(), PACKETS as usize, "the peer sends with 255: {replies}");
}
