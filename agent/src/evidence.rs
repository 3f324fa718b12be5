//! Evidence on its way: files by content hash, uploaded once HQ has stored the report that names them, kept until HQ has
//! them. The one file that uploads over HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_shared::hash::{ContentHash, to_hex};
use avow_shared::outcome::{EvidenceKind, MAX_EVIDENCE_BYTES};
use avow_shared::wire::Signer;
use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::jitter::{BackOff, Dice};

mod store;

pub use store::{Store, file_name};

/// All of it together.
pub const MOST_BYTES: u64 = 64 << 20;
/// A piece that HQ was there and had no report for, for so long together, is given up: its report ended otherwise than
/// stored, or was never written. Time in which HQ is out of reach does not count, however long it is.
const UNWANTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const FIRST_RETRY_MS: u64 = 2_000;
const LONGEST_RETRY_MS: u64 = 10 * 60 * 1_000;
/// A piece whose report is not known to be stored (of an earlier start) is offered after so long.
const UNASKED_AFTER: Duration = Duration::from_secs(30);
/// What it is HQ knows from the report; a page of another site cannot send this type without asking first.
const CONTENT: &str = "application/octet-stream";
/// How many tries one piece gets in a row before another's turn.
const STEPS: usize = 6;
const WITHIN: Duration = Duration::from_secs(60);

/// What the agent tells the courier.
#[derive(Clone, Debug)]
pub enum Errand {
    /// Keep this.
    Keep {
        /// Its name.
        hash: ContentHash,
        /// What it is.
        kind: EvidenceKind,
        /// Its bytes, at most 256 KiB.
        bytes: Bytes,
    },
    /// The reports that name these are stored: HQ wants them now.
    Wanted(Vec<ContentHash>),
}

/// What became of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    Kept,
    Later,
    /// HQ is there, and no stored report names it.
    Unwanted,
    /// It is no longer on the disk, or is not what it was.
    Gone,
}

struct Turn {
    due: Instant,
    unwanted: Unwanted,
    back_off: BackOff,
}

/// How long HQ was there and did not want a piece.
#[derive(Clone, Copy, Debug, Default)]
struct Unwanted {
    /// The last answer, when it was this one.
    last: Option<Instant>,
    total: Duration,
}

impl Unwanted {
    /// Only the time between two such answers counts: nothing is known of the rest.
    fn heard(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            self.total += now.duration_since(last);
        }
    }
}

/// Carries evidence to HQ.
pub struct Courier {
    store: Store,
    base: String,
    signer: Signer,
    client: Client,
    turns: BTreeMap<ContentHash, Turn>,
}

impl Courier {
    /// For the files in `folder`; `http` is HQ's address without a slash at the end.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(folder: &Path, http: &str, signer: Signer) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(WITHIN).connect_timeout(Duration::from_secs(10)).build()?;
        let store = Store::open(folder, MOST_BYTES);
        let mut courier =
            Self { base: format!("{http}/api/v1/evidence"), store, signer, client, turns: BTreeMap::new() };
        for hash in courier.store.hashes() {
            courier.take_turn(hash, Instant::now() + UNASKED_AFTER);
        }
        Ok(courier)
    }

    /// Works until nobody gives errands any more.
    pub async fn work(mut self, mut errands: mpsc::Receiver<Errand>) {
        loop {
            let next = self.turns.iter().min_by_key(|(_, turn)| turn.due).map(|(hash, turn)| (*hash, turn.due));
            tokio::select! {
                errand = errands.recv() => match errand {
                    Some(errand) => self.run(errand).await,
                    None => return,
                },
                hash = due(next) => self.carry(hash).await,
            }
        }
    }

    async fn run(&mut self, errand: Errand) {
        match errand {
            Errand::Keep { hash, kind, bytes } => {
                let store = self.store.clone();
                let kept = tokio::task::spawn_blocking(move || store.keep(hash, kind, &bytes)).await;
                match kept {
                    Ok(Ok(dropped)) => self.turns.retain(|hash, _| !dropped.contains(hash)),
                    Ok(Err(error)) => tracing::warn!(%hash, %error, "evidence could not be kept"),
                    Err(error) => tracing::warn!(%hash, %error, "evidence could not be kept"),
                }
            }
            Errand::Wanted(hashes) => {
                for hash in hashes {
                    if self.store.path(hash).is_some() {
                        self.take_turn(hash, Instant::now());
                    }
                }
            }
        }
    }

    fn take_turn(&mut self, hash: ContentHash, due: Instant) {
        let back_off = BackOff::new(Dice::seeded(&hash.0), FIRST_RETRY_MS, LONGEST_RETRY_MS);
        self.turns.insert(hash, Turn { due, unwanted: Unwanted::default(), back_off });
    }

    async fn carry(&mut self, hash: ContentHash) {
        let tried = self.try_upload(hash).await;
        self.settle(hash, tried, Instant::now());
    }

    /// When a piece is tried again, or that it never is.
    fn settle(&mut self, hash: ContentHash, tried: Tried, now: Instant) {
        let Some(turn) = self.turns.get_mut(&hash) else { return };
        match tried {
            Tried::Unwanted => turn.unwanted.heard(now),
            Tried::Later => turn.unwanted.last = None,
            Tried::Kept | Tried::Gone => {}
        }
        let waits = matches!(tried, Tried::Unwanted | Tried::Later);
        if waits && turn.unwanted.total < UNWANTED_FOR {
            turn.due = now + Duration::from_millis(turn.back_off.next_half_ms());
            return;
        }
        match tried {
            Tried::Kept => {}
            Tried::Gone => tracing::warn!(%hash, "the evidence is gone or damaged on the disk"),
            Tried::Unwanted | Tried::Later => tracing::warn!(%hash, "HQ has no report of the evidence; it is given up"),
        }
        self.turns.remove(&hash);
        self.store.remove(hash);
    }

    /// Asks how much HQ has, sends the rest, and asks again when HQ disagrees.
    async fn try_upload(&self, hash: ContentHash) -> Tried {
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

/// Whether a piece may be kept at all.
#[must_use]
pub const fn fits(bytes: &Bytes) -> bool {
    !bytes.is_empty() && bytes.len() <= MAX_EVIDENCE_BYTES
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

async fn due(next: Option<(ContentHash, Instant)>) -> ContentHash {
    match next {
        Some((hash, due)) => {
            tokio::time::sleep_until(due).await;
            hash
        }
        None => std::future::pending().await,
    }
}

/// The folder of a state folder's evidence.
#[must_use]
pub fn folder(state: &Path) -> PathBuf {
    state.join("evidence")
}

#[cfg(test)]
mod tests;
