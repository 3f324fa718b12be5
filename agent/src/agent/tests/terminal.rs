//! A terminal that a probe asks: what its word, its silence and its calls mean for everything else in the room.

use super::*;

const TERMINAL: usize = 4;

/// With a terminal that the schedule asks so often.
fn world(interval_s: u32) -> World {
    let terminal = format!(
        "[[venue.probe]]\nid = \"terminal\"\nname = \"终端\"\nkind = \"device\"\nprofile = \"codec-http\"\n\
                    address = \"10.0.0.9\"\ninterval_s = {interval_s}\n"
    );
    World::of(&format!("{CONFIG}{terminal}"), NOON_MS, ClockQuality::Free, false)
}

fn says(in_call: Option<bool>) -> Found {
    Found { in_call, ..Found::new(Verdict::Pass, "") }
}

impl World {
    fn lists(&self, at: usize) -> usize {
        self.started.iter().filter(|(_, started, _)| *started == at).count()
    }

    /// A second passes; every run but those of the terminal ends.
    fn goes_on(&mut self) {
        self.tick(self.now.mono_ms + 1_000);
        for at in [HOST, PICTURE, LISTED, UNLISTED] {
            while self.lists(at) > 0 {
                self.end(at, Found::new(Verdict::Pass, ""));
            }
        }
    }

    /// Until the terminal is asked, at most half a minute.
    fn until_it_is_asked(&mut self) {
        let asked = (0..30).any(|_| {
            self.goes_on();
            self.lists(TERMINAL) > 0
        });
        assert!(asked, "nobody asks the terminal");
    }

    /// The next scheduled run of the listed camera, with the terminal saying this when it is asked.
    fn next_motion(&mut self, in_call: Option<bool>) -> Option<What> {
        for _ in 0..60 {
            self.tick(self.now.mono_ms + 500);
            while self.lists(TERMINAL) > 0 {
                self.end(TERMINAL, says(in_call));
            }
            if let Some(what) = self.what(LISTED) {
                return Some(what);
            }
            for at in [HOST, PICTURE, UNLISTED] {
                while self.lists(at) > 0 {
                    self.end(at, Found::new(Verdict::Pass, ""));
                }
            }
        }
        None
    }
}

#[test]
fn nothing_is_seen_or_moved_before_the_terminal_has_answered_and_all_is_as_usual_then() {
    let mut world = world(30);
    world.tick(2_500);
    assert_eq!([PICTURE, LISTED].map(|at| world.what(at)), [None, Some(ASKED)], "a silent terminal leaves the line");
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    world.end(TERMINAL, says(Some(false)));
    assert_eq!(world.next_motion(Some(false)), Some(MOVED));
}

#[test]
fn before_a_camera_moves_the_terminal_is_asked_whose_word_is_old() {
    let mut world = world(600);
    world.tick(2_500);
    world.end(TERMINAL, says(Some(false)));
    // For the sake of the camera that is due: its own turn is minutes away.
    world.until_it_is_asked();
    assert_eq!((world.lists(TERMINAL), world.what(LISTED)), (1, None), "which waits meanwhile");
    world.end(TERMINAL, says(Some(true)));
    assert_eq!(world.what(LISTED), Some(ASKED), "a call began since: it may be asked and not moved");
}

#[test]
fn what_waited_for_its_device_as_well_has_the_terminal_asked_once_more() {
    let mut world = world(600);
    world.tick(2_500);
    world.end(TERMINAL, says(Some(false)));
    world.until_it_is_asked();
    // A person has the camera tested, which takes a while.
    world.ask(Request::Check { probes: vec!["listed".into()], agreed: [("350102001-01/listed".into(), true)].into() });
    assert_eq!(world.lists(LISTED), 1);
    world.end(TERMINAL, says(Some(false)));
    world.tick(world.now.mono_ms + 30_000);
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    assert_eq!((world.lists(TERMINAL), world.what(LISTED)), (1, None), "its word is half a minute old");
    world.end(TERMINAL, says(Some(true)));
    assert_eq!(world.what(LISTED), Some(ASKED));
}

#[test]
fn a_call_stops_who_steers_and_is_told_with_its_end() {
    let mut world = world(30);
    world.connect();
    world.tick(2_500);
    world.end(TERMINAL, says(Some(false)));
    world.ask(Request::Steer {
        name: "unlisted".into(),
        motion: Motion { pan: 5, ..Motion::STILL },
        lease_ms: 400,
        agreed: None,
    });
    assert_eq!((world.steered.len(), world.halted), (1, 0));
    world.goes_on();
    assert_eq!(world.next_motion(Some(true)), Some(ASKED));
    assert_eq!(world.halted, 1);
    world.ask(Request::Steer {
        name: "unlisted".into(),
        motion: Motion { pan: 5, ..Motion::STILL },
        lease_ms: 400,
        agreed: None,
    });
    assert!(
        matches!(world.replies.pop(), Some(Reply::Ask(questions)) if questions[0].against == Some(Against::Meeting))
    );
    let status = world.status();
    assert_eq!(status.calls, [("350102001-01".parse().expect("a venue"), Some(true))]);
    world.end(LISTED, Found::new(Verdict::Pass, ""));
    // It is asked again in its own turn.
    let moves = (0..5).any(|_| {
        let what = world.next_motion(Some(false));
        world.end(LISTED, Found::new(Verdict::Pass, ""));
        what == Some(MOVED)
    });
    assert!(moves);
    assert_eq!([events(&world, "call.on").len(), events(&world, "call.off").len()], [1, 1]);
}

#[test]
fn a_terminal_that_never_ends_an_answer_keeps_nothing_else_from_running() {
    let mut world = world(30);
    world.tick(2_500);
    world.end(TERMINAL, says(Some(false)));
    world.until_it_is_asked();
    world.connect();
    let before = world.verdicts("host").len();
    (0..60).for_each(|_| world.goes_on());
    assert!(world.verdicts("host").len() > before, "others run");
    let (ticket, ..) = world.started.remove(0);
    world.apply(Event::Ended { ticket, ended: Ended::Deadline, took_ms: 5 });
    assert_eq!(world.what(LISTED), Some(ASKED), "its silence is an answer too");
}

proptest! {
    #[test]
    fn whatever_it_says_a_schedule_moves_nothing_without_a_fresh_word_of_no_call(
        steps in prop::collection::vec((0u8..5, 1u64..9_000), 1..80),
    ) {
        let mut world = world(30);
        let mut said: Option<(Option<bool>, u64)> = None;
        let mut seen = 0;
        for (what, later) in steps {
            match what {
                0 | 1 => world.tick(world.now.mono_ms + later),
                word if world.lists(TERMINAL) > 0 => {
                    let in_call = [None, Some(true), Some(false)][usize::from(word - 2)];
                    seen = 0;
                    world.started.retain(|(_, at, _)| *at == TERMINAL);
                    said = Some((in_call, world.now.mono_ms));
                    world.end(TERMINAL, says(in_call));
                }
                _ => {
                    if let Some(at) = world.started.iter().position(|(_, at, _)| *at != TERMINAL) {
                        seen = 0;
                        let (ticket, ..) = world.started.remove(at);
                        world.started.retain(|(_, at, _)| *at == TERMINAL);
                        world.apply(Event::Ended { ticket, ended: Ended::Deadline, took_ms: 1 });
                    }
                }
            }
            for (_, at, what) in &world.started[seen.min(world.started.len())..] {
                if *at == LISTED && *what == MOVED {
                    let fresh = said.is_some_and(|(word, at)| word == Some(false) && world.now.mono_ms - at <= 5_000);
                    prop_assert!(fresh, "{said:?} at {}", world.now.mono_ms);
                }
            }
            seen = world.started.len();
        }
    }
}
