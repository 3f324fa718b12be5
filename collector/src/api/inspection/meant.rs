//! `POST /inspections/forecast`: how many rooms of which levels a run or a plan means, before it begins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Shared;
use super::super::problem::{Problem, ProblemDetails};
use super::super::roll_call::ScopeMeant;
use crate::scope::{Meant, Scope};
use crate::units::{self, Scoped};

/// Whom an inspection would be for: a saved group, or places, venues and units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionScope {
    /// Everything under these division codes, at most 64 …
    #[serde(default)]
    pub places: Vec<String>,
    /// … but not under these, at most 64; and
    #[serde(default)]
    pub except: Vec<String>,
    /// of them the rooms of these levels alone (all when none is named), and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these venues, at most 1000, and
    #[serde(default)]
    pub venues: Vec<String>,
    /// the rooms of these units, at most 1000.
    #[serde(default)]
    pub units: Vec<String>,
    /// This saved group; then nothing else is said.
    #[serde(default)]
    pub group: Option<u64>,
}

/// How many rooms of which levels an inspection would be for that began now. Nobody is asked.
#[utoipa::path(post, path = "/inspections/forecast", tag = "inspections", request_body = InspectionScope,
    responses((status = 200, body = ScopeMeant), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn forecast(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<InspectionScope>,
) -> Result<Json<ScopeMeant>, Problem> {
    let (view, register) = (shared.view.load_full(), shared.books.units.load_full());
    let InspectionScope { places, except, levels, venues, units, group } = &new;
    let names_nobody = [places, except, levels, venues, units].iter().all(|list| list.is_empty());
    let scope = match group {
        Some(id) if names_nobody => {
            let known = shared.books.groups.load().get(*id).map(|group| group.scope.clone());
            known.ok_or_else(|| Problem::not_found(format!("there is no group {id}")))?
        }
        Some(_) => return Err(Problem::bad("group: either a group or places, venues and units are expected")),
        None => Scope::read(places, (except, levels), venues, units, &view.tree).map_err(Problem::bad)?,
    };
    let scoped = Scoped::of(&scope, &register, &view.tree);
    let rooms = units::rooms(&view).filter(|room| scoped.has(room));
    let meant = Meant::of(rooms.map(|room| (Some(room.id.place), room.exclusion.is_some())));
    Ok(Json(ScopeMeant::of(&meant)))
}
