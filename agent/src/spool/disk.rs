//! The one file that speaks sled: chunks and the ledger of a spool in a small database.
//!
//! sled gives no space back, so the folder is copied into a new one when it has grown past its bound. A disk that is full,
//! read-only or failing is never taken for damage; damage (sled panics on it) is set aside, and a new spool is begun.
//! What sled 0.34.7 calls flushed is with the disk's driver (`sync_file_range`, which says of itself that a power cut may undo it), and a node
//! above 128 KiB lies in a file that nobody flushes at all (`pagecache/blob_io.rs`): all is synced after it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use avow_shared::ranges::Range;

use super::{Changes, Error, Opened, Spool, random_id};

const META: &[u8] = b"meta";
const CHUNK: u8 = b'c';
/// Bytes of pages in memory; a spool is written and rarely read.
const CACHE_BYTES: u64 = 1 << 20;
/// So many damaged folders are kept for who wants to know why.
const DAMAGED_KEPT: u32 = 2;

/// A spool in a folder.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    bound_bytes: u64,
    db: Option<sled::Db>,
}

/// What sled said.
#[derive(Debug)]
enum Trouble {
    /// The disk does not take it now.
    Io(String),
    /// The contents make no sense, or sled panicked.
    Broken(String),
}

impl From<sled::Error> for Trouble {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) => Self::Io(error.to_string()),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl Disk {
    /// Opens or makes the spool in `folder`. When the disk is in trouble it is opened later, by the first commit.
    #[must_use]
    pub fn open(folder: &Path, bound_bytes: u64) -> (Self, Opened) {
        let mut disk = Self { folder: folder.to_owned(), bound_bytes, db: None };
        let opened = disk.reopen().unwrap_or_else(|error| {
            tracing::warn!(%error, "the spool cannot be opened now");
            nothing()
        });
        (disk, opened)
    }

    /// What the spool in `folder` holds, for who only looks: nothing is made, and what is damaged stays where it is.
    ///
    /// # Errors
    /// When it cannot be read, for whatever reason.
    pub fn look(folder: &Path, bound_bytes: u64) -> Result<Opened, Error> {
        if !folder.join("db").exists() {
            return Ok(nothing());
        }
        let mut disk = Self { folder: folder.to_owned(), bound_bytes, db: None };
        disk.try_open().map_err(|trouble| match trouble {
            Trouble::Io(detail) | Trouble::Broken(detail) => disk.unavailable(detail),
        })
    }

    fn reopen(&mut self) -> Result<Opened, Error> {
        self.close();
        match self.try_open() {
            Ok(opened) => Ok(opened),
            Err(Trouble::Io(detail)) => Err(self.unavailable(detail)),
            Err(Trouble::Broken(detail)) => self.begin_anew(&detail),
        }
    }

    fn try_open(&mut self) -> Result<Opened, Trouble> {
        finish_rotation(&self.folder).map_err(|error| Trouble::Io(error.to_string()))?;
        let was_there = std::fs::metadata(self.folder.join("db")).is_ok_and(|meta| meta.len() > 0);
        let (db, meta, chunks) = guarded(|| {
            let db = database(&self.folder)?;
            let meta = db.get(META)?.map(|bytes| bytes.to_vec());
            let chunks = list(&db)?;
            // sled takes a log that it cannot read for an empty one.
            if meta.is_none() && was_there {
                return Err(Trouble::Broken("the ledger is gone".to_owned()));
            }
            Ok((db, meta, chunks))
        })?;
        self.db = Some(db);
        Ok(Opened { meta, chunks, fresh_id: random_id(), set_aside: None })
    }

    /// Only on a disk that can be written: trouble of the disk looks like damage too.
    fn begin_anew(&mut self, detail: &str) -> Result<Opened, Error> {
        self.close();
        can_write(&self.folder).map_err(|error| self.unavailable(error.to_string()))?;
        let aside = set_aside(&self.folder).map_err(|error| self.unavailable(error.to_string()))?;
        tracing::error!(detail, aside = %aside.display(), "the spool was damaged and is set aside");
        match self.try_open() {
            Ok(opened) => Ok(Opened { set_aside: Some(aside), ..opened }),
            Err(Trouble::Io(detail) | Trouble::Broken(detail)) => Err(self.unavailable(detail)),
        }
    }

    fn close(&mut self) {
        if let Some(db) = self.db.take() {
            // What panics here has lost nothing that was flushed.
            let _ = catch_unwind(AssertUnwindSafe(move || drop(db)));
        }
    }

    fn unavailable(&self, detail: String) -> Error {
        Error::Unavailable { path: self.folder.display().to_string(), detail }
    }

    /// After any trouble the database is opened again; what it says then decides.
    fn run<T>(&mut self, work: impl Fn(&sled::Db) -> Result<T, Trouble>) -> Result<T, Error> {
        let Some(db) = &self.db else {
            let opened = self.reopen()?;
            return Err(Error::BegunAnew(Box::new(opened)));
        };
        let trouble = match guarded(|| work(db)) {
            Ok(value) => return Ok(value),
            Err(Trouble::Io(detail) | Trouble::Broken(detail)) => detail,
        };
        let opened = self.reopen()?;
        if opened.set_aside.is_some() || opened.meta.is_none() {
            return Err(Error::BegunAnew(Box::new(opened)));
        }
        Err(self.unavailable(trouble))
    }

    /// sled gives no space back: what is alive moves to a new folder.
    fn rotate_if_grown(&mut self) {
        let Some(db) = &self.db else { return };
        let size = db.size_on_disk().unwrap_or(0);
        if size <= self.bound_bytes + self.bound_bytes / 2 {
            return;
        }
        let copied = guarded(|| copy_when_mostly_dead(db, &next(&self.folder), size));
        match copied {
            Ok(true) => {
                self.close();
                let reopened = self.reopen();
                tracing::info!(size, ok = reopened.is_ok(), "the spool moved to a new folder");
            }
            Ok(false) => {}
            Err(Trouble::Io(detail) | Trouble::Broken(detail)) => {
                tracing::warn!(detail, "the spool could not move to a new folder");
                let _ = std::fs::remove_dir_all(next(&self.folder));
            }
        }
    }
}

impl Spool for Disk {
    const INSTANT: bool = false;

    fn commit(&mut self, changes: &Changes) -> Result<(), Error> {
        let folder = self.folder.clone();
        self.run(|db| {
            let mut batch = sled::Batch::default();
            for first in &changes.remove {
                batch.remove(key(*first).as_slice());
            }
            for (range, bytes) in &changes.put {
                batch.insert(key(range.first).as_slice(), value(*range, bytes));
            }
            batch.insert(META, changes.meta.as_slice());
            db.apply_batch(batch)?;
            flush(db, &folder)
        })?;
        self.rotate_if_grown();
        Ok(())
    }

    fn read(&mut self, first: u64) -> Result<Option<Vec<u8>>, Error> {
        self.run(|db| Ok(db.get(key(first))?.and_then(|value| Some(value.get(8..)?.to_vec()))))
    }
}

fn nothing() -> Opened {
    Opened { meta: None, chunks: vec![], fresh_id: random_id(), set_aside: None }
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    let panicked = |_| Trouble::Broken("sled panicked".to_owned());
    catch_unwind(AssertUnwindSafe(work)).map_err(panicked).flatten()
}

fn database(folder: &Path) -> Result<sled::Db, Trouble> {
    take_away_half_snapshots(folder).map_err(|error| Trouble::Io(error.to_string()))?;
    let config = sled::Config::default().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let db = config.open()?;
    // The names in the folder: sled makes its files without.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Trouble::Io(error.to_string()))?;
    Ok(db)
}

/// What a snapshot was half written to when the power went or the disk was full. sled 0.34.7 writes to `snap.….generating`, but looks over
/// another ending alone when it looks for the newest (`Config::get_snapshot_files`): it would read the half one and call all damaged.
/// A snapshot is made again of the log.
fn take_away_half_snapshots(folder: &Path) -> std::io::Result<()> {
    for file in folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()) {
        if file.extension().is_some_and(|ending| ending == "generating") {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Everything applied is on disk when this returns `Ok`, also when the power goes.
fn flush(db: &sled::Db, folder: &Path) -> Result<(), Trouble> {
    let io = |error: std::io::Error| Trouble::Io(error.to_string());
    db.flush()?;
    File::open(folder.join("db")).and_then(|log| log.sync_data()).map_err(io)?;
    // Chunks are so short that there are none, but for a report that is longer than a chunk.
    let blobs = folder.join("blobs");
    let mut any = false;
    for blob in blobs.read_dir().map_err(io)? {
        let path = blob.map_err(io)?.path();
        match File::open(path).and_then(|blob| blob.sync_data()) {
            Ok(()) => any = true,
            // sled took it away meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
    }
    if any { File::open(blobs).and_then(|folder| folder.sync_all()).map_err(io) } else { Ok(()) }
}

fn key(first: u64) -> [u8; 9] {
    let mut key = [CHUNK; 9];
    key[1..].copy_from_slice(&first.to_be_bytes());
    key
}

fn value(range: Range, chunk: &[u8]) -> Vec<u8> {
    [&range.last.to_be_bytes()[..], chunk].concat()
}

fn list(db: &sled::Db) -> Result<Vec<(Range, usize)>, Trouble> {
    let broken = || Trouble::Broken("a chunk has no numbers".to_owned());
    db.range([CHUNK]..[CHUNK + 1])
        .map(|pair| {
            let (key, value) = pair?;
            let first = key.get(1..).and_then(number).ok_or_else(broken)?;
            let last = value.get(..8).and_then(number).ok_or_else(broken)?;
            Ok((Range::new(first, last).ok_or_else(broken)?, value.len() - 8))
        })
        .collect()
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// Copies what is alive when that is less than half; says whether it did.
fn copy_when_mostly_dead(db: &sled::Db, to: &Path, size: u64) -> Result<bool, Trouble> {
    let alive: usize = list(db)?.iter().map(|(_, bytes)| bytes).sum();
    if alive as u64 * 2 > size {
        return Ok(false);
    }
    let io = |error: std::io::Error| Trouble::Io(error.to_string());
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(io)?;
    }
    let copy = database(to)?;
    for pair in db.iter() {
        let (key, value) = pair?;
        copy.insert(key, value)?;
    }
    flush(&copy, to)?;
    drop(copy);
    std::fs::write(to.join("complete"), b"").map_err(io)?;
    File::open(to).and_then(|folder| folder.sync_all()).map_err(io)?;
    Ok(true)
}

fn next(folder: &Path) -> PathBuf {
    folder.with_extension("next")
}

/// A copy that is complete takes the old one's place, whenever the move was interrupted; another is thrown away.
fn finish_rotation(folder: &Path) -> std::io::Result<()> {
    let (next, old) = (next(folder), folder.with_extension("old"));
    if next.join("complete").exists() {
        if folder.exists() {
            remove(&old)?;
            std::fs::rename(folder, &old)?;
        }
        std::fs::remove_file(next.join("complete"))?;
        std::fs::rename(&next, folder)?;
    } else if !folder.exists() && old.exists() && next.exists() {
        std::fs::rename(&next, folder)?;
    }
    remove(&next)?;
    remove(&old)
}

fn remove(folder: &Path) -> std::io::Result<()> {
    if folder.exists() { std::fs::remove_dir_all(folder) } else { Ok(()) }
}

fn can_write(folder: &Path) -> std::io::Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = parent.join("write-probe");
    let written = std::fs::write(&probe, [0; 65_536]);
    let synced = written.and_then(|()| File::open(&probe)?.sync_all());
    let _ = std::fs::remove_file(&probe);
    synced
}

fn set_aside(folder: &Path) -> std::io::Result<PathBuf> {
    let aside = |n: u32| folder.with_extension(format!("damaged-{n}"));
    for n in (1..DAMAGED_KEPT).rev() {
        remove(&aside(n + 1))?;
        if aside(n).exists() {
            std::fs::rename(aside(n), aside(n + 1))?;
        }
    }
    remove(&aside(1))?;
    std::fs::rename(folder, aside(1))?;
    Ok(aside(1))
}

#[cfg(test)]
mod tests;
