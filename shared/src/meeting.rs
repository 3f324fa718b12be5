//! When HQ has meetings: the list that each agent is told, and what a list says at a moment. Pure.
//!
//! Who takes part, the title and everything else that people want to know of a meeting stays at HQ: the interlock needs windows alone.

use serde::{Deserialize, Serialize};

use crate::id::VenueId;
use crate::time::UnixMs;

/// The most windows of a list.
pub const MAX_WINDOWS: usize = 256;
/// A list that is older says nothing of now.
pub const OLD_AFTER_MS: u64 = 24 * 3_600_000;

/// A time in which nothing may disturb, margins included: `from_ms..to_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// Whose; none: of all venues of the agent.
    pub venue: Option<VenueId>,
    /// From this HQ time on.
    pub from_ms: UnixMs,
    /// Up to this HQ time.
    pub to_ms: UnixMs,
}

impl Window {
    /// Whether it concerns `venue`.
    #[must_use]
    pub fn is_of(&self, venue: VenueId) -> bool {
        self.venue.is_none_or(|own| own == venue)
    }

    /// Whether it may have begun and not surely ended at `at`.
    #[must_use]
    pub const fn covers(&self, at: Moment) -> bool {
        self.from_ms <= at.at_ms.saturating_add(at.error_ms) && at.at_ms.saturating_sub(at.error_ms) < self.to_ms
    }
}

/// A time by HQ's clock, and how far it may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// HQ's time.
    pub at_ms: UnixMs,
    /// Either way.
    pub error_ms: u64,
}

/// All meetings of an agent's venues that are on or begin in the days to come. The newest replaces the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingList {
    /// HQ's time when this was all.
    pub as_of_ms: UnixMs,
    /// At most [`MAX_WINDOWS`].
    pub windows: Vec<Window>,
}

impl MeetingList {
    /// Whether it keeps its bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.windows.len() <= MAX_WINDOWS && self.windows.iter().all(|window| window.from_ms < window.to_ms)
    }

    /// Whether it says anything of that moment. One that seems to come from a day ahead tells of a wrong clock.
    #[must_use]
    pub const fn is_fresh(&self, at: Moment) -> bool {
        self.as_of_ms.abs_diff(at.at_ms).saturating_add(at.error_ms) <= OLD_AFTER_MS
    }

    /// The window of `venue` that is on, or else the one that begins next.
    #[must_use]
    pub fn next(&self, venue: VenueId, at: Moment) -> Option<Window> {
        let is_left = |window: &&Window| window.is_of(venue) && at.at_ms.saturating_sub(at.error_ms) < window.to_ms;
        self.windows.iter().filter(is_left).min_by_key(|window| window.from_ms).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn venue(room: u8) -> VenueId {
        format!("350102001-{room:02}").parse().expect("a venue")
    }

    fn at(at_ms: u64, error_ms: u64) -> Moment {
        Moment { at_ms, error_ms }
    }

    fn window(of: Option<u8>, from_ms: u64, to_ms: u64) -> Window {
        Window { venue: of.map(venue), from_ms, to_ms }
    }

    #[test]
    fn a_window_covers_every_moment_that_may_lie_in_it() {
        let window = window(None, 1_000, 2_000);
        let covered = |at_ms, error_ms| window.covers(at(at_ms, error_ms));
        assert_eq!([999, 1_000, 1_999, 2_000].map(|at_ms| covered(at_ms, 0)), [false, true, true, false]);
        assert_eq!([899, 900, 2_099, 2_100].map(|at_ms| covered(at_ms, 100)), [false, true, true, false]);
    }

    #[test]
    fn a_list_is_fresh_for_a_day_and_not_when_it_comes_from_tomorrow() {
        let list = MeetingList { as_of_ms: 10 * OLD_AFTER_MS, windows: vec![] };
        let fresh = |at_ms, error_ms| list.is_fresh(at(at_ms, error_ms));
        assert!(fresh(11 * OLD_AFTER_MS, 0) && fresh(9 * OLD_AFTER_MS, 0));
        assert!(!fresh(11 * OLD_AFTER_MS, 1) && !fresh(11 * OLD_AFTER_MS + 1, 0) && !fresh(9 * OLD_AFTER_MS - 1, 0));
    }

    #[test]
    fn the_next_window_is_the_own_one_that_begins_first_and_is_not_over() {
        let windows = vec![window(Some(2), 10, 20), window(None, 50, 60), window(Some(1), 30, 40)];
        let list = MeetingList { as_of_ms: 0, windows };
        let next = |room, at_ms| list.next(venue(room), at(at_ms, 0)).map(|window| window.from_ms);
        assert_eq!(
            [next(1, 0), next(2, 0), next(2, 20), next(3, 59), next(3, 60)],
            [Some(30), Some(10), Some(50), Some(50), None]
        );
    }

    #[test]
    fn a_list_is_bounded() {
        let full = vec![window(None, 1, 2); MAX_WINDOWS];
        let is_bounded = |windows| MeetingList { as_of_ms: 0, windows }.is_bounded();
        assert!(is_bounded(full.clone()) && !is_bounded([full, vec![window(None, 1, 2)]].concat()));
        assert!(!is_bounded(vec![window(None, 2, 2)]));
    }
}
