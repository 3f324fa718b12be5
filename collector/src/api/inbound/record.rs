//! The record of a call to us: its report as of now, or sealed once somebody signed it off.

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Shared;
use super::super::documents::DocumentItem;
use super::super::form::{self, Name, WantedForm};
use super::super::problem::{Problem, ProblemDetails};
use super::super::sealing::{self, DocumentEditions, NewSeal};
use super::{MAX_NAME, find, line, number, report, told};
use crate::document::Document;
use crate::inbound::Inbound;

const MAX_REASON: usize = 200;

/// Under which subject the archive has the record of a call.
pub(super) fn subject(id: OrderNumber) -> String {
    format!("inbound/{id}")
}

/// The report of a call to us, the same numbers in every form: as of now, or once it was signed off, the newest edition as it was signed,
/// also when the call itself is forgotten.
#[utoipa::path(get, path = "/inbound/{id}/report", tag = "inbound", params(("id" = u64, Path,), WantedForm),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn report_of(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<WantedForm>,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let file = Name { ascii: format!("inbound-{id}"), chinese: format!("对上点名-{id}") };
    if let Some(answer) = sealing::signed(&shared, &subject(id), wanted.form, &file).await? {
        return Ok(answer);
    }
    let make = reported(&shared, find(&shared, id)?.as_ref(), None);
    form::file(wanted.form, file, make).await
}

/// Signs the record of a call that is over off: it is sealed with HQ's key in every form and never changed again. With a reason it is the
/// edition that takes the place of the newest. 409: it is still open, was signed off already, or says the same.
#[utoipa::path(post, path = "/inbound/{id}/sign", tag = "inbound", request_body = NewSeal, params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Json(new): Json<NewSeal>,
) -> Result<Json<DocumentItem>, Problem> {
    let (id, at_ms) = (number(&id)?, shared.now_ms());
    let by = line("by", &new.by, 1, MAX_NAME)?;
    let reason = new.reason.as_deref().map(|reason| line("reason", reason, 1, MAX_REASON)).transpose()?;
    let inbound = find(&shared, id)?;
    if inbound.is_open() {
        return Err(Problem::new(StatusCode::CONFLICT, "this call is still open: close it first"));
    }
    let make = reported(&shared, &inbound, Some(by.to_string()));
    let make = move || make().map_err(|error| Problem::internal(&error));
    sealing::sign(&shared, subject(id), (by, at_ms), reason, make).await.map(Json)
}

/// The editions of the record of a call.
#[utoipa::path(get, path = "/inbound/{id}/editions", tag = "inbound", params(("id" = u64, Path,)),
    responses((status = 200, body = DocumentEditions),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn editions(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<DocumentEditions>, Problem> {
    Ok(Json(sealing::editions(&shared, &subject(number(&id)?))))
}

/// What makes the report, to be called where one may take one's time.
fn reported(
    shared: &Shared,
    inbound: &Inbound,
    confirmed_by: Option<String>,
) -> impl FnOnce() -> Result<Document, String> + Send + 'static {
    let (answer, place) = (told::answer(shared, inbound), report::place(&shared.view.load(), inbound.call.venue));
    move || report::of(&answer, place, confirmed_by).map_err(|error| error.to_string())
}
