//! Backup paths: their states by report and by time, and their sums at every place.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::backup::{Kind, State, Terms, UPS_PROVEN, Whose};
use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Chain, Role, Stage};
use avow_shared::wire::Report;
use proptest::prelude::*;

use super::build::*;
use crate::province::{BackupCounts, Province};
use crate::registry::{Entry, Registry};

const V: &str = "350102001-01";
const DAY_MS: u64 = 86_400_000;

/// A backup line that `a` exercises, a second platform that `b` does, and a UPS.
fn described(id: VenueId) -> Report {
    let covers = |name: &str, kind: &str, stage: &str| avow_shared::venue::Probe {
        covers: vec![stage.parse().expect("a stage")],
        kind: kind.into(),
        ..probe(name, false, 60)
    };
    let chain = |name: &str, stage: &str| Chain {
        id: name.parse().expect("a chain"),
        name: name.into(),
        role: Role::Backup,
        stages: vec![Stage { id: stage.parse().expect("a stage"), name: stage.into(), device: None }],
    };
    let probes = [covers("a", "line", "line-2"), covers("b", "http", "cloud"), probe("power", false, 60)];
    let Report::Description(mut all) = description(&[id], &probes) else { unreachable!("it is one") };
    all.venues[0].probes[2].kind = "ups".into();
    all.venues[0].chains = vec![chain("line", "line-2"), chain("second", "cloud")];
    Report::Description(all)
}

struct World {
    province: Province,
    now_ms: u64,
    arrival: u64,
}

impl World {
    fn new() -> Self {
        let mut province = empty();
        province.go_live(START_MS);
        let mut world = Self { province, now_ms: START_MS, arrival: 0 };
        world.say(described(venue(V)));
        world
    }

    fn say(&mut self, report: Report) {
        self.arrival += 1;
        let batch = stored(self.arrival, agent(1), 1, self.now_ms, vec![(self.arrival, report)]);
        self.province.fold(&batch);
    }

    fn found(&mut self, probe: &str, said: u8) {
        self.say(outcome(venue(V), probe, verdict(said), self.now_ms));
    }

    fn supply(&mut self, said: u8, hours: Option<f64>) {
        let Report::Outcome(mut outcome) = outcome(venue(V), "power", verdict(said), self.now_ms) else { return };
        outcome.values = hours.map(|hours| Value::new(UPS_PROVEN, Unit::None, hours)).into_iter().collect();
        self.say(Report::Outcome(outcome));
    }

    fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.province.tick(self.now_ms);
    }

    #[track_caller]
    fn check(&mut self, expected: [State; 3]) {
        let view = self.province.publish();
        let venue = view.venue(venue(V)).expect("a venue");
        let states: Vec<State> = venue.backups().map(|(_, standing)| standing.state).collect();
        assert_eq!(states, expected);
        for code in ["35", "3501", "350102", "350102001"] {
            let counts = view.backup_counts(view.tree.index(place(code)).expect("a place"));
            for (kind, state) in [Kind::Line, Kind::Platform, Kind::Ups].into_iter().zip(expected) {
                let of = counts.of(kind);
                assert_eq!((of.in_state(state), of.paths(), of.venues), (1, 1, 1), "{code} {kind:?}");
            }
            assert_eq!(counts.venues, 1);
        }
    }
}

use State::{Failing, Never, Overdue, Proven};

#[test]
fn a_path_is_proven_by_a_pass_fails_with_its_probe_and_is_overdue_by_time_alone() {
    let mut world = World::new();
    world.check([Never, Never, Never]);
    world.found("a", 0);
    world.found("b", 1);
    world.check([Proven, Never, Never]);
    world.found("b", 2);
    world.check([Proven, Failing, Never]);
    world.found("b", 0);
    world.wait(7 * DAY_MS);
    world.check([Proven, Proven, Never]);
    world.wait(1);
    world.check([Overdue, Overdue, Never]);
    world.found("a", 2);
    world.check([Failing, Overdue, Never]);
    world.found("a", 0);
    world.check([Proven, Overdue, Never]);
}

#[test]
fn a_venue_that_went_silent_still_becomes_overdue() {
    let mut world = World::new();
    world.found("a", 0);
    world.wait(DAY_MS);
    assert_eq!(world.province.publish().class(venue(V)), Some(crate::province::Class::Silent));
    world.check([Proven, Never, Never]);
    world.wait(6 * DAY_MS + 1);
    world.check([Overdue, Never, Never]);
}

#[test]
fn a_supply_is_proven_by_its_battery_and_not_by_answering() {
    let mut world = World::new();
    world.supply(0, None);
    world.check([Never, Never, Never]);
    world.supply(0, Some(24.0 * 89.0));
    world.check([Never, Never, Proven]);
    world.supply(3, None);
    world.check([Never, Never, Proven]);
    world.wait(DAY_MS + 1);
    world.check([Never, Never, Overdue]);
    world.supply(2, Some(0.0));
    world.check([Never, Never, Failing]);
}

#[test]
fn terms_say_within_how_many_days_whichever_comes_first() {
    let terms = |days| {
        let within = vec![(Whose::Chain("line".parse().expect("a chain")), days)];
        Report::Terms(Terms { venue: venue(V), about: vec![], within })
    };
    let mut world = World::new();
    world.found("a", 0);
    world.say(terms(1));
    world.wait(DAY_MS + 1);
    world.check([Overdue, Never, Never]);
    world.say(terms(2));
    world.check([Proven, Never, Never]);
    world.say(described(venue(V)));
    world.check([Proven, Never, Never]);
    world.wait(DAY_MS);
    world.check([Overdue, Never, Never]);
    // Those of the agent that described it before say nothing of another's description.
    let (arrival, now_ms) = (world.arrival + 1, world.now_ms);
    world.province.fold(&stored(arrival, agent(2), 1, now_ms, vec![(1, described(venue(V)))]));
    world.check([Proven, Never, Never]);
}

#[test]
fn a_snapshot_keeps_terms_and_passes_and_its_sums_are_right() {
    let mut world = World::new();
    world.found("a", 0);
    let within = vec![(Whose::Chain("line".parse().expect("a chain")), 1)];
    world.say(Report::Terms(Terms { venue: venue(V), about: vec![], within }));
    let file = tempfile::NamedTempFile::new().expect("a file");
    crate::snapshot::write(file.path(), &world.province.freeze(), &[]).expect("writes");
    let mut province = empty();
    crate::snapshot::read(file.path(), &mut province).expect("reads");
    let mut again = World { province, now_ms: world.now_ms, arrival: world.arrival };
    again.check([Proven, Never, Never]);
    again.province.go_live(again.now_ms + DAY_MS);
    again.now_ms += DAY_MS;
    again.wait(61_000);
    again.check([Overdue, Never, Never]);
}

#[derive(Clone, Debug)]
enum Step {
    Describe(usize),
    Outcome { venue: usize, is_a: bool, verdict: u8 },
    Wait { hours: u64 },
    Register { venue: usize, exclude: bool, parent: Option<usize> },
    Place { place: usize, exclude: bool },
}

const VENUES: [&str; 4] = ["350102001-01", "350128001-01", "3501-01", "350102001001-01"];
const PLACES: [&str; 4] = ["3501", "350128", "350102", "3502"];

fn any_step() -> impl Strategy<Value = Step> {
    let v = 0..VENUES.len();
    prop_oneof![
        2 => v.clone().prop_map(Step::Describe),
        6 => (v.clone(), any::<bool>(), 0..4u8).prop_map(|(venue, is_a, verdict)| Step::Outcome { venue, is_a, verdict }),
        3 => (1..100u64).prop_map(|hours| Step::Wait { hours }),
        1 => (v, any::<bool>(), prop::option::of(0..PLACES.len()))
            .prop_map(|(venue, exclude, parent)| Step::Register { venue, exclude, parent }),
        1 => (0..PLACES.len(), any::<bool>()).prop_map(|(place, exclude)| Step::Place { place, exclude }),
    ]
}

/// What the model remembers of a venue: of `a` and `b`, when each passed and what it said last.
#[derive(Default)]
struct Plain {
    described: bool,
    said: [(u64, u8); 2],
}

fn model_state((passed_ms, last): (u64, u8), now_ms: u64) -> State {
    match () {
        () if last == 2 => Failing,
        () if passed_ms == 0 => Never,
        () if now_ms > passed_ms + 7 * DAY_MS => Overdue,
        () => Proven,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_place_sums_the_paths_that_a_model_of_all_reports_knows(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut province = empty();
        province.go_live(START_MS);
        let (mut now_ms, mut arrival) = (START_MS, 0);
        let (mut registry, mut model) = (Registry::default(), BTreeMap::<usize, Plain>::new());
        for step in steps {
            let mut say = |at: usize, now_ms: u64, report: Report| {
                arrival += 1;
                let from = agent(u16::try_from(at).expect("few"));
                province.fold(&stored(arrival, from, 1, now_ms, vec![(arrival, report)]));
            };
            match step {
                Step::Describe(at) => {
                    say(at, now_ms, described(venue(VENUES[at])));
                    model.entry(at).or_default().described = true;
                }
                Step::Outcome { venue: at, is_a, verdict: said } => {
                    say(at, now_ms, outcome(venue(VENUES[at]), if is_a { "a" } else { "b" }, verdict(said), now_ms));
                    let held = &mut model.entry(at).or_default().said[usize::from(!is_a)];
                    *held = (if said == 0 { now_ms } else { held.0 }, said);
                }
                Step::Wait { hours } => now_ms += hours * 3_600_000,
                Step::Register { venue: at, exclude, parent } => {
                    let parent = parent.map(|p| place(PLACES[p]));
                    let entry = Entry { exclusion: exclude.then(|| "停用".into()), parent, ..Entry::default() };
                    registry.venues.insert(venue(VENUES[at]), Arc::new(entry));
                }
                Step::Place { place: at, exclude } => {
                    let entry = Entry { exclusion: exclude.then(|| "停用".into()), ..Entry::default() };
                    registry.places.insert(place(PLACES[at]), Arc::new(entry));
                }
            }
            province.apply_registry(Arc::new(registry.clone()));
            province.tick(now_ms);
        }
        let view = province.publish();
        let mut expected = BTreeMap::<PlaceCode, BTreeMap<(Kind, State), u32>>::new();
        for (at, plain) in model.iter().filter(|(_, plain)| plain.described) {
            let held = view.venue(venue(VENUES[*at])).expect("a venue");
            if held.class().is_none() {
                continue;
            }
            for up in view.tree.path(held.at) {
                let sums = expected.entry(view.tree.place(up).code).or_default();
                *sums.entry((Kind::Line, model_state(plain.said[0], now_ms))).or_default() += 1;
                *sums.entry((Kind::Platform, model_state(plain.said[1], now_ms))).or_default() += 1;
                *sums.entry((Kind::Ups, Never)).or_default() += 1;
            }
        }
        let mut found = BTreeMap::new();
        for (division, at) in view.tree.divisions().list().iter().zip(0..) {
            let counts = view.backup_counts(at);
            if counts == BackupCounts::default() {
                continue;
            }
            let all = Kind::ALL.into_iter().flat_map(|kind| State::ALL.map(|state| (kind, state)));
            let all = all.map(|(kind, state)| ((kind, state), counts.of(kind).in_state(state)));
            let sums: BTreeMap<_, _> = all.filter(|(_, number)| *number > 0).collect();
            prop_assert_eq!(counts.of(Kind::Line).paths(), counts.venues);
            found.insert(division.code, sums);
        }
        prop_assert_eq!(found, expected);
    }
}
