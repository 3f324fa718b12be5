//! `GET /map`, `/map/cities`, `/map/counties`: the borders, Fujian's own or the operator's, and where they come from.

use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::Shared;
use super::dto::MapSource;

const CITIES: &[u8] = include_bytes!("../../../shared/data/fujian-cities.geojson");
const COUNTIES: &[u8] = include_bytes!("../../../shared/data/fujian-counties.geojson");
/// What the borders that come with the program are.
const OWN_SOURCE: &str = "内置示意边界，仅供演示；正式使用请以有审图号的地图替换 data/map/";

/// The map.
#[derive(Clone, Debug)]
pub struct MapData {
    cities: Bytes,
    counties: Bytes,
    source: MapSource,
}

impl MapData {
    /// The map in `folder` (`cities.geojson`, `counties.geojson`), else Fujian's own.
    #[must_use]
    pub fn load(folder: &Path, source: Option<String>, approval_number: Option<String>) -> Self {
        let read = |name: &str, own: &'static [u8]| match std::fs::read(folder.join(name)) {
            Ok(bytes) if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() => Bytes::from(bytes),
            Ok(_) => {
                tracing::warn!(file = %folder.join(name).display(), "is no JSON; the built-in map is used");
                Bytes::from_static(own)
            }
            Err(_) => Bytes::from_static(own),
        };
        let source = MapSource { source: source.unwrap_or_else(|| OWN_SOURCE.to_owned()), approval_number };
        Self { cities: read("cities.geojson", CITIES), counties: read("counties.geojson", COUNTIES), source }
    }
}

/// Where the map comes from; to be shown beside it.
#[utoipa::path(get, path = "/map", tag = "map", responses((status = 200, body = MapSource)))]
pub(super) async fn get_map(State(shared): State<Arc<Shared>>) -> Json<MapSource> {
    Json(shared.map.source.clone())
}

/// The borders of cities, GeoJSON (RFC 7946) with `code` and `name`.
#[utoipa::path(get, path = "/map/cities", tag = "map",
    responses((status = 200, body = serde_json::Value, content_type = "application/geo+json")))]
pub(super) async fn get_cities(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    geojson(shared.map.cities.clone())
}

/// The borders of counties, GeoJSON (RFC 7946) with `code` and `name`.
#[utoipa::path(get, path = "/map/counties", tag = "map",
    responses((status = 200, body = serde_json::Value, content_type = "application/geo+json")))]
pub(super) async fn get_counties(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    geojson(shared.map.counties.clone())
}

fn geojson(bytes: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "private, max-age=3600")], bytes)
}
