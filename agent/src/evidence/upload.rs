//! One upload: how much HQ has is asked, the rest is sent. The one file that uploads over HTTP.

use std::time::Duration;

use avow_shared::hash::{ContentHash, to_hex};
use avow_shared::wire::Signer;
use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

use super::Store;

/// What it is HQ knows from the report; a page of another site cannot send this type without asking first.
pub(super) const CONTENT: &str = "application/octet-stream";
/// How many tries one piece gets in a row before another's turn.
const STEPS: usize = 6;
const WITHIN: Duration = Duration::from_secs(60);

/// What became of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Kept,
    Later,
    /// HQ is there, and no stored report names it.
    Unwanted,
    /// It is no longer on the disk, or is not what it was.
    Gone,
}

/// Uploads the pieces of a store.
pub(super) struct Uploads {
    store: Store,
    base: String,
    signer: Signer,
    client: Client,
}

impl Uploads {
    /// To HQ at `http`.
    pub(super) fn new(store: Store, http: &str, signer: Signer) -> Result<Self, reqwest::Error> {
        let builder = || Client::builder().timeout(WITHIN).connect_timeout(Duration::from_secs(10));
        // Plain HTTP needs no roots; without them HQ's pictures wait, and everything else goes on.
        let client = match builder().build() {
            Err(error) if http.starts_with("https://") => {
                tracing::error!(%error, "no root certificates, no pictures for HQ: apt install ca-certificates");
                builder().tls_certs_only([]).build()
            }
            Err(_) => builder().tls_certs_only([]).build(),
            built => built,
        }?;
        Ok(Self { store, base: format!("{http}/api/v1/evidence"), signer, client })
    }

    /// Asks how much HQ has, sends the rest, and asks again when HQ disagrees.
    pub(super) async fn try_upload(&self, hash: ContentHash) -> Tried {
        let Some((_, path)) = self.store.path(hash) else { return Tried::Gone };
        let bytes = match tokio::fs::read(&path).await {
            Ok(bytes) => Bytes::from(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Tried::Gone,
            Err(error) => {
                tracing::warn!(%hash, %error, "read evidence");
                return Tried::Later;
            }
        };
        if ContentHash::of(&bytes) != hash {
            return Tried::Gone;
        }
        for _ in 0..STEPS {
            match self.step(hash, &bytes).await {
                Ok(Some(tried)) => return tried,
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%hash, %error, "upload evidence");
                    return Tried::Later;
                }
            }
        }
        Tried::Later
    }

    /// One question and, when something is missing, one upload; none: ask again.
    async fn step(&self, hash: ContentHash, bytes: &Bytes) -> reqwest::Result<Option<Tried>> {
        let head = self.request(Method::HEAD, hash, bytes).send().await?;
        match head.status() {
            status if status.is_success() => {}
            // The report that names it is not stored yet, or never will be.
            StatusCode::NOT_FOUND => return Ok(Some(Tried::Unwanted)),
            _ => return Ok(Some(Tried::Later)),
        }
        if header(&head, "upload-complete") == Some("?1") {
            return Ok(Some(Tried::Kept));
        }
        let offset = header(&head, "upload-offset").and_then(|offset| offset.parse().ok()).unwrap_or(0usize);
        let offset = if offset < bytes.len() { offset } else { 0 };
        let range = format!("bytes {offset}-{}/{}", bytes.len().saturating_sub(1), bytes.len());
        let put = self.request(Method::PUT, hash, bytes).header(CONTENT_TYPE, CONTENT);
        let answer = put.header(CONTENT_RANGE, range).body(bytes.slice(offset..)).send().await?;
        Ok(match answer.status() {
            StatusCode::OK | StatusCode::CREATED => Some(Tried::Kept),
            StatusCode::CONFLICT | StatusCode::RANGE_NOT_SATISFIABLE => None,
            StatusCode::NOT_FOUND => Some(Tried::Unwanted),
            status => {
                tracing::warn!(%hash, %status, "HQ does not take the evidence; it is tried again");
                Some(Tried::Later)
            }
        })
    }

    fn request(&self, method: Method, hash: ContentHash, bytes: &Bytes) -> RequestBuilder {
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let signature = self.signer.sign(&signed_name(hash, size));
        self.client
            .request(method, format!("{}/{hash}", self.base))
            .header("avow-agent", self.signer.id().to_string())
            .header("avow-signature", to_hex(&signature))
    }
}

/// What the signature of an upload covers.
#[must_use]
pub fn signed_name(hash: ContentHash, size: u32) -> Vec<u8> {
    [&b"avow evidence v1\n"[..], &hash.0, &size.to_be_bytes()].concat()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
