//! The real agent against receivers that understand Pelco: what it tells them, and what it may say of those who never
//! answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_agent::camera::desk::Lane;
use avow_agent::probe::Work;
use avow_shared::camera::Motion;
use avow_tests::rig::{Folder, Process, program};
use serde_json::Value;

use crate::site;

const SOON: Duration = Duration::from_secs(30);

fn receivers(folder: &Folder, dialect: &str, faults: &[&str]) -> (Process, PathBuf) {
    let path = folder.next("tty", "pty");
    let mut command = std::process::Command::new(program("avow-sim"));
    command.args(["pelco", "--dialect", dialect, "--pty"]).arg(&path);
    for fault in faults {
        command.args(["--fault", fault]);
    }
    (Process::start(folder, "receivers", &command), path)
}

fn configured(folder: &Folder, port: &str, keys: &str) -> PathBuf {
    let probe = format!("id = \"dome\"\nname = \"球机\"\nkind = \"camera\"\nport = \"{port}\"\n{keys}");
    site::configured(folder, &probe)
}

async fn agent(config: &Path, arguments: &str) -> (Option<i32>, Value) {
    let said = site::said(&site::run(tokio::process::Command::new(program("avow-agent")), config, arguments).await);
    (said.code, said.row)
}

/// The table that a person reads.
async fn english(config: &Path, arguments: &str) -> String {
    let mut command = tokio::process::Command::new(program("avow-agent"));
    command.args(arguments.split_whitespace()).args(["--yes", "--config"]).arg(config).env("LANG", "en_US.UTF-8");
    let output = tokio::time::timeout(SOON, command.kill_on_drop(true).output()).await.expect("it ends");
    String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned()
}

fn detail(row: &Value) -> &str {
    row["detail"].as_str().unwrap_or_default()
}

/// What was told is done, and nothing is claimed of a camera that says nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_never_answers_obeys_and_is_unknown() {
    let folder = Folder::new();
    for (dialect, address) in [("d", 1), ("d", 255), ("p", 1), ("p", 32)] {
        let (mut process, path) = receivers(&folder, dialect, &[]);
        process.line("ready", SOON).await;
        let port = format!("pelco-{dialect}:{}", path.display());
        let config = configured(&folder, &port, &format!("address = {address}\npreset = 5"));
        for (arguments, deed, words) in [
            ("camera dome recall 7", "recall 7", "Pelco 摄像机只收不答"),
            ("camera dome store 9", "store 9", "只收不答"),
            ("check", "recall 5", "已令其转到预置位 5：是否正常、是否到位，请看画面"),
        ] {
            let (code, row) = agent(&config, arguments).await;
            assert_eq!((code, &row["verdict"]), (Some(2), &"unknown".into()), "{dialect} {arguments} {row}");
            assert!(detail(&row).contains(words), "{dialect} {arguments} {row}");
            process.line(&format!("did {address} {deed}"), SOON).await;
        }
        let before = process.output();
        let (code, row) = agent(&config, "camera dome ask").await;
        assert!(code == Some(2) && detail(&row).contains("请看画面"), "{row}");
        let (code, row) = agent(&config, "camera dome home").await;
        let name = dialect.to_uppercase();
        assert_eq!((code, &row["why"]), (Some(2), &"missing".into()), "a protocol without it is no fault: {row}");
        assert!(detail(&row).contains(&format!("此协议（Pelco-{name}）没有 home")), "{row}");
        let english = english(&config, "camera dome home").await;
        assert!(english.contains(&format!("this protocol (Pelco-{name}) has no home")), "{english}");
        assert_eq!(process.output(), before, "a question says nothing on the line");
    }
}

/// Few answer: theirs is taken, and nothing else on the line is taken for one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_taken_among_noise_and_echoes_and_a_wrong_one_is_none() {
    let folder = Folder::new();
    for (faults, code, words) in [
        (&["answers=true"][..], 0, "Pelco-D 接收器有应答"),
        (&["answers=true", "echoes=true", "noise=3"], 0, "接收器有应答"),
        (&["echoes=true"], 2, "只收不答"),
        (&["noise=200"], 2, "只收不答"),
        (&["wrong_sum=true"], 2, "只收不答"),
        (&["wrong_name=true"], 2, "只收不答"),
    ] {
        let (mut process, path) = receivers(&folder, "d", faults);
        process.line("ready", SOON).await;
        let config = configured(&folder, &format!("pelco-d:{}", path.display()), "preset = 5");
        for (arguments, deed) in [("check", "did 1 recall 5"), ("camera dome recall 6", "did 1 recall 6")] {
            let (ended, row) = agent(&config, arguments).await;
            assert!(ended == Some(code) && detail(&row).contains(words), "{faults:?} {arguments} {row}");
            process.line(deed, SOON).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_port_that_is_not_there_is_the_boxs_own_trouble() {
    let folder = Folder::new();
    let config = configured(&folder, "pelco-d:/dev/no-such-port", "preset = 5");
    let (code, row) = agent(&config, "check").await;
    assert!(code == Some(2) && detail(&row).contains("打不开串口 /dev/no-such-port"), "{row}");
}

/// Nobody waits for the answer of who never answers: the engineer's word moves it all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_at_the_wheel_moves_a_receiver_that_never_answers() {
    let folder = Folder::new();
    let (mut process, path) = receivers(&folder, "d", &[]);
    process.line("ready", SOON).await;
    let config = configured(&folder, &format!("pelco-d:{}", path.display()), "");
    let (code, row) = agent(&config, "camera dome move left --for 1").await;
    process.line("did 1 left 32", SOON).await;
    process.line("did 1 stop", SOON).await;
    assert!(code == Some(2) && detail(&row).contains("请看画面"), "{row}");
}

/// One frame says all that moves; when the lease ends, all of it stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_motion_ends_with_its_lease() {
    let folder = Folder::new();
    for dialect in ["d", "p"] {
        let (mut process, path) = receivers(&folder, dialect, &[]);
        process.line("ready", SOON).await;
        let keys = format!("port='pelco-{dialect}:{}'\naddress=3", path.display());
        let work = Work::parse("camera", keys.parse().expect("a table")).expect("a camera");
        let desk = work.desk().expect("a desk");
        let camera = desk.camera(3, Lane::Person);
        let lease = Duration::from_millis(400);
        camera.steer(Motion { pan: 50, tilt: -100, ..Motion::STILL }, lease).await.expect("taken");
        camera.steer(Motion { pan: 50, tilt: -100, zoom: 1, focus: -1 }, lease).await.expect("taken");
        for deed in ["right 32 down 63", "right 32 down 63 tele near", "stop"] {
            process.line(&format!("did 3 {deed}"), SOON).await;
        }
        drop(camera);
        desk.close().await;
    }
}
