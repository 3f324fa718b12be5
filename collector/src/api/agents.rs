//! Keys and the end of their numbers: `GET /agents`, `POST /agents/{id}`, `GET /accounting`.

use std::sync::Arc;

use avow_shared::id::AgentId;
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{AgentDecision, AgentList};
use super::problem::{Problem, ProblemDetails};
use crate::command::{Accounting, AgentItem, Command};
use crate::fact::AgentState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct InState {
    /// Only keys in this state: `accepted`, `pending`, `refused` or `conflict`.
    #[param(value_type = Option<String>)]
    state: Option<AgentState>,
}

/// The end of every number, in all and by spool.
#[utoipa::path(get, path = "/accounting", tag = "agents", responses((status = 200, body = Accounting)))]
pub(super) async fn get_accounting(State(shared): State<Arc<Shared>>) -> Result<Json<Accounting>, Problem> {
    shared.ask(|reply| Command::Accounting { reply }).await.map(Json)
}

/// All keys that said hello.
#[utoipa::path(get, path = "/agents", tag = "agents", params(InState),
    responses((status = 200, body = AgentList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_agents(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<InState>,
) -> Result<Json<AgentList>, Problem> {
    let mut items = shared.ask(|reply| Command::Agents { reply }).await?;
    items.retain(|item| wanted.state.is_none_or(|state| item.state == state));
    Ok(Json(AgentList { now_ms: shared.now_ms(), items }))
}

/// A person accepts or refuses a key.
#[utoipa::path(post, path = "/agents/{id}", tag = "agents", params(("id" = String, Path,)), request_body = AgentDecision,
    responses((status = 200, body = AgentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn decide_agent(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(decision): Json<AgentDecision>,
) -> Result<Json<AgentItem>, Problem> {
    let id: AgentId = id.parse().map_err(|error: avow_shared::id::BadName| Problem::bad(error.to_string()))?;
    let action = decision.action;
    shared.ask(|reply| Command::DecideAgent { id, action, reply }).await.map(Json)
}
