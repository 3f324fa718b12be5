//! Time as data. Who reads the clock is elsewhere; here a time carries how far it may be believed.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMs = u64;

/// How far a wall clock may be believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockQuality {
    /// Never set since boot (a box without battery clock starts in 1970).
    #[default]
    Unset,
    /// Set once, nobody disciplines it now.
    Free,
    /// Disciplined; the greatest error it claims.
    Synced {
        /// Milliseconds, as estimated by who disciplines it.
        error_ms: u32,
    },
}

/// A wall-clock time together with its quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallTime {
    /// What the clock said.
    pub at_ms: UnixMs,
    /// How far that may be believed.
    pub quality: ClockQuality,
}

/// 2026-01-01: a clock that says less was never set.
pub const EARLIEST_MS: UnixMs = 1_767_225_600_000;
