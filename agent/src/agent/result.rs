//! From the end of a run to an outcome and its evidence. Pure.

use avow_shared::hash::ContentHash;
use avow_shared::outcome::{Evidence, MAX_EVIDENCE, MAX_VALUES, Outcome, Verdict, Why};
use avow_shared::time::WallTime;

use crate::config::Exercise;
use crate::evidence::{Errand, fits};
use crate::probe::{Exhibit, Found};

/// How a run ended.
#[derive(Clone, Debug)]
pub enum Ended {
    /// By itself.
    Found(Found),
    /// At its deadline.
    Deadline,
    /// In a panic, which only this run noticed.
    Panicked,
    /// It was given up in the middle; the core knows why.
    Aborted,
    /// Without a run.
    Verdict(Verdict),
}

/// The outcome, within its bounds, and the evidence to be kept.
#[must_use]
pub fn outcome(exercise: &Exercise, ended: Ended, took_ms: u32, at: WallTime) -> (Outcome, Vec<Errand>) {
    let unknown = |why| Found::new(Verdict::Unknown { why }, "");
    let found = match ended {
        Ended::Found(found) => found,
        Ended::Deadline => unknown(Why::Deadline),
        Ended::Panicked => unknown(Why::Panicked),
        Ended::Aborted => Found::missing("已中止"),
        Ended::Verdict(verdict) => Found::new(verdict, ""),
    };
    let Found { verdict, detail, mut values, exhibits, facts: _, learnt: _, in_call: _, part: _ } = found;
    values.truncate(MAX_VALUES);
    let kept = exhibits.into_iter().filter(|exhibit| fits(&exhibit.bytes)).take(MAX_EVIDENCE);
    let (evidence, errands) = kept.map(named).unzip();
    let outcome = Outcome {
        venue: exercise.name.venue,
        probe: exercise.name.probe.clone(),
        at,
        took_ms,
        verdict,
        detail,
        values,
        evidence,
    };
    (outcome, errands)
}

fn named(exhibit: Exhibit) -> (Evidence, Errand) {
    let Exhibit { kind, bytes } = exhibit;
    let hash = ContentHash::of(&bytes);
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    (Evidence { kind, hash, size }, Errand::Keep { hash, kind, bytes })
}
