//! How loud samples are, and what the converter did to them: full scale, flat tops, nothing at all.

use super::decibels;

/// A step of 16 bits.
const STEP: f32 = 1.0 / 32_768.0;
/// So many samples in a row at the top are a flat top; hum of 50 Hz has three within a step at 16 kHz.
const FLAT: usize = 4;
/// A top is within this share of the greatest.
const TOP: f32 = 0.98;
/// Below this nothing clips: the tops of faint sound are flat because steps are coarse.
const LEAST_PEAK: f32 = 0.1;

/// Of some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The effective value without any weighting, dB of full scale: samples that are all 1 are 0 dB, a full sine −3.01 dB.
    pub rms_dbfs: f64,
    /// The greatest absolute value, dB of full scale.
    pub peak_dbfs: f64,
    /// The share of samples on flat tops, whether those are at full scale or below it.
    pub clipped: f64,
    /// All samples are the same: a muted converter, a dead driver, digital silence.
    pub is_stuck: bool,
}

impl Level {
    /// Of samples; of none it is silence that is stuck.
    #[must_use]
    pub fn of(samples: &[f32]) -> Self {
        let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        Self {
            rms_dbfs: decibels(power(samples)),
            peak_dbfs: decibels(f64::from(peak) * f64::from(peak)),
            clipped: flat_tops(samples, peak) as f64 / samples.len().max(1) as f64,
            is_stuck: samples.windows(2).all(|pair| pair[0] == pair[1]),
        }
    }
}

/// The mean square.
#[must_use]
pub fn power(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum();
    sum / samples.len().max(1) as f64
}

fn flat_tops(samples: &[f32], peak: f32) -> usize {
    if peak < LEAST_PEAK {
        return 0;
    }
    let (mut flat, mut run, mut before) = (0, 0, f32::NAN);
    for sample in samples.iter().chain([&f32::NAN]) {
        let is_top = sample.abs() >= peak * TOP;
        if is_top && (run == 0 || (sample - before).abs() < 0.75 * STEP) {
            run += 1;
        } else {
            flat += if run >= FLAT { run } else { 0 };
            run = usize::from(is_top);
        }
        before = *sample;
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f32, peak: f32, clip: f32) -> Vec<f32> {
        let value = |n: usize| peak * (std::f32::consts::TAU * hz * n as f32 / 16_000.0).sin();
        // As a converter gives it.
        (0..16_000).map(|n| (value(n).clamp(-clip, clip) / STEP).round() * STEP).collect()
    }

    #[test]
    fn the_level_of_a_sine_is_three_decibels_below_its_peak() {
        for (peak, expected) in [(1.0, -3.01), (0.5, -9.03), (0.01, -43.01)] {
            let level = Level::of(&sine(997.0, peak, 1.0));
            assert!((level.rms_dbfs - expected).abs() < 0.05, "{level:?}");
            assert!((level.peak_dbfs - expected - 3.01).abs() < 0.05 && !level.is_stuck, "{level:?}");
        }
    }

    #[test]
    fn flat_tops_are_seen_at_full_scale_and_below_and_nowhere_else() {
        // A sine that is cut at half its peak lies on its tops for two thirds of the time.
        for (peak, clip, low, high) in [(2.0, 1.0, 0.6, 0.7), (0.6, 0.3, 0.6, 0.7), (1.2, 1.0, 0.3, 0.42)] {
            let clipped = Level::of(&sine(440.0, peak, clip)).clipped;
            assert!((low..high).contains(&clipped), "{peak} at {clip}: {clipped}");
        }
        for (hz, peak) in [(100.0, 0.9), (150.0, 0.1), (997.0, 1.0), (4_000.0, 0.5), (50.0, 0.01)] {
            let clipped = Level::of(&sine(hz, peak, 1.0)).clipped;
            assert!(clipped == 0.0, "{hz} Hz: {clipped}");
        }
    }

    #[test]
    fn what_never_changes_is_stuck() {
        assert!(Level::of(&[0.0; 100]).is_stuck && Level::of(&[0.25; 100]).is_stuck && Level::of(&[]).is_stuck);
        assert!(!Level::of(&[0.0, 0.0, STEP]).is_stuck);
        assert_eq!(Level::of(&[0.0; 100]).rms_dbfs, -160.0);
    }
}
