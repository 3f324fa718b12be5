//! What the report says of each: who answered how, what is wrong, and what was said too late.

use avow_shared::divisions::Divisions;

use super::*;
use crate::document::roll_call::{Mode as Way, Record, Result, Row};
use crate::province::{Province, Rules};

fn record(calls: &Calls, now: UnixMs) -> Record {
    let view = Province::new(Divisions::fujian(), Arc::default(), Rules::default()).publish();
    calls.get(1).expect("held").record(&view, None, "省应急管理厅", now)
}

fn row(calls: &Calls, n: usize, now: UnixMs) -> Row {
    record(calls, now).rows.swap_remove(n)
}

fn failed(code: &str) -> Found {
    Found::Failed(code.parse().expect("a finding"))
}

/// Of each way of answering and each fault: a box alone, a person alone, and a person beside a box that found nothing.
#[test]
fn whoever_answers_and_whatever_is_wrong_the_report_says_which_and_what_was_noted() {
    let faults = [
        (None, None, Result::OnTime, None),
        (Some("picture.black"), None, Result::NoPicture, Some("图像")),
        (None, Some("sound.silent"), Result::NoSound, Some("声音")),
        (Some("picture.black"), Some("sound.silent"), Result::Neither, Some("图像")),
    ];
    for (picture, sound, result, blamed) in faults {
        let found = |code: Option<&str>| code.map_or(Found::Good, failed);
        let looked = [(Aspect::Line, Found::Good), (Aspect::Picture, found(picture)), (Aspect::Sound, found(sound))];
        let mut calls = calls(3);
        calls.told(&told(0, Phase::Done(State::of(false, looked))), NOW + 10);
        calls.told(&told(2, done(false)), NOW + 10);
        let (sees, hears) = (Some(picture.is_none()), Some(sound.is_none()));
        for n in [1, 2] {
            let word = ByHand { picture: sees, sound: hears, note: "麦克风损坏".into(), ..word(NOW + 20) };
            spoke(&mut calls, &room(n), word).expect("taken");
        }
        let rows = record(&calls, NOW + 30).rows;
        assert_eq!(rows.iter().map(|row| row.result).collect::<Vec<_>>(), [result; 3]);
        assert_eq!(rows[0].mode, Some(Way::Automatic));
        assert_eq!((rows[0].blamed.as_deref(), rows[0].is_faulty), (blamed, result != Result::OnTime));
        assert_eq!(rows[0].reason.is_some(), result != Result::OnTime, "{:?}", rows[0].reason);
        for row in &rows[1..] {
            let reason = row.reason.as_deref().unwrap_or_default();
            assert!(reason.ends_with("麦克风损坏") && row.mode == Some(Way::Telephone), "{reason}");
            assert_eq!((row.is_faulty, reason.contains("人工")), (result != Result::OnTime, result != Result::OnTime));
        }
    }
}

#[test]
fn what_was_found_in_a_meeting_stands_beside_it_and_a_silent_room_says_how_it_was_before() {
    let before =
        Before { class: Some(crate::province::Class::Degraded), heard_ms: Some(NOW - 60_000), connected: true };
    let entries = (0..2).map(|n| Entry::new(venue(n), city(), "".into(), None, Some(agent(n)), before)).collect();
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), entries)));
    let seen = State::seen_before(true, [(Aspect::Picture, failed("picture.black"))]);
    calls.told(&told(0, Phase::Done(seen)), NOW + 10);
    let meeting = row(&calls, 0, UNTIL + 1);
    let reason = meeting.reason.as_deref().unwrap_or_default();
    assert!(reason.starts_with("会议中；") && meeting.is_impaired() && meeting.result == Result::Excused, "{reason}");
    let silent = row(&calls, 1, UNTIL + 1);
    assert_eq!((silent.reason.as_deref(), silent.blamed.as_deref()), (Some("终端无应答"), Some("测试终端")));
    assert!(silent.why().is_some_and(|why| why.contains("点名前劣化，最后上报")), "{:?}", silent.why());
}

#[test]
fn a_call_that_was_broken_off_accuses_nobody_and_what_came_afterwards_says_who_and_when() {
    let mut calls = calls(3);
    calls.told(&told(0, done(false)), NOW + 100);
    close(&mut calls, "误发", NOW + 160).expect("is open");
    say(&mut calls, &room(1), Said::Excused(grounds("请假", NOW + 200_000))).expect("taken");
    spoke(&mut calls, &room(2), word(NOW + 200_000)).expect("taken");
    let record = record(&calls, NOW + 300_000);
    let closed = record.closed.as_ref().expect("a person ended it");
    assert_eq!((closed.broke_off, closed.by.as_deref(), closed.reason.as_deref()), (true, Some("张三"), Some("误发")));
    assert_eq!(
        record.rows.iter().map(|row| row.result).collect::<Vec<_>>(),
        [Result::OnTime, Result::Uncounted, Result::Late]
    );
    let [excused, spoken] = [&record.rows[1], &record.rows[2]];
    assert!(
        excused.is_excused_afterwards && excused.why().is_some_and(|why| why.contains("事后免点：请假（张三，2026-"))
    );
    assert!(spoken.afterwards && spoken.way().as_deref() == Some("电话（事后登记）"), "{:?}", spoken.way());
    let document = crate::document::roll_call::report_of_roll_call(&record, NOW + 300_000).expect("a report");
    let page = crate::document::html::write(&document);
    for text in ["提前结束，原因：误发", "记为未计", "事后免点", "省应急管理厅"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn the_report_says_which_levels_of_which_places_were_called() {
    use crate::scope::Except;
    use avow_shared::place::Level;
    let places = |codes: &[&str]| codes.iter().map(|code| code.parse().expect("a place")).collect::<Vec<_>>();
    let scope = |except: Except| {
        let mut call = Call::clone(calls(1).get(1).expect("held"));
        (call.asked.places, call.asked.venues, call.asked.except) = (places(&["35"]), vec![], except);
        let mut other = Calls::default();
        other.hold(Arc::new(call));
        record(&other, NOW).scope
    };
    assert_eq!(scope(Except::default()), "福建省");
    let except = Except { places: places(&["3501"]), levels: vec![Level::City, Level::County] };
    assert_eq!(scope(except), "福建省（市、县会场）（不含福州市）");
}
