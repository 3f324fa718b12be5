//! Files that are written whole or not at all, also when the power goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path`, whose folder is there, and returns when the disk has them under that name. What was there before
/// is there until then. A new file gets `mode`.
///
/// # Errors
/// When the disk does not take it; nothing of it is left then.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let part = part(path);
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(mode).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().inspect_err(|_| {
        // It may not be there at all.
        let _ = std::fs::remove_file(&part);
    })
}

/// Where the bytes of `path` lie until they are whole.
#[must_use]
pub fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_was_there_stays_until_the_new_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.key");
        write(&path, b"old", 0o600).expect("writes");
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o600);
        std::fs::create_dir(part(&path)).expect("something in the way");
        write(&path, b"new", 0o600).expect_err("it cannot");
        assert_eq!(std::fs::read(&path).expect("there"), b"old");
        std::fs::remove_dir(part(&path)).expect("out of the way");
        write(&path, b"new", 0o600).expect("writes");
        assert_eq!((std::fs::read(&path).expect("there"), part(&path).exists()), (b"new".to_vec(), false));
    }
}
