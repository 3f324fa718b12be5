//! The switch probe against a simulated matrix: it proves that the matrix switches, and puts back what was there, whatever
//! the matrix does.

use std::path::PathBuf;
use std::time::Duration;

use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Verdict;
use avow_shared::time::{ClockQuality, WallTime};
use avow_tests::rig::{Folder, black_film, wait_until};
use avow_tests::sim::matrix::{Faults, Matrix};
use tokio::net::TcpListener;

const SOON: Duration = Duration::from_secs(20);

fn work(address: &str, sources: &str, more: &str) -> Work {
    let keys = format!("profile='extron-sis'\naddress='{address}'\nsources={sources}\nsink='1'\n{more}");
    Work::parse("switch", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

fn context() -> Context {
    Context {
        may_move: true,
        state_dir: PathBuf::from("/"),

        flash_bytes: 0,
        uptime: Duration::from_secs(1),
        desk: None,
        wall: WallTime { at_ms: 0, quality: ClockQuality::Free },
    }
}

async fn found(matrix: &Matrix, sources: &str, more: &str) -> Found {
    let address = matrix.on_tcp().await.to_string();
    run(&work(&address, sources, more), &context()).await
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
    let found = run(&work(&unused, "['2']", ""), &context()).await;
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

#[tokio::test]
async fn a_run_that_is_given_up_in_the_middle_puts_back_what_was_there() {
    // It never reads back: the run waits for it when it is given up.
    let matrix = matrix(Faults { slow: 1_000, ..Faults::default() });
    let address = matrix.on_tcp().await.to_string();
    let work = work(&address, "['2']", "");
    let running = tokio::spawn(async move { run(&work, &context()).await });
    wait_until("the switch", SOON, async || (matrix.ties() == [2, 4]).then_some(())).await;
    running.abort();
    wait_until("the way back", SOON, async || (matrix.ties() == [1, 4]).then_some(())).await;
    avow_agent::probe::switch::settled(SOON).await;
    assert_eq!(matrix.told()[..2], [(2, 1), (1, 1)]);
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
