//! The canary: a fault that an agent plants into its own chain of judgement, on a schedule, and nowhere in the room. It takes
//! the way of every fault, from the core of the agent over its spool, the broker and HQ's journal to what people see; how long
//! that takes is a measure of the system itself. It counts in no readiness and alarms nobody.

use crate::outcome::{Outcome, Verdict};

/// The probe that it comes from; no configured one may be called so.
pub const PROBE: &str = "canary";
/// What it finds.
pub const FINDING: &str = "canary.planted";
/// The value that says after how many seconds the next one is to be expected.
pub const EVERY: &str = "canary_every_s";
/// How often one is planted when nobody says, seconds.
pub const EVERY_S: u32 = 6 * 3_600;

/// Whether an outcome is a canary's: planted or taken away again.
#[must_use]
pub fn is_canary(outcome: &Outcome) -> bool {
    outcome.probe.as_str() == PROBE
}

/// The seconds until the next one, of an outcome that plants one.
#[must_use]
pub fn planted(outcome: &Outcome) -> Option<u32> {
    let is_planted = |verdict: &Verdict| verdict.finding().is_some_and(|finding| finding.as_str() == FINDING);
    let every = outcome.values.iter().find(|value| value.name.as_str() == EVERY);
    let every = every.filter(|_| is_canary(outcome) && is_planted(&outcome.verdict))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast holds at the greatest number")]
    let seconds = every.number as u32;
    (1..=90 * 86_400).contains(&seconds).then_some(seconds)
}
