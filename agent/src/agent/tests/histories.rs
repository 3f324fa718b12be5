//! Whatever happens in whatever order: no scheduled test that is heard or moves begins or goes on while the facts forbid it, no roll call
//! and no inspection disturbs a meeting, and each is answered once.

use std::collections::BTreeSet;

use avow_shared::roll_call::{Call, Depth, Phase};

use super::*;

const PIR: usize = 4;
const TERMINAL: usize = 5;
const VENUE: &str = "350102001-01";

/// What may happen.
#[derive(Clone, Debug)]
enum Happens {
    /// Time passes by the agent's own wish, so often.
    Wakes(u8),
    /// And by this much at once, as on a box that was too busy.
    Seconds(u32),
    /// HQ tells of one meeting: begins in so many seconds, lasts so many.
    List(u32, u32),
    /// Of none.
    NoMeetings,
    /// Of what it said an hour ago.
    OldList,
    Call(Option<bool>),
    People(Option<bool>),
    OnSite(bool),
    /// The own clock is set by so many seconds, or was never set.
    Clock(i32),
    Unset,
    /// HQ says welcome.
    Welcome,
    /// HQ calls the roll, confirmed or not, and waits for so many seconds.
    RollCall(bool, u32),
    /// HQ inspects the venue, confirmed or not.
    Inspect(bool),
}

fn happens() -> impl Strategy<Value = Happens> {
    let word = || prop_oneof![1 => Just(None), 1 => Just(Some(true)), 3 => Just(Some(false))];
    prop_oneof![
        8 => (1..8u8).prop_map(Happens::Wakes),
        3 => (1..200u32).prop_map(Happens::Seconds),
        1 => (80_000..100_000u32).prop_map(Happens::Seconds),
        2 => (0..300u32, 1..900u32).prop_map(|(from, lasts)| Happens::List(from, lasts)),
        3 => Just(Happens::NoMeetings),
        1 => Just(Happens::OldList),
        2 => word().prop_map(Happens::Call),
        2 => word().prop_map(Happens::People),
        1 => any::<bool>().prop_map(Happens::OnSite),
        1 => (-40_000..40_000i32).prop_map(Happens::Clock),
        1 => Just(Happens::Unset),
        3 => Just(Happens::Welcome),
        2 => (any::<bool>(), 4..120u32).prop_map(|(confirmed, within)| Happens::RollCall(confirmed, within)),
        2 => any::<bool>().prop_map(Happens::Inspect),
    ]
}

/// What is true, beside what the agent makes of it.
#[derive(Debug, Default)]
struct Truth {
    /// HQ's newest list: from, to, and when it was sent; monotonic, as HQ's clock is.
    list: Option<(u64, u64, u64)>,
    call: Option<bool>,
    people: Option<bool>,
    on_site: bool,
    moved: usize,
    /// Beside those, for a roll call or an inspection.
    called: usize,
}

struct Story {
    world: World,
    truth: Truth,
    /// By call: when it is over, monotonic, and what was told of it.
    calls: BTreeMap<u64, (u64, Vec<Phase>)>,
    /// By order of an inspection: whether it was taken, and what was answered.
    inspections: BTreeMap<u64, (bool, BTreeSet<String>)>,
    /// Runs that have begun.
    begun: Vec<u64>,
}

impl Story {
    fn new(truth: Truth) -> Self {
        let more = "[[venue.probe]]\nid = \"pir\"\nname = \"人体\"\nkind = \"input\"\nline = \"gpio:3\"\nnormal = \"low\"\n\
                    interval_s = 10\n\
                    [[venue.probe]]\nid = \"terminal\"\nname = \"终端\"\nkind = \"device\"\nprofile = \"codec-http\"\n\
                    address = \"10.0.0.9\"\ninterval_s = 10\n";
        let config =
            format!("{CONFIG}{more}").replace("quiet = [\"22:00-07:00\"]", &format!("occupancy = [\"{VENUE}/pir\"]"));
        let mut world = World::after(Past::default(), &config, NOON_MS, ClockQuality::Free);
        world.connect();
        Self { world, truth, calls: BTreeMap::new(), inspections: BTreeMap::new(), begun: Vec::new() }
    }

    fn called(&mut self, confirmed: bool, within_s: u32) {
        let (number, given_ms) = (self.hq_ms(), self.hq_ms());
        let within_ms = u64::from(within_s) * 1_000;
        let until_ms = given_ms + within_ms;
        let call = Call { call: number, depth: Depth::Proven, venues: vec![], spared: vec![], until_ms, confirmed };
        let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
        let order = Order { number, given_ms, expires_ms: until_ms, scope, task: Task::Call(call) };
        self.calls.entry(number).or_insert((self.world.now.mono_ms + within_ms, vec![]));
        self.world.receive(order.seal(&hq()));
    }

    fn inspected(&mut self, confirmed: bool) {
        // Two of one millisecond are one.
        self.world.now.mono_ms += 1;
        let (number, given_ms, venue) = (self.hq_ms(), self.hq_ms(), VENUE.parse().expect("a venue"));
        let scope = Scope::Places { within: vec!["35".parse().expect("a place")], except: vec![] };
        let task = Task::Inspect { venue, probes: vec![], confirmed };
        self.world.receive(Order { number, given_ms, expires_ms: given_ms + 60_000, scope, task }.seal(&hq()));
        let is_it = |party: &Party| matches!(party.asked, Asked::Inspection(order) if order == number);
        let is_answered = answers(&self.world).iter().any(|(order, _)| *order == number);
        let is_taken = is_answered || self.world.agent.parties.values().any(is_it);
        self.inspections.insert(number, (is_taken, BTreeSet::new()));
    }

    /// Takes what was told of calls and inspections: nothing comes after the answer, and nothing was overridden.
    fn hear(&mut self) {
        for report in &self.world.sent {
            if let Report::Answer(answer) = report
                && let Some((_, told)) = self.inspections.get_mut(&answer.order)
            {
                told.insert(format!("{:?} {}", answer.result, answer.detail));
                assert_eq!(told.len(), 1, "{}: {told:?}", answer.order);
            }
            if let Report::Event(event) = report {
                assert_ne!(event.code.as_str(), "interlock.overridden");
            }
            let Report::Called(told) = report else { continue };
            let (_, phases) = self.calls.get_mut(&told.call).expect("nobody answers what was not asked");
            // An HQ that knows less than it did is told again.
            let is_new = !phases.contains(&told.phase);
            let is_over = phases.iter().any(|phase| matches!(phase, Phase::Done(_)));
            assert!(!is_new || !is_over, "{:?} after {phases:?}", told.phase);
            if is_new {
                phases.push(told.phase.clone());
            }
        }
    }

    /// Whoever said that he had heard has answered when the time is up, and an inspection that was taken when its probes have ended.
    fn answered_all(&mut self) {
        for _ in 0..6 {
            self.answer();
            for at in [LISTED, UNLISTED] {
                if self.world.what(at).is_some() {
                    self.world.end(at, Found::new(Verdict::Pass, ""));
                }
            }
            self.world.pass(5_000);
        }
        self.world.pass(200_000);
        self.hear();
        for (order, (is_taken, told)) in &self.inspections {
            assert_eq!(told.len(), usize::from(*is_taken), "{order}: {told:?}");
        }
        for (call, (_, phases)) in &self.calls {
            let done = phases.iter().filter(|phase| matches!(phase, Phase::Done(_))).count();
            assert_eq!(done, usize::from(!phases.is_empty()), "{call}: {phases:?}");
        }
    }

    fn hq_ms(&self) -> u64 {
        NOON_MS + self.world.now.mono_ms
    }

    fn list(&mut self, from_s: u32, lasts_s: u32) {
        let from = self.world.now.mono_ms + u64::from(from_s) * 1_000;
        let to = from + u64::from(lasts_s) * 1_000;
        let windows = if lasts_s == 0 {
            vec![]
        } else {
            vec![Window { venue: None, from_ms: NOON_MS + from, to_ms: NOON_MS + to }]
        };
        // Two of one millisecond are one.
        self.world.now.mono_ms += 1;
        self.truth.list = Some((from, if lasts_s == 0 { from } else { to }, self.world.now.mono_ms));
        self.world.told_list(MeetingList { as_of_ms: self.hq_ms(), windows });
    }

    fn happen(&mut self, what: &Happens) {
        // What HQ has is not sent again and again.
        let produced = self.world.agent.reporter().keeper().ledger().produced();
        let ack = avow_shared::wire::Ack { issued_ms: self.hq_ms(), ..self.world.ack(produced) };
        self.world.receive(ack.seal(&hq()));
        self.hear();
        self.world.sent.clear();
        match *what {
            Happens::Wakes(times) => {
                for _ in 0..times {
                    let wake = self.world.agent.wake_ms(self.world.now);
                    let wait = wake.saturating_sub(self.world.now.mono_ms).clamp(1, 5_000);
                    self.world.pass(wait);
                    self.check();
                    self.answer();
                    self.check();
                }
            }
            Happens::Seconds(seconds) => self.world.pass(u64::from(seconds) * 1_000),
            Happens::List(from_s, lasts_s) => self.list(from_s, lasts_s),
            Happens::NoMeetings => self.list(0, 0),
            Happens::OldList => {
                let list = MeetingList { as_of_ms: self.hq_ms().saturating_sub(3_600_000), windows: vec![] };
                if self.truth.list.is_some_and(|(_, _, at)| at + 3_600_000 > self.world.now.mono_ms) {
                    self.world.told_list(list);
                }
            }
            Happens::Call(word) => self.truth.call = word,
            Happens::People(word) => self.truth.people = word,
            Happens::OnSite(on) => {
                self.truth.on_site = on;
                self.world.ask(Request::Meeting { on });
            }
            Happens::Clock(by_s) => {
                let wall = &mut self.world.now.wall;
                wall.at_ms = wall.at_ms.saturating_add_signed(i64::from(by_s) * 1_000).max(EARLIEST_MS);
                wall.quality = ClockQuality::Free;
                self.world.tick(self.world.now.mono_ms);
            }
            Happens::Unset => {
                self.world.now.wall.quality = ClockQuality::Unset;
                self.world.tick(self.world.now.mono_ms);
            }
            Happens::RollCall(confirmed, within_s) => self.called(confirmed, within_s),
            Happens::Inspect(confirmed) => self.inspected(confirmed),
            Happens::Welcome => {
                let wall = self.world.now.wall;
                self.world.now.wall.at_ms = self.hq_ms();
                self.world.welcomed_by(&hq());
                self.world.now.wall = wall;
            }
        }
        self.check();
        self.answer();
        self.check();
    }

    /// Everything that runs ends, but the camera's test, which takes its time. Each takes a moment: where time stands still, a terminal that
    /// says nothing is asked again and again.
    fn answer(&mut self) {
        let cancelled = std::mem::take(&mut self.world.cancelled);
        for ticket in cancelled {
            self.world.started.retain(|(running, ..)| *running != ticket);
            self.world.apply(Event::Ended { ticket, ended: Ended::Aborted, took_ms: 7 });
        }
        let moves = |(_, at, what): &&(u64, usize, What)| *at == LISTED && *what == MOVED;
        let mut rounds = 0;
        while let Some(at) = self.world.started.iter().find(|run| !moves(run)).map(|(_, at, _)| *at) {
            rounds += 1;
            assert!(rounds < 100, "it begins without end: {:?} {:?}", self.world.started, self.truth);
            self.world.now.mono_ms += 1;
            let level = |high: bool| vec![probe::measures::INPUT_LEVEL.of(f64::from(u8::from(high)))];
            let well = Found::new(Verdict::Pass, "");
            let found = match at {
                PIR => self.truth.people.map_or_else(|| Found::missing(""), |on| well.with_values(level(on))),
                TERMINAL => Found { in_call: self.truth.call, ..well },
                _ => well,
            };
            self.world.end(at, found);
        }
        if self.world.now.mono_ms.is_multiple_of(3) && self.world.what(LISTED) == Some(MOVED) {
            self.world.end(LISTED, Found::new(Verdict::Pass, ""));
        }
    }

    /// What moves was not given up: then nothing may speak against it, neither by the agent's facts nor by what is true.
    fn check(&mut self) {
        let cancelled = self.world.cancelled.clone();
        let moves = |(ticket, at, what): &(u64, usize, What)| {
            matches!(*at, LISTED | UNLISTED) && *what == MOVED && !cancelled.contains(ticket)
        };
        let moving: Vec<(u64, usize)> =
            self.world.started.iter().filter(|run| moves(run)).map(|(ticket, at, _)| (*ticket, *at)).collect();
        let is_scheduled =
            |ticket: &u64| self.world.agent.running.get(ticket).is_some_and(|run| run.whom == For::Schedule);
        let (scheduled, called): (Vec<_>, Vec<_>) = moving.into_iter().partition(|(ticket, _)| is_scheduled(ticket));
        for (ticket, at) in called {
            self.check_called(ticket, at);
        }
        if scheduled.is_empty() {
            return;
        }
        assert!(scheduled.iter().all(|(_, at)| *at == LISTED), "the other is not on the list");
        self.truth.moved += 1;
        let now = self.world.now;
        let facts = self.world.agent.facts(&self.world.agent.config.exercises[LISTED], now);
        assert_eq!(avow_shared::interlock::greatest(&facts), Disturbance::Motion, "{facts:?}");
        assert!(!self.truth.on_site, "somebody said that there is a meeting");
        let (from, to, at) = self.truth.list.expect("HQ told of meetings");
        assert!(now.mono_ms - at <= 24 * 3_600_000, "the list is old");
        assert!(now.mono_ms < from || now.mono_ms >= to, "{} lies in {from}..{to}", now.mono_ms);
        assert!(facts.in_call == Some(false) && !facts.occupied, "the sensors' last words");
    }

    /// A roll call or an inspection moves what somebody agreed to; it begins nothing that a meeting, or what is not known of one, stands against, and
    /// goes on with nothing through one.
    fn check_called(&mut self, ticket: u64, at: usize) {
        self.truth.called += 1;
        let now = self.world.now;
        let facts = self.world.agent.facts(&self.world.agent.config.exercises[at], now).for_person();
        assert!(!facts.meeting && facts.in_call != Some(true) && !self.truth.on_site, "{facts:?}");
        if !self.begun.contains(&ticket) {
            self.begun.push(ticket);
            assert_eq!(avow_shared::interlock::greatest(&facts), Disturbance::Motion, "{facts:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_history_has_a_scheduled_test_disturb_a_room_that_must_not_be(story in prop::collection::vec(happens(), 1..40)) {
        let mut told = Story::new(Truth::default());
        story.iter().for_each(|what| told.happen(what));
        told.answered_all();
    }
}

#[test]
fn a_quiet_history_has_the_cameras_move_for_a_confirmed_call_and_be_answered_for() {
    let mut story = Story::new(Truth { call: Some(false), people: Some(false), ..Truth::default() });
    for what in [Happens::Wakes(10), Happens::NoMeetings, Happens::RollCall(true, 60), Happens::Wakes(7)] {
        story.happen(&what);
    }
    story.answered_all();
    assert!(story.truth.called > 0 && story.calls.values().all(|(_, phases)| !phases.is_empty()), "{:?}", story.calls);
}

#[test]
fn a_quiet_history_has_the_cameras_move_for_a_confirmed_inspection_and_be_answered_for() {
    let mut story = Story::new(Truth { call: Some(false), people: Some(false), ..Truth::default() });
    for what in [Happens::Wakes(10), Happens::NoMeetings, Happens::Inspect(true), Happens::Wakes(7)] {
        story.happen(&what);
    }
    story.answered_all();
    let told: Vec<_> = story.inspections.values().collect();
    assert!(story.truth.called > 0 && told.iter().all(|(is_taken, told)| *is_taken && told.len() == 1), "{told:?}");
}

#[test]
fn a_quiet_history_has_the_camera_move() {
    let mut story = Story::new(Truth { call: Some(false), people: Some(false), ..Truth::default() });
    for what in [Happens::Wakes(10), Happens::NoMeetings, Happens::Wakes(40)] {
        story.happen(&what);
    }
    assert!(story.truth.moved > 0, "else the other test shows nothing");
}
