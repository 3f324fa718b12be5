//! HQ is killed: its picture is whole again and its agents are back within seconds.

use std::time::{Duration, Instant};

use avow_tests::rig::{Collector, CollectorPlan, Fleet, FleetPlan, Folder, Http, Proxy, wait_until};
use serde_json::Value;

const VENUES: u32 = 400;
const SOON: Duration = Duration::from_secs(60);
/// The longest back-off of a fleet.
const BACK_WITHIN: Duration = Duration::from_secs(5);

async fn counts(http: &Http) -> Value {
    http.json("/api/v1/places/35").await["counts"].clone()
}

async fn until_connected(http: &Http) -> Value {
    wait_until("all agents", SOON, async || {
        let counts = counts(http).await;
        (counts["agents"] == VENUES).then_some(counts)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_the_picture_is_whole_at_once_and_the_agents_are_back_in_five_seconds() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let line = Proxy::to(collector.mqtt).await;
    let plan_of_fleet = FleetPlan { report_every: "2", ..FleetPlan::new(VENUES, line.address(), 7) };
    let _fleet = Fleet::start(&folder, &plan_of_fleet).await;
    wait_until("an outcome of every venue", SOON, async || {
        let counts = counts(&collector.api()).await;
        (counts["venues"] == VENUES && counts["silent"] == 0 && counts["unknown"] == 0).then_some(())
    })
    .await;
    let before = until_connected(&collector.api()).await;

    collector.process.kill();
    collector = Collector::start(&folder, &plan).await;
    let began = Instant::now();
    let now = counts(&collector.api()).await;
    assert_eq!((&now["venues"], &now["silent"]), (&before["venues"], &before["silent"]), "before anybody is back");
    line.point_to(collector.mqtt);
    until_connected(&collector.api()).await;
    let took = began.elapsed();
    println!("{VENUES} agents were back after {took:?}");
    assert!(took < BACK_WITHIN + Duration::from_secs(1), "{took:?}");
}
