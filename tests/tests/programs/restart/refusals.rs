//! Starts that must fail, and say why.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Folder, Http, Process, free_loopback};
use nix::sys::signal::Signal;
use tokio::net::{TcpListener, UdpSocket};

const SOON: Duration = Duration::from_secs(30);

/// Something does not work: the command line may be as it is.
const FAILED: i32 = 1;
/// The command line, or the settings that it names, must be written otherwise.
const USAGE: i32 = 64;

/// Starts a collector that must end by itself with `code`; gives back what it said.
async fn refused(folder: &Folder, command: &Command, code: i32) -> String {
    let mut process = Process::start(folder, "refused", command);
    let status = process.wait(SOON).await;
    let said = process.errors();
    assert_eq!(status.code(), Some(code), "{said}");
    assert!(!process.output().contains("ready"), "{}", process.output());
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_collector_on_the_same_data_says_so_and_ends_and_the_first_goes_on() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let first = Collector::start(&folder, &plan).await;
    let said = refused(&folder, &plan.command(), FAILED).await;
    assert!(said.contains(&*folder.file("data").to_string_lossy()), "it names the folder: {said}");
    assert_eq!(first.api().json("/api/v1/health").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_taken_is_named_and_the_failed_start_leaves_nothing_behind() {
    let folder = Folder::new();
    let taken = TcpListener::bind(free_loopback()).await.expect("a free port");
    let udp = UdpSocket::bind(free_loopback()).await.expect("a free port");
    let tcp = taken.local_addr().expect("an address");
    for (option, address) in [("--http", tcp), ("--mqtt", tcp), ("--stamp", udp.local_addr().expect("an address"))] {
        let command = replaced(&CollectorPlan::inside(folder.file("data")).command(), option, &address.to_string());
        let said = refused(&folder, &command, FAILED).await;
        assert!(said.contains(&format!("{option} {address}")), "{option}: {said}");
        let told = said.lines().filter(|line| line.starts_with("avow-collector:") && line.contains("in use"));
        assert_eq!((told.count(), said.matches("Attempted").count()), (1, 0), "{option}: {said}");
        assert!(!folder.file("data").exists(), "{option}: neither a key nor a journal is made");
    }
}

/// The line in front of which a collector listens and dials beyond this machine.
fn public(data: PathBuf) -> [(&'static str, Command); 4] {
    let inside = CollectorPlan { accept_new: false, ..CollectorPlan::inside(data) };
    let to_broker = CollectorPlan { broker: Some(free_loopback()), ..inside.clone() };
    [
        ("--http", replaced(&inside.command(), "--http", "0.0.0.0:0")),
        ("--mqtt", replaced(&inside.command(), "--mqtt", "0.0.0.0:0")),
        ("--stamp", replaced(&inside.command(), "--stamp", "0.0.0.0:0")),
        // A name is not looked up: it may mean another machine tomorrow.
        ("--broker", replaced(&to_broker.command(), "--broker", "mqtt://broker.invalid:1883")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_address_than_loopback_is_refused_unless_asked_for() {
    let folder = Folder::new();
    for (option, command) in public(folder.file("data")) {
        let said = refused(&folder, &command, USAGE).await;
        assert!(said.contains(option) && said.contains("--insecure-lan"), "{option}: {said}");
    }
    assert!(!folder.file("data").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_keys_are_never_trusted_from_beyond_this_machine() {
    let folder = Folder::new();
    for (option, mut command) in public(folder.file("data")) {
        command.args(["--insecure-lan", "--accept-new"]);
        let said = refused(&folder, &command, USAGE).await;
        assert!(said.contains(option) && said.contains("--accept-new"), "{option}: {said}");
    }
    assert!(!folder.file("data").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_network_is_served_when_asked_for() {
    let folder = Folder::new();
    for (option, mut command) in public(folder.file("data")) {
        command.arg("--insecure-lan");
        let mut process = Process::start(&folder, "open", &command);
        let ready = process.line("ready", SOON).await;
        let word = option.trim_start_matches('-').replace("broker", "mqtt") + "=";
        let address = ready.split(' ').find_map(|part| part.strip_prefix(&word)).expect("an address");
        let open = address.starts_with("0.0.0.0:") || address.contains("broker.invalid");
        assert!(open, "{option}: {ready}");
        process.stop(Signal::SIGTERM, SOON).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_that_cannot_be_written_is_named_and_its_reason_told_once() {
    let folder = Folder::new();
    std::fs::write(folder.file("data"), "a file").expect("written");
    for (data, reason) in [(folder.file("data"), "File exists"), ("/proc/avow".into(), "No such file")] {
        let said = refused(&folder, &CollectorPlan::inside(data.clone()).command(), FAILED).await;
        assert!(said.contains(&*data.to_string_lossy()), "{said}");
        assert_eq!(said.matches(reason).count(), 1, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_cannot_be_meant_so_are_wrong_usage() {
    let folder = Folder::new();
    std::fs::write(folder.file("wrong.toml"), "[states]\nsilent_s = 3\n").expect("written");
    for (name, reason) in [("wrong.toml", "unknown field"), ("gone.toml", "No such file")] {
        let mut command = CollectorPlan::inside(folder.file("data")).command();
        command.arg("--config").arg(folder.file(name));
        let said = refused(&folder, &command, USAGE).await;
        assert!(said.contains(name), "{said}");
        assert_eq!(said.matches(reason).count(), 1, "{said}");
    }
    assert!(!folder.file("data").exists());
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
