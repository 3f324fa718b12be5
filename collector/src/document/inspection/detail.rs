//! What the report lists one by one: 问题清单, 上期整改复查, 隐患预警, 建议, 附表.

use std::collections::BTreeMap;

use avow_shared::time::UnixMs;

use super::{Facts, conclusion, records, review, untested};
use crate::client::{Words, findings};
use crate::document::measured::name_of;
use crate::document::value::Precision;
use crate::document::{Block, Column, Kind, Level, Page, Prose, Section, Table, Value};
use crate::inspection::{Conclusion, Difference, Found, Item, ItemResult, ItemState, Record, Tally, compare};
use crate::rectify::{Origin, State};

const UNLOOKED: &str = "中心启动后尚未分析完各会场的历史数据，对将要越限的指标不作结论。";
const UNLOOKED_MORE: &str = "中心启动后尚未分析完各会场的历史数据，上表只列已分析会场。";

fn columns(all: &[(&str, Kind)]) -> Vec<Column> {
    all.iter().map(|(title, kind)| Column::new(*title, *kind)).collect()
}

fn found(item: &Item) -> Option<&Found> {
    if let ItemState::Found(found) = &item.state { Some(found) } else { None }
}

/// The stages that explain what boxes found to be abnormal; none where only persons found something, for no stage explains that.
fn blamed(record: &Record) -> Option<&str> {
    let is_explained = record.items.iter().filter_map(found).any(|found| found.result == ItemResult::Abnormal);
    record.blamed.as_deref().filter(|stage| is_explained && !stage.is_empty())
}

fn measured(facts: &Facts<'_>, item: &Item, found: &Found) -> (Value, Value) {
    let label = facts.run.labels.get(item.label as usize);
    let Some((number, unit, nth)) = found.measured else { return (Value::Absent, Value::Absent) };
    let limit = label.and_then(|label| label.limits.get(usize::from(nth)));
    let limit = limit.map_or(Value::Absent, |(_, limit)| Value::text(limit.as_str()));
    let number = Value::number(number, 2);
    (limit, Value::text(format!("{number} {}", unit.symbol()).trim_end()))
}

fn said(found: &Found) -> String {
    let finding = found.finding.as_ref().map(|finding| findings::told(Words::Chinese, finding.as_str()));
    match (finding, &*found.detail) {
        (Some(finding), "") => finding,
        (Some(finding), detail) => format!("{finding}：{detail}"),
        (None, detail) => detail.to_owned(),
    }
}

fn whose(facts: &Facts<'_>, record: &Record) -> [Value; 4] {
    let county = if record.county == record.city { String::new() } else { (facts.name)(record.county) };
    [
        Value::text((facts.name)(record.city)),
        Value::text_or_absent(Some(&county)),
        Value::text(&*record.name),
        Value::text(record.venue.to_string()),
    ]
}

pub(super) fn problems(facts: &Facts<'_>) -> Section {
    let run = facts.run;
    let mut rows = Vec::new();
    for record in records(run).filter(|record| run.conclusion(record) == Conclusion::Abnormal) {
        let stage = Value::text_or_absent(blamed(record));
        let remark = Value::text_or_absent(record.remark.as_ref().map(|remark| &*remark.text));
        let mut add = |item: Value, source: &str, limit: Value, value: Value, problem: Value, stage: Value| {
            let rest = [item, Value::text(source), limit, value, problem, stage, remark.clone()];
            rows.push(whose(facts, record).into_iter().chain(rest).collect::<Vec<Value>>());
        };
        for (item, found) in record.items.iter().filter_map(|item| Some((item, found(item)?))) {
            if found.result == ItemResult::Abnormal {
                let name = run.labels.get(item.label as usize).map_or("", |label| label.name.as_str());
                let (limit, value) = measured(facts, item, found);
                add(Value::text(name), "自动", limit, value, Value::text(said(found)), stage.clone());
            }
        }
        for filled in record.manual.iter().filter(|filled| filled.result == ItemResult::Abnormal) {
            let Some(item) = run.ordered.work.manual.get(usize::from(filled.item)) else { continue };
            let standard = Value::text_or_absent(Some(&item.standard));
            let value = Value::text_or_absent(Some(&filled.value));
            // No stage explains what a person found.
            add(
                Value::text(&item.title),
                "人工",
                standard,
                value,
                Value::text_or_absent(Some(&filled.note)),
                Value::Absent,
            );
        }
    }
    let section = Section::new(Level::First, "问题清单");
    if rows.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本次未发现异常。")));
    }
    let columns = columns(&[
        ("设区市", Kind::Text),
        ("县区", Kind::Text),
        ("会场", Kind::Text),
        ("会场编码", Kind::Text),
        ("项目", Kind::Text),
        ("来源", Kind::Word),
        ("标准", Kind::Text),
        ("实测", Kind::Text),
        ("问题", Kind::Text),
        ("责任环节", Kind::Text),
        ("处理", Kind::Text),
    ]);
    // Rows that no form takes any more are counted under it.
    section.with(Block::Table(Table::new("异常项目", Page::Landscape, columns, rows)))
}

pub(super) fn earlier(facts: &Facts<'_>) -> Section {
    let section = Section::new(Level::First, "上期整改复查");
    let Some(before) = facts.before else {
        return section.with(Block::Paragraph(Prose::of("没有可比较的上期巡检。")));
    };
    let compared = compare(before, facts.run);
    let count = |difference| Value::count(compared.iter().filter(|one| one.difference == difference).count());
    let all = Prose::of("与上期相比，新增异常")
        .value(count(Difference::New))
        .text("个会场，已消除")
        .value(count(Difference::Cured))
        .text("个，仍异常")
        .value(count(Difference::Still))
        .text("个，上期已检而本次未检")
        .value(count(Difference::Untested))
        .text("个。");
    let section = section.with(Block::Paragraph(all)).with(Block::Paragraph(ledger(facts, before.id)));
    let still = compared.iter().filter(|one| one.difference == Difference::Still);
    let still = still.filter_map(|one| facts.run.records.iter().find(|record| record.venue == one.venue));
    let still: Vec<Vec<Value>> = still
        .map(|record| {
            let stage = Value::text_or_absent(blamed(record));
            whose(facts, record).into_iter().chain([stage]).collect()
        })
        .collect();
    if still.is_empty() {
        return section;
    }
    let columns = columns(&[
        ("设区市", Kind::Text),
        ("县区", Kind::Text),
        ("会场", Kind::Text),
        ("会场编码", Kind::Text),
        ("责任环节", Kind::Text),
    ]);
    section.with(Block::Table(Table::new("两期均异常的会场", Page::Portrait, columns, still)))
}

/// What became of what the run before brought to light.
fn ledger(facts: &Facts<'_>, before: u64) -> Prose {
    let opened = facts.rectify.iter().filter(|(_, record)| record.origin == Origin::Inspection(before));
    let states: Vec<State> = opened.map(|(_, record)| record.state()).collect();
    if states.is_empty() {
        return Prose::of("上期巡检未登记整改事项。");
    }
    let closed = states.iter().filter(|state| **state == State::Closed).count();
    Prose::of("上期巡检登记整改事项")
        .value(Value::count(states.len()))
        .text("项，已销号")
        .value(Value::count(closed))
        .text("项，未销号")
        .value(Value::count(states.len() - closed))
        .text("项。")
}

pub(super) fn risks(facts: &Facts<'_>, now: UnixMs) -> Section {
    let mut groups: BTreeMap<(String, String), (u32, String)> = BTreeMap::new();
    for record in records(facts.run) {
        for (item, found) in record.items.iter().filter_map(|item| Some((item, found(item)?))) {
            if found.result == ItemResult::Degraded {
                let label = facts.run.labels.get(item.label as usize);
                let name = label.map_or_else(String::new, |label| label.name.to_string());
                let finding = found.finding.as_ref().map(|finding| findings::told(Words::Chinese, finding.as_str()));
                let group = groups.entry((name, finding.unwrap_or_default()));
                let group = group.or_insert_with(|| (0, format!("{}（{}）", record.name, record.venue)));
                group.0 += 1;
            }
        }
    }
    let overdue = facts.rectify.iter().filter(|(_, record)| record.is_overdue(now)).count();
    let ledger = Prose::of("整改台账中逾期未销号的事项").value(Value::count(overdue)).text("项。");
    let section = Section::new(Level::First, "隐患预警").with(Block::Paragraph(ledger));
    let section = drifts(facts, section);
    if groups.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本次没有劣化项目。")));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let columns =
        columns(&[("项目", Kind::Text), ("现象", Kind::Text), ("检测项数", Kind::Number), ("例", Kind::Text)]);
    let rows = groups.into_iter().map(|((item, finding), (count, example))| {
        vec![Value::text(item), Value::text_or_absent(Some(&finding)), Value::count(count), Value::text(example)]
    });
    section.with(Block::Table(Table::new("劣化项目", Page::Portrait, columns, rows)))
}

/// What is on its way to a limit in the rooms of the run, and when it arrives.
fn drifts(facts: &Facts<'_>, section: Section) -> Section {
    let of = |record: &Record| facts.warnings.rooms.get(&record.venue);
    let drifting = records(facts.run).filter_map(|record| Some((record, of(record)?)));
    let drifting = drifting
        .flat_map(|(record, room)| room.warnings.iter().map(move |warning| (warning.crosses_ms, record, warning)));
    let mut drifting: Vec<_> = drifting.collect();
    // Who has not looked at every room since the start does not know of those that are missing.
    let is_whole = facts.warnings.complete_ms.is_some();
    if drifting.is_empty() {
        let none = if is_whole { "没有将要越限的指标。" } else { UNLOOKED };
        return section.with(Block::Paragraph(Prose::of(none)));
    }
    drifting.sort_by_key(|(crosses_ms, record, _)| (*crosses_ms, record.venue));
    let count = Prose::of("将要越限的指标").value(Value::count(drifting.len())).text("项。");
    let columns = columns(&[
        ("会场", Kind::Text),
        ("检测项", Kind::Text),
        ("指标", Kind::Text),
        ("现值", Kind::Number),
        ("限值", Kind::Number),
        ("单位", Kind::Word),
        ("预计越限", Kind::Time),
    ]);
    let rows = drifting.into_iter().map(|(crosses_ms, record, warning)| {
        let label = facts.run.labels.iter().find(|label| label.probe == warning.probe);
        let probe = label.map_or_else(|| warning.probe.to_string(), |label| label.name.to_string());
        vec![
            Value::text(format!("{}（{}）", record.name, record.venue)),
            Value::text(probe),
            Value::text(name_of(warning.value.as_str())),
            Value::number(warning.now, 2),
            Value::number(warning.limit.0, 2),
            Value::text_or_absent(Some(warning.unit.symbol())),
            Value::At { ms: crosses_ms, to: Precision::Day },
        ]
    });
    let table = Table::new("将要越限的指标", Page::Portrait, columns, rows);
    let section = section.with(Block::Paragraph(count)).with(Block::Table(table));
    if is_whole { section } else { section.with(Block::Note(Prose::of(UNLOOKED_MORE))) }
}

pub(super) fn advice(facts: &Facts<'_>, tally: &Tally) -> Section {
    let mut stages: BTreeMap<&str, u32> = BTreeMap::new();
    for record in records(facts.run).filter(|record| facts.run.conclusion(record) == Conclusion::Abnormal) {
        if let Some(stage) = blamed(record) {
            *stages.entry(stage).or_default() += 1;
        }
    }
    let mut stages: Vec<_> = stages.into_iter().collect();
    stages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut lines: Vec<Prose> = stages
        .into_iter()
        .take(10)
        .map(|(stage, venues)| {
            Prose::of(format!("检查“{stage}”：可解释")).value(Value::count(venues)).text("个会场的异常。")
        })
        .collect();
    if tally.abnormal > 0 {
        let text = Prose::of("异常会场")
            .value(Value::count(tally.abnormal))
            .text("个，登记整改台账，明确责任单位与期限，整改后复测销号。");
        lines.push(text);
    }
    if tally.untested > 0 {
        lines.push(Prose::of("未检会场").value(Value::count(tally.untested)).text("个，排除原因后补检。"));
    }
    if tally.unfilled > 0 {
        let text =
            Prose::of("待填报会场").value(Value::count(tally.unfilled)).text("个，人工项填报齐全后方可计入实检。");
        lines.push(text);
    }
    if tally.incomplete > 0 {
        let text = Prose::of("部分检测会场")
            .value(Value::count(tally.incomplete))
            .text("个，有必检项未检或无法判定，排除原因后补检方可计入实检。");
        lines.push(text);
    }
    if tally.degraded > 0 {
        lines.push(Prose::of("有劣化项目的会场").value(Value::count(tally.degraded)).text("个，列入重点观察。"));
    }
    if lines.is_empty() {
        lines.push(Prose::of("无。"));
    }
    Section { blocks: lines.into_iter().map(Block::Paragraph).collect(), ..Section::new(Level::First, "建议") }
}

pub(super) fn annex(facts: &Facts<'_>) -> Section {
    let columns = columns(&[
        ("序号", Kind::Number),
        ("设区市", Kind::Text),
        ("县区", Kind::Text),
        ("会场", Kind::Text),
        ("会场编码", Kind::Text),
        ("单位", Kind::Text),
        ("结论", Kind::Word),
        ("未检原因", Kind::Text),
        ("自动项", Kind::Number),
        ("异常", Kind::Number),
        ("劣化", Kind::Number),
        ("人工填报", Kind::Number),
        ("人工异常", Kind::Number),
        ("责任环节", Kind::Text),
        ("审核状态", Kind::Word),
    ]);
    let row = |(nth, record): (usize, &Record)| {
        let of = |wanted| record.items.iter().filter_map(found).filter(|found| found.result == wanted).count();
        let why = record.excused.as_deref().or_else(|| record.untested().map(untested));
        let manual = record.manual.iter().filter(|filled| filled.result == ItemResult::Abnormal).count();
        let rest = [
            Value::text_or_absent(Some(&record.unit)),
            Value::text(conclusion(facts.run.conclusion(record))),
            Value::text_or_absent(why),
            Value::count(record.items.len()),
            Value::count(of(ItemResult::Abnormal)),
            Value::count(of(ItemResult::Degraded)),
            Value::count(record.manual.len()),
            Value::count(manual),
            Value::text_or_absent(blamed(record)),
            Value::text(review(record.review.state)),
        ];
        [Value::count(nth + 1)].into_iter().chain(whose(facts, record)).chain(rest).collect()
    };
    let table = Table::new("各会场检测结果", Page::Landscape, columns, records(facts.run).enumerate().map(row));
    Section::new(Level::Annex, "各会场检测结果").with(Block::Table(table))
}
