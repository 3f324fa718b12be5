//! Calls that prove: who has a turn at HQ's ends, who falls back, and what came of a run.

use avow_shared::mouth_to_ear::{Part, Running, Signal};
use avow_shared::order::INTERLOCKED;
use avow_shared::roll_call::Untested;
use avow_shared::time::ClockQuality;

use super::*;
use crate::crossing::Limits;
use crate::hand::{End, RUN_WITHIN_MS, Run};

fn end(n: u16) -> HqEnd {
    HqEnd { venue: venue(n), agent: agent(n) }
}

fn proven() -> Asked {
    Asked { depth: Depth::Proven, ..asked() }
}

fn entries(venues: u16) -> Vec<Entry> {
    let new = |n| Entry::new(venue(n), city(), "".into(), None, Some(agent(n)), Before::default());
    (0..venues).map(new).collect()
}

/// So many venues, of which all but the last are able, and HQ's ends.
fn calling(venues: u16, ends: &[HqEnd], asked: Asked) -> Calls {
    let mut entries = entries(venues);
    let is_able = |entry: &Entry| entry.venue() != Some(venue(venues - 1));
    let forecast = plan(&mut entries, 0, &asked, ends, is_able);
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked, entries).with_forecast(forecast)));
    calls
}

fn forecast(calls: &Calls) -> Forecast {
    calls.get(1).and_then(|call| call.forecast.clone()).expect("a forecast")
}

fn proof(calls: &Calls, n: u16) -> Proof {
    let entry = calls.get(1).and_then(|call| call.entry(&room(n))).expect("called");
    entry.proving.clone().expect("asked for").proof
}

fn turns(calls: &Calls, ends: &[HqEnd], now: UnixMs) -> Vec<VenueId> {
    calls.turns(ends, now, |_, _| true).into_iter().map(|turn| turn.venue).collect()
}

#[test]
fn the_time_and_hqs_ends_say_how_many_can_be_proven_and_the_rest_falls_back() {
    let rounds = (UNTIL - NOW - 10_000) / RUN_WITHIN_MS;
    let calls = calling(20, &[end(100), end(101)], proven());
    let fits = u32::try_from(2 * rounds).expect("few");
    let known = forecast(&calls);
    assert_eq!((known.called, known.able, known.fits, known.slots, known.why), (20, 19, fits, 2, None));
    let planned = (0..20).filter(|n| proof(&calls, *n) == Proof::Planned).count();
    assert_eq!((planned, proof(&calls, 19)), (fits as usize, Proof::FellBack(FellBack::Unable)));
    assert_eq!(calls.get(1).expect("held").tally(NOW).fell_back, 20 - fits);

    let nobody = calling(3, &[], proven());
    assert_eq!((forecast(&nobody).fits, forecast(&nobody).why), (0, Some(FellBack::NoHq)));
    assert!((0..3).all(|n| proof(&nobody, n) == Proof::FellBack(FellBack::NoHq)));
    let unasked = calling(3, &[end(100)], Asked { confirmed: false, ..proven() });
    assert_eq!((forecast(&unasked).fits, proof(&unasked, 0)), (0, Proof::FellBack(FellBack::Unconfirmed)));
    let own = calling(3, &[end(0)], proven());
    assert_eq!(proof(&own, 0), Proof::FellBack(FellBack::Unable), "HQ's end is not at both ends");
    assert_eq!(plan(&mut entries(2), 0, &asked(), &[end(100)], |_| true), None, "nobody asked for a proof");
}

#[test]
fn each_city_has_its_turn_and_in_each_call_another_venue_begins() {
    let of = |id: u64| {
        let mut entries = entries(4);
        entries[3].city = "3502".parse().expect("a city");
        plan(&mut entries, id, &proven(), &[end(100)], |_| true);
        let mut order: Vec<usize> = (0..4).collect();
        order.sort_unstable_by_key(|at| entries[*at].proving.as_ref().map(|proving| proving.turn));
        order
    };
    assert_eq!((of(0), of(0), of(1)), (vec![0, 3, 1, 2], vec![0, 3, 1, 2], vec![1, 3, 2, 0]));
}

#[test]
fn who_is_ready_has_an_end_in_its_turn_and_who_fell_back_one_that_is_free() {
    let ends = [end(100)];
    let mut calls = calling(8, &ends, proven());
    let fits = u16::try_from(forecast(&calls).fits).expect("few");
    assert!(fits < 6, "the test needs some that fall back");
    assert!(turns(&calls, &ends, NOW + 1).is_empty(), "nobody is ready");
    calls.told(&told(6, done(false)), NOW + 5);
    assert_eq!(turns(&calls, &ends, NOW + 6), [venue(6)], "the end would be idle");
    calls.told(&told(1, done(false)), NOW + 7);
    assert_eq!(turns(&calls, &ends, NOW + 8), [venue(1)], "whose turn it is goes first");
    assert!(calls.turns(&ends, NOW + 8, |_, who| who != agent(1)).iter().all(|turn| turn.venue == venue(6)));
    assert!(
        calls.running(1, venue(1), 77, venue(100), NOW + 8) && !calls.running(1, venue(1), 78, venue(100), NOW + 8)
    );
    assert_eq!(
        (calls.runs(), proof(&calls, 1)),
        (vec![(1, venue(1), 77)], Proof::Running { run: 77, with: venue(100) })
    );
    assert_eq!(turns(&calls, &[end(100), end(101)], NOW + 9), [venue(6)], "nobody has two");
    let late = UNTIL - RUN_WITHIN_MS;
    assert_eq!((turns(&calls, &ends, late).len(), turns(&calls, &ends, late + 1).len()), (1, 0));
}

#[test]
fn what_comes_to_no_run_in_time_says_why_and_the_call_waits_for_what_may() {
    let mut calls = calling(7, &[end(100)], proven());
    let fits = u16::try_from(forecast(&calls).fits).expect("few");
    for n in 0..7 {
        if n != 3 {
            calls.told(&told(n, done(n == 2)), NOW + 5);
        }
    }
    spoke(&mut calls, &room(3), word(NOW + 6)).expect("taken");
    assert!(!calls.complete_due(), "proofs are waited for");
    assert!(calls.fall_back(NOW + 8) && !calls.fall_back(NOW + 9));
    assert_eq!(proof(&calls, 2), Proof::FellBack(FellBack::InMeeting));
    calls.running(1, venue(0), 77, venue(100), NOW + 8);
    assert!(calls.fall_back(UNTIL - RUN_WITHIN_MS + 1));
    assert_eq!(proof(&calls, 1), Proof::FellBack(FellBack::NoSlot));
    assert_eq!(proof(&calls, 3), Proof::FellBack(FellBack::NotReady), "a person's word is no box's");
    assert!(fits >= 4 && !calls.complete_due(), "one runs");
    assert!(calls.proved(1, venue(0), Came::Found(Found::Good), UNTIL - 1));
    assert!(!calls.proved(1, venue(0), Came::HqRefused, UNTIL - 1), "once");
    assert!(calls.complete_due());
    let call = calls.get(1).expect("held");
    assert_eq!((call.complete_ms, call.tally(UNTIL).proven), (Some(UNTIL - 1), 1), "the last proof is its end");
}

#[test]
fn an_end_of_hqs_that_refused_is_given_to_nobody_more_and_a_call_that_is_ended_leaves_no_proof_open() {
    let ends = [end(100), end(101)];
    let mut calls = calling(8, &ends, proven());
    assert!((0..4).all(|n| calls.told(&told(n, done(false)), NOW + 5)));
    let first = calls.turns(&ends, NOW + 6, |_, _| true);
    assert_eq!(first.iter().map(|turn| turn.with.venue).collect::<Vec<_>>(), [venue(100), venue(101)]);
    calls.running(1, venue(0), 77, venue(100), NOW + 8);
    calls.proved(1, venue(0), Came::HqRefused, NOW + 7);
    assert_eq!(
        calls.get(1).and_then(|call| call.entry(&room(0))).and_then(|one| one.fell_back()),
        Some(FellBack::HqRefused)
    );
    assert!(turns(&calls, &ends[..1], NOW + 8).is_empty(), "it would sound in every room for nothing");
    assert_eq!(turns(&calls, &ends, NOW + 8), [venue(1)]);
    calls.running(1, venue(1), 78, venue(101), NOW + 8);
    close(&mut calls, "误发", NOW + 9).expect("is open");
    assert_eq!(
        (proof(&calls, 1), proof(&calls, 2)),
        (Proof::FellBack(FellBack::Ended), Proof::FellBack(FellBack::Ended))
    );
}

fn run(answers: [Option<(AnswerResult, &str)>; 2]) -> Run {
    let of = |n, said: Option<(AnswerResult, &str)>| End {
        venue: venue(n),
        agent: agent(n),
        answer: said.map(|(result, detail)| Plain { order: 77, result, detail: detail.into() }),
    };
    let [hq, there] = answers;
    Run::new([of(100, hq), of(0, there)], Some(1), NOW, vec![])
}

fn part(me: u16, other: u16, heard: bool) -> Part {
    let signal = Signal { venue: venue(other), run: 77, sequence: 0, at_us: 80_000, level: -200, snr: 120 };
    Part {
        order: 77,
        venue: venue(me),
        other: venue(other),
        probe: "mouth".parse().expect("a probe"),
        began: WallTime { at_ms: NOW, quality: ClockQuality::Synced { error_ms: 3 } },
        spoke_us: Some(0),
        heard: if heard { vec![signal] } else { vec![] },
        seen: vec![],
        lip_sync: None,
        picture: None,
        shows: false,
    }
}

#[test]
fn a_run_counts_when_both_have_told_and_says_what_did_not_cross() {
    let limits = Limits::default();
    let (hq, there) = (part(100, 0, true), part(0, 100, true));
    let ok = Some((AnswerResult::Done, ""));
    let of = |answers, parts, now| came(&run(answers), parts, &limits, now);
    assert_eq!(of([ok, None], [Some(&hq), None], NOW + 1), None);
    assert_eq!(of([ok, ok], [Some(&hq), Some(&there)], NOW + 1), Some(Came::Found(Found::Good)));
    let deaf = part(100, 0, false);
    let silent = Some(Came::Found(Found::Failed("across.silent".parse().expect("a finding"))));
    assert_eq!(of([ok, ok], [Some(&deaf), Some(&there)], NOW + 1), silent);
    // Nothing in either direction: nobody can tell a venue that is not in the conference from one that is dead.
    let dumb = part(0, 100, false);
    assert_eq!(of([ok, ok], [Some(&deaf), Some(&dumb)], NOW + 1), Some(Came::Apart));
    let sight = Signal { venue: venue(100), run: 77, sequence: 0x100, at_us: 1, level: 500, snr: 0 };
    let picture = Some(Running { frames: 400, missing: 0, repeated: 0, longest_still_ms: 40, rate: 25_000 });
    let (sees, shows) = (Part { seen: vec![sight], picture, ..dumb.clone() }, Part { shows: true, ..deaf.clone() });
    assert_eq!(of([ok, ok], [Some(&shows), Some(&sees)], NOW + 1), silent, "its picture came");
    let over = NOW + RUN_WITHIN_MS;
    assert_eq!(of([ok, None], [Some(&hq), None], over), Some(Came::Found(Found::Untested(Untested::Late))));
    assert_eq!(of([None, ok], [None, Some(&there)], over), Some(Came::HqRefused), "nothing is known of the venue");
    let no = |detail| Some((AnswerResult::Impossible, detail));
    let refused = of([None, no(INTERLOCKED)], [None, None], NOW + 1);
    assert_eq!(refused, Some(Came::Found(Found::Untested(Untested::Refused))));
    assert_eq!(of([no("正忙"), None], [None, None], NOW + 1), Some(Came::HqRefused));
}

#[test]
fn a_venue_that_met_hq_nowhere_is_ready_without_a_fault_and_it_is_known_since_when() {
    let mut calls = calling(3, &[end(100)], proven());
    calls.told(&told(0, done(false)), NOW + 5);
    let since = |calls: &Calls| {
        let entry = calls.get(1).and_then(|call| call.entry(&room(0))).expect("called");
        entry.proving.as_ref().and_then(|proving| proving.at_ms)
    };
    assert_eq!(since(&calls), Some(NOW), "planned from the beginning");
    calls.running(1, venue(0), 77, venue(100), NOW + 6);
    calls.proved(1, venue(0), Came::Apart, NOW + 9);
    let entry = calls.get(1).and_then(|call| call.entry(&room(0))).expect("called");
    assert_eq!((entry.fell_back(), Fault::of(entry), entry.across()), (Some(FellBack::Apart), None, None));
    assert_eq!(since(&calls), Some(NOW + 9));
    assert_eq!((calls.get(1).expect("held").tally(NOW + 10).fell_back, calls.runs().len()), (2, 0));
}

#[test]
fn a_venue_that_is_not_heard_at_hq_has_answered_without_sound() {
    let mut calls = calling(3, &[end(100)], proven());
    calls.told(&told(0, done(false)), NOW + 5);
    calls.running(1, venue(0), 77, venue(100), NOW + 8);
    let fault = |calls: &Calls| Fault::of(calls.get(1).and_then(|call| call.entry(&room(0))).expect("called"));
    assert_eq!(fault(&calls), None);
    let mut other = calls.clone();
    let failed = |code: &str| Came::Found(Found::Failed(code.parse().expect("a finding")));
    calls.proved(1, venue(0), failed("across.silent"), NOW + 9);
    assert_eq!((fault(&calls), calls.get(1).expect("held").tally(NOW + 10).whole), (Some(Fault::NoSound), 0));
    other.proved(1, venue(0), failed("across.no-picture"), NOW + 9);
    assert_eq!(fault(&other), Some(Fault::NoPicture));
}
