//! Which reports are in memory and which chunks are on disk. Pure; what a number means is the ledger's matter.

use std::collections::{BTreeMap, VecDeque};

use avow_shared::ranges::{Range, RangeSet};
use avow_shared::wire::{Numbered, Report};

/// A chunk is not longer, but for one of a single report. A node of sled holds up to 17 values (`node.rs`, `should_split`): above 128 KiB it lies
/// in a file of its own, which is not flushed with the rest and never leaves memory.
const CHUNK_BYTES: usize = 7 * 1024;
/// The longest number before a report.
const NUMBER_BYTES: usize = 10;

#[derive(Clone, Debug)]
struct Body {
    report: Report,
    size: usize,
    on_disk: bool,
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    last: u64,
    bytes: usize,
    made_ms: u64,
}

/// Reports in memory, chunks on disk.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    bodies: BTreeMap<u64, Body>,
    chunks: BTreeMap<u64, Chunk>,
    fresh_bytes: usize,
    cached_bytes: usize,
    cached: VecDeque<u64>,
    chunk_bytes: usize,
}

impl Shelf {
    /// What was found on disk.
    #[must_use]
    pub fn resume(chunks: &[(Range, usize)], now_ms: u64) -> Self {
        let mut shelf = Self::default();
        for (range, bytes) in chunks {
            shelf.add_chunk(*range, *bytes, now_ms);
        }
        shelf
    }

    /// Takes a new report, which is not on disk yet.
    pub fn add(&mut self, number: u64, report: Report) {
        let size = encoded_size(&report);
        self.fresh_bytes += size;
        self.bodies.insert(number, Body { report, size, on_disk: false });
    }

    /// The report of a number and its length, when it is in memory.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<(&Report, usize)> {
        self.bodies.get(&number).map(|body| (&body.report, body.size))
    }

    /// The chunk that holds a number, by its first number.
    #[must_use]
    pub fn chunk_of(&self, number: u64) -> Option<u64> {
        let (first, chunk) = self.chunks.range(..=number).next_back()?;
        (chunk.last >= number).then_some(*first)
    }

    /// Bytes in memory that are on no disk.
    #[must_use]
    pub const fn fresh_bytes(&self) -> usize {
        self.fresh_bytes
    }

    /// Bytes on disk, as written.
    #[must_use]
    pub const fn chunk_bytes(&self) -> usize {
        self.chunk_bytes
    }

    /// The numbers that are in memory and on no disk, ascending.
    pub fn fresh(&self) -> impl Iterator<Item = u64> + '_ {
        self.bodies.iter().filter(|(_, body)| !body.on_disk).map(|(number, _)| *number)
    }

    /// The chunks on disk, oldest first: their numbers, and when they were written.
    pub fn chunks(&self) -> impl Iterator<Item = (Range, u64)> + '_ {
        self.chunks.iter().map(|(first, chunk)| (Range { first: *first, last: chunk.last }, chunk.made_ms))
    }

    /// What is to be written so that nothing is fresh any more.
    #[must_use]
    pub fn to_write(&self) -> Vec<(Range, Vec<u8>)> {
        let mut chunks: Vec<Vec<Numbered>> = Vec::new();
        let mut room = 0usize;
        for (number, body) in self.bodies.iter().filter(|(_, body)| !body.on_disk) {
            let follows = chunks.last().and_then(|chunk| chunk.last()).is_some_and(|last| last.number + 1 == *number);
            let size = body.size + NUMBER_BYTES;
            if !follows || room < size {
                chunks.push(Vec::new());
                room = CHUNK_BYTES;
            }
            room = room.saturating_sub(size);
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(Numbered { number: *number, report: body.report.clone() });
            }
        }
        chunks.iter().filter_map(|chunk| Some((span(chunk)?, encode(chunk)))).collect()
    }

    /// Chunks were written: their numbers and lengths.
    pub fn written(&mut self, chunks: &[(Range, usize)], now_ms: u64) {
        for (range, bytes) in chunks {
            self.add_chunk(*range, *bytes, now_ms);
            for (number, body) in self.bodies.range_mut(range.first..=range.last).filter(|(_, body)| !body.on_disk) {
                body.on_disk = true;
                self.fresh_bytes -= body.size;
                self.cached_bytes += body.size;
                self.cached.push_back(*number);
            }
        }
    }

    /// A chunk was read back: those of its reports that are `wanted` are in memory now.
    pub fn loaded(&mut self, reports: Vec<Numbered>, wanted: &RangeSet) {
        for Numbered { number, report } in reports {
            if wanted.contains(number) && !self.bodies.contains_key(&number) {
                let size = encoded_size(&report);
                self.cached_bytes += size;
                self.cached.push_back(number);
                self.bodies.insert(number, Body { report, size, on_disk: true });
            }
        }
    }

    /// Lets a report go that is on disk too; a fresh one stays.
    pub fn release(&mut self, number: u64) {
        if self.bodies.get(&number).is_some_and(|body| body.on_disk) {
            self.discard(number);
        }
    }

    /// Lets a report go wherever it is.
    pub fn discard(&mut self, number: u64) {
        if let Some(body) = self.bodies.remove(&number) {
            let bytes = if body.on_disk { &mut self.cached_bytes } else { &mut self.fresh_bytes };
            *bytes -= body.size;
        }
    }

    /// Lets those reports go that are on disk too, longest in memory first, until `most_bytes` are left of them.
    pub fn trim(&mut self, most_bytes: usize) {
        while self.cached_bytes > most_bytes {
            let Some(number) = self.cached.pop_front() else { break };
            self.release(number);
        }
        if self.cached.len() > 2 * self.bodies.len() + 64 {
            let bodies = &self.bodies;
            self.cached.retain(|number| bodies.get(number).is_some_and(|body| body.on_disk));
        }
    }

    /// Forgets a chunk, which will be removed from disk.
    pub fn remove_chunk(&mut self, first: u64) -> Option<Range> {
        let chunk = self.chunks.remove(&first)?;
        self.chunk_bytes -= chunk.bytes;
        let held: Vec<u64> = self.bodies.range(first..=chunk.last).map(|(number, _)| *number).collect();
        held.into_iter().for_each(|number| self.release(number));
        Some(Range { first, last: chunk.last })
    }

    /// Every report in memory, in the order of the numbers, to be given new numbers.
    pub fn take_all(&mut self) -> Vec<Report> {
        let all = std::mem::take(self);
        all.bodies.into_values().map(|body| body.report).collect()
    }

    fn add_chunk(&mut self, range: Range, bytes: usize, made_ms: u64) {
        let old = self.chunks.insert(range.first, Chunk { last: range.last, bytes, made_ms });
        self.chunk_bytes = self.chunk_bytes + bytes - old.map_or(0, |old| old.bytes);
    }
}

/// The reports of a chunk that was read; none when it is no chunk.
#[must_use]
pub fn decode(chunk: &[u8]) -> Option<Vec<Numbered>> {
    postcard::from_bytes(chunk).ok()
}

fn encode(chunk: &[Numbered]) -> Vec<u8> {
    // Encoding into memory fails for no report: every length is known.
    postcard::to_allocvec(chunk).unwrap_or_default()
}

fn span(chunk: &[Numbered]) -> Option<Range> {
    Range::new(chunk.first()?.number, chunk.last()?.number)
}

/// How long a report is in an envelope before compression, bytes.
fn encoded_size(report: &Report) -> usize {
    postcard::experimental::serialized_size(report).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use avow_shared::time::WallTime;
    use avow_shared::wire::Event;

    use super::*;

    fn report(text: &str) -> Report {
        let code = "agent.started".parse().expect("a code");
        Report::Event(Event { at: WallTime::default(), code, text: text.into() })
    }

    #[test]
    fn what_is_fresh_is_written_in_chunks_without_gaps() {
        let mut shelf = Shelf::default();
        for number in [1, 2, 4] {
            shelf.add(number, report("x"));
        }
        let chunks = shelf.to_write();
        let ranges: Vec<_> = chunks.iter().map(|(range, _)| (range.first, range.last)).collect();
        assert_eq!(ranges, [(1, 2), (4, 4)]);
        let read = decode(&chunks[0].1).expect("a chunk");
        assert_eq!(read.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 2]);
        let written: Vec<_> = chunks.iter().map(|(range, bytes)| (*range, bytes.len())).collect();
        shelf.written(&written, 0);
        assert!(shelf.to_write().is_empty() && shelf.fresh_bytes() == 0);
        assert_eq!((shelf.chunk_of(2), shelf.chunk_of(3), shelf.chunk_of(4)), (Some(1), None, Some(4)));
    }

    #[test]
    fn memory_is_trimmed_to_what_is_on_disk_and_filled_again_from_there() {
        let mut shelf = Shelf::default();
        (1..=3).for_each(|number| shelf.add(number, report(&"x".repeat(100))));
        let chunks = shelf.to_write();
        shelf.written(&[(chunks[0].0, chunks[0].1.len())], 0);
        shelf.add(4, report("fresh"));
        shelf.trim(0);
        assert!((1..=3).all(|n| shelf.get(n).is_none()) && shelf.get(4).is_some(), "the fresh one stays");
        let wanted = [2u64, 3].into_iter().collect();
        shelf.loaded(decode(&chunks[0].1).expect("a chunk"), &wanted);
        assert!(shelf.get(1).is_none() && shelf.get(2).is_some() && shelf.get(3).is_some());
        assert_eq!(shelf.remove_chunk(1), Range::new(1, 3));
        assert_eq!((shelf.chunk_bytes(), shelf.get(2).is_some()), (0, false));
    }
}
