//! A line that is down for longer than a spool can hold: the oldest reports are given up, and every one is accounted for.

use std::time::Duration;

use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetLog, FleetPlan, Folder, Line, Proxy, accounting, assert_values_as_logged,
    until_missing, wait_until,
};

const VENUES: u32 = 3;
/// More than a spool in memory (256 KiB) holds of outcomes with eight values.
const MORE_THAN_A_SPOOL: u64 = 3_000;
/// A line of the fleet's log, about.
const BYTES: u64 = 800;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_full_spool_gave_up_is_counted_and_the_newest_is_kept() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let (http, line) = (collector.api(), Proxy::to(collector.mqtt).await);
    let mut plan = FleetPlan::new(VENUES, line.address(), 14);
    (plan.report_every, plan.batch) = ("0.25", 50);
    let mut fleet = Fleet::start(&folder, &plan).await;
    wait_until("reports in the journal", PATIENCE, async || (accounting(&http).await.0.stored > 100).then_some(()))
        .await;

    line.set(Line::Cut);
    let enough = fleet.logged_bytes() + u64::from(VENUES) * MORE_THAN_A_SPOOL * BYTES;
    wait_until("more reports than a spool holds", PATIENCE, async || (fleet.logged_bytes() > enough).then_some(()))
        .await;
    line.set(Line::Open);
    wait_until("the end of what was given up", PATIENCE, async || {
        (accounting(&http).await.0.dropped > 0).then_some(())
    })
    .await;
    // What was held comes while the fleet runs; who ends has only moments for it.
    until_missing(&http, 200, PATIENCE).await;
    fleet.drain(PATIENCE).await;
    until_missing(&http, 0, PATIENCE).await;

    let (total, rows) = accounting(&http).await;
    println!("{total:?}");
    assert!(rows.iter().all(|(.., ends)| ends.is_whole() && ends.dropped > 0), "{rows:#?}");
    let log = FleetLog::read([fleet.log()]);
    let invented = log.lines().len() as u64;
    assert_eq!((total.produced, total.refused, total.void), (invented, 0, 0), "all that was invented has its end");
    assert_values_as_logged(&http, &log, 1).await;
}
