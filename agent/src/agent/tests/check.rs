//! HQ wants one test, for a room that is called.

use avow_shared::check::{Check, Checked};

use super::*;

fn check(number: u64, probe: &str, confirmed: bool) -> Vec<u8> {
    let (venue, probe) = ("350102001-01".parse().expect("a venue"), probe.parse().expect("a probe"));
    order(number, Task::Check(Check { venue, probe, confirmed }))
}

fn told(world: &World) -> Vec<Checked> {
    let of = |report: &Report| match report {
        Report::Checked(checked) => Some(checked.clone()),
        _ => None,
    };
    world.sent.iter().filter_map(of).collect()
}

fn good() -> Found {
    Found::new(Verdict::Pass, "")
}

fn connected(meeting: bool) -> World {
    let mut world = World::at(NOON_MS, ClockQuality::Free, meeting);
    world.connect();
    world
}

#[test]
fn what_a_test_found_is_told_by_the_number_of_the_order_that_wanted_it_and_of_no_other_run() {
    let mut world = connected(false);
    // A run of its own is under way: it is not the one that was wanted.
    world.tick(0);
    let scheduled = world.started.iter().any(|(_, at, _)| *at == PICTURE);
    world.receive(check(7, "picture", true));
    if scheduled {
        world.end(PICTURE, good());
        assert_eq!(told(&world), [], "the order's own run is still to come");
    }
    world.end(PICTURE, Found::new(Verdict::fail("picture.black"), ""));
    let told = told(&world);
    assert_eq!((told.len(), told[0].order, &told[0].verdict), (1, 7, &Verdict::fail("picture.black")));
    assert_eq!(world.verdicts("picture").last(), Some(&Verdict::fail("picture.black")), "its outcome is told beside");
    world.receive(check(7, "picture", true));
    assert_eq!(self::told(&world).len(), 1, "an order that is said again is obeyed once");
}

#[test]
fn a_test_that_somebody_agreed_to_moves_what_no_list_names_and_without_that_it_only_asks() {
    for (confirmed, expected) in [(true, MOVED), (false, ASKED)] {
        let mut world = connected(false);
        world.receive(check(1, "unlisted", confirmed));
        assert_eq!(world.what(UNLISTED), Some(expected));
    }
}

#[test]
fn a_meeting_is_overridden_by_no_test_and_the_refusal_is_told_at_once() {
    let mut world = connected(true);
    world.receive(check(1, "picture", true));
    assert!(
        matches!(
            &told(&world)[..],
            [Checked { order: 1, verdict: Verdict::Unknown { why: Why::Interlocked { .. } }, .. }]
        ),
        "{:?}",
        told(&world)
    );
    assert_eq!(world.what(PICTURE), None);
    world.receive(check(2, "listed", true));
    assert_eq!(world.what(LISTED), Some(ASKED), "a camera is asked, and does not move");
    let overridden =
        |report: &Report| matches!(report, Report::Event(event) if event.code.as_str() == "interlock.overridden");
    assert!(!world.sent.iter().any(overridden));
}

fn overridden(world: &World) -> Vec<String> {
    let of = |report: &Report| match report {
        Report::Event(event) if event.code.as_str() == "interlock.overridden" => Some(event.text.to_string()),
        _ => None,
    };
    world.sent.iter().filter_map(of).collect()
}

#[test]
fn a_room_that_is_called_at_night_is_tested_and_that_is_logged_but_nothing_else_gives_way() {
    let at_night = |meeting, confirmed, probe: &str| {
        let mut world = World::at(NIGHT_MS, ClockQuality::Free, meeting);
        world.connect();
        let (venue, probe) = ("350102001-01".parse().expect("a venue"), probe.parse().expect("a probe"));
        let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
        let task = Task::Check(Check { venue, probe, confirmed });
        let order = Order { number: 1, given_ms: NIGHT_MS, expires_ms: NIGHT_MS + 60_000, scope, task };
        world.receive(order.seal(&hq()));
        (world.what(LISTED).or(world.what(PICTURE)), overridden(&world))
    };
    let said = "指挥大厅 主席台：现在是静默时段，经确认仍转动".to_owned();
    assert_eq!(at_night(false, true, "listed"), (Some(MOVED), vec![said]));
    assert_eq!(at_night(false, false, "listed"), (Some(ASKED), vec![]), "nobody agreed");
    assert_eq!(at_night(true, true, "listed"), (Some(ASKED), vec![]), "a meeting is on");
    assert_eq!(at_night(false, true, "picture"), (Some(MOVED), vec![]), "a picture is taken in quiet hours anyway");
}

#[test]
fn a_meeting_that_begins_while_a_test_moves_ends_it_and_that_is_its_result() {
    let mut world = connected(false);
    world.receive(check(1, "listed", true));
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.cancelled.len(), 1);
    world.end(LISTED, good());
    assert!(matches!(&told(&world)[..], [Checked { verdict: Verdict::Unknown { why: Why::Interlocked { .. } }, .. }]));
}

#[test]
fn what_is_not_there_is_said_and_nothing_runs() {
    let mut world = connected(false);
    let before = world.started.len();
    world.receive(check(1, "nothing", true));
    assert!(matches!(&told(&world)[..], [Checked { verdict: Verdict::Unknown { why: Why::Missing { .. } }, .. }]));
    assert_eq!(world.started.len(), before);
}
