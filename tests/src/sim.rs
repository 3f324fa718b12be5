//! Simulated devices: obedient by default, misbehaving by field. The camera shares the codec with the agent, never the
//! session; the display shares nothing with it.

pub mod camera;
pub mod device;
pub mod pjlink;
pub mod pty;
