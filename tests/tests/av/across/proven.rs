//! A roll call that proves, with real agents: HQ's end and a venue in a call hear each other, and a venue that is in none says so.

use std::time::Duration;

use avow_tests::rig::{Between, Call, CollectorPlan, Folder, PulseAudio, film, wait_until};
use reqwest::Method;
use serde_json::{Value, json};

use super::call::ends;
use super::rooms::{FIRST, Room, Rooms, SECOND, number, probe};

const SOON: Duration = Duration::from_secs(60);
/// A second end of HQ's, and a venue that is in no call.
const OTHER_END: &str = "350104001-01";
const APART: &str = "350105001-01";

/// A line that takes its time, so that whose room has it is ready after the others.
fn slow(to: std::net::SocketAddr) -> String {
    format!(
        "\n[[venue.probe]]\nid = \"line-slow\"\nname = \"线路\"\nkind = \"line\"\ninterval_s = 3600\nmethod = \"tcp\"\n\
         to = \"{}\"\nport = {}\ncount = 40\ngap_ms = 200\n",
        to.ip(),
        to.port()
    )
}

/// A probe that passes says that nobody is in the room.
fn empty(venue: &str) -> String {
    format!("\n[interlock]\noccupancy = [\"{venue}/line-tcp\"]\n")
}

fn settings(folder: &Folder) -> CollectorPlan {
    let path = folder.file("settings.toml");
    std::fs::write(&path, format!("[roll_call]\nhq = [\"{FIRST}\", \"{OTHER_END}\"]\n")).expect("writes");
    CollectorPlan { settings: Some(path), ..CollectorPlan::inside(folder.file("data")) }
}

fn entry<'a>(call: &'a Value, venue: &str) -> &'a Value {
    let entries = call["entries"].as_array().expect("entries");
    entries.iter().find(|entry| entry["venue"] == json!(venue)).unwrap_or_else(|| panic!("{venue} is called"))
}

fn aspect(entry: &Value, aspect: &str) -> Value {
    let all = entry["aspects"].as_array().expect("aspects");
    all.iter().find(|one| one["aspect"] == json!(aspect)).map(|one| one["state"].clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_in_a_call_with_hq_is_proven_with_its_still_and_one_that_is_in_none_is_ready_and_says_why() {
    let folder = Folder::new();
    let sinks = ["first_out", "first_in", "second_out", "second_in", "other_out", "other_in", "apart_out", "apart_in"];
    let server = PulseAudio::start(&folder, &sinks, &[]).await;
    let _call = Call::begin(&folder, &server, ends(), &Between::default()).await;
    let hall = Some(film(&folder, "hall", "testsrc2=size=320x180:rate=25"));
    let slow_to = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let room = |name, venue, at: &str, film| Room {
        name,
        venue,
        more: probe(&format!("{at}_out"), &format!("{at}_in.monitor"), "") + &empty(venue),
        film,
    };
    let mut apart = room("apart-agent", APART, "apart", None);
    apart.more = slow(slow_to.local_addr().expect("an address")) + &apart.more;
    let rooms = [
        room("first-agent", FIRST, "first", None),
        room("second-agent", SECOND, "second", hall),
        room("other-agent", OTHER_END, "other", None),
        apart,
    ];
    let rooms = Rooms::of(&folder, &server, &settings(&folder), rooms).await;
    let http = &rooms.http;
    // Before it has said once that nobody is there, a room is spared.
    for venue in [SECOND, APART] {
        wait_until("a room that is known to be empty", SOON, async || {
            let page = http.try_json(&format!("/api/v1/venues/{venue}")).await?;
            let outcomes = page["outcomes"].as_array()?;
            outcomes.iter().any(|one| one["probe"] == "line-tcp" && one["verdict"] == "pass").then_some(())
        })
        .await;
    }

    let wanted = json!({ "depth": "proven", "venues": [SECOND, APART], "confirmed": true, "deadline_s": 180 });
    wait_until("both can be proven", SOON, async || {
        let sent = http.request(Method::POST, "/api/v1/roll-calls/forecast").json(&wanted).send().await.ok()?;
        let forecast: Value = sent.json().await.ok()?;
        (forecast["proof"]["slots"] == json!(2) && forecast["proof"]["fits"] == json!(2)).then_some(())
    })
    .await;
    let path = format!("/api/v1/roll-calls/{}", http.post("/api/v1/roll-calls", &wanted).await["id"]);
    let call = wait_until("the call to be over", SOON, async || {
        let call = http.try_json(&path).await?;
        (!call["call"]["complete_ms"].is_null()).then_some(call)
    })
    .await;
    assert_eq!((&call["call"]["proven"], &call["call"]["fell_back"]), (&json!(1), &json!(1)), "{call:#}");

    let proven = entry(&call, SECOND);
    let proof = &proven["proof"];
    assert_eq!((&proof["state"], &proof["with"]), (&json!("ended"), &json!(FIRST)), "{proven:#}");
    assert!(proof["at_ms"].as_u64() > proven["answered_ms"].as_u64(), "{proven:#}");
    assert!([json!("good"), json!("degraded")].contains(&aspect(proven, "across")), "{proven:#}");
    let run = http.json(&format!("/api/v1/mouth-to-ear/{}", proof["run"])).await;
    for way in [0, 1] {
        assert_eq!(run["ways"][way]["heard"], "right", "{run:#}");
        assert!((20.0..600.0).contains(&number(&run, way, "delay_ms")), "{run:#}");
    }
    assert_eq!(aspect(proven, "still"), "good", "{proven:#}");
    let still = format!("/api/v1/evidence/{}", proven["still"].as_str().expect("a still"));
    let picture = wait_until("the still arrives", SOON, async || {
        let (status, bytes) = http.bytes(Method::GET, &still, Vec::new()).await;
        status.is_success().then_some(bytes)
    })
    .await;
    assert!(picture.starts_with(&[0xff, 0xd8]), "a JPEG");

    let apart = entry(&call, APART);
    let proof = &apart["proof"];
    assert_eq!((&proof["state"], &proof["why"]), (&json!("fell-back"), &json!("apart")), "{apart:#}");
    assert_eq!((&apart["standing"], &apart["fault"]), (&json!("on-time"), &Value::Null), "{apart:#}");
    assert_eq!((aspect(apart, "line"), aspect(apart, "across")), (json!("good"), Value::Null), "{apart:#}");
}
