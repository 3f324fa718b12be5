//! The joint tests of a month as one document: as of now, or once somebody signed it off as it was signed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Shared;
use super::super::documents::DocumentItem;
use super::super::form::{self, Name, WantedForm};
use super::super::problem::{Problem, ProblemDetails};
use super::super::said::text;
use super::super::sealing::{self, DocumentEditions, NewSeal};
use super::{Wanted, sheet_of};
use crate::calendar::Month;
use crate::document::Document;
use crate::obligations::MAX_NAME_CHARS;

const MAX_REASON_CHARS: usize = 200;

/// The form of the joint tests of a month (联调记录表): as of now, or once it was signed off, the newest edition as it was signed.
#[utoipa::path(get, path = "/joint-tests/months/{month}/report", tag = "obligations",
    params(("month" = String, Path,), WantedForm),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn month_report(
    State(shared): State<Arc<Shared>>,
    Path(month): Path<String>,
    Query(wanted): Query<WantedForm>,
) -> Result<Response, Problem> {
    let month = read(&month)?;
    let name = Name { ascii: format!("joint-tests-{month}"), chinese: format!("联调记录表-{month}") };
    if let Some(answer) = sealing::signed(&shared, &subject(month), wanted.form, &name).await? {
        return Ok(answer);
    }
    form::file(wanted.form, name, move || made(&shared, month).map_err(|problem| problem.detail)).await
}

/// The form of a month that is over is signed off: sealed with HQ's key in every form and never changed again. With a reason it is the
/// edition that takes the place of the newest. 409: the month is not over, was signed off already, or says the same.
#[utoipa::path(post, path = "/joint-tests/months/{month}/sign", tag = "obligations", request_body = NewSeal,
    params(("month" = String, Path,)),
    responses((status = 200, body = DocumentItem), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign_month(
    State(shared): State<Arc<Shared>>,
    Path(month): Path<String>,
    Json(new): Json<NewSeal>,
) -> Result<Json<DocumentItem>, Problem> {
    let (month, at_ms) = (read(&month)?, shared.now_ms());
    let by = text("by", &new.by, 1, MAX_NAME_CHARS)?;
    let reason = new.reason.as_deref().map(|reason| text("reason", reason, 1, MAX_REASON_CHARS)).transpose()?;
    if month.plus(1).start_ms() > at_ms {
        return Err(Problem::new(StatusCode::CONFLICT, "this month is not over: tests may come"));
    }
    let (of, who) = (Arc::clone(&shared), by.clone());
    let make = move || Ok(made(&of, month)?.approved(&who, at_ms));
    sealing::sign(&shared, subject(month), (by, at_ms), reason, make).await.map(Json)
}

/// The editions of the form of a month.
#[utoipa::path(get, path = "/joint-tests/months/{month}/editions", tag = "obligations", params(("month" = String, Path,)),
    responses((status = 200, body = DocumentEditions),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn month_editions(
    State(shared): State<Arc<Shared>>,
    Path(month): Path<String>,
) -> Result<Json<DocumentEditions>, Problem> {
    Ok(Json(sealing::editions(&shared, &subject(read(&month)?))))
}

fn read(text: &str) -> Result<Month, Problem> {
    text.parse().map_err(|error| Problem::bad(format!("month: {error}")))
}

/// Under which subject the archive has the form of a month.
fn subject(month: Month) -> String {
    format!("joint-tests/{month}")
}

fn made(shared: &Shared, month: Month) -> Result<Document, Problem> {
    let (from_ms, to_ms) = (Some(month.start_ms()), Some(month.plus(1).start_ms()));
    sheet_of(shared, &Wanted { from_ms, to_ms, ..Wanted::default() })
}
