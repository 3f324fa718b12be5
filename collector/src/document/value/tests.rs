//! How each value is written.

use super::*;

#[track_caller]
fn check(value: &Value, written: &str, in_sheet: Option<(f64, &str)>) {
    assert_eq!(value.to_string(), written);
    let found = value.in_sheet().map(|found| (found.number, found.format));
    assert_eq!(found, in_sheet, "{written}");
}

#[test]
fn values_are_written_in_one_way_and_kept_as_numbers() {
    check(&Value::Absent, "—", None);
    check(&Value::text("350102-01"), "350102-01", None);
    check(&Value::count(18_762), "18762", Some((18_762.0, "0")));
    check(&Value::number(-0.25, 1), "-0.3", Some((-0.3, "0.0")));
    check(&Value::number(12.345_6, 2), "12.35", Some((12.35, "0.00")));
    check(&Value::number(f64::NAN, 2), "—", None);
    check(&Value::number(1e300, 2), "—", None);
    check(&Value::Lasting { ms: 93_800_999 }, "26:03:20", Some((93_800.0 / 86_400.0, "[h]:mm:ss")));
}

#[test]
fn only_all_is_a_hundred_per_cent_and_only_none_is_nothing() {
    for (part, whole, written, number) in [
        (18_762, 18_762, "100.0%", 1.0),
        (18_761, 18_762, "99.9%", 0.999),
        (1, 18_762, "0.1%", 0.001),
        (0, 18_762, "0.0%", 0.0),
        (2, 3, "66.7%", 0.667),
    ] {
        check(&Value::Share { part, whole }, written, Some((number, "0.0%")));
    }
    check(&Value::Share { part: 0, whole: 0 }, "—", None);
}

#[test]
fn an_answer_behind_the_deadline_never_looks_in_time() {
    check(&Value::Seconds { ms: 180_000 }, "180.0", Some((180.0, "0.0")));
    check(&Value::Seconds { ms: 180_001 }, "180.1", Some((180.1, "0.0")));
}

#[test]
fn moments_are_those_of_china() {
    // date -u -d '2026-11-26 23:59:58' +%s; the serial is 46353 for 2026-11-27 (LibreOffice: =DATE(2026;11;27)).
    let ms = 1_795_737_598_999;
    let day = 46_353.0;
    for (to, written, number, format) in [
        (Precision::Day, "2026-11-27", day, "yyyy\\-mm\\-dd"),
        (Precision::Minute, "2026-11-27 07:59", day + 28_740.0 / 86_400.0, "yyyy\\-mm\\-dd hh:mm"),
        (Precision::Second, "2026-11-27 07:59:58", day + 28_798.0 / 86_400.0, "yyyy\\-mm\\-dd hh:mm:ss"),
        (Precision::Clock, "07:59:58", day + 28_798.0 / 86_400.0, "hh:mm:ss"),
        (Precision::DayInWords, "2026年11月27日", day, "yyyy\"年\"m\"月\"d\"日\""),
    ] {
        check(&Value::At { ms, to }, written, Some((number, format)));
    }
    // date -u -d '2027-01-05 01:02:03' +%s
    let morning = Value::At { ms: 1_799_110_923_000, to: Precision::SecondInWords };
    assert_eq!(morning.to_string(), "2027年1月5日09:02:03");
}

#[test]
fn a_time_that_is_none_breaks_nothing() {
    let value = Value::At { ms: u64::MAX, to: Precision::Second };
    assert_eq!(value.to_string(), "9999-12-31 23:59:59");
    assert!(value.in_sheet().is_some_and(|found| found.number < 2_958_466.0));
    assert_eq!(Value::Seconds { ms: u64::MAX }.to_string(), "18446744073709551.7");
}
