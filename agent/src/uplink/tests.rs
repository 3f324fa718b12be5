//! What is believed, what is sent, and in which order.

use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::ranges::Range;
use avow_shared::time::WallTime;
use avow_shared::wire::{Report, Signer};

use super::*;

const ME: AgentId = AgentId([7; 16]);
const SPOOL: SpoolId = SpoolId([8; 16]);
const NONCE: [u8; 16] = [9; 16];

fn hq() -> Signer {
    Signer::from_seed(&[1; 32])
}

fn ack(issued_ms: u64, upto: u64) -> Ack {
    Ack { to: ME, spool: SPOOL, issued_ms, upto, more: vec![] }
}

fn welcome(standing: Standing, window: u32, ack: Ack) -> Welcome {
    Welcome { to: ME, boot_nonce: NONCE, hq_ms: 5_000, standing, reads: vec![VERSION], window, ack }
}

fn outcome(probe: &str) -> Report {
    Report::Outcome(Outcome {
        venue: "350102001-01".parse().expect("a venue"),
        probe: probe.parse().expect("a probe"),
        at: WallTime::default(),
        took_ms: 1,
        verdict: Verdict::Pass,
        detail: "".into(),
        values: vec![],
        evidence: vec![],
    })
}

fn answer() -> Report {
    Report::Answer(crate::orders::answer(1, avow_shared::order::AnswerResult::Done, ""))
}

/// Welcomed at 0 with this window.
fn open(window: u32) -> Uplink {
    let mut uplink = Uplink::new(ME, NONCE, Pin::Key(hq().public()));
    uplink.up(0);
    assert_eq!(uplink.poll(0, |_| None), Some(Say::Hello));
    let bytes = welcome(Standing::Accepted, window, ack(1_000, 0)).seal(&hq());
    uplink.welcome(&bytes, SPOOL, 40).expect("believed");
    uplink
}

fn sent(uplink: &mut Uplink, now_ms: u64) -> Vec<u64> {
    match uplink.poll(now_ms, |_| Some(100)) {
        Some(Say::Reports(numbers)) => numbers,
        other => panic!("expected reports, found {other:?}"),
    }
}

fn set(first: u64, last: u64) -> RangeSet {
    [Range { first, last }].into_iter().collect()
}

#[test]
fn answers_go_first_then_the_newest_then_the_backlog_in_half_of_the_window() {
    let mut uplink = open(8);
    uplink.flights().offer_backlog(&set(1, 20));
    uplink.flights().offer(21, &outcome("a"));
    uplink.flights().offer(22, &outcome("b"));
    uplink.flights().offer(23, &outcome("a"));
    uplink.flights().offer(24, &answer());
    assert_eq!(sent(&mut uplink, 50), [1, 2, 3, 4, 22, 23, 24], "21 is not the newest any more");
    assert_eq!(uplink.poll(50, |_| Some(100)), None, "half of the window is for the present");
    uplink.flights().offer(25, &outcome("c"));
    assert_eq!(sent(&mut uplink, 51), [25]);
    uplink.flights().offer(26, &answer());
    assert_eq!(uplink.poll(52, |_| Some(100)), None, "the window is full");
    uplink.ended(&set(1, 4));
    assert_eq!(sent(&mut uplink, 53), [5, 6, 7, 26]);
}

#[test]
fn when_the_window_is_nearly_full_an_answer_takes_the_place() {
    let mut uplink = open(2);
    for number in 1..=3 {
        uplink.flights().offer(number, &outcome(&format!("p{number}")));
    }
    uplink.flights().offer(4, &answer());
    assert_eq!(sent(&mut uplink, 50), [1, 4]);
}

#[test]
fn an_envelope_is_bounded_by_bytes_and_reports() {
    let mut uplink = open(10_000);
    uplink.flights().offer_backlog(&set(1, 5_000));
    assert_eq!(sent(&mut uplink, 50).len(), 1_000);
    let Some(Say::Reports(numbers)) = uplink.poll(50, |_| Some(50 * 1_024)) else { panic!("reports") };
    assert_eq!(numbers.len(), 4, "200 KB");
    let Some(Say::Reports(numbers)) = uplink.poll(50, |_| Some(300 * 1_024)) else { panic!("reports") };
    assert_eq!(numbers.len(), 1, "what is larger travels alone");
}

#[test]
fn what_is_not_in_memory_is_asked_for_and_sent_when_it_is() {
    let mut uplink = open(100);
    uplink.flights().offer_backlog(&set(1, 3));
    let mut asked = Vec::new();
    let say = uplink.poll(50, |number| {
        asked.push(number);
        None
    });
    assert_eq!((say, asked), (None, vec![1]));
    assert_eq!(sent(&mut uplink, 60), [1, 2, 3]);
}

#[test]
fn unacknowledged_reports_are_sent_again_and_patience_grows() {
    let mut uplink = open(100);
    uplink.flights().offer(1, &outcome("a"));
    assert_eq!(sent(&mut uplink, 1_000), [1]);
    assert_eq!(uplink.poll(15_999, |_| Some(1)), None);
    assert_eq!(uplink.wake_ms(), 16_000);
    assert_eq!(sent(&mut uplink, 16_000), [1]);
    assert_eq!(uplink.wake_ms(), 46_000, "30 s now");
    assert_eq!(sent(&mut uplink, 46_000), [1]);
    uplink.ended(&set(1, 1));
    assert!(uplink.is_drained());
}

#[test]
fn a_lost_connection_makes_everything_unsent_and_says_hello_again() {
    let mut uplink = open(100);
    uplink.flights().offer(1, &outcome("a"));
    assert_eq!(sent(&mut uplink, 50), [1]);
    uplink.down();
    assert_eq!((uplink.poll(60, |_| Some(1)), uplink.standing()), (None, None));
    uplink.up(70);
    assert_eq!(uplink.poll(70, |_| Some(1)), Some(Say::Hello), "no report before a welcome");
    assert_eq!(uplink.poll(70, |_| Some(1)), None);
    let bytes = welcome(Standing::Accepted, 100, ack(2_000, 0)).seal(&hq());
    uplink.welcome(&bytes, SPOOL, 80).expect("believed");
    assert_eq!(sent(&mut uplink, 80), [1]);
}

#[test]
fn a_hello_is_repeated_until_it_is_answered() {
    let mut uplink = Uplink::new(ME, NONCE, Pin::FirstUse);
    uplink.up(0);
    let mut times = Vec::new();
    let mut now = 0;
    while times.len() < 8 {
        assert_eq!(uplink.poll(now, |_| None), Some(Say::Hello));
        uplink.taken();
        times.push(now);
        now = uplink.wake_ms();
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((1_000..=2_000).contains(&gaps[0]) && gaps.iter().all(|gap| *gap <= 30_000), "{gaps:?}");
}

#[test]
fn who_waits_for_a_person_sends_nothing_and_asks_every_half_minute() {
    for standing in [Standing::Pending, Standing::Refused, Standing::Conflict] {
        let mut uplink = Uplink::new(ME, NONCE, Pin::Key(hq().public()));
        uplink.up(0);
        uplink.poll(0, |_| None);
        uplink.welcome(&welcome(standing, 100, ack(1, 0)).seal(&hq()), SPOOL, 10).expect("believed");
        uplink.flights().offer(1, &outcome("a"));
        assert_eq!(uplink.poll(20, |_| Some(1)), None, "{standing:?}");
        assert_eq!((uplink.wake_ms(), uplink.poll(30_010, |_| Some(1))), (30_010, Some(Say::Hello)));
    }
}

#[test]
fn an_hq_that_does_not_read_our_version_gets_no_reports() {
    let mut uplink = Uplink::new(ME, NONCE, Pin::Key(hq().public()));
    uplink.up(0);
    let newer = Welcome { reads: vec![VERSION + 1], ..welcome(Standing::Accepted, 100, ack(1, 0)) };
    uplink.welcome(&newer.seal(&hq()), SPOOL, 10).expect("believed");
    assert_eq!(uplink.standing(), Some(Standing::Refused));
}

#[test]
fn something_signed_is_sent_every_minute() {
    let mut uplink = open(100);
    assert_eq!(uplink.wake_ms(), 55_000);
    assert_eq!(uplink.poll(55_000, |_| None), Some(Say::Hello));
    assert_eq!(uplink.wake_ms(), 110_000);
}

#[test]
fn only_what_hq_signed_for_this_agent_and_start_is_believed() {
    let mut uplink = open(100);
    let forger = Signer::from_seed(&[66; 32]);
    let refused = |uplink: &mut Uplink, bytes: &[u8]| uplink.ack(bytes, SPOOL, 100).map(|believed| believed.ack);
    assert!(matches!(refused(&mut uplink, &ack(9_000, 5).seal(&forger)), Err(Refused::Wire(_))));
    let other = Ack { to: AgentId([0; 16]), ..ack(9_000, 5) };
    assert_eq!(refused(&mut uplink, &other.seal(&hq())), Err(Refused::NotForMe));
    assert_eq!(refused(&mut uplink, &ack(999, 5).seal(&hq())), Err(Refused::Stale));
    assert_eq!(refused(&mut uplink, &ack(1_000, 5).seal(&hq())), Ok(Some(ack(1_000, 5))), "as old is not older");
    let elsewhere = Ack { spool: SpoolId([0; 16]), ..ack(2_000, 5) };
    assert_eq!(refused(&mut uplink, &elsewhere.seal(&hq())), Ok(None), "another spool's numbers");
    let replay = Welcome { boot_nonce: [0; 16], ..welcome(Standing::Accepted, 5, ack(9_999, 5)) };
    assert_eq!(uplink.welcome(&replay.seal(&hq()), SPOOL, 100), Err(Refused::Stale));
    let mut cut = ack(5_000, 5).seal(&hq());
    cut.pop();
    assert!(refused(&mut uplink, &cut).is_err());
}

#[test]
fn a_welcome_that_echoes_the_nonce_counts_even_when_hq_went_back_in_time() {
    let mut uplink = open(100);
    uplink.welcome(&welcome(Standing::Accepted, 100, ack(10, 3)).seal(&hq()), SPOOL, 60).expect("believed");
    assert!(uplink.ack(&ack(11, 4).seal(&hq()), SPOOL, 70).is_ok(), "its acks count from there");
}

#[test]
fn hq_time_comes_with_half_of_the_round_trip() {
    let mut uplink = Uplink::new(ME, NONCE, Pin::FirstUse);
    uplink.up(100);
    uplink.poll(100, |_| None);
    let believed =
        uplink.welcome(&welcome(Standing::Accepted, 1, ack(1, 0)).seal(&hq()), SPOOL, 180).expect("believed");
    assert_eq!((believed.time, believed.pinned), (Some((5_000, 40)), Some(hq().public())));
    let other = Signer::from_seed(&[2; 32]);
    let again = uplink.welcome(&welcome(Standing::Accepted, 1, ack(1, 0)).seal(&other), SPOOL, 190);
    assert!(again.is_err(), "the first key is pinned");
}

#[test]
fn a_line_that_takes_nothing_gets_nothing_more() {
    let mut uplink = open(10_000);
    let mut said = 0;
    for number in 1..100 {
        uplink.flights().offer(number, &outcome("a"));
        said += usize::from(uplink.poll(50, |_| Some(1)).is_some());
    }
    assert_eq!(said, 15, "a hello and fifteen envelopes lie in the queue");
    assert_eq!(uplink.wake_ms(), u64::MAX, "only the line can change that");
    uplink.taken();
    assert!(uplink.poll(50, |_| Some(1)).is_some());
}

#[test]
fn an_hq_that_answers_nothing_for_a_minute_is_told_again_who_speaks() {
    let mut uplink = open(8);
    uplink.flights().offer_backlog(&set(1, 2));
    let mut hellos = Vec::new();
    for now_ms in (1_000..150_000).step_by(1_000) {
        uplink.taken();
        if uplink.poll(now_ms, |_| Some(100)) == Some(Say::Hello) {
            hellos.push(now_ms);
        }
    }
    assert_eq!(hellos, [61_000, 121_000], "it may have lost its data and with it our key");
}
