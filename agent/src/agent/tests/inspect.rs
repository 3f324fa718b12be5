//! HQ inspects a venue.

use avow_shared::order::INTERLOCKED;

use super::*;

fn inspect(number: u64, probes: &[&str], confirmed: bool) -> Vec<u8> {
    let venue = "350102001-01".parse().expect("a venue");
    let probes = probes.iter().map(|probe| probe.parse().expect("a probe")).collect();
    order(number, Task::Inspect { venue, probes, confirmed })
}

fn details(world: &World) -> Vec<(u64, AnswerResult, String)> {
    let answer = |report: &Report| match report {
        Report::Answer(answer) => Some((answer.order, answer.result, answer.detail.to_string())),
        _ => None,
    };
    world.sent.iter().filter_map(answer).collect()
}

fn connected(meeting: bool) -> World {
    let mut world = World::at(NOON_MS, ClockQuality::Free, meeting);
    world.connect();
    world
}

#[test]
fn the_probes_of_an_inspection_run_and_the_answer_comes_behind_the_last() {
    let mut world = connected(false);
    world.receive(inspect(1, &["host", "picture"], false));
    world.receive(inspect(1, &["host", "picture"], false));
    assert_eq!((world.what(HOST), world.what(PICTURE)), (Some(MOVED), Some(MOVED)));
    world.end(HOST, Found::new(Verdict::Pass, ""));
    assert!(details(&world).is_empty());
    world.end(PICTURE, Found::new(Verdict::fail("picture.black"), ""));
    assert_eq!(details(&world), [(1, AnswerResult::Done, String::new())]);
    assert_eq!(world.verdicts("picture").len(), 1, "its outcome is told beside");
    world.receive(inspect(2, &["nothing"], false));
    assert_eq!(details(&world)[1].1, AnswerResult::Impossible);
}

#[test]
fn an_inspection_overrides_no_meeting_whoever_agreed_and_names_what_was_refused() {
    let mut world = connected(true);
    world.receive(inspect(1, &[], true));
    assert!(world.started.iter().all(|(_, at, what)| *what != MOVED || *at == HOST), "{:?}", world.started);
    for at in [HOST, LISTED, UNLISTED] {
        if world.what(at).is_some() {
            world.end(at, Found::new(Verdict::Pass, ""));
        }
    }
    let said = details(&world);
    assert_eq!((said.len(), said[0].1), (1, AnswerResult::Done), "{said:?}");
    assert!(said[0].2.starts_with(INTERLOCKED) && said[0].2.contains("picture"), "{said:?}");
    let overridden =
        |report: &Report| matches!(report, Report::Event(event) if event.code.as_str() == "interlock.overridden");
    assert!(!world.sent.iter().any(overridden));
}
