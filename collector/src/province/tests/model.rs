//! The fold against a model that keeps every report and looks at all of them again for each answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use proptest::prelude::*;

use super::build::*;
use crate::fact::Stored;
use crate::province::{Class, Counts, Province, Standing};
use crate::registry::{Entry, Registry};

/// What the model remembers of a venue.
#[derive(Default)]
struct Plain {
    described_ms: Option<u64>,
    heard_ms: Option<u64>,
    /// probe → (number, verdict, received)
    outcomes: BTreeMap<&'static str, (u64, u8, u64)>,
}

struct Model {
    registry: Registry,
    venues: BTreeMap<VenueId, Plain>,
}

const PROBES: [(&str, bool); 3] = [("a", true), ("b", true), ("c", false)];
const INTERVAL_S: u32 = 60;

impl Model {
    fn standing(&self, id: VenueId, now_ms: u64) -> Standing {
        let plain = self.venues.get(&id);
        let entry = self.registry.venues.get(&id);
        if entry.is_none() && plain.is_none_or(|p| p.described_ms.is_none()) {
            return Standing::Hidden;
        }
        let excluded = |code: &PlaceCode| self.registry.places.get(code).is_some_and(|e| e.exclusion.is_some());
        if entry.is_some_and(|e| e.exclusion.is_some()) || self.path(id).iter().any(excluded) {
            return Standing::Excluded;
        }
        match plain.and_then(|p| p.heard_ms.map(|heard| (p, heard))) {
            None => Standing::Never,
            Some((plain, heard)) => Standing::Class(class(plain, heard, now_ms)),
        }
    }

    fn path(&self, id: VenueId) -> Vec<PlaceCode> {
        let mut path = vec![self.registry.venues.get(&id).and_then(|e| e.parent).unwrap_or(id.place)];
        while let Some(code) = path.last().copied() {
            let moved = self.registry.places.get(&code).and_then(|e| e.parent);
            let Some(up) = moved.or_else(|| code.parent()) else { break };
            path.push(up);
        }
        path
    }

    fn counts(&self, now_ms: u64) -> BTreeMap<PlaceCode, Counts> {
        let ids: BTreeSet<_> = self.venues.keys().chain(self.registry.venues.keys()).copied().collect();
        let mut all: BTreeMap<_, Counts> = BTreeMap::new();
        for id in ids {
            for code in self.path(id) {
                all.entry(code).or_default().enter(self.standing(id, now_ms));
            }
        }
        all
    }
}

fn class(plain: &Plain, heard_ms: u64, now_ms: u64) -> Class {
    let required = || PROBES.iter().filter(|(_, required)| *required).map(|(id, _)| plain.outcomes.get(id));
    let Some(described_ms) = plain.described_ms else {
        return if now_ms > heard_ms + 180_000 { Class::Silent } else { Class::Unknown };
    };
    let late = |from_ms: u64| now_ms > from_ms + u64::from(INTERVAL_S) * 2_000 + 60_000;
    let says = |wanted| required().flatten().any(|(_, verdict, _)| *verdict == wanted);
    match () {
        () if now_ms > heard_ms + 180_000 => Class::Silent,
        () if says(2) => Class::Fail,
        () if required().any(|o| late(o.map_or(described_ms, |(_, _, received)| *received))) => Class::Stale,
        () if says(3) || required().flatten().count() == 0 => Class::Unknown,
        () if says(1) => Class::Degraded,
        () => Class::Pass,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Describe { venue: usize },
    Outcome { venue: usize, probe: usize, number: u64, verdict: u8 },
    Wait { seconds: u64 },
    Register { venue: usize, exclude: bool, parent: Option<usize> },
    Place { place: usize, exclude: bool, parent: Option<usize> },
}

const VENUES: [&str; 6] = ["350102001-01", "350102001-02", "350128001-01", "3501-01", "35-01", "350102001001-01"];
const PLACES: [&str; 6] = ["35", "3501", "350128", "350102", "350102001", "3502"];

fn any_step() -> impl Strategy<Value = Step> {
    let v = 0..VENUES.len();
    let p = 0..PLACES.len();
    prop_oneof![
        2 => v.clone().prop_map(|venue| Step::Describe { venue }),
        6 => (v.clone(), 0..3usize, 2..30u64, 0..4u8)
            .prop_map(|(venue, probe, number, verdict)| Step::Outcome { venue, probe, number, verdict }),
        2 => (1..200u64).prop_map(|seconds| Step::Wait { seconds }),
        1 => (v, any::<bool>(), proptest::option::of(p.clone()))
            .prop_map(|(venue, exclude, parent)| Step::Register { venue, exclude, parent }),
        1 => (p.clone(), any::<bool>(), proptest::option::of(p))
            .prop_map(|(place, exclude, parent)| Step::Place { place, exclude, parent }),
    ]
}

struct Run {
    province: Province,
    model: Model,
    now_ms: u64,
    log: Vec<Stored>,
    described: BTreeSet<usize>,
}

impl Run {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Describe { venue: at } if self.described.insert(*at) => self.describe(*at),
            Step::Describe { .. } => {}
            Step::Outcome { venue: at, probe, number, verdict: said } => self.outcome(*at, *probe, *number, *said),
            Step::Wait { seconds } => {
                self.now_ms += seconds * 1_000;
                self.province.tick(self.now_ms);
            }
            Step::Register { venue: at, exclude, parent } => {
                self.model
                    .registry
                    .venues
                    .insert(venue(VENUES[*at]), entry(*exclude, parent.map(|p| place(PLACES[p]))));
                self.province.apply_registry(Arc::new(self.model.registry.clone()));
            }
            Step::Place { place: at, exclude, parent } => {
                let code = place(PLACES[*at]);
                let parent = parent.map(|p| place(PLACES[p])).filter(|parent| parent.level() < code.level());
                self.model.registry.places.insert(code, entry(*exclude, parent));
                self.province.apply_registry(Arc::new(self.model.registry.clone()));
            }
        }
    }

    fn send(&mut self, at: usize, number: u64, report: avow_shared::wire::Report) {
        let n = u16::try_from(at).expect("few venues");
        let batch = stored(self.log.len() as u64 + 1, agent(n), 1, self.now_ms, vec![(number, report)]);
        self.province.fold(&batch);
        self.log.push(batch);
        self.model.venues.entry(venue(VENUES[at])).or_default().heard_ms = Some(self.now_ms);
    }

    fn describe(&mut self, at: usize) {
        let probes = PROBES.map(|(id, required)| probe(id, required, INTERVAL_S));
        self.send(at, 1, description(&[venue(VENUES[at])], &probes));
        self.model.venues.entry(venue(VENUES[at])).or_default().described_ms = Some(self.now_ms);
    }

    fn outcome(&mut self, at: usize, probe: usize, number: u64, said: u8) {
        let id = venue(VENUES[at]);
        self.send(at, number, outcome(id, PROBES[probe].0, verdict(said), self.now_ms));
        let held = self.model.venues.entry(id).or_default().outcomes.entry(PROBES[probe].0).or_insert((0, 0, 0));
        if number > held.0 {
            *held = (number, said, self.now_ms);
        }
    }
}

fn entry(exclude: bool, parent: Option<PlaceCode>) -> Arc<Entry> {
    Arc::new(Entry { exclusion: exclude.then(|| "停用".into()), parent, ..Entry::default() })
}

fn all_counts(province: &mut Province) -> BTreeMap<PlaceCode, Counts> {
    let view = province.publish();
    let list = view.tree.divisions().list().iter().zip(0..);
    list.map(|(d, at)| (d.code, view.counts(at))).filter(|(_, counts)| *counts != Counts::default()).collect()
}

fn assert_same(
    mut found: BTreeMap<PlaceCode, Counts>,
    expected: BTreeMap<PlaceCode, Counts>,
) -> Result<(), TestCaseError> {
    for counts in found.values_mut() {
        counts.agents = 0;
    }
    let expected: BTreeMap<_, _> = expected.into_iter().filter(|(_, counts)| *counts != Counts::default()).collect();
    prop_assert_eq!(found, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_place_counts_as_the_model_does_and_replay_gives_the_same(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut province = empty();
        province.go_live(START_MS);
        let model = Model { registry: Registry::default(), venues: BTreeMap::new() };
        let mut run = Run { province, model, now_ms: START_MS, log: vec![], described: BTreeSet::new() };
        for step in &steps {
            run.step(step);
        }
        run.province.tick(run.now_ms);
        assert_same(all_counts(&mut run.province), run.model.counts(run.now_ms))?;

        let mut again = with(run.model.registry.clone());
        run.log.iter().for_each(|batch| again.fold(batch));
        again.go_live(START_MS);
        let soonest = START_MS + 60_001;
        again.tick(run.now_ms.max(soonest));
        run.province.tick(run.now_ms.max(soonest));
        prop_assert_eq!(all_counts(&mut again), all_counts(&mut run.province));
    }
}

#[test]
fn all_18_762_places_fold_right() {
    let mut province = empty();
    province.go_live(START_MS);
    let mut model = Model { registry: Registry::default(), venues: BTreeMap::new() };
    model.registry.places.insert(place("350128"), entry(false, Some(place("35"))));
    model.registry.places.insert(place("350203"), entry(true, None));
    province.apply_registry(Arc::new(model.registry.clone()));
    let probes = PROBES.map(|(id, required)| probe(id, required, INTERVAL_S));
    for (n, division) in fujian().list().iter().enumerate() {
        let id = VenueId::new(division.code, 1).expect("a room");
        let said = u8::try_from(n % 4).expect("small");
        let reports = vec![(1, description(&[id], &probes)), (2, outcome(id, "a", verdict(said), START_MS))];
        let n = u16::try_from(n).expect("fewer than 65 536");
        province.fold(&stored(u64::from(n) + 1, agent(n), 1, START_MS, reports));
        let outcomes = BTreeMap::from([("a", (2, said, START_MS))]);
        model.venues.insert(id, Plain { described_ms: Some(START_MS), heard_ms: Some(START_MS), outcomes });
    }
    let found = all_counts(&mut province);
    assert_eq!(found.len(), 18_762);
    assert_eq!(found[&place("35")].venues + found[&place("35")].excluded, 18_762);
    assert_eq!(found, model.counts(START_MS));
    let sums = |c: &Counts| c.silent + c.fail + c.stale + c.unknown + c.degraded + c.pass == c.venues;
    assert!(found.values().all(sums));
}
