//! Calls that never were: what is run when, when a room is ready, who answered.

mod order;

use avow_shared::interlock::Disturbance;
use avow_shared::outcome::Why;
use proptest::prelude::*;

use super::*;

const T0: u64 = 1_790_000_000_000;
const S: u64 = 1_000;

fn step(what: What, probe: &str, lane: Lane, about_s: u64) -> Step {
    let after_preset = what == What::Main(Need::Picture);
    Step { what, probe: probe.parse().expect("a probe"), lane, about_ms: about_s * S, after_preset }
}

/// A room with everything: 0 line, 1 preset, 2 microphone, 3 picture, 4 backup line, 5 backup microphone.
fn room() -> Vec<Step> {
    vec![
        step(What::Main(Need::Line), "line", Lane::Free, 3),
        step(What::Main(Need::Preset), "preset", Lane::Sight, 12),
        step(What::Main(Need::Microphone), "mic", Lane::Sound, 8),
        step(What::Main(Need::Picture), "picture", Lane::Sight, 6),
        step(What::Backup(Some(Need::Line)), "line-b", Lane::Free, 10),
        step(What::Backup(Some(Need::Microphone)), "mic-b", Lane::Sound, 4),
    ]
}

fn call(steps: Vec<Step>) -> (Call, Vec<Effect>) {
    Call::begin("35-01".parse().expect("a venue"), "应急管理部".into(), steps, DEADLINE_MS, T0)
}

fn pass(no: StepNo) -> Event {
    Event::Checked(no, Verdict::Pass)
}

fn fail(no: StepNo, finding: &'static str) -> Event {
    Event::Checked(no, Verdict::fail(finding))
}

fn by(name: &str, how: How) -> By {
    By::Person { name: name.into(), how }
}

#[test]
fn what_is_needed_and_soon_known_runs_first_and_side_by_side() {
    let (mut call, effects) = call(room());
    // The second microphone has to wait for the first, the picture for the camera.
    assert_eq!(effects, [Effect::Run(0), Effect::Run(2), Effect::Run(1), Effect::Run(4)]);
    assert_eq!(call.handle(pass(0), T0 + 3 * S), []);
    assert_eq!(call.handle(pass(2), T0 + 8 * S), [Effect::Run(5)]);
    assert_eq!(call.handle(pass(1), T0 + 12 * S), [Effect::Run(3)]);
    assert_eq!(call.readiness().open, [Need::Picture]);
    assert_eq!(call.handle(pass(3), T0 + 18 * S), [Effect::Ready(Way::Main)], "at once, backups or not");
    assert_eq!(call.first_ready, Some((T0 + 18 * S, Way::Main)));
    let took = |no: usize| match call.steps[no].1 {
        Progress::Checked { took_ms, .. } => took_ms,
        _ => 0,
    };
    assert_eq!([took(0), took(1), took(2), took(3)], [3 * S, 12 * S, 8 * S, 6 * S]);
}

#[test]
fn a_backup_stands_in_and_is_the_shortest_way_out() {
    let (mut call, _) = call(room());
    for no in [1, 2] {
        call.handle(pass(no), T0 + 12 * S);
    }
    call.handle(Event::Checked(3, Verdict::degraded("picture.dark")), T0 + 14 * S);
    call.handle(fail(0, "line.down"), T0 + 15 * S);
    let fault = |remedy| [Fault { step: 0, need: Need::Line, remedy }];
    assert_eq!(call.readiness().faults, fault(Remedy::Finding("line.down".parse().expect("a finding"))));
    assert_eq!(call.readiness().ready, None);
    assert_eq!(call.handle(pass(4), T0 + 20 * S), [Effect::Ready(Way::Backup)]);
    assert_eq!(call.readiness().faults, fault(Remedy::UseBackup(4)));
    assert_eq!(call.handle(Event::Again(0), T0 + 30 * S), [Effect::Run(0)]);
    assert_eq!(call.handle(pass(0), T0 + 33 * S), [Effect::Ready(Way::Main)]);
    assert_eq!(call.first_ready, Some((T0 + 20 * S, Way::Backup)));
}

#[test]
fn a_room_that_was_ready_may_cease_to_be() {
    let (mut call, _) = call(vec![step(What::Main(Need::Line), "line", Lane::Free, 3)]);
    assert_eq!(call.handle(pass(0), T0 + S), [Effect::Ready(Way::Main)]);
    assert_eq!(call.handle(Event::Again(0), T0 + 2 * S), [Effect::Run(0), Effect::NotReady]);
    assert_eq!(call.handle(fail(0, "line.loss"), T0 + 3 * S), []);
    assert_eq!(call.handle(Event::Said(0, "王五".into(), true), T0 + 4 * S), [Effect::Ready(Way::Main)]);
}

#[test]
fn what_nobody_can_tell_is_neither_good_nor_found_and_a_person_may_say_it() {
    let (mut call, _) = call(room());
    let interlocked = Why::Interlocked { wanted: Disturbance::Motion, allowed: Disturbance::Line };
    call.handle(Event::Checked(1, Verdict::Unknown { why: interlocked }), T0 + S);
    call.handle(fail(0, "line.down"), T0 + S);
    let remedies: Vec<_> = call.readiness().faults.into_iter().map(|fault| (fault.step, fault.remedy)).collect();
    assert_eq!(remedies, [(0, Remedy::Finding("line.down".parse().expect("a finding"))), (1, Remedy::Look)]);
    call.handle(Event::Said(1, "王五".into(), true), T0 + 9 * S);
    assert_eq!(call.readiness().faults.len(), 1);
    assert_eq!(
        call.steps[1].1,
        Progress::Said { at_ms: T0 + 9 * S, person: "王五".into(), works: true },
        "who said it stays in the record"
    );
    assert_eq!(call.handle(Event::Said(2, "王五".into(), false), T0 + 10 * S), [Effect::GiveUp(2), Effect::Run(5)]);
    assert_eq!(
        call.handle(pass(2), T0 + 11 * S),
        [],
        "what a person said is not overruled by a check that was given up"
    );
}

#[test]
fn a_room_without_a_check_is_never_ready_by_itself() {
    for steps in [vec![], vec![step(What::Backup(None), "ups", Lane::Free, 5)]] {
        let (mut call, _) = call(steps);
        call.handle(pass(0), T0 + S);
        assert_eq!(call.ready, None);
        call.handle(Event::Answered(by("王五", How::Telephone)), T0 + 2 * S);
        call.handle(Event::Close, T0 + 3 * S);
        assert_eq!(call.end, Some((T0 + 3 * S, End::OnTime)), "a person answers whatever is known");
    }
}

#[test]
fn a_room_of_which_neither_line_nor_picture_is_known_is_never_ready_by_itself_and_says_what_has_no_check() {
    let microphone = || step(What::Main(Need::Microphone), "mic", Lane::Sound, 4);
    let preset = || step(What::Main(Need::Preset), "preset", Lane::Sight, 12);
    let ready = |steps: Vec<Step>| {
        let (mut call, _) = call(steps.clone());
        for _ in &steps {
            (0..4).for_each(|no| drop(call.handle(pass(no), T0 + S)));
        }
        let readiness = call.readiness();
        (readiness.ready, readiness.unchecked)
    };
    assert_eq!(ready(vec![microphone()]), (None, vec![Need::Line, Need::Preset, Need::Picture]));
    assert_eq!(ready(vec![microphone(), preset()]), (None, vec![Need::Line, Need::Picture]));
    let line = step(What::Main(Need::Line), "line", Lane::Free, 3);
    assert_eq!(ready(vec![microphone(), line]), (Some(Way::Main), vec![Need::Preset, Need::Picture]));
    let picture = step(What::Main(Need::Picture), "picture", Lane::Sight, 6);
    assert_eq!(ready(vec![preset(), picture]), (Some(Way::Main), vec![Need::Line, Need::Microphone]));
    assert_eq!(ready(room()), (Some(Way::Main), vec![]));
}

#[track_caller]
fn check_end(answers: &[(u64, By)], expected: &End, counted: Option<&By>) {
    let (mut call, _) = call(room());
    for (at_s, by) in answers {
        call.handle(Event::Answered(by.clone()), T0 + at_s * S);
    }
    let last = call.handle(Event::Close, T0 + 400 * S).pop();
    assert_eq!(last, Some(Effect::Closed));
    assert_eq!(call.end.as_ref().map(|(_, end)| end), Some(expected));
    assert_eq!(call.answer.as_ref().map(|answer| &answer.by), counted);
}

#[test]
fn the_first_answer_counts_and_a_machine_is_never_a_person() {
    let (man, phone) = (by("王五", How::Manual), by("赵六", How::Telephone));
    check_end(&[], &End::Missed, None);
    check_end(&[(180, man.clone())], &End::OnTime, Some(&man));
    check_end(&[(181, man.clone())], &End::Late, Some(&man));
    check_end(&[(100, man.clone()), (200, phone.clone())], &End::OnTime, Some(&man));
    check_end(&[(5, By::Automatic)], &End::OnTime, Some(&By::Automatic));
    check_end(&[(5, By::Automatic), (100, phone.clone())], &End::OnTime, Some(&phone));
    check_end(&[(100, phone.clone()), (110, By::Automatic)], &End::OnTime, Some(&phone));
}

#[test]
fn an_answer_says_how_ready_the_room_was() {
    let (mut call, _) = call(vec![step(What::Main(Need::Line), "line", Lane::Free, 3)]);
    call.handle(Event::Answered(by("王五", How::Backup)), T0 + S);
    assert_eq!(call.answer.as_ref().map(|answer| answer.ready), Some(None), "before anything was known");
    call.handle(pass(0), T0 + 2 * S);
    assert_eq!(call.answer.map(|answer| answer.ready), Some(None));
}

#[test]
fn the_clock_says_once_that_it_is_over_and_goes_on() {
    let (mut call, _) = call(room());
    assert_eq!(call.wake_ms(), Some(T0 + 20 * S), "the line has had its patience then");
    assert_eq!(call.left_ms(T0 + 60 * S), 120 * S);
    assert_eq!(call.left_ms(T0 - 60 * S), 180 * S, "a clock that was set back gives no more than there was");
    let effects = call.handle(Event::Tick, T0 + 20 * S);
    assert_eq!(effects, [Effect::GiveUp(0)]);
    let unknown = Verdict::Unknown { why: Why::Deadline };
    assert_eq!(call.steps[0].1, Progress::Checked { took_ms: 20 * S, at_ms: T0 + 20 * S, verdict: unknown });
    let overdue = |effects: &[Effect]| effects.iter().filter(|effect| **effect == Effect::Overdue).count();
    assert_eq!(overdue(&call.handle(Event::Tick, T0 + 179 * S)), 0);
    assert_eq!(overdue(&call.handle(Event::Tick, T0 + 180 * S)), 1);
    assert_eq!(overdue(&call.handle(Event::Tick, T0 + 181 * S)), 0);
    call.handle(Event::Answered(by("王五", How::Manual)), T0 + 190 * S);
    assert!(call.handle(Event::Tick, T0 + LONGEST_MS).contains(&Effect::Closed));
    assert_eq!(call.end, Some((T0 + LONGEST_MS, End::Late)));
    assert_eq!((call.wake_ms(), call.handle(pass(4), T0 + LONGEST_MS)), (None, vec![]), "it is over");
}

#[test]
fn a_call_that_was_none_is_dropped_with_a_reason_and_stops_what_runs() {
    let (mut call, _) = call(room());
    let effects = call.handle(Event::Drop("王五".into(), "误呼".into()), T0 + S);
    assert_eq!(effects, [0, 1, 2, 4].map(Effect::GiveUp).into_iter().chain([Effect::Closed]).collect::<Vec<_>>());
}

#[test]
fn a_call_goes_on_after_a_restart_with_its_clock_right() {
    let (mut first, _) = call(room());
    first.handle(pass(0), T0 + 3 * S);
    let bytes = postcard::to_allocvec(&first).expect("writes");
    let mut second: Call = postcard::from_bytes(&bytes).expect("reads");
    assert_eq!(second, first);
    assert_eq!(second.left_ms(T0 + 100 * S), 80 * S);
    assert_eq!(first.handle(pass(2), T0 + 9 * S), second.handle(pass(2), T0 + 9 * S));
}

#[test]
fn the_steps_of_a_room_are_those_of_its_description() {
    use avow_shared::backup::{Part, Path, Whose};
    use avow_shared::venue::{Probe, Venue};
    let probe = |id: &str, kind: &str| Probe {
        id: id.parse().expect("a probe"),
        name: id.into(),
        kind: kind.into(),
        interval_s: 60,
        required: true,
        disturbance: Disturbance::None,
        covers: vec![],
        limits: vec![],
    };
    let kinds = [
        ("line-a", "line"),
        ("cam", "camera"),
        ("mic", "sound"),
        ("pic", "picture"),
        ("host", "host"),
        ("line-b", "line"),
        ("ups", "ups"),
    ];
    let venue = Venue {
        id: "35-01".parse().expect("a venue"),
        name: "".into(),
        unit: "".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: kinds.map(|(id, kind)| probe(id, kind)).into(),
    };
    let path = |id: &str, kind| Path {
        whose: Whose::Probe(id.parse().expect("a probe")),
        name: id.into(),
        kind,
        within_days: 7,
        parts: vec![Part { name: "".into(), probes: vec![] }],
        accusers: vec![id.parse().expect("a probe")],
    };
    let paths = [path("line-b", avow_shared::backup::Kind::Line), path("ups", avow_shared::backup::Kind::Ups)];
    let steps = steps_of(&venue, &paths);
    // A camera that turns and a picture that is looked at are one at a time, and two sounds are.
    let lanes: Vec<Lane> = steps.iter().map(|step| step.lane).collect();
    assert_eq!(lanes, [Lane::Free, Lane::Sight, Lane::Sound, Lane::Sight, Lane::Free, Lane::Free]);
    let steps: Vec<_> = steps.into_iter().map(|step| (step.probe.to_string(), step.what)).collect();
    let expected = [
        ("line-a", What::Main(Need::Line)),
        ("cam", What::Main(Need::Preset)),
        ("mic", What::Main(Need::Microphone)),
        ("pic", What::Main(Need::Picture)),
        ("line-b", What::Backup(Some(Need::Line))),
        ("ups", What::Backup(None)),
    ];
    assert_eq!(steps, expected.map(|(id, what)| (id.to_owned(), what)));
}

proptest! {
    #[test]
    fn whatever_happens_the_record_holds_together(events in prop::collection::vec((0..9_u8, 0..8_u8, 0..60_u64), 0..60)) {
        let (mut call, _) = call(room());
        let mut now = T0;
        for (kind, no, later_s) in events {
            now += later_s * S;
            let event = match kind {
                0 => pass(no),
                1 => fail(no, "line.down"),
                2 => Event::Checked(no, Verdict::Unknown { why: Why::Panicked }),
                3 => Event::Said(no, "王五".into(), no % 2 == 0),
                4 => Event::Again(no),
                5 => Event::Answered(if no == 0 { By::Automatic } else { by("王五", How::Manual) }),
                6 => Event::Close,
                _ => Event::Tick,
            };
            let was = call.end.clone();
            let effects = call.handle(event, now);
            prop_assert!(was.is_none() || (effects.is_empty() && was == call.end));
            prop_assert_eq!(call.ready, if call.end.is_some() { call.ready } else { call.readiness().ready });
            prop_assert!(call.ready.is_none() || call.first_ready.is_some());
            prop_assert_eq!(call.end.is_some(), call.wake_ms().is_none());
            prop_assert!(!matches!(&call.end, Some((_, End::OnTime)) if call.answer.as_ref().is_none_or(|a| a.at_ms > call.until_ms)));
        }
    }
}
