//! 上报 of all records of a place that lie with a level and are filled in: how many there are, and passed on at once.

use std::sync::Arc;

use avow_shared::place::{Level, PlaceCode};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Shared;
use super::super::problem::{Problem, ProblemDetails};
use super::{head, inspection_run, name, number};
use crate::command::{Command, Inspect};
use crate::inspection::{Lies, Pass};
use crate::scope;

/// Whose records are meant.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Meant {
    /// The level with which they lie: `village`, `township`, `county`, `city`, `province`.
    level: String,
    /// Only in this place; in all when not said.
    place: Option<String>,
}

/// How the records of a place lie for a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionLying {
    /// So many would be passed on.
    pub ready: u32,
    /// So many lie there, and something in them is still to be tested or filled in.
    pub unfilled: u32,
    /// So many were returned there, and are passed on one by one.
    pub returned: u32,
}

/// A level passes on what lies with it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionPassWanted {
    /// By which level: `village`, `township`, `county`, `city`, `province`.
    pub level: String,
    /// Only in this place; in all when not said.
    #[serde(default)]
    pub place: Option<String>,
    /// By whom, at most 64 characters.
    pub person: String,
    /// Only some thousand records at once, from this on: 0, then what the answer says as `next`. So it is seen how far it is, and may be left there.
    /// All when not said.
    #[serde(default)]
    pub from: Option<u32>,
}

/// What was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionPassed {
    /// So many.
    pub passed: u32,
    /// What lies there now.
    pub lying: InspectionLying,
    /// Where to go on; null: these were the last.
    #[serde(default)]
    #[schema(required)]
    pub next: Option<u32>,
}

/// How the records of a place lie for a level.
#[utoipa::path(get, path = "/inspections/runs/{id}/review", tag = "inspections", params(("id" = u64, Path,), Meant),
    responses((status = 200, body = InspectionLying), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn lying(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<Meant>,
) -> Result<Json<InspectionLying>, Problem> {
    let (level, place) = meant(&shared, &wanted.level, wanted.place.as_deref())?;
    Ok(Json(counted(&shared, number(&id)?, level, place).await?))
}

/// A level passes on all records of a place that lie with it and are filled in (上报). What a person returned goes up by itself. They are
/// written part by part: who asks again after a break passes on the rest.
#[utoipa::path(post, path = "/inspections/runs/{id}/review", tag = "inspections", request_body = InspectionPassWanted,
    params(("id" = u64, Path,)),
    responses((status = 200, body = InspectionPassed), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn pass(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(wanted): Json<InspectionPassWanted>,
) -> Result<Json<InspectionPassed>, Problem> {
    let id = number(&id)?;
    let (level, place) = meant(&shared, &wanted.level, wanted.place.as_deref())?;
    let word = Pass { level, person: name(&wanted.person)? };
    head(&shared, id)?;
    let (mut passed, mut part) = (0, Some(wanted.from.unwrap_or(0)));
    while let Some(from) = part {
        let word = word.clone();
        let done = shared.ask(|reply| Command::Inspect(Inspect::Pass { id, word, place, from, reply })).await?;
        (passed, part) = (passed + done.passed, done.next);
        if wanted.from.is_some() {
            break;
        }
    }
    Ok(Json(InspectionPassed { passed, lying: counted(&shared, id, level, place).await?, next: part }))
}

fn meant(shared: &Shared, level: &str, place: Option<&str>) -> Result<(Level, Option<PlaceCode>), Problem> {
    let level = scope::level(level).map_err(|error| Problem::bad(format!("level: {error}")))?;
    let read = |text: &str| text.parse().map_err(|error| Problem::bad(format!("place: {error}")));
    let place = place.map(read).transpose()?;
    let view = shared.view.load();
    if let Some(unknown) = place.filter(|place| view.tree.index(*place).is_none()) {
        return Err(Problem::not_found(format!("there is no place {unknown}")));
    }
    Ok((level, place))
}

async fn counted(shared: &Shared, id: u64, level: Level, place: Option<PlaceCode>) -> Result<InspectionLying, Problem> {
    let run = inspection_run(shared, id).await?;
    let view = shared.view.load_full();
    let (asked, mut lying) = (run.ordered.work.asked(), InspectionLying::default());
    for record in &run.records {
        if place.is_some_and(|place| !view.tree.lies_in(record.venue.place, place)) {
            continue;
        }
        match record.lies(level, asked) {
            Lies::Ready => lying.ready += 1,
            Lies::Unfilled => lying.unfilled += 1,
            Lies::Returned => lying.returned += 1,
            Lies::Elsewhere => {}
        }
    }
    Ok(lying)
}
