//! Roll calls of the venues below us: `POST /roll-calls` begins one, `GET` tells of them, a person's word goes to a venue of one.

mod dto;
mod list;
pub mod record;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Found;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

pub use dto::{
    NewRollCall, RollCallAnswer, RollCallAspect, RollCallCity, RollCallDepth, RollCallEntry, RollCallItem,
    RollCallList, RollCallNamed, RollCallPerson, RollCallWord,
};
use list::Papers;
pub(super) use list::{__path_list, list};

use super::documents::{self, WantedForm};
use super::problem::{Problem, ProblemDetails};
use super::{Shared, line};
use crate::command::{CallWord, Command};
use crate::document::roll_call::report_of_roll_call;
use crate::province::View;
use crate::roll_call::{Asked, ByHand, Call, Entry, Excuse, Fault, Head, Kind, Mode, Origin, Standing, Tally, Via};
use crate::scope::{Scope, Whom};

pub(super) const DEADLINE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

/// Calls the roll: every box in the scope is asked at once, and again while nothing is heard of it. 409: eight are open already.
#[utoipa::path(post, path = "/roll-calls", tag = "roll calls", request_body = NewRollCall,
    responses((status = 202, body = RollCallItem),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewRollCall>,
) -> Result<(StatusCode, Json<RollCallItem>), Problem> {
    let asked = checked(&shared, &new)?;
    let id = shared.ask(|reply| Command::BeginCall { asked, reply }).await?;
    let call = shared.ask(|reply| Command::ReadCall { id, reply }).await?;
    Ok((StatusCode::ACCEPTED, Json(item(&Head::of(&call), &Papers::now(&shared)))))
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
        None => called(&shared, id).await?,
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
    let form = wanted.form;
    let signed = shared.documents.now().editions(&record::subject(id)).next().map(|(name, _)| name);
    let bytes = match signed {
        Some(name) => documents::read(&shared, name, form.kept()).await?,
        None => {
            let (now_ms, view, note) = (shared.now_ms(), shared.view.load_full(), record::note(&shared, id));
            let call = called(&shared, id).await?;
            let write = move || {
                let record = call.record(&view, note.as_deref(), now_ms);
                let document = report_of_roll_call(&record, now_ms).map_err(|error| error.to_string())?;
                form.kept().write(&document).map_err(|error| error.to_string())
            };
            let failed = |error: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error);
            tokio::task::spawn_blocking(write).await.map_err(|error| failed(error.to_string()))?.map_err(failed)?
        }
    };
    Ok(documents::file(form.kept(), &format!("roll-call-{id}"), &format!("点名-{id}"), bytes))
}

/// A call that is held, or else from disk.
async fn called(shared: &Shared, id: OrderNumber) -> Result<Arc<Call>, Problem> {
    match shared.view.load().calls.get(id) {
        Some(call) => Ok(Arc::clone(call)),
        None => shared.ask(|reply| Command::ReadCall { id, reply }).await,
    }
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
    let id = number(&id)?;
    let venue: VenueId = venue.parse().map_err(|error| Problem::bad(format!("venue: {error}")))?;
    let word = said(venue, &word, shared.now_ms())?;
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

fn checked(shared: &Shared, new: &NewRollCall) -> Result<Asked, Problem> {
    if !DEADLINE_S.contains(&new.deadline_s) {
        return Err(Problem::bad("deadline_s: 10 to 3600 seconds are expected"));
    }
    let names_nobody = [&new.places, &new.except, &new.venues, &new.units].iter().all(|list| list.is_empty());
    let whom = match (new.group, new.meeting) {
        (Some(group), None) if names_nobody => Whom::Group(group),
        (None, Some(meeting)) if names_nobody => Whom::Meeting(meeting),
        (None, None) => {
            Whom::These(Scope::read(&new.places, &new.except, &new.venues, &new.units).map_err(Problem::bad)?)
        }
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
        given_ms: now_ms,
        until_ms: now_ms + u64::from(new.deadline_s) * 1_000,
    })
}

fn said(venue: VenueId, word: &RollCallWord, at_ms: UnixMs) -> Result<CallWord, Problem> {
    let operator = line("operator", &word.operator, 0, 64)?;
    match (word.mode, &word.excuse) {
        (Some(Mode::Auto), _) => {
            Err(Problem::bad("mode: person, telephone or backup is expected: a box answers for itself"))
        }
        (Some(mode), None) => {
            let (person, note) = (line("person", &word.person, 0, 64)?, line("note", &word.note, 0, 200)?);
            let (picture, sound) = (word.picture, word.sound);
            let (telephone, via) = (line("telephone", &word.telephone, 0, 64)?, Via::Hq);
            let word = ByHand { at_ms, mode, person, telephone, via, operator, picture, sound, note };
            Ok(CallWord::Answered(venue, word))
        }
        (None, Some(reason)) => {
            let reason = line("excuse", reason, 0, 128)?;
            Ok(CallWord::Excused(venue, (!reason.is_empty()).then_some(Excuse { at_ms, reason, operator })))
        }
        _ => Err(Problem::bad("either mode or excuse is expected")),
    }
}

fn item(head: &Head, papers: &Papers) -> RollCallItem {
    let (note, newest) = (papers.note(head.id), papers.newest(head.id));
    let named = |named: &Option<crate::scope::Named>| named.as_ref().map(RollCallNamed::from);
    let Head { id, asked, ended_ms, cancelled, tally } = head;
    let codes = |places: &[PlaceCode]| places.iter().map(ToString::to_string).collect();
    RollCallItem {
        id: *id,
        title: asked.title.to_string(),
        depth: asked.depth.into(),
        confirmed: asked.confirmed,
        places: codes(&asked.places),
        except: codes(&asked.except),
        venues: asked.venues.iter().map(ToString::to_string).collect(),
        units: asked.units.iter().map(ToString::to_string).collect(),
        kind: note.map_or(asked.kind, |note| note.kind),
        group: named(&asked.origin.group),
        meeting: named(&asked.origin.meeting),
        schedule: named(&asked.origin.schedule),
        notice: note.map(|note| note.notice.to_string()).unwrap_or_default(),
        edition: newest.map_or(0, |seal| seal.edition),
        signed_by: newest.map(|seal| seal.by.clone()),
        signed_ms: newest.map(|seal| seal.at_ms),
        operator: asked.operator.to_string(),
        basis: asked.basis.to_string(),
        given_ms: asked.given_ms,
        until_ms: asked.until_ms,
        ended_ms: *ended_ms,
        cancelled: *cancelled,
        tally: *tally,
        rate: tally.rate(),
    }
}

fn entry(call: &Call, entry: &Entry, view: &View, now_ms: UnixMs) -> RollCallEntry {
    let venue = view.venue(entry.venue);
    let standing = call.standing(entry, now_ms);
    let since = |at_ms: UnixMs| at_ms.saturating_sub(call.asked.given_ms);
    let is_there = venue.and_then(|venue| venue.link).is_some_and(|link| link.connected);
    let is_open = matches!(standing, Standing::Silent | Standing::Waiting | Standing::Heard);
    let reason = is_open.then_some(match (entry.agent, is_there, entry.heard) {
        (None, ..) => "no-box",
        (Some(_), _, Some(_)) => "unfinished",
        (Some(_), false, None) => "away",
        (Some(_), true, None) => "no-answer",
    });
    let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
    let aspect = |(aspect, found): &(avow_shared::roll_call::Aspect, Found)| {
        let (state, finding) = match found {
            Found::Good => ("good", None),
            Found::Degraded(finding) => ("degraded", Some(finding.to_string())),
            Found::Failed(finding) => ("failed", Some(finding.to_string())),
            Found::Untested(why) => (why.word(), None),
        };
        RollCallAspect { aspect: aspect.word().to_owned(), state: state.to_owned(), finding }
    };
    let person = |word: &ByHand| RollCallPerson {
        person: word.person.to_string(),
        telephone: word.telephone.to_string(),
        via: word.via,
        operator: word.operator.to_string(),
        picture: word.picture,
        sound: word.sound,
        note: word.note.to_string(),
        at_ms: since(word.at_ms),
    };
    RollCallEntry {
        venue: entry.venue.to_string(),
        name: venue.map_or_else(|| entry.venue.to_string(), |venue| venue.name().to_string()),
        unit: entry.unit.to_string(),
        standing,
        reason: reason.map(str::to_owned),
        mode: entry.mode(),
        fault: Fault::of(entry),
        heard_ms: entry.heard.map(|heard| since(heard.at_ms)),
        answered_ms: entry.answered_ms().map(since),
        done: entry.heard.map(|heard| heard.done),
        of: entry.heard.map(|heard| heard.of),
        aspects: state.map(|state| state.aspects.iter().map(aspect).collect()).unwrap_or_default(),
        person: entry.person.as_ref().map(person),
        excuse: entry.excused.as_ref().map(|excuse| excuse.reason.to_string()),
        asked: entry.asked,
        before: entry.before.class,
        before_heard_ms: entry.before.heard_ms,
    }
}
