//! What follows the fold at its own pace: history, evidence, snapshots, and with them the end of old journals; backups.
//!
//! A snapshot holds the province and the accounts of one moment. Only when it is on disk, and the history up to that
//! moment too, may the journal behind it go.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use avow_shared::time::UnixMs;

use crate::archive;
use crate::backup::under_way::Turn;
use crate::command::{Refusal, Reply};
use crate::evidence::EvidenceStore;
use crate::fact::{Arrival, Stored};
use crate::history::History;
use crate::journal::Journal;
use crate::ledger::{Ledger, Line};
use crate::province::{Frozen, Province};
use crate::snapshot;
use crate::store::Store;

/// A snapshot at least so often, when anything came.
const EVERY_MS: u64 = 120_000;
/// And when the journal has grown by so much: what a start can read again in three seconds.
const EVERY_BYTES: u64 = 128 << 20;

/// Why what follows cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The snapshot.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// A file.
    #[error("use {path}: {cause}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// Keeps what follows the fold.
#[derive(Debug)]
pub struct Keeper {
    data: PathBuf,
    history: Arc<History>,
    evidence: Arc<EvidenceStore>,
    under_way: Option<mpsc::Receiver<Result<Arrival, Error>>>,
    begun_ms: UnixMs,
    begun_bytes: u64,
    begun_at: Arrival,
    snapshot_at: Arrival,
}

impl Keeper {
    /// For the data folder `data`.
    #[must_use]
    pub fn new(data: &Path, history: Arc<History>, evidence: Arc<EvidenceStore>) -> Self {
        Self {
            data: data.to_owned(),
            history,
            evidence,
            under_way: None,
            begun_ms: 0,
            begun_bytes: 0,
            begun_at: 0,
            snapshot_at: 0,
        }
    }

    fn path(&self) -> PathBuf {
        self.data.join("snapshot")
    }

    /// Reads the newest snapshot into an empty province and ledger; says up to which arrival it goes, 0 for none. A
    /// damaged one is set aside: the journal behind it may be gone, which then shows as missing numbers.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn load(&mut self, province: &mut Province, ledger: &mut Ledger) -> Result<Arrival, Error> {
        match snapshot::read(&self.path(), province) {
            Ok(Some((arrival, lines))) => {
                ledger.thaw(lines);
                (self.begun_at, self.snapshot_at) = (arrival, arrival);
                Ok(arrival)
            }
            Ok(None) => Ok(0),
            Err(snapshot::Error::Damaged { path, what }) => {
                tracing::error!(path = %path.display(), what, "the snapshot is damaged and was set aside");
                let aside = path.with_extension("damaged");
                std::fs::rename(&path, &aside).map_err(|cause| Error::Io { path, cause })?;
                Ok(0)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// History and evidence, which follow what is stored.
    #[must_use]
    pub fn followers(&self) -> (Arc<History>, Arc<EvidenceStore>) {
        (Arc::clone(&self.history), Arc::clone(&self.evidence))
    }

    /// One batch more is in the journal and the fold.
    pub fn stored(&mut self, stored: Stored) {
        self.evidence.note(&stored);
        self.history.append(Arc::new(stored));
    }

    /// Whether the next tick may begin a snapshot.
    #[must_use]
    pub fn is_due(&self, now: UnixMs, journal: &Journal) -> bool {
        let grown = journal.written().saturating_sub(self.begun_bytes) >= EVERY_BYTES;
        let waited = now.abs_diff(self.begun_ms) >= EVERY_MS && self.begun_ms > 0;
        self.begun_ms == 0 || ((grown || waited) && journal.next() - 1 > self.begun_at)
    }

    /// Begins and ends snapshots when their time has come.
    pub fn tick(&mut self, now: UnixMs, journal: &Journal, province: &Province, ledger: &Ledger) {
        self.history.tick(now);
        self.collect(false);
        let is_due = self.begun_ms > 0 && self.is_due(now, journal);
        if self.begun_ms == 0 {
            self.begun_ms = now;
        }
        if self.under_way.is_none() && is_due {
            self.begin(now, journal, province.freeze(), ledger.freeze());
        }
    }

    fn begin(&mut self, now: UnixMs, journal: &Journal, frozen: Frozen, lines: Vec<Line>) {
        (self.begun_ms, self.begun_bytes, self.begun_at) = (now, journal.written(), journal.next() - 1);
        let (done, waiting) = mpsc::sync_channel(1);
        let path = self.path();
        let work = move || {
            let arrival = frozen.arrival;
            let written = snapshot::write(&path, &frozen, &lines).map(|()| arrival).map_err(Error::from);
            // The keeper ends before its threads only when the program does.
            let _ = done.send(written);
        };
        match thread::Builder::new().name("snapshot".to_owned()).spawn(work) {
            Ok(_) => self.under_way = Some(waiting),
            Err(error) => tracing::error!(%error, "no thread for the snapshot"),
        }
    }

    fn collect(&mut self, wait: bool) {
        let Some(waiting) = &self.under_way else { return };
        let done = if wait { waiting.recv().ok() } else { waiting.try_recv().ok() };
        match done {
            Some(Ok(arrival)) => self.snapshot_at = self.snapshot_at.max(arrival),
            Some(Err(error)) => tracing::error!(%error, "no snapshot could be written; the journal stays"),
            None if wait => tracing::error!("the snapshot's thread ended without a word"),
            None => return,
        }
        self.under_way = None;
    }

    /// Up to which arrival the journal is no longer needed.
    #[must_use]
    pub fn safe_through(&self) -> Arrival {
        self.snapshot_at.min(self.history.safe_through())
    }

    /// A last snapshot before the program ends: the next start need not read the journal.
    pub fn finish(&mut self, journal: &Journal, province: &Province, ledger: &Ledger) {
        self.history.seal_all();
        self.collect(true);
        if journal.next() - 1 > self.begun_at {
            self.begin(self.begun_ms, journal, province.freeze(), ledger.freeze());
            self.collect(true);
        }
    }

    /// Writes everything as of now into one file without a name, on a thread of its own, and answers with it and its turn. It ends when nobody waits
    /// for the answer any more.
    pub fn backup(&self, store: &Store, province: &Province, ledger: &Ledger, turn: Turn, reply: Reply<(File, Turn)>) {
        let (data, history) = (self.data.clone(), Arc::clone(&self.history));
        let (store, frozen, lines) = (store.clone(), province.freeze(), ledger.freeze());
        let work = move || {
            history.seal_all();
            let wanted = || !reply.is_closed();
            let written = archive::write(&data, &history, &store, &frozen, &lines, &turn, &wanted);
            if !wanted() {
                tracing::info!("a backup was given up: whoever asked for it has gone");
            }
            // The file goes when nobody takes it, and then the place is free.
            let made = written.map(|file| (file, turn)).map_err(|error| match error.kind() {
                // Not the disk says so, but we, before it is full.
                std::io::ErrorKind::StorageFull if error.raw_os_error().is_none() => {
                    Refusal::Conflict(error.to_string())
                }
                _ => Refusal::Failed(error.to_string()),
            });
            drop(reply.send(made));
        };
        if let Err(error) = thread::Builder::new().name("backup".to_owned()).spawn(work) {
            tracing::error!(%error, "no thread for the backup");
        }
    }

    /// Puts a checked backup where the next start takes it in.
    ///
    /// # Errors
    /// What the disk says.
    pub fn stage_restore(&self, staged: &Path) -> std::io::Result<()> {
        std::fs::rename(staged, self.data.join(archive::PENDING))
    }
}
