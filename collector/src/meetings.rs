//! The meetings that people at HQ know of: what is kept of one, which windows an agent is told, who is told when. Who lies in the place of
//! one says the tree of places in force. Pure.
//!
//! Not here: invitations, agendas, who speaks. The interlock of the venues needs to know when nothing may disturb.

mod rounds;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::meeting::{MAX_WINDOWS, MeetingList, Window};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::province::{Extent, Tree};
pub use rounds::Rounds;

/// Nothing disturbs from so long before a meeting: people come, and lines are tried.
pub const BEFORE_MS: u64 = 30 * 60_000;
/// Nothing disturbs until so long after it: meetings take longer than planned.
pub const AFTER_MS: u64 = 15 * 60_000;
/// The most meetings that are kept, those to come and those of the last days.
pub const MOST: usize = 10_000;
/// The most venues that one meeting names; more are named by a place.
pub const MOST_VENUES: usize = 1_000;
/// The longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 128;
/// The longest meeting.
pub const LONGEST_MS: u64 = 31 * 24 * 3_600_000;
/// What begins later is told later: a list is renewed long before.
const HORIZON_MS: u64 = 72 * 3_600_000;
/// What is over for so long is forgotten.
const KEPT_MS: u64 = 7 * 24 * 3_600_000;

/// Which venues take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whom {
    /// These.
    Venues(Vec<VenueId>),
    /// All that the tree in force puts in this place.
    Place(PlaceCode),
}

impl Whom {
    /// Whether a venue takes part.
    #[must_use]
    pub fn has(&self, venue: VenueId, tree: &Tree) -> bool {
        match self {
            Self::Venues(venues) => venues.contains(&venue),
            Self::Place(place) => tree.lies_in(venue.place, *place),
        }
    }
}

/// A meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// What people call it.
    pub title: Box<str>,
    /// When it begins.
    pub from_ms: UnixMs,
    /// When it ends.
    pub to_ms: UnixMs,
    /// Who takes part.
    pub whom: Whom,
}

impl Meeting {
    /// The time in which nothing may disturb: margins included.
    #[must_use]
    pub const fn covers(&self) -> (UnixMs, UnixMs) {
        (self.from_ms.saturating_sub(BEFORE_MS), self.to_ms.saturating_add(AFTER_MS))
    }
}

/// Who takes part in what is on at one moment.
#[derive(Debug, Default)]
pub struct On<'a> {
    places: Extent,
    venues: HashSet<&'a VenueId>,
}

impl On<'_> {
    /// Whether a venue is in a meeting.
    #[must_use]
    pub fn has(&self, venue: VenueId) -> bool {
        self.venues.contains(&venue) || self.places.has(venue.place)
    }
}

/// All meetings, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meetings {
    all: BTreeMap<u64, Arc<Meeting>>,
}

impl Meetings {
    /// One of them.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<Meeting>> {
        self.all.get(&id)
    }

    /// Puts one in; its number is new, or was read back.
    pub fn put(&mut self, id: u64, meeting: Arc<Meeting>) {
        self.all.insert(id, meeting);
    }

    /// Takes one out.
    pub fn remove(&mut self, id: u64) -> Option<Arc<Meeting>> {
        self.all.remove(&id)
    }

    /// The next number: never one that was given before, also when the clock is set back.
    #[must_use]
    pub fn next_id(&self, now: UnixMs) -> u64 {
        self.all.last_key_value().map_or(now, |(last, _)| now.max(last + 1))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Meeting>)> {
        self.all.iter().map(|(id, meeting)| (*id, meeting))
    }

    /// Those that are over for so long that nobody asks.
    #[must_use]
    pub fn forgettable(&self, now: UnixMs) -> Vec<u64> {
        self.iter().filter(|(_, meeting)| meeting.to_ms.saturating_add(KEPT_MS) < now).map(|(id, _)| id).collect()
    }

    /// The meeting of a venue that counts now: one that is on before one that is about to begin, that before one that is just over,
    /// and that before the one that begins next.
    #[must_use]
    pub fn of(&self, venue: VenueId, tree: &Tree, now: UnixMs) -> Option<&Meeting> {
        let is_left = |meeting: &&Arc<Meeting>| meeting.covers().1 > now && meeting.whom.has(venue, tree);
        let rank = |meeting: &&Arc<Meeting>| {
            let rank = match (meeting.covers().0 <= now, meeting.from_ms <= now, meeting.to_ms <= now) {
                (_, true, false) => 0,
                (true, false, _) => 1,
                (_, true, true) => 2,
                (false, false, _) => 3,
            };
            (rank, meeting.from_ms)
        };
        self.all.values().filter(is_left).min_by_key(rank).map(AsRef::as_ref)
    }

    /// Who takes part in what is on now, margins left out.
    #[must_use]
    pub fn on(&self, tree: &Tree, now: UnixMs) -> On<'_> {
        let (mut places, mut venues) = (Vec::new(), HashSet::new());
        for meeting in self.all.values().filter(|meeting| meeting.from_ms <= now && now < meeting.to_ms) {
            match &meeting.whom {
                Whom::Place(place) => places.push(*place),
                Whom::Venues(named) => venues.extend(named),
            }
        }
        On { places: Extent::of(&places, tree), venues }
    }

    /// What the agent of these venues is told: what is on or begins within three days, overlapping windows as one, the first 256.
    #[must_use]
    pub fn list(&self, venues: &[VenueId], tree: &Tree, now: UnixMs) -> MeetingList {
        let mut windows: Vec<Window> = Vec::new();
        for meeting in self.all.values() {
            let (from_ms, to_ms) = meeting.covers();
            if to_ms <= now || from_ms > now + HORIZON_MS {
                continue;
            }
            let window = |venue| Window { venue, from_ms, to_ms };
            let takes_part = |venue: &&VenueId| meeting.whom.has(**venue, tree);
            if venues.iter().all(|venue| takes_part(&venue)) {
                windows.push(window(None));
            } else {
                windows.extend(venues.iter().filter(takes_part).map(|venue| window(Some(*venue))));
            }
        }
        windows.sort_unstable();
        windows.dedup_by(|later, earlier| {
            let is_one = later.venue == earlier.venue && later.from_ms <= earlier.to_ms;
            earlier.to_ms = if is_one { earlier.to_ms.max(later.to_ms) } else { earlier.to_ms };
            is_one
        });
        windows.sort_unstable_by_key(|window| window.from_ms);
        windows.truncate(MAX_WINDOWS);
        MeetingList { as_of_ms: now, windows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::tree_for_tests as tree;

    const NOW: u64 = 1_790_000_000_000;
    const HOUR: u64 = 3_600_000;

    fn venue(text: &str) -> VenueId {
        text.parse().expect("a venue")
    }

    fn meetings(of: &[(Whom, u64, u64)]) -> Meetings {
        let mut all = Meetings::default();
        for (whom, from_h, to_h) in of {
            let (from_ms, to_ms) = (NOW + from_h * HOUR, NOW + to_h * HOUR);
            all.put(all.next_id(NOW), Arc::new(Meeting { title: "例会".into(), from_ms, to_ms, whom: whom.clone() }));
        }
        all
    }

    fn place(text: &str) -> Whom {
        Whom::Place(text.parse().expect("a place"))
    }

    #[test]
    fn an_agent_is_told_windows_with_their_margins_of_its_own_venues_alone() {
        let [one, two] = ["350102001-01", "350102001-02"].map(venue);
        let all = meetings(&[(place("3501"), 1, 2), (Whom::Venues(vec![two]), 5, 6), (place("3502"), 1, 9)]);
        let list = all.list(&[one, two], tree(), NOW);
        let both = Window { venue: None, from_ms: NOW + HOUR / 2, to_ms: NOW + 2 * HOUR + HOUR / 4 };
        let second = Window { venue: Some(two), from_ms: NOW + 5 * HOUR - HOUR / 2, to_ms: NOW + 6 * HOUR + HOUR / 4 };
        assert_eq!(list, MeetingList { as_of_ms: NOW, windows: vec![both, second] });
    }

    #[test]
    fn who_takes_part_in_what_is_on_is_in_a_meeting_and_before_and_after_nobody_is() {
        let own = venue("350102001-01");
        let all = meetings(&[(Whom::Venues(vec![own]), 1, 2), (place("3502"), 2, 3)]);
        let on = |h| {
            let on = all.on(tree(), NOW + h * HOUR);
            [on.has(own), on.has(venue("350203-01")), on.has(venue("3501-01"))]
        };
        assert_eq!([on(0), on(1), on(2), on(3)], [[false; 3], [true, false, false], [false, true, false], [false; 3]]);
    }

    /// 平潭 (350128) lies in 福州 (3501) by its code and beside it in the tree.
    #[test]
    fn who_lies_in_the_place_of_a_meeting_says_the_tree() {
        let [pingtan, fuzhou] = ["350128001-01", "350102001-01"].map(venue);
        for (code, takes_part) in [("3501", [false, true]), ("350128", [true, false]), ("35", [true, true])] {
            let all = meetings(&[(place(code), 0, 2)]);
            for (room, takes_part) in [pingtan, fuzhou].into_iter().zip(takes_part) {
                assert_eq!(all.on(tree(), NOW).has(room), takes_part, "{room} in {code}");
                assert_eq!(all.of(room, tree(), NOW).is_some(), takes_part, "{room} in {code}");
                assert_eq!(all.list(&[room], tree(), NOW).windows.len(), usize::from(takes_part), "{room} in {code}");
            }
            let windows = all.list(&[pingtan, fuzhou], tree(), NOW).windows;
            assert_eq!(windows.iter().filter(|window| window.venue.is_none()).count(), usize::from(code == "35"));
        }
    }

    #[test]
    fn what_is_over_or_far_off_is_not_told_and_what_overlaps_is_one() {
        let own = venue("350102001-01");
        let all = meetings(&[(place("35"), 1, 2), (place("35"), 2, 4), (place("35"), 73, 74)]);
        let windows =
            |now| all.list(&[own], tree(), now).windows.iter().map(|w| (w.from_ms - NOW) / 60_000).collect::<Vec<_>>();
        assert_eq!(windows(NOW), [30]);
        assert_eq!(windows(NOW + HOUR), [30, 72 * 60 + 30]);
        assert_eq!(windows(NOW + 4 * HOUR + HOUR / 4), [72 * 60 + 30]);
    }

    #[test]
    fn a_list_is_bounded_and_keeps_what_comes_first() {
        let own = venue("350102001-01");
        let minutes = |n: u64| NOW + HOUR + n * 46 * 60_000;
        let mut all = Meetings::default();
        for n in (0..400).rev() {
            let meeting = Meeting { title: "".into(), from_ms: minutes(n), to_ms: minutes(n) + 1, whom: place("35") };
            all.put(n, Arc::new(meeting));
        }
        let list = all.list(&[own], tree(), NOW);
        assert!(list.is_bounded() && list.windows[0].from_ms == minutes(0) - BEFORE_MS);
    }

    #[test]
    fn the_meeting_that_counts_is_on_or_about_to_begin_or_just_over_or_next() {
        let all = meetings(&[(place("35"), 5, 6), (place("3501"), 1, 2), (place("350102"), 2, 3)]);
        let of = |id: &str, minutes: u64| {
            all.of(venue(id), tree(), NOW + minutes * 60_000).map(|m| (m.from_ms - NOW) / HOUR)
        };
        let [county, city, other] = ["350102001-01", "350101001-01", "350202001-01"];
        assert_eq!([0, 31, 60].map(|at| of(city, at)), [Some(1); 3], "next, about to begin, on");
        assert_eq!(
            [119, 120, 134, 135].map(|at| of(city, at)),
            [Some(1), Some(1), Some(1), Some(5)],
            "over, then next"
        );
        assert_eq!(
            [119, 120].map(|at| of(county, at)),
            [Some(1), Some(2)],
            "what is on comes before what is just over"
        );
        assert_eq!([of(county, 181), of(county, 271)], [Some(2), Some(5)]);
        assert_eq!([of(other, 0), of(other, 375)], [Some(5), None]);
    }

    #[test]
    fn numbers_grow_and_what_is_long_over_is_forgotten() {
        let all = meetings(&[(place("35"), 1, 2), (place("35"), 3, 4)]);
        assert_eq!(all.iter().map(|(id, _)| id).collect::<Vec<_>>(), [NOW, NOW + 1]);
        assert_eq!(all.next_id(NOW - HOUR), NOW + 2, "the clock was set back");
        assert!(all.forgettable(NOW + 2 * HOUR + KEPT_MS).is_empty());
        assert_eq!(all.forgettable(NOW + 2 * HOUR + KEPT_MS + 1), [NOW]);
    }
}
