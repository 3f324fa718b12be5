//! A meeting that begins in the middle of a test.

use super::*;

const TERMINAL: usize = 4;

fn world() -> World {
    let terminal = "[[venue.probe]]\nid = \"terminal\"\nname = \"终端\"\nkind = \"device\"\nprofile = \"codec-http\"\n\
                    address = \"10.0.0.9\"\ninterval_s = 600\n";
    let mut world = World::of(&format!("{CONFIG}{terminal}"), NOON_MS, ClockQuality::Free, false);
    world.connect();
    world.tick(2_500);
    world.end(TERMINAL, says(Some(false)));
    world
}

fn says(in_call: Option<bool>) -> Found {
    Found { in_call, ..Found::new(Verdict::Pass, "") }
}

impl World {
    fn ends_all_but(&mut self, kept: &[usize]) {
        while let Some(at) = self.started.iter().map(|(_, at, _)| *at).find(|at| !kept.contains(at)) {
            self.end(at, Found::new(Verdict::Pass, ""));
        }
    }

    /// A person has the unlisted camera tested, which turns; its ticket.
    fn turns(&mut self) -> u64 {
        self.ends_all_but(&[]);
        self.ask(Request::Check {
            probes: vec!["unlisted".into()],
            agreed: [("350102001-01/unlisted".into(), true)].into(),
        });
        self.started.iter().find(|(_, at, what)| *at == UNLISTED && *what == MOVED).expect("it turns").0
    }

    fn is_given_up(&mut self, ticket: u64) {
        self.started.retain(|(running, ..)| *running != ticket);
        self.apply(Event::Ended { ticket, ended: Ended::Aborted, took_ms: 7 });
    }
}

const INTERLOCKED: Verdict =
    Verdict::Unknown { why: Why::Interlocked { wanted: Disturbance::Motion, allowed: Disturbance::Line } };

#[test]
fn a_meeting_ends_a_test_that_moves_at_once_and_it_is_told() {
    let mut world = world();
    let ticket = world.turns();
    let before = world.now;
    world.ask(Request::Meeting { on: true });
    assert_eq!(
        (world.cancelled.as_slice(), world.now.mono_ms),
        ([ticket].as_slice(), before.mono_ms),
        "no time passes"
    );
    assert_eq!(events(&world, "test.aborted"), ["指挥大厅 全景：测试进行中会议开始，已中止"]);
    world.is_given_up(ticket);
    assert_eq!(world.verdicts("unlisted").last(), Some(&INTERLOCKED));
    assert!(
        matches!(world.replies.last(), Some(Reply::Checked(all)) if all[0].verdict == INTERLOCKED),
        "who waits hears"
    );
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.cancelled.len(), 1, "once");
}

#[test]
fn what_it_found_in_the_same_moment_is_half_a_test() {
    let mut world = world();
    let ticket = world.turns();
    world.ask(Request::Meeting { on: true });
    world.started.retain(|(running, ..)| *running != ticket);
    world.apply(Event::Ended { ticket, ended: Ended::Found(Found::new(Verdict::Pass, "")), took_ms: 7 });
    assert_eq!(world.verdicts("unlisted").last(), Some(&INTERLOCKED));
}

#[test]
fn what_disturbs_nobody_goes_on() {
    let mut world = world();
    world.ends_all_but(&[]);
    world.ask(Request::Check { probes: vec!["host".into(), "picture".into()], agreed: BTreeMap::new() });
    world.ask(Request::Camera { name: "unlisted".into(), command: Command::Home, agreed: Some(true) });
    assert_eq!(world.started.len(), 3);
    world.ask(Request::Meeting { on: true });
    assert!(world.cancelled.is_empty(), "a person's own hand is no test");
}

#[test]
fn a_preset_that_is_being_learnt_is_given_up_at_once_and_told_and_no_other_command_is() {
    let mut world = world();
    world.ends_all_but(&[]);
    let learn = Request::Camera { name: "unlisted".into(), command: Command::Learn(3), agreed: None };
    world.ask(learn);
    let ticket = world.started.last().expect("it learns").0;
    world.ask(Request::Camera { name: "unlisted".into(), command: Command::Recall(3), agreed: None });
    world.ask(Request::Meeting { on: true });
    assert_eq!(world.cancelled, [ticket]);
    assert_eq!(events(&world, "test.aborted"), ["指挥大厅 全景：学习预置位时会议开始，已中止"]);
    world.is_given_up(ticket);
    assert!(matches!(world.replies.last(), Some(Reply::Checked(all)) if all[0].verdict == INTERLOCKED));
}

#[test]
fn a_preset_that_is_learnt_against_a_meeting_goes_on_and_one_is_given_up_when_a_call_begins() {
    let mut world = world();
    world.ends_all_but(&[]);
    world.ask(Request::Meeting { on: true });
    world.ask(Request::Camera { name: "unlisted".into(), command: Command::Learn(3), agreed: Some(true) });
    let ticket = world.started.last().expect("it learns").0;
    world.ask(Request::Meeting { on: false });
    world.ask(Request::Meeting { on: true });
    assert!(world.cancelled.is_empty(), "he knew of it");
    world.tick(world.now.mono_ms + 4_000);
    world.end(TERMINAL, says(Some(true)));
    assert_eq!(world.cancelled, [ticket], "the terminal is asked meanwhile");
}

#[test]
fn who_went_on_against_a_meeting_is_not_ended_by_it_and_is_by_a_call_that_he_knew_nothing_of() {
    let mut world = world();
    world.ask(Request::Meeting { on: true });
    let ticket = world.turns();
    assert_eq!(events(&world, "interlock.overridden").len(), 1);
    world.ask(Request::Meeting { on: false });
    world.ask(Request::Meeting { on: true });
    assert!(world.cancelled.is_empty());
    world.tick(world.now.mono_ms + 4_000);
    world.end(TERMINAL, says(Some(true)));
    assert_eq!(world.cancelled, [ticket]);
}

#[test]
fn while_a_test_moves_the_terminal_is_asked_at_least_every_five_seconds_and_a_call_ends_it() {
    let mut world = world();
    let ticket = world.turns();
    let mut asked = Vec::new();
    // As late as it says itself, and a tenth of a second for each answer.
    while asked.len() < 6 {
        let wake = world.agent.wake_ms(world.now).max(world.now.mono_ms + 1);
        world.tick(wake);
        world.ends_all_but(&[TERMINAL, UNLISTED]);
        if world.what(TERMINAL).is_some() {
            asked.push(world.now.mono_ms);
            world.now.mono_ms += 100;
            world.end(TERMINAL, says(Some(asked.len() == 6)));
        }
    }
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] <= 5_000), "{asked:?}");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= 3_000), "nor all the time: {asked:?}");
    assert_eq!(world.cancelled, [ticket], "with the answer that says so");
    world.is_given_up(ticket);
    assert_eq!(world.verdicts("unlisted").last(), Some(&INTERLOCKED));
    world.ends_all_but(&[]);
    let quiet = (0..10).all(|_| {
        world.tick(world.now.mono_ms + 5_000);
        world.ends_all_but(&[TERMINAL]);
        world.what(TERMINAL).is_none()
    });
    assert!(quiet, "then it is left to its own interval");
}

#[test]
fn a_terminal_that_never_answers_is_not_asked_twice_at_once_and_keeps_nobody_awake() {
    let mut world = world();
    world.turns();
    world.tick(world.now.mono_ms + 4_000);
    let asked = |world: &World| world.started.iter().filter(|(_, at, _)| *at == TERMINAL).count();
    assert_eq!(asked(&world), 1);
    let from = world.now.mono_ms;
    let wakes = (0..).map_while(|_| {
        let wake = world.agent.wake_ms(world.now);
        assert!(wake > world.now.mono_ms);
        world.tick(wake);
        world.ends_all_but(&[TERMINAL, UNLISTED]);
        assert_eq!(asked(&world), 1);
        (wake < from + 60_000).then_some(())
    });
    let wakes = wakes.count();
    assert!(wakes < 120, "{wakes} in a minute");
}
