//! What has a time of the day: it waits for a meeting to end, runs once, and is remembered across a restart.

use super::*;

const TIMED: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
id = "spare"
name = "备用画面"
kind = "picture"
source = "rtsp://10.0.0.1/"
every = "7d"
at = "03:30"
"#;
const HALF_HOUR_MS: u64 = 30 * 60_000;

fn after(past: Past) -> World {
    World::after(past, TIMED, NOON_MS, ClockQuality::Free)
}

fn pass(world: &mut World, ms: u64) {
    world.now.wall.at_ms += ms;
    let mono_ms = world.now.mono_ms + ms;
    world.tick(mono_ms);
}

#[test]
fn it_waits_for_the_end_of_a_meeting_runs_once_and_is_remembered() {
    let mut world = after(Past { meeting: true, ..Past::default() });
    pass(&mut world, 5_000);
    assert!(world.started.is_empty(), "a meeting is on");
    world.ask(Request::Meeting { on: false });
    pass(&mut world, HALF_HOUR_MS - 10_000);
    assert!(world.started.is_empty(), "it was refused just now");
    pass(&mut world, 10_000);
    assert_eq!(world.started.len(), 1, "and is made up for");
    assert_eq!(world.past.slots.len(), 1, "when it ran outlives a restart");

    let mut again = after(world.past.clone());
    pass(&mut again, 2 * 24 * 60 * 60_000);
    assert!(again.started.is_empty(), "a restart alone is no reason to run");
    pass(&mut again, 6 * 24 * 60 * 60_000);
    assert_eq!(again.started.len(), 1, "but its day has come");
}
