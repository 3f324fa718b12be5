//! The sections of the report: 概况, 结果总览, 分系统, 分市县, 分项, and what `detail` lists.

use std::collections::BTreeMap;

use avow_shared::time::UnixMs;

use super::{Facts, detail, kind, rate, records, scope, system, untested};
use crate::document::value::Precision;
use crate::document::{Block, Column, Figure, Kind, Level, Page, Prose, Section, Table, Value};
use crate::inspection::{Conclusion, ItemResult, ItemState, Sums, Tally, Untested};

pub(super) fn all(facts: &Facts<'_>, now: UnixMs) -> Vec<Section> {
    let (tally, cities, counties) = facts.run.sums();
    let mut sections = vec![summary(facts, &tally), results(facts, &tally), systems(facts)];
    sections.extend(places(facts, &tally, (&cities, &counties)));
    sections.push(items(facts));
    sections.push(detail::problems(facts));
    sections.push(detail::earlier(facts));
    sections.push(detail::risks(facts, now));
    sections.push(detail::advice(facts, &tally));
    sections.push(detail::annex(facts));
    sections
}

fn summary(facts: &Facts<'_>, tally: &Tally) -> Section {
    let ordered = &facts.run.ordered;
    let at = Value::At { ms: ordered.given_ms, to: Precision::SecondInWords };
    let first = Prose::default()
        .value(at)
        .text(format!("起，对{}开展{}，应检会场", scope(facts), kind(ordered.work.kind)))
        .value(Value::count(tally.venues))
        .text("个，实检")
        .value(Value::count(tally.tested()))
        .text("个，正常")
        .value(Value::count(tally.normal))
        .text("个，整改后正常")
        .value(Value::count(tally.fixed))
        .text("个，异常")
        .value(Value::count(tally.abnormal))
        .text("个，待填报")
        .value(Value::count(tally.unfilled))
        .text("个，部分检测")
        .value(Value::count(tally.incomplete))
        .text("个，未检")
        .value(Value::count(tally.untested))
        .text("个，完好率")
        .value(rate(tally))
        .text("。");
    let up = Prose::of("会场记录中，已上报")
        .value(Value::count(tally.submitted))
        .text("份，审核中")
        .value(Value::count(tally.reviewing))
        .text("份，退回")
        .value(Value::count(tally.returned))
        .text("份，填报中")
        .value(Value::count(tally.filling))
        .text("份。");
    let how = Prose::of("自动检测")
        .value(Value::count(tally.items))
        .text("项，人工填报")
        .value(Value::count(tally.filled))
        .text("项。自动项由会场测试终端检测，人工项由填报人逐项确认，两者分别标注。");
    Section::new(Level::First, "概况")
        .with(Block::Paragraph(first))
        .with(Block::Paragraph(how))
        .with(Block::Paragraph(up))
}

fn results(facts: &Facts<'_>, tally: &Tally) -> Section {
    let figure = |label: &str, value, unit: &str| Figure { label: label.to_owned(), value, unit: unit.to_owned() };
    let count = |label: &str, count: u32| figure(label, Value::count(count), "个");
    let share = |part: u32, whole: u32| Value::Share { part: part.into(), whole: whole.into() };
    let mut figures = vec![
        count("应检", tally.venues),
        count("实检", tally.tested()),
        count("正常", tally.normal),
        count("整改后正常", tally.fixed),
        count("异常", tally.abnormal),
        count("待填报", tally.unfilled),
        count("部分检测", tally.incomplete),
        count("未检", tally.untested),
        figure("完好率", rate(tally), ""),
        figure("实检率", share(tally.tested(), tally.venues), ""),
    ];
    if tally.open > 0 {
        figures.push(count("检测中", tally.open));
    }
    if tally.excused > 0 {
        figures.push(count("免检", tally.excused));
    }
    let rule = "口径：完好率=（正常＋整改后正常）÷实检；实检率=实检÷应检；免检会场不计入应检；必检自动项均有结果且人工项填报齐全，或已发现异常的会场计入实检；人工项未填报齐全的会场为待填报，有必检项未检或无法判定的会场为部分检测，均单独统计，不计入正常。";
    let section =
        Section::new(Level::First, "结果总览").with(Block::Figures(figures)).with(Block::Note(Prose::of(rule)));
    let mut reasons: BTreeMap<Untested, u32> = BTreeMap::new();
    for record in records(facts.run).filter(|record| facts.run.conclusion(record) == Conclusion::Untested) {
        if let Some(why) = record.untested() {
            *reasons.entry(why).or_default() += 1;
        }
    }
    if reasons.is_empty() {
        return section;
    }
    let rows = reasons
        .iter()
        .map(|(why, venues)| vec![Value::text(untested(*why)), Value::count(*venues), share(*venues, tally.venues)]);
    let columns = vec![
        Column::new("未检原因", Kind::Text),
        Column::new("会场", Kind::Number).in_unit("个"),
        Column::new("占应检比例", Kind::Percent),
    ];
    section.with(Block::Table(Table::new("未检原因", Page::Portrait, columns, rows)))
}

/// Normal, degraded, abnormal, unknown, not tested, and how many there are.
type Counts = [u32; 6];

fn enter(counts: &mut Counts, state: &ItemState) {
    let at = match state {
        ItemState::Open | ItemState::Untested(_) => 4,
        ItemState::Found(found) => of(found.result),
    };
    counts[at] += 1;
    counts[5] += 1;
}

const fn of(result: ItemResult) -> usize {
    match result {
        ItemResult::Normal => 0,
        ItemResult::Degraded => 1,
        ItemResult::Abnormal => 2,
        ItemResult::Unknown | ItemResult::Inapplicable => 3,
    }
}

fn counted(titles: [&str; 6]) -> Vec<Column> {
    let mut columns: Vec<Column> = titles.map(|title| Column::new(title, Kind::Number)).into();
    columns.push(Column::new("正常率", Kind::Percent));
    columns
}

fn row(counts: &Counts) -> impl Iterator<Item = Value> {
    let [normal, degraded, abnormal, unknown, untested, all] = *counts;
    let judged = normal + degraded + abnormal;
    let share = Value::Share { part: normal.into(), whole: judged.into() };
    [all, normal, degraded, abnormal, unknown, untested].map(Value::count).into_iter().chain([share])
}

fn systems(facts: &Facts<'_>) -> Section {
    let mut sums: BTreeMap<&str, Counts> = BTreeMap::new();
    for item in records(facts.run).filter(|record| record.excused.is_none()).flat_map(|record| &record.items) {
        if let Some(label) = facts.run.labels.get(item.label as usize) {
            enter(sums.entry(system(&label.kind)).or_default(), &item.state);
        }
    }
    let mut columns = vec![Column::new("系统", Kind::Text)];
    columns.extend(counted(["检测项", "正常", "劣化", "异常", "无法判定", "未检"]));
    let rows = sums.iter().map(|(name, counts)| [Value::text(*name)].into_iter().chain(row(counts)).collect());
    let table = Table::new("各系统检测情况（自动项）", Page::Portrait, columns, rows);
    let rule = "口径：正常率=正常÷（正常＋劣化＋异常）。";
    Section::new(Level::First, "分系统情况").with(Block::Table(table)).with(Block::Note(Prose::of(rule)))
}

fn tallied() -> Vec<Column> {
    let number = |title: &str| Column::new(title, Kind::Number);
    let mut columns: Vec<Column> =
        ["应检", "实检", "正常", "整改后正常", "异常", "待填报", "部分检测", "未检", "含未检项"].map(number).into();
    columns.push(Column::new("完好率", Kind::Percent));
    columns
}

fn counts(tally: &Tally) -> impl Iterator<Item = Value> {
    let tested = [tally.venues, tally.tested(), tally.normal, tally.fixed, tally.abnormal];
    let sums = tested.into_iter().chain([tally.unfilled, tally.incomplete, tally.untested + tally.open, tally.partial]);
    sums.map(Value::count).chain([rate(tally)])
}

fn places(facts: &Facts<'_>, whole: &Tally, (cities, counties): (&Sums, &Sums)) -> Vec<Section> {
    let name = facts.name;
    let mut columns = vec![Column::new("设区市", Kind::Text)];
    columns.extend(tallied());
    let row = |name: String, tally: &Tally| [Value::text(name)].into_iter().chain(counts(tally)).collect();
    let whole = Some(whole).filter(|_| cities.len() > 1).map(|whole| row("合计".to_owned(), whole));
    let rows = cities.iter().map(|(city, tally)| row(name(*city), tally)).chain(whole);
    let of_cities = Table::new("各设区市检测情况", Page::Portrait, columns.clone(), rows);
    let mut sections = vec![
        Section::new(Level::First, "分市县情况"),
        Section::new(Level::Second, "各设区市").with(Block::Table(of_cities)),
    ];
    let within: BTreeMap<_, _> = records(facts.run).map(|record| (record.county, record.city)).collect();
    let is_below = counties.iter().any(|(county, _)| within.get(county).is_some_and(|city| city != county));
    columns.insert(1, Column::new("县区", Kind::Text));
    // Rooms of a city itself have a row of their own, so that the counties of a city sum up to it.
    let rows = counties.iter().map(|(county, tally)| {
        let city = within.get(county).map_or(Value::Absent, |city| Value::text(name(*city)));
        let own = match county.level() {
            _ if within.get(county).is_some_and(|city| city != county) => name(*county),
            avow_shared::place::Level::Province => "省本级".to_owned(),
            _ => "市本级".to_owned(),
        };
        [city, Value::text(own)].into_iter().chain(counts(tally)).collect()
    });
    if is_below {
        let table = Table::new("各县（市、区）检测情况", Page::Portrait, columns, rows);
        sections.push(Section::new(Level::Second, "各县（市、区）").with(Block::Table(table)));
    }
    sections
}

fn items(facts: &Facts<'_>) -> Section {
    let manual = &facts.run.ordered.work.manual;
    let section = Section::new(Level::First, "分项情况");
    if manual.is_empty() {
        return section.with(Block::Paragraph(Prose::of("本次没有人工检查项。")));
    }
    let (tally, ..) = facts.run.sums();
    let mut sums = vec![[0_u32; 5]; manual.len()];
    for filled in records(facts.run).filter(|record| record.excused.is_none()).flat_map(|record| &record.manual) {
        let at = match filled.result {
            ItemResult::Normal => 0,
            ItemResult::Degraded => 1,
            ItemResult::Abnormal => 2,
            ItemResult::Unknown => 3,
            ItemResult::Inapplicable => 4,
        };
        if let Some(counts) = sums.get_mut(usize::from(filled.item)) {
            counts[at] += 1;
        }
    }
    let mut columns = vec![Column::new("项目", Kind::Text), Column::new("标准", Kind::Text)];
    columns.extend(
        ["填报", "正常", "劣化", "异常", "无法判定", "不适用", "未填报"].map(|title| Column::new(title, Kind::Number)),
    );
    let rows = manual.iter().zip(&sums).map(|(item, counts)| {
        let filled: u32 = counts.iter().sum();
        let missing = tally.venues.saturating_sub(filled);
        let counts = std::iter::once(filled).chain(*counts).chain([missing]).map(Value::count);
        [Value::text(&item.title), Value::text_or_absent(Some(&item.standard))].into_iter().chain(counts).collect()
    });
    section.with(Block::Table(Table::new("人工检查项", Page::Portrait, columns, rows)))
}
