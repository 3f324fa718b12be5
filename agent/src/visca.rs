//! VISCA, the camera control language of Sony that most conference cameras speak, over serial lines and networks.
//!
//! [`codec`] turns bytes into words and back, [`numbered`] wraps them for VISCA over IP, [`session`] decides (no clock, no
//! port), [`driver`] waits, [`port`] says where a camera is and reaches it. Not here: continuous moves.

pub mod codec;
pub mod driver;
pub mod numbered;
pub mod port;
pub mod session;
