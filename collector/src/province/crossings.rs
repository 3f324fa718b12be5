//! What venues told of runs of two: the newest runs, with the part of each end that has told it.

use std::collections::BTreeMap;

use avow_shared::id::VenueId;
use avow_shared::mouth_to_ear::Part;
use avow_shared::order::OrderNumber;

/// So many runs are kept; the oldest goes. A run is some 300 bytes.
pub const MOST_RUNS: usize = 2_048;

/// The newest runs of two venues.
#[derive(Clone, Debug, Default)]
pub struct Crossings(BTreeMap<OrderNumber, Vec<Part>>);

impl Crossings {
    /// What a venue told of a run.
    #[must_use]
    pub fn part(&self, order: OrderNumber, venue: VenueId) -> Option<&Part> {
        self.0.get(&order)?.iter().find(|part| part.venue == venue)
    }

    /// The numbers of the runs that a venue took part in, or of all, the newest first.
    pub fn numbers(&self, venue: Option<VenueId>) -> impl Iterator<Item = OrderNumber> + '_ {
        let is_in =
            move |parts: &[Part]| venue.is_none_or(|venue| parts.iter().any(|p| [p.venue, p.other].contains(&venue)));
        self.0.iter().rev().filter(move |(_, parts)| is_in(parts)).map(|(number, _)| *number)
    }

    /// Any part of a run: it names both venues.
    #[must_use]
    pub fn any(&self, order: OrderNumber) -> Option<&Part> {
        self.0.get(&order)?.first()
    }

    /// Takes what a venue told; the first word of each end holds, and nobody is a third. Says whether it is kept.
    pub(super) fn take(&mut self, part: &Part) -> bool {
        let is_full = self.0.len() >= MOST_RUNS && !self.0.contains_key(&part.order);
        if is_full && self.0.first_key_value().is_some_and(|(oldest, _)| *oldest > part.order) {
            return false;
        }
        let parts = self.0.entry(part.order).or_default();
        let belongs = parts.iter().all(|other| other.venue == part.other && other.other == part.venue);
        if belongs {
            parts.push(part.clone());
        }
        if self.0.len() > MOST_RUNS {
            self.0.pop_first();
        }
        belongs
    }

    /// All parts, the oldest run first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Part> {
        self.0.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::time::WallTime;

    use super::*;

    fn part(order: OrderNumber, venue: &str, other: &str) -> Part {
        Part {
            order,
            venue: venue.parse().expect("a venue"),
            other: other.parse().expect("a venue"),
            probe: "mouth-to-ear".parse().expect("a probe"),
            began: WallTime::default(),
            spoke_us: None,
            heard: vec![],
            seen: vec![],
            lip_sync: None,
            picture: None,
            shows: false,
        }
    }

    #[test]
    fn both_ends_are_kept_once_and_nobody_is_a_third() {
        let mut crossings = Crossings::default();
        assert!(crossings.take(&part(7, "350102-01", "350103-01")));
        assert!(crossings.take(&part(7, "350103-01", "350102-01")));
        let again = Part { spoke_us: Some(1), ..part(7, "350103-01", "350102-01") };
        assert!(!crossings.take(&again), "the first word holds");
        assert!(!crossings.take(&part(7, "350104-01", "350102-01")), "a third venue");
        assert_eq!(crossings.part(7, again.venue).and_then(|part| part.spoke_us), None);
        assert_eq!(crossings.all().count(), 2);
    }

    #[test]
    fn a_stranger_at_the_other_end_does_not_spoil_a_run() {
        let mut crossings = Crossings::default();
        crossings.take(&part(7, "350102-01", "350103-01"));
        assert!(!crossings.take(&part(7, "350103-01", "350104-01")), "it speaks of another run");
    }

    #[test]
    fn the_oldest_run_goes_and_an_older_one_does_not_come() {
        let mut crossings = Crossings::default();
        for order in 2..2 + MOST_RUNS as u64 {
            assert!(crossings.take(&part(order, "350102-01", "350103-01")));
        }
        assert!(!crossings.take(&part(1, "350102-01", "350103-01")));
        assert!(crossings.take(&part(2, "350103-01", "350102-01")), "the other end of the oldest that is kept");
        assert!(crossings.take(&part(9_999, "350105-01", "350106-01")));
        assert_eq!((crossings.any(2), crossings.numbers(None).count()), (None, MOST_RUNS));
        let of = |venue: &str| crossings.numbers(Some(venue.parse().expect("a venue"))).count();
        assert_eq!((of("350106-01"), of("350102-01"), of("350107-01")), (1, MOST_RUNS - 1, 0));
    }
}
