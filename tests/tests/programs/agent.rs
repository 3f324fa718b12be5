//! The agent's program against a real Mosquitto and a headquarters of one page.

use std::process::{Child, Command, Output, Stdio};

use avow_shared::wire::{Report, Signer};
use avow_tests::fleet::hq::{Hq, Manners};
use avow_tests::rig::program;

use crate::broker::{broker_at, free_port, runtime, wait_for};

/// An agent on a folder of its own.
struct Agent {
    dir: tempfile::TempDir,
    child: Option<Child>,
}

impl Drop for Agent {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Agent {
    fn new(port: u16, interlock: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let text = format!(
            r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:{port}"
http = "http://127.0.0.1:1"
[interlock]
{interlock}
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
interval_s = 1
[[venue.probe]]
id = "front"
name = "画面"
kind = "picture"
interval_s = 1
source = "file:/nonexistent.mp4"
[[venue.probe]]
id = "camera"
name = "主席台"
kind = "camera"
port = "/nonexistent/tty"
"#
        );
        std::fs::write(dir.path().join("agent.toml"), text).expect("writes");
        Self { dir, child: None }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("avow-agent"));
        command.args(arguments).current_dir(self.dir.path()).env("LC_ALL", "en_US.UTF-8").stdin(Stdio::null());
        // A small image has no root certificates; an agent whose HQ is reached over plain HTTP does not need them.
        command.env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
        command
    }

    /// Starts it and waits for its socket: a question that comes earlier is answered from the state folder, which only one
    /// process may hold.
    fn start(&mut self) {
        let socket = self.dir.path().join("agent.sock");
        let _ = std::fs::remove_file(&socket);
        let log = std::fs::File::options().create(true).append(true).open(self.dir.path().join("log"));
        self.child = Some(self.command(&["run"]).stderr(log.expect("a log")).spawn().expect("starts"));
        wait_for("the socket", || socket.exists());
    }

    fn tell(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("runs")
    }

    fn status(&self) -> serde_json::Value {
        serde_json::from_slice(&self.tell(&["status", "--json"]).stdout).unwrap_or_default()
    }

    /// The running process is told, and lives on.
    fn hang_up(&self) {
        let id = self.child.as_ref().expect("it runs").id();
        let pid = nix::unistd::Pid::from_raw(i32::try_from(id).expect("a process"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGHUP).expect("a signal");
    }

    fn rewrite(&self, from: &str, to: &str) {
        let path = self.dir.path().join("agent.toml");
        let text = std::fs::read_to_string(&path).expect("reads");
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replace(from, to)).expect("writes");
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).expect("a log")
    }

    fn signal(&mut self, signal: nix::sys::signal::Signal) -> std::process::ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a process"));
        nix::sys::signal::kill(pid, signal).expect("a signal");
        child.wait().expect("ends")
    }
}

#[test]
fn an_agent_reports_is_killed_comes_back_and_stops_clean() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), Manners { keeps: true, ..Manners::default() });
    let mut agent = Agent::new(broker.port, "");
    agent.start();
    wait_for("reports", || hq.totals().stored >= 6);
    {
        let books = hq.books.lock().expect("unpoisoned");
        let has = |wanted: fn(&Report) -> bool| books.reports.values().any(|numbered| wanted(&numbered.report));
        assert!(
            has(|report| matches!(report, Report::Description(_))) && has(|report| matches!(report, Report::Event(_)))
        );
        assert!(has(|report| matches!(report, Report::Outcome(outcome) if outcome.probe.as_str() == "host")));
    }
    wait_for("an ack", || agent.status()["spool"]["acked_upto"].as_u64().is_some_and(|upto| upto > 2));
    let status = agent.status();
    assert_eq!((&status["running"], &status["standing"]), (&true.into(), &"accepted".into()));

    agent.signal(nix::sys::signal::Signal::SIGKILL);
    agent.start();
    let before = hq.totals().stored;
    wait_for("reports of the second life", || hq.totals().stored > before + 3);
    assert!(agent.signal(nix::sys::signal::Signal::SIGTERM).success());
    let totals = hq.totals();
    assert_eq!((totals.missing, totals.dropped, totals.refused), (0, 0, 0), "{totals:?}");
    assert!(totals.void > 900, "the block of the first life");

    agent.start();
    wait_for("reports of the third life", || hq.totals().produced > totals.produced + 3);
    assert_eq!(hq.totals().void, totals.void, "a clean stop gives back what was reserved");
}

#[test]
fn a_meeting_is_not_disturbed_and_people_are_answered_through_the_socket() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let mut agent = Agent::new(broker.port, "");
    agent.start();
    wait_for("the socket", || agent.status()["running"] == true);
    let verdict = |agent: &Agent, probe: usize| agent.status()["probes"][probe]["verdict"].clone();
    wait_for("a first picture", || {
        verdict(&agent, 1)["unknown"]["why"]["missing"].is_object() || verdict(&agent, 1)["fail"].is_object()
    });
    assert!(agent.tell(&["meeting", "on"]).status.success());
    wait_for("the interlock", || verdict(&agent, 1)["unknown"]["why"]["interlocked"].is_object());
    let checked = agent.tell(&["check", "front", "--json"]);
    let rows: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!((rows[0]["why"].clone(), checked.status.code()), ("declined".into(), Some(2)));
    let why = |agent: &Agent, arguments: &[&str]| {
        let told = agent.tell(&[&["camera", "camera", "home", "--json"], arguments].concat());
        let rows: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
        rows[0]["why"].as_str().map(str::to_owned)
    };
    assert_eq!(why(&agent, &[]).as_deref(), Some("declined"), "nobody is there to agree");
    assert_eq!(why(&agent, &["--yes"]).as_deref(), Some("missing"), "it was tried");
    let host = agent.tell(&["check", "host", "--json"]);
    assert!(matches!(host.status.code(), Some(0..=1)), "{host:?}");
    assert_eq!(agent.tell(&["check", "nothing"]).status.code(), Some(64));
    agent.signal(nix::sys::signal::Signal::SIGKILL);
    agent.start();
    wait_for("the socket", || agent.status()["running"] == true);
    assert_eq!(agent.status()["meeting"], true, "it is remembered across a kill");
    let second = agent.command(&["run", "--socket", "other.sock"]).stderr(Stdio::piped()).output().expect("runs");
    assert!(String::from_utf8_lossy(&second.stderr).contains("another agent runs on this state folder"));
}

#[test]
fn a_new_hq_is_not_believed_until_a_person_lets_the_old_key_go_and_status_tells_him_how() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let keys = [9, 8].map(|seed| Signer::from_seed(&[seed; 32]));
    let names = [0, 1].map(|at: usize| avow_shared::hash::to_hex(&keys[at].public().bytes()));
    let manners = Manners { keeps: true, ..Manners::default() };
    let first = Hq::start(broker.port, keys[0].clone(), manners);
    let mut agent = Agent::new(broker.port, "");
    agent.start();
    wait_for("the first HQ", || agent.status()["standing"] == "accepted");
    assert_eq!(agent.status()["disbelieved"], serde_json::Value::Null);
    assert!(agent.signal(nix::sys::signal::Signal::SIGTERM).success());
    drop(first);

    let _second = Hq::start(broker.port, keys[1].clone(), manners);
    agent.start();
    wait_for("its answer", || agent.status()["disbelieved"].is_object());
    let why = agent.status()["disbelieved"]["other-key"].clone();
    assert_eq!((&why["trusted"], &why["found"]), (&names[0].as_str().into(), &names[1].as_str().into()));
    assert_eq!(agent.status()["standing"], serde_json::Value::Null);
    for (language, said) in [("en_US.UTF-8", "is not believed"), ("zh_CN.UTF-8", "答复不可信")] {
        let told = agent.command(&["status"]).env("LC_ALL", language).output().expect("runs");
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        for word in [said, &names[0], &names[1], "hq_key", "state/hq.key", "systemctl reload avow-agent"] {
            assert!(told.contains(word), "'{word}' in {told}");
        }
    }
    std::fs::remove_file(agent.dir.path().join("state/hq.key")).expect("what status says");
    agent.hang_up();
    wait_for("the second HQ", || agent.status()["standing"] == "accepted");
}

#[test]
fn a_changed_configuration_is_taken_on_sighup_and_told_and_a_wrong_one_is_not() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let broker = broker_at(free_port());
    let hq = Hq::start(broker.port, Signer::from_seed(&[9; 32]), Manners { keeps: true, ..Manners::default() });
    let mut agent = Agent::new(broker.port, "");
    agent.start();
    wait_for("reports", || hq.totals().stored >= 4);
    let told = |venue: &str| {
        let books = hq.books.lock().expect("unpoisoned");
        let described = books.reports.values().filter_map(|numbered| match &numbered.report {
            Report::Description(description) => Some(description.venues[0].name == venue),
            _ => None,
        });
        described.filter(|is_it| *is_it).count()
    };
    assert_eq!(told("指挥大厅"), 1);

    agent.rewrite("interval_s = 1\n", "interval_s = -1\n");
    agent.hang_up();
    wait_for("the refusal", || agent.log().contains("the old one goes on"));
    assert!(agent.log().contains("venue[0].probe[0].interval_s: expected a whole number"), "{}", agent.log());
    let before = hq.totals().stored;
    wait_for("reports under the old configuration", || hq.totals().stored > before + 2);

    agent.rewrite("interval_s = -1\n", "interval_s = 1\n");
    agent.rewrite("指挥大厅", "会商室");
    agent.rewrite("id = \"host\"", "id = \"box\"");
    // Twice: the second may come at any moment of the first.
    agent.hang_up();
    agent.hang_up();
    wait_for("the new description", || told("会商室") >= 1);
    wait_for("the new probe", || {
        agent.status()["probes"][0]["verdict"].is_object() || agent.status()["probes"][0]["verdict"] == "pass"
    });
    assert_eq!(agent.status()["probes"][0]["probe"], "350102001-01/box");
    assert!(agent.signal(nix::sys::signal::Signal::SIGTERM).success(), "it is the same process");
    let totals = hq.totals();
    assert_eq!((totals.missing, totals.dropped, totals.refused, totals.void), (0, 0, 0, 0), "{totals:?}");
}
