//! An hour of pieces becomes blocks by venue and hour, and sums; then the pieces go.

use std::collections::BTreeMap;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;

use super::disk::{Disk, Kind, day_name, hour_key, month_name, venue_of};
use super::open::Block;
use super::sealed::{HOUR_MS, by_hour, pack, pack_sums};
use super::work::MARK_KEY;
use crate::store::{Batch, Error};

/// So much is handed to a database at once.
const BATCH_BYTES: usize = 1 << 20;

/// Merges the pieces `name`, and hands their mark on to those called `next`. What is older than `oldest_ms` is passed over. Doing it again writes the same again.
pub(super) fn merge(disk: &Disk, name: &str, next: &str, oldest_ms: UnixMs) -> Result<(), Error> {
    let Some(pieces) = disk.store(Kind::Pieces, name, false)? else { return Ok(()) };
    let mut writer = Writer { disk, oldest_ms, batches: BTreeMap::new() };
    let mut room: Option<(VenueId, u64, Vec<Block>)> = None;
    for pair in pieces.all() {
        let (key, value) = pair?;
        let Some((venue, arrival)) = piece_key(&key) else { continue };
        let blocks: Vec<Block> = postcard::from_bytes(&value).unwrap_or_default();
        match &mut room {
            Some((same, _, all)) if *same == venue => all.extend(blocks),
            _ => {
                writer.room(room.replace((venue, arrival, blocks)))?;
            }
        }
    }
    writer.room(room)?;
    writer.finish()?;
    keep_mark(disk, next, pieces.get(MARK_KEY)?)?;
    drop(pieces);
    disk.remove(Kind::Pieces, name).map_err(|source| Error::Io { path: disk.folder().to_owned(), source })
}

/// The mark must outlive the pieces that it stands in.
fn keep_mark(disk: &Disk, next: &str, mark: Option<Vec<u8>>) -> Result<(), Error> {
    let Some(mark) = mark else { return Ok(()) };
    let Some(store) = disk.store(Kind::Pieces, next, true)? else { return Ok(()) };
    if store.get(MARK_KEY)?.is_none_or(|held| held < mark) {
        let mut batch = Batch::new();
        batch.put(MARK_KEY, &mark);
        store.commit(batch)?;
    }
    Ok(())
}

pub(super) fn piece_key(key: &[u8]) -> Option<(VenueId, u64)> {
    let (venue, arrival) = key.split_at_checked(9)?;
    Some((venue_of(venue)?, u64::from_be_bytes(arrival.try_into().ok()?)))
}

struct Writer<'a> {
    disk: &'a Disk,
    oldest_ms: UnixMs,
    batches: BTreeMap<(Kind, String), Batch>,
}

impl Writer<'_> {
    fn room(&mut self, room: Option<(VenueId, u64, Vec<Block>)>) -> Result<(), Error> {
        let Some((venue, source, blocks)) = room else { return Ok(()) };
        let (path, oldest_ms) = (self.disk.folder().to_owned(), self.oldest_ms);
        let io_error = |source| Error::Io { path: path.clone(), source };
        for (hour, groups) in by_hour(&blocks).into_iter().filter(|(hour, _)| (hour + 1) * HOUR_MS > oldest_ms) {
            let key = hour_key(hour, venue, source);
            self.put(Kind::Raw, day_name(hour * HOUR_MS), &key, &pack(&groups).map_err(io_error)?)?;
            self.put(Kind::Hours, month_name(hour * HOUR_MS), &key, &pack_sums(&groups).map_err(io_error)?)?;
        }
        Ok(())
    }

    fn put(&mut self, kind: Kind, name: String, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let batch = self.batches.entry((kind, name.clone())).or_default();
        batch.put(key, value);
        if batch.bytes() < BATCH_BYTES {
            return Ok(());
        }
        let full = std::mem::take(batch);
        self.disk.store(kind, &name, true)?.map_or(Ok(()), |store| store.apply(full))
    }

    fn finish(self) -> Result<(), Error> {
        for ((kind, name), batch) in self.batches {
            if let Some(store) = self.disk.store(kind, &name, true)? {
                store.commit(batch)?;
            }
        }
        Ok(())
    }
}
