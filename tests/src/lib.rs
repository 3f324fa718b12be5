//! Simulators, the simulated fleet, and the rig for tests that cross programs.

pub mod fleet;
pub mod rig;
pub mod sim;
