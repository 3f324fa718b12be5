//! What a fleet has done so far.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Sums over all agents.
#[derive(Debug, Default)]
pub struct Tally {
    welcomed: AtomicU64,
    produced: AtomicU64,
    acked: AtomicU64,
    /// Why lines went down, and how often.
    lost: Mutex<BTreeMap<String, u64>>,
}

/// Reasons that are told apart.
const MOST_REASONS: usize = 16;

/// What one agent has added to the sums.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    welcomed: bool,
    produced: u64,
    acked: u64,
}

impl Tally {
    /// Agents that are connected and accepted.
    #[must_use]
    pub fn welcomed(&self) -> u64 {
        self.welcomed.load(Ordering::Relaxed)
    }

    /// Numbers given out.
    #[must_use]
    pub fn produced(&self) -> u64 {
        self.produced.load(Ordering::Relaxed)
    }

    /// Numbers that HQ acknowledged.
    #[must_use]
    pub fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    /// A line went down.
    pub fn lost(&self, why: &str) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lost.contains_key(why) || lost.len() < MOST_REASONS;
        *lost.entry(if known { why } else { "…" }.to_owned()).or_default() += 1;
    }

    /// Replaces what an agent had added.
    pub fn note(&self, share: &mut Share, welcomed: bool, produced: u64, acked: u64) {
        let move_by = |sum: &AtomicU64, from: u64, to: u64| {
            sum.fetch_add(to.wrapping_sub(from), Ordering::Relaxed);
        };
        move_by(&self.welcomed, share.welcomed.into(), welcomed.into());
        move_by(&self.produced, share.produced, produced);
        move_by(&self.acked, share.acked, acked);
        *share = Share { welcomed, produced, acked };
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "welcomed {} produced {} acked {}", self.welcomed(), self.produced(), self.acked())?;
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.iter().try_for_each(|(why, times)| write!(f, " | lost {times} × {why}"))
    }
}
