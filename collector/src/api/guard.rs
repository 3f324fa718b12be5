//! What every request passes: the name of the host, the way of asking, the time it may take.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::problem::Problem;
use crate::hand::LONGEST_ANSWER_MS;

/// A request takes at most so long; streams and whole files are not bounded by it.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A camera's command waits for what the camera does, and ends that by itself before.
const TIMEOUT_OF_COMMANDS: Duration = Duration::from_millis(LONGEST_ANSWER_MS + 2_000);
/// Where bodies may be long on purpose.
pub(super) const UNHURRIED: [&str; 5] =
    ["/api/v1/events", "/api/v1/backup", "/api/v1/restore", "/api/v1/registry/import", "/api/v1/units"];
/// Only our own code and pictures, no frames, nothing from elsewhere. Ant Design and ECharts set styles from code.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Shows that a request was made by a program: a page of another site can send none of these without asking first.
const OWN_HEADER: &str = "avow-request";
const OWN_TYPES: [&str; 3] = ["application/json", "text/csv", "application/octet-stream"];

/// A page elsewhere may make its name point to 127.0.0.1 (DNS rebinding): only names of this machine are served then.
pub(super) async fn host(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let named = request.uri().authority().map(|authority| authority.as_str());
    let named = named.or_else(|| request.headers().get(header::HOST).and_then(|host| host.to_str().ok()));
    if shared.any_host || named.is_some_and(is_this_machine) {
        return next.run(request).await;
    }
    let detail =
        "this server answers to localhost, 127.0.0.1 and [::1] only; start it with --insecure-lan for other names";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response()
}

fn is_this_machine(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = without_port.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// What changes something must be asked for in a way that a form of another site cannot.
pub(super) async fn own(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_own(request.headers()) {
        return next.run(request).await;
    }
    let detail =
        "expected a content type of application/json, text/csv or application/octet-stream, or the header Avow-Request";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into_response()
}

fn is_own(headers: &HeaderMap) -> bool {
    let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !cross_site && (headers.contains_key(OWN_HEADER) || OWN_TYPES.contains(&media_type.as_str()))
}

/// Ends what takes too long.
pub(super) async fn timely(request: Request, next: Next) -> Response {
    if UNHURRIED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match tokio::time::timeout(timeout_of(request.uri().path()), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "it took too long; try again").into_response(),
    }
}

fn timeout_of(path: &str) -> Duration {
    let is_command = path.starts_with("/api/v1/venues/") && path.contains("/cameras/") && path.ends_with("/command");
    if is_command { TIMEOUT_OF_COMMANDS } else { TIMEOUT }
}

/// Headers of every answer.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A report brings its own: its styles are in it.
    headers.entry("content-security-policy").or_insert(HeaderValue::from_static(POLICY));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_commands_to_cameras_may_take_longer_than_other_requests() {
        assert_eq!(timeout_of("/api/v1/venues/350102001-01/cameras/front/command"), TIMEOUT_OF_COMMANDS);
        for path in ["/api/v1/venues/350102001-01/cameras/front/steer", "/api/v1/venues", "/command", "/"] {
            assert_eq!(timeout_of(path), TIMEOUT, "{path}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_served() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.0.0.2", "[::1]:8080", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1:8080", "", ":80", "127.0.0.1.evil.example"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
