//! VISCA, the camera control language of Sony that most conference cameras speak, over serial lines and networks.
//!
//! [`codec`] turns bytes into words and back, [`numbered`] wraps them for VISCA over IP, [`session`] decides (no clock, no
//! port), [`chain`] holds those of one line together, [`port`] says where a camera is and reaches it. Who waits, and how long a motion goes on: `camera`.

pub mod chain;
pub mod codec;
pub mod numbered;
pub mod port;
pub mod session;
