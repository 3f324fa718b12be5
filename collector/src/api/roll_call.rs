//! Roll calls of the venues below us: `POST /roll-calls` begins one, `GET` tells of them, a person's word goes to a venue of one.

mod dto;
mod told;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

pub use dto::{
    NewRollCall, RollCallAnswer, RollCallAspect, RollCallCity, RollCallDepth, RollCallEntry, RollCallItem,
    RollCallList, RollCallPerson, RollCallProof, RollCallProofState, RollCallWord,
};

use told::{entry, item};

use super::Shared;
use super::problem::{Problem, ProblemDetails};
use crate::command::{CallWord, Command};
use crate::document::{self, Document, roll_call::report_of_roll_call};
use crate::roll_call::{Asked, ByHand, Excuse, Forecast, Head, Mode, Tally, Whom};

/// A report shows itself and runs nothing.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
const MOST_PLACES: usize = 64;
const MOST_VENUES: usize = 1_000;
const DEADLINE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

/// Calls the roll: every box in the scope is asked at once, and again while nothing is heard of it. 409: eight are open already.
#[utoipa::path(post, path = "/roll-calls", tag = "roll calls", request_body = NewRollCall,
    responses((status = 202, body = RollCallItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRollCall>,
) -> Result<(StatusCode, Json<RollCallItem>), Problem> {
    let asked = checked(&new, shared.now_ms())?;
    let id = shared.ask(|reply| Command::BeginCall { asked, reply }).await?;
    let call = shared.ask(|reply| Command::ReadCall { id, reply }).await?;
    Ok((StatusCode::ACCEPTED, Json(item(&Head::of(&call)))))
}

/// Tells how many venues a roll call that proves could prove before its time is up, if it began now. Nobody is asked.
#[utoipa::path(post, path = "/roll-calls/forecast", tag = "roll calls", request_body = NewRollCall,
    responses((status = 200, body = Forecast),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn forecast(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRollCall>,
) -> Result<Json<Forecast>, Problem> {
    let asked = checked(&new, shared.now_ms())?;
    Ok(Json(shared.ask(|reply| Command::ForecastCall { asked, reply }).await?))
}

/// All roll calls that are kept, a thousand.
#[utoipa::path(get, path = "/roll-calls", tag = "roll calls", responses((status = 200, body = RollCallList)))]
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<RollCallList> {
    let (now_ms, view, heads) = (shared.now_ms(), shared.view.load_full(), shared.books.roll_calls.load_full());
    let now = |head: &Arc<Head>| match view.calls.get(head.id) {
        Some(call) => item(&Head::with(call, call.tally(now_ms))),
        None => item(head),
    };
    Json(RollCallList { now_ms, items: heads.newest().map(now).collect() })
}

/// What of a roll call is wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    /// Only venues that have changed since this revision …
    since: Option<u64>,
    /// … of this start of the server.
    epoch: Option<UnixMs>,
}

/// A roll call with its venues, or those of them that have changed: to be asked again while it is open, a few times a second.
#[utoipa::path(get, path = "/roll-calls/{id}", tag = "roll calls", params(("id" = u64, Path,), Since),
    responses((status = 200, body = RollCallAnswer),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<Since>,
) -> Result<Json<RollCallAnswer>, Problem> {
    let id = number(&id)?;
    let (now_ms, view) = (shared.now_ms(), shared.view.load_full());
    let call = match view.calls.get(id) {
        Some(call) => Arc::clone(call),
        None => shared.ask(|reply| Command::ReadCall { id, reply }).await?,
    };
    let since = wanted.since.filter(|_| wanted.epoch == Some(shared.started_ms)).unwrap_or(0);
    let entries = call.changed_since(since).map(|one| entry(&call, one, &view, now_ms)).collect();
    let (all, by_city) = call.sums(now_ms);
    let city = |(code, tally): (PlaceCode, Tally)| RollCallCity {
        place: code.to_string(),
        name: view.tree.index(code).map(|at| view.tree.place(at).name.to_string()).unwrap_or_default(),
        tally,
        rate: tally.rate(),
    };
    Ok(Json(RollCallAnswer {
        now_ms,
        epoch_ms: shared.started_ms,
        revision: call.revision,
        call: item(&Head::with(&call, all)),
        cities: by_city.into_iter().map(city).collect(),
        entries,
    }))
}

/// Which form of a report is wanted.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// For screen and print.
    Html,
    /// A workbook.
    Xlsx,
    /// A text.
    Docx,
}

/// See [`Form`].
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedForm {
    /// `html`, `xlsx` or `docx`.
    #[param(inline)]
    form: Form,
}

/// The report of a roll call, as of now while it is open: the same numbers in every form.
#[utoipa::path(get, path = "/roll-calls/{id}/report", tag = "roll calls", params(("id" = u64, Path,), WantedForm),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedForm>,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let (now_ms, view) = (shared.now_ms(), shared.view.load_full());
    let call = match view.calls.get(id) {
        Some(call) => Arc::clone(call),
        None => shared.ask(|reply| Command::ReadCall { id, reply }).await?,
    };
    let document = move || report_of_roll_call(&call.record(&view, now_ms), now_ms).map_err(|error| error.to_string());
    report_file(wanted, &format!("roll-call-{id}"), document).await
}

/// A document in the form that is wanted, as a file called so.
pub(super) async fn report_file(
    wanted: WantedForm,
    name: &str,
    document: impl FnOnce() -> Result<Document, String> + Send + 'static,
) -> Result<Response, Problem> {
    let failed = |error: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error);
    let write = move || {
        let document = document()?;
        match wanted.form {
            Form::Html => Ok(document::html::write(&document).into_bytes()),
            Form::Xlsx => document::xlsx::write(&document).map_err(|error| error.to_string()),
            Form::Docx => document::docx::write(&document).map_err(|error| error.to_string()),
        }
    };
    let bytes = tokio::task::spawn_blocking(write).await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let (kind, ending) = match wanted.form {
        Form::Html => ("text/html; charset=utf-8", "html"),
        Form::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        Form::Docx => ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    };
    let name = format!("inline; filename=\"{name}.{ending}\"; filename*=UTF-8''%E7%82%B9%E5%90%8D-{name}.{ending}");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, REPORT_POLICY.to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// A person's word about a venue: it has answered, or need not. 409: a person has answered for it already.
#[utoipa::path(put, path = "/roll-calls/{id}/venues/{venue}", tag = "roll calls", request_body = RollCallWord,
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn word(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
    Json(word): Json<RollCallWord>,
) -> Result<StatusCode, Problem> {
    let venue = venue.parse().map_err(|error| Problem::bad(format!("venue: {error}")))?;
    take_word(&shared, &id, Whom::Room(venue), &word).await
}

/// A person's word about a unit that has no room. 409: a person has answered for it already.
#[utoipa::path(put, path = "/roll-calls/{id}/units/{unit}", tag = "roll calls", request_body = RollCallWord,
    params(("id" = u64, Path,), ("unit" = String, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn unit_word(
    State(shared): State<Arc<Shared>>,
    Path((id, unit)): Path<(String, String)>,
    Json(word): Json<RollCallWord>,
) -> Result<StatusCode, Problem> {
    let unit = unit.parse().map_err(|error| Problem::bad(format!("unit: {error}")))?;
    take_word(&shared, &id, Whom::Unit(unit), &word).await
}

async fn take_word(shared: &Shared, id: &str, whom: Whom, word: &RollCallWord) -> Result<StatusCode, Problem> {
    let id = number(id)?;
    let word = said(whom, word, shared.now_ms())?;
    shared.ask(|reply| Command::ChangeCall { id, word, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a roll call before its time: what came until then stays.
#[utoipa::path(delete, path = "/roll-calls/{id}", tag = "roll calls", params(("id" = u64, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn end(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id = number(&id)?;
    shared.ask(|reply| Command::ChangeCall { id, word: CallWord::Cancelled, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<OrderNumber, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a roll call is expected")))
}

fn line(name: &str, text: &str, most: usize) -> Result<Box<str>, Problem> {
    let text = text.trim();
    if text.chars().count() > most || text.contains(char::is_control) {
        return Err(Problem::bad(format!("{name}: at most {most} characters on one line are expected")));
    }
    Ok(text.into())
}

fn checked(new: &NewRollCall, now_ms: UnixMs) -> Result<Asked, Problem> {
    if !DEADLINE_S.contains(&new.deadline_s) {
        return Err(Problem::bad("deadline_s: 10 to 3600 seconds are expected"));
    }
    let bounded = new.places.len() <= MOST_PLACES && new.except.len() <= MOST_PLACES;
    if !bounded || new.venues.len() > MOST_VENUES || new.places.is_empty() && new.venues.is_empty() {
        return Err(Problem::bad(format!(
            "places, except, venues: a scope of at most {MOST_PLACES} places and {MOST_VENUES} venues is expected"
        )));
    }
    let places = |name: &str, codes: &[String]| {
        let read = codes.iter().map(|code| code.parse::<PlaceCode>());
        let mut codes =
            read.collect::<Result<Vec<_>, _>>().map_err(|error| Problem::bad(format!("{name}: {error}")))?;
        codes.sort_unstable();
        codes.dedup();
        Ok::<_, Problem>(codes)
    };
    let mut within = places("places", &new.places)?;
    // What lies in another of them would be asked twice.
    let all = within.clone();
    within.retain(|code| !all.iter().any(|other| other != code && code.is_within(*other)));
    let venues = new.venues.iter().map(|venue| venue.parse::<VenueId>());
    let venues = venues.collect::<Result<_, _>>().map_err(|error| Problem::bad(format!("venues: {error}")))?;
    Ok(Asked {
        title: line("title", &new.title, 128)?,
        depth: new.depth.into(),
        confirmed: new.confirmed,
        places: within,
        except: places("except", &new.except)?,
        venues,
        operator: line("operator", &new.operator, 64)?,
        basis: line("basis", &new.basis, 128)?,
        given_ms: now_ms,
        until_ms: now_ms + u64::from(new.deadline_s) * 1_000,
    })
}

fn said(whom: Whom, word: &RollCallWord, at_ms: UnixMs) -> Result<CallWord, Problem> {
    let operator = line("operator", &word.operator, 64)?;
    match (word.mode, &word.excuse) {
        (Some(Mode::Auto), _) => {
            Err(Problem::bad("mode: person, telephone or backup is expected: a box answers for itself"))
        }
        (Some(mode), None) => {
            let (person, note) = (line("person", &word.person, 64)?, line("note", &word.note, 200)?);
            let (picture, sound) = (word.picture, word.sound);
            Ok(CallWord::Answered(whom, ByHand { at_ms, mode, person, operator, picture, sound, note }))
        }
        (None, Some(reason)) => {
            let reason = line("excuse", reason, 128)?;
            Ok(CallWord::Excused(whom, (!reason.is_empty()).then_some(Excuse { at_ms, reason, operator })))
        }
        _ => Err(Problem::bad("either mode or excuse is expected")),
    }
}
