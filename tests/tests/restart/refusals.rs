//! Starts that must fail, and say why.

use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Folder, Http, Process, free_loopback};
use tokio::net::TcpListener;

const SOON: Duration = Duration::from_secs(30);

/// Starts a collector that must end by itself; gives back what it said.
async fn refused(folder: &Folder, command: &Command) -> String {
    let mut process = Process::start(folder, "refused", command);
    let status = process.wait(SOON).await;
    assert!(!status.success(), "{status}");
    assert!(!process.output().contains("ready"), "{}", process.output());
    process.errors()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_collector_on_the_same_data_says_so_and_ends_and_the_first_goes_on() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let first = Collector::start(&folder, &plan).await;
    let said = refused(&folder, &plan.command()).await;
    assert!(said.contains(&*folder.file("data").to_string_lossy()), "it names the folder: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(first.api().json("/api/v1/health").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_taken_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind(free_loopback()).await.expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    for option in ["--http", "--mqtt"] {
        let command = replaced(&CollectorPlan::inside(folder.file("data")).command(), option, &address);
        let said = refused(&folder, &command).await;
        assert!(said.contains(&address), "{option}: {said}");
        assert!(!said.contains("panicked"), "{option}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_address_than_loopback_is_refused_unless_asked_for() {
    let folder = Folder::new();
    for option in ["--http", "--mqtt", "--stamp"] {
        let command = replaced(&CollectorPlan::inside(folder.file("data")).command(), option, "0.0.0.0:0");
        let said = refused(&folder, &command).await;
        assert!(said.contains("--insecure-lan"), "{option}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.file("data"), "a file").expect("written");
    let said = refused(&folder, &CollectorPlan::inside(folder.file("data")).command()).await;
    assert!(said.contains(&*folder.file("data").to_string_lossy()), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

/// The same command with another value for `option`.
fn replaced(command: &Command, option: &str, value: &str) -> Command {
    let mut other = Command::new(command.get_program());
    let mut words = command.get_args();
    while let Some(word) = words.next() {
        other.arg(word);
        if word == option {
            words.next();
            other.arg(value);
        }
    }
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_without_its_broker_is_there_and_says_that_it_hears_nothing() {
    let folder = Folder::new();
    let nobody = free_loopback();
    let inside = CollectorPlan::inside(folder.file("data"));
    let collector = Collector::start(&folder, &CollectorPlan { broker: Some(nobody), ..inside }).await;
    let http: Http = collector.api();
    let health = http.json("/api/v1/health").await;
    assert_eq!((&health["status"], &health["broker_connected"]), (&"degraded".into(), &false.into()), "{health}");
}
