//! `GET /roll-calls/{id}/found`: who of a call is meant by what a person remembers of a name, a place or a code, also by pinyin and initials.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::problem::{Problem, ProblemDetails};
use super::{Shared, called, number};
use crate::province::{matches, spelt, words};
use crate::roll_call::Whom;

const MAX_CHARS: usize = 64;
/// So many are told; who types on has fewer.
const MOST: usize = 5_000;

/// What is looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Sought {
    /// One or several words, each of which is to be found, 1 to 64 characters.
    q: String,
}

/// Who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollCallFound {
    /// How many.
    pub total: usize,
    /// Their venues, or the units that have none, in the order of the call: the first 5000.
    pub codes: Vec<String>,
}

/// Who of a roll call is meant by some words: name, unit, place, code, pinyin, initials.
#[utoipa::path(get, path = "/roll-calls/{id}/found", tag = "roll calls", params(("id" = u64, Path,), Sought),
    responses((status = 200, body = RollCallFound),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn find(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(sought): Query<Sought>,
) -> Result<Json<RollCallFound>, Problem> {
    let words = words(&sought.q);
    if words.is_empty() || sought.q.chars().count() > MAX_CHARS {
        return Err(Problem::bad(format!("q: 1 to {MAX_CHARS} characters are expected")));
    }
    let call = called(&shared, number(&id)?).await?;
    let view = shared.view.load_full();
    let code = |entry: &Arc<crate::roll_call::Entry>| match &entry.whom {
        Whom::Room(id) => view.venue(*id).is_some_and(|venue| matches(&venue.search, &words)).then(|| id.to_string()),
        Whom::Unit(id) => matches(&spelt(id.as_str(), &entry.unit), &words).then(|| id.to_string()),
    };
    let mut codes: Vec<String> = call.entries.iter().filter_map(code).collect();
    let total = codes.len();
    codes.truncate(MOST);
    Ok(Json(RollCallFound { total, codes }))
}
