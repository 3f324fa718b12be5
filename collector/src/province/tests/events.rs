//! What agents told: its order, how much, whose it is, and what a snapshot keeps.

use avow_shared::outcome::MAX_DETAIL_CHARS;
use avow_shared::time::WallTime;
use avow_shared::wire::{Event, Report};

use super::build::*;
use crate::fact::AgentState;
use crate::province::{MOST_EVENTS, Province};

const V: &str = "350102001-01";

fn event(code: &str, text: &str) -> Report {
    Report::Event(Event { at: wall(START_MS - 7), code: code.parse().expect("a code of the test"), text: text.into() })
}

fn one_venue() -> Province {
    let mut province = empty();
    province.go_live(START_MS);
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &[]))]));
    province
}

/// The newest first.
fn held(province: &mut Province, of: u16) -> Vec<String> {
    province.publish().events.of(agent(of)).into_iter().map(|told| told.text.to_string()).collect()
}

#[test]
fn events_stand_in_the_order_of_their_reports_and_never_of_arrival() {
    let mut province = one_venue();
    province.fold(&stored(
        2,
        agent(1),
        1,
        START_MS,
        vec![(5, event("meeting.on", "b")), (9, event("meeting.off", "d"))],
    ));
    let before = province.publish().revision;
    province.fold(&stored(
        3,
        agent(1),
        1,
        START_MS,
        vec![(3, event("agent.started", "a")), (7, event("call.on", "c"))],
    ));
    assert_eq!(held(&mut province, 1), ["d", "c", "b", "a"]);
    assert_eq!(province.publish().touched_since(before), Some(vec![venue(V)]), "who looks on is told");
    province.fold(&stored(4, agent(1), 1, START_MS, vec![(7, event("call.on", "again"))]));
    // The box lost its state: it counts anew, in a spool of its own.
    province.fold(&stored(5, agent(1), 2, START_MS, vec![(1, event("agent.started", "e"))]));
    assert_eq!(held(&mut province, 1), ["e", "d", "c", "b", "a"]);
}

#[test]
fn everything_that_a_person_wants_to_know_of_an_event_is_kept_and_a_clock_that_cannot_be_is_not_believed() {
    let mut province = one_venue();
    let unset =
        Event {
            at: WallTime::default(), code: "call.on".parse().expect("a code"), text: "会议终端：通话开始".into()
        };
    let reports = vec![(2, event("relay.cycled", "摄像机电源：断电 8 秒")), (3, Report::Event(unset))];
    province.fold(&stored(2, agent(1), 1, START_MS + 20, reports));
    let told = province.publish().events.of(agent(1));
    let facts: Vec<_> = told.iter().map(|told| (told.code.as_str(), told.at_ms, told.received_ms)).collect();
    let expected = [("call.on", START_MS + 20, START_MS + 20), ("relay.cycled", START_MS - 7, START_MS + 20)];
    assert_eq!(facts, expected);
    assert_eq!((told[0].order.number, told[1].text.as_str()), (3, "摄像机电源：断电 8 秒"));
}

#[test]
fn the_newest_events_of_each_agent_are_kept_in_little_room() {
    let mut province = one_venue();
    let most = MOST_EVENTS as u64;
    province.fold(&stored(2, agent(2), 8, START_MS, vec![(1, event("agent.started", "other"))]));
    for number in 2..most + 12 {
        let (code, text) = match number % 5 {
            0 => ("meeting.on", "现场：会议开始".to_owned()),
            1 => ("meeting.off", "现场：会议结束".to_owned()),
            2 => ("call.on", "指挥大厅 会议终端：通话开始".to_owned()),
            3 => ("call.off", "指挥大厅 会议终端：通话结束".to_owned()),
            _ => ("relay.cycled", format!("摄像机电源：断电 {number} 秒；24 小时内还可 2 次")),
        };
        let received_ms = START_MS + number * number * 1_234_567;
        let told =
            Event { at: wall(received_ms - number * 17), code: code.parse().expect("a code"), text: text.into() };
        province.fold(&stored(number + 1, agent(1), 1, received_ms, vec![(number, Report::Event(told))]));
    }
    let all = held(&mut province, 1);
    assert_eq!(all.len(), MOST_EVENTS);
    let numbers: Vec<u64> = province.publish().events.of(agent(1)).iter().map(|told| told.order.number).collect();
    assert_eq!(numbers, (12..most + 12).rev().collect::<Vec<_>>());
    province.fold(&stored(most + 13, agent(1), 1, START_MS, vec![(1, event("call.on", "late"))]));
    assert_eq!(held(&mut province, 1), all, "older than all that are kept");
    assert_eq!(held(&mut province, 2), ["other"], "a busy agent costs another nothing");
    let packed = province.freeze().events().map(|(_, packed)| packed.len()).max();
    assert!(packed.is_some_and(|bytes| bytes < 2_048), "{packed:?} bytes");
}

#[test]
fn the_longest_lines_that_can_be_are_kept_too() {
    let mut province = one_venue();
    let text = |n: u64| {
        (0..MAX_DETAIL_CHARS as u64)
            .map(|at| char::from_u32(0x20000 + ((n * 7_919 + at * 104_729) % 42_000) as u32).expect("a letter"))
            .collect::<String>()
    };
    let code = "x".repeat(32) + "." + &"y".repeat(31);
    let reports: Vec<_> = (1..=MOST_EVENTS as u64).map(|n| (n + 1, event(&code, &text(n)))).collect();
    assert!(reports.iter().all(|(_, report)| report.is_believable()));
    province.fold(&stored(2, agent(1), 1, START_MS, reports));
    let all = held(&mut province, 1);
    assert_eq!((all.len(), all.first(), all.last()), (MOST_EVENTS, Some(&text(MOST_EVENTS as u64)), Some(&text(1))));
}

#[test]
fn another_key_has_its_own_events_and_a_refused_one_keeps_what_it_told() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, event("meeting.on", "first"))]));
    province.agent_state(agent(1), AgentState::Refused, &[]);
    province.fold(&stored(
        3,
        agent(2),
        9,
        START_MS,
        vec![(1, description(&[venue(V)], &[])), (2, event("meeting.off", "second"))],
    ));
    let view = province.publish();
    let link = view.venue(venue(V)).and_then(|venue| venue.link).expect("an agent");
    assert_eq!(link.agent, agent(2));
    assert_eq!((held(&mut province, 1), held(&mut province, 2)), (vec!["first".to_owned()], vec!["second".to_owned()]));
}

#[test]
fn what_readers_hold_does_not_change() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, event("meeting.on", "before"))]));
    let view = province.publish();
    province.fold(&stored(3, agent(1), 1, START_MS, vec![(3, event("meeting.off", "after"))]));
    assert_eq!((view.events.of(agent(1)).len(), held(&mut province, 1).len()), (1, 2));
}

#[test]
fn a_snapshot_keeps_events_and_their_order() {
    let mut province = one_venue();
    province.fold(&stored(
        2,
        agent(1),
        1,
        START_MS,
        vec![(3, event("meeting.on", "b")), (7, event("meeting.off", "d"))],
    ));
    province.fold(&stored(3, agent(300), 2, START_MS, vec![(1, event("agent.started", "other"))]));
    let file = tempfile::NamedTempFile::new().expect("a file");
    crate::snapshot::write(file.path(), &province.freeze(), &[]).expect("writes");
    let mut again = empty();
    let read = crate::snapshot::read(file.path(), &mut again).expect("reads").map(|(arrival, _)| arrival);
    again.go_live(START_MS + 8);
    assert_eq!(
        (read, held(&mut again, 1), held(&mut again, 300)),
        (Some(3), vec!["d".to_owned(), "b".to_owned()], vec!["other".to_owned()])
    );
    assert!(
        again.publish().venue(venue(V)).is_some_and(|venue| venue.described.is_some()),
        "what stands behind them too"
    );
    again.fold(&stored(4, agent(1), 1, START_MS, vec![(5, event("call.on", "c"))]));
    assert_eq!(held(&mut again, 1), ["d", "c", "b"]);
}
