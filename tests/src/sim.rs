//! Simulated devices: obedient by default, misbehaving by field. They share neither codec nor session with the agent.

pub mod camera;
pub mod device;
pub mod hall;
pub mod matrix;
pub mod pjlink;
pub mod pty;
pub mod studio;
