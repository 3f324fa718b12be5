//! The flash pattern: a moving picture whose every frame says which it is, so that whoever sees it at the other end of a line can tell
//! frames that are missing, late or repeated, and when the frame was shown that left together with the acoustic marker. The format
//! and its bounds: `docs/mouth-to-ear.md`.
//!
//! [`Pattern`] draws frames, [`Watch`] reads them again, [`lip`] sets them against the marker. Whose picture it is says the optical
//! code in it ([`super::code`]). Not here: where pictures go and come from, and when a flash may be shown.

mod cells;
pub mod lip;
mod pattern;
mod watch;

pub use cells::{Flash, Stamp};
pub use pattern::{Pattern, Plan};
pub use watch::{Edge, Sighting, Watch, Watched};

/// Width of a frame as it is drawn and read, pixels.
pub const WIDTH: usize = 640;
/// Height of a frame as it is drawn and read, pixels.
pub const HEIGHT: usize = 360;
/// Frames are numbered from 0 and begin again here: after 164 s at 25 frames a second.
pub const NUMBERS: u16 = 1 << 12;

/// How many frames `later` is after `earlier`, negative when it is before: the nearer way around the numbers.
#[must_use]
pub const fn frames_between(earlier: u16, later: u16) -> i32 {
    let apart = later.wrapping_sub(earlier) % NUMBERS;
    if apart < NUMBERS / 2 { apart as i32 } else { apart as i32 - NUMBERS as i32 }
}
