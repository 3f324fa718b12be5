//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod agents;
pub mod broker;
pub mod clock;
pub mod command;
pub mod core;
pub mod counters;
pub mod fact;
pub mod hq_key;
pub mod hub;
pub mod journal;
pub mod keeper;
pub mod keyring;
pub mod ledger;
pub mod province;
pub mod registry;
pub mod sealed;
pub mod snapshot;
pub mod store;
pub mod verify;
