//! The UPS probe against NUT's own server and dummy driver, against management cards recorded for snmpsim, and against a server
//! that misbehaves.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use avow_agent::probe::{Found, Work, run};
use avow_shared::outcome::Verdict;
use avow_tests::rig::{Folder, Process, answers, check, free_loopback, free_udp_loopback, python_peer, wait_until};
use avow_tests::sim::nut::{Faults, serve};
use futures_util::future::join_all;
use tokio::net::TcpStream;

use crate::site;

const SOON: Duration = Duration::from_secs(30);

/// What the UPS goes through: it starts, loses its mains, runs low, and gets them back.
const POWER_CUT: &str = "\
ups.mfr: Avow
ups.model: UPS 1000
ups.serial: S-42
ups.status: WAIT
TIMER 3
ups.status: OB DISCHRG
battery.charge: 80
battery.runtime: 1500
TIMER 3
ups.status: OB LB
battery.charge: 9
battery.runtime: 90
TIMER 3
ups.status: OL CHRG
battery.charge: 60
battery.runtime: 1200
input.voltage: 221.5
TIMER 600
";

/// NUT's server, and the driver that plays a file.
struct Nut {
    _server: Process,
    driver: Process,
    address: SocketAddr,
}

async fn nut(folder: &Folder) -> Nut {
    let address = free_loopback();
    let (conf, state) = (folder.folder("nut"), folder.folder("run"));
    std::fs::write(conf.join("hall.seq"), POWER_CUT).expect("writes");
    std::fs::write(conf.join("ups.conf"), "[hall]\ndriver = dummy-ups\nport = hall.seq\n").expect("writes");
    std::fs::write(conf.join("upsd.conf"), format!("LISTEN {} {}\n", address.ip(), address.port())).expect("writes");
    std::fs::write(conf.join("upsd.users"), "").expect("writes");
    let start = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(format!("/lib/nut/{name}"));
        command.args(arguments).env("NUT_CONFPATH", &conf).env("NUT_STATEPATH", &state).env("NUT_ALTPIDPATH", &state);
        Process::start(folder, name, &command)
    };
    let driver = start("dummy-ups", &["-a", "hall", "-u", "root", "-FF"]);
    let mut server = start("upsd", &["-u", "root", "-F"]);
    wait_until("upsd (apt-get install nut-server)", SOON, async || {
        assert!(server.exit_status().is_none(), "upsd ended at once: {}", server.errors());
        TcpStream::connect(address).await.ok()
    })
    .await;
    Nut { _server: server, driver, address }
}

#[tokio::test]
async fn a_power_cut_is_told_step_by_step_and_remembered() {
    let folder = Folder::new();
    let mut nut = nut(&folder).await;
    let keys = format!("address = 'nut://{}/hall'", nut.address);
    // The state folder is the agent's; here none runs, and it is there all the same.
    std::fs::create_dir_all(folder.file("state")).expect("a folder");
    let mut steps = Vec::new();
    let last = wait_until("the end of the power cut", SOON, async || {
        let said = check(&folder, "ups", &keys);
        let step = (said.code, said.finding().map(str::to_owned));
        if steps.last() != Some(&step) {
            steps.push(step.clone());
        }
        (step == (Some(0), None)).then_some(said)
    })
    .await;
    let told = |code: i32, finding: &str| (Some(code), Some(finding.to_owned()));
    let expected = [(Some(2), None), told(0, "ups.on-battery"), told(1, "ups.low-battery"), (Some(0), None)];
    // Before the driver has reached the server there may be nothing to tell, which is told too.
    let seen: Vec<_> = steps.into_iter().filter(|step| *step != told(1, "ups.disconnected")).collect();
    assert_eq!(seen, expected, "{}", last.row);
    last.is(
        0,
        None,
        "市电供电，电量 60%，续航 20 分钟，市电 221.5 V，0 小时前经电池供电并恢复；Avow UPS 1000 序列号 S-42",
    );
    assert_eq!((last.number("on_battery"), last.number("runtime")), (Some(0.0), Some(20.0)));
    assert!(last.number("battery_proven").is_some_and(|hours| hours < 0.1), "{}", last.row);

    let other = format!("address = 'nut://{}/attic'", nut.address);
    check(&folder, "ups", &other).is(2, None, "没有名为 attic 的 UPS；有：hall");
    nut.driver.kill();
    let gone = wait_until("the server to notice", SOON, async || {
        let said = check(&folder, "ups", &keys);
        (said.code == Some(1)).then_some(said)
    })
    .await;
    gone.is(1, Some("ups.disconnected"), "UPS");
}

#[tokio::test]
async fn nobody_at_the_port_is_told_at_once() {
    let folder = Folder::new();
    check(&folder, "ups", &format!("address = 'nut://{}/hall'", free_loopback())).is(
        1,
        Some("ups.down"),
        "请启动 NUT 服务",
    );
    let keys = format!("address = 'snmp://{}'", free_udp_loopback());
    check(&folder, "ups", &keys).is(1, Some("ups.no-answer"), "没有 SNMP 服务");
}

/// RFC 1628, on battery with three alarms.
const STANDARD: &str = "\
1.3.6.1.2.1.33.1.1.1.0|4|Delta
1.3.6.1.2.1.33.1.1.2.0|4|RT-3K
1.3.6.1.2.1.33.1.1.3.0|4|2.1
1.3.6.1.2.1.33.1.2.1.0|2|2
1.3.6.1.2.1.33.1.2.3.0|2|25
1.3.6.1.2.1.33.1.2.4.0|2|88
1.3.6.1.2.1.33.1.2.5.0|2|545
1.3.6.1.2.1.33.1.2.7.0|2|26
1.3.6.1.2.1.33.1.3.3.1.3.1|2|0
1.3.6.1.2.1.33.1.4.1.0|2|5
1.3.6.1.2.1.33.1.4.4.1.5.1|2|31
1.3.6.1.2.1.33.1.6.1.0|66|3
1.3.6.1.2.1.33.1.6.2.1.2.1|6|1.3.6.1.2.1.33.1.6.3.2
1.3.6.1.2.1.33.1.6.2.1.2.2|6|1.3.6.1.2.1.33.1.6.3.1
1.3.6.1.2.1.33.1.6.2.1.2.3|6|1.3.6.1.2.1.33.1.6.3.16
";

/// PowerNet-MIB, on line.
const APC: &str = "\
1.3.6.1.4.1.318.1.1.1.1.1.1.0|4|Smart-UPS 1500
1.3.6.1.4.1.318.1.1.1.1.2.1.0|4|UPS 09.3
1.3.6.1.4.1.318.1.1.1.1.2.3.0|4|AS1234
1.3.6.1.4.1.318.1.1.1.2.1.1.0|2|2
1.3.6.1.4.1.318.1.1.1.2.2.1.0|66|100
1.3.6.1.4.1.318.1.1.1.2.2.2.0|66|25
1.3.6.1.4.1.318.1.1.1.2.2.3.0|67|360000
1.3.6.1.4.1.318.1.1.1.2.2.4.0|2|1
1.3.6.1.4.1.318.1.1.1.3.2.1.0|66|222
1.3.6.1.4.1.318.1.1.1.4.1.1.0|2|2
1.3.6.1.4.1.318.1.1.1.4.2.3.0|66|30
";

#[tokio::test]
async fn management_cards_are_read_by_the_standard_and_by_apcs_own() {
    let folder = Folder::new();
    let address = free_udp_loopback();
    let data = folder.folder("records");
    for (community, text) in [("standard", STANDARD), ("apc", APC), ("other", "1.3.6.1.2.1.1.3.0|67|1\n")] {
        std::fs::write(data.join(format!("{community}.snmprec")), text).expect("writes");
        std::fs::write(folder.file(community), community).expect("writes");
    }
    let mut command = Command::new(python_peer("snmpsim-command-responder"));
    command
        .arg(format!("--data-dir={}", data.display()))
        .arg(format!("--cache-dir={}", folder.folder("cache").display()));
    command.arg(format!("--agent-udpv4-endpoint={address}")).env("HOME", folder.path()).current_dir(folder.path());
    if nix::unistd::geteuid().is_root() {
        command.args(["--process-user=root", "--process-group=root"]);
    }
    let mut process = Process::start(&folder, "snmpsim", &command);
    // v2c, the community 'apc', sysUpTime: all that this peer needs to answer is to be there.
    let question = b"\x30\x23\x02\x01\x01\x04\x03apc\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x05\x00";
    wait_until("snmpsim", SOON, async || {
        assert!(process.exit_status().is_none(), "snmpsim ended at once: {}", process.errors());
        answers(address, question).then_some(())
    })
    .await;
    let keys = |community: &str| format!("address = 'snmp://{address}'\ncommunity_file = '{community}'");
    let standard = check(&folder, "ups", &keys("standard"));
    standard.is(
        0,
        Some("ups.on-battery"),
        "电池供电，约剩 25 分钟，电池应更换，风扇故障；电池供电，电量 88%，续航 25 分钟，负载 31%",
    );
    assert_eq!((standard.number("battery_voltage"), standard.number("on_battery")), (Some(54.5), Some(1.0)));
    check(&folder, "ups", &keys("apc")).is(
        0,
        None,
        "市电供电，电量 100%，续航 60 分钟，负载 30%，市电 222 V；APC Smart-UPS 1500 序列号 AS1234",
    );
    check(&folder, "ups", &keys("other")).is(1, Some("ups.wrong-answer"), "没有 UPS 的数据");
}

async fn found(faults: Faults) -> Found {
    let address = serve(faults).await;
    let keys = format!("address = 'nut://{address}/hall'\ntimeout_ms = 1000");
    let work = Work::parse("ups", keys.parse().expect("a table")).expect("a UPS");
    let context = site::context();
    run(&work, &context).await
}

#[tokio::test]
async fn every_misbehaviour_of_a_server_has_its_finding() {
    let lost = Verdict::fail("ups.disconnected");
    let nonsense = Verdict::fail("ups.wrong-answer");
    let cases = [
        (Faults::default(), Verdict::Pass, "市电供电，电量 100%"),
        (Faults { mute: true, ..Faults::default() }, Verdict::fail("ups.no-answer"), "1000 ms 内无应答"),
        (Faults { late_ms: 5_000, ..Faults::default() }, Verdict::fail("ups.no-answer"), "1000 ms 内无应答"),
        (Faults { closes: true, ..Faults::default() }, Verdict::fail("ups.no-answer"), "断开了连接"),
        (Faults { error: Some("DATA-STALE"), ..Faults::default() }, lost.clone(), "收不到 UPS 的数据"),
        (Faults { error: Some("DRIVER-NOT-CONNECTED"), ..Faults::default() }, lost, "没有连上 UPS 的驱动"),
        (
            Faults { error: Some("ACCESS-DENIED"), ..Faults::default() },
            Verdict::fail("ups.auth-refused"),
            "不许本机询问",
        ),
        (Faults { error: Some("TOO-LONG"), ..Faults::default() }, nonsense.clone(), "（TOO-LONG）"),
        (Faults { garbage: Some("SSH-2.0-x\r\n"), ..Faults::default() }, nonsense.clone(), "SSH-2.0-x"),
        (Faults { garbage: Some("BEGIN LIST VAR attic\n"), ..Faults::default() }, nonsense.clone(), "attic"),
        (Faults { cut: Some(40), ..Faults::default() }, nonsense.clone(), "应答不完整"),
        (Faults { endless: true, ..Faults::default() }, nonsense, "应答不完整"),
    ];
    let all = join_all(cases.iter().map(|(faults, ..)| found(faults.clone()))).await;
    for (found, (faults, verdict, said)) in all.iter().zip(&cases) {
        assert_eq!(found.verdict, *verdict, "{faults:?}: {}", found.detail);
        assert!(found.detail.contains(said), "{faults:?}: {}", found.detail);
    }
}
