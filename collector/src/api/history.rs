//! `GET /venues/{id}/history`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{HistoryAnswer, SeriesAnswer};
use super::problem::{Problem, ProblemDetails};
use super::venue::find;
use crate::history::{Question, Resolution, Series};

/// The last day, when nothing is said.
const DEFAULT_SPAN_MS: u64 = 24 * 3_600_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Which probe.
    probe: String,
    /// The beginning, inclusive; a day before the end when not said.
    from_ms: Option<u64>,
    /// The end, exclusive; now when not said.
    to_ms: Option<u64>,
    /// `raw` (the default) or `hour`.
    resolution: Option<String>,
}

/// Verdicts and values of one probe over time, at most 5 000 points; the newest when there are more.
#[utoipa::path(get, path = "/venues/{id}/history", tag = "venues", params(("id" = String, Path,), Wanted),
    responses((status = 200, body = HistoryAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_history(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<HistoryAnswer>, Problem> {
    let venue = find(&shared.view.load(), &id)?.id;
    let probe = wanted.probe.parse().map_err(|error: avow_shared::id::BadName| Problem::bad(error.to_string()))?;
    let resolution = match wanted.resolution.as_deref().unwrap_or("raw") {
        "raw" => Resolution::Raw,
        "hour" => Resolution::Hour,
        other => return Err(Problem::bad(format!("resolution: expected raw or hour, found '{other}'"))),
    };
    let now_ms = shared.now_ms();
    let to_ms = wanted.to_ms.unwrap_or(now_ms + 1);
    let from_ms = wanted.from_ms.unwrap_or_else(|| to_ms.saturating_sub(DEFAULT_SPAN_MS));
    if from_ms >= to_ms {
        return Err(Problem::bad("from_ms: expected a time before to_ms"));
    }
    let question = Question { venue, probe, from_ms, to_ms, resolution };
    answer(&shared, question, now_ms).await.map(Json)
}

async fn answer(shared: &Shared, question: Question, now_ms: u64) -> Result<HistoryAnswer, Problem> {
    let unavailable = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the history cannot be read just now");
    let reader = shared.history.clone().ok_or_else(unavailable)?;
    let asked = question.clone();
    let read = tokio::task::spawn_blocking(move || reader.answer(&asked)).await;
    let found = read.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    Ok(HistoryAnswer {
        now_ms,
        probe: question.probe.to_string(),
        resolution: if question.resolution == Resolution::Raw { "raw" } else { "hour" }.to_owned(),
        from_ms: question.from_ms,
        to_ms: question.to_ms,
        truncated: found.truncated,
        verdicts: found.verdicts.into_iter().map(|(at_ms, word)| (at_ms, word.to_owned())).collect(),
        series: found.series.into_iter().map(|one| series(one, question.resolution)).collect(),
    })
}

fn series(series: Series, resolution: Resolution) -> SeriesAnswer {
    let hours = resolution == Resolution::Hour;
    SeriesAnswer {
        name: series.name.to_string(),
        unit: series.unit.symbol().to_owned(),
        points: series.points,
        min: hours.then_some(series.min),
        max: hours.then_some(series.max),
    }
}
