//! The real agent against the simulated camera over every transport: `avow-agent check` and `avow-agent camera`, with
//! cameras that obey, that misbehave, and that are not there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_tests::rig::{Folder, Process, Said, program};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::process::Command;

use crate::site;

const SOON: Duration = Duration::from_secs(20);
const EVERY: [&str; 4] = ["serial", "visca-udp", "visca-raw-udp", "visca-tcp"];
const PRESET_3: &str = "preset = 3\nexpect = { pan = 300, tilt = 30, zoom = 3000 }";

/// A simulated camera, and where the agent finds it.
struct Simulated {
    _process: Process,
    port: String,
}

async fn simulated(folder: &Folder, transport: &str, faults: &[&str]) -> Simulated {
    let mut command = std::process::Command::new(program("avow-sim"));
    command.arg("camera");
    match transport {
        // Made only when the camera is ready: each needs a name of its own.
        "serial" => command.arg("--pty").arg(folder.file(&format!("tty-{}", faults.concat()))),
        "visca-tcp" => command.args(["--tcp", "127.0.0.1:0"]),
        _ => command.args(["--udp", "127.0.0.1:0"]),
    };
    for fault in faults {
        command.args(["--fault", fault]);
    }
    let mut process = Process::start(folder, "camera", &command);
    let ready = process.line("ready", SOON).await;
    let port = if transport == "serial" { ready } else { format!("{transport}://{ready}") };
    Simulated { _process: process, port }
}

/// A configuration with one camera at `port`.
fn configured(folder: &Folder, port: &str, keys: &str) -> PathBuf {
    let probe = format!("id = \"front\"\nname = \"主席台摄像机\"\nkind = \"camera\"\nport = \"{port}\"\n{keys}");
    site::configured(folder, &probe)
}

async fn said(command: Command, config: &Path, arguments: &str) -> Said {
    site::said(&site::run(command, config, arguments).await)
}

async fn agent(config: &Path, arguments: &str) -> Said {
    said(Command::new(program("avow-agent")), config, arguments).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_obeys_over_every_transport() {
    let folder = Folder::new();
    for transport in EVERY {
        let camera = simulated(&folder, transport, &[]).await;
        let config = configured(&folder, &camera.port, PRESET_3);
        for (arguments, pan) in [
            ("camera front ask", 0.0),
            ("check", 300.0),
            ("camera front recall 2", 200.0),
            ("camera front store 9", 200.0),
            ("camera front home", 0.0),
            ("camera front recall 9", 200.0),
        ] {
            let said = agent(&config, arguments).await;
            assert_eq!(said.code, Some(0), "{transport} {arguments}: {said:?}");
            assert_eq!(said.row["verdict"], "pass", "{transport} {arguments}: {said:?}");
            assert_eq!(said.number("pan"), Some(pan), "{transport} {arguments}: {said:?}");
        }
    }
}

/// What a technician gets over is got over, over every transport, and the position is the right one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_faults_are_overcome_over_every_transport() {
    let folder = Folder::new();
    let folder = &folder;
    let faults =
        ["noise_before_reply=true", "late_ms=1500", "buffer_full=2", "half_frame=2", "ignores=2", "duplicates=true"];
    let everywhere = EVERY.into_iter().flat_map(|transport| faults.map(|fault| (transport, fault)));
    // Numbered: the answer to the first inquiry, the ACK, both, an answer and its repetition; and a camera without RESET.
    let numbered =
        ["loses=1", "loses=3", "loses=5", "loses=1,5", "loses=7,8", "no_reset=true"].map(|fault| ("visca-udp", fault));
    let all = everywhere.chain(numbered).map(|(transport, fault)| async move {
        let camera = simulated(folder, transport, &[fault]).await;
        let config = configured(folder, &camera.port, PRESET_3);
        let said = agent(&config, "check").await;
        assert_eq!(said.row["verdict"], "pass", "{transport} {fault}: {said:?}");
        assert_eq!(said.number("pan"), Some(300.0), "{transport} {fault}: {said:?}");
    });
    join_all(all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_real_fault_has_its_finding_over_every_transport() {
    let folder = Folder::new();
    let folder = &folder;
    let faults = [
        ("ignores=1000", "fail", "camera.no-answer"),
        ("wrong_address=true", "fail", "camera.wrong-answer"),
        ("half_frame=1000", "fail", "camera.wrong-answer"),
        ("not_executable=true", "fail", "camera.not-executable"),
        ("buffer_full=1000", "fail", "camera.not-executable"),
        ("power_off=true", "fail", "camera.power-off"),
        ("drifts=40", "degraded", "camera.preset-off"),
    ];
    let everywhere = EVERY.into_iter().flat_map(|transport| faults.map(|fault| (transport, fault)));
    let all = everywhere.map(|(transport, (fault, verdict, finding))| async move {
        let camera = simulated(folder, transport, &[fault]).await;
        let config = configured(folder, &camera.port, PRESET_3);
        let said = agent(&config, "check").await;
        assert_eq!(said.row["verdict"], verdict, "{transport} {fault}: {said:?}");
        assert_eq!(said.row["finding"], finding, "{transport} {fault}: {said:?}");
        assert_eq!(said.code, Some(i32::from(verdict == "fail")), "{transport} {fault}: {said:?}");
    });
    join_all(all).await;
}

/// A port of this machine where nobody is.
async fn vacant() -> SocketAddr {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    taken.local_addr().expect("an address")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_where_nobody_is_refuses_and_a_camera_that_hangs_up_does_too() {
    let folder = Folder::new();
    for transport in ["visca-tcp", "visca-udp", "visca-raw-udp"] {
        let config = configured(&folder, &format!("{transport}://{}", vacant().await), "");
        let said = agent(&config, "camera front ask").await;
        assert_eq!((said.code, &said.row["finding"]), (Some(1), &"camera.refused".into()), "{transport}: {said:?}");
        assert!(said.detail().contains("拒绝连接") && said.detail().contains(transport), "{said:?}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let config = configured(&folder, &format!("visca-tcp://{}", listener.local_addr().expect("an address")), "");
    let hangs_up = tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            drop(line)
        }
    });
    let said = agent(&config, "check").await;
    assert_eq!((said.code, &said.row["finding"]), (Some(1), &"camera.refused".into()), "{said:?}");
    assert!(said.detail().contains("断开"), "{said:?}");
    hangs_up.abort();
}

/// Something else listens there: a web server, or a box that answers datagrams with a text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_camera_is_told_from_silence() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let web = format!("visca-tcp://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut buffer = [0; 64];
            while line.read(&mut buffer).await.is_ok_and(|count| count > 0) {
                let _ = line.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            }
        }
    });
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let echo = format!("visca-udp://{}", socket.local_addr().expect("an address"));
    let talker = tokio::spawn(async move {
        let mut buffer = [0; 64];
        while let Ok((_, from)) = socket.recv_from(&mut buffer).await {
            let _ = socket.send_to(b"unknown request", from).await;
        }
    });
    for port in [web, echo] {
        let said = agent(&configured(&folder, &port, ""), "check").await;
        assert_eq!((said.code, &said.row["finding"]), (Some(1), &"camera.wrong-answer".into()), "{port}: {said:?}");
    }
    server.abort();
    talker.abort();
}

/// In a network of its own, which has no way to the camera; making one needs root.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_no_way_leads_to_is_unreachable_and_a_name_that_nobody_knows_is_missing() {
    assert!(nix::unistd::geteuid().is_root(), "a network namespace can only be made as root (unshare --net)");
    let folder = Folder::new();
    let alone = || {
        let mut command = Command::new("unshare");
        let enter = "ip link set lo up && ip route add unreachable 192.0.2.0/24 && exec \"$@\"";
        command.args(["--net", "--", "sh", "-c", enter, "sh"]).arg(program("avow-agent"));
        command
    };
    for transport in ["visca-tcp", "visca-udp", "visca-raw-udp"] {
        for host in ["192.0.2.7", "198.51.100.7"] {
            let config = configured(&folder, &format!("{transport}://{host}"), "");
            let said = said(alone(), &config, "check").await;
            let found = (said.code, &said.row["finding"]);
            assert_eq!(found, (Some(1), &"camera.unreachable".into()), "{transport} {host}: {said:?}");
        }
        let config = configured(&folder, &format!("{transport}://camera.invalid"), "");
        let said = said(alone(), &config, "check").await;
        assert_eq!((said.code, &said.row["why"]), (Some(2), &"missing".into()), "{transport}: {said:?}");
        assert!(said.detail().contains("camera.invalid"), "{said:?}");
    }
}

#[test]
fn a_wrong_port_is_refused_with_what_is_expected() {
    let folder = Folder::new();
    let config = configured(&folder, "visca://10.0.0.1", "");
    let mut command = std::process::Command::new(program("avow-agent"));
    let output = command.args(["check", "--config"]).arg(&config).env("LANG", "en_US.UTF-8").output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("visca-udp://host") && said.contains("visca://10.0.0.1"), "{said}");
}
