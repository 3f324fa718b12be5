//! The province as readers see it: a value that costs a few hundred references to make and never changes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::backups::BackupCounts;
use super::changes::{Change, Changes, most_urgent};
use super::counts::{Class, Counts, Tally};
use super::crossings::Crossings;
use super::events::Events;
use super::judge::Rules;
use super::tree::{Tree, piece_of};
use super::venue::Venue;
use crate::registry::Registry;
use crate::roll_call::Calls;
use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

/// How many publishings back a reader can ask which venues were touched.
pub const TOUCHED_KEPT: usize = 32;

/// The venues of one county by prefix (or of a city or province seat itself), sorted by id.
#[derive(Clone, Debug, Default)]
pub struct County {
    /// The venues.
    pub venues: Vec<Arc<Venue>>,
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
    /// The newest changes.
    pub changes: Arc<Changes>,
    /// What agents told that happened.
    pub events: Arc<Events>,
    /// What venues told of runs of two.
    pub crossings: Arc<Crossings>,
    /// The roll calls of the last minutes.
    pub calls: Arc<Calls>,
    pub(super) tally: Tally<Counts>,
    pub(super) backup_tally: Tally<BackupCounts>,
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

    /// The sums of the backup paths of a place.
    #[must_use]
    pub fn backup_counts(&self, place: u32) -> BackupCounts {
        self.backup_tally.get(place)
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

    /// The venues that exist and have the code of this very place: of a county its own rooms, not those of its villages.
    pub fn venues_at(&self, place: PlaceCode) -> impl Iterator<Item = &Arc<Venue>> {
        let piece = self.pieces.get(&piece_of(place)).and_then(|at| self.counties.get(*at as usize));
        let exists = |venue: &&Arc<Venue>| venue.entry.is_some() || venue.described.is_some();
        piece.into_iter().flat_map(|county| &county.venues).filter(move |venue| venue.id.place == place).filter(exists)
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

    /// The newest changes at or below a place, the newest first; those to the worse before others. A quiet county's are
    /// still there when a busy one has pushed them out of the row: then it is one for each venue.
    #[must_use]
    pub fn newest_changes(&self, scope: u32, most: usize) -> Vec<&Change> {
        let mut newest: Vec<&Change> = self.changes_within(scope).collect();
        if newest.len() < most {
            let oldest = self.changes.whole_from();
            let last = self.venues_within(scope).filter_map(|venue| venue.changed.as_deref());
            newest.extend(last.filter(|change| change.seq < oldest));
            newest.sort_unstable_by_key(|change| std::cmp::Reverse(change.seq));
            newest.dedup_by_key(|change| change.seq);
        }
        most_urgent(newest, most, self.now_ms)
    }

    /// The changes at or below a place since the one with this number, the newest first; those to the worse before others.
    #[must_use]
    pub fn changes_since(&self, scope: u32, seen: u64, most: usize) -> Vec<&Change> {
        let new = self.changes_within(scope).take_while(|change| change.seq > seen);
        most_urgent(new.collect(), most, self.now_ms)
    }

    fn changes_within(&self, scope: u32) -> impl Iterator<Item = &Change> {
        let within =
            move |change: &&Change| self.tree.index(change.place).is_some_and(|at| self.tree.is_within(at, scope));
        self.changes.newest().map(|change| &**change).filter(within)
    }

    /// The class of a venue that counts in one.
    #[must_use]
    pub fn class(&self, id: VenueId) -> Option<Class> {
        self.venue(id).and_then(|venue| venue.class())
    }
}
