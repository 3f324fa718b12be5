//! Early warning over the API. The clock stands.

use super::*;
use crate::warning::{Room, Warning, Warnings};

const DAY: u64 = 86_400_000;

fn warn(server: &Server) {
    let venue = "350102001-01".parse().expect("a venue");
    let warning = |value: &str, days: u64| Warning {
        venue,
        probe: "extranet".parse().expect("a probe"),
        value: value.parse().expect("a value"),
        unit: avow_shared::value::Unit::Millisecond,
        limit: (30.0, avow_shared::venue::Side::AtMost),
        fails: false,
        now: 20.0,
        per_day: 1.0,
        crosses_ms: NOW_MS + days * DAY,
        tau: 0.9,
        points: vec![(NOW_MS - DAY, 19.0), (NOW_MS, 20.0)],
    };
    let faults = [80, 40, 2].map(|ago| NOW_MS - ago * DAY).into();
    let room =
        Room { warnings: vec![warning("rtt_avg", 20), warning("loss", 10)], faults, since_ms: Some(1), left_out: 3 };
    let rooms = [(venue, Arc::new(room))].into_iter().collect();
    let all = Warnings { rooms, complete_ms: Some(NOW_MS), since_ms: Some(NOW_MS - 85 * DAY) };
    server.shared.books.warnings.store(Arc::new(all));
}

#[tokio::test]
async fn what_arrives_first_is_warned_of_first_and_rooms_that_fail_often_are_counted_by_the_rule() {
    let server = server();
    server.import(VENUE).await;
    warn(&server);
    let list = async |path: &str| {
        let (status, list) = server.json(get(&format!("/api/v1{path}"))).await;
        assert_eq!(status, 200, "{list}");
        list
    };
    let all = list("/warnings").await;
    assert_eq!(
        (&all["total"], &all["items"][0]["value"], &all["items"][0]["days_left"]),
        (&2.into(), &"loss".into(), &10.0.into())
    );
    assert_eq!(all["left_out"], 3);
    assert_eq!((&all["items"][0]["name"], &all["items"][0]["limit_kind"]), (&"指挥大厅".into(), &"max".into()));
    for (path, total) in [
        ("/warnings?place=3502", 0),
        ("/warnings?value=rtt_avg", 1),
        ("/warnings?q=zhdt", 2),
        ("/frequent", 1),
        ("/frequent?days=60", 0),
        ("/frequent?days=60&faults=2", 1),
        ("/frequent?place=3502", 0),
        ("/warnings/backups", 0),
    ] {
        assert_eq!(list(path).await["total"], total, "{path}");
    }
    let often = list("/frequent").await;
    assert_eq!((&often["items"][0]["faults"], &often["since_ms"]), (&3.into(), &(NOW_MS - 85 * DAY).into()));
    for path in ["/warnings?place=x", "/frequent?days=91", "/frequent?faults=0", "/warnings?limit=501"] {
        server.check_problem(get(&format!("/api/v1{path}")), 400).await;
    }
}

#[tokio::test]
async fn the_rule_of_rooms_that_fail_often_is_kept_with_who_changed_it() {
    let server = server();
    server.import(VENUE).await;
    warn(&server);
    let put = |faults: u16, person: &str| {
        let rule = serde_json::json!({ "faults": faults, "days": 60, "failed_tests": 2, "person": person });
        send("PUT", "/api/v1/frequent/rule", "application/json", rule.to_string())
    };
    let (_, before) = server.json(get("/api/v1/frequent/rule")).await;
    assert_eq!((&before["faults"], &before["changed_by"]), (&3.into(), &Value::Null));
    let (status, kept) = server.json(put(2, "王五")).await;
    assert_eq!((status, &kept["changed_by"], &kept["changed_ms"]), (200, &"王五".into(), &NOW_MS.into()), "{kept}");
    assert_eq!(server.json(get("/api/v1/frequent/rule")).await.1, kept);
    let (_, changes) = server.json(get("/api/v1/rules/changes?kind=frequent")).await;
    let parts =
        serde_json::json!([{ "name": "faults", "was": "3", "is": "2" }, { "name": "days", "was": "90", "is": "60" }]);
    assert_eq!((&changes["items"][0]["parts"], &changes["items"][0]["person"]), (&parts, &"王五".into()), "{changes}");
    let (_, often) = server.json(get("/api/v1/frequent")).await;
    assert_eq!((&often["rule"]["faults"], &often["total"]), (&2.into(), &1.into()), "two faults in sixty days");
    server.check_problem(put(0, "王五"), 400).await;
    server.check_problem(put(2, ""), 400).await;
}

#[tokio::test]
async fn a_matter_is_opened_from_a_warning_once_and_is_due_when_the_limit_is_reached() {
    let server = server();
    server.import(VENUE).await;
    warn(&server);
    let open = |value: &str| {
        let of = serde_json::json!({ "venue": "350102001-01", "probe": "extranet", "value": value, "person": "王五" });
        send("POST", "/api/v1/warnings/rectify", "application/json", of.to_string())
    };
    let (status, matter) = server.json(open("rtt_avg")).await;
    let item = &matter["item"];
    assert_eq!(
        (status, &item["origin"]["kind"], &item["item"]),
        (200, &"warning".into(), &"extranet".into()),
        "{matter}"
    );
    assert_eq!(item["due_ms"], NOW_MS + 20 * DAY);
    let problem = item["problem"].as_str().expect("a text");
    assert!(problem.contains("平均往返时延") && problem.contains("上限 30") && problem.contains("+1.00"), "{problem}");
    server.check_problem(open("rtt_avg"), 409).await;
    server.check_problem(open("jitter"), 404).await;
}

const SPARE: &str = "spare";
const HOUR: u64 = 3_600_000;
const DAYS: u64 = 28;

/// The one room is described, with these probes, each with a limit of 30 ms; a spare one does not have to work.
fn described(server: &Server, probes: &[String]) {
    use avow_shared::venue::{Description, Domain, Limit, Probe, Side, Venue};
    let probe = |id: &String| Probe {
        id: id.parse().expect("a probe"),
        name: "政务外网".into(),
        kind: "line".into(),
        interval_s: 60,
        required: id != SPARE,
        disturbance: avow_shared::interlock::Disturbance::Line,
        covers: vec![],
        limits: vec![Limit {
            value: "rtt_avg".parse().expect("a value"),
            side: Side::AtMost,
            good: 30.0,
            tolerable: Some(60.0),
        }],
    };
    let venue = Venue {
        id: "350102001-01".parse().expect("a venue"),
        name: "指挥大厅".into(),
        unit: "".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: probes.iter().map(probe).collect(),
    };
    let description = Description {
        place: venue.id.place,
        domain: Domain::GovernmentExtranet,
        software: "0.1.0".into(),
        venues: vec![venue],
    };
    fold(server, 1, vec![avow_shared::wire::Report::Description(description)]);
}

/// A day of hours as the agent of the room reported them: half a millisecond slower every day, with a fault at three in the
/// morning of every ninth.
fn day_of_history(day: u64, probes: &[String], every: u64) -> crate::fact::Stored {
    use avow_shared::outcome::{Outcome, Verdict};
    use avow_shared::time::{ClockQuality, WallTime};
    use avow_shared::value::{Unit, Value};
    use avow_shared::wire::{Numbered, Report};
    let (venue, start_ms) = ("350102001-01".parse().expect("a venue"), NOW_MS - (DAYS - day) * DAY);
    let at = |hour: u64| WallTime { at_ms: start_ms + hour * HOUR, quality: ClockQuality::Free };
    let report = |(hour, nth): (u64, usize)| {
        let (number, probe) = (day * 24 + hour, &probes[nth]);
        let is_spare = probe == SPARE;
        let noise = f64::from(u32::try_from(number * 7 % 11).expect("small")) / 10.0;
        let slower = f64::from(u32::try_from(number).expect("small")) / 48.0;
        let outcome = Outcome {
            venue,
            probe: probe.parse().expect("a probe"),
            at: at(hour),
            took_ms: 1,
            // What does not have to work fails every other hour.
            verdict: match (is_spare, hour) {
                (true, hour) if hour.is_multiple_of(2) => Verdict::fail("line.down"),
                (false, 3) if day.is_multiple_of(9) => Verdict::fail("line.down"),
                _ => Verdict::Pass,
            },
            detail: "".into(),
            values: vec![Value::new("rtt_avg", Unit::Millisecond, if is_spare { 10.0 } else { 10.0 + slower + noise })],
            evidence: vec![],
        };
        let number = number * probes.len() as u64 + nth as u64 + 1;
        Numbered { number, report: Report::Outcome(outcome) }
    };
    let hours = (0..24).filter(|hour| u64::is_multiple_of(*hour, every));
    crate::fact::Stored {
        arrival: day + 2,
        received_ms: at(23).at_ms,
        agent: AgentId([1; 16]),
        venue,
        spool: avow_shared::id::SpoolId([3; 16]),
        sent_at: at(23),
        produced: 1 << 40,
        dropped: vec![],
        void: vec![],
        reports: hours.flat_map(|hour| (0..probes.len()).map(move |nth| (hour, nth))).map(report).collect(),
        refused: vec![],
    }
}

/// Weeks of these probes, every so many hours, lie in the history, and the room is looked at; where the next look begins.
async fn looked_at(server: &Server, probes: &[String], every: u64) -> usize {
    use crate::history::{History, Limits};
    described(server, probes);
    let folder = tempfile::tempdir().expect("a folder");
    let (shared, probes) = (Arc::clone(&server.shared), probes.to_vec());
    let looked = tokio::task::spawn_blocking(move || {
        // However full the disk of the machine is that runs the test.
        let limits = Limits { disk_percent: 101, ..Limits::default() };
        let history = History::open(folder.path(), limits).expect("opens");
        for day in 0..DAYS {
            let stored = day_of_history(day, &probes, every);
            let now_ms = stored.received_ms;
            history.append(Arc::new(stored));
            history.tick(now_ms);
        }
        history.seal_all();
        crate::warning::watch::slice(&shared.view.load(), &shared.books, &history.reader(), (0, NOW_MS))
    });
    looked.await.expect("looks")
}

#[tokio::test]
async fn weeks_that_were_written_as_history_warn_of_the_day_on_which_the_limit_is_reached() {
    let server = server();
    let gone = Room { faults: vec![NOW_MS - DAY; 9], ..Room::default() };
    let rooms = [("350102001-09".parse().expect("a venue"), Arc::new(gone))].into_iter().collect();
    server.shared.books.warnings.store(Arc::new(Warnings { rooms, ..Warnings::default() }));
    // A second probe that does not have to work and fails every other hour is no fault of the room.
    let probes = ["extranet", SPARE].map(ToOwned::to_owned);
    assert_eq!(looked_at(&server, &probes, 1).await, 0, "that was all");
    let kept = server.shared.books.warnings.load_full();
    assert_eq!(kept.rooms.keys().map(ToString::to_string).collect::<Vec<_>>(), ["350102001-01"], "the other is gone");
    let (_, list) = server.json(get("/api/v1/warnings")).await;
    let item = &list["items"][0];
    assert_eq!(
        (&list["total"], &item["value"], &item["fails"]),
        (&1.into(), &"rtt_avg".into(), &false.into()),
        "{list}"
    );
    // 10 ms, and half a one a day: 24.5 of 30 by the middle of the noise, so that eleven days are left.
    let crosses_ms = item["crosses_ms"].as_u64().expect("a time");
    assert!(crosses_ms.abs_diff(NOW_MS + 11 * DAY) < DAY, "{list}");
    assert!(list["computed_ms"] == NOW_MS && list["since_ms"].as_u64().is_some_and(|since| since < NOW_MS - 27 * DAY));
    let (_, often) = server.json(get("/api/v1/frequent")).await;
    assert_eq!((&often["total"], &often["items"][0]["faults"]), (&1.into(), &4.into()), "{often}");
}

#[tokio::test]
async fn of_one_room_no_more_warnings_are_kept_than_a_room_may_have() {
    let server = server();
    let probes: Vec<String> = (0..20).map(|nth| format!("extranet-{nth}")).collect();
    looked_at(&server, &probes, 6).await;
    let (_, list) = server.json(get("/api/v1/warnings")).await;
    assert_eq!(list["total"], 16, "{list}");
}

#[tokio::test]
async fn a_look_keeps_no_more_warnings_of_all_rooms_than_are_kept() {
    use crate::history::{History, Limits};
    let server = server();
    let rooms: String = (1..=40).map(|nth| format!("350102001-{nth:02},,,,,,,\n")).collect();
    server
        .import(&format!("{}{rooms}", VENUE.lines().next().map(|head| format!("{head}\n")).unwrap_or_default()))
        .await;
    warn(&server);
    let kept = server.shared.books.warnings.load_full();
    let (venue, room) = kept.rooms.iter().next().expect("one");
    let one = &room.warnings[0];
    let warnings =
        (0..=crate::warning::MOST_WARNINGS as u64).map(|n| Warning { crosses_ms: NOW_MS + n, ..one.clone() });
    let full = Room { warnings: warnings.collect(), ..Room::default() };
    // Beside the rooms of this look.
    let beside = "350999999-01".parse().unwrap_or(*venue);
    let rooms = [(beside, Arc::new(full))].into_iter().collect();
    server.shared.books.warnings.store(Arc::new(Warnings { rooms, ..Warnings::default() }));
    let (folder, shared) = (tempfile::tempdir().expect("a folder"), Arc::clone(&server.shared));
    let next = tokio::task::spawn_blocking(move || {
        let limits = Limits { disk_percent: 101, ..Limits::default() };
        let history = History::open(folder.path(), limits).expect("opens");
        crate::warning::watch::slice(&shared.view.load(), &shared.books, &history.reader(), (0, NOW_MS))
    });
    assert_eq!(next.await.expect("looks"), 30, "there are more rooms");
    let after = server.shared.books.warnings.load_full();
    let room = &after.rooms[&beside];
    assert_eq!((room.warnings.len(), room.left_out), (crate::warning::MOST_WARNINGS, 1));
}
