//! Heightened assurance with invented responses, approvals and times.

use avow_shared::id::VenueId;

use super::*;
use crate::province::tree_for_tests as tree;
use crate::rectify::Where;

pub(super) const NOW: u64 = 1_790_000_000_000;
const HOUR: u64 = 3_600_000;

fn place(code: &str) -> PlaceCode {
    code.parse().expect("a place")
}

fn venue(code: &str) -> VenueId {
    code.parse().expect("a venue")
}

pub(super) fn terms(level: Level, code: &str, freeze: bool) -> Terms {
    Terms { level, places: vec![place(code)], from_ms: NOW, to_ms: None, freeze, staff: Vec::new() }
}

fn step(at_ms: u64, act: Act, terms: Terms) -> Step {
    Step { at_ms, person: "王五".into(), act, terms, note: "".into() }
}

pub(super) fn response(terms: Terms) -> Response {
    Response {
        title: "防台风".into(),
        hazard: "台风".into(),
        authority: "省防指".into(),
        document: "闽防指〔2026〕1号".into(),
        approver: "陈六".into(),
        history: vec![step(NOW, Act::Started, terms)],
    }
}

fn start(all: &mut Assurance, terms: Terms) -> u64 {
    all.change(Change::Start(response(terms)), tree(), NOW).expect("starts").response.expect("a number")
}

#[test]
fn a_place_follows_the_highest_of_several_and_falls_back_when_that_ends() {
    let mut all = Assurance::default();
    let wide = start(&mut all, terms(Level::Iv, "35", false));
    let city = start(&mut all, terms(Level::Ii, "3501", false));
    let of = |all: &Assurance, code| all.followed(place(code), tree(), NOW + 9).map(|(id, _)| id);
    assert_eq!((of(&all, "350102001"), of(&all, "3502"), wide != city), (Some(city), Some(wide), true));
    let every =
        |all: &Assurance, code: &str| all.told(&[venue(code)], tree(), NOW + 9).spans.first().map(|span| span.every_s);
    assert_eq!((every(&all, "350102001-01"), every(&all, "3502-01")), (Some(300), Some(1_800)));
    let ended = step(NOW + 2, Act::Ended, terms(Level::Ii, "3501", false));
    let written = all.change(Change::Step(city, ended), tree(), NOW + 2).expect("ends");
    assert_eq!(written.concerns, [place("3501"), place("3501")]);
    assert_eq!((of(&all, "350102001"), all.response(city).map(|one| one.history.len())), (Some(wide), Some(2)));
    let again = step(NOW + 3, Act::Adjusted, terms(Level::I, "3501", false));
    assert_eq!(all.change(Change::Step(city, again), tree(), NOW + 3), Err(No::Conflict("this response is over")));
    let raised = step(NOW + 3, Act::Adjusted, terms(Level::I, "3502", false));
    let written = all.change(Change::Step(wide, raised), tree(), NOW + 3).expect("is adjusted");
    assert_eq!(written.concerns, [place("35"), place("3502")], "who leaves it is told too");
    assert_eq!(
        (every(&all, "350102001-01"), every(&all, "3502-01")),
        (None, Some(60)),
        "continuously is once a minute"
    );
}

/// 平潭 (350128) lies in 福州 (3501) by its code and beside it in the tree.
#[test]
fn a_place_follows_the_responses_of_what_the_tree_puts_above_it() {
    let (pingtan, fuzhou) = (venue("350128001-01"), venue("350102001-01"));
    for (code, covers) in [("3501", [false, true]), ("350128", [true, false]), ("35", [true, true])] {
        let mut all = Assurance::default();
        let id = start(&mut all, terms(Level::Ii, code, true));
        for (room, covers) in [pingtan, fuzhou].into_iter().zip(covers) {
            let of = |found: Option<(u64, &Arc<Response>)>| found.map(|(id, _)| id);
            let expected = covers.then_some(id);
            assert_eq!(of(all.followed(room.place, tree(), NOW)), expected, "{room} in {code}");
            assert_eq!(of(all.frozen(room, tree(), NOW)), expected, "{room} in {code}");
            assert_eq!(all.told(&[room], tree(), NOW).spans.len(), usize::from(covers), "{room} in {code}");
        }
        let spans = all.told(&[pingtan, fuzhou], tree(), NOW).spans;
        let whose: Vec<_> = spans.iter().map(|span| span.window.venue).collect();
        let expected = match covers {
            [true, true] => None,
            [true, false] => Some(pingtan),
            [false, _] => Some(fuzhou),
        };
        assert_eq!(whose, [expected], "{code}");
    }
}

#[test]
fn an_approval_of_a_place_lifts_what_lies_in_it_in_the_tree_alone() {
    let (pingtan, fuzhou) = (venue("350128001-01"), venue("350102001-01"));
    let mut all = Assurance::default();
    let approval = |code| Approval {
        subject: Where::Place(place(code)),
        what: "升级".into(),
        person: "钱八".into(),
        reason: "".into(),
        given_ms: NOW,
        until_ms: NOW + HOUR,
        revoked: None,
    };
    start(&mut all, terms(Level::Ii, "350128", true));
    let give = |all: &mut Assurance, of| all.change(Change::Approve(of), tree(), NOW).map(drop);
    assert_eq!(give(&mut all, approval("3501")), Ok(()), "nothing is frozen there");
    assert!(all.frozen(pingtan, tree(), NOW).is_some());
    for code in ["35", "350128001"] {
        assert_eq!(give(&mut all, approval(code)), Err(No::NotApprover("陈六".into())), "{code}");
    }
    start(&mut all, terms(Level::Ii, "35", true));
    let named = Approval { person: "陈六".into(), ..approval("3501") };
    give(&mut all, named).expect("is given");
    let lifted = |room| (all.frozen(room, tree(), NOW).is_none(), all.told(&[room], tree(), NOW).approved.len());
    assert_eq!((lifted(pingtan), lifted(fuzhou)), ((false, 0), (true, 1)));
}

#[test]
fn a_box_is_told_of_a_day_at_most_and_only_of_what_concerns_it() {
    let mut all = Assurance::default();
    start(&mut all, Terms { from_ms: NOW + 30 * HOUR, ..terms(Level::I, "3501", true) });
    start(&mut all, Terms { to_ms: Some(NOW + 2 * HOUR), ..terms(Level::Iii, "350102001", false) });
    let rooms = [venue("350102001-01"), venue("350102001-02")];
    let told = all.told(&rooms, tree(), NOW);
    assert!(told.is_bounded() && told.spans.len() == 1 && told.spans[0].window.to_ms == NOW + 2 * HOUR);
    assert_eq!(told.spans[0].window.venue, None, "all its rooms");
    let told = all.told(&rooms, tree(), NOW + 31 * HOUR);
    assert!(told.is_bounded() && told.spans[0].freeze && told.spans[0].window.to_ms == NOW + 31 * HOUR + REACH_MS);
    assert_eq!(all.told(&[venue("3502-01")], tree(), NOW).spans, []);
    assert!(all.is_worth_telling(NOW + 900 * HOUR), "the first has no end");
}

#[test]
fn what_is_frozen_is_lifted_by_a_named_approval_for_its_time_and_room_alone() {
    let mut all = Assurance::default();
    let freeze = start(&mut all, terms(Level::Ii, "3501", true));
    let (here, there) = (venue("350102001-01"), venue("350102001-02"));
    let frozen = |all: &Assurance, venue, at| all.frozen(venue, tree(), at).map(|(id, _)| id);
    assert_eq!((frozen(&all, here, NOW), frozen(&all, venue("3502-01"), NOW)), (Some(freeze), None));
    let approval = |until_ms| Approval {
        subject: Where::Venue(here),
        what: "更换摄像机".into(),
        person: "陈六".into(),
        reason: "损坏".into(),
        given_ms: NOW,
        until_ms,
        revoked: None,
    };
    assert!(all.change(Change::Approve(approval(NOW)), tree(), NOW).is_err());
    assert!(all.change(Change::Approve(approval(NOW + APPROVED_MS + 1)), tree(), NOW).is_err());
    let id =
        all.change(Change::Approve(approval(NOW + HOUR)), tree(), NOW).expect("is given").approval.expect("a number");
    assert_eq!((frozen(&all, here, NOW), frozen(&all, there, NOW)), (None, Some(freeze)));
    assert_eq!(frozen(&all, here, NOW + HOUR), Some(freeze), "its time is over");
    let told = all.told(&[here, there], tree(), NOW);
    assert_eq!((told.approved.len(), told.approved[0].venue), (1, Some(here)));
    all.change(Change::Revoke(id, "陈六".into()), tree(), NOW + 5).expect("is taken back");
    assert_eq!(frozen(&all, here, NOW + 6), Some(freeze));
    assert!(all.change(Change::Revoke(id, "陈六".into()), tree(), NOW + 7).is_err());
}

#[test]
fn who_is_not_the_approver_of_a_freeze_says_why_he_approves() {
    let mut all = Assurance::default();
    let approval = |person: &str, reason: &str, until_ms| Approval {
        subject: Where::Venue(venue("350102001-01")),
        what: "更换摄像机".into(),
        person: person.into(),
        reason: reason.into(),
        given_ms: NOW,
        until_ms,
        revoked: None,
    };
    let give = |all: &mut Assurance, person: &str, reason: &str| {
        all.change(Change::Approve(approval(person, reason, NOW + HOUR)), tree(), NOW).map(|_| ())
    };
    assert_eq!(give(&mut all, "钱八", ""), Ok(()), "nothing is frozen");
    start(&mut all, Terms { from_ms: NOW, ..terms(Level::Ii, "350102001", true) });
    for reason in ["", "摄像机坏了"] {
        assert_eq!(give(&mut all, "钱八", reason), Err(No::NotApprover("陈六".into())), "{reason}");
    }
    assert_eq!((give(&mut all, "陈六", ""), give(&mut all, "钱八", "陈六电话授权")), (Ok(()), Ok(())));
    let wide = Approval { subject: Where::Place(place("3501")), ..approval("钱八", "", NOW + HOUR) };
    assert!(all.change(Change::Approve(wide), tree(), NOW).is_err(), "a city that contains what is frozen");
}

#[test]
fn an_approval_was_in_force_on_each_day_that_it_reaches_into_until_it_was_taken_back() {
    let mut approval = Approval {
        subject: Where::Place(place("3501")),
        what: "升级".into(),
        person: "陈六".into(),
        reason: "".into(),
        given_ms: NOW,
        until_ms: NOW + 50 * HOUR,
        revoked: None,
    };
    let day = |nth: u64| (NOW - HOUR + nth * DAY_MS, NOW - HOUR + (nth + 1) * DAY_MS);
    let on = |approval: &Approval| (0..4).map(|nth| approval.was_on_within(day(nth))).collect::<Vec<_>>();
    assert_eq!(on(&approval), [true, true, true, false]);
    approval.revoked = Some((NOW + 2 * HOUR, "陈六".into()));
    assert_eq!(on(&approval), [true, false, false, false]);
    assert!(!approval.was_on_within((NOW - DAY_MS, NOW)), "it was not given yet");
}

#[test]
fn a_day_is_told_with_what_was_in_force_then_and_the_whole_with_every_place() {
    let mut one = response(Terms { places: vec![place("3501"), place("3502")], ..terms(Level::Ii, "35", true) });
    one.history.push(step(NOW + DAY_MS, Act::Adjusted, terms(Level::Iv, "350102", false)));
    let at = |at_ms| one.terms_at(at_ms).map(|terms| (terms.level, terms.freeze, terms.places.len()));
    assert_eq!((at(0), at(NOW + DAY_MS - 1)), (Some((Level::Ii, true, 2)), Some((Level::Ii, true, 2))));
    assert_eq!(at(NOW + DAY_MS), Some((Level::Iv, false, 1)));
    let all = one.terms_of_all(tree()).expect("some");
    assert_eq!((all.level, all.places), (Level::Iv, vec![place("3501"), place("3502")]));
    one.history.push(step(NOW + DAY_MS, Act::Adjusted, terms(Level::Iv, "350128", false)));
    let all = one.terms_of_all(tree()).expect("some");
    assert_eq!(all.places, ["3501", "350128", "3502"].map(place), "which lies in the first by code alone");
}

#[test]
fn bounds_are_kept_and_nothing_changes_when_they_are_not() {
    let mut all = Assurance::default();
    for _ in 0..MOST_OPEN {
        start(&mut all, terms(Level::Iv, "35", false));
    }
    let before = all.clone();
    let wrong = [
        Change::Start(response(terms(Level::Iv, "35", false))),
        Change::Start(response(Terms { places: vec![], ..terms(Level::Iv, "35", false) })),
        Change::Start(response(Terms { to_ms: Some(NOW), ..terms(Level::Iv, "35", false) })),
        Change::Step(7, step(NOW, Act::Ended, terms(Level::Iv, "35", false))),
        Change::Revoke(7, "x".into()),
        Change::Rules(Rules([Rule { depth: Depth::Proven, ..Rules::default().of(Level::I) }; 4]), "王五".into()),
        Change::Rules(
            Rules([Rule { check_every_s: 29, roll_calls_a_day: 1, depth: Depth::Present, extra_staff: 0 }; 4]),
            "王五".into(),
        ),
    ];
    for change in wrong {
        assert!(all.change(change, tree(), NOW).is_err());
    }
    assert_eq!(all, before);
    let rules = Rules([Rule { check_every_s: 120, roll_calls_a_day: 1, depth: Depth::Present, extra_staff: 0 }; 4]);
    let written = all.change(Change::Rules(rules, "王五".into()), tree(), NOW).expect("is taken");
    assert!(written.rules && written.concerns.len() == MOST_OPEN);
    assert_eq!(all.told(&[venue("3502-01")], tree(), NOW).spans[0].every_s, 120);
}

#[test]
fn a_response_with_as_many_steps_as_are_kept_is_ended_and_not_adjusted_once_more() {
    let mut all = Assurance::default();
    let id = start(&mut all, terms(Level::Iv, "35", false));
    for nth in 1..MOST_STEPS as u64 {
        let adjusted = step(NOW + nth, Act::Adjusted, terms(Level::Iii, "35", false));
        all.change(Change::Step(id, adjusted), tree(), NOW + nth).expect("is taken");
    }
    let more = step(NOW + 200, Act::Adjusted, terms(Level::Ii, "35", false));
    assert!(matches!(all.change(Change::Step(id, more), tree(), NOW + 200), Err(No::Conflict(_))));
    let ended = step(NOW + 201, Act::Ended, terms(Level::Iii, "35", false));
    all.change(Change::Step(id, ended), tree(), NOW + 201).expect("ends");
}

#[test]
fn a_thousand_responses_are_kept_and_one_that_is_over_for_three_years_makes_room() {
    let mut ended = response(terms(Level::Iv, "35", false));
    ended.history.push(step(NOW + 1, Act::Ended, terms(Level::Iv, "35", false)));
    let responses = (0..MOST as u64).map(|nth| (nth + 1, Arc::new(ended.clone()))).collect();
    let mut all = Assurance::new((Rules::default(), Roster::default()), responses, BTreeMap::new());
    let before = all.clone();
    let begin = |all: &mut Assurance, at_ms: u64| {
        let terms = Terms { from_ms: at_ms, ..terms(Level::Iv, "3501", false) };
        all.change(Change::Start(response(terms)), tree(), at_ms)
    };
    assert!(matches!(begin(&mut all, NOW + 1 + KEPT_MS), Err(No::Conflict(_))) && all == before);
    let written = begin(&mut all, NOW + 2 + KEPT_MS).expect("there is room");
    assert_eq!((written.forgotten.0.len(), all.responses().count()), (MOST, 1));
}

#[test]
fn boxes_are_told_for_a_day_more_that_a_response_is_over() {
    let mut all = Assurance::default();
    assert!(!all.is_worth_telling(NOW));
    let id = start(&mut all, terms(Level::Iv, "35", true));
    let ended = step(NOW + HOUR, Act::Ended, terms(Level::Iv, "35", true));
    all.change(Change::Step(id, ended), tree(), NOW + HOUR).expect("ends");
    assert!(all.is_worth_telling(NOW + HOUR + REACH_MS - 1), "one may have heard of it a moment before, for a day");
    assert!(!all.is_worth_telling(NOW + HOUR + REACH_MS));
}
