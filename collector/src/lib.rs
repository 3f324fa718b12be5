//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod command;
pub mod fact;
pub mod province;
pub mod registry;
pub mod sealed;
pub mod snapshot;
pub mod store;
