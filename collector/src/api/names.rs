//! `GET /names`: what places, venues and units are called of which a page has only the codes; many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;
use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::problem::{Problem, ProblemDetails};

/// So many at once: more would not fit into an address.
const MOST: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedNames {
    /// Codes of places and venues, a comma between.
    codes: Option<String>,
    /// Codes of units, a comma between; with the others at most 200.
    units: Option<String>,
}

/// What is called how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NameList {
    /// By code; what is not known is left out.
    pub names: BTreeMap<String, String>,
    /// Of units alone, whose codes may be those of places.
    pub units: BTreeMap<String, String>,
}

/// What places, venues and units are called.
#[utoipa::path(get, path = "/names", tag = "places", params(WantedNames),
    responses((status = 200, body = NameList), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list_names(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<WantedNames>,
) -> Result<Json<NameList>, Problem> {
    let codes: Vec<&str> = split(wanted.codes.as_deref()).collect();
    let units: Vec<&str> = split(wanted.units.as_deref()).collect();
    if codes.len() + units.len() > MOST {
        return Err(Problem::bad(format!("codes, units: at most {MOST} are expected")));
    }
    let view = shared.view.load();
    let place = |code: &str| {
        let at = view.tree.index(code.parse::<PlaceCode>().ok()?)?;
        Some(view.tree.place(at).name.clone())
    };
    let venue = |code: &str| Some(view.venue(code.parse::<VenueId>().ok()?)?.name().to_string());
    let name = |code: &&str| Some(((*code).to_owned(), if code.contains('-') { venue(code) } else { place(code) }?));
    let register = shared.books.units.load();
    let unit = |code: &&str| {
        let id = UnitId::try_from(SmolStr::from(*code)).ok()?;
        Some(((*code).to_owned(), register.get(&id)?.name.to_string()))
    };
    Ok(Json(NameList {
        names: codes.iter().filter_map(name).collect(),
        units: units.iter().filter_map(unit).collect(),
    }))
}

fn split(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty())
}
