//! The built program: its exit codes, its languages, and what it does when no agent runs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use avow_shared::assurance::{Assurance, Span};
use avow_shared::meeting::Window;

const CONFIG: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "refused"
name = "不通的线路"
kind = "line"
method = "tcp"
to = "127.0.0.1"
port = 1
count = 2
gap_ms = 10
[[venue.probe]]
id = "front"
name = "主席台"
kind = "camera"
port = "/nonexistent/tty"
preset = 1
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
"#;

/// A folder with a configuration.
fn place() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("agent.toml"), CONFIG).expect("writes");
    dir
}

fn agent(dir: &Path, language: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avow-agent"));
    command.args(arguments).current_dir(dir).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language);
    command.stdin(Stdio::null()).output().expect("it runs")
}

#[track_caller]
fn check(arguments: &[&str], code: i32, said: &str) {
    let dir = place();
    let output = agent(dir.path(), "en_US.UTF-8", arguments);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(said), "{text}");
}

#[test]
fn wrong_usage_ends_with_64() {
    check(&[], 64, "Usage:");
    check(&["fly"], 64, "fly");
    check(&["check", "--bogus"], 64, "--bogus");
    check(&["meeting", "maybe"], 64, "maybe");
    check(&["camera", "front", "recall", "200"], 64, "200");
    check(&["camera", "rear", "home"], 64, "expected one of front");
    check(&["check", "nothing"], 64, "there is no probe 'nothing', expected one of refused, front, host");
}

#[test]
fn a_wrong_configuration_ends_with_64_and_is_named() {
    check(&["run", "--config", "missing.toml"], 64, "missing.toml");
    let dir = place();
    std::fs::write(dir.path().join("agent.toml"), CONFIG.replace("kind = \"host\"", "kind = \"ghost\""))
        .expect("writes");
    for command in ["run", "check", "status"] {
        let output = agent(dir.path(), "en", &[command]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{text}");
        assert!(text.contains("agent.toml: venue[0].probe[2].kind: expected one of"), "{text}");
    }
}

#[test]
fn help_and_version_end_with_0() {
    check(&["--help"], 0, "Examples:");
    check(&["version"], 0, env!("CARGO_PKG_VERSION"));
    check(&["camera", "--help"], 0, "recall");
}

#[test]
fn check_tells_fail_from_cannot_tell() {
    check(&["check", "refused"], 1, "不通的线路");
    check(&["check", "front"], 2, "主席台");
    check(&["check", "refused", "front"], 1, "不通的线路");
    check(&["check", "--json", "refused"], 1, "\"verdict\": \"fail\"");
}

#[test]
fn nothing_moves_unless_a_person_agrees() {
    let why = |arguments: &[&str]| {
        let output = agent(place().path(), "en", arguments);
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
        rows[0]["why"].clone()
    };
    assert_eq!(why(&["check", "--json", "front"]), "declined", "without a terminal nobody agrees");
    assert_eq!(why(&["check", "--json", "--yes", "front"]), "missing", "it was tried");
}

#[test]
fn a_camera_is_not_commanded_into_a_meeting_unless_a_person_agrees() {
    let dir = place();
    let camera = |arguments: &[&str]| {
        let output = agent(dir.path(), "en", &[&["camera", "front", "--json"], arguments].concat());
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
        (rows[0]["why"].as_str().map(str::to_owned), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (tried, declined) = (Some("missing".to_owned()), Some("declined".to_owned()));
    let noted = || std::fs::read_to_string(dir.path().join("state/overridden")).unwrap_or_default();
    assert_eq!(camera(&["home"]).0, tried, "nothing stands against it");
    assert!(agent(dir.path(), "en", &["meeting", "on"]).status.success());
    let (why, said) = camera(&["recall", "1"]);
    assert!(said.contains("the camera will move, a meeting is on") && said.contains("--yes"), "{said}");
    assert_eq!((why, noted().as_str()), (declined.clone(), ""));
    for seen in [["white", "indoor"], ["exposure", "iris"]] {
        assert_eq!(camera(&seen).0, declined, "what is seen in a meeting is asked about: {seen:?}");
    }
    assert_eq!((camera(&["ask"]).0, camera(&["store", "1"]).0), (tried.clone(), tried.clone()));
    assert_eq!((camera(&["recall", "1", "--yes"]).0, noted().lines().count()), (tried, 1));
    assert!(noted().contains("主席台：现在有会议，经确认仍转动"), "{}", noted());
}

#[test]
fn a_freeze_that_hq_ordered_binds_who_is_on_site_when_no_agent_runs() {
    let dir = place();
    let state = dir.path().join("state");
    std::fs::create_dir(&state).expect("a folder");
    let (hour_ms, now_ms) = (3_600_000, now_ms());
    let window = Window { venue: None, from_ms: now_ms - hour_ms, to_ms: now_ms + hour_ms };
    let frozen = |freeze| Assurance {
        as_of_ms: now_ms,
        spans: vec![Span { window, every_s: 300, freeze }],
        approved: Vec::new(),
    };
    let told = |list: &Assurance| {
        std::fs::write(state.join("assurance"), postcard::to_allocvec(list).expect("bytes")).expect("is written");
    };
    let why = |command: &[&str]| {
        let output = agent(dir.path(), "en", &[&["camera", "front", "--json", "--yes"], command].concat());
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
        rows[0]["why"].as_str().map(str::to_owned)
    };
    let (tried, refused) = (Some("missing".to_owned()), Some("interlocked".to_owned()));
    told(&frozen(true));
    assert_eq!((why(&["store", "2"]), why(&["recall", "1"])), (refused, tried.clone()), "where it looks is left");
    told(&frozen(false));
    assert_eq!(why(&["store", "2"]), tried);
    std::fs::write(state.join("assurance"), b"\xff").expect("is written");
    assert_eq!(why(&["store", "2"]), Some("interlocked".to_owned()), "something was told, and nobody knows what");
}

/// The clock of this machine.
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| u64::try_from(since.as_millis()).ok()).expect("after 1970")
}

#[test]
fn the_language_follows_the_environment_and_chinese_comes_first() {
    let dir = place();
    let help = |language: &str| String::from_utf8_lossy(&agent(dir.path(), language, &["--help"]).stdout).into_owned();
    assert!(help("C").contains("退出码") && help("zh_CN.UTF-8").contains("退出码"));
    assert!(help("en_GB.UTF-8").contains("Exit codes"));
}

#[test]
fn without_a_running_agent_the_files_answer() {
    let dir = place();
    let status = || -> serde_json::Value {
        serde_json::from_slice(&agent(dir.path(), "en", &["status", "--json"]).stdout).expect("JSON alone")
    };
    let before = status();
    assert_eq!((&before["running"], &before["meeting"]), (&false.into(), &false.into()));
    assert!(agent(dir.path(), "en", &["meeting", "on"]).status.success());
    let after = status();
    assert_eq!((&after["meeting"], &after["agent"]), (&true.into(), &"".into()), "it has no name before its first run");
}

#[test]
fn the_log_says_what_the_environment_asks_for() {
    let dir = place();
    // Nobody listens there, and that is told at the level of debug alone.
    let config =
        CONFIG.replace(":1883", ":1").replace("[agent]", "[agent]\nstate = \"state\"\nsocket = \"agent.sock\"");
    std::fs::write(dir.path().join("agent.toml"), config).expect("writes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_avow-agent"));
    command.arg("run").current_dir(dir.path()).env("AVOW_LOG", "warn,avow_agent::reporter=debug");
    let mut run = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut first = String::new();
    let read = BufReader::new(run.stderr.take().expect("piped")).read_line(&mut first);
    run.kill().expect("it still runs");
    run.wait().expect("it ends");
    assert!(read.is_ok() && first.contains("DEBUG avow_agent::reporter"), "{first}");
}

/// What the program says of a mistake, in Chinese.
fn chinese(dir: &Path, arguments: &[&str]) -> String {
    let output = agent(dir, "zh_CN.UTF-8", arguments);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_wrong_line_points_to_the_help_of_its_own_command() {
    let dir = place();
    for (arguments, help) in [
        (&["camera"][..], "见 avow-agent camera --help"),
        (&["camera", "front", "dance"], "见 avow-agent camera --help"),
        (&["--config", "agent.toml", "camera", "front", "recall", "200"], "见 avow-agent camera NAME recall --help"),
        (&["relay"], "见 avow-agent relay --help"),
        (&["profile", "try"], "见 avow-agent profile try --help"),
        (&["fly"], "见 avow-agent --help"),
    ] {
        let said = chinese(dir.path(), arguments);
        assert!(said.trim_end().ends_with(help), "{arguments:?}: {said}");
        let words: Vec<&str> = help.trim_start_matches("见 avow-agent ").split(' ').collect();
        assert!(agent(dir.path(), "zh_CN.UTF-8", &words).status.success(), "and there is such a help: {words:?}");
    }
    let said = chinese(dir.path(), &["camera"]);
    assert!(["home", "recall", "watch"].iter().all(|word| said.contains(word)), "the words that there are: {said}");
}

#[test]
fn a_relay_that_is_not_there_is_told_in_one_language() {
    let dir = place();
    let said = chinese(dir.path(), &["relay", "x", "cycle"]);
    assert!(said.contains("没有继电器 'x'") && !said.contains("relay '"), "{said}");
    let english = agent(dir.path(), "en_US.UTF-8", &["relay", "x", "cycle"]);
    let said = String::from_utf8_lossy(&english.stderr);
    assert!(said.contains("there is no relay 'x'") && !said.contains('没'), "{said}");
    let relay = "[[venue.device]]\nid = \"codec\"\nname = \"终端\"\nkind = \"terminal\"\n[[venue.relay]]\nid = \"power\"\n\
                 name = \"电源\"\nline = \"gpiochip0:17\"\noff_level = \"high\"\npowers = \"codec\"\n";
    std::fs::write(dir.path().join("agent.toml"), format!("{CONFIG}{relay}")).expect("writes");
    let said = chinese(dir.path(), &["relay", "x", "cycle"]);
    assert!(said.contains("没有继电器 'x'，应为其中之一：power") && !said.contains("relay '"), "{said}");
}

#[test]
fn a_device_that_no_baseline_can_have_is_told_in_one_language() {
    let dir = place();
    let said = chinese(dir.path(), &["baseline", "learn", "x"]);
    assert!(said.contains("没有设备 'x'，应为其中之一：front") && !said.contains("there"), "{said}");
    let english = agent(dir.path(), "en_US.UTF-8", &["baseline", "learn", "x"]);
    let said = String::from_utf8_lossy(&english.stderr);
    assert!(said.contains("there is no device 'x', expected one of front") && !said.contains('没'), "{said}");
}

#[test]
fn a_port_that_makes_no_sense_is_told_in_chinese_and_its_key_once() {
    let dir = place();
    let wrong = CONFIG.replace("/nonexistent/tty", "visca://h");
    std::fs::write(dir.path().join("agent.toml"), wrong).expect("writes");
    let said = chinese(dir.path(), &["check"]);
    assert!(said.contains("venue[0].probe[1].port 需要改正：应为串口（如 /dev/ttyUSB0）、visca-udp://主机"), "{said}");
    assert!(said.contains("现为 'visca://h'") && !said.contains("in `") && !said.contains("expected"), "{said}");
    let english = agent(dir.path(), "en_US.UTF-8", &["check"]);
    let said = String::from_utf8_lossy(&english.stderr);
    assert!(said.contains("probe[1].port: expected a serial port") && !said.contains("in `"), "{said}");
}
