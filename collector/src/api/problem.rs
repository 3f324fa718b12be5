//! Errors as RFC 9457 problem details, whoever makes them: this program, the router or an extractor. Each says what is wrong in
//! English and in Chinese; the Chinese is put beside the English here and nowhere else.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::command::Refusal;
use crate::refusals;

/// The media type (RFC 9457, 3).
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// The longest text of another's error that is passed on.
const MAX_DETAIL_BYTES: usize = 4_096;
/// The longest of our own.
const MAX_PROBLEM_BYTES: usize = 1 << 20;

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
    /// The same in Chinese. Empty in the answer of a server that did not say it yet.
    #[serde(default)]
    #[schema(required)]
    pub detail_zh: String,
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

impl Problem {
    /// As an answer. `of` is the part of the API that was asked.
    fn answer(&self, of: &str) -> Response {
        let details = ProblemDetails {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            detail_zh: refusals::chinese(&self.detail, of).unwrap_or_else(|| untold(self.status, &self.detail)),
        };
        let body = serde_json::to_vec(&details).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

/// What another's error comes to in Chinese, with its own words behind.
fn untold(status: StatusCode, detail: &str) -> String {
    let come_to = match status.as_u16() {
        400 | 422 => "内容有误",
        401 | 403 => "不允许",
        404 => "没有找到",
        409 => "现在不能这样做",
        500.. => "服务器未能完成",
        _ => "服务器不接受",
    };
    if detail.is_empty() { come_to.to_owned() } else { format!("{come_to}：{detail}") }
}

impl IntoResponse for Problem {
    /// Whoever is last to see it knows what was asked, and says it once more in the words of that part: [`everywhere`].
    fn into_response(self) -> Response {
        let mut response = self.answer("");
        response.extensions_mut().insert(self);
        response
    }
}

/// Requests that were refused since the start, for `/metrics`.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many requests were refused.
pub(crate) fn refused() -> u64 {
    REFUSED.load(Relaxed)
}

/// The last word on every answer: an error that is no problem document becomes one, and each is told in the words of what was asked.
pub(super) async fn everywhere(request: Request, next: Next) -> Response {
    let asked = request.uri().path().strip_prefix("/api/v1/").unwrap_or_default();
    let of = asked.split('/').next().unwrap_or_default().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() {
        REFUSED.fetch_add(1, Relaxed);
    }
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let (parts, body) = response.into_parts();
    let is_problem = parts.headers.get(header::CONTENT_TYPE).is_some_and(|of| of == MEDIA_TYPE);
    let problem = match problem {
        Some(problem) => problem,
        // One that was kept to be said again.
        None if is_problem => Problem::new(status, detail(body).await),
        None => Problem::new(status, text(body, MAX_DETAIL_BYTES).await),
    };
    let mut answer = problem.answer(&of);
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

/// What a problem document says.
async fn detail(body: Body) -> String {
    let said = text(body, MAX_PROBLEM_BYTES).await;
    serde_json::from_str::<ProblemDetails>(&said).map(|problem| problem.detail).unwrap_or_default()
}

async fn text(body: Body, most: usize) -> String {
    let bytes = to_bytes(body, most).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
