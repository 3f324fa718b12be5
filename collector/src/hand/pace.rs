//! How fast somebody may ask: so often in the long run, a few at once. Pure.

use avow_shared::time::UnixMs;

/// The moment when the next would be due if all came evenly.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    due_ms: UnixMs,
}

impl Pace {
    /// Takes one each `every_ms`, up to `burst` at once; says whether this one is taken.
    pub(super) fn take(&mut self, every_ms: u64, burst: u64, now: UnixMs) -> bool {
        let ahead = every_ms * burst;
        // A clock that was set back must not lock anybody out.
        let due = if self.due_ms > now + ahead { now } else { self.due_ms.max(now) };
        let is_taken = due + every_ms <= now + ahead;
        if is_taken {
            self.due_ms = due + every_ms;
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_taken_at_once_and_then_one_at_a_time() {
        let mut pace = Pace::default();
        let taken = |pace: &mut Pace, now| (0..10).filter(|_| pace.take(100, 3, now)).count();
        assert_eq!(taken(&mut pace, 1_000), 3);
        assert_eq!(taken(&mut pace, 1_099), 0);
        assert_eq!(taken(&mut pace, 1_100), 1);
        assert_eq!(taken(&mut pace, 9_000), 3);
        assert_eq!(taken(&mut pace, 10), 3, "the clock was set back");
    }
}
