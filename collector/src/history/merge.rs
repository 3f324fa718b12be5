//! An hour of pieces becomes blocks by venue and hour, and sums; then the pieces go.

use std::collections::BTreeMap;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;

use super::disk::{Disk, Kind, day_name, hour_key, month_name, venue_key, venue_of};
use super::open::{Block, unpack_piece};
use super::sealed::{HOUR_MS, by_hour, pack, pack_sums};
use super::work::MARK_KEY;
use crate::store::{Batch, Error, Store};

/// So much is handed to a database at once.
const BATCH_BYTES: usize = 1 << 20;

/// A merge that goes on by a few venues at a time, on the thread that also takes what comes.
pub(super) struct Merger {
    name: String,
    /// Where the next step begins.
    from: Vec<u8>,
    writer: Writer,
}

impl Merger {
    /// Of the pieces `name`. What is older than `oldest_ms` is passed over. Beginning again writes the same again.
    pub(super) fn new(disk: &Disk, name: String, oldest_ms: UnixMs) -> Self {
        let writer = Writer { disk: disk.clone(), oldest_ms, batches: BTreeMap::new() };
        Self { name, from: Vec::new(), writer }
    }

    /// Merges the next `venues`; says whether the hour is done. Its mark then stands with the pieces called `next`.
    pub(super) fn step(&mut self, venues: usize, next: &str) -> Result<bool, Error> {
        let disk = self.writer.disk.clone();
        let Some(pieces) = disk.store(Kind::Pieces, &self.name, false)? else { return Ok(true) };
        for _ in 0..venues {
            let Some((venue, source, blocks)) = room(&pieces, &self.from)? else {
                return self.finish(&disk, &pieces, next).map(|()| true);
            };
            self.from = [venue_key(venue).as_slice(), &[0xff; 9]].concat();
            self.writer.room(venue, source, &blocks)?;
        }
        Ok(false)
    }

    fn finish(&mut self, disk: &Disk, pieces: &Store, next: &str) -> Result<(), Error> {
        self.writer.finish()?;
        keep_mark(disk, next, pieces.get(MARK_KEY)?)?;
        disk.rest();
        disk.remove(Kind::Pieces, &self.name).map_err(|cause| Error::Io { path: disk.folder().to_owned(), cause })
    }
}

/// All blocks of the first venue at or behind `from`, and the batch that its first piece begins with.
fn room(pieces: &Store, from: &[u8]) -> Result<Option<(VenueId, u64, Vec<Block>)>, Error> {
    let mut room: Option<(VenueId, u64, Vec<Block>)> = None;
    for pair in pieces.range(from, &[0xff; 18]) {
        let (key, value) = pair?;
        let Some((venue, arrival)) = piece_key(&key) else { continue };
        match &mut room {
            None => room = Some((venue, arrival, unpack_piece(&value))),
            Some((same, _, blocks)) if *same == venue => blocks.extend(unpack_piece(&value)),
            Some(_) => break,
        }
    }
    Ok(room)
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

struct Writer {
    disk: Disk,
    oldest_ms: UnixMs,
    batches: BTreeMap<(Kind, String), Batch>,
}

impl Writer {
    fn room(&mut self, venue: VenueId, source: u64, blocks: &[Block]) -> Result<(), Error> {
        let (path, oldest_ms) = (self.disk.folder().to_owned(), self.oldest_ms);
        let io_error = |cause| Error::Io { path: path.clone(), cause };
        for (hour, groups) in by_hour(blocks).into_iter().filter(|(hour, _)| (hour + 1) * HOUR_MS > oldest_ms) {
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
        // Flushed at once: what waits in sled is written twice when the next batch touches the same pages.
        let full = std::mem::take(batch);
        self.disk.store(kind, &name, true)?.map_or(Ok(()), |store| store.commit(full))
    }

    fn finish(&mut self) -> Result<(), Error> {
        for ((kind, name), batch) in std::mem::take(&mut self.batches) {
            if let Some(store) = self.disk.store(kind, &name, true)? {
                store.commit(batch)?;
            }
        }
        Ok(())
    }
}
