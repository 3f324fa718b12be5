//! What goes wrong in the middle of a roll call: agents vanish, lines break, and words come twice, late, for another call and from 1970.

use std::collections::BTreeMap;

use avow_shared::roll_call::{Aspect, Found, Phase, State, Told};
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::wire::{Numbered, Report};
use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetPlan, Folder, Http, Line, Mosquitto, Proxy, Puppet, Random, wait_until,
};
use serde_json::{Value, json};

use super::{SOON, begin, entry};

/// A room that no fleet has.
const LATE: &str = "350102001-09";

fn number_of(call: &str) -> u64 {
    call.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// What a venue answers whose clock stands in 1970.
fn told(call: u64, venue: &str, in_meeting: bool) -> Report {
    let state = State::of(in_meeting, [(Aspect::Line, Found::Good)]);
    let at = WallTime { at_ms: 1_000, quality: ClockQuality::Unset };
    Report::Called(Told { call, venue: venue.parse().expect("a venue"), at, phase: Phase::Done(state) })
}

/// Says these with the next numbers; the frame that went out.
async fn say(puppet: &mut Puppet, words: impl IntoIterator<Item = Report>) -> Vec<u8> {
    let first = puppet.header.produced + 1;
    let reports: Vec<Numbered> = (first..).zip(words).map(|(number, report)| Numbered { number, report }).collect();
    puppet.header.produced += reports.len() as u64;
    let frame = puppet.sealed(&reports);
    puppet.send(&frame).await.expect("the broker takes it");
    frame
}

/// How many stand how.
async fn sums(http: &Http, call: &str) -> BTreeMap<String, u64> {
    let call = http.json(call).await["call"].clone();
    let keys = ["expected", "on_time", "late", "silent", "waiting", "heard", "in_meeting", "excused"];
    keys.into_iter().map(|key| (key.to_owned(), call[key].as_u64().expect("a sum"))).collect()
}

async fn sum_is(http: &Http, call: &str, key: &str, count: u64) {
    wait_until(&format!("{key} {count}"), SOON, async || (sums(http, call).await[key] == count).then_some(())).await;
}

/// So many agents are connected and have said what they serve.
pub(crate) async fn connected(http: &Http, agents: u64) {
    wait_until("the fleet is connected", SOON, async || {
        let counts = http.json("/api/v1/places/35").await["counts"].clone();
        (counts["agents"] == json!(agents) && counts["venues"] == json!(agents)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_of_the_agents_vanish_and_the_record_says_which_and_who_is_late() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let stays = FleetPlan {
        more: vec!["--call-ms".into(), "1500".into()],
        report_every: "5",
        ..FleetPlan::new(20, collector.mqtt, 1)
    };
    let _stays = Fleet::launch(&folder, &stays);
    connected(&http, 20).await;
    let chosen: Vec<String> = http.json("/api/v1/venues?place=35&limit=100").await["items"]
        .as_array()
        .expect("venues")
        .iter()
        .map(|venue| venue["id"].as_str().expect("an id").to_owned())
        .collect();
    let mut more = vec!["--call-ms".to_owned(), "3600000".to_owned()];
    more.extend(chosen.iter().flat_map(|venue| ["--without".to_owned(), venue.clone()]));
    let mut goes =
        Fleet::launch(&folder, &FleetPlan { more, report_every: "5", ..FleetPlan::new(20, collector.mqtt, 2) });
    let mut random = Random::printed("half_of_the_agents_vanish");
    let mut late = Puppet::connect(collector.mqtt, LATE, Puppet::hq_key(&http).await, &mut random).await;
    late.hello().await;
    late.describe().await;
    connected(&http, 41).await;

    let call = begin(&http, json!({ "depth": "ready", "places": ["35"], "confirmed": true, "deadline_s": 10 })).await;
    sum_is(&http, &call, "on_time", 20).await;
    sum_is(&http, &call, "heard", 20).await;
    goes.process.kill();
    sum_is(&http, &call, "silent", 21).await;
    let answer = http.json(&call).await;
    let silent = answer["entries"].as_array().expect("entries").iter().filter(|one| one["standing"] == json!("silent"));
    let silent = silent.filter(|one| one["venue"] != json!(LATE));
    assert!(silent.clone().all(|one| one["reason"] == json!("unfinished") && !one["heard_ms"].is_null()));
    assert!(silent.clone().all(|one| !chosen.contains(&one["venue"].as_str().expect("an id").to_owned())));
    let cities = answer["cities"].as_array().expect("cities").iter();
    assert_eq!(cities.map(|city| city["expected"].as_u64().expect("a sum")).sum::<u64>(), 41);

    // The time is up; an answer that comes now counts as one that came late.
    say(&mut late, [told(number_of(&call), LATE, false)]).await;
    late.acked_upto(late.header.produced).await;
    sum_is(&http, &call, "late", 1).await;
    let answered = entry(&http, &call, LATE).await.expect("it is called");
    assert!(answered["answered_ms"].as_u64() > Some(10_000), "{answered}");
    assert_eq!(sums(&http, &call).await["silent"], 20);
}

/// The broker forgets everything in the middle, whose sessions and queues nobody rests on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mosquitto_that_begins_anew_in_the_middle_loses_no_answer() {
    let folder = Folder::new();
    let mut broker = Mosquitto::start(&folder).await;
    let plan = CollectorPlan { broker: Some(broker.address()), ..CollectorPlan::inside(folder.file("data")) };
    let collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    let fleet = FleetPlan {
        more: vec!["--call-ms".into(), "4000".into()],
        report_every: "5",
        ..FleetPlan::new(20, broker.address(), 4)
    };
    let _fleet = Fleet::launch(&folder, &fleet);
    connected(&http, 20).await;
    let call = begin(&http, json!({ "depth": "ready", "places": ["35"], "confirmed": true, "deadline_s": 600 })).await;
    let until_ms = http.json(&call).await["call"]["until_ms"].clone();
    wait_until("some have heard", SOON, async || {
        let sums = sums(&http, &call).await;
        (sums["heard"] + sums["on_time"] > 0).then_some(())
    })
    .await;
    broker.forget_everything(&folder).await;
    // Everybody connects anew, and who is not heard of is asked further and further apart.
    wait_until("all have answered", 2 * SOON, async || (sums(&http, &call).await["on_time"] == 20).then_some(())).await;
    assert_eq!(http.json(&call).await["call"]["until_ms"], until_ms);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_break_and_a_collector_that_is_killed_lose_no_answer() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let line = Proxy::to(collector.mqtt).await;
    let fleet = FleetPlan {
        more: vec!["--call-ms".into(), "8000".into()],
        report_every: "5",
        ..FleetPlan::new(40, line.address(), 3)
    };
    let _fleet = Fleet::launch(&folder, &fleet);
    connected(&collector.api(), 40).await;
    let call =
        begin(&collector.api(), json!({ "depth": "ready", "places": ["35"], "confirmed": true, "deadline_s": 600 }))
            .await;
    let known = async |http: &Http| {
        let sums = sums(http, &call).await;
        sums["heard"] + sums["on_time"]
    };
    wait_until("all have heard", SOON, async || (known(&collector.api()).await == 40).then_some(())).await;
    line.set(Line::Cut);
    collector.process.kill();
    let collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    assert_eq!(known(&http).await, 40, "what was stored is known");
    line.point_to(collector.mqtt);
    line.set(Line::Open);
    sum_is(&http, &call, "on_time", 40).await;
    let complete = async |http: &Http| {
        let answer = http.try_json(&call).await?;
        answer["call"]["complete_ms"].as_u64().map(|_| answer)
    };
    let before = wait_until("all have answered", SOON, async || complete(&http).await).await;
    // The record is what it was, also for the next start.
    let mut collector = collector;
    collector.stop().await;
    let collector = Collector::start(&folder, &plan).await;
    let after = wait_until("they still have", SOON, async || complete(&collector.api()).await).await;
    assert_eq!((&after["call"], &after["entries"]), (&before["call"], &before["entries"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_come_twice_for_another_call_and_from_1970_count_once_by_the_clock_of_hq() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let key = Puppet::hq_key(&http).await;
    let mut random = Random::printed("words_that_come_twice");
    let mut puppet = Puppet::connect(collector.mqtt, "350102001-01", key, &mut random).await;
    puppet.hello().await;
    puppet.describe().await;
    connected(&http, 1).await;
    let call = begin(&http, json!({ "depth": "ready", "places": ["35"] })).await;
    let number = number_of(&call);
    let told = |call, in_meeting| told(call, "350102001-01", in_meeting);
    let words = [told(number + 1, true), told(7, true), told(number, false), told(number, true)];
    let frame = say(&mut puppet, words).await;
    puppet.send(&frame).await.expect("the broker takes it again");
    puppet.acked_upto(puppet.header.produced).await;
    let answered: Value = wait_until("its answer", SOON, async || {
        entry(&http, &call, "350102001-01").await.filter(|one| one["standing"] == json!("on-time"))
    })
    .await;
    assert!(answered["answered_ms"].as_u64().is_some_and(|after| after < 60_000), "HQ's clock: {answered}");
    assert_eq!(sums(&http, &call).await["on_time"], 1);
}
