//! Which record of a roll call or an inspection goes when there are more than are kept, and whether anything is lost with it. Pure.
//!
//! What was signed off lies whole in the archive and goes first, but for the newest of its plan or schedule, with which the next is compared;
//! then what nobody answered or filled in before it was broken off. Of all others the oldest goes of that plan or schedule that has the most:
//! what begins twice an hour pushes out nothing but its own.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::document::archive::Archive;
use crate::inspection::{Ended, Head as Run, State};
use crate::roll_call::{Head as Call, Heads as Calls};

/// So many roll calls are kept.
pub const MOST_CALLS: usize = 1_000;
/// So many inspection runs are kept …
pub const MOST_RUNS: usize = 1_000;
/// … and fewer when all have more records than this: some two hundred runs of the whole province, 300 MB.
pub const MOST_RUN_RECORDS: u64 = 4_000_000;
/// From so many hundredths on it is said that what nobody signed will go.
const FILLING_PERCENT: usize = 90;

/// A record that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its number: the older, the lower.
    pub id: u64,
    /// The plan or schedule that began it; none: a person.
    pub of: Option<u64>,
    /// Whether its report was signed off.
    pub is_signed: bool,
    /// Whether it was broken off before anybody said anything.
    pub is_empty: bool,
    /// How much room it takes.
    pub weight: u64,
}

/// What goes with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its report stays in the archive.
    Signed,
    /// There was nothing in it.
    Empty,
    /// Nobody signed it off: it is gone.
    Unsigned,
}

/// A record that went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Which.
    pub id: u64,
    /// What went with it.
    pub loss: Loss,
}

/// How much room there is for records, and what the next one costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordsRoom {
    /// Enough, or what goes next lies in the archive or is empty.
    Enough,
    /// Less than a tenth, and what goes then was not signed off.
    Filling,
    /// None: with the next record one goes that nobody has signed off.
    Full,
}

/// The record that goes next of these, the oldest first; none of none.
#[must_use]
pub fn first_to_go(kept: &[Kept]) -> Option<Gone> {
    // A small one makes no room where it is size that is short.
    let mean = kept.iter().map(|one| one.weight).sum::<u64>() / kept.len().max(1) as u64;
    let may_go = || kept.iter().filter(|one| one.weight >= mean);
    let newest: BTreeMap<Option<u64>, u64> = kept.iter().map(|one| (one.of, one.id)).collect();
    let gone = |loss| move |one: &Kept| Gone { id: one.id, loss };
    let signed = may_go().find(|one| one.is_signed && newest.get(&one.of) != Some(&one.id)).map(gone(Loss::Signed));
    let empty = || may_go().find(|one| one.is_empty && !one.is_signed).map(gone(Loss::Empty));
    signed.or_else(empty).or_else(|| unsigned(may_go())).or_else(|| may_go().next().map(gone(Loss::Signed)))
}

/// The oldest of the plan or schedule that has the most.
fn unsigned<'a>(kept: impl Iterator<Item = &'a Kept>) -> Option<Gone> {
    let mut many: BTreeMap<Option<u64>, (u64, Reverse<u64>)> = BTreeMap::new();
    for one in kept.filter(|one| !one.is_signed) {
        many.entry(one.of).or_insert((0, Reverse(one.id))).0 += one.weight;
    }
    let (_, Reverse(id)) = many.into_values().max()?;
    Some(Gone { id, loss: Loss::Unsigned })
}

/// What there is room for, of so many of at most so many.
#[must_use]
pub fn room(count: usize, most: usize, kept: &[Kept]) -> RecordsRoom {
    let loses = first_to_go(kept).is_some_and(|gone| gone.loss == Loss::Unsigned);
    if !loses || count * 100 < most * FILLING_PERCENT {
        RecordsRoom::Enough
    } else if count < most {
        RecordsRoom::Filling
    } else {
        RecordsRoom::Full
    }
}

/// The roll calls that are over, the oldest first.
#[must_use]
pub fn of_calls(calls: &Calls, archive: &Archive) -> Vec<Kept> {
    let of = |head: &Call| {
        let answered = head.tally.on_time + head.tally.late + head.tally.in_meeting;
        Kept {
            id: head.id,
            of: head.asked.origin.schedule.as_ref().map(|schedule| schedule.id),
            is_signed: archive.editions(&format!("roll-call/{}", head.id)).next().is_some(),
            is_empty: answered == 0 && head.is_broken_off(),
            weight: 1,
        }
    };
    let mut kept: Vec<Kept> =
        calls.newest().filter(|head| head.ended_ms.is_some()).map(|head| of(head.as_ref())).collect();
    kept.reverse();
    kept
}

/// The inspection runs that are over of these, which come the oldest first; by their number, or by the room that they take.
#[must_use]
pub fn of_runs<'a>(runs: impl Iterator<Item = &'a Run>, archive: &Archive, by_records: bool) -> Vec<Kept> {
    let of = |head: &Run| {
        let is_cancelled = matches!(head.state, State::Ended { how: Ended::Cancelled, .. });
        let found = head.all.items - head.all.items_untested.min(head.all.items);
        Kept {
            id: head.id,
            of: head.ordered.plan,
            is_signed: archive.editions(&format!("inspection/{}", head.id)).next().is_some(),
            is_empty: is_cancelled && found == 0 && head.all.filled == 0,
            weight: if by_records { u64::from(head.records) } else { 1 },
        }
    };
    runs.filter(|head| !head.is_open()).map(of).collect()
}

/// Takes out of `calls` what goes so that at most `most` are left.
pub fn forget_calls(calls: &mut Calls, archive: &Archive, most: usize) -> Vec<Gone> {
    if calls.len() <= most {
        return Vec::new();
    }
    let mut kept = of_calls(calls, archive);
    let mut forgotten = Vec::new();
    while calls.len() > most {
        let Some(gone) = first_to_go(&kept) else { break };
        kept.retain(|one| one.id != gone.id);
        calls.remove(gone.id);
        forgotten.push(gone);
    }
    forgotten
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTHLY: Option<u64> = Some(1);
    const HALF_HOURLY: Option<u64> = Some(2);

    fn kept(id: u64, of: Option<u64>) -> Kept {
        Kept { id, of, is_signed: false, is_empty: false, weight: 1 }
    }

    fn signed(id: u64, of: Option<u64>) -> Kept {
        Kept { is_signed: true, ..kept(id, of) }
    }

    #[track_caller]
    fn check(all: &[Kept], order: &[(u64, Loss)]) {
        let mut left = all.to_vec();
        let mut gone = Vec::new();
        while let Some(next) = first_to_go(&left) {
            left.retain(|one| one.id != next.id);
            gone.push((next.id, next.loss));
        }
        assert_eq!(gone, order);
    }

    #[test]
    fn what_was_signed_goes_first_then_what_is_empty_and_nothing_that_is_compared_with_the_next() {
        let empty = Kept { is_empty: true, ..kept(4, None) };
        let all =
            [kept(1, MONTHLY), signed(2, MONTHLY), signed(3, MONTHLY), empty, signed(5, HALF_HOURLY), kept(6, None)];
        // 5 is the newest of its plan; 3 is of its own.
        check(
            &all,
            &[
                (2, Loss::Signed),
                (4, Loss::Empty),
                (1, Loss::Unsigned),
                (6, Loss::Unsigned),
                (3, Loss::Signed),
                (5, Loss::Signed),
            ],
        );
    }

    #[test]
    fn what_begins_twice_an_hour_pushes_out_its_own() {
        let mut all = vec![kept(1, MONTHLY), kept(2, None)];
        all.extend((3..900).map(|id| kept(id, HALF_HOURLY)));
        assert_eq!(first_to_go(&all), Some(Gone { id: 3, loss: Loss::Unsigned }));
    }

    #[test]
    fn where_size_is_short_what_is_small_stays() {
        let province = |id| Kept { weight: 18_762, ..kept(id, MONTHLY) };
        let all = [signed(1, HALF_HOURLY), kept(2, HALF_HOURLY), province(3), province(4), signed(5, HALF_HOURLY)];
        assert_eq!(first_to_go(&all), Some(Gone { id: 3, loss: Loss::Unsigned }));
    }

    #[test]
    fn it_is_said_before_what_nobody_signed_goes_and_only_then() {
        let unsigned: Vec<Kept> = (1..=10).map(|id| kept(id, None)).collect();
        let signed: Vec<Kept> = (1..=10).map(|id| signed(id, None)).collect();
        for (count, expected) in [(8, RecordsRoom::Enough), (9, RecordsRoom::Filling), (10, RecordsRoom::Full)] {
            assert_eq!((room(count, 10, &unsigned), room(count, 10, &signed)), (expected, RecordsRoom::Enough));
        }
        assert_eq!(room(0, 10, &[]), RecordsRoom::Enough);
    }
}
