//! The 整改台账 with invented matters, persons and times.

use proptest::prelude::*;

use super::*;

const NOW: u64 = 1_790_000_000_000;

fn task(due_ms: u64) -> Task {
    Task { advice: "更换话筒线".into(), unit: "鼓楼区应急局".into(), due_ms }
}

fn new(item: &str, problem: &str) -> New {
    New {
        subject: Where::Venue("350102001-01".parse().expect("a venue")),
        origin: Origin::RollCall(7),
        item: item.into(),
        problem: problem.into(),
        task: task(NOW + DAY_MS),
        person: "王五".into(),
        note: "".into(),
    }
}

fn entry(at_ms: u64, step: Step, note: &str) -> Entry {
    Entry { at_ms, person: "赵六".into(), step, note: note.into() }
}

fn retest(passed: bool, tested_ms: u64) -> Step {
    Step::Retested { passed, proof: Proof::Hand, tested_ms }
}

fn opened() -> (Rectify, u64) {
    let mut all = Rectify::default();
    let id = all.change(Change::Open(vec![new("sound", "无声")]), NOW).expect("opens").changed[0];
    (all, id)
}

#[track_caller]
fn step(all: &mut Rectify, id: u64, at_ms: u64, step: Step, note: &str) -> Result<State, No> {
    let before = all.clone();
    let done = all.change(Change::Step(id, entry(at_ms, step, note)), at_ms);
    match done {
        Ok(_) => {
            let (old, now) = (&before.get(id).expect("was").history, &all.get(id).expect("is").history);
            assert_eq!(old[..], now[..now.len() - 1], "only added to");
            Ok(all.get(id).expect("is").state())
        }
        Err(no) => {
            assert_eq!(*all, before, "nothing changed");
            Err(no)
        }
    }
}

#[test]
fn what_is_searched_follows_what_was_said_last() {
    let (mut all, id) = opened();
    assert_eq!(all.folded(id), "350102001-01\nsound\n无声\n更换话筒线\n鼓楼区应急局");
    let task = Task { advice: "改用 HDMI".into(), unit: "台江区应急局".into(), due_ms: NOW + DAY_MS };
    step(&mut all, id, NOW + 1, Step::Changed(task), "").expect("is changed");
    assert_eq!(all.folded(id), "350102001-01\nsound\n无声\n改用 hdmi\n台江区应急局");
    let records = all.iter().map(|(id, record)| (id, Arc::clone(record))).collect();
    assert_eq!(Rectify::new(records), all, "what is read back is searched alike");
    assert_eq!(all.folded(0), "");
}

#[test]
fn it_is_closed_after_a_re_test_that_was_passed_after_the_repair() {
    let (mut all, id) = opened();
    assert!(step(&mut all, id, NOW + 1, retest(true, NOW + 1), "").is_err(), "nothing was put right");
    assert_eq!(step(&mut all, id, NOW + 2, Step::Fixed, "换线"), Ok(State::Fixed));
    assert!(step(&mut all, id, NOW + 3, retest(true, NOW + 1), "").is_err(), "a test before the repair proves nothing");
    assert!(step(&mut all, id, NOW + 3, retest(true, NOW + 9), "").is_err(), "nor does one to come");
    assert_eq!(step(&mut all, id, NOW + 4, retest(false, NOW + 3), "仍无声"), Ok(State::Open));
    assert!(step(&mut all, id, NOW + 5, Step::Closed, "").is_err());
    assert_eq!(step(&mut all, id, NOW + 6, Step::Fixed, ""), Ok(State::Fixed));
    assert!(step(&mut all, id, NOW + 7, Step::Closed, "").is_err(), "the re-test is missing");
    assert_eq!(step(&mut all, id, NOW + 8, retest(true, NOW + 8), ""), Ok(State::Passed));
    assert_eq!(step(&mut all, id, NOW + 9, Step::Closed, ""), Ok(State::Closed));
    assert!(step(&mut all, id, NOW + 10, Step::Fixed, "").is_err());
    assert!(step(&mut all, id, NOW + 10, Step::Reopened, "").is_err(), "why?");
    assert_eq!(step(&mut all, id, NOW + 10, Step::Reopened, "又无声"), Ok(State::Open));
    assert_eq!(step(&mut all, id, NOW + 11, Step::Closed, "会场撤销"), Ok(State::Closed), "a reason does instead");
    assert_eq!(all.change(Change::Step(5, entry(NOW, Step::Fixed, "")), NOW), Err(No::Nothing(5)));
}

#[test]
fn it_is_overdue_by_the_deadline_that_was_said_last_and_never_when_it_is_closed() {
    let (mut all, id) = opened();
    let overdue = |all: &Rectify, now| all.get(id).expect("is").is_overdue(now);
    assert!(!overdue(&all, NOW + DAY_MS) && overdue(&all, NOW + DAY_MS + 1));
    assert!(step(&mut all, id, NOW, Step::Changed(task(NOW)), "").is_err(), "that is over");
    assert_eq!(step(&mut all, id, NOW, Step::Changed(task(NOW + 9 * DAY_MS)), "缺件"), Ok(State::Open));
    assert!(!overdue(&all, NOW + 2 * DAY_MS) && overdue(&all, NOW + 10 * DAY_MS));
    step(&mut all, id, NOW + 3, Step::Closed, "误报").expect("closes");
    assert!(!overdue(&all, NOW + 10 * DAY_MS));
}

#[test]
fn what_is_open_is_not_opened_again_and_what_is_long_closed_is_forgotten() {
    let (mut all, id) = opened();
    let again = vec![new("sound", "声音小"), new("", "门坏"), new("", "门坏"), new("", "灯坏")];
    let written = all.change(Change::Open(again), NOW).expect("opens");
    assert_eq!(written.known, [id, id + 1], "one item is one matter; without an item, one text");
    assert_eq!(written.changed, [id + 1, id + 2]);
    step(&mut all, id, NOW, Step::Closed, "误报").expect("closes");
    let later = NOW + KEPT_MS + 1;
    let new = New { task: task(later + DAY_MS), ..new("sound", "无声") };
    let written = all.change(Change::Open(vec![new]), later).expect("opens");
    assert_eq!((written.forgotten, written.changed), (vec![id], vec![later]), "the open ones stay");
    assert_eq!(all.iter().count(), 3);
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Fixed),
        (any::<bool>(), 0..60_u64).prop_map(|(passed, at)| retest(passed, NOW + at)),
        Just(Step::Closed),
        Just(Step::Reopened),
        (1..90_u64).prop_map(|due| Step::Changed(task(NOW + due))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_tried_none_is_closed_without_a_passed_re_test_or_a_reason(
        steps in prop::collection::vec((any_step(), any::<bool>()), 0..60)
    ) {
        let (mut all, id) = opened();
        for (at, (what, says)) in (NOW..).zip(steps) {
            let _ = step(&mut all, id, at, what, if says { "原因" } else { "" });
        }
        let record = all.get(id).expect("is");
        for (at, entry) in record.history.iter().enumerate() {
            if entry.step == Step::Closed && entry.note.is_empty() {
                let before = record.history[..at].iter().rev();
                let last = before.filter(|entry| !matches!(entry.step, Step::Changed(_))).map(|entry| &entry.step).next();
                let passed = matches!(last, Some(Step::Retested { passed: true, .. }));
                prop_assert!(passed, "{:?}", record.history);
            }
        }
    }
}

#[test]
fn a_matter_with_as_many_steps_as_are_kept_can_only_be_closed() {
    let mut all = Rectify::default();
    let id = all.change(Change::Open(vec![new("front", "偏位")]), NOW).expect("opens").changed[0];
    for nth in 1..MOST_STEPS as u64 {
        step(&mut all, id, NOW + nth, Step::Changed(task(NOW + 1_000_000)), "").expect("is changed");
    }
    assert!(step(&mut all, id, NOW + 200, Step::Fixed, "").is_err());
    assert_eq!(step(&mut all, id, NOW + 201, Step::Closed, "步骤太多"), Ok(State::Closed));
}
