//! `GET|POST /rectifications` and what becomes of one: the 整改台账.

mod check;
pub mod dto;
mod inspected;

pub(super) use check::subject;

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use self::dto::{
    NewRectify, NewRectifyFrom, NewRectifyStep, RectifyAnswer, RectifyItem, RectifyList, RectifyOpened, RectifySums,
    SourceKind, UnitSum,
};
use super::Shared;
use super::form::{self, Form, Name};
use super::page::Page;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use super::said::query;
use crate::command::Command;
use crate::document::rectify::{Row, Sheet};
use crate::province::View;
use crate::rectify::{Change, Record, Rectify, State as Stage, Where, Written};

/// Without a wish, the province.
const ROOT: &str = "35";
const MOST_UNITS: usize = 200;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Only those that are so far: `open`, `fixed`, `passed` or `closed`.
    state: Option<Stage>,
    /// Only those whose deadline has passed (`true`) or has not (`false`); closed ones are never overdue.
    overdue: Option<bool>,
    /// Only what lies at or below this place.
    place: Option<String>,
    /// Only of this place or venue itself.
    subject: Option<String>,
    /// Only of this 责任单位.
    unit: Option<String>,
    /// Only what this brought to light: `hand`, `inspection`, `roll-call`, `joint-test`, `warning`.
    #[param(inline)]
    origin: Option<SourceKind>,
    /// And of these, only of this number.
    origin_id: Option<u64>,
    /// Words that all must be found in code, names, problem, advice or unit.
    q: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
    /// Of an export alone: `html`, `xlsx` or `docx`; a workbook when not said.
    #[param(inline)]
    form: Option<Form>,
}

type Found<'a> = Vec<(u64, &'a Arc<Record>)>;

/// Those that lie in the place, and of these those that fit the question, in the order in which they are shown.
fn found<'a>(view: &View, all: &'a Rectify, asked: &Asked, now: UnixMs) -> Result<(Found<'a>, Found<'a>), Problem> {
    let words = query(asked.q.as_deref())?;
    let scope = find(view, asked.place.as_deref().unwrap_or(ROOT))?;
    let subject = asked.subject.as_deref().map(check::subject).transpose()?;
    let lies =
        |record: &Record| view.tree.nearest(record.subject.place()).is_some_and(|at| view.tree.is_within(at, scope));
    let fits = |id: u64, record: &Record| {
        let origin = dto::Source::from(record.origin);
        asked.state.is_none_or(|state| record.state() == state)
            && asked.overdue.is_none_or(|overdue| record.is_overdue(now) == overdue)
            && subject.is_none_or(|subject| record.subject == subject)
            && asked.unit.as_deref().is_none_or(|unit| record.task().is_some_and(|task| &*task.unit == unit))
            && asked.origin.is_none_or(|kind| origin.kind == kind)
            && asked.origin_id.is_none_or(|id| origin.id == Some(id))
            && (words.is_empty() || is_found(view, all.folded(id), record.subject, &words))
    };
    let within: Found<'_> = all.iter().filter(|(_, record)| lies(record)).collect();
    let mut found: Found<'_> = within.iter().copied().filter(|(id, record)| fits(*id, record)).collect();
    found.sort_by_cached_key(|(id, record)| {
        let is_closed = record.state() == Stage::Closed;
        let due_ms = record.task().map_or(0, |task| task.due_ms);
        (is_closed, if is_closed { u64::MAX - record.touched_ms() } else { due_ms }, *id)
    });
    Ok((within, found))
}

/// Whether every word is found in what is folded of the matter, or in what is kept of its venue to be searched; of a place, and a venue that is
/// not known, in the name of the place.
fn is_found(view: &View, folded: &str, subject: Where, words: &[String]) -> bool {
    let venue = match subject {
        Where::Venue(venue) => view.venue(venue),
        Where::Place(_) => None,
    };
    let name = || view.tree.nearest(subject.place()).map(|at| view.tree.full_name(at).to_lowercase());
    let known = venue.map_or_else(|| name().unwrap_or_default().into(), |venue| Arc::clone(&venue.search));
    words.iter().all(|word| folded.contains(word.as_str()) || known.contains(word.as_str()))
}

/// As people call it, and where a venue is.
pub(super) fn names(view: &View, subject: Where) -> (String, Option<String>) {
    match subject {
        Where::Place(place) => {
            (view.tree.index(place).map_or_else(|| place.to_string(), |at| view.tree.full_name(at)), None)
        }
        Where::Venue(venue) => (
            view.venue(venue).map_or_else(|| venue.to_string(), |known| known.name().to_string()),
            view.tree.nearest(venue.place).map(|at| view.tree.full_name(at)),
        ),
    }
}

/// What is to be put right, one page: what is due first comes first.
#[utoipa::path(get, path = "/rectifications", tag = "rectifications", params(Asked),
    responses((status = 200, body = RectifyList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<RectifyList>, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.rectify.load_full(), shared.now_ms());
    let page = Page::new(asked.offset, asked.limit)?;
    let (within, found) = found(&view, &all, &asked, now_ms)?;
    let mut sums = RectifySums::default();
    within.iter().for_each(|(_, record)| sums.enter(record, now_ms));
    let item = |(id, record): &(u64, &Arc<Record>)| RectifyItem::of(*id, record, names(&view, record.subject), now_ms);
    Ok(Json(RectifyList {
        now_ms,
        sums,
        units: units(&within, now_ms),
        total: found.len(),
        items: page.of(&found).map(item).collect(),
    }))
}

fn units(within: &[(u64, &Arc<Record>)], now: UnixMs) -> Vec<UnitSum> {
    let mut sums: HashMap<&str, (u32, u32)> = HashMap::new();
    for (_, record) in within.iter().filter(|(_, record)| record.state() != Stage::Closed) {
        let Some(task) = record.task() else { continue };
        let sum = sums.entry(&task.unit).or_default();
        *sum = (sum.0 + 1, sum.1 + u32::from(record.is_overdue(now)));
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable_by_key(|(unit, (open, _))| (std::cmp::Reverse(*open), *unit));
    let of = |(unit, (open, overdue)): (&str, (u32, u32))| UnitSum { unit: unit.to_owned(), open, overdue };
    sums.into_iter().take(MOST_UNITS).map(of).collect()
}

/// The same as a document, of all that fit.
#[utoipa::path(get, path = "/rectifications/export", tag = "rectifications", params(Asked),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn export(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.rectify.load_full(), shared.now_ms());
    let (_, found) = found(&view, &all, &asked, now_ms)?;
    let scope = find(&view, asked.place.as_deref().unwrap_or(ROOT))?;
    let row = |(id, record): &(u64, &Arc<Record>)| {
        let at = view.tree.nearest(record.subject.place());
        let mut path: Vec<u32> = at.map(|at| view.tree.path(at).collect()).unwrap_or_default();
        path.reverse();
        let name = |nth: usize| path.get(nth).map(|at| view.tree.place(*at).name.to_string()).unwrap_or_default();
        Row {
            id: *id,
            city: name(1),
            county: name(2),
            name: names(&view, record.subject).0,
            record: Arc::clone(record),
        }
    };
    let scope = view.tree.place(scope).name.to_string();
    let sheet = Sheet { scope, rows: found.iter().map(row).collect() };
    let name = Name { ascii: "rectifications".to_owned(), chinese: "整改台账".to_owned() };
    form::file(asked.form.unwrap_or(Form::Xlsx), name, move || Ok(sheet.document(now_ms))).await
}

/// One with its history.
#[utoipa::path(get, path = "/rectifications/{id}", tag = "rectifications", params(("id" = u64, Path,)),
    responses((status = 200, body = RectifyAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<RectifyAnswer>, Problem> {
    answer(&shared, check::number(&id)?)
}

fn answer(shared: &Shared, id: u64) -> Result<Json<RectifyAnswer>, Problem> {
    let (view, all, now_ms) = (shared.view.load_full(), shared.books.rectify.load_full(), shared.now_ms());
    let record = all.get(id).ok_or_else(|| Problem::not_found(format!("there is no matter {id}")))?;
    let item = RectifyItem::of(id, record, names(&view, record.subject), now_ms);
    Ok(Json(RectifyAnswer::of(item, record, now_ms)))
}

/// Opens one. 409: one of the same venue and item is open already, and the problem names it.
#[utoipa::path(post, path = "/rectifications", tag = "rectifications", request_body = NewRectify,
    responses((status = 200, body = RectifyAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRectify>,
) -> Result<Json<RectifyAnswer>, Problem> {
    let change = Change::Open(vec![check::new(&shared, &new)?]);
    let Written { changed, known, .. } = shared.ask(|reply| Command::Rectify { change, reply }).await?;
    match (changed.first(), known.first()) {
        (Some(id), _) => answer(&shared, *id),
        (None, Some(id)) => {
            Err(Problem::new(axum::http::StatusCode::CONFLICT, format!("the same is open already as number {id}")))
        }
        (None, None) => Err(Problem::internal(&"nothing was opened")),
    }
}

/// Opens all faults of an inspection run or a roll call at once; those that are open already stay as they are.
#[utoipa::path(post, path = "/rectifications/from", tag = "rectifications", request_body = NewRectifyFrom,
    responses((status = 200, body = RectifyOpened), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn open_from(
    State(shared): State<Arc<Shared>>,
    Json(from): Json<NewRectifyFrom>,
) -> Result<Json<RectifyOpened>, Problem> {
    let all = check::from(&shared, &from).await?;
    if all.is_empty() {
        return Ok(Json(RectifyOpened { opened: Vec::new(), known: Vec::new() }));
    }
    let change = Change::Open(all);
    let Written { changed, known, .. } = shared.ask(|reply| Command::Rectify { change, reply }).await?;
    Ok(Json(RectifyOpened { opened: changed, known }))
}

/// A step on the way: put right, tested again, closed, reopened, or something else is to be done.
#[utoipa::path(post, path = "/rectifications/{id}/steps", tag = "rectifications", params(("id" = u64, Path,)),
    request_body = NewRectifyStep,
    responses((status = 200, body = RectifyAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn step(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewRectifyStep>,
) -> Result<Json<RectifyAnswer>, Problem> {
    let id = check::number(&id)?;
    let change = Change::Step(id, check::step(&shared, id, &new).await?);
    shared.ask(|reply| Command::Rectify { change, reply }).await?;
    answer(&shared, id)
}
