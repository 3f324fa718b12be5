//! Reports of days that are over, and what a freeze has HQ itself refuse. The clock stands.

use avow_shared::roll_call::Depth;

use super::assurance::new;
use super::*;
use crate::assurance::chronicle::{Called, CalledSums, Came, Chronicle, Day};
use crate::assurance::{Act, Change, Level, Response, Rules as Levels, Step, Terms};
use crate::calendar::{DAY_MS, day_of};
use crate::roll_call::{Asked, Head, Heads, Kind, Origin, Tally};

const HOUR: u64 = 3_600_000;

/// Ⅱ for a city since five days ago; its number.
fn began(server: &Server) -> u64 {
    let at_ms = day_of(NOW_MS) - 5 * DAY_MS;
    let places = vec!["3501".parse().expect("a place")];
    let terms = Terms { level: Level::Ii, places, from_ms: at_ms, to_ms: None, freeze: false, staff: vec![] };
    let step = Step { at_ms, person: "王五".into(), act: Act::Started, terms, note: "".into() };
    let [title, hazard, authority, document, approver] = ["防台风", "", "省防指", "", "陈六"].map(Box::from);
    let response = Response { title, hazard, authority, document, approver, history: vec![step] };
    let mut all = crate::assurance::Assurance::clone(&server.shared.books.assurance.load());
    let id = all
        .change(Change::Start(response), &server.shared.view.load().tree, at_ms)
        .expect("starts")
        .response
        .expect("a number");
    server.shared.books.assurance.store(Arc::new(all));
    id
}

async fn report(server: &Server, id: u64, day_ms: u64) -> String {
    let (year, month, day) = crate::calendar::civil((day_ms + 8 * HOUR) / DAY_MS);
    let path = format!("/api/v1/assurance/{id}/report?form=html&day={year:04}-{month:02}-{day:02}");
    let answer = server.call(get(&path)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    String::from_utf8_lossy(&to_bytes(answer.into_body(), 1 << 20).await.expect("a body")).into_owned()
}

#[tokio::test]
async fn a_day_that_is_over_tells_what_was_written_at_its_end_and_today_what_is_now() {
    let server = server();
    server.import(VENUE).await;
    let (id, today) = (began(&server), day_of(NOW_MS));
    let rule = crate::assurance::Rule { extra_staff: 7, ..Levels::default().of(Level::Ii) };
    let drifted = crate::assurance::chronicle::Drifted {
        venue: "350102001-01".parse().expect("a venue"),
        value: "rtt_avg".parse().expect("a value"),
        unit: avow_shared::value::Unit::Millisecond,
        crosses_ms: NOW_MS,
    };
    let day = Day {
        at_ms: today - HOUR,
        rule,
        venues: 261,
        classes: vec![41, 42, 43, 44, 45, 46],
        drifted: vec![drifted],
        drifting: 30,
        is_whole: true,
        reach: None,
    };
    let mut chronicle = Chronicle::default();
    chronicle.put_day((id, today - DAY_MS), day);
    server.shared.books.chronicle.store(Arc::new(chronicle));
    let has = |html: &str, said: &[&str]| said.iter().map(|said| html.contains(said)).collect::<Vec<_>>();
    let yesterday = report(&server, id, today - DAY_MS).await;
    assert_eq!(
        has(&yesterday, &["日23:00:00；", "增派7人", "指挥大厅", "另有29项", "无记录"]),
        [true, true, true, true, false],
        "{yesterday}"
    );
    assert!(yesterday.contains("261") && (41..47).all(|n: u32| yesterday.contains(&n.to_string())));
    let before = report(&server, id, today - 2 * DAY_MS).await;
    assert_eq!(has(&before, &["当日无记录", "增派3人", "41"]), [true, true, false], "{before}");
    let now = report(&server, id, today).await;
    assert_eq!(has(&now, &["当日无记录", "增派3人", "预警尚未计算完"]), [false, true, true], "{now}");
}

/// 平潭 (350128) lies in 福州 (3501) by its code; from yesterday on it hangs beside it, and responses follow that.
#[tokio::test]
async fn a_day_tells_of_the_rooms_that_followed_the_response_then() {
    use crate::assurance::chronicle::Reach;
    use crate::province::Extent;
    use crate::rectify::{Change as Opening, New, Origin as Source, Task, Where};
    let server = server();
    server.import("会场编码,名称,上级\n350128,,35\n350128001-01,潭城会场,\n").await;
    let (id, today) = (began(&server), day_of(NOW_MS));
    let day = |start_ms: u64, reach| Day {
        at_ms: start_ms + 23 * HOUR,
        rule: Levels::default().of(Level::Ii),
        venues: 1,
        classes: vec![],
        drifted: vec![],
        drifting: 0,
        is_whole: true,
        reach,
    };
    let extent = Extent::of(&["3501".parse().expect("a place")], &server.shared.view.load().tree);
    let mut chronicle = Chronicle::default();
    chronicle.put_day((id, today - 2 * DAY_MS), day(today - 2 * DAY_MS, None));
    chronicle.put_day((id, today - DAY_MS), day(today - DAY_MS, Some(Reach { then: extent.clone(), ever: extent })));
    server.shared.books.chronicle.store(Arc::new(chronicle));
    let mut matters = crate::rectify::Rectify::default();
    for subject in
        [Where::Venue("350128001-01".parse().expect("a venue")), Where::Place("350128".parse().expect("a place"))]
    {
        let task = Task { advice: "".into(), unit: "区局".into(), due_ms: NOW_MS + DAY_MS };
        let new = New {
            subject,
            origin: Source::Hand,
            item: "".into(),
            problem: "潭城话筒无声".into(),
            task,
            person: "王五".into(),
            note: "".into(),
        };
        matters.change(Opening::Open(vec![new]), today - 3 * DAY_MS).expect("is taken");
    }
    server.shared.books.rectify.store(Arc::new(matters));
    let mut heads = Heads::default();
    for (nth, days) in [(1, 2), (2, 1), (3, 0)] {
        heads.put(head(nth, today - days * DAY_MS + nth, "350128", "平潭点名员"));
    }
    server.shared.books.roll_calls.store(Arc::new(heads));
    let told = async |day_ms| {
        let html = report(&server, id, day_ms).await;
        (html.matches("潭城话筒无声").count() > 0, html.contains("平潭点名员"))
    };
    assert_eq!(told(today - 2 * DAY_MS).await, (true, true), "by code, as it was then");
    assert_eq!(told(today - DAY_MS).await, (false, false), "by the tree of that day");
    assert_eq!(told(today).await, (false, false));
    // Whatever is done with the tree later.
    server.import("会场编码,上级\n350128,3501\n").await;
    assert_eq!(told(today).await, (true, true));
    assert!(!told(today - DAY_MS).await.0);
}

fn head(id: u64, at_ms: u64, place: &str, operator: &str) -> Arc<Head> {
    let asked = Asked {
        title: "".into(),
        depth: Depth::Present,
        confirmed: false,
        places: vec![place.parse().expect("a place")],
        except: crate::scope::Except::default(),
        venues: vec![],
        units: vec![],
        kind: Kind::SpotCheck,
        origin: Origin::default(),
        operator: operator.into(),
        basis: "".into(),
        system: "".into(),
        given_ms: at_ms,
        until_ms: at_ms + 180_000,
    };
    let tally = Tally { expected: 4, whole: 3, on_time: 3, silent: 1, ..Tally::default() };
    Arc::new(Head {
        id,
        asked,
        forecast: None,
        ended_ms: Some(at_ms + 180_000),
        complete_ms: None,
        closed: None,
        tally,
    })
}

#[tokio::test]
async fn a_report_has_the_calls_that_are_written_down_with_the_response_and_those_by_hand_in_its_places() {
    let server = server();
    server.import(VENUE).await;
    let (id, start) = (began(&server), day_of(NOW_MS) - DAY_MS);
    let sums = CalledSums { expected: 871, excused: 0, on_time: 871, late: 0, silent: 0 };
    let mut chronicle = Chronicle::default();
    for (nth, by_hand, came) in [
        (1, None, Came::To(sums)),
        (2, Some("林一".into()), Came::To(sums)),
        (3, None, Came::Failed("忙不过来".into())),
    ] {
        chronicle.put_call((id, start + nth), Called { at_ms: start + nth, by_hand, came });
    }
    chronicle.put_call(
        (id, start + DAY_MS + 1),
        Called { at_ms: start + DAY_MS, by_hand: Some("次日".into()), came: Came::Missed },
    );
    chronicle
        .put_call((id + 1, start + 5), Called { at_ms: start + 5, by_hand: Some("别的".into()), came: Came::Missed });
    server.shared.books.chronicle.store(Arc::new(chronicle));
    let mut heads = Heads::default();
    heads.put(head(start + 2, start + 2, "3501", "重复"));
    heads.put(head(start + 10, start + 10, "350102", "早先"));
    heads.put(head(start + 11, start + 11, "35", "全省的"));
    heads.put(head(start + 12, start + 12, "3502", "外市"));
    // Of the schedules of this response and of another.
    let mut other = crate::assurance::Assurance::clone(&server.shared.books.assurance.load());
    let mut second = Response::clone(other.response(id).expect("is there"));
    second.history[0].terms.places = vec!["3502".parse().expect("a place")];
    let second = other
        .change(Change::Start(second), &server.shared.view.load().tree, start)
        .expect("starts")
        .response
        .expect("a number");
    let mut schedules = crate::schedules::Schedules::default();
    schedules.follow(&other.calls(&server.shared.view.load().tree, start), |_| true, start);
    for (response, operator, nth) in [(id, "自己的", 20), (second, "另一响应的", 21)] {
        let schedule = schedules.of_response(response).expect("is there").0;
        let mut called = Head::clone(&head(start + nth, start + nth, "3501", operator));
        called.asked.origin.schedule = Some(crate::scope::Named { id: schedule, name: operator.into() });
        called.tally.expected = 870 + u32::try_from(nth).expect("small");
        heads.put(Arc::new(called));
    }
    server.shared.books.assurance.store(Arc::new(other));
    server.shared.books.schedules.store(Arc::new(schedules));
    server.shared.books.roll_calls.store(Arc::new(heads));
    let html = report(&server, id, start).await;
    for (said, expected) in [
        ("人工（林一）", true),
        ("忙不过来", true),
        ("人工（早先）", true),
        ("871", true),
        ("890", true),
        ("891", false),
        ("重复", false),
        ("全省的", false),
        ("外市", false),
        ("次日", false),
        ("别的", false),
    ] {
        assert_eq!(html.contains(said), expected, "{said}: {html}");
    }
}

#[tokio::test]
async fn what_was_put_right_since_was_open_on_that_day() {
    use crate::rectify::{Change as Opening, New, Origin as Source, Task, Where};
    let server = server();
    server.import(VENUE).await;
    let (id, start) = (began(&server), day_of(NOW_MS) - DAY_MS);
    let mut all = crate::rectify::Rectify::default();
    let task = Task { advice: "".into(), unit: "区局".into(), due_ms: NOW_MS + DAY_MS };
    let subject = Where::Venue("350102001-01".parse().expect("a venue"));
    let new = New {
        subject,
        origin: Source::Hand,
        item: "".into(),
        problem: "话筒无声".into(),
        task,
        person: "王五".into(),
        note: "".into(),
    };
    let opened = all.change(Opening::Open(vec![new]), start + HOUR).expect("is taken").changed[0];
    let fixed = crate::rectify::Entry {
        at_ms: NOW_MS,
        person: "王五".into(),
        step: crate::rectify::Step::Fixed,
        note: "".into(),
    };
    all.change(Opening::Step(opened, fixed), NOW_MS).expect("is taken");
    server.shared.books.rectify.store(Arc::new(all));
    assert!(report(&server, id, start).await.contains("整改中"), "as it stood at the end of that day");
    assert!(report(&server, id, start + DAY_MS).await.contains("待复测"));
}

#[tokio::test]
async fn hq_refuses_what_is_frozen_also_of_a_box_that_hears_nothing_of_it_and_says_of_how_many() {
    use avow_shared::venue::{Description, Domain, Probe, Venue};
    let server = server();
    server.import(VENUE).await;
    let id: avow_shared::id::VenueId = "350102001-01".parse().expect("a venue");
    let probe = Probe {
        id: "front".parse().expect("a probe"),
        name: "主席台".into(),
        kind: "camera".into(),
        interval_s: 60,
        required: true,
        disturbance: avow_shared::interlock::Disturbance::Motion,
        covers: vec![],
        limits: vec![],
    };
    let venue = Venue {
        id,
        name: "大厅".into(),
        unit: "".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: vec![probe],
    };
    let description =
        Description { place: id.place, domain: Domain::Internet, software: "".into(), venues: vec![venue] };
    backups::told(&server, [(id, vec![avow_shared::wire::Report::Description(description)])]);
    let mut agent = [0; 16];
    agent[..8].copy_from_slice(&1_u64.to_be_bytes());
    let agent = AgentId(agent);
    let seen = key(9).1;
    server.shared.books.agents.put([(agent, seen)]);
    let hello = |reads_calls| server.shared.hand.hello(agent, id.place, [1; 16], reads_calls, NOW_MS);
    hello(false);
    let command = |command: Value| {
        let order = serde_json::json!({ "command": command, "confirmed": true });
        send("POST", &format!("/api/v1/venues/{id}/cameras/front/command"), "application/json", order.to_string())
    };
    let (_, started) =
        server.json(send("POST", "/api/v1/assurance", "application/json", new("ii", "3501", true).to_string())).await;
    assert_eq!(started["untold"], 1, "{started}");
    for changes in
        [serde_json::json!({ "store": 1 }), serde_json::json!({ "clear": 1 }), serde_json::json!({ "learn": 1 })]
    {
        let (status, problem) = server.json(command(changes)).await;
        assert_eq!(status, 409);
        assert!(
            problem["detail"].as_str().is_some_and(|detail| detail.contains("封网") && detail.contains("陈六")),
            "{problem}"
        );
    }
    // Past the freeze: there is no broker here that takes it.
    server.check_problem(command(serde_json::json!({ "recall": 1 })), 503).await;
    hello(true);
    let (_, now) = server.json(get("/api/v1/assurance")).await;
    assert_eq!(now["responses"][0]["untold"], 0, "it hears of it");
}
