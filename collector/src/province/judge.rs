//! The class of a venue from what is known of it and the time: pure.

use avow_shared::id::FindingCode;
use avow_shared::outcome::Verdict;
use avow_shared::time::UnixMs;
use avow_shared::venue::Probe;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::counts::{Class, Standing};
use super::tree::Tree;
use super::venue::{Described, Venue};

/// How long is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// A venue is silent when nothing signed came for longer, milliseconds.
    pub silent_after_ms: u64,
    /// A probe is stale when older than this many of its intervals …
    pub stale_intervals: u32,
    /// … and so many milliseconds.
    pub stale_grace_ms: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { silent_after_ms: 180_000, stale_intervals: 2, stale_grace_ms: 60_000 }
    }
}

/// The time as far as it matters to a judgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// HQ's time.
    pub(super) now_ms: UnixMs,
    /// Since when HQ listens: nobody is late for what HQ could not hear. None while old reports are read again.
    pub(super) listening_ms: Option<UnixMs>,
}

/// The judgement of a venue.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judgement {
    pub(super) standing: Standing,
    pub(super) finding: Option<FindingCode>,
    pub(super) why: Option<SmolStr>,
    /// When it may change by time alone.
    pub(super) due_ms: UnixMs,
}

impl Judgement {
    fn plain(standing: Standing) -> Self {
        Self { standing, finding: None, why: None, due_ms: UnixMs::MAX }
    }

    fn of(class: Class, finding: Option<FindingCode>, why: Option<SmolStr>, due_ms: UnixMs) -> Self {
        Self { standing: Standing::Class(class), finding, why, due_ms }
    }
}

/// Judges: excluded and never heard of stand outside, then the first class that fits.
pub(super) fn judge(venue: &Venue, tree: &Tree, rules: &Rules, moment: Moment) -> Judgement {
    if venue.entry.is_none() && venue.described.is_none() {
        return Judgement::plain(Standing::Hidden);
    }
    let excluded = venue.entry.as_ref().is_some_and(|entry| entry.exclusion.is_some());
    if excluded || tree.exclusion(venue.at).is_some() {
        return Judgement::plain(Standing::Excluded);
    }
    let Some(link) = venue.link else { return Judgement::plain(Standing::Never) };
    let silent_at = deadline(link.last_ms, rules.silent_after_ms, moment);
    if moment.now_ms > silent_at {
        return Judgement::plain(Standing::Class(Class::Silent));
    }
    by_probes(venue, rules, moment, silent_at.saturating_add(1))
}

/// The last moment that is still in time; never, while HQ does not judge by time.
fn deadline(from_ms: UnixMs, allowed_ms: u64, moment: Moment) -> UnixMs {
    moment.listening_ms.map_or(UnixMs::MAX, |since| from_ms.max(since).saturating_add(allowed_ms))
}

fn by_probes(venue: &Venue, rules: &Rules, moment: Moment, silent_ms: UnixMs) -> Judgement {
    let Some(described) = venue.described.as_deref() else {
        return Judgement::of(Class::Unknown, None, Some("no-description".into()), silent_ms);
    };
    let verdicts = || required(described).filter_map(|probe| venue.newest(&probe.id)).map(|newest| &newest.verdict);
    if let Some(failed) = verdicts().find(|verdict| matches!(verdict, Verdict::Fail { .. })) {
        return Judgement::of(Class::Fail, failed.finding().cloned(), None, silent_ms);
    }
    let (stale_at, late) = first_stale(venue, described, rules, moment);
    if moment.now_ms > stale_at {
        return Judgement::of(Class::Stale, None, late.map(|probe| probe.id.as_str().into()), silent_ms);
    }
    let due_ms = silent_ms.min(stale_at.saturating_add(1));
    let unknown = verdicts().find_map(|v| if let Verdict::Unknown { why } = v { Some(why.word()) } else { None });
    if let Some(why) = unknown.or_else(|| verdicts().next().is_none().then_some("no-result")) {
        return Judgement::of(Class::Unknown, None, Some(why.into()), due_ms);
    }
    match verdicts().find_map(Verdict::finding) {
        Some(finding) => Judgement::of(Class::Degraded, Some(finding.clone()), None, due_ms),
        None => Judgement::of(Class::Pass, None, None, due_ms),
    }
}

fn required(described: &Described) -> impl Iterator<Item = &Probe> {
    described.probes.iter().filter(|probe| probe.required)
}

/// The required probe that is or will be stale first. One without an interval runs by order only and is never late.
fn first_stale<'a>(
    venue: &Venue,
    described: &'a Described,
    rules: &Rules,
    moment: Moment,
) -> (UnixMs, Option<&'a Probe>) {
    let late_at = |probe: &Probe| {
        let from = venue.newest(&probe.id).map_or(described.received_ms, |newest| newest.received_ms);
        deadline(from, stale_after_ms(probe.interval_s, rules), moment)
    };
    let scheduled = required(described).filter(|probe| probe.interval_s > 0);
    let first = scheduled.map(|probe| (late_at(probe), probe)).min_by_key(|(at, _)| *at);
    first.map_or((UnixMs::MAX, None), |(at, probe)| (at, Some(probe)))
}

/// How old a result of a probe with this interval may be.
#[must_use]
pub(crate) fn stale_after_ms(interval_s: u32, rules: &Rules) -> u64 {
    u64::from(interval_s) * 1_000 * u64::from(rules.stale_intervals) + rules.stale_grace_ms
}
