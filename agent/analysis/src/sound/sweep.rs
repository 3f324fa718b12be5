//! The sine sweep of the full test: its frequency rises by the same factor each second (Farina, AES convention 108, 2000, paper 5093), so
//! that each octave gets the same power, and what a path distorts comes before what it passes.

use std::f64::consts::TAU;

/// Where it begins, Hz.
pub const FROM_HZ: f64 = 70.0;
/// How long it lasts, seconds.
pub const LASTS_S: f64 = 3.0;
/// It swells and dies away in this time, seconds.
const SOFT_S: f64 = 0.02;

/// Where a sweep of this rate ends, Hz: above the octave of 8 kHz, or a little below half the rate.
#[must_use]
pub fn to_hz(rate: u32) -> f64 {
    (f64::from(rate) * 0.46).min(12_500.0)
}

/// The sweep, its peak being 1; its effective value is −3 dB of full scale.
#[must_use]
pub fn sweep(rate: u32) -> Vec<f32> {
    let rate_hz = f64::from(rate);
    let growth = (to_hz(rate) / FROM_HZ).ln() / LASTS_S;
    let count = (LASTS_S * rate_hz) as usize;
    let value = |n: usize| {
        let at_s = n as f64 / rate_hz;
        let turns = FROM_HZ * ((growth * at_s).exp() - 1.0) / growth;
        let edge = (at_s.min(LASTS_S - at_s) / SOFT_S).clamp(0.0, 1.0);
        ((TAU * turns.fract()).sin() * (0.5 - 0.5 * (TAU / 2.0 * edge).cos())) as f32
    };
    (0..count).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::spectrum::Spectrum;

    #[test]
    fn every_octave_gets_the_same_power() {
        for rate in [16_000, 48_000] {
            // With silence around it every part of it is looked at as often.
            let samples = [vec![0.0; 8_192], sweep(rate), vec![0.0; 8_192]].concat();
            let spectrum = Spectrum::of(&samples, rate, 8_192);
            let octave = |hz: f64| spectrum.band(hz * 0.5_f64.sqrt(), hz * 2.0_f64.sqrt());
            for hz in [125.0, 250.0, 500.0, 2_000.0, 4_000.0] {
                let off = 10.0 * (octave(hz) / octave(1_000.0)).log10();
                assert!(off.abs() < 0.3, "{rate}, {hz} Hz: {off} dB");
            }
        }
    }
}
