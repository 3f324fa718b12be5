//! The databases of the history: pieces by the hour in which they were sealed, hours by day, sums by month; each dropped whole.
//!
//! Days and months are those of UTC+8.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;

use super::sealed::HOUR_MS;
use crate::calendar::{DAY_MS, UTC8_MS, civil};
use crate::store::{self, Error, Store, Use};

/// Every database.
const HOW: Use = Use { cache_bytes: 8 << 20, is_dropped_whole: true };
/// Databases of days and months that stay open.
const MOST_OPEN: usize = 6;

/// What a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Pieces,
    Raw,
    Hours,
}

impl Kind {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Pieces => "pieces-",
            Self::Raw => "raw-",
            Self::Hours => "hours-",
        }
    }
}

/// The folder of the history and what is open in it.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    open: Arc<Mutex<Open>>,
}

type Name = (Kind, String);

/// What is open.
#[derive(Debug, Default)]
struct Open {
    /// Databases and when each was last used, as a count.
    stores: BTreeMap<Name, (u64, Arc<Store>)>,
    /// Databases that are being removed: nobody opens them again.
    doomed: BTreeSet<Name>,
    /// Nothing opens any more.
    ended: bool,
}

impl Open {
    /// Closes the database that nobody used for longest, when there are many; one that somebody still reads stays.
    fn close_idle(&mut self) {
        let idle =
            |(name, (_, store)): &(&Name, &(u64, Arc<Store>))| name.0 != Kind::Pieces && Arc::strong_count(store) == 1;
        let oldest = self.stores.iter().filter(idle).min_by_key(|(_, (used, _))| *used);
        if let Some(name) = oldest.map(|(name, _)| name.clone()).filter(|_| self.stores.len() >= MOST_OPEN) {
            self.stores.remove(&name);
        }
    }
}

impl Disk {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: Arc::default() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes what nobody reads just now, but the pieces: an open database holds its caches.
    pub(super) fn rest(&self) {
        let mut open = self.open();
        open.stores.retain(|(kind, _), (_, store)| *kind == Kind::Pieces || Arc::strong_count(store) > 1);
    }

    /// Closes every database; none opens again.
    pub(super) fn close(&self) {
        let mut open = self.open();
        open.ended = true;
        open.stores.clear();
    }

    fn path(&self, kind: Kind, name: &str) -> PathBuf {
        self.folder.join(format!("{}{name}", kind.prefix()))
    }

    /// The database, made when it is not there and `make` says so.
    pub(super) fn store(&self, kind: Kind, name: &str, make: bool) -> Result<Option<Arc<Store>>, Error> {
        let mut open = self.open();
        let key = (kind, name.to_owned());
        let newest = open.stores.values().map(|(used, _)| used + 1).max().unwrap_or(1);
        if let Some((used, store)) = open.stores.get_mut(&key) {
            *used = newest;
            return Ok(Some(Arc::clone(store)));
        }
        let path = self.path(kind, name);
        if open.ended || open.doomed.contains(&key) || !(make || path.exists()) {
            return Ok(None);
        }
        open.close_idle();
        let (store, aside) = Store::open_or_set_aside(&path, HOW)?;
        if let Some(aside) = aside {
            tracing::error!(path = %aside.display(), "a database of the history was damaged and set aside");
        }
        let store = Arc::new(store);
        open.stores.insert(key, (newest, Arc::clone(&store)));
        Ok(Some(store))
    }

    /// The names of all databases of a kind, oldest first.
    pub(super) fn names(&self, kind: Kind) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_prefix(kind.prefix()).map(ToOwned::to_owned);
        let mut names: Vec<String> =
            entries.filter_map(name).filter(|name| name.bytes().all(|b| b.is_ascii_digit())).collect();
        names.sort();
        names
    }

    /// Closes and removes a database; who still reads it reads on.
    pub(super) fn remove(&self, kind: Kind, name: &str) -> std::io::Result<()> {
        let key = (kind, name.to_owned());
        let closed = {
            let mut open = self.open();
            open.doomed.insert(key.clone());
            open.stores.remove(&key)
        };
        drop(closed);
        let removed = store::remove(&self.path(kind, name));
        self.open().doomed.remove(&key);
        removed
    }

    /// How full the disk is, in per cent as everybody but root sees it; 0 when the system does not say.
    pub(super) fn used_percent(&self) -> u64 {
        let (used, of) = self.used();
        used * 100 / of
    }

    /// So many bytes may be written before the disk is so full.
    pub(super) fn room(&self, percent: u64) -> u64 {
        let (used, of) = self.used();
        (of / 100 * percent).saturating_sub(used)
    }

    /// Bytes that are used, of so many, as df(1) has them: what is reserved for root counts neither as used nor as free.
    fn used(&self) -> (u64, u64) {
        let Ok(stat) = nix::sys::statvfs::statvfs(&self.folder) else { return (0, u64::MAX) };
        let used = stat.blocks().saturating_sub(stat.blocks_free());
        (used * stat.fragment_size(), ((used + stat.blocks_available()) * stat.fragment_size()).max(1))
    }
}

/// The name of the pieces that are sealed at `now_ms`.
pub(super) fn pieces_name(now_ms: UnixMs) -> String {
    (now_ms / HOUR_MS).to_string()
}

/// `YYYYMMDD` in UTC+8.
pub(crate) fn day_name(at_ms: UnixMs) -> String {
    let (year, month, day) = civil((at_ms + UTC8_MS) / DAY_MS);
    format!("{year:04}{month:02}{day:02}")
}

/// `YYYYMM` in UTC+8.
pub(super) fn month_name(at_ms: UnixMs) -> String {
    let (year, month, _) = civil((at_ms + UTC8_MS) / DAY_MS);
    format!("{year:04}{month:02}")
}

/// The bytes of a venue in a key.
pub(super) fn venue_key(venue: VenueId) -> [u8; 9] {
    let mut key = [0; 9];
    key[..8].copy_from_slice(&venue.place.packed().to_be_bytes());
    key[8] = venue.room;
    key
}

/// The reverse of [`venue_key`].
pub(super) fn venue_of(key: &[u8]) -> Option<VenueId> {
    let (place, room) = key.split_first_chunk::<8>()?;
    let place = avow_shared::place::PlaceCode::from_packed(u64::from_be_bytes(*place))?;
    VenueId::new(place, *room.first()?).ok()
}

/// Hour and venue, the hour first so that a day is written in order; then who wrote it.
pub(super) fn hour_key(hour: u64, venue: VenueId, source: u64) -> Vec<u8> {
    [u32::try_from(hour).unwrap_or(u32::MAX).to_be_bytes().as_slice(), &venue_key(venue), &source.to_be_bytes()]
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_those_of_beijing() {
        for (at_ms, day) in [
            (0, "19700101"),
            (1_790_000_000_000, "20260921"),
            (1_767_196_799_999, "20251231"),
            (1_767_196_800_000, "20260101"),
            (1_772_208_000_000, "20260228"),
            (1_709_136_000_000, "20240229"),
        ] {
            assert_eq!(day_name(at_ms), day, "{at_ms}");
            assert_eq!(month_name(at_ms), day[..6]);
        }
    }

    #[test]
    fn a_venue_comes_back_from_its_key() {
        let venue: VenueId = "350102001-07".parse().expect("a venue");
        assert_eq!(venue_of(&venue_key(venue)), Some(venue));
        assert_eq!(venue_of(&[0; 8]), None);
    }
}
