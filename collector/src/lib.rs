//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod api;
pub mod backup;
pub mod command;
pub mod events;
pub mod evidence;
pub mod fact;
pub mod history;
pub mod metrics;
pub mod province;
pub mod registry;
pub mod sealed;
pub mod snapshot;
pub mod store;
