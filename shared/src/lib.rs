//! The model, the contract on the wire and the pure judgements of Avow.
//!
//! What lives here has no clock, no file, no socket and no task: it is given bytes, facts and a time, and answers with
//! values. The agent and the collector both believe exactly this crate.

pub mod account;
pub mod assurance;
pub mod backup;
pub mod blame;
pub mod camera;
pub mod canary;
pub mod divisions;
pub mod facts;
pub mod hash;
pub mod id;
pub mod interlock;
pub mod meeting;
pub mod mouth_to_ear;
pub mod order;
pub mod outcome;
pub mod place;
pub mod ranges;
pub mod roll_call;
pub mod sort;
pub mod stages;
pub mod stamp;
pub mod time;
pub mod topic;
pub mod value;
pub mod venue;
pub mod wire;
