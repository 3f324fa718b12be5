//! Plants the canary: a fault that stands nowhere but in the reports, and is gone at once.

use avow_shared::canary::{EVERY, FINDING, PROBE};
use avow_shared::id::VenueId;
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::value::{Unit, Value};

use crate::clock::Now;
use crate::jitter::Dice;

/// When the next one is due.
#[derive(Clone, Copy, Debug)]
pub struct Canary {
    every_ms: u64,
    next_ms: u64,
}

impl Canary {
    /// The first one after a tenth of the time at most, since who starts again and again would else plant none; each agent has its
    /// own moment. None when `every_s` is 0: the configuration wants none.
    #[must_use]
    pub fn new(every_s: u32, mut dice: Dice, now: Now) -> Option<Self> {
        let every_ms = u64::from(every_s) * 1_000;
        (every_s > 0).then(|| Self { every_ms, next_ms: now.mono_ms + dice.upto(every_ms / 10) })
    }

    /// When to plant again, monotonic milliseconds.
    #[must_use]
    pub const fn next_ms(&self) -> u64 {
        self.next_ms
    }

    /// The fault at `venue` and what takes it away in the next report, when one is due.
    pub fn plant(&mut self, venue: VenueId, now: Now) -> Option<[Outcome; 2]> {
        if now.mono_ms < self.next_ms {
            return None;
        }
        self.next_ms = now.mono_ms + self.every_ms;
        let planted = Outcome {
            venue,
            probe: PROBE.parse().ok()?,
            at: now.wall,
            took_ms: 0,
            verdict: Verdict::fail(FINDING),
            detail: "自检信标：并非故障".into(),
            values: vec![Value::new(EVERY, Unit::Second, self.every_ms as f64 / 1_000.0)],
            evidence: vec![],
        };
        let gone = Outcome { verdict: Verdict::Pass, values: vec![], ..planted.clone() };
        Some([planted, gone])
    }
}
