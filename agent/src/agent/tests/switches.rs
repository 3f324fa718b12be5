//! What a switching test owes: when it is put back, and what waits for it.

use super::*;
use crate::probe::switch::owed::Owed;

/// Two sinks of one matrix, of which the schedule may test the second, and the matrix itself as a device.
const MATRIX: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[interlock]
quiet = ["22:00-07:00"]
may_disturb = ["350102001-01/second"]
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "first"
name = "主屏"
kind = "switch"
profile = "extron-sis"
address = "10.0.0.9:23"
sources = ["2"]
sink = "1"
interval_s = 600
[[venue.probe]]
id = "second"
name = "辅屏"
kind = "switch"
profile = "extron-sis"
address = "10.0.0.9:23"
sources = ["2"]
sink = "2"
interval_s = 600
"#;
const FIRST: usize = 0;
const SECOND: usize = 1;

fn owed(device: &str) -> Owed {
    let [sink, before, told] = ["1", "01", "2"].map(str::to_owned);
    Owed { device: device.to_owned(), sink, before, told }
}

/// A start with something owed to the first sink.
fn started(wall_ms: u64, meeting: bool) -> World {
    let mut world = World::of(MATRIX, wall_ms, ClockQuality::Free, meeting);
    assert_eq!(world.agent.switched_begin(vec![owed("10.0.0.9:23")], world.now), []);
    world.connect();
    world
}

fn events(world: &World) -> Vec<&str> {
    let codes = world.sent.iter().filter_map(|report| match report {
        Report::Event(event) => Some(event.code.as_str()),
        _ => None,
    });
    codes.filter(|code| code.starts_with("switch.")).collect()
}

fn back() -> Found {
    Found::new(Verdict::degraded("switch.interrupted"), "恢复")
}

#[test]
fn what_is_owed_comes_before_every_test_of_the_device() {
    let mut world = started(NOON_MS, false);
    assert_eq!(world.started.iter().map(|(_, at, what)| (*at, *what)).collect::<Vec<_>>(), [(FIRST, What::PutBack)]);
    world.tick(3_000);
    assert_eq!(world.started.len(), 1, "the other sink is of the same matrix");
    world.end(FIRST, back());
    assert_eq!(world.what(SECOND), Some(MOVED));
    assert_eq!(world.verdicts("first"), [Verdict::degraded("switch.interrupted")]);
    assert_eq!(events(&world), ["switch.interrupted"]);
}

#[test]
fn a_meeting_and_quiet_hours_are_not_disturbed_and_it_is_told_once_that_it_waits() {
    for (wall_ms, meeting) in [(NOON_MS, true), (NIGHT_MS, false)] {
        let mut world = started(wall_ms, meeting);
        world.tick(3_000);
        world.tick(4_000);
        assert_eq!((world.started.len(), events(&world)), (0, vec!["switch.interrupted", "switch.waiting"]));
        world.now.wall.at_ms = NOON_MS + 24 * 3_600_000;
        world.ask(Request::Meeting { on: false });
        assert_eq!(world.what(FIRST), Some(What::PutBack), "at once");
    }
}

#[test]
fn what_could_not_be_put_back_is_tried_again_and_nothing_is_tested_meanwhile() {
    let stuck = || Found::new(Verdict::fail("switch.not-restored"), "请立即人工切回");
    let mut world = started(NOON_MS, false);
    world.end(FIRST, stuck());
    world.tick(3_000);
    assert_eq!(world.started, [], "a matrix needs its time to start");
    assert_eq!(world.agent.wake_ms(world.now).min(60_000), world.agent.wake_ms(world.now), "it wakes for it");
    world.tick(60_000);
    assert_eq!(world.what(FIRST), Some(What::PutBack));
    world.apply(Event::Ended { ticket: world.started[0].0, ended: Ended::Deadline, took_ms: 5 });
    world.started.clear();
    world.tick(120_000);
    world.end(FIRST, back());
    world.tick(1_300_000);
    assert_eq!(world.what(SECOND), Some(MOVED), "the schedule goes on");
    // A test that fails to put back owes from then on.
    world.end(SECOND, stuck());
    world.tick(1_360_000);
    assert_eq!(world.what(SECOND), Some(What::PutBack));
}

#[test]
fn what_no_probe_can_put_back_any_more_is_told_and_comes_back() {
    let mut world = World::of(MATRIX, NOON_MS, ClockQuality::Free, false);
    assert_eq!(world.agent.switched_begin(vec![owed("10.0.0.8:23")], world.now), [owed("10.0.0.8:23")]);
    world.connect();
    assert_eq!(events(&world), ["switch.not-restored"]);
    assert!(world.started.iter().all(|(.., what)| *what != What::PutBack));
}
