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

/// Two rooms with one camera, which is tested for an inspection of the first when the second is called.
fn sharing() -> World {
    let second = "[[venue]]\nid = \"350102001-02\"\nname = \"二层会商室\"\n[[venue.probe]]\nid = \"same\"\nname = \"主席台\"\n\
        kind = \"camera\"\nport = \"/dev/ttyUSB0\"\npreset = 1\ninterval_s = 10\n";
    let mut world = World::of(&format!("{CONFIG}{second}"), NOON_MS, ClockQuality::Free, false);
    world.connect();
    world
}

const SAME: usize = 4;

fn calls(world: &mut World, number: u64) {
    let call = avow_shared::roll_call::Call {
        call: number,
        depth: avow_shared::roll_call::Depth::Ready,
        venues: vec!["350102001-02".parse().expect("a venue")],
        spared: vec![],
        until_ms: NOON_MS + 60_000,
        confirmed: true,
    };
    world.receive(order(number, Task::Call(call)));
}

#[test]
fn a_call_takes_the_device_from_an_inspection_which_is_told_and_asked_for_again() {
    let mut world = sharing();
    world.receive(inspect(1, &["listed", "host"], true));
    let (ticket, ..) = *world.started.iter().find(|(_, at, _)| *at == LISTED).expect("it runs");
    calls(&mut world, 2);
    assert_eq!((world.cancelled.clone(), world.what(SAME)), (vec![ticket], None), "what runs is given up first");
    assert!(world.what(HOST).is_some(), "what is not in the way goes on");
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    assert_eq!(world.what(SAME), Some(MOVED), "at once");
    world.end(HOST, Found::new(Verdict::Pass, ""));
    let said = details(&world);
    assert!(said[0].2.starts_with(INTERLOCKED) && said[0].2.contains("listed"), "half a test is none: {said:?}");
    assert!(!world.verdicts("listed").contains(&Verdict::Pass));
    world.end(SAME, Found::new(Verdict::Pass, ""));
    let done = |report: &Report| matches!(report, Report::Called(told) if matches!(told.phase, avow_shared::roll_call::Phase::Done(_)));
    assert!(world.sent.iter().any(done));
    assert_eq!(world.cancelled.len(), 1);
}

#[test]
fn what_a_call_wants_stands_before_what_an_inspection_has_not_begun() {
    let mut world = sharing();
    // A person's test runs, and nobody takes the device from that.
    world.receive(order(
        1,
        Task::Probe {
            venue: "350102001-01".parse().expect("a venue"),
            probes: vec!["listed".parse().expect("a probe")],
            confirmed: true,
        },
    ));
    world.receive(inspect(2, &["listed"], true));
    calls(&mut world, 3);
    assert!(world.cancelled.is_empty());
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    assert_eq!((world.what(SAME), world.what(LISTED)), (Some(MOVED), None), "the call first");
    world.end(SAME, Found::new(Verdict::Pass, ""));
    assert_eq!(world.what(LISTED), Some(MOVED));
}
