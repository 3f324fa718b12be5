//! Uploads by table.

use std::time::Duration;

use avow_shared::camera::Reference;
use avow_shared::divisions::Divisions;
use avow_shared::id::SpoolId;
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::wire::Numbered;

use super::*;
use crate::province::{Province, Rules};
use crate::registry::{Entry, Registry};

fn agent(n: u8) -> AgentId {
    AgentId([n; 16])
}

fn store() -> (tempfile::TempDir, EvidenceStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = EvidenceStore::open(folder.path(), 1 << 20).expect("opens");
    (folder, store)
}

/// One venue, registered and no more.
fn province() -> Province {
    let divisions = Divisions::parse("h\n35,,province,x").expect("a table");
    let mut registry = Registry::default();
    registry.venues.insert("35-01".parse().expect("a venue"), std::sync::Arc::new(Entry::default()));
    Province::new(divisions, std::sync::Arc::new(registry), Rules::default())
}

/// A preset was learnt: `bytes` are what it showed.
fn learnt(number: u64, bytes: &[u8]) -> Stored {
    let now = WallTime { at_ms: 1_790_000_000_000, quality: ClockQuality::Free };
    let reference = Reference {
        venue: "35-01".parse().expect("a venue"),
        probe: "front".parse().expect("a probe"),
        preset: 1,
        version: u32::try_from(number).expect("small"),
        taken_at: now,
        position: None,
        picture: Some(Evidence { kind: EvidenceKind::Picture, hash: ContentHash::of(bytes), size: bytes.len() as u32 }),
    };
    Stored {
        arrival: number,
        received_ms: now.at_ms,
        agent: agent(1),
        venue: reference.venue,
        spool: SpoolId([1; 16]),
        sent_at: now,
        produced: number,
        dropped: vec![],
        void: vec![],
        reports: vec![Numbered { number, report: Report::Reference(reference) }],
        refused: vec![],
    }
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
    let view = province().publish();
    let now = SystemTime::now();
    assert_eq!(store.collect(&view, now).expect("collects"), 7);
    assert_eq!(store.collect(&view, now + Duration::from_millis(KEEP_MS + 60_000)).expect("collects"), 0);
    assert!(!store.has(hash));
}

#[test]
fn after_a_restart_the_picture_of_a_reference_is_still_taken_and_it_stays_while_the_reference_is_the_newest() {
    let (folder, store) = store();
    let mut province = province();
    province.fold(&learnt(1, b"the hall"));
    store.note_view(&province.publish());
    let (hash, size) = (ContentHash::of(b"the hall"), 8);
    assert!(matches!(store.put(hash, agent(2), size, 0, b"the hall"), Err(Refused::NotNamed)), "another agent's");
    assert_eq!(store.put(hash, agent(1), size, 0, b"the hall").expect("stored"), Progress::Complete);
    let later = |days: u64| SystemTime::now() + Duration::from_millis(days * KEEP_MS + 60_000);
    assert_eq!(store.collect(&province.publish(), later(400)).expect("collects"), 8);

    // What is here needs no name: names have a bound, and references are many.
    let again = EvidenceStore::open(folder.path(), 1 << 20).expect("opens");
    again.note_view(&province.publish());
    assert_eq!((again.named(hash, agent(1)), again.progress(hash, agent(1))), (None, Progress::Complete));

    province.fold(&learnt(2, b"the hall, painted"));
    assert_eq!(again.collect(&province.publish(), later(0)).expect("collects"), 8, "a day for who looks at it now");
    assert_eq!(again.collect(&province.publish(), later(1)).expect("collects"), 0);
}
