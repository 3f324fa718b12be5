//! Invented calls: who answers how and when, who is asked again, and when it is over.

use std::collections::HashMap;

use avow_shared::order::Answer as Plain;
use avow_shared::roll_call::{Aspect, Found, State};
use avow_shared::time::WallTime;
use proptest::prelude::*;

use super::*;

mod persons;
mod proofs;
mod record;

const NOW: u64 = 1_790_000_000_000;
const UNTIL: u64 = NOW + 180_000;

fn venue(n: u16) -> VenueId {
    format!("3501{:05}-01", 2_001 + n).parse().expect("a venue")
}

fn room(n: u16) -> Whom {
    Whom::Room(venue(n))
}

fn city() -> PlaceCode {
    "3501".parse().expect("a place")
}

fn agent(n: u16) -> AgentId {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.wrapping_mul(40_503).to_be_bytes());
    id[2..4].copy_from_slice(&n.to_be_bytes());
    AgentId(id)
}

fn asked() -> Asked {
    Asked {
        title: "早点名".into(),
        depth: Depth::Ready,
        confirmed: true,
        places: vec!["350102".parse().expect("a place")],
        except: crate::scope::Except::default(),
        venues: vec![],
        units: vec![],
        kind: super::Kind::SpotCheck,
        origin: super::Origin::default(),
        operator: "张三".into(),
        basis: "".into(),
        system: "".into(),
        given_ms: NOW,
        until_ms: UNTIL,
    }
}

fn calls(venues: u16) -> Calls {
    let entries =
        (0..venues).map(|n| Entry::new(venue(n), city(), "".into(), None, Some(agent(n)), Before::default())).collect();
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), entries)));
    calls
}

fn told(n: u16, phase: Phase) -> Told {
    Told { call: 1, venue: venue(n), at: WallTime::default(), phase }
}

fn done(in_meeting: bool) -> Phase {
    Phase::Done(State::of(in_meeting, [(Aspect::Line, Found::Good)]))
}

fn word(at_ms: UnixMs) -> ByHand {
    let (person, operator, note) = ("李四".into(), "张三".into(), "".into());
    ByHand {
        at_ms,
        mode: Mode::Telephone,
        person,
        telephone: "".into(),
        via: super::Via::Hq,
        operator,
        picture: None,
        sound: None,
        note,
    }
}

/// What a person says, taken as the core takes it.
fn say(calls: &mut Calls, whom: &Whom, said: Said) -> Result<(), NotTaken> {
    let mut call = Call::clone(calls.get(1).ok_or(NotTaken::NoCall)?);
    call.say(whom, said)?;
    calls.hold(Arc::new(call));
    Ok(())
}

fn spoke(calls: &mut Calls, whom: &Whom, word: ByHand) -> Result<(), NotTaken> {
    say(calls, whom, Said::Answered(word))
}

fn grounds(reason: &str, at_ms: UnixMs) -> Grounds {
    Grounds { at_ms, reason: reason.into(), operator: "张三".into() }
}

fn close(calls: &mut Calls, reason: &str, at_ms: UnixMs) -> Result<(), NotTaken> {
    let mut call = Call::clone(calls.get(1).ok_or(NotTaken::NoCall)?);
    call.close(Closed { by: "张三".into(), reason: reason.into(), at_ms })?;
    calls.hold(Arc::new(call));
    Ok(())
}

/// Agents that are connected, by their start.
struct Up(HashMap<AgentId, Nonce>);

impl Up {
    fn all(n: u16) -> Self {
        Self((0..n).map(|n| (agent(n), [1; 16])).collect())
    }
}

impl Reached for Up {
    fn nonce(&self, agent: AgentId) -> Option<Nonce> {
        self.0.get(&agent).copied()
    }
}

fn standing(calls: &Calls, n: u16, now: UnixMs) -> Standing {
    let call = calls.get(1).expect("held");
    call.standing(call.entry(&room(n)).expect("called"), now)
}

#[test]
fn late_excused_in_a_meeting_silent_and_on_time_are_told_apart() {
    let mut calls = calls(7);
    calls.told(&told(0, done(false)), UNTIL);
    calls.told(&told(1, done(false)), UNTIL + 1);
    calls.told(&told(2, done(true)), NOW + 5);
    say(&mut calls, &room(3), Said::Excused(grounds("停电", NOW))).expect("taken");
    calls.told(&told(4, Phase::Heard { of: 3 }), NOW + 7);
    spoke(&mut calls, &room(5), word(NOW + 9)).expect("taken");
    let all = |now| (0..7).map(|n| standing(&calls, n, now)).collect::<Vec<_>>();
    use Standing::{Excused, Heard, InMeeting, Late, OnTime, Silent, Waiting};
    assert_eq!(all(UNTIL), [OnTime, Late, InMeeting, Excused, Heard, OnTime, Waiting]);
    assert_eq!(all(UNTIL + 1), [OnTime, Late, InMeeting, Excused, Silent, OnTime, Silent]);
    let tally = calls.get(1).expect("held").tally(UNTIL + 1);
    assert_eq!((tally.expected, tally.owed(), tally.on_time, tally.late, tally.silent), (7, 5, 2, 1, 2));
    assert_eq!(tally.rate(), Some(0.4));
    assert_eq!(Tally::default().rate(), None);
}

#[test]
fn at_the_deadline_everybody_has_changed_once_who_had_not_answered() {
    let mut calls = calls(3);
    calls.told(&told(0, done(false)), NOW + 10);
    let seen = calls.get(1).expect("held").revision;
    assert!(!calls.turn_due(UNTIL), "it is not over yet");
    assert!(calls.turn_due(UNTIL + 1) && !calls.turn_due(UNTIL + 2), "once");
    let call = calls.get(1).expect("held");
    let changed = |since| call.changed_since(since).0.into_iter().map(|entry| entry.whom.clone()).collect::<Vec<_>>();
    assert_eq!((changed(seen), changed(call.revision)), (vec![room(1), room(2)], vec![]));
}

#[test]
fn a_whole_province_is_told_in_pages_and_who_changes_meanwhile_comes_again() {
    let mut calls = calls(4_500);
    let (mut known, mut since, mut pages) = (std::collections::BTreeMap::new(), 0, 0_u16);
    loop {
        let call = calls.get(1).expect("held");
        let (page, through) = call.changed_since(since);
        assert!(page.len() <= 1_000);
        known.extend(page.into_iter().map(|entry| (entry.whom.clone(), entry.is_settled())));
        (since, pages) = (through, pages + 1);
        if through == call.revision {
            break;
        }
        calls.told(&told(pages, done(false)), NOW + 10);
    }
    assert_eq!((known.len(), pages), (4_500, 5));
    let settled: Vec<_> = known.iter().filter(|(_, settled)| **settled).map(|(whom, _)| whom.clone()).collect();
    assert_eq!(settled, [room(1), room(2), room(3), room(4)]);
    let mut old = Call::clone(calls.get(1).expect("held"));
    old.entries.iter_mut().for_each(|entry| std::sync::Arc::make_mut(entry).revision = 1);
    let (page, through) = old.changed_since(0);
    assert_eq!((page.len(), through), (4_500, 1), "all of one revision stay together");
}

#[test]
fn exactly_one_answer_counts_and_a_persons_is_never_taken_for_that_of_a_box() {
    let mut calls = calls(2);
    assert!(calls.told(&told(0, done(false)), NOW + 10));
    assert!(!calls.told(&told(0, done(true)), NOW + 20), "the second answer of a box");
    spoke(&mut calls, &room(0), word(NOW + 30)).expect("a person may speak after the box");
    let entry = calls.get(1).expect("held").entry(&room(0)).expect("called").clone();
    assert_eq!((entry.answered_ms(), entry.mode()), (Some(NOW + 10), Some(Mode::Telephone)));
    assert_eq!(standing(&calls, 0, NOW + 50), Standing::OnTime);
    assert!(calls.told(&told(1, done(false)), NOW + 10));
    assert_eq!(calls.get(1).expect("held").entry(&room(1)).expect("called").mode(), Some(Mode::Auto));
}

#[test]
fn a_unit_with_several_rooms_answers_once() {
    let unit = |n| Some(if n < 2 { "yingji" } else { "shuili" }.parse().expect("a unit"));
    let entry = |n| Entry::new(venue(n), city(), "".into(), unit(n), Some(agent(n)), Before::default());
    let alone = Entry::new(venue(9), city(), "".into(), None, None, Before::default());
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), (0..4).map(entry).chain([alone]).collect())));
    calls.told(&told(1, done(false)), NOW + 5);
    calls.told(&told(2, done(false)), UNTIL + 5);
    calls.told(&told(3, Phase::Heard { of: 1 }), NOW + 5);
    let tally = calls.get(1).expect("held").tally(UNTIL + 6);
    assert_eq!((tally.expected, tally.on_time, tally.late, tally.silent), (3, 1, 1, 1));
    let (all, cities) = calls.get(1).expect("held").sums(UNTIL + 6);
    assert_eq!((all, cities.into_iter().collect::<Vec<_>>()), (tally, vec![(city(), tally)]));
}

#[test]
fn a_unit_without_a_room_is_answered_for_by_a_person_alone() {
    let unit: avow_shared::id::UnitId = "shuili".parse().expect("a unit");
    let whom = Whom::Unit(unit.clone());
    let mut calls = Calls::default();
    let room_of = Entry::new(venue(0), city(), "".into(), None, Some(agent(0)), Before::default());
    calls.hold(Arc::new(Call::new(1, asked(), vec![Entry::of_unit(unit, city(), "省水利厅".into()), room_of])));
    assert!(calls.ask_due(NOW + 60_000, &Up::all(1), 10).iter().all(|ask| ask.venues == [venue(0)]), "nobody to ask");
    let waits = |calls: &Calls, now| {
        let call = calls.get(1).expect("held");
        call.standing(call.entry(&whom).expect("called"), now)
    };
    assert_eq!((waits(&calls, NOW + 1), waits(&calls, UNTIL + 1)), (Standing::Waiting, Standing::Silent));
    spoke(&mut calls, &whom, word(NOW + 9)).expect("taken");
    let call = calls.get(1).expect("held");
    assert_eq!((waits(&calls, UNTIL + 1), call.tally(NOW + 10).expected), (Standing::OnTime, 2));
    assert_eq!(call.entry(&whom).and_then(|entry| entry.mode()), Some(Mode::Telephone));
    let nobody = Whom::Unit("nobody".parse().expect("a unit"));
    assert_eq!(spoke(&mut calls, &nobody, word(NOW)), Err(NotTaken::NotCalled));
}

#[test]
fn words_for_another_call_an_uncalled_venue_or_an_ended_call_change_nothing() {
    let mut calls = calls(1);
    let before = calls.clone();
    assert!(!calls.told(&Told { call: 2, ..told(0, done(false)) }, NOW));
    assert!(!calls.told(&told(9, done(false)), NOW));
    assert_eq!(spoke(&mut calls, &room(9), word(NOW)), Err(NotTaken::NotCalled));
    assert_eq!(calls, before);
    close(&mut calls, "误发", NOW + 5).expect("is open");
    assert_eq!(close(&mut calls, "误发", NOW + 6), Err(NotTaken::NoCall));
    assert!(!calls.told(&told(0, done(false)), NOW + 7));
    assert_eq!(standing(&calls, 0, NOW + 400_000), Standing::Uncounted, "it ended before its time was up");
}

#[test]
fn a_box_of_an_earlier_version_is_present() {
    let mut calls = calls(2);
    let answer = |order, result| Plain { order, result, detail: "".into() };
    assert!(!calls.answered(&[venue(0)], &answer(1, AnswerResult::Impossible), NOW));
    assert!(!calls.answered(&[venue(0)], &answer(2, AnswerResult::Done), NOW));
    assert!(calls.answered(&[venue(0), venue(1)], &answer(1, AnswerResult::Done), NOW + 3));
    assert_eq!(calls.get(1).expect("held").tally(NOW + 3).on_time, 2);
}

#[test]
fn a_call_in_which_all_have_answered_ends_at_the_deadline_and_another_when_nobody_can_be_late_any_more() {
    let mut calls = calls(2);
    calls.told(&told(0, done(false)), NOW + 10);
    assert!(calls.end_due(UNTIL + LATE_MS - 1).is_empty());
    let mut other = calls.clone();
    assert_eq!(calls.end_due(UNTIL + LATE_MS)[0].ended_ms, Some(UNTIL + LATE_MS));
    assert!(calls.end_due(UNTIL + LATE_MS).is_empty(), "once");
    other.told(&told(1, done(false)), NOW + 20);
    assert!(!calls.complete_due() && other.complete_due() && !other.complete_due(), "once");
    let complete = other.get(1).expect("held");
    assert_eq!((complete.complete_ms, complete.is_open(), complete.is_asking()), (Some(NOW + 20), true, false));
    assert!(other.end_due(UNTIL).is_empty(), "persons may speak");
    assert_eq!(other.end_due(UNTIL + 1)[0].ended_ms, Some(UNTIL + 1));
    assert_eq!(other.open(), 0);
}

#[test]
fn who_was_not_heard_of_is_asked_by_name_further_and_further_apart_and_not_all_at_once() {
    let mut calls = calls(200);
    let up = Up::all(100);
    calls.told(&told(0, Phase::Heard { of: 1 }), NOW + 5);
    assert!(calls.ask_due(NOW + 3_999, &up, 1_000).is_empty());
    let half = calls.ask_due(NOW + 5_500, &up, 1_000).len();
    assert!((30..70).contains(&half), "{half} of 99 in the first half of the spread");
    let rest = calls.ask_due(NOW + 7_000, &up, 1_000);
    assert_eq!(half + rest.len(), 99, "who is not connected is not asked, nor who was heard of");
    assert!(calls.ask_due(NOW + 7_001, &up, 1_000).is_empty());
    // From then on each at his own pace: 4, 8, 16, 32, 32 seconds.
    let mut times = Vec::new();
    for now in (NOW + 7_100..UNTIL).step_by(100) {
        let asks = calls.ask_due(now, &up, 1_000);
        if asks.iter().any(|ask| ask.agent == agent(7)) {
            times.push(now - NOW);
        }
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let grows = gaps.windows(2).all(|pair| pair[1] + 200 >= pair[0]);
    assert!(grows && times.len() <= 7 && gaps.last().is_some_and(|last| *last >= 32_000), "{times:?}");
    assert_eq!(calls.ask_due(UNTIL + 60_000, &up, 10).len(), 10, "so many at once");
}

#[test]
fn while_answers_pour_in_nobody_is_asked_by_name() {
    let mut calls = calls(300);
    let up = Up::all(300);
    assert!((0..100).all(|n| calls.told(&told(n, Phase::Heard { of: 1 }), NOW + 6_500)));
    assert!(calls.clone().ask_due(NOW + 7_400, &up, 1_000).is_empty(), "the order is on its way");
    let mut few = calls.clone();
    let asks = few.ask_due(NOW + 7_500, &up, 1_000);
    assert_eq!(asks.len(), 200, "a second later it is not");
    assert!(asks.iter().all(|ask| Arc::ptr_eq(&ask.call, &asks[0].call)), "all asks hold one record");
    assert!((100..200).all(|n| few.told(&told(n, done(false)), NOW + 19_500)));
    assert!(few.ask_due(NOW + 19_999, &up, 1_000).is_empty(), "who answers at once pours as well");
    assert!(!few.ask_due(NOW + 20_000, &up, 1_000).is_empty(), "patience ends");
}

#[test]
fn who_comes_back_is_asked_at_once_and_anew_when_he_has_forgotten() {
    let entry =
        |n, nonce| Entry::new(venue(n), city(), "".into(), None, Some(agent(n)), Before::default()).begun(nonce);
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), vec![entry(0, Some([1; 16])), entry(1, None)])));
    assert!(calls.hello(agent(0), &[venue(0)], [1; 16], NOW + 100).is_empty(), "it was asked with all others");
    let late = calls.hello(agent(1), &[venue(1)], [5; 16], NOW + 200);
    assert_eq!((late.len(), late[0].anew), (1, false));
    assert!(calls.hello(agent(1), &[venue(1)], [5; 16], NOW + 300).is_empty(), "it says hello every half minute");
    calls.told(&told(0, Phase::Heard { of: 2 }), NOW + 400);
    let again = calls.hello(agent(0), &[venue(0)], [2; 16], NOW + 500);
    assert_eq!((again.len(), again[0].anew), (1, true), "it began anew and would pass over the same order");
    calls.told(&told(0, done(false)), NOW + 600);
    assert!(calls.hello(agent(0), &[venue(0)], [3; 16], NOW + 700).is_empty(), "it has answered");
}

#[test]
fn of_two_states_of_a_call_the_newer_stays_and_only_ended_ones_go() {
    let mut calls = calls(1);
    let old = Arc::clone(calls.get(1).expect("held"));
    calls.told(&told(0, Phase::Heard { of: 1 }), NOW + 5);
    calls.hold(old);
    assert_eq!(standing(&calls, 0, NOW + 6), Standing::Heard);
    for id in 2..40 {
        let mut call = Call::new(id, asked(), vec![]);
        call.ended_ms = Some(NOW);
        calls.hold(Arc::new(call));
    }
    assert!(calls.get(1).is_some() && calls.iter().count() == MOST_HELD);
}

#[test]
fn of_large_calls_that_are_over_fewer_are_held() {
    let mut calls = calls(1);
    let entries = |n| (0..n).map(|_| Entry::clone(&calls.get(1).expect("held").entries[0])).map(Arc::new).collect();
    let (large, small): (Vec<_>, Vec<_>) = (entries(20_000), entries(10));
    for id in 2..=9 {
        let mut call = Call::new(id, asked(), vec![]);
        call.entries = if id == 9 { small.clone() } else { large.clone() };
        call.ended_ms = Some(NOW);
        calls.hold(Arc::new(call));
    }
    let held: Vec<u64> = calls.iter().map(|call| call.id).collect();
    assert_eq!(held, [9, 8, 7, 6, 1], "eighty thousand, those of the one that is open aside");
    let mut open = Call::new(10, asked(), vec![]);
    open.entries = large.clone();
    let mut more = calls.clone();
    (10..15).for_each(|id| more.hold(Arc::new(Call { id, ..open.clone() })));
    assert!(more.get(9).is_some() && more.get(6).is_some(), "what is over is held beside any that are open");
}

#[test]
fn a_call_past_its_deadline_leaves_room_for_another_until_as_many_are_open_as_are_held() {
    let mut calls = Calls::default();
    let begin = |calls: &mut Calls, id: u64| {
        let (given_ms, until_ms) = (NOW + id, UNTIL + id);
        let entry = Entry::new(venue(0), city(), "".into(), None, Some(agent(0)), Before::default());
        calls.hold(Arc::new(Call::new(id, Asked { given_ms, until_ms, ..asked() }, vec![entry])));
    };
    for id in 1..=8 {
        assert!(calls.has_room(), "{id}");
        begin(&mut calls, id);
    }
    assert!(!calls.has_room(), "eight ask");
    let mut complete = calls.clone();
    let of_last = Told { call: 8, ..told(0, done(false)) };
    assert!(complete.told(&of_last, NOW + 20) && complete.complete_due() && complete.has_room(), "seven ask");
    assert!(calls.turn_due(UNTIL + 2));
    assert!(calls.has_room() && calls.open() == 8, "the first has passed its deadline, and is still open");
    calls.turn_due(UNTIL + 100);
    for id in 9..=24 {
        begin(&mut calls, id);
        calls.turn_due(UNTIL + 100);
    }
    assert_eq!((calls.open(), calls.iter().count(), calls.has_room()), (24, 24, false), "none that is open is dropped");
}

#[test]
fn of_a_unit_the_room_with_picture_and_sound_counts_also_when_a_faulty_one_comes_first() {
    let unit: UnitId = "350102001".parse().expect("a unit");
    let entries =
        (0..2).map(|n| Entry::new(venue(n), city(), "".into(), Some(unit.clone()), Some(agent(n)), Before::default()));
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), entries.collect())));
    let bad = "picture.black".parse().expect("a finding");
    let faulty = State::of(false, [(Aspect::Line, Found::Good), (Aspect::Picture, Found::Failed(bad))]);
    calls.told(&told(0, Phase::Done(faulty)), NOW + 5);
    calls.told(&told(1, done(false)), NOW + 6);
    let tally = calls.get(1).expect("held").tally(NOW + 7);
    assert_eq!((tally.expected, tally.on_time, tally.whole, tally.faulty), (1, 1, 1, 0));
}

#[test]
fn one_room_that_is_excused_does_not_excuse_its_unit_while_another_is_silent() {
    let unit: UnitId = "350102001".parse().expect("a unit");
    let entries =
        (0..2).map(|n| Entry::new(venue(n), city(), "".into(), Some(unit.clone()), Some(agent(n)), Before::default()));
    let mut calls = Calls::default();
    calls.hold(Arc::new(Call::new(1, asked(), entries.collect())));
    say(&mut calls, &room(0), Said::Excused(grounds("停电", NOW + 1))).expect("is called");
    let sums = |calls: &Calls| {
        let tally = calls.get(1).expect("held").tally(UNTIL + 1);
        (tally.expected, tally.excused, tally.silent, tally.rate())
    };
    assert_eq!(sums(&calls), (1, 0, 1, Some(0.0)));
    say(&mut calls, &room(1), Said::Excused(grounds("停电", NOW + 2))).expect("is called");
    assert_eq!(sums(&calls), (1, 1, 0, None), "nobody is left to answer");
}

proptest! {
    /// In whatever order things happen, everybody counts once, an answer once there stays, and the same things told twice are the same.
    #[test]
    fn sums_are_whole_and_what_is_told_twice_is_told_once(
        steps in prop::collection::vec((0u16..6, 0u8..8, 0u64..900_000), 0..60),
    ) {
        let mut calls = calls(6);
        let mut answered: HashMap<Whom, UnixMs> = HashMap::new();
        let mut steps = steps;
        steps.sort_by_key(|(_, _, at)| *at);
        for (n, what, at) in steps {
            let now = NOW + at;
            let step = |calls: &mut Calls| match what {
                0 => calls.told(&told(n, Phase::Heard { of: 2 }), now),
                1 => calls.told(&told(n, Phase::Working { done: 1, of: 2 }), now),
                2 => calls.told(&told(n, done(false)), now),
                3 => calls.told(&told(n, done(true)), now),
                4 => spoke(calls, &room(n), word(now)).is_ok(),
                5 => !calls.end_due(now).is_empty(),
                6 => calls.complete_due(),
                _ => !calls.ask_due(now, &Up::all(6), 3).is_empty(),
            };
            step(&mut calls);
            let call = Arc::clone(calls.get(1).expect("held"));
            if what < 5 {
                step(&mut calls);
                prop_assert_eq!(calls.get(1), Some(&call), "told twice");
            }
            for entry in &call.entries {
                if let Some(at_ms) = entry.answered_ms() {
                    let first = *answered.entry(entry.whom.clone()).or_insert(at_ms);
                    prop_assert_eq!(first, at_ms, "the first answer counts");
                }
            }
            let sum = call.tally(now);
            let all = sum.on_time + sum.late + sum.silent + sum.waiting + sum.heard + sum.in_meeting + sum.excused;
            prop_assert_eq!(sum.uncounted, 0);
            prop_assert_eq!((sum.expected, all), (6, 6));
            prop_assert!(call.entries.iter().all(|entry| entry.revision <= call.revision));
        }
    }
}
