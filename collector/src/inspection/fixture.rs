//! A run of many venues, taken through the engine by invented boxes and persons.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::{Answer, AnswerResult};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::place::Level;
use avow_shared::time::WallTime;

use super::tests::{NOW, There, blank, ordered, outcome_at, probe};
use super::*;

/// Ten probes a venue, as the fleet has them.
const KINDS: [(&str, &str); 10] = [
    ("host", "host"),
    ("intranet", "line"),
    ("extranet", "line"),
    ("front", "camera"),
    ("rear", "camera"),
    ("picture", "picture"),
    ("whisper", "sound"),
    ("terminal", "device"),
    ("ups", "ups"),
    ("wall", "display"),
];
const MINUTE: u64 = 60_000;

/// A run that is over, and what it took.
pub(crate) struct Done {
    pub(crate) run: Run,
    /// All looks, outcomes, answers and words.
    pub(crate) took: Duration,
    /// The longest look: whom to ask, what is late, and the sums.
    pub(crate) longest_look: Duration,
}

/// Every fiftieth venue has a fault and every twentieth a hidden trouble, from `shift` on.
pub(crate) fn done(id: u64, venues: &[VenueId], shift: usize) -> Done {
    found(id, venues, |n, at| match ((n + shift) % 50, (n + shift) % 20, at) {
        (0, _, 1) => Verdict::fail("line.down"),
        (_, 0, 5) => Verdict::degraded("picture.dark"),
        _ => Verdict::Pass,
    })
}

/// The night of the typhoon: every venue has two faults.
pub(crate) fn done_badly(id: u64, venues: &[VenueId]) -> Done {
    found(id, venues, |_, at| match at {
        1 => Verdict::fail("line.down"),
        5 => Verdict::fail("picture.black"),
        _ => Verdict::Pass,
    })
}

/// Every venue is asked in waves of 5 000 and says ten outcomes, those that `verdict` has for the venue and the probe with these numbers.
/// Persons fill in and pass on all but every tenth.
fn found(id: u64, venues: &[VenueId], verdict: impl Fn(usize, usize) -> Verdict) -> Done {
    let probes = KINDS.map(|(id, kind)| probe(id, kind));
    let mut labels = HashMap::new();
    let mut agents = HashMap::new();
    let record = |(n, venue): (usize, &VenueId)| {
        let agent = AgentId((n as u128).to_be_bytes());
        agents.insert(agent, [7; 16]);
        let items = items(&probes, |_, _| true, &mut labels);
        let city = venue.place.at(Level::City);
        let county = venue.place.at(Level::County);
        Record { items, agent: Some(agent), city, county, ..blank(*venue) }
    };
    let records: Vec<Record> = venues.iter().enumerate().map(record).collect();
    let nth: HashMap<VenueId, usize> = venues.iter().enumerate().map(|(n, venue)| (*venue, n)).collect();
    let there = There(agents);
    let mut labels: Vec<(Label, u32)> = labels.into_iter().collect();
    labels.sort_unstable_by_key(|(_, at)| *at);
    let labels = labels.into_iter().map(|(label, _)| label).collect();
    let mut run = Run::new(id, ordered(Spread { at_once: 5_000, per_county: 5_000 }), labels, records);

    let (began, mut now, mut order, mut longest_look) = (Instant::now(), NOW, 1, Duration::ZERO);
    while run.is_open() {
        now += 500;
        let look = Instant::now();
        run.look(now, &there);
        let next = || {
            order += 1;
            order
        };
        let around = (&there, &|_| None, &HashSet::new(), &|_: (AgentId, VenueId), _: &Label| false);
        let asks = run.ask_due(now, around, next, 500);
        std::hint::black_box(Head::of(&run));
        longest_look = longest_look.max(look.elapsed());
        for ask in asks {
            let n = nth[&ask.venue];
            for (at, probe) in ask.probes.iter().enumerate() {
                run.outcome(&outcome_at(ask.venue, probe.as_str(), verdict(n, at), now), now);
            }
            let answer = Answer { order: ask.order, result: AnswerResult::Done, detail: "".into() };
            run.answered(&[ask.venue], &answer, now);
        }
        for venue in run.unexplained().map(|record| record.venue).collect::<Vec<_>>() {
            run.blame(venue, "专线");
        }
        run.end_due(now, |_| true);
    }
    for at in 0..run.records.len() {
        if !nth[&run.records[at].venue].is_multiple_of(10) {
            run.edit(at, |record| fill_in(record, now));
        }
    }
    Done { run, took: began.elapsed(), longest_look }
}

/// The head of a run of one venue, open or over.
pub(crate) fn head(id: u64, plan: Option<u64>, is_over: bool) -> Head {
    let mut run = super::tests::run_of(1, Spread::default());
    (run.id, run.ordered.plan) = (id, plan);
    if is_over {
        run.outcome(&outcome_at(run.records[0].venue, "extranet", Verdict::Pass, NOW + 1), NOW + 1);
        run.cancel(NOW + 2);
    }
    Head::of(&run)
}

impl Run {
    /// A box told an outcome as soon as it could; its clock and HQ's agree.
    pub(crate) fn outcome(&mut self, outcome: &Outcome, received_ms: u64) -> bool {
        self.told(outcome, WallTime { at_ms: received_ms, quality: outcome.at.quality }, received_ms)
    }
}

/// A person has looked, and the record goes up one level.
fn fill_in(record: &mut Record, now: u64) -> bool {
    let filled = Filled {
        item: 0,
        result: ItemResult::Normal,
        value: "良好".into(),
        note: "".into(),
        person: "李四".into(),
        telephone: "13800000000".into(),
        at_ms: now + MINUTE,
    };
    let level: Level = record.review.home;
    let up = OfRecord::Review { level, act: Act::Pass, person: "李四".into(), reason: "".into() };
    let fill = OfRecord::Fill { filled: vec![filled], remark: None };
    record.word(&fill, now).is_ok() && record.word(&up, now).is_ok()
}
