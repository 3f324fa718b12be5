//! Exercises that run at a time of the day, once in so many days. Pure. The rest of the schedule lives on monotonic time; here
//! the box's clock decides, and what was missed while the box was off, or refused by the interlock, is made up for.

use std::collections::BTreeMap;
use std::str::FromStr;

use avow_shared::time::{ClockQuality, UnixMs};
use smol_str::SmolStr;

use crate::clock::Now;
use crate::jitter::Dice;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
/// China has one time zone and no summer time.
const UTC_PLUS_8_MS: u64 = 8 * HOUR_MS;
/// A province does not begin at one moment: each box has its own, so long behind the time that is written.
const SPREAD_MS: u64 = 30 * MINUTE_MS;
/// The first time, a person waits and wants to see something.
const FIRST_WITHIN_MS: u64 = 2_000;
/// What the interlock refused is asked for again after so long.
const AGAIN_AFTER_MS: u64 = 30 * MINUTE_MS;
/// A clock may be set meanwhile: it is looked at so often.
const LOOK_EVERY_MS: u64 = 10 * MINUTE_MS;
/// Who ran late runs at the usual time again: a slot may come so much earlier than the days say.
const EARLY_MS: u64 = 12 * HOUR_MS;

/// A time of the day, in UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The minute of the day.
    pub minute: u16,
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let parts = text.split_once(':').filter(|(hour, minute)| is_two(hour) && is_two(minute));
        let minute = parts.and_then(|(hour, minute)| {
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        let wrong = || format!("expected a time of the day like '03:30', found '{text}'");
        minute.map(|minute| Self { minute }).ok_or_else(wrong)
    }
}

/// So much time, written `7d`, `12h` or `30min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    /// In seconds.
    pub seconds: u32,
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("min", 60), ("h", 3_600), ("d", 86_400)];
        let found = units.into_iter().find_map(|(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(seconds)
        });
        let found = found.filter(|seconds| (60..=90 * 86_400).contains(seconds));
        found
            .map(|seconds| Self { seconds })
            .ok_or_else(|| format!("expected '30min', '12h' or '7d', at most '90d', found '{text}'"))
    }
}

/// An exercise that runs by the clock.
#[derive(Clone, Debug)]
struct Slot {
    exercise: usize,
    name: SmolStr,
    at: At,
    every_ms: u64,
    phase_ms: u64,
    last_ms: Option<UnixMs>,
    not_before_ms: u64,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Slots(Vec<Slot>);

/// When each ran last, by its full name: what outlives a restart.
pub type Kept = BTreeMap<SmolStr, UnixMs>;

impl Slots {
    /// `all`: exercise, full name, time of the day, milliseconds between two runs.
    #[must_use]
    pub fn new(
        all: impl IntoIterator<Item = (usize, SmolStr, At, u64)>,
        kept: &Kept,
        mut dice: Dice,
        now: Now,
    ) -> Self {
        let slot = |(exercise, name, at, every_ms)| {
            let (phase_ms, last_ms) = (dice.upto(SPREAD_MS), kept.get(&name).copied());
            // After a power cut all boxes of a town begin at once.
            let wait_ms = if last_ms.is_some() { phase_ms } else { phase_ms % FIRST_WITHIN_MS };
            Slot { exercise, name, at, every_ms, phase_ms, last_ms, not_before_ms: now.mono_ms + wait_ms }
        };
        Self(all.into_iter().map(slot).collect())
    }

    /// What is to run now, and is asked for again until it [began](Self::began) or was [refused](Self::refused).
    #[must_use]
    pub fn due(&self, now: Now) -> Vec<usize> {
        self.0.iter().filter(|slot| slot.wait_ms(now) == Some(0)).map(|slot| slot.exercise).collect()
    }

    /// When to ask again, monotonic milliseconds. What is due and waits for its device is started when that is free.
    #[must_use]
    pub fn wake_ms(&self, now: Now) -> u64 {
        let waits = self.0.iter().map(|slot| slot.wait_ms(now).unwrap_or(LOOK_EVERY_MS)).filter(|wait_ms| *wait_ms > 0);
        waits.min().map_or(u64::MAX, |wait_ms| now.mono_ms + wait_ms.min(LOOK_EVERY_MS))
    }

    /// It runs; comes back what is to be remembered, when it is one of these and there is a clock.
    pub fn began(&mut self, exercise: usize, now: Now) -> Option<Kept> {
        let slot = self.0.iter_mut().find(|slot| slot.exercise == exercise)?;
        if now.wall.quality == ClockQuality::Unset {
            slot.not_before_ms = now.mono_ms + slot.every_ms;
            return None;
        }
        slot.not_before_ms = now.mono_ms + slot.every_ms / 2;
        slot.last_ms = Some(now.wall.at_ms);
        Some(self.0.iter().filter_map(|slot| Some((slot.name.clone(), slot.last_ms?))).collect())
    }

    /// It may not run now.
    pub fn refused(&mut self, exercise: usize, now: Now) {
        if let Some(slot) = self.0.iter_mut().find(|slot| slot.exercise == exercise) {
            slot.not_before_ms = now.mono_ms + AGAIN_AFTER_MS;
        }
    }
}

impl Slot {
    /// How long until it is due; none: nobody knows, the clock is not set.
    fn wait_ms(&self, now: Now) -> Option<u64> {
        let held_ms = self.not_before_ms.saturating_sub(now.mono_ms);
        let Some(last_ms) = self.last_ms else { return Some(held_ms) };
        if now.wall.quality == ClockQuality::Unset {
            return None;
        }
        // It ran under a clock that was ahead and has been set right since: nobody knows when, and years would be long to wait.
        if last_ms > now.wall.at_ms + DAY_MS {
            return Some(held_ms);
        }
        let due_ms = self.after(last_ms) + self.phase_ms;
        Some(due_ms.saturating_sub(now.wall.at_ms).max(held_ms))
    }

    /// The first moment of the day's time that is far enough from the last run.
    fn after(&self, last_ms: UnixMs) -> UnixMs {
        let earliest_ms = last_ms + self.every_ms.saturating_sub(EARLY_MS.min(self.every_ms / 2)) + UTC_PLUS_8_MS;
        let minute_ms = u64::from(self.at.minute) * MINUTE_MS;
        let day_ms = earliest_ms / DAY_MS * DAY_MS;
        let slot_ms = if day_ms + minute_ms >= earliest_ms { day_ms + minute_ms } else { day_ms + DAY_MS + minute_ms };
        slot_ms - UTC_PLUS_8_MS
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::time::{EARLIEST_MS, WallTime};

    use super::*;

    /// 00:00 in China on the day after the earliest.
    const MIDNIGHT_MS: u64 = EARLIEST_MS + DAY_MS - UTC_PLUS_8_MS;

    fn now(mono_ms: u64, wall_ms: u64) -> Now {
        Now { mono_ms, wall: WallTime { at_ms: wall_ms, quality: ClockQuality::Free } }
    }

    fn unset(mono_ms: u64) -> Now {
        Now { mono_ms, wall: WallTime { at_ms: 0, quality: ClockQuality::Unset } }
    }

    fn slots(days: u64, kept: &Kept, begins: Now) -> Slots {
        let at: At = "03:30".parse().expect("a time");
        Slots::new([(7, "v/p".into(), at, days * DAY_MS)], kept, Dice::seeded(b"a"), begins)
    }

    fn kept(last_ms: u64) -> Kept {
        Kept::from([("v/p".into(), last_ms)])
    }

    /// Runs by its own wakes; the hours since the first midnight at which it ran.
    fn runs(days: u64, last_ms: u64, from_ms: u64, for_days: u64) -> Vec<f64> {
        let mut slots = slots(days, &kept(last_ms), now(0, from_ms));
        let (mut mono_ms, mut ran) = (0, Vec::new());
        while mono_ms < for_days * DAY_MS {
            let moment = now(mono_ms, from_ms + mono_ms);
            for exercise in slots.due(moment) {
                assert!(slots.began(exercise, moment).is_some());
                ran.push((moment.wall.at_ms as f64 - MIDNIGHT_MS as f64) / 3_600_000.0);
            }
            mono_ms = slots.wake_ms(moment);
        }
        ran
    }

    #[test]
    fn it_runs_at_its_time_once_in_so_many_days_behind_a_spread_of_its_own() {
        let daily = runs(1, MIDNIGHT_MS - 20 * HOUR_MS, MIDNIGHT_MS, 5);
        assert_eq!(daily.len(), 5, "{daily:?}");
        for (day, hour) in daily.iter().enumerate() {
            assert!((3.5..4.0).contains(&(hour - 24.0 * day as f64)), "{daily:?}");
        }
        let weekly = runs(7, MIDNIGHT_MS, MIDNIGHT_MS, 22);
        assert_eq!(weekly.len(), 3, "{weekly:?}");
        assert!(weekly.windows(2).all(|pair| (pair[1] - pair[0] - 168.0).abs() < 0.1), "{weekly:?}");
    }

    #[test]
    fn what_was_missed_while_the_box_was_off_is_made_up_for_within_half_an_hour_and_once() {
        // Off from the evening before until noon.
        let late = runs(1, MIDNIGHT_MS - 20 * HOUR_MS, MIDNIGHT_MS + 12 * HOUR_MS, 2);
        assert!((12.0..12.5).contains(&late[0]), "{late:?}");
        assert!((27.5..28.0).contains(&late[1]), "and then at its usual time: {late:?}");
        assert!((51.5..52.0).contains(&late[2]) && late.len() == 3, "{late:?}");
    }

    #[test]
    fn what_never_ran_runs_at_once_and_without_a_clock_nothing_else_does() {
        let mut fresh = slots(7, &Kept::new(), unset(0));
        assert_eq!(fresh.due(unset(FIRST_WITHIN_MS)), [7]);
        assert_eq!(fresh.began(7, unset(FIRST_WITHIN_MS)), None, "nobody knows when");
        assert!(fresh.due(unset(6 * DAY_MS)).is_empty());
        assert_eq!(fresh.due(unset(8 * DAY_MS)), [7], "then by how long the box is up");
        let known = slots(7, &kept(MIDNIGHT_MS), unset(0));
        assert!(known.due(unset(100 * DAY_MS)).is_empty());
        assert_eq!(known.wake_ms(unset(0)), LOOK_EVERY_MS, "the clock may be set meanwhile");
        assert_eq!(known.due(now(LOOK_EVERY_MS * 4, MIDNIGHT_MS + 9 * DAY_MS)), [7]);
    }

    #[test]
    fn a_run_under_a_clock_that_was_ahead_is_not_waited_for() {
        let mut slots = slots(1, &kept(MIDNIGHT_MS + 3_000 * DAY_MS), now(0, MIDNIGHT_MS));
        let moment = now(SPREAD_MS, MIDNIGHT_MS + SPREAD_MS);
        assert_eq!(slots.due(moment), [7]);
        assert_eq!(slots.began(7, moment), Some(kept(moment.wall.at_ms)), "and by the right clock from now on");
        assert!(slots.due(now(2 * SPREAD_MS, MIDNIGHT_MS + 2 * SPREAD_MS)).is_empty());
    }

    #[test]
    fn what_was_refused_is_asked_for_again() {
        let mut slots = slots(1, &kept(MIDNIGHT_MS - DAY_MS), now(0, MIDNIGHT_MS));
        let moment = now(4 * HOUR_MS, MIDNIGHT_MS + 4 * HOUR_MS);
        assert_eq!(slots.due(moment), [7]);
        slots.refused(7, moment);
        assert!(slots.due(moment).is_empty());
        let wake_ms = slots.wake_ms(moment);
        assert!(wake_ms <= moment.mono_ms + LOOK_EVERY_MS);
        assert_eq!(slots.due(now(moment.mono_ms + AGAIN_AFTER_MS, moment.wall.at_ms + AGAIN_AFTER_MS)), [7]);
    }

    #[test]
    fn times_and_spans_are_read_and_others_named() {
        assert_eq!(["00:00", "23:59"].map(|text| text.parse::<At>().map(|at| at.minute)), [Ok(0), Ok(1_439)]);
        assert_eq!(
            ["7d", "12h", "1min"].map(|text| text.parse::<Every>().map(|e| e.seconds)),
            [Ok(604_800), Ok(43_200), Ok(60)]
        );
        assert!(["24:00", "3:30", "03:60", "noon"].iter().all(|text| text.parse::<At>().is_err()));
        assert!(["91d", "0d", "7", "d", "1w", "99999999d"].iter().all(|text| text.parse::<Every>().is_err()));
    }
}
