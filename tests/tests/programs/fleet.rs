//! The fleet's program against a real Mosquitto and a headquarters of one page.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avow_shared::wire::{Report, Signer};
use avow_tests::fleet::hq::{Hq, Manners};
use avow_tests::rig::program;

use crate::broker::{broker_at, free_port, runtime, wait_for};

fn fleet(port: u16, arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(program("avow-fleet"))
        .args(["--mqtt", &format!("127.0.0.1:{port}"), "--seed", "5"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the fleet starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    let mut ready = String::new();
    lines.read_line(&mut ready).expect("reads");
    assert!(ready.starts_with("ready "), "{ready}");
    (child, lines)
}

fn interrupt(child: &mut Child, mut lines: BufReader<std::process::ChildStdout>) -> String {
    let asked = Instant::now();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a process"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("a signal");
    let mut last = String::new();
    lines.read_line(&mut last).expect("reads");
    assert!(child.wait().expect("ends").success());
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to end", asked.elapsed());
    last
}

/// What the log says of each number: the whole line for an outcome.
fn logged(path: &Path) -> BTreeMap<(String, u64), serde_json::Value> {
    let text = std::fs::read_to_string(path).expect("a log");
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        ((line["spool"].as_str().expect("a spool").to_owned(), line["number"].as_u64().expect("a number")), line)
    };
    text.lines().map(line).collect()
}

#[test]
fn a_fleet_reports_drains_and_tells_the_truth_in_its_log() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), Manners { keeps: true, ..Manners::default() });
    let dir = tempfile::tempdir().expect("a folder");
    let log = dir.path().join("log");
    let arguments = ["--venues", "20", "--report-every", "2", "--batch", "3", "--log", &log.display().to_string()];
    let (mut child, lines) = fleet(broker.port, &arguments);
    wait_for("some reports", || hq.totals().stored > 200);
    let last = interrupt(&mut child, lines);
    let totals = hq.totals();
    assert_eq!((totals.missing, totals.dropped, totals.void, totals.refused), (0, 0, 0, 0));
    assert_eq!(last, format!("produced {0} acked {0}\n", totals.produced));
    let logged = logged(&log);
    assert_eq!(logged.len() as u64, totals.stored, "every number is in the log");
    let books = hq.books.lock().expect("unpoisoned");
    let terms = books.reports.values().filter(|report| matches!(report.report, Report::Terms(_)));
    assert_eq!(terms.count(), 20, "what binds its backups, once a venue");
    for ((spool, number), report) in &books.reports {
        let line = &logged[&(spool.to_string(), *number)];
        if let Report::Outcome(outcome) = &report.report {
            assert_eq!(line["outcome"], serde_json::to_value(outcome).expect("JSON"));
        }
    }
}

#[test]
fn a_killed_fleet_with_a_disk_and_a_broker_that_forgets_lose_no_number() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let mut broker = broker_at(free_port());
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), Manners::default());
    let dir = tempfile::tempdir().expect("a folder");
    let spool = dir.path().display().to_string();
    let arguments = ["--venues", "5", "--report-every", "0.1", "--spool", &spool];
    let (mut child, _) = fleet(broker.port, &arguments);
    wait_for("some reports", || hq.totals().stored > 100);
    let port = broker.port;
    drop(broker);
    broker = broker_at(port);
    let before = hq.totals().stored;
    wait_for("reports after the broker came back", || hq.totals().stored > before + 100);
    child.kill().expect("a signal");
    child.wait().expect("ends");
    let (mut child, lines) = fleet(broker.port, &arguments);
    let before = hq.totals().stored;
    wait_for("reports of the second life", || hq.totals().stored > before + 50);
    interrupt(&mut child, lines);
    let totals = hq.totals();
    assert_eq!((totals.missing, totals.dropped, totals.refused), (0, 0, 0));
    assert!(totals.void > 0, "the rest of the blocks in use at the kill");
    assert_eq!(totals.produced, totals.stored + totals.void);
}
