//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod agents;
pub mod api;
pub mod backup;
pub mod broker;
pub mod clock;
pub mod command;
pub mod core;
pub mod counters;
pub mod events;
pub mod evidence;
pub mod fact;
pub mod history;
pub mod hq_key;
pub mod hub;
pub mod journal;
pub mod keeper;
pub mod keyring;
pub mod ledger;
pub mod metrics;
pub mod province;
pub mod registry;
pub mod sealed;
pub mod snapshot;
pub mod store;
pub mod verify;
