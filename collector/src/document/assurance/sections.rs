//! The sections of the reports of a response.

use std::collections::BTreeMap;

use avow_shared::time::UnixMs;

use super::{Facts, Of};
use crate::assurance::Act;
use crate::assurance::chronicle::{Called, CalledSums, Came, MOST_DRIFTS};
use crate::calendar::day_of;
use crate::client::findings::without_codes;
use crate::document::value::Precision;
use crate::document::{Block, Column, Figure, Kind, Level, Page, Prose, Section, Table, Value};
use crate::rectify::{State, Step};

pub(super) fn all(facts: &Facts<'_>, now: UnixMs) -> Vec<Section> {
    let mut sections = vec![overview(facts, now)];
    if facts.of == Of::Whole {
        sections.push(by_day(facts));
    }
    sections.extend([
        staff(facts),
        calls(facts),
        runs(facts),
        matters(facts, now),
        approvals(facts),
        course(facts),
        drifts(facts),
    ]);
    sections
}

fn figure(label: &str, value: Value, unit: &str) -> Figure {
    Figure { label: label.to_owned(), value, unit: unit.to_owned() }
}

fn table(caption: &str, columns: &[(&str, Kind)], rows: impl IntoIterator<Item = Vec<Value>>) -> Block {
    let columns = columns.iter().map(|(title, kind)| Column::new(*title, *kind)).collect();
    Block::Table(Table::new(caption, Page::Portrait, columns, rows))
}

fn text(text: &str) -> Value {
    Value::text_or_absent(Some(text))
}

fn minute(ms: UnixMs) -> Value {
    Value::At { ms, to: Precision::Minute }
}

/// 按时率 = 按时应答 ÷ (应点 − 免点), of all calls together.
fn rate(sums: &CalledSums) -> Value {
    Value::Share { part: sums.on_time.into(), whole: u64::from(sums.expected.saturating_sub(sums.excused)) }
}

const fn sums(call: &Called) -> Option<CalledSums> {
    match call.came {
        Came::To(sums) => Some(sums),
        Came::Missed | Came::Failed(_) => None,
    }
}

fn added<'a>(calls: impl IntoIterator<Item = &'a Called>) -> CalledSums {
    calls.into_iter().filter_map(sums).fold(CalledSums::default(), |all, one| CalledSums {
        expected: all.expected + one.expected,
        excused: all.excused + one.excused,
        on_time: all.on_time + one.on_time,
        late: all.late + one.late,
        silent: all.silent + one.silent,
    })
}

fn closed_ms(record: &crate::rectify::Record) -> Option<UnixMs> {
    let closed = record.history.iter().rev().find(|entry| entry.step == Step::Closed);
    closed.filter(|_| record.state() == State::Closed).map(|entry| entry.at_ms)
}

fn overview(facts: &Facts<'_>, now: UnixMs) -> Section {
    let called = facts.calls.iter().filter(|call| sums(call).is_some()).count();
    let opened = facts.matters.iter().filter(|matter| facts.is_in(matter.record.opened_ms())).count();
    let closed = facts.matters.iter().filter(|matter| closed_ms(&matter.record).is_some_and(|at| facts.is_in(at)));
    let open = facts.matters.iter().filter(|matter| closed_ms(&matter.record).is_none_or(|at| at >= facts.period.1));
    let figures = vec![
        figure("保障会场", facts.rooms.as_ref().map_or(Value::Absent, |rooms| Value::count(rooms.venues)), "个"),
        figure("点名", Value::count(called), "次"),
        figure("按时率", rate(&added(&facts.calls)), ""),
        figure("巡检", Value::count(facts.runs.len()), "次"),
        figure("新增异常", Value::count(opened), "项"),
        figure("销号", Value::count(closed.count()), "项"),
        figure("未销号", Value::count(open.count()), "项"),
        figure("变更审批", Value::count(facts.approvals.len()), "件"),
    ];
    let every = match facts.rule.check_every_s {
        0 => "持续检查".to_owned(),
        seconds if seconds % 60 == 0 => format!("每{}分钟检查一次", seconds / 60),
        seconds => format!("每{seconds}秒检查一次"),
    };
    let freeze = if facts.terms.freeze { "实行封网" } else { "不封网" };
    let measures = format!(
        "措施：{every}，每日点名{}次，增派{}人，{freeze}。",
        facts.rule.roll_calls_a_day, facts.rule.extra_staff
    );
    let section =
        Section::new(Level::First, "概况").with(Block::Paragraph(Prose::of(measures))).with(Block::Figures(figures));
    let (section, as_of) = match &facts.rooms {
        Some(rooms) => {
            let columns: Vec<_> = rooms.classes.iter().map(|(word, _)| (*word, Kind::Number)).collect();
            let row = rooms.classes.iter().map(|(_, count)| Value::count(*count)).collect();
            let at = Value::At { ms: rooms.at_ms, to: Precision::SecondInWords };
            let section = section.with(table("会场状态（个）", &columns, [row]));
            (section, Prose::of("会场状态与隐患预警截至").value(at).text("；"))
        }
        None => (section, Prose::of("会场状态与隐患预警：当日无记录；")),
    };
    let counted = Value::At { ms: now, to: Precision::SecondInWords };
    let rule = as_of.text("整改状态截至本期末，其余截至").value(counted).text("统计。按时率=按时应答÷（应点−免点）。");
    section.with(Block::Note(rule))
}

fn by_day(facts: &Facts<'_>) -> Section {
    #[derive(Default)]
    struct Day {
        calls: Vec<Called>,
        opened: usize,
        closed: usize,
    }
    let mut days: BTreeMap<UnixMs, Day> = BTreeMap::new();
    for call in &facts.calls {
        days.entry(day_of(call.at_ms)).or_default().calls.push(call.clone());
    }
    for matter in &facts.matters {
        let opened = Some(matter.record.opened_ms()).filter(|at| facts.is_in(*at));
        let closed = closed_ms(&matter.record).filter(|at| facts.is_in(*at));
        opened.into_iter().for_each(|at| days.entry(day_of(at)).or_default().opened += 1);
        closed.into_iter().for_each(|at| days.entry(day_of(at)).or_default().closed += 1);
    }
    let row = |(ms, day): (UnixMs, Day)| {
        let all = added(&day.calls);
        let called = day.calls.iter().filter(|call| sums(call).is_some()).count();
        vec![
            Value::At { ms, to: Precision::Day },
            Value::count(called),
            Value::count(day.calls.len() - called),
            rate(&all),
            Value::count(day.opened),
            Value::count(day.closed),
        ]
    };
    let columns = [
        ("日期", Kind::Time),
        ("点名次数", Kind::Number),
        ("未点名次数", Kind::Number),
        ("按时率", Kind::Percent),
        ("新增异常", Kind::Number),
        ("销号", Kind::Number),
    ];
    Section::new(Level::First, "逐日情况").with(table("逐日情况", &columns, days.into_iter().map(row)))
}

fn staff(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "值守人员");
    let staff = facts.terms.staff.as_slice();
    let missing = usize::from(facts.rule.extra_staff).saturating_sub(staff.len());
    let section = if staff.is_empty() {
        section.with(Block::Paragraph(Prose::of("未登记值守人员。")))
    } else {
        let row = |(nth, one): (usize, &crate::assurance::Staff)| {
            vec![Value::count(nth + 1), text(&one.name), text(&one.post), text(&one.telephone)]
        };
        let columns = [("序号", Kind::Number), ("姓名", Kind::Text), ("岗位", Kind::Text), ("电话", Kind::Text)];
        section.with(table("值守人员", &columns, staff.iter().enumerate().map(row)))
    };
    if missing == 0 {
        return section;
    }
    section.with(Block::Note(Prose::of("按级别应增派，尚缺").value(Value::count(missing)).text("人。")))
}

fn calls(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "点名情况");
    if facts.calls.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本期范围内没有点名。")));
    }
    let row = |call: &Called| {
        let sums = sums(call);
        let count = |of: fn(&CalledSums) -> u32| sums.as_ref().map_or(Value::Absent, |sums| Value::count(of(sums)));
        let why = match &call.came {
            Came::To(_) => "",
            Came::Missed => "采集端未运行",
            Came::Failed(why) => why,
        };
        vec![
            minute(call.at_ms),
            call.by_hand.as_ref().map_or_else(|| Value::text("按计划"), |by| Value::text(format!("人工（{by}）"))),
            count(|sums| sums.expected),
            count(|sums| sums.excused),
            count(|sums| sums.on_time),
            count(|sums| sums.late),
            count(|sums| sums.silent),
            sums.as_ref().map_or(Value::Absent, rate),
            text(why),
        ]
    };
    let columns = [
        ("点名时间", Kind::Time),
        ("发起", Kind::Text),
        ("应点", Kind::Number),
        ("免点", Kind::Number),
        ("按时", Kind::Number),
        ("超时", Kind::Number),
        ("未应答", Kind::Number),
        ("按时率", Kind::Percent),
        ("未点名原因", Kind::Text),
    ];
    section.with(table("点名", &columns, facts.calls.iter().map(row)))
}

fn runs(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "巡检情况");
    if facts.runs.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本期范围内没有巡检。")));
    }
    let row = |run: &super::Inspected| {
        let tested = u64::from(run.normal) + u64::from(run.abnormal);
        vec![
            text(&run.title),
            minute(run.at_ms),
            Value::count(run.venues),
            Value::count(run.normal),
            Value::count(run.abnormal),
            Value::count(run.unfilled),
            Value::count(run.incomplete),
            Value::count(run.open),
            Value::count(run.untested),
            Value::Share { part: run.normal.into(), whole: tested },
        ]
    };
    let columns = [
        ("巡检", Kind::Text),
        ("开始", Kind::Time),
        ("应检", Kind::Number),
        ("正常", Kind::Number),
        ("异常", Kind::Number),
        ("待填报", Kind::Number),
        ("部分检测", Kind::Number),
        ("检测中", Kind::Number),
        ("未检", Kind::Number),
        ("完好率", Kind::Percent),
    ];
    section.with(table("巡检", &columns, facts.runs.iter().map(row)))
}

fn matters(facts: &Facts<'_>, now: UnixMs) -> Section {
    let section = Section::new(Level::First, "异常与整改");
    if facts.matters.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本期没有异常，也没有未销号的事项。")));
    }
    let row = |matter: &super::Matter| {
        let record = &matter.record;
        let task = record.task();
        let state = record.state().chinese();
        let state =
            if record.is_overdue(now.min(facts.period.1)) { format!("{state}（逾期）") } else { state.to_owned() };
        vec![
            text(&matter.name),
            text(&without_codes(&record.problem)),
            minute(record.opened_ms()),
            text(task.map_or("", |task| &task.unit)),
            task.map_or(Value::Absent, |task| Value::At { ms: task.due_ms, to: Precision::Day }),
            Value::text(state),
        ]
    };
    let columns = [
        ("会场", Kind::Text),
        ("问题", Kind::Text),
        ("立项", Kind::Time),
        ("责任单位", Kind::Text),
        ("期限", Kind::Time),
        ("状态", Kind::Word),
    ];
    section.with(table("异常与整改", &columns, facts.matters.iter().map(row)))
}

fn approvals(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "封网与变更审批");
    if facts.approvals.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本期没有批准变更。")));
    }
    let row = |(name, approval): &(String, std::sync::Arc<crate::assurance::Approval>)| {
        let revoked = approval
            .revoked
            .as_ref()
            .filter(|(at, _)| *at < facts.period.1)
            .map(|(at, by)| format!("{by}于{}撤回", minute(*at)));
        vec![
            text(name),
            text(&approval.what),
            text(&approval.person),
            minute(approval.given_ms),
            minute(approval.until_ms),
            text(revoked.as_deref().unwrap_or(&approval.reason)),
        ]
    };
    let columns = [
        ("会场或地区", Kind::Text),
        ("事项", Kind::Text),
        ("批准人", Kind::Text),
        ("批准时间", Kind::Time),
        ("有效至", Kind::Time),
        ("说明", Kind::Text),
    ];
    section.with(table("变更审批", &columns, facts.approvals.iter().map(row)))
}

/// Started, adjusted, ended.
fn course(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "响应启动、调整与终止");
    let steps: Vec<_> = facts.response.history.iter().filter(|step| facts.is_in(step.at_ms)).collect();
    if steps.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本期响应没有变化。")));
    }
    let row = |step: &&crate::assurance::Step| {
        let act = match step.act {
            Act::Started => "启动",
            Act::Adjusted => "调整",
            Act::Ended => "终止",
        };
        let places: Vec<String> = step.terms.places.iter().map(|place| (facts.name)(*place)).collect();
        vec![
            minute(step.at_ms),
            Value::text(act),
            Value::text(format!("{}级", step.terms.level.roman())),
            text(&places.join("、")),
            Value::text(if step.terms.freeze { "封网" } else { "不封网" }),
            text(&step.person),
            text(&step.note),
        ]
    };
    let columns = [
        ("时间", Kind::Time),
        ("事项", Kind::Word),
        ("级别", Kind::Word),
        ("范围", Kind::Text),
        ("封网", Kind::Word),
        ("经办人", Kind::Text),
        ("说明", Kind::Text),
    ];
    section.with(table("响应变化", &columns, steps.iter().map(row)))
}

fn drifts(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "隐患预警");
    let Some(rooms) = &facts.rooms else {
        return section.with(Block::Paragraph(Prose::of("无记录。")));
    };
    let section =
        if rooms.are_drifts_whole { section } else { section.with(Block::Note(Prose::of("预警尚未计算完。"))) };
    if rooms.drifts.is_empty() && !rooms.are_drifts_whole {
        return section;
    }
    if rooms.drifts.is_empty() {
        return section.with(Block::Paragraph(Prose::of("范围内没有将要越限的指标。")));
    }
    let row = |one: &super::Drifts| {
        vec![text(&one.name), text(&one.value), Value::At { ms: one.crosses_ms, to: Precision::Day }]
    };
    let columns = [("会场", Kind::Text), ("指标", Kind::Text), ("预计越限", Kind::Time)];
    let listed = table("将要越限的指标", &columns, rooms.drifts.iter().take(MOST_DRIFTS).map(row));
    let more = rooms.drifting.saturating_sub(rooms.drifts.len().min(MOST_DRIFTS));
    let section = section.with(listed);
    if more == 0 {
        section
    } else {
        section.with(Block::Note(Prose::of("另有").value(Value::count(more)).text("项未列出。")))
    }
}
