//! HQ cannot store, but it hears: whose reports find no room on its disk is not silent, and who answers has answered.

use std::time::Duration;

use avow_shared::wire::Standing;
use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetPlan, Folder, Puppet, Random, Tmpfs, accounting, wait_until,
};
use serde_json::json;

const VENUES: u32 = 20;
/// As short as can be set.
const SILENT_AFTER_S: u64 = 30;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_at_hq_makes_no_venue_silent() {
    let folder = Folder::new();
    let disk = Tmpfs::mount(folder.folder("data"), 64);
    let settings = folder.file("settings.toml");
    std::fs::write(&settings, format!("[states]\nsilent_after_s = {SILENT_AFTER_S}\n")).expect("written");
    let inside = CollectorPlan::inside(disk.path().join("store"));
    let collector = Collector::start(&folder, &CollectorPlan { settings: Some(settings), ..inside }).await;
    let http = collector.api();
    let mut plan = FleetPlan::new(VENUES, collector.mqtt, 11);
    plan.report_every = "2";
    plan.more = vec!["--call-ms".to_owned(), "40000".to_owned()];
    let fleet = Fleet::start(&folder, &plan).await;
    wait_until("reports in the journal", PATIENCE, async || {
        let counts = http.try_json("/api/v1/places/35").await?["counts"].clone();
        (counts["venues"] == VENUES).then_some(())
    })
    .await;

    // Its tests take twenty to forty seconds: all answers come while the disk is full.
    let call = json!({ "depth": "ready", "places": ["35"], "confirmed": true });
    let call = http.post("/api/v1/roll-calls", &call).await["id"].as_u64().expect("a number");
    let mut ballast = disk.fill();
    let full_ms = wait_until("a full disk", PATIENCE, async || {
        ballast.top_up();
        let health = http.json("/api/v1/health").await;
        (health["trouble"] == "disk-full").then(|| health["now_ms"].as_u64().expect("a time"))
    })
    .await;
    let stored = accounting(&http).await.0.stored;
    // Whoever was last heard before the disk was full would be silent by then.
    let late_ms = full_ms + (SILENT_AFTER_S + 5) * 1_000;
    wait_until("more than the time of silence", PATIENCE, async || {
        ballast.top_up();
        let place = http.json("/api/v1/places/35").await;
        assert_eq!(place["counts"]["silent"], 0, "HQ hears them all: {}", place["counts"]);
        (place["now_ms"].as_u64() > Some(late_ms)).then_some(())
    })
    .await;
    wait_until("answers of all to the call", PATIENCE, async || {
        ballast.top_up();
        let call = http.json(&format!("/api/v1/roll-calls/{call}")).await["call"].clone();
        (call["on_time"] == VENUES).then_some(())
    })
    .await;
    assert!(accounting(&http).await.0.stored < stored + 200, "the disk was full all the time");
    drop((fleet, ballast));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_a_full_disk_refuses_was_not_taken() {
    let (folder, mut random) = (Folder::new(), Random::printed("a decision on a full disk"));
    let disk = Tmpfs::mount(folder.folder("data"), 16);
    let inside = CollectorPlan::inside(disk.path().join("store"));
    let collector = Collector::start(&folder, &CollectorPlan { accept_new: false, ..inside }).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, "350102001-01", hq, &mut random).await;
    let mut stands = puppet.hello().await.standing;
    let path = format!("/api/v1/agents/{}", puppet.id());

    let mut ballast = disk.fill();
    let mut actions = [("accept", Standing::Accepted), ("refuse", Standing::Refused)].into_iter().cycle();
    // What is on disk already may hold some decisions more.
    let failed = wait_until("a decision that finds no room", PATIENCE, async || {
        ballast.top_up();
        let (action, meant) = actions.next().expect("without end");
        let request = http.request(reqwest::Method::POST, &path).json(&json!({ "action": action }));
        let answer = request.send().await.expect("an answer");
        if answer.status().is_success() {
            stands = meant;
        }
        answer.status().is_server_error().then_some(action)
    })
    .await;
    assert_eq!(puppet.hello().await.standing, stands, "'{failed}' failed, and so it was not decided");

    drop(ballast);
    wait_until("a decision, now that there is room again", PATIENCE, async || {
        let request = http.request(reqwest::Method::POST, &path).json(&json!({ "action": failed }));
        request.send().await.expect("an answer").status().is_success().then_some(())
    })
    .await;
    let meant = if failed == "accept" { Standing::Accepted } else { Standing::Refused };
    assert_eq!(puppet.hello().await.standing, meant);
}
