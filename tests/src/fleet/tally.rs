//! What a fleet has done so far.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sums over all agents.
#[derive(Debug, Default)]
pub struct Tally {
    welcomed: AtomicU64,
    produced: AtomicU64,
    acked: AtomicU64,
}

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
        write!(f, "welcomed {} produced {} acked {}", self.welcomed(), self.produced(), self.acked())
    }
}
