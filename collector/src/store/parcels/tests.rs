//! Long values beside a database: through kills between two writes, damage, and readers meanwhile; what is held of them in memory.

use std::path::PathBuf;

use tempfile::TempDir;

use super::LONGEST;
use crate::store::{Batch, LOG, PARCELS, Store, Use};

fn store(folder: &TempDir) -> Store {
    Store::open(&folder.path().join("hq"), Use::SMALL).expect("opens")
}

fn long(n: u8) -> Vec<u8> {
    vec![n; LONGEST + 1 + usize::from(n)]
}

fn put(store: &Store, pairs: &[(&str, &[u8])]) {
    let mut batch = Batch::new();
    pairs.iter().for_each(|(key, value)| batch.put(key.as_bytes(), value));
    store.commit(batch).expect("commits");
}

fn remove(store: &Store, key: &str) {
    let mut batch = Batch::new();
    batch.remove(key.as_bytes());
    store.commit(batch).expect("commits");
}

fn got(store: &Store, key: &str) -> Option<Vec<u8>> {
    store.get(key.as_bytes()).expect("reads")
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    let files = folder.path().join("hq").join(PARCELS).read_dir();
    let mut files: Vec<PathBuf> = files.into_iter().flatten().map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn long_and_short_values_are_read_as_they_were_put() {
    let folder = tempfile::tempdir().expect("a folder");
    let marked = [super::MAGIC.as_slice(), b"of a caller"].concat();
    let edge = vec![1; LONGEST];
    let pairs: [(&str, &[u8]); 5] = [("a", &long(1)), ("b", b"short"), ("c", &long(3)), ("d", &marked), ("e", &edge)];
    let opened = store(&folder);
    put(&opened, &pairs);
    let told = |store: &Store| {
        let all: Vec<_> = store.all().map(|pair| pair.expect("reads")).collect();
        assert_eq!(all, pairs.map(|(key, value)| (key.as_bytes().to_vec(), value.to_vec())));
        let back: Vec<_> = store.range(b"b", b"d").rev().map(|pair| pair.expect("reads").1).collect();
        assert_eq!(back, [long(3), b"short".to_vec()]);
        pairs.iter().for_each(|(key, value)| assert_eq!(got(store, key).as_deref(), Some(*value), "{key}"));
    };
    told(&opened);
    assert!(opened.disk_bytes() > 2 * LONGEST as u64);
    drop(opened);
    told(&store(&folder));
    assert_eq!(files(&folder).len(), 1, "one file a commit");
    let blobs = folder.path().join("hq/blobs").read_dir().expect("sled's folder").count();
    assert_eq!(blobs, 0, "none in the files that sled does not flush");
}

#[test]
fn a_parcel_goes_with_the_last_value_that_is_needed_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    put(&opened, &[("a", &long(1)), ("b", &long(2))]);
    put(&opened, &[("a", &long(3))]);
    assert_eq!((files(&folder).len(), got(&opened, "b")), (2, Some(long(2))));
    remove(&opened, "b");
    assert_eq!((files(&folder).len(), got(&opened, "b"), got(&opened, "a")), (1, None, Some(long(3))));
    drop(opened);
    // What was found at a start is counted as what was put.
    let opened = store(&folder);
    put(&opened, &[("a", b"short")]);
    assert_eq!((files(&folder).len(), got(&opened, "a").as_deref()), (0, Some(&b"short"[..])));
}

#[test]
fn what_is_not_flushed_lets_nothing_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    put(&opened, &[("a", &long(1))]);
    let mut batch = Batch::new();
    batch.put(b"a", &long(2));
    opened.apply(batch).expect("applies");
    assert_eq!((files(&folder).len(), got(&opened, "a")), (2, Some(long(2))), "a power cut may bring the first back");
    opened.flush().expect("flushes");
    assert_eq!((files(&folder).len(), got(&opened, "a")), (1, Some(long(2))));
}

#[test]
fn what_is_dropped_whole_is_not_looked_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hq");
    let open = || Store::open(&path, Use { is_dropped_whole: true, ..Use::SMALL }).expect("opens");
    let opened = open();
    put(&opened, &[("a", &long(1)), ("b", &long(2))]);
    put(&opened, &[("c", &long(3))]);
    let bytes = opened.disk_bytes();
    drop(opened);
    // No sound parcel: who looked through them would take it away.
    let garbage = files(&folder)[0].with_file_name(format!("{:020}", 7));
    std::fs::write(&garbage, b"garbage").expect("writes");
    let opened = open();
    assert!(garbage.exists() && opened.disk_bytes() >= bytes);
    put(&opened, &[("d", &long(4))]);
    let all: Vec<_> = opened.all().map(|pair| pair.expect("reads").1).collect();
    assert_eq!((all, files(&folder).len()), (vec![long(1), long(2), long(3), long(4)], 4));
    // Nothing is remembered of each value, and nothing goes before all does.
    remove(&opened, "c");
    assert_eq!((got(&opened, "c"), files(&folder).len()), (None, 4));
}

#[test]
fn the_longest_values_in_the_database_are_never_in_the_files_of_sled() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    let edge = vec![1; LONGEST];
    for batch in 0..4 {
        let mut all = Batch::new();
        (0..100).for_each(|n| all.put(format!("record/of some length/{n}/{batch}").as_bytes(), &edge));
        opened.commit(all).expect("commits");
    }
    let blobs = folder.path().join("hq/blobs").read_dir().expect("sled's folder").count();
    assert_eq!((files(&folder).len(), blobs), (0, 0));
}

#[test]
fn a_parcel_whose_batch_never_came_goes_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    put(&opened, &[("a", &long(1))]);
    drop(opened);
    let kept = files(&folder);
    // As a kill between the two leaves it: whole, and cut.
    let bytes = std::fs::read(&kept[0]).expect("reads");
    for (name, bytes) in [("7", &bytes[..]), ("8", &bytes[..20]), ("9", &bytes[..3]), ("10", &[])] {
        std::fs::write(kept[0].with_file_name(format!("{name:0>20}")), bytes).expect("writes");
    }
    let opened = store(&folder);
    assert_eq!((files(&folder), got(&opened, "a")), (kept, Some(long(1))));
    put(&opened, &[("b", &long(2))]);
    drop(opened);
    let opened = store(&folder);
    assert_eq!((got(&opened, "a"), got(&opened, "b")), (Some(long(1)), Some(long(2))));
}

#[test]
fn a_long_value_that_is_damaged_or_gone_costs_itself_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    put(&opened, &[("a", &long(1))]);
    put(&opened, &[("b", &long(2))]);
    put(&opened, &[("c", &long(3))]);
    let files = files(&folder);
    let mut bytes = std::fs::read(&files[0]).expect("reads");
    *bytes.last_mut().expect("bytes") ^= 1;
    std::fs::write(&files[0], bytes).expect("writes");
    std::fs::remove_file(&files[1]).expect("removes");
    let told = |store: &Store| {
        let all: Vec<_> = store.all().map(|pair| pair.expect("reads").1).collect();
        assert_eq!(all, [vec![], vec![], long(3)]);
    };
    told(&opened);
    drop(opened);
    let opened = store(&folder);
    told(&opened);
    put(&opened, &[("a", &long(4)), ("b", &long(5))]);
    assert_eq!((got(&opened, "a"), got(&opened, "b")), (Some(long(4)), Some(long(5))));
}

#[test]
fn who_reads_while_it_is_replaced_reads_the_one_or_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    put(&opened, &[("a", &long(0))]);
    std::thread::scope(|scope| {
        let written = scope.spawn(|| (1..=200).for_each(|n| put(&opened, &[("a", &long(n))])));
        while !written.is_finished() {
            let value = got(&opened, "a").expect("there");
            assert_eq!(value, long(value[0]));
            let value = opened.all().next().expect("there").expect("reads").1;
            assert_eq!(value, long(value[0]));
        }
    });
    assert_eq!(files(&folder).len(), 1);
}

#[test]
fn what_was_written_and_read_is_not_held_in_memory() {
    if !crate::alone::is_alone("store::parcels::tests::what_was_written_and_read_is_not_held_in_memory") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    let record = |n: u32| vec![u8::try_from(n % 251).expect("a byte"); 700_000];
    let key = |n: u32| format!("record/{n:04}");
    let put_and_read = |n: u32| {
        put(&opened, &[(&key(n), &record(n))]);
        assert_eq!(got(&opened, &key(n)), Some(record(n)));
    };
    (0..20).for_each(put_and_read);
    let before = crate::alone::resident();
    (20..220).for_each(put_and_read);
    let grown = crate::alone::resident().saturating_sub(before) >> 20;
    assert!(grown < 24, "200 records of 0.7 MB are 133 MiB; held: {grown} MiB");
}

#[test]
fn the_file_that_is_synced_is_the_one_that_sled_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = store(&folder);
    let len = || std::fs::metadata(folder.path().join("hq").join(LOG)).expect("the log").len();
    let before = len();
    (0..200u32).for_each(|n| put(&opened, &[(&format!("{n}"), &[3; LONGEST])]));
    assert!(len() >= before + 100 * LONGEST as u64);
}
