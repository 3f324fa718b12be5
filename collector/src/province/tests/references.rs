//! References of presets: the newest by number, whose they are, how many, and what a snapshot keeps.

use avow_shared::camera::{Position, Reference};
use avow_shared::hash::ContentHash;
use avow_shared::outcome::{Evidence, EvidenceKind};
use avow_shared::wire::Report;

use super::build::*;
use crate::province::{Learnt, MOST_REFERENCES, Province};

const V: &str = "350102001-01";

fn learnt(probe: &str, preset: u8, version: u32) -> Report {
    let hash = ContentHash::of(format!("{probe} {preset} {version}").as_bytes());
    Report::Reference(Reference {
        venue: venue(V),
        probe: probe.parse().expect("a probe of the test"),
        preset,
        version,
        taken_at: wall(START_MS + u64::from(version)),
        position: Some(Position { pan: -100, tilt: 7, zoom: 1_000 }),
        picture: Some(Evidence { kind: EvidenceKind::Picture, hash, size: 20_000 }),
    })
}

fn one_venue() -> Province {
    let mut province = empty();
    province.go_live(START_MS);
    let described = description(&[venue(V)], &[probe("front", true, 60), probe("rear", false, 60)]);
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(1, described)]));
    province
}

fn row(held: Learnt) -> (String, u8, u32) {
    (held.probe.to_string(), held.preset, held.version)
}

fn rows(of: &[(&str, u8, u32)]) -> Vec<(String, u8, u32)> {
    of.iter().map(|(probe, preset, version)| ((*probe).to_owned(), *preset, *version)).collect()
}

/// All that is held.
fn held(province: &mut Province) -> Vec<(String, u8, u32)> {
    let view = province.publish();
    view.venue(venue(V)).expect("the venue").references().into_iter().map(row).collect()
}

/// What the venue's agent compares with.
fn in_force(province: &mut Province) -> Vec<(String, u8, u32)> {
    let view = province.publish();
    view.venue(venue(V)).expect("the venue").references_in_force().into_iter().map(row).collect()
}

#[test]
fn the_newest_reference_of_each_preset_is_kept_by_number_and_never_by_version_or_arrival() {
    let mut province = one_venue();
    let first = vec![(2, learnt("rear", 1, 1)), (3, learnt("front", 2, 1)), (5, learnt("front", 1, 2))];
    province.fold(&stored(2, agent(1), 1, START_MS, first));
    assert_eq!(held(&mut province), rows(&[("front", 1, 2), ("front", 2, 1), ("rear", 1, 1)]));
    province.fold(&stored(3, agent(1), 1, START_MS, vec![(4, learnt("front", 1, 1))]));
    assert_eq!(held(&mut province)[0], rows(&[("front", 1, 2)])[0], "an older one that comes late changes nothing");
    let before = province.publish().revision;
    province.fold(&stored(4, agent(1), 1, START_MS, vec![(6, learnt("front", 1, 3))]));
    assert_eq!(held(&mut province)[0], rows(&[("front", 1, 3)])[0]);
    assert_eq!(province.publish().touched_since(before), Some(vec![venue(V)]), "who looks on is told");
    // The box lost its state: it counts anew, in a spool of its own.
    province.fold(&stored(5, agent(1), 2, START_MS, vec![(1, learnt("front", 1, 1))]));
    assert_eq!(held(&mut province)[0], rows(&[("front", 1, 1)])[0]);
}

#[test]
fn everything_that_a_person_wants_to_know_of_a_reference_is_kept() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, learnt("front", 1, 7))]));
    let view = province.publish();
    let held = view.venue(venue(V)).expect("the venue").references().remove(0);
    assert_eq!((held.agent, held.version, held.taken_ms), (agent(1), 7, START_MS + 7));
    assert_eq!(held.position, Some(Position { pan: -100, tilt: 7, zoom: 1_000 }));
    assert_eq!(held.picture.expect("a picture").hash, ContentHash::of(b"front 1 7"));
}

#[test]
fn references_of_a_camera_that_is_left_out_come_back_with_it_and_those_of_another_key_do_not() {
    let mut province = one_venue();
    let both = vec![(2, learnt("front", 1, 1)), (3, learnt("rear", 1, 1))];
    province.fold(&stored(2, agent(1), 1, START_MS, both));
    let described =
        |probes: &[&str]| description(&[venue(V)], &probes.iter().map(|id| probe(id, true, 60)).collect::<Vec<_>>());
    province.fold(&stored(3, agent(1), 1, START_MS, vec![(4, described(&["rear"]))]));
    assert_eq!(in_force(&mut province), rows(&[("rear", 1, 1)]));
    province.fold(&stored(4, agent(1), 1, START_MS, vec![(5, described(&["front", "rear"]))]));
    assert_eq!(in_force(&mut province), rows(&[("front", 1, 1), ("rear", 1, 1)]), "its agent keeps it too");
    // Another box has no references but those that it learns itself.
    province.fold(&stored(5, agent(2), 9, START_MS, vec![(1, learnt("front", 1, 1))]));
    assert_eq!(in_force(&mut province), rows(&[("rear", 1, 1)]), "not described by it yet");
    province.fold(&stored(6, agent(2), 9, START_MS, vec![(2, described(&["front", "rear"]))]));
    assert_eq!(in_force(&mut province), rows(&[("front", 1, 1)]));
    assert_eq!(held(&mut province), rows(&[("front", 1, 1)]), "and nobody compares with the others");
}

#[test]
fn a_venue_has_room_for_as_many_references_as_an_agent_and_cameras_that_are_not_described_go_first() {
    let mut province = one_venue();
    let mut number = 1;
    let mut tell = |province: &mut Province, probe: &str, preset: u8| {
        number += 1;
        province.fold(&stored(number, agent(1), 1, START_MS, vec![(number, learnt(probe, preset, 1))]));
    };
    tell(&mut province, "front", 0);
    tell(&mut province, "gone", 0);
    for preset in 0..=126 {
        tell(&mut province, "rear", preset);
    }
    let all = held(&mut province);
    assert_eq!(all.len(), MOST_REFERENCES);
    assert!(all.iter().all(|(probe, ..)| probe != "gone") && all[0] == rows(&[("front", 0, 1)])[0], "{all:?}");
    tell(&mut province, "rear", 127);
    let all = held(&mut province);
    assert_eq!((all.len(), &all[0]), (MOST_REFERENCES, &rows(&[("rear", 0, 1)])[0]), "the oldest goes");
}

#[test]
fn a_frozen_province_keeps_the_references_and_their_order() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(3, learnt("front", 1, 2)), (4, learnt("rear", 9, 1))]));
    let frozen = province.freeze();
    let mut again = empty();
    again.thaw(frozen.head(), frozen.records());
    again.go_live(START_MS + 8);
    assert_eq!(in_force(&mut again), rows(&[("front", 1, 2), ("rear", 9, 1)]));
    again.fold(&stored(3, agent(1), 1, START_MS, vec![(2, learnt("front", 1, 1))]));
    assert_eq!(in_force(&mut again)[0], rows(&[("front", 1, 2)])[0]);
}
