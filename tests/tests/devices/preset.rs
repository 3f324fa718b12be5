//! Presets learnt and proven by the agent's program: a simulated camera behind a serial line, and a hall that is seen from
//! where the camera has been sent. By the program alone, and through a running agent under a headquarters.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use avow_shared::outcome::EvidenceKind;
use avow_shared::wire::{Report, Signer};
use avow_tests::fleet::hq::{Hq, Manners};
use avow_tests::rig::program;
use avow_tests::sim::camera::Faults;
use avow_tests::sim::hall::{Hall, Sight};
use avow_tests::sim::onvif;
use avow_tests::sim::studio::Studio;
use serde_json::Value as Json;

use crate::broker::{broker_at, free_port, runtime, wait_for};

/// A studio and an agent's folder beside it.
struct Site {
    studio: Studio,
    dir: tempfile::TempDir,
    child: Option<Child>,
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Site {
    /// `keys` are the camera probe's own.
    fn new(broker: u16, keys: &str, faults: Faults) -> Self {
        Self::of(broker, keys, |folder| Studio::open(folder, Hall::new(7), faults))
    }

    fn of(broker: u16, keys: &str, open: impl FnOnce(&Path) -> io::Result<Studio>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let studio = open(dir.path()).expect("a studio");
        let (port, picture) = (&studio.port, studio.picture.display());
        let text = format!(
            r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:{broker}"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "front"
name = "主席台摄像机"
kind = "camera"
port = "{port}"
picture = "front-picture"
settle_s = 0
again_s = 0
interval_s = 86400
{keys}
[[venue.probe]]
id = "front-picture"
name = "主席台画面"
kind = "picture"
source = "file:{picture}"
interval_s = 86400
"#
        );
        std::fs::write(dir.path().join("agent.toml"), text).expect("writes");
        Self { studio, dir, child: None }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("avow-agent"));
        command.args(arguments).current_dir(self.dir.path()).env("LC_ALL", "zh_CN.UTF-8").stdin(Stdio::null());
        command
    }

    fn start(&mut self) {
        let socket = self.dir.path().join("agent.sock");
        let log = std::fs::File::options().create(true).append(true).open(self.dir.path().join("log"));
        self.child = Some(self.command(&["run"]).stderr(log.expect("a log")).spawn().expect("starts"));
        wait_for("the socket", || socket.exists());
        // The first looks of a start are over: nobody else has the camera.
        wait_for("the first picture", || {
            let status: Json = serde_json::from_slice(&self.tell(&["status", "--json"]).stdout).unwrap_or_default();
            status["probes"].as_array().is_some_and(|probes| probes.iter().all(|probe| !probe["verdict"].is_null()))
        });
    }

    fn tell(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("runs")
    }

    /// The first row of a table, and the exit code.
    #[track_caller]
    fn row(&self, arguments: &[&str]) -> (Json, i32) {
        let output = self.tell(&[arguments, &["--json", "--yes"]].concat());
        let rows: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        (rows[0].clone(), output.status.code().expect("a code"))
    }

    fn learn(&self, preset: &str) -> (Json, i32) {
        self.row(&["camera", "front", "learn", preset])
    }

    fn check(&self) -> Json {
        self.row(&["check", "front"]).0
    }
}

fn number(row: &Json, name: &str) -> Option<f64> {
    row["values"].as_array()?.iter().find(|value| value["name"] == name)?["number"].as_f64()
}

#[track_caller]
fn found(row: &Json, verdict: &str, finding: &str, words: &str) {
    let expected = if finding.is_empty() { Json::Null } else { finding.into() };
    assert_eq!((&row["verdict"], &row["finding"]), (&verdict.into(), &expected), "{row:#}");
    assert!(row["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{words} in {row:#}");
}

type Change = fn(&mut Sight);

/// Verdict, finding, words; what was measured lies within these bounds.
type Expected = (&'static str, &'static str, &'static str, (&'static str, f64, f64));

/// What was done to the hall or the camera, and what is to be found.
const SCENES: &[(Change, Expected)] = &[
    (|_| {}, ("pass", "", "预置位 1：与参考一致", ("shift_px", 0.0, 2.0))),
    // A turned mount: the head says that it stands right. The zoom narrows 60° to 52.6°.
    (
        |sight| sight.right = 40.0,
        ("degraded", "camera.preset-moved", "画面左移 41 像素（3.6°）", ("shift_px", 39.0, 43.0)),
    ),
    (|sight| sight.right = -120.0, ("fail", "camera.preset-moved", "右移", ("shift_degrees", 10.0, 12.0))),
    (
        |sight| sight.cover = Some((0.35, 0, 30)),
        ("degraded", "camera.preset-blocked", "画面被遮挡", ("blocked_percent", 28.0, 42.0)),
    ),
    (
        |sight| sight.cover = Some((0.7, 3, 120)),
        ("fail", "camera.preset-blocked", "画面被遮挡", ("blocked_percent", 60.0, 80.0)),
    ),
    (|sight| sight.blur = 1.1, ("degraded", "camera.preset-blurred", "画面模糊", ("sharpness_ratio", 0.05, 0.25))),
    (|sight| sight.blur = 4.0, ("fail", "camera.preset-blurred", "画面模糊", ("sharpness_ratio", 0.0, 0.03))),
    (
        |sight| (sight.light, sight.lamps) = (0.27, 0.0),
        ("degraded", "camera.preset-dark", "画面过暗", ("brightness_ratio", 0.2, 0.3)),
    ),
    (
        |sight| (sight.light, sight.lamps) = (0.03, 0.0),
        ("fail", "camera.preset-dark", "画面过暗", ("brightness_ratio", 0.0, 0.1)),
    ),
    // An evening with half the light, people and other chairs is no fault.
    (
        |sight| {
            (sight.light, sight.slant, sight.chairs_moved) = (0.5, 0.5, 0.6);
            sight.people = vec![(0.3, 0.4), (0.75, 0.5)];
        },
        ("pass", "", "与参考一致", ("shift_px", 0.0, 3.0)),
    ),
];

#[test]
fn a_learnt_preset_passes_and_every_fault_of_its_view_is_found() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let site = Site::new(1, "presets = [1]\nfov_degrees = 60\nreturn_to = \"before\"", Faults::default());
    let (row, code) = site.row(&["check", "front"]);
    assert_eq!(code, 2);
    found(&row, "unknown", "", "avow-agent camera front learn 1");

    let (learnt, code) = site.learn("1");
    assert_eq!(code, 0, "{learnt:#}");
    found(&learnt, "pass", "", "第 1 版");
    assert_eq!(number(&learnt, "pan"), Some(100.0));
    site.tell(&["camera", "front", "home"]);
    for (change, (verdict, finding, words, (value, least, most))) in SCENES {
        site.studio.restore();
        site.studio.change(change);
        let row = site.check();
        found(&row, verdict, finding, words);
        let number = number(&row, value);
        assert!(number.is_some_and(|number| (*least..=*most).contains(&number)), "{value} {number:?}: {row:#}");
        assert_eq!(site.studio.position().pan, 0, "it is back where it stood before");
    }
    // What the table says is also said with what to do.
    site.studio.change(|sight| (sight.light, sight.people, sight.right) = (1.0, Vec::new(), 40.0));
    let table = String::from_utf8(site.tell(&["check", "front", "--yes"]).stdout).expect("text");
    assert!(table.contains("预置位画面偏移：检查支架和云台"), "{table}");
}

#[test]
fn a_picture_that_is_not_to_be_believed_is_not_learnt() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let site = Site::new(1, "presets = [1]", Faults::default());
    let refusals: [(Change, &str, &str); 3] = [
        (|sight| sight.light = 0.0, "picture.black", "未学习"),
        (|sight| sight.blur = 2.5, "camera.preset-blurred", "请先对焦"),
        (|sight| sight.cover = Some((1.2, 0, 120)), "picture.flat", "未学习"),
    ];
    for (change, finding, words) in refusals {
        site.studio.restore();
        site.studio.change(change);
        let (row, code) = site.learn("1");
        assert_eq!(code, 1, "{row:#}");
        found(&row, "fail", finding, words);
    }
    found(&site.check(), "unknown", "", "没有参考");
    site.studio.restore();
    found(&site.learn("1").0, "pass", "", "第 1 版");
    site.studio.change(|sight| sight.blur = 0.9);
    found(&site.learn("1").0, "fail", "camera.preset-blurred", "上一版");
    site.studio.restore();
    found(&site.learn("1").0, "pass", "", "第 2 版");
    // A file that a failing disk has spoilt is said, with what to do, and is replaced.
    let file = site.dir.path().join("state/references/350102001-01+front+1+2.ref");
    std::fs::write(&file, &std::fs::read(&file).expect("it is there")[..1_000]).expect("writes");
    found(&site.check(), "unknown", "", "请重新执行 avow-agent camera front learn 1");
    found(&site.learn("1").0, "pass", "", "第 3 版");
    found(&site.check(), "pass", "", "与参考一致");
}

#[test]
fn the_worst_of_several_presets_counts_and_a_head_that_misses_is_told_from_a_turned_mount() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let site = Site::new(1, "presets = [1, 2]\nreturn_to = 3\nfov_degrees = 60", Faults::default());
    found(&site.learn("1").0, "pass", "", "第 1 版");
    found(&site.check(), "unknown", "", "预置位 2：没有参考");
    found(&site.learn("2").0, "pass", "", "预置位 2");
    let row = site.check();
    found(&row, "pass", "", "预置位 2：与参考一致");
    assert!(number(&row, "shift_px_p1").is_some() && number(&row, "shift_px_p2").is_some(), "{row:#}");
    assert_eq!(site.studio.position().pan, 300, "it goes where it is wanted afterwards");
    // Somebody stores another position as preset 2: the head says so, and so does the picture.
    site.tell(&["camera", "front", "store", "2"]);
    let row = site.check();
    found(&row, "degraded", "camera.preset-off", "预置位 2：云台偏差 1000 步，画面左移");
    assert_eq!(number(&row, "shift_px_p1").map(|shift| shift < 3.0), Some(true), "{row:#}");
}

#[test]
fn a_camera_that_does_not_say_where_it_stands_is_judged_by_its_picture() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let faults = Faults { no_position: true, ..Faults::default() };
    let site = Site::new(1, "presets = [2]\nfov_degrees = 60", faults);
    let (row, _) = site.learn("2");
    found(&row, "pass", "", "位置未知，含画面");
    found(&site.check(), "pass", "", "与参考一致");
    site.studio.change(|sight| sight.right = 60.0);
    found(&site.check(), "degraded", "camera.preset-moved", "画面左移");
}

/// Pelco has no word for where a camera stands, nor for who it is.
#[test]
fn a_camera_that_never_answers_is_judged_by_its_picture_alone() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let keys = "presets = [1, 2]\nfov_degrees = 60";
    let site = Site::of(1, keys, |folder| Studio::open_pelco(folder, Hall::new(7)));
    for preset in ["1", "2"] {
        let (row, code) = site.learn(preset);
        assert_eq!(code, 0, "{row:#}");
        found(&row, "pass", "", "位置未知，含画面");
    }
    assert_eq!(site.studio.position().pan, 200, "it was sent there");
    let row = site.check();
    found(&row, "pass", "", "预置位 2：与参考一致");
    assert!(number(&row, "shift_px_p1").is_some_and(|shift| shift < 3.0), "{row:#}");
    for (change, verdict, finding, words) in [
        ((|sight| sight.right = 60.0) as Change, "degraded", "camera.preset-moved", "画面左移"),
        (|sight| sight.right = -200.0, "fail", "camera.preset-moved", "画面右移"),
        (|sight| sight.cover = Some((0.7, 3, 120)), "fail", "camera.preset-blocked", "画面被遮挡"),
        (|sight| (sight.light, sight.lamps) = (0.03, 0.0), "fail", "camera.preset-dark", "画面过暗"),
    ] {
        site.studio.restore();
        site.studio.change(change);
        let row = site.check();
        found(&row, verdict, finding, words);
        assert!(number(&row, "preset_off").is_none() && number(&row, "pan").is_none(), "{row:#}");
    }
    // How wide it looks there is not known: the written angle is that of the wide end.
    site.studio.restore();
    site.studio.change(|sight| sight.right = 60.0);
    assert!(site.check()["detail"].as_str().is_some_and(|detail| detail.contains("（约 ")), "about so many degrees");
}

#[test]
fn a_camera_on_the_network_is_judged_by_position_and_picture() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let keys = "presets = [1]\nfov_degrees = 60\nreturn_to = \"before\"";
    let site = Site::of(1, keys, |folder| Studio::open_onvif(folder, Hall::new(7), onvif::Faults::default()));
    let (row, code) = site.learn("1");
    assert_eq!(code, 0, "{row:#}");
    found(&row, "pass", "", "第 1 版");
    assert_eq!((number(&row, "pan"), site.studio.position().pan), (Some(1_000.0), 100));
    site.tell(&["camera", "front", "home"]);
    found(&site.check(), "pass", "", "预置位 1：与参考一致");
    assert_eq!(site.studio.position().pan, 0, "it is back where it stood before");
    // A part of the range of its zoom does not say how wide it looks: pixels are told, and no degrees.
    site.studio.change(|sight| sight.right = 40.0);
    let row = site.check();
    found(&row, "degraded", "camera.preset-moved", "画面左移 41 像素");
    assert!(number(&row, "shift_degrees").is_none() && !row["detail"].to_string().contains('°'), "{row:#}");
    site.studio.restore();
    // Somebody stores another position as preset 1: the head says so, and so does the picture.
    site.tell(&["camera", "front", "recall", "2"]);
    site.tell(&["camera", "front", "store", "1"]);
    found(&site.check(), "degraded", "camera.preset-off", "预置位 1：云台偏差 1000 步，画面左移");
}

#[test]
fn yesterdays_keys_are_read_and_mean_what_they_meant() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let site = Site::new(1, "preset = 3\nexpect = { pan = 300, tilt = 30, zoom = 3000 }", Faults::default());
    found(&site.check(), "pass", "", "到位");
    found(&site.learn("3").0, "pass", "", "第 1 版");
    found(&site.check(), "pass", "", "与参考一致");
    let off = Site::new(1, "preset = 3\nexpect = { pan = 350, tilt = 30, zoom = 3000 }", Faults::default());
    found(&off.check(), "degraded", "camera.preset-off", "偏差 50 步");
}

#[test]
fn a_running_agent_learns_tells_hq_and_finds_the_fault() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), Manners { keeps: true, ..Manners::default() });
    let mut site = Site::new(broker.port, "presets = [1]\nfov_degrees = 60", Faults::default());
    // Learnt before any agent ran: told by the first that does.
    found(&site.learn("1").0, "pass", "", "第 1 版");
    site.start();
    let references = || {
        let books = hq.books.lock().expect("unpoisoned");
        let reference = |report: &Report| match report {
            Report::Reference(reference) => Some(reference.clone()),
            _ => None,
        };
        let mut all: Vec<_> = books.reports.values().filter_map(|numbered| reference(&numbered.report)).collect();
        all.sort_by_key(|reference| reference.version);
        all
    };
    wait_for("the first reference", || references().len() == 1);
    found(&site.learn("1").0, "pass", "", "第 2 版");
    wait_for("the second reference", || references().len() == 2);
    let newest = references().pop().expect("a reference");
    assert_eq!((newest.version, newest.preset, newest.probe.as_str()), (2, 1, "front"));
    assert_eq!(newest.position.map(|position| position.pan), Some(100));
    let picture = newest.picture.expect("a picture");
    assert!(picture.kind == EvidenceKind::Picture && picture.size > 1_000, "{picture:?}");
    let kept = site.dir.path().join(format!("state/evidence/{}.jpg", picture.hash));
    wait_for("the picture waits for HQ's web", || kept.exists());
    let told = |version: u32| {
        let mark = format!("state/references/350102001-01+front+1+{version}.untold");
        !site.dir.path().join(mark).exists()
    };
    wait_for("HQ has them: nothing is told twice", || told(1) && told(2));

    let outcomes = || {
        let books = hq.books.lock().expect("unpoisoned");
        let of = |report: &Report| match report {
            Report::Outcome(outcome) if outcome.probe.as_str() == "front" => Some(outcome.clone()),
            _ => None,
        };
        books.reports.values().filter_map(|numbered| of(&numbered.report)).collect::<Vec<_>>()
    };
    found(&site.check(), "pass", "", "与参考一致");
    site.studio.change(|sight| sight.cover = Some((0.6, 1, 60)));
    let row = site.check();
    found(&row, "fail", "camera.preset-blocked", "画面被遮挡");
    wait_for("the verdict at HQ", || {
        let is_it = |outcome: &avow_shared::outcome::Outcome| {
            let pictures = outcome.evidence.iter().filter(|one| one.kind == EvidenceKind::Picture).count();
            outcome.verdict.finding().is_some_and(|code| code.as_str() == "camera.preset-blocked") && pictures == 1
        };
        outcomes().iter().any(is_it)
    });
}
