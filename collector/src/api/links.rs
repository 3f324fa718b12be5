//! One-time links to the phone page: made for a venue in a roll call, listed, taken back.

use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inspection::run_of_venue;
use super::problem::{Problem, ProblemDetails};
use super::{Shared, line};
use crate::calendar::DAY_MS;
use crate::command::Command;
use crate::links::{Change, Link, LinkId, LinkState, Purpose, Token};
use crate::obligations::End;
use crate::roll_call::{LATE_MS, Whom};

/// A village has a week for what its phone page asks.
pub(super) const FILLED_WITHIN_MS: u64 = 7 * DAY_MS;

/// A link that is to be made.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// Who makes it, at most 64 characters: whoever answers by it is recorded as asked by him.
    #[serde(default)]
    pub by: String,
}

/// A link that was made; this is the only time that it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeLink {
    /// Its name, by which it can be taken back.
    pub id: String,
    /// Where the page is, behind this server's address: `/p/…`.
    pub path: String,
    /// It can be used until then, once.
    pub until_ms: UnixMs,
}

/// A link; where it leads is not told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkItem {
    /// Its name.
    pub id: String,
    /// For which venue, or for which unit that has none.
    pub venue: String,
    /// As people call that.
    pub name: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_ms: UnixMs,
    /// It could be used until then.
    pub until_ms: UnixMs,
    /// How it stands.
    pub state: LinkState,
}

/// The links of a roll call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// By venue, the newest of each first.
    pub items: Vec<LinkItem>,
}

/// Makes a link by which somebody at a venue answers the call on a phone, once; one that there was for it is taken back. 409: the call is
/// over, or a person has answered.
#[utoipa::path(post, path = "/roll-calls/{id}/venues/{venue}/link", tag = "roll calls", request_body = NewLink,
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 200, body = MadeLink),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn make_link(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
    Json(new): Json<NewLink>,
) -> Result<Json<MadeLink>, Problem> {
    let venue: VenueId = venue.parse().map_err(|error| Problem::bad(format!("venue: {error}")))?;
    call_link(&shared, &id, Whom::Room(venue), &new).await
}

/// Makes a link by which somebody answers for a unit that has no room, as for a venue.
#[utoipa::path(post, path = "/roll-calls/{id}/units/{unit}/link", tag = "roll calls", request_body = NewLink,
    params(("id" = u64, Path,), ("unit" = String, Path,)),
    responses((status = 200, body = MadeLink),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn make_unit_link(
    State(shared): State<Arc<Shared>>,
    Path((id, unit)): Path<(String, String)>,
    Json(new): Json<NewLink>,
) -> Result<Json<MadeLink>, Problem> {
    let unit: UnitId = unit.parse().map_err(|error| Problem::bad(format!("unit: {error}")))?;
    call_link(&shared, &id, Whom::Unit(unit), &new).await
}

async fn call_link(shared: &Shared, id: &str, whom: Whom, new: &NewLink) -> Result<Json<MadeLink>, Problem> {
    let id = number(id)?;
    let by = line("by", &new.by, 0, 64)?;
    let conflict = |detail: &str| Problem::new(StatusCode::CONFLICT, detail);
    let view = shared.view.load_full();
    let call = view.calls.get(id).filter(|call| call.is_open());
    let call = call.ok_or_else(|| match shared.books.roll_calls.load().has(id) {
        true => conflict("this roll call is over"),
        false => Problem::not_found(format!("there is no roll call {id}")),
    })?;
    let entry =
        call.entry(&whom).ok_or_else(|| Problem::not_found("this venue or unit is not called in this roll call"))?;
    if entry.person().is_some() {
        return Err(conflict("a person has answered for it already"));
    }
    made(shared, Purpose::roll_call(id, whom), by, call.asked.until_ms + LATE_MS).await
}

async fn made(shared: &Shared, purpose: Purpose, by: Box<str>, until_ms: UnixMs) -> Result<Json<MadeLink>, Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Problem::internal(&error))?;
    let token = Token::new(random);
    let link = Link::new(token, purpose, by, shared.now_ms(), until_ms);
    let (name, change) = (link.id(), Change::Make(link));
    shared.ask(|reply| Command::Link { change, reply }).await?;
    Ok(Json(MadeLink { id: name.to_string(), path: format!("/p/{}", token.spelled()), until_ms }))
}

/// Makes a link by which somebody at a venue looks at its manual items on a phone and hands the record in, once; one that there was for it is
/// taken back. 409: there is nothing to fill in, or the record lies with a higher level.
#[utoipa::path(post, path = "/inspections/runs/{id}/venues/{venue}/link", tag = "inspections", request_body = NewLink,
    params(("id" = u64, Path,), ("venue" = String, Path,)),
    responses((status = 200, body = MadeLink),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn make_filling_link(
    State(shared): State<Arc<Shared>>,
    Path((id, venue)): Path<(String, String)>,
    Json(new): Json<NewLink>,
) -> Result<Json<MadeLink>, Problem> {
    let run: u64 =
        id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of an inspection run is expected")))?;
    let venue: VenueId = venue.parse().map_err(|error| Problem::bad(format!("venue: {error}")))?;
    let by = line("by", &new.by, 0, 64)?;
    let whole = run_of_venue(&shared, run, venue).await?;
    let at = whole.at(venue).ok_or_else(|| Problem::not_found("this venue is not in this inspection run"))?;
    if !whole.records[at].can_be_handed_in() || whole.ordered.work.manual.is_empty() {
        let why = "there is nothing to fill in: the run has no manual items, the venue is excused, or its record lies with a higher level";
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let until_ms = shared.now_ms() + FILLED_WITHIN_MS;
    made(&shared, Purpose::Inspection { run, venue }, by, until_ms).await
}

/// Makes a link by which the person at an end of a joint test looks at its form on a phone and confirms it, once; one that there was for the
/// end is taken back. 409: the end is confirmed, or the test was withdrawn.
#[utoipa::path(post, path = "/joint-tests/{id}/{end}/link", tag = "obligations", request_body = NewLink,
    params(("id" = u64, Path,), ("end" = End, Path,)),
    responses((status = 200, body = MadeLink),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn make_confirming_link(
    State(shared): State<Arc<Shared>>,
    Path((id, end)): Path<(u64, End)>,
    Json(new): Json<NewLink>,
) -> Result<Json<MadeLink>, Problem> {
    let by = line("by", &new.by, 0, 64)?;
    let test = shared.books.obligations.load().get(id).cloned();
    let test = test.ok_or_else(|| Problem::not_found(format!("there is no joint test {id}")))?;
    if !test.waits_for_end(end) {
        let why =
            if test.withdrawn.is_some() { "this joint test was withdrawn" } else { "this end is confirmed already" };
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let until_ms = shared.now_ms() + FILLED_WITHIN_MS;
    made(&shared, Purpose::JointTest { test: id, end }, by, until_ms).await
}

/// The links of a roll call, of the last day.
#[utoipa::path(get, path = "/roll-calls/{id}/links", tag = "roll calls", params(("id" = u64, Path,)),
    responses((status = 200, body = LinkList),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_links(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<LinkList>, Problem> {
    let id = number(&id)?;
    let (now_ms, view, links) = (shared.now_ms(), shared.view.load_full(), shared.books.links.load_full());
    let of = |link: &Arc<Link>| link.purpose.called().filter(|(call, _)| *call == id).map(|(_, whom)| whom);
    let mut of_call: Vec<(Whom, &Arc<Link>)> = links.iter().filter_map(|link| Some((of(link)?, link))).collect();
    of_call.sort_unstable_by(|(one, a), (other, b)| one.cmp(other).then(b.made_ms.cmp(&a.made_ms)));
    let register = shared.books.units.load_full();
    let item = |(whom, link): (Whom, &Arc<Link>)| {
        let (code, name) = match &whom {
            Whom::Room(id) => (id.to_string(), view.venue(*id).map(|known| known.name().to_string())),
            Whom::Unit(id) => (id.to_string(), register.get(id).map(|unit| unit.name.to_string())),
        };
        LinkItem {
            id: link.id().to_string(),
            name: name.unwrap_or_else(|| code.clone()),
            venue: code,
            by: link.by.to_string(),
            made_ms: link.made_ms,
            until_ms: link.until_ms,
            state: link.state(now_ms),
        }
    };
    Ok(Json(LinkList { now_ms, items: of_call.into_iter().take(super::MOST_ROWS).map(item).collect() }))
}

/// Takes a link back. 409: it cannot be used any more.
#[utoipa::path(delete, path = "/links/{id}", tag = "roll calls", params(("id" = String, Path,)),
    responses((status = 204), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn revoke_link(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: LinkId = id.parse().map_err(|_| Problem::bad("id: 16 hexadecimal digits are expected"))?;
    let change = Change::Revoke(id);
    shared.ask(|reply| Command::Link { change, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<OrderNumber, Problem> {
    id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of a roll call is expected")))
}
