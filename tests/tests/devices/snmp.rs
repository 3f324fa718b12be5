//! The SNMP probe against Debian's snmpd, against snmpsim, and against a simulated device that misbehaves.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use avow_agent::probe::{Found, Work, run};
use avow_shared::outcome::Verdict;
use avow_tests::rig::{Folder, Process, answers, check, free_udp_loopback, program, python_peer, wait_until};
use avow_tests::sim::snmp::{Device, Faults, serve};
use futures_util::future::join_all;

use crate::site;

const SOON: Duration = Duration::from_secs(30);

/// How an engine of v3 is discovered, as RFC 3414 says: every peer answers it.
#[rustfmt::skip]
const DISCOVERY: [u8; 59] = [
    0x30, 0x39, 0x02, 0x01, 0x03,
    0x30, 0x0f, 0x02, 0x02, 0x00, 0x81, 0x02, 0x03, 0x00, 0xff, 0xe3, 0x04, 0x01, 0x04, 0x02, 0x01, 0x03,
    0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00,
    0x30, 0x11, 0x04, 0x00, 0x04, 0x00,
    0xa0, 0x0b, 0x02, 0x01, 0x02, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00,
];

async fn until_it_answers(process: &mut Process, address: SocketAddr, package: &str) {
    wait_until(package, SOON, async || {
        assert!(process.exit_status().is_none(), "{package} ended at once: {}", process.errors());
        answers(address, &DISCOVERY).then_some(())
    })
    .await;
}

/// Debian's agent, which knows one community and two users.
async fn snmpd(folder: &Folder) -> (Process, SocketAddr) {
    let address = free_udp_loopback();
    let text = format!(
        "agentAddress udp:{address}\nrocommunity let-me-read\n\
         createUser avow SHA authpassword AES privpassword\ncreateUser avow256 SHA-256 authpassword AES privpassword\n\
         createUser plain SHA authpassword\nrouser avow priv\nrouser avow256 priv\nrouser plain auth\n\
         sysServices 72\nsysName sw-hall\nsysDescr Avow test switch\n"
    );
    std::fs::write(folder.file("snmpd.conf"), text).expect("writes");
    let mut command = Command::new("snmpd");
    command.args(["-f", "-Le", "-C", "-I", "-smux", "-c"]).arg(folder.file("snmpd.conf"));
    command.env("SNMP_PERSISTENT_DIR", folder.folder("persistent")).env("MIBS", "").env("PATH", "/usr/sbin:/usr/bin");
    let mut process = Process::start(folder, "snmpd", &command);
    until_it_answers(&mut process, address, "snmpd (apt-get install snmpd)").await;
    (process, address)
}

fn passwords(folder: &Folder) {
    for (name, text) in [
        ("community", "let-me-read\n"),
        ("auth", "authpassword\n"),
        ("priv", "privpassword\n"),
        ("wrong", "wrongpassword\n"),
    ] {
        std::fs::write(folder.file(name), text).expect("writes");
    }
}

#[tokio::test]
async fn snmpd_is_asked_with_a_community_and_as_a_user() {
    let folder = Folder::new();
    let (_process, address) = snmpd(&folder).await;
    passwords(&folder);
    let at = format!("address = '{address}'\ntimeout_ms = 1000\ntries = 2\n");
    let user = |name: &str, more: &str| format!("{at}version = '3'\nuser = '{name}'\n{more}");
    let auth = "auth_password_file = 'auth'\n";
    let secret = "auth_password_file = 'auth'\nprivacy_password_file = 'priv'\n";
    let denied = Some("snmp.auth-refused");
    for (keys, code, finding, said) in [
        (
            format!("{at}community_file = 'community'\ninterfaces = ['lo', 1]"),
            0,
            None,
            "lo 10M，#1 10M；sw-hall Avow test switch",
        ),
        (at.clone(), 1, Some("snmp.no-answer"), "2000 ms 内无应答"),
        (format!("{at}community_file = 'none'"), 2, None, "口令文件 none 不可用"),
        (
            format!("{at}community_file = 'community'\ninterfaces = ['eth99']"),
            1,
            Some("snmp.port-missing"),
            "没有端口 eth99",
        ),
        (user("avow", secret), 0, None, "sw-hall"),
        (user("avow256", &format!("{secret}auth = 'sha256'\ninterfaces = ['lo']")), 0, None, "lo 10M"),
        (user("plain", auth), 0, None, "sw-hall"),
        (user("avow", &secret.replace("'auth'", "'wrong'")), 1, denied, "认证口令不对"),
        (user("avow", &format!("{secret}auth = 'sha256'")), 1, denied, "认证口令不对"),
        (user("nobody", secret), 1, denied, "没有这个用户"),
        (user("plain", secret), 1, denied, "安全级别"),
        (user("avow", auth), 1, denied, "不许读取"),
        (user("avow", &secret.replace("'priv'", "'wrong'")), 1, denied, "加密口令不对，或算法不是 AES-128"),
    ] {
        let told = check(&folder, "snmp", &keys);
        told.is(code, finding, said);
        for hidden in ["let-me-read", "authpassword", "privpassword", "wrongpassword"] {
            assert!(!told.row.to_string().contains(hidden), "{}", told.row);
        }
    }
    let keys = format!(
        "{at}community_file = 'community'\nvalues = [{{ oid = '1.3.6.1.2.1.1.7.0', name = 'services', at_most = 1, says = '服务' }}, \
         {{ oid = '1.3.6.1.2.1.99.0', name = 'nothing' }}]"
    );
    let told = check(&folder, "snmp", &keys);
    told.is(0, Some("snmp.value"), "服务 72，设备没有 nothing（1.3.6.1.2.1.99.0）");
    assert_eq!(told.number("services"), Some(72.0));
}

#[tokio::test]
async fn nobody_at_the_port_is_told_at_once() {
    let folder = Folder::new();
    let keys = format!("address = '{}'", free_udp_loopback());
    check(&folder, "snmp", &keys).is(1, Some("snmp.no-answer"), "没有 SNMP 服务");
}

/// A switch as a list of names: port 1 counts errors, port 2 is down, port 3 switched off, port 4 slow.
const SWITCH: &str = "\
1.3.6.1.2.1.1.1.0|4|Avow recorded switch
1.3.6.1.2.1.1.3.0|67:numeric|rate=100,initial=8640000
1.3.6.1.2.1.1.5.0|4|sw-recorded
1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1
1.3.6.1.2.1.2.2.1.2.2|4|GigabitEthernet0/2
1.3.6.1.2.1.2.2.1.2.3|4|GigabitEthernet0/3
1.3.6.1.2.1.2.2.1.2.4|4|GigabitEthernet0/4
1.3.6.1.2.1.2.2.1.7.1|2|1
1.3.6.1.2.1.2.2.1.7.2|2|1
1.3.6.1.2.1.2.2.1.7.3|2|2
1.3.6.1.2.1.2.2.1.7.4|2|1
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.2.2.1.8.2|2|2
1.3.6.1.2.1.2.2.1.8.3|2|2
1.3.6.1.2.1.2.2.1.8.4|2|1
1.3.6.1.2.1.2.2.1.14.1|65:numeric|rate=1000
1.3.6.1.2.1.2.2.1.14.4|65|5
1.3.6.1.2.1.31.1.1.1.6.1|70:numeric|rate=100000
1.3.6.1.2.1.31.1.1.1.15.1|66|1000
1.3.6.1.2.1.31.1.1.1.15.4|66|100
1.3.6.1.2.1.47.1.1.1.1.5.1|2|3
1.3.6.1.2.1.47.1.1.1.1.10.1|4|V200R021
1.3.6.1.2.1.47.1.1.1.1.11.1|4|SN0042
1.3.6.1.2.1.47.1.1.1.1.12.1|4|Huawei
1.3.6.1.2.1.47.1.1.1.1.13.1|4|S5735
1.3.6.1.4.1.9999.1.0|4|41.5
";

/// An agent with the configuration of the last check, once it answers.
async fn running(folder: &Folder) -> Process {
    // Each check writes its configuration anew.
    std::fs::copy(folder.file("agent.toml"), folder.file("running.toml")).expect("copies");
    let avow = |arguments: &[&str]| {
        let mut command = Command::new(program("avow-agent"));
        command.args(arguments).args(["--config", "running.toml"]).current_dir(folder.path());
        command
    };
    let mut agent = Process::start(folder, "agent", &avow(&["run"]));
    wait_until("the agent", SOON, async || {
        assert!(agent.exit_status().is_none(), "the agent ended at once: {}", agent.errors());
        let status = avow(&["status", "--json"]).output().expect("the agent runs");
        String::from_utf8_lossy(&status.stdout).contains("\"running\": true").then_some(())
    })
    .await;
    agent
}

/// snmpsim: each community is a file of records.
async fn snmpsim(folder: &Folder, records: &[(&str, &str)]) -> (Process, SocketAddr) {
    let address = free_udp_loopback();
    let data = folder.folder("records");
    for (community, text) in records {
        std::fs::write(data.join(format!("{community}.snmprec")), text).expect("writes");
        std::fs::write(folder.file(community), format!("{community}\n")).expect("writes");
    }
    let mut command = Command::new(python_peer("snmpsim-command-responder"));
    command
        .arg(format!("--data-dir={}", data.display()))
        .arg(format!("--cache-dir={}", folder.folder("cache").display()));
    command.arg(format!("--agent-udpv4-endpoint={address}")).env("HOME", folder.path()).current_dir(folder.path());
    if nix::unistd::geteuid().is_root() {
        command.args(["--process-user=root", "--process-group=root"]);
    }
    let mut process = Process::start(folder, "snmpsim", &command);
    until_it_answers(&mut process, address, "snmpsim").await;
    (process, address)
}

async fn found(work: &Work) -> Found {
    let context = site::context();
    run(work, &context).await
}

fn work(keys: &str) -> Work {
    Work::parse("snmp", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"))
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

#[tokio::test]
async fn a_recorded_switch_tells_its_ports_and_what_has_come_since() {
    let folder = Folder::new();
    let (_process, address) = snmpsim(&folder, &[("switch", SWITCH)]).await;
    let at = format!("address = '{address}'\ncommunity_file = 'switch'\n");
    let ports = |names: &str| format!("{at}interfaces = [{names}]\nspeed_at_least = 1000");
    for (keys, code, finding, said) in [
        (
            ports("'GigabitEthernet0/1', 3"),
            0,
            None,
            "GigabitEthernet0/1 1000M，#3 已停用；sw-recorded Huawei S5735 序列号 SN0042 软件 V200R021",
        ),
        (ports("'GigabitEthernet0/2'"), 1, Some("snmp.port-down"), "端口 GigabitEthernet0/2 断开"),
        (ports("4"), 0, Some("snmp.port-speed"), "端口 #4 为 100M，应不低于 1000M"),
        (ports("5"), 1, Some("snmp.port-missing"), "没有端口 #5"),
        (
            format!(
                "{at}values = [{{ oid = '1.3.6.1.4.1.9999.1.0', name = 'amplifier', unit = 'celsius', at_most = 40, says = '功放温度' }}]"
            ),
            0,
            Some("snmp.value"),
            "功放温度 41.5°C",
        ),
    ] {
        check(&folder, "snmp", &keys).is(code, finding, said);
    }

    // Only a running agent remembers, and `check` asks it.
    let keys = ports("'GigabitEthernet0/1'");
    assert_eq!(check(&folder, "snmp", &keys).number("port_errors"), None);
    let _agent = running(&folder).await;
    let grown = wait_until("errors at the agent", SOON, async || {
        let said = check(&folder, "snmp", &keys);
        said.number("port_errors").is_some_and(|errors| errors > 1.0).then_some(said)
    })
    .await;
    grown.is(0, Some("snmp.port-errors"), "端口 GigabitEthernet0/1 每分钟错包");

    let community = folder.file("switch").display().to_string();
    let work = work(&format!("address = '{address}'\ncommunity_file = '{community}'\ninterfaces = [1, 4]"));
    let first = found(&work).await;
    assert_eq!((&first.verdict, number(&first, "port_errors")), (&Verdict::Pass, None), "{}", first.detail);
    let facts = first.facts.as_ref().expect("a plate");
    assert_eq!((facts.make.as_str(), facts.model.as_str(), facts.serial.as_str()), ("Huawei", "S5735", "SN0042"));
    let grown = wait_until("errors", SOON, async || {
        let found = found(&work).await;
        number(&found, "port_errors").is_some_and(|errors| errors > 1.0).then_some(found)
    })
    .await;
    assert_eq!(grown.verdict, Verdict::degraded("snmp.port-errors"), "{}", grown.detail);
    assert!(grown.detail.contains("端口 #1 每分钟错包"), "{}", grown.detail);
}

const PATIENT: &str = "timeout_ms = 1000\ntries = 2\ninterfaces = ['eth1', 'eth60']";

/// What is found at a simulated switch that does this wrong.
async fn wrong(faults: Faults, keys: &str) -> Found {
    let folder = Folder::new();
    let device = Device::switch(faults);
    let file = folder.file("community");
    std::fs::write(&file, &device.community).expect("writes");
    let address = serve(device).await;
    let found = found(&work(&format!("address = '{address}'\ncommunity_file = '{}'\n{keys}", file.display()))).await;
    let shown: String =
        found.exhibits.iter().map(|exhibit| String::from_utf8_lossy(&exhibit.bytes).into_owned()).collect();
    assert!(!shown.contains("secret-word") && !found.detail.contains("secret-word"), "{shown} {}", found.detail);
    assert_eq!(found.exhibits.is_empty(), found.verdict == Verdict::Pass, "the transcript is the evidence");
    found
}

#[tokio::test]
async fn every_misbehaviour_has_its_finding_and_the_next_question_is_unharmed() {
    let nonsense = Verdict::fail("snmp.wrong-answer");
    let silent = Verdict::fail("snmp.no-answer");
    let cases = [
        (Faults::default(), Verdict::Pass, "eth1 100M，eth60 100M；sw-sim Avow switch"),
        (Faults { ignores: 1, ..Faults::default() }, Verdict::Pass, "sw-sim"),
        (Faults { noise: b"\x30\x82\xff".to_vec(), ..Faults::default() }, Verdict::Pass, "sw-sim"),
        // The answer to the first try comes in the second, and is as good.
        (Faults { late_ms: 1_500, ..Faults::default() }, Verdict::Pass, "sw-sim"),
        (Faults { ignores: u32::MAX - 1, ..Faults::default() }, silent.clone(), "2000 ms 内无应答"),
        (Faults { elsewhere: true, ..Faults::default() }, silent, "2000 ms 内无应答"),
        (Faults { wrong_id: true, ..Faults::default() }, nonsense.clone(), "应答不符"),
        (Faults { wrong_names: true, ..Faults::default() }, nonsense.clone(), "应答不符"),
        (Faults { echoes: true, ..Faults::default() }, nonsense.clone(), "应答不符"),
        (Faults { garbage: Some(b"HTTP/1.1 400".to_vec()), ..Faults::default() }, nonsense.clone(), "应答不符"),
        (Faults { garbage: Some(vec![]), ..Faults::default() }, nonsense.clone(), "应答不符"),
        (Faults { cut: Some(20), ..Faults::default() }, nonsense, "应答不符"),
        (Faults { status: 16, ..Faults::default() }, Verdict::fail("snmp.auth-refused"), "不许读取（错误 16）"),
    ];
    let all = join_all(cases.iter().map(|(faults, ..)| wrong(faults.clone(), PATIENT))).await;
    for (found, (faults, verdict, said)) in all.iter().zip(&cases) {
        assert_eq!(found.verdict, *verdict, "{faults:?}: {}", found.detail);
        assert!(found.detail.contains(said), "{faults:?}: {}", found.detail);
    }
}

/// The second question, which nothing depends on, is given up; its answer comes while the third is waited for.
#[tokio::test]
async fn an_answer_that_comes_too_late_answers_nothing() {
    let faults = Faults { late_at: 1, late_ms: 1_500, ..Faults::default() };
    let found = wrong(faults, "timeout_ms = 1000\ntries = 1\ninterfaces = [1]").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert!(found.detail.contains("#1 100M"), "{}", found.detail);
}
