//! HQ's own key: made once, readable by its owner alone, and never in an answer.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use avow_shared::wire::Signer;

/// Reads the key in `dir`, or makes one there.
///
/// # Errors
/// When the file cannot be read or written, or has not exactly 32 bytes.
pub fn load_or_make(dir: &Path) -> io::Result<Signer> {
    let path = dir.join("hq.key");
    match fs::read(&path) {
        Ok(bytes) => read(&bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(error),
    }
}

fn read(bytes: &[u8]) -> io::Result<Signer> {
    let seed = bytes.try_into().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "hq.key has not 32 bytes"))?;
    Ok(Signer::from_seed(seed))
}

fn make(path: &Path) -> io::Result<Signer> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    write(path, &seed)?;
    Ok(Signer::from_seed(&seed))
}

/// Writes a key so that a crash leaves either the whole file or none.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, seed: &[u8; 32]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(seed)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = load_or_make(dir.path()).expect("made").id();
        assert_eq!(load_or_make(dir.path()).expect("read").id(), first);
        let mode = fs::metadata(dir.path().join("hq.key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_cut_key_is_an_error_and_not_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("hq.key"), [1; 31]).expect("written");
        assert!(load_or_make(dir.path()).is_err());
    }
}
