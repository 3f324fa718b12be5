//! Reports of an invented response.

use std::sync::Arc;

use super::*;
use crate::assurance::chronicle::{CalledSums, Came};
use crate::assurance::{Act, Level, Staff, Step, Terms};
use crate::calendar::DAY_MS;
use crate::document::{Block, html};
use crate::rectify::{Entry, Origin, Step as Done, Task, Where};

/// Midnight in China.
const DAY: u64 = 1_795_708_800_000;
const HOUR: u64 = 3_600_000;

fn response() -> Response {
    let staff = vec![Staff { name: "王五".into(), telephone: "0591-1".into(), post: "网络".into() }];
    let terms = Terms {
        level: Level::Ii,
        places: vec!["3501".parse().expect("a place")],
        from_ms: DAY,
        to_ms: None,
        freeze: true,
        staff,
    };
    let step =
        |at_ms, act, note: &str| Step { at_ms, person: "赵六".into(), act, terms: terms.clone(), note: note.into() };
    Response {
        title: "防台风".into(),
        hazard: "台风".into(),
        authority: "省防指".into(),
        document: "闽防指1号".into(),
        approver: "陈七".into(),
        history: vec![step(DAY, Act::Started, "登陆"), step(DAY + 2 * DAY_MS, Act::Ended, "减弱")],
    }
}

fn matter(opened: u64, closed: Option<u64>, problem: &str) -> Matter {
    let entry = |at_ms, step| Entry { at_ms, person: "王五".into(), step, note: "好".into() };
    let task = Task { advice: "".into(), unit: "区局".into(), due_ms: opened + 1 };
    let mut history = vec![entry(opened, Done::Opened(task))];
    history.extend(closed.map(|at| entry(at, Done::Closed)));
    let subject = Where::Venue("350102001-01".parse().expect("a venue"));
    let record = Record { subject, origin: Origin::Hand, item: "".into(), problem: problem.into(), history };
    Matter { name: "大厅".into(), record: Arc::new(record) }
}

fn facts(response: &Response, of: Of, period: (u64, u64)) -> Facts<'_> {
    let called = |at_ms, on_time| {
        let sums = CalledSums { expected: 10, excused: 2, on_time, late: 0, silent: 8 - on_time };
        Called { at_ms, by_hand: None, came: Came::To(sums) }
    };
    let missed = Called { at_ms: DAY + 14 * HOUR, by_hand: None, came: Came::Missed };
    let drifts =
        vec![Drifts {
            name: "大厅".to_owned(), value: "往返时延（毫秒）".to_owned(), crosses_ms: DAY + 9 * DAY_MS
        }];
    Facts {
        of,
        period,
        response,
        terms: response.terms_at(period.1 - 1).expect("terms"),
        rule: crate::assurance::Rules::default().of(Level::Ii),
        name: &|place| format!("地{place}"),
        rooms: Some(Rooms {
            at_ms: DAY + DAY_MS - HOUR,
            venues: 12,
            classes: vec![("正常", 9), ("故障", 3)],
            drifts,
            drifting: 23,
            are_drifts_whole: true,
        }),
        calls: vec![called(DAY + 8 * HOUR, 8), missed, called(DAY + DAY_MS + 8 * HOUR, 4)],
        runs: vec![Inspected {
            title: "重保巡检".to_owned(),
            at_ms: DAY,
            venues: 12,
            normal: 6,
            abnormal: 3,
            untested: 0,
            unfilled: 1,
            incomplete: 1,
            open: 1,
        }],
        matters: vec![
            matter(DAY - 5, Some(DAY + HOUR), "旧的"),
            matter(DAY + HOUR, None, "=cmd()"),
            matter(DAY + DAY_MS + HOUR, Some(DAY + DAY_MS + 2 * HOUR), "次日的"),
        ],
        approvals: Vec::new(),
    }
}

fn figures(document: &Document) -> Vec<String> {
    let found = document.sections[0].blocks.iter().find_map(|block| match block {
        Block::Figures(figures) => Some(figures.iter().map(|figure| figure.value.to_string()).collect()),
        _ => None,
    });
    found.expect("figures")
}

fn rows(document: &Document, heading: &str) -> Vec<Vec<String>> {
    let section = document.sections.iter().find(|section| section.heading == heading).expect("a section");
    let table =
        section.blocks.iter().find_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    let row = |row: &Vec<Value>| row.iter().map(ToString::to_string).collect();
    table.map(|table| table.rows.iter().map(row).collect()).unwrap_or_default()
}

#[test]
fn a_day_counts_what_fell_into_it_and_names_who_was_on_duty() {
    let response = response();
    let document = report_of_assurance(&facts(&response, Of::Day, (DAY, DAY + DAY_MS)), DAY + DAY_MS);
    crate::document::tests::check_forms(&document);
    assert_eq!(document.title, "防台风\n重保日报");
    // The caller gives the calls and runs of the period; of matters and steps the report takes what fell into it.
    assert_eq!(figures(&document), ["12", "2", "75.0%", "1", "1", "1", "2", "0"]);
    assert_eq!(rows(&document, "概况"), [["9", "3"]]);
    assert_eq!(rows(&document, "值守人员"), [["1", "王五", "网络", "0591-1"]]);
    assert_eq!(rows(&document, "点名情况")[1][1..], ["按计划", "—", "—", "—", "—", "—", "—", "采集端未运行"]);
    assert_eq!(rows(&document, "响应启动、调整与终止").len(), 1, "it ended on another day");
    assert_eq!(rows(&document, "巡检情况")[0][2..], ["12", "6", "3", "1", "1", "1", "0", "66.7%"]);
    let html = html::write(&document);
    for said in ["每5分钟检查一次，每日点名4次，增派3人，实行封网", "尚缺", "=cmd()", "Ⅱ级", "地3501", "往返时延"]
    {
        assert!(html.contains(said), "{said}");
    }
    assert!(document.sections.iter().all(|section| section.heading != "逐日情况"));
}

#[test]
fn a_summary_has_every_day_and_the_course_of_the_response() {
    let response = response();
    let document = report_of_assurance(&facts(&response, Of::Whole, (DAY, DAY + 2 * DAY_MS + 1)), DAY + 3 * DAY_MS);
    crate::document::tests::check_forms(&document);
    assert_eq!(document.title, "防台风\n重保总结报告");
    assert_eq!(figures(&document)[4..7], ["2", "2", "1"]);
    assert_eq!(
        rows(&document, "逐日情况"),
        [["2026-11-27", "1", "1", "100.0%", "1", "1"], ["2026-11-28", "1", "0", "50.0%", "1", "1"]]
    );
    let course = rows(&document, "响应启动、调整与终止");
    assert_eq!(course.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["启动", "终止"]);
}

#[test]
fn a_day_and_the_whole_say_what_was_in_force_then() {
    let mut response = response();
    let mut lowered = response.history[1].clone();
    (lowered.act, lowered.at_ms) = (Act::Adjusted, DAY + DAY_MS + HOUR);
    (lowered.terms.level, lowered.terms.freeze, lowered.terms.staff) = (Level::Iv, false, Vec::new());
    lowered.terms.places = vec!["350203".parse().expect("a place")];
    response.history[1].terms = lowered.terms.clone();
    response.history.insert(1, lowered);
    let say = |of, period: (u64, u64)| {
        let terms = told(&response, of, period, crate::province::tree_for_tests()).expect("terms");
        let facts = Facts { terms: &terms, calls: Vec::new(), ..facts(&response, of, period) };
        html::write(&report_of_assurance(&facts, DAY + 3 * DAY_MS))
    };
    let has = |html: &str, said: &[&str]| said.iter().map(|one| html.contains(one)).collect::<Vec<_>>();
    let first = say(Of::Day, (DAY, DAY + DAY_MS));
    assert_eq!(
        has(&first, &["Ⅱ级", "地3501", "，实行封网", "王五", "Ⅳ级", "地350203"]),
        [true, true, true, true, false, false]
    );
    assert!(first.contains("本期范围内没有点名"));
    let second = say(Of::Day, (DAY + DAY_MS, DAY + 2 * DAY_MS));
    assert_eq!(has(&second, &["Ⅳ级", "，不封网", "未登记值守人员", "地3501"]), [true, true, true, false]);
    let whole = say(Of::Whole, (DAY, DAY + 2 * DAY_MS + 1));
    assert_eq!(has(&whole, &["Ⅱ级→Ⅳ级", "地3501、地350203"]), [true, true]);
}

#[test]
fn what_drifts_is_not_denied_while_not_every_room_was_looked_at() {
    let response = response();
    let mut facts = facts(&response, Of::Day, (DAY, DAY + DAY_MS));
    let rooms = facts.rooms.take().expect("rooms");
    facts.rooms = Some(Rooms { are_drifts_whole: false, drifts: Vec::new(), drifting: 0, ..rooms });
    let html = html::write(&report_of_assurance(&facts, DAY + DAY_MS));
    assert!(html.contains("预警尚未计算完") && !html.contains("没有将要越限"));
}

#[test]
fn a_day_of_which_nobody_wrote_how_it_ended_says_so_and_one_that_was_written_says_as_of_when() {
    let response = response();
    let of = |rooms: Option<Rooms>| {
        let facts = Facts { rooms, ..facts(&response, Of::Day, (DAY, DAY + DAY_MS)) };
        report_of_assurance(&facts, DAY + 9 * DAY_MS)
    };
    let none = of(None);
    assert_eq!((figures(&none)[0].as_str(), rows(&none, "概况"), rows(&none, "隐患预警").len()), ("—", vec![], 0));
    let html = html::write(&none);
    assert!(html.contains("当日无记录") && html.contains("无记录。") && !html.contains("没有将要越限"));
    let known = html::write(&of(facts(&response, Of::Day, (DAY, DAY + DAY_MS)).rooms));
    assert!(known.contains("截至2026年11月27日23:00:00；") && known.contains("另有22项未列出"), "of that day");
}

#[test]
fn calls_by_hand_are_told_apart_and_counted_with_the_others() {
    let response = response();
    let mut facts = facts(&response, Of::Day, (DAY, DAY + DAY_MS));
    let sums = CalledSums { expected: 4, excused: 0, on_time: 1, late: 1, silent: 2 };
    facts.calls.push(Called { at_ms: DAY + 9 * HOUR, by_hand: Some("张三".into()), came: Came::To(sums) });
    facts.calls.push(Called { at_ms: DAY + 10 * HOUR, by_hand: None, came: Came::Failed("忙".into()) });
    let document = report_of_assurance(&facts, DAY + DAY_MS);
    assert_eq!(figures(&document)[1..3], ["3", "65.0%"], "8, 4 and 1 of 8, 8 and 4");
    let calls = rows(&document, "点名情况");
    assert_eq!((calls[3][1].as_str(), calls[3][6].as_str()), ("人工（张三）", "2"));
    assert_eq!(calls[4][1..].iter().map(String::as_str).collect::<Vec<_>>()[7..], ["忙"]);
}
