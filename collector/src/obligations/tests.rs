//! Who owes what, by invented tests around the borders of months.

use proptest::prelude::*;

use super::*;

const HOUR: u64 = 3_600_000;

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

pub(super) fn county(code: &str) -> Subject {
    Subject::County(code.parse().expect("a county"))
}

fn venue(code: &str) -> Subject {
    Subject::Venue(code.parse().expect("a venue"))
}

pub(super) fn by(person: &str) -> Option<Confirmation> {
    Some(Confirmation { person: person.into(), telephone: None, at_ms: 0, by_link: false })
}

pub(super) fn tested(subject: Subject, at_ms: u64) -> JointTest {
    let said = Said { kind: TestKind::Monthly, at_ms, note: "".into(), sheet: None };
    JointTest { near: by("王五"), far: by("赵六"), ..JointTest::new(subject, said) }
}

/// Mid-November 2026.
pub(super) fn now() -> u64 {
    month("2026-11").start_ms() + 14 * 24 * HOUR
}

fn owes(subject: Subject) -> Owes {
    Owes { subject, excused: None }
}

fn kept(tests: impl IntoIterator<Item = JointTest>) -> Vec<(u64, Arc<JointTest>)> {
    (1..).zip(tests.into_iter().map(Arc::new)).collect()
}

fn row_of(rules: &Rules, every: Every, owes: Owes, tests: &[(u64, Arc<JointTest>)]) -> Row {
    let tests = tests.iter().map(|(id, test)| (*id, test));
    board((rules, every), 2026, [owes], tests, now()).rows.remove(0)
}

/// A letter a period: `D`one, `O`wed, `X` overdue, `-` ahead, `e`xcused, `.` free.
#[track_caller]
fn check(rules: &Rules, every: Every, owes: Owes, tests: impl IntoIterator<Item = JointTest>, expected: &str) {
    let found: String = row_of(rules, every, owes, &kept(tests)).cells.iter().map(|cell| letter(cell.state)).collect();
    assert_eq!(found, expected);
}

fn letter(state: CellState) -> char {
    match state {
        CellState::Overdue => 'X',
        CellState::Owed => 'O',
        CellState::Done => 'D',
        CellState::Ahead => '-',
        CellState::Excused => 'e',
        CellState::Free => '.',
    }
}

#[test]
fn a_new_collector_accuses_nobody_of_what_was_before_it() {
    check(&Rules::default(), Some(1), owes(county("350102")), [], "..........O-");
    let since = |text| Rules { since: Some(month(text)), ..Rules::default() };
    check(&since("2026-09"), Some(1), owes(county("350102")), [], "........XXO-");
    check(&since("2025-01"), Some(12), owes(county("350102")), [], "O");
    check(&since("2026-06"), Some(3), owes(county("350102")), [], ".XXO");
    check(&since("2027-01"), Some(1), owes(county("350102")), [], "..........O-");
}

#[test]
fn a_test_counts_in_the_month_that_it_was_made_in_china() {
    let rules = Rules { since: Some(month("2026-08")), ..Rules::default() };
    let first = month("2026-10").start_ms();
    for (at, expected) in [(first - 1, ".......XDXO-"), (first, ".......XXDO-"), (first + 7 * HOUR, ".......XXDO-")] {
        check(&rules, Some(1), owes(county("350102")), [tested(county("350102"), at)], expected);
    }
    let last_year = month("2026-01").start_ms() - 1;
    check(&rules, Some(12), owes(venue("350102001-01")), [tested(venue("350102001-01"), last_year)], "O");
    check(&rules, Some(12), owes(venue("350102001-01")), [tested(venue("350102001-01"), last_year + 1)], "D");
}

#[test]
fn a_test_counts_when_two_persons_confirmed_it_and_nobody_withdrew_it() {
    let own = county("350102");
    let withdrawn = Some(Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: 0 });
    let one_end = JointTest { far: None, ..tested(own, now()) };
    for test in [one_end.clone(), JointTest { near: None, ..tested(own, now()) }] {
        let cell = row_of(&Rules::default(), Some(1), owes(own), &kept([test])).cells[10];
        assert_eq!((cell.state, cell.half, cell.test, cell.count), (CellState::Owed, true, Some(1), 0));
    }
    let cell =
        row_of(&Rules::default(), Some(1), owes(own), &kept([JointTest { withdrawn, ..tested(own, now()) }])).cells[10];
    assert_eq!(cell, Cell { state: CellState::Owed, ..Cell::default() });
    let cell =
        row_of(&Rules::default(), Some(1), owes(own), &kept([tested(own, now()), one_end, tested(own, now() + 1)]))
            .cells[10];
    let expected = Cell {
        state: CellState::Done,
        half: false,
        test: Some(3),
        at_ms: Some(now() + 1),
        count: 2,
        correcting: false,
    };
    assert_eq!(cell, expected, "the newest that counts");
}

#[test]
fn a_countys_own_room_stands_for_the_county_and_a_villages_does_not() {
    let rules = Rules::default();
    check(&rules, Some(1), owes(county("350102")), [tested(venue("350102-02"), now())], "..........D-");
    check(&rules, Some(1), owes(county("350102")), [tested(venue("350102001-01"), now())], "..........O-");
    check(&rules, Some(12), owes(venue("350102-02")), [tested(venue("350102-02"), now())], "D");
    check(&rules, Some(12), owes(venue("350102-02")), [tested(county("350102"), now())], "O");
}

#[test]
fn who_is_left_out_owes_nothing_and_may_still_have_done_it() {
    let excused = Owes { excused: Some("未通线路".into()), ..owes(county("350527")) };
    check(&Rules::default(), Some(1), excused.clone(), [], "eeeeeeeeeeee");
    check(&Rules::default(), Some(1), excused, [tested(county("350527"), now())], "eeeeeeeeeeDe");
}

#[test]
fn a_rule_that_asks_for_nothing_has_no_periods() {
    for every in [None, Some(0), Some(5)] {
        assert_eq!(board((&Rules::default(), every), 2026, [owes(county("350102"))], [], now()), Board::default());
    }
    assert_eq!(board((&Rules::default(), Some(1)), 1969, [], [], now()), Board::default());
}

#[track_caller]
fn refused(obligations: &mut Obligations, change: Change, part: &str) {
    let before = obligations.clone();
    let said = obligations.change(change, now()).expect_err("it is refused").to_string();
    assert!(said.contains(part), "{said}");
    assert_eq!(*obligations, before, "nothing changed");
}

fn added(obligations: &mut Obligations, test: JointTest) -> u64 {
    obligations.change(Change::Add(test), now()).expect("is taken").test.expect("its number")
}

#[test]
fn each_end_is_confirmed_once_by_a_person_of_its_own() {
    let mut all = Obligations::default();
    let own = county("350102");
    let id = added(&mut all, JointTest { far: None, ..tested(own, now()) });
    let far = |person| Change::Confirm(id, End::Far, by(person).expect("somebody"));
    refused(&mut all, far("王五"), "one person cannot");
    refused(&mut all, Change::Confirm(id, End::Near, by("孙七").expect("somebody")), "confirmed already");
    refused(&mut all, Change::Confirm(7, End::Near, by("孙七").expect("somebody")), "no joint test 7");
    let called =
        |person: &str, number: &str| Confirmation { telephone: Some(number.into()), ..by(person).expect("somebody") };
    refused(&mut all, Change::Confirm(id, End::Far, called("王五", "2")), "both telephones");
    let mut namesakes = Obligations::default();
    let of_one = added(&mut namesakes, JointTest { near: Some(called("王五", "1")), far: None, ..tested(own, now()) });
    refused(&mut namesakes, Change::Confirm(of_one, End::Far, called("王五", "1")), "one person");
    namesakes.change(Change::Confirm(of_one, End::Far, called("王五", "2")), now()).expect("two with one name");
    all.change(far("赵六"), now()).expect("is taken");
    assert!(all.get(id).expect("is there").counts());
    let withdrawal = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: now() };
    all.change(Change::Withdraw(id, withdrawal.clone()), now()).expect("is taken");
    assert!(!all.get(id).expect("is there").counts());
    refused(&mut all, Change::Withdraw(id, withdrawal), "was withdrawn");
}

#[test]
fn what_cannot_be_is_refused() {
    let mut all = Obligations::default();
    refused(&mut all, Change::Add(tested(county("3501"), now())), "a county or a venue");
    refused(&mut all, Change::Add(tested(county("350102"), now() + HOUR)), "a time that is over");
    refused(&mut all, Change::Add(tested(county("350102"), now() - KEPT_MS - 1)), "at most three years");
    refused(&mut all, Change::Add(JointTest { far: by("王五"), ..tested(county("350102"), now()) }), "one person");
    refused(&mut all, Change::Rules(Rules { county: Some(5), ..Rules::default() }), "12 months");
    let rules = Rules { county: None, venue: Some(6), since: Some(month("2026-01")) };
    assert!(all.change(Change::Rules(rules), now()).expect("is taken").rules);
    assert_eq!(all.rules, rules);
}

#[test]
fn old_records_make_room_and_numbers_are_never_given_twice() {
    let mut all = Obligations::default();
    let first = added(&mut all, tested(county("350102"), now()));
    let second = added(&mut all, tested(county("350102"), now()));
    assert!(second > first);
    let later = now() + KEPT_MS + 1;
    let change = Change::Add(tested(county("350102"), later));
    let written = all.change(change, later).expect("is taken");
    assert_eq!((written.forgotten, all.len()), (vec![first, second], 1));
    let full = (1..).zip(std::iter::repeat_n(Arc::new(tested(county("350102"), now())), MOST)).collect();
    refused(&mut Obligations::new(Rules::default(), full), Change::Add(tested(county("350102"), now())), "100000");
}

proptest! {
    #[test]
    fn every_period_has_one_state_and_a_test_is_never_in_two(
        at_h in 0..24 * 365_u64, every in prop::sample::select(PERIODS.to_vec()), since in prop::option::of(1..13_u8),
    ) {
        let rules = Rules { since: since.and_then(|n| Month::new(2026, n)), ..Rules::default() };
        let own = county("350102");
        let at_ms = month("2026-01").start_ms() + at_h * HOUR;
        let row = row_of(&rules, Some(every), owes(own), &kept([tested(own, at_ms)]));
        prop_assert_eq!(row.cells.len(), usize::from(12 / every));
        let done: Vec<_> = row.cells.iter().enumerate().filter(|(_, cell)| cell.state == CellState::Done).collect();
        prop_assert_eq!(done.len(), 1);
        let of_test = usize::from(Month::of(at_ms).month() - 1) / usize::from(every);
        prop_assert_eq!(done[0].0, of_test);
        // Nothing is ahead of what is overdue.
        let ranks: Vec<_> = row.cells.iter().map(|cell| cell.state).filter(|state| *state != CellState::Done).map(|state| match state {
            CellState::Free => 0, CellState::Overdue => 1, CellState::Owed => 2, _ => 3,
        }).collect();
        prop_assert!(ranks.is_sorted());
    }
}

#[test]
fn what_a_form_concludes_is_what_it_found_and_a_test_that_stays_abnormal_has_failed() {
    let marks = |sound_in| Marks { picture_out: Mark::Normal, sound_in, ..Marks::default() };
    let sheet = |sound_in, conclusion, problem: &str, handling: &str| Sheet {
        system: "".into(),
        network: "".into(),
        joined_ms: None,
        marks: marks(sound_in),
        problem: problem.into(),
        handling: handling.into(),
        conclusion,
    };
    for (sheet, expected) in [
        (sheet(Mark::Normal, Conclusion::Normal, "", ""), None),
        (Sheet { marks: Marks::default(), ..sheet(Mark::Normal, Conclusion::Normal, "", "") }, Some("marks")),
        (
            Sheet {
                marks: Marks { presets: Mark::None, ..Marks::default() },
                ..sheet(Mark::Normal, Conclusion::Normal, "", "")
            },
            Some("marks"),
        ),
        (sheet(Mark::Abnormal, Conclusion::Normal, "", ""), Some("conclusion")),
        (sheet(Mark::Fixed, Conclusion::Normal, "", ""), Some("conclusion")),
        (sheet(Mark::Fixed, Conclusion::Fixed, "无声", "重插"), None),
        (sheet(Mark::Fixed, Conclusion::Fixed, "无声", ""), Some("handling")),
        (sheet(Mark::Fixed, Conclusion::Fixed, "", "重插"), Some("problem")),
        (sheet(Mark::Abnormal, Conclusion::Fixed, "无声", "重插"), Some("conclusion")),
        (sheet(Mark::Abnormal, Conclusion::Abnormal, "无声", ""), None),
        (sheet(Mark::Normal, Conclusion::Abnormal, "掉线", ""), None),
        (sheet(Mark::Abnormal, Conclusion::Abnormal, "", ""), Some("problem")),
    ] {
        let has_failed = sheet.conclusion == Conclusion::Abnormal;
        let test = JointTest { sheet: Some(sheet.clone()), ..tested(county("350102"), now()) };
        assert_eq!(test.has_failed(), has_failed, "{sheet:?}");
        let mut all = Obligations::default();
        match (all.change(Change::Add(test), now()), expected) {
            (Ok(_), None) => {}
            (Err(No::Wrong(said)), Some(expected)) => assert!(said.contains(expected), "{said}"),
            (other, _) => panic!("{other:?}: {sheet:?}"),
        }
    }
    let withdrawn = Some(Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: 0 });
    let abnormal = Some(sheet(Mark::Abnormal, Conclusion::Abnormal, "无声", ""));
    assert!(!JointTest { withdrawn, sheet: abnormal.clone(), ..tested(county("350102"), now()) }.has_failed());
    assert!(!tested(county("350102"), now()).has_failed());
    let ahead = abnormal.map(|sheet| Sheet { joined_ms: Some(now() + HOUR), ..sheet });
    let test = JointTest { sheet: ahead, ..tested(county("350102"), now()) };
    refused(&mut Obligations::default(), Change::Add(test), "joined_ms");
}

#[test]
fn what_a_run_proposes_is_confirmed_by_nobody_yet_and_proposed_once() {
    let mut all = Obligations::default();
    let of = |code: &str| JointTest { run: Some(7), near: None, far: None, ..tested(venue(code), now()) };
    refused(&mut all, Change::Add(JointTest { near: by("王五"), ..of("350102001-01") }), "near, far");
    let id = all.change(Change::Add(of("350102001-01")), now()).expect("is taken").test.expect("a number");
    assert!(!all.get(id).expect("is kept").counts(), "nobody has confirmed it");
    refused(&mut all, Change::Add(of("350102001-01")), "already");
    all.change(Change::Add(of("350103-01")), now()).expect("the other end's own");
    let gone = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: 0 };
    all.change(Change::Withdraw(id, gone), now()).expect("is taken");
    all.change(Change::Add(of("350102001-01")), now()).expect("the first was withdrawn");
}
