//! The agent: tests the AV chain of a venue and reports to the province's collector.

pub mod agent;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod evidence;
pub mod exercises;
pub mod ffmpeg;
pub mod identity;
pub mod jitter;
pub mod mqtt;
pub mod orders;
pub mod overridden;
pub mod probe;
pub mod reporter;
pub mod run;
pub mod schedule;
pub mod serial;
pub mod shell;
pub mod spool;
pub mod systemd;
pub mod terminal;
pub mod uplink;
pub mod visca;
pub mod words;
