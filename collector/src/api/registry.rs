//! `POST /registry/import`, `GET /registry/export`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::{RequestExt, extract::rejection::BytesRejection};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::problem::{Problem, ProblemDetails};
use crate::command::Command;
use crate::registry::{ImportReport, MAX_BYTES, Rows};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    /// Only tell what would change; false when not said.
    dry_run: Option<bool>,
}

impl Trial {
    pub(super) fn is_dry(&self) -> bool {
        self.dry_run.unwrap_or(false)
    }
}

/// Takes a CSV file (UTF-8 or GB18030) as a whole, or tells by line why not.
#[utoipa::path(post, path = "/registry/import", tag = "registry", params(Trial),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportReport), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn import(
    State(shared): State<Arc<Shared>>,
    Query(trial): Query<Trial>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    let bytes = body(request, MAX_BYTES).await?;
    let rows = tokio::task::spawn_blocking(move || Box::new(Rows::read(&bytes))).await;
    let rows = rows.map_err(|error| Problem::internal(&error))?;
    let dry_run = trial.is_dry();
    shared.ask(|reply| Command::Import { rows, dry_run, reply }).await.map(Json)
}

/// The whole body, at most `most` bytes.
pub(super) async fn body(mut request: Request, most: usize) -> Result<Bytes, Problem> {
    DefaultBodyLimit::max(most).apply(&mut request);
    let read: Result<Bytes, BytesRejection> = request.extract().await;
    read.map_err(|error| {
        Problem::new(error.status(), format!("{}: at most {most} bytes are expected", error.body_text()))
    })
}

/// The registry as CSV (UTF-8 with a byte order mark): importing it changes nothing.
#[utoipa::path(get, path = "/registry/export", tag = "registry",
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn export(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let view = shared.view.load_full();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"avow-registry.csv\""),
    ];
    (headers, crate::registry::export(&view.registry, view.tree.divisions()))
}
