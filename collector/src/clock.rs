//! The one place that reads HQ's wall clock; everything else is given the time.
//!
//! Time goes on by the monotonic clock, and the wall clock sets it: at the start, and whenever the core looks and nothing urgent is open.
//! What must be answered within minutes is not over because somebody set the clock, and a clock that was never set says nothing.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use avow_shared::time::UnixMs;

/// Before this (2025-01-01T00:00:00Z) there was no collector: a clock that shows it was never set.
const UNSET_BEFORE_MS: i64 = 1_735_689_600_000;
/// A smaller difference is the two clocks' rounding.
const NOTHING_MS: i64 = 5;
/// A larger step is worth a line in the log.
const WORTH_TELLING_MS: i64 = 2_000;

/// HQ's time less the monotonic clock's, milliseconds.
static AHEAD_MS: AtomicI64 = AtomicI64::new(0);
static SETTING: Mutex<Setting> = Mutex::new(Setting { told_ms: 0 });

fn mono_ms() -> i64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let begin = || {
        AHEAD_MS.store(wall_ms(), Relaxed);
        Instant::now()
    };
    i64::try_from(BEGAN.get_or_init(begin).elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970, 0 before that.
#[must_use]
pub fn now_ms() -> UnixMs {
    // The first reading sets how far it is ahead, so the order matters.
    let mono_ms = mono_ms();
    u64::try_from(mono_ms.saturating_add(AHEAD_MS.load(Relaxed))).unwrap_or(0)
}

/// Follows the wall clock, unless something `urgent` is open; the core does it before each of its rounds.
pub fn follow(urgent: bool) {
    let (now_ms, wall_ms) = (i64::try_from(now_ms()).unwrap_or(i64::MAX), wall_ms());
    let mut setting = SETTING.lock().unwrap_or_else(PoisonError::into_inner);
    let step_ms = setting.step(now_ms, wall_ms, urgent);
    AHEAD_MS.fetch_add(step_ms, Relaxed);
}

/// It is not before `known`, the newest moment that HQ has on its disk: said once at the start, and believed only where the clock was never set.
pub fn not_before(known: UnixMs) {
    let (now_ms, known_ms) = (i64::try_from(now_ms()).unwrap_or(i64::MAX), i64::try_from(known).unwrap_or(0));
    if now_ms < UNSET_BEFORE_MS && now_ms < known_ms {
        tracing::warn!("the clock was never set: time goes on from the newest report until it is");
        AHEAD_MS.fetch_add(known_ms - now_ms, Relaxed);
    }
}

/// What is done with a wall clock that says something else. Pure.
#[derive(Debug)]
struct Setting {
    /// The difference that was told last; 0 for none.
    told_ms: i64,
}

impl Setting {
    /// By how much the time is to be set, milliseconds, when it is `now_ms` and the wall clock says `wall_ms`.
    fn step(&mut self, now_ms: i64, wall_ms: i64, urgent: bool) -> i64 {
        let differs_ms = wall_ms.saturating_sub(now_ms);
        if differs_ms.abs() <= NOTHING_MS || wall_ms < UNSET_BEFORE_MS && now_ms >= wall_ms {
            return 0;
        }
        let is_news = (differs_ms - self.told_ms).abs() > WORTH_TELLING_MS;
        if is_news && urgent {
            tracing::warn!(differs_ms, "the clock was set while a call is open: the call goes on by its own time");
            self.told_ms = differs_ms;
        } else if !urgent {
            if differs_ms.abs() > WORTH_TELLING_MS {
                tracing::warn!(differs_ms, "the clock was set");
            }
            self.told_ms = 0;
        }
        if urgent { 0 } else { differs_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_800_000_000_000;

    fn step(now_ms: i64, wall_ms: i64, urgent: bool) -> i64 {
        Setting { told_ms: 0 }.step(now_ms, wall_ms, urgent)
    }

    #[test]
    fn a_clock_that_is_set_is_followed_only_while_no_call_is_open() {
        for wall in [NOON + 3_600_000, NOON - 3_600_000, NOON + 900] {
            assert_eq!(step(NOON, wall, false), wall - NOON);
            assert_eq!(step(NOON, wall, true), 0, "a call is not over because somebody set the clock");
        }
        assert_eq!(step(NOON, NOON + NOTHING_MS, false), 0);
    }

    #[test]
    fn a_clock_that_was_never_set_says_nothing_to_who_knows_better() {
        assert_eq!(step(NOON, 86_400_000, false), 0);
        assert_eq!(step(60_000, NOON, false), NOON - 60_000, "it is set at last");
        assert_eq!(step(60_000, 61_000, false), 1_000, "with nothing on the disk 1970 goes on");
    }

    #[test]
    fn a_step_is_told_once_while_it_lasts() {
        let mut setting = Setting { told_ms: 0 };
        setting.step(NOON, NOON + 60_000, true);
        assert_eq!(setting.told_ms, 60_000);
        setting.step(NOON + 50, NOON + 60_051, true);
        assert_eq!(setting.told_ms, 60_000);
        setting.step(NOON + 100, NOON + 60_100, false);
        assert_eq!(setting.told_ms, 0);
    }

    #[test]
    fn time_goes_on() {
        let began = now_ms();
        assert!(began > u64::try_from(UNSET_BEFORE_MS).expect("positive"), "this machine's clock is set");
        follow(false);
        let then = now_ms();
        assert!((began..began + 60_000).contains(&then), "{began} {then}");
        not_before(1);
        assert!(now_ms() >= then);
    }
}
