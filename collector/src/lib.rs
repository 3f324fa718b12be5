//! The collector: stores what agents report, rolls it up, and shows the whole province.

pub mod fact;
pub mod store;
