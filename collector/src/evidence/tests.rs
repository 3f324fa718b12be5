//! Uploads by table.

use std::time::Duration;

use super::*;

fn agent(n: u8) -> AgentId {
    AgentId([n; 16])
}

fn store() -> (tempfile::TempDir, EvidenceStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = EvidenceStore::open(folder.path(), 1 << 20).expect("opens");
    (folder, store)
}

fn named(store: &EvidenceStore, bytes: &[u8]) -> (ContentHash, u32) {
    let (hash, size) = (ContentHash::of(bytes), u32::try_from(bytes.len()).expect("small"));
    store.name(agent(1), &Evidence { kind: EvidenceKind::Picture, hash, size });
    (hash, size)
}

#[test]
fn a_piece_that_comes_in_parts_is_complete_with_the_last() {
    let (_folder, store) = store();
    let (hash, size) = named(&store, b"picture");
    assert_eq!(store.put(hash, agent(1), size, 0, b"pic").expect("a part"), Progress::Partial(3));
    assert_eq!(store.progress(hash, agent(1)), Progress::Partial(3));
    assert!(matches!(store.put(hash, agent(1), size, 4, b"ure"), Err(Refused::Offset { expected: 3 })));
    assert_eq!(store.put(hash, agent(1), size, 3, b"ture").expect("the rest"), Progress::Complete);
    assert_eq!(store.read(hash).expect("reads").as_deref(), Some(b"picture".as_slice()));
    assert_eq!(store.put(hash, agent(1), size, 0, b"picture").expect("again"), Progress::Complete);
}

#[test]
fn what_no_report_of_this_agent_names_is_not_taken() {
    let (_folder, store) = store();
    let (hash, size) = named(&store, b"picture");
    assert!(matches!(store.put(hash, agent(2), size, 0, b"picture"), Err(Refused::NotNamed)));
    assert!(matches!(store.put(ContentHash([0; 32]), agent(1), 1, 0, b"x"), Err(Refused::NotNamed)));
    assert!(matches!(store.put(hash, agent(1), 9, 0, b"picture++"), Err(Refused::Size { named: 7 })));
    assert!(matches!(store.put(hash, agent(1), size, 0, b"picture++"), Err(Refused::TooLong)));
}

#[test]
fn bytes_with_another_hash_are_thrown_away() {
    let (_folder, store) = store();
    let (hash, size) = named(&store, b"picture");
    assert!(matches!(store.put(hash, agent(1), size, 0, b"PICTURE"), Err(Refused::Hash)));
    assert_eq!((store.progress(hash, agent(1)), store.has(hash)), (Progress::Partial(0), false));
}

#[test]
fn what_no_newest_outcome_names_goes_after_a_day() {
    let (_folder, store) = store();
    let (hash, size) = named(&store, b"picture");
    store.put(hash, agent(1), size, 0, b"picture").expect("stored");
    let mut province = crate::province::Province::new(
        avow_shared::divisions::Divisions::parse("h\n35,,province,x").expect("a table"),
        std::sync::Arc::default(),
        crate::province::Rules::default(),
    );
    let view = province.publish();
    let now = SystemTime::now();
    assert_eq!(store.collect(&view, now).expect("collects"), 7);
    assert_eq!(store.collect(&view, now + Duration::from_millis(KEEP_MS + 60_000)).expect("collects"), 0);
    assert!(!store.has(hash));
}
