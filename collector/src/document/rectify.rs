//! The 整改台账 as a document: how much is how far, by city, and every matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::place::{Level as Depth, PlaceCode};
use avow_shared::time::UnixMs;

use super::value::Precision;
use super::{Block, Column, Document, Figure, Head, Kind, Level, Page, Prose, Section, Signature, Table, Value};
use crate::client::findings::without_codes;
use crate::inspection::title_of;
use crate::rectify::{Origin, Record, State, Step};

/// What the document is made of.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The place whose matters it lists.
    pub scope: String,
    /// In the order in which they are listed.
    pub rows: Vec<Row>,
}

/// A matter, with the names that people know.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub id: u64,
    /// 设区市; empty for what belongs to the province itself.
    pub city: String,
    /// 县（市、区）; empty for what belongs to a city itself.
    pub county: String,
    /// The venue or place.
    pub name: String,
    /// The matter.
    pub record: Arc<Record>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    all: u64,
    by_state: [u64; 4],
    overdue: u64,
}

impl Sums {
    fn enter(&mut self, record: &Record, now: UnixMs) {
        self.all += 1;
        self.by_state[record.state() as usize] += 1;
        self.overdue += u64::from(record.is_overdue(now));
    }

    fn closed(&self) -> Value {
        Value::Share { part: self.by_state[State::Closed as usize], whole: self.all }
    }
}

impl Sheet {
    /// As of `now`.
    #[must_use]
    pub fn document(&self, now: UnixMs) -> Document {
        let mut sums = Sums::default();
        // By their codes, as everywhere: what belongs to the province itself comes first.
        let mut cities: BTreeMap<(Option<PlaceCode>, &str), Sums> = BTreeMap::new();
        for row in &self.rows {
            sums.enter(&row.record, now);
            let code = row.record.subject.place().at(Depth::City);
            let city = if row.city.is_empty() { (None, "省级单位") } else { (Some(code), row.city.as_str()) };
            cities.entry(city).or_default().enter(&row.record, now);
        }
        let head = |label: &str, says: Prose| Head { label: label.to_owned(), says };
        Document {
            title: "整改台账".to_owned(),
            heads: vec![
                head("范围", Prose::of(&self.scope)),
                head("截止", Prose::default().value(Value::At { ms: now, to: Precision::SecondInWords })),
            ],
            sections: vec![overview(&sums), by_city(&cities, &sums), self.annex(now)],
            signatures: ["编制", "审核", "批准"].map(unsigned).into(),
            generated_at_ms: now,
        }
    }

    fn annex(&self, now: UnixMs) -> Section {
        let columns = [
            ("编号", Kind::Text),
            ("地区", Kind::Text),
            ("会场", Kind::Text),
            ("会场编码", Kind::Text),
            ("来源", Kind::Word),
            ("项目", Kind::Text),
            ("问题", Kind::Text),
            ("整改建议", Kind::Text),
            ("责任单位", Kind::Text),
            ("立项/期限", Kind::Word),
            ("状态", Kind::Word),
            ("完成/销号", Kind::Word),
            ("复测", Kind::Text),
            ("销号人", Kind::Text),
            ("说明", Kind::Text),
        ];
        let columns = columns.map(|(title, kind)| Column::new(title, kind)).into();
        let rows = self.rows.iter().map(|row| line(row, now));
        let table = Table::new("整改事项", Page::Landscape, columns, rows);
        Section::new(Level::Annex, "整改事项明细").with(Block::Table(table))
    }
}

fn unsigned(role: &str) -> Signature {
    Signature { role: role.to_owned(), name: None, at_ms: None }
}

fn overview(sums: &Sums) -> Section {
    let figure = |label: &str, value, unit: &str| Figure { label: label.to_owned(), value, unit: unit.to_owned() };
    let mut figures = vec![figure("整改事项", Value::count(sums.all), "项")];
    let of = |state: State| figure(state.chinese(), Value::count(sums.by_state[state as usize]), "项");
    figures.extend(State::ALL.map(of));
    figures.push(figure("逾期未销号", Value::count(sums.overdue), "项"));
    figures.push(figure("销号率", sums.closed(), ""));
    let rule = "口径：销号率=已销号÷整改事项；整改期限已过而未销号的为逾期。";
    Section::new(Level::First, "总体情况").with(Block::Figures(figures)).with(Block::Note(Prose::of(rule)))
}

fn by_city(cities: &BTreeMap<(Option<PlaceCode>, &str), Sums>, whole: &Sums) -> Section {
    let number = |title: &str| Column::new(title, Kind::Number);
    let mut columns = vec![Column::new("设区市", Kind::Text), number("事项")];
    columns.extend(State::ALL.map(|state| number(state.chinese())));
    columns.extend([number("逾期"), Column::new("销号率", Kind::Percent)]);
    let row = |city: &str, sums: &Sums| {
        let counts = std::iter::once(sums.all).chain(sums.by_state).chain([sums.overdue]).map(Value::count);
        [Value::text(city)].into_iter().chain(counts).chain([sums.closed()]).collect()
    };
    let whole = Some(whole).filter(|_| cities.len() > 1).map(|whole| row("合计", whole));
    let rows = cities.iter().map(|((_, city), sums)| row(city, sums)).chain(whole);
    let table = Table::new("各设区市整改情况", Page::Portrait, columns, rows);
    Section::new(Level::First, "分市情况").with(Block::Table(table))
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Hand => "人工",
        Origin::Inspection(_) => "巡检",
        Origin::RollCall(_) => "点名",
        Origin::JointTest(_) => "联调",
        Origin::Warning => "预警",
    }
}

/// What was tested, as people call it: of a probe its record keeps the key alone, and its title stands before what is wrong.
fn item(record: &Record) -> String {
    if let Origin::RollCall(_) = record.origin {
        return "点名".to_owned();
    }
    let title = record.problem.split_once('：').filter(|_| matches!(record.origin, Origin::Inspection(_)));
    let title = title.map(|(title, _)| title).or_else(|| title_of(&record.item));
    title.unwrap_or(&record.item).to_owned()
}

/// Two days, one under the other where the column is narrow.
fn days(first: Option<UnixMs>, second: Option<UnixMs>) -> Value {
    if first.is_none() && second.is_none() {
        return Value::Absent;
    }
    let day = |ms: Option<UnixMs>| ms.map_or(Value::Absent, |ms| Value::At { ms, to: Precision::Day });
    Value::text(format!("{} {}", day(first), day(second)))
}

fn line(row: &Row, now: UnixMs) -> Vec<Value> {
    let record = &row.record;
    let task = record.task();
    let day = |ms| Value::At { ms, to: Precision::Day };
    let text = |text: &str| Value::text_or_absent(Some(text));
    let closed = record.history.iter().rev().find(|entry| entry.step == Step::Closed);
    let closed = closed.filter(|_| record.state() == State::Closed);
    let retest = record.history.iter().rev().find_map(|entry| match entry.step {
        Step::Retested { passed, tested_ms, .. } => {
            Some(format!("{} {}", day(tested_ms), if passed { "通过" } else { "不通过" }))
        }
        _ => None,
    });
    let state = record.state().chinese();
    let state = if record.is_overdue(now) { format!("{state}（逾期）") } else { state.to_owned() };
    let note = record.history.iter().rev().find(|entry| !entry.note.is_empty());
    vec![
        Value::text(row.id.to_string()),
        text(&format!("{}{}", row.city, row.county)),
        text(&row.name),
        Value::text(record.subject.to_string()),
        Value::text(origin(record.origin)),
        text(&item(record)),
        text(&without_codes(&record.problem)),
        text(task.map_or("", |task| &task.advice)),
        text(task.map_or("", |task| &task.unit)),
        days(Some(record.opened_ms()), task.map(|task| task.due_ms)),
        Value::text(state),
        days(record.fixed_ms(), closed.map(|entry| entry.at_ms)),
        Value::text_or_absent(retest.as_deref()),
        Value::text_or_absent(closed.map(|entry| &*entry.person)),
        Value::text_or_absent(note.map(|entry| &*entry.note)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::html;
    use crate::rectify::{Entry, Task, Where};

    #[test]
    fn the_document_counts_what_it_lists_and_says_what_is_overdue() {
        let now = 1_790_000_000_000;
        let entry = |step, note: &str| Entry { at_ms: now, person: "王五".into(), step, note: note.into() };
        let task = |due_ms| Task { advice: "=cmd()".into(), unit: "区局".into(), due_ms };
        let record = |history| {
            let subject = Where::Venue("350102001-01".parse().expect("a venue"));
            let origin = Origin::RollCall(1);
            Arc::new(Record { subject, origin, item: "sound".into(), problem: "无声".into(), history })
        };
        let row = |id, record| Row {
            id, city: "福州市".into(), county: "鼓楼区".into(), name: "大厅".into(), record
        };
        let late = record(vec![entry(Step::Opened(task(now - 1)), "")]);
        let closed = record(vec![entry(Step::Opened(task(now - 1)), ""), entry(Step::Closed, "误报")]);
        let sheet = Sheet { scope: "福建省".into(), rows: vec![row(1, late), row(2, closed)] };
        let document = sheet.document(now);
        crate::document::tests::check_forms(&document);
        let html = html::write(&document);
        for said in ["整改中（逾期）", "误报", "50.0%", "逾期未销号"] {
            assert!(html.contains(said), "{said}");
        }
        let Some(Block::Table(cities)) = document.sections[1].blocks.first() else { panic!("a table") };
        assert_eq!(cities.rows[0][1..7], [2, 1, 0, 0, 1, 1].map(Value::count));
    }

    fn matter(venue: &str, origin: Origin, item: &str, problem: &str) -> Arc<Record> {
        let task = Task { advice: "".into(), unit: "区局".into(), due_ms: 86_400_000 };
        let opened = Entry { at_ms: 0, person: "王五".into(), step: Step::Opened(task), note: "".into() };
        let subject = Where::Venue(venue.parse().expect("a venue"));
        Arc::new(Record { subject, origin, item: item.into(), problem: problem.into(), history: vec![opened] })
    }

    #[test]
    fn an_item_has_the_name_that_people_know_and_a_cause_no_code() {
        for (origin, key, problem, expected) in [
            (Origin::RollCall(1), "roll-call", "终端离线", "点名"),
            (Origin::Inspection(1), "hq-line", "主线：丢包", "主线"),
            (Origin::Hand, "private-line", "不通", "专线"),
            (Origin::Hand, "空调", "不冷", "空调"),
        ] {
            assert_eq!(item(&matter("350102001-01", origin, key, problem)), expected);
        }
        let loss = crate::client::findings::named(crate::client::Words::Chinese, "line.loss");
        let record = matter("350102001-01", Origin::Hand, "x", &loss);
        let row = Row { id: 1, city: "福州市".into(), county: "鼓楼区".into(), name: "大厅".into(), record };
        let written = line(&row, 0).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(written.iter().all(|value| !value.contains("line.loss")), "{written:?}");
        assert!(written.contains(&"福州市鼓楼区".to_owned()) && written.contains(&"1970-01-01 1970-01-02".to_owned()));
    }

    #[test]
    fn cities_stand_by_their_codes_and_what_is_the_provinces_first() {
        let row = |city: &str, venue: &str| Row {
            id: 1,
            city: city.into(),
            county: String::new(),
            name: "大厅".into(),
            record: matter(venue, Origin::Hand, "", "坏"),
        };
        let rows = vec![row("厦门市", "350203001-01"), row("福州市", "350102001-01"), row("", "35-01")];
        let document = Sheet { scope: "福建省".into(), rows }.document(0);
        let Some(Block::Table(cities)) = document.sections[1].blocks.first() else { panic!("a table") };
        let names: Vec<String> = cities.rows.iter().map(|row| row[0].to_string()).collect();
        assert_eq!(names, ["省级单位", "福州市", "厦门市", "合计"]);
        let Some(Block::Table(annex)) = document.sections[2].blocks.first() else { panic!("a table") };
        assert_eq!((annex.columns.len(), annex.rows[0].len()), (15, line(&row("", "35-01"), 0).len()));
    }
}
