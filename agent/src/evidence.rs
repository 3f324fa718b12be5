//! Evidence on its way: files by content hash, uploaded once HQ has stored the report that names them, kept until HQ has
//! them. Not here: how one of them is uploaded (`upload`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_shared::hash::ContentHash;
use avow_shared::outcome::{EvidenceKind, MAX_EVIDENCE_BYTES};
use avow_shared::wire::Signer;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::jitter::{BackOff, Dice};

mod store;
mod upload;

pub use store::{Store, file_name};
pub use upload::signed_name;
use upload::{Tried, Uploads};

/// All of it together.
pub const MOST_BYTES: u64 = 64 << 20;
/// A piece that HQ was there and had no report for, for so long together, is given up: its report ended otherwise than
/// stored, or was never written. Time in which HQ is out of reach does not count, however long it is.
const UNWANTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const FIRST_RETRY_MS: u64 = 2_000;
const LONGEST_RETRY_MS: u64 = 10 * 60 * 1_000;
/// A piece whose report is not known to be stored (of an earlier start) is offered after so long.
const UNASKED_AFTER: Duration = Duration::from_secs(30);

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
    uploads: Uploads,
    turns: BTreeMap<ContentHash, Turn>,
}

impl Courier {
    /// For the files in `folder`; `http` is HQ's address without a slash at the end.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(folder: &Path, http: &str, signer: Signer) -> Result<Self, reqwest::Error> {
        let store = Store::open(folder, MOST_BYTES);
        let uploads = Uploads::new(store.clone(), http, signer)?;
        let mut courier = Self { store, uploads, turns: BTreeMap::new() };
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
        let tried = self.uploads.try_upload(hash).await;
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
}

/// Whether a piece may be kept at all.
#[must_use]
pub const fn fits(bytes: &Bytes) -> bool {
    !bytes.is_empty() && bytes.len() <= MAX_EVIDENCE_BYTES
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
