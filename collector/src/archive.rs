//! What a backup of a collector holds, and where each piece goes when it is taken in again.
//!
//! It is the state of one moment: HQ's key, agents and registry, a snapshot, the history, the evidence, the documents that were signed off. The journal is not
//! in it: a snapshot is the journal folded, and what came later the agents keep for a day and send again.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use avow_shared::hash::ContentHash;

use crate::backup::{self, Target, Writer};
use crate::documents;
use crate::history::History;
use crate::ledger::Line;
use crate::province::Frozen;
use crate::snapshot;
use crate::store::Store;

/// The name under which a backup waits in the data folder to be taken in at the next start.
pub const PENDING: &str = "restore.pending";

/// Writes a backup beside the data; it is whole when this returns.
///
/// # Errors
/// What the disk says.
pub fn write(data: &Path, history: &History, store: &Store, frozen: &Frozen, lines: &[Line]) -> io::Result<PathBuf> {
    let path = free_name(data, "backup");
    let picture = free_name(data, "backup-snapshot");
    let written = snapshot::write(&picture, frozen, lines)
        .map_err(io::Error::other)
        .and_then(|()| fill(&path, data, &picture, history, store));
    // It is in the backup, or of no use.
    let _ = std::fs::remove_file(&picture);
    if written.is_err() {
        let _ = std::fs::remove_file(&path);
    }
    written.map(|()| path)
}

fn fill(path: &Path, data: &Path, picture: &Path, history: &History, store: &Store) -> io::Result<()> {
    let mut writer = Writer::new(BufWriter::new(File::create(path)?))?;
    writer.file("hq.key", &data.join("hq.key"))?;
    writer.database("hq", store)?;
    writer.file("snapshot", picture)?;
    history.each_database(|name, store| writer.database(&format!("history/{name}"), store))?;
    for (name, file) in evidence(&data.join("evidence"))? {
        writer.file(&format!("evidence/{name}"), &file)?;
    }
    for (name, file) in documents(&data.join(documents::FOLDER))? {
        writer.file(&format!("documents/{name}"), &file)?;
    }
    writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Every whole piece of evidence: `aa/<hash>`.
fn evidence(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut all = Vec::new();
    for part in list(folder)? {
        for file in list(&part)? {
            let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(ToOwned::to_owned);
            if let (Some(part), Some(name)) = (name(&part), name(&file))
                && name.len() == 64
            {
                all.push((format!("{part}/{name}"), file));
            }
        }
    }
    Ok(all)
}

/// Every file of a document that is whole: `<hash>/<file>`. What is signed off meanwhile has its name when it is whole, and is in or not.
fn documents(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(ToOwned::to_owned);
    let mut all = Vec::new();
    for document in list(folder)? {
        let Some(hash) = name(&document).filter(|name| name.parse::<ContentHash>().is_ok()) else { continue };
        let files = list(&document)?.into_iter().filter_map(|file| Some((format!("{hash}/{}", name(&file)?), file)));
        all.extend(files);
    }
    Ok(all)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

fn free_name(data: &Path, stem: &str) -> PathBuf {
    let name = |n: u32| data.join(format!("{stem}.{n}.tmp"));
    (0..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

/// Takes a waiting backup in, before anything else opens the folder.
///
/// # Errors
/// When it cannot be read or written; the folder is then as before, with the backup still waiting.
pub fn take_in(data: &Path) -> Result<bool, backup::Error> {
    let pending = data.join(PENDING);
    if !pending.exists() {
        return Ok(false);
    }
    restore(&pending, data)?;
    std::fs::remove_file(&pending)?;
    Ok(true)
}

/// Fills `data` from the backup `file`, which is checked whole before anything is written; says what was in it.
///
/// # Errors
/// When it is damaged, or the disk refuses.
pub fn restore(file: &Path, data: &Path) -> Result<Vec<(String, u64)>, backup::Error> {
    let sections = backup::check(file)?;
    for stale in ["hq", "journal", "history"] {
        match std::fs::remove_dir_all(data.join(stale)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    backup::restore(file, |name| target(data, name))?;
    Ok(sections)
}

/// Names come from a file that somebody brought: only known shapes become paths.
fn target(data: &Path, name: &str) -> Target {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match name.split('/').collect::<Vec<_>>()[..] {
        ["hq.key"] => Target::File(data.join("hq.key")),
        ["snapshot"] => Target::File(data.join("snapshot")),
        ["hq"] => Target::Database(data.join("hq")),
        ["history", base] if plain(base) => Target::Database(data.join("history").join(base)),
        ["evidence", part, hash] if plain(part) && plain(hash) => {
            Target::File(data.join("evidence").join(part).join(hash))
        }
        ["documents", hash, file] if hash.parse::<ContentHash>().is_ok() && plain_file(file) => {
            Target::File(data.join(documents::FOLDER).join(hash).join(file))
        }
        _ => Target::Skip,
    }
}

/// A name such as `document.html.zst`: no part of it is empty, so none leads elsewhere.
fn plain_file(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether a folder holds a collector's data already.
#[must_use]
pub fn is_used(data: &Path) -> bool {
    ["hq", "journal", "snapshot"].iter().any(|name| data.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_backup_never_leaves_the_data_folder() {
        let data = Path::new("/data");
        for name in [
            "../x",
            "history/..",
            "documents/../x",
            "documents/aa/seal.json",
            "evidence/../../x",
            "evidence/aa/..",
            "history/a/b",
            "",
            "/etc/passwd",
            "lock",
        ] {
            assert!(matches!(target(data, name), Target::Skip), "{name}");
        }
        let hash = "0".repeat(64);
        for file in ["..", "../x", "a/b", ".", "", "a..b", "-"] {
            assert!(matches!(target(data, &format!("documents/{hash}/{file}")), Target::Skip), "{file}");
        }
        assert!(matches!(target(data, &format!("documents/{hash}/document.html.zst")), Target::File(_)));
        assert!(matches!(target(data, "history/raw-20261122"), Target::Database(_)));
    }
}
