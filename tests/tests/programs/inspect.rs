//! An inspection over real programs: a fleet that is tested in waves, a collector that is killed in the middle, and what an operator
//! types and reads.

use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Fleet, FleetPlan, Folder, Http, Proxy, program, wait_until};
use serde_json::{Value, json};

use super::roll_call::faults::connected;

const RUNS: &str = "/api/v1/inspections/runs";
const VENUES: u64 = 12;
const SOON: Duration = Duration::from_secs(60);

async fn tally(http: &Http, run: &str) -> Option<Value> {
    Some(http.try_json(run).await?["run"]["tally"].clone())
}

/// `inspect` as an operator types it: what it writes to standard output, and its exit code.
async fn typed(http: std::net::SocketAddr, more: Vec<String>) -> (Value, i32) {
    let mut arguments = vec!["inspect".to_owned(), "--json".to_owned(), "--http".to_owned(), format!("http://{http}")];
    arguments.extend(more);
    let run = move || Command::new(program("avow-collector")).args(arguments).output().expect("it runs");
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said} {output:?}"));
    (answer, output.status.code().expect("a code"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_a_kill_in_its_middle_and_every_item_is_tested_once() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let mqtt = Proxy::to(collector.mqtt).await;
    // They report so seldom by themselves that only an order has them tested.
    let fleet = FleetPlan { report_every: "3000", ..FleetPlan::new(VENUES as u32, mqtt.address(), 1) };
    let _fleet = Fleet::launch(&folder, &fleet);
    connected(&collector.api(), VENUES).await;

    let work =
        json!({ "kind": "daily", "places": ["35"], "window_min": 60, "spread": { "at_once": 1, "per_county": 1 } });
    let new = json!({ "title": "早巡", "operator": "张三", "work": work });
    let begun = collector.api().post(RUNS, &new).await;
    let run = format!("{RUNS}/{}", begun["id"]);
    assert_eq!((&begun["tally"]["venues"], &begun["tally"]["items_untested"]), (&json!(VENUES), &json!(0)), "{begun}");
    wait_until("some are tested", SOON, async || {
        tally(&collector.api(), &run).await.filter(|tally| tally["open"].as_u64().is_some_and(|open| open < VENUES))
    })
    .await;
    collector.process.kill();
    let collector = Collector::start(&folder, &plan).await;
    mqtt.point_to(collector.mqtt);
    let http = collector.api();
    let answer = http.json(&run).await;
    assert_eq!(
        (&answer["run"]["state"], &answer["run"]["until_ms"]),
        (&json!("running"), &begun["until_ms"]),
        "{answer}"
    );
    assert!(
        answer["run"]["tally"]["open"].as_u64().is_some_and(|open| open < VENUES),
        "what was stored counts: {answer}"
    );
    let ended = wait_until("it is complete", SOON, async || {
        http.try_json(&run).await.filter(|answer| answer["run"]["ended"] == json!("complete"))
    })
    .await;
    let tally = &ended["run"]["tally"];
    assert_eq!((&tally["items_open"], &tally["items_untested"], &tally["untested"]), (&json!(0), &json!(0), &json!(0)));
    let page = http.json(&format!("{run}/venues?limit=500")).await;
    let rows = page["items"].as_array().expect("venues");
    assert_eq!(rows.len() as u64, VENUES);
    assert!(rows.iter().all(|row| row["items"] == row["items_done"] && row["items"].as_u64() > Some(0)), "{page}");

    let place = ended["cities"][0]["place"].as_str().expect("a city").to_owned();
    let words = ["run", "--place", &place, "--template", "daily", "--wait"].map(str::to_owned);
    let (said, code) = typed(collector.http, words.to_vec()).await;
    assert_eq!(said["run"]["run"]["state"], json!("ended"), "{said}");
    let tally = &said["run"]["run"]["tally"];
    assert_eq!((code, &tally["normal"]), (1, &json!(0)), "what persons look at is not filled in: {tally}");
    let id = said["run"]["run"]["id"].to_string();
    let (signed, code) =
        typed(collector.http, ["sign", &id, "--by", "王五", "--unfinished"].map(str::to_owned).to_vec()).await;
    assert_eq!((code, &signed["edition"]), (0, &json!(1)), "{signed}");
    let file = folder.file("report.html");
    let path = file.display().to_string();
    let (written, _) = typed(collector.http, ["report", &id, "-o", &path].map(str::to_owned).to_vec()).await;
    assert_eq!(written["edition"]["name"], signed["name"], "the one that was sealed");
    assert!(file.exists() && folder.file("report.html.seal").exists());
    let (list, _) = typed(collector.http, vec!["list".to_owned()]).await;
    assert_eq!(list["total"], json!(2));
    let (shown, _) = typed(collector.http, vec!["show".to_owned(), begun["id"].to_string()]).await;
    assert_eq!(shown["run"]["run"]["title"], json!("早巡"));
}
