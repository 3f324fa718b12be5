//! The backup's file: named sections, each a stream of records, and a SHA-256 over everything at the end.
//!
//! `"AVOWBACK"`, version; then records: a section begins (`1`, name), bytes (`2`, length, bytes), a section ends (`3`),
//! the file ends (`4`) and is followed by the hash of all before. A file that is cut or changed is refused as a whole, before
//! anything of it is believed.

pub mod under_way;

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::sealed::{CHECK_LEN, Hashing};
use crate::store::{Batch, Store, Use};
use under_way::Metered;

const MAGIC: &[u8; 8] = b"AVOWBACK";
const VERSION: u8 = 1;
const SECTION: u8 = 1;
const BYTES: u8 = 2;
const END_OF_SECTION: u8 = 3;
const END: u8 = 4;
/// The longest record.
pub const MAX_RECORD: usize = 64 << 20;
/// The longest name of a section.
const MAX_NAME: usize = 1_024;
/// Files are cut into records of this length.
pub const CHUNK: usize = 256 << 10;
/// So much of a database is restored at once.
const BATCH_BYTES: usize = 4 << 20;

/// Why a backup cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system said no.
    #[error("use the backup: {0}")]
    Io(io::Error),
    /// Not a backup, cut, changed, or of another version.
    #[error("read the backup: {0}")]
    Damaged(&'static str),
    /// A database.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes a backup.
#[derive(Debug)]
pub struct Writer<W: Write> {
    to: Hashing<W>,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What the stream says.
    pub fn new(to: W) -> io::Result<Self> {
        let mut to = Hashing::new(to);
        to.write_all(MAGIC)?;
        to.write_all(&[VERSION])?;
        Ok(Self { to })
    }

    /// Writes a section; `fill` gives its records, each at most [`MAX_RECORD`] long.
    ///
    /// # Errors
    /// What the stream or `fill` says.
    pub fn section(&mut self, name: &str, fill: impl FnOnce(&mut Section<'_, W>) -> io::Result<()>) -> io::Result<()> {
        self.to.write_all(&[SECTION])?;
        block(&mut self.to, name.as_bytes())?;
        fill(&mut Section { to: &mut self.to })?;
        self.to.write_all(&[END_OF_SECTION])
    }

    /// A whole file as a section.
    ///
    /// # Errors
    /// What the stream or the file says.
    pub fn file(&mut self, name: &str, path: &Path) -> io::Result<()> {
        self.stream(name, File::open(path)?)
    }

    /// All that is read of a stream as a section.
    ///
    /// # Errors
    /// What either stream says.
    pub fn stream(&mut self, name: &str, mut from: impl Read) -> io::Result<()> {
        self.section(name, |section| {
            let mut chunk = vec![0; CHUNK];
            loop {
                match from.read(&mut chunk)? {
                    0 => return Ok(()),
                    read => section.record(&chunk[..read])?,
                }
            }
        })
    }

    /// A whole database as a section: key and value records in turn.
    ///
    /// # Errors
    /// What the stream or the database says.
    pub fn database(&mut self, name: &str, store: &Store) -> io::Result<()> {
        self.section(name, |section| {
            for pair in store.all() {
                let (key, value) = pair.map_err(io::Error::other)?;
                section.record(&key)?;
                section.record(&value)?;
            }
            Ok(())
        })
    }

    /// Ends the file and hands the stream back.
    ///
    /// # Errors
    /// What the stream says.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&[END])?;
        let (mut to, check) = self.to.finish();
        to.write_all(&check)?;
        to.flush()?;
        Ok(to)
    }
}

/// A section that is being written.
#[derive(Debug)]
pub struct Section<'a, W: Write> {
    to: &'a mut Hashing<W>,
}

impl<W: Write> Section<'_, W> {
    /// Adds a record.
    ///
    /// # Errors
    /// What the stream says; a record that is too long.
    pub fn record(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > MAX_RECORD {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a record is longer than any record"));
        }
        self.to.write_all(&[BYTES])?;
        block(self.to, bytes)
    }
}

fn block(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)
}

/// What a backup says, in turn.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// A section begins.
    Section(String),
    /// A record of the section.
    Record(Vec<u8>),
    /// The section is over.
    EndOfSection,
}

/// Reads a backup. Nothing is to be believed before [`check`] has read the whole file once.
#[derive(Debug)]
pub struct Reader<R: Read> {
    from: Hashing<R>,
    within: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the beginning.
    ///
    /// # Errors
    /// When it is no backup of this version.
    pub fn new(from: R) -> Result<Self, Error> {
        let mut from = Hashing::new(from);
        let mut start = [0; MAGIC.len() + 1];
        from.read_exact(&mut start).map_err(cut)?;
        if start[..MAGIC.len()] != *MAGIC {
            return Err(Error::Damaged("it is no backup of Avow"));
        }
        if start[MAGIC.len()] != VERSION {
            return Err(Error::Damaged("it is of a version that this program does not read"));
        }
        Ok(Self { from, within: false })
    }

    /// The next item; none at the end of a file that is whole.
    ///
    /// # Errors
    /// When the file is cut or changed.
    pub fn item(&mut self) -> Result<Option<Item>, Error> {
        let item = match (self.byte()?, self.within) {
            (SECTION, false) => {
                let name = String::from_utf8(self.block(MAX_NAME)?);
                Item::Section(name.map_err(|_| Error::Damaged("a section has no readable name"))?)
            }
            (BYTES, true) => return self.block(MAX_RECORD).map(Item::Record).map(Some),
            (END_OF_SECTION, true) => Item::EndOfSection,
            (END, false) => return self.end(),
            _ => return Err(Error::Damaged("it was changed")),
        };
        self.within = matches!(item, Item::Section(_));
        Ok(Some(item))
    }

    fn byte(&mut self) -> Result<u8, Error> {
        let mut byte = [0];
        self.from.read_exact(&mut byte).map_err(cut)?;
        Ok(byte[0])
    }

    fn block(&mut self, most: usize) -> Result<Vec<u8>, Error> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(cut)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > most {
            return Err(Error::Damaged("a record is longer than any record"));
        }
        // Grows with what really comes: a length alone takes no memory.
        let mut bytes = Vec::new();
        let read = (&mut self.from).take(length as u64).read_to_end(&mut bytes)?;
        if read == length { Ok(bytes) } else { Err(Error::Damaged("it is cut")) }
    }

    /// The hash covers all before itself.
    fn end(&mut self) -> Result<Option<Item>, Error> {
        let expected = self.from.so_far();
        let mut check = [0; CHECK_LEN];
        self.from.inner().read_exact(&mut check).map_err(cut)?;
        let surplus = self.from.inner().read(&mut [0])?;
        if check == expected && surplus == 0 { Ok(None) } else { Err(Error::Damaged("it was changed")) }
    }
}

fn cut(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { Error::Damaged("it is cut") } else { Error::Io(error) }
}

/// Reads a whole file and says what is in it: name and length of each section. `Ok` means that it is whole.
///
/// # Errors
/// [`Error`].
pub fn check(path: &Path) -> Result<Vec<(String, u64)>, Error> {
    check_while(path, |_| true)
}

/// As [`check`], for as long as `goes_on` says so; it is given the bytes of each piece that was read.
///
/// # Errors
/// [`Error`]; `Io` of `BrokenPipe` when it does not go on.
pub fn check_while(path: &Path, goes_on: impl FnMut(usize) -> bool) -> Result<Vec<(String, u64)>, Error> {
    let file = Metered::new(File::open(path)?, goes_on);
    let mut reader = Reader::new(BufReader::with_capacity(CHUNK, file))?;
    let mut sections: Vec<(String, u64)> = Vec::new();
    while let Some(item) = reader.item()? {
        match item {
            Item::Section(name) if sections.iter().any(|(known, _)| *known == name) => {
                return Err(Error::Damaged("a section stands twice"));
            }
            Item::Section(name) => sections.push((name, 0)),
            Item::Record(bytes) => {
                if let Some((_, length)) = sections.last_mut() {
                    *length += bytes.len() as u64;
                }
            }
            Item::EndOfSection => {}
        }
    }
    Ok(sections)
}

/// What to do with a section on the way back.
#[derive(Debug)]
pub enum Target {
    /// Write its records one behind the other into this file.
    File(PathBuf),
    /// Put its pairs of records into this database.
    Database(PathBuf),
    /// Pass it over.
    Skip,
}

/// Restores a backup that [`check`] found whole: `target` says for each section where it goes.
///
/// # Errors
/// [`Error`]; what was written so far must then be thrown away.
pub fn restore(path: &Path, target: impl FnMut(&str) -> Target) -> Result<(), Error> {
    restore_while(path, target, |_| true)
}

/// As [`restore`], for as long as `goes_on` says so; it is given the bytes of each piece that was read.
///
/// # Errors
/// As `restore`; `Io` of `BrokenPipe` when it does not go on.
pub fn restore_while(
    path: &Path,
    mut target: impl FnMut(&str) -> Target,
    goes_on: impl FnMut(usize) -> bool,
) -> Result<(), Error> {
    let file = Metered::new(File::open(path)?, goes_on);
    let mut reader = Reader::new(BufReader::with_capacity(CHUNK, file))?;
    while let Some(item) = reader.item()? {
        if let Item::Section(name) = item {
            match target(&name) {
                Target::File(path) => restore_file(&mut reader, &path)?,
                Target::Database(path) => restore_database(&mut reader, &path)?,
                Target::Skip => while record(&mut reader)?.is_some() {},
            }
        }
    }
    Ok(())
}

/// The next record of a section; none at its end.
fn record<R: Read>(reader: &mut Reader<R>) -> Result<Option<Vec<u8>>, Error> {
    match reader.item()? {
        Some(Item::Record(bytes)) => Ok(Some(bytes)),
        Some(Item::EndOfSection) => Ok(None),
        Some(Item::Section(_)) | None => Err(Error::Damaged("a section has no end")),
    }
}

fn restore_file<R: Read>(reader: &mut Reader<R>, path: &Path) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // What an attempt that was broken off left there may be closed to writing.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let filled = fill_file(reader, path);
    if filled.is_err() {
        // By half it would pass for a whole one: its name says what is in it.
        let _ = std::fs::remove_file(path);
    }
    filled
}

fn fill_file<R: Read>(reader: &mut Reader<R>, path: &Path) -> Result<(), Error> {
    // One of them is HQ's private key.
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut file = BufWriter::new(file);
    while let Some(bytes) = record(reader)? {
        file.write_all(&bytes)?;
    }
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok(())
}

fn restore_database<R: Read>(reader: &mut Reader<R>, path: &Path) -> Result<(), Error> {
    let store = Store::open(path, Use { cache_bytes: 8 << 20, is_dropped_whole: true })?;
    let mut batch = Batch::new();
    while let Some(key) = record(reader)? {
        let value = record(reader)?.ok_or(Error::Damaged("a key has no value"))?;
        batch.put(&key, &value);
        if batch.bytes() > BATCH_BYTES {
            store.apply(std::mem::take(&mut batch))?;
        }
    }
    store.commit(batch)?;
    Ok(())
}

#[cfg(test)]
mod tests;
