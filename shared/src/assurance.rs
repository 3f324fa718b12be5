//! Heightened assurance (重保) as a box is told of it: when watches run more often, and when nothing may be changed (封网). Pure.
//!
//! Levels, authorities and documents stay at HQ. What a box is told reaches a day ahead at most, and is told again before that: who
//! hears nothing more falls back by itself.

use serde::{Deserialize, Serialize};

use crate::id::VenueId;
use crate::meeting::{Moment, Window};
use crate::time::UnixMs;

/// The most spans of a list, and the most approvals.
pub const MAX_SPANS: usize = 64;
/// A list reaches so far beyond the time at which it was all.
pub const REACH_MS: u64 = 24 * 3_600_000;
/// Watches never run more often than that.
pub const SHORTEST_S: u32 = 30;

/// Whether a probe, as its box declares it, does not run under a freeze (封网): what switches, takes a way away, or sweeps at full strength,
/// which alone is judged by its distortion.
#[must_use]
pub fn is_frozen_out<'a>(kind: &str, limited: impl IntoIterator<Item = &'a str>) -> bool {
    match kind {
        "switch" | "drill" => true,
        "sound" => limited.into_iter().any(|value| value == "sound_thd_n"),
        _ => false,
    }
}

/// A time of heightened assurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// When, and whose.
    pub window: Window,
    /// Watches and whispers run once in so many seconds, unless they do so more often anyway; at least [`SHORTEST_S`].
    pub every_s: u32,
    /// Nothing may be changed, and nothing runs that lasts and is loud.
    pub freeze: bool,
}

/// All spans of an agent's venues that are on or begin soon. The newest list replaces the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assurance {
    /// HQ's time when this was all.
    pub as_of_ms: UnixMs,
    /// At most [`MAX_SPANS`].
    pub spans: Vec<Span>,
    /// When a person at HQ has approved that something be changed all the same; at most [`MAX_SPANS`].
    pub approved: Vec<Window>,
}

impl Assurance {
    /// Whether it keeps its bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let until_ms = self.as_of_ms.saturating_add(REACH_MS);
        let fits = |window: &Window| window.from_ms < window.to_ms && window.to_ms <= until_ms;
        self.spans.len() <= MAX_SPANS
            && self.approved.len() <= MAX_SPANS
            && self.spans.iter().all(|span| fits(&span.window) && span.every_s >= SHORTEST_S)
            && self.approved.iter().all(fits)
    }

    /// Watches of `venue` run once in so many seconds at that moment; none: as usual.
    #[must_use]
    pub fn every_s(&self, venue: VenueId, at: Moment) -> Option<u32> {
        self.on(venue, at).map(|span| span.every_s).min()
    }

    /// Whether nothing may be changed in `venue` at that moment.
    #[must_use]
    pub fn is_frozen(&self, venue: VenueId, at: Moment) -> bool {
        // What HQ tells as approved has begun, whatever the clock says; its end is kept as early as it may be.
        let is_approved = |window: &Window| {
            window.is_of(venue)
                && window.from_ms <= at.at_ms.saturating_add(at.error_ms)
                && at.at_ms.saturating_add(at.error_ms) < window.to_ms
        };
        self.on(venue, at).any(|span| span.freeze) && !self.approved.iter().any(is_approved)
    }

    fn on(&self, venue: VenueId, at: Moment) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.window.is_of(venue) && span.window.covers(at))
    }

    /// When something of it begins or ends next.
    #[must_use]
    pub fn next_edge(&self, at: Moment) -> Option<UnixMs> {
        let windows = self.spans.iter().map(|span| &span.window).chain(&self.approved);
        let edges = windows.flat_map(|window| {
            let edges = [window.from_ms, window.to_ms];
            edges.into_iter().flat_map(|edge| [edge.saturating_sub(at.error_ms), edge.saturating_add(at.error_ms)])
        });
        edges.filter(|edge| *edge > at.at_ms).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 1_790_000_000_000;

    fn venue(room: u8) -> VenueId {
        format!("350102001-{room:02}").parse().expect("a venue")
    }

    fn window(room: Option<u8>, from: u64, to: u64) -> Window {
        Window { venue: room.map(venue), from_ms: T + from, to_ms: T + to }
    }

    fn at(ms: u64, error_ms: u64) -> Moment {
        Moment { at_ms: T + ms, error_ms }
    }

    #[test]
    fn the_shortest_interval_of_those_in_force_counts_and_ends_with_them() {
        let span = |room, from, to, every_s| Span { window: window(room, from, to), every_s, freeze: false };
        let list = Assurance {
            as_of_ms: T,
            spans: vec![span(None, 0, 100, 900), span(Some(1), 10, 50, 300)],
            approved: Vec::new(),
        };
        assert!(list.is_bounded());
        assert_eq!(
            [0, 10, 50, 100].map(|ms| list.every_s(venue(1), at(ms, 0))),
            [Some(900), Some(300), Some(900), None]
        );
        assert_eq!(list.every_s(venue(2), at(20, 0)), Some(900));
        assert_eq!((list.next_edge(at(20, 0)), list.next_edge(at(100, 0))), (Some(T + 50), None));
        assert!(!list.is_frozen(venue(1), at(20, 0)));
    }

    #[test]
    fn a_freeze_holds_while_it_may_be_on_and_is_lifted_only_where_and_while_that_is_approved() {
        let span = Span { window: window(None, 0, 1_000), every_s: 300, freeze: true };
        let list = Assurance { as_of_ms: T, spans: vec![span], approved: vec![window(Some(1), 100, 200)] };
        let frozen = |room, ms, error| list.is_frozen(venue(room), at(ms, error));
        assert!(
            frozen(1, 99, 0) && !frozen(1, 100, 0) && !frozen(1, 95, 10) && frozen(1, 195, 10) && frozen(2, 150, 0)
        );
        assert!(frozen(2, 1_005, 10) && !frozen(2, 1_005, 0));
    }

    #[test]
    fn a_freeze_keeps_out_what_switches_and_sweeps_that_are_judged_by_their_distortion() {
        let out = |kind: &str, limited: &[&str]| is_frozen_out(kind, limited.iter().copied());
        assert!(out("switch", &[]) && out("drill", &[]) && out("sound", &["sound_level", "sound_thd_n"]));
        assert!(!out("sound", &["sound_level"]) && !out("picture", &["sound_thd_n"]) && !out("camera", &[]));
    }

    #[test]
    fn a_list_that_reaches_too_far_or_asks_too_often_is_none() {
        let list = |to, every_s| Assurance {
            as_of_ms: T,
            spans: vec![Span { window: window(None, 0, to), every_s, freeze: false }],
            approved: Vec::new(),
        };
        assert!(list(REACH_MS, SHORTEST_S).is_bounded());
        assert!(!list(REACH_MS + 1, SHORTEST_S).is_bounded() && !list(5, SHORTEST_S - 1).is_bounded());
        assert!(!list(0, 60).is_bounded());
        let many = Assurance { spans: vec![list(5, 60).spans[0]; MAX_SPANS + 1], ..list(5, 60) };
        assert!(!many.is_bounded());
    }
}
