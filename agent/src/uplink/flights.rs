//! Which numbers are unsent and which are on their way: answers first, then each probe's newest, then the backlog in at
//! most half of the window.

use std::collections::{BTreeMap, BTreeSet};

use avow_shared::id::{ProbeId, VenueId};
use avow_shared::ranges::RangeSet;
use avow_shared::wire::{MAX_REPORTS, Report};

/// The longest body before compression.
const MAX_BODY: usize = 200 * 1024;
/// What is unacknowledged for so long is sent again, later if that does not help.
const FIRST_RETRY_MS: u64 = 15_000;
const LONGEST_RETRY_MS: u64 = 60_000;

/// Who has a newest report.
type ProbeKey = (VenueId, ProbeId);

/// Reports that travel in one envelope.
#[derive(Clone, Debug)]
struct Flight {
    numbers: Vec<u64>,
    backlog: BTreeSet<u64>,
    sent_ms: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Flights {
    unsent: RangeSet,
    first: BTreeSet<u64>,
    newest: BTreeMap<ProbeKey, u64>,
    flying: Vec<Flight>,
    retry_ms: u64,
}

impl Default for Flights {
    fn default() -> Self {
        Self {
            unsent: RangeSet::new(),
            first: BTreeSet::new(),
            newest: BTreeMap::new(),
            flying: Vec::new(),
            retry_ms: FIRST_RETRY_MS,
        }
    }
}

/// An envelope that is being filled.
struct Load {
    numbers: BTreeSet<u64>,
    backlog: BTreeSet<u64>,
    bytes: usize,
    room: usize,
}

impl Load {
    fn takes(&mut self, number: u64, size: usize) -> bool {
        let fits = self.room > 0 && (self.numbers.is_empty() || self.bytes + size <= MAX_BODY);
        if fits && self.numbers.insert(number) {
            self.bytes += size;
            self.room -= 1;
        }
        fits
    }
}

impl Flights {
    /// A report that was just made.
    pub fn offer(&mut self, number: u64, report: &Report) {
        self.unsent.insert(number);
        match report {
            Report::Outcome(outcome) => {
                self.newest.insert((outcome.venue, outcome.probe.clone()), number);
            }
            Report::Description(_)
            | Report::Answer(_)
            | Report::Event(_)
            | Report::Facts(_)
            | Report::Reference(_)
            | Report::MouthToEar(_)
            | Report::Terms(_)
            | Report::Called(_)
            | Report::Checked(_) => {
                self.first.insert(number);
            }
        }
    }

    /// Numbers of which only this is known: the backlog.
    pub fn offer_backlog(&mut self, numbers: &RangeSet) {
        self.unsent.extend(numbers);
    }

    /// Everything was given up or renumbered.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether nothing is unsent or on its way.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.unsent.is_empty() && self.flying.is_empty()
    }

    /// How many are on their way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.flying.iter().map(|flight| flight.numbers.len()).sum()
    }

    /// Keeps only numbers that still have no end.
    pub fn retain(&mut self, held: &RangeSet) {
        let gone = self.unsent.minus(held);
        self.unsent = self.unsent.minus(&gone);
        self.first.retain(|number| held.contains(*number));
    }

    /// Fills one envelope and lets it fly; empty when there is nothing to send or no room. `size` is asked for the
    /// length of each report, and answers none (and sees to it that it comes) when it is not in memory.
    pub fn pick(&mut self, window: usize, now_ms: u64, mut size: impl FnMut(u64) -> Option<usize>) -> Vec<u64> {
        if self.unsent.is_empty() {
            return Vec::new();
        }
        let room = window.saturating_sub(self.in_flight()).min(MAX_REPORTS);
        let mut load = Load { numbers: BTreeSet::new(), backlog: BTreeSet::new(), bytes: 0, room };
        let urgent = self.first.iter().chain(self.newest.values()).filter(|number| self.unsent.contains(**number));
        for number in urgent {
            if let Some(bytes) = size(*number)
                && !load.takes(*number, bytes)
            {
                break;
            }
        }
        self.pick_backlog(window, &mut load, &mut size);
        self.fly(load, now_ms)
    }

    /// Takes in that numbers have an end.
    pub fn ended(&mut self, ended: &RangeSet) {
        if ended.is_empty() {
            return;
        }
        self.retry_ms = FIRST_RETRY_MS;
        for flight in &mut self.flying {
            flight.numbers.retain(|number| !ended.contains(*number));
            flight.backlog.retain(|number| !ended.contains(*number));
        }
        self.flying.retain(|flight| !flight.numbers.is_empty());
        self.unsent = self.unsent.minus(ended);
        self.first.retain(|number| !ended.contains(*number));
    }

    /// The connection is gone: everything on its way is unsent again.
    pub fn recall_all(&mut self) {
        for flight in std::mem::take(&mut self.flying) {
            self.unsent.extend(&flight.numbers.into_iter().collect());
        }
    }

    /// What is overdue is unsent again, and the patience grows.
    pub fn recall_overdue(&mut self, now_ms: u64) {
        let overdue = |flight: &Flight| flight.sent_ms + self.retry_ms <= now_ms;
        if !self.flying.iter().any(overdue) {
            return;
        }
        let (late, flying) = std::mem::take(&mut self.flying).into_iter().partition::<Vec<_>, _>(overdue);
        self.flying = flying;
        for flight in late {
            self.unsent.extend(&flight.numbers.into_iter().collect());
        }
        self.retry_ms = (self.retry_ms * 2).min(LONGEST_RETRY_MS);
    }

    /// When the next flight is overdue.
    #[must_use]
    pub fn overdue_ms(&self) -> u64 {
        let oldest = self.flying.iter().map(|flight| flight.sent_ms).min();
        oldest.map_or(u64::MAX, |sent_ms| sent_ms + self.retry_ms)
    }

    fn pick_backlog(&self, window: usize, load: &mut Load, size: &mut impl FnMut(u64) -> Option<usize>) {
        let flying: usize = self.flying.iter().map(|flight| flight.backlog.len()).sum();
        let mut room = (window / 2).max(1).saturating_sub(flying);
        for number in self.unsent.iter() {
            if room == 0 || load.room == 0 {
                break;
            }
            if load.numbers.contains(&number) {
                continue;
            }
            let Some(bytes) = size(number) else { break };
            if !load.takes(number, bytes) {
                break;
            }
            load.backlog.insert(number);
            room -= 1;
        }
    }

    fn fly(&mut self, load: Load, now_ms: u64) -> Vec<u64> {
        let numbers: Vec<u64> = load.numbers.into_iter().collect();
        if !numbers.is_empty() {
            self.unsent = self.unsent.minus(&numbers.iter().copied().collect());
            self.flying.push(Flight { numbers: numbers.clone(), backlog: load.backlog, sent_ms: now_ms });
        }
        numbers
    }
}
