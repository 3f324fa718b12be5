//! Whatever happens in whatever order: no power is cut during a meeting, and none more often than so many times a day.

use avow_shared::time::EARLIEST_MS;
use proptest::prelude::*;

use super::*;

const AT_MOST: u8 = 2;
const FAILING_MS: u64 = 15 * 60_000;
const PROBE: usize = 4;
const FAIL: &str = "device.down";

fn rules() -> Vec<Rule> {
    let rule = |name: &str, after| Rule { name: name.into(), at_most_a_day: AT_MOST, after };
    vec![
        rule("350102001-01/terminal", Some(After { exercise: PROBE, failing_ms: FAILING_MS })),
        rule("350102001-01/camera", None),
    ]
}

fn now(mono_ms: u64, at_ms: u64, quality: ClockQuality) -> Now {
    Now { mono_ms, wall: WallTime { at_ms, quality } }
}

/// What may happen to a box.
#[derive(Clone, Debug)]
enum Happens {
    Found(Verdict),
    Person(usize),
    Meeting(bool),
    /// None: no terminal is asked; else what it says of a call.
    Terminal(Option<Option<bool>>),
    Quiet(bool),
    Passes(u64),
    /// The clock jumps somewhere, or is disciplined and right.
    Clock(Option<(u64, bool)>),
    Ends(usize),
    /// Killed and started again after so long.
    Restart(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let verdict = prop_oneof![
        4 => Just(Verdict::fail(FAIL)),
        1 => Just(Verdict::Pass),
        1 => Just(Verdict::degraded(FAIL)),
        1 => Just(Verdict::Unknown { why: avow_shared::outcome::Why::Deadline }),
    ];
    let call = prop_oneof![2 => Just(None), 1 => prop::option::of(any::<bool>()).prop_map(Some)];
    let clock = prop_oneof![
        2 => Just(None),
        1 => (0u64..200 * DAY_MS, any::<bool>()).prop_map(|(ahead, set)| Some((EARLIEST_MS + ahead, set))),
    ];
    prop_oneof![
        8 => verdict.prop_map(Happens::Found),
        4 => (0usize..2).prop_map(Happens::Person),
        2 => prop_oneof![3 => Just(false), 1 => Just(true)].prop_map(Happens::Meeting),
        1 => call.prop_map(Happens::Terminal),
        1 => any::<bool>().prop_map(Happens::Quiet),
        6 => prop_oneof![0u64..40 * 60_000, 0u64..DAY_MS].prop_map(Happens::Passes),
        2 => clock.prop_map(Happens::Clock),
        4 => (0usize..2).prop_map(Happens::Ends),
        2 => prop_oneof![0u64..60_000, 0u64..DAY_MS].prop_map(Happens::Restart),
    ]
}

/// A box, with the time that really passes and what was really switched.
struct World {
    relays: Relays,
    /// What lies on the disk.
    disk: Ledger,
    facts: Facts,
    true_ms: u64,
    started_ms: u64,
    /// None: disciplined. Else the clock of a start, how far it has run since, and whether it counts as set.
    clock: Option<(u64, u64, bool)>,
    switched: [Vec<u64>; 2],
    running: [bool; 2],
    /// Since when every run of the probe has failed, in this life.
    failing_since_ms: Option<u64>,
}

impl World {
    fn new() -> Self {
        let true_ms = EARLIEST_MS + DAY_MS;
        Self {
            relays: Relays::new(rules(), Ledger::default(), now(0, true_ms, ClockQuality::Synced { error_ms: 10 })),
            disk: Ledger::default(),
            facts: Facts::default(),
            true_ms,
            started_ms: true_ms,
            clock: None,
            switched: [vec![], vec![]],
            running: [false; 2],
            failing_since_ms: None,
        }
    }

    fn now(&self) -> Now {
        let mono_ms = self.true_ms - self.started_ms;
        match self.clock {
            // It errs by what it admits, on either side.
            None => now(mono_ms, self.true_ms - 10 + self.true_ms % 21, ClockQuality::Synced { error_ms: 10 }),
            Some((from, since, true)) => now(mono_ms, from + (self.true_ms - since), ClockQuality::Free),
            Some((from, since, false)) => now(mono_ms, from + (self.true_ms - since), ClockQuality::Unset),
        }
    }

    fn wants(&mut self, at: usize, by: By) {
        let (now, facts) = (self.now(), self.facts);
        if let Ok(ledger) = self.relays.begin(at, by, true, &facts, now) {
            self.disk = ledger;
            assert!(!facts.meeting && facts.in_call != Some(true), "power was cut during a meeting");
            assert!(!facts.has_terminal || facts.in_call == Some(false), "nobody knew whether a call was on");
            assert_ne!(now.wall.quality, ClockQuality::Unset, "nobody knew the time");
            assert!(!std::mem::replace(&mut self.running[at], true), "two cycles at once");
            if by == By::Itself {
                assert!(!facts.has_quiet_hours || facts.quiet == Some(false), "it acted by itself in quiet hours");
                let failing_ms = self.true_ms - self.failing_since_ms.expect("a probe that fails");
                assert!(failing_ms >= FAILING_MS, "it acted after {failing_ms} ms of failures");
            }
            self.failing_since_ms = self.failing_since_ms.filter(|_| at != 0);
            self.switched[at].push(self.true_ms);
            let within_a_day = self.switched[at].iter().filter(|then| self.true_ms - **then < DAY_MS).count();
            assert!(within_a_day <= usize::from(AT_MOST), "switched {within_a_day} times within 24 hours");
        }
    }

    fn happens(&mut self, event: Happens) {
        match event {
            Happens::Found(verdict) => {
                let failed = matches!(verdict, Verdict::Fail { .. });
                self.failing_since_ms = failed.then(|| self.failing_since_ms.unwrap_or(self.true_ms));
                self.relays.found(PROBE, &verdict, self.now());
                for at in self.relays.due(PROBE, self.now()) {
                    assert!(failed && self.relays.rules[at].after.is_some());
                    self.wants(at, By::Itself);
                }
                if let Some(ledger) = self.relays.remember_if_due(self.now()) {
                    self.disk = ledger;
                }
            }
            Happens::Person(at) => self.wants(at, By::Person),
            Happens::Meeting(on) => self.facts.meeting = on,
            Happens::Terminal(None) => (self.facts.has_terminal, self.facts.in_call) = (false, None),
            Happens::Terminal(Some(in_call)) => (self.facts.has_terminal, self.facts.in_call) = (true, in_call),
            Happens::Quiet(quiet) => (self.facts.has_quiet_hours, self.facts.quiet) = (true, Some(quiet)),
            Happens::Passes(ms) => self.true_ms += ms,
            Happens::Clock(jump) => self.clock = jump.map(|(to, set)| (to, self.true_ms, set)),
            Happens::Ends(at) => {
                if std::mem::replace(&mut self.running[at], false) {
                    let now = self.now();
                    self.disk = self.relays.ended(at, true, now);
                }
            }
            Happens::Restart(after_ms) => {
                self.true_ms += after_ms;
                (self.started_ms, self.running, self.failing_since_ms) = (self.true_ms, [false; 2], None);
                self.relays = Relays::new(rules(), self.disk.clone(), self.now());
                for at in 0..2 {
                    self.relays.restored(at);
                }
                let bytes = postcard::to_allocvec(&self.relays.remembered(self.now())).expect("bytes");
                self.disk = postcard::from_bytes(&bytes).expect("a ledger");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_events_cuts_power_during_a_meeting_or_too_often(
        events in prop::collection::vec(happens(), 1..120)
    ) {
        let mut world = World::new();
        for event in events {
            world.happens(event);
        }
    }
}

/// A box at noon whose clock is disciplined, `ms` after its start.
fn noon(ms: u64) -> Now {
    now(ms, EARLIEST_MS + 4 * 3_600_000 + ms, ClockQuality::Synced { error_ms: 10 })
}

#[test]
fn a_probe_that_fails_for_long_enough_makes_its_relay_due_again_and_again_within_the_day() {
    let mut relays = Relays::new(rules(), Ledger::default(), noon(0));
    let fail = Verdict::fail(FAIL);
    let mut cycles = Vec::new();
    for minute in 0..120 {
        let at = noon(minute * 60_000);
        relays.found(PROBE, &fail, at);
        for due in relays.due(PROBE, at) {
            if relays.begin(due, By::Itself, true, &Facts::default(), at).is_ok() {
                cycles.push((due, minute));
                relays.ended(due, true, at);
            }
        }
        assert!(relays.due(PROBE + 1, at).is_empty());
    }
    // Each time it has to fail anew for its quarter of an hour; after two it is the day's limit.
    assert_eq!(cycles, [(0, 15), (0, 31)]);
    let refusal = relays.begin(0, By::Person, true, &Facts::default(), noon(120 * 60_000));
    assert_eq!(refusal, Err(Refusal::Spent { at_most_a_day: AT_MOST }));
    assert!(relays.is_news(0, Refusal::Running) && !relays.is_news(0, Refusal::Running));
    assert_eq!(relays.left(0, noon(DAY_MS + 15 * 60_000 + 30)), 1, "a day after the first");
    assert_eq!((relays.left(1, noon(120 * 60_000)), relays.left(0, noon(2 * DAY_MS))), (2, 2));
}

#[test]
fn a_day_is_over_when_a_whole_one_has_certainly_passed() {
    let cycled = |quality| {
        let mut relays = Relays::new(rules(), Ledger::default(), noon(0));
        let at = Now { wall: WallTime { quality, ..noon(0).wall }, ..noon(0) };
        (relays.begin(0, By::Person, true, &Facts::default(), at).expect("may"), relays)
    };
    // Lived through, by a clock that nobody disciplines.
    let (_, relays) = cycled(ClockQuality::Free);
    let later = |ms| now(ms, 0, ClockQuality::Free);
    assert_eq!((relays.left(0, later(DAY_MS - 1)), relays.left(0, later(DAY_MS))), (AT_MOST - 1, AT_MOST));
    // Slept through, by clocks that admit 10 ms each.
    let (ledger, _) = cycled(ClockQuality::Synced { error_ms: 10 });
    let left = |slept_ms, quality| {
        let woken = now(0, noon(0).wall.at_ms + slept_ms, quality);
        Relays::new(rules(), ledger.clone(), woken).left(0, woken)
    };
    let synced = ClockQuality::Synced { error_ms: 10 };
    assert_eq!((left(DAY_MS + 19, synced), left(DAY_MS + 20, synced)), (AT_MOST - 1, AT_MOST));
    assert_eq!(left(300 * DAY_MS, ClockQuality::Free), AT_MOST - 1, "a clock that nobody disciplines proves nothing");
}

#[track_caller]
fn refused(by: By, facts: Facts, quality: ClockQuality, expected: Result<(), Refusal>) {
    let mut relays = Relays::new(rules(), Ledger::default(), noon(0));
    let at = Now { wall: WallTime { quality, ..noon(0).wall }, ..noon(0) };
    assert_eq!(relays.begin(0, by, true, &facts, at).map(|_| ()), expected, "{by:?} {facts:?}");
}

#[test]
fn every_refusal_has_its_reason() {
    let (free, room) = (ClockQuality::Free, Refusal::Room { allowed: Disturbance::Line });
    let quiet = Facts { has_quiet_hours: true, quiet: Some(true), ..Facts::default() };
    refused(By::Person, Facts::default(), free, Ok(()));
    refused(By::Itself, Facts::default(), free, Ok(()));
    for by in [By::Person, By::Itself] {
        refused(by, Facts { meeting: true, ..Facts::default() }, free, Err(room));
        refused(by, Facts { in_call: Some(true), has_terminal: true, ..Facts::default() }, free, Err(room));
        refused(by, Facts { in_call: None, has_terminal: true, ..Facts::default() }, free, Err(room));
        refused(by, Facts::default(), ClockQuality::Unset, Err(Refusal::Clock));
    }
    refused(By::Person, quiet, free, Ok(()));
    refused(By::Itself, quiet, free, Err(Refusal::Room { allowed: Disturbance::Picture }));
    for refusal in [room, Refusal::Clock, Refusal::Spent { at_most_a_day: 3 }, Refusal::Running] {
        assert_ne!(refusal.words(Language::Chinese), refusal.words(Language::English));
    }
}

#[test]
fn a_cycle_that_nobody_ended_is_found_at_the_next_start() {
    let mut relays = Relays::new(rules(), Ledger::default(), noon(0));
    let ledger = relays.begin(0, By::Person, false, &Facts::default(), noon(5)).expect("may");
    assert_eq!(relays.begin(0, By::Person, true, &Facts::default(), noon(6)), Err(Refusal::Running));
    let mut next = Relays::new(rules(), ledger, noon(0));
    assert!(next.restored(0) && !next.restored(0) && !next.restored(1));
    let untold = next.untold();
    assert_eq!(untold.iter().map(|(at, cycle)| (*at, cycle.by)).collect::<Vec<_>>(), [(0, By::Person)]);
    assert_eq!((next.untold().len(), next.left(0, noon(1))), (0, AT_MOST - 1));
}

#[test]
fn a_lost_ledger_gives_nothing_for_a_day_of_its_own_life() {
    let mut relays = Relays::new(rules(), Ledger::spent(), noon(0));
    assert_eq!((relays.left(0, noon(0)), relays.left(1, noon(DAY_MS - 1))), (0, 0));
    let kept = relays.remember_if_due(noon(REMEMBER_EVERY_MS)).expect("it matters");
    let mut next = Relays::new(rules(), kept, noon(0));
    assert_eq!((next.left(0, noon(0)), next.left(0, noon(DAY_MS - REMEMBER_EVERY_MS))), (0, AT_MOST));
    assert!(next.begin(0, By::Person, true, &Facts::default(), noon(DAY_MS)).is_ok());
    assert_eq!(next.left(0, noon(DAY_MS)), AT_MOST - 1);
}
