//! What a switching test has to put back, noted before it switches: whoever is killed in between, or loses his power, puts
//! nothing back. One small file a sink, in the state folder; it goes when nothing is owed any more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use avow_shared::hash::{ContentHash, to_hex};
use serde::{Deserialize, Serialize};

use crate::whole;

const BEGINS: &str = "switched-";
const ENDS: &str = ".json";

/// What is owed to one sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The device, by the key of the probe.
    pub device: String,
    /// The sink, in the device's words.
    pub sink: String,
    /// What it had.
    pub before: String,
    /// What it was told to have.
    pub told: String,
}

impl Owed {
    /// Writes it down, whole or not at all, and returns when the disk has it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn note(&self, state: &Path) -> io::Result<()> {
        fs::create_dir_all(state)?;
        // Whoever runs the test by hand is perhaps not the agent, who must be able to read it; the folder is closed to others.
        whole::write(&file(state, &self.device, &self.sink), &serde_json::to_vec(self)?, 0o644)
    }

    /// Nothing is owed any more. Should the disk forget that, the next look finds that all is as it was.
    pub fn forget(&self, state: &Path) {
        let path = file(state, &self.device, &self.sink);
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "what was put back stays noted as owed");
        }
    }

    /// What is owed to this sink.
    pub(super) fn to(state: &Path, device: &str, sink: &str) -> Option<Self> {
        read(&file(state, device, sink))
    }
}

/// Everything that is owed.
#[must_use]
pub fn all(state: &Path) -> Vec<Owed> {
    let Ok(entries) = fs::read_dir(state) else { return Vec::new() };
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_one = |path: &PathBuf| name(path).starts_with(BEGINS) && name(path).ends_with(ENDS);
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_one).collect();
    files.sort();
    files.iter().filter_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Option<Owed> {
    let bytes = fs::read(path).ok()?;
    let owed = serde_json::from_slice(&bytes);
    // Written whole: somebody has been at it.
    owed.inspect_err(|error| tracing::error!(%error, path = %path.display(), "what is owed cannot be read")).ok()
}

fn file(state: &Path, device: &str, sink: &str) -> PathBuf {
    let hash = to_hex(&ContentHash::of(format!("{device}\n{sink}").as_bytes()).0);
    state.join(format!("{BEGINS}{}{ENDS}", &hash[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(sink: &str) -> Owed {
        let [device, before, told] = ["tcp 10.0.0.1:23", "01", "2"].map(str::to_owned);
        Owed { device, sink: sink.to_owned(), before, told }
    }

    #[test]
    fn what_is_owed_is_noted_until_it_is_put_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let state = dir.path().join("state");
        assert_eq!((all(&state), Owed::to(&state, "tcp 10.0.0.1:23", "1")), (vec![], None));
        owed("1").note(&state).expect("notes");
        owed("2").note(&state).expect("notes");
        owed("1").note(&state).expect("notes again");
        assert_eq!((all(&state).len(), Owed::to(&state, "tcp 10.0.0.1:23", "2")), (2, Some(owed("2"))));
        owed("2").forget(&state);
        owed("2").forget(&state);
        assert_eq!((all(&state), Owed::to(&state, "tcp 10.0.0.1:23", "2")), (vec![owed("1")], None));
    }

    #[test]
    fn what_was_half_written_is_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("switched-0011.part"), b"{").expect("writes");
        std::fs::write(dir.path().join("switched-0011.json"), b"{").expect("writes");
        assert_eq!(all(dir.path()), []);
    }
}
