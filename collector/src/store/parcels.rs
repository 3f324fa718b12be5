//! Long values lie beside their database in parcels: one file a commit, flushed before the batch that points into it.
//!
//! Of a node that sled 0.34.7 keeps in a file of its own the cache weighs the pointer alone, some 30 bytes (`pagecache/logger.rs`,
//! `log_size` of a blob), so it never leaves memory; and that file is not flushed (`pagecache/blob_io.rs`). A node holds up to 17 values
//! (`node.rs`, `should_split`) and goes to a file when it is longer than 128 KiB (a quarter of a segment): with values up to
//! [`LONGEST`] it never does. A parcel goes when the last value in it was replaced or removed; of a database that is dropped whole it goes with
//! that, and nobody counts: an hour of a province is 18 762 values, and who counts has to read them all at a start.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sealed::{CHECK_LEN, Hashing};

/// The longest value that lies in the database itself, bytes.
pub(super) const LONGEST: usize = 7 << 10;
/// What a value begins with that says where another lies. One of a caller that begins so lies in a parcel, however short.
const MAGIC: [u8; 8] = *b"\xffAVOWPCL";
/// Length of key and of value, before both.
const HEAD_LEN: usize = 8;

/// Puts (some) and removals (none), by key.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The parcels of a database.
#[derive(Debug)]
pub(super) struct Parcels {
    folder: PathBuf,
    is_dropped_whole: bool,
    known: Mutex<Known>,
}

/// What lies where.
#[derive(Debug, Default)]
pub(super) struct Known {
    next: u64,
    /// In which parcel the value of a key lies.
    of: BTreeMap<Vec<u8>, u64>,
    /// Of each parcel that is needed.
    needed: BTreeMap<u64, Needed>,
    /// Bytes of all of them.
    bytes: u64,
    /// Parcels that nothing points into any more once the database is flushed.
    idle: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Needed {
    values: usize,
    bytes: u64,
}

/// Where a value lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    parcel: u64,
    offset: u64,
    len: u32,
    check: [u8; CHECK_LEN],
}

/// A parcel that was written for a batch, which is not applied yet.
#[derive(Debug)]
pub(super) struct Written {
    parcel: u64,
    bytes: u64,
    keys: Vec<Vec<u8>>,
}

impl Place {
    const LEN: usize = MAGIC.len() + 8 + 8 + 4 + CHECK_LEN;

    /// What a value of the database says; none when it is the value itself.
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let rest = value.strip_prefix(&MAGIC)?;
        let (parcel, rest) = rest.split_first_chunk()?;
        let (offset, rest) = rest.split_first_chunk()?;
        let (len, rest) = rest.split_first_chunk()?;
        let check = rest.try_into().ok()?;
        let (parcel, offset) = (u64::from_be_bytes(*parcel), u64::from_be_bytes(*offset));
        Some(Self { parcel, offset, len: u32::from_be_bytes(*len), check })
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.extend(MAGIC);
        bytes.extend(self.parcel.to_be_bytes());
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(self.len.to_be_bytes());
        bytes.extend(self.check);
        bytes
    }
}

impl Parcels {
    /// Looks through the parcels in `folder`, which need not be there. `points` gives what the database has of a key. A parcel into
    /// which nothing points is removed: its batch was never applied, or what lay in it is gone. Where all is dropped together no parcel is read.
    ///
    /// # Errors
    /// What `points` or the system says.
    pub(super) fn open<E: From<io::Error>>(
        folder: PathBuf,
        is_dropped_whole: bool,
        points: impl Fn(&[u8]) -> Result<Option<Place>, E>,
    ) -> Result<Self, E> {
        let mut known = Known::default();
        for parcel in numbers(&folder)? {
            let path = path(&folder, parcel);
            known.next = parcel + 1;
            let mut needed = Needed { values: 0, bytes: fs::metadata(&path)?.len() };
            if is_dropped_whole {
                known.bytes += needed.bytes;
                continue;
            }
            for (key, offset) in keys(&path)? {
                if points(&key)?.is_some_and(|place| (place.parcel, place.offset) == (parcel, offset)) {
                    needed.values += 1;
                    known.of.insert(key, parcel);
                }
            }
            if needed.values == 0 {
                fs::remove_file(&path)?;
            } else {
                known.bytes += needed.bytes;
                known.needed.insert(parcel, needed);
            }
        }
        Ok(Self { folder, is_dropped_whole, known: Mutex::new(known) })
    }

    /// Held from before a batch is written until it is applied: two batches that change one key come one after the other.
    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on with what `other` found in the same folder.
    pub(super) fn take_over(&self, other: &Self) {
        let found = std::mem::take(&mut *other.lock());
        *self.lock() = found;
    }

    /// Writes the long values of `changes` and flushes them; each is its place then.
    ///
    /// # Errors
    /// What the system says; nothing of it is left then, as far as the system lets us.
    pub(super) fn write(&self, known: &mut Known, changes: &mut Changes) -> io::Result<Option<Written>> {
        let parcel = known.next;
        let mut bytes = Vec::new();
        let mut keys = Vec::new();
        for (key, change) in changes {
            let Some(value) = change.as_mut().filter(|value| value.len() > LONGEST || value.starts_with(&MAGIC)) else {
                continue;
            };
            let lengths = u32::try_from(key.len()).ok().zip(u32::try_from(value.len()).ok());
            let (key_len, len) = lengths.ok_or(io::ErrorKind::FileTooLarge)?;
            bytes.extend(key_len.to_be_bytes());
            bytes.extend(len.to_be_bytes());
            bytes.extend_from_slice(key);
            let place = Place { parcel, offset: bytes.len() as u64, len, check: check(value) };
            bytes.extend_from_slice(value);
            *value = place.write();
            keys.push(key.clone());
        }
        if keys.is_empty() {
            return Ok(None);
        }
        // A number is used once, also when the disk refuses: what refused may have left something.
        known.next += 1;
        let path = path(&self.folder, parcel);
        self.put(&path, &bytes).inspect_err(|_| drop(fs::remove_file(&path)))?;
        Ok(Some(Written { parcel, bytes: bytes.len() as u64, keys }))
    }

    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if !self.folder.exists() {
            fs::create_dir_all(&self.folder)?;
            self.folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())?;
        }
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        File::open(&self.folder)?.sync_all()
    }

    /// The batch was applied whose long values `written` holds.
    pub(super) fn applied(&self, known: &mut Known, changed: impl Iterator<Item = Vec<u8>>, written: Option<Written>) {
        if !known.of.is_empty() {
            for key in changed {
                let Some(parcel) = known.of.remove(&key) else { continue };
                let Some(needed) = known.needed.get_mut(&parcel) else { continue };
                needed.values -= 1;
                if needed.values == 0 {
                    known.bytes -= needed.bytes;
                    known.needed.remove(&parcel);
                    known.idle.push(parcel);
                }
            }
        }
        if let Some(Written { parcel, bytes, keys }) = written {
            known.bytes += bytes;
            if self.is_dropped_whole {
                return;
            }
            known.needed.insert(parcel, Needed { values: keys.len(), bytes });
            known.of.extend(keys.into_iter().map(|key| (key, parcel)));
        }
    }

    /// Removes what nothing points into any more; the database was flushed. What stays is removed at the next start.
    pub(super) fn sweep(&self, known: &mut Known) {
        for parcel in known.idle.drain(..) {
            if let Err(error) = fs::remove_file(path(&self.folder, parcel)) {
                tracing::warn!(%error, parcel, "a file of values that are no longer needed stays on disk");
            }
        }
    }

    /// The value at a place; none when it is damaged.
    ///
    /// # Errors
    /// What the system says; `NotFound` also when the value was replaced meanwhile.
    pub(super) fn read(&self, place: &Place) -> io::Result<Option<Vec<u8>>> {
        let file = File::open(path(&self.folder, place.parcel))?;
        if place.offset + u64::from(place.len) > file.metadata()?.len() {
            return Ok(None);
        }
        let mut value = vec![0; place.len as usize];
        file.read_exact_at(&mut value, place.offset)?;
        Ok((check(&value) == place.check).then_some(value))
    }

    /// Bytes on disk.
    pub(super) fn bytes(&self) -> u64 {
        self.lock().bytes
    }
}

fn path(folder: &Path, parcel: u64) -> PathBuf {
    folder.join(format!("{parcel:020}"))
}

/// The parcels in a folder, ascending.
fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let files = match folder.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut numbers = Vec::new();
    for file in files {
        numbers.extend(file?.file_name().to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The keys in a parcel and where the value of each begins; one that was cut ends with the last that is whole.
fn keys(path: &Path) -> io::Result<Vec<(Vec<u8>, u64)>> {
    let file = File::open(path)?;
    let end = file.metadata()?.len();
    let mut keys = Vec::new();
    let mut at = 0u64;
    while at + HEAD_LEN as u64 <= end {
        let mut head = [0; HEAD_LEN];
        file.read_exact_at(&mut head, at)?;
        let (key_len, len) = head.split_at(HEAD_LEN / 2);
        let length = |bytes: &[u8]| bytes.try_into().map_or(u64::MAX, |bytes| u64::from(u32::from_be_bytes(bytes)));
        let (key_at, key_len) = (at + HEAD_LEN as u64, length(key_len));
        let value_at = key_at + key_len;
        at = value_at + length(len);
        if at > end {
            break;
        }
        let mut key = vec![0; usize::try_from(key_len).unwrap_or_default()];
        file.read_exact_at(&mut key, key_at)?;
        keys.push((key, value_at));
    }
    Ok(keys)
}

fn check(value: &[u8]) -> [u8; CHECK_LEN] {
    let mut hashing = Hashing::new(io::sink());
    // A sink takes everything.
    let _ = hashing.write_all(value);
    hashing.finish().1
}

#[cfg(test)]
mod tests;
