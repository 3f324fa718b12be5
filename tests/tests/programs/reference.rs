//! A preset learnt by a person at HQ: the order through the API, the camera in its hall, the reference and its picture back at
//! HQ, also after HQ was killed before the picture came, and after an orderly restart.

use std::time::Duration;

use avow_shared::hash::ContentHash;
use avow_tests::rig::{
    Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, Line, Proxy, accounting, announce, wait_until,
};
use avow_tests::sim::camera::Faults;
use avow_tests::sim::hall::Hall;
use avow_tests::sim::studio::Studio;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(40);

fn camera(studio: &Studio) -> String {
    let (port, picture) = (&studio.port, studio.picture.display());
    format!(
        r#"
[[venue.probe]]
id = "front"
name = "主席台摄像机"
kind = "camera"
port = "{port}"
picture = "front-picture"
settle_s = 0
interval_s = 86400

[[venue.probe]]
id = "front-picture"
name = "主席台画面"
kind = "picture"
source = "file:{picture}"
interval_s = 86400
"#
    )
}

/// Status and answer of an order to learn.
async fn learns(http: &Http, preset: u8, confirmed: bool) -> (StatusCode, Value) {
    let path = format!("/api/v1/venues/{VENUE}/cameras/front/command");
    let body = json!({ "command": { "learn": preset }, "confirmed": confirmed });
    let answer = http.request(Method::POST, &path).json(&body).send().await.expect("an answer");
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

async fn references(http: &Http) -> Vec<Value> {
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await.unwrap_or_default();
    venue["references"].as_array().cloned().unwrap_or_default()
}

/// The only reference, once it is of this version and its picture is here or not.
async fn reference(http: &Http, version: u32, is_here: bool) -> Value {
    let look = async || {
        let mut all = references(http).await;
        assert!(all.len() < 2, "one preset has one reference: {all:?}");
        all.pop().filter(|one| one["version"] == version && one["picture"]["available"] == is_here)
    };
    wait_until(&format!("version {version}, picture here: {is_here}"), SOON, look).await
}

/// `meeting on` or `off`, said at the box.
async fn meeting(folder: &Folder, on: bool) {
    let socket = folder.folder("agent").join("agent.sock");
    announce(socket, on).await;
}

async fn picture(http: &Http, reference: &Value) -> Vec<u8> {
    let hash = reference["picture"]["hash"].as_str().expect("a hash");
    let (status, bytes) = http.bytes(Method::GET, &format!("/api/v1/evidence/{hash}"), Vec::new()).await;
    assert_eq!((status, ContentHash::of(&bytes).to_string().as_str()), (StatusCode::OK, hash));
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preset_learnt_from_hq_has_its_reference_and_picture_there_whatever_is_restarted() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let studio = Studio::open(&folder.folder("studio"), Hall::new(7), Faults::default()).expect("a studio");
    // No picture arrives until the line for them is mended.
    let (reports, uploads) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
    uploads.set(Line::Cut);
    let mut agent_plan = AgentPlan::new("agent", VENUE, reports.address(), uploads.address());
    agent_plan.more = camera(&studio);
    let mut agent = Agent::start(&folder, &agent_plan);
    let mut http = collector.api();
    // The first looks of a start are over: nobody else has the camera.
    wait_until("the first outcomes", SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
        let outcomes = venue["outcomes"].as_array()?;
        let is_there = |probe: &str| outcomes.iter().any(|outcome| outcome["probe"] == probe);
        (is_there("front") && is_there("front-picture")).then_some(())
    })
    .await;
    assert_eq!(references(&http).await, Vec::<Value>::new());

    let (status, said) = learns(&http, 1, false).await;
    assert_eq!((status, &said["result"]), (StatusCode::OK, &json!("done")), "{said}");
    assert!(said["detail"].as_str().is_some_and(|line| line.contains("第 1 版") && line.contains("含画面")), "{said}");
    let first = reference(&http, 1, false).await;
    assert_eq!(
        (&first["probe"], &first["name"], &first["preset"]),
        (&json!("front"), &json!("主席台摄像机"), &json!(1))
    );
    assert_eq!(first["position"], json!({ "pan": 100, "tilt": 10, "zoom": 1000 }));
    assert_eq!(first["picture"]["media_type"], "image/jpeg");
    let now_ms = http.json("/api/v1/health").await["now_ms"].as_u64().expect("a time");
    let age_ms = now_ms - first["at_ms"].as_u64().expect("a time");
    assert!(age_ms < 60_000, "learnt just now: {age_ms} ms ago");

    // HQ dies before the picture came: it knows from its journal whose picture it may take.
    collector.process.kill();
    collector = Collector::start(&folder, &plan).await;
    http = collector.api();
    assert_eq!(references(&http).await, std::slice::from_ref(&first));
    reports.point_to(collector.mqtt);
    uploads.point_to(collector.http);
    uploads.set(Line::Open);
    let here = reference(&http, 1, true).await;
    assert_eq!(here["picture"]["hash"], first["picture"]["hash"]);
    let old = picture(&http, &here).await;
    assert!(old.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
    // Orders reach an agent that has said hello.
    let can_be_asked = async || {
        let path = format!("/api/v1/venues/{VENUE}/cameras/front/command");
        let answer = http.request(Method::POST, &path).json(&json!({ "command": "ask" })).send().await.ok()?;
        (answer.status() == StatusCode::OK).then_some(())
    };
    wait_until("the agent's hello", SOON, can_be_asked).await;

    // What cannot be believed is not learnt, and in a meeting nobody asks in vain.
    studio.change(|sight| sight.light = 0.0);
    let (_, said) = learns(&http, 1, false).await;
    assert_eq!(said["result"], "impossible", "{said}");
    assert!(said["detail"].as_str().is_some_and(|line| line.contains("未学习")), "{said}");
    studio.restore();
    meeting(&folder, true).await;
    let (status, said) = learns(&http, 1, false).await;
    assert_eq!(
        (status, &said["result"], &said["detail"]),
        (StatusCode::OK, &json!("interlocked"), &json!("现在有会议"))
    );
    assert_eq!(references(&http).await, std::slice::from_ref(&here));
    assert_eq!(learns(&http, 128, false).await.0, StatusCode::BAD_REQUEST);

    let (_, said) = learns(&http, 1, true).await;
    assert_eq!(said["result"], "done", "a person who confirms is obeyed: {said}");
    let second = reference(&http, 2, true).await;
    assert_ne!(second["picture"]["hash"], first["picture"]["hash"]);
    let new = picture(&http, &second).await;
    assert_ne!(new, old);

    // Both begin again, HQ from its snapshot.
    agent.stop().await;
    collector.stop().await;
    let mut collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    assert_eq!(references(&http).await, std::slice::from_ref(&second), "before anybody says it again");
    assert_eq!(picture(&http, &second).await, new);
    let ends = accounting(&http).await.0;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
    collector.stop().await;
}
