//! A picture from the probe that took it to HQ: uploaded by content hash once its report is stored, kept until then.

use std::path::Path;
use std::time::Duration;

use avow_shared::hash::ContentHash;
use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, Line, Proxy, black_film, wait_until};
use reqwest::Method;
use serde_json::Value;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(40);

/// The newest picture's evidence as the venue page gets it.
async fn evidence(http: &Http) -> Option<Value> {
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
    let picture = venue["outcomes"].as_array()?.iter().find(|outcome| outcome["probe"] == "picture")?.clone();
    assert_eq!(picture["finding"], "picture.black", "{picture}");
    picture["evidence"].as_array()?.first().cloned()
}

fn kept(state: &Path) -> usize {
    std::fs::read_dir(state.join("evidence")).into_iter().flatten().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_waits_on_the_box_until_headquarters_has_it_and_is_then_what_the_report_names() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let uploads = Proxy::to(collector.http).await;
    uploads.set(Line::Cut);
    let state = folder.file("state");
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, uploads.address());
    (plan.film, plan.state) = (Some(black_film(&folder)), Some(state.clone()));
    let mut agent = Agent::start(&folder, &plan);

    let named = wait_until("a report that names a picture", SOON, async || evidence(&http).await).await;
    assert_eq!(named["available"], false, "{named}");
    assert_eq!(kept(&state), 1, "one picture, however often it was seen");

    uploads.set(Line::Open);
    let here = wait_until("the picture itself", SOON, async || {
        evidence(&http).await.filter(|evidence| evidence["available"] == true)
    })
    .await;
    let hash = here["hash"].as_str().expect("a hash").to_owned();
    let (_, bytes) = http.bytes(Method::GET, &format!("/api/v1/evidence/{hash}"), Vec::new()).await;
    assert_eq!(ContentHash::of(&bytes).to_string(), hash);
    assert_eq!(here["size"].as_u64(), Some(bytes.len() as u64));
    assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
    agent.stop().await;
}
