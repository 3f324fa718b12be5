//! Inspection and joint test: `POST /inspections/runs` begins a run, `GET` tells of them, persons' words go to a run or to a venue of one.

mod checked;
mod comparison;
pub mod dto;
mod entries;
pub mod meant;
pub mod passing;
pub mod persons;
pub mod plan_dto;
pub(super) mod plans;
mod read;
pub mod report;
mod rows;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use self::dto::{
    InspectionAnswer, InspectionDeed, InspectionFilling, InspectionItem, InspectionList, InspectionRecord,
    InspectionStepWanted, InspectionVenues, NewInspection,
};
use super::Shared;
use super::page::Page;
use super::problem::{Problem, ProblemDetails};
use crate::command::{Command, Inspect, Refusal};
use crate::inspection::{
    Act, Again, Deed, Filled, Head, Kind, MAX_LINE_CHARS, MAX_NOTE_CHARS, MOST_MANUAL, OfRecord, OfRun, Ordered,
    Remark, Run,
};
use crate::scope;

const MOST_VENUES: usize = 1_000;
const MAX_NAME_CHARS: usize = 64;

/// Begins a run: every box in the scope is asked in its turn. 409: eight ask somebody already, or as many are open as can be held.
#[utoipa::path(post, path = "/inspections/runs", tag = "inspections", request_body = NewInspection,
    responses((status = 202, body = InspectionItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewInspection>,
) -> Result<(StatusCode, Json<InspectionItem>), Problem> {
    let now = shared.now_ms();
    let operator = line("operator", &new.operator, MAX_NAME_CHARS)?;
    let basis = line("basis", &new.basis, MAX_LINE_CHARS)?;
    let ordered = match (&new.work, new.plan) {
        (Some(work), None) => {
            let (title, work) =
                (line("title", &new.title, MAX_LINE_CHARS)?, read_work(work, &shared.view.load().tree)?);
            let until_ms = work.until_ms(now);
            let (plan, meeting, by_calendar) = (None, None, false);
            let group = None;
            Ordered { title, plan, meeting, operator, basis, by_calendar, given_ms: now, until_ms, work, group }
        }
        (None, Some(id)) => {
            let plans = shared.books.plans.load_full();
            let none = || Problem::not_found(format!("there is no inspection plan {id}"));
            let plan = plans.plans.get(&id).ok_or_else(none)?;
            let ordered = plan.ordered(id, &shared.books.groups.load(), now).map_err(Refusal::from)?;
            let operator = if operator.is_empty() { ordered.operator.clone() } else { operator };
            let basis = if basis.is_empty() { ordered.basis.clone() } else { basis };
            Ordered { operator, basis, by_calendar: false, ..ordered }
        }
        _ => return Err(Problem::bad("either plan or work is expected")),
    };
    let ordered = Box::new(ordered);
    let id = shared.ask(|reply| Command::Inspect(Inspect::Begin { ordered, reply })).await?;
    Ok((StatusCode::ACCEPTED, Json(read::item(&*head(&shared, id)?, &shared.documents.now()))))
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedRuns {
    /// Only runs of this plan.
    plan: Option<u64>,
    /// Only of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only those that are open, or that are over.
    open: Option<bool>,
    /// Only those that began at this time or later.
    from_ms: Option<UnixMs>,
    /// Only those that began before.
    to_ms: Option<UnixMs>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Runs, the newest first, one page.
#[utoipa::path(get, path = "/inspections/runs", tag = "inspections", params(WantedRuns),
    responses((status = 200, body = InspectionList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<WantedRuns>,
) -> Result<Json<InspectionList>, Problem> {
    let runs = shared.books.inspections.load_full();
    let time = wanted.from_ms.unwrap_or(0)..wanted.to_ms.unwrap_or(UnixMs::MAX);
    let fits = |head: &&Arc<Head>| {
        wanted.plan.is_none_or(|plan| head.ordered.plan == Some(plan))
            && wanted.kind.is_none_or(|kind| head.ordered.work.kind == kind)
            && wanted.open.is_none_or(|open| head.is_open() == open)
            && time.contains(&head.ordered.given_ms)
    };
    let found: Vec<&Arc<Head>> = runs.newest().filter(fits).collect();
    let archive = shared.documents.now();
    let items = Page::new(wanted.offset, wanted.limit)?.of(&found).map(|head| read::item(head, &archive)).collect();
    Ok(Json(InspectionList { now_ms: shared.now_ms(), total: found.len(), items }))
}

/// How a run stands: sums, cities, counties, what explains the failures, and when it will end. To be asked again while it is open.
#[utoipa::path(get, path = "/inspections/runs/{id}", tag = "inspections", params(("id" = u64, Path,)),
    responses((status = 200, body = InspectionAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<InspectionAnswer>, Problem> {
    let run = inspection_run(&shared, number(&id)?).await?;
    let head = head(&shared, run.id)?;
    let work = move || Json(read::answer(&shared, &run, &head));
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

/// The venues of a run, one page; those first that need a person.
#[utoipa::path(get, path = "/inspections/runs/{id}/venues", tag = "inspections", params(("id" = u64, Path,), rows::Wanted),
    responses((status = 200, body = InspectionVenues), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn venues(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<rows::Wanted>,
) -> Result<Json<InspectionVenues>, Problem> {
    let run = inspection_run(&shared, number(&id)?).await?;
    let work = move || rows::page(&shared, &run, &wanted).map(Json);
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))?
}

/// The whole record of one venue in a run.
#[utoipa::path(get, path = "/inspections/runs/{id}/venues/{venue}", tag = "inspections",
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 200, body = InspectionRecord), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn venue(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
) -> Result<Json<InspectionRecord>, Problem> {
    told(&shared, number(&id)?, code(&venue)?).await
}

/// Pauses, resumes or ends a run, or has tested once more what failed; one that is over goes on then. 409: it does not fit, or what is to be
/// tested once more was accepted or signed.
#[utoipa::path(post, path = "/inspections/runs/{id}/deeds", tag = "inspections", request_body = InspectionDeed,
    params(("id" = u64, Path,)),
    responses((status = 200, body = InspectionItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn deed(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(deed): Json<InspectionDeed>,
) -> Result<Json<InspectionItem>, Problem> {
    let id = number(&id)?;
    if deed.venues.len() > MOST_VENUES {
        return Err(Problem::bad(format!("venues: at most {MOST_VENUES} are expected")));
    }
    // What was sealed speaks of this run as it was: what is tested afterwards belongs to a run of its own.
    if deed.deed == Deed::Retry && shared.documents.now().editions(&report::subject(id)).next().is_some() {
        let why = "the report of this run is signed: what is tested once more belongs to a new run";
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let word = OfRun {
        person: name(&deed.person)?,
        deed: deed.deed,
        again: deed.which.unwrap_or(Again::Failed),
        venues: deed.venues.iter().map(|venue| code(venue)).collect::<Result<_, _>>()?,
    };
    shared.ask(|reply| Command::Inspect(Inspect::OfRun { id, word, reply })).await?;
    Ok(Json(read::item(&*head(&shared, id)?, &shared.documents.now())))
}

/// A person has looked at a venue (填报). 409: the record lies with a higher level.
#[utoipa::path(put, path = "/inspections/runs/{id}/venues/{venue}/manual", tag = "inspections", request_body = InspectionFilling,
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 200, body = InspectionRecord), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn fill(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
    Json(said): Json<InspectionFilling>,
) -> Result<Json<InspectionRecord>, Problem> {
    let (id, venue) = (number(&id)?, code(&venue)?);
    let known = head(&shared, id)?;
    let word = filling(&said, &known, shared.now_ms())?;
    shared.ask(|reply| Command::Inspect(Inspect::OfRecord { id, venue, word, reply })).await?;
    told(&shared, id, venue).await
}

/// A level passes a record on (上报), or gives it back (退回). 409: another level has it, or it is accepted.
#[utoipa::path(post, path = "/inspections/runs/{id}/venues/{venue}/review", tag = "inspections", request_body = InspectionStepWanted,
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 200, body = InspectionRecord), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn review(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
    Json(wanted): Json<InspectionStepWanted>,
) -> Result<Json<InspectionRecord>, Problem> {
    let (id, venue) = (number(&id)?, code(&venue)?);
    let level = scope::level(&wanted.level).map_err(|error| Problem::bad(format!("level: {error}")))?;
    let reason = line("reason", &wanted.reason, MAX_NOTE_CHARS)?;
    if wanted.act == Act::Return && reason.is_empty() {
        return Err(Problem::bad("reason: a record is returned with a reason"));
    }
    let word = OfRecord::Review { level, act: wanted.act, person: name(&wanted.person)?, reason };
    shared.ask(|reply| Command::Inspect(Inspect::OfRecord { id, venue, word, reply })).await?;
    told(&shared, id, venue).await
}

use checked::{read_followed, read_work};
pub(super) use comparison::{__path_compared, compared};
pub(super) use report::{__path_editions, __path_report, __path_sign, editions, report, sign};

/// A whole run: of memory, of what was read lately, or of the disk.
pub(super) async fn inspection_run(shared: &Shared, id: u64) -> Result<Arc<Run>, Problem> {
    let runs = shared.books.inspections.load_full();
    if let Some(run) = runs.open.get(&id) {
        return Ok(Arc::clone(run));
    }
    let head = runs.heads.get(&id).ok_or_else(|| Problem::not_found(format!("there is no inspection run {id}")))?;
    if let Some(run) = shared.books.read_lately.get(id, head.revision) {
        return Ok(run);
    }
    shared.ask(|reply| Command::Inspect(Inspect::Read { id, reply })).await
}

/// A run in which this venue's record is; of one that is not in memory that record alone is read.
pub(super) async fn run_of_venue(shared: &Shared, id: u64, venue: VenueId) -> Result<Arc<Run>, Problem> {
    let runs = shared.books.inspections.load_full();
    let read = |head: &Arc<Head>| shared.books.read_lately.get(id, head.revision);
    match runs.open.get(&id).cloned().or_else(|| runs.heads.get(&id).and_then(read)) {
        Some(run) => Ok(run),
        None => shared.ask(|reply| Command::Inspect(Inspect::ReadRecord { id, venue, reply })).await,
    }
}

async fn told(shared: &Shared, id: u64, venue: VenueId) -> Result<Json<InspectionRecord>, Problem> {
    let run = run_of_venue(shared, id, venue).await?;
    let record = run.record(venue).ok_or_else(|| Problem::not_found(format!("{venue} is not in this run")))?;
    Ok(Json(entries::record(shared, &run, record)))
}

pub(super) fn head(shared: &Shared, id: u64) -> Result<Arc<Head>, Problem> {
    let runs = shared.books.inspections.load_full();
    runs.heads.get(&id).cloned().ok_or_else(|| Problem::not_found(format!("there is no inspection run {id}")))
}

pub(super) fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': a number is expected")))
}

fn code(venue: &str) -> Result<VenueId, Problem> {
    venue.parse().map_err(|error| Problem::bad(format!("venue: {error}")))
}

fn name(person: &str) -> Result<Box<str>, Problem> {
    let person = line("person", person, MAX_NAME_CHARS)?;
    if person.is_empty() { Err(Problem::bad("person: a name is expected")) } else { Ok(person) }
}

pub(super) fn line(what: &str, text: &str, most: usize) -> Result<Box<str>, Problem> {
    let text = text.trim();
    if text.chars().count() > most || text.contains(char::is_control) {
        return Err(Problem::bad(format!("{what}: at most {most} characters on one line are expected")));
    }
    Ok(text.into())
}

fn filling(said: &InspectionFilling, head: &Head, at_ms: UnixMs) -> Result<OfRecord, Problem> {
    let (person, telephone) = (name(&said.person)?, line("telephone", &said.telephone, MAX_NAME_CHARS)?);
    let manual = &head.ordered.work.manual;
    let one = |item: &dto::InspectionFilled| {
        let at = manual.iter().position(|known| known.key == item.key).and_then(|at| u8::try_from(at).ok());
        let no_item = || Problem::bad(format!("items: '{}' is no manual item of this run", item.key));
        Ok::<_, Problem>(Filled {
            item: at.ok_or_else(no_item)?,
            result: item.result,
            value: line("value", &item.value, MAX_LINE_CHARS)?,
            note: line("note", &item.note, MAX_NOTE_CHARS)?,
            person: person.clone(),
            telephone: telephone.clone(),
            at_ms,
        })
    };
    let filled = said.items.iter().take(MOST_MANUAL).map(one).collect::<Result<Vec<_>, _>>()?;
    let text = line("remark", &said.remark, MAX_NOTE_CHARS)?;
    if filled.is_empty() && text.is_empty() {
        return Err(Problem::bad("items, remark: something is expected"));
    }
    let remark = (!text.is_empty()).then(|| Remark { text, person: person.clone(), at_ms });
    Ok(OfRecord::Fill { filled, remark })
}
