//! HQ calls the roll.

use avow_shared::hash::ContentHash;
use avow_shared::outcome::EvidenceKind;
use avow_shared::roll_call::{Aspect, Call, Depth, Found as Told, Phase, State, Untested};

use super::*;
use crate::probe::Exhibit;

fn call(number: u64, depth: Depth, confirmed: bool) -> Vec<u8> {
    let call = Call { call: number, depth, venues: vec![], spared: vec![], until_ms: NOON_MS + 60_000, confirmed };
    order(number, Task::Call(call))
}

fn phases(world: &World) -> Vec<(u64, Phase)> {
    let of = |report: &Report| match report {
        Report::Called(told) => Some((told.call, told.phase.clone())),
        _ => None,
    };
    world.sent.iter().filter_map(of).collect()
}

fn done(world: &World) -> State {
    let done: Vec<State> = phases(world)
        .into_iter()
        .filter_map(|(_, phase)| match phase {
            Phase::Done(state) => Some(state),
            Phase::Heard { .. } | Phase::Working { .. } => None,
        })
        .collect();
    assert_eq!(done.len(), 1, "one answer: {:?}", phases(world));
    done[0].clone()
}

fn is_done(world: &World) -> bool {
    phases(world).iter().any(|(_, phase)| matches!(phase, Phase::Done(_)))
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
fn who_is_asked_whether_he_is_present_tells_at_once_what_he_saw_before_also_in_a_meeting() {
    for meeting in [false, true] {
        let mut world = connected(false);
        world.receive(call(1, Depth::Ready, true));
        world.end(PICTURE, Found::new(Verdict::fail("picture.black"), ""));
        if meeting {
            world.ask(Request::Meeting { on: true });
        }
        world.receive(call(2, Depth::Present, false));
        let told = phases(&world).into_iter().find_map(|(of, phase)| match phase {
            Phase::Done(state) if of == 2 => Some(state),
            _ => None,
        });
        let state = told.expect("an answer");
        let black = || Told::Failed("picture.black".parse().expect("a finding"));
        assert_eq!((state.in_meeting, state.aspects), (meeting, vec![(Aspect::Picture, black())]));
    }
}

#[test]
fn a_box_whose_clock_runs_ahead_and_that_nobody_sets_has_time_to_look_all_the_same() {
    // HQ has not welcomed it yet and so not told it the time.
    let mut world = World::at(NOON_MS + 240_000, ClockQuality::Free, false);
    let until_ms = NOON_MS + 60_000;
    let asked = Call { call: 1, depth: Depth::Ready, venues: vec![], spared: vec![], until_ms, confirmed: true };
    let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
    let order = Order { number: 1, given_ms: NOON_MS, expires_ms: until_ms + 600_000, scope, task: Task::Call(asked) };
    world.receive(order.seal(&hq()));
    assert_eq!(world.agent.calls_wake_ms(), 57_000, "it does not answer at once that it is too late");
}

#[test]
fn who_is_asked_whether_he_is_present_answers_at_once_and_looks_at_nothing() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Present, false));
    world.receive(call(1, Depth::Present, false));
    assert_eq!(phases(&world), [(1, Phase::Done(State::default()))]);
    assert!(world.started.is_empty());
    let mut world = connected(true);
    world.receive(call(1, Depth::Present, false));
    assert!(done(&world).in_meeting, "and says that a meeting is on");
}

#[test]
fn who_is_asked_whether_he_is_ready_says_that_he_has_heard_looks_and_answers_with_what_he_found() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Ready, true));
    assert_eq!(phases(&world), [(1, Phase::Heard { of: 3 })]);
    assert_eq!(
        (world.what(PICTURE), world.what(LISTED), world.what(UNLISTED)),
        (Some(MOVED), Some(MOVED), Some(MOVED))
    );
    assert_eq!(world.what(HOST), None, "the box itself is no aspect of a call");
    world.end(LISTED, good());
    world.tick(6_000);
    world.end(PICTURE, Found::new(Verdict::fail("picture.black"), ""));
    assert_eq!(phases(&world)[1..], [(1, Phase::Working { done: 2, of: 3 })]);
    world.end(UNLISTED, good());
    let state = done(&world);
    assert_eq!(state.aspect(Aspect::Camera), Some(&Told::Good));
    assert_eq!(state.aspect(Aspect::Picture), Some(&Told::Failed("picture.black".parse().expect("a finding"))));
    assert_eq!(state.aspect(Aspect::Sound), Some(&Told::Untested(Untested::Absent)));
    assert_eq!(world.verdicts("picture").len(), 1, "its outcome is told beside");
}

#[test]
fn a_venue_in_which_nothing_can_be_looked_at_says_so_at_once() {
    let config = format!("{CONFIG}[[venue]]\nid = \"350102001-02\"\nname = \"二层会商室\"\n");
    let mut world = World::of(&config, NOON_MS, ClockQuality::Free, false);
    world.connect();
    let bare = "350102001-02".parse().expect("a venue");
    let call = Call {
        call: 1,
        depth: Depth::Ready,
        venues: vec![bare],
        spared: vec![],
        until_ms: NOON_MS + 60_000,
        confirmed: true,
    };
    world.receive(order(1, Task::Call(call)));
    let state = done(&world);
    assert!(state.aspects.iter().all(|(_, found)| *found == Told::Untested(Untested::Absent)), "{state:?}");
    assert_eq!(phases(&world).len(), 1, "it has nothing to wait for");
}

#[test]
fn a_call_that_nobody_confirmed_moves_only_what_the_schedule_may() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Ready, false));
    assert_eq!((world.what(LISTED), world.what(UNLISTED)), (Some(MOVED), Some(ASKED)));
}

#[test]
fn a_meeting_is_never_disturbed_whoever_agreed_and_the_answer_says_so() {
    let mut world = connected(true);
    world.receive(call(1, Depth::Ready, true));
    assert!(!world.started.iter().any(|(_, _, what)| *what == MOVED), "{:?}", world.started);
    for at in [LISTED, UNLISTED] {
        if world.what(at).is_some() {
            world.end(at, good());
        }
    }
    let state = done(&world);
    assert!(state.in_meeting);
    assert_eq!(state.aspect(Aspect::Picture), Some(&Told::Untested(Untested::Meeting)));
    let text =
        |report: &Report| matches!(report, Report::Event(event) if event.code.as_str() == "interlock.overridden");
    assert!(!world.sent.iter().any(text), "nothing was overridden");
}

#[test]
fn a_meeting_that_begins_ends_what_moves_for_a_call() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Ready, true));
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.cancelled.len(), 2, "both cameras");
    for at in [LISTED, UNLISTED, PICTURE] {
        world.end(at, good());
    }
    let state = done(&world);
    assert!(state.in_meeting);
    assert_eq!(state.aspect(Aspect::Camera), Some(&Told::Untested(Untested::Meeting)));
}

#[test]
fn an_answer_comes_before_the_time_is_up_with_what_is_known_by_then() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Ready, true));
    world.end(PICTURE, good());
    world.tick(56_999);
    assert!(!is_done(&world));
    assert!(world.agent.wake_ms(world.now) <= 57_000);
    world.tick(57_000);
    let state = done(&world);
    assert_eq!(state.aspect(Aspect::Picture), Some(&Told::Good));
    assert_eq!(state.aspect(Aspect::Camera), Some(&Told::Untested(Untested::Late)));
    // What ends now changes nothing of the answer.
    world.end(LISTED, good());
    assert_eq!(done(&world), state);
}

#[test]
fn who_began_anew_is_asked_again_and_who_is_still_looking_is_not_disturbed_by_that() {
    let mut world = connected(false);
    world.receive(call(1, Depth::Ready, true));
    let begun = world.started.len();
    let again = Call {
        call: 1,
        depth: Depth::Ready,
        venues: vec![],
        spared: vec![],
        until_ms: NOON_MS + 60_000,
        confirmed: true,
    };
    world.receive(order(9, Task::Call(again)));
    assert_eq!((world.started.len(), phases(&world).len()), (begun, 1));
}

/// A picture with its still, as the probe gives it.
fn shown() -> Found {
    Found { exhibits: vec![Exhibit { kind: EvidenceKind::Picture, bytes: b"a still".to_vec().into() }], ..good() }
}

/// A room without anybody who could tell whether it is empty, whose people agreed to stills.
fn agreed() -> World {
    let config = CONFIG.replacen("[[venue]]\n", "[[venue]]\nstill_agreed = true\n", 1);
    let mut world = World::of(&config, NOON_MS, ClockQuality::Free, false);
    world.connect();
    world
}

fn proven(world: &mut World) -> State {
    world.receive(call(1, Depth::Proven, true));
    for (at, found) in [(LISTED, good()), (UNLISTED, good()), (PICTURE, shown())] {
        if world.what(at).is_some() {
            world.end(at, found);
        }
    }
    done(world)
}

#[test]
fn who_is_to_be_proven_tells_the_still_that_it_took_and_who_is_to_be_ready_does_not() {
    let state = proven(&mut agreed());
    assert_eq!(state.still, Some(ContentHash::of(b"a still")));
    assert_eq!(state.aspect(Aspect::Still), Some(&Told::Good));
    let mut world = agreed();
    world.receive(call(1, Depth::Ready, true));
    for (at, found) in [(LISTED, good()), (UNLISTED, good()), (PICTURE, shown())] {
        world.end(at, found);
    }
    assert_eq!((done(&world).still, done(&world).aspect(Aspect::Still)), (None, None));
}

#[test]
fn no_still_is_told_of_a_room_in_a_meeting_or_in_which_somebody_may_be_nor_of_one_that_took_none() {
    let why = |world: &mut World| {
        let state = proven(world);
        assert_eq!(state.still, None);
        state.aspect(Aspect::Still).cloned()
    };
    assert_eq!(why(&mut connected(true)), Some(Told::Untested(Untested::Meeting)));
    let occupied = CONFIG.replace("quiet = [\"22:00-07:00\"]", "occupancy = [\"350102001-01/host\"]");
    let mut world = World::of(&occupied, NOON_MS, ClockQuality::Free, false);
    world.connect();
    assert_eq!(why(&mut world), Some(Told::Untested(Untested::Occupied)), "nobody has said that it is empty");
    assert_eq!(why(&mut connected(false)), Some(Told::Untested(Untested::Unagreed)), "nobody looks, nobody agreed");
    let mut world = agreed();
    world.receive(call(1, Depth::Proven, true));
    for at in [LISTED, UNLISTED, PICTURE] {
        world.end(at, good());
    }
    assert_eq!(done(&world).aspect(Aspect::Still), Some(&Told::Untested(Untested::Missing)));
}

#[test]
fn a_still_that_was_taken_before_anybody_knew_that_the_room_is_empty_is_kept_back_for_that_reason() {
    let occupied = CONFIG.replace("quiet = [\"22:00-07:00\"]", "occupancy = [\"350102001-01/host\"]");
    let mut world = World::of(&occupied, NOON_MS, ClockQuality::Free, false);
    world.connect();
    world.receive(call(1, Depth::Proven, true));
    world.end(PICTURE, shown());
    world.tick(1_000);
    world.end(HOST, good());
    assert!(world.agent.unseen("350102001-01".parse().expect("a venue"), world.now).is_none(), "by now it is known");
    for at in [LISTED, UNLISTED] {
        world.end(at, good());
    }
    let state = done(&world);
    assert_eq!((state.still, state.aspect(Aspect::Still)), (None, Some(&Told::Untested(Untested::Occupied))));
}

#[test]
fn only_the_venues_that_are_named_answer() {
    let mut world = connected(false);
    let nobody = vec!["350103-01".parse().expect("a venue")];
    let other = Call {
        call: 1,
        depth: Depth::Present,
        venues: nobody,
        spared: vec![],
        until_ms: NOON_MS + 1,
        confirmed: false,
    };
    world.receive(order(1, Task::Call(other)));
    let spared = vec!["350102001-01".parse().expect("a venue")];
    let excused =
        Call { call: 2, depth: Depth::Ready, venues: vec![], spared, until_ms: NOON_MS + 60_000, confirmed: true };
    world.receive(order(2, Task::Call(excused)));
    assert!(phases(&world).is_empty() && world.started.is_empty(), "and whoever is excused is not disturbed");
}
