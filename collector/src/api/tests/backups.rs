//! Backup paths over the API: of a venue, in the list, and as sums that add up; at the size of the province too.

use std::time::Instant;

use avow_shared::id::{SpoolId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::venue::{Chain, Description, Device, Domain, Probe, Role, Stage, Venue};
use avow_shared::wire::{Numbered, Report};
use serde_json::json;

use super::*;

const DAY_MS: u64 = 86_400_000;

/// A room with a backup line, and, when it is `rich`, a microphone in reserve that nothing exercises.
fn described(id: VenueId, is_rich: bool) -> Report {
    let device = |name: &str, backup_for: Option<&str>| Device {
        id: name.parse().expect("a device"),
        name: name.into(),
        kind: "microphone".into(),
        make: "".into(),
        model: "".into(),
        serial: "".into(),
        firmware: "".into(),
        address: "".into(),
        backup_for: backup_for.map(|text| text.parse().expect("a device")),
    };
    let stage = Stage { id: "4g".parse().expect("a stage"), name: "移动网".into(), device: None };
    let chain = Chain {
        id: "backup".parse().expect("a chain"),
        name: "备用链路".into(),
        role: Role::Backup,
        stages: vec![stage],
    };
    let probe = Probe {
        id: "4g".parse().expect("a probe"),
        name: "移动网".into(),
        kind: "line".into(),
        interval_s: 3_600,
        required: false,
        disturbance: Disturbance::Line,
        covers: vec!["4g".parse().expect("a stage")],
        limits: vec![],
    };
    let venue = Venue {
        id,
        name: "会议室".into(),
        unit: "".into(),
        two_way: true,
        devices: if is_rich { vec![device("mic", None), device("mic-2", Some("mic"))] } else { vec![] },
        chains: vec![chain],
        probes: vec![probe],
    };
    let (place, domain) = (id.place, Domain::GovernmentExtranet);
    Report::Description(Description { place, domain, software: "".into(), venues: vec![venue] })
}

fn passed(id: VenueId, ago_ms: u64) -> Report {
    Report::Outcome(Outcome {
        venue: id,
        probe: "4g".parse().expect("a probe"),
        at: WallTime { at_ms: NOW_MS - ago_ms, quality: ClockQuality::Free },
        took_ms: 1,
        verdict: Verdict::Pass,
        detail: "".into(),
        values: vec![],
        evidence: vec![],
    })
}

/// Rooms, each of an agent of its own, with what they say; then time passes.
pub(super) fn told(server: &Server, rooms: impl IntoIterator<Item = (VenueId, Vec<Report>)>) {
    let mut province = server.province.lock().expect("one at a time");
    for (arrival, (venue, reports)) in (1..).zip(rooms) {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&u64::to_be_bytes(arrival));
        province.fold(&crate::fact::Stored {
            arrival,
            received_ms: NOW_MS,
            agent: AgentId(id),
            venue,
            spool: SpoolId([1; 16]),
            sent_at: WallTime { at_ms: NOW_MS, quality: ClockQuality::Free },
            produced: 1 << 20,
            dropped: vec![],
            void: vec![],
            reports: (1..).zip(reports).map(|(number, report)| Numbered { number, report }).collect(),
            refused: vec![],
        });
    }
    server.shared.view.store(province.publish());
}

/// A room of a place whose line was proven so many days ago.
pub(super) fn room(code: avow_shared::place::PlaceCode, days: u64) -> (VenueId, Vec<Report>) {
    let id = VenueId::new(code, 1).expect("a room");
    (id, vec![described(id, days.is_multiple_of(3)), passed(id, days * DAY_MS)])
}

fn id(text: &str) -> VenueId {
    text.parse().expect("a venue")
}

fn four_rooms(server: &Server) {
    let room = |text: &str, is_rich, ago: Option<u64>| {
        let id = id(text);
        let said = ago.map(|days| passed(id, days * DAY_MS));
        (id, std::iter::once(described(id, is_rich)).chain(said).collect())
    };
    let rooms = [
        room("350102001-01", true, Some(1)),
        room("350102-01", false, Some(9)),
        room("3502-01", false, None),
        room("35-01", false, Some(3)),
    ];
    told(server, rooms);
}

#[tokio::test]
async fn a_venue_says_of_each_backup_when_it_was_proven_until_when_that_is_enough_and_what_would_prove_it() {
    let server = server();
    four_rooms(&server);
    let (_, answer) = server.json(get("/api/v1/venues/350102001-01")).await;
    let expected = json!([
        {
            "id": "chain/backup", "name": "备用链路", "kind": "line", "state": "proven",
            "last_proven_ms": NOW_MS - DAY_MS, "due_ms": NOW_MS + 6 * DAY_MS, "within_days": 7, "by_probe": "4g",
            "unexercised": [],
        },
        {
            "id": "device/mic-2", "name": "mic-2", "kind": "microphone", "state": "unexercised",
            "last_proven_ms": null, "due_ms": null, "within_days": 7, "by_probe": null, "unexercised": ["mic-2"],
        },
    ]);
    assert_eq!(answer["backups"], expected);
    let row = |field: &str| answer["venue"][field].clone();
    assert_eq!(
        [row("backups"), row("backup_state"), row("backup_proven_ms")],
        [json!(2), json!("unexercised"), json!(null)]
    );
    let (_, answer) = server.json(get("/api/v1/venues/350102-01")).await;
    assert_eq!(
        (&answer["venue"]["backup_state"], &answer["venue"]["backup_proven_ms"]),
        (&json!("overdue"), &json!(NOW_MS - 9 * DAY_MS))
    );
}

#[tokio::test]
async fn the_list_is_filtered_by_the_state_of_backups_and_sorted_by_the_oldest_proof() {
    let server = server();
    server.import("venue,name\n3503-01,无备份\n").await;
    four_rooms(&server);
    for (query, expected) in [
        ("backup=overdue", vec!["350102-01"]),
        ("backup=overdue,never&sort=code", vec!["350102-01", "3502-01"]),
        ("backup=proven&sort=code", vec!["35-01", "350102001-01"]),
        ("backup=none", vec!["3503-01"]),
        ("backup=unexercised&backup_kind=line", vec![]),
        ("backup=unexercised&backup_kind=microphone", vec!["350102001-01"]),
        ("backup_kind=microphone", vec!["350102001-01"]),
        ("backup=none&backup_kind=microphone&place=3501", vec!["350102-01"]),
        ("sort=proven", vec!["350102001-01", "3502-01", "350102-01", "35-01", "3503-01"]),
    ] {
        let (status, list) = server.json(get(&format!("/api/v1/venues?{query}"))).await;
        let ids: Vec<_> = list["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
        assert_eq!((status, ids), (200, expected.into_iter().map(Value::from).collect()), "{query}");
    }
    for wrong in ["backup=late", "backup_kind=wall", "sort=age"] {
        server.check_problem(get(&format!("/api/v1/venues?{wrong}")), 400).await;
    }
}

#[tokio::test]
async fn rows_and_states_of_the_systems_add_up_to_the_place_and_know_the_oldest_proof() {
    let server = server();
    four_rooms(&server);
    let (_, answer) = server.json(get("/api/v1/systems")).await;
    let total = &answer["total"];
    assert_eq!((&total["code"], &total["venues"], &total["with_backup"]), (&json!("35"), &json!(4), &json!(4)));
    let line = &total["cells"][0];
    let expected = json!({
        "kind": "line", "venues": 4, "paths": 4, "proven": 2, "overdue": 1, "failing": 0, "never": 1, "unexercised": 0,
        "last_proven_ms": NOW_MS - 9 * DAY_MS,
    });
    assert_eq!(*line, expected);
    let rows = answer["rows"].as_array().expect("rows");
    assert_eq!(
        (rows.len(), &rows[0]["own"], &rows[0]["code"]),
        (10, &json!(true), &json!("35")),
        "its own and nine cities"
    );
    assert_eq!(rows[0]["cells"][0]["last_proven_ms"], json!(NOW_MS - 3 * DAY_MS));
    let (_, below) = server.json(get("/api/v1/systems?place=350102")).await;
    assert_eq!((&below["rows"][0]["own"], &below["rows"][0]["cells"][0]["overdue"]), (&json!(true), &json!(1)));
    check_sums(&answer);
    check_sums(&below);
    server.check_problem(get("/api/v1/systems?place=99"), 404).await;
}

/// Every state, kind and number of venues of the rows adds up to the total's.
#[track_caller]
fn check_sums(answer: &Value) {
    let rows = answer["rows"].as_array().expect("rows");
    let sum = |of: &dyn Fn(&Value) -> u64| rows.iter().map(of).sum::<u64>();
    let number = |value: &Value| value.as_u64().expect("a number");
    for field in ["venues", "with_backup"] {
        assert_eq!(sum(&|row| number(&row[field])), number(&answer["total"][field]), "{field}");
    }
    for at in 0..6 {
        let total = &answer["total"]["cells"][at];
        let states = ["proven", "overdue", "failing", "never", "unexercised"];
        assert_eq!(states.iter().map(|state| number(&total[*state])).sum::<u64>(), number(&total["paths"]));
        for field in states.into_iter().chain(["paths", "venues"]) {
            assert_eq!(sum(&|row| number(&row["cells"][at][field])), number(&total[field]), "{at} {field}");
        }
    }
}

/// At the size of the province; how fast is asserted where the program is compiled as it is shipped.
#[tokio::test]
async fn the_whole_province_adds_up_and_is_told_in_time() {
    let server = server();
    let divisions = avow_shared::divisions::Divisions::fujian();
    told(&server, divisions.list().iter().zip(0u64..).map(|(division, n)| room(division.code, n % 10)));
    let (_, answer) = server.json(get("/api/v1/systems")).await;
    check_sums(&answer);
    assert_eq!((&answer["total"]["venues"], &answer["total"]["cells"][0]["paths"]), (&json!(18_762), &json!(18_762)));
    for (state, kind) in [("overdue", "line"), ("proven", "line"), ("unexercised", "microphone")] {
        let (_, list) = server.json(get(&format!("/api/v1/venues?backup={state}&backup_kind={kind}&limit=1"))).await;
        let at = if kind == "line" { 0 } else { 2 };
        assert_eq!(list["total"], answer["total"]["cells"][at][state], "{state} {kind}");
    }
    for path in ["systems", "systems?place=3501", "venues?sort=proven&limit=100", "venues?backup=overdue&sort=proven"] {
        let mut times = Vec::new();
        for _ in 0..100 {
            let began = Instant::now();
            server.json(get(&format!("/api/v1/{path}"))).await;
            times.push(began.elapsed());
        }
        times.sort_unstable();
        println!("{path}: p50 {:?}, p99 {:?}", times[49], times[98]);
        assert!(cfg!(debug_assertions) || times[98].as_millis() <= 100, "{path}: {:?}", times[98]);
    }
}
