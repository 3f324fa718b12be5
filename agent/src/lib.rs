//! The agent: tests the AV chain of a venue and reports to the province's collector.

pub mod check;
pub mod ffmpeg;
pub mod probe;
pub mod serial;
pub mod visca;
pub mod words;
