//! A canary from a real agent to a real collector: it is planted, measured, told in health and metrics, and alarms nobody.

use std::time::Duration;

use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, wait_until};

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(60);

/// The number behind the name of a metric.
async fn metric(http: &Http, name: &str) -> f64 {
    let text = http.text("/metrics").await;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    line.unwrap_or_else(|| panic!("{name}: {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_fault_is_measured_until_headquarters_shows_it_and_alarms_nobody() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    plan.more = "\n[canary]\nevery = '1min'\n".to_owned();
    let mut agent = Agent::start(&folder, &plan);
    let seen = async || (metric(&http, "avow_canary_seen_seconds_count").await >= 1.0).then_some(());
    wait_until("the canary", SOON, seen).await;
    // And the way back: HQ has the agent answer an order.
    let answered = async || (metric(&http, "avow_canary_answered_seconds_count").await >= 1.0).then_some(());
    wait_until("the answer behind it", SOON, answered).await;
    assert!(metric(&http, "avow_canary_answered_seconds_sum").await < 10.0);
    assert!(metric(&http, "avow_canaries_unanswered_total").await < 1.0);
    let health = http.json("/api/v1/health").await;
    let canaries = &health["canaries"];
    assert_eq!((&canaries["agents"], &canaries["stopped"]), (&1.into(), &0.into()), "{canaries}");
    let took_ms = canaries["p99_ms"].as_u64().expect("both clocks are this machine's");
    println!("from planting to shown: {took_ms} ms");
    assert!(took_ms < 10_000, "{canaries}");
    let venue = http.json(&format!("/api/v1/venues/{VENUE}")).await;
    assert_ne!(venue["venue"]["class"], "fail", "{}", venue["venue"]);
    assert_eq!((&venue["agent"]["canary_took_ms"], &venue["agent"]["stopped"]), (&took_ms.into(), &false.into()));
    let place = http.json("/api/v1/places/35").await;
    let told = place["changes"].as_array().expect("changes");
    assert!(told.iter().all(|change| change["finding"] != "canary.planted"), "{told:?}");
    agent.stop().await;
}
