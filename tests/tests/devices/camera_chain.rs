//! Several cameras on one RS-232 line: what a person asks of one never stops another. The real agent and its command line
//! against simulated cameras on a pseudo terminal; a chain of seven over a pipe with paused time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_agent::camera::desk::Desk;
use avow_agent::camera::line::Line;
use avow_agent::camera::reach::Backend;
use avow_agent::camera::visca::Visca;
use avow_agent::probe::camera;
use avow_agent::probe::{Context, Found, Work};
use avow_agent::visca::session::Wire;
use avow_shared::camera::Command as Told;
use avow_shared::outcome::Verdict;
use avow_tests::rig::{Folder, Process, program, wait_until};
use avow_tests::sim::camera::Faults;
use avow_tests::sim::camera::chain::Chain;
use avow_tests::sim::pty::Pty;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::site;

const SOON: Duration = Duration::from_secs(30);
const ADDRESS_SET: &[u8] = &[0x88, 0x30, 0x01, 0xff];
const CLEAR_ALL: &[u8] = &[0x88, 0x01, 0x00, 0x01, 0xff];
/// To the first camera: recall preset 1.
const RECALL: &[u8] = &[0x81, 0x01, 0x04, 0x3f, 0x02, 0x01, 0xff];
/// To the second: who are you?
const SECOND_ASKED: &[u8] = &[0x82, 0x09, 0x00, 0x02, 0xff];

fn slow() -> Faults {
    Faults { move_ms: Some(2_500), ..Faults::default() }
}

/// Cameras at a line, an ear at it, and the configuration of an agent that knows the first two.
struct Hall {
    folder: Folder,
    config: PathBuf,
    ear: mpsc::Receiver<(Instant, Vec<u8>)>,
    _pty: Pty,
}

impl Hall {
    fn with(cameras: impl IntoIterator<Item = Faults>) -> Self {
        let folder = Folder::new();
        let path = folder.file("ttyCAM");
        let pty = Pty::at(&path).expect("a terminal");
        let line = pty.stream().expect("a stream");
        let (sender, ear) = mpsc::channel(4_096);
        let mut chain = Chain::new(cameras).with_ear(sender);
        tokio::spawn(async move { chain.serve(line).await });
        let config = configured(&folder, &path);
        Self { folder, config, ear, _pty: pty }
    }

    /// When the line is told `wanted`, and everything else that was said until then.
    async fn hears(&mut self, wanted: &[u8]) -> Vec<Vec<u8>> {
        let heard = async {
            let mut before = Vec::new();
            loop {
                let (_, frame) = self.ear.recv().await.expect("the line lives");
                if frame == wanted {
                    return before;
                }
                before.push(frame);
            }
        };
        tokio::time::timeout(SOON, heard).await.unwrap_or_else(|_| panic!("the line was not told {wanted:02x?}"))
    }

    /// Everything that was said by now.
    fn heard(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.ear.try_recv().ok()).map(|(_, frame)| frame).collect()
    }

    async fn agent(&self) -> Process {
        let mut command = std::process::Command::new(program("avow-agent"));
        command.arg("run").arg("--config").arg(&self.config);
        let process = Process::start(&self.folder, "agent", &command);
        let socket = self.folder.path().join("state/agent.sock");
        wait_until("the agent's socket", SOON, async || UnixStream::connect(&socket).await.ok()).await;
        process
    }

    /// What a person types, and what he is told.
    fn types(&self, words: &str) -> tokio::task::JoinHandle<Value> {
        let mut command = Command::new(program("avow-agent"));
        command.arg("camera").args(words.split_whitespace()).arg("--json").arg("--config").arg(&self.config);
        command.kill_on_drop(true);
        tokio::spawn(async move {
            let said = tokio::time::timeout(SOON, command.output()).await.expect("it ends").expect("it runs");
            serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("json: {said:?}"))
        })
    }
}

fn configured(folder: &Folder, port: &Path) -> PathBuf {
    let path = folder.file("agent.toml");
    let mut text = format!(
        r#"
[agent]
place = "350102001"
state = "{state}"
socket = "{state}/agent.sock"
[hq]
broker = "mqtt://127.0.0.1:1"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
"#,
        state = folder.path().join("state").display(),
    );
    for address in [1, 2] {
        text += &format!(
            "[[venue.probe]]\nid = 'k{address}'\nname = '{address}'\nkind = 'camera'\nport = '{}'\naddress = {address}\ninterval_s = 5\n",
            port.display(),
        );
    }
    std::fs::create_dir_all(folder.path().join("state")).expect("a folder");
    std::fs::write(&path, text).expect("writes");
    path
}

async fn outcome(typed: tokio::task::JoinHandle<Value>) -> Value {
    typed.await.expect("it ends")
}

fn pan(outcome: &Value) -> Option<f64> {
    let values = outcome.pointer("/values").or_else(|| outcome.pointer("/0/values"))?.as_array()?;
    values.iter().find(|value| value["name"] == "pan")?["number"].as_f64()
}

fn to_all(frames: &[Vec<u8>]) -> usize {
    frames.iter().filter(|frame| *frame == ADDRESS_SET || *frame == CLEAR_ALL).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recall_arrives_while_a_person_and_a_probe_ask_the_other_camera() {
    let mut hall = Hall::with([slow(), Faults::default()]);
    let _agent = hall.agent().await;
    let begun = Instant::now();
    let recalled = hall.types("k1 recall 1");
    hall.hears(RECALL).await;
    let asked = hall.types("k2 ask");
    hall.hears(SECOND_ASKED).await;
    let (recalled, asked) = (outcome(recalled).await, outcome(asked).await);
    assert_eq!(pan(&recalled), Some(100.0), "{recalled}");
    assert!(begun.elapsed() < Duration::from_secs(15), "it took {:?}", begun.elapsed());
    assert_eq!(pan(&asked), Some(0.0), "{asked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_neighbour_stops_no_recall_and_is_called_silent() {
    let mut hall = Hall::with([slow(), Faults { mute: true, ..Faults::default() }]);
    let _agent = hall.agent().await;
    for _ in 0..2 {
        let recalled = hall.types("k1 recall 1");
        hall.hears(RECALL).await;
        let asked = hall.types("k2 ask");
        hall.hears(&[0x82, 0x01, 0x00, 0x01, 0xff]).await;
        let (recalled, asked) = (outcome(recalled).await, outcome(asked).await);
        assert_eq!(pan(&recalled), Some(100.0), "{recalled}");
        assert!(asked.to_string().contains("camera.no-answer"), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_restarts_beside_a_recall_does_not_stop_it_and_is_found_again() {
    let mut hall = Hall::with([slow(), Faults { restarts: 1, ..Faults::default() }]);
    let _agent = hall.agent().await;
    let recalled = hall.types("k1 recall 1");
    hall.hears(RECALL).await;
    hall.heard();
    let home = hall.types("k2 home");
    let recalled = outcome(recalled).await;
    assert_eq!(pan(&recalled), Some(100.0), "{recalled}");
    let home = outcome(home).await;
    assert_eq!(pan(&home), Some(0.0), "{home}");
    let said = hall.heard();
    let homes = said.iter().filter(|frame| **frame == [0x82, 0x01, 0x06, 0x04, 0xff]).count();
    assert_eq!(homes, 2, "before and after the restart");
    assert!(!said.iter().any(|frame| frame == RECALL), "the recall was said once: {said:02x?}");
    assert_eq!(pan(&outcome(hall.types("k1 ask")).await), Some(100.0));
}

fn context() -> Context {
    Context { state_dir: std::env::temp_dir(), ..site::context() }
}

fn setup(address: u8) -> camera::Setup {
    let table = format!("port='/dev/null'\naddress={address}").parse().expect("a table");
    let Work::Camera(setup) = Work::parse("camera", table).expect("a camera") else { panic!("a camera") };
    setup
}

/// A desk at a line of cameras, and what the line is told.
fn desk(cameras: impl IntoIterator<Item = Faults>) -> (Desk, mpsc::Receiver<(Instant, Vec<u8>)>) {
    let (ours, theirs) = tokio::io::duplex(64);
    let (sender, ear) = mpsc::channel(4_096);
    let mut chain = Chain::new(cameras).with_ear(sender);
    tokio::spawn(async move { chain.serve(theirs).await });
    (Desk::of(Backend::Visca(Visca::at(Line::stream(ours), Wire::Serial))), ear)
}

#[tokio::test(start_paused = true)]
async fn seven_cameras_are_found_and_the_line_is_numbered_once() {
    let (desk, mut ear) = desk((0..7).map(|_| Faults::default()));
    let setups: Vec<_> = (1..=7).map(setup).collect();
    let (first, others) = setups.split_first().expect("seven");
    let context = context();
    let probes = others.iter().map(|setup| camera::run(setup, &desk, &context));
    let (found, others) = tokio::join!(camera::run(first, &desk, &context), futures_util::future::join_all(probes));
    for found in others.into_iter().chain([found]) {
        assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    }
    let said: Vec<Vec<u8>> = std::iter::from_fn(|| ear.try_recv().ok()).map(|(_, frame)| frame).collect();
    assert_eq!(to_all(&said), 2, "one AddressSet, one clear: {said:02x?}");
    let moved: Vec<Found> = futures_util::future::join_all(
        setups.iter().zip(0..).map(|(setup, preset)| camera::command(setup, &desk, Told::Recall(preset % 6))),
    )
    .await;
    let pans: Vec<_> =
        moved.iter().map(|found| found.values.iter().find(|value| value.name.as_str() == "pan")).collect();
    let pans: Vec<_> = pans.into_iter().map(|pan| pan.map(|pan| pan.number)).collect();
    assert_eq!(pans, [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 0.0].map(Some));
    let eighth = camera::run(&setup(7), &self::desk((0..6).map(|_| Faults::default())).0, &context).await;
    assert!(eighth.detail.contains("6 台"), "{}", eighth.detail);
}

#[tokio::test]
async fn another_controller_at_the_line_is_named_and_harms_no_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ttyCAM");
    let pty = Pty::at(&path).expect("a terminal");
    let line = pty.stream().expect("a stream");
    let mut chain = Chain::new([Faults { other_master: 1, ..Faults::default() }]);
    tokio::spawn(async move { chain.serve(line).await });
    let table = format!("port='{}'", path.display()).parse().expect("a table");
    let Work::Camera(setup) = Work::parse("camera", table).expect("a camera") else { panic!("a camera") };
    let desk = setup.reach().desk();
    let asked = camera::command(&setup, &desk, Told::Ask).await;
    assert!(!asked.detail.contains("另有控制设备"), "{}", asked.detail);
    let found = camera::command(&setup, &desk, Told::Recall(3)).await;
    let pan = found.values.iter().find(|value| value.name.as_str() == "pan").map(|value| value.number);
    assert_eq!((&found.verdict, pan), (&Verdict::Pass, Some(300.0)), "{}", found.detail);
    assert!(found.detail.contains("线路上另有控制设备"), "{}", found.detail);
}
