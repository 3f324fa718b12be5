//! Heightened assurance as far as the agent knows it: the newest list that HQ told. Pure.
//!
//! It outlives a restart: a box that starts anew while HQ is away goes on as it was told, and stops by itself. A list is read by HQ's
//! clock, as its meetings are; without a clock nothing is hurried, and what is frozen stays so until HQ says when that ends, or until
//! the box has lived for as long as any list reaches: over its restarts, and whoever asks. What was told and cannot be read counts as
//! a freeze of all rooms for as long: a sweep that waits a day can be made up for, a change that nobody allowed cannot.

use avow_shared::assurance::{Assurance, REACH_MS};
use avow_shared::id::VenueId;
use avow_shared::meeting::Moment;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::clock::Uptime;

/// Without a clock it is written down so often how long the box has lived with a list: a power cut costs that much.
const NOTE_EVERY_MS: u64 = 3_600_000;
/// A list that comes from so far ahead of HQ's own time was told by a clock that has been set back since.
const AHEAD_MS: u64 = 60_000;

/// What an earlier life left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// HQ told nothing.
    #[default]
    Never,
    /// The newest list, and how long the box has lived with it.
    Told {
        /// The list.
        list: Assurance,
        /// Milliseconds, over all starts.
        lived_ms: u64,
    },
    /// Something was told that cannot be read, and how long the box has lived with that.
    Lost {
        /// Milliseconds, over all starts.
        lived_ms: u64,
    },
}

impl Kept {
    /// As read from the disk; a list that keeps no bounds was damaged.
    #[must_use]
    pub fn of(list: Option<Assurance>, lived_ms: u64) -> Self {
        list.filter(Assurance::is_bounded).map_or(Self::Lost { lived_ms }, |list| Self::Told { list, lived_ms })
    }
}

/// How long a box has lived with a list: up to a moment of one of its starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lived {
    /// Which list, by its time; 0: one that cannot be read.
    pub as_of_ms: UnixMs,
    /// Milliseconds up to then.
    pub lived_ms: u64,
    /// The moment.
    pub at: Uptime,
}

impl Lived {
    /// Begins with a list.
    #[must_use]
    pub const fn new(as_of_ms: UnixMs, at: Uptime) -> Self {
        Self { as_of_ms, lived_ms: 0, at }
    }

    /// Carried on to now. After another start at least that start's own time has passed.
    #[must_use]
    pub fn until(&self, now: &Uptime) -> Self {
        let before_ms = if now.boot == self.at.boot { self.at.ms } else { 0 };
        let lived_ms = self.lived_ms.saturating_add(now.ms.saturating_sub(before_ms));
        Self { as_of_ms: self.as_of_ms, lived_ms, at: now.clone() }
    }
}

#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Never,
    Told(Assurance),
    Lost,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Vigilance {
    known: Known,
    /// When it came, or this life began, monotonic milliseconds, and how long the box had lived with it then.
    since: (u64, u64),
    /// When that was noted last.
    noted_mono_ms: u64,
    /// Nothing of the list is to come, and everything was put back.
    idle: bool,
}

impl Vigilance {
    /// With what an earlier life was told.
    #[must_use]
    pub fn resume(kept: Kept, mono_ms: u64) -> Self {
        let (known, lived_ms) = match kept {
            Kept::Never => (Known::Never, 0),
            Kept::Told { list, lived_ms } => (Known::Told(list), lived_ms),
            Kept::Lost { lived_ms } => (Known::Lost, lived_ms),
        };
        Self { known, since: (mono_ms, lived_ms), noted_mono_ms: mono_ms, idle: false }
    }

    const fn list(&self) -> Option<&Assurance> {
        match &self.known {
            Known::Told(list) => Some(list),
            Known::Never | Known::Lost => None,
        }
    }

    /// Whether the box has lived with it for as long as any list reaches.
    const fn is_outlived(&self, mono_ms: u64) -> bool {
        self.since.1.saturating_add(mono_ms.saturating_sub(self.since.0)) >= REACH_MS
    }

    /// Whether it is time to write down how long the box has lived with it: nothing else ends a freeze without a clock.
    pub const fn is_to_note(&mut self, at: Option<Moment>, mono_ms: u64) -> bool {
        let counts = at.is_none() && !matches!(self.known, Known::Never) && !self.is_outlived(mono_ms);
        let is_due = counts && mono_ms.saturating_sub(self.noted_mono_ms) >= NOTE_EVERY_MS;
        if is_due {
            self.noted_mono_ms = mono_ms;
        }
        is_due
    }

    /// Takes a list at `at`, when that is known; says whether it is newer than what was known.
    pub fn take(&mut self, list: Assurance, at: Option<Moment>, mono_ms: u64) -> bool {
        let newest = self.list().map_or(0, |list| list.as_of_ms);
        let is_ahead = at.is_some_and(|at| newest > at.at_ms + at.error_ms + AHEAD_MS);
        let is_newer = list.as_of_ms > newest || is_ahead;
        if is_newer {
            *self = Self::resume(Kept::Told { list, lived_ms: 0 }, mono_ms);
        }
        is_newer
    }

    /// Whether there is nothing to look at.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.list().is_none() || self.idle
    }

    /// Everything was looked at: a list of which nothing is to come needs no second look.
    pub fn looked(&mut self, at: Option<Moment>) {
        self.idle = at.is_some_and(|at| self.list().is_none_or(|list| list.next_edge(at).is_none()));
    }

    /// Watches of a venue run once in so many milliseconds; none: as usual.
    #[must_use]
    pub fn every_ms(&self, venue: VenueId, at: Option<Moment>) -> Option<u64> {
        Some(u64::from(self.list()?.every_s(venue, at?)?) * 1_000)
    }

    /// Whether nothing may be changed in a venue.
    #[must_use]
    pub fn is_frozen(&self, venue: VenueId, at: Option<Moment>, mono_ms: u64) -> bool {
        match (&self.known, at) {
            (Known::Never, _) => false,
            (Known::Told(list), Some(at)) => list.is_frozen(venue, at),
            (Known::Lost, _) | (Known::Told(_), None) if self.is_outlived(mono_ms) => false,
            (Known::Lost, _) => true,
            (Known::Told(list), None) => list.spans.iter().any(|span| span.freeze && span.window.is_of(venue)),
        }
    }

    /// When something begins or ends next, monotonic milliseconds.
    #[must_use]
    pub fn wake_ms(&self, at: Option<Moment>, mono_ms: u64) -> u64 {
        let next = self.list().zip(at).and_then(|(list, at)| Some(list.next_edge(at)? - at.at_ms));
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
        let mut known = Vigilance::resume(Kept::of(Some(list(T, T + 100)), 0), 5);
        assert!(!known.is_idle() && known.is_frozen(venue, at(99), 5) && !known.is_frozen(venue, at(100), 5));
        assert!(known.is_frozen(venue, None, 5 + REACH_MS - 1) && !known.is_frozen(venue, None, 5 + REACH_MS));
        assert!(!known.take(list(T, T + 900), at(1), 6), "told again before HQ knew anything new");
        assert!(known.take(list(T + 1, T + 900), None, 7) && known.is_frozen(venue, None, 6 + REACH_MS));
        assert!(Vigilance::resume(Kept::Never, 0).is_idle());
    }

    #[test]
    fn what_was_told_and_cannot_be_read_freezes_all_rooms_for_a_day_at_most_or_until_hq_tells_anew() {
        let venue = "350102001-01".parse().expect("a venue");
        let at = Some(Moment { at_ms: T, error_ms: 0 });
        for damaged in [None, Some(list(T, T + REACH_MS + 1))] {
            let mut known = Vigilance::resume(Kept::of(damaged, 40), 5);
            assert!(known.is_idle(), "there is nothing to hurry");
            for at in [at, None] {
                let frozen = |mono_ms| known.is_frozen(venue, at, mono_ms);
                assert!(frozen(5) && frozen(5 + REACH_MS - 41) && !frozen(5 + REACH_MS - 40));
            }
            assert!(known.take(Assurance { as_of_ms: T, ..Assurance::default() }, at, 6));
            assert!(!known.is_frozen(venue, at, 6) && !known.is_frozen(venue, None, 6));
        }
    }

    #[test]
    fn a_box_without_a_clock_has_lived_with_a_list_over_its_restarts_and_notes_it_every_hour() {
        let venue = "350102001-01".parse().expect("a venue");
        let up = |boot: &str, ms| Uptime { boot: boot.into(), ms };
        let told = Lived::new(T, up("a", 50));
        assert_eq!(told.until(&up("a", 90)).lived_ms, 40);
        let later = told.until(&up("a", 90)).until(&up("b", 7));
        assert_eq!((later.lived_ms, later.until(&up("b", 9)).lived_ms, later.as_of_ms), (47, 49, T));
        assert_eq!(told.until(&up("a", 20)).lived_ms, 0, "an uptime that goes back proves nothing");

        let at = Some(Moment { at_ms: T, error_ms: 0 });
        let mut known = Vigilance::resume(Kept::of(Some(list(T, T + 100)), REACH_MS - 2 * NOTE_EVERY_MS), 5);
        assert!(!known.is_to_note(None, 4 + NOTE_EVERY_MS) && !known.is_to_note(at, 5 + NOTE_EVERY_MS));
        assert!(known.is_to_note(None, 5 + NOTE_EVERY_MS) && !known.is_to_note(None, 6 + NOTE_EVERY_MS));
        assert!(known.is_frozen(venue, None, 4 + 2 * NOTE_EVERY_MS));
        assert!(!known.is_frozen(venue, None, 5 + 2 * NOTE_EVERY_MS));
        assert!(!known.is_to_note(None, 5 + 3 * NOTE_EVERY_MS) && !Vigilance::default().is_to_note(None, u64::MAX));
    }
}
