//! What an inspection run brings to light, and what it proves.

use avow_shared::time::UnixMs;

use super::check::Fault;
use crate::api::Shared;
use crate::api::inspection::{inspection_run, run_of_venue};
use crate::api::problem::Problem;
use crate::client::{Words, findings};
use crate::inspection::{Conclusion, ItemResult, ItemState, Record, Run};
use crate::rectify::{Proof, Record as Matter, Step, Where};

/// Every item that is abnormal, of boxes and of persons.
pub(super) async fn faults(shared: &Shared, id: u64) -> Result<Vec<Fault>, Problem> {
    let run = inspection_run(shared, id).await?;
    let abnormal = run.records.iter().filter(|record| run.conclusion(record) == Conclusion::Abnormal);
    Ok(abnormal.flat_map(|record| of(&run, record)).collect())
}

fn of(run: &Run, record: &Record) -> Vec<Fault> {
    let unit = if record.unit.is_empty() { &record.name } else { &record.unit };
    let fault =
        |item: &str, problem: String| Fault { venue: record.venue, unit: unit.to_string(), item: item.into(), problem };
    let auto = record.items.iter().filter_map(|item| {
        let ItemState::Found(found) = &item.state else { return None };
        let label = run.labels.get(item.label as usize).filter(|_| found.result == ItemResult::Abnormal)?;
        let finding = found.finding.as_ref().map(|finding| findings::named(Words::Chinese, finding.as_str()));
        let finding = finding.unwrap_or_else(|| found.detail.to_string());
        Some(fault(label.probe.as_str(), format!("{}：{finding}", label.name)))
    });
    let manual = record.manual.iter().filter_map(|filled| {
        let item = run.ordered.work.manual.get(usize::from(filled.item))?;
        let said = if filled.note.is_empty() { "异常" } else { &filled.note };
        (filled.result == ItemResult::Abnormal).then(|| fault(&item.key, format!("{}：{said}", item.title)))
    });
    auto.chain(manual).collect()
}

/// What a run says of a matter that was put right.
pub(super) async fn retest(shared: &Shared, id: u64, matter: &Matter) -> Result<Step, Problem> {
    let unproven = || {
        let detail = "proof: an inspection run in which the same venue and item were tested is expected";
        Problem::new(axum::http::StatusCode::CONFLICT, detail)
    };
    let Where::Venue(venue) = matter.subject else { return Err(unproven()) };
    let run = run_of_venue(shared, id, venue).await?;
    let (passed, tested_ms) =
        run.record(venue).and_then(|record| said(&run, record, &matter.item)).ok_or_else(unproven)?;
    Ok(Step::Retested { passed, proof: Proof::Inspection(id), tested_ms })
}

/// Whether the item, or the whole room for a matter that is of none, is right, and when that was seen.
fn said(run: &Run, record: &Record, item: &str) -> Option<(bool, UnixMs)> {
    let is_right = |result| match result {
        ItemResult::Normal | ItemResult::Degraded => Some(true),
        ItemResult::Abnormal => Some(false),
        ItemResult::Unknown | ItemResult::Inapplicable => None,
    };
    let auto = record.items.iter().find_map(|one| {
        run.labels.get(one.label as usize).filter(|label| label.probe.as_str() == item)?;
        let ItemState::Found(found) = &one.state else { return None };
        Some((is_right(found.result)?, found.at_ms))
    });
    let manual = || {
        let at = run.ordered.work.manual.iter().position(|one| one.key == item)?;
        let filled = record.filled(at)?;
        Some((is_right(filled.result)?, filled.at_ms))
    };
    let whole = || match run.conclusion(record) {
        Conclusion::Normal | Conclusion::Fixed => Some((true, record.last_ms?)),
        Conclusion::Abnormal => Some((false, record.last_ms?)),
        Conclusion::Open
        | Conclusion::Untested
        | Conclusion::Unfilled
        | Conclusion::Incomplete
        | Conclusion::Excused => None,
    };
    // A matter of a roll call names no probe: the whole room has to be right.
    let is_whole = item.is_empty() || item == super::check::OF_CALLS;
    if is_whole { whole() } else { auto.or_else(manual) }
}
