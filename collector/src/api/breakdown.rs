//! `GET /breakdown`: the venues of a place by the level of their own places, and by the network of their boxes.

use std::sync::Arc;

use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use avow_shared::venue::Domain;
use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::dto::LevelName;
use super::places::find;
use super::problem::{Problem, ProblemDetails};
use crate::province::{Breakdown, OfLevel, OfNetwork};

/// Without a wish, the province.
const ROOT: &str = "35";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    /// The place; the whole province when not said.
    place: Option<String>,
}

/// The venues of a place, parted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakdownAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The revision of the state.
    pub revision: u64,
    /// By the level of their own place: always the five, the highest first.
    pub levels: Vec<LevelVenues>,
    /// By the network of their boxes: always the three; behind them those whose network is not known, if there are any.
    pub networks: Vec<NetworkVenues>,
}

/// The venues whose own place is of one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LevelVenues {
    /// The level.
    #[schema(value_type = LevelName)]
    pub level: Level,
    /// Venues that were heard of and are not excluded.
    pub venues: u32,
    /// How many of them are silent.
    pub silent: u32,
    /// Registered, never heard of; outside the sum.
    pub never: u32,
}

/// The venues of one network by the state of their lines; all but `venues` add up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NetworkVenues {
    /// Which; none: the box has not told it.
    #[schema(required)]
    pub network: Option<NetworkName>,
    /// Venues that were heard of and are not excluded.
    pub venues: u32,
    /// Nothing is heard of their boxes.
    pub silent: u32,
    /// The line does not carry a conference.
    pub fail: u32,
    /// The line is worse than it should be.
    pub degraded: u32,
    /// It could not be told, or is too long ago.
    pub unknown: u32,
    /// The line is well.
    pub pass: u32,
    /// No test of the line is required of them.
    pub untested: u32,
}

/// A network, as the API words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkName {
    /// 应急指挥信息网.
    CommandNetwork,
    /// 政务外网.
    GovernmentExtranet,
    /// 互联网.
    Internet,
}

impl From<Domain> for NetworkName {
    fn from(domain: Domain) -> Self {
        match domain {
            Domain::CommandNetwork => Self::CommandNetwork,
            Domain::GovernmentExtranet => Self::GovernmentExtranet,
            Domain::Internet => Self::Internet,
        }
    }
}

/// The venues at and below a place by level and by network.
#[utoipa::path(get, path = "/breakdown", tag = "places", params(Scope),
    responses((status = 200, body = BreakdownAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_breakdown(
    State(shared): State<Arc<Shared>>,
    Query(scope): Query<Scope>,
) -> Result<Json<BreakdownAnswer>, Problem> {
    let view = shared.view.load_full();
    let at = find(&view, scope.place.as_deref().unwrap_or(ROOT))?;
    let Breakdown { levels, networks } = Breakdown::of(&view, at);
    let level = |(level, of): (Level, OfLevel)| {
        let OfLevel { venues, silent, never } = of;
        LevelVenues { level, venues, silent, never }
    };
    let network = |(network, of): (Option<Domain>, OfNetwork)| {
        let network = network.map(NetworkName::from);
        let OfNetwork { venues, silent, fail, degraded, unknown, pass, untested } = of;
        NetworkVenues { network, venues, silent, fail, degraded, unknown, pass, untested }
    };
    Ok(Json(BreakdownAnswer {
        now_ms: shared.now_ms(),
        revision: view.revision,
        levels: Level::ALL.into_iter().zip(levels).map(level).collect(),
        networks: networks.into_iter().filter(|(known, of)| known.is_some() || of.venues > 0).map(network).collect(),
    }))
}
