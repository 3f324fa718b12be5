//! Errors as RFC 9457 problem details, whoever makes them: this program, the router or an extractor.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::command::Refusal;

/// The media type (RFC 9457, 3).
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// The longest text of another's error that is passed on.
const MAX_DETAIL_BYTES: usize = 4_096;

/// Said with 503 when nothing was taken: what could not be written never was.
const WRITES_NOT: &str = "it could not be written down, and so it was not taken: the disk of the server refuses";

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDetails {
    /// Always `about:blank`: the status says which kind it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong and what was expected.
    pub detail: String,
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// What was wrong and what was expected.
    pub detail: String,
}

impl Problem {
    /// With a status and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// 404.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 400.
    #[must_use]
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 500; the cause goes to the log, not to the caller.
    #[must_use]
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server could not do it; its log says why")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(detail) => Self::not_found(detail),
            Refusal::Conflict(detail) => Self::new(StatusCode::CONFLICT, detail),
            Refusal::Wrong(detail) => Self::bad(detail),
            Refusal::Failed(error) => {
                tracing::error!(%error, "a request was not written down");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, WRITES_NOT)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = ProblemDetails {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let body = serde_json::to_vec(&details).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

/// Requests that were refused since the start, for `/metrics`.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many requests were refused.
pub(crate) fn refused() -> u64 {
    REFUSED.load(Relaxed)
}

/// The last word on every answer: an error that is no problem document becomes one.
pub(super) async fn everywhere(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() {
        REFUSED.fetch_add(1, Relaxed);
    }
    let is_problem = response.headers().get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static(MEDIA_TYPE));
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let mut answer = Problem::new(status, text(body).await).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

async fn text(body: Body) -> String {
    let bytes = to_bytes(body, MAX_DETAIL_BYTES).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
