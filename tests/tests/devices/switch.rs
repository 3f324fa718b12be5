//! The switch probe against a simulated matrix: it proves that the matrix switches, and puts back what was there, whatever
//! the matrix does.

use std::path::Path;
use std::time::Duration;

use avow_agent::probe::switch::owed::{Owed, all};
use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use avow_shared::wire::{Report, Signer};
use avow_tests::fleet::hq::{Hq, Manners};
use avow_tests::rig::{Folder, Process, black_film, program, wait_until};
use avow_tests::sim::hall::Hall;
use avow_tests::sim::matrix::{Faults, Matrix};
use avow_tests::sim::studio::screen;
use tokio::net::TcpListener;

use crate::broker::{broker_at, free_port, runtime};

use crate::site;

const SOON: Duration = Duration::from_secs(20);

fn work(address: &str, sources: &str, more: &str) -> Work {
    let keys = format!("profile='extron-sis'\naddress='{address}'\nsources={sources}\nsink='1'\n{more}");
    Work::parse("switch", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

fn context(state: &Path) -> Context {
    Context { may_move: true, state_dir: state.to_owned(), ..site::context() }
}

/// Nothing is owed in the end, unless that is what was found.
async fn found(matrix: &Matrix, sources: &str, more: &str) -> Found {
    let address = matrix.on_tcp().await.to_string();
    let folder = Folder::new();
    let found = run(&work(&address, sources, more), &context(folder.path())).await;
    let is_owed = found.verdict == Verdict::fail("switch.not-restored");
    assert_eq!(all(folder.path()).len(), usize::from(is_owed), "{}", found.detail);
    found
}

/// Output 1 shows input 1, output 2 shows 4.
fn matrix(faults: Faults) -> Matrix {
    Matrix::new(8, &[1, 4], faults)
}

#[tokio::test]
async fn a_matrix_that_obeys_shows_the_other_source_and_then_what_was_there() {
    let matrix = matrix(Faults::default());
    let found = found(&matrix, "['1', '2']", "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert!(found.detail.contains("01 → 2") && found.detail.contains("已恢复"), "{}", found.detail);
    assert_eq!((matrix.told(), matrix.ties()), (vec![(2, 1), (1, 1)], vec![1, 4]));
    assert_eq!(found.values[0].name.as_str(), "switch_ms");
    assert!(found.exhibits.is_empty());
}

#[tokio::test]
async fn an_output_that_showed_nothing_shows_nothing_again() {
    let matrix = Matrix::new(8, &[0], Faults::default());
    let found = found(&matrix, "['2']", "").await;
    assert_eq!((found.verdict, matrix.told()), (Verdict::Pass, vec![(2, 1), (0, 1)]));
}

#[tokio::test]
async fn a_source_that_is_shown_anyway_proves_nothing_and_nothing_is_switched() {
    let matrix = matrix(Faults::default());
    let found = found(&matrix, "['1']", "").await;
    assert!(matches!(found.verdict, Verdict::Unknown { .. }), "{}", found.detail);
    assert_eq!(matrix.told(), []);
}

/// What it found, and what the outputs show after it.
#[track_caller]
fn check(what: &str, found: &Found, finding: Option<&str>, matrix: &Matrix, ties: &[u16]) {
    let found_code = found.verdict.finding().map(|code| code.as_str().to_owned());
    assert_eq!(found_code.as_deref(), finding, "{what}: {}", found.detail);
    assert_eq!(matrix.ties(), ties, "{what}: {}", found.detail);
    let is_fail = matches!(found.verdict, Verdict::Fail { .. });
    assert_eq!(!found.exhibits.is_empty(), is_fail, "{what}: the bytes are the evidence");
}

#[tokio::test]
async fn every_misbehaviour_has_its_finding_and_what_was_there_is_put_back() {
    let faults = Faults::default;
    let (there, mut runs) = ([1, 4], Vec::new());
    for (what, faults, finding, ties) in [
        ("ignores", Faults { ignores: true, ..faults() }, Some("switch.not-routed"), there),
        ("deaf", Faults { deaf: true, ..faults() }, Some("device.no-answer"), there),
        ("refuses", Faults { refuses: true, ..faults() }, Some("switch.refused"), there),
        ("reads back another", Faults { reads_back: Some(7), ..faults() }, Some("switch.not-routed"), [7, 4]),
        ("dies in the middle", Faults { dies_at: Some(1), ..faults() }, Some("device.no-answer"), there),
        ("dies while it is put back", Faults { dies_at: Some(2), ..faults() }, None, there),
        ("is stuck then", Faults { stuck_from: Some(2), ..faults() }, Some("switch.not-restored"), [2, 4]),
        ("lets nobody in then", Faults { shut_after: Some(1), ..faults() }, Some("switch.not-restored"), [2, 4]),
        ("is slow", Faults { slow: 3, ..faults() }, None, there),
    ] {
        let matrix = matrix(faults);
        let proved = matrix.clone();
        runs.push((what, finding, ties, matrix, tokio::spawn(async move { found(&proved, "['2']", "").await })));
    }
    for (what, finding, ties, matrix, run) in runs {
        check(what, &run.await.expect("it ends"), finding, &matrix, &ties);
    }
    let matrix = matrix(faults());
    check("no such input", &found(&matrix, "['9']", "").await, Some("switch.refused"), &matrix, &there);
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").to_string();
    let folder = Folder::new();
    let found = run(&work(&unused, "['2']", ""), &context(folder.path())).await;
    assert_eq!(found.verdict, Verdict::fail("device.down"), "{}", found.detail);
}

#[tokio::test]
async fn a_sink_that_shows_nothing_after_the_switch_is_a_finding_with_its_picture() {
    let folder = Folder::new();
    let black = black_film(&folder);
    let picture = format!("picture = {{ source = 'file:{}', frames = 10 }}", black.display());
    let matrix = matrix(Faults::default());
    let found = found(&matrix, "['2']", &picture).await;
    check("black", &found, Some("switch.no-picture"), &matrix, &[1, 4]);
    assert!(found.detail.contains("黑屏"), "{}", found.detail);
    assert_eq!(found.exhibits.len(), 2, "the bytes and the picture");
}

/// Input 1 shows one hall and input 2 another, or the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_that_goes_on_showing_what_it_did_is_a_finding_although_the_route_reads_back() {
    let well = Faults::default;
    let same = Some("switch.same-picture");
    for (what, faults, other, finding, said) in [
        ("obeys", well(), Hall::elsewhere(3), None, "画面正常"),
        ("lies", Faults { lies: true, ..well() }, Hall::elsewhere(3), same, "已读回，但画面与切换前相同；已恢复"),
        ("two sources that show the same", well(), Hall::new(7), same, "画面与切换前相同"),
    ] {
        let (folder, matrix) = (Folder::new(), matrix(faults));
        let (pipe, shown) = (folder.file("sink.y4m"), matrix.clone());
        let chosen = move || usize::from(shown.shows(1) == 2);
        screen(&pipe, vec![Hall::new(7), other], chosen).expect("a screen");
        let picture = format!("picture = {{ source = 'file:{}', frames = 10 }}", pipe.display());
        let found = found(&matrix, "['2']", &picture).await;
        let code = found.verdict.finding().map(|code| code.as_str().to_owned());
        assert_eq!((code.as_deref(), matrix.ties()), (finding, vec![1, 4]), "{what}: {}", found.detail);
        assert_eq!(matches!(found.verdict, Verdict::Degraded { .. }), finding.is_some(), "{what}");
        assert!(found.detail.contains(said), "{what}: {}", found.detail);
    }
}

#[tokio::test]
async fn a_run_that_is_given_up_in_the_middle_puts_back_what_was_there() {
    // It never reads back: the run waits for it when it is given up.
    let matrix = matrix(Faults { slow: 1_000, ..Faults::default() });
    let address = matrix.on_tcp().await.to_string();
    let work = work(&address, "['2']", "");
    let folder = Folder::new();
    let context = context(folder.path());
    let running = tokio::spawn(async move { run(&work, &context).await });
    wait_until("the switch", SOON, async || (matrix.ties() == [2, 4]).then_some(())).await;
    running.abort();
    wait_until("the way back", SOON, async || (matrix.ties() == [1, 4]).then_some(())).await;
    avow_agent::probe::switch::settled(SOON).await;
    assert_eq!(matrix.told()[..2], [(2, 1), (1, 1)]);
    assert_eq!(all(folder.path()).len(), 1, "it reads back neither, so it stays owed");
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_switched() {
    let (matrix, folder) = (matrix(Faults::default()), Folder::new());
    let (address, no_folder) = (matrix.on_tcp().await.to_string(), folder.file("state"));
    std::fs::write(&no_folder, "no folder").expect("writes");
    let found = run(&work(&address, "['2']", ""), &context(&no_folder)).await;
    assert!(matches!(found.verdict, Verdict::Unknown { .. }), "{}", found.detail);
    assert!(found.detail.contains("未切换"), "{}", found.detail);
    assert_eq!(matrix.told(), []);
}

/// The next run puts back what an interrupted one left, and proves nothing.
#[tokio::test]
async fn what_is_owed_is_put_back_unless_somebody_has_chosen_otherwise() {
    let degraded = Verdict::degraded("switch.interrupted");
    let stuck = || Faults { stuck_from: Some(1), ..Faults::default() };
    for (shown, faults, verdict, said, told, left) in [
        (2, Faults::default(), degraded.clone(), "停在 2，现已恢复为 01", vec![(1, 1)], [1, 4]),
        (1, Faults::default(), Verdict::Pass, "现已是原来的 01", vec![], [1, 4]),
        (3, Faults::default(), degraded, "已另行切换为 03", vec![], [3, 4]),
        (2, stuck(), Verdict::fail("switch.not-restored"), "立即人工切回", vec![(1, 1); 2], [2, 4]),
    ] {
        let (matrix, folder) = (matrix(faults), Folder::new());
        matrix.tie(shown, 1);
        let work = work(&matrix.on_tcp().await.to_string(), "['2']", "");
        let device = work.device_key().expect("a device");
        let [sink, before, source] = ["1", "01", "2"].map(str::to_owned);
        Owed { device, sink, before, told: source }.note(folder.path()).expect("notes");
        let found = run(&work, &context(folder.path())).await;
        assert_eq!(found.verdict, verdict, "{shown}: {}", found.detail);
        assert!(found.detail.contains(said), "{shown}: {}", found.detail);
        assert_eq!((matrix.told(), matrix.ties()), (told, left.to_vec()), "{shown}");
        let is_owed = matches!(found.verdict, Verdict::Fail { .. });
        assert_eq!(all(folder.path()).len(), usize::from(is_owed), "{shown}: {}", found.detail);
    }
}

/// An agent that tests the matrix at `matrix` once a day and may, in `folder`.
fn configured(folder: &Folder, broker: u16, matrix: &str) -> std::path::PathBuf {
    let path = folder.file("agent.toml");
    let text = format!(
        r#"
[agent]
place = "350102001"
state = "{0}/state"
socket = "{0}/agent.sock"
[hq]
broker = "mqtt://127.0.0.1:{broker}"
http = "http://127.0.0.1:1"
[interlock]
may_disturb = ["350102001-01/matrix"]
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "matrix"
name = "矩阵切换"
kind = "switch"
profile = "extron-sis"
address = "{matrix}"
sources = ["2"]
sink = "1"
"#,
        folder.path().display()
    );
    std::fs::write(&path, text).expect("writes");
    path
}

fn agent(folder: &Folder, config: &Path) -> Process {
    let mut command = std::process::Command::new(program("avow-agent"));
    command.args(["run", "--config"]).arg(config);
    Process::start(folder, "agent", &command)
}

async fn meeting(config: &Path, on: &str) {
    let mut command = tokio::process::Command::new(program("avow-agent"));
    let output = command.args(["meeting", on, "--config"]).arg(config).output().await.expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether HQ has an event with this code.
fn happened(hq: &Hq, code: &str) -> bool {
    let books = hq.books.lock().expect("whole");
    books.reports.values().any(|one| matches!(&one.report, Report::Event(event) if event.code.as_str() == code))
}

/// Whether HQ has an outcome with this finding.
fn found_by(hq: &Hq, finding: &str) -> bool {
    let books = hq.books.lock().expect("whole");
    let is_it = |report: &Report| matches!(report, Report::Outcome(outcome) if outcome.verdict.finding().is_some_and(|code| code.as_str() == finding));
    books.reports.values().any(|one| is_it(&one.report))
}

async fn soon(what: &str, is_so: impl Fn() -> bool) {
    wait_until(what, SOON, async || is_so().then_some(())).await;
}

#[test]
fn who_is_killed_between_the_two_commands_puts_back_at_the_next_start() {
    runtime().block_on(killed_between_the_two_commands());
}

async fn killed_between_the_two_commands() {
    let (folder, broker) = (Folder::new(), broker_at(free_port()));
    let keeps = Manners { keeps: true, ..Manners::default() };
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), keeps);
    // Nobody is let in after the first command: however long the kill takes, nothing is put back before it.
    let matrix = matrix(Faults { slow: 1_000, shut_after: Some(1), ..Faults::default() });
    let config = configured(&folder, broker.port, &matrix.on_tcp().await.to_string());
    let mut first = agent(&folder, &config);
    soon("the switch", || matrix.ties() == [2, 4]).await;
    first.kill();
    assert_eq!((matrix.told(), all(&folder.file("state")).len()), (vec![(2, 1)], 1));
    matrix.mend();

    // A meeting that began meanwhile is not disturbed.
    meeting(&config, "on").await;
    let mut second = agent(&folder, &config);
    soon("the event that it waits", || happened(&hq, "switch.waiting")).await;
    assert!(happened(&hq, "switch.interrupted"));
    assert_eq!((matrix.ties(), all(&folder.file("state")).len()), (vec![2, 4], 1));

    meeting(&config, "off").await;
    soon("the way back", || matrix.ties() == [1, 4]).await;
    assert_eq!(matrix.told()[..2], [(2, 1), (1, 1)], "before any other test");
    soon("the finding", || found_by(&hq, "switch.interrupted")).await;
    second.stop(nix::sys::signal::Signal::SIGTERM, SOON).await;
    assert_eq!((matrix.ties(), all(&folder.file("state"))), (vec![1, 4], vec![]));
}

#[test]
fn a_switch_is_as_visible_as_a_camera_that_turns_and_never_written_with_what_could_be_a_command() {
    let good = work("127.0.0.1:23", "['2']", "");
    assert_eq!((good.disturbance(), good.least_disturbance()), (Disturbance::Motion, Disturbance::Motion));
    assert!(good.default_deadline() > good.least_deadline(), "there is time to put back what was there");
    for (keys, key) in [
        ("profile='extron-sis'\naddress='h'\nsources=['1*3!2']\nsink='1'", "sources"),
        ("profile='extron-sis'\naddress='h'\nsources=['2']\nsink='1\r'", "sink"),
        ("profile='extron-sis'\naddress='h'\nsources=[]\nsink='1'", "sources"),
        ("profile='power-sequencer'\naddress='/dev/ttyS0'\nsources=['2']\nsink='1'", "profile"),
        ("profile='extron-sis'\naddress='h'\nsources=['2']\nsink='1'\npicture={source='file:a', frames=1}", "frames"),
    ] {
        let table = keys.replace('\r', "\\r").replace("sink='1\\r'", "sink=\"1\\r\"").parse().expect("a table");
        let wrong = Work::parse("switch", table).expect_err(keys);
        assert!(wrong.to_string().starts_with(key), "{keys}: {wrong}");
    }
}
