//! Simulators of devices, and what the tests that cross programs share.

pub mod sim;
