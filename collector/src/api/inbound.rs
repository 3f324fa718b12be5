//! Calls to us (对上点名): `POST /inbound` starts the clock, `GET` tells of them, `POST /inbound/{id}/words` takes what a person says.

mod dto;
pub(super) mod record;
mod report;
mod told;

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

pub use dto::{
    InboundAnswer, InboundBox, InboundEarlier, InboundFault, InboundItem, InboundList, InboundRemedy, InboundReply,
    InboundState, InboundStep, InboundStepState, InboundSummary, InboundWord, NewInbound,
};

use super::Shared;
use super::page::Page;
use super::problem::{Problem, ProblemDetails};
use crate::command::Command;
use crate::inbound::{Asked, By, Event, How, Inbound, Summary, summary};
use crate::roll_call::Mode;

const MAX_NAME: usize = 64;
const MAX_LINE: usize = 128;
const DEADLINE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

/// A call comes in: the clock starts, and what the room needs to answer is checked at once. 200: it is known, and no second one begins. 409:
/// the key is another room's, or sixteen are open.
#[utoipa::path(post, path = "/inbound", tag = "inbound", request_body = NewInbound,
    responses((status = 202, body = InboundAnswer), (status = 200, body = InboundAnswer),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<NewInbound>,
) -> Result<(StatusCode, Json<InboundAnswer>), Problem> {
    let asked = checked(&new)?;
    let (id, is_new) = shared.ask(|reply| Command::BeginInbound { asked, reply }).await?;
    let status = if is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(tell(&shared, id)?)))
}

/// Which calls are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only those that go on, or only those that do not.
    open: Option<bool>,
    /// Only those to this room.
    venue: Option<String>,
    /// Only those of this time and later.
    from_ms: Option<UnixMs>,
    /// Only those before this time.
    to_ms: Option<UnixMs>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Calls to us, the newest first; a thousand are kept.
#[utoipa::path(get, path = "/inbound", tag = "inbound", params(Wanted),
    responses((status = 200, body = InboundList),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<InboundList>, Problem> {
    let page = Page::new(wanted.offset, wanted.limit)?;
    let of = wanted.venue.as_deref().map(venue).transpose()?;
    let (now_ms, view, desk) = (shared.now_ms(), shared.view.load_full(), shared.books.inbound.load_full());
    let archive = shared.documents.now();
    let time = wanted.from_ms.unwrap_or(0)..wanted.to_ms.unwrap_or(UnixMs::MAX);
    let fits = |inbound: &&Arc<Inbound>| {
        wanted.open.is_none_or(|open| open == inbound.is_open())
            && of.is_none_or(|of| of == inbound.call.venue)
            && time.contains(&inbound.call.received_ms)
    };
    let found: Vec<_> = desk.newest().filter(fits).collect();
    let items = page.of(&found).map(|inbound| told::item(inbound, &view, &archive, now_ms)).collect();
    Ok(Json(InboundList { now_ms, total: found.len(), items }))
}

/// A call as it stands at this moment: small, to be asked again a few times a second while it is open.
#[utoipa::path(get, path = "/inbound/{id}", tag = "inbound", params(("id" = u64, Path,)),
    responses((status = 200, body = InboundAnswer),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<InboundAnswer>, Problem> {
    Ok(Json(tell(&shared, number(&id)?)?))
}

/// What a person says. 409: the call is over, or was answered by a person already.
#[utoipa::path(post, path = "/inbound/{id}/words", tag = "inbound", params(("id" = u64, Path,)),
    request_body = InboundWord,
    responses((status = 200, body = InboundAnswer),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn word(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(word): Json<InboundWord>,
) -> Result<Json<InboundAnswer>, Problem> {
    let (id, event) = (number(&id)?, event(word)?);
    shared.ask(|reply| Command::ChangeInbound { id, event, reply }).await?;
    Ok(Json(tell(&shared, id)?))
}

/// Of which time the sums are wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Period {
    /// Calls of this time and later; all when not said.
    from_ms: Option<UnixMs>,
    /// Calls before this time; until now when not said.
    to_ms: Option<UnixMs>,
}

/// 3 分钟达标率: how the calls of a period went.
#[utoipa::path(get, path = "/inbound/summary", tag = "inbound", params(Period),
    responses((status = 200, body = InboundSummary),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_summary(
    State(shared): State<Arc<Shared>>,
    Query(period): Query<Period>,
) -> Result<Json<InboundSummary>, Problem> {
    let (from_ms, to_ms) = (period.from_ms.unwrap_or(0), period.to_ms.unwrap_or_else(|| shared.now_ms() + 1));
    if from_ms >= to_ms {
        return Err(Problem::bad("from_ms, to_ms: a time before another is expected"));
    }
    let desk = shared.books.inbound.load_full();
    let is_in = |inbound: &&Arc<Inbound>| (from_ms..to_ms).contains(&inbound.call.received_ms);
    let sums = summary(desk.newest().filter(is_in).map(AsRef::as_ref));
    let (counted, rate, ready_rate) = (sums.counted(), sums.rate(), sums.ready_rate());
    let Summary {
        count,
        open,
        dropped,
        ready_in_time,
        ready_by_backup,
        answered_in_time,
        answered_by_backup,
        answered_late,
        missed,
        automatic,
        median_ready_ms,
        median_answer_ms,
    } = sums;
    Ok(Json(InboundSummary {
        from_ms,
        to_ms,
        count,
        open,
        dropped,
        counted,
        ready_in_time,
        ready_by_backup,
        answered_in_time,
        answered_by_backup,
        answered_late,
        missed,
        automatic,
        rate,
        ready_rate,
        median_ready_ms,
        median_answer_ms,
    }))
}

fn find(shared: &Shared, id: OrderNumber) -> Result<Arc<Inbound>, Problem> {
    let found = shared.books.inbound.load().get(id).cloned();
    found.ok_or_else(|| Problem::not_found(format!("there is no call {id}")))
}

/// A call as it stands now.
fn tell(shared: &Shared, id: OrderNumber) -> Result<InboundAnswer, Problem> {
    Ok(told::answer(shared, find(shared, id)?.as_ref()))
}

fn number(id: &str) -> Result<OrderNumber, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a call is expected")))
}

fn venue(text: &str) -> Result<VenueId, Problem> {
    text.parse().map_err(|error| Problem::bad(format!("venue: {error}")))
}

fn line(name: &str, text: &str, least: usize, most: usize) -> Result<Box<str>, Problem> {
    let text = text.trim();
    if !(least..=most).contains(&text.chars().count()) || text.contains(char::is_control) {
        return Err(Problem::bad(format!("{name}: {least} to {most} characters on one line are expected")));
    }
    Ok(text.into())
}

fn checked(new: &NewInbound) -> Result<Asked, Problem> {
    if !DEADLINE_S.contains(&new.deadline_s) {
        return Err(Problem::bad("deadline_s: 10 to 3600 seconds are expected"));
    }
    Ok(Asked {
        venue: venue(&new.venue)?,
        caller: line("caller", &new.caller, 1, MAX_NAME)?,
        kind: new.kind,
        basis: line("basis", &new.basis, 0, MAX_LINE)?,
        operator: line("operator", &new.operator, 0, MAX_NAME)?,
        key: new.key.as_deref().map(|key| line("key", key, 1, MAX_NAME)).transpose()?,
        deadline_ms: u64::from(new.deadline_s) * 1_000,
        confirmed: new.confirmed,
    })
}

fn event(word: InboundWord) -> Result<Event, Problem> {
    let person = |name: &str| line("person", name, 1, MAX_NAME);
    Ok(match word {
        InboundWord::Step { step, works, person: name } => Event::Said(step, person(&name)?, works),
        InboundWord::Again { step } => Event::Again(step),
        InboundWord::Answered { how: Mode::Auto, person } if person.is_empty() => Event::Answered(By::Automatic),
        InboundWord::Answered { how: Mode::Auto, .. } => {
            return Err(Problem::bad("person: nobody is expected, when a terminal picked up by itself"));
        }
        InboundWord::Answered { how, person: name } => {
            let how = match how {
                Mode::Backup => How::Backup,
                Mode::Telephone => How::Telephone,
                Mode::Auto | Mode::Person => How::Manual,
            };
            Event::Answered(By::Person { name: person(&name)?, how })
        }
        InboundWord::Close {} => Event::Close,
        InboundWord::Drop { person: name, reason } => {
            Event::Drop(person(&name)?, line("reason", &reason, 1, MAX_LINE)?)
        }
    })
}
