//! The optical code: a framed field of black and white cells that says which venue a picture comes from, for a wall, an overlay
//! or a screen that a camera looks at. The format and its bounds: `docs/optical.md`.
//!
//! [`encode`] makes a plane of luma of a [`Payload`], a [`Finder`] finds it in a picture. The payload, its check and its
//! convolutional code are those of the acoustic marker. Not here: where pictures come from and what a venue should show.

mod dark;
mod finder;
mod layout;
mod quad;

pub use crate::sound::marker::Payload;
pub use finder::{Finder, Seen};
pub use layout::encode;
