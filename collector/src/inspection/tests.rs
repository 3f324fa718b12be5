//! Runs with invented events.

use std::collections::{HashMap, HashSet};

use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::order::{Answer, AnswerResult, INTERLOCKED};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::time::{ClockQuality, UnixMs, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Limit, Probe, Side};
use proptest::prelude::*;

use super::*;
use crate::roll_call::{Nonce, Reached};
use crate::scope::Scope;

/// Noon of a day in China.
pub(super) const NOW: UnixMs = 1_795_752_000_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// Who is connected, each in its first life.
#[derive(Clone, Default)]
pub(super) struct There(pub(super) HashMap<AgentId, Nonce>);

impl Reached for There {
    fn nonce(&self, agent: AgentId) -> Option<Nonce> {
        self.0.get(&agent).copied()
    }
}

pub(super) fn venue(n: u8) -> VenueId {
    // Four counties.
    format!("35010{}0{:02}-01", 2 + n % 4, n).parse().expect("a venue")
}

/// What was found of a venue: the newest of each item, and what was found before.
type Seen = (Vec<Option<Found>>, Vec<Vec<Found>>);

fn agent(n: u8) -> AgentId {
    AgentId([n; 16])
}

fn all_there(venues: u8) -> There {
    There((0..venues).map(|n| (agent(n), [n; 16])).collect())
}

pub(super) fn probe(id: &str, kind: &str) -> Probe {
    let limit = Limit { value: "rtt_avg".parse().expect("a value"), side: Side::AtMost, good: 30.0, tolerable: None };
    Probe {
        id: id.parse().expect("a probe"),
        name: id.into(),
        kind: kind.into(),
        interval_s: 60,
        required: true,
        disturbance: Disturbance::Line,
        covers: vec![],
        limits: vec![limit],
    }
}

pub(super) fn work(spread: Spread) -> Work {
    Work {
        kind: Kind::Daily,
        scope: Scope::default(),
        probes: Probes::All,
        manual: vec![ManualItem { key: "cables".into(), title: "线缆".into(), standard: "无破损".into() }],
        confirmed: false,
        spread,
        quiet: None,
        window_min: 60,
    }
}

/// A venue of which nothing is known yet.
pub(super) fn blank(venue: VenueId) -> Record {
    Record {
        venue,
        name: format!("会场{venue}").into(),
        unit: Box::default(),
        city: "3501".parse().expect("a city"),
        county: venue.place.parent().unwrap_or(venue.place),
        agent: None,
        excused: None,
        items: Vec::new(),
        manual: vec![],
        manual_before: vec![],
        remark: None,
        blamed: None,
        review: Review::new(venue.place.level()),
        since_ms: NOW,
        first_ms: None,
        last_ms: None,
        asked: 0,
        asking: Asking::Waits { from_ms: NOW, why: None },
        revision: 1,
    }
}

pub(super) fn ordered(spread: Spread) -> Ordered {
    Ordered {
        title: "日常巡检".into(),
        plan: Some(1),
        meeting: None,
        work: work(spread),
        group: None,
        operator: "值班员".into(),
        basis: Box::default(),
        by_calendar: false,
        given_ms: NOW,
        until_ms: NOW + 60 * MINUTE,
    }
}

pub(super) fn run_of(venues: u8, spread: Spread) -> Run {
    let mut labels = HashMap::new();
    let probes = [probe("extranet", "line"), probe("front", "camera")];
    let record = |n: u8| Record { agent: Some(agent(n)), ..blank(venue(n)) };
    let mut records: Vec<Record> = (0..venues).map(record).collect();
    records.iter_mut().for_each(|record| record.items = items(&probes, |_, _| true, &mut labels));
    let mut labels: Vec<(Label, u32)> = labels.into_iter().collect();
    labels.sort_unstable_by_key(|(_, at)| *at);
    Run::new(NOW, ordered(spread), labels.into_iter().map(|(label, _)| label).collect(), records)
}

pub(super) fn outcome(n: u8, probe: &str, verdict: Verdict, at_ms: UnixMs) -> Outcome {
    outcome_at(venue(n), probe, verdict, at_ms)
}

pub(super) fn outcome_at(venue: VenueId, probe: &str, verdict: Verdict, at_ms: UnixMs) -> Outcome {
    Outcome {
        venue,
        probe: probe.parse().expect("a probe"),
        at: WallTime { at_ms, quality: ClockQuality::Synced { error_ms: 5 } },
        took_ms: 100,
        verdict,
        detail: "往返 12 ms".into(),
        values: vec![Value::new("rtt_avg", Unit::Millisecond, 12.0)],
        evidence: vec![],
    }
}

/// A person has looked at the one manual item.
pub(super) fn fill(run: &mut Run, n: u8, result: ItemResult) {
    let filled = Filled {
        item: 0,
        result,
        value: Box::default(),
        note: Box::default(),
        person: "李四".into(),
        telephone: Box::default(),
        at_ms: NOW,
    };
    let at = run.at(venue(n)).expect("is in the run");
    run.edit(at, |record| record.word(&OfRecord::Fill { filled: vec![filled], remark: None }, NOW).is_ok());
}

fn interlocked() -> Verdict {
    Verdict::Unknown { why: Why::Interlocked { wanted: Disturbance::Motion, allowed: Disturbance::Line } }
}

fn ask(run: &mut Run, now: UnixMs, there: &There) -> Vec<Ask> {
    ask_apart(run, now, there, &|_| None)
}

fn ask_apart(run: &mut Run, now: UnixMs, there: &There, shared: &impl Fn(VenueId) -> Option<VenueId>) -> Vec<Ask> {
    ask_beside(run, now, (there, shared, &HashSet::new()))
}

fn ask_beside(
    run: &mut Run,
    now: UnixMs,
    (there, shared, elsewhere): (&There, &impl Fn(VenueId) -> Option<VenueId>, &HashSet<VenueId>),
) -> Vec<Ask> {
    ask_but(run, now, (there, shared, elsewhere), &|_, _| false)
}

fn ask_but(
    run: &mut Run,
    now: UnixMs,
    (there, shared, elsewhere): (&There, &impl Fn(VenueId) -> Option<VenueId>, &HashSet<VenueId>),
    kept_out: &impl Fn((AgentId, VenueId), &Label) -> bool,
) -> Vec<Ask> {
    let mut next = now;
    run.ask_due(
        now,
        (there, shared, elsewhere, kept_out),
        || {
            next += 1;
            next
        },
        usize::MAX,
    )
}

fn answer(ask: &Ask, result: AnswerResult, detail: &str) -> Answer {
    Answer { order: ask.order, result, detail: detail.into() }
}

#[test]
fn what_a_freeze_keeps_out_is_not_ordered_is_told_as_such_and_asked_for_as_soon_as_it_may_be() {
    let mut run = run_of(2, Spread { at_once: 6, per_county: 6 });
    let there = all_there(2);
    let cameras = |(_, room): (AgentId, VenueId), label: &Label| room == venue(0) && label.kind == "camera";
    let all = |(_, room): (AgentId, VenueId), _: &Label| room == venue(1);
    let none = |_| None;
    let asks =
        ask_but(&mut run, NOW, (&there, &none, &HashSet::new()), &|at, label| cameras(at, label) || all(at, label));
    let probes = |asks: &[Ask]| {
        let of = |ask: &Ask| (ask.venue, ask.probes.iter().map(ToString::to_string).collect::<Vec<_>>());
        asks.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(probes(&asks), [(venue(0), vec!["extranet".to_owned()])]);
    assert_eq!(run.records[1].asking, Asking::Waits { from_ms: NOW, why: Some(Untested::Frozen) });
    let revision = run.revision;
    assert!(
        ask_but(&mut run, NOW + 1, (&there, &none, &HashSet::new()), &all).is_empty() && run.revision == revision,
        "said once"
    );
    let lifted = ask(&mut run, NOW + 2, &there);
    assert_eq!((lifted.len(), lifted[0].venue, lifted[0].probes.len()), (1, venue(1), 2));

    let mut run = run_of(1, Spread { at_once: 6, per_county: 6 });
    ask_but(&mut run, NOW, (&there, &none, &HashSet::new()), &|_, _| true);
    assert!(run.end_due(NOW + 61 * MINUTE, |_| true));
    assert_eq!(run.records[0].untested(), Some(Untested::Frozen));
}

#[test]
fn waves_are_bounded_in_all_and_over_the_line_of_a_county() {
    let mut run = run_of(40, Spread { at_once: 6, per_county: 2 });
    let there = all_there(40);
    let first = ask(&mut run, NOW, &there);
    assert_eq!(first.len(), 6);
    let mut of_county = HashMap::new();
    first.iter().for_each(|ask| *of_county.entry(ask.venue.place.parent()).or_insert(0) += 1);
    assert!(of_county.values().all(|out| *out <= 2), "{of_county:?}");
    assert!(ask(&mut run, NOW + 1, &there).is_empty(), "nobody has answered yet");
    let one = &first[0];
    assert!(run.answered(&[one.venue], &answer(one, AnswerResult::Done, ""), NOW + 5_000));
    assert_eq!(ask(&mut run, NOW + 5_001, &there).len(), 1, "one has made room");
}

#[test]
fn rooms_that_share_equipment_are_asked_one_after_another() {
    let mut run = run_of(6, Spread::default());
    let there = all_there(6);
    // The first three use one set, the others their own.
    let shared = |id: VenueId| (0..3).any(|n| venue(n) == id).then(|| venue(0));
    let of_set = |asks: &[Ask]| asks.iter().filter(|ask| shared(ask.venue).is_some()).map(|ask| ask.venue).collect();
    let first = ask_apart(&mut run, NOW, &there, &shared);
    let one: Vec<VenueId> = of_set(&first);
    assert_eq!((first.len(), one.len()), (4, 1), "{first:?}");
    assert!(ask_apart(&mut run, NOW + 1, &there, &shared).is_empty(), "it is in use");
    let asked = first.iter().find(|ask| ask.venue == one[0]).expect("was asked");
    run.answered(&[asked.venue], &answer(asked, AnswerResult::Done, ""), NOW + 5_000);
    let next: Vec<VenueId> = of_set(&ask_apart(&mut run, NOW + 5_001, &there, &shared));
    assert!(next.len() == 1 && next != one, "the next one's turn: {next:?}");
}

#[test]
fn a_room_whose_equipment_is_in_use_for_another_run_waits_its_turn() {
    let (mut one, mut other) = (run_of(3, Spread::default()), run_of(3, Spread::default()));
    let there = all_there(3);
    let shared = |id: VenueId| (0..2).any(|n| venue(n) == id).then(|| venue(0));
    let of_set = |asks: &[Ask]| -> Vec<VenueId> {
        asks.iter().filter(|ask| shared(ask.venue).is_some()).map(|ask| ask.venue).collect()
    };
    let first = ask_apart(&mut one, NOW, &there, &shared);
    assert_eq!((of_set(&first), first.len()), (vec![venue(0)], 2), "and who shares with nobody");
    let in_use: HashSet<VenueId> = one.in_use(&shared).collect();
    let second = ask_beside(&mut other, NOW, (&there, &shared, &in_use));
    assert_eq!((of_set(&second), second.len()), (vec![], 1), "neither it nor its partner: {second:?}");
    one.answered(&[venue(0)], &answer(&first[0], AnswerResult::Done, ""), NOW + 5_000);
    let in_use: HashSet<VenueId> = one.in_use(&shared).collect();
    let second = ask_beside(&mut other, NOW + 5_001, (&there, &shared, &in_use));
    assert_eq!(of_set(&second), [venue(0)], "its turn");
    let in_use: HashSet<VenueId> = other.in_use(&shared).collect();
    assert_eq!(ask_beside(&mut one, NOW + 5_002, (&there, &shared, &in_use)), [], "and now the first one waits");
}

#[test]
fn a_room_whose_partner_is_called_gives_way_and_is_tested_behind_the_call() {
    let mut run = run_of(3, Spread::default());
    let there = all_there(3);
    let shared = |id: VenueId| (0..2).any(|n| venue(n) == id).then(|| venue(0));
    let (called, nothing) = (HashSet::from([venue(0)]), HashSet::new());
    let first = ask_beside(&mut run, NOW, (&there, &shared, &nothing));
    assert_eq!(first.iter().map(|ask| ask.venue).collect::<Vec<_>>(), [venue(0), venue(2)]);
    // The second room is called: what was asked of the first does not count, and nobody of the two is asked.
    let yields = |id: VenueId| id == venue(0);
    assert!(run.give_way(yields, NOW + 10) && !run.give_way(yields, NOW + 20));
    assert!(matches!(run.records[0].asking, Asking::Waits { why: None, .. }) && run.records[0].asked == 0);
    assert!(matches!(run.records[2].asking, Asking::Out { .. }), "who shares with nobody is left alone");
    assert_eq!(ask_beside(&mut run, NOW + 30, (&there, &shared, &called)), []);
    assert!(
        !run.answered(&[venue(0)], &answer(&first[0], AnswerResult::Done, ""), NOW + 35),
        "that order is none any more"
    );
    let spoilt = outcome(0, "front", Verdict::fail("camera.away"), NOW + 40);
    let sent = |at_ms| WallTime { at_ms, quality: spoilt.at.quality };
    let pass_over = |run: &mut Run, now| run.pass_over(&spoilt, sent(now), now);
    assert!(pass_over(&mut run, NOW + 41) && !pass_over(&mut run, NOW + 42));
    assert!(!run.outcome(&spoilt, NOW + 42), "also when it is read again");
    // The call is over.
    let again = ask_beside(&mut run, NOW + 50, (&there, &shared, &nothing));
    assert_eq!((again[0].venue, again[0].probes.len()), (venue(0), 2));
    assert!(run.outcome(&outcome(0, "front", Verdict::Pass, NOW + 60), NOW + 60));
    let elsewhere = outcome(9, "front", Verdict::Pass, NOW + 70);
    assert!(!run.pass_over(&elsewhere, sent(NOW + 70), NOW + 70), "a room of no run");
}

#[test]
fn what_persons_have_still_to_look_at_is_not_normal_and_is_counted_apart() {
    let mut run = run_of(4, Spread::default());
    for n in 0..4 {
        let verdict = if n == 3 { Verdict::fail("line.down") } else { Verdict::Pass };
        run.outcome(&outcome(n, "extranet", verdict, NOW + 1), NOW + 1);
        run.outcome(&outcome(n, "front", Verdict::Pass, NOW + 1), NOW + 1);
    }
    assert!(run.end_due(NOW + 2, |_| true), "persons may come later");
    let (all, ..) = run.sums();
    assert_eq!(
        (all.normal, all.unfilled, all.abnormal, all.tested()),
        (0, 3, 1, 1),
        "a fault is one, filled in or not"
    );
    assert_eq!((all.rate(), all.coverage()), (Some(0.0), Some(0.25)));
    for (n, result) in [(0, ItemResult::Normal), (1, ItemResult::Inapplicable), (2, ItemResult::Abnormal)] {
        let head = Head::of(&run);
        let before = Record::clone(&run.records[run.at(venue(n)).expect("is in it")]);
        fill(&mut run, n, result);
        let after = run.record(venue(n)).expect("is in it");
        assert_eq!(head.changed(&run.labels, &before, after).all, run.sums().0, "the sums follow");
    }
    let (all, ..) = run.sums();
    assert_eq!((all.normal, all.unfilled, all.abnormal), (2, 0, 2));
    // What no box tests waits for a person; what nobody looked at at all is untested.
    let mut none = run_of(2, Spread::default());
    none.edit(0, |record| {
        record.items.clear();
        true
    });
    none.cancel(NOW + 1);
    let conclusions: Vec<Conclusion> = none.records.iter().map(|record| none.conclusion(record)).collect();
    assert_eq!(conclusions, [Conclusion::Unfilled, Conclusion::Untested]);
}

#[test]
fn who_is_away_is_not_asked_before_he_is_back_and_is_untested_when_the_time_is_up() {
    let mut run = run_of(2, Spread::default());
    let mut there = all_there(2);
    there.0.remove(&agent(1));
    let asked = ask(&mut run, NOW, &there);
    assert_eq!(asked.iter().map(|ask| ask.agent).collect::<Vec<_>>(), [agent(0)]);
    there.0.insert(agent(1), [9; 16]);
    assert_eq!(ask(&mut run, NOW + MINUTE, &there).len(), 1, "he is back");
    there.0.clear();
    run.look(NOW + 2 * MINUTE, &there);
    assert!(!run.end_due(NOW + 59 * MINUTE, |_| false));
    assert!(run.end_due(NOW + 60 * MINUTE, |_| false));
    let (all, ..) = run.sums();
    assert_eq!((all.untested, run.records[1].untested()), (2, Some(Untested::Away)));
    assert_eq!(run.state, State::Ended { at_ms: NOW + 60 * MINUTE, how: Ended::TimeUp });
}

#[test]
fn what_the_interlock_refuses_is_asked_again_later_and_never_counted_as_a_failure() {
    let mut run = run_of(1, Spread::default());
    let there = all_there(1);
    let asked = ask(&mut run, NOW, &there);
    run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + 1_000), NOW + 1_000);
    run.outcome(&outcome(0, "front", interlocked(), NOW + 1_000), NOW + 1_000);
    run.answered(&[venue(0)], &answer(&asked[0], AnswerResult::Done, &format!("{INTERLOCKED} front")), NOW + 2_000);
    run.look(NOW + MINUTE, &there);
    assert!(ask(&mut run, NOW + 2 * MINUTE, &there).is_empty(), "a meeting lasts");
    let again = ask(&mut run, NOW + 12 * MINUTE, &there);
    assert_eq!(again[0].probes, ["front".parse::<ProbeId>().expect("a probe")], "what has passed is not asked again");
    run.answered(
        &[venue(0)],
        &answer(&again[0], AnswerResult::Done, &format!("{INTERLOCKED} front")),
        NOW + 13 * MINUTE,
    );
    assert!(run.end_due(NOW + 60 * MINUTE, |_| true));
    fill(&mut run, 0, ItemResult::Normal);
    let record = &run.records[0];
    assert_eq!((run.conclusion(record), record.untested()), (Conclusion::Incomplete, Some(Untested::Interlocked)));
    assert_eq!(run.sums().0.partial, 1);
}

#[test]
fn what_is_tested_once_more_has_the_whole_window_for_it_but_never_beyond_a_meeting() {
    let there = all_there(1);
    let late = NOW + 59 * MINUTE;
    let failed = |meeting| {
        let mut run = run_of(1, Spread::default());
        run.ordered.meeting = meeting;
        run.outcome(&outcome(0, "extranet", Verdict::fail("line.down"), NOW + 10), NOW + 50);
        assert_eq!((run.retry(Again::Failed, &[], "张三", late), run.is_open()), (1, true));
        run
    };
    let mut run = failed(None);
    assert_eq!(run.ordered.until_ms, late + 60 * MINUTE);
    assert!(!run.end_due(NOW + 60 * MINUTE, |_| true), "its turn still comes");
    assert_eq!(ask(&mut run, NOW + 60 * MINUTE, &there).len(), 1);
    run.ordered.until_ms += 30 * MINUTE;
    run.retry(Again::Both, &[], "张三", NOW + 61 * MINUTE);
    assert_eq!(run.ordered.until_ms, late + 90 * MINUTE, "never shorter");
    assert_eq!(failed(Some(7)).ordered.until_ms, NOW + 60 * MINUTE, "the meeting begins then");
}

#[test]
fn a_test_counts_that_ended_after_the_run_began_whoever_wanted_it_and_an_older_one_does_not() {
    let mut run = run_of(1, Spread::default());
    assert!(!run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW - 1), NOW + 50), "from before, told late");
    assert!(run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + 10), NOW + 50));
    assert!(!run.outcome(&outcome(0, "extranet", Verdict::fail("line.down"), NOW + 20), NOW + 60), "the first counts");
    assert!(!run.outcome(&outcome(0, "nothing", Verdict::Pass, NOW + 20), NOW + 60));
    assert!(!run.outcome(&outcome(7, "extranet", Verdict::Pass, NOW + 20), NOW + 60));
    let ItemState::Found(found) = &run.records[0].items[0].state else { panic!("it was tested") };
    assert_eq!((found.result, found.measured), (ItemResult::Normal, Some((12.0, Unit::Millisecond, 0))));
    assert_eq!(&*run.labels[0].limits[0].1, "≤30");
}

/// What a box tells whose clock is off by so much, of a test that ended `ago_ms` ago.
fn told_by(run: &mut Run, (off_ms, quality): (i64, ClockQuality), ago_ms: u64, now: UnixMs) -> bool {
    let own = |at_ms: UnixMs| WallTime { at_ms: at_ms.saturating_add_signed(off_ms), quality };
    let outcome = Outcome { at: own(now - ago_ms), ..outcome(0, "extranet", Verdict::fail("line.down"), 0) };
    run.told(&outcome, own(now), now + 20)
}

#[test]
fn a_box_whose_clock_is_off_is_inspected_and_tested_again_and_what_it_kept_from_before_does_not_count() {
    const HOUR: i64 = 3_600_000;
    let (free, synced) = (ClockQuality::Free, ClockQuality::Synced { error_ms: 5 });
    let off = [(-2 * HOUR, free), (120_000, free), (13 * 60_000, free), (9_000 * HOUR, free)];
    // HQ's own is a minute ahead of all, and a minute behind.
    for clock in off.into_iter().chain([(-60_000, synced), (60_000, synced)]) {
        let (mut run, there) = (run_of(1, Spread::default()), all_there(1));
        let mut now = NOW;
        for _ in 0..2 {
            assert_eq!(ask(&mut run, now, &there).len(), 1);
            assert!(!told_by(&mut run, clock, 1_000, now + 500), "it ended before anybody wanted it: {clock:?}");
            assert!(told_by(&mut run, clock, 2_000, now + 5_000), "{clock:?}");
            let ItemState::Found(found) = &run.records[0].items[0].state else { panic!("it was tested") };
            assert_eq!(found.at_ms, now + 3_020, "by HQ's clock: {clock:?}");
            now += 10 * MINUTE;
            assert_eq!(run.retry(Again::Failed, &[], "张三", now), 1);
        }
    }
}

#[test]
fn a_clock_that_was_set_since_a_test_or_was_not_set_at_it_says_nothing_of_when_that_was() {
    let told = |at: WallTime, sent_at: WallTime| {
        let mut run = run_of(1, Spread::default());
        ask(&mut run, NOW, &all_there(1));
        run.told(&Outcome { at, ..outcome(0, "extranet", Verdict::Pass, 0) }, sent_at, NOW + 60_000)
    };
    let wall = |at_ms, quality| WallTime { at_ms, quality };
    let (unset, free) = (ClockQuality::Unset, ClockQuality::Free);
    let synced = ClockQuality::Synced { error_ms: 5 };
    assert!(
        !told(wall(30_000, unset), wall(NOW + 60_000, synced)),
        "before HQ told it the time, and so before any order"
    );
    assert!(told(wall(30_000, unset), wall(40_000, unset)), "ten seconds ago");
    assert!(!told(wall(30_000, unset), wall(20_000, unset)), "of an earlier life");
    assert!(!told(wall(NOW + 100_000, free), wall(NOW + 20_000, free)), "it was set back");
    assert!(!told(wall(NOW - 7_200_000, free), wall(NOW + 60_000, free)), "it was set forward, or is two hours old");
    assert!(told(wall(NOW + 50_000, free), wall(NOW + 49_000, free)), "it goes at its own pace");
}

#[test]
fn a_re_test_is_a_new_attempt_beside_the_old_and_what_passes_then_is_fixed() {
    let mut run = run_of(2, Spread::default());
    for (n, verdict) in [(0, Verdict::fail("line.down")), (1, Verdict::Pass)] {
        fill(&mut run, n, ItemResult::Normal);
        run.outcome(&outcome(n, "extranet", verdict, NOW + 1), NOW + 1);
        run.outcome(&outcome(n, "front", Verdict::Pass, NOW + 1), NOW + 1);
    }
    assert!(run.end_due(NOW + 2, |_| true), "nothing is open");
    assert_eq!(run.state, State::Ended { at_ms: NOW + 2, how: Ended::Complete });
    let (all, ..) = run.sums();
    assert_eq!((all.abnormal, all.normal, all.rate()), (1, 1, Some(0.5)));
    let word = |deed| OfRun { person: "张三".into(), deed, again: Again::Failed, venues: vec![] };
    run.word(&word(Deed::Retry), NOW + MINUTE).expect("something failed");
    assert!(run.is_open() && run.ordered.until_ms == NOW + 61 * MINUTE);
    assert!(
        !run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + 30_000), NOW + MINUTE),
        "from before the re-test"
    );
    assert!(run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + MINUTE + 1), NOW + MINUTE + 1));
    let record = &run.records[0];
    assert_eq!((run.conclusion(record), record.items[0].earlier.len()), (Conclusion::Fixed, 1));
    assert!(run.end_due(NOW + 2 * MINUTE, |_| true));
    let (all, ..) = run.sums();
    assert_eq!((all.fixed, all.rate(), all.first_rate()), (1, Some(1.0), Some(0.5)));
    assert!(run.word(&word(Deed::Retry), NOW + 3 * MINUTE).is_err(), "nothing is wrong any more");
    assert_eq!(run.log.len(), 1);
}

#[test]
fn a_pause_makes_the_window_longer_and_nobody_is_asked_in_it_or_in_quiet_hours() {
    let mut run = run_of(3, Spread::default());
    let there = all_there(3);
    assert!(run.pause("张三", NOW) && !run.pause("张三", NOW));
    assert!(ask(&mut run, NOW + MINUTE, &there).is_empty());
    assert!(!run.end_due(NOW + 90 * MINUTE, |_| true), "it waits for whoever paused it");
    assert!(run.resume(NOW + 30 * MINUTE));
    assert_eq!(run.ordered.until_ms, NOW + 90 * MINUTE);
    run.ordered.work.quiet = Some(Quiet { from: 12 * 60, to: 13 * 60 });
    assert!(ask(&mut run, NOW + 31 * MINUTE, &there).is_empty());
    assert_eq!(ask(&mut run, NOW + 60 * MINUTE, &there).len(), 3);
}

#[test]
fn who_never_answers_is_given_up_after_some_tries_and_a_box_that_began_anew_is_asked_again_at_once() {
    let mut run = run_of(1, Spread::default());
    run.ordered.until_ms = NOW + 10_000 * MINUTE;
    let mut there = all_there(1);
    assert_eq!(ask(&mut run, NOW, &there).len(), 1);
    run.hello(agent(0), &[venue(0)], [77; 16], NOW + 1_000);
    there.0.insert(agent(0), [77; 16]);
    assert_eq!(ask(&mut run, NOW + 1_001, &there).len(), 1, "it has forgotten what it was asked");
    let mut now = NOW;
    while run.is_open() && now < NOW + 5_000 * MINUTE {
        now += MINUTE;
        run.look(now, &there);
        ask(&mut run, now, &there);
        run.end_due(now, |_| true);
    }
    assert_eq!((run.records[0].untested(), run.records[0].asked), (Some(Untested::NoAnswer), 5));
    assert!(now < NOW + 120 * MINUTE, "not for ever: {} min", (now - NOW) / MINUTE);
}

#[test]
fn a_collector_that_begins_anew_asks_again_at_once_what_is_open() {
    let mut run = run_of(2, Spread::default());
    let there = all_there(2);
    let asked = ask(&mut run, NOW, &there);
    run.answered(&[venue(0)], &answer(&asked[0], AnswerResult::Done, ""), NOW + 1_000);
    assert!(ask(&mut run, NOW + 2_000, &there).is_empty(), "both are being asked");
    run.forget_asked();
    assert_eq!(ask(&mut run, NOW + 2_001, &there).len(), 2, "whether they heard, nobody knows any more");
}

#[test]
fn what_a_person_fills_in_stands_beside_what_a_box_measured_and_is_locked_while_it_is_reviewed() {
    let mut run = run_of(1, Spread::default());
    let filled = |result, at_ms| Filled {
        item: 0,
        result,
        value: "1 处破损".into(),
        note: Box::default(),
        person: "李四".into(),
        telephone: Box::default(),
        at_ms,
    };
    let fill = |result| OfRecord::Fill { filled: vec![filled(result, NOW)], remark: None };
    let mut record = Record::clone(&run.records[0]);
    record.word(&fill(ItemResult::Abnormal), NOW).expect("is filled in");
    assert_eq!(run.conclusion(&record), Conclusion::Open, "the box has not tested yet");
    let up = |level| OfRecord::Review { level, act: Act::Pass, person: "李四".into(), reason: Box::default() };
    record.word(&up(record.review.home), NOW).expect("goes up");
    assert!(matches!(record.word(&fill(ItemResult::Normal), NOW), Err(No::Conflict(_))));
    let back =
        OfRecord::Review {
            level: record.review.level, act: Act::Return, person: "王五".into(), reason: "复查".into()
        };
    record.word(&back, NOW).expect("comes back");
    record.word(&fill(ItemResult::Normal), NOW + 1).expect("is put right");
    assert_eq!((record.manual.len(), record.manual_before.len()), (1, 1));
    run.records[0] = std::sync::Arc::new(record);
    run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + 1), NOW + 1);
    run.outcome(&outcome(0, "front", Verdict::Pass, NOW + 1), NOW + 1);
    assert_eq!(run.conclusion(&run.records[0]), Conclusion::Fixed);
}

#[test]
fn the_forecast_follows_the_slowest_line_and_then_the_pace() {
    let mut run = run_of(40, Spread { at_once: 40, per_county: 2 });
    let before = forecast(&run, NOW, |_| true).expect("it is open");
    // Ten venues in each county, two at once: five waves of a line, a camera and the way.
    assert_eq!((before.remaining, before.mean_ms, before.measured), (40, 21_000, false));
    assert_eq!(before.end_ms, NOW + 5 * 21_000);
    for n in 0..20 {
        let at = run.at(venue(n)).expect("is in it");
        run.edit(at, |record| {
            record.asked = 1;
            true
        });
        run.outcome(&outcome(n, "extranet", Verdict::Pass, NOW + 1_000), NOW + 1_000);
        run.outcome(&outcome(n, "front", Verdict::Pass, NOW + 8_000), NOW + 8_000);
    }
    let after = forecast(&run, NOW + 8_000, |_| true).expect("it is open");
    assert_eq!((after.remaining, after.mean_ms, after.measured), (20, 10_000, true));
    let away = forecast(&run, NOW + 8_000, |_| false).expect("it is open");
    assert_eq!((away.away, away.end_ms), (20, run.ordered.until_ms), "who is away may stay away");
}

/// What may happen.
#[derive(Clone, Debug)]
enum Happens {
    Outcome(u8, bool, u8, u64),
    Asked,
    Answered(u8, bool),
    Gone(u8),
    Back(u8),
    Paused,
    Resumed,
    Retried,
    Restarted,
    Written,
}

fn happens() -> impl Strategy<Value = Happens> {
    let n = 0..6_u8;
    prop_oneof![
        6 => (n.clone(), any::<bool>(), 0..4_u8, 0..30_000_u64).prop_map(|(n, p, v, ago)| Happens::Outcome(n, p, v, ago)),
        4 => Just(Happens::Asked),
        2 => (n.clone(), any::<bool>()).prop_map(|(n, done)| Happens::Answered(n, done)),
        1 => n.clone().prop_map(Happens::Gone),
        1 => n.prop_map(Happens::Back),
        1 => Just(Happens::Paused),
        1 => Just(Happens::Resumed),
        1 => Just(Happens::Retried),
        1 => Just(Happens::Restarted),
        1 => Just(Happens::Written),
    ]
}

/// A collector: a run, what of it is on disk, and the journal behind that.
struct Hq {
    run: Run,
    disk: Vec<u8>,
    journal: Vec<(Outcome, UnixMs)>,
}

impl Hq {
    fn write(&mut self) {
        self.disk = postcard::to_allocvec(&self.run).expect("is written");
        self.journal.clear();
    }

    fn restart(&mut self) {
        self.run = postcard::from_bytes(&self.disk).expect("is read");
        self.run.forget_asked();
        let journal = self.journal.clone();
        for (outcome, at_ms) in &journal {
            self.run.outcome(outcome, *at_ms);
        }
    }
}

fn check_sums(run: &Run) {
    let (all, cities, counties) = run.sums();
    assert_eq!(
        all.venues,
        all.open + all.untested + all.abnormal + all.unfilled + all.incomplete + all.fixed + all.normal
    );
    let by_state = [all.items_open, all.items_untested, all.items_normal, all.items_degraded, all.items_abnormal];
    assert_eq!(all.items, by_state.iter().sum::<u32>() + all.items_unknown);
    for parts in [&cities, &counties] {
        assert_eq!(parts.values().map(|tally| tally.venues).sum::<u32>(), all.venues);
        assert_eq!(parts.values().map(|tally| tally.items).sum::<u32>(), all.items);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_item_ends_in_one_state_and_a_restart_anywhere_changes_no_result(events in prop::collection::vec(happens(), 0..80)) {
        let run = run_of(6, Spread { at_once: 3, per_county: 1 });
        let mut hq = Hq { disk: vec![], journal: vec![], run: run.clone() };
        hq.write();
        // The same without restarts.
        let mut twin = run;
        let mut there = all_there(6);
        let (mut now, mut orders) = (NOW, HashMap::new());
        for event in events {
            now += 7_000;
            match event {
                Happens::Outcome(n, first, verdict, ago_ms) => {
                    let verdict = match verdict {
                        0 => Verdict::Pass,
                        1 => Verdict::fail("line.down"),
                        2 => Verdict::degraded("line.loss"),
                        _ => interlocked(),
                    };
                    let told = outcome(n, if first { "extranet" } else { "front" }, verdict, now - ago_ms);
                    hq.journal.push((told.clone(), now));
                    hq.run.outcome(&told, now);
                    twin.outcome(&told, now);
                }
                Happens::Asked => {
                    hq.run.look(now, &there);
                    twin.look(now, &there);
                    ask(&mut twin, now, &there);
                    let asks = ask(&mut hq.run, now, &there);
                    let out = hq.run.records.iter().filter(|record| matches!(record.asking, Asking::Out { .. })).count();
                    prop_assert!(out <= 3 && asks.iter().all(|ask| there.0.contains_key(&ask.agent)));
                    orders.extend(asks.into_iter().map(|ask| (ask.venue, ask)));
                }
                Happens::Answered(n, done) => {
                    let result = if done { AnswerResult::Done } else { AnswerResult::Impossible };
                    if let Some(asked) = orders.get(&venue(n)) {
                        hq.run.answered(&[venue(n)], &answer(asked, result, ""), now);
                    }
                }
                Happens::Gone(n) => drop(there.0.remove(&agent(n))),
                Happens::Back(n) => drop(there.0.insert(agent(n), [n ^ 0x55; 16])),
                // A person's word is on disk before it is in force.
                Happens::Paused => { hq.run.pause("张三", now); twin.pause("张三", now); hq.write(); }
                Happens::Resumed => { hq.run.resume(now); twin.resume(now); hq.write(); }
                Happens::Retried => {
                    hq.run.retry(Again::Failed, &[], "张三", now);
                    twin.retry(Again::Failed, &[], "张三", now);
                    hq.write();
                }
                Happens::Restarted => hq.restart(),
                Happens::Written => hq.write(),
            }
            check_sums(&hq.run);
        }
        let found = |run: &Run| -> Vec<Seen> {
            let of = |item: &Item| if let ItemState::Found(found) = &item.state { Some(Found::clone(found)) } else { None };
            let record = |record: &std::sync::Arc<Record>| {
                (record.items.iter().map(of).collect(), record.items.iter().map(|item| item.earlier.clone()).collect())
            };
            run.records.iter().map(record).collect()
        };
        prop_assert_eq!(found(&hq.run), found(&twin));
        hq.run.resume(now);
        hq.run.end_due(now + 10_000 * MINUTE, |_| true);
        prop_assert!(!hq.run.is_open() && hq.run.sums().0.items_open == 0 && hq.run.sums().0.open == 0);
        check_sums(&hq.run);
        let head = Head::of(&hq.run);
        prop_assert_eq!(head.all, hq.run.sums().0);
    }
}

#[test]
fn a_box_in_the_place_of_another_is_asked_and_so_is_one_where_none_was() {
    let mut run = run_of(2, Spread::default());
    std::sync::Arc::make_mut(&mut run.records[1]).agent = None;
    for item in &mut std::sync::Arc::make_mut(&mut run.records[1]).items {
        item.state = ItemState::Untested(Untested::NoBox);
    }
    let mut there = There(HashMap::new());
    assert!(ask(&mut run, NOW, &there).is_empty(), "the old box is gone for good");
    for n in 0..2 {
        there.0.insert(agent(40 + n), [3; 16]);
        run.hello(agent(40 + n), &[venue(n)], [3; 16], NOW + 1_000);
    }
    let asks = ask(&mut run, NOW + 2_000, &there);
    assert_eq!(asks.iter().map(|ask| ask.agent).collect::<Vec<_>>(), [agent(40), agent(41)]);
    let before = run.revision;
    run.hello(agent(40), &[venue(0)], [3; 16], NOW + 3_000);
    assert_eq!(run.revision, before, "the same start of it again");
}

#[test]
fn what_ends_in_quiet_hours_says_so() {
    let night = Quiet { from: 22 * 60, to: 6 * 60 };
    // 23:00 in China.
    let at = 1_795_791_600_000;
    for (now, why) in [(at, Untested::Quiet), (at + 8 * 3_600_000, Untested::NoTime)] {
        let mut run = run_of(1, Spread::default());
        (run.ordered.work.quiet, run.ordered.until_ms) = (Some(night), now);
        assert!(run.end_due(now, |_| true));
        assert_eq!(run.records[0].untested(), Some(why));
    }
}

#[test]
fn a_run_of_the_whole_province_fits_into_sixty_megabytes() {
    // Ten probes a venue, each found; names, a line of detail, and what an allocation costs beside.
    let item = size_of::<Item>() + size_of::<Found>() + 48;
    let venue = size_of::<Record>() + 16 + 10 * item + 120;
    assert!(18_762 * venue <= 60 << 20, "{} bytes a venue", venue);
}

#[test]
fn who_asks_takes_a_place_and_who_is_paused_or_waits_for_boxes_that_are_away_takes_none() {
    let there = There((0..4).map(|n| (agent(n), [7; 16])).collect());
    let none = There::default();
    let open = |runs: u64| {
        let run = |id| (id, std::sync::Arc::new(Run { id, ..run_of(2, Spread::default()) }));
        Runs { open: (1..=runs).map(run).collect(), ..Runs::default() }
    };
    let most = plan::MOST_OPEN as u64;
    assert!(open(most - 1).has_room(&there, NOW) && !open(most).has_room(&there, NOW));
    assert!(open(most).has_room(&none, NOW), "they wait for boxes that are away");
    let mut runs = open(most);
    std::sync::Arc::make_mut(runs.open.get_mut(&1).expect("is open")).pause("张三", NOW);
    assert!(runs.has_room(&there, NOW), "one is paused");
    assert!(!open(24).has_room(&none, NOW), "all that are open are held");
    // What was asked is waited for, whoever has gone.
    let mut run = run_of(2, Spread::default());
    run.edit(0, |record| {
        record.asking = Asking::Out { order: 1, since_ms: NOW, nonce: [7; 16] };
        true
    });
    assert!(run.asks(&none, NOW));
    // Nobody is asked in quiet hours, nor under a freeze, and nobody's place is taken.
    let mut quiet = run_of(2, Spread::default());
    quiet.ordered.work.quiet = Some(Quiet { from: 0, to: 24 * 60 });
    assert!(!quiet.asks(&there, NOW));
    let mut frozen = run_of(2, Spread::default());
    for at in 0..2 {
        frozen.edit(at, |record| {
            record.asking = Asking::Waits { from_ms: NOW, why: Some(Untested::Frozen) };
            true
        });
    }
    assert!(!frozen.asks(&there, NOW) && run_of(2, Spread::default()).asks(&there, NOW));
}

#[test]
fn a_room_of_which_something_is_not_known_is_not_normal_and_counts_in_no_rate() {
    let unknown = || Verdict::Unknown { why: Why::Deadline };
    let check = |camera: Verdict, required: bool, expected: Conclusion| {
        let mut run = run_of(2, Spread::default());
        std::sync::Arc::make_mut(&mut run.labels).iter_mut().for_each(|label| label.required &= required);
        for n in 0..2 {
            let front = if n == 0 { camera.clone() } else { Verdict::Pass };
            run.outcome(&outcome(n, "extranet", Verdict::Pass, NOW + 1), NOW + 1);
            run.outcome(&outcome(n, "front", front, NOW + 1), NOW + 1);
            fill(&mut run, n, ItemResult::Normal);
        }
        run.end_due(NOW + HOUR, |_| true);
        assert_eq!(run.conclusion(&run.records[0]), expected, "{camera:?}");
        run.sums().0
    };
    let all = check(unknown(), true, Conclusion::Incomplete);
    assert_eq!((all.incomplete, all.normal, all.partial, all.tested()), (1, 1, 1, 1));
    assert_eq!((all.rate(), all.first_rate(), all.coverage()), (Some(1.0), Some(1.0), Some(0.5)));
    check(interlocked(), true, Conclusion::Incomplete);
    check(Verdict::degraded("picture.dark"), true, Conclusion::Normal);
    check(Verdict::fail("line.down"), true, Conclusion::Abnormal);
    let all = check(unknown(), false, Conclusion::Normal);
    assert_eq!(all.partial, 1, "the state of the venue rests on none of them, and it is told beside the rate");
    // What was wrong and could not be tested again is not put right, and neither is what a person cannot judge.
    let mut run = run_of(1, Spread::default());
    run.outcome(&outcome(0, "extranet", Verdict::fail("line.down"), NOW + 1), NOW + 1);
    run.outcome(&outcome(0, "front", Verdict::Pass, NOW + 1), NOW + 1);
    fill(&mut run, 0, ItemResult::Normal);
    run.retry(Again::Failed, &[], "张三", NOW + 2);
    run.outcome(&outcome(0, "extranet", unknown(), NOW + 3), NOW + 3);
    assert_eq!(run.conclusion(&run.records[0]), Conclusion::Incomplete);
    run.retry(Again::Untested, &[], "张三", NOW + 4);
    run.outcome(&outcome(0, "extranet", Verdict::Pass, NOW + 5), NOW + 5);
    assert_eq!(run.conclusion(&run.records[0]), Conclusion::Fixed);
    fill(&mut run, 0, ItemResult::Unknown);
    assert_eq!(run.conclusion(&run.records[0]), Conclusion::Incomplete);
}

#[test]
fn a_re_test_of_what_was_passed_on_is_looked_at_again_and_what_the_province_has_accepted_stays() {
    let mut run = run_of(3, Spread::default());
    for n in 0..3 {
        run.outcome(&outcome(n, "extranet", Verdict::fail("line.down"), NOW + 1), NOW + 1);
        run.outcome(&outcome(n, "front", Verdict::Pass, NOW + 1), NOW + 1);
        fill(&mut run, n, ItemResult::Normal);
    }
    assert!(run.end_due(NOW + 2, |_| true));
    // The first lies where it is filled in, the second is passed on, the third is accepted.
    let home = run.records[0].review.home;
    let levels: Vec<_> = std::iter::successors(Some(home), |level| level.above()).collect();
    for (n, levels) in [(1, &levels[..1]), (2, &levels[..])] {
        let at = run.at(venue(n)).expect("is in it");
        for level in levels {
            run.edit(at, |record| record.review.step(*level, Act::Pass, "李四", "", NOW + 3).is_ok());
        }
    }
    let of = |run: &Run, n| run.record(venue(n)).expect("is in it").clone();
    let accepted = of(&run, 2);
    assert_eq!((run.to_retry(Again::Failed), run.to_retry(Again::Untested)), (2, 0));
    assert_eq!(run.retry(Again::Failed, &[], "王五", NOW + 4), 2);
    assert_eq!(of(&run, 2), accepted);
    let review = of(&run, 1).review.clone();
    assert_eq!((review.level, review.state, review.steps.len()), (home, ReviewState::Filling, 2));
    assert_eq!(review.steps[1].reason.as_ref(), "复测");
    assert!(of(&run, 0).review.steps.is_empty(), "nobody had passed it on");
    run.cancel(NOW + 5);
    let again = OfRun { person: "王五".into(), deed: Deed::Retry, again: Again::Failed, venues: vec![venue(2)] };
    assert!(matches!(run.word(&again, NOW + 6), Err(No::Conflict(_))));
}

#[test]
fn a_run_of_boxes_alone_has_nothing_that_is_still_filled_in() {
    let mut run = run_of(3, Spread::default());
    assert_eq!(run.unfinished(), 3, "persons have to look at something");
    run.ordered.work.manual.clear();
    assert_eq!(run.unfinished(), 0);
    let home = run.records[0].review.home;
    run.edit(0, |record| record.review.step(home, super::Act::Pass, "李四", "", NOW).is_ok());
    assert_eq!(run.unfinished(), 2, "somebody has begun to pass records on");
}
