//! Text profiles against simulated devices that speak as their makers' manuals say: over TCP, Telnet, UDP, HTTP and a serial line.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use avow_agent::baseline::Baseline;
use avow_agent::probe::{Found, Work, run};
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_shared::time::WallTime;
use avow_tests::rig::{Folder, program};
use avow_tests::sim::device::{Device, Faults, serve};
use avow_tests::sim::pty::Pty;
use tokio::net::{TcpListener, UdpSocket};

use crate::site;

/// 'MTPX Programmer's Guide', p. 4-14: the examples.
fn matrix() -> Device {
    Device::new(
        b"\xff\xfb\x01\xff\xfb\x03(c) Copyright 2008, Extron Electronics, MTPX 1616, V1.23, 60-1234-01\r\n",
        &[
            (b"Q", b"1.23\r\n"),
            (b"N", b"60-1234-01\r\n"),
            (b"I", b"V16X16 A16X16\r\n"),
            (b"S", b"3.28 +4.98 -5.01 +11.52 -12.35 +086.80 03590 03668\r\n"),
        ],
    )
}

/// 'CORIOmaster Commands', v1.7.
fn wall() -> Device {
    Device::new(
        b"// ===================\r\n//  CORIOmaster - CORIOmax\r\n// ===================\r\n// Command Interface Ready\r\nPlease login. Use 'login(username,password)'\r\n",
        &[
            (b"login(admin,adminpw)\r\n", b"!Info : User admin Logged In\r\n"),
            (b"CORIOmax.Serial_Number\r\n", b"CORIOmax.Serial_Number = 2218031005149\r\n!Done CORIOmax.Serial_Number\r\n"),
            (b"CORIOmax.Software_Version\r\n", b"CORIOmax.Software_Version = V1.30701.P4\r\n!Done CORIOmax.Software_Version\r\n"),
            (b"Preset.Take\r\n", b"Preset.Take = 1\r\n!Done Preset.Take\r\n"),
        ],
    )
}

/// 'Tesira Text Protocol'.
fn mixer(faults: &str) -> Device {
    let list = format!("+OK \"value\":[{faults}]\r\n");
    Device::new(
        b"\xff\xfd\x18\xff\xfb\x01\r\nWelcome to the Tesira Text Protocol Server...\r\n",
        &[
            (b"DEVICE get version\n", b"+OK \"value\":\"3.15.0.8\"\r\n"),
            (b"DEVICE get serialNumber\n", b"+OK \"value\":\"03215478\"\r\n"),
            (b"DEVICE get activeFaultList\n", list.as_bytes()),
            (b"Mute1 get mute 1\n", b"+OK \"value\":false\r\n"),
            (b"Level1 get level 1\n", b"+OK \"value\":-6.000000\r\n"),
        ],
    )
}

/// 'M4320-PRO Instructions Manual', section 4.
fn sequencer(temperature: &str) -> Device {
    let faults = format!("$PWR = OK\r$BREAKER = OK\r$WIRE FAULT = OK\r$TEMPERATURE = {temperature}\r$AVM = OK\r");
    Device::new(
        b"",
        &[
            (b"?ID\r", b"$PANAMAX\r$M4320-PRO\r$FIRMWARE: 1.04\r"),
            (b"?FAULTSTAT\r", faults.as_bytes()),
            (b"?VOLTAGE\r", b"$VOLTAGE = 221\r"),
            (b"?OUTLETSTAT\r", b"$OUTLET1 = ON\r$OUTLET2 = ON\r$OUTLET3 = ON\r"),
        ],
    )
}

/// The exchange for volts as recorded at an SDM630 (230.2 V); the others in its form.
fn meter() -> Device {
    Device::new(
        b"",
        &[
            (b"\x01\x04\x00\x00\x00\x02\x71\xcb", b"\x01\x04\x04\x43\x66\x33\x34\x1b\x38"),
            (b"\x01\x04\x00\x06\x00\x02\x91\xca", &summed(b"\x01\x04\x04\x40\x20\x00\x00")),
            (b"\x01\x04\x00\x46\x00\x02\x90\x1e", &summed(b"\x01\x04\x04\x42\x48\x00\x00")),
        ],
    )
}

/// With the checksum of Modbus, worked out bit by bit from its polynomial.
fn summed(bytes: &[u8]) -> Vec<u8> {
    let mut sum = 0xffff_u16;
    for bit in bytes.iter().flat_map(|byte| (0..8).map(move |n| u16::from(byte >> n & 1))) {
        let carry = (sum ^ bit) & 1;
        sum = (sum >> 1) ^ (carry * 0xa001);
    }
    [bytes, &sum.to_le_bytes()].concat()
}

fn answer(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// 'Cisco TelePresence MX700 and MX800 API Reference Guide'; the credentials are admin:secret.
fn codec() -> Device {
    codec_in_calls("1")
}

fn codec_in_calls(calls: &str) -> Device {
    let unit = answer(
        "<?xml version=\"1.0\"?><Status product=\"Cisco Codec\"><SystemUnit><ProductId>Cisco TelePresence MX700</ProductId>\n<Software><Version>ce8.2.0</Version></Software></SystemUnit></Status>",
    );
    let state = answer(&format!(
        "<Status><SystemUnit><State><NumberOfActiveCalls>{calls}</NumberOfActiveCalls></State></SystemUnit></Status>"
    ));
    let refused = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let mut device = Device::new(b"", &[(b"\r\n\r\n", refused)]);
    let head = |path: &str| format!("GET {path} HTTP/1.1\r\nauthorization: Basic YWRtaW46c2VjcmV0\r\n").into_bytes();
    device.says.insert(0, (head("/getxml?location=/Status/SystemUnit"), unit));
    device.says.insert(0, (head("/getxml?location=/Status/SystemUnit/State"), state));
    for (path, xml) in [
        ("/Status/SystemUnit/Hardware/Module", "<SerialNumber>FTT1234</SerialNumber>"),
        (
            "/Configuration/Conference",
            "<AutoAnswer><Delay valueSpaceRef=\"/Valuespace/INT\">0</Delay><Mode valueSpaceRef=\"/Valuespace/TTPAR_OnOff\">On</Mode><Mute>Off</Mute></AutoAnswer><DefaultCall><Protocol>Auto</Protocol><Rate valueSpaceRef=\"/Valuespace/INT\">3072</Rate></DefaultCall><DoNotDisturb><DefaultTimeout>60</DefaultTimeout></DoNotDisturb><Encryption><Mode>BestEffort</Mode></Encryption>",
        ),
        ("/Configuration/Video/Output/Connector", "<Connector item=\"1\"><Resolution>Auto</Resolution></Connector>"),
        (
            "/Configuration/NetworkServices/NTP",
            "<Mode>Manual</Mode><Server item=\"1\"><Address>10.1.1.1</Address></Server>",
        ),
        ("/Configuration/SIP/Proxy", "<Proxy item=\"1\"><Address>sip.example</Address></Proxy>"),
        ("/Configuration/H323/Gatekeeper", "<Address></Address><Discovery>Manual</Discovery>"),
    ] {
        device.says.insert(0, (head(&format!("/getxml?location={path}")), answer(xml)));
    }
    device
}

/// Serves `device` to everybody who connects.
async fn on_tcp(device: Device) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, device.clone()));
        }
    });
    address
}

fn work(keys: &str) -> Work {
    Work::parse("device", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

async fn found(keys: &str) -> Found {
    let context = site::context();
    run(&work(keys), &context).await
}

async fn at(profile: &str, device: Device, more: &str) -> Found {
    let address = on_tcp(device).await;
    found(&format!("profile='{profile}'\naddress='{address}'\n{more}")).await
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

/// A file of its own in a folder.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

#[tokio::test]
async fn a_matrix_says_what_it_is_and_how_warm() {
    let found = at("extron-sis", matrix(), "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!((number(&found, "inputs"), number(&found, "outputs")), (Some(16.0), Some(16.0)));
    assert_eq!(number(&found, "temperature"), Some(30.4), "86.8 °F");
    assert!(found.detail.contains("60-1234-01") && found.detail.contains("1.23"), "{}", found.detail);
    assert!(found.exhibits.is_empty());
}

#[tokio::test]
async fn a_wall_is_logged_in_to_and_its_password_is_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let right = format!("user='admin'\npassword_file='{}'", file(folder.path(), "right", "adminpw\nnot this\n"));
    let found = at("video-wall", wall(), &right).await;
    assert_eq!((found.verdict.clone(), number(&found, "preset")), (Verdict::Pass, Some(1.0)), "{}", found.detail);
    let wrong = format!("user='admin'\npassword_file='{}'", file(folder.path(), "wrong", "hunter2"));
    let found = at("video-wall", wall(), &wrong).await;
    assert_eq!(found.verdict, Verdict::fail("device.login"), "{}", found.detail);
    let told = String::from_utf8(found.exhibits[0].bytes.to_vec()).expect("text");
    assert!(told.contains("${password}") && !told.contains("hunter2"), "{told}");
    let missing = found_at_missing_file().await;
    assert!(
        matches!(missing.verdict, Verdict::Unknown { .. }) && missing.detail.contains("/nowhere/"),
        "{}",
        missing.detail
    );
}

async fn found_at_missing_file() -> Found {
    at("video-wall", wall(), "user='admin'\npassword_file='/nowhere/password'").await
}

#[tokio::test]
async fn a_mixer_with_a_fault_is_at_fault() {
    let found = at("audio-mixer-telnet", mixer(""), "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    let facts = found.facts.expect("it says who it is");
    assert_eq!((facts.serial.as_str(), facts.firmware.as_str()), ("03215478", "3.15.0.8"));
    let settings: Vec<_> = facts.settings.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
    assert_eq!(settings, [("gain_db", "-6.0"), ("mute", "false")]);
    let found = at("audio-mixer-telnet", mixer("{\"id\":FAULT_AVB}"), "").await;
    assert_eq!(found.verdict, Verdict::fail("device.state"), "{}", found.detail);
    assert!(found.detail.contains("FAULT_AVB"), "{}", found.detail);
}

#[tokio::test]
async fn a_codec_answers_over_the_web_with_its_password_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let login = format!("user='admin'\npassword_file='{}'", file(folder.path(), "password", "secret"));
    let found = at("codec-http", codec(), &login).await;
    assert_eq!((found.verdict.clone(), number(&found, "calls")), (Verdict::Pass, Some(1.0)), "{}", found.detail);
    assert!(found.detail.contains("MX700") && found.detail.contains("ce8.2.0"), "{}", found.detail);
    assert_eq!(found.in_call, Some(true));
    assert_eq!(at("codec-http", codec_in_calls("0"), &login).await.in_call, Some(false));
    let facts = found.facts.expect("it says who it is");
    assert_eq!(
        (facts.model.as_str(), facts.firmware.as_str(), facts.serial.as_str()),
        ("Cisco TelePresence MX700", "ce8.2.0", "FTT1234")
    );
    let settings: Vec<_> = facts.settings.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
    let expected = [
        ("auto_answer", "On"),
        ("encryption", "BestEffort"),
        ("gatekeeper", ""),
        ("ntp", "10.1.1.1"),
        ("rate_kbps", "3072"),
        ("resolution", "Auto"),
        ("sip_proxy", "sip.example"),
    ];
    assert_eq!(settings, expected);
    let found = at("codec-http", codec(), "").await;
    assert_eq!(found.verdict, Verdict::fail("device.login"), "{}", found.detail);
    assert!(found.detail.contains("HTTP 401，请配置 user"), "{}", found.detail);
}

/// A device that answers every question over the web with this status.
fn closed_to_all(status: &str) -> Device {
    Device::new(b"", &[(b"\r\n\r\n", status.as_bytes())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_server_that_is_not_there_or_lets_nobody_in_is_named_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let password = file(folder.path(), "password", "hunter2");
    let login = format!("user='admin'\npassword_file='{password}'");
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").to_string();
    let mut served = Vec::new();
    for status in ["401 Unauthorized", "403 Forbidden", "500 Internal Server Error", "404 Not Found"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        served.push(on_tcp(closed_to_all(&answer)).await.to_string());
    }
    for (address, finding, said) in [
        (unused.as_str(), "device.down", "无法连接：Connection refused"),
        ("no-such-host.invalid", "device.down", "无法连接："),
        (&served[0], "device.login", "HTTP 401，请核对 user 和 password_file"),
        (&served[1], "device.login", "HTTP 403，该用户无权读取"),
        (&served[2], "device.wrong-answer", "HTTP 500"),
        (&served[3], "device.wrong-answer", "HTTP 404"),
    ] {
        let found = found(&format!("profile='codec-http'\naddress='{address}'\n{login}")).await;
        assert_eq!(found.verdict, Verdict::fail(finding), "{address}: {}", found.detail);
        assert!(found.detail.contains(said) && !found.detail.contains("sending request"), "{}", found.detail);
        let (code, out) = tried(&["try", "codec-http", address, "--user", "admin", "--password-file", &password]).await;
        let (told, what) = said.split_once('：').unwrap_or(("", said));
        assert!(code == Some(1) && out.contains(told) && out.contains(what), "{code:?} {out}");
        assert_eq!(out.contains("设备登录未成"), finding == "device.login", "{out}");
    }
}

/// The device as somebody has set it otherwise: `was` reads `is` in the one answer that has it, and no byte is lost.
fn set_otherwise(mut device: Device, was: &str, is: &str) -> Device {
    assert_eq!(was.len(), is.len(), "the length of an answer is told before it");
    let holds = |said: &[u8]| String::from_utf8_lossy(said).contains(was);
    let answer = device.says.iter_mut().find(|(_, said)| holds(said)).expect("one answer has it");
    answer.1 = String::from_utf8_lossy(&answer.1).replacen(was, is, 1).into_bytes();
    device
}

#[tokio::test]
async fn every_setting_that_was_accepted_drifts_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let login = format!("user='admin'\npassword_file='{}'", file(folder.path(), "password", "secret"));
    let mode = "TTPAR_OnOff\">On</Mode><Mute>Off<";
    for (profile, was, is, told) in [
        ("codec-http", mode, "TTPAR_OnOff\">Off</Mode><Mute>On<", "自动应答 应为 On，现为 Off"),
        ("codec-http", ">3072<", ">1920<", "速率 (kbit/s) 应为 3072，现为 1920"),
        ("codec-http", ">BestEffort<", ">ForcedOnly<", "加密 应为 BestEffort，现为 ForcedOnly"),
        ("codec-http", "<Resolution>Auto<", "<Resolution>720p<", "分辨率 应为 Auto，现为 720p"),
        ("codec-http", ">10.1.1.1<", ">10.9.9.9<", "校时服务器 应为 10.1.1.1，现为 10.9.9.9"),
        ("codec-http", ">sip.example<", ">sip.changed<", "SIP 服务器 应为 sip.example，现为 sip.changed"),
        (
            "codec-http",
            "<Address></Address><Discovery>Manual<",
            "<Address>gk.cn</Address><Discovery>M<",
            "网守地址 应为 （空），现为 gk.cn",
        ),
        ("audio-mixer-telnet", ":false", ":true ", "静音 应为 false，现为 true"),
        ("audio-mixer-telnet", "-6.000000", "-3.000000", "增益 (dB) 应为 -6.0，现为 -3.0"),
    ] {
        let (device, keys) = if profile == "codec-http" { (codec(), login.as_str()) } else { (mixer(""), "") };
        let accepted = at(profile, device.clone(), keys).await;
        let mut baseline = Baseline::default();
        baseline.learn([("v/x".into(), &**accepted.facts.as_ref().expect("settings"))], WallTime::default());
        assert_eq!(baseline.judge("v/x", accepted).verdict, Verdict::Pass, "as accepted");
        let found = at(profile, set_otherwise(device, was, is), keys).await;
        assert_eq!(found.verdict, Verdict::Pass, "{told}: {}", found.detail);
        let judged = baseline.judge("v/x", found);
        assert_eq!(judged.verdict, Verdict::degraded("device.settings-drift"), "{told}: {}", judged.detail);
        assert!(judged.detail.starts_with(&format!("设置偏离基线：{told}；")), "{told}: {}", judged.detail);
    }
}

#[tokio::test]
async fn what_a_wall_shows_just_now_is_no_setting() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = format!("user='admin'\npassword_file='{}'", file(folder.path(), "right", "adminpw"));
    let found = at("video-wall", wall(), &keys).await;
    assert_eq!(number(&found, "preset"), Some(1.0), "{}", found.detail);
    assert_eq!(found.facts.expect("who it is").settings, []);
}

/// What an agent that runs nowhere finds when its terminal says so; the answers of `check`, by probe.
async fn checked_beside(folder: &Folder, calls: &str) -> String {
    let address = on_tcp(codec_in_calls(calls)).await;
    std::fs::write(folder.file("password"), "secret").expect("writes");
    let text = format!(
        "[agent]\nplace = \"350102001\"\n[hq]\nbroker = \"mqtt://127.0.0.1:1\"\nhttp = \"http://127.0.0.1:1\"\n\
         [[venue]]\nid = \"350102001-01\"\nname = \"指挥大厅\"\n\
         [[venue.probe]]\nid = \"codec\"\nname = \"终端\"\nkind = \"device\"\nprofile = \"codec-http\"\n\
         address = \"{address}\"\nuser = \"admin\"\npassword_file = \"password\"\n\
         [[venue.probe]]\nid = \"picture\"\nname = \"画面\"\nkind = \"picture\"\nsource = \"file:/nowhere.mp4\"\n"
    );
    std::fs::write(folder.file("agent.toml"), text).expect("writes");
    let mut command = Command::new(program("avow-agent"));
    command.args(["check", "--config", "agent.toml", "picture"]).current_dir(folder.path());
    command
        .stdin(std::process::Stdio::null())
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "zh_CN.UTF-8");
    let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("runs").expect("starts");
    String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_asks_the_terminal_first_and_takes_no_picture_into_a_call_unasked() {
    let folder = Folder::new();
    let idle = checked_beside(&folder, "0").await;
    assert!(!idle.contains("--yes"), "{idle}");
    let busy = checked_beside(&folder, "2").await;
    assert!(busy.contains("现在有会议") && busy.contains("--yes") && busy.contains("未获同意"), "{busy}");
}

/// Serves `device` on a serial line until the returned line is dropped.
fn on_serial(folder: &Path, device: Device) -> (Pty, String) {
    let path = folder.join("line");
    let pty = Pty::at(&path).expect("a line");
    tokio::spawn(serve(pty.stream().expect("a stream"), device));
    (pty, path.display().to_string())
}

#[tokio::test]
async fn a_sequencer_and_a_meter_answer_on_a_serial_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for (profile, device, verdict, name, expected) in [
        ("power-sequencer", sequencer("OK"), Verdict::Pass, "voltage", 221.0),
        ("power-sequencer", sequencer("FAULT"), Verdict::fail("device.state"), "voltage", 221.0),
        ("power-meter-modbus", meter(), Verdict::Pass, "voltage", 230.2),
        ("power-meter-modbus", meter(), Verdict::Pass, "current", 2.5),
        ("power-meter-modbus", meter(), Verdict::Pass, "frequency", 50.0),
    ] {
        let (_line, path) = on_serial(folder.path(), device);
        let found = found(&format!("profile='{profile}'\naddress='{path}'")).await;
        assert_eq!((&found.verdict, number(&found, name)), (&verdict, Some(expected)), "{profile}: {}", found.detail);
    }
}

#[tokio::test]
async fn noise_on_the_line_breaks_the_checksum_and_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let noisy = meter().with(Faults { noise: vec![0x55], ..Faults::default() });
    let (_line, path) = on_serial(folder.path(), noisy);
    let found = found(&format!("profile='power-meter-modbus'\naddress='{path}'")).await;
    assert_eq!(found.verdict, Verdict::fail("device.wrong-answer"), "{}", found.detail);
    assert_eq!(found.exhibits[0].kind, EvidenceKind::Transcript);
}

const COUNTER: &str = r#"
profile = 1
name = "计数器"
[transport]
kind = "KIND"
[reply]
end = "\n"
within_ms = 300
[[request]]
id = "one"
send = "one\n"
expect = '(?<one>\d+)'
value = [{ name = "one", group = "one", at_most = 10, fail_above = 20, says = "一号" }]
[[request]]
id = "two"
send = "two\n"
expect = '(?<two>\d+)'
value = [{ name = "two", group = "two" }]
"#;

fn counter(one: &str) -> Device {
    Device::new(b"", &[(b"one\n", format!("{one}\n").as_bytes()), (b"two\n", b"2\n")])
}

#[tokio::test]
async fn every_misbehaviour_has_its_finding_and_the_next_question_is_unharmed() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = file(folder.path(), "counter.toml", &COUNTER.replace("KIND", "tcp"));
    for (what, device, verdict, two) in [
        ("well", counter("1"), Verdict::Pass, Some(2.0)),
        ("at its limit", counter("10"), Verdict::Pass, Some(2.0)),
        ("beyond", counter("11"), Verdict::degraded("device.value"), Some(2.0)),
        ("far beyond", counter("21"), Verdict::fail("device.value"), Some(2.0)),
        ("words", counter("many"), Verdict::fail("device.wrong-answer"), Some(2.0)),
        (
            "mute",
            counter("1").with(Faults { mute: true, ..Faults::default() }),
            Verdict::fail("device.no-answer"),
            None,
        ),
        (
            "half",
            counter("1").with(Faults { half: true, ..Faults::default() }),
            Verdict::fail("device.no-answer"),
            None,
        ),
        (
            "late",
            counter("1").with(Faults { late_ms: 400, ..Faults::default() }),
            Verdict::fail("device.no-answer"),
            Some(2.0),
        ),
        (
            "noise",
            counter("1").with(Faults { noise: b"\x00\xff".to_vec(), ..Faults::default() }),
            Verdict::fail("device.wrong-answer"),
            None,
        ),
        (
            "gone",
            counter("1").with(Faults { closes_after: Some(1), ..Faults::default() }),
            Verdict::fail("device.no-answer"),
            None,
        ),
    ] {
        let found = at(&profile, device, "").await;
        assert_eq!(found.verdict, verdict, "{what}: {}", found.detail);
        if two.is_some() {
            assert_eq!(number(&found, "two"), two, "{what}: {}", found.detail);
        }
        assert_eq!(found.exhibits.is_empty(), verdict == Verdict::Pass, "{what}: the bytes are the evidence");
    }
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
    let found = found(&format!("profile='{profile}'\naddress='{unused}'")).await;
    assert_eq!(found.verdict, Verdict::fail("device.down"), "{}", found.detail);
}

#[tokio::test]
async fn datagrams_are_asked_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = file(folder.path(), "counter.toml", &COUNTER.replace("KIND", "udp"));
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut buffer = [0; 64];
        while let Ok((read, from)) = socket.recv_from(&mut buffer).await {
            let said: &[u8] = if &buffer[..read] == b"one\n" { b"1\n" } else { b"2\n" };
            socket.send_to(said, from).await.expect("sent");
        }
    });
    let found = found(&format!("profile='{profile}'\naddress='{address}'")).await;
    assert_eq!((found.verdict.clone(), number(&found, "two")), (Verdict::Pass, Some(2.0)), "{}", found.detail);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engineer_tries_a_profile_and_sees_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = file(folder.path(), "counter.toml", &COUNTER.replace("KIND", "tcp"));
    for (one, code, said) in [("1", 0, "正常"), ("21", 1, "设备读数超限")] {
        let address = on_tcp(counter(one)).await.to_string();
        let (code_found, out) = tried(&["try", &profile, &address]).await;
        assert_eq!(code_found, Some(code), "{out}");
        for part in ["→ one\\n", &format!("← {one}"), "→ two\\n", "← 2", said] {
            assert!(out.contains(part), "'{part}' in {out}");
        }
    }
    let (code, out) =
        tried(&["try", &file(folder.path(), "bad.toml", "profile = 1\nname = 'x'\nports = 3"), "h"]).await;
    assert!(code == Some(64) && out.contains("transport.kind"), "{code:?} {out}");
    let (code, out) = tried(&["list"]).await;
    assert!(code == Some(0) && out.contains("extron-sis") && out.lines().count() == 6, "{out}");
}

/// The address chooses: a serial port for what its maker reaches over a network, a serial server for what has a serial line.
#[tokio::test]
async fn a_stream_is_reached_over_a_line_or_a_network_as_the_address_says() {
    let folder = tempfile::tempdir().expect("a folder");
    // At a serial port the matrix greets nobody who was not there when it started, and offers no options of Telnet.
    let mut quiet = matrix();
    quiet.greeting.clear();
    let (_line, path) = on_serial(folder.path(), quiet);
    let serial = found(&format!("profile='extron-sis'\naddress='{path}'\nbaud=19200")).await;
    assert_eq!((&serial.verdict, number(&serial, "inputs")), (&Verdict::Pass, Some(16.0)), "{}", serial.detail);
    for (profile, device) in [("power-meter-modbus", meter()), ("power-sequencer", sequencer("OK"))] {
        let served = at(profile, device, "").await;
        assert_eq!(served.verdict, Verdict::Pass, "{profile} behind a serial server: {}", served.detail);
    }
    for kind in ["tcp", "telnet", "serial"] {
        let own = file(folder.path(), "stream.toml", &COUNTER.replace("KIND", kind));
        assert_eq!(at(&own, counter("1"), "").await.verdict, Verdict::Pass, "{kind}");
        let (_line, path) = on_serial(folder.path(), counter("1"));
        let found = found(&format!("profile='{own}'\naddress='{path}'")).await;
        assert_eq!(found.verdict, Verdict::Pass, "{kind}: {}", found.detail);
    }
}

#[test]
fn an_address_that_the_profile_cannot_take_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let udp = file(folder.path(), "udp.toml", &COUNTER.replace("KIND", "udp"));
    for (profile, keys, said) in [
        (udp.as_str(), "address='/dev/ttyUSB0'", "address: expected host or host:port"),
        ("codec-http", "address='/dev/ttyUSB0'", "address: expected host or host:port"),
        ("extron-sis", "address=''", "address: expected host"),
        ("power-meter-modbus", "address='server'", "host:port of a serial server"),
        ("power-meter-modbus", "address='server:4001'\nbaud=9600", "baud: expected nothing"),
        ("extron-sis", "address='h'\nbaud=9600", "baud: expected nothing"),
        ("extron-sis", "address='/dev/ttyUSB0'\nbaud=50", "baud: expected 1200 to 921600"),
    ] {
        let keys = format!("profile='{profile}'\n{keys}").parse().expect("a table");
        let wrong = Work::parse("device", keys).expect_err(said).to_string();
        assert!(wrong.contains(said), "{profile}: {wrong}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shipped_profile_is_printed_as_it_is_and_can_be_tried_as_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, text) = tried(&["show", "extron-sis"]).await;
    assert!(code == Some(0) && text.starts_with("# Extron 矩阵") && text.contains("[[request]]"), "{text}");
    let mine = file(folder.path(), "mine.toml", &text.replace("Extron 矩阵\"", "大厅矩阵\""));
    let address = on_tcp(matrix()).await.to_string();
    let (code, out) = tried(&["try", &mine, &address]).await;
    assert!(code == Some(0) && out.contains("大厅矩阵（telnet）") && out.contains("正常"), "{out}");
    let (code, out) = tried(&["show", "extron"]).await;
    assert!(
        code == Some(64) && out.contains("应为其中之一：audio-mixer-telnet, ") && out.contains("'extron'"),
        "{out}"
    );
}

/// Silence is said in so many words, and nothing that stands in a transcript is blank.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_says_nothing_is_seen_to_say_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = file(folder.path(), "counter.toml", &COUNTER.replace("KIND", "tcp"));
    for (language, said) in [("zh_CN.UTF-8", "← 无应答（0.3 s）"), ("en_US.UTF-8", "← no answer (0.3 s)")] {
        let mute = counter("1").with(Faults { mute: true, ..Faults::default() });
        let address = on_tcp(mute).await.to_string();
        let (code, out) = tried_in(language, &["try", &profile, &address]).await;
        assert!(code == Some(1) && out.matches(said).count() == 2, "once a question: {out}");
        assert!(!out.contains("←  …"), "{out}");
    }
    let half = counter("1").with(Faults { half: true, ..Faults::default() });
    let (_, out) = tried(&["try", &profile, &on_tcp(half).await.to_string()]).await;
    assert!(out.lines().any(|line| line.starts_with("← 1") && line.ends_with('…')), "what came is shown: {out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_that_fails_is_told_in_one_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = file(folder.path(), "bad.toml", "profile = 1\nname = 'x'\ntransport = { kind = 'x25' }");
    let torn = file(folder.path(), "torn.toml", "profile = ");
    let serial = file(folder.path(), "serial.toml", &COUNTER.replace("KIND", "serial"));
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").to_string();
    let tcp = file(folder.path(), "counter.toml", &COUNTER.replace("KIND", "tcp"));
    for (arguments, code, chinese, english) in [
        (&["try", "extron", "h"][..], 64, "应为文件 ….toml，或自带的其中之一：", "expected a file ….toml or one of"),
        (&["try", "/nowhere.toml", "h"], 64, "没有这个文件或目录", "No such file"),
        (&["try", &bad, "h"], 64, "transport.kind，应为其中之一：'serial', ", "transport.kind: expected one of"),
        (&["try", &torn, "h"], 64, "不是正确的 TOML", "TOML parse error"),
        (
            &["try", "codec-http", "/dev/x"],
            64,
            "address，应为主机或 主机:端口，现为 '/dev/x'",
            "address: expected host",
        ),
        (&["try", &serial, "/nowhere/tty"], 2, "无法打开串口 /nowhere/tty：没有这个", "failed to open the serial port"),
        (&["try", &tcp, &unused], 1, "对方拒绝连接", "is not reached: Connection refused"),
    ] {
        let (found, out) = tried(arguments).await;
        assert_eq!(found, Some(code), "{out}");
        assert!(out.contains(chinese), "{chinese}: {out}");
        // Where a file is no TOML, its reader's own words say at which place.
        let own = out.split("TOML parse error").next().unwrap_or_default();
        for word in ["expected", "No such", "refused", "found", "os error"] {
            assert!(!own.contains(word), "'{word}' in {out}");
        }
        let (found, out) = tried_in("en_US.UTF-8", arguments).await;
        assert_eq!(found, Some(code), "{out}");
        assert!(out.contains(english), "{english}: {out}");
        for word in ["：", "（", "无法", "没有"] {
            assert!(!out.contains(word), "'{word}' in {out}");
        }
    }
}

async fn tried(arguments: &[&str]) -> (Option<i32>, String) {
    tried_in("zh_CN.UTF-8", arguments).await
}

async fn tried_in(language: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program("avow-agent"));
    command.arg("profile").args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language);
    let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("runs").expect("starts");
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}
