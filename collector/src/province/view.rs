//! The province as readers see it: a value that costs a few hundred references to make and never changes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use avow_shared::id::{FindingCode, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::counts::{Class, Counts, Tally};
use super::judge::Rules;
use super::tree::{Tree, piece_of};
use super::venue::Venue;
use crate::registry::Registry;

/// The most changes that are kept in one row; beside them each venue keeps its last one.
pub const MOST_CHANGES: usize = 1_000;
/// How many publishings back a reader can ask which venues were touched.
pub const TOUCHED_KEPT: usize = 32;

/// The venues of one county by prefix (or of a city or province seat itself), sorted by id.
#[derive(Clone, Debug, Default)]
pub struct County {
    /// The venues.
    pub venues: Vec<Arc<Venue>>,
}

/// A venue that went from one class to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Counts up by one.
    pub seq: u64,
    /// Which venue.
    pub venue: VenueId,
    /// Its name.
    pub name: SmolStr,
    /// The place that it counts in.
    pub place: PlaceCode,
    /// The class before; none for a venue that is new.
    pub from: Option<Class>,
    /// The class after.
    pub to: Class,
    /// What is wrong.
    pub finding: Option<FindingCode>,
    /// When, by HQ's clock.
    pub at_ms: UnixMs,
}

/// The venues with news in one publishing.
#[derive(Debug)]
pub struct Touched {
    /// The publishing.
    pub revision: u64,
    /// The venues, sorted.
    pub venues: Box<[VenueId]>,
}

/// Where each piece stands in the list of pieces; never changes.
pub(super) type Pieces = Arc<HashMap<PlaceCode, u32>>;

/// The province at one moment.
#[derive(Clone, Debug)]
pub struct View {
    /// Counts up with every publishing that has news.
    pub revision: u64,
    /// The collector's time.
    pub now_ms: UnixMs,
    /// The tree of places in force.
    pub tree: Arc<Tree>,
    /// The registry in force.
    pub registry: Arc<Registry>,
    /// How long is too long.
    pub rules: Rules,
    /// The newest changes, oldest first.
    pub changes: Arc<VecDeque<Arc<Change>>>,
    pub(super) tally: Tally,
    pub(super) counties: Vec<Arc<County>>,
    pub(super) pieces: Pieces,
    pub(super) touched: VecDeque<Arc<Touched>>,
}

impl View {
    /// The sums of a place.
    #[must_use]
    pub fn counts(&self, place: u32) -> Counts {
        self.tally.get(place)
    }

    /// One venue, also a hidden one.
    #[must_use]
    pub fn venue(&self, id: VenueId) -> Option<&Arc<Venue>> {
        let piece = id.place.ancestry().find_map(|code| self.pieces.get(&piece_of(code)))?;
        let county = &self.counties[*piece as usize];
        county.venues.binary_search_by_key(&id, |venue| venue.id).ok().map(|at| &county.venues[at])
    }

    /// All venues that exist, in the order of their codes within each piece.
    pub fn venues(&self) -> impl Iterator<Item = &Arc<Venue>> {
        let exists = |venue: &&Arc<Venue>| venue.entry.is_some() || venue.described.is_some();
        self.counties.iter().flat_map(|county| &county.venues).filter(exists)
    }

    /// All venues that exist at or below a place.
    pub fn venues_within(&self, scope: u32) -> impl Iterator<Item = &Arc<Venue>> {
        self.venues().filter(move |venue| self.tree.is_within(venue.at, scope))
    }

    /// The venues with news since `revision`, sorted; none when that is too long ago to know.
    #[must_use]
    pub fn touched_since(&self, revision: u64) -> Option<Vec<VenueId>> {
        let oldest = self.touched.front().map_or(self.revision, |touched| touched.revision.saturating_sub(1));
        if revision < oldest && revision < self.revision {
            return None;
        }
        let news = self.touched.iter().filter(|touched| touched.revision > revision);
        let mut venues: Vec<VenueId> = news.flat_map(|touched| touched.venues.iter().copied()).collect();
        venues.sort_unstable();
        venues.dedup();
        Some(venues)
    }

    /// The newest changes at or below a place, the newest first. A quiet county's are still there when a busy one has
    /// pushed them out of the row: then it is one for each venue.
    #[must_use]
    pub fn newest_changes(&self, scope: u32, most: usize) -> Vec<&Change> {
        let within =
            |change: &&Arc<Change>| self.tree.index(change.place).is_some_and(|at| self.tree.is_within(at, scope));
        let mut newest: Vec<&Arc<Change>> = self.changes.iter().rev().filter(within).take(most).collect();
        if newest.len() < most {
            let oldest = self.changes.front().map_or(u64::MAX, |change| change.seq);
            let last = self.venues_within(scope).filter_map(|venue| venue.changed.as_ref());
            let mut older: Vec<_> = last.filter(|change| change.seq < oldest).collect();
            older.sort_unstable_by_key(|change| std::cmp::Reverse(change.seq));
            newest.extend(older.into_iter().take(most - newest.len()));
        }
        newest.into_iter().map(|change| &**change).collect()
    }

    /// The class of a venue that counts in one.
    #[must_use]
    pub fn class(&self, id: VenueId) -> Option<Class> {
        self.venue(id).and_then(|venue| venue.class())
    }
}
