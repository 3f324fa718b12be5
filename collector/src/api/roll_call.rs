//! Roll calls of the venues below us: `POST /roll-calls` begins one, `GET` tells of them, a person's word goes to a venue of one.

mod dto;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Depth, Found};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

pub use dto::{
    NewRollCall, RollCallAnswer, RollCallAspect, RollCallCity, RollCallDepth, RollCallEntry, RollCallItem,
    RollCallList, RollCallPerson, RollCallWord,
};

use super::Shared;
use super::form::{self, Name, WantedForm};
use super::problem::{Problem, ProblemDetails};
use crate::command::{CallWord, Command};
use crate::document::roll_call::report_of_roll_call;
use crate::province::View;
use crate::roll_call::{Asked, ByHand, Call, Entry, Excuse, Fault, Head, Mode, Standing, Tally};

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
    let make = move || report_of_roll_call(&call.record(&view, now_ms), now_ms).map_err(|error| error.to_string());
    form::file(wanted.form, Name { ascii: format!("roll-call-{id}"), chinese: format!("点名-{id}") }, make).await
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

fn said(venue: VenueId, word: &RollCallWord, at_ms: UnixMs) -> Result<CallWord, Problem> {
    let operator = line("operator", &word.operator, 64)?;
    match (word.mode, &word.excuse) {
        (Some(Mode::Auto), _) => {
            Err(Problem::bad("mode: person, telephone or backup is expected: a box answers for itself"))
        }
        (Some(mode), None) => {
            let (person, note) = (line("person", &word.person, 64)?, line("note", &word.note, 200)?);
            let (picture, sound) = (word.picture, word.sound);
            Ok(CallWord::Answered(venue, ByHand { at_ms, mode, person, operator, picture, sound, note }))
        }
        (None, Some(reason)) => {
            let reason = line("excuse", reason, 128)?;
            Ok(CallWord::Excused(venue, (!reason.is_empty()).then_some(Excuse { at_ms, reason, operator })))
        }
        _ => Err(Problem::bad("either mode or excuse is expected")),
    }
}

fn item(head: &Head) -> RollCallItem {
    let Head { id, asked, ended_ms, cancelled, tally } = head;
    let codes = |places: &[PlaceCode]| places.iter().map(ToString::to_string).collect();
    RollCallItem {
        id: *id,
        title: asked.title.to_string(),
        depth: if asked.depth == Depth::Present { RollCallDepth::Present } else { RollCallDepth::Ready },
        confirmed: asked.confirmed,
        places: codes(&asked.places),
        except: codes(&asked.except),
        venues: asked.venues.iter().map(ToString::to_string).collect(),
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
