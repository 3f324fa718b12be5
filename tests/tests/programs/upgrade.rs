//! Data of the first release, read by today's programs: nobody loses a night's reports to an upgrade.
//!
//! `golden/v1.tar.gz` holds the data folder of a collector, the state of its one agent with reports that HQ does not have
//! yet, and what that collector's API said. It is never made anew for a change of a format: a change that breaks this test
//! reads both formats. `AVOW_WRITE_GOLDEN=<file>` makes another such archive, for the first release of a next version.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{
    Agent, AgentPlan, Clock, Collector, CollectorPlan, Folder, Http, accounting, black_film, ends_of, wait_until,
};
use reqwest::Method;
use serde_json::{Value, json};

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(60);
/// When the data was made, when its hour was over, and when it is read: by then nothing of it is too old to keep.
const MADE: Clock = Clock::At("2026-11-22 21:00:00");
const MERGED: Clock = Clock::At("2026-11-22 22:05:00");
const READ: Clock = Clock::At("2026-11-22 22:10:00");
const REGISTRY: &str = "venue,name,unit,contact,telephone,parent,excluded,two_way\n\
    350102001-01,鼓东街道会场,鼓东街道办,陈建平,0591-87654321,,,\n350102002-01,,,,,,装修,\n";

/// What HQ says, apart from ages and revisions.
async fn said(http: &Http) -> Value {
    let venue = http.json(&format!("/api/v1/venues/{VENUE}")).await;
    let outcomes = venue["outcomes"].as_array().expect("outcomes").iter();
    let outcomes: Vec<Value> = outcomes
        .map(|o| json!([o["probe"], o["verdict"], o["finding"], o["at_ms"], o["values"], o["evidence"]]))
        .collect();
    let mut histories = Vec::new();
    for (probe, resolution) in [("host", "raw"), ("line-tcp", "raw"), ("host", "hour")] {
        let path = format!("/api/v1/venues/{VENUE}/history?probe={probe}&resolution={resolution}");
        let history = http.json(&path).await;
        histories.push(json!([probe, resolution, history["verdicts"], history["series"]]));
    }
    let agents = http.agents("").await;
    let agents: Vec<Value> = agents.iter().map(|a| json!([a["id"], a["state"], a["venues"]])).collect();
    json!({
        "total": http.json("/api/v1/accounting").await["total"],
        "place": http.json("/api/v1/places/350102").await["counts"]["excluded"],
        "registry": http.text("/api/v1/registry/export").await,
        "key": http.json("/api/v1/health").await["hq_key"],
        "agents": agents,
        "outcomes": outcomes,
        "histories": histories,
    })
}

fn tar(arguments: &[&str], folder: &Path) {
    let done = Command::new("tar").args(arguments).current_dir(folder).status().expect("tar is installed");
    assert!(done.success(), "tar {arguments:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_of_the_first_release_is_read_and_its_unsent_reports_arrive() {
    if let Some(path) = std::env::var_os("AVOW_WRITE_GOLDEN") {
        return write(Path::new(&path)).await;
    }
    let folder = Folder::new();
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/v1.tar.gz");
    tar(&["-xzf", archive], &folder.file(""));
    let expected = std::fs::read_to_string(folder.file("said.json")).expect("what was said then");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let plan = CollectorPlan { clock: READ, accept_new: false, ..CollectorPlan::inside(folder.file("data")) };
    let collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    let now = said(&http).await;
    for (name, then) in expected.as_object().expect("an object") {
        match name.as_str() {
            "registry" => has_all_columns(&now[name], then),
            _ => assert_eq!(now[name], *then, "{name}"),
        }
    }
    let evidence = now["outcomes"].as_array().expect("outcomes").iter().find(|o| o[0] == "picture").expect("a picture");
    assert_eq!(evidence[5][0]["available"], true, "{evidence}");

    let before = accounting(&http).await.0;
    let agent = now["agents"][0][0].as_str().expect("an id");
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    (plan.clock, plan.state) = (READ, Some(folder.file("state")));
    let mut running = Agent::start(&folder, &plan);
    wait_until("the reports that waited on the box", SOON, async || {
        let ends = ends_of(&http, agent).await?;
        (ends.stored > before.stored + WAITING && ends.missing == 0).then_some(())
    })
    .await;
    running.stop().await;
    let (total, rows) = accounting(&http).await;
    assert!(total.is_whole(), "{total:?}");
    assert_eq!(rows.len(), 1, "the same agent with the same spool: {rows:?}");
}

/// Columns came since, behind those of then.
#[track_caller]
fn has_all_columns(now: &Value, then: &Value) {
    let (now, then) = (now.as_str().expect("a register"), then.as_str().expect("a register"));
    assert_eq!(now.lines().count(), then.lines().count(), "{now}");
    for (now, then) in now.lines().zip(then.lines()) {
        assert!(now.strip_prefix(then).is_some_and(|more| more.is_empty() || more.starts_with(',')), "{now} {then}");
    }
}

/// At least so many outcomes waited.
const WAITING: u64 = 10;

async fn write(archive: &Path) {
    let folder = Folder::new();
    let data = folder.file("data");
    let plan = CollectorPlan { clock: MADE, ..CollectorPlan::inside(data.clone()) };
    let mut collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    let import = "/api/v1/registry/import?dry_run=false";
    let (status, body) = http.bytes(Method::POST, import, REGISTRY.into()).await;
    assert!(status.is_success(), "{status} {}", String::from_utf8_lossy(&body));
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    (plan.clock, plan.state, plan.film) = (MADE, Some(folder.file("state")), Some(black_film(&folder)));
    let mut agent = Agent::start(&folder, &plan);
    wait_until("enough, and the picture", SOON, async || {
        let outcomes = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
        let picture = outcomes["outcomes"].as_array()?.iter().find(|o| o["probe"] == "picture")?.clone();
        let stored = accounting(&http).await.0.stored;
        (picture["evidence"][0]["available"] == true && stored > 30).then_some(())
    })
    .await;
    agent.stop().await;
    collector.stop().await;

    let plan_again = CollectorPlan { clock: MERGED, ..CollectorPlan::inside(data.clone()) };
    let mut collector = Collector::start(&folder, &plan_again).await;
    let http = collector.api();
    wait_until("the hour's values in their day", SOON, async || {
        let names = std::fs::read_dir(data.join("history")).ok()?.flatten().map(|entry| entry.file_name());
        names.into_iter().any(|name| name.to_string_lossy().starts_with("raw-")).then_some(())
    })
    .await;
    // These stay in the journal alone: the collector is killed.
    (plan.clock, plan.mqtt, plan.http) = (MERGED, collector.mqtt, collector.http);
    let mut agent = Agent::start(&folder, &plan);
    let stored = accounting(&http).await.0.stored;
    wait_until("more reports", SOON, async || (accounting(&http).await.0.stored > stored + 20).then_some(())).await;
    agent.stop().await;
    let said = serde_json::to_string_pretty(&said(&http).await).expect("JSON");
    std::fs::write(folder.file("said.json"), said).expect("written");
    collector.process.kill();
    // And these wait on the box.
    let mut agent = Agent::start(&folder, &plan);
    let waiting = std::time::Instant::now();
    wait_until("reports that wait", SOON, async || (waiting.elapsed() > Duration::from_secs(15)).then_some(())).await;
    agent.stop().await;
    let archive = archive.to_str().expect("a path");
    tar(&["-czf", archive, "--exclude=lock", "data", "state", "said.json"], &folder.file(""));
}
