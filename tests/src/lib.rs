//! Simulators of devices, the simulated fleet, and what the tests that cross programs share.

pub mod fleet;
pub mod sim;
