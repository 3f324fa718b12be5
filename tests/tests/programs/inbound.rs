//! Calls to us over real programs: a room that is soon ready, one whose camera is dead and that has a meeting, and an HQ that is
//! killed in the middle.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{
    Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, Line, Proxy, announce, black_film, program, wait_until,
};
use avow_tests::sim::camera::Faults;
use avow_tests::sim::hall::Hall;
use avow_tests::sim::studio::Studio;
use serde_json::{Value, json};

const GOOD: &str = "350102001-01";
const BAD: &str = "350103001-01";
const SOON: Duration = Duration::from_secs(60);

fn camera(studio: &Studio) -> String {
    let port = &studio.port;
    format!(
        "\n[[venue.probe]]\nid = \"front\"\nname = \"主席台摄像机\"\nkind = \"camera\"\nport = \"{port}\"\ninterval_s = 86400\n"
    )
}

fn studio(folder: &Folder, name: &'static str, faults: Faults) -> Studio {
    Studio::open(&folder.folder(name), Hall::new(7), faults).expect("a studio")
}

/// The venue is described, and its camera's first test of its own is over.
async fn settled(http: &Http, venue: &str) {
    wait_until("the first outcomes", SOON, async || {
        let venue = http.try_json(&format!("/api/v1/venues/{venue}")).await?;
        venue["outcomes"].as_array()?.iter().any(|outcome| outcome["probe"] == "front").then_some(())
    })
    .await;
}

/// `inbound` as somebody at the post types it: what it writes to standard output alone, and its exit code.
async fn typed(http: SocketAddr, venue: &'static str, deadline: &'static str) -> (Value, i32) {
    let address = format!("http://{http}");
    let run = move || {
        let mut command = Command::new(program("avow-collector"));
        command.args(["inbound", venue, "--caller", "应急部", "--deadline", deadline, "--json", "--http", &address]);
        command.output().expect("it runs")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said} {output:?}"));
    (answer, output.status.code().expect("a code"))
}

fn step<'a>(answer: &'a Value, probe: &str) -> &'a Value {
    let steps = answer["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["probe"] == probe).unwrap_or_else(|| panic!("{probe}: {answer}"))
}

async fn call(http: &Http, venue: &str, caller: &str) -> String {
    let answer = http.post("/api/v1/inbound", &json!({ "venue": venue, "caller": caller })).await;
    format!("/api/v1/inbound/{}", answer["call"]["id"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_is_ready_a_dead_camera_has_its_remedy_a_meeting_is_left_alone_and_a_killed_hq_goes_on() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let (good, dead) = (
        studio(&folder, "good-studio", Faults::default()),
        studio(&folder, "dead-studio", Faults { ignores: 1_000_000, ..Faults::default() }),
    );
    let (reports, web) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
    let mut first = AgentPlan::new("agent", GOOD, reports.address(), web.address());
    first.more = camera(&good);
    let mut second = AgentPlan::new("bad-agent", BAD, collector.mqtt, collector.http);
    (second.more, second.film) = (camera(&dead), Some(black_film(&folder)));
    let _agents = [Agent::start(&folder, &first), Agent::start(&folder, &second)];
    let http = collector.api();
    settled(&http, GOOD).await;
    settled(&http, BAD).await;

    let (answer, code) = typed(collector.http, GOOD, "60").await;
    assert_eq!((code, &answer["call"]["ready"]), (0, &json!("main")), "{answer}");
    assert_eq!(step(&answer, "front")["state"], "pass", "{answer}");
    assert!(answer["call"]["first_ready_ms"].as_u64().is_some_and(|ms| ms < 60_000), "{answer}");

    let (answer, code) = typed(collector.http, BAD, "15").await;
    assert_eq!((code, &answer["call"]["ready"]), (1, &Value::Null), "{answer}");
    assert_eq!(
        (&step(&answer, "front")["finding"], &step(&answer, "line-tcp")["state"]),
        (&json!("camera.no-answer"), &json!("pass"))
    );
    let remedies: Vec<_> = answer["faults"].as_array().expect("faults").iter().map(|fault| &fault["remedy"]).collect();
    assert_eq!(remedies, ["finding", "finding"], "camera and black picture: {answer}");

    announce(folder.folder("bad-agent").join("agent.sock"), true).await;
    let meeting = call(&http, BAD, "省政府").await;
    let answer = wait_until("what may be checked is checked", SOON, async || {
        let answer = http.json(&meeting).await;
        answer["open"].as_array().is_some_and(Vec::is_empty).then_some(answer)
    })
    .await;
    assert_eq!(step(&answer, "picture")["why"], "interlocked", "{answer}");
    assert_eq!(step(&answer, "line-tcp")["state"], "pass", "{answer}");
    let events = http.json(&format!("/api/v1/venues/{BAD}")).await["events"].to_string();
    assert!(!events.contains("interlock.overridden"), "{events}");

    // The room's line is cut, and HQ dies while it waits: what the box is asked for comes after both are back.
    reports.set(Line::Cut);
    wait_until("the box is away", SOON, async || {
        let venue = http.json(&format!("/api/v1/venues/{GOOD}")).await;
        (venue["agent"]["connected"] == json!(false)).then_some(())
    })
    .await;
    let open = call(&http, GOOD, "应急部值班室").await;
    let until_ms = http.json(&open).await["call"]["until_ms"].clone();
    collector.process.kill();
    collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    assert_eq!(http.json(&open).await["call"]["until_ms"], until_ms, "its clock goes on");
    reports.point_to(collector.mqtt);
    web.point_to(collector.http);
    reports.set(Line::Open);
    let answer = wait_until("the room is ready", SOON, async || {
        Some(http.json(&open).await).filter(|answer| answer["call"]["ready"] == json!("main"))
    })
    .await;
    let after_ms = answer["call"]["first_ready_ms"].as_u64().expect("it was ready");
    assert!(after_ms < 180_000, "{answer}");
    let list = http.json("/api/v1/inbound").await;
    assert_eq!(list["total"], 4, "all are kept: {list}");
}
