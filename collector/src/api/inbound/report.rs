//! The report of a call to us: that of a roll call with one row, and how its checks went.

use avow_shared::id::VenueId;

use super::{InboundAnswer, InboundItem, InboundState, InboundStep, InboundStepState};
use crate::client::{Words, inbound as words};
use crate::document::roll_call::{
    Category, Depth, Direction, Disagrees, Mode as Way, Record, Result as Ended, Row, report_of_roll_call,
};
use crate::document::{Block, Column, Document, Kind, Level, Page, Prose, Section, Table, Value};
use crate::inbound::{Kind as Why, Need};
use crate::province::View;
use crate::roll_call::Mode;

const ZH: Words = Words::Chinese;
/// Behind 概况 and 结果总览.
const BEHIND: usize = 2;

/// City and county of a room; empty above them.
pub(super) fn place(view: &View, venue: VenueId) -> [String; 2] {
    let at = view.venue(venue).map(|venue| venue.at).or_else(|| view.tree.index(venue.place));
    // From below the province downwards: the city, then the county.
    let mut path: Vec<u32> = at.map(|at| view.tree.path(at).collect()).unwrap_or_default();
    path.reverse();
    [1, 2].map(|nth| path.get(nth).map(|at| view.tree.place(*at).name.to_string()).unwrap_or_default())
}

/// The report of a call as it is told; `confirmed_by`: who signs it off.
///
/// # Errors
/// When its figures disagree with its row.
pub(super) fn of(
    answer: &InboundAnswer,
    place: [String; 2],
    confirmed_by: Option<String>,
) -> Result<Document, Disagrees> {
    let record = Record { confirmed_by, ..record(answer, place) };
    let mut document = report_of_roll_call(&record, answer.now_ms)?;
    let at = BEHIND.min(document.sections.len());
    let more = [Some(checks(answer)), faults(answer)].into_iter().flatten();
    document.sections.splice(at..at, more);
    Ok(document)
}

fn record(answer: &InboundAnswer, place: [String; 2]) -> Record {
    let call = &answer.call;
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Record {
        id: call.id.to_string(),
        direction: Direction::Inbound,
        category: match call.kind {
            Why::Duty => Category::Duty,
            Why::BeforeMeeting => Category::BeforeMeeting,
            Why::SpotCheck => Category::SpotCheck,
            Why::Emergency => Category::Emergency,
        },
        caller: call.caller.clone(),
        basis: said(&call.basis),
        scope: call.name.clone(),
        system: None,
        closed: None,
        depth: Depth::Ready,
        forecast: None,
        received_at_ms: call.received_ms,
        deadline_s: u32::try_from(call.until_ms.saturating_sub(call.received_ms) / 1_000).unwrap_or(u32::MAX),
        expected: 1,
        excused: u32::from(call.state == InboundState::Dropped),
        rows: vec![row(answer, place)],
        notice: String::new(),
        operator: said(&call.operator),
        confirmed_by: None,
    }
}

fn row(answer: &InboundAnswer, [city, county]: [String; 2]) -> Row {
    let call = &answer.call;
    let at = |after_ms: u64| call.received_ms.saturating_add(after_ms);
    let reply = call.answer.as_ref();
    Row {
        via_page: false,
        afterwards: false,
        unit: if call.unit.is_empty() { call.name.clone() } else { call.unit.clone() },
        venue: Some(call.venue.clone()),
        city,
        county,
        result: result(call),
        mode: reply.map(|reply| match reply.how {
            Mode::Auto => Way::Automatic,
            Mode::Person => Way::Person,
            Mode::Backup => Way::Backup,
            Mode::Telephone => Way::Telephone,
        }),
        heard_at_ms: Some(call.received_ms),
        ready_at_ms: call.first_ready_ms.map(at),
        answered_at_ms: reply.map(|reply| at(reply.after_ms)),
        elapsed_ms: reply.map(|reply| reply.after_ms),
        person: reply.map(|reply| reply.person.clone()).filter(|name| !name.is_empty()),
        video: came(answer, Need::Picture),
        audio: came(answer, Need::Microphone),
        reason: reason(answer),
        remark: None,
        is_faulty: !answer.faults.is_empty(),
        is_untested: false,
        is_excused_afterwards: false,
        retries: 0,
        blamed: None,
        is_proven: false,
        proof: None,
    }
}

fn result(call: &InboundItem) -> Ended {
    let deadline_ms = call.until_ms.saturating_sub(call.received_ms);
    match &call.answer {
        _ if call.state == InboundState::Dropped => Ended::Excused,
        None => Ended::Silent,
        Some(reply) if reply.after_ms > deadline_ms => Ended::Late,
        Some(reply) if reply.how == Mode::Backup => Ended::Backup,
        Some(_) => Ended::OnTime,
    }
}

/// Whether what is needed was found to work, or not; none when nobody knows.
fn came(answer: &InboundAnswer, need: Need) -> Option<bool> {
    let of_need = answer.steps.iter().filter(|step| step.need == Some(need) && !step.backup);
    let known: Vec<Option<bool>> = of_need
        .map(|step| match step.state {
            InboundStepState::Pass | InboundStepState::Degraded | InboundStepState::Works => Some(true),
            InboundStepState::Fail | InboundStepState::Broken => Some(false),
            _ => None,
        })
        .collect();
    if known.contains(&Some(false)) {
        return Some(false);
    }
    (!known.is_empty() && known.iter().all(|works| *works == Some(true))).then_some(true)
}

fn reason(answer: &InboundAnswer) -> Option<String> {
    if let Some(why) = &answer.call.dropped_why {
        return Some(format!("撤销：{why}"));
    }
    let first = answer.faults.first()?;
    step(answer, first.step).map(|step| words::problem(ZH, step)).filter(|text| !text.is_empty())
}

fn step(answer: &InboundAnswer, no: u8) -> Option<&InboundStep> {
    answer.steps.iter().find(|step| step.step == no)
}

fn checks(answer: &InboundAnswer) -> Section {
    let seconds = |ms: Option<u64>| ms.map_or(Value::Absent, |ms| Value::Seconds { ms });
    let row = |step: &InboundStep, nth: String| {
        vec![
            Value::text(nth),
            Value::text(words::what(ZH, step)),
            Value::text(&step.name),
            // What a person says or nobody could ask has no beginning: it is so from that moment on.
            seconds(step.began_ms.or(step.ended_ms)),
            seconds(step.took_ms),
            Value::text(words::state(ZH, step.state)),
            Value::text_or_absent(Some(&words::problem(ZH, step))),
        ]
    };
    let rows = answer.steps.iter().flat_map(|step| {
        // Everything that a step came to has its line, the newest last.
        let nth = u32::from(step.step) + 1;
        let earlier = step.earlier.iter().map(|then| step.as_it_was(then));
        let all = earlier.chain([step.clone()]).enumerate();
        let many = !step.earlier.is_empty();
        let row = &row;
        all.map(move |(time, step)| row(&step, if many { format!("{nth}.{}", time + 1) } else { nth.to_string() }))
    });
    let columns = vec![
        Column::new("序号", Kind::Word),
        Column::new("检查项", Kind::Text),
        Column::new("探测项", Kind::Text),
        Column::new("开始", Kind::Duration).in_unit("秒"),
        Column::new("用时", Kind::Duration).in_unit("秒"),
        Column::new("结果", Kind::Word),
        Column::new("说明", Kind::Text),
    ];
    let ready = match (answer.call.first_ready_ms, answer.call.first_ready) {
        (Some(ms), Some(way)) => Prose::of("接到点名后")
            .value(Value::Seconds { ms })
            .text(format!("秒达到可应答状态（{}）。", words::way(ZH, way))),
        _ => Prose::of("未达到可应答状态。"),
    };
    let unchecked: Vec<&str> = answer.unchecked.iter().map(|need| words::need(ZH, *need)).collect();
    let ready = match unchecked.is_empty() {
        true => ready,
        false => ready.text(format!("本会场无检查手段、未作结论的：{}。", unchecked.join("、"))),
    };
    let note = "“开始”自接到点名起计；同一检查项复检的，各次结果依次列出；“人工确认”的结果由人员认定，其余由测试终端检查得出。";
    Section::new(Level::First, "应答前检查")
        .with(Block::Paragraph(ready))
        .with(Block::Table(Table::new("应答前检查", Page::Portrait, columns, rows)))
        .with(Block::Note(Prose::of(note)))
}

fn faults(answer: &InboundAnswer) -> Option<Section> {
    if answer.faults.is_empty() {
        return None;
    }
    let rows = answer.faults.iter().map(|fault| {
        let of = step(answer, fault.step);
        vec![
            Value::text(words::need(ZH, fault.need)),
            Value::text_or_absent(of.map(|step| step.name.as_str())),
            Value::text_or_absent(of.map(|step| words::problem(ZH, step)).as_deref()),
            Value::text(words::remedy(ZH, answer, fault)),
        ]
    });
    let columns = vec![
        Column::new("检查项", Kind::Word),
        Column::new("探测项", Kind::Text),
        Column::new("问题", Kind::Text),
        Column::new("最短处置", Kind::Text),
    ];
    let table = Table::new("问题与处置", Page::Portrait, columns, rows);
    Some(Section::new(Level::First, "问题与处置").with(Block::Table(table)))
}
