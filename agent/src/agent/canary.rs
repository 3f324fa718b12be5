//! Plants the canary: a fault that stands nowhere but in the reports, and is gone at once.

use avow_shared::canary::{EVERY, FINDING, PROBE};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::value::{Unit, Value};
use avow_shared::wire::Report;

use super::Agent;
use crate::clock::Now;
use crate::jitter::Dice;

/// When the next one is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canary {
    every_ms: u64,
    next_ms: u64,
}

impl Canary {
    /// The first one after a tenth of the time at most, since who starts again and again would else plant none; each agent has its
    /// own moment. None when the configuration wants none.
    pub(super) fn new(every_s: u32, mut dice: Dice, now: Now) -> Option<Self> {
        let every_ms = u64::from(every_s) * 1_000;
        (every_s > 0).then(|| Self { every_ms, next_ms: now.mono_ms + dice.upto(every_ms / 10) })
    }

    pub(super) const fn next_ms(&self) -> u64 {
        self.next_ms
    }
}

impl Agent {
    /// Plants what is due, and takes it away again in the next report.
    pub(super) fn plant_canary(&mut self, now: Now) {
        let (Some(canary), Some(venue)) = (&mut self.canary, self.config.description.venues.first()) else { return };
        if now.mono_ms < canary.next_ms {
            return;
        }
        canary.next_ms = now.mono_ms + canary.every_ms;
        let Ok(probe) = PROBE.parse() else { return };
        let planted = Outcome {
            venue: venue.id,
            probe,
            at: now.wall,
            took_ms: 0,
            verdict: Verdict::fail(FINDING),
            detail: "自检信标：并非故障".into(),
            values: vec![Value::new(EVERY, Unit::Second, canary.every_ms as f64 / 1_000.0)],
            evidence: vec![],
        };
        let gone = Outcome { verdict: Verdict::Pass, values: vec![], ..planted.clone() };
        for outcome in [planted, gone] {
            self.reporter.produce(Report::Outcome(outcome), true, now);
        }
    }
}
