//! One run: what was ordered, every venue with its record, and how far it is. Pure: what happened and the time go in.
//!
//! A test counts that ended after the run began, whoever wanted it: what the schedule of a box has just proven is not disturbed again,
//! and a collector that starts anew in the middle comes to the same record from the same journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::outcome::Outcome;
use avow_shared::place::PlaceCode;
use avow_shared::time::{ClockQuality, UnixMs, WallTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::label::found;
use super::order::Ordered;
use super::record::{Asking, Conclusion, Item, ItemResult, ItemState, Label, MOST_EARLIER, Measure, Record, Untested};
use super::tally::Tally;
use crate::province::by_age;

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Venues are asked.
    Running,
    /// Nobody is asked; what was asked before may still come.
    Paused {
        /// Since when.
        since_ms: UnixMs,
        /// Who wanted it.
        person: Box<str>,
    },
    /// It is over; persons may still fill in and review.
    Ended {
        /// When.
        at_ms: UnixMs,
        /// How.
        how: Ended,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Everything was tested, or said to be impossible.
    Complete,
    /// Its time was up.
    TimeUp,
    /// A person ended it.
    Cancelled,
}

/// Which items are tested once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// Those that are abnormal or degraded.
    Failed,
    /// Those that were not tested, or of which nothing could be said.
    Untested,
    /// Both.
    Both,
}

impl Again {
    const fn has(self, state: &ItemState) -> bool {
        match state {
            ItemState::Open => false,
            ItemState::Untested(_) => !matches!(self, Self::Failed),
            ItemState::Found(found) => match found.result {
                ItemResult::Abnormal | ItemResult::Degraded => !matches!(self, Self::Untested),
                ItemResult::Unknown => !matches!(self, Self::Failed),
                ItemResult::Normal | ItemResult::Inapplicable => false,
            },
        }
    }
}

/// Sums by place.
pub type Sums = BTreeMap<PlaceCode, Tally>;

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its number.
    pub id: u64,
    /// What was ordered.
    pub ordered: Ordered,
    /// How it stands.
    pub state: State,
    /// The probes of all venues, each once.
    pub labels: Arc<[Label]>,
    /// Who is in it, sorted by venue.
    pub records: Vec<Arc<Record>>,
    /// Counts up with every change.
    pub revision: u64,
    /// Who did what to the run as a whole, the oldest first, at most [`MOST_LINES`].
    pub log: Vec<Line>,
}

/// The most lines of a run's log.
pub const MOST_LINES: usize = 200;

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: Box<str>,
    /// What.
    pub deed: Deed,
}

/// What a person does to a run as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Nobody is asked until it goes on.
    Pause,
    /// It goes on.
    Resume,
    /// It ends.
    Cancel,
    /// What failed or was not tested is tested once more.
    Retry,
}

impl Run {
    /// A run that begins.
    #[must_use]
    pub fn new(id: u64, ordered: Ordered, labels: Vec<Label>, mut records: Vec<Record>) -> Self {
        records.sort_unstable_by_key(|record| record.venue);
        records.dedup_by_key(|record| record.venue);
        for record in records.iter_mut().filter(|record| record.agent.is_none()) {
            settle(record, Untested::NoBox);
        }
        let records = records.into_iter().map(Arc::new).collect();
        Self { id, ordered, state: State::Running, labels: labels.into(), records, revision: 1, log: Vec::new() }
    }

    /// Whether a test may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Ended { .. })
    }

    /// The record of a venue.
    #[must_use]
    pub fn record(&self, venue: VenueId) -> Option<&Arc<Record>> {
        self.at(venue).map(|at| &self.records[at])
    }

    /// Where the record of a venue stands.
    pub fn at(&self, venue: VenueId) -> Option<usize> {
        self.records.binary_search_by_key(&venue, |record| record.venue).ok()
    }

    /// Changes one record; `change` says whether it did.
    pub fn edit(&mut self, at: usize, change: impl FnOnce(&mut Record) -> bool) -> bool {
        if !change(Arc::make_mut(&mut self.records[at])) {
            return false;
        }
        self.revision += 1;
        Arc::make_mut(&mut self.records[at]).revision = self.revision;
        true
    }

    /// By what its records are judged.
    #[must_use]
    pub fn measure(&self) -> Measure<'_> {
        self.ordered.work.measure(&self.labels)
    }

    /// 结论 of one of its records.
    #[must_use]
    pub fn conclusion(&self, record: &Record) -> Conclusion {
        record.conclusion(self.measure())
    }

    /// The sums: all together, by city and by county.
    #[must_use]
    pub fn sums(&self) -> (Tally, Sums, Sums) {
        let (mut all, mut cities, mut counties) = (Tally::default(), Sums::new(), Sums::new());
        for record in &self.records {
            let (nothing, one) = (Tally::default(), Tally::of(record, self.measure()));
            all.recount(&nothing, &one);
            cities.entry(record.city).or_default().recount(&nothing, &one);
            counties.entry(record.county).or_default().recount(&nothing, &one);
        }
        (all, cities, counties)
    }

    /// How many records somebody has still to fill in or pass on. Of a run that asks persons for nothing, and of which nobody has passed on anything, none:
    /// its records stay where they are.
    #[must_use]
    pub fn unfinished(&self) -> u32 {
        let tally = self.sums().0;
        let is_of_boxes = self.ordered.work.manual.is_empty() && tally.reviewing + tally.submitted == 0;
        tally.returned + if is_of_boxes { 0 } else { tally.filling }
    }

    /// A box told an outcome, in what it sent at `sent_at`; says whether it counts.
    pub fn told(&mut self, outcome: &Outcome, sent_at: WallTime, received_ms: UnixMs) -> bool {
        let Some(at) = self.at(outcome.venue).filter(|_| self.is_open()) else { return false };
        let record = &self.records[at];
        let Some(at_ms) = ended(record, outcome.at, sent_at, received_ms) else { return false };
        if at_ms < record.since_ms || record.excused.is_some() {
            return false;
        }
        let labels = Arc::clone(&self.labels);
        let is_it = |item: &Item| {
            let label = labels.get(item.label as usize);
            item.state == ItemState::Open && label.is_some_and(|label| label.probe == outcome.probe)
        };
        let Some(place) = record.items.iter().position(is_it) else { return false };
        let label = &labels[record.items[place].label as usize];
        let Some(found) = found(label, outcome, at_ms) else { return false };
        self.edit(at, |record| {
            record.items[place].state = ItemState::Found(Box::new(found));
            record.first_ms = record.first_ms.or(Some(at_ms));
            record.last_ms = record.last_ms.max(Some(at_ms));
            true
        })
    }

    /// Nobody is asked until it goes on; says whether it was running.
    pub fn pause(&mut self, person: &str, now: UnixMs) -> bool {
        let is_running = self.state == State::Running;
        if is_running {
            self.state = State::Paused { since_ms: now, person: person.into() };
            self.revision += 1;
        }
        is_running
    }

    /// It goes on; its window is longer by the pause. Says whether it was paused.
    pub fn resume(&mut self, now: UnixMs) -> bool {
        let State::Paused { since_ms, .. } = self.state else { return false };
        self.ordered.until_ms += now.saturating_sub(since_ms);
        self.state = State::Running;
        self.revision += 1;
        true
    }

    /// A person ends it: what is open was not tested. Says whether it was open.
    pub fn cancel(&mut self, now: UnixMs) -> bool {
        let was_open = self.is_open();
        if was_open {
            self.end(Ended::Cancelled, now, |_| Untested::Cancelled);
        }
        was_open
    }

    /// Whether a record is tested once more, when somebody wants that of these items.
    fn is_retried(record: &Record, again: Again) -> bool {
        record.agent.is_some()
            && record.review.can_be_retested()
            && record.items.iter().any(|item| again.has(&item.state))
    }

    /// How many venues would be tested once more.
    #[must_use]
    pub fn to_retry(&self, again: Again) -> usize {
        self.records.iter().filter(|record| Self::is_retried(record, again)).count()
    }

    /// Tests once more what failed or was not tested, at these venues or (none named) at all; there is as long for it as its window, but
    /// where an open run goes before a meeting: its time ends with that. A record that was passed on is filled in again; one that the
    /// province has accepted stays as it is. Says how many items are open for it.
    pub fn retry(&mut self, again: Again, venues: &[VenueId], person: &str, now: UnixMs) -> usize {
        let mut reopened = 0;
        for at in 0..self.records.len() {
            let record = &self.records[at];
            let is_meant = venues.is_empty() || venues.contains(&record.venue);
            if !is_meant || !Self::is_retried(record, again) {
                continue;
            }
            self.edit(at, |record| {
                for item in record.items.iter_mut().filter(|item| again.has(&item.state)) {
                    reopened += 1;
                    if let ItemState::Found(found) = std::mem::replace(&mut item.state, ItemState::Open) {
                        item.earlier.push(*found);
                        if item.earlier.len() > MOST_EARLIER {
                            item.earlier.remove(0);
                        }
                    }
                }
                record.since_ms = now;
                record.asking = Asking::Waits { from_ms: now, why: None };
                record.asked = 0;
                record.blamed = None;
                record.review.retest(person, now);
                true
            });
        }
        if reopened > 0 && !self.is_open() {
            self.state = State::Running;
            self.ordered.until_ms = self.ordered.work.until_ms(now);
            self.revision += 1;
        } else if reopened > 0 && self.ordered.meeting.is_none() {
            self.ordered.until_ms = self.ordered.until_ms.max(self.ordered.work.until_ms(now));
        }
        reopened
    }

    /// Whether it ends now: nothing is open, or its time is up. While it is paused its window grows.
    #[must_use]
    pub fn is_over(&self, now: UnixMs) -> bool {
        let is_late = self.state == State::Running && now >= self.ordered.until_ms;
        self.is_open() && (is_late || self.records.iter().all(|record| record.is_settled()))
    }

    /// Time passes: it ends when nothing is open, or its time is up. Says whether it did. `is_reached` tells of whom is open whether
    /// his box is there.
    pub fn end_due(&mut self, now: UnixMs, is_reached: impl Fn(&Record) -> bool) -> bool {
        if !self.is_over(now) {
            return false;
        }
        if self.records.iter().all(|record| record.is_settled()) {
            self.end(Ended::Complete, now, |_| Untested::NoTime);
            return true;
        }
        let is_quiet = self.ordered.work.quiet.is_some_and(|quiet| quiet.has(now));
        self.end(Ended::TimeUp, now, |record| match record.asking {
            _ if !is_reached(record) => Untested::Away,
            Asking::Waits { why: Some(why), .. } | Asking::Answered { why, .. } => why,
            Asking::Waits { why: None, .. } if is_quiet => Untested::Quiet,
            Asking::Waits { why: None, .. } => Untested::NoTime,
            Asking::Out { .. } => Untested::NoAnswer,
        });
        true
    }

    /// The stages that explain what failed at a venue are known.
    pub fn blame(&mut self, venue: VenueId, stages: &str) {
        if let Some(at) = self.at(venue) {
            self.edit(at, |record| {
                let is_new = record.blamed.as_deref() != Some(stages);
                record.blamed = Some(stages.into());
                is_new
            });
        }
    }

    fn end(&mut self, how: Ended, now: UnixMs, why: impl Fn(&Record) -> Untested) {
        for at in 0..self.records.len() {
            if !self.records[at].is_settled() {
                let why = why(&self.records[at]);
                self.edit(at, |record| {
                    settle(record, why);
                    true
                });
            }
        }
        self.state = State::Ended { at_ms: now, how };
        self.revision += 1;
    }
}

/// When a test ended by HQ's clock; none when nobody can tell. A clock that is disciplined is believed, unless HQ's own must be off: it has
/// not come so far yet, or waits for what it ordered and hears that it was done before. Then, and by a clock that nobody disciplines, the
/// test is as old as the box says.
pub(super) fn ended(record: &Record, at: WallTime, sent_at: WallTime, received_ms: UnixMs) -> Option<UnixMs> {
    let is_asked = matches!(record.asking, Asking::Out { .. } | Asking::Answered { .. });
    let is_disciplined = matches!(at.quality, ClockQuality::Synced { .. });
    let is_at_odds = at.at_ms > received_ms || is_asked && at.at_ms < record.since_ms;
    if is_disciplined && !is_at_odds { Some(at.at_ms) } else { by_age(at, sent_at, received_ms) }
}

/// What is open was not tested.
pub(super) fn settle(record: &mut Record, why: Untested) {
    for item in record.items.iter_mut().filter(|item| item.state == ItemState::Open) {
        item.state = ItemState::Untested(why);
    }
}
