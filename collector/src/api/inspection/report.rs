//! The report of a run: as of now, or sealed once the run was accepted at the top.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Shared;
use super::super::documents::DocumentItem;
use super::super::form::{self, Name, WantedForm};
use super::super::problem::{Problem, ProblemDetails};
use super::super::sealing::{self, DocumentEditions};
use super::{inspection_run, line, name, number};
use crate::document::Document;
use crate::document::inspection::{Facts, report_of_inspection};
use crate::inspection::Run;

const MAX_REASON_CHARS: usize = 200;

/// The report of a run, the same numbers in every form: as of now, or once the run was signed off, the newest edition as it was signed.
#[utoipa::path(get, path = "/inspections/runs/{id}/report", tag = "inspections", params(("id" = u64, Path,), WantedForm),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedForm>,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let name = Name { ascii: format!("inspection-{id}"), chinese: format!("巡检报告-{id}") };
    if let Some(answer) = sealing::signed(&shared, &subject(id), wanted.form, &name).await? {
        return Ok(answer);
    }
    let make = reported(&shared, inspection_run(&shared, id).await?, None).await?;
    form::file(wanted.form, name, move || Ok(make())).await
}

/// The province accepts a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcceptance {
    /// Who, 1 to 64 characters.
    pub by: String,
    /// Of a correction: what was wrong in the edition before, 1 to 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// Also while records are still filled in, or were returned: they stay so, and the report says how many.
    #[serde(default)]
    pub unfinished: bool,
}

/// A run that is over is accepted at the top: its report is sealed with HQ's key in every form and never changed again. With a reason it is
/// the edition that takes the place of the newest. 409: it is open, was signed off already, says the same, or records
/// are still filled in and nothing is said of that.
#[utoipa::path(post, path = "/inspections/runs/{id}/sign", tag = "inspections", request_body = NewAcceptance, params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewAcceptance>,
) -> Result<Json<DocumentItem>, Problem> {
    let (id, at_ms) = (number(&id)?, shared.now_ms());
    let (by, reason) = (name(&new.by)?, new.reason.as_deref().map(|reason| line("reason", reason, MAX_REASON_CHARS)));
    let (reason, run) = (reason.transpose()?, inspection_run(&shared, id).await?);
    if run.is_open() {
        return Err(Problem::new(StatusCode::CONFLICT, "this run is still open: results may come"));
    }
    let unfinished = run.unfinished();
    if unfinished > 0 && !new.unfinished {
        let why = format!(
            "records that are still filled in or were returned: {unfinished}; sign all the same with unfinished"
        );
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let make = reported(&shared, run, Some(by.clone())).await?;
    sealing::sign(&shared, subject(id), (by, at_ms), reason, move || Ok(make())).await.map(Json)
}

/// The editions of the report of a run.
#[utoipa::path(get, path = "/inspections/runs/{id}/editions", tag = "inspections", params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentEditions),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn editions(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<DocumentEditions>, Problem> {
    Ok(Json(sealing::editions(&shared, &subject(number(&id)?))))
}

/// Under which subject the archive has the report of a run.
pub(super) fn subject(id: u64) -> String {
    format!("inspection/{id}")
}

/// What makes the report of a run, to be called where one may take one's time; `accepted`: who accepts it.
async fn reported(
    shared: &Shared,
    run: Arc<Run>,
    accepted: Option<Box<str>>,
) -> Result<impl FnOnce() -> Document + Send + 'static, Problem> {
    let previous = shared.books.inspections.load().previous(run.id);
    let before = match previous {
        Some(previous) => Some(inspection_run(shared, previous).await?),
        None => None,
    };
    let (view, rectify, now_ms) = (shared.view.load_full(), shared.books.rectify.load_full(), shared.now_ms());
    let warnings = shared.books.warnings.load_full();
    Ok(move || {
        let name =
            |place| view.tree.index(place).map_or_else(|| place.to_string(), |at| view.tree.place(at).name.to_string());
        let accepted = accepted.as_deref();
        let (before, warnings) = (before.as_deref(), &warnings);
        let facts = Facts { run: &run, before, rectify: &rectify, name: &name, warnings, accepted };
        report_of_inspection(&facts, now_ms)
    })
}
