//! What the engineer at the box reads, in either language, when the agent cannot do what he asks: exit code and next step.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use avow_tests::rig::{Agent, AgentPlan, Folder, Tmpfs, free_loopback, program, wait_until};

const GOOD: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
"#;

const CHINESE: &str = "zh_CN.UTF-8";
const ENGLISH: &str = "en_US.UTF-8";

fn avow(folder: &Path, language: &str, arguments: &str) -> Output {
    // One that runs although it should not is a failure, and no test that never ends.
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=1", "20"])
        .arg(program("avow-agent"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env("LANG", language)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES");
    command.output().expect("runs")
}

/// The words that are on standard error, in Chinese and in English, beside `code`.
#[track_caller]
fn check(folder: &Path, arguments: &str, code: i32, chinese: &[&str], english: &[&str]) {
    for (language, words) in [(CHINESE, chinese), (ENGLISH, english)] {
        let output = avow(folder, language, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {said}");
        for word in words {
            assert!(said.contains(word), "'{word}' in {arguments}: {said}");
        }
        assert!(said.matches("(os error").count() <= 1, "said once: {said}");
    }
}

fn configured(folder: &Folder, name: &str, from: &str, to: &str) {
    assert!(GOOD.contains(from), "{from}");
    std::fs::write(folder.file(name), GOOD.replacen(from, to, 1)).expect("writes");
}

#[test]
fn a_configuration_that_is_missing_or_garbage_says_where_and_what_to_do() {
    let folder = Folder::new();
    for command in ["run", "status", "check", "meeting on", "camera front ask"] {
        check(
            folder.path(),
            command,
            64,
            &["没有配置文件 ./agent.toml：用 --config"],
            &["is no configuration ./agent.toml: name it"],
        );
    }
    let silence = [&["x.sock 无代理应答：启动它"][..], &["no agent answers at x.sock: start it"]];
    check(folder.path(), "status --socket x.sock", 2, silence[0], silence[1]);
    check(folder.path(), "meeting on --socket x.sock", 2, silence[0], silence[1]);

    std::fs::write(folder.file("noise.toml"), [0xff, 0xfe, 0, 1]).expect("writes");
    check(folder.path(), "run --config noise.toml", 64, &["noise.toml", "不是 UTF-8 文本"], &["noise.toml", "UTF-8"]);
    check(folder.path(), "run --config .", 64, &["它是目录"], &["directory"]);
    std::fs::write(folder.file("bad.toml"), "a = = 1").expect("writes");
    check(
        folder.path(),
        "status --config bad.toml",
        64,
        &["bad.toml 不是正确的 TOML", "line 1, column 5"],
        &["bad.toml: expected TOML", "line 1, column 5"],
    );
    configured(&folder, "key.toml", "\"350102001\"\n", "\"3\"\n");
    check(
        folder.path(),
        "run --config key.toml",
        64,
        &["key.toml 的 agent.place 需要改正"],
        &["key.toml: agent.place: '3' is not"],
    );
}

#[test]
fn who_only_looks_leaves_nothing_behind() {
    let folder = Folder::new();
    configured(&folder, "agent.toml", "", "");
    for (language, words) in
        [(CHINESE, "未运行，启动：systemctl start"), (ENGLISH, "does not run, start it: systemctl start")]
    {
        let status = avow(folder.path(), language, "status");
        assert_eq!(status.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&status.stdout).contains(words), "{status:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "the configuration alone");
}

#[test]
fn a_socket_that_cannot_be_is_refused_before_anything_is_made_or_lost() {
    let folder = Folder::new();
    configured(&folder, "agent.toml", "", "");
    std::fs::write(folder.file("precious"), "kept").expect("writes");
    check(
        folder.path(),
        "run --socket precious",
        64,
        &["precious 不是套接字，未改动它"],
        &["precious is no socket and was left"],
    );
    assert_eq!(std::fs::read(folder.file("precious")).expect("is there"), b"kept");
    check(
        folder.path(),
        "run --socket no/such/folder",
        64,
        &["没有这个文件或目录", "agent.socket"],
        &["No such file", "agent.socket"],
    );
    let long = "x".repeat(120);
    check(folder.path(), &format!("run --socket {long}"), 64, &["路径过长"], &["failed to listen", "agent.socket"]);
    assert!(!folder.file("state/spool").exists(), "a start that cannot be makes no spool");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_agent_is_told_of_the_first() {
    let folder = Folder::new();
    let nobody = free_loopback();
    let plan = AgentPlan::new("box", "350102001-01", nobody, nobody);
    let _first = Agent::start(&folder, &plan);
    let here = folder.folder(plan.name);
    wait_until("the first", Duration::from_secs(30), async || {
        String::from_utf8_lossy(&avow(&here, ENGLISH, "status --json").stdout)
            .contains("\"running\": true")
            .then_some(())
    })
    .await;
    let state = ["已有另一代理在运行：用 avow-agent status", "another agent runs on this state folder"];
    check(&here, "run", 64, &state[..1], &state[1..]);
    check(&here, "run --socket other.sock", 64, &state[..1], &state[1..]);
    let text = std::fs::read_to_string(here.join("agent.toml")).expect("reads");
    std::fs::write(here.join("other.toml"), text.replace("/state\"", "/state2\"")).expect("writes");
    check(&here, "run --config other.toml", 64, &["已有另一代理在用"], &["another agent listens at"]);
    std::fs::write(here.join("deaf.toml"), text.replace("agent.sock\"", "deaf.sock\"")).expect("writes");
    for command in ["status --config deaf.toml", "meeting on --config deaf.toml"] {
        check(&here, command, 64, &["用 --socket 指明"], &["name its socket with --socket"]);
    }
    assert!(avow(&here, ENGLISH, "status").status.success(), "the first is not disturbed");
}

#[test]
fn a_disk_that_cannot_be_written_is_named_with_what_to_do() {
    let folder = Folder::new();
    let disk = Tmpfs::mount(folder.folder("disk"), 1);
    configured(&folder, "agent.toml", "[hq]", "state = \"disk/state\"\n[hq]");
    disk.turn_read_only();
    let words =
        [&["disk/state", "文件系统只读", "重新挂载为可写"][..], &["disk/state", "Read-only", "mount it writable"]];
    check(folder.path(), "run", 2, words[0], words[1]);
    check(folder.path(), "meeting on", 2, words[0], words[1]);
    configured(&folder, "agent.toml", "[hq]", "state = \"agent.toml/state\"\n[hq]");
    let words = [&["路径中有一段不是目录", "agent.state"][..], &["Not a directory", "agent.state"]];
    check(folder.path(), "run", 2, words[0], words[1]);
    check(folder.path(), "status", 2, words[0], words[1]);
}

/// Words that are English wherever they stand.
#[track_caller]
fn check_chinese(output: &Output) {
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    for word in ["Usage", "Options", "Arguments", "Commands", "Print", "error", "expected", "pass", "fail", "unknown"] {
        assert!(said.split(|c: char| !c.is_ascii_alphabetic()).all(|found| found != word), "'{word}' in: {said}");
    }
    assert!(said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{said}");
}

#[test]
fn help_and_complaints_are_chinese_on_a_chinese_terminal() {
    let folder = Folder::new();
    configured(&folder, "agent.toml", "", "");
    let none = ["", "run", "check", "camera", "camera front recall", "status", "meeting", "profile", "profile try"];
    for command in none {
        let help = avow(folder.path(), CHINESE, &format!("{command} --help"));
        assert_eq!(help.status.code(), Some(0), "{command}: {help:?}");
        check_chinese(&help);
    }
    for wrong in ["staus", "camera", "camera front recall 200", "meeting maybe", "check nothing", "camera front ask"] {
        let output = avow(folder.path(), CHINESE, wrong);
        assert_eq!(output.status.code(), Some(64), "{wrong}: {output:?}");
        check_chinese(&output);
    }
    let english = avow(folder.path(), ENGLISH, "meeting maybe");
    assert!(String::from_utf8_lossy(&english.stderr).contains("error: invalid value 'maybe'"), "{english:?}");
    check_chinese(&avow(folder.path(), CHINESE, "check host"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_agents_status_is_in_the_language_of_the_terminal() {
    let folder = Folder::new();
    let nobody = free_loopback();
    let plan = AgentPlan::new("box", "350102001-01", nobody, nobody);
    let _agent = Agent::start(&folder, &plan);
    let here = folder.folder(plan.name);
    wait_until("the line's verdict", Duration::from_secs(30), async || {
        String::from_utf8_lossy(&avow(&here, ENGLISH, "status").stdout).contains("line-tcp 线路 fail").then_some(())
    })
    .await;
    let status = avow(&here, CHINESE, "status");
    check_chinese(&status);
    assert!(String::from_utf8_lossy(&status.stdout).contains("line-tcp 线路 故障"), "{status:?}");
    let checked = avow(&here, CHINESE, "check line-tcp");
    assert_eq!(checked.status.code(), Some(1));
    check_chinese(&checked);
}

#[test]
fn a_camera_that_several_venues_have_is_named_in_full() {
    let folder = Folder::new();
    let camera = "[[venue.probe]]\nid = \"front\"\nname = \"主席台\"\nkind = \"camera\"\nport = \"/nowhere/tty";
    let second = format!("{camera}1\"\n[[venue]]\nid = \"350102001-02\"\nname = \"会商室\"\n{camera}2\"\n");
    std::fs::write(folder.file("agent.toml"), format!("{GOOD}{second}")).expect("writes");
    let both = "350102001-01/front";
    let words = ["不止一台，请写全名", "350102001-02/front"];
    check(folder.path(), "camera front ask", 64, &[both, words[0], words[1]], &[both, "several cameras", words[1]]);
    let asked = avow(folder.path(), CHINESE, "camera 350102001-02/front ask");
    let said = String::from_utf8_lossy(&asked.stdout);
    assert_eq!(asked.status.code(), Some(2), "{asked:?}");
    assert!(said.contains("会商室") && said.contains("/nowhere/tty2"), "{said}");
}
