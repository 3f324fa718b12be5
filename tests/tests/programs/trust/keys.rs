//! Keys: a person lets them in, and a second one for a venue takes nothing over.

use std::time::Duration;

use avow_shared::wire::Standing;
use avow_shared::{topic, wire};
use avow_tests::rig::{Collector, Folder, Http, MqttClient, Puppet, Random, ends_of, wait_until};
use serde_json::{Value, json};

use super::collector;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(20);
/// The most keys that may wait for a person.
const MOST_PENDING: usize = 1_000;

async fn agent(http: &Http, id: &str) -> Option<Value> {
    http.agents("").await.into_iter().find(|item| item["id"] == id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_key_for_a_served_venue_is_a_visible_conflict_and_takes_nothing_over() {
    let (folder, mut random) = (Folder::new(), Random::printed("a second key"));
    let collector = collector(&folder, true).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut first = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(first.hello().await.standing, Standing::Accepted);
    first.describe().await;
    first.report(3).await;
    first.acked_upto(4).await;

    let mut second = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(second.hello().await.standing, Standing::Conflict);
    second.describe().await;
    second.report(50).await;
    let seen = agent(&http, &second.id().to_string()).await.expect("the second key is visible");
    assert_eq!(seen["state"], "conflict");
    assert!(seen["reason"].as_str().is_some_and(|reason| reason.contains(VENUE)), "{seen}");

    first.report(2).await;
    first.acked_upto(6).await;
    let ends = ends_of(&http, &first.id().to_string()).await.expect("an account of the first");
    assert_eq!((ends.stored, ends.missing), (6, 0), "the first goes on");
    let stored = ends_of(&http, &second.id().to_string()).await.map_or(0, |ends| ends.stored);
    assert_eq!(stored, 0, "nothing of the second is stored");
    let venue = http.json(&format!("/api/v1/venues/{VENUE}")).await;
    assert_eq!(venue["agent"]["id"], first.id().to_string(), "{venue}");
    assert_eq!(venue["outcomes"][0]["values"][0]["number"], 6.0, "the newest is the first agent's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_waits_for_a_person_and_reports_flow_once_it_is_accepted() {
    let (folder, mut random) = (Folder::new(), Random::printed("a key that waits"));
    let collector = collector(&folder, false).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    let id = puppet.id().to_string();
    assert_eq!(puppet.hello().await.standing, Standing::Pending);
    puppet.describe().await;
    puppet.report(3).await;
    puppet.hello().await;
    assert_eq!(agent(&http, &id).await.expect("it is visible")["state"], "pending");
    assert_eq!(ends_of(&http, &id).await.map_or(0, |ends| ends.stored), 0, "nothing is stored before");

    http.post(&format!("/api/v1/agents/{id}"), &json!({ "action": "accept" })).await;
    assert_eq!(puppet.hello().await.standing, Standing::Accepted);
    puppet.header.produced = 0;
    puppet.describe().await;
    puppet.report(3).await;
    puppet.acked_upto(4).await;
    assert_eq!(ends_of(&http, &id).await.expect("an account").stored, 4);

    http.post(&format!("/api/v1/agents/{id}"), &json!({ "action": "refuse" })).await;
    puppet.report(5).await;
    assert_eq!(puppet.hello().await.standing, Standing::Refused);
    assert_eq!(ends_of(&http, &id).await.expect("an account").stored, 4, "nothing is stored after");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_waits_is_accepted_after_a_start_that_trusts_new_keys() {
    let (folder, mut random) = (Folder::new(), Random::printed("a forgotten flag"));
    let mut forgetful = collector(&folder, false).await;
    let hq = Puppet::hq_key(&forgetful.api()).await;
    let mut puppet = Puppet::connect(forgetful.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(puppet.hello().await.standing, Standing::Pending);
    let mut refused = Puppet::connect(forgetful.mqtt, "350102001-02", hq, &mut random).await;
    assert_eq!(refused.hello().await.standing, Standing::Pending);
    let path = format!("/api/v1/agents/{}", refused.id());
    forgetful.api().post(&path, &json!({ "action": "refuse" })).await;
    forgetful.stop().await;

    let trusting = collector(&folder, true).await;
    puppet.reconnect(trusting.mqtt).await;
    assert_eq!(puppet.hello().await.standing, Standing::Accepted);
    refused.reconnect(trusting.mqtt).await;
    assert_eq!(refused.hello().await.standing, Standing::Refused, "a person said so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_that_wait_are_bounded_and_counted_beyond() {
    let (folder, mut random) = (Folder::new(), Random::printed("many keys"));
    let collector = collector(&folder, false).await;
    check_bound(&collector, "pending", &mut random).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_in_conflict_are_bounded_although_new_keys_are_trusted() {
    let (folder, mut random) = (Folder::new(), Random::printed("many conflicts"));
    let collector = collector(&folder, true).await;
    let hq = Puppet::hq_key(&collector.api()).await;
    let mut first = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    assert_eq!(first.hello().await.standing, Standing::Accepted);
    check_bound(&collector, "conflict", &mut random).await;
}

/// A hundred keys more than may wait say hello for one venue.
async fn check_bound(collector: &Collector, state: &str, random: &mut Random) {
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut flood = MqttClient::connect(collector.mqtt, "flood").await.expect("connects");
    for _ in 0..MOST_PENDING + 100 {
        let signer = wire::Signer::from_seed(&random.key());
        let (topic, bytes) = stranger(&signer);
        flood.publish_and_wait(&topic, &bytes).await.expect("the broker takes it");
    }
    let mut late = Puppet::connect(collector.mqtt, VENUE, hq, random).await;
    late.say_hello().await;
    let counted = async || {
        let counters = super::state::counters(&http).await;
        (super::state::growth(&Default::default(), &counters, "hellos_over_bound") >= 101.0).then_some(())
    };
    wait_until("a count of the keys beyond the bound", SOON, counted).await;
    assert_eq!(http.agents(&format!("state={state}")).await.len(), MOST_PENDING);
    assert!(agent(&http, &late.id().to_string()).await.is_none());
}

/// The topic and the hello of a key that nobody knows.
fn stranger(signer: &wire::Signer) -> (String, Vec<u8>) {
    let venue: avow_shared::id::VenueId = VENUE.parse().expect("a venue");
    let header = wire::Header {
        venue,
        spool: avow_shared::id::SpoolId(signer.id().0),
        first: 1,
        last: 0,
        produced: 0,
        held_from: 1,
        dropped: vec![],
        void: vec![],
        sent_at: Default::default(),
    };
    let hello = wire::Hello {
        key: signer.public().bytes(),
        boot_nonce: signer.id().0,
        software: "stranger".into(),
        venues: vec![venue],
        reads: vec![wire::VERSION],
    };
    (topic::up(venue.place, signer.id()), wire::encode_hello(signer, header, &hello))
}
