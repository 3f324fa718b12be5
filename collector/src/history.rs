//! The history of values: minutes in memory, sealed hours on disk for a month, sums of hours for a year.
//!
//! Outcomes grow in one room a venue, which is sealed after nine minutes into a database of pieces. When an hour is over,
//! its pieces become one compressed block a venue and hour, and its sums, and the pieces go. What a replay brings twice is
//! stored twice and told once. Nothing here is needed to answer an agent: a batch counts as kept when it is in the journal,
//! and the journal stays until [`History::safe_through`] has passed it.

mod disk;
mod merge;
mod open;
mod read;
mod sealed;
mod varint;
mod work;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use avow_shared::id::{ProbeId, ValueName, VenueId};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use serde::{Deserialize, Serialize};

use crate::fact::{Arrival, Stored};
use crate::store::{Error, Store};
pub(crate) use disk::day_name;
use disk::{Disk, Kind};
use open::Block;
use work::Worker;

/// The most points of one answer.
pub const MOST_POINTS: usize = 5_000;
/// Batches that wait for the thread; when they are this many, the core waits.
const CHANNEL: usize = 4_096;

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Days of every single value.
    pub raw_days: u32,
    /// Days of hourly sums.
    pub hour_days: u32,
    /// The oldest day goes when the disk is this full.
    pub disk_percent: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { raw_days: 30, hour_days: 400, disk_percent: 80 }
    }
}

enum Message {
    Stored(Arc<Stored>),
    Behind(Arrival),
    Past(Vec<Stored>),
    CaughtUp,
    Tick(UnixMs),
    SealAll(SyncSender<()>),
    Peek(VenueId, SyncSender<Vec<Block>>),
    Close,
}

/// The writing side: a thread of its own behind a bounded channel. Dropping it seals everything and waits.
#[derive(Debug)]
pub struct History {
    sender: SyncSender<Message>,
    safe: Arc<AtomicU64>,
    resume: Arrival,
    disk: Disk,
    disk_percent: u64,
    thread: Option<JoinHandle<()>>,
}

/// The reading side.
#[derive(Clone, Debug)]
pub struct Reader {
    sender: SyncSender<Message>,
    disk: Disk,
}

/// Every value, or one line an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Every value.
    Raw,
    /// Mean, least and greatest of each hour.
    Hour,
}

/// What somebody wants to know.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of which venue.
    pub venue: VenueId,
    /// Of which probe.
    pub probe: ProbeId,
    /// The beginning, inclusive.
    pub from_ms: UnixMs,
    /// The end, exclusive.
    pub to_ms: UnixMs,
    /// How finely.
    pub resolution: Resolution,
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Whether there was more than [`MOST_POINTS`]: the newest are given.
    pub truncated: bool,
    /// Time and verdict (the worst of an hour), ascending.
    pub verdicts: Vec<(UnixMs, &'static str)>,
    /// The values.
    pub series: Vec<Series>,
}

/// One value over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What was measured.
    pub name: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// Numbers, or means of hours.
    pub points: Vec<(UnixMs, f64)>,
    /// The least of each hour.
    pub min: Vec<(UnixMs, f64)>,
    /// The greatest of each hour.
    pub max: Vec<(UnixMs, f64)>,
}

impl History {
    /// Opens the history in `folder` and starts its thread.
    ///
    /// # Errors
    /// When the folder or its newest database cannot be used.
    pub fn open(folder: &Path, limits: Limits) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|cause| Error::Io { path: folder.to_owned(), cause })?;
        let disk = Disk::new(folder);
        let resume = work::resume_after(&disk)?;
        let safe = Arc::new(AtomicU64::new(resume));
        let (sender, receiver) = sync_channel(CHANNEL);
        let worker = Worker::new(disk.clone(), limits, Arc::clone(&safe), resume);
        let thread = std::thread::Builder::new().name("history".to_owned()).spawn(move || worker.run(&receiver));
        let thread = thread.map_err(|cause| Error::Io { path: folder.to_owned(), cause })?;
        Ok(Self { sender, safe, resume, disk, disk_percent: limits.disk_percent, thread: Some(thread) })
    }

    /// What is in the journal after this batch comes late, through [`History::past`], beside what is new: until
    /// [`History::caught_up`] nothing counts as being on disk that lies behind what came.
    pub fn behind(&self, after: Arrival) {
        self.send(Message::Behind(after));
    }

    /// Takes batches of before the start, in order; says whether there is anybody to take them.
    #[must_use]
    pub fn past(&self, batches: Vec<Stored>) -> bool {
        self.sender.send(Message::Past(batches)).is_ok()
    }

    /// All of the past came.
    pub fn caught_up(&self) {
        self.send(Message::CaughtUp);
    }

    /// Everything up to this batch was on disk at the last start: a replay need not bring it again.
    #[must_use]
    pub fn resume_after(&self) -> Arrival {
        self.resume
    }

    /// Everything up to this batch is on disk.
    #[must_use]
    pub fn safe_through(&self) -> Arrival {
        self.safe.load(Ordering::Acquire)
    }

    /// Takes a stored batch; waits when the thread does not keep up.
    pub fn append(&self, stored: Arc<Stored>) {
        self.send(Message::Stored(stored));
    }

    /// Time passes: rooms are sealed, hours merged, old days dropped.
    pub fn tick(&self, now_ms: UnixMs) {
        self.send(Message::Tick(now_ms));
    }

    /// Seals everything and waits until it is on disk.
    pub fn seal_all(&self) {
        let (done, wait) = sync_channel(1);
        self.send(Message::SealAll(done));
        // A thread that ended has sealed what it could.
        let _ = wait.recv();
    }

    /// A reader.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { sender: self.sender.clone(), disk: self.disk.clone() }
    }

    /// Shows every database with its name, oldest first within its kind.
    ///
    /// # Errors
    /// What `visit` says, or that a database cannot be opened.
    pub fn each_database(&self, mut visit: impl FnMut(&str, &Store) -> std::io::Result<()>) -> std::io::Result<()> {
        for (kind, name) in self.names() {
            if let Some(store) = self.disk.store(kind, &name, false).map_err(std::io::Error::other)? {
                visit(&format!("{}{name}", kind.prefix()), &store)?;
            }
        }
        Ok(())
    }

    /// So many bytes may be written beside the history before its oldest day goes.
    #[must_use]
    pub fn room(&self) -> u64 {
        self.disk.room(self.disk_percent)
    }

    /// The names that [`History::each_database`] would show now; each is a folder of the history.
    pub fn databases(&self) -> impl Iterator<Item = String> {
        self.names().map(|(kind, name)| format!("{}{name}", kind.prefix()))
    }

    fn names(&self) -> impl Iterator<Item = (Kind, String)> {
        let of = |kind| self.disk.names(kind).into_iter().map(move |name| (kind, name));
        [Kind::Pieces, Kind::Raw, Kind::Hours].into_iter().flat_map(of)
    }

    fn send(&self, message: Message) {
        if self.sender.send(message).is_err() {
            tracing::error!("the thread of the history has ended; values are not kept");
        }
    }
}

impl Drop for History {
    /// When it is gone, so are its thread and every open database, whoever still holds a reader.
    fn drop(&mut self) {
        self.seal_all();
        self.send(Message::Close);
        if let Some(thread) = self.thread.take() {
            // A panic there was logged by the panic hook.
            let _ = thread.join();
        }
        self.disk.close();
    }
}

impl Reader {
    /// Answers from open rooms, pieces and sealed hours. Blocks: not to be called in an async task.
    ///
    /// # Errors
    /// When a database cannot be read.
    pub fn answer(&self, question: &Question) -> Result<Answer, Error> {
        let (reply, wait) = sync_channel(1);
        // What is open is asked first: what is sealed meanwhile is then seen twice, never missed.
        let open = match self.sender.send(Message::Peek(question.venue, reply)) {
            Ok(()) => wait.recv().unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        match question.resolution {
            Resolution::Raw => read::raw(&self.disk, open, question),
            Resolution::Hour => read::hours(&self.disk, open, question),
        }
    }
}
