//! The example configuration as a newcomer uses it: unchanged, from a folder of his own, against a collector on the usual
//! ports. Both live in a network namespace of the test, where these ports are free; making one needs root.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Folder, Process, program, wait_until};
use nix::sys::signal::Signal;
use serde_json::Value;

/// Its probes run once a minute.
const SOON: Duration = Duration::from_secs(120);

/// The network of the collector.
struct Network(nix::unistd::Pid);

impl Network {
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.0)).arg("--").arg(program(name));
        command
    }

    /// What a client command says as JSON; nothing when it fails.
    fn said(&self, arguments: &[&str]) -> Option<Value> {
        let output = self.command("avow-collector").args(arguments).arg("--json").output().expect("nsenter runs");
        output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("JSON alone"))
    }
}

fn collector(folder: &Folder) -> Process {
    let serve = "ip link set lo up && exec \"$0\" serve --data \"$1\" --accept-new";
    let mut command = Command::new("unshare");
    command.args(["--net", "--", "sh", "-c", serve]).arg(program("avow-collector")).arg(folder.file("data"));
    Process::start(folder, "collector", &command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_runs_unchanged_from_any_folder_against_a_collector_on_this_machine() {
    assert!(nix::unistd::geteuid().is_root(), "a network namespace can only be made as root (unshare --net)");
    let folder = Folder::new();
    let mut collector = collector(&folder);
    collector.line("ready", SOON).await;
    let network = Network(collector.pid());
    let example = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../agent/agent.example.toml"));
    let elsewhere = folder.folder("elsewhere");
    let mut run = network.command("avow-agent");
    run.arg("run").arg("--config").arg(&example).current_dir(&elsewhere);
    let mut agent = Process::start(&folder, "agent", &run);

    wait_until("the agent's first outcomes", SOON, async || {
        let counts = network.said(&["status", "350102"])?["counts"].clone();
        (counts["venues"] == 1 && counts["unknown"] == 0).then_some(())
    })
    .await;
    let agents = network.said(&["agents"]).expect("agents");
    assert_eq!(agents["items"][0]["state"], "accepted", "{agents}");
    assert!(elsewhere.join("state/agent.key").is_file(), "the state lies where the agent was started");

    let mut check = network.command("avow-agent");
    check.args(["check", "--json", "--config"]).arg(&example).current_dir(&elsewhere);
    let checked = check.output().expect("nsenter runs");
    let text = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{text} {}", String::from_utf8_lossy(&checked.stderr));
    agent.stop(Signal::SIGTERM, SOON).await;
    collector.stop(Signal::SIGTERM, SOON).await;
}
