//! Evidence in a folder: one file a piece, named by its hash and kind, the oldest dropped when there is no room.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use avow_shared::hash::ContentHash;
use avow_shared::outcome::EvidenceKind;

/// The ending of a file that is being written.
const PART: &str = "part";
const KINDS: [(EvidenceKind, &str); 3] =
    [(EvidenceKind::Picture, "jpg"), (EvidenceKind::Transcript, "txt"), (EvidenceKind::Curves, "json")];

/// A folder of evidence.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    most_bytes: u64,
}

/// The file of a piece.
#[must_use]
pub fn file_name(hash: ContentHash, kind: EvidenceKind) -> String {
    let ending = KINDS.iter().find(|(known, _)| *known == kind).map_or("bin", |(_, ending)| ending);
    format!("{hash}.{ending}")
}

impl Store {
    /// What an unclean stop left half written is removed; the folder is made when it is needed.
    #[must_use]
    pub fn open(folder: &Path, most_bytes: u64) -> Self {
        let store = Self { folder: folder.to_owned(), most_bytes };
        for (path, _) in store.all().filter(|(path, _)| path.extension().is_some_and(|ending| ending == PART)) {
            remove(&path);
        }
        store
    }

    /// Keeps a piece; the oldest ones that had to go for it come back.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn keep(&self, hash: ContentHash, kind: EvidenceKind, bytes: &[u8]) -> std::io::Result<Vec<ContentHash>> {
        std::fs::create_dir_all(&self.folder)?;
        let dropped = self.make_room(bytes.len() as u64);
        let path = self.folder.join(file_name(hash, kind));
        let part = path.with_extension(PART);
        if let Err(error) = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &path)) {
            remove(&part);
            return Err(error);
        }
        Ok(dropped)
    }

    /// The file of a piece that is kept, and what it is.
    #[must_use]
    pub fn path(&self, hash: ContentHash) -> Option<(EvidenceKind, PathBuf)> {
        let path = |(kind, _): &(EvidenceKind, &str)| (*kind, self.folder.join(file_name(hash, *kind)));
        KINDS.iter().map(path).find(|(_, path)| path.exists())
    }

    /// Every piece that is kept.
    #[must_use]
    pub fn hashes(&self) -> Vec<ContentHash> {
        self.files().into_iter().map(|(hash, ..)| hash).collect()
    }

    /// Lets a piece go.
    pub fn remove(&self, hash: ContentHash) {
        if let Some((_, path)) = self.path(hash) {
            remove(&path);
        }
    }

    fn make_room(&self, wanted: u64) -> Vec<ContentHash> {
        let mut files = self.files();
        files.sort_by_key(|(_, _, made)| *made);
        // Whatever lies in the folder counts.
        let mut total: u64 = self.all().map(|(_, meta)| meta.len()).sum();
        let mut dropped = Vec::new();
        for (hash, bytes, _) in files {
            if total + wanted <= self.most_bytes {
                break;
            }
            tracing::warn!(%hash, "no room for more evidence: the oldest is dropped");
            self.remove(hash);
            total -= bytes;
            dropped.push(hash);
        }
        dropped
    }

    fn files(&self) -> Vec<(ContentHash, u64, SystemTime)> {
        let file = |(path, meta): (PathBuf, Metadata)| {
            let is_whole = KINDS.iter().any(|(_, ending)| path.extension().is_some_and(|found| found == *ending));
            let hash = path.file_stem()?.to_str()?.parse().ok().filter(|_| is_whole)?;
            Some((hash, meta.len(), meta.modified().ok()?))
        };
        self.all().filter_map(file).collect()
    }

    fn all(&self) -> impl Iterator<Item = (PathBuf, Metadata)> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)));
        files.filter(|(_, meta)| meta.is_file())
    }
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "remove evidence");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_there_is_no_room() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path(), 25);
        let keep = |n: u8| {
            let bytes = [n; 10];
            let hash = ContentHash::of(&bytes);
            let dropped = store.keep(hash, EvidenceKind::Picture, &bytes).expect("keeps");
            let made = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(n.into());
            let file = std::fs::File::options().write(true).open(store.path(hash).expect("kept").1);
            file.expect("opens").set_modified(made).expect("dates");
            (hash, dropped)
        };
        let (first, _) = keep(1);
        let (second, _) = keep(2);
        assert_eq!(keep(3).1, [first]);
        assert!(store.path(first).is_none() && store.path(second).is_some());
        store.remove(second);
        assert_eq!(store.hashes().len(), 1);
    }

    #[test]
    fn what_a_power_cut_left_half_written_is_removed_and_counts_until_then() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path(), 25);
        let part = dir.path().join(file_name(ContentHash::of(&[9]), EvidenceKind::Picture)).with_extension("part");
        let keep = |n: u8| store.keep(ContentHash::of(&[n; 10]), EvidenceKind::Picture, &[n; 10]).expect("keeps");
        assert!(keep(1).is_empty());
        std::fs::write(&part, [9; 10]).expect("writes");
        assert_eq!(keep(2), [ContentHash::of(&[1; 10])], "30 bytes are too many");
        let store = Store::open(dir.path(), 25);
        assert!(!part.exists() && store.hashes() == [ContentHash::of(&[2; 10])]);
    }

    #[test]
    fn a_piece_that_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path(), 25);
        let hash = ContentHash::of(&[1]);
        std::fs::create_dir(dir.path().join(file_name(hash, EvidenceKind::Picture))).expect("something in the way");
        assert!(store.keep(hash, EvidenceKind::Picture, &[1]).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1);
    }
}
