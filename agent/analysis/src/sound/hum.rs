//! Hum of the mains: tones at 50 and 100 Hz that stand out of what is beside them.

use std::f64::consts::TAU;

use super::decibels;

/// Hum is told when it stands out by so much, dB: the noise of a fan near 100 Hz does not, within a second.
const STANDS_OUT_DB: f64 = 12.0;

/// So many samples a second are enough.
const LOW_HZ: u32 = 2_000;

/// What hums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hum {
    /// The effective value of both tones, dB of full scale.
    pub level_dbfs: f64,
    /// By how much the one that does so most stands out of the frequencies beside it, dB.
    pub stands_out_db: f64,
}

/// The hum in at least half a second of sound without a test signal; none when nothing stands out.
#[must_use]
pub fn hum(samples: &[f32], rate: u32) -> Option<Hum> {
    if samples.len() < rate as usize / 2 {
        return None;
    }
    let by = (rate / LOW_HZ).max(1) as usize;
    let samples = &thinned(samples, by);
    let rate_hz = f64::from(rate) / by as f64;
    let step = rate_hz / samples.len() as f64;
    let (mut sum, mut most) = (0.0, f64::MIN);
    for tone in [50.0, 100.0] {
        // Mains are within half a hertz; a Hann window is four steps wide.
        let near = [-0.5, 0.0, 0.5].map(|off| at(samples, (tone + off) / rate_hz));
        let power = near.into_iter().fold(0.0, f64::max);
        let beside = [-7.0, -5.5, -4.0, 4.0, 5.5, 7.0].map(|off| at(samples, (tone + off * step.max(1.0)) / rate_hz));
        let stands_out = decibels(power) - decibels(beside.iter().sum::<f64>() / beside.len() as f64);
        most = most.max(stands_out);
        sum += if stands_out >= STANDS_OUT_DB { power } else { 0.0 };
    }
    (most >= STANDS_OUT_DB).then(|| Hum { level_dbfs: decibels(sum), stands_out_db: most })
}

/// Every `by`th sample, behind a triangle as long as two of the new ones: what would look like hum in them, a tone at [`LOW_HZ`] and
/// 50 Hz beside it, is 60 dB weaker.
fn thinned(samples: &[f32], by: usize) -> Vec<f32> {
    let weight = |n: usize| (by - by.abs_diff(n + 1)) as f32 / (by * by) as f32;
    let weights: Vec<f32> = (0..2 * by - 1).map(weight).collect();
    let sum = |window: &[f32]| window.iter().zip(&weights).map(|(sample, weight)| sample * weight).sum();
    samples.windows(weights.len()).step_by(by).map(sum).collect()
}

/// The power of a tone at `turns` circles a sample, by Goertzel's recursion under a Hann window.
fn at(samples: &[f32], turns: f64) -> f64 {
    let count = samples.len() as f64;
    let twice = 2.0 * (TAU * turns).cos();
    let (mut one, mut two) = (0.0_f64, 0.0_f64);
    let (turn_sin, turn_cos) = (TAU / count).sin_cos();
    let (mut sin, mut cos) = (0.0_f64, 1.0_f64);
    for sample in samples {
        let next = f64::from(*sample) * (0.5 - 0.5 * cos) + twice * one - two;
        (two, one) = (one, next);
        (cos, sin) = (cos * turn_cos - sin * turn_sin, sin * turn_cos + cos * turn_sin);
    }
    let size = (one * one + two * two - twice * one * two).max(0.0);
    // A tone of peak a has a sum of a × count / 4 under the window, and a power of a² / 2.
    8.0 * size / (count * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, size: f32) -> Vec<f32> {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| size * (next() + next() + next())).collect()
    }

    #[test]
    fn hum_is_found_with_its_level_beside_noise_and_off_by_half_a_hertz() {
        // Peaks of 50 and 100 Hz, mains' frequency, expected level.
        for (low, high, mains, expected) in
            [(0.01, 0.0, 50.0, -43.0), (0.0, 0.02, 50.0, -37.0), (0.01, 0.01, 49.8, -40.0), (0.03, 0.0, 50.3, -33.5)]
        {
            for rate in [16_000_u32, 48_000] {
                let tone = |n: usize, hz: f32| (std::f32::consts::TAU * hz * n as f32 / rate as f32).sin();
                let mut samples = noise(rate as usize, 0.005);
                for (n, sample) in samples.iter_mut().enumerate() {
                    *sample += low * tone(n, mains) + high * tone(n, 2.0 * mains);
                }
                let hum = hum(&samples, rate).expect("hums");
                assert!((hum.level_dbfs - expected).abs() < 1.5, "{low} {high} {mains}: {hum:?}");
            }
        }
    }

    #[test]
    fn noise_and_tones_beside_do_not_hum() {
        assert_eq!(hum(&noise(16_000, 0.1), 16_000), None);
        let tone: Vec<f32> =
            (0..16_000).map(|n| 0.3 * (std::f32::consts::TAU * 400.0 * n as f32 / 16_000.0).sin()).collect();
        assert_eq!(hum(&tone, 16_000), None);
        let tone: Vec<f32> =
            (0..16_000).map(|n| 0.3 * (std::f32::consts::TAU * 1_950.0 * n as f32 / 16_000.0).sin()).collect();
        assert!(hum(&tone, 16_000).is_none_or(|hum| hum.level_dbfs < -70.0), "{:?}", hum(&tone, 16_000));
        assert_eq!(hum(&[0.0; 16_000], 16_000), None);
        assert_eq!(hum(&[0.1; 100], 16_000), None, "too short to tell");
    }
}
