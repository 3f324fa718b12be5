//! What the agent makes of sound: samples in, decisions out. Pure; what plays and records is a shell elsewhere.
//! Every value is defined in `docs/sound.md`.

pub mod channel;
pub mod decay;
pub mod howl;
pub mod hum;
pub mod level;
pub mod marker;
pub mod room;
pub mod spectrum;
pub mod sweep;

/// A ratio of powers in decibels; of nothing, −160.
#[must_use]
pub fn decibels(power: f64) -> f64 {
    if power > 1e-16 { 10.0 * power.log10() } else { -160.0 }
}
