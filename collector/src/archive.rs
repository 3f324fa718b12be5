//! What a backup of a collector holds, and where each piece goes when it is taken in again.
//!
//! It is the state of one moment: HQ's key, agents and registry, a snapshot, the history, the evidence, the documents that were signed off. The journal is not
//! in it: a snapshot is the journal folded, and what came later the agents keep for a day and send again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use avow_shared::hash::ContentHash;

use crate::backup::under_way::{Metered, Turn};
use crate::backup::{self, CHUNK, Target, Writer};
use crate::documents;
use crate::history::History;
use crate::ledger::Line;
use crate::province::Frozen;
use crate::snapshot;
use crate::store::Store;

/// The name under which a backup waits in the data folder to be taken in at the next start.
pub const PENDING: &str = "restore.pending";

/// What an upload that waits to be checked is called, with its number behind.
pub const UPLOAD: &str = "restore.upload-";
/// A backup, until its name is taken away.
const BACKUP: &str = "backup.tmp";
/// The snapshot for a backup, until its name is taken away.
const PICTURE: &str = "backup-snapshot.tmp";

/// Writes a backup into a file beside the data that has no name: it goes with whoever has it open, however the program ends. It is whole when this
/// returns, and stands at its beginning. It is not synced: nobody finds it after a cut of power, and the journal's flushes would wait for it.
///
/// `turn` is told how far it is. What there will be is reckoned by what lies on the disk: files are as long in a backup, databases mostly shorter,
/// since on the disk they hold what was replaced, too. Nothing is packed by a backup itself.
///
/// # Errors
/// What the disk says; [`io::ErrorKind::BrokenPipe`] when it is not `wanted` any more, [`io::ErrorKind::StorageFull`] also when the history would pay for
/// it with its oldest days.
pub fn write(
    data: &Path,
    history: &History,
    store: &Store,
    frozen: &Frozen,
    lines: &[Line],
    turn: &Turn,
    wanted: &dyn Fn() -> bool,
) -> io::Result<File> {
    let picture = picture(data, frozen, lines)?;
    let files = || Ok::<_, io::Error>([evidence(&data.join("evidence"))?, documents(&data.join(documents::FOLDER))?]);
    let bases: Vec<(String, u64)> = history
        .databases()
        .map(|name| (format!("history/{name}"), tree_bytes(&data.join("history").join(&name))))
        .collect();
    let of_files = files()?.map(|files| files_bytes(&files));
    let parts = [store.disk_bytes(), picture.metadata()?.len()].into_iter().chain(of_files);
    let mut ahead = Ahead { turn, bytes: parts.chain(bases.iter().map(|(_, bytes)| *bytes)).sum() };
    let room = history.room();
    if ahead.bytes > room {
        let (needs, room) = (ahead.bytes >> 20, room >> 20);
        let why = format!(
            "a backup needs about {needs} MiB on HQ's disk, and {room} MiB are left before the history gives days up"
        );
        return Err(io::Error::new(io::ErrorKind::StorageFull, why));
    }

    let file = Metered::new(without_name(&data.join(BACKUP))?, |bytes| {
        turn.passed(bytes);
        wanted()
    });
    let mut writer = Writer::new(BufWriter::with_capacity(CHUNK, file))?;
    writer.file("hq.key", &data.join("hq.key"))?;
    ahead.begins(store.disk_bytes());
    writer.database("hq", store)?;
    ahead.begins(picture.metadata()?.len());
    writer.stream("snapshot", picture)?;
    history.each_database(|name, store| {
        let name = format!("history/{name}");
        ahead.begins(bases.iter().find(|(base, _)| *base == name).map_or(0, |(_, bytes)| *bytes));
        writer.database(&name, store)
    })?;
    // Looked for again: the databases took their time.
    for (files, (name, bytes)) in files()?.into_iter().zip(["evidence", "documents"].into_iter().zip(of_files)) {
        ahead.begins(bytes);
        for (file, path) in files {
            match File::open(path) {
                // Evidence that nothing names any more goes each hour.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => writer.stream(&format!("{name}/{file}"), opened?)?,
            }
        }
    }
    let mut file = writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.into_inner();
    file.rewind()?;
    Ok(file)
}

/// What is still to come of a backup, by what was reckoned before it began.
struct Ahead<'a> {
    turn: &'a Turn,
    bytes: u64,
}

impl Ahead<'_> {
    /// A part of so many bytes begins: what was wrong about those before is made good.
    fn begins(&mut self, bytes: u64) {
        self.turn.expects(self.bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// A snapshot in a file that has no name.
fn picture(data: &Path, frozen: &Frozen, lines: &[Line]) -> io::Result<File> {
    let path = data.join(PICTURE);
    let opened = snapshot::write(&path, frozen, lines).map_err(io::Error::other).and_then(|()| File::open(&path));
    // Neither is of use to anybody else; whichever is not there need not go.
    for left in [path.with_extension("tmp.part"), path] {
        let _ = std::fs::remove_file(left);
    }
    opened
}

/// It holds HQ's private key: nobody else reads it while it has a name.
fn without_name(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// Bytes of all files in a folder, however deep; what goes meanwhile counts for nothing.
fn tree_bytes(folder: &Path) -> u64 {
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(known) if known.is_dir() => tree_bytes(&entry.path()),
        Ok(known) => known.len(),
        Err(_) => 0,
    };
    folder.read_dir().into_iter().flatten().flatten().map(of).sum()
}

fn files_bytes(files: &[(String, PathBuf)]) -> u64 {
    files.iter().filter_map(|(_, path)| path.metadata().ok()).map(|known| known.len()).sum()
}

/// Removes what a program that was ended in the middle has left in the data folder: backups and pictures half written, uploads half come. To be
/// called when nothing of it is under way.
pub fn tidy(data: &Path) {
    for file in data.read_dir().into_iter().flatten().flatten() {
        if file.file_name().to_str().is_some_and(is_left_over)
            && let Err(error) = std::fs::remove_file(file.path())
        {
            tracing::warn!(path = %file.path().display(), %error, "what a backup left cannot be removed");
        }
    }
}

/// `backup.0.tmp` is what earlier versions called theirs.
fn is_left_over(name: &str) -> bool {
    let of_backup = name.strip_prefix("backup-snapshot").or_else(|| name.strip_prefix("backup"));
    let ends = |rest: &str| rest.starts_with('.') && (rest.ends_with(".tmp") || rest.ends_with(".tmp.part"));
    of_backup.is_some_and(ends) || name.starts_with(UPLOAD)
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

/// Takes a waiting backup in, before anything else opens the folder.
///
/// # Errors
/// When it cannot be read or written; the folder is then as before, with the backup still waiting.
pub fn take_in(data: &Path) -> Result<bool, backup::Error> {
    let pending = data.join(PENDING);
    if !pending.exists() {
        return Ok(false);
    }
    tracing::info!("a backup is taken in; it is checked first");
    restore(&pending, data)?;
    std::fs::remove_file(&pending)?;
    Ok(true)
}

/// Fills `data` from the backup `file`, which is checked whole before anything is written; says what was in it.
///
/// # Errors
/// When it is damaged, or the disk refuses.
pub fn restore(file: &Path, data: &Path) -> Result<Vec<(String, u64)>, backup::Error> {
    restore_while(file, data, |_, _| true)
}

/// What is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// To see whether it is whole.
    Check,
    /// To fill the folder.
    Fill,
}

/// As [`restore`], for as long as `goes_on` says so; it is given the bytes of each piece that was read.
///
/// # Errors
/// As `restore`; `Io` of `BrokenPipe` when it does not go on.
pub fn restore_while(
    file: &Path,
    data: &Path,
    mut goes_on: impl FnMut(Reading, usize) -> bool,
) -> Result<Vec<(String, u64)>, backup::Error> {
    let sections = backup::check_while(file, |bytes| goes_on(Reading::Check, bytes))?;
    for stale in ["hq", "journal", "history"] {
        match std::fs::remove_dir_all(data.join(stale)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    backup::restore_while(file, |name| target(data, name), |bytes| goes_on(Reading::Fill, bytes))?;
    Ok(sections)
}

/// Removes of a restore that was broken off what makes the folder a collector's, HQ's private key first: the next one begins with an empty folder
/// again. Evidence and documents that it put there are named by their content, and stay.
pub fn take_back(data: &Path) {
    let key = std::fs::remove_file(data.join("hq.key"));
    let removed = ["hq", "history"].map(|name| std::fs::remove_dir_all(data.join(name)));
    let removed = [key].into_iter().chain(removed).chain([std::fs::remove_file(data.join("snapshot"))]);
    for error in removed.filter_map(Result::err).filter(|error| error.kind() != io::ErrorKind::NotFound) {
        tracing::warn!(data = %data.display(), %error, "what a restore left cannot be removed");
    }
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
    use std::cell::Cell;

    use super::*;
    use crate::backup::under_way::Place;
    use crate::history::Limits;
    use crate::ledger::Ledger;
    use crate::province::{Province, Rules};
    use crate::store::Use;

    /// A data folder with four pieces of evidence of 1 MiB; whatever is asked for is written until `wanted` says no.
    fn written(data: &Path, turn: &Turn, wanted: &dyn Fn() -> bool) -> io::Result<File> {
        written_within(Limits { disk_percent: 100, ..Limits::default() }, data, turn, wanted)
    }

    fn written_within(limits: Limits, data: &Path, turn: &Turn, wanted: &dyn Fn() -> bool) -> io::Result<File> {
        std::fs::write(data.join("hq.key"), [7; 32]).expect("writes");
        std::fs::create_dir_all(data.join("evidence/aa")).expect("is made");
        for n in 0..4 {
            std::fs::write(data.join("evidence/aa").join(format!("{n:064}")), vec![n; 1 << 20]).expect("writes");
        }
        let history = History::open(&data.join("history"), limits).expect("opens");
        let store = Store::open(&data.join("hq"), Use::SMALL).expect("opens");
        // Of a value that is replaced again and again the disk keeps more than a backup.
        for n in 0..=255 {
            let mut batch = crate::store::Batch::new();
            batch.put(b"key", &[n; 6 << 10]);
            store.apply(batch).expect("is taken");
        }
        store.flush().expect("is written");
        let divisions = avow_shared::divisions::Divisions::fujian();
        let province = Province::new(divisions, std::sync::Arc::default(), Rules::default());
        write(data, &history, &store, &province.freeze(), &Ledger::default().freeze(), turn, wanted)
    }

    fn of_backups(data: &Path) -> Vec<std::ffi::OsString> {
        let names = data.read_dir().expect("reads").flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().starts_with("backup")).collect()
    }

    #[test]
    fn a_backup_has_no_name_and_ends_when_nobody_wants_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let turn = Place::default().take(7).expect("is free");
        let left = Cell::new(3);
        let wanted = || {
            assert!(of_backups(folder.path()).is_empty(), "a kill would leave it");
            left.set(left.get() - 1);
            left.get() > 0
        };
        let given_up = written(folder.path(), &turn, &wanted);
        assert_eq!(given_up.map(drop).map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
        assert_eq!((left.get() <= 0, of_backups(folder.path())), (true, vec![]));
    }

    #[test]
    fn how_far_a_backup_is_comes_near_to_how_long_it_becomes() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::default();
        let turn = place.take(7).expect("is free");
        let told = std::cell::RefCell::new(Vec::new());
        let wanted = || {
            told.borrow_mut().push(place.now().map(|far| (far.bytes, far.about_bytes)).expect("is under way"));
            true
        };
        let file = written(folder.path(), &turn, &wanted).expect("is written");
        let (length, told) = (file.metadata().expect("is there").len(), told.into_inner());
        assert!(
            told.len() > 10 && told.is_sorted() && told.last().is_some_and(|(bytes, _)| *bytes == length),
            "{told:?}"
        );
        // What the disk has of the database beside what is in it is no longer counted once that is written.
        let of_evidence = told.iter().filter(|(bytes, _)| bytes * 2 > length);
        assert!(of_evidence.clone().count() > 3);
        for (_, about) in of_evidence {
            assert!(about.abs_diff(length) * 20 < length, "{about} of {length}");
        }
        let copy = folder.path().join("copy");
        io::copy(&mut &file, &mut File::create(&copy).expect("is made")).expect("is fetched");
        assert!(
            backup::check(&copy).is_ok_and(|sections| sections.len() == 7),
            "it stands at its beginning and is whole"
        );
    }

    #[test]
    fn evidence_that_goes_while_a_backup_is_written_is_not_in_it_and_no_reason_to_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let turn = Place::default().take(7).expect("is free");
        let wanted = || {
            // The first piece is open by now, and the others are found by their names.
            let _ = std::fs::remove_dir_all(folder.path().join("evidence/aa"));
            true
        };
        let mut file = written(folder.path(), &turn, &wanted).expect("is written");
        let copy = folder.path().join("copy");
        io::copy(&mut file, &mut File::create(&copy).expect("is made")).expect("is fetched");
        let sections = backup::check(&copy).expect("is whole");
        let names: Vec<&str> = sections.iter().map(|(name, _)| name.get(..8).unwrap_or(name)).collect();
        assert_eq!((names, sections[3].1), (vec!["hq.key", "hq", "snapshot", "evidence"], 1 << 20));
    }

    #[test]
    fn the_history_gives_up_no_day_for_a_backup() {
        let folder = tempfile::tempdir().expect("a folder");
        let turn = Place::default().take(7).expect("is free");
        let limits = Limits { disk_percent: 0, ..Limits::default() };
        let refused = written_within(limits, folder.path(), &turn, &|| true).expect_err("has no room");
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
        assert!(refused.to_string().contains("0 MiB are left before the history"), "{refused}");
        assert!(of_backups(folder.path()).is_empty());
    }

    #[test]
    fn a_restored_key_is_read_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let turn = Place::default().take(7).expect("is free");
        let mut file = written(folder.path(), &turn, &|| true).expect("is written");
        let copy = folder.path().join("copy");
        io::copy(&mut file, &mut File::create(&copy).expect("is made")).expect("is fetched");
        let elsewhere = folder.path().join("elsewhere");
        restore(&copy, &elsewhere).expect("is restored");
        let mode = std::fs::metadata(elsewhere.join("hq.key")).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_was_left_goes_and_what_is_somebody_s_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let left =
            ["backup.tmp", "backup.3.tmp", "backup-snapshot.0.tmp", "backup-snapshot.tmp.part", "restore.upload-7"];
        let stays = ["restore.pending", "backup.tar", "backups.tmp", "snapshot", "snapshot.part", "hq.key"];
        for name in left.iter().chain(&stays) {
            std::fs::write(folder.path().join(name), "x").expect("writes");
        }
        tidy(folder.path());
        assert!(left.iter().all(|name| !folder.path().join(name).exists()));
        assert!(stays.iter().all(|name| folder.path().join(name).exists()));
    }

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
