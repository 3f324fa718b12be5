//! The thread of the history: rooms grow, are sealed, and old things go.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use avow_shared::wire::Report;

use super::disk::{Disk, Kind, day_name, month_name, pieces_name, venue_key};
use super::merge::Merger;
use super::open::{Room, pack_piece};
use super::sealed::HOUR_MS;
use super::{Limits, Message};
use crate::fact::{Arrival, Stored};
use crate::province::Interner;
use crate::store::{Batch, Error};

/// A room is sealed at this age; there are sixty ticks more until ten minutes are over.
const SEAL_AFTER_MS: u64 = 540_000;
/// Rooms sealed a tick: all 18 762 within a minute.
const SEAL_AT_ONCE: usize = 400;
/// Venues merged a tick: all 18 762 within two minutes and a half.
const MERGE_AT_ONCE: usize = 125;
/// An hour is merged when it has been over for so long.
const MERGE_AFTER_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Where the pieces say up to which batch all is sealed.
pub(super) const MARK_KEY: &[u8] = b"\xff\xffmark";

pub(super) struct Worker {
    disk: Disk,
    limits: Limits,
    rooms: HashMap<VenueId, Room>,
    /// When each room began, the oldest first.
    queue: VecDeque<(UnixMs, VenueId)>,
    interner: Interner,
    taken: Arrival,
    /// How far the past came that is still coming.
    behind: Option<Arrival>,
    now_ms: UnixMs,
    safe: Arc<AtomicU64>,
    merging: Option<Merger>,
    swept_ms: UnixMs,
    failing: bool,
}

/// The last mark on disk.
pub(super) fn resume_after(disk: &Disk) -> Result<Arrival, Error> {
    let mut mark = 0;
    for name in disk.names(Kind::Pieces) {
        let store = disk.store(Kind::Pieces, &name, false)?;
        let value = store.map(|store| store.get(MARK_KEY)).transpose()?.flatten();
        let read = value.and_then(|bytes| bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)));
        mark = mark.max(read.unwrap_or(0));
    }
    Ok(mark)
}

impl Worker {
    pub(super) fn new(disk: Disk, limits: Limits, safe: Arc<AtomicU64>, resume: Arrival) -> Self {
        Self {
            disk,
            limits,
            rooms: HashMap::new(),
            queue: VecDeque::new(),
            interner: Interner::default(),
            taken: resume,
            behind: None,
            now_ms: 0,
            safe,
            merging: None,
            swept_ms: 0,
            failing: false,
        }
    }

    pub(super) fn run(mut self, receiver: &Receiver<Message>) {
        while let Ok(message) = receiver.recv() {
            match message {
                Message::Stored(stored) if stored.arrival <= self.taken => {}
                Message::Stored(stored) => {
                    self.taken = stored.arrival;
                    self.take(&stored);
                }
                Message::Behind(after) => self.behind = Some(after),
                Message::Past(batches) => {
                    for stored in batches {
                        self.take(&stored);
                        self.behind = Some(stored.arrival);
                    }
                }
                Message::CaughtUp => {
                    self.taken = self.taken.max(self.behind.take().unwrap_or(0));
                    // Nothing new may come that would write the mark.
                    self.write(&[]);
                    self.advance();
                }
                Message::Tick(now_ms) => self.tick(now_ms),
                Message::SealAll(done) => {
                    self.seal(usize::MAX, UnixMs::MAX);
                    // Who asked may be gone.
                    let _ = done.send(());
                }
                Message::Close => break,
                Message::Peek(venue, reply) => {
                    let blocks = self.rooms.get(&venue).map(|room| room.blocks().cloned().collect());
                    let _ = reply.send(blocks.unwrap_or_default());
                }
            }
        }
    }

    fn take(&mut self, stored: &Stored) {
        self.now_ms = self.now_ms.max(stored.received_ms);
        let mut full = Vec::new();
        for numbered in &stored.reports {
            let Report::Outcome(outcome) = &numbered.report else { continue };
            let schema = self.interner.schema(&outcome.values);
            let room = self.rooms.entry(outcome.venue).or_insert_with(|| {
                self.queue.push_back((stored.received_ms, outcome.venue));
                Room::new(stored.received_ms, stored.arrival)
            });
            // The past may come into a room that the present has begun.
            room.arrival = room.arrival.min(stored.arrival);
            if room.push(outcome, numbered.number, stored.spool, stored.received_ms, schema) {
                full.push(outcome.venue);
            }
        }
        if !full.is_empty() {
            full.dedup();
            self.write(&full);
        }
    }

    fn tick(&mut self, now_ms: UnixMs) {
        self.now_ms = now_ms;
        self.seal(SEAL_AT_ONCE, now_ms.saturating_sub(SEAL_AFTER_MS));
        self.merge();
        if now_ms.abs_diff(self.swept_ms) >= HOUR_MS / 6 {
            self.swept_ms = now_ms;
            self.sweep();
        }
    }

    /// Seals at most `most` rooms that began at `upto_ms` or before.
    fn seal(&mut self, most: usize, upto_ms: UnixMs) {
        let due = self.queue.iter().take_while(|(since_ms, _)| *since_ms <= upto_ms).take(most);
        let due: Vec<VenueId> = due.map(|(_, venue)| *venue).collect();
        for some in due.chunks(SEAL_AT_ONCE) {
            if !self.write(some) {
                break;
            }
        }
        self.advance();
    }

    /// Writes rooms; they stay as they are when the disk says no.
    fn write(&mut self, venues: &[VenueId]) -> bool {
        let result = self.try_write(venues);
        match &result {
            Ok(()) => {
                for venue in venues {
                    self.rooms.remove(venue);
                }
                let rooms = &self.rooms;
                self.queue.retain(|(since_ms, venue)| rooms.get(venue).is_some_and(|room| room.since_ms == *since_ms));
            }
            Err(error) if !self.failing => tracing::error!(%error, "values cannot be written; they wait in memory"),
            Err(_) => {}
        }
        self.failing = result.is_err();
        !self.failing
    }

    fn try_write(&self, venues: &[VenueId]) -> Result<(), Error> {
        let Some(store) = self.disk.store(Kind::Pieces, &pieces_name(self.now_ms), true)? else { return Ok(()) };
        let mut batch = Batch::new();
        for (venue, room) in venues.iter().filter_map(|venue| Some((venue, self.rooms.get(venue)?))) {
            let key = [venue_key(*venue).as_slice(), &room.arrival.to_be_bytes()].concat();
            batch.put(&key, &pack_piece(room.blocks()));
        }
        let written: HashSet<&VenueId> = venues.iter().collect();
        let rest = self.rooms.iter().filter(|(venue, _)| !written.contains(venue));
        let mark = self.complete_through(rest.map(|(_, room)| room));
        batch.put(MARK_KEY, &mark.to_be_bytes());
        store.commit(batch)
    }

    /// Up to which batch nothing is missing on disk while these rooms are open.
    fn complete_through<'a>(&self, open: impl Iterator<Item = &'a Room>) -> Arrival {
        let oldest = open.map(|room| room.arrival - 1).min().unwrap_or(self.taken);
        oldest.min(self.behind.unwrap_or(Arrival::MAX))
    }

    fn advance(&self) {
        self.safe.fetch_max(self.complete_through(self.rooms.values()), Ordering::Release);
    }

    /// Goes on with the oldest hour that is over. After a failure it begins again.
    fn merge(&mut self) {
        let Some(mut merger) = self.merging.take().or_else(|| self.due_merge()) else { return };
        match merger.step(MERGE_AT_ONCE, &pieces_name(self.now_ms)) {
            Ok(true) => {}
            Ok(false) => self.merging = Some(merger),
            Err(error) => tracing::error!(%error, "an hour of the history could not be merged; it is tried again"),
        }
    }

    fn due_merge(&self) -> Option<Merger> {
        let over = |name: &String| {
            let hour: u64 = name.parse().unwrap_or(u64::MAX);
            hour.saturating_add(1).saturating_mul(HOUR_MS).saturating_add(MERGE_AFTER_MS) <= self.now_ms
        };
        let name = self.disk.names(Kind::Pieces).into_iter().find(over)?;
        Some(Merger::new(&self.disk, name, self.oldest_ms(self.limits.raw_days)))
    }

    fn oldest_ms(&self, days: u32) -> UnixMs {
        self.now_ms.saturating_sub(u64::from(days) * DAY_MS)
    }

    /// Drops what is too old, and the oldest days while the disk is too full; today always stays.
    fn sweep(&self) {
        let old = |kind: Kind, first: String| {
            let names = self.disk.names(kind).into_iter();
            names.filter(move |name| *name < first).for_each(|name| self.drop_database(kind, &name));
        };
        old(Kind::Raw, day_name(self.oldest_ms(self.limits.raw_days)));
        old(Kind::Hours, month_name(self.oldest_ms(self.limits.hour_days)));
        let today = day_name(self.now_ms);
        for name in self.disk.names(Kind::Raw).into_iter().filter(|name| *name < today) {
            if self.disk.used_percent() < self.limits.disk_percent {
                break;
            }
            tracing::warn!(day = name, "the disk is nearly full: the oldest day of the history goes");
            self.drop_database(Kind::Raw, &name);
        }
    }

    fn drop_database(&self, kind: Kind, name: &str) {
        if let Err(error) = self.disk.remove(kind, name) {
            tracing::error!(%error, name, "an old database of the history could not be removed");
        }
    }
}
