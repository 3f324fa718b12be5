//! What was done against the interlock while no agent ran: noted in the state folder, and reported at the next start.

use std::io::{Read as _, Write as _};
use std::path::Path;

use avow_shared::time::WallTime;

const FILE: &str = "overridden";
/// When it is full the newest are not noted: what a person did first in an agent's absence is told.
const MOST_BYTES: u64 = 64 * 1024;

/// Notes one line for the agent's next start.
///
/// # Errors
/// When the disk does not take it, or there is no room.
pub fn note(state: &Path, at: WallTime, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(state)?;
    let mut file = std::fs::File::options().create(true).append(true).open(state.join(FILE))?;
    if file.metadata()?.len() >= MOST_BYTES {
        return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
    }
    writeln!(file, "{}\t{}", at.at_ms, text.replace(['\n', '\t'], " "))?;
    file.sync_all()
}

/// What was noted, the wall clock's milliseconds and the words; it is forgotten.
#[must_use]
pub fn take(state: &Path) -> Vec<(u64, String)> {
    let path = state.join(FILE);
    let Ok(file) = std::fs::File::open(&path) else { return Vec::new() };
    let mut bytes = Vec::new();
    if let Err(error) = file.take(MOST_BYTES * 2).read_to_end(&mut bytes).and_then(|_| std::fs::remove_file(&path)) {
        tracing::warn!(%error, path = %path.display(), "what was overridden while no agent ran");
        return Vec::new();
    }
    let line = |line: &str| {
        let (at, text) = line.split_once('\t')?;
        Some((at.parse().ok()?, text.to_owned()))
    };
    String::from_utf8_lossy(&bytes).lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use avow_shared::time::ClockQuality;

    use super::*;

    fn at(at_ms: u64) -> WallTime {
        WallTime { at_ms, quality: ClockQuality::Free }
    }

    #[test]
    fn what_is_noted_is_told_once() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(take(dir.path()).is_empty());
        note(dir.path(), at(5), "主席台：现在有会议\n经确认仍转动").expect("notes");
        note(dir.path(), at(6), "again").expect("notes");
        let expected = [(5, "主席台：现在有会议 经确认仍转动".to_owned()), (6, "again".to_owned())];
        assert_eq!(take(dir.path()), expected);
        assert!(take(dir.path()).is_empty());
    }

    #[test]
    fn it_does_not_fill_the_disk() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = "x".repeat(1_000);
        let noted = (0..100).take_while(|n| note(dir.path(), at(*n), &text).is_ok()).count();
        assert_eq!((noted, take(dir.path()).len()), (66, 66));
        assert!(note(dir.path(), at(1), "room again").is_ok());
    }
}
