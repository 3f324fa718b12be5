//! The invented backup paths stand in every state that there is.

use std::collections::BTreeMap;

use avow_agent::probe::measures::BY_KIND;
use avow_shared::backup::{Kind, Seen, State, UPS_PROVEN, paths};
use avow_shared::divisions::Divisions;
use avow_shared::time::ClockQuality;
use avow_shared::venue::Venue;

use super::super::invent::{Faults, Fill, Inventor};
use super::super::venues::choose;
use super::*;

const NOW: WallTime = WallTime { at_ms: 1_800_000_000_000, quality: ClockQuality::Free };
const HOUR_MS: u64 = 3_600_000;

/// How often each state of each kind occurs among 3 000 venues once their probes by the clock have passed.
fn standings(share: f64) -> BTreeMap<(Kind, State), usize> {
    let mut count = BTreeMap::new();
    for venue in choose(&Divisions::fujian(), 3_000, &[]) {
        let inventor = Inventor::new(venue, 3, Faults { share }, Fill::AsMeasured);
        let description = inventor.description(60.0, 1);
        assert_eq!(description.check(), Ok(()));
        let terms = inventor.terms();
        assert!(terms.is_bounded());
        let last = inventor.last_of_backups(NOW);
        for path in paths(&description.venues[0], Some(&terms)) {
            let standing = path.standing(|probe| seen(&last, probe.as_str()), Some(NOW.at_ms));
            *count.entry((path.kind, standing.state)).or_default() += 1;
        }
        none_is_required(&description.venues[0]);
    }
    count
}

/// As HQ reads an outcome.
fn seen(last: &[Outcome], probe: &str) -> Seen {
    if Inventor::probes().any(|id| id == probe) {
        return Seen { passed_ms: NOW.at_ms, fails: false };
    }
    let Some(outcome) = last.iter().find(|outcome| outcome.probe.as_str() == probe) else { return Seen::default() };
    let proven = outcome.values.iter().find(|value| value.name.as_str() == UPS_PROVEN);
    let passed_ms = match (probe, proven) {
        ("ups", proven) => proven.map_or(0, |hours| NOW.at_ms - hours.number as u64 * HOUR_MS),
        _ if outcome.verdict == Verdict::Pass => outcome.at.at_ms,
        _ => 0,
    };
    Seen { passed_ms, fails: outcome.verdict != Verdict::Pass }
}

fn none_is_required(venue: &Venue) {
    for probe in &venue.probes {
        assert_eq!(probe.required, Inventor::probes().any(|id| id == probe.id.as_str()), "{}", probe.id);
    }
}

#[test]
fn every_kind_of_backup_occurs_in_every_state_and_most_are_proven() {
    let count = standings(0.01);
    let of = |kind, state| count.get(&(kind, state)).copied().unwrap_or(0);
    for kind in [Kind::Terminal, Kind::Microphone, Kind::Platform, Kind::Ups] {
        for state in State::ALL {
            assert!(of(kind, state) > 0, "{kind:?} {state:?}: {count:?}");
        }
        let all: usize = State::ALL.map(|state| of(kind, state)).iter().sum();
        assert!(of(kind, State::Proven) * 100 > all * 65, "{kind:?}: {count:?}");
    }
    assert!(of(Kind::Line, State::Proven) > 2_900 && of(Kind::Other, State::Proven) > 2_900, "{count:?}");
}

#[test]
fn where_nothing_is_wrong_all_were_proven_in_time() {
    assert!(standings(0.0).keys().all(|(_, state)| *state == State::Proven));
}

#[test]
fn what_a_person_asks_for_is_proven_by_it_unless_it_is_broken() {
    let venue: VenueId = "35-01".parse().expect("a venue");
    let mut inventor = Inventor::new(venue, 1, Faults { share: 0.0 }, Fill::AsMeasured);
    for spare in &SPARES {
        let found = inventor.outcome_named(spare.probe.0, NOW).expect("the province has all of them");
        assert_eq!((found.at, &found.verdict), (NOW, &Verdict::Pass), "{}", spare.id);
    }
    let broken = Spares { venue, held: vec![(0, Stands::Broken)] };
    assert_ne!(broken.found_now("call-spare", NOW).expect("it has one").verdict, Verdict::Pass);
    assert_eq!(broken.found_now("ups", NOW), None);
}

#[test]
fn values_and_findings_are_those_of_the_agents_probes() {
    for spare in &SPARES {
        let (_, _, word, _) = spare.probe;
        let measures = BY_KIND.iter().find(|(kind, _)| *kind == word).expect("a kind of the agent").1;
        assert!(spare.values.iter().all(|(measure, _)| measures.contains(measure)), "{}", spare.id);
        assert!(avow_agent::words::of(spare.broken).is_some_and(|words| words.code.starts_with(word)), "{}", spare.id);
    }
}
