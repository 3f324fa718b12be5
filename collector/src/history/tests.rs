//! What is taken is told again: from memory, from pieces, from sealed hours, after a stop, and never twice.

use std::sync::Arc;

use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::wire::{Numbered, Report};

use super::disk::Kind;
use super::*;

const START_MS: u64 = 1_790_000_000_000 / HOUR_MS * HOUR_MS;
use super::sealed::HOUR_MS;

fn venue(n: u16) -> VenueId {
    format!("350102{:03}-01", n + 1).parse().expect("a venue")
}

fn outcome(id: VenueId, probe: &str, at_ms: u64, numbers: &[f64]) -> Outcome {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let value = |(name, number): (&&'static str, &f64)| Value::new(name, Unit::Millisecond, *number);
    Outcome {
        venue: id,
        probe: probe.parse().expect("a probe"),
        at: WallTime { at_ms, quality: ClockQuality::Free },
        took_ms: 1,
        verdict: if numbers[0] > 100.0 { Verdict::fail("line.delay") } else { Verdict::Pass },
        detail: "".into(),
        values: names.iter().zip(numbers).map(value).collect(),
        evidence: vec![],
    }
}

fn stored(arrival: u64, number: u64, at_ms: u64, outcomes: Vec<Outcome>) -> Arc<Stored> {
    let number_of = |at: usize| number + at as u64;
    Arc::new(Stored {
        arrival,
        received_ms: at_ms,
        agent: AgentId([1; 16]),
        venue: outcomes[0].venue,
        spool: SpoolId([3; 16]),
        sent_at: WallTime { at_ms, quality: ClockQuality::Free },
        produced: 1 << 40,
        dropped: vec![],
        void: vec![],
        reports: outcomes
            .into_iter()
            .enumerate()
            .map(|(at, outcome)| Numbered { number: number_of(at), report: Report::Outcome(outcome) })
            .collect(),
        refused: vec![],
    })
}

fn minute(n: u64) -> Arc<Stored> {
    let at_ms = START_MS + n * 60_000;
    stored(n + 1, n + 1, at_ms, vec![outcome(venue(0), "line", at_ms, &[n as f64, 0.125])])
}

fn question(resolution: Resolution) -> Question {
    Question { venue: venue(0), probe: "line".parse().expect("a probe"), from_ms: 0, to_ms: u64::MAX, resolution }
}

fn open(folder: &Path) -> History {
    // However full the disk of the machine is that runs the test.
    History::open(folder, Limits { disk_percent: 101, ..Limits::default() }).expect("opens")
}

fn numbers(history: &History) -> Vec<f64> {
    let answer = history.reader().answer(&question(Resolution::Raw)).expect("answers");
    let series = answer.series.iter().find(|series| series.name.as_str() == "a");
    series.map(|series| series.points.iter().map(|(_, number)| *number).collect()).unwrap_or_default()
}

/// Waits by asking: the thread answers in turn, and the merge is over when its pieces are gone.
fn merged(history: &History, now_ms: u64) {
    let first = history.disk.names(Kind::Pieces).first().cloned();
    while history.disk.names(Kind::Pieces).first() == first.as_ref() {
        history.tick(now_ms);
        numbers(history);
    }
}

#[test]
fn values_are_told_from_memory_pieces_and_sealed_hours_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    let expected: Vec<f64> = (0..25).map(f64::from).collect();
    for n in 0..25 {
        history.append(minute(n));
        history.tick(START_MS + n * 60_000);
    }
    assert_eq!(numbers(&history), expected, "some open, some sealed");
    assert!(history.safe_through() > 0 && history.safe_through() < 25);
    history.seal_all();
    assert_eq!(history.safe_through(), 25);
    assert_eq!(numbers(&history), expected, "all in pieces");
    merged(&history, START_MS + 2 * HOUR_MS);
    assert_eq!(numbers(&history), expected, "all in a sealed hour");
    assert_eq!(history.disk.names(Kind::Raw).len(), 1);
    drop(history);
    let history = open(folder.path());
    assert_eq!((numbers(&history), history.resume_after()), (expected, 25), "after a stop");
}

#[test]
fn what_a_replay_brings_again_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    (0..5).for_each(|n| history.append(minute(n)));
    history.seal_all();
    // Another thread of history over the same folder, as after a lost mark: everything comes again.
    drop(history);
    let disk = Disk::new(folder.path());
    for name in disk.names(Kind::Pieces) {
        let store = disk.store(Kind::Pieces, &name, false).expect("opens").expect("is there");
        let mut batch = crate::store::Batch::new();
        batch.remove(work::MARK_KEY);
        store.commit(batch).expect("commits");
    }
    drop(disk);
    let history = open(folder.path());
    assert_eq!(history.resume_after(), 0);
    (0..7).for_each(|n| history.append(minute(n)));
    assert_eq!(numbers(&history), (0..7).map(f64::from).collect::<Vec<_>>());
    merged(&history, START_MS + 2 * HOUR_MS);
    assert_eq!(numbers(&history), (0..7).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn hours_have_mean_least_and_greatest_and_the_worst_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    (0..60).for_each(|n| history.append(minute(n)));
    let at_ms = START_MS + HOUR_MS + 60_000;
    history.append(stored(100, 100, at_ms, vec![outcome(venue(0), "line", at_ms, &[200.0, 1.0])]));
    let check = |history: &History| {
        let answer = history.reader().answer(&question(Resolution::Hour)).expect("answers");
        assert_eq!(answer.verdicts, [(START_MS, "pass"), (START_MS + HOUR_MS, "fail")]);
        let series = &answer.series[0];
        assert_eq!(series.points, [(START_MS, 29.5), (START_MS + HOUR_MS, 200.0)]);
        assert_eq!(series.min[0], (START_MS, 0.0));
        assert_eq!(series.max[0], (START_MS, 59.0));
    };
    check(&history);
    history.seal_all();
    merged(&history, START_MS + 3 * HOUR_MS);
    check(&history);
}

#[test]
fn an_answer_is_bounded_and_has_the_newest() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    let second = |n: u64| {
        let at_ms = START_MS + n * 1_000;
        stored(n + 1, n + 1, at_ms, vec![outcome(venue(0), "line", at_ms, &[n as f64])])
    };
    (0..6_000).for_each(|n| history.append(second(n)));
    let answer = history.reader().answer(&question(Resolution::Raw)).expect("answers");
    assert_eq!((answer.truncated, answer.verdicts.len(), answer.series[0].points.len()), (true, 5_000, 5_000));
    assert_eq!(answer.series[0].points.last(), Some(&(START_MS + 5_999_000, 5_999.0)));
}

#[test]
fn a_backlog_lies_in_its_own_day_and_what_is_too_old_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    let yesterday = START_MS - 24 * HOUR_MS;
    history.append(stored(1, 1, START_MS, vec![outcome(venue(0), "line", yesterday, &[1.0])]));
    history.append(stored(2, 2, START_MS, vec![outcome(venue(0), "line", START_MS - 40 * 24 * HOUR_MS, &[2.0])]));
    history.seal_all();
    merged(&history, START_MS + 2 * HOUR_MS);
    assert_eq!(history.disk.names(Kind::Raw), [disk::day_name(yesterday)]);
    assert_eq!(numbers(&history), [1.0]);
    history.tick(START_MS + 31 * 24 * HOUR_MS);
    assert_eq!(numbers(&history), [0.0; 0]);
}

#[test]
fn on_a_full_disk_the_oldest_days_go_but_not_today() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = History::open(folder.path(), Limits { disk_percent: 0, ..Limits::default() }).expect("opens");
    let (noon, day) = (START_MS - 10 * HOUR_MS, 24 * HOUR_MS);
    for (n, at_ms) in (1..).zip([noon - 2 * day, noon - day, noon]) {
        history.append(stored(n, n, noon, vec![outcome(venue(0), "line", at_ms, &[n as f64])]));
    }
    history.seal_all();
    merged(&history, noon + 2 * HOUR_MS);
    history.tick(noon + 3 * HOUR_MS);
    assert_eq!((numbers(&history), history.disk.names(Kind::Raw)), (vec![3.0], vec![disk::day_name(noon)]));
}

/// The format by itself: what an hour of ten probes with eight noisy values each costs, before the database.
#[test]
fn an_outcome_with_eight_values_costs_less_than_sixteen_bytes() {
    let mut seed = 7u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / f64::from(1u32 << 31)
    };
    let mut room = open::Room::new(START_MS, 1);
    let mut interner = crate::province::Interner::default();
    for n in 0..60u64 {
        for probe in 0..10u64 {
            let at_ms = START_MS + n * 60_000 + (random() * 50.0) as u64;
            let rtt = 12.0 + random();
            let numbers = [0.0, rtt, rtt - random() * 0.2, rtt + random() * 0.3, random() * 0.2, 20.0, 20.0, 64.0];
            let outcome = outcome(venue(0), &format!("probe-{probe}"), at_ms, &numbers);
            let schema = interner.schema(&outcome.values);
            room.push(&outcome, n * 10 + probe + 1, SpoolId([3; 16]), at_ms, schema);
        }
    }
    let blocks: Vec<_> = room.blocks().cloned().collect();
    let open_bytes: usize = blocks.iter().map(|block| block.data.len()).sum();
    assert!(open_bytes / 10 / 6 <= 300, "ten minutes of a probe take {} bytes in memory", open_bytes / 10 / 6);
    let hours = sealed::by_hour(&blocks);
    let packed = sealed::pack(&hours[&(START_MS / HOUR_MS)]).expect("packs");
    let each = packed.len() as f64 / 600.0;
    println!("{each:.2} bytes an outcome, {:.2} GB a day for 18 762 venues", each * 18_762.0 * 14_400.0 / 1e9);
    assert!(each < 16.0, "{each} bytes an outcome");
}

/// Batches of the past, as the thread that reads the journal brings them.
fn bring(history: &History, minutes: std::ops::Range<u64>) {
    assert!(history.past(minutes.map(|n| Arc::unwrap_or_clone(minute(n))).collect()));
}

#[test]
fn the_past_comes_beside_the_present_and_nothing_is_safe_before_it_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    (0..3).for_each(|n| history.append(minute(n)));
    drop(history);
    let history = open(folder.path());
    assert_eq!(history.resume_after(), 3);
    // Batches 4 to 10 were in the journal at the start; 11 and 12 come live before them and between them.
    history.behind(3);
    history.append(minute(10));
    history.seal_all();
    assert_eq!(history.safe_through(), 3, "what is sealed of the present is not all");
    bring(&history, 3..6);
    history.append(minute(11));
    history.seal_all();
    assert_eq!(history.safe_through(), 6);
    bring(&history, 6..10);
    assert_eq!(numbers(&history), (0..12).map(f64::from).collect::<Vec<_>>(), "each once and in order");
    history.seal_all();
    assert_eq!(history.safe_through(), 10);
    history.caught_up();
    history.seal_all();
    assert_eq!(history.safe_through(), 12);
    drop(history);
    let history = open(folder.path());
    assert_eq!((numbers(&history).len(), history.resume_after()), (12, 12));
}

#[test]
fn who_ends_before_the_past_is_there_begins_with_it_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    history.behind(0);
    history.append(minute(9));
    bring(&history, 0..4);
    drop(history);
    let history = open(folder.path());
    assert_eq!(history.resume_after(), 4, "what came of the past is on disk, what did not is asked for again");
    history.behind(4);
    bring(&history, 4..10);
    history.caught_up();
    history.seal_all();
    assert_eq!((numbers(&history), history.safe_through()), ((0..10).map(f64::from).collect(), 10));
}

#[test]
fn an_open_room_of_the_past_holds_back_what_is_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = open(folder.path());
    history.behind(0);
    let other = |arrival, n: u64| {
        let at_ms = START_MS + n * 60_000;
        stored(arrival, arrival, at_ms, vec![outcome(venue(1), "line", at_ms, &[1.0, 1.0])])
    };
    // The room of one venue began live; that of another with the past, later and with an earlier batch.
    history.append(other(3, 1));
    bring(&history, 0..2);
    history.caught_up();
    history.tick(START_MS + 60_000);
    numbers(&history);
    assert_eq!(history.safe_through(), 0, "the first batch of the past is in memory alone");
    history.tick(START_MS + 60_000 + 540_000);
    history.seal_all();
    assert_eq!(history.safe_through(), 3);
}
