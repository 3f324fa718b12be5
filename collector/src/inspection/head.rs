//! What is known of every run that was recorded without reading its record.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use avow_shared::id::VenueId;

use super::order::Ordered;
use super::plan::MOST_OPEN;
use super::record::{Label, Record};
use super::run::{Line, Run, State, Sums};
use super::tally::Tally;
use crate::roll_call::Reached;

/// So many records are one part: what a person's word about one venue writes.
pub const PART_RECORDS: usize = 128;

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub id: u64,
    /// What was ordered.
    pub ordered: Ordered,
    /// How it stands.
    pub state: State,
    /// The revision of the run that the sums are of.
    pub revision: u64,
    /// The sums.
    pub all: Tally,
    /// Of each city.
    pub cities: Sums,
    /// Of each county.
    pub counties: Sums,
    /// How many records it has.
    pub records: u32,
    /// The first venue of every part of its record.
    pub parts: Vec<VenueId>,
    /// See [`Run::log`].
    pub log: Vec<Line>,
}

impl Head {
    /// Of a run as it is now.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let (all, cities, counties) = run.sums();
        Self {
            id: run.id,
            ordered: run.ordered.clone(),
            state: run.state.clone(),
            revision: run.revision,
            all,
            cities,
            counties,
            records: u32::try_from(run.records.len()).unwrap_or(u32::MAX),
            parts: run.records.chunks(PART_RECORDS).filter_map(|part| Some(part.first()?.venue)).collect(),
            log: run.log.clone(),
        }
    }

    /// In which part of the record a venue is, when it is in it.
    #[must_use]
    pub fn part_of(&self, venue: VenueId) -> Option<u32> {
        let behind = self.parts.partition_point(|first| *first <= venue);
        u32::try_from(behind.checked_sub(1)?).ok()
    }

    /// A person changed one record of a run with these labels that is over: the same head with the sums that follow.
    #[must_use]
    pub fn changed(&self, labels: &[Label], before: &Record, after: &Record) -> Self {
        let mut next = self.clone();
        next.revision = after.revision;
        let by = self.ordered.work.measure(labels);
        let (was, is) = (Tally::of(before, by), Tally::of(after, by));
        next.all.recount(&was, &is);
        for (sums, place) in [(&mut next.cities, after.city), (&mut next.counties, after.county)] {
            sums.entry(place).or_default().recount(&was, &is);
        }
        next
    }

    /// Whether a test may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Ended { .. })
    }
}

/// All runs: those that are open as a whole, and the heads of all.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    /// Those that are open.
    pub open: BTreeMap<u64, Arc<Run>>,
    /// All, by number.
    pub heads: BTreeMap<u64, Arc<Head>>,
}

/// So many may be open, with those that are paused or wait for boxes that are away …
const MOST_HELD: usize = 24;
/// … and no more begins while they have so many records: eight runs of the province, some 300 MiB.
const MOST_HELD_RECORDS: usize = 8 * 18_000;

impl Runs {
    /// Whether one more may begin: what is paused or waits for boxes that are away asks nobody, but all that are open are held.
    pub fn has_room(&self, reached: &impl Reached, now: u64) -> bool {
        let records: usize = self.open.values().map(|run| run.records.len()).sum();
        self.open.len() < MOST_HELD && records < MOST_HELD_RECORDS && self.has_place(reached, now)
    }

    /// Whether one of those that are open may begin to ask: there are places for eight.
    #[must_use]
    pub fn has_place(&self, reached: &impl Reached, now: u64) -> bool {
        self.open.values().filter(|run| run.asks(reached, now)).count() < MOST_OPEN
    }

    /// The next number: never one that was given before, also when the clock is set back.
    #[must_use]
    pub fn next_id(&self, now: u64) -> u64 {
        self.heads.last_key_value().map_or(now, |(last, _)| now.max(last + 1))
    }

    /// All heads, the newest first; those of open runs as they are now.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Head>> {
        self.heads.values().rev()
    }

    /// The run of the same plan that ended last before this one began.
    #[must_use]
    pub fn previous(&self, id: u64) -> Option<u64> {
        let plan = self.heads.get(&id)?.ordered.plan?;
        let is_it = |head: &&Arc<Head>| head.ordered.plan == Some(plan) && !head.is_open();
        self.heads.range(..id).rev().map(|(_, head)| head).find(is_it).map(|head| head.id)
    }
}
