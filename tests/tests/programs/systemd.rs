//! A real agent under a service manager that speaks sd_notify(3): ready, alive, stopping, and silent when its loop hangs.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{SocketAddr, UnixDatagram as Datagrams};
use std::process::Command;
use std::time::{Duration, Instant};

use avow_tests::rig::{Agent, AgentPlan, Folder, Process, free_loopback, program};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use tokio::net::UnixDatagram;

const SOON: Duration = Duration::from_secs(30);

/// The service manager's end.
struct Systemd(UnixDatagram);

impl Systemd {
    fn at(address: &SocketAddr) -> Self {
        let socket = Datagrams::bind_addr(address).expect("binds");
        socket.set_nonblocking(true).expect("a socket");
        Self(UnixDatagram::from_std(socket).expect("a socket"))
    }

    /// What is said next; none when nothing is said in time.
    async fn hears(&self, within: Duration) -> Option<String> {
        let mut buffer = [0; 256];
        let length = tokio::time::timeout(within, self.0.recv(&mut buffer)).await.ok()?.expect("receives");
        Some(String::from_utf8_lossy(&buffer[..length]).trim().to_owned())
    }
}

/// An agent that nobody answers: a service is ready when it works, HQ or no HQ.
fn agent(folder: &Folder, notify: &str, watchdog: Duration) -> (AgentPlan, Agent) {
    let nobody = free_loopback();
    let mut plan = AgentPlan::new("box", "350102001-01", nobody, nobody);
    plan.variables = vec![("NOTIFY_SOCKET", notify.to_owned()), ("WATCHDOG_USEC", watchdog.as_micros().to_string())];
    let agent = Agent::start(folder, &plan);
    (plan, agent)
}

async fn lives_and_stops(folder: &Folder, systemd: &Systemd, notify: &str) {
    let watchdog = Duration::from_secs(3);
    let (_, agent) = agent(folder, notify, watchdog);
    assert_eq!(systemd.hears(SOON).await.as_deref(), Some("READY=1"), "{}", agent.process.errors());
    let mut last = Instant::now();
    for _ in 0..4 {
        assert_eq!(systemd.hears(watchdog).await.as_deref(), Some("WATCHDOG=1"));
        assert!(last.elapsed() < watchdog / 2, "{:?} of {watchdog:?}", last.elapsed());
        last = Instant::now();
    }
    agent.process.signal(Signal::SIGTERM);
    let mut said = systemd.hears(SOON).await;
    while said.as_deref() == Some("WATCHDOG=1") {
        said = systemd.hears(SOON).await;
    }
    assert_eq!(said.as_deref(), Some("STOPPING=1"));
    let mut process = agent.process;
    assert!(process.wait(SOON).await.success());
    assert_eq!(systemd.hears(Duration::ZERO).await, None, "nothing after the last word");
}

#[tokio::test]
async fn an_agent_says_when_it_is_ready_alive_and_stopping() {
    let folder = Folder::new();
    let path = folder.file("notify");
    let systemd = Systemd::at(&SocketAddr::from_pathname(&path).expect("a short path"));
    lives_and_stops(&folder, &systemd, &path.display().to_string()).await;
}

#[tokio::test]
async fn a_socket_without_a_file_will_do() {
    let folder = Folder::new();
    let name = folder.path().display().to_string();
    let systemd = Systemd::at(&SocketAddr::from_abstract_name(&name).expect("a short name"));
    lives_and_stops(&folder, &systemd, &format!("@{name}")).await;
}

#[tokio::test]
async fn an_agent_whose_loop_hangs_is_silent_and_people_are_told() {
    let folder = Folder::new();
    let path = folder.file("notify");
    let systemd = Systemd::at(&SocketAddr::from_pathname(&path).expect("a short path"));
    let watchdog = Duration::from_secs(2);
    let (plan, _agent) = agent(&folder, &path.display().to_string(), watchdog);
    assert_eq!(systemd.hears(SOON).await.as_deref(), Some("READY=1"));
    // Who opens this for writing waits for a reader: a disk that does not answer.
    let disk = plan.state(&folder).join("meeting.part");
    nix::unistd::mkfifo(&disk, Mode::S_IRWXU).expect("a pipe");
    let mut meeting = Command::new(program("avow-agent"));
    meeting.args(["meeting", "on"]).current_dir(folder.folder(plan.name)).env("LC_ALL", "en_US.UTF-8");
    let mut meeting = Process::start(&folder, "meeting", &meeting);
    let hanging = Instant::now() + SOON;
    while let Some(said) = systemd.hears(watchdog).await {
        assert!(said == "WATCHDOG=1" && Instant::now() < hanging, "{said}");
    }
    assert_eq!(meeting.wait(SOON).await.code(), Some(2));
    assert!(meeting.errors().contains("does not answer: restart it"), "{}", meeting.errors());

    let mut reader = std::fs::File::options();
    let reader = reader.read(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits()).open(&disk).expect("a reader");
    assert_eq!(systemd.hears(SOON).await.as_deref(), Some("WATCHDOG=1"), "it was that which held it");
    drop(reader);
}
