//! Heightened assurance as far as the agent knows it: the newest list that HQ told. Pure.
//!
//! It outlives a restart: a box that starts anew while HQ is away goes on as it was told, and stops by itself. A list is read by HQ's
//! clock, as its meetings are; without a clock nothing is hurried, and what is frozen stays so until HQ says when that ends, or until
//! the box has lived for as long as any list reaches.

use avow_shared::assurance::{Assurance, REACH_MS};
use avow_shared::id::VenueId;
use avow_shared::meeting::Moment;

/// A list that comes from so far ahead of HQ's own time was told by a clock that has been set back since.
const AHEAD_MS: u64 = 60_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Vigilance {
    list: Option<Assurance>,
    /// When it came, or this life began, monotonic milliseconds.
    since_mono_ms: u64,
    /// Nothing of the list is to come, and everything was put back.
    idle: bool,
}

impl Vigilance {
    /// With what an earlier life was told; what keeps no bounds was never told.
    #[must_use]
    pub fn resume(list: Option<Assurance>, mono_ms: u64) -> Self {
        Self { list: list.filter(Assurance::is_bounded), since_mono_ms: mono_ms, idle: false }
    }

    /// Takes a list at `at`, when that is known; says whether it is newer than what was known.
    pub fn take(&mut self, list: Assurance, at: Option<Moment>, mono_ms: u64) -> bool {
        let newest = self.list.as_ref().map_or(0, |list| list.as_of_ms);
        let is_ahead = at.is_some_and(|at| newest > at.at_ms + at.error_ms + AHEAD_MS);
        let is_newer = list.as_of_ms > newest || is_ahead;
        if is_newer {
            *self = Self { list: Some(list), since_mono_ms: mono_ms, idle: false };
        }
        is_newer
    }

    /// Whether there is nothing to look at.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.list.is_none() || self.idle
    }

    /// Everything was looked at: a list of which nothing is to come needs no second look.
    pub fn looked(&mut self, at: Option<Moment>) {
        self.idle = at.is_some_and(|at| self.list.as_ref().is_none_or(|list| list.next_edge(at).is_none()));
    }

    /// Watches of a venue run once in so many milliseconds; none: as usual.
    #[must_use]
    pub fn every_ms(&self, venue: VenueId, at: Option<Moment>) -> Option<u64> {
        Some(u64::from(self.list.as_ref()?.every_s(venue, at?)?) * 1_000)
    }

    /// Whether nothing may be changed in a venue.
    #[must_use]
    pub fn is_frozen(&self, venue: VenueId, at: Option<Moment>, mono_ms: u64) -> bool {
        let Some(list) = &self.list else { return false };
        match at {
            Some(at) => list.is_frozen(venue, at),
            None if mono_ms.saturating_sub(self.since_mono_ms) >= REACH_MS => false,
            None => list.spans.iter().any(|span| span.freeze && span.window.is_of(venue)),
        }
    }

    /// When something begins or ends next, monotonic milliseconds.
    #[must_use]
    pub fn wake_ms(&self, at: Option<Moment>, mono_ms: u64) -> u64 {
        let next = self.list.as_ref().zip(at).and_then(|(list, at)| Some(list.next_edge(at)? - at.at_ms));
        next.map_or(u64::MAX, |left_ms| mono_ms.saturating_add(left_ms))
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::assurance::Span;
    use avow_shared::meeting::Window;

    use super::*;

    const T: u64 = 1_790_000_000_000;

    fn list(as_of_ms: u64, to_ms: u64) -> Assurance {
        let window = Window { venue: None, from_ms: T, to_ms };
        Assurance { as_of_ms, spans: vec![Span { window, every_s: 60, freeze: true }], approved: Vec::new() }
    }

    #[test]
    fn the_newest_list_holds_until_its_end_and_then_nothing_is_left_to_look_at() {
        let venue = "350102001-01".parse().expect("a venue");
        let at = |ms| Some(Moment { at_ms: T + ms, error_ms: 0 });
        let mut known = Vigilance::default();
        assert!(known.is_idle() && !known.is_frozen(venue, at(0), 0));
        assert!(known.take(list(T, T + 100), at(0), 0) && !known.take(list(T, T + 900), at(0), 0));
        assert_eq!((known.every_ms(venue, at(1)), known.every_ms(venue, at(100))), (Some(60_000), None));
        let frozen = |known: &Vigilance, at| known.is_frozen(venue, at, 9);
        assert!(frozen(&known, at(1)) && !frozen(&known, at(100)) && frozen(&known, None));
        assert_eq!((known.wake_ms(at(40), 7), known.wake_ms(at(100), 7)), (67, u64::MAX));
        known.looked(at(1));
        assert!(!known.is_idle());
        known.looked(at(100));
        assert!(known.is_idle());
        assert!(known.take(Assurance { as_of_ms: T + 1, ..Assurance::default() }, at(2), 9), "ended before its time");
        assert!(!frozen(&known, at(3)) && !known.is_idle());
        assert!(!known.take(list(T - 200_000, T + 9), at(3), 9));
        assert!(
            known.take(list(T - 200_000, T + 9), Some(Moment { at_ms: T - 100_000, error_ms: 0 }), 9),
            "a clock was set back"
        );
    }

    #[test]
    fn what_an_earlier_life_was_told_goes_on_and_ends_by_itself_with_or_without_a_clock() {
        let venue = "350102001-01".parse().expect("a venue");
        let at = |ms| Some(Moment { at_ms: T + ms, error_ms: 0 });
        let mut known = Vigilance::resume(Some(list(T, T + 100)), 5);
        assert!(!known.is_idle() && known.is_frozen(venue, at(99), 5) && !known.is_frozen(venue, at(100), 5));
        assert!(known.is_frozen(venue, None, 5 + REACH_MS - 1) && !known.is_frozen(venue, None, 5 + REACH_MS));
        assert!(!known.take(list(T, T + 900), at(1), 6), "told again before HQ knew anything new");
        assert!(known.take(list(T + 1, T + 900), None, 7) && known.is_frozen(venue, None, 6 + REACH_MS));
        let unbounded = list(T, T + REACH_MS + 1);
        assert!(Vigilance::resume(Some(unbounded), 0).is_idle() && Vigilance::resume(None, 0).is_idle());
    }
}
