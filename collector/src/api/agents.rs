//! Keys and the end of their numbers: `GET /agents`, `POST /agents/{id}`, `GET /accounting`.

use std::sync::Arc;

use avow_shared::id::{AgentId, BadName, VenueId};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{AgentDecision, AgentList};
use super::page::Page;
use super::problem::{Problem, ProblemDetails};
use crate::books::Seen;
use crate::command::{Accounting, AgentItem, Command};
use crate::fact::AgentState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only keys in this state: `accepted`, `pending`, `refused` or `conflict`.
    #[param(value_type = Option<String>)]
    state: Option<AgentState>,
    /// Only keys that say they serve this venue.
    venue: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// The end of every number, in all and by spool.
#[utoipa::path(get, path = "/accounting", tag = "agents", responses((status = 200, body = Accounting)))]
pub(super) async fn get_accounting(State(shared): State<Arc<Shared>>) -> Json<Accounting> {
    Json(shared.books.accounting())
}

/// Keys that said hello, by the place of their first venue, one page.
#[utoipa::path(get, path = "/agents", tag = "agents", params(Wanted),
    responses((status = 200, body = AgentList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_agents(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AgentList>, Problem> {
    let page = Page::new(wanted.offset, wanted.limit)?;
    let venue: Option<VenueId> = wanted.venue.as_deref().map(str::parse).transpose().map_err(bad_name)?;
    let agents = shared.books.agents.read();
    let is_wanted = |(_, seen): &(&AgentId, &Seen)| {
        wanted.state.is_none_or(|state| seen.agent.state == state)
            && venue.is_none_or(|venue| seen.agent.venues.contains(&venue))
    };
    let mut found: Vec<_> = agents.iter().filter(is_wanted).collect();
    found.sort_unstable_by_key(|(id, seen)| (seen.agent.venues.first(), *id));
    let items = page.of(&found).map(|(id, seen)| AgentItem::new(**id, seen)).collect();
    Ok(Json(AgentList { now_ms: shared.now_ms(), total: found.len(), items }))
}

fn bad_name(error: BadName) -> Problem {
    Problem::bad(error.to_string())
}

/// A person accepts or refuses a key.
#[utoipa::path(post, path = "/agents/{id}", tag = "agents", params(("id" = String, Path,)), request_body = AgentDecision,
    responses((status = 200, body = AgentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn decide_agent(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(decision): Json<AgentDecision>,
) -> Result<Json<AgentItem>, Problem> {
    let id: AgentId = id.parse().map_err(bad_name)?;
    let action = decision.action;
    shared.ask(|reply| Command::DecideAgent { id, action, reply }).await.map(Json)
}
