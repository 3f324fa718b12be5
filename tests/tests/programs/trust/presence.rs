//! Whose a connection is, what comes on it proves: nobody is taken for an agent, or cuts one off, by knowing its id.

use std::time::Duration;

use avow_tests::rig::{Folder, Http, MqttClient, Puppet, Random, wait_until};
use serde_json::Value;

use super::collector;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(30);

async fn until_connected(http: &Http, wanted: bool) {
    wait_until(&format!("'connected': {wanted}"), SOON, async || {
        let agents = http.agents("").await;
        let counts: Value = http.json("/api/v1/places/35").await["counts"].clone();
        (agents[0]["connected"] == wanted && counts["agents"] == u32::from(wanted)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_with_an_agents_id_neither_counts_as_it_nor_cuts_it_off() {
    let (folder, mut random) = (Folder::new(), Random::printed("a stranger with an agent's id"));
    let collector = collector(&folder, true).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    puppet.hello().await;
    until_connected(&http, true).await;

    let id = puppet.id().to_string();
    let mut stranger = MqttClient::connect(collector.mqtt, &id).await.expect("anybody may connect");
    stranger.publish_and_wait("avow/1/up/35/x", b"no frame").await.expect("heard, and not believed");
    puppet.hello().await;
    puppet.report(1).await;
    puppet.acked_upto(1).await;

    // The agent goes, the stranger stays.
    puppet.mqtt = MqttClient::connect(collector.mqtt, "somebody else").await.expect("anybody may connect");
    until_connected(&http, false).await;
    stranger.publish_and_wait("avow/1/up/35/x", b"no frame").await.expect("still there");
    until_connected(&http, false).await;

    // With two connections, as after a short cut, the agent is there until the last one ends.
    puppet.say_hello().await;
    until_connected(&http, true).await;
    let before = std::mem::replace(&mut puppet.mqtt, MqttClient::connect(collector.mqtt, &id).await.expect("connects"));
    puppet.report(1).await;
    drop(before);
    wait_until("the end of the older connection", SOON, async || {
        http.text("/metrics").await.contains("avow_clients_disconnected_total 2\n").then_some(())
    })
    .await;
    until_connected(&http, true).await;
}
