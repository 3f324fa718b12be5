//! What the agent makes of sound: samples in, decisions out. Pure; what plays and records is a shell elsewhere.

pub mod marker;
