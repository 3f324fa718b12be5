//! Simulated devices: obedient by default, misbehaving by field. They share the codec with the agent, never the session.

pub mod camera;
pub mod device;
pub mod pty;
