//! A meeting is entered at HQ: its venue is left in peace within seconds, also over a restart of HQ, until it is taken out.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, Proxy, black_film, wait_until};
use reqwest::Method;
use serde_json::{Value, json};

const VENUE: &str = "350102001-01";
const PINGTAN: &str = "350128001-01";
const SOON: Duration = Duration::from_secs(60);
const HOUR_MS: u64 = 3_600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meeting_at_hq_leaves_its_venue_in_peace_until_it_is_taken_out_and_over_a_restart() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let (mqtt, web) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
    let mut plan_of_agent = AgentPlan::new("agent", VENUE, mqtt.address(), web.address());
    plan_of_agent.film = Some(black_film(&folder));
    let _agent = Agent::start(&folder, &plan_of_agent);
    picture_is(&collector.api(), "fail").await;

    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis() as u64;
    let new = json!({ "title": "调度会", "from_ms": now_ms, "to_ms": now_ms + HOUR_MS, "place": "3501" });
    let began = Instant::now();
    let kept = collector.api().post("/api/v1/meetings", &new).await;
    assert_eq!(kept["covers_from_ms"], json!(now_ms - HOUR_MS / 2));
    picture_is(&collector.api(), "unknown").await;
    eprintln!("refused, stored and shown {:?} after it was entered; its probe is due every 2 s", began.elapsed());
    assert_eq!(events(&collector.api()).await, ["meeting.began"]);

    collector.stop().await;
    let collector = Collector::start(&folder, &plan).await;
    mqtt.point_to(collector.mqtt);
    web.point_to(collector.http);
    let http = collector.api();
    assert_eq!(http.json("/api/v1/meetings").await["items"], json!([kept]));
    wait_until("the agent is back", SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
        (venue["agent"]["connected"] == json!(true)).then_some(())
    })
    .await;
    picture_is(&http, "unknown").await;

    let path = format!("/api/v1/meetings/{}", kept["id"]);
    let (status, _) = http.bytes(Method::DELETE, &path, Vec::new()).await;
    assert_eq!(status.as_u16(), 204);
    picture_is(&http, "fail").await;
    let told = events(&http).await;
    assert_eq!(told, ["meeting.ended", "meeting.began"], "each once, the newest first");
}

/// 平潭 (350128) lies in 福州 (3501) by its code; the registry puts it beside it, and who lies there is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_put_elsewhere_takes_part_in_the_meetings_of_what_is_above_it_then() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let (mqtt, web) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
    let mut plan = AgentPlan::new("agent", PINGTAN, mqtt.address(), web.address());
    plan.film = Some(black_film(&folder));
    let _agent = Agent::start(&folder, &plan);
    let http = collector.api();
    verdict_is(&http, PINGTAN, "fail").await;

    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis() as u64;
    let new = json!({ "title": "调度会", "from_ms": now_ms, "to_ms": now_ms + HOUR_MS, "place": "3501" });
    http.post("/api/v1/meetings", &new).await;
    verdict_is(&http, PINGTAN, "unknown").await;
    for (parent, verdict) in [("35", "fail"), ("3501", "unknown")] {
        let rows = format!("会场编码,上级\n350128,{parent}\n").into_bytes();
        let (status, _) = http.bytes(Method::POST, "/api/v1/registry/import", rows).await;
        assert_eq!(status.as_u16(), 200);
        verdict_is(&http, PINGTAN, verdict).await;
    }
}

async fn picture_is(http: &Http, verdict: &str) {
    verdict_is(http, VENUE, verdict).await;
}

async fn verdict_is(http: &Http, venue: &str, verdict: &str) {
    wait_until(&format!("the picture's verdict is '{verdict}'"), SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{venue}")).await?;
        let outcomes = venue["outcomes"].as_array()?;
        let picture = outcomes.iter().find(|outcome| outcome["probe"] == json!("picture"))?;
        let is_it = picture["verdict"] == json!(verdict);
        let is_interlock = verdict != "unknown" || picture.to_string().contains("interlocked");
        (is_it && is_interlock).then_some(())
    })
    .await;
}

async fn events(http: &Http) -> Vec<String> {
    let venue = http.json(&format!("/api/v1/venues/{VENUE}")).await;
    let events: Vec<Value> = venue["events"].as_array().cloned().unwrap_or_default();
    let codes = events.iter().filter_map(|event| event["code"].as_str());
    codes.filter(|code| code.starts_with("meeting.")).map(ToOwned::to_owned).collect()
}
