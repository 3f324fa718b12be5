//! The report of a roll call (视频点名), made of its record: what was asked, who answered how, and the rates of PRACTICE's kind,
//! 按时率 = 按时应答 ÷ (应点 − 免点). Here is the record; the roll call itself is elsewhere and is mapped into it.

mod record;
mod sections;
mod tally;

use avow_shared::time::UnixMs;

use super::value::Precision;
use super::{Document, Head, Prose, Signature, Value};
pub use record::{Category, Closed, Depth, Direction, Forecast, Mode, Record, Result, Row};

/// A record whose figures disagree: no report is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagrees {
    /// Each unit that was expected has one row.
    #[error("{told} units were expected, and {rows} have a row")]
    Expected {
        /// What the record says.
        told: u32,
        /// Rows that are there.
        rows: usize,
    },
    /// Each unit that is excused has a row that says so.
    #[error("{told} units are excused, and {rows} rows say so")]
    Excused {
        /// What the record says.
        told: u32,
        /// Rows that say so.
        rows: usize,
    },
}

/// The report of `record`, made at `generated_at_ms`.
///
/// # Errors
/// When its figures disagree with its rows.
pub fn report_of_roll_call(record: &Record, generated_at_ms: UnixMs) -> std::result::Result<Document, Disagrees> {
    let tally = tally::Tally::of(record.rows.iter());
    let rows = record.rows.len();
    if usize::try_from(record.expected) != Ok(rows) {
        return Err(Disagrees::Expected { told: record.expected, rows });
    }
    let excused = tally.of_result(Result::Excused);
    if u64::from(record.excused) != excused {
        return Err(Disagrees::Excused { told: record.excused, rows: usize::try_from(excused).unwrap_or(usize::MAX) });
    }
    let title = match record.direction {
        Direction::Inbound => "视频点名应答情况报告".to_owned(),
        Direction::Outbound => format!("{}\n视频点名情况报告", record.caller),
    };
    let signed =
        |role: &str, name: &Option<String>| Signature { role: role.to_owned(), name: name.clone(), at_ms: None };
    Ok(Document {
        title,
        heads: heads(record),
        sections: sections::all(record, &tally),
        signatures: vec![signed("编制", &record.operator), signed("审核", &None), signed("批准", &record.confirmed_by)],
        generated_at_ms,
    })
}

fn heads(record: &Record) -> Vec<Head> {
    let direction = match record.direction {
        Direction::Inbound => "对上",
        Direction::Outbound => "对下",
    };
    let operator = if record.direction == Direction::Inbound { "接报人" } else { "点名员" };
    let people = [(operator, &record.operator), ("确认人", &record.confirmed_by)];
    let people = people.iter().filter_map(|(role, name)| name.as_ref().map(|name| format!("{role}{name}")));
    let people = people.collect::<Vec<_>>().join("，");
    let head = |label: &str, says: Prose| Head { label: label.to_owned(), says };
    let given = |label: &str, text: &str| (!text.is_empty()).then(|| head(label, Prose::of(text)));
    let time = Value::At { ms: record.received_at_ms, to: Precision::SecondInWords };
    [
        given("编号", &record.id),
        Some(head("时间", Prose::default().value(time))),
        given("类别", &format!("{}（{direction}）", record.category.word())),
        given("发起单位", &record.caller),
        given("范围", &record.scope),
        given("会议系统", record.system.as_deref().unwrap_or_default()),
        given("依据", record.basis.as_deref().unwrap_or_default()),
        given("人员", &people),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
