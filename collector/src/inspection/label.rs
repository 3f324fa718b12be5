//! From a declared probe to an item of a run, and from an outcome to what the item came to.

use std::collections::HashMap;

use avow_shared::id::{ProbeId, ValueName};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::time::UnixMs;
use avow_shared::venue::Probe;

use super::record::{Found, Item, ItemResult, ItemState, Label};

/// What an outcome comes to; none when the probe did not run, which may still come.
pub(super) fn found(label: &Label, outcome: &Outcome, at_ms: UnixMs) -> Option<Found> {
    let result = match &outcome.verdict {
        Verdict::Pass => ItemResult::Normal,
        Verdict::Degraded { .. } => ItemResult::Degraded,
        Verdict::Fail { .. } => ItemResult::Abnormal,
        Verdict::Unknown { why: Why::Interlocked { .. } | Why::Declined } => return None,
        Verdict::Unknown { .. } => ItemResult::Unknown,
    };
    let named = |name: &ValueName| outcome.values.iter().find(|value| value.name == *name);
    let mut measured = label.limits.iter().zip(0..=u8::MAX).filter_map(|((name, _), at)| {
        let value = named(name)?;
        Some((value.number, value.unit, at))
    });
    let detail = match &outcome.verdict {
        Verdict::Unknown { why: Why::Missing { what: text } | Why::Behind { cause: text } } => text.as_str(),
        Verdict::Pass => "",
        _ => outcome.detail.as_str(),
    };
    Some(Found {
        at_ms,
        result,
        finding: outcome.verdict.finding().cloned(),
        measured: measured.next(),
        detail: detail.into(),
        evidence: outcome.evidence.first().map(|evidence| Box::new(evidence.hash)),
    })
}

/// The probes that a run tests at a venue, with their labels in `labels`, where each is once.
pub fn items(probes: &[Probe], wanted: impl Fn(&ProbeId, &str) -> bool, labels: &mut HashMap<Label, u32>) -> Vec<Item> {
    let chosen = probes.iter().filter(|probe| wanted(&probe.id, &probe.kind));
    let item = |probe: &Probe| {
        let mut limits: Vec<(ValueName, String)> = Vec::new();
        for limit in &probe.limits {
            match limits.iter_mut().find(|(name, _)| *name == limit.value) {
                Some((_, text)) => text.push_str(&format!(" {}", limit.text())),
                None => limits.push((limit.value.clone(), limit.text())),
            }
        }
        let label = Label {
            probe: probe.id.clone(),
            name: probe.name.clone(),
            kind: probe.kind.clone(),
            required: probe.required,
            limits: limits.into_iter().map(|(name, text)| (name, text.into())).collect(),
        };
        let next = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        Item { label: *labels.entry(label).or_insert(next), state: ItemState::Open, earlier: Vec::new() }
    };
    chosen.map(item).collect()
}
