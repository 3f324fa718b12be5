//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod agents;
pub mod broker;
pub mod clock;
pub mod counters;
pub mod fact;
pub mod hq_key;
pub mod journal;
pub mod keyring;
pub mod ledger;
pub mod store;
pub mod verify;
