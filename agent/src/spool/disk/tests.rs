//! A spool on a real disk, through stops of every kind.

use avow_shared::order::{Answer, AnswerResult};
use avow_shared::wire::Report;
use smol_str::SmolStr;

use super::*;
use crate::spool::ledger::Ledger;
use crate::spool::shelf::Shelf;

fn changes(put: &[(u64, u64, &[u8])], remove: &[u64]) -> Changes {
    let put = put.iter().map(|(first, last, bytes)| (Range { first: *first, last: *last }, bytes.to_vec())).collect();
    let meta = postcard::to_allocvec(&Ledger::begin(random_id()).to_store()).expect("encodes");
    Changes { put, remove: remove.to_vec(), meta }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn what_was_committed_is_there_after_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut disk, opened) = Disk::open(&dir.path().join("spool"), 1 << 20);
    assert_eq!((opened.meta, opened.chunks), (None, vec![]));
    disk.commit(&changes(&[(1, 5, b"one"), (6, 9, b"two")], &[])).expect("commits");
    disk.commit(&changes(&[(10, 10, b"three")], &[1])).expect("commits");
    copy(&dir.path().join("spool"), &dir.path().join("killed"));
    let (mut again, opened) = Disk::open(&dir.path().join("killed"), 1 << 20);
    assert!(opened.meta.is_some());
    assert_eq!(opened.chunks, [(Range { first: 6, last: 9 }, 3), (Range { first: 10, last: 10 }, 5)]);
    assert_eq!(again.read(6).expect("reads"), Some(b"two".to_vec()));
    assert_eq!(again.read(1).expect("reads"), None);
}

#[test]
fn chunks_lie_where_they_are_synced_with_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("spool");
    let (mut disk, _) = Disk::open(&folder, 1 << 30);
    let mut shelf = Shelf::default();
    // The shortest weigh most beside their numbers.
    let shortest = Report::Answer(Answer { order: 1, result: AnswerResult::Done, detail: SmolStr::default() });
    for number in 0..40_000 {
        shelf.add(u64::MAX / 2 + number, shortest.clone());
    }
    let put = shelf.to_write();
    assert!(put.len() > 3 * 17 && put.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 500_000);
    let meta = postcard::to_allocvec(&Ledger::begin(random_id()).to_store()).expect("encodes");
    disk.commit(&Changes { put, remove: vec![], meta }).expect("commits");
    assert_eq!(std::fs::read_dir(folder.join("blobs")).expect("sled's folder").count(), 0);
    assert!(std::fs::metadata(folder.join("db")).expect("the log that is synced").len() > 500_000);
}

#[test]
fn a_snapshot_that_was_half_written_when_the_power_went_damages_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("spool");
    let (mut disk, _) = Disk::open(&folder, 1 << 20);
    disk.commit(&changes(&[(1, 5, b"one")], &[])).expect("commits");
    drop(disk);
    // As by sled: behind the newest in any order of names, and of any length.
    for half in [&b""[..], &[7; 100]] {
        std::fs::write(folder.join("snap.FFFFFFFFFFFFFFFF.generating"), half).expect("writes");
        let (_, opened) = Disk::open(&folder, 1 << 20);
        assert_eq!((opened.set_aside, opened.chunks.len()), (None, 1));
    }
    assert!(Disk::look(&folder, 1 << 20).is_ok());
}

#[test]
fn a_damaged_spool_is_set_aside_and_another_is_begun() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("spool");
    let (mut disk, _) = Disk::open(&folder, 1 << 20);
    disk.commit(&changes(&[(1, 5, &[7; 5_000])], &[])).expect("commits");
    drop(disk);
    let mut db = std::fs::read(folder.join("db")).expect("reads");
    db.iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(folder.join("db"), db).expect("writes");
    let (mut again, opened) = Disk::open(&folder, 1 << 20);
    assert_eq!((opened.meta, opened.chunks), (None, vec![]));
    assert!(opened.set_aside.is_some_and(|aside| aside.join("db").exists()), "nothing is deleted");
    again.commit(&changes(&[(1, 1, b"new")], &[])).expect("goes on");
}

#[test]
fn who_looks_makes_nothing_and_sets_nothing_aside() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("spool");
    assert_eq!(Disk::look(&folder, 1 << 20).expect("looks").meta, None);
    assert!(!folder.exists());
    let (mut disk, _) = Disk::open(&folder, 1 << 20);
    disk.commit(&changes(&[(1, 5, &[7; 5_000])], &[])).expect("commits");
    drop(disk);
    assert_eq!(Disk::look(&folder, 1 << 20).expect("looks").chunks.len(), 1);
    let db = std::fs::read(folder.join("db")).expect("reads");
    std::fs::write(folder.join("db"), db.iter().map(|byte| byte ^ 0x5a).collect::<Vec<u8>>()).expect("writes");
    assert!(Disk::look(&folder, 1 << 20).is_err());
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "the damaged one is where it was");
}

#[test]
fn a_disk_in_trouble_is_not_damage_and_is_opened_later() {
    let dir = tempfile::tempdir().expect("a folder");
    let parent = dir.path().join("mount");
    std::fs::write(&parent, b"in the way").expect("writes");
    let (mut disk, opened) = Disk::open(&parent.join("spool"), 1 << 20);
    assert_eq!(opened.meta, None);
    assert!(matches!(disk.commit(&changes(&[], &[])), Err(Error::Unavailable { .. })));
    std::fs::remove_file(&parent).expect("removes");
    let Err(Error::BegunAnew(opened)) = disk.commit(&changes(&[], &[])) else { panic!("it says what it holds first") };
    assert_eq!(opened.set_aside, None);
    disk.commit(&changes(&[(1, 1, b"x")], &[])).expect("goes on");
}

#[test]
fn a_folder_that_has_grown_past_its_bound_gives_space_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("spool");
    let (mut disk, _) = Disk::open(&folder, 2 << 20);
    for first in 1..=120u64 {
        let noise: Vec<u8> = (0..60_000u64).map(|i| ((i * first * 2_654_435_761) >> 13) as u8).collect();
        let remove: Vec<u64> = first.checked_sub(2).into_iter().filter(|n| *n > 0).collect();
        disk.commit(&changes(&[(first, first, &noise)], &remove)).expect("commits");
    }
    assert!(folder_bytes(&folder) < 5 << 20, "{} bytes", folder_bytes(&folder));
    assert!(!next(&folder).exists() && !folder.with_extension("old").exists());
    drop(disk);
    let (_, opened) = Disk::open(&folder, 2 << 20);
    assert_eq!(opened.chunks.iter().map(|(range, _)| range.first).collect::<Vec<_>>(), [119, 120]);
}

fn folder_bytes(folder: &Path) -> u64 {
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => folder_bytes(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    std::fs::read_dir(folder).expect("a folder").flatten().map(size).sum()
}

#[test]
fn an_interrupted_move_ends_with_one_whole_spool() {
    let whole = |dir: &Path, name: &str, number: u64| {
        let (mut disk, _) = Disk::open(&dir.join(name), 1 << 20);
        disk.commit(&changes(&[(number, number, b"x")], &[])).expect("commits");
    };
    let check = |prepare: &dyn Fn(&Path), expected: u64| {
        let dir = tempfile::tempdir().expect("a folder");
        prepare(dir.path());
        let (_, opened) = Disk::open(&dir.path().join("spool"), 1 << 20);
        assert_eq!(opened.chunks[0].0.first, expected);
        assert!(!dir.path().join("spool.next").exists() && !dir.path().join("spool.old").exists());
    };
    let incomplete = |dir: &Path| {
        whole(dir, "spool", 1);
        whole(dir, "other", 2);
        std::fs::rename(dir.join("other"), dir.join("spool.next")).expect("moves");
    };
    check(&incomplete, 1);
    let complete = |dir: &Path| {
        incomplete(dir);
        std::fs::write(dir.join("spool.next/complete"), b"").expect("writes");
    };
    check(&complete, 2);
    let between = |dir: &Path| {
        complete(dir);
        std::fs::rename(dir.join("spool"), dir.join("spool.old")).expect("moves");
    };
    check(&between, 2);
    let last = |dir: &Path| {
        between(dir);
        std::fs::remove_file(dir.join("spool.next/complete")).expect("removes");
    };
    check(&last, 2);
}
