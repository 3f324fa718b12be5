//! Sets of report numbers as sorted, disjoint, never touching inclusive ranges.

use serde::{Deserialize, Serialize};

/// The numbers `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The lowest number.
    pub first: u64,
    /// The highest number, not below `first`.
    pub last: u64,
}

impl Range {
    /// `first..=last`, or none when that is empty.
    #[must_use]
    pub const fn new(first: u64, last: u64) -> Option<Self> {
        if first <= last { Some(Self { first, last }) } else { None }
    }

    /// How many numbers it holds.
    #[must_use]
    pub const fn count(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

/// A set of numbers. Its size is the number of its gaps, not of its members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RangeSet(Vec<Range>);

impl RangeSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Its ranges, ascending.
    #[must_use]
    pub fn ranges(&self) -> &[Range] {
        &self.0
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|range| range.count()).sum()
    }

    /// Its highest number.
    #[must_use]
    pub fn highest(&self) -> Option<u64> {
        self.0.last().map(|range| range.last)
    }

    /// Its lowest number.
    #[must_use]
    pub fn lowest(&self) -> Option<u64> {
        self.0.first().map(|range| range.first)
    }

    /// Whether it holds `number`.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|range| range.first <= number);
        after > 0 && self.0[after - 1].last >= number
    }

    /// Adds one number; says whether it is new.
    pub fn insert(&mut self, number: u64) -> bool {
        let is_new = !self.contains(number);
        if is_new {
            self.insert_range(Range { first: number, last: number });
        }
        is_new
    }

    /// Adds all numbers of `new`.
    pub fn insert_range(&mut self, new: Range) {
        let from = self.0.partition_point(|range| range.last.saturating_add(1) < new.first);
        let to = self.0.partition_point(|range| range.first <= new.last.saturating_add(1));
        let merged = self.0[from..to]
            .iter()
            .fold(new, |all, range| Range { first: all.first.min(range.first), last: all.last.max(range.last) });
        self.0.splice(from..to, [merged]);
    }

    /// Takes all numbers of `gone` out.
    pub fn remove_range(&mut self, gone: Range) {
        let from = self.0.partition_point(|range| range.last < gone.first);
        let to = self.0.partition_point(|range| range.first <= gone.last);
        let left = self.0[from..to].first().and_then(|r| Range::new(r.first, gone.first.checked_sub(1)?));
        let right = self.0[from..to].last().and_then(|r| Range::new(gone.last.checked_add(1)?, r.last));
        self.0.splice(from..to, left.into_iter().chain(right));
    }

    /// Adds all numbers of `other`.
    pub fn extend(&mut self, other: &Self) {
        for range in &other.0 {
            self.insert_range(*range);
        }
    }

    /// Its numbers that `other` does not hold.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = self.clone();
        for range in &other.0 {
            left.remove_range(*range);
        }
        left
    }

    /// The highest `n` such that every number of `1..=n` is held; 0 when 1 is not.
    #[must_use]
    pub fn complete_upto(&self) -> u64 {
        self.0.first().filter(|range| range.first <= 1).map_or(0, |range| range.last)
    }

    /// At most `most` of its ranges above `n`, lowest first.
    #[must_use]
    pub fn above(&self, n: u64, most: usize) -> Vec<Range> {
        let from = self.0.partition_point(|range| range.last <= n);
        self.0[from..]
            .iter()
            .take(most)
            .map(|range| Range { first: range.first.max(n + 1), last: range.last })
            .collect()
    }

    /// Every number, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|range| range.first..=range.last)
    }
}

impl FromIterator<Range> for RangeSet {
    fn from_iter<I: IntoIterator<Item = Range>>(ranges: I) -> Self {
        let mut set = Self::new();
        for range in ranges.into_iter().filter(|range| range.first <= range.last) {
            set.insert_range(range);
        }
        set
    }
}

impl FromIterator<u64> for RangeSet {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        numbers.into_iter().map(|number| Range { first: number, last: number }).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_does_what_a_plain_set_does(steps in prop::collection::vec((any::<bool>(), 0u64..60, 0u64..12), 0..40)) {
            let (mut set, mut plain) = (RangeSet::new(), BTreeSet::new());
            for (add, first, length) in steps {
                let range = Range { first, last: first + length };
                if add {
                    set.insert_range(range);
                    plain.extend(first..=range.last);
                } else {
                    set.remove_range(range);
                    plain.retain(|n| !(first..=range.last).contains(n));
                }
                prop_assert_eq!(set.iter().collect::<Vec<_>>(), plain.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(set.count(), plain.len() as u64);
                prop_assert!(set.0.windows(2).all(|pair| pair[0].last + 1 < pair[1].first), "never touching");
                let upto = (1..).take_while(|n| plain.contains(n)).last().unwrap_or(0);
                prop_assert_eq!(set.complete_upto(), upto);
                prop_assert!((0..80).all(|n| set.contains(n) == plain.contains(&n)));
                let above: Vec<u64> = set.above(20, usize::MAX).into_iter().flat_map(|r| r.first..=r.last).collect();
                prop_assert_eq!(above, plain.range(21..).copied().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn the_ends_of_the_number_line_hold() {
        let mut set: RangeSet =
            [Range { first: 0, last: 3 }, Range { first: u64::MAX - 1, last: u64::MAX }].into_iter().collect();
        set.remove_range(Range { first: 0, last: 0 });
        set.remove_range(Range { first: u64::MAX, last: u64::MAX });
        assert_eq!(set.ranges(), [Range { first: 1, last: 3 }, Range { first: u64::MAX - 1, last: u64::MAX - 1 }]);
    }
}
