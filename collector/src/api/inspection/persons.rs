//! One-time links for all venues of a run where a person has still to fill something in.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::links::FILLED_WITHIN_MS;
use super::super::problem::{Problem, ProblemDetails};
use super::super::{Shared, line};
use super::inspection_run;
use crate::command::Command;
use crate::inspection::Record;
use crate::links::{Change, Link, Purpose, Token};
use crate::scope;

/// Links that are to be made for many venues of an inspection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinks {
    /// Who makes them, 1 to 64 characters.
    pub by: String,
    /// Only at or below this place.
    #[serde(default)]
    pub place: Option<String>,
    /// Only rooms of this level: `village`, `township`, `county`, `city`, `province`.
    #[serde(default)]
    pub level: Option<String>,
}

/// One of many links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeLinkOf {
    /// For which venue.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// The unit that uses it; may be empty.
    pub unit: String,
    /// Where the page is, behind this server's address: `/p/…`.
    pub path: String,
}

/// Links that were made; this is the only time that they are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeLinks {
    /// They can be used until then, each once.
    pub until_ms: UnixMs,
    /// By venue.
    pub items: Vec<MadeLinkOf>,
}

/// Makes a link for every venue of a run where something is still to be filled in by a person, as for one venue; those that there were for
/// them are taken back. 409: there is none, or there would be too many links.
#[utoipa::path(post, path = "/inspections/runs/{id}/links", tag = "inspections", request_body = NewLinks,
    params(("id" = u64, Path,)),
    responses((status = 200, body = MadeLinks),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn make_filling_links(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewLinks>,
) -> Result<Json<MadeLinks>, Problem> {
    let run: u64 =
        id.parse().map_err(|_| Problem::bad(format!("'{id}': the number of an inspection run is expected")))?;
    let by = line("by", &new.by, 1, 64)?;
    let level =
        new.level.as_deref().map(|level| scope::level(level).map_err(|error| Problem::bad(format!("level: {error}"))));
    let (level, view) = (level.transpose()?, shared.view.load_full());
    let place = new.place.as_deref().map(|place| super::super::places::find(&view, place)).transpose()?;
    let whole = inspection_run(&shared, run).await?;
    let asked = whole.ordered.work.asked();
    let is_in = |venue: VenueId| {
        place.is_none_or(|place| view.venue(venue).is_some_and(|venue| view.tree.is_within(venue.at, place)))
    };
    let waits = |record: &&Arc<Record>| {
        record.can_be_handed_in()
            && (record.is_unfilled(asked) || asked > 0 && record.review.came_back())
            && level.is_none_or(|level| record.review.home == level)
            && is_in(record.venue)
    };
    let waiting: Vec<&Arc<Record>> = whole.records.iter().filter(waits).collect();
    if waiting.is_empty() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no venue of this run has manual items that are still to be filled in",
        ));
    }
    let mut random = vec![[0; 16]; waiting.len()];
    getrandom::fill(random.as_flattened_mut()).map_err(|error| Problem::internal(&error))?;
    let (now, until_ms) = (shared.now_ms(), shared.now_ms() + FILLED_WITHIN_MS);
    let (mut links, mut items) = (Vec::with_capacity(waiting.len()), Vec::with_capacity(waiting.len()));
    for (record, random) in waiting.into_iter().zip(random) {
        let (token, purpose) = (Token::new(random), Purpose::Inspection { run, venue: record.venue });
        links.push(Link::new(token, purpose, by.clone(), now, until_ms));
        items.push(MadeLinkOf {
            venue: record.venue.to_string(),
            name: record.name.to_string(),
            unit: record.unit.to_string(),
            path: format!("/p/{}", token.spelled()),
        });
    }
    let change = Change::MakeAll(links);
    shared.ask(|reply| Command::Link { change, reply }).await?;
    Ok(Json(MadeLinks { until_ms, items }))
}
