//! The display probe against the simulated projector: over a pipe with paused time, and between real programs over TCP.

use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use avow_agent::pjlink::codec::Password;
use avow_agent::port::Tokio;
use avow_agent::probe::display::examine_at;
use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_tests::rig::{Folder, Process, free_loopback, program, wait_until};
use avow_tests::sim::pjlink::{Faults, Projector, State, converse};
use serde_json::Value;

use crate::site;

const SOON: Duration = Duration::from_secs(30);

fn work(keys: &str) -> Work {
    let table = format!("address = '192.0.2.1'\n{keys}").parse().expect("a table");
    Work::parse("display", table).expect("a display")
}

/// One examination over a pipe; the projector wants the password `right`, if any is given.
async fn examined(state: State, faults: Faults, keys: &str, password: Option<&str>) -> Found {
    let Work::Display(setup) = work(keys) else { panic!("a display") };
    let (ours, theirs) = tokio::io::duplex(64);
    let wanted = password.map(|_| "right".to_owned());
    let projector = Mutex::new(Projector::new(state, faults, wanted));
    tokio::spawn(async move { converse(theirs, &projector).await });
    examine_at(&setup, Tokio(ours), password.and_then(Password::new)).await
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

/// The state with some fields set by their names.
fn state(sets: &[&str]) -> State {
    let mut state = State::default();
    sets.iter().for_each(|set| state.set(set).expect(set));
    state
}

#[tokio::test(start_paused = true)]
async fn an_obedient_projector_passes_and_says_who_it_is() {
    let keys = "wanted = 'on'\ninput = '31'\nlamp_hours_limit = 4000";
    let found = examined(State::default(), Faults::default(), keys, None).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!(found.detail, "开机，输入 31（HDMI 1），1920×1080，光源 1234 h；AVOW P-2 序列号 S-0001 软件 1.02");
    for (name, expected) in [
        ("power_state", 1.0),
        ("display_class", 2.0),
        ("warnings", 0.0),
        ("errors", 0.0),
        ("lamp_hours", 1234.0),
        ("filter_hours", 321.0),
        ("picture_muted", 0.0),
        ("sound_muted", 0.0),
        ("signal_width", 1920.0),
        ("signal_height", 1080.0),
    ] {
        assert_eq!(number(&found, name), Some(expected), "{name}");
    }
    assert!(found.exhibits.is_empty());
}

/// What an old or small model does not know is no fault of it, nor is what it cannot say just now.
#[tokio::test(start_paused = true)]
async fn what_is_not_there_and_what_passes_by_itself_is_no_fault() {
    let keys = "wanted = 'on'\ninput = '31'\nlamp_hours_limit = 4000";
    for (sets, faults, said) in [
        (&["class=1"][..], Faults::default(), "AVOW P-2 软件 0.9"),
        (&["lamps="], Faults::default(), "1920×1080；"),
        (&["power=2"], Faults::default(), "正在冷却"),
        (&["power=3"], Faults::default(), "正在预热"),
        (&["signal=-"], Faults::default(), "无信号"),
        (&["maker=", "model="], Faults::default(), "型号未知"),
        (&[], Faults { lower_case: true, ..Faults::default() }, "avow p-2"),
        (&[], Faults { slow_ms: 1_900, ..Faults::default() }, "S-0001"),
        (&[], Faults { slow_ms: 4_900, ..Faults::default() }, "型号未知"),
        (&[], Faults { silent_to: "INF1".to_owned(), ..Faults::default() }, "P-2"),
    ] {
        let begun = tokio::time::Instant::now();
        let found = examined(state(sets), faults.clone(), keys, None).await;
        assert_eq!(found.verdict, Verdict::Pass, "{sets:?} {faults:?}: {}", found.detail);
        assert!(begun.elapsed() < work("").default_deadline(), "{faults:?} took {:?}", begun.elapsed());
        assert!(found.detail.contains(said), "{said}: {}", found.detail);
    }
    let found = examined(state(&["power=0"]), Faults::default(), "input = '31'", None).await;
    assert_eq!((&found.verdict, number(&found, "power_state")), (&Verdict::Pass, Some(0.0)), "{}", found.detail);
}

#[tokio::test(start_paused = true)]
async fn every_state_that_is_wrong_has_its_finding_and_a_transcript() {
    let on = "wanted = 'on'\ninput = '31'\nlamp_hours_limit = 4000";
    for (sets, keys, verdict, said) in [
        (&["power=0"][..], on, Verdict::fail("display.power-off"), "待机，应为开机"),
        (&["input=11"], on, Verdict::fail("display.wrong-input"), "输入为 11，应为 31；"),
        (&["input=32"], "input = '22'", Verdict::fail("display.wrong-input"), "应为 22（设备没有此输入）"),
        (&["mute=11"], on, Verdict::fail("display.picture-muted"), "画面被遮断"),
        (&["mute=21"], on, Verdict::degraded("display.sound-muted"), "声音被静音"),
        (&["mute=21"], "sound = 'any'", Verdict::Pass, "开机"),
        (&["mute=31"], "sound = 'any'", Verdict::fail("display.picture-muted"), "画面被遮断；"),
        (&["errors=100000"], on, Verdict::degraded("display.fan"), "风扇警告"),
        (&["errors=200000"], on, Verdict::fail("display.fan"), "风扇故障"),
        (&["errors=010000"], on, Verdict::degraded("display.lamp"), "光源警告"),
        (&["errors=002000"], on, Verdict::fail("display.temperature"), "温度故障"),
        (&["errors=000200"], on, Verdict::fail("display.cover"), "机盖故障"),
        (&["errors=000010"], on, Verdict::degraded("display.filter"), "滤网警告"),
        (&["errors=000002"], on, Verdict::fail("display.fault"), "其他部件故障"),
        (&["errors=000002", "power=0"], "", Verdict::fail("display.fault"), "其他部件故障；待机"),
        (&["errors=100020", "mute=21"], on, Verdict::fail("display.filter"), "风扇警告，滤网故障，声音被静音"),
        (&["lamps=4000 1"], on, Verdict::Pass, "光源 4000 h"),
        (&["lamps=100 1 4001 0"], on, Verdict::degraded("display.lamp-hours"), "4001 h，应不超过 4000 h，备件 LMP-7"),
        (&["lamps=4001 1"], "", Verdict::Pass, "光源 4001 h"),
    ] {
        let found = examined(state(sets), Faults::default(), keys, None).await;
        assert_eq!(found.verdict, verdict, "{sets:?} {keys}: {}", found.detail);
        assert!(found.detail.contains(said), "{said}: {}", found.detail);
        let kinds: Vec<_> = found.exhibits.iter().map(|exhibit| exhibit.kind).collect();
        let expected = if verdict == Verdict::Pass { vec![] } else { vec![EvidenceKind::Transcript] };
        assert_eq!(kinds, expected, "{sets:?}");
    }
    let found = examined(state(&["errors=112000"]), Faults::default(), "", None).await;
    assert_eq!((number(&found, "warnings"), number(&found, "errors")), (Some(2.0), Some(1.0)));
}

#[tokio::test(start_paused = true)]
async fn every_misbehaviour_has_its_finding_and_ends_in_time() {
    let deadline = work("").default_deadline();
    for (faults, verdict, said) in [
        (Faults { never_greets: true, ..Faults::default() }, Verdict::fail("display.no-answer"), "5000 ms 内无应答"),
        (Faults { silent: true, ..Faults::default() }, Verdict::fail("display.no-answer"), "5000 ms 内无应答"),
        (Faults { closes: true, ..Faults::default() }, Verdict::fail("display.no-answer"), "断开了连接"),
        (Faults { garbage: true, ..Faults::default() }, Verdict::fail("display.wrong-answer"), "<html>400"),
        (Faults { wrong_echo: true, ..Faults::default() }, Verdict::fail("display.wrong-answer"), "%1NONE=1"),
        (Faults { half_lines: true, ..Faults::default() }, Verdict::fail("display.wrong-answer"), "（%1PO）"),
        (Faults { failed: true, ..Faults::default() }, Verdict::fail("display.fault"), "ERR4"),
        (Faults { slow_ms: 5_100, ..Faults::default() }, Verdict::fail("display.no-answer"), "无应答"),
        (Faults { closes_after: 1, ..Faults::default() }, Verdict::degraded("display.no-answer"), "ERST、INPT、AVMT"),
        (
            Faults { silent_to: "INPT".into(), ..Faults::default() },
            Verdict::degraded("display.no-answer"),
            "INPT 无应答",
        ),
    ] {
        let begun = tokio::time::Instant::now();
        let found = examined(State::default(), faults.clone(), "", None).await;
        assert_eq!(found.verdict, verdict, "{faults:?}: {}", found.detail);
        assert!(found.detail.contains(said), "{said}: {}", found.detail);
        assert!(begun.elapsed() < deadline, "{faults:?} took {:?}", begun.elapsed());
        // Where nobody said a word there is nothing to show.
        let words = usize::from(!faults.never_greets && !faults.closes);
        assert_eq!(found.exhibits.len(), words, "{faults:?}");
        assert!(found.exhibits.iter().all(|exhibit| exhibit.bytes.len() <= 16 * 1024));
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_opens_and_nothing_tells_it() {
    let faults = Faults::default;
    let right = examined(state(&["power=0"]), faults(), "wanted = 'on'", Some("right")).await;
    assert_eq!(right.verdict, Verdict::fail("display.power-off"), "{}", right.detail);
    let transcript = String::from_utf8_lossy(&right.exhibits[0].bytes).into_owned();
    assert!(transcript.contains("→ (MD5)%1POWR ?\\r"), "{transcript}");
    let wrong = examined(State::default(), faults(), "", Some("wrong")).await;
    assert_eq!(wrong.verdict, Verdict::fail("display.auth-refused"), "{}", wrong.detail);
    assert!(wrong.detail.contains("拒绝密码"), "{}", wrong.detail);
    let refusing = Faults { refuses_password: true, ..faults() };
    let refused = examined(State::default(), refusing.clone(), "", Some("right")).await;
    assert_eq!(refused.verdict, Verdict::fail("display.auth-refused"), "{}", refused.detail);
    let none = examined(State::default(), refusing, "", None).await;
    assert_eq!(none.verdict, Verdict::fail("display.auth-refused"), "{}", none.detail);
    assert!(none.detail.contains("要求密码"), "{}", none.detail);
}

/// A simulated projector as a program of its own, and where it listens.
struct Sim {
    folder: Folder,
    _process: Process,
    address: SocketAddr,
}

async fn sim(arguments: &[&str]) -> Sim {
    let folder = Folder::new();
    let mut command = Command::new(program("avow-sim"));
    command.args(["pjlink", "--listen", "127.0.0.1:0"]).args(arguments);
    let mut process = Process::start(&folder, "projector", &command);
    let address = process.line("ready", SOON).await.parse().expect("an address");
    Sim { folder, _process: process, address }
}

/// What `avow-agent check` says of the display at `address`: its exit code and output.
fn check(folder: &Folder, address: &str, keys: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let text = format!(
        r#"[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "wall"
name = "大屏"
kind = "display"
address = "{address}"
{keys}
"#
    );
    std::fs::write(folder.file("agent.toml"), text).expect("writes");
    let mut command = Command::new("timeout");
    command.args(["--kill-after=1", "100"]).arg(program("avow-agent")).args(["check", "--config", "agent.toml"]);
    command.args(arguments).current_dir(folder.path()).env("LANG", "zh_CN.UTF-8").env_remove("LC_ALL");
    let output = command.env_remove("LC_MESSAGES").output().expect("the agent runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn told(folder: &Folder, address: &str, keys: &str, code: i32, finding: Option<&str>, said: &str) -> Value {
    let (ended, text) = check(folder, address, keys, &["--json"]);
    let rows: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((ended, rows[0]["finding"].as_str()), (Some(code), finding), "{text}");
    assert!(rows[0]["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{said}: {text}");
    rows[0].clone()
}

#[tokio::test]
async fn the_agent_checks_a_projector_over_tcp() {
    let sim = sim(&[]).await;
    let keys = "wanted = 'on'\ninput = '31'\nlamp_hours_limit = 4000";
    let row = told(&sim.folder, &sim.address.to_string(), keys, 0, None, "AVOW P-2 序列号 S-0001");
    assert_eq!((&row["verdict"], &row["values"][0]["name"]), (&"pass".into(), &"display_class".into()), "{row}");
    let (code, text) = check(&sim.folder, &sim.address.to_string(), "input = '11'", &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("输入为 31，应为 11") && text.contains("切换到会议终端所接的输入"), "{text}");
}

#[tokio::test]
async fn the_agent_proves_the_password_of_its_file() {
    let sim = sim(&["--password", "JBMIAProjectorLink"]).await;
    let address = sim.address.to_string();
    let keys = "password_file = 'wall.password'";
    told(&sim.folder, &address, "", 1, Some("display.auth-refused"), "要求密码");
    told(&sim.folder, &address, keys, 2, None, "密码文件 wall.password 不可用");
    std::fs::write(sim.folder.file("wall.password"), "JBMIAProjectorLink\n").expect("writes");
    told(&sim.folder, &address, keys, 0, None, "开机");
    std::fs::write(sim.folder.file("wall.password"), "secret-that-is-wrong\n").expect("writes");
    let row = told(&sim.folder, &address, keys, 1, Some("display.auth-refused"), "拒绝密码");
    assert!(!row.to_string().contains("secret-that-is-wrong"), "{row}");
}

/// Waiting is short here only where nothing is to come.
const SHORT: &str = "timeout_ms = 500";

#[tokio::test]
async fn the_agent_names_every_misbehaviour_of_a_projector() {
    for (arguments, keys, code, finding, said) in [
        (&["--fault", "refuses_password=true"][..], "", 1, Some("display.auth-refused"), "要求密码"),
        (&["--fault", "silent=true"], SHORT, 1, Some("display.no-answer"), "500 ms 内无应答"),
        (&["--fault", "never_greets=true"], SHORT, 1, Some("display.no-answer"), "500 ms 内无应答"),
        (&["--fault", "closes=true"], "", 1, Some("display.no-answer"), "断开了连接"),
        (&["--fault", "garbage=true"], SHORT, 1, Some("display.wrong-answer"), "应答不符"),
        (&["--fault", "half_lines=true"], SHORT, 1, Some("display.wrong-answer"), "%1PO"),
        (&["--fault", "floods=true"], SHORT, 1, Some("display.wrong-answer"), "%%%%"),
        (&["--fault", "slow_ms=2000"], SHORT, 1, Some("display.no-answer"), "500 ms 内无应答"),
        (&["--fault", "slow_ms=100"], "", 0, None, "开机"),
        (&["--fault", "failed=true"], "", 1, Some("display.fault"), "ERR4"),
        (&["--state", "power=3"], "wanted = 'on'\ninput = '31'", 0, None, "正在预热"),
        (&["--state", "power=0"], "wanted = 'on'", 1, Some("display.power-off"), "待机"),
        (&["--state", "class=1"], "", 0, None, "AVOW P-2"),
        (&["--state", "errors=000020"], "", 1, Some("display.filter"), "滤网故障"),
        (&["--state", "mute=21"], "", 0, Some("display.sound-muted"), "声音被静音"),
    ] {
        let sim = sim(arguments).await;
        told(&sim.folder, &sim.address.to_string(), keys, code, finding, said);
    }
}

#[tokio::test]
async fn a_run_closes_its_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let keys = format!("address = '{}'", listener.local_addr().expect("an address"));
    let served = tokio::spawn(async move {
        let (line, _) = listener.accept().await.expect("a controller");
        converse(line, &Mutex::new(Projector::new(State::default(), Faults::default(), None))).await
    });
    let work = Work::parse("display", keys.parse().expect("a table")).expect("a display");
    let context = Context { state_dir: std::env::temp_dir(), ..site::context() };
    let found = run(&work, &context).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    let ended = tokio::time::timeout(SOON, served).await.expect("the connection ends with the run");
    assert!(ended.expect("no panic").is_err(), "by the agent's good-bye");
}

/// A projector that serves one controller at a time: another one's connection is told apart from a dead projector, and the
/// agent holds none, so that it never is that other one.
#[tokio::test]
async fn who_serves_one_controller_serves_the_next_after_each_check() {
    let sim = sim(&["--fault", "one_controller=true"]).await;
    let address = sim.address.to_string();
    let mut other = TcpStream::connect(sim.address).expect("a connection");
    let mut greeting = [0; 9];
    other.read_exact(&mut greeting).expect("a greeting");
    assert_eq!(&greeting, b"PJLINK 0\r");
    told(&sim.folder, &address, "", 1, Some("display.no-answer"), "可能已被另一台控制器占用");
    drop(other);
    for _ in 0..3 {
        wait_until("the projector's one place", SOON, async || {
            (check(&sim.folder, &address, "", &["--json"]).0 == Some(0)).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_projector_that_is_not_there_is_named_with_what_to_do() {
    let folder = Folder::new();
    let nobody = free_loopback().to_string();
    told(&folder, &nobody, "", 1, Some("display.down"), "拒绝连接");
    let (code, text) = check(&folder, &nobody, "", &[]);
    assert!(code == Some(1) && text.contains("开启设备的 PJLink 和待机网络"), "{text}");
}

#[test]
fn states_and_faults_are_set_by_name() {
    assert_eq!(state(&["power=3", "errors=010000"]), State { power: 3, errors: "010000".into(), ..State::default() });
    let mut faults = Faults::default();
    for text in ["silent=true", "slow_ms=300", "silent_to=INPT"] {
        faults.set(text).expect(text);
    }
    assert_eq!(faults, Faults { silent: true, slow_ms: 300, silent_to: "INPT".into(), ..Faults::default() });
    for text in ["silent", "silent=1", "slow_ms=x", "explodes=true"] {
        assert!(faults.set(text).is_err(), "{text}");
    }
    for text in ["power", "power=x", "colour=red"] {
        assert!(State::default().set(text).is_err(), "{text}");
    }
}
