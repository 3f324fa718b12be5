//! What a call that proves can prove before its time is up, whose turn it is when, and who falls back from the beginning. Pure.

use std::collections::BTreeMap;

use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Depth;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::prove::{FellBack, HqEnd, Proof, Proving};
use super::{Asked, Entry};
use crate::hand::RUN_WITHIN_MS;

/// The first venues are ready so long after the call; before that no run begins.
const READY_WITHIN_MS: u64 = 10_000;

/// What a call can prove before its time is up, as it was known when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// Venues that are called and have a box or a room: who is excused is not among them.
    pub called: u32,
    /// Of those: can take part in a run of sound and picture.
    pub able: u32,
    /// Of those: will be proven in time; everybody else falls back to *ready*.
    pub fits: u32,
    /// Runs that go at the same time: HQ's ends that are there.
    pub slots: u32,
    /// Runs that one end has time for, one after the other.
    pub rounds: u32,
    /// Seconds that one run takes at most.
    pub run_s: u32,
    /// Why nobody can be proven.
    #[schema(required)]
    pub why: Option<FellBack>,
}

/// Who is planned to be proven and who falls back; for another depth nobody. `is_able`: can take part in a run.
pub fn plan(
    entries: &mut [Entry],
    id: OrderNumber,
    asked: &Asked,
    ends: &[HqEnd],
    is_able: impl Fn(&Entry) -> bool,
) -> Option<Forecast> {
    if asked.depth != Depth::Proven {
        return None;
    }
    let why = match ends {
        [] => Some(FellBack::NoHq),
        _ if !asked.confirmed => Some(FellBack::Unconfirmed),
        _ => None,
    };
    let called: Vec<usize> =
        (0..entries.len()).filter(|at| entries[*at].excused().is_none() && entries[*at].venue().is_some()).collect();
    let is_able = |entry: &Entry| is_able(entry) && !ends.iter().any(|end| entry.agent == Some(end.agent));
    let (able, unable): (Vec<usize>, Vec<usize>) = called.iter().copied().partition(|at| is_able(&entries[*at]));
    let run_ms = RUN_WITHIN_MS;
    let rounds = (asked.until_ms - asked.given_ms).saturating_sub(READY_WITHIN_MS) / run_ms;
    let room = if why.is_some() { 0 } else { rounds.saturating_mul(ends.len() as u64) };
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let forecast = Forecast {
        called: number(called.len() as u64),
        able: number(able.len() as u64),
        fits: number(room.min(able.len() as u64)),
        slots: number(ends.len() as u64),
        rounds: number(rounds),
        run_s: number(run_ms.div_ceil(1_000)),
        why,
    };
    let at_ms = Some(asked.given_ms);
    for at in unable {
        let why = why.filter(|why| *why == FellBack::NoHq).unwrap_or(FellBack::Unable);
        entries[at].proving = Some(Proving { turn: u32::MAX, proof: Proof::FellBack(why), at_ms });
    }
    for (turn, at) in (0..).zip(in_turn(entries, able, id)) {
        let proof = match why {
            Some(why) => Proof::FellBack(why),
            None if turn < forecast.fits => Proof::Planned,
            None => Proof::Spare,
        };
        entries[at].proving = Some(Proving { turn, proof, at_ms });
    }
    Some(forecast)
}

/// One of each city, then the next of each; within a city from another venue on in every call.
fn in_turn(entries: &[Entry], able: Vec<usize>, id: OrderNumber) -> Vec<usize> {
    let mut cities: BTreeMap<PlaceCode, Vec<usize>> = BTreeMap::new();
    able.into_iter().for_each(|at| cities.entry(entries[at].city).or_default().push(at));
    for venues in cities.values_mut() {
        venues.sort_unstable_by(|one, other| entries[*one].whom.cmp(&entries[*other].whom));
        let from = usize::try_from(id % venues.len().max(1) as u64).unwrap_or_default();
        venues.rotate_left(from);
    }
    let longest = cities.values().map(Vec::len).max().unwrap_or_default();
    (0..longest).flat_map(|nth| cities.values().filter_map(move |venues| venues.get(nth).copied())).collect()
}
