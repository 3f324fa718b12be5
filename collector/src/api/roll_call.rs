//! Roll calls of the venues below us: `POST /roll-calls` begins one, `GET` tells of them, a person's word goes to a venue of one.

mod dto;
pub(super) mod find;
mod list;
pub mod record;
mod told;

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

pub use dto::{
    EndRollCall, LevelRooms, NewRollCall, RollCallAnswer, RollCallAspect, RollCallCity, RollCallClosed, RollCallDepth,
    RollCallEntry, RollCallForecast, RollCallItem, RollCallList, RollCallNamed, RollCallPerson, RollCallProof,
    RollCallProofState, RollCallSaid, RollCallWord, RollCallWordKind, ScopeMeant,
};
pub use find::RollCallFound;
use list::Papers;
pub(super) use list::{__path_list, list};

use told::{entry, item};

use super::form::{self, Name, WantedForm};
use super::problem::{Problem, ProblemDetails};
use super::sealing;
use super::{Shared, line};
use crate::command::{CallWord, Command};
use crate::document::roll_call::report_of_roll_call;
use crate::roll_call::{Asked, ByHand, Call, Closed, Grounds, Head, Kind, Mode, Origin, Said, Tally, Via, Whom};
use crate::scope::{self, Scope};

pub(super) const DEADLINE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

/// Calls the roll: every box in the scope is asked at once, and again while nothing is heard of it. 409: eight ask
/// already, or 24 are open.
#[utoipa::path(post, path = "/roll-calls", tag = "roll calls", request_body = NewRollCall,
    responses((status = 202, body = RollCallItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRollCall>,
) -> Result<(StatusCode, Json<RollCallItem>), Problem> {
    let asked = checked(&shared, &new)?;
    let call = shared.ask(|reply| Command::BeginCall { asked, reply }).await?;
    Ok((StatusCode::ACCEPTED, Json(item(&Head::of(&call), &Papers::now(&shared)))))
}

/// Tells how many venues a roll call that proves could prove before its time is up, if it began now. Nobody is asked.
#[utoipa::path(post, path = "/roll-calls/forecast", tag = "roll calls", request_body = NewRollCall,
    responses((status = 200, body = RollCallForecast),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn forecast(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRollCall>,
) -> Result<Json<RollCallForecast>, Problem> {
    let asked = checked(&shared, &new)?;
    let (meant, proof) = shared.ask(|reply| Command::ForecastCall { asked, reply }).await?;
    Ok(Json(RollCallForecast { meant: ScopeMeant::of(&meant), proof }))
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

/// A roll call with its venues, or those of them that have changed: to be asked again while it is open, a few times a second, and at once
/// while there is more.
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
        None => called(&shared, id).await?,
    };
    let since = wanted.since.filter(|_| wanted.epoch == Some(shared.started_ms)).unwrap_or(0);
    let (changed, revision) = call.changed_since(since);
    let entries = changed.into_iter().map(|one| entry(&call, one, &view, now_ms)).collect();
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
        revision,
        more: revision < call.revision,
        call: item(&Head::with(&call, all), &Papers::now(&shared)),
        cities: by_city.into_iter().map(city).collect(),
        entries,
    }))
}

/// The report of a roll call, the same numbers in every form: as of now, or once it was signed off, the newest edition as it was signed.
#[utoipa::path(get, path = "/roll-calls/{id}/report", tag = "roll calls", params(("id" = u64, Path,), WantedForm),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedForm>,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let file = Name { ascii: format!("roll-call-{id}"), chinese: format!("点名-{id}") };
    if let Some(answer) = sealing::signed(&shared, &record::subject(id), wanted.form, &file).await? {
        return Ok(answer);
    }
    let (now_ms, view, note) = (shared.now_ms(), shared.view.load_full(), record::note(&shared, id));
    let call = called(&shared, id).await?;
    let caller = shared.caller.clone();
    let document = move || {
        let record = call.record(&view, note.as_deref(), &caller, now_ms);
        report_of_roll_call(&record, now_ms).map_err(|error| error.to_string())
    };
    form::file(wanted.form, file, document).await
}

/// A call that is held, or else from disk.
async fn called(shared: &Shared, id: OrderNumber) -> Result<Arc<Call>, Problem> {
    match shared.view.load().calls.get(id) {
        Some(call) => Ok(Arc::clone(call)),
        None => shared.ask(|reply| Command::ReadCall { id, reply }).await,
    }
}

/// A person's word about a venue: it has answered, or need not, or what was said before was a slip. What was said stays in the record, and the
/// newest counts; after the end it is told as 事后. 409: nothing was said that could be taken back, or more than sixteen things.
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

/// A person's word about a unit that has no room, as about a venue.
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

/// A person ends a roll call. One in which everybody has answered is finished; one in which somebody could still answer in time is broken off,
/// which needs a reason, and who has not answered is not counted (未计). What came until then stays.
#[utoipa::path(post, path = "/roll-calls/{id}/end", tag = "roll calls", request_body = EndRollCall,
    params(("id" = u64, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<EndRollCall>,
) -> Result<StatusCode, Problem> {
    let id = number(&id)?;
    let (by, reason) = (line("by", &new.by, 1, 64)?, line("reason", &new.reason, 0, 128)?);
    let word = CallWord::Closed(Closed { by, reason, at_ms: shared.now_ms() });
    shared.ask(|reply| Command::ChangeCall { id, word, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<OrderNumber, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a roll call is expected")))
}

fn checked(shared: &Shared, new: &NewRollCall) -> Result<Asked, Problem> {
    if !DEADLINE_S.contains(&new.deadline_s) {
        return Err(Problem::bad("deadline_s: 10 to 3600 seconds are expected"));
    }
    let names_nobody =
        [&new.places, &new.except, &new.levels, &new.venues, &new.units].iter().all(|list| list.is_empty());
    let whom = match (new.group, new.meeting) {
        (Some(group), None) if names_nobody => scope::Whom::Group(group),
        (None, Some(meeting)) if names_nobody => scope::Whom::Meeting(meeting),
        (None, None) => scope::Whom::These(
            Scope::read(&new.places, (&new.except, &new.levels), &new.venues, &new.units, &shared.view.load().tree)
                .map_err(Problem::bad)?,
        ),
        _ => return Err(Problem::bad("one scope is expected: a group, or a meeting, or places, venues and units")),
    };
    let resolved = whom.resolve(&shared.books.groups.load(), &shared.books.meetings.load());
    let resolved = resolved.map_err(|missing| Problem::not_found(missing.to_string()))?;
    let usual = if new.meeting.is_some() { Kind::BeforeMeeting } else { Kind::default() };
    let now_ms = shared.now_ms();
    Ok(Asked {
        title: line("title", &new.title, 0, 128)?,
        depth: new.depth.into(),
        confirmed: new.confirmed,
        places: resolved.scope.places,
        except: resolved.scope.except,
        venues: resolved.scope.venues,
        units: resolved.scope.units,
        kind: new.kind.unwrap_or(usual),
        origin: Origin { group: resolved.group, meeting: resolved.meeting, schedule: None },
        operator: line("operator", &new.operator, 0, 64)?,
        basis: line("basis", &new.basis, 0, 128)?,
        system: line("system", &new.system, 0, 64)?,
        given_ms: now_ms,
        until_ms: now_ms + u64::from(new.deadline_s) * 1_000,
    })
}

fn said(whom: Whom, word: &RollCallWord, at_ms: UnixMs) -> Result<CallWord, Problem> {
    let operator = line("operator", &word.operator, 1, 64)?;
    let grounds = |reason: Box<str>, operator| Grounds { at_ms, reason, operator };
    let said = match (word.mode, &word.excuse, &word.unanswered) {
        (Some(Mode::Auto), ..) => {
            return Err(Problem::bad("mode: person, telephone or backup is expected: a box answers for itself"));
        }
        (Some(mode), None, None) => {
            let (person, note) = (line("person", &word.person, 1, 64)?, line("note", &word.note, 0, 200)?);
            let (picture, sound) = (word.picture, word.sound);
            let (telephone, via) = (line("telephone", &word.telephone, 0, 64)?, Via::Hq);
            Said::Answered(ByHand { at_ms, mode, person, telephone, via, operator, picture, sound, note })
        }
        (None, Some(reason), None) => {
            let reason = line("excuse", reason, 0, 128)?;
            if reason.is_empty() {
                Said::Unexcused(grounds(line("note", &word.note, 0, 128)?, operator))
            } else {
                Said::Excused(grounds(reason, operator))
            }
        }
        (None, None, Some(reason)) => Said::Unanswered(grounds(line("unanswered", reason, 1, 128)?, operator)),
        _ => return Err(Problem::bad("one of mode, excuse and unanswered is expected")),
    };
    Ok(CallWord::Said(whom, said))
}
