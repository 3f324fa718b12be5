//! What came of a run of sound and picture between HQ and a venue. Pure.

use avow_shared::mouth_to_ear::{Crossing, Part, Whom, join};
use avow_shared::order::{AnswerResult, INTERLOCKED};
use avow_shared::roll_call::{Found, Untested};
use avow_shared::time::UnixMs;
use avow_shared::venue::Grade;

use crate::crossing::{Limits, findings};
use crate::hand::{RUN_WITHIN_MS, Run};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The worse of both ways, or why the venue did not take part.
    Found(Found),
    /// Nothing came over in either direction: a venue that is not in the conference cannot be told from one whose lines are all dead.
    Apart,
    /// HQ's own end did not take part: nothing is known of the venue.
    HqRefused,
}

impl Came {
    /// So many runs came since that nobody remembers this one.
    #[must_use]
    pub const fn forgotten() -> Self {
        Self::Found(Found::Untested(Untested::Late))
    }
}

/// What came of a run of HQ's end, the first, with a venue; none while something may still come. `parts`: what each told.
#[must_use]
pub fn came(run: &Run, parts: [Option<&Part>; 2], limits: &Limits, now: UnixMs) -> Option<Came> {
    let refused =
        |at: usize| {
            run.ends[at].answer.as_ref().filter(|answer| answer.result == AnswerResult::Impossible).map(|answer| {
                if answer.detail.starts_with(INTERLOCKED) { Untested::Refused } else { Untested::Missing }
            })
        };
    if refused(0).is_some() {
        return Some(Came::HqRefused);
    }
    if let Some(why) = refused(1) {
        return Some(Came::Found(Found::Untested(why)));
    }
    if parts.contains(&None) && now.abs_diff(run.given_ms) < RUN_WITHIN_MS {
        return None;
    }
    Some(match parts {
        [Some(_), Some(_)] => judged(&join(parts[0], parts[1]), limits),
        [None, _] => Came::HqRefused,
        [Some(_), None] => Came::Found(Found::Untested(Untested::Late)),
    })
}

fn judged(crossing: &Crossing, limits: &Limits) -> Came {
    let is_empty = |seen: Option<Whom>| matches!(seen, None | Some(Whom::Nobody));
    if crossing.ways.iter().all(|way| way.heard == Whom::Nobody && is_empty(way.seen)) {
        return Came::Apart;
    }
    let found = crossing.ways.iter().flat_map(|way| findings(way, crossing, limits));
    let found = found.filter_map(|finding| {
        let code = finding.code.parse().ok()?;
        Some(if finding.grade == Grade::Fail { Found::Failed(code) } else { Found::Degraded(code) })
    });
    Came::Found(found.fold(Found::Good, Found::worse))
}
