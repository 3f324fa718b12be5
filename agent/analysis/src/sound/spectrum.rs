//! Power over frequency, averaged over time: Welch's method, Hann windows that overlap by half.

use std::f32::consts::TAU;

use crate::fourier::{Complex, Way, transform, turns};

/// The power of samples at each frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// From one to the next, Hz.
    pub step_hz: f64,
    /// The mean square at each; all together are that of the samples.
    pub powers: Vec<f64>,
}

impl Spectrum {
    /// Of samples of `rate`, in windows of `length`, a power of two. Of fewer samples than that it is zero.
    #[must_use]
    pub fn of(samples: &[f32], rate: u32, length: usize) -> Self {
        let turns = turns(length, Way::Forth);
        let window: Vec<f32> = (0..length).map(|n| 0.5 - 0.5 * (TAU * n as f32 / length as f32).cos()).collect();
        let mut powers = vec![0.0; length / 2];
        let mut values = vec![Complex::default(); length];
        let frames = if samples.len() < length { 0 } else { (samples.len() - length) / (length / 2) + 1 };
        // Two frames share a transform: the powers of both are added anyway.
        for pair in (0..frames).step_by(2) {
            let frame = |number: usize| &samples[number * length / 2..][..length];
            let (one, other) = (frame(pair), (pair + 1 < frames).then(|| frame(pair + 1)));
            for (n, value) in values.iter_mut().enumerate() {
                let im = other.map_or(0.0, |other| other[n] * window[n]);
                *value = Complex { re: one[n] * window[n], im };
            }
            transform(&mut values, &turns);
            for (n, power) in powers.iter_mut().enumerate().skip(1) {
                *power += (size(values[n]) + size(values[length - n])) / 2.0;
            }
        }
        // A Hann window keeps 3/8 of the power; the negative frequencies have the other half.
        let scale = 2.0 / (frames.max(1) as f64 * (length * length) as f64 * 0.375);
        powers.iter_mut().for_each(|power| *power *= scale);
        Self { step_hz: f64::from(rate) / length as f64, powers }
    }

    /// The mean square within a band.
    #[must_use]
    pub fn band(&self, from_hz: f64, to_hz: f64) -> f64 {
        let at = |hz: f64| ((hz / self.step_hz).round().max(0.0) as usize).min(self.powers.len());
        self.powers[at(from_hz)..at(to_hz)].iter().sum()
    }
}

fn size(value: Complex) -> f64 {
    f64::from(value.re * value.re + value.im * value.im)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_stands_with_its_power_in_its_band_and_nowhere_else() {
        for (hz, peak) in [(440.0, 0.5), (3_000.0, 0.01), (7_000.0, 1.0)] {
            let samples: Vec<f32> = (0..16_000).map(|n| peak * (TAU * hz * n as f32 / 16_000.0).sin()).collect();
            let spectrum = Spectrum::of(&samples, 16_000, 1_024);
            let expected = f64::from(peak * peak / 2.0);
            let (low, high) = (f64::from(hz) * 0.8, f64::from(hz) * 1.2);
            assert!((spectrum.band(low, high) / expected - 1.0).abs() < 0.02, "{hz}: {}", spectrum.band(low, high));
            assert!(spectrum.band(0.0, low) + spectrum.band(high, 8_000.0) < expected * 1e-4);
        }
    }

    #[test]
    fn too_few_samples_have_no_power() {
        assert_eq!(Spectrum::of(&[1.0; 100], 16_000, 1_024).band(0.0, 8_000.0), 0.0);
    }
}
