//! A real agent that dies in mid-run, and a second one on the same state.

use std::time::Duration;

use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Ends, Folder, Http, accounting, wait_until};

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(40);

async fn only_account(http: &Http) -> Option<(String, String, Ends)> {
    accounting(http).await.1.into_iter().next()
}

async fn until_stored(http: &Http, least: u64) -> (String, String, Ends) {
    wait_until(&format!("{least} reports of the agent"), SOON, async || {
        only_account(http).await.filter(|(.., ends)| ends.stored >= least)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_was_killed_skips_to_the_next_block_and_declares_the_rest_void() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    let mut agent = Agent::start(&folder, &plan);
    let (id, spool, before) = until_stored(&http, 6).await;
    agent.process.kill();

    let mut agent = Agent::start(&folder, &plan);
    let (same_id, same_spool, _) = until_stored(&http, before.stored + 6).await;
    assert_eq!((same_id, same_spool), (id, spool), "the same key and the same spool");
    agent.stop().await;
    let whole = wait_until("an end for every number", SOON, async || {
        only_account(&http).await.filter(|(.., ends)| ends.is_whole())
    });
    let (.., ends) = whole.await;
    assert!(ends.void > 0, "the unused rest of the block is void: {ends:?}");
    assert!(ends.produced > before.produced + 6, "{ends:?}");
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_was_stopped_in_order_leaves_no_number_open() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    for round in 1..=3 {
        let mut agent = Agent::start(&folder, &plan);
        until_stored(&http, round * 5).await;
        agent.stop().await;
    }
    let whole = wait_until("an end for every number", SOON, async || {
        only_account(&http).await.filter(|(.., ends)| ends.is_whole())
    });
    let (.., ends) = whole.await;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
    assert_eq!(accounting(&http).await.1.len(), 1, "three runs, one spool");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_agent_on_the_same_state_says_so_and_ends() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    let mut first = Agent::start(&folder, &plan);
    let (.., before) = until_stored(&http, 4).await;
    let mut second = Agent::start(&folder, &plan);
    let status = second.process.wait(SOON).await;
    assert!(!status.success(), "{status}");
    let said = second.process.errors();
    assert!(said.contains("state"), "it names the folder that is in use: {said}");
    until_stored(&http, before.stored + 4).await;
    first.stop().await;
}
