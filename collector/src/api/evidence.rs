//! `PUT`, `HEAD` and `GET /evidence/{hash}`.

use std::sync::Arc;

use avow_shared::hash::{ContentHash, from_hex};
use avow_shared::id::AgentId;
use avow_shared::outcome::{EvidenceKind, MAX_EVIDENCE_BYTES};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::problem::{Problem, ProblemDetails};
use super::registry::body;
use crate::evidence::{Progress, Refused, signed_bytes};

const AGENT: &str = "avow-agent";
const SIGNATURE: &str = "avow-signature";
const OFFSET: &str = "upload-offset";
const COMPLETE: &str = "upload-complete";

/// The bytes of a piece of evidence; they never change.
#[utoipa::path(get, path = "/evidence/{hash}", tag = "evidence", params(("hash" = String, Path,)),
    responses((status = 200, body = [u8], content_type = "image/jpeg"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_evidence(
    State(shared): State<Arc<Shared>>,
    Path(hash): Path<String>,
) -> Result<Response, Problem> {
    let hash = parse(&hash)?;
    let read = tokio::task::spawn_blocking(move || shared.evidence.read(hash)).await;
    let bytes = read.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    let bytes = bytes.ok_or_else(|| Problem::not_found("this evidence is not here; it may still be on its way"))?;
    // By what they begin with: a transcript of a device that shows JSON does not begin with our own word.
    let kind = match &bytes[..] {
        [0xff, 0xd8, 0xff, ..] => EvidenceKind::Picture,
        json if json.starts_with(b"{\"curves\":[") => EvidenceKind::Curves,
        _ => EvidenceKind::Transcript,
    };
    let media_type = kind.media_type();
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}

/// How much of a piece is here: `Upload-Offset`, and `Upload-Complete: ?1` when all is.
#[utoipa::path(head, path = "/evidence/{hash}", tag = "evidence",
    params(("hash" = String, Path,), ("Avow-Agent" = Option<String>, Header, description = "whose upload")),
    responses((status = 200, description = "see the headers")))]
pub(super) async fn head_evidence(
    State(shared): State<Arc<Shared>>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let hash = parse(&hash)?;
    let agent = headers.get(AGENT).map(|_| agent(&headers)).transpose()?.unwrap_or(AgentId([0; 16]));
    match shared.evidence.progress(hash, agent) {
        Progress::Partial(0) if !headers.contains_key(AGENT) => Err(Problem::not_found("this evidence is not here")),
        progress => Ok(told(StatusCode::OK, progress)),
    }
}

fn told(status: StatusCode, progress: Progress) -> Response {
    match progress {
        Progress::Complete => (status, [(COMPLETE, "?1")]).into_response(),
        Progress::Partial(here) => (status, [(COMPLETE, "?0".to_owned()), (OFFSET, here.to_string())]).into_response(),
    }
}

/// An agent uploads what one of its stored reports names: at once, or in parts with `Content-Range`.
#[utoipa::path(put, path = "/evidence/{hash}", tag = "evidence",
    params(("hash" = String, Path,), ("Avow-Agent" = String, Header, description = "the agent's id, hexadecimal"),
        ("Avow-Signature" = String, Header, description = "Ed25519 over 'avow evidence v1\\n', hash, total size (u32, big-endian); hexadecimal"),
        ("Content-Range" = Option<String>, Header, description = "bytes first-last/total")),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 201, description = "complete"), (status = 202, description = "so far; Upload-Offset says how far"),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn put_evidence(
    State(shared): State<Arc<Shared>>,
    Path(hash): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let hash = parse(&hash)?;
    let headers = request.headers().clone();
    let agent = agent(&headers)?;
    if shared.evidence.named(hash, agent).is_none() {
        return Err(refused(Refused::NotNamed));
    }
    let bytes = body(request, MAX_EVIDENCE_BYTES).await?;
    let (offset, total) = range(&headers, bytes.len())?;
    check_signature(&shared, &headers, agent, hash, total)?;
    let put = tokio::task::spawn_blocking(move || shared.evidence.put(hash, agent, total, offset, &bytes)).await;
    let progress = put.map_err(|error| Problem::internal(&error))?.map_err(refused)?;
    let status = if progress == Progress::Complete { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok(told(status, progress))
}

fn parse(hash: &str) -> Result<ContentHash, Problem> {
    hash.parse().map_err(|error: avow_shared::hash::NotAHash| Problem::bad(error.to_string()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn agent(headers: &HeaderMap) -> Result<AgentId, Problem> {
    let id = text(headers, AGENT).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::bad("header Avow-Agent: expected 16 bytes in hexadecimal"))
}

fn check_signature(
    shared: &Shared,
    headers: &HeaderMap,
    agent: AgentId,
    hash: ContentHash,
    total: u32,
) -> Result<(), Problem> {
    let wrong = || Problem::new(StatusCode::FORBIDDEN, "header Avow-Signature: not this agent's signature");
    let signature = text(headers, SIGNATURE).and_then(from_hex::<64>).ok_or_else(wrong)?;
    let key = shared.keys.key(agent).ok_or_else(wrong)?;
    key.verify(&signed_bytes(hash, total), &signature).map_err(|_| wrong())
}

/// Offset and total size: `bytes first-last/total`, or the whole at once.
fn range(headers: &HeaderMap, length: usize) -> Result<(u32, u32), Problem> {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if !headers.contains_key(header::CONTENT_RANGE) {
        return Ok((0, length));
    }
    let parsed = text(headers, header::CONTENT_RANGE.as_str()).and_then(|range| {
        let (span, total) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = span.split_once('-')?;
        Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?, total.parse::<u32>().ok()?))
    });
    match parsed {
        Some((first, last, total)) if first <= last && last < total && last - first + 1 == length => Ok((first, total)),
        _ => Err(Problem::bad("header Content-Range: expected bytes first-last/total that fits the body")),
    }
}

fn refused(refused: Refused) -> Problem {
    let status = match &refused {
        Refused::NotNamed => StatusCode::NOT_FOUND,
        Refused::Size { .. } | Refused::TooLong => StatusCode::BAD_REQUEST,
        Refused::Offset { .. } | Refused::Busy => StatusCode::CONFLICT,
        Refused::Hash => StatusCode::UNPROCESSABLE_ENTITY,
        Refused::Io(error) => return Problem::internal(error),
    };
    Problem::new(status, refused.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range_header: &str, length: usize, expected: Option<(u32, u32)>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_RANGE, range_header.parse().expect("a header"));
        assert_eq!(range(&headers, length).ok(), expected, "{range_header}");
    }

    #[test]
    fn a_range_must_fit_the_body() {
        check("bytes 0-9/20", 10, Some((0, 20)));
        check("bytes 10-19/20", 10, Some((10, 20)));
        check("bytes 0-9/20", 9, None);
        check("bytes 9-0/20", 10, None);
        check("bytes 0-20/20", 21, None);
        check("bytes */20", 0, None);
        check("items 0-9/20", 10, None);
        check("bytes 0-4294967295/4294967296", 10, None);
    }
}
