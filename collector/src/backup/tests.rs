//! Backups that are whole, cut and changed.

use proptest::prelude::*;

use super::*;

fn sample() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).expect("memory");
    writer.section("one", |section| section.record(b"abc").and_then(|()| section.record(b""))).expect("memory");
    writer.section("empty", |_| Ok(())).expect("memory");
    writer.finish().expect("memory")
}

fn read(bytes: &[u8]) -> Result<Vec<Item>, Error> {
    let mut reader = Reader::new(bytes)?;
    let mut items = Vec::new();
    while let Some(item) = reader.item()? {
        items.push(item);
    }
    Ok(items)
}

#[test]
fn what_is_written_is_read() {
    let expected = vec![
        Item::Section("one".to_owned()),
        Item::Record(b"abc".to_vec()),
        Item::Record(Vec::new()),
        Item::EndOfSection,
        Item::Section("empty".to_owned()),
        Item::EndOfSection,
    ];
    assert_eq!(read(&sample()).expect("whole"), expected);
}

#[test]
fn every_cut_and_every_changed_byte_is_found() {
    let whole = sample();
    for length in 0..whole.len() {
        assert!(matches!(read(&whole[..length]), Err(Error::Damaged(_))), "cut at {length}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(matches!(read(&changed), Err(Error::Damaged(_))), "changed at {at}");
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert!(matches!(read(&longer), Err(Error::Damaged(_))), "more behind the end");
}

#[test]
fn files_and_databases_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("in"), vec![7; 3 * CHUNK + 5]).expect("writes");
    let store = Store::open(&path("db"), crate::store::Use::SMALL).expect("opens");
    let mut batch = Batch::new();
    (0..2_000u32).for_each(|n| batch.put(&n.to_be_bytes(), &[1; 100]));
    store.commit(batch).expect("commits");
    let mut writer = Writer::new(File::create(path("backup")).expect("makes")).expect("writes");
    writer.file("in", &path("in")).expect("writes");
    writer.database("db", &store).expect("writes");
    writer.finish().expect("writes");
    let sections = check(&path("backup")).expect("whole");
    assert_eq!(sections, [("in".to_owned(), 3 * CHUNK as u64 + 5), ("db".to_owned(), 208_000)]);
    let target = |name: &str| match name {
        "in" => Target::File(path("out/in")),
        _ => Target::Database(path("out/db")),
    };
    restore(&path("backup"), target).expect("restores");
    assert_eq!(std::fs::read(path("out/in")).expect("reads"), vec![7; 3 * CHUNK + 5]);
    let again = Store::open(&path("out/db"), crate::store::Use::SMALL).expect("opens");
    assert_eq!(again.all().count(), 2_000);
    assert!(again.all().zip(store.all()).all(|(a, b)| a.expect("reads") == b.expect("reads")));
}

proptest! {
    #[test]
    fn nothing_panics_and_no_length_is_believed(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let with_head = [MAGIC.as_slice(), &[VERSION], &bytes].concat();
        prop_assert!(read(&bytes).is_err() && read(&with_head).is_err());
    }
}
