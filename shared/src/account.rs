//! The end of every number: what HQ knows of one spool.
//!
//! A number ends as exactly one of *stored, refused, dropped, void*; what HQ holds is *stored*, whatever was declared.

use serde::{Deserialize, Serialize};

use crate::ranges::{Range, RangeSet};

/// The most ranges that one ack names beside its `upto`.
pub const MAX_ACK_RANGES: usize = 16;
/// The most ranges of one kind that an envelope declares.
pub const MAX_DECLARED_RANGES: usize = 32;
/// The highest number a spool may claim: far beyond any box's life, well below where sums could overflow.
pub const MAX_NUMBER: u64 = 1 << 53;

/// The account of one spool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    produced: u64,
    stored: RangeSet,
    refused: RangeSet,
    dropped: RangeSet,
    void: RangeSet,
}

/// The sums of one or many accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Numbers given out.
    pub produced: u64,
    /// In the flushed journal.
    pub stored: u64,
    /// Signed but not believable.
    pub refused: u64,
    /// Given up by a full spool.
    pub dropped: u64,
    /// Reserved and never used, or lost with an unclean stop before they were flushed.
    pub void: u64,
    /// Without an end so far.
    pub missing: u64,
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.produced += other.produced;
        self.stored += other.stored;
        self.refused += other.refused;
        self.dropped += other.dropped;
        self.void += other.void;
        self.missing += other.missing;
    }
}

impl Account {
    /// Takes in what an envelope declares beside its reports; says whether a number got an end by it.
    pub fn declare(&mut self, produced: u64, dropped: &[Range], void: &[Range]) -> bool {
        self.produced = self.produced.max(produced);
        let known = self.produced;
        let within = |range: &&Range| range.first >= 1 && range.first <= range.last && range.last <= known;
        let before = self.dropped.count() + self.void.count();
        for range in dropped.iter().filter(within) {
            self.dropped.insert_range(*range);
        }
        for range in void.iter().filter(within) {
            self.void.insert_range(*range);
        }
        self.dropped.count() + self.void.count() > before
    }

    /// Which of `numbers` HQ does not hold yet; one that was refused before may still come in a believable form.
    #[must_use]
    pub fn fresh(&self, numbers: &RangeSet) -> RangeSet {
        numbers.minus(&self.stored)
    }

    /// Which of `numbers` would be refused now for the first time.
    #[must_use]
    pub fn newly_refused(&self, numbers: &RangeSet) -> RangeSet {
        numbers.minus(&self.stored).minus(&self.refused)
    }

    /// Notes that `numbers` are in the flushed journal.
    pub fn store(&mut self, numbers: &RangeSet) {
        self.stored.extend(numbers);
        self.produced = self.produced.max(numbers.highest().unwrap_or(0));
    }

    /// Notes that `numbers` came signed but could not be believed.
    pub fn refuse(&mut self, numbers: &RangeSet) {
        self.refused.extend(&numbers.minus(&self.stored));
        self.produced = self.produced.max(numbers.highest().unwrap_or(0));
    }

    /// Every number with an end.
    #[must_use]
    pub fn ended(&self) -> RangeSet {
        let mut all = self.stored.clone();
        for ends in [&self.refused, &self.dropped, &self.void] {
            all.extend(ends);
        }
        all
    }

    /// What to acknowledge: every number of `1..=upto` has an end, and so have the ranges.
    #[must_use]
    pub fn ack(&self) -> (u64, Vec<Range>) {
        let ended = self.ended();
        let upto = ended.complete_upto();
        (upto, ended.above(upto, MAX_ACK_RANGES))
    }

    /// The numbers that are in the journal.
    #[must_use]
    pub const fn stored(&self) -> &RangeSet {
        &self.stored
    }

    /// The highest number given out, as far as HQ knows.
    #[must_use]
    pub const fn produced(&self) -> u64 {
        self.produced
    }

    /// Its sums; each number counts once, in the order stored, refused, dropped, void.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let refused = self.refused.minus(&self.stored);
        let dropped = self.dropped.minus(&self.stored).minus(&refused);
        let void = self.void.minus(&self.stored).minus(&refused).minus(&dropped);
        let [stored, refused, dropped, void] = [&self.stored, &refused, &dropped, &void].map(RangeSet::count);
        let missing = self.produced.saturating_sub(stored + refused + dropped + void);
        Totals { produced: self.produced, stored, refused, dropped, void, missing }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(first: u64, last: u64) -> RangeSet {
        [Range { first, last }].into_iter().collect()
    }

    #[test]
    fn what_hq_holds_is_stored_whatever_was_declared() {
        let mut account = Account::default();
        account.declare(10, &[Range { first: 1, last: 4 }], &[Range { first: 4, last: 8 }]);
        account.store(&set(3, 5));
        account.refuse(&set(5, 6));
        let totals = account.totals();
        assert_eq!((totals.stored, totals.refused, totals.dropped, totals.void, totals.missing), (3, 1, 2, 2, 2));
        assert_eq!(account.ack(), (8, vec![]));
    }

    #[test]
    fn a_declaration_beyond_what_was_produced_is_not_believed() {
        let mut account = Account::default();
        account.declare(
            5,
            &[Range { first: 6, last: 9 }, Range { first: 0, last: 2 }, Range { first: 4, last: 3 }],
            &[],
        );
        assert_eq!(account.totals(), Totals { produced: 5, missing: 5, ..Totals::default() });
    }

    #[test]
    fn an_ack_names_at_most_sixteen_ranges() {
        let mut account = Account::default();
        for n in (3..200).step_by(2) {
            account.store(&set(n, n));
        }
        let (upto, ranges) = account.ack();
        assert_eq!((upto, ranges.len(), ranges[15]), (0, 16, Range { first: 33, last: 33 }));
    }

    proptest! {
        #[test]
        fn the_sums_always_balance(steps in prop::collection::vec((0u8..4, 1u64..50, 0u64..10), 0..30)) {
            let mut account = Account::default();
            for (what, first, more) in steps {
                let range = Range { first, last: first + more };
                match what {
                    0 => account.store(&set(first, range.last)),
                    1 => account.refuse(&set(first, range.last)),
                    2 => drop(account.declare(range.last, &[range], &[])),
                    _ => drop(account.declare(range.last, &[], &[range])),
                }
                let t = account.totals();
                prop_assert_eq!(t.produced, t.stored + t.refused + t.dropped + t.void + t.missing);
                prop_assert_eq!(account.ended().count() + t.missing, t.produced);
            }
        }
    }
}
