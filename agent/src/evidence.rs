//! Evidence on its way: files by content hash, uploaded once HQ has stored the report that names them, kept until HQ has
//! them. Not here: how one of them is uploaded (`upload`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use avow_shared::hash::ContentHash;
use avow_shared::outcome::{EvidenceKind, MAX_EVIDENCE_BYTES};
use avow_shared::wire::Signer;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

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
/// Pieces that nobody asks about are looked for so often: the agent remembers only its newest reports that name some.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
/// So many take turns at once; the others are found when there is room.
const MOST_TURNS: usize = 4_096;

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
    /// HQ takes reports: whatever lies here is offered.
    Offer,
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

/// One upload.
type UnderWay = Pin<Box<dyn Future<Output = (ContentHash, Tried)> + Send>>;

/// Carries evidence to HQ.
pub struct Courier {
    store: Store,
    uploads: Arc<Uploads>,
    turns: BTreeMap<ContentHash, Turn>,
}

impl Courier {
    /// For the files in `folder`; `http` is HQ's address without a slash at the end.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(folder: &Path, http: &str, signer: Signer) -> Result<Self, reqwest::Error> {
        let store = Store::open(folder, MOST_BYTES);
        let uploads = Arc::new(Uploads::new(store.clone(), http, signer)?);
        let mut courier = Self { store, uploads, turns: BTreeMap::new() };
        courier.take_up(&courier.store.hashes());
        Ok(courier)
    }

    /// Works until nobody gives errands any more. On a bad line an upload may hang for minutes: what is to be kept never
    /// waits for it.
    pub async fn work(mut self, mut errands: mpsc::Receiver<Errand>) {
        let mut looks = tokio::time::interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut under_way: Option<UnderWay> = None;
        loop {
            let next = if under_way.is_none() { self.next() } else { None };
            tokio::select! {
                biased;
                errand = errands.recv() => match errand {
                    Some(errand) => self.run(errand).await,
                    None => return,
                },
                (hash, tried) = end(&mut under_way) => {
                    under_way = None;
                    self.settle(hash, tried, Instant::now());
                }
                _ = looks.tick() => self.look().await,
                hash = due(next) => {
                    let uploads = Arc::clone(&self.uploads);
                    under_way = Some(Box::pin(async move { (hash, uploads.try_upload(hash).await) }));
                }
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
            Errand::Offer => self.look().await,
        }
    }

    /// Gives a turn to what lies there and has none.
    async fn look(&mut self) {
        let store = self.store.clone();
        match tokio::task::spawn_blocking(move || store.hashes()).await {
            Ok(hashes) => self.take_up(&hashes),
            Err(error) => tracing::warn!(%error, "look for evidence"),
        }
    }

    fn take_up(&mut self, hashes: &[ContentHash]) {
        for hash in hashes {
            if self.turns.len() < MOST_TURNS && !self.turns.contains_key(hash) {
                self.take_turn(*hash, Instant::now() + UNASKED_AFTER);
            }
        }
    }

    fn next(&self) -> Option<(ContentHash, Instant)> {
        self.turns.iter().min_by_key(|(_, turn)| turn.due).map(|(hash, turn)| (*hash, turn.due))
    }

    fn take_turn(&mut self, hash: ContentHash, due: Instant) {
        let back_off = BackOff::new(Dice::seeded(&hash.0), FIRST_RETRY_MS, LONGEST_RETRY_MS);
        self.turns.insert(hash, Turn { due, unwanted: Unwanted::default(), back_off });
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

/// How an upload that is under way ended.
async fn end(under_way: &mut Option<UnderWay>) -> (ContentHash, Tried) {
    match under_way {
        Some(upload) => upload.await,
        None => std::future::pending().await,
    }
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
