//! The agent: tests the AV chain of a venue and reports to the province's collector.

pub mod clock;
pub mod jitter;
pub mod mqtt;
pub mod orders;
pub mod probe;
pub mod reporter;
pub mod shell;
pub mod spool;
pub mod uplink;
