//! Requests to the server, and what can go wrong with them.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Body, RequestBuilder, Response};
use serde::de::DeserializeOwned;

use super::words::Words;
use crate::api::ProblemDetails;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server that says nothing for so long is not there; a backup of a large server takes its time to begin.
const READ_TIMEOUT: Duration = Duration::from_secs(600);

/// Who watches what goes on at the server waits so long for one that is started anew: it begins within seconds, and its calls go on.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Why it did not work.
#[derive(Debug)]
pub(super) enum Failure {
    /// The address is none.
    Usage(String),
    /// Nobody answers.
    Unreachable(String),
    /// The server says no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words, in the language of the terminal.
        detail: String,
    },
    /// It cannot be done, in words for a person.
    Impossible(String),
    /// The answer was cut or makes no sense.
    Broken(String),
    /// The person no longer watches; what goes on, and how to look at it again.
    Left(String),
    /// A file.
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The server.
pub(super) struct Server {
    base: String,
    words: Words,
    client: reqwest::Client,
}

impl Server {
    pub(super) fn new(http: &str, words: Words) -> Result<Self, Failure> {
        if !http.starts_with("http://") && !http.starts_with("https://") {
            return Err(Failure::Usage(format!("--http {http}: http://… or https://… is expected")));
        }
        // A second call finds the provider set; that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .no_proxy()
            .build()
            .map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self { base: http.trim_end_matches('/').to_owned(), words, client })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        json(self.get_response(path).await?).await
    }

    /// The same for who watches: nobody answers while the server is started anew.
    pub(super) async fn watch<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        patiently(|| self.get(path)).await
    }

    pub(super) async fn get_response(&self, path: &str) -> Result<Response, Failure> {
        self.send(self.client.get(self.url(path))).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Response, Failure> {
        // Without a body there is no type that says that a program asks.
        self.send(self.client.delete(self.url(path)).header("avow-request", "1")).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<T, Failure> {
        json(self.post_response(path, media_type, body.into()).await?).await
    }

    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<T, Failure> {
        json(self.send(self.client.put(self.url(path)).header("content-type", media_type).body(body)).await?).await
    }

    pub(super) async fn post_response(&self, path: &str, media_type: &str, body: Body) -> Result<Response, Failure> {
        self.send(self.client.post(self.url(path)).header("content-type", media_type).body(body)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| Failure::Unreachable(root(&error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await.unwrap_or_default();
        let problem = serde_json::from_slice::<ProblemDetails>(&body);
        let detail = problem.map_or_else(|_| status.to_string(), |problem| said(self.words, problem));
        if status.is_server_error() {
            return Err(Failure::Broken(detail));
        }
        Err(Failure::Refused { status: status.as_u16(), detail })
    }
}

/// The server's words in the language of the terminal; an older server has English ones alone.
fn said(words: Words, problem: ProblemDetails) -> String {
    if words == Words::Chinese && !problem.detail_zh.is_empty() { problem.detail_zh } else { problem.detail }
}

/// Tries again for a while when nobody answers or the answer is cut.
async fn patiently<T, W: Future<Output = Result<T, Failure>>>(work: impl Fn() -> W) -> Result<T, Failure> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        match work().await {
            Err(Failure::Unreachable(_) | Failure::Broken(_)) if tokio::time::Instant::now() < until => {
                tokio::time::sleep(AGAIN_AFTER).await;
            }
            done => return done,
        }
    }
}

/// The innermost cause: `Connection refused` and not `error sending request`.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

pub(super) async fn json<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let bytes = response.bytes().await.map_err(|error| Failure::Broken(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::Broken(error.to_string()))
}

/// A part of a path or a value of a query (RFC 3986, 2.1).
pub(crate) fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_watches_waits_for_a_server_that_is_started_anew_but_not_for_ever() {
        let tries = Cell::new(0);
        let done = patiently(async || {
            tries.set(tries.get() + 1);
            if tries.get() < 5 { Err(Failure::Unreachable("refused".to_owned())) } else { Ok(7) }
        });
        assert!(matches!(done.await, Ok(7)));
        let gone = patiently(async || Err::<(), _>(Failure::Unreachable("refused".to_owned())));
        assert!(matches!(gone.await, Err(Failure::Unreachable(_))));
        let asked = Cell::new(0);
        let refused = patiently(async || {
            asked.set(asked.get() + 1);
            Err::<(), _>(Failure::Refused { status: 404, detail: String::new() })
        });
        assert!(matches!(refused.await, Err(Failure::Refused { .. })));
        assert_eq!(asked.get(), 1, "a word is a word");
    }
}
