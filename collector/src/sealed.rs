//! Files that are whole or not there: written beside, flushed, renamed; what is read is checked against its SHA-256.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The length of the check at the end of a stream.
pub const CHECK_LEN: usize = 32;

/// Passes bytes on and hashes them.
#[derive(Debug)]
pub struct Hashing<T> {
    inner: T,
    hash: Sha256,
}

impl<T> Hashing<T> {
    /// Around `inner`.
    pub fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// The hash of all that passed so far.
    #[must_use]
    pub fn so_far(&self) -> [u8; CHECK_LEN] {
        self.hash.clone().finalize().into()
    }

    /// The stream within, past the hash.
    pub fn inner(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The stream within and the hash of all that passed.
    pub fn finish(self) -> (T, [u8; CHECK_LEN]) {
        (self.inner, self.hash.finalize().into())
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}

/// Writes `path` by way of `<path>.part`: when this returns `Ok`, the new file is on disk in full; otherwise the old one is.
///
/// # Errors
/// What `write` or the system says.
pub fn replace<R>(path: &Path, write: impl FnOnce(&mut io::BufWriter<File>) -> io::Result<R>) -> io::Result<R> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = io::BufWriter::new(File::create(&part)?);
    let answer = write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()?;
    std::fs::rename(&part, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(answer)
}
