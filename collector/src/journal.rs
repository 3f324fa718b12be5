//! The journal: every envelope as received, in order of arrival. 'Stored' means flushed here, nothing less.
//!
//! One database a partition of time, named by its first arrival and dropped whole once what it holds is in a snapshot and
//! in the sealed history. A failed commit closes the partition; what it left there is read back before anything goes on.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use avow_shared::ranges::Range;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::fact::Arrival;
use crate::store::{self, Batch, Error, Store, Use};

/// A partition is closed when it has grown to this.
const PARTITION_BYTES: usize = 128 << 20;
const HOW: Use = Use { cache_bytes: 16 << 20, is_dropped_whole: true };

/// One envelope with what was decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was decided.
    pub head: Head,
    /// The frame as received.
    pub frame: Vec<u8>,
}

/// What was decided about an envelope when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// HQ's time when it came.
    pub received_ms: UnixMs,
    /// The numbers that were new then.
    pub accepted: Vec<Range>,
    /// The numbers that were refused then.
    pub refused: Vec<Range>,
}

/// Version of the entries; the first byte of each.
const VERSION: u8 = 1;

impl Entry {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        // Encoding plain numbers into memory does not fail.
        bytes.extend(postcard::to_allocvec(&self.head).unwrap_or_default());
        bytes.extend_from_slice(&self.frame);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (&version, rest) = bytes.split_first()?;
        let (head, frame) = postcard::take_from_bytes(rest).ok()?;
        (version == VERSION).then(|| Self { head, frame: frame.to_vec() })
    }
}

/// The journal of a collector.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    next: Arrival,
    open: Option<Partition>,
    /// First arrivals of the closed partitions, ascending.
    closed: Vec<Arrival>,
    written: u64,
}

#[derive(Debug)]
struct Partition {
    first: Arrival,
    store: Store,
    bytes: usize,
}

impl Journal {
    /// Opens the journal in `folder`. Nothing is written before the first append.
    ///
    /// # Errors
    /// When the folder cannot be made or listed.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut closed: Vec<Arrival> =
            fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
        closed.sort_unstable();
        Ok(Self { folder: folder.to_owned(), next: 1, open: None, closed, written: 0 })
    }

    /// A journal without a folder, to stand in while the real one is lent out.
    #[must_use]
    pub(crate) const fn empty() -> Self {
        Self { folder: PathBuf::new(), next: 1, open: None, closed: Vec::new(), written: 0 }
    }

    /// The arrival that the next entry gets.
    #[must_use]
    pub const fn next(&self) -> Arrival {
        self.next
    }

    /// Bytes of entries written since the start.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// For reading it beside everything else, as it is now.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { folder: self.folder.clone(), closed: self.closed.clone() }
    }

    /// Reads every entry after `after` in order, and sets the next arrival behind the last. A damaged partition is set
    /// aside with a line in the log; its reports show as missing until the agents send them again.
    ///
    /// # Errors
    /// When the disk cannot be read: then it is not safe to go on.
    pub fn replay(&mut self, after: Arrival, mut each: impl FnMut(Arrival, Entry)) -> Result<(), Error> {
        let mut next = self.next.max(after + 1);
        self.reader().read(after, |arrival, entry| {
            next = arrival + 1;
            entry.into_iter().for_each(|entry| each(arrival, entry));
            ControlFlow::Continue(())
        })?;
        self.next = next;
        Ok(())
    }

    /// Writes and flushes `entries`; they get the arrivals from [`Journal::next`] on. After `Err` the partition is closed
    /// and [`Journal::recover`] must be called before the next append.
    ///
    /// # Errors
    /// When the disk refuses: nothing may be folded or acknowledged then.
    pub fn append(&mut self, entries: &[Entry]) -> Result<Arrival, Error> {
        let first = self.next;
        let written = self.write(entries);
        if let Err(error) = written {
            self.close();
            return Err(error);
        }
        self.next += entries.len() as u64;
        if self.open.as_ref().is_some_and(|partition| partition.bytes >= PARTITION_BYTES) {
            self.close();
        }
        Ok(first)
    }

    fn write(&mut self, entries: &[Entry]) -> Result<(), Error> {
        let mut batch = Batch::new();
        for (entry, arrival) in entries.iter().zip(self.next..) {
            batch.put(&arrival.to_be_bytes(), &entry.encode());
        }
        let bytes = batch.bytes();
        let partition = self.partition()?;
        partition.bytes += bytes;
        partition.store.commit(batch)?;
        self.written += bytes as u64;
        Ok(())
    }

    fn partition(&mut self) -> Result<&mut Partition, Error> {
        let partition = match self.open.take() {
            Some(partition) => partition,
            None => Partition { first: self.next, store: Store::open(&self.path(self.next), HOW)?, bytes: 0 },
        };
        Ok(self.open.insert(partition))
    }

    /// After a failed append: reads what it left on disk, if anything, as if it had just come.
    ///
    /// # Errors
    /// When the disk still refuses; call again later.
    pub fn recover(&mut self, mut each: impl FnMut(Arrival, Entry)) -> Result<(), Error> {
        self.close();
        let after = self.next - 1;
        let Some(first) = self.closed.last().copied() else { return Ok(()) };
        let store = Store::open(&self.path(first), HOW)?;
        store.flush()?;
        let mut next = self.next;
        entries(&store, after, |arrival, entry| {
            next = arrival + 1;
            entry.into_iter().for_each(|entry| each(arrival, entry));
            ControlFlow::Continue(())
        })
        .map(drop)?;
        self.next = next;
        Ok(())
    }

    /// Closes the partition; the next append begins another.
    pub fn close(&mut self) {
        if let Some(partition) = self.open.take() {
            self.closed.push(partition.first);
            self.closed.dedup();
        }
    }

    /// Drops every closed partition that holds nothing after `upto`.
    pub fn drop_through(&mut self, upto: Arrival) {
        let open_first = self.open.as_ref().map_or(self.next, |partition| partition.first);
        let firsts: Vec<_> = self.closed.iter().copied().chain([open_first]).collect();
        let gone = firsts.windows(2).take_while(|pair| pair[1] <= upto + 1 && pair[0] < pair[1]).count();
        for first in self.closed.drain(..gone).collect::<Vec<_>>() {
            if let Err(error) = store::remove(&self.path(first)) {
                tracing::warn!(%error, first, "a partition of the journal that is no longer needed stays on disk");
            }
        }
    }

    fn path(&self, first: Arrival) -> PathBuf {
        path(&self.folder, first)
    }
}

/// Reads closed partitions.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    closed: Vec<Arrival>,
}

impl Reader {
    /// Reads every entry after `after` in order, for as long as `each` wants more; an entry that cannot be read is none. A damaged partition is set aside with a
    /// line in the log; its reports show as missing until the agents send them again.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn read(
        &self,
        after: Arrival,
        mut each: impl FnMut(Arrival, Option<Entry>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        for (at, first) in self.closed.iter().enumerate() {
            let ends_before = self.closed.get(at + 1).is_some_and(|next_first| *next_first <= after + 1);
            if ends_before {
                continue;
            }
            let (store, aside) = Store::open_or_set_aside(&path(&self.folder, *first), HOW)?;
            if let Some(aside) = aside {
                tracing::error!(folder = %aside.display(), "a partition of the journal is damaged and was set aside");
            }
            if entries(&store, after, &mut each)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn entries(
    store: &Store,
    after: Arrival,
    mut each: impl FnMut(Arrival, Option<Entry>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Error> {
    for pair in store.range(&(after + 1).to_be_bytes(), &Arrival::MAX.to_be_bytes()) {
        let (key, value) = pair?;
        let Ok(arrival) = key.as_slice().try_into().map(Arrival::from_be_bytes) else { continue };
        let entry = Entry::decode(&value);
        if entry.is_none() {
            tracing::error!(arrival, "an entry of the journal cannot be read and is passed over");
        }
        if each(arrival, entry).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn path(folder: &Path, first: Arrival) -> PathBuf {
    folder.join(format!("{first:020}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u64) -> Entry {
        let range = Range { first: n, last: n };
        Entry { head: Head { received_ms: n, accepted: vec![range], refused: vec![] }, frame: vec![7; 10] }
    }

    fn replayed(folder: &Path, after: Arrival) -> (Vec<Arrival>, Journal) {
        let mut journal = Journal::open(folder).expect("opens");
        let mut seen = Vec::new();
        journal.replay(after, |arrival, entry| seen.push((arrival, entry.head.received_ms))).expect("reads");
        assert!(seen.iter().all(|(arrival, received_ms)| arrival == received_ms));
        (seen.into_iter().map(|(arrival, _)| arrival).collect(), journal)
    }

    #[test]
    fn what_was_appended_is_replayed_in_order_across_partitions() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        assert_eq!(journal.append(&[entry(1), entry(2)]).expect("written"), 1);
        journal.close();
        assert_eq!(journal.append(&[entry(3)]).expect("written"), 3);
        drop(journal);
        let (seen, mut journal) = replayed(folder.path(), 0);
        assert_eq!(seen, [1, 2, 3]);
        assert_eq!(journal.append(&[entry(4)]).expect("written"), 4);
        drop(journal);
        assert_eq!(replayed(folder.path(), 2).0, [3, 4]);
    }

    #[test]
    fn a_partition_goes_only_when_all_of_it_is_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        for n in 1..=6 {
            journal.append(&[entry(n)]).expect("written");
            if n % 2 == 0 {
                journal.close();
            }
        }
        journal.drop_through(3);
        drop(journal);
        let (seen, mut journal) = replayed(folder.path(), 0);
        assert_eq!(seen, [3, 4, 5, 6]);
        journal.drop_through(6);
        drop(journal);
        let (seen, journal) = replayed(folder.path(), 6);
        assert_eq!((seen.len(), journal.next()), (0, 7), "arrivals are never used twice");
    }

    #[test]
    fn a_damaged_partition_is_set_aside_and_the_others_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        journal.append(&[entry(1)]).expect("written");
        journal.close();
        journal.append(&[entry(2)]).expect("written");
        drop(journal);
        let conf = folder.path().join("00000000000000000001/conf");
        let mut bytes = fs::read(&conf).expect("sled's settings");
        bytes[0] ^= 0xff;
        fs::write(conf, bytes).expect("damaged");
        assert_eq!(replayed(folder.path(), 0).0, [2]);
        let aside = fs::read_dir(folder.path()).expect("lists").filter_map(Result::ok);
        assert!(aside.map(|e| e.file_name()).any(|name| name.to_string_lossy().contains("damaged")));
    }
}
