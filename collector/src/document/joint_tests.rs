//! The form of joint tests (联调记录表), made of their records: a row each, also those that were withdrawn.

use avow_shared::time::UnixMs;

use super::text::placed;
use super::value::Precision;
use super::{Block, Column, Document, Figure, Head, Kind, Level, Page, Prose, Section, Signature, Table, Value};
use crate::obligations::{Changed, Conclusion, Confirmation, JointTest, Mark, Said, Sheet, Subject, TestKind};

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

/// The form of these tests, the oldest first, as of `now`; `from_ms` and `to_ms` are what was asked for.
#[must_use]
pub fn form_of_joint_tests(rows: &[Row], (from_ms, to_ms): (Option<UnixMs>, Option<UnixMs>), now: UnixMs) -> Document {
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| (row.test.at_ms, row.id));
    let day = |ms| Value::At { ms, to: Precision::DayInWords };
    let counts = rows.iter().filter(|row| row.test.counts()).count();
    let withdrawn = rows.iter().filter(|row| row.test.withdrawn.is_some()).count();
    let figure = |label: &str, value, unit: &str| Figure { label: label.to_owned(), value, unit: unit.to_owned() };
    let figures = [
        figure("联调", Value::count(rows.len()), "次"),
        figure("两端已确认", Value::count(counts), "次"),
        figure("待确认", Value::count(rows.len() - counts - withdrawn), "次"),
        figure("已撤销", Value::count(withdrawn), "次"),
    ]
    .into_iter()
    .chain(Conclusion::ALL.map(|of| figure(of.chinese(), Value::count(concluded(&rows, of)), "次")))
    .collect();
    let rule = "口径：两端调试人均已确认且未撤销的联调计入完成；结论只计未撤销的；复测另列一行。两端确认即为签字，手签用最后一栏。";
    let from = from_ms.or_else(|| rows.iter().map(|row| row.test.at_ms).min());
    let period = match (from, to_ms) {
        (Some(from), to) => {
            let (from, to) = (day(from), day(to.map_or(now, |to| to.saturating_sub(1))));
            let said = Prose::default().value(from.clone());
            if from.to_string() == to.to_string() { said } else { said.text("至").value(to) }
        }
        (None, _) => Prose::of("没有联调记录"),
    };
    let columns = |columns: &[(&str, Kind)]| columns.iter().map(|(title, kind)| Column::new(*title, *kind)).collect();
    let table = |caption: &str, of: &[(&str, Kind)], row: fn((usize, &Row)) -> Vec<Value>| {
        if rows.is_empty() {
            return Block::Paragraph(Prose::of("本期没有联调。"));
        }
        let rows = rows.iter().copied().enumerate().map(row);
        Block::Table(Table::new(caption, Page::Landscape, columns(of), rows))
    };
    let corrected: Vec<Vec<Value>> = rows.iter().flat_map(|row| corrections(row)).collect();
    let sign = |role: &str| Signature { role: role.to_owned(), name: None, at_ms: None };
    Document {
        title: "视频会议系统联调记录表".to_owned(),
        heads: vec![Head { label: "时间".to_owned(), says: period }],
        sections: vec![
            Section::new(Level::First, "总体情况").with(Block::Figures(figures)).with(Block::Note(Prose::of(rule))),
            Section::new(Level::First, "联调记录").with(table("联调记录", &FORM, line)),
            Section::new(Level::Annex, "联调登记").with(table("联调登记", &REGISTER, registered)),
        ]
        .into_iter()
        .chain((!corrected.is_empty()).then(|| {
            let table = Table::new("更正登记", Page::Landscape, columns(&CORRECTED), corrected);
            Section::new(Level::Annex, "更正登记").with(Block::Table(table))
        }))
        .collect(),
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

/// A row a test, as the form of the office has it.
const FORM: [(&str, Kind); 17] = [
    ("序号", Kind::Number),
    ("会场", Kind::Text),
    ("系统", Kind::Text),
    ("网络", Kind::Text),
    ("入会时间", Kind::Time),
    ("本端→对端图像/声音", Kind::Word),
    ("对端→本端图像/声音", Kind::Word),
    ("辅流收/发", Kind::Word),
    ("预置位", Kind::Word),
    ("发言席", Kind::Word),
    ("备份系统本端/对端", Kind::Word),
    ("本端调试人及电话", Kind::Text),
    ("对端调试人及电话", Kind::Text),
    ("问题", Kind::Text),
    ("处理", Kind::Text),
    ("结论", Kind::Word),
    ("签字", Kind::Text),
];

/// What the register knows beside the form.
const REGISTER: [(&str, Kind); 9] = [
    ("序号", Kind::Number),
    ("编号", Kind::Text),
    ("编码", Kind::Text),
    ("地区", Kind::Text),
    ("类别", Kind::Word),
    ("联调时间", Kind::Time),
    ("状态", Kind::Word),
    ("情况", Kind::Text),
    ("撤销原因", Kind::Text),
];

fn concluded(rows: &[&Row], of: Conclusion) -> usize {
    let concludes = |row: &&&Row| row.test.sheet.as_ref().is_some_and(|sheet| sheet.conclusion == of);
    rows.iter().filter(|row| row.test.withdrawn.is_none()).filter(concludes).count()
}

fn line((nth, row): (usize, &Row)) -> Vec<Value> {
    let (test, sheet) = (&row.test, row.test.sheet.as_ref());
    let marks = sheet.map(|sheet| sheet.marks);
    let one = |mark: Option<Mark>| Value::text_or_absent(mark.map(Mark::chinese));
    let two = |both: Option<(Mark, Mark)>| {
        Value::text_or_absent(both.map(|(one, other)| format!("{}/{}", one.chinese(), other.chinese())).as_deref())
    };
    let said = |of: fn(&Sheet) -> &str| Value::text_or_absent(sheet.map(of));
    let person = |who: &Option<Confirmation>| {
        let himself = |who: &Confirmation| if who.by_link { " 本人确认" } else { "" };
        let who = who
            .as_ref()
            .map(|who| [&*who.person, " ", who.telephone.as_deref().unwrap_or_default(), himself(who)].concat());
        Value::text_or_absent(who.as_deref())
    };
    let joined = sheet.and_then(|sheet| sheet.joined_ms);
    vec![
        Value::count(nth + 1),
        Value::text(placed(&row.place, &row.name)),
        said(|sheet| &sheet.system),
        sheet.map_or(Value::Absent, |sheet| network(sheet, test.subject)),
        joined.map_or(Value::Absent, |ms| Value::At { ms, to: Precision::MinuteOfYear }),
        two(marks.map(|marks| (marks.picture_out, marks.sound_out))),
        two(marks.map(|marks| (marks.picture_in, marks.sound_in))),
        two(marks.map(|marks| (marks.aux_in, marks.aux_out))),
        one(marks.map(|marks| marks.presets)),
        one(marks.map(|marks| marks.speaker)),
        two(marks.map(|marks| (marks.backup_near, marks.backup_far))),
        person(&test.near),
        person(&test.far),
        said(|sheet| &sheet.problem),
        said(|sheet| &sheet.handling),
        Value::text_or_absent(sheet.map(|sheet| sheet.conclusion.chinese())),
        // Room for a pen.
        Value::text(""),
    ]
}

/// 网络; without it why it is not known.
fn network(sheet: &Sheet, subject: Subject) -> Value {
    match (&*sheet.network, subject) {
        ("", Subject::Venue(_)) => Value::text("—（台账未登记网络域）"),
        ("", Subject::County(_)) => Value::text("—（该县会场网络域未登记或不止一种）"),
        (network, _) => Value::text(network),
    }
}

/// What was confirmed and then corrected, and what is to be: an edition a row.
const CORRECTED: [(&str, Kind); 11] = [
    ("编号", Kind::Text),
    ("会场", Kind::Text),
    ("版次", Kind::Number),
    ("状态", Kind::Word),
    ("联调时间", Kind::Time),
    ("结论", Kind::Word),
    ("问题", Kind::Text),
    ("本端确认", Kind::Text),
    ("对端确认", Kind::Text),
    ("更正人及时间", Kind::Text),
    ("更正原因", Kind::Text),
];

/// The editions of a test, when there is more than one.
fn corrections(row: &Row) -> Vec<Vec<Value>> {
    let test = &row.test;
    if test.earlier.is_empty() && test.correction.is_none() {
        return Vec::new();
    }
    let earlier = test.earlier.iter().map(|of| (&of.said, &of.changed, [&of.near, &of.far], "已更正"));
    let (now, own) = (test.said(), test.changed.clone());
    let state = if test.counts() { "生效" } else { "待确认" };
    let current = std::iter::once((&now, &own, [&test.near, &test.far], state));
    let to_come = test.correction.as_ref().map(|of| (&of.said, Some(of.by.clone()), [&of.near, &of.far]));
    let pending = to_come.iter().map(|(said, by, ends)| (*said, by, *ends, "更正待确认"));
    let all = (1..).zip(earlier.chain(current).chain(pending));
    all.map(|(nth, (said, by, ends, state))| edition(row, nth, (said, by.as_ref()), ends, state)).collect()
}

fn edition(
    row: &Row,
    nth: usize,
    (said, by): (&Said, Option<&Changed>),
    ends: [&Option<Confirmation>; 2],
    state: &str,
) -> Vec<Value> {
    let sheet = said.sheet.as_ref();
    let [near, far] = ends.map(|who| Value::text_or_absent(who.as_ref().map(|who| &*who.person)));
    let when = |ms| Value::At { ms, to: Precision::Minute }.to_string();
    let by_whom = by.map(|by| format!("{} {}", by.person, when(by.at_ms)));
    vec![
        Value::text(row.id.to_string()),
        Value::text(placed(&row.place, &row.name)),
        Value::count(nth),
        Value::text(state),
        Value::At { ms: said.at_ms, to: Precision::Minute },
        Value::text_or_absent(sheet.map(|sheet| sheet.conclusion.chinese())),
        Value::text_or_absent(sheet.map(|sheet| &*sheet.problem)),
        near,
        far,
        Value::text_or_absent(by_whom.as_deref()),
        Value::text_or_absent(by.map(|by| &*by.reason)),
    ]
}

fn registered((nth, row): (usize, &Row)) -> Vec<Value> {
    let test = &row.test;
    let state = match (&test.withdrawn, test.counts()) {
        (Some(_), _) => "已撤销",
        (None, true) => "已确认",
        (None, false) => "待确认",
    };
    let why = test.withdrawn.as_ref().map(|by| format!("{}（{}）", by.reason, by.person));
    vec![
        Value::count(nth + 1),
        Value::text(row.id.to_string()),
        Value::text(test.subject.to_string()),
        Value::text_or_absent(Some(if row.place.is_empty() { &row.name } else { &row.place })),
        Value::text(kind(test.kind)),
        Value::At { ms: test.at_ms, to: Precision::Minute },
        Value::text(state),
        Value::text_or_absent(Some(&test.note)),
        Value::text_or_absent(why.as_deref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::html;
    use crate::obligations::{Correction, Edition, Marks, Withdrawal};

    #[test]
    fn each_test_has_a_row_and_only_those_that_both_ends_confirmed_are_done() {
        let now = 1_790_000_000_000;
        let by = |person: &str| {
            let by_link = person == "赵六";
            Some(Confirmation { person: person.into(), telephone: Some("0591".into()), at_ms: now, by_link })
        };
        let said = Said { kind: TestKind::Monthly, at_ms: now, note: "".into(), sheet: None };
        let subject = Subject::County("350102".parse().expect("a county"));
        let test =
            |far, withdrawn| JointTest { near: by("王五"), far, withdrawn, ..JointTest::new(subject, said.clone()) };
        let gone = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: now };
        let row =
            |id, test| Row { id, name: "鼓楼区".into(), place: String::new(), test: std::sync::Arc::new(test) };
        let rows = [row(1, test(by("赵六"), None)), row(2, test(None, None)), row(3, test(by("赵六"), Some(gone)))];
        let document = form_of_joint_tests(&rows, (None, None), now);
        crate::document::tests::check_forms(&document);
        let Some(Block::Figures(figures)) = document.sections[0].blocks.first() else { panic!("figures") };
        let values: Vec<_> = figures.iter().map(|figure| figure.value.clone()).collect();
        assert_eq!(values, [3, 1, 1, 1, 0, 0, 0].map(Value::count));
        let html = html::write(&document);
        assert!(
            ["已确认", "待确认", "记错（王五）", "王五 0591<", "赵六 0591 本人确认"]
                .iter()
                .all(|said| html.contains(said))
        );
    }

    #[test]
    fn the_oldest_test_stands_first_and_without_a_test_there_is_no_table() {
        let row = |id, at_ms| {
            let subject = Subject::Venue("350102001-01".parse().expect("a venue"));
            let said = Said { kind: TestKind::Meeting, at_ms, note: "".into(), sheet: None };
            let test = JointTest::new(subject, said);
            Row {
                id, name: "视频会议室".into(), place: "福州市 鼓楼区".into(), test: std::sync::Arc::new(test)
            }
        };
        let document = form_of_joint_tests(&[row(3, 9), row(2, 5), row(1, 5)], (None, None), 10);
        let Some(Block::Table(register)) = document.sections[2].blocks.first() else { panic!("a table") };
        assert_eq!(register.rows.iter().map(|row| row[1].to_string()).collect::<Vec<_>>(), ["1", "2", "3"]);
        let Some(Block::Table(form)) = document.sections[1].blocks.first() else { panic!("a table") };
        assert_eq!(form.rows[0][1], Value::text("福州市鼓楼区视频会议室"));
        let none = form_of_joint_tests(&[], (None, None), 10);
        assert_eq!(none.sections[1].blocks, [Block::Paragraph(Prose::of("本期没有联调。"))]);
    }

    #[test]
    fn what_the_form_asks_stands_in_its_own_column_and_a_test_that_was_only_noted_has_dashes() {
        let marks = Marks {
            picture_out: Mark::Normal,
            sound_out: Mark::Abnormal,
            picture_in: Mark::Fixed,
            aux_in: Mark::Normal,
            aux_out: Mark::None,
            presets: Mark::Normal,
            backup_far: Mark::Abnormal,
            ..Marks::default()
        };
        let sheet = Sheet {
            system: "指挥视频系统".into(),
            network: "专线".into(),
            joined_ms: Some(0),
            marks,
            problem: "对端听不到".into(),
            handling: "".into(),
            conclusion: Conclusion::Abnormal,
        };
        let subject = Subject::County("350102".parse().expect("a county"));
        let near = Confirmation { person: "王五".into(), telephone: Some("0591".into()), at_ms: 0, by_link: false };
        let test = |sheet| {
            let said = Said { kind: TestKind::Retest, at_ms: 0, note: "".into(), sheet };
            JointTest { near: Some(near.clone()), ..JointTest::new(subject, said) }
        };
        let row = |test| Row { id: 7, name: "鼓楼区".into(), place: String::new(), test: std::sync::Arc::new(test) };
        let document = form_of_joint_tests(&[row(test(Some(sheet))), row(test(None))], (None, None), 1);
        let Some(Block::Table(form)) = document.sections[1].blocks.first() else { panic!("a table") };
        let written = |nth: usize| form.rows[nth].iter().map(ToString::to_string).collect::<Vec<_>>();
        let expected = [
            "1",
            "鼓楼区",
            "指挥视频系统",
            "专线",
            "01-01 08:00",
            "正常/异常",
            "整改后正常/未测",
            "正常/无",
            "正常",
            "未测",
            "未测/异常",
            "王五 0591",
            "—",
            "对端听不到",
            "—",
            "异常",
            "",
        ];
        assert_eq!(written(0), expected);
        assert_eq!(written(1)[2..11], ["—"; 9]);
    }

    #[test]
    fn every_edition_has_a_row_with_who_changed_it_and_why_and_a_missing_network_its_reason() {
        let by = |person: &str| Some(Confirmation { person: person.into(), telephone: None, at_ms: 0, by_link: false });
        let sheet = |conclusion| Sheet {
            system: "".into(),
            network: "".into(),
            joined_ms: None,
            marks: Marks::default(),
            problem: "无声".into(),
            handling: "".into(),
            conclusion,
        };
        let said =
            |conclusion| Said { kind: TestKind::Monthly, at_ms: 0, note: "".into(), sheet: Some(sheet(conclusion)) };
        let changed = |reason: &str| Changed { person: "陈七".into(), reason: reason.into(), at_ms: 0 };
        let subject = Subject::Venue("350102001-01".parse().expect("a venue"));
        let mut test =
            JointTest { near: by("王五"), far: by("赵六"), ..JointTest::new(subject, said(Conclusion::Abnormal)) };
        let row = |test: &JointTest| Row {
            id: 7,
            name: "会议室".into(),
            place: String::new(),
            test: std::sync::Arc::new(test.clone()),
        };
        assert!(
            !html::write(&form_of_joint_tests(&[row(&test)], (None, None), 1)).contains("更正登记"),
            "nothing was corrected"
        );
        let first =
            Edition {
                said: said(Conclusion::Fixed), changed: None, near: by("王五"), far: by("赵六"), until_ms: 1
            };
        test.earlier.push(first);
        test.changed = Some(changed("漏记"));
        let correction =
            Correction { said: said(Conclusion::Normal), by: changed("复核"), near: by("王五"), far: None };
        test.correction = Some(Box::new(correction));
        let document = form_of_joint_tests(&[row(&test)], (None, None), 1);
        let Some(Block::Table(table)) = document.sections[3].blocks.first() else { panic!("a table") };
        let written: Vec<Vec<String>> =
            table.rows.iter().map(|row| [2, 3, 5, 8, 10].map(|at| row[at].to_string()).into()).collect();
        assert_eq!(
            written,
            [
                ["1", "已更正", "整改后正常", "赵六", "—"],
                ["2", "生效", "异常", "赵六", "漏记"],
                ["3", "更正待确认", "正常", "—", "复核"]
            ]
        );
        let Some(Block::Table(form)) = document.sections[1].blocks.first() else { panic!("a table") };
        assert_eq!(
            (form.rows[0][3].to_string().as_str(), form.rows[0][15].to_string().as_str()),
            ("—（台账未登记网络域）", "异常")
        );
    }
}
