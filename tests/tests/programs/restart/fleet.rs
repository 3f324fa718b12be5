//! HQ is killed: its picture is whole again and its agents are back within seconds.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use avow_tests::rig::{
    Collector, CollectorPlan, Ends, Fleet, FleetLog, FleetPlan, Folder, Http, Proxy, accounting, wait_until,
};
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
async fn after_a_kill_the_picture_is_whole_at_once_the_agents_are_back_and_no_value_is_lost() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let line = Proxy::to(collector.mqtt).await;
    let plan_of_fleet = FleetPlan { report_every: "2", ..FleetPlan::new(VENUES, line.address(), 7) };
    let mut fleet = Fleet::start(&folder, &plan_of_fleet).await;
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

    fleet.drain(SOON).await;
    let http = collector.api();
    let whole =
        wait_until("an end for every number", SOON, async || Some(accounting(&http).await.0).filter(Ends::is_whole));
    assert_eq!(whole.await.dropped, 0);
    no_value_is_lost(&http, &FleetLog::read([fleet.log()])).await;
}

/// What was only in the journal when HQ was killed comes into the history after the start, beside everything else.
async fn no_value_is_lost(http: &Http, log: &FleetLog) {
    let mut invented: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (_, outcome) in log.outcomes() {
        *invented.entry((outcome.venue.to_string(), outcome.probe.to_string())).or_default() += 1;
    }
    for ((venue, probe), expected) in invented.iter().step_by(97) {
        let path = format!("/api/v1/venues/{venue}/history?probe={probe}&resolution=raw&from_ms=0&to_ms=4102444800000");
        wait_until(&format!("{expected} values of {venue} {probe}"), SOON, async || {
            let history = http.json(&path).await;
            (history["verdicts"].as_array().map(Vec::len) == Some(*expected)).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_allows_few_open_files_keeps_no_agent_out() {
    let folder = Folder::new();
    let plan = CollectorPlan { open_files: Some(100), ..CollectorPlan::inside(folder.file("data")) };
    let collector = Collector::start(&folder, &plan).await;
    let _fleet = Fleet::start(&folder, &FleetPlan::new(VENUES, collector.mqtt, 8)).await;
    until_connected(&collector.api()).await;
}
