//! `GET /units`, `PUT /units`, `GET /units/{id}`, `GET /units/export`, `GET /units/expected`: who takes part in conferences.

use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::page::Page;
use super::problem::{Problem, ProblemDetails};
use super::registry::{Trial, body};
use crate::command::Command;
use crate::province::{matches, words};
use crate::registry::MAX_BYTES;
use crate::units::{self, Expected, Register, Rows, Scope, Unit, UnitKind, UnitsReport, Who};

/// The longest search.
const MAX_QUERY_CHARS: usize = 100;

/// A unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitItem {
    /// Its code.
    pub unit: String,
    /// As people call it.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// The code of the unit above it.
    #[schema(required)]
    pub parent: Option<String>,
    /// The place that it belongs to.
    #[schema(required)]
    pub place: Option<String>,
    /// Its rooms.
    pub venues: Vec<String>,
    /// Rooms that share equipment with rooms of it, in groups: only one of a group can be in use at a time.
    pub shares: Vec<Vec<String>>,
    /// Whom to call.
    #[schema(required)]
    pub contact: Option<String>,
    /// Their number.
    #[schema(required)]
    pub telephone: Option<String>,
    /// Why it does not have to answer a roll call.
    #[schema(required)]
    pub exclusion: Option<String>,
    /// How many units stand right below it (`GET /units?parent=` lists them).
    pub below: usize,
}

/// Units, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// Counts the imports that changed the register; 0 for one that was never filled.
    pub revision: u64,
    /// When it was last changed.
    #[schema(required)]
    pub changed_ms: Option<UnixMs>,
    /// How many fit the question.
    pub total: usize,
    /// By code.
    pub items: Vec<UnitItem>,
}

/// One answer that a roll call would expect, or excuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExpectedItem {
    /// The code of the unit; null for a room that counts as its own unit.
    #[schema(required)]
    pub unit: Option<String>,
    /// As people call it; the room's name when it is its own unit.
    pub name: String,
    /// Its rooms in the scope.
    pub venues: Vec<String>,
    /// Why it does not have to answer.
    #[schema(required)]
    pub excused: Option<String>,
}

/// Who has to answer, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExpectedList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many there are: 应点.
    pub total: usize,
    /// How many of them are excused: 免点.
    pub excused: usize,
    /// Units by code, then rooms.
    pub items: Vec<ExpectedItem>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Words that all must be found in code, name (also its pinyin or initials), contact or rooms.
    q: Option<String>,
    /// `office`, `upper`, `member` or `mobile`.
    kind: Option<UnitKind>,
    /// Only those right below this unit.
    parent: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// The units by search and kind, one page.
#[utoipa::path(get, path = "/units", tag = "units", params(Filter),
    responses((status = 200, body = UnitList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_units(
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
) -> Result<Json<UnitList>, Problem> {
    let page = Page::new(filter.offset, filter.limit)?;
    let query = filter.q.as_deref().unwrap_or_default();
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad(format!("q: at most {MAX_QUERY_CHARS} characters are expected")));
    }
    let (register, words) = (shared.books.units.load_full(), words(query));
    let parent = filter.parent.as_deref().map(|text| known(&register, text)).transpose()?;
    let fits = |(_, unit, text): &(&UnitId, &Arc<Unit>, &str)| {
        parent.as_ref().is_none_or(|parent| unit.parent.as_ref() == Some(parent))
            && filter.kind.is_none_or(|kind| kind == unit.kind)
            && (words.is_empty() || matches(text, &words))
    };
    let found: Vec<_> = register.searched().filter(fits).collect();
    let below = register.below();
    Ok(Json(UnitList {
        now_ms: shared.now_ms(),
        revision: register.revision,
        changed_ms: register.changed_ms,
        total: found.len(),
        items: page.of(&found).map(|(id, unit, _)| item(id, unit, below.get(id).copied().unwrap_or(0))).collect(),
    }))
}

/// One unit.
#[utoipa::path(get, path = "/units/{id}", tag = "units", params(("id" = String, Path,)),
    responses((status = 200, body = UnitItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_unit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<UnitItem>, Problem> {
    let register = shared.books.units.load_full();
    let id = known(&register, &id)?;
    let unit = register.get(&id).ok_or_else(|| Problem::not_found(format!("there is no unit {id}")))?;
    Ok(Json(item(&id, unit, register.below().get(&id).copied().unwrap_or(0))))
}

/// A unit that is in the register.
fn known(register: &Register, text: &str) -> Result<UnitId, Problem> {
    let id: UnitId = text.parse().map_err(|error: avow_shared::id::BadName| Problem::bad(error.to_string()))?;
    register.get(&id).map(|_| id).ok_or_else(|| Problem::not_found(format!("there is no unit {text}")))
}

/// Puts a CSV file (UTF-8 or GB18030) in the place of the whole register, or tells by line and column why not.
#[utoipa::path(put, path = "/units", tag = "units", params(Trial),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = UnitsReport), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn replace_units(
    State(shared): State<Arc<Shared>>,
    Query(trial): Query<Trial>,
    request: Request,
) -> Result<Json<UnitsReport>, Problem> {
    let bytes = body(request, MAX_BYTES).await?;
    let rows = tokio::task::spawn_blocking(move || Box::new(Rows::read(&bytes))).await;
    let rows = rows.map_err(|error| Problem::internal(&error))?;
    let dry_run = trial.is_dry();
    shared.ask(|reply| Command::ReplaceUnits { rows, dry_run, reply }).await.map(Json)
}

/// The register as CSV (UTF-8 with a byte order mark): putting it back changes nothing.
#[utoipa::path(get, path = "/units/export", tag = "units",
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn export_units(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"avow-units.csv\""),
    ];
    (headers, units::export(&shared.books.units.load()))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Called {
    /// All under this division; the province when nothing else is said either.
    place: Option<String>,
    /// Else these units, with commas between.
    units: Option<String>,
    /// Else these rooms, with commas between.
    venues: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Who has to answer when a scope is called: a unit once, a room of no unit for itself.
#[utoipa::path(get, path = "/units/expected", tag = "units", params(Called),
    responses((status = 200, body = ExpectedList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_expected(
    State(shared): State<Arc<Shared>>,
    Query(called): Query<Called>,
) -> Result<Json<ExpectedList>, Problem> {
    let page = Page::new(called.offset, called.limit)?;
    let (view, register) = (shared.view.load_full(), shared.books.units.load_full());
    let scope = scope(&called)?;
    if let Scope::Place(place) = scope
        && view.tree.index(place).is_none()
    {
        return Err(Problem::not_found(format!("place {place} is not in the table of divisions")));
    }
    let found = units::expected(&scope, &register, &view.tree, units::rooms(&view));
    let name = |venue: VenueId| view.venue(venue).map_or_else(|| venue.to_string(), |known| known.name().to_string());
    Ok(Json(ExpectedList {
        now_ms: shared.now_ms(),
        total: found.len(),
        excused: found.iter().filter(|one| one.excused.is_some()).count(),
        items: page.of(&found).map(|one| expected_item(one, &register, name)).collect(),
    }))
}

fn scope(called: &Called) -> Result<Scope, Problem> {
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let bad = |what: &str, error: &dyn std::fmt::Display| Problem::bad(format!("{what}: {error}"));
    match (&called.place, &called.units, &called.venues) {
        (place, None, None) => {
            let place = place.as_deref().unwrap_or("35").parse();
            place.map(Scope::Place).map_err(|error: avow_shared::place::NotAPlaceCode| bad("place", &error))
        }
        (None, Some(units), None) => {
            let units = list(units).iter().map(|unit| unit.parse()).collect::<Result<_, _>>();
            units.map(Scope::Units).map_err(|error: avow_shared::id::BadName| bad("units", &error))
        }
        (None, None, Some(venues)) => {
            let venues = list(venues).iter().map(|venue| venue.parse()).collect::<Result<_, _>>();
            venues.map(Scope::Venues).map_err(|error: avow_shared::id::BadName| bad("venues", &error))
        }
        _ => Err(Problem::bad("one of place, units and venues is expected")),
    }
}

fn expected_item(one: &Expected, register: &Register, name: impl Fn(VenueId) -> String) -> ExpectedItem {
    let (unit, name) = match &one.unit {
        Who::Unit(id) => {
            let name = register.get(id).map(|unit| unit.name.to_string()).unwrap_or_default();
            (Some(id.to_string()), name)
        }
        Who::Venue(venue) => (None, name(*venue)),
    };
    ExpectedItem { unit, name, venues: texts(&one.venues), excused: one.excused.as_deref().map(str::to_owned) }
}

fn item(id: &UnitId, unit: &Unit, below: usize) -> UnitItem {
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    UnitItem {
        unit: id.to_string(),
        name: unit.name.to_string(),
        kind: unit.kind,
        parent: unit.parent.as_ref().map(ToString::to_string),
        place: unit.place.as_ref().map(ToString::to_string),
        venues: texts(&unit.venues),
        shares: unit.shares.iter().map(|group| texts(group)).collect(),
        contact: text(&unit.contact),
        telephone: text(&unit.telephone),
        exclusion: unit.exclusion.as_deref().map(str::to_owned),
        below,
    }
}

fn texts(venues: &[VenueId]) -> Vec<String> {
    venues.iter().map(ToString::to_string).collect()
}
