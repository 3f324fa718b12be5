//! The acoustic marker: a burst of coded, speech-like noise that says which run it belongs to, which venue sent it and which it
//! is in sequence, so that whoever hears it knows what is patched to where. The format and its bounds: `docs/marker.md`.
//!
//! [`encode`] makes samples of a [`Payload`], a [`Detector`] finds payloads in samples. Not here: when a marker may sound
//! (`shared::interlock`), how loud, and how samples come and go.

mod cells;
pub mod code;
mod detector;
mod encoder;
mod front;
pub mod payload;
mod pilots;
mod reader;
mod spectrum;

use std::fmt;

pub use detector::{Detector, Heard, THRESHOLD};
pub use encoder::{LEVEL, encode};
pub use payload::{Payload, run_of};

/// A sample rate that markers are made and found at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Telephone.
    Hz8000,
    /// What analysis asks `ffmpeg` for.
    Hz16000,
    /// Sound cards.
    Hz48000,
}

/// Why there is no marker at a sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("markers are made and found at 8000, 16000 and 48000 samples a second, not at {0}")]
pub struct NoSuchRate(pub u32);

impl Rate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hz8000, Self::Hz16000, Self::Hz48000];

    /// Samples a second.
    #[must_use]
    pub const fn hz(self) -> u32 {
        match self {
            Self::Hz8000 => 8_000,
            Self::Hz16000 => 16_000,
            Self::Hz48000 => 48_000,
        }
    }

    /// How many samples become one at 8 kHz, at which everything is decided.
    const fn per_base(self) -> usize {
        match self {
            Self::Hz8000 => 1,
            Self::Hz16000 => 2,
            Self::Hz48000 => 6,
        }
    }
}

impl TryFrom<u32> for Rate {
    type Error = NoSuchRate;

    fn try_from(hz: u32) -> Result<Self, NoSuchRate> {
        Self::ALL.into_iter().find(|rate| rate.hz() == hz).ok_or(NoSuchRate(hz))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.hz())
    }
}
