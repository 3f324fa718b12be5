//! When which probe runs: on monotonic time, spread by the agent's key, one at a time on a device. Pure.

use crate::jitter::Dice;
use avow_shared::sort;

/// The first runs after a start are spread over so much, so that a person who waits sees something.
const FIRST_WITHIN_MS: u64 = 2_000;
/// So many exercises run at once.
const MOST_AT_ONCE: usize = 6;

/// What is to be run again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Between two runs; `u64::MAX`: it never comes of itself.
    pub interval_ms: u64,
    /// Two with the same key never run at once.
    pub device_key: Option<String>,
    /// It has a time of the day: `slots` says when, here it only waits for its device.
    pub by_clock: bool,
}

#[derive(Clone, Debug)]
struct Slot {
    plan: Plan,
    phase_ms: u64,
    next_ms: u64,
    /// Heightened assurance has it run at least so often.
    hurried_ms: Option<u64>,
    running: bool,
}

impl Slot {
    fn interval_ms(&self) -> u64 {
        self.plan.interval_ms.min(self.hurried_ms.unwrap_or(u64::MAX)).max(1)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Schedule {
    slots: Vec<Slot>,
}

impl Schedule {
    /// Everything runs once soon, and from then on at a moment of its interval that is the agent's own.
    #[must_use]
    pub fn new(plans: Vec<Plan>, mut dice: Dice, now_ms: u64) -> Self {
        let slot = |plan: Plan| Slot {
            phase_ms: dice.upto(plan.interval_ms.saturating_sub(1)),
            next_ms: match plan.interval_ms {
                _ if plan.by_clock => u64::MAX,
                u64::MAX => u64::MAX,
                interval_ms => now_ms + dice.upto(FIRST_WITHIN_MS.min(interval_ms)),
            },
            hurried_ms: None,
            running: false,
            plan,
        };
        Self { slots: plans.into_iter().map(slot).collect() }
    }

    /// What is to be started now; it counts as running until [`Schedule::finished`].
    pub fn poll(&mut self, now_ms: u64) -> Vec<usize> {
        let mut started = Vec::new();
        let mut due: Vec<usize> = (0..self.slots.len()).filter(|at| self.slots[*at].next_ms <= now_ms).collect();
        sort::short_by_key(&mut due, |at| self.slots[*at].next_ms);
        for at in due {
            if self.try_start(at) {
                self.slots[at].next_ms = self.next_after(at, now_ms);
                started.push(at);
            }
        }
        started
    }

    /// Starts something out of turn, when its device is free; says whether it may.
    pub fn try_start(&mut self, at: usize) -> bool {
        let is_free = self.is_free(at) && self.running() < MOST_AT_ONCE;
        if is_free {
            self.slots[at].running = true;
        }
        is_free
    }

    /// Something is due again at once: what kept it from running is over. What goes by the clock has its own second try.
    pub fn again(&mut self, at: usize, now_ms: u64) {
        let slot = &mut self.slots[at];
        if slot.next_ms != u64::MAX {
            slot.next_ms = slot.next_ms.min(now_ms);
        }
    }

    /// From now on something runs at least once in so many milliseconds; none: as planned. What goes by the clock, and what never comes
    /// of itself, stays as it is. Falling back makes up for nothing: what is due next still comes.
    pub fn hurry(&mut self, at: usize, every_ms: Option<u64>, now_ms: u64) {
        let slot = &mut self.slots[at];
        if slot.hurried_ms == every_ms || slot.plan.by_clock || slot.plan.interval_ms == u64::MAX {
            return;
        }
        slot.hurried_ms = every_ms;
        let next_ms = self.next_after(at, now_ms);
        let slot = &mut self.slots[at];
        slot.next_ms = slot.next_ms.min(next_ms);
    }

    /// A run has ended.
    pub fn finished(&mut self, at: usize) {
        self.slots[at].running = false;
    }

    /// How many run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.slots.iter().filter(|slot| slot.running).count()
    }

    /// When [`Schedule::poll`] should be asked again. What is due and waits for its device is started when that is free.
    #[must_use]
    pub fn wake_ms(&self, now_ms: u64) -> u64 {
        let next = self.slots.iter().map(|slot| slot.next_ms).filter(|next| *next > now_ms);
        next.min().unwrap_or(u64::MAX)
    }

    /// Whether two of them never run at once: they are one, or use one device.
    #[must_use]
    pub fn exclude_each_other(&self, one: usize, other: usize) -> bool {
        let key = |at: usize| self.slots[at].plan.device_key.as_ref();
        one == other || key(one).is_some() && key(one) == key(other)
    }

    fn is_free(&self, at: usize) -> bool {
        let slot = &self.slots[at];
        let Some(key) = &slot.plan.device_key else { return !slot.running };
        let in_use = |other: &Slot| other.running && other.plan.device_key.as_ref() == Some(key);
        !slot.running && !self.slots.iter().any(in_use)
    }

    /// The agent's own moment of the interval, at least half an interval from now: missed runs are not made up for.
    fn next_after(&self, at: usize, now_ms: u64) -> u64 {
        let (phase_ms, interval_ms) = (self.slots[at].phase_ms, self.slots[at].interval_ms());
        let earliest = now_ms + interval_ms.div_ceil(2);
        let into = (earliest + interval_ms - phase_ms % interval_ms) % interval_ms;
        if into == 0 { earliest } else { earliest + interval_ms - into }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn plan(interval_s: u64, device: Option<&str>) -> Plan {
        Plan { interval_ms: interval_s * 1_000, device_key: device.map(str::to_owned), by_clock: false }
    }

    /// Runs for so many seconds, each run taking no time; the starts of each plan, milliseconds.
    fn starts(schedule: &mut Schedule, plans: usize, seconds: u64) -> Vec<Vec<u64>> {
        let mut starts = vec![Vec::new(); plans];
        let mut now = 0;
        while now < seconds * 1_000 {
            for at in schedule.poll(now) {
                starts[at].push(now);
                schedule.finished(at);
            }
            now = schedule.wake_ms(now);
        }
        starts
    }

    #[test]
    fn each_runs_soon_and_then_once_an_interval() {
        let mut schedule = Schedule::new(vec![plan(60, None), plan(10, None)], Dice::seeded(b"a"), 0);
        let starts = starts(&mut schedule, 2, 600);
        assert!(starts.iter().all(|times| times[0] <= FIRST_WITHIN_MS));
        for (times, interval) in starts.iter().zip([60_000, 10_000]) {
            assert!(times[1..].windows(2).all(|pair| pair[1] - pair[0] == interval), "{times:?}");
            assert!((600_000 / interval).abs_diff(times.len() as u64) <= 1);
        }
    }

    #[test]
    fn agents_do_not_beat_together() {
        let mut tenths = [0; 10];
        for agent in 0..1_000u32 {
            let mut schedule = Schedule::new(vec![plan(60, None)], Dice::seeded(&agent.to_be_bytes()), 0);
            let at = starts(&mut schedule, 1, 200)[0][1] % 60_000;
            tenths[usize::try_from(at / 6_000).expect("small")] += 1;
        }
        assert!(tenths.iter().all(|n| (60..140).contains(n)), "{tenths:?}");
    }

    #[test]
    fn missed_runs_are_not_made_up_for() {
        let mut schedule = Schedule::new(vec![plan(10, None)], Dice::seeded(b"a"), 0);
        assert_eq!(schedule.poll(5_000), [0]);
        schedule.finished(0);
        assert_eq!(schedule.poll(3_600_000), [0], "once, after an hour of sleep");
        schedule.finished(0);
        assert!(schedule.poll(3_604_000).is_empty());
    }

    #[test]
    fn what_is_hurried_runs_more_often_from_then_on_and_falls_back_by_itself() {
        let by_clock = Plan { by_clock: true, ..plan(600, None) };
        let never = Plan { interval_ms: u64::MAX, ..plan(600, None) };
        let mut schedule = Schedule::new(vec![plan(600, None), plan(10, None), by_clock, never], Dice::seeded(b"a"), 0);
        let count = |schedule: &mut Schedule, from_s: u64, to_s: u64| {
            let (mut times, mut now) = ([0_u64; 4], from_s * 1_000);
            while now < to_s * 1_000 {
                for at in schedule.poll(now) {
                    times[at] += 1;
                    schedule.finished(at);
                }
                now = schedule.wake_ms(now);
            }
            times
        };
        count(&mut schedule, 0, 3_600);
        (0..4).for_each(|at| schedule.hurry(at, Some(60_000), 3_600_000));
        let hurried = count(&mut schedule, 3_600, 7_200);
        assert!((59..=61).contains(&hurried[0]), "once a minute: {hurried:?}");
        assert!((359..=361).contains(&hurried[1]), "what runs more often anyway stays: {hurried:?}");
        assert_eq!(hurried[2..], [0, 0], "nor does what goes by the clock, or never comes of itself");
        (0..4).for_each(|at| schedule.hurry(at, None, 7_200_000));
        let after = count(&mut schedule, 7_200, 10_800);
        assert!((6..=7).contains(&after[0]), "once in ten minutes: {after:?}");
    }

    proptest! {
        #[test]
        fn two_never_run_on_one_device(steps in prop::collection::vec((0u64..5_000, 0usize..6), 1..200)) {
            let device = |n: usize| ["a", "b"].get(n % 3).copied();
            let plans = (0..6).map(|n| plan(2 + n as u64, device(n))).collect();
            let mut schedule = Schedule::new(plans, Dice::seeded(b"a"), 0);
            let (mut now, mut running) = (0, BTreeSet::new());
            for (later, ends) in steps {
                now += later;
                for at in schedule.poll(now) {
                    prop_assert!(running.insert(at));
                }
                for key in ["a", "b"] {
                    prop_assert!(running.iter().filter(|n| device(**n) == Some(key)).count() <= 1);
                }
                if running.remove(&ends) {
                    schedule.finished(ends);
                }
            }
        }
    }
}
