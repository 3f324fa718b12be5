//! A person at HQ and a camera in a venue: the real collector, the real agent, a simulated camera on a pseudo terminal.

use std::path::PathBuf;
use std::time::Duration;

use avow_shared::camera::{MAX_LEASE_MS, Motion};
use avow_shared::topic;
use avow_shared::wire::{Frame, Signer, Steer};
use avow_tests::rig::{
    Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, Mosquitto, MqttClient, announce, wait_until,
};
use avow_tests::sim::camera::wire::serve;
use avow_tests::sim::camera::{Camera, Faults};
use avow_tests::sim::pty::Pty;
use nix::sys::signal::Signal;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_millis(MAX_LEASE_MS as u64);
/// What two busy cores and a pseudo terminal may add.
const MARGIN: Duration = Duration::from_millis(400);
const HOME: &[u8] = &[0x81, 0x01, 0x06, 0x04, 0xff];
/// Any `Pan-tiltDrive` begins so; what follows is two speeds and two directions.
const DRIVE: &[u8] = &[0x81, 0x01, 0x06, 0x01];
const HEAD_STILL: &[u8] = &[0x03, 0x03, 0xff];

/// A venue whose camera can be steered from HQ.
struct Room {
    folder: Folder,
    collector: Collector,
    agent: Agent,
    ear: mpsc::Receiver<(Instant, Vec<u8>)>,
    http: Http,
    _pty: Pty,
    _broker: Option<Mosquitto>,
}

impl Room {
    async fn open() -> Self {
        Self::open_with(None, Folder::new()).await
    }

    /// With a broker elsewhere, which anybody may publish to.
    async fn open_with(broker: Option<Mosquitto>, folder: Folder) -> Self {
        let path: PathBuf = folder.file("ttyCAM");
        let pty = Pty::at(&path).expect("a terminal");
        let line = pty.stream().expect("a stream");
        let (sender, ear) = mpsc::channel(4_096);
        tokio::spawn(async move { serve(line, &mut Camera::new(Faults::default()).with_ear(sender)).await });
        let mut plan = CollectorPlan::inside(folder.folder("hq"));
        plan.broker = broker.as_ref().map(Mosquitto::address);
        let collector = Collector::start(&folder, &plan).await;
        let http = collector.api();
        let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
        plan.more = format!(
            "[[venue.probe]]\nid = \"front\"\nname = \"主席台摄像机\"\nkind = \"camera\"\nport = \"{}\"\ninterval_s = 600\n",
            path.display()
        );
        let agent = Agent::start(&folder, &plan);
        let is_told = async || {
            let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
            let outcomes = venue["outcomes"].as_array()?;
            outcomes.iter().any(|outcome| outcome["probe"] == "front").then_some(())
        };
        wait_until("the camera's first outcome at HQ", SOON, is_told).await;
        Self { folder, collector, agent, ear, http, _pty: pty, _broker: broker }
    }

    /// Status and answer of a request about the camera.
    async fn asks(&self, what: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/venues/{VENUE}/cameras/front/{what}");
        let answer = self.http.request(Method::POST, &path).json(body).send().await.expect("an answer");
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn steers(&self, motion: Value) -> Instant {
        let body = json!({ "motion": motion, "lease_ms": MAX_LEASE_MS });
        let (status, said) = self.asks("steer", &body).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
        Instant::now()
    }

    /// When the camera is told something that fits, counted from here.
    async fn hears(&mut self, what: &str, fits: impl Fn(&[u8]) -> bool) -> Instant {
        let heard = async {
            loop {
                let (at, frame) = self.ear.recv().await.expect("the camera lives");
                if fits(&frame) {
                    return at;
                }
            }
        };
        tokio::time::timeout(SOON, heard).await.unwrap_or_else(|_| panic!("the camera was not told: {what}"))
    }

    /// How often it was told to move since somebody listened last.
    fn drives(&mut self) -> usize {
        std::iter::from_fn(|| self.ear.try_recv().ok()).filter(|(_, frame)| is_drive(frame)).count()
    }

    /// `meeting on` or `off`, said at the box.
    async fn meeting(&self, on: bool) {
        let socket = self.folder.folder("agent").join("agent.sock");
        announce(socket, on).await;
    }
}

fn is_drive(frame: &[u8]) -> bool {
    frame.starts_with(DRIVE) && !frame.ends_with(HEAD_STILL)
}

fn is_stop(frame: &[u8]) -> bool {
    frame.starts_with(DRIVE) && frame.ends_with(HEAD_STILL)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_from_hq_reaches_the_camera_and_its_answer_the_person() {
    let mut room = Room::open().await;
    let clicked = Instant::now();
    let (status, said) = room.asks("command", &json!({ "command": "home" })).await;
    assert_eq!((status, &said["result"]), (StatusCode::OK, &json!("done")), "{said}");
    let heard = room.hears("home", |frame| frame == HOME).await;
    assert!(heard - clicked < Duration::from_millis(250), "click to wire took {:?}", heard - clicked);
    let (_, said) = room.asks("command", &json!({ "command": "ask" })).await;
    assert!(said["detail"].as_str().is_some_and(|line| line.contains("Sony EVI-D70")), "{said}");

    room.meeting(true).await;
    for command in [json!("home"), json!("wheel"), json!({ "recall": 2 })] {
        let (status, said) = room.asks("command", &json!({ "command": command })).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        assert_eq!((&said["result"], &said["detail"]), (&json!("interlocked"), &json!("现在有会议")), "{command}");
    }
    let (_, said) = room.asks("command", &json!({ "command": "home", "confirmed": true })).await;
    assert_eq!(said["result"], "done", "a person who confirms is obeyed: {said}");

    for (body, expected) in [
        (json!({ "command": { "recall": 128 } }), StatusCode::BAD_REQUEST),
        (json!({ "command": "dance" }), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(room.asks("command", &body).await.0, expected, "{body}");
    }
    let elsewhere = format!("/api/v1/venues/{VENUE}/cameras/host/command");
    let answer = room.http.request(Method::POST, &elsewhere).json(&json!({ "command": "home" })).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::NOT_FOUND, "a probe that is no camera");

    room.agent.stop().await;
    let is_away = async || {
        let (status, said) = room.asks("command", &json!({ "command": "home" })).await;
        (status == StatusCode::CONFLICT).then_some(said)
    };
    let said = wait_until("HQ sees that the agent is gone", SOON, is_away).await;
    assert!(said["detail"].as_str().is_some_and(|detail| detail.contains("not connected")), "{said}");
    room.collector.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_at_hq_that_falls_silent_stops_the_camera_and_so_does_a_meeting() {
    let mut room = Room::open().await;
    let left = json!({ "pan": -80 });
    let clicked = Instant::now();
    let mut held = room.steers(left.clone()).await;
    let began = room.hears("a drive", is_drive).await;
    assert!(began - clicked < Duration::from_millis(250), "click to wire took {:?}", began - clicked);
    let mut beat = tokio::time::interval(Duration::from_millis(150));
    for _ in 0..6 {
        beat.tick().await;
        held = room.steers(left.clone()).await;
    }
    let stopped = room.hears("a stop", is_stop).await;
    assert!(stopped >= held + LEASE / 2 && stopped < held + LEASE + MARGIN, "after {:?}", stopped - held);

    room.steers(left.clone()).await;
    let began = room.hears("a drive", is_drive).await;
    room.steers(json!({})).await;
    assert!(room.hears("a stop", is_stop).await - began < LEASE, "a stop that arrives is obeyed at once");

    room.meeting(true).await;
    room.drives();
    room.steers(left.clone()).await;
    // Its answer comes behind the steering that was not obeyed.
    let (_, said) = room.asks("command", &json!({ "command": "ask" })).await;
    assert_eq!((&said["result"], room.drives()), (&json!("done"), 0), "nothing moves in a meeting: {said}");
    let body = json!({ "motion": left, "lease_ms": MAX_LEASE_MS, "confirmed": true });
    assert_eq!(room.asks("steer", &body).await.0, StatusCode::NO_CONTENT);
    room.hears("a drive", is_drive).await;
    room.agent.process.signal(Signal::SIGKILL);
    room.collector.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_for_a_camera_that_is_there_is_refused_and_reaches_no_line() {
    let mut room = Room::open().await;
    room.drives();
    let long = format!("{{\"command\":\"{}\"}}", "x".repeat(70_000));
    let deep = "[".repeat(10_000);
    for what in ["command", "steer"] {
        let path = format!("/api/v1/venues/{VENUE}/cameras/front/{what}");
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "\u{0}\u{1}",
            r#"{"command":{}}"#,
            r#"{"command":{"recall":-1}}"#,
            r#"{"command":{"recall":1,"store":1}}"#,
            r#"{"command":"home","confirmed":"yes"}"#,
            r#"{"motion":{"pan":1e9},"lease_ms":400}"#,
            r#"{"motion":{"pan":128},"lease_ms":400}"#,
            r#"{"motion":{"pan":1},"lease_ms":-400}"#,
            r#"{"motion":{"pan":1},"lease_ms":400,"forever":true}"#,
            &long,
            &deep,
        ] {
            let request = room.http.request(Method::POST, &path).header("content-type", "application/json");
            let status = request.body(body.to_owned()).send().await.expect("an answer").status();
            assert!(status.is_client_error(), "{what} {:.60}: {status}", body);
        }
    }
    let (_, said) = room.asks("command", &json!({ "command": "ask" })).await;
    assert_eq!((&said["result"], room.drives()), (&json!("done"), 0), "{said}");
    room.agent.stop().await;
    room.collector.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_or_forged_hand_moves_nothing_and_too_many_hands_are_told_so() {
    let folder = Folder::new();
    let broker = Mosquitto::start(&folder).await;
    let mut room = Room::open_with(Some(broker), folder).await;
    let mut spy = MqttClient::connect(room.collector.mqtt, "spy").await.expect("the broker lives");
    let agent = room.http.agents("state=accepted").await.remove(0);
    let id = agent["id"].as_str().expect("an id").parse().expect("an id");
    let down = topic::down("350102001".parse().expect("a place"), id);
    spy.subscribe(&[&down]).await.expect("the broker lives");
    room.steers(json!({ "pan": 40 })).await;
    room.hears("a drive", is_drive).await;
    let recorded = loop {
        let (_, bytes) = tokio::time::timeout(SOON, spy.message()).await.expect("in time").expect("the broker lives");
        if Frame::parse(&bytes).is_ok_and(|frame| frame.kind == avow_shared::wire::Kind::Steer) {
            break bytes;
        }
    };
    room.hears("a stop", is_stop).await;
    room.drives();
    let thief = Signer::from_seed(&[66; 32]);
    let now_ms = room.http.json("/api/v1/health").await["now_ms"].as_u64().expect("a time");
    let forged = Steer {
        to: id,
        boot_nonce: [0; 16],
        sequence: now_ms + 1_000_000,
        hq_ms: now_ms,
        venue: VENUE.parse().expect("a venue"),
        probe: "front".parse().expect("a probe"),
        motion: Motion { pan: 100, ..Motion::STILL },
        lease_ms: MAX_LEASE_MS,
        confirmed: true,
    };
    let mut bent = recorded.clone();
    *bent.last_mut().expect("bytes") ^= 1;
    let cuts = (0..recorded.len()).step_by(7).map(|end| recorded[..end].to_vec());
    for payload in [recorded.clone(), forged.seal(&thief), bent].into_iter().chain(cuts) {
        spy.publish(&down, &payload).await.expect("the broker lives");
    }
    // Whatever the broker handed on lies before this in the agent's ears.
    let (_, said) = room.asks("command", &json!({ "command": "ask" })).await;
    assert_eq!((&said["result"], room.drives()), (&json!("done"), 0), "{said}");

    let body = json!({ "motion": { "pan": 10 }, "lease_ms": 100 });
    let mut too_fast = 0;
    for _ in 0..20 {
        too_fast += u32::from(room.asks("steer", &body).await.0 == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(too_fast > 0, "twenty motions at once are no hand's");
    for body in [
        json!({ "motion": { "pan": 101 }, "lease_ms": 400 }),
        json!({ "motion": {}, "lease_ms": 401 }),
        json!({ "motion": {}, "lease_ms": 0 }),
    ] {
        assert_eq!(room.asks("steer", &body).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
    room.agent.stop().await;
    room.collector.stop().await;
}
