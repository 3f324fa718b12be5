//! VISCA, the camera control language of Sony that most conference cameras speak, over a serial line.
//!
//! [`codec`] turns bytes into words and back, [`session`] decides (no clock, no port), [`driver`] waits. Not here: VISCA
//! over IP, continuous moves.

pub mod codec;
pub mod driver;
pub mod session;
