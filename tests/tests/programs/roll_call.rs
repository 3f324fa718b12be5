//! A roll call over real programs: a real agent that looks, a fleet that answers, and what goes wrong in the middle.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avow_tests::rig::{
    Agent, AgentPlan, Collector, CollectorPlan, Fleet, FleetPlan, Folder, Http, Proxy, black_film, program, wait_until,
};
use serde_json::{Value, json};

pub(crate) mod faults;
mod row;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(60);

async fn begin(http: &Http, call: Value) -> String {
    let call = http.post("/api/v1/roll-calls", &call).await;
    format!("/api/v1/roll-calls/{}", call["id"])
}

async fn entry(http: &Http, call: &str, venue: &str) -> Option<Value> {
    let answer = http.try_json(call).await?;
    answer["entries"].as_array()?.iter().find(|entry| entry["venue"] == json!(venue)).cloned()
}

async fn stands(http: &Http, call: &str, standing: &str) -> Value {
    wait_until(&format!("the venue is '{standing}'"), SOON, async || {
        entry(http, call, VENUE).await.filter(|entry| entry["standing"] == json!(standing))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_is_called_looks_and_answers_and_in_a_meeting_says_so() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    plan.film = Some(black_film(&folder));
    let _agent = Agent::start(&folder, &plan);
    connected(&http, VENUE).await;

    let ready = json!({ "depth": "ready", "places": ["3501"], "confirmed": true, "title": "早点名" });
    let call = begin(&http, ready.clone()).await;
    let answered = stands(&http, &call, "on-time").await;
    let picture = answered["aspects"].as_array().expect("aspects").iter().find(|one| one["aspect"] == json!("picture"));
    assert_eq!(picture.map(|picture| &picture["finding"]), Some(&json!("picture.black")), "{answered}");
    assert_eq!((&answered["mode"], &answered["fault"]), (&json!("auto"), &json!("no-picture")), "{answered}");
    assert!(answered["heard_ms"].as_u64() <= answered["answered_ms"].as_u64(), "{answered}");
    let list = http.json("/api/v1/roll-calls").await;
    wait_until("all have answered", SOON, async || http.json(&call).await["call"]["complete_ms"].as_u64()).await;
    assert_eq!(list["items"][0]["title"], json!("早点名"));

    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis() as u64;
    let meeting = json!({ "title": "调度会", "from_ms": now_ms, "to_ms": now_ms + 3_600_000, "place": "3501" });
    http.post("/api/v1/meetings", &meeting).await;
    wait_until("the agent knows of the meeting", SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
        let told = venue["events"].as_array()?.iter().any(|event| event["code"] == json!("meeting.began"));
        told.then_some(())
    })
    .await;
    let call = begin(&http, ready).await;
    let excused = stands(&http, &call, "in-meeting").await;
    assert!(excused["aspects"].to_string().contains("meeting"), "{excused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_outlives_a_killed_collector_and_whoever_comes_back_is_asked() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let (mqtt, web) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
    let plan_of_agent = AgentPlan::new("agent", VENUE, mqtt.address(), web.address());
    let mut agent = Agent::start(&folder, &plan_of_agent);
    connected(&collector.api(), VENUE).await;
    agent.stop().await;
    wait_until("it is away", SOON, async || {
        let venue = collector.api().try_json(&format!("/api/v1/venues/{VENUE}")).await?;
        (venue["agent"]["connected"] == json!(false)).then_some(())
    })
    .await;

    let call = begin(&collector.api(), json!({ "depth": "present", "places": ["35"], "deadline_s": 600 })).await;
    let before = http_entry(&collector.api(), &call).await;
    assert_eq!((&before["standing"], &before["reason"]), (&json!("waiting"), &json!("away")), "{before}");
    let until_ms = collector.api().json(&call).await["call"]["until_ms"].clone();
    collector.process.kill();
    let collector = Collector::start(&folder, &plan).await;
    mqtt.point_to(collector.mqtt);
    web.point_to(collector.http);
    let http = collector.api();
    assert_eq!(http.json(&call).await["call"]["until_ms"], until_ms, "its clock goes on");
    let _agent = Agent::start(&folder, &plan_of_agent);
    let answered = stands(&http, &call, "on-time").await;
    assert_eq!(answered["mode"], json!("auto"), "{answered}");
}

async fn http_entry(http: &Http, call: &str) -> Value {
    entry(http, call, VENUE).await.expect("it is called")
}

async fn connected(http: &Http, venue: &str) {
    wait_until("the agent is connected", SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{venue}")).await?;
        (venue["agent"]["connected"] == json!(true)).then_some(())
    })
    .await;
}

/// `roll-call` as an operator types it: what it writes to standard output alone, and its exit code.
async fn typed(http: std::net::SocketAddr, more: &[&'static str]) -> (Value, i32) {
    let mut arguments = vec!["roll-call".to_owned(), "35".to_owned(), "--json".to_owned(), "--http".to_owned()];
    arguments.push(format!("http://{http}"));
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    let run = move || Command::new(program("avow-collector")).args(arguments).output().expect("it runs");
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said} {output:?}"));
    (answer, output.status.code().expect("a code"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_waits_for_all_or_for_the_deadline_and_its_code_says_which() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let plan = FleetPlan { report_every: "5", ..FleetPlan::new(5, collector.mqtt, 1) };
    let mut fleet = Fleet::launch(&folder, &plan);
    faults::connected(&http, 5).await;
    let (answer, code) = typed(collector.http, &["--title", "早点名"]).await;
    assert_eq!((code, &answer["expected"], &answer["answered"]), (0, &json!(5), &json!(5)), "{answer}");
    assert!(answer["last_answer_ms"].as_u64().is_some_and(|ms| ms < 60_000), "{answer}");
    assert_eq!((answer["answers"].as_array().map(Vec::len), &answer["call"]["title"]), (Some(5), &json!("早点名")));

    fleet.process.kill();
    wait_until("the fleet is away", SOON, async || {
        (http.json("/api/v1/places/35").await["counts"]["agents"] == json!(0)).then_some(())
    })
    .await;
    let (answer, code) = typed(collector.http, &["--depth", "proven", "--yes", "--deadline", "10"]).await;
    assert_eq!(answer["call"]["forecast"]["why"], json!("no-hq"), "all fall back: {answer}");
    assert_eq!(answer["call"]["fell_back"], json!(5), "{answer}");
    assert_eq!((code, &answer["expected"], &answer["answered"]), (1, &json!(5), &json!(0)), "{answer}");
    let all = answer["answers"].as_array().expect("answers");
    assert!(all.iter().all(|one| one["standing"] == json!("silent") && one["reason"] == json!("away")), "{answer}");
}
