//! The one file that speaks sled: small ordered databases with batches, one flush a batch, and folders dropped whole.
//!
//! sled gives no space back, so nothing here deletes much: what ages out lives in a database of its own that is dropped; long values lie in
//! files beside it (`store/parcels.rs`).
//! What sled calls flushed is with the disk's driver (`sync_file_range`, which says of itself that a power cut may undo it): the file is synced after it.
//! A damaged database makes sled panic while opening; that is caught, and the folder is set aside, never deleted. Or sled takes its log for an
//! empty one and says nothing: what we put into it first is gone then, and a file beside it says that it was there.
//! One that met a full disk refuses everything for as long as it is open (sled keeps its first I/O error), so it is opened again when the
//! disk has room.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

mod parcels;

use parcels::{Changes, Parcels, Place};

/// A database in a folder. Its clones are one.
#[derive(Clone, Debug)]
pub struct Store {
    open: Arc<RwLock<Open>>,
    parcels: Arc<Parcels>,
    path: PathBuf,
    how: Use,
}

/// How a database is used.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Its cache, as on disk: not a cap of memory.
    pub cache_bytes: u64,
    /// No value in it is ever replaced; what ages out goes with the whole folder.
    pub is_dropped_whole: bool,
}

#[derive(Debug)]
struct Open {
    /// None when it could not be opened again.
    db: Option<Db>,
    /// The disk refused: when it was last looked whether it takes something again.
    refused: Option<Instant>,
}

/// What sled opened, and the file that it writes.
#[derive(Clone, Debug)]
struct Db {
    tree: sled::Db,
    log: Arc<File>,
}

impl Db {
    /// Everything applied is on disk when this returns `Ok`, also when the power goes.
    fn flush(&self) -> sled::Result<()> {
        self.tree.flush()?;
        Ok(self.log.sync_data()?)
    }
}

#[cfg(test)]
impl Use {
    /// For tests of records.
    pub(crate) const SMALL: Self = Self { cache_bytes: 1 << 20, is_dropped_whole: false };
}

/// A key and its value.
type Pair = (Vec<u8>, Vec<u8>);

/// Between two looks at a disk that refused.
const AGAIN_AFTER: Duration = Duration::from_millis(900);
/// Where long values lie, in the folder of the database.
const PARCELS: &str = "parcels";
/// The file that sled writes.
const LOG: &str = "db";
/// A tree of its own in every database, with one pair in it.
const BEGUN: &str = "begun";
/// What sled wants at least to open a database: two segments of its log.
const ROOM: usize = 1 << 20;

/// sled's own threads give its lock back a moment after the last handle is dropped.
const CLOSING: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Puts and removals that are applied together.
#[derive(Debug, Default)]
pub struct Batch {
    changes: Changes,
    bytes: usize,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk is full, read-only or broken: stop taking, try again later. Never a reason to set a database aside.
    #[error("use the database {path}: {cause}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Another process holds the folder.
    #[error("use the database {path}: another process has it open")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// What is in the folder cannot be read.
    #[error("read the database {path}: {detail}")]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What sled said.
        detail: String,
    },
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `key` to `value`.
    pub fn put(&mut self, key: &[u8], value: &[u8]) {
        self.bytes += key.len() + value.len();
        self.changes.insert(key.to_vec(), Some(value.to_vec()));
    }

    /// Removes `key`.
    pub fn remove(&mut self, key: &[u8]) {
        self.changes.insert(key.to_vec(), None);
    }

    /// How many bytes of keys and values it puts.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Store {
    /// Opens or makes the database in `path`.
    ///
    /// # Errors
    /// [`Error`]; `Damaged` also when sled panics.
    pub fn open(path: &Path, how: Use) -> Result<Self, Error> {
        let until = Instant::now() + CLOSING;
        loop {
            match Self::try_open(path, how) {
                Err(Error::Locked { .. }) if Instant::now() < until => std::thread::park_timeout(LOOK_EVERY),
                opened => return opened,
            }
        }
    }

    fn try_open(path: &Path, how: Use) -> Result<Self, Error> {
        take_away_half_snapshots(path).map_err(|cause| Error::Io { path: path.to_owned(), cause })?;
        let config = sled::Config::default().path(path).cache_capacity(how.cache_bytes).flush_every_ms(None);
        let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let tree = config.open()?;
            let is_new = begin(&tree, path)?;
            let place = |key: &[u8]| -> sled::Result<_> { Ok(tree.get(key)?.and_then(|value| Place::read(&value))) };
            let parcels = Parcels::open(path.join(PARCELS), how.is_dropped_whole, place)?;
            let log = Arc::new(File::open(path.join(LOG))?);
            // The names in both folders: sled makes its files without.
            log.sync_data()?;
            if is_new {
                File::create(path.join(BEGUN))?;
            }
            File::open(path)?.sync_all()?;
            path.parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .map_or(Ok(()), |p| File::open(p)?.sync_all())?;
            Ok((Db { tree, log }, parcels))
        }));
        match opened {
            Ok(Ok((db, parcels))) => {
                let open = Arc::new(RwLock::new(Open { db: Some(db), refused: None }));
                Ok(Self { open, parcels: Arc::new(parcels), path: path.to_owned(), how })
            }
            Ok(Err(error)) => Err(describe(path, error)),
            Err(panic) => Err(Error::Damaged { path: path.to_owned(), detail: panic_text(&*panic) }),
        }
    }

    /// As [`Store::open`], but a damaged folder is renamed to `<path>.damaged-<n>` and a new one is begun.
    ///
    /// # Errors
    /// As `open`, but never `Damaged`, except when even the new one is.
    pub fn open_or_set_aside(path: &Path, how: Use) -> Result<(Self, Option<PathBuf>), Error> {
        match Self::open(path, how) {
            Err(Error::Damaged { .. }) => {
                let aside = free_name(path);
                std::fs::rename(path, &aside).map_err(|cause| Error::Io { path: path.to_owned(), cause })?;
                Ok((Self::open(path, how)?, Some(aside)))
            }
            opened => opened.map(|store| (store, None)),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Applies a batch and flushes it: when this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// [`Error::Io`]; the batch may or may not be there after that.
    pub fn commit(&self, batch: Batch) -> Result<(), Error> {
        self.put(batch, true)
    }

    /// Applies a batch; it is on disk only after the next [`Store::flush`].
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.put(batch, false)
    }

    fn put(&self, batch: Batch, is_flushed: bool) -> Result<(), Error> {
        self.open_again_if_refused();
        let mut changes = batch.changes;
        let mut known = self.parcels.lock();
        let io = |cause| Error::Io { path: self.path.clone(), cause };
        let written = self.parcels.write(&mut known, &mut changes).map_err(io)?;
        let mut inner = sled::Batch::default();
        for (key, change) in &changes {
            match change {
                Some(value) => inner.insert(key.as_slice(), value.as_slice()),
                None => inner.remove(key.as_slice()),
            }
        }
        // With one handle: were the database opened anew between the two, the batch would be gone and its flush well.
        self.write(|db| {
            db.tree.apply_batch(inner)?;
            if is_flushed { db.flush() } else { Ok(()) }
        })?;
        self.parcels.applied(&mut known, changes.into_keys(), written);
        if is_flushed {
            self.parcels.sweep(&mut known);
        }
        Ok(())
    }

    /// Brings everything that was applied to disk.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn flush(&self) -> Result<(), Error> {
        self.open_again_if_refused();
        let mut known = self.parcels.lock();
        self.write(Db::flush)?;
        self.parcels.sweep(&mut known);
        Ok(())
    }

    fn write(&self, write: impl FnOnce(&Db) -> sled::Result<()>) -> Result<(), Error> {
        let written = write(&self.db()?).map_err(|error| describe(&self.path, error));
        if let Err(Error::Io { .. }) = &written {
            let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
            open.refused.get_or_insert_with(Instant::now);
        }
        written
    }

    fn db(&self) -> Result<Db, Error> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || Error::Io { path: self.path.clone(), cause: std::io::ErrorKind::StorageFull.into() };
        open.db.clone().ok_or_else(closed)
    }

    /// The old one is kept for reading until the disk has room. Somebody who reads on holds it open; then it is tried again later.
    fn open_again_if_refused(&self) {
        let refused = self.open.read().unwrap_or_else(PoisonError::into_inner).refused;
        if refused.is_none_or(|at| at.elapsed() < AGAIN_AFTER) {
            return;
        }
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.refused = Some(Instant::now());
        if !has_room(&self.path) {
            return;
        }
        open.db = None;
        match Self::open(&self.path, self.how) {
            Ok(again) => {
                self.parcels.take_over(&again.parcels);
                let mut again = again.open.write().unwrap_or_else(PoisonError::into_inner);
                (open.db, open.refused) = (again.db.take(), None);
                tracing::info!(path = %self.path.display(), "the disk takes something again: the database was opened anew");
            }
            Err(error) => tracing::warn!(%error, "the database cannot be opened again yet"),
        }
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let db = self.db()?;
        let value = db.tree.get(key).map_err(|error| describe(&self.path, error))?;
        value.map_or(Ok(None), |value| self.whole(&db, key, value))
    }

    /// The value itself of what the database has of a key. One that is damaged is empty: who reads it passes it over as any that he cannot read.
    fn whole(&self, db: &Db, key: &[u8], mut value: sled::IVec) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let Some(place) = Place::read(&value) else { return Ok(Some(value.to_vec())) };
            match self.parcels.read(&place) {
                Ok(Some(whole)) => return Ok(Some(whole)),
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Io { path: self.path.clone(), cause });
                }
                Ok(None) | Err(_) => {}
            }
            // It was replaced since we looked, or is damaged.
            match db.tree.get(key).map_err(|error| describe(&self.path, error))? {
                None => return Ok(None),
                Some(next) if next == value => {
                    tracing::error!(path = %self.path.display(), ?place, "a long value is damaged");
                    return Ok(Some(Vec::new()));
                }
                Some(next) => value = next,
            }
        }
    }

    /// Every pair with `from ≤ key < to`, ascending, read as it is asked for.
    pub fn range<'a>(&'a self, from: &[u8], to: &[u8]) -> impl DoubleEndedIterator<Item = Result<Pair, Error>> + 'a {
        self.pairs(|tree| tree.range(from.to_vec()..to.to_vec()))
    }

    /// Every pair, ascending.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = Result<Pair, Error>> + '_ {
        self.pairs(|tree| tree.iter())
    }

    fn pairs<'a>(
        &'a self,
        of: impl FnOnce(&sled::Db) -> sled::Iter,
    ) -> impl DoubleEndedIterator<Item = Result<Pair, Error>> + 'a {
        let (pairs, closed) = match self.db() {
            Ok(db) => (Some(of(&db.tree).filter_map(move |pair| self.pair(&db, pair).transpose())), None),
            Err(error) => (None, Some(Err(error))),
        };
        closed.into_iter().chain(pairs.into_iter().flatten())
    }

    /// A pair with its value itself; none when it was removed meanwhile.
    fn pair(&self, db: &Db, pair: sled::Result<(sled::IVec, sled::IVec)>) -> Result<Option<Pair>, Error> {
        let (key, value) = pair.map_err(|error| describe(&self.path, error))?;
        let value = self.whole(db, &key, value)?;
        Ok(value.map(|value| (key.to_vec(), value)))
    }

    /// Bytes on disk.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        self.db().ok().and_then(|db| db.tree.size_on_disk().ok()).unwrap_or(0) + self.parcels.bytes()
    }
}

/// Removes a database that nobody has open. What says that it was begun goes before its log, and long values before that: one that is left in the
/// middle is an empty one or a whole one, and none that was damaged.
///
/// # Errors
/// What the system says.
pub fn remove(path: &Path) -> std::io::Result<()> {
    let gone = |removed: std::io::Result<()>| match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    gone(std::fs::remove_dir_all(path.join(PARCELS)))?;
    gone(std::fs::remove_file(path.join(BEGUN)))?;
    std::fs::remove_dir_all(path)
}

/// Whether the disk takes what opening takes: sled, too, writes while it opens.
fn has_room(path: &Path) -> bool {
    let probe = path.join("room");
    let written = std::fs::File::create(&probe).and_then(|mut file| {
        file.write_all(&vec![0; ROOM])?;
        file.sync_all()
    });
    std::fs::remove_file(&probe).is_ok() && written.is_ok()
}

fn free_name(path: &Path) -> PathBuf {
    let name = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{n}"));
        PathBuf::from(name)
    };
    (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
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

/// Puts in what has to be there from now on, or finds it; whether the file that says so is still to be made, once all is on disk.
/// In a database from before there was that file what lies in it, or in its parcels, says that it was begun.
fn begin(tree: &sled::Db, path: &Path) -> sled::Result<bool> {
    let is_known = path.join(BEGUN).exists();
    let had = is_known || path.join(PARCELS).read_dir().is_ok_and(|mut parcels| parcels.next().is_some());
    let begun = tree.open_tree(BEGUN)?;
    if had && begun.is_empty() && (is_known || tree.is_empty()) {
        return Err(sled::Error::Unsupported("the log reads as an empty one, and it was not".to_owned()));
    }
    if !is_known {
        begun.insert(BEGUN, &[])?;
        tree.flush()?;
    }
    Ok(!is_known)
}

/// What sled says when another process holds the lock is an I/O error of its own making.
fn describe(path: &Path, error: sled::Error) -> Error {
    let path = path.to_owned();
    match error {
        sled::Error::Io(cause) if cause.to_string().contains("could not acquire lock") => Error::Locked { path },
        sled::Error::Io(cause) => Error::Io { path, cause },
        other => Error::Damaged { path, detail: other.to_string() },
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Store, key: &[u8], value: &[u8]) {
        let mut batch = Batch::default();
        batch.put(key, value);
        store.commit(batch).expect("commits");
    }

    /// What sled reads as empty: its log without a readable beginning, and no snapshot of it.
    fn lose_the_log(path: &Path) {
        let log = path.join(LOG);
        let len = std::fs::metadata(&log).expect("is there").len();
        std::fs::write(&log, vec![0; usize::try_from(len).expect("short")]).expect("writes");
        for file in path.read_dir().expect("lists").flatten().map(|file| file.path()) {
            if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap.")) {
                std::fs::remove_file(file).expect("goes");
            }
        }
    }

    #[track_caller]
    fn is_set_aside(path: &Path) {
        let (store, aside) = Store::open_or_set_aside(path, Use::SMALL).expect("opens");
        let aside = aside.expect("is not taken for an empty one");
        assert_eq!(
            aside.join(PARCELS).read_dir().expect("lists").count(),
            1,
            "long values stay for who looks for them"
        );
        assert_eq!(store.all().count(), 0);
    }

    #[test]
    fn a_log_that_is_lost_is_damage_and_not_an_empty_database() {
        for is_older in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("hq");
            let store = Store::open(&path, Use::SMALL).expect("opens");
            put(&store, b"key", &vec![7; parcels::LONGEST + 1]);
            drop(store);
            lose_the_log(&path);
            if is_older {
                std::fs::remove_file(path.join(BEGUN)).expect("goes");
            }
            is_set_aside(&path);
        }
    }

    #[test]
    fn an_empty_database_is_none_that_lost_something() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hq");
        let store = Store::open(&path, Use::SMALL).expect("opens");
        put(&store, b"key", &vec![7; parcels::LONGEST + 1]);
        let mut batch = Batch::default();
        batch.remove(b"key");
        store.commit(batch).expect("commits");
        drop(store);
        // A parcel whose batch never came.
        std::fs::write(path.join(PARCELS).join(format!("{:020}", 7)), b"half").expect("writes");
        let (store, aside) = Store::open_or_set_aside(&path, Use::SMALL).expect("opens");
        assert_eq!((aside, store.all().count()), (None, 0));
    }

    #[test]
    fn one_whose_removal_was_broken_off_is_none_that_was_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hq");
        let (parcels, begun) = (path.join(PARCELS), path.join(BEGUN));
        let store = Store::open(&path, Use::SMALL).expect("opens");
        put(&store, b"key", &vec![7; parcels::LONGEST + 1]);
        drop(store);
        let file = std::fs::read_dir(&parcels).expect("lists").flatten().next().expect("a parcel").path();
        // Each step in turn fails, as if the program had ended there.
        std::fs::rename(&parcels, path.join("aside")).expect("goes");
        std::fs::write(&parcels, b"no folder").expect("writes");
        assert!(remove(&path).is_err() && begun.exists(), "long values go first");
        std::fs::remove_file(&parcels).expect("goes");
        std::fs::create_dir(&parcels).expect("is made");
        std::fs::write(&file, b"one").expect("writes");
        std::fs::remove_file(&begun).expect("goes");
        std::fs::create_dir(&begun).expect("is made");
        assert!(
            remove(&path).is_err() && !parcels.exists() && path.join(LOG).exists(),
            "then what says that it was begun"
        );
        std::fs::remove_dir(&begun).expect("goes");
        lose_the_log(&path);
        let (_, aside) = Store::open_or_set_aside(&path, Use::SMALL).expect("opens");
        assert_eq!(aside, None, "what is left then is an empty one");
        remove(&path).expect("is removed");
        assert!(!path.exists());
    }

    #[test]
    fn a_database_of_before_is_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hq");
        let before = sled::Config::default().path(&path).open().expect("opens");
        before.insert(b"key", b"value").expect("is put");
        before.flush().expect("flushes");
        drop(before);
        for _ in 0..2 {
            let (store, aside) = Store::open_or_set_aside(&path, Use::SMALL).expect("opens");
            assert_eq!((aside, store.get(b"key").expect("reads").as_deref()), (None, Some(&b"value"[..])));
            assert_eq!(store.all().count(), 1, "what is ours is not among theirs");
        }
    }

    #[test]
    fn a_snapshot_that_was_half_written_when_the_power_went_damages_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hq");
        let store = Store::open(&path, Use::SMALL).expect("opens");
        let mut batch = Batch::default();
        batch.put(b"key", b"value");
        store.commit(batch).expect("commits");
        drop(store);
        // As by sled: behind the newest in any order of names, and of any length.
        for half in [&b""[..], &[7; 100]] {
            std::fs::write(path.join("snap.FFFFFFFFFFFFFFFF.generating"), half).expect("writes");
            let (store, aside) = Store::open_or_set_aside(&path, Use::SMALL).expect("opens");
            assert_eq!((aside, store.get(b"key").expect("reads").as_deref()), (None, Some(&b"value"[..])));
        }
    }
}
