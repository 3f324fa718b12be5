//! The camera probe against the simulated camera: over a pipe with paused time, and over a real pseudo terminal.

use std::io::BufRead;
use std::process::{Command, Stdio};

use avow_agent::camera::desk::Desk;
use avow_agent::camera::line::Line;
use avow_agent::camera::reach::Backend;
use avow_agent::camera::visca::Visca;
use avow_agent::probe::camera::{self, Setup};
use avow_agent::probe::{Context, Found, Work, run};
use avow_agent::visca::session::Wire;
use avow_shared::camera::Command as Told;
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_tests::rig::program;
use avow_tests::sim::camera::wire::serve;
use avow_tests::sim::camera::{Camera, Faults};
use avow_tests::sim::pty::Pty;

use crate::site;

const PRESET_3: &str = "preset=3\nexpect={pan=300, tilt=30, zoom=3000}";

fn setup(keys: &str) -> Setup {
    toml(&format!("port='/dev/null'\n{keys}"))
}

fn toml(text: &str) -> Setup {
    let table = text.parse().expect("a table");
    let Work::Camera(setup) = Work::parse("camera", table).expect("a camera") else { panic!("a camera") };
    setup
}

/// One examination over a pipe; preset 3 is recalled when `recalls`.
async fn examined(faults: Faults, recalls: bool) -> Found {
    let (ours, theirs) = tokio::io::duplex(64);
    tokio::spawn(async move { serve(theirs, &mut Camera::new(faults)).await });
    let desk = Desk::of(Backend::Visca(Visca::at(Line::stream(ours), Wire::Serial)));
    camera::run(&setup(PRESET_3), &desk, &Context { may_move: recalls, ..context() }).await
}

/// One command of a person, at a desk of its own.
async fn command(setup: &Setup, command: Told) -> Found {
    let desk = setup.reach().desk();
    let found = camera::command(setup, &desk, command).await;
    desk.close().await;
    found
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

#[tokio::test(start_paused = true)]
async fn an_obedient_camera_passes_and_says_who_it_is() {
    let found = examined(Faults::default(), true).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!(["pan", "tilt", "zoom"].map(|name| number(&found, name)), [Some(300.0), Some(30.0), Some(3000.0)]);
    assert!(found.detail.contains("Sony EVI-D70"), "{}", found.detail);
    assert!(found.exhibits.is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_the_grant_nothing_moves() {
    let found = examined(Faults { drifts: 500, ..Faults::default() }, false).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!((number(&found, "pan"), number(&found, "power")), (Some(0.0), Some(1.0)));
}

/// What a technician gets over is got over.
#[tokio::test(start_paused = true)]
async fn small_faults_of_line_and_camera_are_overcome() {
    for faults in [
        Faults { ignores: 2, ..Faults::default() },
        Faults { noise_before_reply: true, ..Faults::default() },
        Faults { late_ms: 1500, ..Faults::default() },
        Faults { buffer_full: 3, ..Faults::default() },
        Faults { half_frame: 1, ..Faults::default() },
        Faults { half_frame: 2, ..Faults::default() },
        Faults { restarts: 1, ..Faults::default() },
        Faults { drifts: 16, ..Faults::default() },
        Faults { duplicates: true, ..Faults::default() },
        Faults { loses: vec![1, 3], ..Faults::default() },
        Faults { loses: vec![6], ..Faults::default() },
    ] {
        let found = examined(faults.clone(), true).await;
        assert_eq!(found.verdict, Verdict::Pass, "{faults:?}: {}", found.detail);
        assert_eq!(number(&found, "tilt"), Some(30.0), "{faults:?}: a late answer answered the next inquiry");
    }
}

#[tokio::test(start_paused = true)]
async fn every_real_fault_has_its_finding_and_a_transcript() {
    for (faults, verdict) in [
        (Faults { ignores: 1000, ..Faults::default() }, Verdict::fail("camera.no-answer")),
        (Faults { wrong_address: true, ..Faults::default() }, Verdict::fail("camera.wrong-answer")),
        (Faults { half_frame: 1000, ..Faults::default() }, Verdict::fail("camera.wrong-answer")),
        (Faults { not_executable: true, ..Faults::default() }, Verdict::fail("camera.not-executable")),
        (Faults { buffer_full: 1000, ..Faults::default() }, Verdict::fail("camera.not-executable")),
        (Faults { never_completes: true, ..Faults::default() }, Verdict::fail("camera.not-executable")),
        (Faults { power_off: true, ..Faults::default() }, Verdict::fail("camera.power-off")),
        (Faults { drifts: 17, ..Faults::default() }, Verdict::degraded("camera.preset-off")),
        (Faults { drifts: -40, ..Faults::default() }, Verdict::degraded("camera.preset-off")),
    ] {
        let found = examined(faults.clone(), true).await;
        assert_eq!(found.verdict, verdict, "{faults:?}: {}", found.detail);
        let kinds: Vec<_> = found.exhibits.iter().map(|exhibit| exhibit.kind).collect();
        assert_eq!(kinds, [EvidenceKind::Transcript], "{faults:?}");
    }
}

/// However a camera misbehaves, the probe ends before its deadline.
#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_kind_is_longer_than_the_worst_camera() {
    let deadline = Work::Camera(setup(PRESET_3)).default_deadline();
    for faults in [
        Faults { ignores: 1000, ..Faults::default() },
        Faults { restarts: 1000, ..Faults::default() },
        Faults { never_completes: true, ignores: 5, ..Faults::default() },
        Faults { buffer_full: 1000, late_ms: 2500, ..Faults::default() },
    ] {
        let begun = tokio::time::Instant::now();
        examined(faults.clone(), true).await;
        assert!(begun.elapsed() < deadline, "{faults:?} took {:?}", begun.elapsed());
    }
}

fn context() -> Context {
    Context { may_move: true, state_dir: std::env::temp_dir(), ..site::context() }
}

#[tokio::test]
async fn a_camera_behind_a_real_terminal_is_recalled_stored_and_sent_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ttyCAM");
    let pty = Pty::at(&path).expect("a terminal");
    let line = pty.stream().expect("a stream");
    tokio::spawn(async move { serve(line, &mut Camera::new(Faults::default())).await });
    let text = format!("port='{}'\n{PRESET_3}", path.display());

    let work = Work::parse("camera", text.parse().expect("a table")).expect("a camera");
    let asked = run(&work, &Context { may_move: false, ..context() }).await;
    assert_eq!((&asked.verdict, number(&asked, "pan")), (&Verdict::Pass, Some(0.0)), "nothing moves without the grant");
    let found = run(&work, &context()).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!(number(&found, "pan"), Some(300.0));

    let setup = toml(&text);
    command(&setup, Told::Store(9)).await;
    let home = command(&setup, Told::Home).await;
    assert_eq!((home.verdict, home.values[1].number), (Verdict::Pass, 0.0));
    let back = command(&setup, Told::Recall(9)).await;
    assert_eq!(number(&back, "pan"), Some(300.0), "what was stored is recalled");
    assert_eq!(command(&setup, Told::Ask).await.verdict, Verdict::Pass);

    drop(pty);
    assert!(!path.is_symlink(), "the port goes with the camera");
    let gone = run(&work, &context()).await;
    assert_eq!(gone.verdict.word(), "unknown");
    assert!(gone.detail.contains("打不开串口"), "{}", gone.detail);
}

#[tokio::test]
async fn a_port_that_another_program_holds_is_not_disturbed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ttyCAM");
    let _pty = Pty::at(&path).expect("a terminal");
    let holder = avow_agent::serial::Serial::open(&path, 9600).expect("a free port");
    let setup = toml(&format!("port='{}'", path.display()));
    let found = command(&setup, Told::Ask).await;
    assert!(found.detail.contains("占用"), "{}", found.detail);
    drop(holder);
    assert!(avow_agent::serial::Serial::open(&path, 9600).is_ok(), "released with its holder");
}

#[test]
fn faults_are_set_by_name() {
    let mut faults = Faults::default();
    for text in ["late_ms=1500", "power_off=true", "drifts=-3", "loses=2,5"] {
        faults.set(text).expect(text);
    }
    let expected = Faults { late_ms: 1500, power_off: true, drifts: -3, loses: vec![2, 5], ..Faults::default() };
    assert_eq!(faults, expected);
    for text in ["late_ms", "late_ms=x", "power_off=1", "loses=2,x", "explodes=true"] {
        assert!(faults.set(text).is_err(), "{text}");
    }
}

#[test]
fn the_simulator_says_when_it_is_ready_and_takes_its_port_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ttyCAM");
    let mut simulator = Command::new(program("avow-sim"))
        .args(["camera", "--fault", "power_off=true", "--pty"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the simulator starts");
    let mut said = String::new();
    let output = simulator.stdout.take().expect("a pipe");
    std::io::BufReader::new(output).read_line(&mut said).expect("a line");
    assert_eq!(said, format!("ready {}\n", path.display()));
    assert!(path.is_symlink());
    let id = nix::unistd::Pid::from_raw(i32::try_from(simulator.id()).expect("a process id"));
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("a signal");
    assert!(simulator.wait().expect("it ends").success());
    assert!(!path.is_symlink());
}
