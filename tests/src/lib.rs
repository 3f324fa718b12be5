//! Simulators, the simulated fleet, and the tests that cross programs.

pub mod fleet;
