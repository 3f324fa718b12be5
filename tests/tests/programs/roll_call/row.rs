//! Calls in a row: each is recorded, and none stays behind in memory.

use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Fleet, FleetPlan, Folder, wait_until};
use serde_json::json;

use super::{SOON, begin, faults};

const VENUES: u32 = 1_000;
/// By then as many calls are held as ever are, and caches and buffers have the size that calls need.
const FIRST: usize = 40;
const CALLS: usize = 60;
/// Sixty calls that stayed in memory would be 19 MiB by themselves.
const MOST_KIB: i64 = 12 << 10;
/// The allocator gives back what was used in passing some seconds later.
const AT_REST: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_calls_in_a_row_leave_nothing_behind() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let plan = FleetPlan { report_every: "6", ..FleetPlan::new(VENUES, collector.mqtt, 1) };
    let _fleet = Fleet::start(&folder, &plan).await;
    faults::connected(&http, u64::from(VENUES)).await;
    let called = async || {
        let call = begin(&http, json!({ "depth": "present", "places": ["35"], "confirmed": true })).await;
        wait_until("all have answered", SOON, async || http.json(&call).await["call"]["complete_ms"].as_u64()).await;
    };
    for _ in 0..FIRST {
        called().await;
    }
    let before = resident_kib(&collector);
    for _ in 0..CALLS {
        called().await;
    }
    let pages = status_of(&collector, "THP_enabled:");
    assert_eq!(pages, 0, "pages of 2 MiB are full of holes: a sixth of the memory of a province");
    let after = resident_kib(&collector);
    println!("{CALLS} calls of {VENUES} venues behind {FIRST}: {before} KiB before, {after} KiB after");
    wait_until("the memory of before", AT_REST, async || (resident_kib(&collector) <= before + MOST_KIB).then_some(()))
        .await;
    assert_eq!(http.json("/api/v1/roll-calls?limit=1").await["total"], json!(FIRST + CALLS), "each is recorded");
}

fn resident_kib(collector: &Collector) -> i64 {
    status_of(collector, "VmRSS:")
}

/// A number that the kernel tells of the process.
fn status_of(collector: &Collector, what: &str) -> i64 {
    let path = format!("/proc/{}/status", collector.process.pid());
    let status = std::fs::read_to_string(path).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("a line");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}
