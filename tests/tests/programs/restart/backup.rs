//! The data folder is lost and restored: what agents can send again comes back, the rest is a gap for all to see.

use std::time::Duration;

use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetLog, FleetPlan, Folder, Http, Proxy, Puppet, Random, accounting,
    assert_values_as_logged, ends_of, until_missing, wait_until,
};
use reqwest::Method;

const VENUES: u32 = 20;
/// Not one of the fleet's.
const VENUE: &str = "350982500206-09";
const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_data_folder_what_can_be_sent_again_comes_back_and_the_rest_is_a_gap() {
    let (folder, mut random) = (Folder::new(), Random::printed("a lost data folder"));
    let mut collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let (line, hq) = (Proxy::to(collector.mqtt).await, Puppet::hq_key(&collector.api()).await);
    let mut plan = FleetPlan::new(VENUES, line.address(), random.number() >> 16);
    plan.spool = Some(folder.file("spool"));
    let mut fleet = Fleet::start(&folder, &plan).await;
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    puppet.hello().await;
    puppet.describe().await;
    puppet.report(9).await;
    puppet.acked_upto(10).await;
    until_stored(&collector.api(), 300).await;

    let (status, backup) = collector.api().bytes(Method::POST, "/api/v1/backup", Vec::new()).await;
    assert!(status.is_success(), "{status}");
    let at_backup = accounting(&collector.api()).await.0;
    puppet.report(5).await;
    puppet.acked_upto(15).await;
    until_stored(&collector.api(), 300).await;
    collector.process.kill();
    std::fs::remove_dir_all(folder.file("data")).expect("the data folder can be lost");

    let mut collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    restore(&mut collector, backup).await;
    assert_eq!(Puppet::hq_key(&collector.api()).await, hq, "HQ has its key again");
    line.point_to(collector.mqtt);
    let http = collector.api();
    until_stored(&http, 300).await;
    until_missing(&http, 0, 2 * SOON).await;
    fleet.drain(SOON).await;
    until_missing(&http, 0, SOON).await;

    // The puppet has kept nothing: its five numbers are a gap, for ever and on screen.
    puppet.reconnect(collector.mqtt).await;
    puppet.keep_nothing();
    puppet.hello().await;
    let ends = ends_of(&http, &puppet.id().to_string()).await.expect("an account of the puppet");
    assert_eq!((ends.produced, ends.stored, ends.missing), (15, 10, 5), "{ends:?}");

    let (total, rows) = accounting(&http).await;
    assert_eq!((total.missing, total.duplicates), (5, 0), "only the puppet's are missing: {total:?}");
    assert!(total.stored > at_backup.stored);
    let log = FleetLog::read([fleet.log()]);
    let fleet_stored: u64 = rows.iter().filter(|(id, ..)| *id != puppet.id().to_string()).map(|row| row.2.stored).sum();
    let logged = u64::try_from(log.lines().len()).unwrap_or_default();
    assert!(fleet_stored >= logged, "the fleet had all of it: {logged} were invented, {fleet_stored} are stored");
    assert_values_as_logged(&http, &log, 4).await;
}

async fn until_stored(http: &Http, more: u64) {
    let first = accounting(http).await.0.stored;
    wait_until("more reports in the journal", SOON, async || {
        (accounting(http).await.0.stored >= first + more).then_some(())
    })
    .await;
}

/// Hands the file to an empty collector, which begins anew with it.
async fn restore(collector: &mut Collector, backup: Vec<u8>) {
    let (status, said) = collector.api().bytes(Method::POST, "/api/v1/restore", backup).await;
    assert!(status.is_success(), "{status} {}", String::from_utf8_lossy(&said));
    collector.ready_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_holds_nothing_but_a_register_takes_no_backup() {
    let folder = Folder::new();
    let empty = Collector::start(&folder, &CollectorPlan::inside(folder.file("other"))).await;
    let (_, backup) = empty.api().bytes(Method::POST, "/api/v1/backup", Vec::new()).await;
    for (name, register) in [("venue", "venue,name\n350102001-01,大厅\n"), ("place", "venue,exclusion\n350102,搬迁\n")]
    {
        let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file(name))).await;
        let http = collector.api();
        let (status, said) = http.import(register).await;
        assert!(status.is_success(), "{status} {said}");
        // Readers see the state of a tenth of a second ago.
        let before = wait_until("the register in an export", SOON, async || {
            Some(http.text("/api/v1/registry/export").await).filter(|text| text.contains("350102"))
        })
        .await;
        let (status, _) = http.bytes(Method::POST, "/api/v1/restore", backup.clone()).await;
        assert_eq!(status.as_u16(), 409, "{name}: the register would be lost");
        assert_eq!(http.text("/api/v1/registry/export").await, before, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_backup_and_a_store_in_use_are_refused_and_change_nothing() {
    let (folder, mut random) = (Folder::new(), Random::printed("a torn backup"));
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let (http, hq) = (collector.api(), Puppet::hq_key(&collector.api()).await);
    let mut puppet = Puppet::connect(collector.mqtt, VENUE, hq, &mut random).await;
    puppet.hello().await;
    puppet.describe().await;
    puppet.report(3).await;
    puppet.acked_upto(4).await;
    let (_, backup) = http.bytes(Method::POST, "/api/v1/backup", Vec::new()).await;
    let before = accounting(&http).await;
    let (status, _) = http.bytes(Method::POST, "/api/v1/restore", backup.clone()).await;
    assert!(status.is_client_error(), "a store in use takes no backup: {status}");

    let fresh = Collector::start(&folder, &CollectorPlan::inside(folder.file("empty"))).await;
    let fresh_key = Puppet::hq_key(&fresh.api()).await;
    let mut flipped = backup.clone();
    let at = random.below(flipped.len());
    flipped[at] ^= 1;
    for torn in [&backup[..backup.len() / 2], &backup[..backup.len() - 1], &flipped, b"no backup at all"] {
        let (status, _) = fresh.api().bytes(Method::POST, "/api/v1/restore", torn.to_vec()).await;
        assert!(status.is_client_error(), "{} bytes of {}: {status}", torn.len(), backup.len());
    }
    assert_eq!(Puppet::hq_key(&fresh.api()).await, fresh_key);
    assert_eq!(accounting(&http).await, before);
}
