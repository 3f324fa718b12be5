//! A person and HQ at a camera's wheel while probes run: the real agent, its real command line, a simulated camera on a
//! pseudo terminal that notes what it is told and when.

use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_shared::camera::{Command as Told, MAX_LEASE_MS, Motion};
use avow_shared::hash::to_hex;
use avow_shared::order::{AnswerResult, Order, Scope, Task};
use avow_shared::topic;
use avow_shared::wire::{Ack, Frame, Kind, Report, Signer, Standing, Steer, Up, UpBody, VERSION, Welcome, decode_up};
use avow_tests::rig::{Folder, Mosquitto, MqttClient, Process, program};
use avow_tests::sim::camera::wire::serve;
use avow_tests::sim::camera::{Camera, Faults};
use avow_tests::sim::pty::Pty;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::Instant;

pub(crate) const SOON: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_millis(MAX_LEASE_MS as u64);
/// What two busy cores and a pseudo terminal may add.
pub(crate) const MARGIN: Duration = Duration::from_millis(400);
const VERSION_INQUIRY: &[u8] = &[0x81, 0x09, 0x00, 0x02, 0xff];
const HOME: &[u8] = &[0x81, 0x01, 0x06, 0x04, 0xff];
/// Any `Pan-tiltDrive` begins so; what follows is two speeds and two directions.
const DRIVE: &[u8] = &[0x81, 0x01, 0x06, 0x01];
const HEAD_STILL: &[u8] = &[0x03, 0x03, 0xff];

/// A simulated camera at a serial line, and an ear at it.
pub(crate) struct Wired {
    pub(crate) pty: Pty,
    pub(crate) path: PathBuf,
    ear: mpsc::Receiver<(Instant, Vec<u8>)>,
}

pub(crate) fn wired(folder: &Folder, faults: Faults) -> Wired {
    let path = folder.file("ttyCAM");
    let pty = Pty::at(&path).expect("a terminal");
    let line = pty.stream().expect("a stream");
    let (sender, ear) = mpsc::channel(4_096);
    tokio::spawn(async move { serve(line, &mut Camera::new(faults).with_ear(sender)).await });
    Wired { pty, path, ear }
}

impl Wired {
    /// When the camera is told something that fits, counted from here.
    pub(crate) async fn hears(&mut self, what: &str, fits: impl Fn(&[u8]) -> bool) -> Instant {
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

    pub(crate) async fn hears_frame(&mut self, frame: &[u8]) -> Instant {
        self.hears(&format!("{frame:02x?}"), |heard| heard == frame).await
    }

    async fn hears_drive(&mut self) -> Instant {
        self.hears("a drive", |frame| frame.starts_with(DRIVE) && !frame.ends_with(HEAD_STILL)).await
    }

    async fn hears_stop(&mut self) -> Instant {
        self.hears("a stop", |frame| frame.starts_with(DRIVE) && frame.ends_with(HEAD_STILL)).await
    }
}

pub(crate) fn configured(folder: &Folder, port: &Path, broker: &str, hq: &str) -> PathBuf {
    let path = folder.file("agent.toml");
    let text = format!(
        r#"
[agent]
place = "350102001"
state = "{state}"
socket = "{state}/agent.sock"
[hq]
broker = "mqtt://{broker}"
http = "http://127.0.0.1:1"
{hq}
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "front"
name = "主席台摄像机"
kind = "camera"
port = "{port}"
interval_s = 5
"#,
        state = folder.path().join("state").display(),
        port = port.display(),
    );
    std::fs::create_dir_all(folder.path().join("state")).expect("a folder");
    std::fs::write(&path, text).expect("writes");
    path
}

pub(crate) async fn running(folder: &Folder, config: &Path) -> Process {
    let mut command = std::process::Command::new(program("avow-agent"));
    command.arg("run").arg("--config").arg(config);
    let process = Process::start(folder, "agent", &command);
    avow_tests::rig::wait_until("the agent's socket", SOON, async || UnixStream::connect(socket(folder)).await.ok())
        .await;
    process
}

fn socket(folder: &Folder) -> PathBuf {
    folder.path().join("state/agent.sock")
}

/// A request to the agent, and its reply, in the words that they have in JSON.
pub(crate) async fn ask(folder: &Folder, request: &str) -> Value {
    let (socket, request) = (socket(folder), serde_json::from_str(request).expect("a request"));
    let asked = tokio::task::spawn_blocking(move || avow_agent::control::ask(&socket, &request));
    let reply = asked.await.expect("it is asked").expect("it answers").expect("the agent listens");
    serde_json::to_value(reply).expect("json")
}

fn avow(config: &Path, arguments: &str) -> Command {
    let mut command = Command::new(program("avow-agent"));
    command.args(arguments.split_whitespace()).arg("--config").arg(config).env("LANG", "en_US.UTF-8");
    command.kill_on_drop(true);
    command
}

async fn output(mut command: Command) -> std::process::Output {
    tokio::time::timeout(SOON, command.output()).await.expect("it ends").expect("it runs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_reaches_the_camera_while_a_probe_waits_for_an_answer_that_never_comes() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults { answers_nothing: true, ..Faults::default() });
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let _agent = running(&folder, &config).await;
    camera.hears_frame(VERSION_INQUIRY).await;
    let asked = Instant::now();
    let request = r#"{"camera":{"name":"front","command":"home"}}"#;
    let (heard, reply) = tokio::join!(camera.hears_frame(HOME), ask(&folder, request));
    // A probe's question that gets no answer takes a second before anything else.
    assert!(heard - asked < Duration::from_millis(500), "it took {:?}", heard - asked);
    assert_eq!(reply["checked"][0]["verdict"]["fail"]["finding"], "camera.no-answer", "{reply}");

    camera.hears_frame(VERSION_INQUIRY).await;
    let by_hand = tokio::spawn(output(avow(&config, "camera front home")));
    camera.hears_frame(HOME).await;
    assert_eq!(by_hand.await.expect("it ends").status.code(), Some(1), "obeyed, and silent when asked: a fault");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_whose_hand_is_killed_stops_by_itself() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let _agent = running(&folder, &config).await;
    let mut hand = std::process::Command::new(program("avow-agent"));
    hand.args(["camera", "front", "move", "left", "--for", "60000", "--config"]).arg(&config);
    let mut hand = Process::start(&folder, "hand", &hand);
    let began = camera.hears_drive().await;
    camera.hears("a probe's question, later", |frame| frame[1] == 0x09 && began.elapsed() > LEASE * 2).await;
    hand.kill();
    let killed = Instant::now();
    let stopped = camera.hears_stop().await;
    assert!(stopped - began > LEASE * 2, "while it was held it went on");
    assert!(stopped - killed < LEASE + MARGIN, "it went on for {:?}", stopped - killed);
    let where_it_is = |reply: &Value| reply["checked"][0]["values"].clone();
    let request = r#"{"camera":{"name":"front","command":"ask"}}"#;
    let first = ask(&folder, request).await;
    assert_eq!(where_it_is(&first), where_it_is(&ask(&folder, request).await), "and it stands still: {first}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_stops_leaves_no_camera_moving() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let mut agent = running(&folder, &config).await;
    let reply = ask(&folder, r#"{"steer":{"name":"front","motion":{"pan":50},"lease_ms":400}}"#).await;
    assert_eq!(reply, serde_json::json!({ "done": {} }));
    let began = camera.hears_drive().await;
    agent.signal(nix::sys::signal::Signal::SIGTERM);
    let stopped = camera.hears_stop().await;
    assert!(stopped - began < LEASE + MARGIN);
    assert!(agent.wait(SOON).await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engineers_words_reach_the_camera_with_and_without_an_agent() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    for with_agent in [false, true] {
        let mut agent = if with_agent { Some(running(&folder, &config).await) } else { None };
        for (arguments, hex) in [
            ("move up --for 1", "81 01 06 01 01 0A 03 01 FF"),
            ("move down-left --speed 100 --for 1", "81 01 06 01 18 14 01 02 FF"),
            ("zoom tele --for 1", "81 01 04 07 23 FF"),
            ("focus near --speed 100 --for 1", "81 01 04 08 37 FF"),
            ("focus auto", "81 01 04 38 02 FF"),
            ("exposure auto", "81 01 04 39 00 FF"),
            ("exposure manual", "81 01 04 39 03 FF"),
            ("exposure shutter", "81 01 04 39 0A FF"),
            ("exposure iris", "81 01 04 39 0B FF"),
            ("exposure bright", "81 01 04 39 0D FF"),
            ("white auto", "81 01 04 35 00 FF"),
            ("white indoor", "81 01 04 35 01 FF"),
            ("white outdoor", "81 01 04 35 02 FF"),
            ("white one-push", "81 01 04 10 05 FF"),
            ("white manual", "81 01 04 35 05 FF"),
            ("turn -100 20", "81 01 06 03 18 14 0F 0F 09 0C 00 00 01 04 FF"),
            ("go -100 20 512", "81 01 06 02 18 14 0F 0F 09 0C 00 00 01 04 FF"),
            ("store 9", "81 01 04 3F 01 09 FF"),
            ("clear 9", "81 01 04 3F 00 09 FF"),
            ("stop", "81 01 06 01 18 14 03 03 FF"),
            ("power on", "81 01 04 00 02 FF"),
        ] {
            let wanted: Vec<u8> =
                hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
            let said = output(avow(&config, &format!("camera front {arguments} --json")));
            let (said, _) = tokio::join!(said, camera.hears_frame(&wanted));
            assert_eq!(said.status.code(), Some(0), "{arguments}: {said:?}");
        }
        if let Some(agent) = &mut agent {
            agent.stop(nix::sys::signal::Signal::SIGTERM, SOON).await;
        }
    }
    drop(camera.pty);
}

/// One row of `camera front … --json`, and the exit code.
async fn row(config: &Path, arguments: &str) -> (Option<i32>, Value) {
    let said = output(avow(config, &format!("camera front {arguments} --json"))).await;
    let rows: Value = serde_json::from_slice(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    (said.status.code(), rows[0].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_off_is_judged_by_what_was_wanted_and_its_time_is_measured() {
    let folder = Folder::new();
    let camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    for with_agent in [false, true] {
        let mut agent = if with_agent { Some(running(&folder, &config).await) } else { None };
        for (what, said) in [("off", "已待机"), ("off again, which this camera refuses", "已待机")] {
            let (code, row) = row(&config, "power off").await;
            let detail = row["detail"].as_str().expect("a detail");
            assert!(code == Some(0) && detail.contains(said), "{what}, {with_agent}: {row}");
            assert!(row["took_ms"].as_u64().is_some_and(|ms| ms > 0), "{with_agent}: {row}");
        }
        let (code, asked) = row(&config, "ask").await;
        assert_eq!((code, &asked["finding"]), (Some(1), &"camera.power-off".into()), "who only asks finds a fault");
        assert_eq!(row(&config, "power on").await.0, Some(0));
        if let Some(agent) = &mut agent {
            agent.stop(nix::sys::signal::Signal::SIGTERM, SOON).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_hears_how_the_camera_sees_as_far_as_it_says_so() {
    let folder = Folder::new();
    let camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    for order in ["focus manual", "exposure iris", "white indoor"] {
        assert_eq!(row(&config, order).await.0, Some(0), "{order}");
    }
    let (code, asked) = row(&config, "ask").await;
    assert_eq!(code, Some(0), "{asked}");
    assert!(
        asked["detail"].as_str().is_some_and(|said| said.ends_with("对焦 manual 8192 曝光 iris 白平衡 indoor")),
        "{asked}"
    );
    let focus = asked["values"].as_array().and_then(|values| values.iter().find(|value| value["name"] == "focus"));
    assert_eq!(focus.map(|value| &value["number"]), Some(&8192.0.into()), "{asked}");

    let learnt = output(avow(&config, "baseline learn")).await;
    assert!(learnt.status.success(), "{learnt:?}");
    assert_eq!(row(&config, "exposure auto").await.0, Some(0));
    let _agent = running(&folder, &config).await;
    let checked = output(avow(&config, "check front --json")).await;
    let rows: Value = serde_json::from_slice(&checked.stdout).expect("json");
    assert_eq!(rows[0]["finding"], "device.settings-drift", "{rows}");
    let said = rows[0]["detail"].as_str().expect("a detail");
    assert!(said.contains("曝光方式") && said.contains("iris"), "{said}");
    assert!(
        !said.contains("白平衡") && !said.contains("8192"),
        "what stayed, and where a lens happens to stand: {said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_does_not_know_these_questions_is_well() {
    let folder = Folder::new();
    let camera = wired(&folder, Faults { no_modes: true, ..Faults::default() });
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let (code, asked) = row(&config, "ask").await;
    assert_eq!(code, Some(0), "{asked}");
    assert!(asked["detail"].as_str().is_some_and(|said| said.ends_with("变倍 0")), "nothing is made up: {asked}");
    assert!(output(avow(&config, "check front")).await.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_stays_on_was_not_switched_off() {
    let folder = Folder::new();
    let camera = wired(&folder, Faults { stays_on: true, ..Faults::default() });
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let (code, row) = row(&config, "power off").await;
    assert_eq!((code, &row["finding"]), (Some(1), &"camera.not-executable".into()), "{row}");
    assert!(row["detail"].as_str().is_some_and(|detail| detail.contains("仍开着")), "{row}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_for_the_agent_in_the_wrong_place_does_not_become_a_second_master() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let _agent = running(&folder, &config).await;
    let elsewhere = folder.file("elsewhere.sock");
    for arguments in ["home", "move left", "watch"] {
        let said = output(avow(&config, &format!("camera front {arguments} --socket {}", elsewhere.display()))).await;
        let words = String::from_utf8_lossy(&said.stderr).into_owned();
        assert_eq!(said.status.code(), Some(64), "{arguments}: {words}");
        assert!(words.contains("--socket"), "{words}");
    }
    let none = std::iter::from_fn(|| camera.ear.try_recv().ok()).all(|(_, frame)| frame[1] == 0x09 || frame[0] == 0x88);
    assert!(none, "the probe's questions alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_watches_sees_the_camera_move() {
    let folder = Folder::new();
    let camera = wired(&folder, Faults::default());
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let _agent = running(&folder, &config).await;
    let mut watching =
        avow(&config, "camera front watch --json").stdout(std::process::Stdio::piped()).spawn().expect("runs");
    let mut lines = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
    let mut pan = async || -> f64 {
        let line =
            tokio::time::timeout(SOON, lines.next_line()).await.expect("in time").expect("reads").expect("a line");
        let row: Value = serde_json::from_str(&line).expect("json");
        let values = row["values"].as_array().expect("values").iter();
        values.clone().find(|value| value["name"] == "pan").expect("a pan")["number"].as_f64().expect("a number")
    };
    assert_eq!(pan().await, 0.0);
    assert!(output(avow(&config, "camera front recall 2")).await.status.success());
    assert_eq!(pan().await, 200.0);
    let id = i32::try_from(watching.id().expect("it runs")).expect("a process id");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGINT).expect("a signal");
    assert_eq!(watching.wait().await.expect("it ends").code(), Some(0));
}

/// HQ as far as a camera's wheel needs it.
struct Hq {
    signer: Signer,
    mqtt: MqttClient,
    down: String,
    steer: Steer,
}

impl Hq {
    /// Welcomes the agent.
    async fn welcome(mut mqtt: MqttClient, signer: Signer) -> Self {
        loop {
            let (_, bytes) = mqtt.message().await.expect("the broker lives");
            let frame = Frame::parse(&bytes).expect("a frame");
            let Ok(Up { header, body: Ok(UpBody::Hello(hello)) }) = decode_up(frame.kind, frame.unverified_payload())
            else {
                continue;
            };
            let now_ms = now_ms();
            let ack = Ack { to: frame.key, spool: header.spool, issued_ms: now_ms, upto: 0, more: vec![] };
            let welcome = Welcome {
                to: frame.key,
                boot_nonce: hello.boot_nonce,
                hq_ms: now_ms,
                standing: Standing::Accepted,
                reads: vec![VERSION],
                window: 1_000,
                ack,
            };
            let down = topic::down(header.venue.place, frame.key);
            mqtt.publish(&down, &welcome.seal(&signer)).await.expect("the broker lives");
            let steer = Steer {
                to: frame.key,
                boot_nonce: hello.boot_nonce,
                sequence: now_ms,
                hq_ms: now_ms,
                venue: header.venue,
                probe: "front".parse().expect("a probe"),
                motion: Motion { pan: -80, ..Motion::STILL },
                lease_ms: MAX_LEASE_MS,
                confirmed: false,
            };
            return Self { signer, mqtt, down, steer };
        }
    }

    async fn steers(&mut self, motion: Motion) -> Instant {
        self.steer = Steer { sequence: self.steer.sequence + 1, hq_ms: now_ms(), motion, ..self.steer.clone() };
        self.mqtt.publish(&self.down, &self.steer.seal(&self.signer)).await.expect("the broker lives");
        Instant::now()
    }

    async fn orders(&mut self, command: Told) -> (AnswerResult, String) {
        let (venue, probe) = (self.steer.venue, self.steer.probe.clone());
        let number = now_ms();
        let order = Order {
            number,
            given_ms: number,
            expires_ms: number + 60_000,
            scope: Scope::Agents(vec![self.steer.to]),
            task: Task::Camera { venue, probe, command, confirmed: false },
        };
        self.mqtt.publish(&self.down, &order.seal(&self.signer)).await.expect("the broker lives");
        loop {
            let (_, bytes) = self.mqtt.message().await.expect("the broker lives");
            let frame = Frame::parse(&bytes).expect("a frame");
            let Ok(Up { body: Ok(UpBody::Reports(reports)), .. }) =
                decode_up(Kind::Reports, frame.unverified_payload())
            else {
                continue;
            };
            let answer = reports.into_iter().find_map(|numbered| match numbered.report {
                Report::Answer(answer) if answer.order == number => Some(answer),
                _ => None,
            });
            if let Some(answer) = answer {
                return (answer.result, answer.detail.to_string());
            }
        }
    }
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("small")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hq_holds_the_wheel_through_a_broker_and_a_lost_stop_never_pans_on() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults::default());
    let broker = Mosquitto::start(&folder).await;
    let signer = Signer::from_seed(&[9; 32]);
    let key = format!("key = \"{}\"", to_hex(&signer.public().bytes()));
    let config = configured(&folder, &camera.path, &broker.address().to_string(), &key);
    let mut mqtt = MqttClient::connect(broker.address(), "hq").await.expect("the broker lives");
    mqtt.subscribe(&[topic::ALL_UP]).await.expect("the broker lives");
    let mut agent = running(&folder, &config).await;
    let mut hq = tokio::time::timeout(SOON, Hq::welcome(mqtt, signer)).await.expect("the agent says hello");

    let (result, said) = tokio::time::timeout(SOON, hq.orders(Told::Ask)).await.expect("an answer");
    assert_eq!(result, AnswerResult::Done);
    assert!(said.contains("Sony EVI-D70"), "{said}");

    let left = Motion { pan: -80, ..Motion::STILL };
    let clicked = hq.steers(left).await;
    let began = camera.hears_drive().await;
    assert!(began - clicked < Duration::from_millis(250), "click to wire took {:?}", began - clicked);
    let (mut held, mut beat) = (clicked, tokio::time::interval(LEASE / 4));
    for _ in 0..8 {
        beat.tick().await;
        held = hq.steers(left).await;
    }
    let stopped = camera.hears_stop().await;
    assert!(stopped >= held + LEASE - MARGIN / 4 && stopped < held + LEASE + MARGIN, "after {:?}", stopped - held);

    hq.steers(left).await;
    let began = camera.hears_drive().await;
    hq.steers(Motion::STILL).await;
    assert!(camera.hears_stop().await - began < LEASE, "a stop that arrives is obeyed at once");
    agent.stop(nix::sys::signal::Signal::SIGTERM, SOON).await;
}
