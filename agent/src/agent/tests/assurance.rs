//! Heightened assurance in the whole agent: what runs more often, what is refused, and that it ends by itself.

use avow_shared::assurance::{Assurance, Span};
use avow_shared::meeting::Window;

use super::*;

const MINUTE_MS: u64 = 60_000;
const FAR_END: usize = 4;
const SWEEP: usize = 5;
const MORE: &str = "[[venue.probe]]\nid = \"far-end\"\nname = \"远端声音\"\nkind = \"listen\"\nsource = \"pulse:far\"\n\
    interval_s = 120\n[[venue.probe]]\nid = \"sweep\"\nname = \"扩声\"\nkind = \"sound\"\nplay = \"pulse:a\"\n\
    record = \"pulse:b\"\nstrength = \"full\"\ninterval_s = 86400\n";

fn world() -> World {
    // What is not looked at hardly runs: every run is a report that is signed and, unacknowledged, sent again with the next.
    let config = format!("{}{MORE}", CONFIG.replace("interval_s = 10", "interval_s = 3600"));
    let mut world = World::of(&config, NOON_MS, ClockQuality::Free, false);
    world.connect();
    world
}

impl World {
    /// From now on for so many minutes, with approvals for all rooms of so many from now.
    fn heightened(&mut self, minutes: u64, approved: Option<u64>) {
        self.told_of(minutes, approved, true);
    }

    fn told_of(&mut self, minutes: u64, approved: Option<u64>, freeze: bool) {
        let hq_ms = NOON_MS + self.now.mono_ms;
        let window = |minutes: u64| Window { venue: None, from_ms: hq_ms, to_ms: hq_ms + minutes * MINUTE_MS };
        let spans = vec![Span { window: window(minutes), every_s: 30, freeze }];
        let list = Assurance { as_of_ms: hq_ms, spans, approved: approved.map(window).into_iter().collect() };
        let scope = Scope::Agents(vec![self.agent.reporter().id()]);
        let order = Order { number: 1, given_ms: 1, expires_ms: 2, scope, task: Task::Assurance(list) };
        self.receive(order.seal(&hq()));
    }

    /// So many minutes pass; how often this began. Everything that runs ends at once.
    fn runs(&mut self, of: usize, minutes: u64) -> usize {
        let mut times = 0;
        for _ in 0..minutes * 20 {
            self.pass(3_000);
            while let Some(at) = self.started.first().map(|(_, at, _)| *at) {
                times += usize::from(at == of);
                self.end(at, Found::new(Verdict::Pass, ""));
            }
        }
        times
    }

    fn orders_a_sweep(&mut self, number: u64) -> Option<What> {
        let (venue, probes) = ("350102001-01".parse().expect("a venue"), vec!["sweep".parse().expect("a probe")]);
        let scope = Scope::Agents(vec![self.agent.reporter().id()]);
        let given_ms = NOON_MS + self.now.mono_ms;
        let task = Task::Probe { venue, probes, confirmed: true };
        self.receive(Order { number, given_ms, expires_ms: given_ms + MINUTE_MS, scope, task }.seal(&hq()));
        self.what(SWEEP)
    }
}

#[test]
fn watches_run_more_often_while_it_lasts_and_full_sweeps_do_not() {
    let mut world = world();
    world.runs(FAR_END, 4);
    world.heightened(6, None);
    let hurried = world.runs(FAR_END, 5);
    assert!((8..=11).contains(&hurried), "once in half a minute: {hurried}");
    assert_eq!(world.runs(SWEEP, 1), 0);
    let after = world.runs(FAR_END, 8);
    assert!((3..=5).contains(&after), "once in two minutes again, with no word from HQ: {after}");
}

/// Without a freeze nothing else keeps them: a camera that the schedule may turn would turn every half minute in a room.
#[test]
fn what_turns_and_what_is_loud_does_not_run_more_often() {
    let mut world = world();
    world.runs(FAR_END, 4);
    world.told_of(30, None, false);
    let (cameras, sweeps) = (world.runs(LISTED, 10), world.runs(SWEEP, 10));
    assert!(cameras <= 1 && sweeps == 0, "once an hour, once a day: {cameras} {sweeps}");
}

#[test]
fn what_is_frozen_is_refused_whoever_confirmed_it_until_a_person_at_hq_approves() {
    let mut world = world();
    world.runs(FAR_END, 1);
    world.heightened(30, None);
    assert_eq!(world.orders_a_sweep(10), None);
    assert_eq!(answers(&world).last().copied(), Some((10, AnswerResult::Done)), "it is answered, with no test made");
    let refused = |report: &Report| match report {
        Report::Event(event) if event.code.as_str() == "interlock.refused" => event.text.contains("封网"),
        _ => false,
    };
    assert!(world.sent.iter().any(refused));
    world.pass(10);
    world.heightened(30, Some(10));
    assert!(world.orders_a_sweep(11).is_some());
}

/// HQ keeps out by what a box declares what the box keeps out by its configuration.
#[test]
fn what_a_box_keeps_out_of_a_freeze_hq_knows_by_what_it_declares() {
    let sound = |id: &str, strength: &str| {
        format!(
            "[[venue.probe]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"sound\"\nplay = \"pulse:a\"\nrecord = \"pulse:b\"\n\
             strength = \"{strength}\"\ninterval_s = 86400\n"
        )
    };
    let more = [sound("w", "whisper"), sound("s", "short"), sound("f", "full")].concat();
    let config = Config::parse(&format!("{CONFIG}{MORE}{more}"), Path::new("agent.toml")).expect("good");
    let mut out = Vec::new();
    for exercise in &config.exercises {
        let venue = config.description.venues.iter().find(|venue| venue.id == exercise.name.venue).expect("a venue");
        let declared = venue.probes.iter().find(|probe| probe.id == exercise.name.probe).expect("is declared");
        let limited = declared.limits.iter().map(|limit| limit.value.as_str());
        let by_hq = avow_shared::assurance::is_frozen_out(&declared.kind, limited);
        assert_eq!(by_hq, exercise.work.is_frozen_out(), "{}", declared.id);
        out.extend(by_hq.then(|| declared.id.to_string()));
    }
    assert_eq!(out, ["sweep", "f"]);
}

#[test]
fn without_a_clock_a_freeze_is_noted_every_hour_and_ends_after_a_day_of_the_boxs_life_over_its_starts() {
    let list = |world: &World| {
        let Kept::Told { list, .. } = world.past.assurance.clone() else { panic!("was told") };
        list
    };
    let mut world = world();
    world.runs(FAR_END, 1);
    world.heightened(30, None);
    let config = format!("{}{MORE}", CONFIG.replace("interval_s = 10", "interval_s = 3600"));
    let lived_ms = avow_shared::assurance::REACH_MS - 90 * MINUTE_MS;
    let past = Past { assurance: Kept::Told { list: list(&world), lived_ms }, ..Past::default() };
    let mut again = World::after(past, &config, 60_000, ClockQuality::Unset);
    let venue = "350102001-01".parse().expect("a venue");
    again.runs(FAR_END, 89);
    assert!(again.agent.is_frozen(venue, again.now) && again.lived == 1, "{}", again.lived);
    again.runs(FAR_END, 2);
    assert!(!again.agent.is_frozen(venue, again.now));
}

#[test]
fn a_box_that_starts_anew_while_hq_is_away_goes_on_as_it_was_told_and_ends_by_itself() {
    let mut world = world();
    world.runs(FAR_END, 1);
    world.heightened(30, None);
    let config = format!("{}{MORE}", CONFIG.replace("interval_s = 10", "interval_s = 3600"));
    let wall_ms = NOON_MS + world.now.mono_ms;
    let mut again = World::after(world.past.clone(), &config, wall_ms, ClockQuality::Synced { error_ms: 0 });
    let hurried = again.runs(FAR_END, 10);
    assert!((17..=21).contains(&hurried), "once in half a minute, with no word from HQ: {hurried}");
    assert_eq!(again.runs(SWEEP, 1), 0);
    again.runs(FAR_END, 21);
    let after = again.runs(FAR_END, 8);
    assert!((3..=5).contains(&after), "over: {after}");
}
