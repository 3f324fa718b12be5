//! Orders to boxes whose own clock is off, or whose HQ's is.

use avow_shared::check::Check;
use avow_shared::roll_call::{Call, Depth, Phase};

use super::*;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const SYNCED: ClockQuality = ClockQuality::Synced { error_ms: 5 };

/// Where it is noon at HQ and the own clock says something else.
fn box_with(wall_ms: u64, quality: ClockQuality) -> World {
    let mut world = World::at(NOON_MS, quality, false);
    world.connect();
    world.now.wall.at_ms = wall_ms;
    world
}

/// By whichever clock it is that the box has: behind, ahead, and both when HQ's own is a minute off all others.
fn clocks() -> [(u64, ClockQuality); 8] {
    [
        (NOON_MS - 2 * HOUR_MS, ClockQuality::Free),
        (NOON_MS + 2 * MINUTE_MS, ClockQuality::Free),
        (NOON_MS + 13 * MINUTE_MS, ClockQuality::Free),
        (NOON_MS + 300 * 24 * HOUR_MS, ClockQuality::Free),
        (0, ClockQuality::Unset),
        (NOON_MS, SYNCED),
        (NOON_MS + MINUTE_MS, SYNCED),
        (NOON_MS - MINUTE_MS, SYNCED),
    ]
}

fn tasks() -> [Task; 3] {
    let venue = "350102001-01".parse().expect("a venue");
    let (probe, call) = ("picture".parse().expect("a probe"), |until_ms| Call {
        call: 1,
        depth: Depth::Ready,
        venues: vec![],
        spared: vec![],
        until_ms,
        confirmed: true,
    });
    [
        Task::Inspect { venue, probes: vec!["picture".parse().expect("a probe")], confirmed: true },
        Task::Check(Check { venue, probe, confirmed: true }),
        Task::Call(call(NOON_MS + 3 * MINUTE_MS)),
    ]
}

fn given(at_ms: u64, within_ms: u64, number: u64, task: &Task) -> Vec<u8> {
    let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
    Order { number, given_ms: at_ms, expires_ms: at_ms + within_ms, scope, task: task.clone() }.seal(&hq())
}

/// Whether an order was taken: what it wants is awaited, or was answered.
fn is_taken(world: &World, order: u64) -> bool {
    let awaits = |party: &Party| match party.asked {
        Asked::Order(number) | Asked::Check(number) | Asked::Inspection(number) => number == order,
        _ => false,
    };
    let says = |report: &Report| match report {
        Report::Answer(answer) => answer.order == order,
        Report::Checked(checked) => checked.order == order,
        Report::Called(told) => told.call == order,
        _ => false,
    };
    world.agent.parties.values().any(awaits) || world.sent.iter().any(says)
}

#[test]
fn whatever_the_own_clock_says_an_inspection_a_check_and_a_roll_call_are_obeyed() {
    for (wall_ms, quality) in clocks() {
        for task in tasks() {
            let mut world = box_with(wall_ms, quality);
            // What a line is waited for at HQ: the shortest time that any order has.
            world.receive(given(NOON_MS, 20_000, 1, &task));
            assert!(is_taken(&world, 1), "{task:?} at {wall_ms} {quality:?}");
            assert_eq!(world.what(PICTURE), Some(MOVED), "{task:?} at {wall_ms} {quality:?}");
        }
    }
}

#[test]
fn an_order_that_is_late_by_hqs_time_or_was_seen_is_passed_over_by_every_clock_that_nobody_disciplines() {
    for (wall_ms, quality) in clocks().into_iter().filter(|(_, quality)| *quality != SYNCED) {
        let mut world = box_with(wall_ms, quality);
        world.now.mono_ms = 21_000;
        world.now.wall.at_ms = wall_ms + 21_000;
        world.receive(given(NOON_MS, 20_000, 1, &tasks()[0]));
        assert!(!is_taken(&world, 1), "a clock that is behind makes no late order a fresh one: {wall_ms}");
        let order = given(NOON_MS + 21_000, 20_000, 2, &tasks()[0]);
        world.receive(order.clone());
        assert!(is_taken(&world, 2), "{wall_ms}");
        let awaited = world.agent.parties.len();
        world.receive(order);
        assert_eq!((world.agent.parties.len(), answers(&world).len()), (awaited, 0), "obeyed once: {wall_ms}");
    }
}

#[test]
fn an_hq_that_set_its_clock_back_is_obeyed_by_who_has_a_disciplined_clock_and_by_all_once_it_said_so() {
    for (quality, obeys) in [(SYNCED, true), (ClockQuality::Free, false)] {
        let mut world = box_with(NOON_MS, quality);
        let before = NOON_MS - HOUR_MS;
        world.now.wall.at_ms = before;
        world.receive(given(before, 20_000, 1, &tasks()[0]));
        assert_eq!(is_taken(&world, 1), obeys, "{quality:?}");
        // Acks of before its newest are none to it, so HQ is deaf, and it says hello again.
        world.tick(61_000);
        world.welcomed_by(&hq());
        world.receive(given(before + 1_000, 20_000, 2, &tasks()[1]));
        assert!(is_taken(&world, 2), "{quality:?}");
    }
}

#[test]
fn an_own_crystal_that_is_fast_ends_in_no_order_that_is_taken_for_late() {
    let mut world = box_with(NOON_MS, ClockQuality::Free);
    // Thirty days on one connection, 50 ppm fast, with reports that HQ acknowledges.
    let (day_ms, fast_ms) = (24 * HOUR_MS, 24 * HOUR_MS / 20_000);
    for day in 1..=30 {
        world.now.mono_ms = day * (day_ms + fast_ms);
        world.now.wall.at_ms = NOON_MS + day * day_ms;
        let ack = world.ack(world.agent.reporter().keeper().ledger().produced());
        world.receive(ack.seal(&hq()));
    }
    world.receive(given(NOON_MS + 30 * day_ms, 20_000, 1, &tasks()[1]));
    assert!(is_taken(&world, 1));
}

#[test]
fn a_called_room_takes_the_time_that_is_left_by_hqs_clock() {
    for (wall_ms, quality) in clocks() {
        let mut world = box_with(wall_ms, quality);
        world.now.mono_ms = 30_000;
        world.now.wall.at_ms = wall_ms + 30_000;
        world.receive(given(NOON_MS, 10 * MINUTE_MS, 1, &tasks()[2]));
        let is_done = |world: &World| {
            let done = |report: &Report| matches!(report, Report::Called(told) if matches!(told.phase, Phase::Done(_)));
            world.sent.iter().any(done)
        };
        world.tick(3 * MINUTE_MS - 3_001);
        assert!(!is_done(&world), "{wall_ms} {quality:?}");
        world.tick(3 * MINUTE_MS - 3_000);
        assert!(is_done(&world), "{wall_ms} {quality:?}");
    }
}
