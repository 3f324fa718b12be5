//! The report of a roll call, of invented records.

use super::*;
use crate::document::html;

const CALLED_MS: u64 = 1_795_737_600_000;

fn row(unit: &str, city: &str, county: &str, result: Result, mode: Option<Mode>) -> Row {
    Row {
        unit: unit.to_owned(),
        city: city.to_owned(),
        county: county.to_owned(),
        result,
        mode,
        heard_at_ms: mode.map(|_| CALLED_MS + 400),
        answered_at_ms: mode.map(|_| CALLED_MS + 2_300),
        elapsed_ms: mode.map(|_| 2_300),
        person: mode.map(|_| "林晓".to_owned()),
        ..Row::default()
    }
}

fn record() -> Record {
    let mut rows = vec![
        row("省应急管理厅", "", "", Result::OnTime, Some(Mode::Person)),
        row("福州市局", "福州市", "", Result::OnTime, Some(Mode::Automatic)),
        row("鼓楼区局", "福州市", "鼓楼区", Result::Late, Some(Mode::Telephone)),
        row("台江区局", "福州市", "台江区", Result::Excused, None),
        row("思明区局", "厦门市", "思明区", Result::Silent, None),
        row("湖里区局", "厦门市", "湖里区", Result::NoSound, Some(Mode::Automatic)),
    ];
    rows[4].reason = Some("专线中断".to_owned());
    rows[1].elapsed_ms = Some(9_100);
    Record {
        id: "1127".to_owned(),
        direction: Direction::Outbound,
        category: Category::Duty,
        caller: "省应急管理厅".to_owned(),
        basis: None,
        scope: "全省".to_owned(),
        system: None,
        depth: Depth::Present,
        forecast: None,
        received_at_ms: CALLED_MS,
        closed: None,
        deadline_s: 180,
        expected: 6,
        excused: 1,
        rows,
        notice: "请整改。\n\n请复测。".to_owned(),
        operator: Some("陈建国".to_owned()),
        confirmed_by: None,
    }
}

fn report(record: &Record) -> Document {
    report_of_roll_call(record, CALLED_MS + 300_000).expect("a report")
}

fn tables(document: &Document) -> Vec<(String, Vec<String>)> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(|block| if let crate::document::Block::Table(table) = block { Some(table) } else { None })
        .map(|table| {
            let line = |row: &Vec<Value>| row.iter().map(Value::to_string).collect::<Vec<_>>().join(" ");
            (table.caption.clone(), table.rows.iter().map(line).collect())
        })
        .collect()
}

#[track_caller]
fn check(document: &Document, caption: &str, expected: &[&str]) {
    let found = tables(document).into_iter().find(|(found, _)| found == caption).map(|(_, rows)| rows);
    assert_eq!(found.as_deref().unwrap_or_default(), expected, "{caption}");
}

#[test]
fn rates_are_those_in_time_of_those_expected_without_those_excused() {
    let document = report(&record());
    check(
        &document,
        "各设区市应答情况",
        &[
            "省级单位 1 0 1 0 0 0 0 100.0%",
            "福州市 3 1 1 1 0 0 0 50.0%",
            "厦门市 2 0 0 0 1 1 0 0.0%",
            "合计 6 1 2 1 1 1 0 40.0%",
        ],
    );
    check(
        &document,
        "各县（市、区）应答情况",
        &[
            "福州市 市级单位 1 0 1 0 0 0 0 100.0%",
            "福州市 鼓楼区 1 0 0 1 0 0 0 0.0%",
            "福州市 台江区 1 1 0 0 0 0 0 —",
            "厦门市 思明区 1 0 0 0 1 0 0 0.0%",
            "厦门市 湖里区 1 0 0 0 0 1 0 0.0%",
        ],
    );
    let page = html::write(&document);
    assert!(page.contains("应点6个，免点1个，按时应答2个，按时率40.0%。"), "{page}");
    assert!(page.contains("人工应答1个，电话应答1个，备用方式应答0个，自动应答2个。"), "{page}");
    assert!(page.contains("<dt>最后一个按时应答</dt><dd>9.1<small>秒</small>"), "{page}");
}

#[test]
fn failures_are_grouped_by_reason_the_most_frequent_first() {
    let mut record = record();
    record.rows[5] = Row {
        reason: Some("专线中断".to_owned()),
        ..row("湖里区局", "厦门市", "湖里区", Result::Silent, None)
    };
    check(&report(&record), "未按时应答原因", &["未应答 专线中断 — 2 66.7%", "超时应答 原因待查 — 1 33.3%"]);
}

#[test]
fn what_answers_although_something_is_wrong_is_counted_and_what_was_not_tested_is_told_so() {
    let mut record = record();
    (record.rows[0].reason, record.rows[0].is_faulty) = (Some("画面全黑".to_owned()), true);
    record.rows[2].reason = Some("说话清楚".to_owned());
    record.rows[1].video = Some(true);
    record.rows[1].is_untested = true;
    record.depth = Depth::Ready;
    let document = report(&record);
    let page = html::write(&document);
    assert!(page.contains("应答的单位中，1个的线路、图像或声音未经实测"), "{page}");
    assert!(page.contains("<dt>应答但有异常</dt><dd>2<small>个</small>"), "{page}");
    let (_, rows) = tables(&document).into_iter().find(|(caption, _)| caption == "应答明细").expect("is annexed");
    assert!(rows[1].contains("有/未测"), "{}", rows[1]);
}

#[test]
fn a_figure_of_nothing_has_no_unit() {
    let mut record = record();
    record.rows.iter_mut().for_each(|row| row.result = Result::Silent);
    record.excused = 0;
    let page = html::write(&report(&record));
    assert!(page.contains("<dt>最后一个按时应答</dt><dd>—<small></small>"), "{page}");
}

#[test]
fn an_automatic_answer_is_never_shown_as_a_persons() {
    let document = report(&record());
    let (_, rows) = tables(&document).into_iter().find(|(caption, _)| caption == "应答明细").expect("is annexed");
    assert_eq!(rows[0], "1 — — 省应急管理厅 — 按时应答 人工 林晓 0.4 — 08:00:02 2.3 — 0 — —");
    let mut on_page = record();
    on_page.rows[0].via_page = true;
    let (_, marked) =
        tables(&report(&on_page)).into_iter().find(|(caption, _)| caption == "应答明细").expect("is annexed");
    assert!(marked[0].contains("人工（手机页面） 林晓"), "{}", marked[0]);
    assert_eq!(rows[1], "2 福州市 — 福州市局 — 按时应答 自动 — 0.4 — 08:00:02 9.1 — 0 — —");
    assert_eq!(rows.iter().filter(|row| row.contains("林晓")).count(), 2);
    assert!(rows.iter().all(|row| !(row.contains("自动") && row.contains("林晓"))));
}

#[test]
fn a_record_whose_figures_disagree_with_its_rows_is_no_report() {
    let mut record = record();
    record.expected = 7;
    assert_eq!(report_of_roll_call(&record, 0), Err(Disagrees::Expected { told: 7, rows: 6 }));
    (record.expected, record.excused) = (6, 0);
    assert_eq!(report_of_roll_call(&record, 0), Err(Disagrees::Excused { told: 0, rows: 1 }));
}

#[test]
fn all_forms_of_a_call_hold_the_same_numbers() {
    crate::document::tests::check_forms(&report(&record()));
    let mut inbound = record();
    inbound.rows.truncate(1);
    (inbound.direction, inbound.expected, inbound.excused) = (Direction::Inbound, 1, 0);
    crate::document::tests::check_forms(&report(&inbound));
}

#[test]
fn a_call_from_above_has_no_rates_of_places() {
    let mut record = record();
    record.rows.truncate(1);
    (record.direction, record.expected, record.excused) = (Direction::Inbound, 1, 0);
    record.caller = "应急管理部".to_owned();
    let document = report(&record);
    let captions: Vec<_> = tables(&document).into_iter().map(|(caption, _)| caption).collect();
    assert_eq!(captions, ["应答明细"]);
    assert_eq!(document.title, "视频点名应答情况报告");
    let page = html::write(&document);
    assert!(page.contains("2026年11月27日08:00:00，接到应急管理部值班点名任务，"), "{page}");
}

#[test]
fn what_is_wrong_in_too_many_places_is_listed_in_the_annex_alone() {
    let mut record = record();
    record.rows = vec![row("某局", "福州市", "鼓楼区", Result::Silent, None); 203];
    (record.expected, record.excused) = (203, 0);
    let document = report(&record);
    let sizes: Vec<_> = tables(&document).into_iter().map(|(caption, rows)| (caption, rows.len())).collect();
    assert!(
        sizes.contains(&("问题清单".to_owned(), 200)) && sizes.contains(&("应答明细".to_owned(), 203)),
        "{sizes:?}"
    );
    assert!(html::write(&document).contains("另有3个未按时应答，见附表。"));
}

#[test]
fn each_line_of_a_notice_is_a_paragraph() {
    let page = html::write(&report(&record()));
    assert!(page.contains("<p>请整改。</p>\n<p>请复测。</p>"), "{page}");
}
