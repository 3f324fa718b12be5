//! What people ask of the 整改台账, checked against what there is.

use std::collections::HashSet;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;

use super::dto::{NewRectify, NewRectifyFrom, NewRectifyStep, Source, SourceKind, StepKind};
use super::inspected;
use crate::api::Shared;
use crate::api::places::find;
use crate::api::problem::Problem;
use crate::api::said::text;
use crate::command::Command;
use crate::obligations::Subject;
use crate::rectify::{Entry, MAX_NAME_CHARS, MAX_TEXT_CHARS, New, Origin, Proof, Record, Step, Task, Where};

pub(super) fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::bad(format!("'{text}': the number of a matter is expected")))
}

pub(in crate::api) fn subject(text: &str) -> Result<Where, Problem> {
    let wrong = |_| Problem::bad("subject: a place such as 350102 or a venue such as 350102001-01 is expected");
    match text.contains('-') {
        true => text.parse().map(Where::Venue).map_err(|_| wrong(())),
        false => text.parse().map(Where::Place).map_err(|_| wrong(())),
    }
}

fn note(text_or_none: Option<&str>) -> Result<Box<str>, Problem> {
    text("note", text_or_none.unwrap_or_default(), 0, MAX_TEXT_CHARS)
}

fn task(advice: Option<&str>, unit: &str, due_ms: UnixMs) -> Result<Task, Problem> {
    let advice = text("advice", advice.unwrap_or_default(), 0, MAX_TEXT_CHARS)?;
    Ok(Task { advice, unit: text("unit", unit, 1, MAX_NAME_CHARS)?, due_ms })
}

pub(super) fn new(shared: &Shared, new: &NewRectify) -> Result<New, Problem> {
    let subject = subject(&new.subject)?;
    find(&shared.view.load(), &subject.place().to_string())?;
    Ok(New {
        subject,
        origin: origin(shared, new.origin.unwrap_or_default())?,
        item: text("item", new.item.as_deref().unwrap_or_default(), 0, MAX_NAME_CHARS)?,
        problem: text("problem", &new.problem, 1, MAX_TEXT_CHARS)?,
        task: task(new.advice.as_deref(), &new.unit, new.due_ms)?,
        person: text("person", &new.person, 1, MAX_NAME_CHARS)?,
        note: note(new.note.as_deref())?,
    })
}

fn origin(shared: &Shared, source: Source) -> Result<Origin, Problem> {
    match (source.kind, source.id) {
        (SourceKind::Hand, None) => Ok(Origin::Hand),
        (SourceKind::Warning, None) => Ok(Origin::Warning),
        (SourceKind::Inspection, Some(id)) => {
            let is_there = shared.books.inspections.load().heads.contains_key(&id);
            let origin = is_there.then_some(Origin::Inspection(id));
            origin.ok_or_else(|| Problem::not_found(format!("there is no inspection run {id}")))
        }
        (SourceKind::RollCall, Some(id)) => {
            let is_there = shared.books.roll_calls.load().newest().any(|head| head.id == id)
                || shared.view.load().calls.get(id).is_some();
            let origin = is_there.then_some(Origin::RollCall(id));
            origin.ok_or_else(|| Problem::not_found(format!("there is no roll call {id}")))
        }
        (SourceKind::JointTest, Some(id)) => {
            let origin = shared.books.obligations.load().get(id).map(|_| Origin::JointTest(id));
            origin.ok_or_else(|| Problem::not_found(format!("there is no joint test {id}")))
        }
        (SourceKind::Hand | SourceKind::Warning, Some(_)) | (_, None) => {
            Err(Problem::bad("origin: a kind is expected, and the number of an inspection, roll call or joint test"))
        }
    }
}

/// One matter for each venue with a fault.
pub(super) async fn from(shared: &Shared, from: &NewRectifyFrom) -> Result<Vec<New>, Problem> {
    let only: Result<HashSet<VenueId>, _> = from.venues.iter().map(|venue| venue.parse()).collect();
    let only = only.map_err(|error| Problem::bad(format!("venues: {error}")))?;
    let person = text("person", &from.person, 1, MAX_NAME_CHARS)?;
    let faults = match (from.origin.kind, from.origin.id) {
        (SourceKind::RollCall, Some(id)) => of_call(shared, id).await?,
        (SourceKind::Inspection, Some(id)) => inspected::faults(shared, id).await?,
        _ => return Err(Problem::bad("origin: the number of an inspection or a roll call is expected")),
    };
    let origin = origin(shared, from.origin)?;
    let wanted = faults.into_iter().filter(|fault| only.is_empty() || only.contains(&fault.venue));
    let new = |fault: Fault| {
        let unit = from.unit.as_deref().unwrap_or(&fault.unit);
        // A name of a unit that is too long for the form is cut, not refused: nobody typed it here.
        let unit: String = unit.chars().take(MAX_NAME_CHARS).collect();
        Ok(New {
            subject: Where::Venue(fault.venue),
            origin,
            item: fault.item,
            problem: fault.problem.chars().take(MAX_TEXT_CHARS).collect::<String>().into(),
            task: task(from.advice.as_deref(), &unit, from.due_ms)?,
            person: person.clone(),
            note: Box::default(),
        })
    };
    wanted.map(new).collect()
}

/// 项目 of what a roll call brought to light.
pub(super) const OF_CALLS: &str = "roll-call";

/// What was wrong in a venue.
pub(super) struct Fault {
    pub(super) venue: VenueId,
    pub(super) unit: String,
    pub(super) item: Box<str>,
    pub(super) problem: String,
}

/// What counts as a problem in the report of the call.
async fn of_call(shared: &Shared, id: u64) -> Result<Vec<Fault>, Problem> {
    let (now_ms, view) = (shared.now_ms(), shared.view.load_full());
    let call = match view.calls.get(id) {
        Some(call) => std::sync::Arc::clone(call),
        None => shared.ask(|reply| Command::ReadCall { id, reply }).await?,
    };
    let fault = |row: crate::document::roll_call::Row| {
        let venue = row.venue.as_deref()?.parse().ok()?;
        let reason = row.reason.map(|reason| format!("：{reason}")).unwrap_or_default();
        row.result.is_problem().then(|| Fault {
            venue,
            unit: row.unit,
            item: OF_CALLS.into(),
            problem: format!("点名{}{reason}", row.result.word()),
        })
    };
    Ok(call.record(&view, None, &shared.caller, now_ms).rows.into_iter().filter_map(fault).collect())
}

pub(super) async fn step(shared: &Shared, id: u64, new: &NewRectifyStep) -> Result<Entry, Problem> {
    let all = shared.books.rectify.load_full();
    let record = all.get(id).ok_or_else(|| Problem::not_found(format!("there is no matter {id}")))?;
    let now = shared.now_ms();
    let step = match new.step {
        StepKind::Opened => return Err(Problem::bad("step: changed, fixed, retested, closed or reopened is expected")),
        StepKind::Fixed => Step::Fixed,
        StepKind::Closed => Step::Closed,
        StepKind::Reopened => Step::Reopened,
        StepKind::Changed => {
            let was = record.task();
            let advice = new.advice.as_deref().or(was.map(|was| &*was.advice));
            let unit = new.unit.as_deref().or(was.map(|was| &*was.unit)).unwrap_or_default();
            Step::Changed(task(advice, unit, new.due_ms.or(was.map(|was| was.due_ms)).unwrap_or_default())?)
        }
        StepKind::Retested => retest(shared, record, new, now).await?,
    };
    Ok(Entry {
        at_ms: now,
        person: text("person", &new.person, 1, MAX_NAME_CHARS)?,
        step,
        note: note(new.note.as_deref())?,
    })
}

async fn retest(shared: &Shared, record: &Record, new: &NewRectifyStep, now: UnixMs) -> Result<Step, Problem> {
    let source = new.proof.unwrap_or_default();
    match (source.kind, source.id) {
        (SourceKind::Hand, None) => {
            let passed = new.passed.ok_or_else(|| Problem::bad("passed: true or false is expected"))?;
            Ok(Step::Retested { passed, proof: Proof::Hand, tested_ms: new.tested_ms.unwrap_or(now) })
        }
        (SourceKind::JointTest, Some(id)) => {
            let obligations = shared.books.obligations.load();
            let test = obligations.get(id).ok_or_else(|| Problem::not_found(format!("there is no joint test {id}")))?;
            let is_of_it = match (test.subject, record.subject) {
                (Subject::Venue(test), Where::Venue(venue)) => test == venue,
                (Subject::County(test), Where::Place(place)) => test == place,
                _ => false,
            };
            if !is_of_it || !test.counts() {
                return Err(Problem::new(
                    axum::http::StatusCode::CONFLICT,
                    "proof: a joint test of the same venue that both ends confirmed is expected",
                ));
            }
            // What its form says is not said otherwise here.
            let passed = !test.has_failed() && new.passed.unwrap_or(true);
            Ok(Step::Retested { passed, proof: Proof::JointTest(id), tested_ms: test.at_ms })
        }
        (SourceKind::Inspection, Some(id)) => inspected::retest(shared, id, record).await,
        _ => Err(Problem::bad("proof: hand, or an inspection or joint test with its number, is expected")),
    }
}
