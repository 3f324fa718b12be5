//! What persons say: while boxes have long answered, after the end, and when it was a slip; and who ends a call.

use super::*;

fn entry(calls: &Calls, n: u16) -> Entry {
    Entry::clone(calls.get(1).and_then(|call| call.entry(&room(n))).expect("called"))
}

fn rate(calls: &Calls, now: UnixMs) -> Option<f64> {
    calls.get(1).expect("held").tally(now).rate()
}

/// All boxes answer in a moment; a person speaks a minute later, and how long it took stays what it was.
#[test]
fn a_person_speaks_a_minute_after_the_last_box_and_the_call_is_as_quick_as_it_was() {
    let mut calls = calls(2);
    assert!((0..2).all(|n| calls.told(&told(n, done(false)), NOW + 100 + u64::from(n))));
    assert!(calls.complete_due());
    spoke(&mut calls, &room(0), word(NOW + 60_000)).expect("is open");
    let one = entry(&calls, 0);
    assert_eq!((one.mode(), one.answered_ms()), (Some(Mode::Telephone), Some(NOW + 100)));
    let call = calls.get(1).expect("held");
    assert_eq!((call.complete_ms, call.tally(NOW + 60_000).by_person), (Some(NOW + 101), 1));
    close(&mut calls, "", NOW + 61_000).expect("all have answered: nothing is broken off");
    let call = calls.get(1).expect("held");
    assert!(!call.is_broken_off() && call.closed.as_ref().is_some_and(|closed| &*closed.by == "张三"));
}

#[test]
fn a_call_that_waits_for_persons_asks_nobody_and_the_oldest_of_too_many_is_over() {
    let mut calls = Calls::default();
    for id in 1..=40 {
        assert!(calls.has_room(), "{id}");
        let entry = Entry::new(venue(0), city(), "".into(), None, Some(agent(0)), Before::default());
        calls.hold(Arc::new(Call::new(id, asked(), vec![entry])));
        calls.told(&Told { call: id, ..told(0, done(false)) }, NOW + id);
        assert!(calls.complete_due());
        assert!(calls.ask_due(NOW + 60_000, &Up::all(1), 10).is_empty());
        let over = calls.end_due(NOW + id);
        assert_eq!(over.iter().map(|call| call.id).collect::<Vec<_>>(), if id > 16 { vec![id - 16] } else { vec![] });
    }
    assert_eq!((calls.open(), calls.iter().count()), (MOST_COMPLETE, MOST_HELD));
}

#[test]
fn an_excuse_that_is_taken_back_is_waited_for_again_and_both_stay() {
    let mut calls = calls(1);
    say(&mut calls, &room(0), Said::Excused(grounds("停电", NOW + 5))).expect("taken");
    assert!(calls.complete_due());
    say(&mut calls, &room(0), Said::Unexcused(grounds("来电了", NOW + 9))).expect("taken");
    let call = calls.get(1).expect("held");
    assert!(call.is_asking() && call.complete_ms.is_none());
    assert_eq!((standing(&calls, 0, NOW + 10), entry(&calls, 0).said.len()), (Standing::Waiting, 2));
    let again = say(&mut calls, &room(0), Said::Unexcused(grounds("来电了", NOW + 11)));
    assert_eq!(again, Err(NotTaken::Nothing));
}

#[test]
fn a_call_is_broken_off_with_a_reason_and_who_could_still_answer_is_not_counted() {
    let mut calls = calls(4);
    calls.told(&told(0, done(false)), NOW + 10);
    calls.told(&told(1, Phase::Heard { of: 1 }), NOW + 10);
    assert_eq!(close(&mut calls, "", NOW + 160), Err(NotTaken::NoReason));
    close(&mut calls, "误发", NOW + 160).expect("is open");
    let call = calls.get(1).expect("held");
    let closed = call.closed.as_ref().expect("a person ended it");
    assert_eq!((&*closed.by, &*closed.reason, closed.at_ms, call.is_broken_off()), ("张三", "误发", NOW + 160, true));
    let tally = call.tally(UNTIL + 9);
    assert_eq!((tally.expected, tally.on_time, tally.silent, tally.uncounted), (4, 1, 0, 3));
    assert_eq!(tally.rate(), Some(1.0), "nobody is to blame for what was not waited for");
    let mut late = super::calls(2);
    late.told(&told(0, done(false)), NOW + 10);
    assert!(late.turn_due(UNTIL + 1));
    close(&mut late, "", UNTIL + 2).expect("the time is up: nothing is broken off");
    let call = late.get(1).expect("held");
    assert_eq!((call.tally(UNTIL + 9).silent, call.is_broken_off()), (1, false));
}

#[test]
fn the_newest_word_counts_and_the_first_time_stays() {
    let mut calls = calls(1);
    spoke(&mut calls, &room(0), word(NOW + 10)).expect("taken");
    let revision = calls.get(1).expect("held").revision;
    spoke(&mut calls, &room(0), word(NOW + 15)).expect("a second click");
    assert_eq!(calls.get(1).expect("held").revision, revision, "the same is no news");
    let corrected = ByHand { mode: Mode::Backup, person: "王五".into(), ..word(UNTIL + 30) };
    spoke(&mut calls, &room(0), corrected).expect("a correction");
    let one = entry(&calls, 0);
    assert_eq!((one.mode(), one.answered_ms(), one.said.len()), (Some(Mode::Backup), Some(NOW + 10), 2));
    assert_eq!(standing(&calls, 0, UNTIL + 40), Standing::OnTime);
    let page = ByHand { via: Via::Page, ..word(UNTIL + 50) };
    assert_eq!(spoke(&mut calls, &room(0), page), Err(NotTaken::Answered), "corrections are HQ's");
    say(&mut calls, &room(0), Said::Unanswered(grounds("记错会场", UNTIL + 60))).expect("taken");
    assert_eq!((entry(&calls, 0).mode(), standing(&calls, 0, UNTIL + 61)), (None, Standing::Silent));
    for n in 0..20 {
        let person = format!("{n}").into();
        let taken = spoke(&mut calls, &room(0), ByHand { person, ..word(UNTIL + 70) });
        assert_eq!(taken.is_ok(), n < MOST_SAID - 3, "{n}: {taken:?}");
    }
}

#[test]
fn what_is_said_after_the_end_is_taken_and_told_apart_and_an_excuse_then_lifts_no_rate() {
    let mut calls = calls(3);
    calls.told(&told(0, done(false)), NOW + 10);
    calls.turn_due(UNTIL + 1);
    say(&mut calls, &room(2), Said::Excused(grounds("请假", UNTIL + 2))).expect("taken");
    assert_eq!(standing(&calls, 2, UNTIL + 3), Standing::Silent, "it was too late for that");
    assert_eq!(calls.end_due(UNTIL + LATE_MS).len(), 1);
    let end = UNTIL + LATE_MS;
    assert_eq!(rate(&calls, end), Some(1.0 / 3.0));
    spoke(&mut calls, &room(1), word(end + 5)).expect("HQ may correct");
    let page = ByHand { via: Via::Page, ..word(end + 5) };
    assert_eq!(spoke(&mut calls, &room(2), page), Err(NotTaken::NoCall), "a link ends with its call");
    let call = calls.get(1).expect("held");
    let [spoken, excused] = [1, 2].map(|n| entry(&calls, n));
    assert!(call.is_afterwards(spoken.person_ms().expect("a person")) && call.is_excused_afterwards(&excused));
    assert_eq!((standing(&calls, 1, end + 9), standing(&calls, 2, end + 9)), (Standing::Late, Standing::Silent));
    assert_eq!((call.tally(end + 9).excused_afterwards, rate(&calls, end + 9)), (1, Some(1.0 / 3.0)));
}

/// Who answered without that anything was tested is counted, and a person who saw and heard him takes that away.
#[test]
fn who_is_ready_without_a_test_is_counted_apart() {
    let good = [Aspect::Line, Aspect::Picture, Aspect::Sound].map(|aspect| (aspect, Found::Good));
    let mut calls = calls(4);
    calls.told(&told(0, Phase::Done(State::of(false, good.clone()))), NOW + 10);
    calls.told(&told(1, Phase::Done(State::of(false, []))), NOW + 10);
    calls.told(&told(2, Phase::Done(State::of(false, []))), NOW + 10);
    spoke(&mut calls, &room(2), ByHand { picture: Some(true), sound: Some(true), ..word(NOW + 20) }).expect("taken");
    spoke(&mut calls, &room(3), word(NOW + 20)).expect("taken");
    let untested: Vec<bool> = (0..4).map(|n| entry(&calls, n).is_untested()).collect();
    assert_eq!(untested, [false, true, false, true]);
    let tally = calls.get(1).expect("held").tally(NOW + 30);
    assert_eq!((tally.on_time, tally.untested), (4, 2));
    let mut present = Call::clone(calls.get(1).expect("held"));
    present.asked.depth = Depth::Present;
    assert_eq!(present.tally(NOW + 30).untested, 0, "nobody asked for a test");
}

#[test]
fn what_a_box_saw_before_a_call_that_asks_who_is_there_is_a_fault_and_no_missing_picture() {
    let black = (Aspect::Picture, Found::Failed("picture.black".parse().expect("a finding")));
    let mut calls = calls(3);
    calls.told(&told(0, Phase::Done(State::seen_before(false, [black.clone()]))), NOW + 10);
    calls.told(&told(1, Phase::Done(State::of(false, [black]))), NOW + 10);
    calls.told(&told(2, Phase::Done(State::default())), NOW + 10);
    let faults = [0, 1, 2].map(|n| Fault::of(&entry(&calls, n)));
    assert_eq!(faults, [Some(Fault::Other), Some(Fault::NoPicture), None], "an old box says nothing");
    assert_eq!(calls.get(1).expect("held").tally(NOW + 20).whole, 2);
}
