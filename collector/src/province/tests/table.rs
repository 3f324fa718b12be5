//! Classes, counts and their changes, case by case.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::outcome::Verdict;

use super::build::*;
use crate::fact::AgentState;
use crate::province::{Change, Class, Counts, MOST_CHANGES, Province, View};
use crate::registry::{Entry, Registry};

const V: &str = "350102001-01";

/// A live province with one venue: `a` required each minute, `b` not required.
fn one_venue() -> Province {
    let mut province = empty();
    province.go_live(START_MS);
    let probes = [probe("a", true, 60), probe("b", false, 60)];
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &probes))]));
    province
}

fn class(province: &mut Province) -> Option<Class> {
    province.publish().class(venue(V))
}

fn counts(province: &mut Province, code: &str) -> Counts {
    let view = province.publish();
    view.counts(view.tree.index(place(code)).expect("a place of the table"))
}

#[track_caller]
fn check_by_time(verdict_number: u8, later_ms: u64, heard: bool, expected: Class) {
    let mut province = one_venue();
    province.fold(&stored(
        2,
        agent(1),
        1,
        START_MS,
        vec![(2, outcome(venue(V), "a", verdict(verdict_number), START_MS))],
    ));
    if heard {
        province.heard(agent(1), START_MS + later_ms);
    }
    province.tick(START_MS + later_ms);
    assert_eq!(class(&mut province), Some(expected), "verdict {verdict_number}, {later_ms} ms later, heard {heard}");
}

#[test]
fn the_first_class_that_fits_is_the_one() {
    for (number, class) in [(0, Class::Pass), (1, Class::Degraded), (2, Class::Fail), (3, Class::Unknown)] {
        check_by_time(number, 0, false, class);
        check_by_time(number, 180_000, false, class);
        check_by_time(number, 180_001, false, Class::Silent);
    }
    // 2 × 60 s + 60 s: a failure stays a failure, the rest becomes stale.
    check_by_time(0, 180_000, true, Class::Pass);
    check_by_time(0, 180_001, true, Class::Stale);
    check_by_time(1, 180_001, true, Class::Stale);
    check_by_time(3, 180_001, true, Class::Stale);
    check_by_time(2, 180_001, true, Class::Fail);
}

#[test]
fn nobody_is_late_for_what_hq_could_not_hear() {
    let mut province = one_venue();
    province.hears(false, START_MS + 100_000);
    province.tick(START_MS + 900_000);
    assert_eq!(class(&mut province), Some(Class::Unknown));
    province.hears(true, START_MS + 1_000_000);
    province.tick(START_MS + 1_000_000);
    assert_eq!(class(&mut province), Some(Class::Unknown), "it has its time from then on");
    province.hears(true, START_MS + 1_100_000);
    province.tick(START_MS + 1_180_001);
    assert_eq!(class(&mut province), Some(Class::Silent), "and no more");
}

#[test]
fn a_required_probe_that_never_ran_counts_from_the_description() {
    let mut province = one_venue();
    assert_eq!(class(&mut province), Some(Class::Unknown));
    province.heard(agent(1), START_MS + 180_001);
    province.tick(START_MS + 180_001);
    assert_eq!(class(&mut province), Some(Class::Stale));
}

#[test]
fn a_probe_that_is_not_required_changes_no_class() {
    let mut province = one_venue();
    let news = vec![(2, outcome(venue(V), "a", verdict(0), 0)), (3, outcome(venue(V), "b", verdict(2), 0))];
    province.fold(&stored(2, agent(1), 1, START_MS, news));
    assert_eq!(class(&mut province), Some(Class::Pass));
}

#[test]
fn the_newest_is_kept_by_number_and_a_new_spool_wins() {
    let mut province = one_venue();
    let mut tell = |arrival, spool, number, v| {
        province.fold(&stored(
            arrival,
            agent(1),
            spool,
            START_MS,
            vec![(number, outcome(venue(V), "a", verdict(v), 0))],
        ));
        class(&mut province)
    };
    assert_eq!(tell(2, 1, 10, 2), Some(Class::Fail));
    assert_eq!(tell(3, 1, 9, 0), Some(Class::Fail), "older by number");
    assert_eq!(tell(3, 1, 11, 0), Some(Class::Fail), "folded before");
    assert_eq!(tell(4, 2, 1, 0), Some(Class::Pass), "a new spool");
    assert_eq!(tell(5, 1, 12, 2), Some(Class::Pass), "the old spool again");
}

#[test]
fn a_description_finds_the_outcomes_that_came_before_it() {
    let mut province = empty();
    province.go_live(START_MS);
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(2, outcome(venue(V), "a", verdict(2), 0))]));
    assert_eq!((class(&mut province), counts(&mut province, "35")), (None, Counts::default()));
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &[probe("a", true, 60)]))]));
    assert_eq!(class(&mut province), Some(Class::Fail));
    assert_eq!(counts(&mut province, "350102"), Counts { venues: 1, fail: 1, ..Counts::default() });
}

#[test]
fn a_venue_that_its_agent_does_not_describe_any_more_is_gone_unless_registered() {
    let mut province = one_venue();
    let other = venue("350102001-02");
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, description(&[other], &[]))]));
    assert_eq!(counts(&mut province, "35"), Counts { venues: 1, unknown: 1, ..Counts::default() });
    assert_eq!(class(&mut province), None);
    province.fold(&stored(3, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &[]))]));
    assert_eq!(class(&mut province), None, "the older description came late");
}

#[test]
fn registered_venues_count_as_never_until_heard_of() {
    let mut registry = Registry::default();
    registry.venues.insert(venue(V), Arc::new(Entry { name: Some("大厅".into()), ..Entry::default() }));
    let mut province = with(registry);
    province.go_live(START_MS);
    assert_eq!(counts(&mut province, "3501"), Counts { never: 1, ..Counts::default() });
    province.agent_state(agent(1), AgentState::Pending, &[venue(V)]);
    province.connection(agent(1), true);
    province.heard(agent(1), START_MS);
    assert_eq!(counts(&mut province, "3501"), Counts { never: 1, ..Counts::default() }, "a stranger is nobody");
    province.agent_state(agent(1), AgentState::Accepted, &[venue(V)]);
    province.heard(agent(1), START_MS);
    let expected = Counts { venues: 1, unknown: 1, agents: 1, ..Counts::default() };
    assert_eq!(counts(&mut province, "3501"), expected);
    province.connection(agent(1), false);
    assert_eq!(counts(&mut province, "3501"), Counts { agents: 0, ..expected });
}

#[test]
fn overrides_and_exclusions_move_the_counts() {
    let island = "350128001-01";
    let mut province = empty();
    province.go_live(START_MS);
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(1, description(&[venue(island)], &[]))]));
    let one = Counts { venues: 1, unknown: 1, ..Counts::default() };
    assert_eq!((counts(&mut province, "3501"), counts(&mut province, "350128")), (one, one));
    let mut registry = Registry::default();
    let moved = Entry { parent: Some(place("35")), ..Entry::default() };
    registry.places.insert(place("350128"), Arc::new(moved));
    province.apply_registry(Arc::new(registry.clone()));
    assert_eq!(counts(&mut province, "3501"), Counts::default());
    assert_eq!((counts(&mut province, "350128"), counts(&mut province, "35")), (one, one));
    let view = province.publish();
    let city = view.tree.index(place("3501")).expect("a city");
    assert_eq!(view.venues_within(city).count(), 0);
    let left_out = Entry { exclusion: Some("改造".into()), ..Entry::default() };
    registry.places.insert(place("35"), Arc::new(left_out));
    province.apply_registry(Arc::new(registry));
    assert_eq!(counts(&mut province, "350128"), Counts { excluded: 1, ..Counts::default() });
}

#[test]
fn after_an_outage_nobody_is_late_for_what_hq_could_not_hear() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, outcome(venue(V), "a", verdict(0), START_MS))]));
    let hour = START_MS + 3_600_000;
    province.go_live(hour);
    for (later_ms, expected) in [(0, Class::Pass), (180_000, Class::Pass), (180_001, Class::Silent)] {
        province.tick(hour + later_ms);
        assert_eq!(class(&mut province), Some(expected), "{later_ms}");
    }
    let before = province.publish().venue(venue(V)).and_then(|v| v.since_ms);
    province.go_live(hour + 7_200_000);
    province.tick(hour + 7_200_000);
    assert_eq!(class(&mut province), Some(Class::Silent), "who was silent before stays so");
    assert_eq!(province.publish().venue(venue(V)).and_then(|v| v.since_ms), before);
}

#[test]
fn changes_are_told_live_and_never_on_replay() {
    let mut province = empty();
    let batches = [
        stored(1, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &[probe("a", true, 60)]))]),
        stored(2, agent(1), 1, START_MS, vec![(2, outcome(venue(V), "a", verdict(2), START_MS))]),
    ];
    province.fold(&batches[0]);
    assert_eq!(province.publish().changes.newest().count(), 0);
    province.go_live(START_MS);
    province.fold(&batches[1]);
    let changes = province.publish().changes.clone();
    let told: Vec<_> = changes.newest().map(|c| (c.from, c.to, c.finding.as_ref().map(|f| f.as_str()))).collect();
    assert_eq!(told, [(Some(Class::Unknown), Class::Fail, Some("line.down"))]);
}

#[test]
fn a_quiet_places_last_change_is_told_however_busy_the_others_are_also_after_a_restart() {
    let mut province = empty();
    province.go_live(START_MS);
    let (quiet, busy) = (venue(V), venue("350128001-01"));
    let mut fold = |number, report| province.fold(&stored(number, agent(1), 1, START_MS, vec![(number, report)]));
    fold(1, description(&[quiet, busy], &[probe("a", true, 60)]));
    fold(2, outcome(quiet, "a", verdict(2), START_MS));
    for number in 3..MOST_CHANGES as u64 + 10 {
        let verdict = if number.is_multiple_of(2) { Verdict::Pass } else { verdict(2) };
        fold(number, outcome(busy, "a", verdict, START_MS));
    }
    let told = |view: &View| -> Vec<(VenueId, Class)> {
        let at = view.tree.index(quiet.place).expect("a place");
        view.newest_changes(at, 5).into_iter().map(|change| (change.venue, change.to)).collect()
    };
    let view = province.publish();
    assert!(view.newest_changes(0, 5).iter().all(|change| change.venue == busy));
    assert_eq!(told(&view), [(quiet, Class::Fail)]);
    assert_eq!(view.newest_changes(0, 5).len(), 5);

    let frozen = province.freeze();
    let mut again = empty();
    again.thaw(frozen.head(), frozen.records());
    let view = again.publish();
    assert_eq!(told(&view), [(quiet, Class::Fail)]);
    assert!(view.newest_changes(0, 5).iter().all(|change| change.venue == busy));
}

#[test]
fn a_fault_is_told_however_many_others_are_judged_for_the_first_time() {
    let mut province = empty();
    province.go_live(START_MS);
    let rooms = |town: &str| -> Vec<VenueId> {
        (1..=20).map(|room| VenueId::new(place(town), room).expect("a room")).collect()
    };
    let (fault, others) = (venue(V), [rooms("350128001"), rooms("350102001")].concat());
    let mut fold = |number, report| province.fold(&stored(number, agent(1), 1, START_MS, vec![(number, report)]));
    fold(1, description(&others, &[probe("a", true, 60)]));
    fold(2, outcome(fault, "a", verdict(2), START_MS));
    for (number, other) in (3..).zip(others.iter().filter(|other| **other != fault)) {
        fold(number, outcome(*other, "a", Verdict::Pass, START_MS));
    }
    let view = province.publish();
    let of_fault = |changes: Vec<&Change>| changes.iter().filter(|change| change.to == Class::Fail).count();
    assert_eq!(view.changes_since(0, 0, usize::MAX).len(), 80, "each was new, and then judged");
    assert_eq!(of_fault(view.changes_since(0, 0, 10)), 1);
    assert_eq!(of_fault(view.newest_changes(0, 10)), 1);
    let city = view.tree.index(place("350128")).expect("a place");
    assert_eq!(of_fault(view.newest_changes(city, 10)), 0);
}

#[test]
fn a_publishing_without_news_keeps_its_revision_and_readers_keep_what_they_have() {
    let mut province = one_venue();
    let first = province.publish();
    assert_eq!(province.publish().revision, first.revision);
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, outcome(venue(V), "a", verdict(2), START_MS))]));
    let second = province.publish();
    assert_eq!((first.class(venue(V)), second.class(venue(V))), (Some(Class::Unknown), Some(Class::Fail)));
    assert_eq!(second.touched_since(first.revision), Some(vec![venue(V)]));
    assert_eq!(second.touched_since(second.revision), Some(vec![]));
    assert_eq!(second.touched_since(0), None);
}
