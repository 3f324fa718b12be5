//! The broker inside and clients that others wrote: Mosquitto's.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Fleet, FleetPlan, Folder, Process, wait_until};

const WITHIN: Duration = Duration::from_secs(20);

fn client(program: &str, broker: SocketAddr, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["-h", "127.0.0.1", "-p", &broker.port().to_string()]).args(arguments);
    command
}

/// Runs to its end; the exit code and what it said.
async fn run(folder: &Folder, name: &str, command: &Command) -> (Option<i32>, String) {
    let mut process = Process::start(folder, name, command);
    let status = process.wait(WITHIN).await;
    (status.code(), process.output() + &process.errors())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mosquittos_clients_are_served_and_refused_by_the_standard() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let at = collector.mqtt;

    for qos in ["0", "1"] {
        let publish = client("mosquitto_pub", at, &["-t", "avow/1/up/35/x", "-m", "no frame", "-q", qos]);
        let (code, said) = run(&folder, &format!("qos-{qos}"), &publish).await;
        assert_eq!(code, Some(0), "QoS {qos}, acknowledged: {said}");
    }
    let http = collector.api();
    wait_until("two messages that are no frame", WITHIN, async || {
        http.text("/metrics").await.contains("avow_messages_not_a_frame_total 2\n").then_some(())
    })
    .await;

    let everything = client("mosquitto_sub", at, &["-t", "#", "-W", "5"]);
    let (_, said) = run(&folder, "everything", &everything).await;
    assert!(said.contains("All subscription requests were denied"), "{said}");
    let newer = client("mosquitto_pub", at, &["-V", "mqttv5", "-t", "avow/1/up/35/x", "-m", "x"]);
    let (code, said) = run(&folder, "newer", &newer).await;
    assert!(code != Some(0) && said.contains("rotocol"), "{code:?}: {said}");

    let _fleet = Fleet::start(&folder, &FleetPlan::new(3, at, 1)).await;
    let agents = wait_until("three agents", WITHIN, async || {
        let agents = http.json("/api/v1/agents").await;
        (agents["total"] == 3).then_some(agents)
    })
    .await;
    let agent = &agents["items"][0];
    let place = agent["place"].as_str().expect("a place").parse().expect("a code");
    let topic = avow_shared::topic::down(place, agent["id"].as_str().expect("an id").parse().expect("an id"));
    let listen = client("mosquitto_sub", at, &["-t", &topic, "-q", "1", "-C", "1", "-F", "%l bytes"]);
    let (code, said) = run(&folder, "listen", &listen).await;
    assert!(code == Some(0) && said.contains("bytes"), "an ack of HQ: {code:?}: {said}");
}
