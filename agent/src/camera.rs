//! A camera as the rest of the agent sees it: one [`desk`] for each camera's line, whatever protocol is spoken there.
//!
//! The words are in [`words`] and in `avow_shared::camera`; [`reach`] says how a camera is reached and which backend speaks
//! there ([`visca`] so far); [`lease`] decides how long a motion goes on. Not here: whether it may move at all (the
//! interlock), and what its answers mean for a verdict (`probe::camera`).
//!
//! To add a protocol: a variant of [`reach::Reach`], one of [`reach::Backend`], and a type with the three functions that
//! [`reach::Backend`] calls.

pub mod desk;
pub mod lease;
pub mod line;
pub mod reach;
pub mod visca;
pub mod words;
