//! The report of an inspection or joint test run (巡检报告), made of its record. 完好率 = (正常 + 整改后正常) ÷ 实检, as the run counts it.

mod detail;
mod sections;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::text::but_for;
use super::value::Precision;
use super::{Document, Head, Prose, Signature, Value};
use crate::inspection::{Act, Conclusion, Kind, ReviewState, Run, Untested};
use crate::rectify::Rectify;
use crate::warning::Warnings;

/// What a report is made of.
pub struct Facts<'a> {
    /// The run.
    pub run: &'a Run,
    /// The run of the same plan before it.
    pub before: Option<&'a Run>,
    /// The 整改台账, for what became of what was found.
    pub rectify: &'a Rectify,
    /// A place's own name, by its code.
    pub name: &'a dyn Fn(PlaceCode) -> String,
    /// What drifts.
    pub warnings: &'a Warnings,
    /// Who accepts it at the top; none while it is no more than a draft.
    pub accepted: Option<&'a str>,
}

/// The report, made at `now`.
#[must_use]
pub fn report_of_inspection(facts: &Facts<'_>, now: UnixMs) -> Document {
    let operator = Some(facts.run.ordered.operator.to_string()).filter(|name| !name.is_empty());
    let signed = |role: &str, name: Option<String>| Signature { role: role.to_owned(), name, at_ms: None };
    Document {
        title: format!("{}报告", kind(facts.run.ordered.work.kind)),
        heads: heads(facts),
        sections: sections::all(facts, now),
        signatures: vec![
            signed("编制", operator),
            signed("审核", reviewers(facts.run)),
            signed("批准", facts.accepted.map(str::to_owned)),
        ],
        generated_at_ms: now,
    }
}

/// Who has reviewed the records, above where they were filled in: first those who passed on the most of them.
fn reviewers(run: &Run) -> Option<String> {
    const MOST: usize = 3;
    let mut passed: BTreeMap<&str, u32> = BTreeMap::new();
    for record in records(run) {
        let review = &record.review;
        for step in review.steps.iter().filter(|step| step.act == Act::Pass && step.from != review.home) {
            *passed.entry(&step.person).or_default() += 1;
        }
    }
    let mut names: Vec<(&str, u32)> = passed.into_iter().collect();
    names.sort_by_key(|(name, records)| (Reverse(*records), *name));
    let first: Vec<&str> = names.iter().take(MOST).map(|(name, _)| *name).collect();
    let more = if names.len() > MOST { format!("等{}人", names.len()) } else { String::new() };
    (!first.is_empty()).then(|| format!("{}{more}", first.join("、")))
}

fn heads(facts: &Facts<'_>) -> Vec<Head> {
    let run = facts.run;
    let head = |label: &str, says: Prose| Head { label: label.to_owned(), says };
    let given = |label: &str, text: &str| (!text.is_empty()).then(|| head(label, Prose::of(text)));
    let time = |ms| Value::At { ms, to: Precision::SecondInWords };
    let from = Prose::default().value(time(run.ordered.given_ms));
    let times = match run.state {
        crate::inspection::State::Ended { at_ms, .. } => from.text("至").value(time(at_ms)),
        _ => from.text("起，尚未结束"),
    };
    let filled = run.records.iter().flat_map(|record| &record.manual).map(|filled| &*filled.person);
    let persons: std::collections::BTreeSet<&str> = filled.collect();
    let mut people = Prose::of(format!("组织人{}", or_none(&run.ordered.operator)));
    if !persons.is_empty() {
        people = people.text("，填报").value(Value::count(persons.len())).text("人");
    }
    [
        given("编号", &run.id.to_string()),
        given("名称", &run.ordered.title),
        Some(head("时间", times)),
        given("范围", &scope(facts)),
        given("依据", &run.ordered.basis),
        Some(head("人员", people)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const fn or_none(text: &str) -> &str {
    if text.is_empty() { super::value::NOTHING } else { text }
}

fn scope(facts: &Facts<'_>) -> String {
    const MOST: usize = 12;
    let scope = &facts.run.ordered.work.scope;
    let places = scope.places.iter().map(|place| (facts.name)(*place));
    let venue = |venue: &avow_shared::id::VenueId| match facts.run.record(*venue) {
        Some(record) => format!("{}（{venue}）", record.name),
        None => venue.to_string(),
    };
    let named = places.chain(scope.venues.iter().map(venue)).chain(scope.units.iter().map(ToString::to_string));
    let named: Vec<String> = named.collect();
    let more = if named.len() > MOST { format!("等{}处", named.len()) } else { String::new() };
    let but = but_for(&scope.except, facts.name);
    let of = facts.run.ordered.group.as_ref().map(|group| format!("分组“{}”：", group.name)).unwrap_or_default();
    format!("{of}{}{more}{but}", named[..named.len().min(MOST)].join("、"))
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Daily => "日常巡检",
        Kind::Monthly => "月度联调",
        Kind::Yearly => "年度联调",
        Kind::Before => "会前联调",
        Kind::Assurance => "重保巡检",
        Kind::Visit => "上门巡检",
    }
}

const fn conclusion(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Open => "检测中",
        Conclusion::Untested => "未检",
        Conclusion::Abnormal => "异常",
        Conclusion::Unfilled => "待填报",
        Conclusion::Incomplete => "部分检测",
        Conclusion::Fixed => "整改后正常",
        Conclusion::Normal => "正常",
        Conclusion::Excused => "免检",
    }
}

const fn untested(why: Untested) -> &'static str {
    match why {
        Untested::NoBox => "没有测试终端",
        Untested::Away => "终端离线",
        Untested::Interlocked => "会议联锁未放行",
        Untested::Refused => "终端无法执行",
        Untested::NoAnswer => "终端无应答",
        Untested::NoTime => "时限内未轮到",
        Untested::Frozen => "封网期间未测",
        Untested::Quiet => "时限落在静默时段内",
        Untested::Cancelled => "人工提前结束",
    }
}

const fn review(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Filling => "填报",
        ReviewState::Reviewing => "审核",
        ReviewState::Returned => "退回",
        ReviewState::Submitted => "上报",
    }
}

/// 分系统: what a kind of probe is about. One of a later agent is called what it calls itself.
fn system(kind: &str) -> &str {
    match kind {
        "line" | "http" => "网络专线",
        "camera" | "surveillance" => "摄像机",
        "picture" | "input" => "画面",
        "sound" | "listen" => "声音",
        "mouth-to-ear" => "双向音视频",
        "display" => "显示",
        "device" | "snmp" | "modbus" => "会议设备",
        "ups" | "power" => "供电",
        "sensor" => "环境",
        "switch" | "drill" => "切换与备份",
        "host" => "测试终端",
        other => other,
    }
}

/// 完好率 of so many; of nothing there is none.
fn rate(tally: &crate::inspection::Tally) -> Value {
    Value::Share { part: u64::from(tally.normal + tally.fixed), whole: u64::from(tally.tested()) }
}

/// The records in the order of their venues.
fn records(run: &Run) -> impl Iterator<Item = &crate::inspection::Record> {
    run.records.iter().map(Arc::as_ref)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::document::{Block, html};
    use crate::inspection::{Found, ItemResult, ItemState, run_for_tests};
    use crate::warning::{Room, Warning};

    fn facts<'a>(run: &'a Run, before: Option<&'a Run>, rectify: &'a Rectify) -> Facts<'a> {
        static NONE: LazyLock<Warnings> = LazyLock::new(Warnings::default);
        Facts { run, before, rectify, name: &|place| format!("地{place}"), warnings: &NONE, accepted: None }
    }

    fn found(result: ItemResult) -> ItemState {
        let finding = (result != ItemResult::Normal).then(|| "line.down".parse().expect("a finding"));
        let detail = "=HYPERLINK(1)".into();
        ItemState::Found(Box::new(Found { at_ms: 1, result, finding, measured: None, detail, evidence: None }))
    }

    /// The first venue so, all others normal.
    fn run(first: ItemResult) -> Run {
        let mut run = run_for_tests(2);
        for (nth, record) in run.records.iter_mut().enumerate() {
            let record = Arc::make_mut(record);
            for item in &mut record.items {
                item.state = found(if nth == 0 { first } else { ItemResult::Normal });
            }
        }
        run
    }

    #[test]
    fn the_report_says_what_the_run_counts_and_lists_what_is_wrong() {
        let (now, before, none) = (run(ItemResult::Abnormal), run(ItemResult::Normal), Rectify::default());
        let document = report_of_inspection(&facts(&now, Some(&before), &none), 1);
        crate::document::tests::check_forms(&document);
        let headings: Vec<&str> = document.sections.iter().map(|section| section.heading.as_str()).collect();
        for heading in
            ["概况", "结果总览", "分系统情况", "分市县情况", "分项情况", "问题清单", "上期整改复查", "隐患预警", "建议"]
        {
            assert!(headings.contains(&heading), "{heading}: {headings:?}");
        }
        let (all, ..) = now.sums();
        let html = html::write(&document);
        let rate = rate(&all).to_string();
        assert!(html.contains(&rate) && html.contains("日常巡检报告"), "{rate}");
        let problems = document.sections.iter().find(|section| section.heading == "问题清单").expect("is there");
        let Some(Block::Table(table)) = problems.blocks.iter().find(|block| matches!(block, Block::Table(_))) else {
            panic!("a table")
        };
        assert_eq!(table.rows.len(), now.records[0].items.len());
        let annex = document.sections.last().expect("an annex");
        let Some(Block::Table(table)) = annex.blocks.first() else { panic!("a table") };
        assert_eq!(table.rows.len(), now.records.len());
    }

    #[test]
    fn nothing_is_blamed_for_what_a_person_found_and_the_venues_of_the_scope_have_names() {
        let none = Rectify::default();
        let blamed = |first| {
            let mut run = run(first);
            let venue = run.records[0].venue;
            run.ordered.work.scope.venues = vec![venue];
            let record = Arc::make_mut(&mut run.records[0]);
            record.blamed = Some("接入路由器".into());
            let scope = format!("{}（{venue}）", record.name);
            let html = html::write(&report_of_inspection(&facts(&run, None, &none), 1));
            assert!(html.contains(&scope), "{scope}");
            html.contains("接入路由器")
        };
        assert!(blamed(ItemResult::Abnormal));
        assert!(!blamed(ItemResult::Normal));
    }

    #[test]
    fn the_rows_of_counties_sum_up_to_those_of_their_cities() {
        let (mut run, none) = (run(ItemResult::Normal), Rectify::default());
        let record = Arc::make_mut(&mut run.records[0]);
        record.county = record.city;
        let document = report_of_inspection(&facts(&run, None, &none), 1);
        let tables = document.sections.iter().flat_map(|section| &section.blocks);
        let tables = tables.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
        let sums = |caption: &str, at: usize| -> (u64, usize) {
            let table = tables.clone().find(|table| table.caption == caption).expect("a table");
            let sum = table.rows.iter().map(|row| row[at].to_string().parse::<u64>().expect("a count")).sum();
            (sum, table.rows.iter().filter(|row| row[1] == Value::text("市本级")).count())
        };
        assert_eq!(sums("各设区市检测情况", 1).0, sums("各县（市、区）检测情况", 2).0);
        assert_eq!(sums("各县（市、区）检测情况", 2).1, 1);
    }

    #[test]
    fn a_run_without_a_fault_or_an_earlier_one_says_so() {
        let (now, none) = (run(ItemResult::Normal), Rectify::default());
        let html = html::write(&report_of_inspection(&facts(&now, None, &none), 1));
        assert!(html.contains("本次未发现异常") && html.contains("没有可比较的上期巡检") && html.contains("100.0%"));
    }

    #[test]
    fn what_drifts_in_the_rooms_of_the_run_is_told_with_its_day_and_nothing_else() {
        let (now, none) = (run(ItemResult::Normal), Rectify::default());
        let warning = |venue, value: &str, days| Warning {
            venue,
            probe: now.labels[0].probe.clone(),
            value: value.parse().expect("a value"),
            unit: avow_shared::value::Unit::Millisecond,
            limit: (30.0, avow_shared::venue::Side::AtMost),
            fails: false,
            now: 20.5,
            per_day: 1.0,
            crosses_ms: 1_795_708_800_000 + days * 86_400_000,
            tau: 0.9,
            points: Vec::new(),
        };
        let (inside, outside) = (now.records[0].venue, "990101001-01".parse().expect("a venue"));
        let room = |venue, warnings: &[(&str, u64)]| {
            let warnings = warnings.iter().map(|(value, days)| warning(venue, value, *days)).collect();
            (venue, Arc::new(Room { warnings, ..Room::default() }))
        };
        let rooms = [room(inside, &[("rtt_avg", 9), ("loss", 4)]), room(outside, &[("jitter", 1)])];
        let warnings = Warnings { rooms: rooms.into_iter().collect(), complete_ms: Some(1), ..Warnings::default() };
        let part = Warnings { complete_ms: None, ..warnings.clone() };
        let report = |warnings: &Warnings| {
            html::write(&report_of_inspection(&Facts { warnings, ..facts(&now, None, &none) }, 1))
        };
        assert!(report(&part).contains("只列已分析会场") && !report(&warnings).contains("尚未分析完"));
        let document = report_of_inspection(&Facts { warnings: &warnings, ..facts(&now, None, &none) }, 1);
        let section = document.sections.iter().find(|section| section.heading == "隐患预警").expect("is there");
        let table =
            section.blocks.iter().find_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
        let rows: Vec<Vec<String>> =
            table.expect("a table").rows.iter().map(|row| row[2..].iter().map(ToString::to_string).collect()).collect();
        assert_eq!(
            rows,
            [["丢包率", "20.50", "30.00", "ms", "2026-12-01"], ["平均往返时延", "20.50", "30.00", "ms", "2026-12-06"]]
        );
    }

    #[test]
    fn who_has_not_looked_at_every_room_since_the_start_does_not_say_that_nothing_drifts() {
        let (now, none) = (run(ItemResult::Normal), Rectify::default());
        let report = |complete_ms| {
            let warnings = Warnings { complete_ms, ..Warnings::default() };
            html::write(&report_of_inspection(&Facts { warnings: &warnings, ..facts(&now, None, &none) }, 1))
        };
        let (unknown, known) = (report(None), report(Some(1)));
        assert!(unknown.contains("不作结论") && !unknown.contains("没有将要越限的指标"));
        assert!(known.contains("没有将要越限的指标") && !known.contains("不作结论"));
    }

    #[test]
    fn who_passed_records_on_above_where_they_were_filled_in_has_reviewed_them() {
        let (mut now, none) = (run(ItemResult::Normal), Rectify::default());
        let reviewed = |run: &Run| {
            let document = report_of_inspection(&facts(run, None, &none), 1);
            document.signatures.iter().find(|one| one.role == "审核").and_then(|one| one.name.clone())
        };
        let up = |run: &mut Run, at: usize, persons: &[&str]| {
            let record = Arc::make_mut(&mut run.records[at]);
            for person in persons {
                let level = record.review.level;
                record.review.step(level, Act::Pass, person, "", 1).expect("goes up");
            }
        };
        assert_eq!(reviewed(&now), None);
        up(&mut now, 0, &["填报人"]);
        assert_eq!(reviewed(&now), None, "who fills it in does not review it");
        up(&mut now, 0, &["王五"]);
        up(&mut now, 1, &["填报人", "赵六"]);
        up(&mut now, 1, &["王五"]);
        assert_eq!(reviewed(&now).as_deref(), Some("王五、赵六"));
    }

    #[test]
    fn no_problem_is_left_out_of_a_long_list() {
        let (mut now, none) = (run(ItemResult::Abnormal), Rectify::default());
        let one = Arc::clone(&now.records[0]);
        now.records = vec![one; 2_500];
        let document = report_of_inspection(&facts(&now, None, &none), 1);
        let tables = document.sections.iter().flat_map(|section| &section.blocks);
        let rows = tables.filter_map(|block| match block {
            Block::Table(table) if table.caption == "异常项目" => Some((table.rows.len(), table.left_out)),
            _ => None,
        });
        assert_eq!(rows.collect::<Vec<_>>(), [(2_500 * now.records[0].items.len(), 0)]);
    }
}
