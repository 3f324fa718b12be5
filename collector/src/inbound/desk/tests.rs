//! Boxes that never were: who is asked, when again, and whose answer counts.

use std::cell::Cell;
use std::collections::BTreeMap;

use avow_shared::outcome::Why;
use avow_shared::time::WallTime;
use proptest::prelude::*;

use super::*;
use crate::inbound::{Answer, End, How, Lane, Need, Way, What};

const T0: u64 = 1_790_000_000_000;
const S: u64 = 1_000;
const BOX: AgentId = AgentId([1; 16]);
const FIRST: Nonce = [1; 16];
const SECOND: Nonce = [2; 16];

/// Boxes that are reached as a test wants, and numbers that count up.
struct Those {
    reach: Cell<Reach>,
    last: Cell<OrderNumber>,
}

impl Boxes for Those {
    fn reach(&self, agent: AgentId) -> Reach {
        if agent == BOX { self.reach.get() } else { Reach::Away }
    }

    fn number(&self) -> OrderNumber {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }
}

fn those(reach: Reach) -> Those {
    Those { reach: Cell::new(reach), last: Cell::new(100) }
}

fn room() -> VenueId {
    "35-01".parse().expect("a venue")
}

fn step(need: Need, probe: &str, about_s: u64) -> Step {
    let probe = probe.parse().expect("a probe");
    Step { what: What::Main(need), probe, lane: Lane::Free, about_ms: about_s * S, after_preset: false }
}

/// A room whose box is [`BOX`].
fn with(steps: Vec<Step>) -> Room {
    Room { agent: Some(BOX), steps, ..Room::default() }
}

fn asked() -> Asked {
    Asked {
        venue: room(),
        caller: "应急管理部".into(),
        kind: Kind::Duty,
        basis: "".into(),
        operator: "".into(),
        key: None,
        deadline_ms: 180 * S,
        confirmed: true,
    }
}

/// A call of two steps, and its number.
fn begun(boxes: &Those) -> (Desk, OrderNumber) {
    let mut desk = Desk::default();
    let steps = vec![step(Need::Line, "line", 3), step(Need::Picture, "picture", 6)];
    match desk.begin(asked(), with(steps), boxes, T0) {
        Ok(Begun::New(id)) => (desk, id),
        other => panic!("{other:?}"),
    }
}

fn checked(order: OrderNumber, probe: &str, verdict: Verdict) -> Checked {
    let probe = probe.parse().expect("a probe");
    Checked { order, venue: room(), probe, at: WallTime::default(), took_ms: 1_000, verdict }
}

fn numbers(says: &[Say]) -> Vec<(String, OrderNumber)> {
    says.iter().map(|say| (say.check.probe.to_string(), say.number)).collect()
}

fn progress(desk: &Desk, id: OrderNumber, no: usize) -> Progress {
    desk.get(id).expect("kept").call.steps[no].1.clone()
}

#[test]
fn each_check_is_an_order_of_its_own_and_only_what_names_it_counts() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, id) = begun(&boxes);
    let says = desk.turn(&boxes, T0, T0 - 60 * S);
    assert_eq!(numbers(&says), [("line".to_owned(), 102), ("picture".to_owned(), 103)]);
    assert_eq!((says[0].agent, says[0].check.confirmed, says[0].expires_ms), (BOX, true, T0 + 20 * S));
    let before = desk.clone();
    for (agent, other) in [
        (BOX, checked(103, "line", Verdict::Pass)),
        (BOX, checked(99, "line", Verdict::Pass)),
        (AgentId([9; 16]), checked(102, "line", Verdict::Pass)),
        (BOX, Checked { venue: "35-02".parse().expect("a venue"), ..checked(102, "line", Verdict::Pass) }),
    ] {
        desk.checked(agent, &other, &boxes, T0 + S);
        assert_eq!(desk, before, "{other:?}");
    }
    desk.checked(BOX, &checked(102, "line", Verdict::Pass), &boxes, T0 + S);
    assert!(matches!(progress(&desk, id, 0), Progress::Checked { took_ms: S, verdict: Verdict::Pass, .. }));
    desk.word(id, Event::Again(0), &boxes, T0 + 2 * S).expect("is taken");
    desk.checked(BOX, &checked(102, "line", Verdict::fail("line.down")), &boxes, T0 + 3 * S);
    assert_eq!(
        progress(&desk, id, 0),
        Progress::Running { since_ms: T0 + 2 * S },
        "the first run says nothing of the second"
    );
    desk.checked(BOX, &checked(104, "line", Verdict::Pass), &boxes, T0 + 4 * S);
    desk.checked(BOX, &checked(103, "picture", Verdict::Pass), &boxes, T0 + 5 * S);
    assert_eq!(desk.get(id).map(|inbound| inbound.call.ready), Some(Some(Way::Main)));
    assert_eq!(desk.turn(&boxes, T0 + 60 * S, 0), []);
}

#[test]
fn an_order_is_said_again_until_it_is_answered_under_its_number() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, _) = begun(&boxes);
    let first = desk.turn(&boxes, T0, 0);
    assert_eq!(desk.turn(&boxes, T0 + 3_999, 0), []);
    assert_eq!(desk.turn(&boxes, T0 + 4_000, 0), first);
    desk.checked(BOX, &checked(102, "line", Verdict::Pass), &boxes, T0 + 5 * S);
    assert_eq!(numbers(&desk.turn(&boxes, T0 + 8 * S, 0)), [("picture".to_owned(), 103)]);
}

#[test]
fn a_box_that_has_begun_anew_is_asked_under_a_new_number_and_its_old_run_counts_no_more() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, id) = begun(&boxes);
    desk.turn(&boxes, T0, 0);
    boxes.reach.set(Reach::Away);
    assert_eq!(desk.turn(&boxes, T0 + S, T0 - S), []);
    boxes.reach.set(Reach::Here(SECOND));
    desk.hello(BOX, &[room()], &boxes, T0 + 2 * S);
    assert_eq!(numbers(&desk.turn(&boxes, T0 + 2 * S, 0)), [("line".to_owned(), 104), ("picture".to_owned(), 105)]);
    desk.checked(BOX, &checked(102, "line", Verdict::Pass), &boxes, T0 + 3 * S);
    assert!(matches!(progress(&desk, id, 0), Progress::Running { .. }));
    desk.checked(BOX, &checked(104, "line", Verdict::Pass), &boxes, T0 + 3 * S);
    assert!(matches!(progress(&desk, id, 0), Progress::Checked { .. }));
}

#[test]
fn a_box_that_is_away_is_told_as_that_and_asked_the_moment_it_comes_back() {
    let boxes = those(Reach::Away);
    let (mut desk, id) = begun(&boxes);
    desk.turn(&boxes, T0 + 2_999, 0);
    assert!(matches!(progress(&desk, id, 0), Progress::Running { .. }), "it may be connecting");
    desk.turn(&boxes, T0 + 3_000, 0);
    let away = Progress::Unasked { at_ms: T0 + 3_000, why: Unasked::Away };
    assert_eq!((progress(&desk, id, 0), progress(&desk, id, 1)), (away.clone(), away));
    let readiness = desk.get(id).expect("kept").call.readiness();
    assert!(readiness.faults.iter().all(|fault| fault.remedy == crate::inbound::Remedy::Box(Unasked::Away)));
    assert_eq!((readiness.faults.len(), readiness.ready), (2, None));
    boxes.reach.set(Reach::Here(FIRST));
    desk.hello(BOX, &["35-02".parse().expect("a venue")], &boxes, T0 + 9 * S);
    assert_eq!(desk.turn(&boxes, T0 + 9 * S, 0), [], "it serves another room");
    desk.hello(BOX, &[room()], &boxes, T0 + 10 * S);
    assert_eq!(desk.turn(&boxes, T0 + 10 * S, 0).len(), 2);
}

#[test]
fn after_a_start_of_hq_a_box_gets_its_time_to_come_back() {
    let boxes = those(Reach::Away);
    let (mut desk, id) = begun(&boxes);
    desk.turn(&boxes, T0 + 10 * S, T0 + 9 * S);
    assert!(matches!(progress(&desk, id, 0), Progress::Running { .. }));
    desk.turn(&boxes, T0 + 12 * S, T0 + 9 * S);
    assert!(matches!(progress(&desk, id, 0), Progress::Unasked { why: Unasked::Away, .. }));
}

#[test]
fn an_old_box_and_a_room_without_one_are_told_at_once() {
    let boxes = those(Reach::Old);
    let (mut desk, id) = begun(&boxes);
    assert_eq!(desk.turn(&boxes, T0, 0), []);
    assert_eq!(progress(&desk, id, 1), Progress::Unasked { at_ms: T0, why: Unasked::Old });
    desk.hello(BOX, &[room()], &boxes, T0 + S);
    assert!(matches!(progress(&desk, id, 1), Progress::Unasked { .. }), "its hello changes nothing of that");

    let mut desk = Desk::default();
    desk.begin(asked(), Room { agent: None, ..with(vec![step(Need::Line, "line", 3)]) }, &boxes, T0).expect("begins");
    let id = desk.newest().next().expect("kept").id;
    desk.turn(&boxes, T0, 0);
    assert_eq!(progress(&desk, id, 0), Progress::Unasked { at_ms: T0, why: Unasked::NoBox });
}

#[test]
fn what_a_run_finds_after_it_was_given_up_still_counts() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, id) = begun(&boxes);
    desk.turn(&boxes, T0, 0);
    desk.turn(&boxes, T0 + 20 * S, 0);
    assert!(matches!(
        progress(&desk, id, 0),
        Progress::Checked { verdict: Verdict::Unknown { why: Why::Deadline }, .. }
    ));
    desk.checked(BOX, &checked(102, "line", Verdict::Pass), &boxes, T0 + 25 * S);
    assert_eq!(
        progress(&desk, id, 0),
        Progress::Checked { took_ms: 25 * S, at_ms: T0 + 25 * S, verdict: Verdict::Pass }
    );
}

#[test]
fn a_second_click_and_a_call_that_a_platform_says_again_begin_no_second_one() {
    let boxes = those(Reach::Here(FIRST));
    let mut desk = Desk::default();
    let mut begin = |asked: Asked| desk.begin(asked, with(Vec::new()), &boxes, T0);
    let keyed = || Asked { key: Some("yj-0001".into()), ..asked() };
    let Ok(Begun::New(first)) = begin(keyed()) else { panic!("a new one") };
    assert_eq!(begin(keyed()), Ok(Begun::Known(first)));
    assert_eq!(begin(asked()), Ok(Begun::Known(first)), "the same caller to the same room");
    let elsewhere = Asked { venue: "35-02".parse().expect("a venue"), ..keyed() };
    assert_eq!(begin(elsewhere), Err(NotTaken::OtherRoom));
    assert!(matches!(begin(Asked { caller: "省政府".into(), ..asked() }), Ok(Begun::New(_))));
    desk.word(first, Event::Close, &boxes, T0 + S).expect("is taken");
    assert_eq!(desk.begin(keyed(), with(Vec::new()), &boxes, T0), Ok(Begun::Known(first)), "also when it is over");
    assert!(matches!(desk.begin(asked(), with(Vec::new()), &boxes, T0), Ok(Begun::New(_))), "he calls once more");
}

#[test]
fn who_calls_again_behind_an_answer_or_for_another_reason_has_a_clock_of_his_own() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, first) = begun(&boxes);
    let emergency = || Asked { kind: Kind::Emergency, ..asked() };
    let begin = |desk: &mut Desk, asked: Asked, at_s: u64| {
        desk.begin(asked, with(vec![step(Need::Line, "line", 3)]), &boxes, T0 + at_s * S).expect("begins")
    };
    desk.word(first, Event::Answered(By::Automatic), &boxes, T0 + S).expect("is taken");
    assert_eq!(begin(&mut desk, asked(), 2), Begun::Known(first), "a terminal that picked up answers for nobody");
    let Begun::New(other) = begin(&mut desk, emergency(), 10) else { panic!("应急连线 is no 值班点名") };
    let by = By::Person { name: "王五".into(), how: How::Manual };
    desk.word(first, Event::Answered(by), &boxes, T0 + 17 * S).expect("is taken");
    let Begun::New(second) = begin(&mut desk, asked(), 60) else { panic!("he calls once more") };
    let kept = desk.get(second).expect("kept");
    assert!(desk.get(first).is_some_and(|inbound| inbound.is_open()), "the first is not ended by it");
    assert_eq!((kept.call.left_ms(T0 + 60 * S), kept.call.answer.clone()), (180 * S, None));
    assert!(matches!(kept.call.steps[0].1, Progress::Running { .. }), "and is checked anew");
    assert_eq!(begin(&mut desk, asked(), 239), Begun::Known(second), "the same call while its clock runs");
    assert!(matches!(begin(&mut desk, asked(), 240), Begun::New(_)), "nobody answered, and he calls again");
    assert!(matches!(begin(&mut desk, emergency(), 190), Begun::New(third) if third != other));
}

#[test]
fn what_a_step_had_come_to_stays_beside_what_it_comes_to_next() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, id) = begun(&boxes);
    let last = |desk: &Desk| desk.get(id).and_then(|inbound| inbound.errands[0].as_ref()).expect("asked for").number;
    desk.checked(BOX, &checked(last(&desk), "line", Verdict::fail("line.down")), &boxes, T0 + S);
    let failed = progress(&desk, id, 0);
    for again in 0..3 {
        let at_ms = T0 + (10 + again) * S;
        desk.word(id, Event::Again(0), &boxes, at_ms).expect("is taken");
        desk.word(id, Event::Again(0), &boxes, at_ms).expect("is taken");
        desk.checked(BOX, &checked(last(&desk), "line", Verdict::Pass), &boxes, at_ms);
    }
    desk.word(id, Event::Said(0, "王五".into(), true), &boxes, T0 + 20 * S).expect("is taken");
    let call = &desk.get(id).expect("kept").call;
    let earlier: Vec<_> = call.earlier(0).collect();
    assert_eq!(
        (earlier.len(), earlier[0]),
        (4, &failed),
        "the fault that was mended, three tests; no run that told nothing"
    );
    assert_eq!(call.earlier(1).count(), 0);
    for at_s in 30..60 {
        desk.word(id, Event::Said(0, "王五".into(), at_s % 2 == 0), &boxes, T0 + at_s * S).expect("is taken");
    }
    assert_eq!(desk.get(id).expect("kept").call.earlier.len(), 8);
}

#[test]
fn open_calls_and_kept_calls_are_bounded_and_none_that_is_open_is_forgotten() {
    let boxes = those(Reach::Away);
    let mut desk = Desk::default();
    let begin = |desk: &mut Desk, caller: usize| {
        let asked = Asked { caller: caller.to_string().into(), ..asked() };
        desk.begin(asked, Room::default(), &boxes, T0)
    };
    let Ok(Begun::New(first)) = begin(&mut desk, 0) else { panic!("a new one") };
    for caller in 1..MOST_OPEN {
        begin(&mut desk, caller).expect("begins");
    }
    assert_eq!(begin(&mut desk, MOST_OPEN), Err(NotTaken::TooMany));
    for caller in MOST_OPEN..MOST_KEPT + 10 {
        let newest = desk.newest().next().expect("one").id;
        desk.word(newest, Event::Close, &those(Reach::Away), T0).expect("is taken");
        begin(&mut desk, caller).expect("begins");
    }
    assert_eq!((desk.len(), desk.get(first).is_some_and(|inbound| inbound.is_open())), (MOST_KEPT, true));
}

#[test]
fn how_long_a_check_takes_is_learnt_in_each_room_from_runs_that_told_something() {
    let boxes = those(Reach::Here(FIRST));
    let mut desk = Desk::default();
    for (took_s, verdict) in [
        (2, Verdict::Pass),
        (9, Verdict::fail("line.down")),
        (4, Verdict::degraded("line.loss")),
        (20, Verdict::Unknown { why: Why::Panicked }),
    ] {
        let Ok(Begun::New(id)) = desk.begin(asked(), with(vec![step(Need::Line, "line", 3)]), &boxes, T0) else {
            panic!("a new one");
        };
        let number = desk.get(id).and_then(|inbound| inbound.errands[0].as_ref()).expect("asked for").number;
        desk.checked(BOX, &checked(number, "line", verdict), &boxes, T0 + took_s * S);
        desk.word(id, Event::Close, &boxes, T0 + 30 * S).expect("is taken");
    }
    let probe = "line".parse().expect("a probe");
    assert_eq!(desk.usual_ms(room(), &probe), Some(4 * S));
    assert_eq!(desk.usual_ms("35-02".parse().expect("a venue"), &probe), None);
    desk.begin(asked(), with(vec![step(Need::Line, "line", 3)]), &boxes, T0).expect("begins");
    let newest = desk.newest().next().expect("kept");
    assert_eq!(newest.call.steps[0].0.about_ms, 4 * S);
}

#[test]
fn one_odd_run_makes_no_check_short_or_long() {
    let boxes = those(Reach::Here(FIRST));
    for (took_ms, expected) in [(20, 500), (170 * S, 45 * S)] {
        let (mut desk, _) = begun(&boxes);
        let errand = desk.newest().next().and_then(|inbound| inbound.errands[0].clone()).expect("asked for");
        let probe = desk.newest().next().expect("kept").call.steps[0].0.probe.clone();
        desk.checked(BOX, &checked(errand.number, probe.as_str(), Verdict::Pass), &boxes, T0 + took_ms);
        assert_eq!(desk.usual_ms(room(), &probe), Some(expected));
    }
}

#[test]
fn a_word_that_means_nothing_is_refused_and_the_first_persons_answer_stands() {
    let boxes = those(Reach::Here(FIRST));
    let (mut desk, id) = begun(&boxes);
    let by = |name: &str| By::Person { name: name.into(), how: How::Manual };
    let mut word = |event| desk.word(id, event, &boxes, T0 + S);
    assert_eq!(word(Event::Again(2)), Err(NotTaken::NoStep));
    assert_eq!(word(Event::Answered(By::Automatic)), Ok(()));
    assert_eq!(word(Event::Answered(by("王五"))), Ok(()));
    assert_eq!(word(Event::Answered(by("赵六"))), Err(NotTaken::Answered));
    assert_eq!(word(Event::Answered(By::Automatic)), Err(NotTaken::Answered));
    assert_eq!(word(Event::Close), Ok(()));
    assert_eq!(word(Event::Close), Err(NotTaken::Over));
    let kept = desk.get(id).expect("kept");
    assert_eq!(kept.call.answer, Some(Answer { by: by("王五"), at_ms: T0 + S, ready: None }));
    assert_eq!(kept.call.end, Some((T0 + S, End::OnTime)));
    assert_eq!(desk.word(1, Event::Close, &boxes, T0), Err(NotTaken::NoCall));
}

#[test]
fn the_sums_of_a_period_count_what_ended_and_was_no_mistake() {
    let boxes = those(Reach::Here(FIRST));
    let mut desk = Desk::default();
    let mut call = |caller: &str, ready_s: Option<u64>, answer: Option<(u64, By)>, end: Option<Event>| {
        let asked = Asked { caller: caller.into(), ..asked() };
        let Ok(Begun::New(id)) = desk.begin(asked, with(vec![step(Need::Line, "line", 3)]), &boxes, T0) else {
            panic!("a new one");
        };
        if let Some(at_s) = ready_s {
            let number = desk.get(id).and_then(|inbound| inbound.errands[0].as_ref()).expect("asked for").number;
            desk.checked(BOX, &checked(number, "line", Verdict::Pass), &boxes, T0 + at_s * S);
        }
        if let Some((at_s, by)) = answer {
            desk.word(id, Event::Answered(by), &boxes, T0 + at_s * S).expect("is taken");
        }
        end.into_iter().for_each(|end| desk.word(id, end, &boxes, T0 + 300 * S).expect("is taken"));
    };
    let by = || By::Person { name: "王五".into(), how: How::Manual };
    call("a", Some(10), Some((60, by())), Some(Event::Close));
    call("b", Some(20), Some((200, by())), Some(Event::Close));
    call("c", Some(190), None, Some(Event::Close));
    call("d", None, Some((5, By::Automatic)), Some(Event::Close));
    call("e", None, None, Some(Event::Drop("王五".into(), "误呼".into())));
    call("f", None, None, None);
    let sums = crate::inbound::summary(desk.newest().map(AsRef::as_ref));
    assert_eq!((sums.count, sums.open, sums.dropped, sums.counted()), (6, 1, 1, 4));
    assert_eq!((sums.answered_in_time, sums.answered_late, sums.missed, sums.automatic), (2, 1, 1, 1));
    assert_eq!((sums.ready_in_time, sums.ready_by_backup, sums.median_ready_ms), (2, 0, Some(20 * S)));
    assert_eq!((sums.median_answer_ms, sums.rate(), sums.ready_rate()), (Some(60 * S), Some(0.5), Some(0.5)));
    assert_eq!(crate::inbound::summary(std::iter::empty()).rate(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever boxes do and whenever HQ begins anew: each run's number is its own, and a call that is read back goes on the same.
    #[test]
    fn no_number_is_of_two_runs_and_a_restart_changes_nothing(steps in prop::collection::vec((0..8_u8, 0..2_u8, 0..8_u64), 1..40)) {
        let boxes = those(Reach::Here(FIRST));
        let (mut desk, id) = begun(&boxes);
        let (mut now, mut whose) = (T0, BTreeMap::new());
        for (what, no, later_s) in steps {
            now += later_s * S;
            match what {
                0 => boxes.reach.set(Reach::Away),
                1 => { boxes.reach.set(Reach::Here(FIRST)); desk.hello(BOX, &[room()], &boxes, now); }
                2 => { boxes.reach.set(Reach::Here(SECOND)); desk.hello(BOX, &[room()], &boxes, now); }
                3 => drop(desk.word(id, Event::Again(no), &boxes, now)),
                4 | 5 => {
                    let inbound = desk.get(id).expect("kept");
                    let errand = inbound.errands[usize::from(no)].as_ref().map_or(0, |errand| errand.number);
                    let probe = inbound.call.steps[usize::from(no)].0.probe.to_string();
                    desk.checked(BOX, &checked(errand, &probe, Verdict::Pass), &boxes, now);
                }
                _ => {
                    let inbound = desk.get(id).expect("kept").as_ref();
                    let bytes = postcard::to_allocvec(inbound).expect("writes");
                    let mut read: Inbound = postcard::from_bytes(&bytes).expect("reads");
                    prop_assert_eq!((&read.call, read.revision), (&inbound.call, inbound.revision));
                    read.errands.iter().zip(&inbound.errands).for_each(|(one, other)| {
                        assert_eq!(one.as_ref().map(|one| one.number), other.as_ref().map(|other| other.number));
                    });
                    read.revision += 1;
                    desk = Desk::default();
                    desk.hold(read);
                }
            }
            for say in desk.turn(&boxes, now, T0) {
                let is_same = *whose.entry(say.number).or_insert_with(|| (say.check.probe.clone(), say.given_ms)) == (say.check.probe, say.given_ms);
                prop_assert!(is_same, "a number is of one run");
            }
            let kept = desk.get(id).expect("kept");
            prop_assert!(kept.call.ready.is_none() || kept.call.first_ready.is_some());
        }
    }
}
