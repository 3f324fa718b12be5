//! A document of the office as a file, in the form that was asked for: the same numbers in each.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use crate::client::escape;
use crate::document::{self, Document};

/// A document shows itself and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Which form of a document is wanted.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// For screen and print.
    Html,
    /// A workbook.
    Xlsx,
    /// A text.
    Docx,
}

/// See [`Form`].
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedForm {
    /// `html`, `xlsx` or `docx`.
    #[param(inline)]
    pub(super) form: Form,
}

/// What a file is called where only ASCII is known, and else; percent-encoded by RFC 8187.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) ascii: String,
    pub(super) chinese: String,
}

/// Makes a document and writes it, off the threads that answer.
pub(super) async fn file(
    form: Form,
    name: Name,
    make: impl FnOnce() -> Result<Document, String> + Send + 'static,
) -> Result<Response, Problem> {
    let failed = |error: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error);
    let write = move || {
        let document = make()?;
        match form {
            Form::Html => Ok(document::html::write(&document).into_bytes()),
            Form::Xlsx => document::xlsx::write(&document).map_err(|error| error.to_string()),
            Form::Docx => document::docx::write(&document).map_err(|error| error.to_string()),
        }
    };
    let bytes = tokio::task::spawn_blocking(write).await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let (kind, ending) = match form {
        Form::Html => ("text/html; charset=utf-8", "html"),
        Form::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        Form::Docx => ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    };
    let Name { ascii, chinese } = name;
    // What RFC 3986 leaves as it is, RFC 8187 does too.
    let chinese = escape(&chinese);
    let name = format!("inline; filename=\"{ascii}.{ending}\"; filename*=UTF-8''{chinese}.{ending}");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
