//! The sections of the report: 概况, 结果总览, 分市县, 未按时应答原因, 问题清单, 通报意见, 附表.

use super::tally::{Tally, by};
use super::{Closed, Depth, Direction, Forecast, Mode, Record, Result, Row};
use crate::document::value::Precision;
use crate::document::{Block, Column, Figure, Kind, Level, Page, Prose, Section, Table, Value};

/// What is longer is found in the annexed table.
const MOST_PROBLEMS: usize = 200;
const PROVINCE: &str = "省级单位";
const WHOLE: &str = "合计";
const CITY: &str = "市级单位";

pub(super) fn all(record: &Record, tally: &Tally) -> Vec<Section> {
    let mut sections = vec![summary(record, tally), results(record, tally)];
    if record.direction == Direction::Outbound && record.rows.len() > 1 {
        sections.extend(places(record));
    }
    if tally.problems() > 0 {
        sections.push(reasons(record, tally));
        sections.push(problems(record, tally));
    }
    let notice = if record.notice.trim().is_empty() { "无。" } else { &record.notice };
    let paragraphs =
        notice.lines().filter(|line| !line.trim().is_empty()).map(|line| Block::Paragraph(Prose::of(line)));
    sections.push(Section { blocks: paragraphs.collect(), ..Section::new(Level::First, "通报意见") });
    sections.push(annex(record));
    sections
}

fn summary(record: &Record, tally: &Tally) -> Section {
    let at = Value::At { ms: record.received_at_ms, to: Precision::SecondInWords };
    let category = record.category.word();
    let begin = match record.direction {
        Direction::Outbound => {
            Prose::default().value(at).text(format!("，{}对{}开展{category}，", record.caller, record.scope))
        }
        Direction::Inbound => Prose::default()
            .value(at)
            .text(format!("，接到{}{category}任务，应答范围为{}，", record.caller, record.scope)),
    };
    let asked = begin
        .text(format!("点名内容为{}，要求", record.depth.word()))
        .value(Value::count(record.deadline_s))
        .text("秒内应答。应点")
        .value(Value::count(record.expected))
        .text("个，免点")
        .value(Value::count(record.excused))
        .text("个，按时应答")
        .value(Value::count(tally.of_result(Result::OnTime)))
        .text("个，按时率")
        .value(tally.rate())
        .text("。");
    let answered = Prose::of("全部应答中，人工应答")
        .value(Value::count(tally.of_mode(Mode::Person)))
        .text("个，电话应答")
        .value(Value::count(tally.of_mode(Mode::Telephone)))
        .text("个，备用方式应答")
        .value(Value::count(tally.of_mode(Mode::Backup)))
        .text("个，自动应答")
        .value(Value::count(tally.of_mode(Mode::Automatic)))
        .text("个。自动应答由终端作出，只表明设备与线路的状态，不代表有人应答。");
    let section = Section::new(Level::First, "概况").with(Block::Paragraph(asked)).with(Block::Paragraph(answered));
    let more =
        [record.closed.as_ref().map(|closed| ended(closed, tally)), untested(record), excused_afterwards(record)];
    let section = more.into_iter().flatten().fold(section, |section, prose| section.with(Block::Paragraph(prose)));
    match &record.forecast {
        Some(forecast) => section.with(Block::Paragraph(proven(record, forecast))),
        None => section,
    }
}

/// Who ended it, when and why; and what that means for those that had not answered.
fn ended(closed: &Closed, tally: &Tally) -> Prose {
    let by = closed.by.as_deref().map_or_else(String::new, |by| format!("由{by}"));
    let how = if closed.broke_off { "提前结束" } else { "结束" };
    let why = closed.reason.as_deref().map_or_else(String::new, |reason| format!("，原因：{reason}"));
    let at = Value::At { ms: closed.at_ms, to: Precision::SecondInWords };
    let prose = Prose::of("本次点名于").value(at).text(format!("{by}{how}{why}。"));
    if !closed.broke_off {
        return prose;
    }
    let uncounted = Value::count(tally.of_result(Result::Uncounted));
    prose.text("届时尚未应答的").value(uncounted).text("个未到时限，记为未计，不计入按时率。")
}

/// How many answered without that anybody knows of line, picture and sound.
fn untested(record: &Record) -> Option<Prose> {
    let count = record.rows.iter().filter(|row| row.is_untested).count() as u64;
    let prose = || {
        Prose::of("应答的单位中，").value(Value::count(count)).text("个的线路、图像或声音未经实测，也未经人工确认。")
    };
    (record.depth != Depth::Present && count > 0).then(prose)
}

/// How many were excused too late to be left out of the rate.
fn excused_afterwards(record: &Record) -> Option<Prose> {
    let count = record.rows.iter().filter(|row| row.is_excused_afterwards).count() as u64;
    let prose = || {
        Prose::of("时限或点名结束之后登记的事后免点")
            .value(Value::count(count))
            .text("个，仍按原结果计入按时率，见附表。")
    };
    (count > 0).then(prose)
}

/// What was proven, beside what had been forecast.
fn proven(record: &Record, forecast: &Forecast) -> Prose {
    let count = |wanted: fn(&Row) -> bool| Value::count(record.rows.iter().filter(|row| wanted(row)).count() as u64);
    let why = forecast.why.as_deref().map_or_else(String::new, |why| format!("（{why}）"));
    Prose::of("实证方面，开始时预测时限内可实证")
        .value(Value::count(forecast.fits))
        .text(format!("个{why}，"))
        .value(Value::count(forecast.slots))
        .text("路同时进行，每次至多")
        .value(Value::count(forecast.run_s))
        .text("秒；实际实证通过")
        .value(count(|row| row.is_proven))
        .text("个，其余")
        .value(count(|row| row.proof.is_some() && !row.is_proven))
        .text("个退为就绪或未完成，逐一列于附表。")
}

fn results(record: &Record, tally: &Tally) -> Section {
    let figure =
        |label: &str, value: Value, unit: &str| Figure { label: label.to_owned(), value, unit: unit.to_owned() };
    let count = |label: &str, count: u64| figure(label, Value::count(count), "个");
    let figures = vec![
        count("应点", tally.expected()),
        count("免点", tally.of_result(Result::Excused)),
        count("按时应答", tally.of_result(Result::OnTime)),
        figure("按时率", tally.rate(), ""),
        count("未按时应答", tally.problems()),
        count("应答但有异常", record.rows.iter().filter(|row| row.is_impaired()).count() as u64),
        count("人工应答", tally.of_mode(Mode::Person)),
        count("自动应答", tally.of_mode(Mode::Automatic)),
        figure("最后一个按时应答", tally.last_ms.map_or(Value::Absent, |ms| Value::Seconds { ms }), "秒"),
    ];
    let share = |part| Value::Share { part, whole: tally.expected() };
    let rows = Result::ALL.map(|result| {
        let part = tally.of_result(result);
        vec![Value::text(result.word()), Value::count(part), share(part)]
    });
    let columns = vec![
        Column::new("点名结果", Kind::Text),
        Column::new("数量", Kind::Number).in_unit("个"),
        Column::new("占应点比例", Kind::Percent),
    ];
    let rule = "口径：按时率=按时应答÷（应点－免点－未计）；超时应答、有图无声、有声无图、图声均异常、备用方式应答均不计入按时应答。";
    let section = Section::new(Level::First, "结果总览").with(Block::Figures(figures));
    if record.rows.len() < 2 {
        return section.with(Block::Note(Prose::of(rule)));
    }
    section.with(Block::Table(Table::new("点名结果", Page::Portrait, columns, rows))).with(Block::Note(Prose::of(rule)))
}

fn places(record: &Record) -> Vec<Section> {
    let cities = by(&record.rows, |row| Some(if row.city.is_empty() { PROVINCE } else { row.city.as_str() }));
    let counties = by(&record.rows, |row| {
        let county = if row.county.is_empty() { CITY } else { row.county.as_str() };
        (!row.city.is_empty()).then_some((row.city.as_str(), county))
    });
    let mut columns = vec![Column::new("设区市", Kind::Text)];
    columns.extend(counted());
    let whole = [(WHOLE, Tally::of(record.rows.iter()))];
    let rows = cities.iter().chain(whole.iter().filter(|_| cities.len() > 1));
    let rows = rows.map(|(city, tally)| [vec![Value::text(*city)], counts(tally)].concat());
    let of_cities = Table::new("各设区市应答情况", Page::Portrait, columns.clone(), rows);
    let mut sections = vec![
        Section::new(Level::First, "分市县情况"),
        Section::new(Level::Second, "各设区市").with(Block::Table(of_cities)),
    ];
    if counties.iter().any(|((_, county), _)| *county != CITY) {
        columns.insert(1, Column::new("县区", Kind::Text));
        let rows = counties
            .iter()
            .map(|((city, county), tally)| [vec![Value::text(*city), Value::text(*county)], counts(tally)].concat());
        let of_counties = Table::new("各县（市、区）应答情况", Page::Portrait, columns, rows);
        sections.push(Section::new(Level::Second, "各县（市、区）").with(Block::Table(of_counties)));
    }
    sections
}

fn counted() -> Vec<Column> {
    let number = |title: &str| Column::new(title, Kind::Number);
    let mut columns: Vec<Column> = ["应点", "免点", "按时", "超时", "未应答", "声画异常", "备用"].map(number).into();
    columns.push(Column::new("按时率", Kind::Percent));
    columns
}

fn counts(tally: &Tally) -> Vec<Value> {
    let impaired = [Result::NoSound, Result::NoPicture, Result::Neither].map(|result| tally.of_result(result));
    let counts = [
        tally.expected(),
        tally.of_result(Result::Excused),
        tally.of_result(Result::OnTime),
        tally.of_result(Result::Late),
        tally.of_result(Result::Silent),
        impaired.iter().sum(),
        tally.of_result(Result::Backup),
    ];
    counts.map(Value::count).into_iter().chain([tally.rate()]).collect()
}

fn reasons(record: &Record, tally: &Tally) -> Section {
    let mut groups = by(&record.rows, |row| {
        row.result.is_problem().then_some((
            row.result,
            row.reason.as_deref().unwrap_or_default(),
            row.blamed.as_deref(),
        ))
    });
    // The most frequent first; those as frequent stay in their order.
    groups.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.problems()));
    let rows = groups.iter().map(|((result, reason, blamed), group)| {
        vec![
            Value::text(result.word()),
            Value::text(if reason.is_empty() { "原因待查" } else { reason }),
            Value::text_or_absent(*blamed),
            Value::count(group.problems()),
            Value::Share { part: group.problems(), whole: tally.problems() },
        ]
    });
    let columns = vec![
        Column::new("点名结果", Kind::Word),
        Column::new("原因", Kind::Text),
        Column::new("涉及环节", Kind::Text),
        Column::new("数量", Kind::Number).in_unit("个"),
        Column::new("占比", Kind::Percent),
    ];
    let table = Table::new("未按时应答原因", Page::Portrait, columns, rows);
    Section::new(Level::First, "未按时应答原因").with(Block::Table(table))
}

fn problems(record: &Record, tally: &Tally) -> Section {
    let rows = record.rows.iter().filter(|row| row.result.is_problem()).take(MOST_PROBLEMS);
    let rows = (1_u32..).zip(rows).map(|(number, row)| {
        vec![
            Value::count(number),
            Value::text(format!("{}{}", row.city, row.county)),
            Value::text(&row.unit),
            Value::text(row.result.word()),
            Value::text(row.why().as_deref().unwrap_or("原因待查")),
            Value::text_or_absent(row.blamed.as_deref()),
            Value::count(row.retries),
        ]
    });
    let columns = vec![
        Column::new("序号", Kind::Number),
        Column::new("市县", Kind::Text),
        Column::new("单位", Kind::Text),
        Column::new("结果", Kind::Word),
        Column::new("原因", Kind::Text),
        Column::new("环节", Kind::Text),
        Column::new("重呼", Kind::Number).in_unit("次"),
    ];
    let section = Section::new(Level::First, "问题清单").with(Block::Table(Table::new(
        "问题清单",
        Page::Portrait,
        columns,
        rows,
    )));
    let more = tally.problems().saturating_sub(MOST_PROBLEMS as u64);
    if more == 0 {
        return section;
    }
    section.with(Block::Note(Prose::of("另有").value(Value::count(more)).text("个未按时应答，见附表。")))
}

fn annex(record: &Record) -> Section {
    let time = |ms: Option<u64>| ms.map_or(Value::Absent, |ms| Value::At { ms, to: Precision::Clock });
    let seconds = |ms: Option<u64>| ms.map_or(Value::Absent, |ms| Value::Seconds { ms });
    let since = |at_ms: Option<u64>| seconds(at_ms.map(|at_ms| at_ms.saturating_sub(record.received_at_ms)));
    let rows = (1_u32..).zip(&record.rows).map(|(number, row)| {
        let proof = record.forecast.as_ref().map(|_| Value::text_or_absent(row.proof.as_deref()));
        let cells = vec![
            Value::count(number),
            Value::text_or_absent(Some(&row.city)),
            Value::text_or_absent(Some(&row.county)),
            Value::text(&row.unit),
            Value::text_or_absent(row.venue.as_deref()),
            Value::text(row.result.word()),
            row.way().map_or(Value::Absent, Value::text),
            Value::text_or_absent(row.who()),
            since(row.heard_at_ms),
            since(row.ready_at_ms),
            time(row.answered_at_ms),
            seconds(row.elapsed_ms),
            came(row.video, row.audio),
            Value::count(row.retries),
            Value::text_or_absent(row.why().as_deref()),
            Value::text_or_absent(row.blamed.as_deref()),
        ];
        cells.into_iter().chain(proof).collect()
    });
    let mut columns = columns();
    columns.extend(record.forecast.as_ref().map(|_| Column::new("实证", Kind::Text)));
    Section::new(Level::Annex, "应答明细").with(Block::Table(Table::new("应答明细", Page::Landscape, columns, rows)))
}

/// Whether picture and sound came.
fn came(video: Option<bool>, audio: Option<bool>) -> Value {
    match (video, audio) {
        (None, None) => Value::Absent,
        (video, audio) => {
            let word = |came: Option<bool>| came.map_or("未测", |came| if came { "有" } else { "无" });
            Value::text(format!("{}/{}", word(video), word(audio)))
        }
    }
}

fn columns() -> Vec<Column> {
    [
        ("序号", Kind::Number),
        ("设区市", Kind::Text),
        ("县区", Kind::Text),
        ("单位", Kind::Text),
        ("会场编码", Kind::Text),
        ("结果", Kind::Word),
        ("方式", Kind::Word),
        ("应答人", Kind::Text),
        ("听到", Kind::Duration),
        ("就绪", Kind::Duration),
        ("应答时间", Kind::Time),
        ("用时", Kind::Duration),
        ("图像/声音", Kind::Word),
        ("重呼", Kind::Number),
        ("原因", Kind::Text),
        ("环节", Kind::Text),
    ]
    .map(|(title, kind)| Column::new(title, kind).in_unit(if kind == Kind::Duration { "秒" } else { "" }))
    .into()
}
