//! 重保日报 and the closing summary (重保总结) of a response, made of what was kept: who was on duty, which roll calls and inspections there
//! were, what was found and put right, what was approved although 封网 was in force, and how the response itself went.

mod sections;

#[cfg(test)]
mod tests;

use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::value::Precision;
use super::{Document, Head, Prose, Signature, Value};
use crate::assurance::chronicle::Called;
use crate::assurance::{Approval, Response, Rule, Terms};
use crate::province::Tree;
use crate::rectify::Record;

/// What a report tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A day in China.
    Day,
    /// All of it, after its end.
    Whole,
}

/// How rooms were at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Rooms {
    /// The moment.
    pub at_ms: UnixMs,
    /// How many there were.
    pub venues: usize,
    /// How many were how: the word and the number.
    pub classes: Vec<(&'static str, usize)>,
    /// The first that drifted.
    pub drifts: Vec<Drifts>,
    /// How many drifted.
    pub drifting: usize,
    /// Whether every room had been looked at for that.
    pub are_drifts_whole: bool,
}

/// An inspection in the places of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// What people call it.
    pub title: String,
    /// When it began.
    pub at_ms: UnixMs,
    /// 应检, in the places of the response; the sum of the six that follow.
    pub venues: u32,
    /// 正常, also 整改后.
    pub normal: u32,
    /// 异常.
    pub abnormal: u32,
    /// 未检.
    pub untested: u32,
    /// 待填报.
    pub unfilled: u32,
    /// 部分检测.
    pub incomplete: u32,
    /// 检测中.
    pub open: u32,
}

/// A matter of the 整改台账 in the places of the response.
#[derive(Clone, Debug)]
pub struct Matter {
    /// The venue or place.
    pub name: String,
    /// The matter.
    pub record: std::sync::Arc<Record>,
}

/// A value that drifts in a room of the response.
#[derive(Clone, Debug, PartialEq)]
pub struct Drifts {
    /// The room.
    pub name: String,
    /// What is measured, and its unit.
    pub value: String,
    /// When it reaches its limit.
    pub crosses_ms: UnixMs,
}

/// What a report is made of.
pub struct Facts<'a> {
    /// What it tells of.
    pub of: Of,
    /// From when to before when.
    pub period: (UnixMs, UnixMs),
    /// The response.
    pub response: &'a Response,
    /// What was in force at the end of the period; of the whole with every place that it ever concerned.
    pub terms: &'a Terms,
    /// What its level asks for.
    pub rule: Rule,
    /// A place's own name, by its code.
    pub name: &'a dyn Fn(PlaceCode) -> String,
    /// How the rooms in its places were at the end of the period, or are now when it is not over; none: nobody wrote it down then.
    pub rooms: Option<Rooms>,
    /// The oldest first: those that its schedule called or missed, and those that people called by hand in its places.
    pub calls: Vec<Called>,
    /// The oldest first.
    pub runs: Vec<Inspected>,
    /// All that were opened before the end of the period and not closed before its beginning, as they stood at its end.
    pub matters: Vec<Matter>,
    /// In force at some time of the period, with the name of where.
    pub approvals: Vec<(String, std::sync::Arc<Approval>)>,
}

impl Facts<'_> {
    fn is_in(&self, at_ms: UnixMs) -> bool {
        (self.period.0..self.period.1).contains(&at_ms)
    }
}

/// The terms that a report tells: of a day those that it ended with, of the whole the last with every place that there was.
#[must_use]
pub fn told(response: &Response, of: Of, period: (UnixMs, UnixMs), tree: &Tree) -> Option<Terms> {
    match of {
        Of::Day => response.terms_at(period.1.saturating_sub(1)).cloned(),
        Of::Whole => response.terms_of_all(tree),
    }
}

/// The report, made at `now`.
#[must_use]
pub fn report_of_assurance(facts: &Facts<'_>, now: UnixMs) -> Document {
    let signed = |role: &str| Signature { role: role.to_owned(), name: None, at_ms: None };
    let what = match facts.of {
        Of::Day => "重保日报",
        Of::Whole => "重保总结报告",
    };
    Document {
        title: format!("{}\n{what}", facts.response.title),
        heads: heads(facts),
        sections: sections::all(facts, now),
        signatures: ["编制", "审核", "批准"].map(signed).into(),
        generated_at_ms: now,
    }
}

fn heads(facts: &Facts<'_>) -> Vec<Head> {
    let response = facts.response;
    let head = |label: &str, says: Prose| Head { label: label.to_owned(), says };
    let given = |label: &str, text: &str| (!text.is_empty()).then(|| head(label, Prose::of(text)));
    let (from, to) = facts.period;
    let day = |ms| Value::At { ms, to: Precision::DayInWords };
    let second = |ms| Value::At { ms, to: Precision::SecondInWords };
    let time = match facts.of {
        Of::Day => Prose::default().value(day(from)),
        Of::Whole => Prose::default().value(second(from)).text("至").value(second(to)),
    };
    let places: Vec<String> = facts.terms.places.iter().map(|place| (facts.name)(*place)).collect();
    let mut levels = match facts.of {
        Of::Day => vec![facts.terms.level],
        Of::Whole => response.history.iter().map(|step| step.terms.level).collect(),
    };
    levels.dedup();
    let levels: Vec<String> = levels.iter().map(|level| format!("{}级", level.roman())).collect();
    [
        Some(head("时间", time)),
        given("响应级别", &levels.join("→")),
        given("灾种或事由", &response.hazard),
        given("发布机关", &response.authority),
        given("依据", &response.document),
        given("范围", &places.join("、")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
