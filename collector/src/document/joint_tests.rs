//! The form of joint tests (联调记录表), made of their records: a row each, also those that were withdrawn.

use avow_shared::time::UnixMs;

use super::value::Precision;
use super::{Block, Column, Document, Figure, Head, Kind, Level, Page, Prose, Section, Signature, Table, Value};
use crate::obligations::{Confirmation, JointTest, TestKind};

/// A joint test, with the names that people know.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub id: u64,
    /// The county or room.
    pub name: String,
    /// Where a room is; empty for a county.
    pub place: String,
    /// The record.
    pub test: std::sync::Arc<JointTest>,
}

/// The form of these tests, in this order, as of `now`; `from_ms` and `to_ms` are what was asked for.
#[must_use]
pub fn form_of_joint_tests(rows: &[Row], (from_ms, to_ms): (Option<UnixMs>, Option<UnixMs>), now: UnixMs) -> Document {
    let day = |ms| Value::At { ms, to: Precision::DayInWords };
    let counts = rows.iter().filter(|row| row.test.counts()).count();
    let withdrawn = rows.iter().filter(|row| row.test.withdrawn.is_some()).count();
    let figure = |label: &str, value, unit: &str| Figure { label: label.to_owned(), value, unit: unit.to_owned() };
    let figures = vec![
        figure("联调", Value::count(rows.len()), "次"),
        figure("两端已确认", Value::count(counts), "次"),
        figure("待确认", Value::count(rows.len() - counts - withdrawn), "次"),
        figure("已撤销", Value::count(withdrawn), "次"),
    ];
    let rule = "口径：两端调试人均已确认且未撤销的联调计入完成；复测另列一行。";
    let from = from_ms.or_else(|| rows.iter().map(|row| row.test.at_ms).min());
    let period = match (from, to_ms) {
        (Some(from), to) => {
            Prose::default().value(day(from)).text("至").value(day(to.map_or(now, |to| to.saturating_sub(1))))
        }
        (None, _) => Prose::of("没有联调记录"),
    };
    let columns = [
        ("序号", Kind::Number),
        ("编号", Kind::Text),
        ("会场或县", Kind::Text),
        ("地区", Kind::Text),
        ("编码", Kind::Text),
        ("类别", Kind::Word),
        ("联调时间", Kind::Time),
        ("本端调试人", Kind::Text),
        ("本端电话", Kind::Text),
        ("对端调试人", Kind::Text),
        ("对端电话", Kind::Text),
        ("情况", Kind::Text),
        ("状态", Kind::Word),
        ("撤销原因", Kind::Text),
    ];
    let columns = columns.map(|(title, kind)| Column::new(title, kind)).into();
    let table = Table::new("联调记录", Page::Landscape, columns, rows.iter().enumerate().map(line));
    let sign = |role: &str| Signature { role: role.to_owned(), name: None, at_ms: None };
    Document {
        title: "视频会议系统联调记录表".to_owned(),
        heads: vec![Head { label: "时间".to_owned(), says: period }],
        sections: vec![
            Section::new(Level::First, "总体情况").with(Block::Figures(figures)).with(Block::Note(Prose::of(rule))),
            Section::new(Level::First, "联调记录").with(Block::Table(table)),
        ],
        signatures: ["编制", "审核", "批准"].map(sign).into(),
        generated_at_ms: now,
    }
}

const fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Monthly => "月度联调",
        TestKind::Yearly => "年度联调",
        TestKind::Meeting => "会前联调",
        TestKind::Retest => "复测",
    }
}

fn line((nth, row): (usize, &Row)) -> Vec<Value> {
    let test = &row.test;
    let person = |who: &Option<Confirmation>| Value::text_or_absent(who.as_ref().map(|who| &*who.person));
    let telephone =
        |who: &Option<Confirmation>| Value::text_or_absent(who.as_ref().and_then(|who| who.telephone.as_deref()));
    let state = match (&test.withdrawn, test.counts()) {
        (Some(_), _) => "已撤销",
        (None, true) => "已确认",
        (None, false) => "待确认",
    };
    let why = test.withdrawn.as_ref().map(|by| format!("{}（{}）", by.reason, by.person));
    vec![
        Value::count(nth + 1),
        Value::text(row.id.to_string()),
        Value::text(&row.name),
        Value::text_or_absent(Some(&row.place)),
        Value::text(test.subject.to_string()),
        Value::text(kind(test.kind)),
        Value::At { ms: test.at_ms, to: Precision::Minute },
        person(&test.near),
        telephone(&test.near),
        person(&test.far),
        telephone(&test.far),
        Value::text_or_absent(Some(&test.note)),
        Value::text(state),
        Value::text_or_absent(why.as_deref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::html;
    use crate::obligations::{Subject, Withdrawal};

    #[test]
    fn each_test_has_a_row_and_only_those_that_both_ends_confirmed_are_done() {
        let now = 1_790_000_000_000;
        let by =
            |person: &str| Some(Confirmation { person: person.into(), telephone: Some("0591".into()), at_ms: now });
        let test = |far, withdrawn| JointTest {
            subject: Subject::County("350102".parse().expect("a county")),
            kind: TestKind::Monthly,
            at_ms: now,
            note: "".into(),
            near: by("王五"),
            far,
            withdrawn,
        };
        let gone = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: now };
        let row =
            |id, test| Row { id, name: "鼓楼区".into(), place: String::new(), test: std::sync::Arc::new(test) };
        let rows = [row(1, test(by("赵六"), None)), row(2, test(None, None)), row(3, test(by("赵六"), Some(gone)))];
        let document = form_of_joint_tests(&rows, (None, None), now);
        let Some(Block::Figures(figures)) = document.sections[0].blocks.first() else { panic!("figures") };
        let values: Vec<_> = figures.iter().map(|figure| figure.value.clone()).collect();
        assert_eq!(values, [3, 1, 1, 1].map(Value::count));
        let html = html::write(&document);
        assert!(["已确认", "待确认", "记错（王五）", "赵六"].iter().all(|said| html.contains(said)));
    }
}
