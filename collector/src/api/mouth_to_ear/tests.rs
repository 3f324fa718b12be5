//! What a run tells of each way, and what is not known.

use avow_shared::mouth_to_ear::{LipSync, Signal};
use avow_shared::time::{ClockQuality, WallTime};

use super::*;

const NUMBER: u64 = 0x1_0000_0007;

fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue")
}

fn part(me: &str, other: &str, sequence: u16, spoke_us: i64, heard_us: i64) -> Part {
    let signal = |venue, sequence| Signal { venue, run: 7, sequence, at_us: heard_us, level: -305, snr: 121 };
    Part {
        order: NUMBER,
        venue: venue(me),
        other: venue(other),
        probe: KIND.parse().expect("a probe"),
        began: WallTime { at_ms: 1_000, quality: ClockQuality::Synced { error_ms: 4 } },
        spoke_us: Some(spoke_us),
        heard: vec![signal(venue(other), 1 - sequence)],
        seen: vec![],
        lip_sync: Some(LipSync { early_us: -130_040, error_us: 20_000 }),
        picture: None,
        shows: false,
    }
}

fn parts() -> [Part; 2] {
    [part("350102-01", "350103-01", 0, 4_000_000, 11_720_000), part("350103-01", "350102-01", 1, 11_500_000, 4_080_000)]
}

fn run_of(parts: [Option<&Part>; 2]) -> MouthToEarRun {
    let venues = [venue("350102-01"), venue("350103-01")];
    told(venues, parts, None, &Limits::default(), |id| format!("会场{id}"), (NUMBER, 5), false)
}

#[test]
fn a_run_tells_each_way_and_what_is_wrong_with_it() {
    let [first, second] = parts();
    let run = run_of([Some(&first), Some(&second)]);
    assert_eq!(run.verdict, "degraded");
    assert_eq!(run.round_trip_ms, Some(300.0));
    let [there, back] = &run.ways;
    assert_eq!((there.heard.as_deref(), there.delay_ms, there.delay_error_ms), (Some("right"), Some(80.0), Some(8)));
    assert_eq!((back.delay_ms, back.level_db, back.snr_db), (Some(220.0), Some(-30.5), Some(12.1)));
    assert_eq!(back.judged_delay_ms, Some(220.0));
    assert_eq!((there.lip_sync_ms, there.lip_sync_error_ms), (Some(-130.0), Some(20.0)));
    let codes = |way: &MouthToEarWay| way.findings.iter().map(|found| found.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(there), ["across.lip-sync"]);
    assert_eq!(codes(back), ["across.delay", "across.lip-sync"]);
    assert_eq!(run.ends[0].name, "会场350102-01");
}

#[test]
fn a_run_is_judged_by_the_limits_that_are_set() {
    let [first, second] = parts();
    let venues = [venue("350102-01"), venue("350103-01")];
    let parts = [Some(&first), Some(&second)];
    let limits = Limits { delay_ms: [50.0, 100.0], late_ms: [140.0, 185.0], ..Limits::default() };
    let run = told(venues, parts, None, &limits, |id| id.to_string(), (NUMBER, 5), false);
    let found = |way: &MouthToEarWay| {
        way.findings.iter().map(|found| format!("{} {}", found.code, found.verdict)).collect::<Vec<_>>()
    };
    assert_eq!(run.ways.each_ref().map(found), [["across.delay degraded"], ["across.delay fail"]]);
}

#[test]
fn where_a_clock_is_not_believed_half_of_the_round_trip_is_told_to_a_tenth() {
    let [mut first, mut second] = parts();
    first.began.quality = ClockQuality::Free;
    second.heard[0].at_us += 77;
    let run = run_of([Some(&first), Some(&second)]);
    assert_eq!(run.ways.each_ref().map(|way| way.judged_delay_ms), [Some(150.0); 2]);
    assert_eq!(run.ways.each_ref().map(|way| way.delay_error_ms), [None; 2]);
}

#[test]
fn what_nobody_told_is_not_known_and_what_was_not_heard_is_a_fault() {
    let [first, mut second] = parts();
    let run = run_of([Some(&first), None]);
    assert_eq!((run.verdict.as_str(), run.ways[0].heard.as_deref()), ("unknown", None));
    assert!(run.ways[0].findings.is_empty());
    second.heard.clear();
    let run = run_of([Some(&first), Some(&second)]);
    assert_eq!((run.verdict.as_str(), run.ways[0].heard.as_deref()), ("fail", Some("nobody")));
    let stranger = Signal { venue: venue("350104-01"), ..first.heard[0] };
    second.heard.push(stranger);
    let run = run_of([Some(&first), Some(&second)]);
    assert_eq!((run.ways[0].heard.as_deref(), run.ways[0].heard_venue.as_deref()), (Some("other"), Some("350104-01")));
    assert_eq!(run.ways[0].findings[0].code, "across.other-venue");
}

#[test]
fn a_run_that_hq_did_not_see_to_its_end_is_interrupted_until_each_end_is_known() {
    let agent = avow_shared::id::AgentId([1; 16]);
    let ends = ["350102-01", "350103-01"].map(|id| End { venue: venue(id), agent, answer: None });
    let mut run = Run::new(ends, None, 5, Vec::new());
    let interrupted = |run: &Run, parts: [Option<&Part>; 2]| {
        let venues = run.ends.each_ref().map(|end| end.venue);
        told(venues, parts, Some(run), &Limits::default(), |id| id.to_string(), (NUMBER, 5), false).interrupted
    };
    assert!(!interrupted(&run, [None; 2]), "HQ was there");
    run.fate = Fate::Interrupted;
    let [first, second] = parts();
    assert!(interrupted(&run, [None; 2]) && interrupted(&run, [Some(&first), None]));
    assert!(!interrupted(&run, [Some(&first), Some(&second)]), "both have told since");
    let refused = Answer { order: NUMBER, result: AnswerResult::Impossible, detail: "".into() };
    run.ends[1].answer = Some(refused);
    assert!(!interrupted(&run, [Some(&first), None]), "it is known why nothing came");
}

#[test]
fn after_a_restart_who_spoke_first_is_read_from_what_was_heard() {
    let [first, second] = parts();
    assert_eq!(in_order(&first), in_order(&second));
    assert_eq!(in_order(&first), [venue("350102-01"), venue("350103-01")]);
}

#[test]
fn a_run_that_went_well_proposes_what_it_saw_and_heard_and_no_other_does() {
    let [mut first, mut second] = parts();
    let run = run_of([Some(&first), Some(&second)]);
    assert!(!run.proposes && run.joint_tests.is_empty(), "sound is late: {run:?}");
    for part in [&mut first, &mut second] {
        part.lip_sync = None;
    }
    second.heard[0].at_us = first.spoke_us.expect("a time") + 80_000;
    first.heard[0].at_us = second.spoke_us.expect("a time") + 90_000;
    let run = run_of([Some(&first), Some(&second)]);
    assert_eq!((run.verdict.as_str(), run.proposes), ("pass", true), "{run:?}");
    let expected = Marks { sound_out: Mark::Normal, sound_in: Mark::Normal, ..Marks::default() };
    assert_eq!(points(&run, 1), expected, "pictures that nobody looked at were not tested");
    let venues = [venue("350102-01"), venue("350103-01")];
    let name = |id: VenueId| id.to_string();
    let open = told(venues, [Some(&first), Some(&second)], None, &Limits::default(), name, (NUMBER, 5), true);
    assert!(!open.proposes, "it is not over");
    assert!(!run_of([Some(&first), None]).proposes, "one way is not known");
}
