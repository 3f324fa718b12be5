//! The collector's client commands as a person or a script types them: what is on standard output, and the code at the end.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Folder, program, wait_until};
use serde_json::Value;

/// A register with one venue, one place, and a name that the table of divisions does not have.
const REGISTER: &str = "venue,name,parent\n350102001-01,大厅,\n350128,岚县,35\n";
const SOON: Duration = Duration::from_secs(20);
/// No agent has this id.
const ID: &str = "00000000000000000000000000000000";

struct Typed {
    http: String,
    folder: Folder,
    _collector: Collector,
}

impl Typed {
    async fn new() -> Self {
        let folder = Folder::new();
        let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
        std::fs::write(folder.file("register.csv"), REGISTER).expect("written");
        Self { http: format!("http://{}", collector.http), folder, _collector: collector }
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(program("avow-collector"));
        command.args(line).args(["--http", &self.http]).current_dir(self.folder.path());
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn run(&self, line: &[&str], code: i32) -> Output {
        let output = self.command(line).output().expect("it runs");
        assert_eq!(output.status.code(), Some(code), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Standard output of a command that is to say JSON alone.
    #[track_caller]
    fn json(&self, line: &[&str], code: i32) -> Value {
        let output = self.run(&[line, &["--json"]].concat(), code);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{line:?}: {error}: {}", String::from_utf8_lossy(&output.stdout)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_says_json_alone_when_asked() {
    let typed = Typed::new().await;
    let report = typed.json(&["import", "register.csv"], 0);
    assert_eq!((&report["added"], &report["notes"][0]["line"]), (&2.into(), &3.into()), "{report}");
    // Readers see the state of a tenth of a second ago.
    let rows = wait_until("the register in an export", SOON, async || {
        Some(typed.json(&["export"], 0)).filter(|rows| rows["items"].as_array().is_some_and(|rows| rows.len() == 2))
    });
    let rows = rows.await;
    assert_eq!((&rows["items"][0]["name"], &rows["items"][0]["parent"]), (&"平潭县".into(), &"35".into()), "{rows}");
    assert_eq!((&rows["items"][1]["venue"], &rows["items"][1]["two_way"]), (&"350102001-01".into(), &Value::Null));
    assert_eq!(typed.json(&["export", "out.csv"], 0)["file"], "out.csv");
    assert_eq!(typed.json(&["status"], 0)["place"]["code"], "35");
    assert_eq!(typed.json(&["status", "350102001-01"], 0)["items"][0]["id"], "350102001-01");
    assert_eq!(typed.json(&["agents"], 0)["items"], Value::Array(Vec::new()));
    assert_eq!(typed.json(&["backup", "all.backup"], 0)["file"], "all.backup");
    let restored = typed.json(&["restore", "all.backup", "--data", "elsewhere"], 0);
    assert_eq!((&restored["restored"], &restored["sections"][0]["name"]), (&true.into(), &"hq.key".into()));
    assert!(typed.folder.file("elsewhere").join("hq.key").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_tells_a_refusal_from_wrong_usage_and_from_a_file() {
    let typed = Typed::new().await;
    for line in [&["agents", "accept", ID, "--json"][..], &["agents", "--json", "refuse", ID], &["status", "99"]] {
        let output = typed.run(line, 2);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{line:?}");
    }
    typed.run(&["restore", "register.csv"], 2);
    typed.run(&["restore", "register.csv", "--data", "elsewhere"], 1);
    typed.run(&["agents", "accept", "x/y"], 64);
    typed.run(&["import", "gone.csv"], 74);
    typed.run(&["restore", "gone.backup", "--data", "elsewhere"], 74);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_has_gone_is_no_error() {
    let typed = Typed::new().await;
    for line in [&["status"][..], &["status", "--json"], &["export"], &["agents"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command =
            if line == ["--help"] { Command::new(program("avow-collector")) } else { typed.command(line) };
        let child = command.args(line.iter().filter(|word| **word == "--help")).stdout(writer).stderr(Stdio::piped());
        let output = child.spawn().expect("it runs").wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_variable_that_is_set_chooses_the_language() {
    let typed = Typed::new().await;
    let said = |set: &[(&str, &str)], line: &[&str]| {
        let output = typed.command(line).envs(set.iter().copied()).output().expect("it runs");
        String::from_utf8([output.stdout, output.stderr].concat()).expect("text")
    };
    for line in [&["--help"][..], &["agents"], &["status", "99"], &["agents", "accept"]] {
        let (chinese, english) = (said(&[], line), said(&[("LANG", "en_US.UTF-8")], line));
        assert_ne!(chinese, english, "{line:?}");
        assert_eq!(said(&[("LC_MESSAGES", "en_GB"), ("LANG", "zh_CN")], line), english, "{line:?}");
        assert_eq!(said(&[("LC_ALL", "zh_CN"), ("LANG", "en_US")], line), chinese, "{line:?}");
        assert_eq!(said(&[("LANG", "de_DE")], line), chinese, "{line:?}");
    }
}
