//! The whole record of one venue: automatic and manual items side by side.

use super::super::Shared;
use super::dto::{
    InspectionAttempt, InspectionEntry, InspectionRecord, InspectionRemark, InspectionResult, InspectionSource,
    InspectionStep,
};
use super::rows::row;
use crate::inspection::{Filled, Found, Item, ItemResult, ItemState, Label, ManualItem, Record, Run};

/// The record.
pub(super) fn record(shared: &Shared, run: &Run, record: &Record) -> InspectionRecord {
    let view = shared.view.load_full();
    let auto = record.items.iter().filter_map(|item| Some(automatic(run.labels.get(item.label as usize)?, item)));
    let manual = run.ordered.work.manual.iter().enumerate().map(|(at, item)| by_person(record, at, item));
    let remark = record.remark.as_ref().map(|remark| InspectionRemark {
        text: remark.text.to_string(),
        person: remark.person.to_string(),
        at_ms: remark.at_ms,
    });
    let steps = record.review.steps.iter().map(|step| InspectionStep {
        at_ms: step.at_ms,
        person: step.person.to_string(),
        act: step.act,
        from: step.from.word().to_owned(),
        to: step.to.word().to_owned(),
        reason: step.reason.to_string(),
    });
    InspectionRecord {
        now_ms: shared.now_ms(),
        run: run.id,
        venue: row(&view, run, record),
        entries: auto.chain(manual).collect(),
        remark,
        steps: steps.collect(),
        excuse: record.excused.as_deref().map(str::to_owned),
    }
}

fn automatic(label: &Label, item: &Item) -> InspectionEntry {
    let (now, reason, found) = match &item.state {
        ItemState::Found(found) => (attempt(found), None, Some(found)),
        ItemState::Open => (blank(InspectionResult::Open), None, None),
        ItemState::Untested(why) => (blank(InspectionResult::Untested), Some(*why), None),
    };
    let measured = found.and_then(|found| found.measured).map(|(_, _, at)| usize::from(at));
    let standard = match measured.and_then(|at| label.limits.get(at)) {
        Some((_, limit)) => limit.to_string(),
        None => label.limits.first().map(|(_, limit)| limit.to_string()).unwrap_or_default(),
    };
    InspectionEntry {
        source: InspectionSource::Auto,
        key: label.probe.to_string(),
        title: label.name.to_string(),
        kind: label.kind.to_string(),
        standard,
        now,
        reason,
        evidence: found.and_then(|found| found.evidence.as_ref()).map(ToString::to_string),
        telephone: String::new(),
        note: String::new(),
        earlier: item.earlier.iter().map(attempt).collect(),
    }
}

fn by_person(record: &Record, at: usize, item: &ManualItem) -> InspectionEntry {
    let filled = record.filled(at);
    let before = record.manual_before.iter().filter(|filled| usize::from(filled.item) == at);
    InspectionEntry {
        source: InspectionSource::Manual,
        key: item.key.clone(),
        title: item.title.clone(),
        kind: String::new(),
        standard: item.standard.clone(),
        now: filled.map_or_else(|| blank(InspectionResult::Open), word),
        reason: None,
        evidence: None,
        telephone: filled.map(|filled| filled.telephone.to_string()).unwrap_or_default(),
        note: filled.map(|filled| filled.note.to_string()).unwrap_or_default(),
        earlier: before.map(word).collect(),
    }
}

fn attempt(found: &Found) -> InspectionAttempt {
    InspectionAttempt {
        at_ms: found.at_ms,
        result: result(found.result),
        value: found.measured.map(|(number, unit, _)| unit.round(number).to_string()),
        unit: found.measured.map(|(_, unit, _)| unit.symbol().to_owned()).unwrap_or_default(),
        finding: found.finding.as_ref().map(ToString::to_string),
        detail: found.detail.to_string(),
        person: String::new(),
    }
}

fn word(filled: &Filled) -> InspectionAttempt {
    InspectionAttempt {
        at_ms: filled.at_ms,
        result: result(filled.result),
        value: Some(filled.value.to_string()).filter(|value| !value.is_empty()),
        unit: String::new(),
        finding: None,
        detail: String::new(),
        person: filled.person.to_string(),
    }
}

const fn blank(result: InspectionResult) -> InspectionAttempt {
    InspectionAttempt {
        at_ms: 0,
        result,
        value: None,
        unit: String::new(),
        finding: None,
        detail: String::new(),
        person: String::new(),
    }
}

const fn result(result: ItemResult) -> InspectionResult {
    match result {
        ItemResult::Normal => InspectionResult::Normal,
        ItemResult::Degraded => InspectionResult::Degraded,
        ItemResult::Abnormal => InspectionResult::Abnormal,
        ItemResult::Unknown => InspectionResult::Unknown,
        ItemResult::Inapplicable => InspectionResult::Inapplicable,
    }
}
