//! Inspection runs and plans across a restart of the whole core.

use std::time::{Duration, Instant};

use avow_shared::id::VenueId;
use avow_shared::place::Level;

use super::*;
use crate::command::{Inspect, Passed};
use crate::inspection::{
    Act, Again, Deed, Filled, ItemResult, Kind, ManualItem, NotBegun, OfRecord, OfRun, Ordered, Pass, Plan, PlanChange,
    Probes, Run, Spread, Untested, When, Work,
};
use crate::registry;
use crate::scope::Except;

const HOUR: u64 = 3_600_000;

fn work() -> Work {
    Work {
        kind: Kind::Daily,
        scope: Scope { places: vec!["35".parse().expect("a place")], ..Scope::default() },
        probes: Probes::All,
        manual: vec![ManualItem { key: "cables".into(), title: "线缆".into(), standard: String::new() }],
        confirmed: false,
        spread: Spread::default(),
        quiet: None,
        window_min: 60,
    }
}

fn ordered() -> Ordered {
    let now = crate::clock::now_ms();
    Ordered {
        title: "早巡".into(),
        plan: None,
        meeting: None,
        work: work(),
        group: None,
        operator: "张三".into(),
        basis: "".into(),
        by_calendar: false,
        given_ms: now,
        until_ms: now + 3_600_000,
    }
}

async fn read(hub: &Hub, id: u64) -> Arc<Run> {
    ask(hub, |reply| Command::Inspect(Inspect::Read { id, reply })).await.expect("is read")
}

/// Each question is answered by the core, which looks at its runs between two of them.
async fn ended(hub: &Hub, id: u64) -> Arc<Run> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let run = read(hub, id).await;
        if !run.is_open() {
            return run;
        }
        assert!(Instant::now() < until, "the run does not end: {:?}", run.state);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_their_words_and_plans_are_there_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let hub = start(data.path());
    let rows =
        Box::new(registry::Rows::read("会场编码,排除原因\n350102001-01,\n350102001-02,\n350103-01,停用\n".as_bytes()));
    ask(&hub, |reply| Command::Import { rows, dry_run: false, reply }).await.expect("is imported");
    let villages = Except { levels: vec![Level::Village], ..Except::default() };
    let villages = Scope { except: villages, ..work().scope };
    let villages = Ordered { work: Work { scope: villages, ..work() }, ..ordered() };
    let refused = ask(&hub, |reply| Command::Inspect(Inspect::Begin { ordered: Box::new(villages), reply })).await;
    assert!(matches!(refused, Err(Refusal::NotFound(_))), "there is no room of a village: {refused:?}");
    let nobody = Ordered {
        work: Work { scope: Scope { places: vec!["3509".parse().expect("a place")], ..Scope::default() }, ..work() },
        ..ordered()
    };
    let refused = ask(&hub, |reply| Command::Inspect(Inspect::Begin { ordered: Box::new(nobody), reply })).await;
    assert!(matches!(refused, Err(Refusal::NotFound(_))), "{refused:?}");
    let id = ask(&hub, |reply| Command::Inspect(Inspect::Begin { ordered: Box::new(ordered()), reply }))
        .await
        .expect("begins");
    let run = ended(&hub, id).await;
    let (all, ..) = run.sums();
    assert_eq!((all.venues, all.untested, all.excused), (2, 0, 1), "nobody serves them, and one is left out");
    assert_eq!(all.unfilled, 2, "a person may still look");

    let venue: VenueId = "350102001-02".parse().expect("a venue");
    let filled = Filled {
        item: 0,
        result: ItemResult::Normal,
        value: "".into(),
        note: "".into(),
        person: "李四".into(),
        telephone: "".into(),
        at_ms: crate::clock::now_ms(),
    };
    // Somebody in the other room hands its record in by a link, once, whatever happens.
    let now = crate::clock::now_ms();
    let room = "350102001-01".parse().expect("a venue");
    let link =
        Link::new(Token::new([9; 16]), Purpose::Inspection { run: id, venue: room }, "张三".into(), now, now + HOUR);
    let (link, change) = (link.id(), links::Change::Make(link));
    ask(&hub, |reply| Command::Link { change, reply }).await.expect("is made");
    let hand_in = || OfRecord::HandIn { filled: vec![filled.clone()], remark: None, person: "赵六".into() };
    ask(&hub, |reply| Command::HandInByLink { id: link, word: hand_in(), reply }).await.expect("is taken");
    assert!(hub.books.links.load().get(link).is_some_and(|link| link.used_ms.is_some()), "at once");
    let fill = OfRecord::Fill { filled: vec![filled.clone()], remark: None };
    let up = OfRecord::Review { level: Level::Township, act: Act::Pass, person: "李四".into(), reason: "".into() };
    for word in [fill.clone(), up] {
        ask(&hub, |reply| Command::Inspect(Inspect::OfRecord { id, venue, word, reply })).await.expect("is taken");
    }
    let late = ask(&hub, |reply| Command::Inspect(Inspect::OfRecord { id, venue, word: fill, reply })).await;
    assert!(matches!(late, Err(Refusal::Conflict(_))), "a county has it: {late:?}");
    // All that lie with the county in a place go up at once, and only there.
    let pass = async |level, place: &str| {
        let (word, place) = (Pass { level, person: "孙七".into() }, Some(place.parse().expect("a place")));
        let passed = ask(&hub, |reply| Command::Inspect(Inspect::Pass { id, word, place, from: 0, reply })).await;
        passed.expect("is taken")
    };
    let (none, both) = (Passed { passed: 0, next: None }, Passed { passed: 2, next: None });
    assert_eq!((pass(Level::Township, "35").await, pass(Level::County, "350103").await), (none, none));
    assert_eq!((pass(Level::County, "3501").await, pass(Level::County, "3501").await), (both, none));
    let retry = OfRun { person: "张三".into(), deed: Deed::Retry, again: Again::Both, venues: vec![] };
    let nothing = ask(&hub, |reply| Command::Inspect(Inspect::OfRun { id, word: retry, reply })).await;
    assert!(matches!(nothing, Err(Refusal::Conflict(_))), "no box is there that could test: {nothing:?}");
    let plan = before_meetings();
    let change = PlanChange::Put(None, plan);
    ask(&hub, |reply| Command::Inspect(Inspect::Plan { change, reply })).await.expect("is kept");
    let before = (hub.books.inspections.load().heads.clone(), hub.books.plans.load_full(), read(&hub, id).await);
    assert_eq!(before.0[&id].all, before.2.sums().0, "the sums follow the word");
    assert_eq!((before.0[&id].all.normal, before.0[&id].all.reviewing), (2, 2));
    hub.stop().await;

    let hub = start(data.path());
    let after = (hub.books.inspections.load().heads.clone(), hub.books.plans.load_full(), read(&hub, id).await);
    assert_eq!(after, before);
    // The record lies higher by now and would refuse as well: it is the link that does.
    let again = ask(&hub, |reply| Command::HandInByLink { id: link, word: hand_in(), reply }).await;
    assert!(matches!(&again, Err(Refusal::Conflict(why)) if why.contains("link")), "it is used up: {again:?}");
    assert!(
        after.2.records.iter().filter(|record| record.excused.is_none()).all(|one| one.review.level == Level::City)
    );
    let other = after.2.record("350102001-01".parse().expect("a venue")).expect("is in it");
    assert_eq!((other.untested(), after.2.conclusion(other)), (None, crate::inspection::Conclusion::Normal));
    assert!(!after.2.records.iter().any(|record| record.untested() == Some(Untested::Away)));
    let staged = data.path().join("somebody's backup");
    let restored = ask(&hub, |reply| Command::Restore { staged, reply }).await;
    assert!(matches!(restored, Err(Refusal::Conflict(_))), "{restored:?}");

    // A meeting twelve hours and less away is tested before it: the plan begins a run by itself.
    let now = crate::clock::now_ms();
    let (from_ms, to_ms) = (now + 2 * 3_600_000, now + 3 * 3_600_000);
    let whom = crate::meetings::Whom::Place("350102".parse().expect("a place"));
    let meeting = crate::meetings::Meeting { title: "会商".into(), from_ms, to_ms, whom };
    let number = ask(&hub, |reply| Command::AddMeeting { meeting, reply }).await.expect("is kept");
    let until = Instant::now() + Duration::from_secs(20);
    let begun = loop {
        // Each answer comes from the core between two of its rounds.
        read(&hub, id).await;
        let runs = hub.books.inspections.load_full();
        if let Some(head) = runs.newest().next().filter(|head| head.id != id) {
            break Arc::clone(head);
        }
        assert!(Instant::now() < until, "no run begins before the meeting");
    };
    assert!(hub.books.plans.load().plans.values().any(|plan| plan.meetings.contains(&number)), "noted with its run");
    assert_eq!((begun.ordered.meeting, begun.ordered.by_calendar, begun.all.venues), (Some(number), true, 2));
    // Nobody of the next one could be tested: the plan says so, and still does after a restart.
    let whom = crate::meetings::Whom::Place("3509".parse().expect("a place"));
    let meeting = crate::meetings::Meeting { title: "会商".into(), from_ms, to_ms, whom };
    ask(&hub, |reply| Command::AddMeeting { meeting, reply }).await.expect("is kept");
    let why = |hub: &Hub| -> Vec<NotBegun> {
        let plans = hub.books.plans.load();
        plans.plans.values().flat_map(|plan| &plan.missed).map(|missed| missed.why.clone()).collect()
    };
    let until = Instant::now() + Duration::from_secs(20);
    while why(&hub).is_empty() {
        read(&hub, id).await;
        assert!(Instant::now() < until, "the plan does not say why no run began");
    }
    hub.stop().await;
    let hub = start(data.path());
    assert_eq!(why(&hub), [NotBegun::Nobody]);
    hub.stop().await;
}

/// A plan that begins a run half a day before each meeting.
fn before_meetings() -> Box<Plan> {
    Box::new(Plan {
        title: "会前".into(),
        work: work(),
        when: When::BeforeMeetings { lead_min: 720 },
        enabled: true,
        operator: "张三".into(),
        basis: "".into(),
        created_ms: 0,
        updated_ms: 0,
        upto_ms: 0,
        meetings: std::collections::BTreeSet::new(),
        missed: vec![],
        follows: None,
    })
}

/// A run that waits for boxes that are away.
fn waiting(id: u64) -> Run {
    let mut run = crate::inspection::run_for_tests(2);
    (run.id, run.ordered.given_ms, run.ordered.until_ms) = (id, ordered().given_ms, ordered().until_ms);
    run
}

/// A meeting of everybody in two hours.
async fn meet(hub: &Hub) -> u64 {
    let (now, whom) = (crate::clock::now_ms(), crate::meetings::Whom::Place("35".parse().expect("a place")));
    let (from_ms, to_ms) = (now + 2 * HOUR, now + 3 * HOUR);
    let meeting = crate::meetings::Meeting { title: "会商".into(), from_ms, to_ms, whom };
    ask(hub, |reply| Command::AddMeeting { meeting, reply }).await.expect("is kept")
}

/// The run that begins before a meeting.
async fn before(hub: &Hub, meeting: u64) -> u64 {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let runs = hub.books.inspections.load_full();
        if let Some(head) = runs.newest().find(|head| head.ordered.meeting == Some(meeting)) {
            return head.id;
        }
        a_round(hub).await;
        assert!(Instant::now() < until, "no run begins before the meeting");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_before_a_meeting_finds_a_place_beside_runs_that_wait_and_else_when_one_ends() {
    let data = tempfile::tempdir().expect("a folder");
    (1..=23).for_each(|id| super::super::keep_for_tests(data.path(), &waiting(id)));
    let hub = start(data.path());
    let rows = Box::new(registry::Rows::read("会场编码\n350102001-01\n".as_bytes()));
    ask(&hub, |reply| Command::Import { rows, dry_run: false, reply }).await.expect("is imported");
    let change = PlanChange::Put(None, before_meetings());
    ask(&hub, |reply| Command::Inspect(Inspect::Plan { change, reply })).await.expect("is kept");
    // Twenty-three are open, and none of them asks anybody.
    let first = meet(&hub).await;
    let begun = before(&hub, first).await;
    // One more that waits, and there are as many as can be held. Its own run is over: nobody serves the room.
    let id = ended(&hub, begun).await.id + 1;
    hub.stop().await;
    super::super::keep_for_tests(data.path(), &waiting(id));
    let hub = start(data.path());
    let second = meet(&hub).await;
    let look = Instant::now() + Duration::from_millis(1_200);
    // Some looks of the core at what is due.
    while Instant::now() < look {
        a_round(&hub).await;
    }
    let plans = hub.books.plans.load_full();
    let plan = plans.plans.values().next().expect("is there");
    assert!(!plan.meetings.contains(&second) && plan.missed.is_empty(), "it is not dropped: {plan:?}");
    let cancel = OfRun { person: "张三".into(), deed: Deed::Cancel, again: Again::Both, venues: vec![] };
    ask(&hub, |reply| Command::Inspect(Inspect::OfRun { id: 1, word: cancel, reply })).await.expect("ends");
    before(&hub, second).await;
    hub.stop().await;
}
