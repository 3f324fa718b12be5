//! How often chance makes a marker: what a detector hears in sound without any, and a fit of extreme values (Gumbel, 1958) to how
//! near it came.

use avow_agent::sound::marker::{Detector, Rate, THRESHOLD};

use super::{Kind, RATE};

/// Seconds of which the greatest value is taken for the fit: long enough that each has some of everything, speech and pauses, tones
/// and silence; the greatest of single seconds come from many distributions, and a fit to them is none.
pub const BLOCK: u32 = 30;

/// What was found in sound without a marker.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    /// How much was listened to.
    pub seconds: u32,
    /// Markers that were heard; there is none.
    pub accepted: usize,
    /// The greatest agreement of pilots, in deviations of chance.
    pub greatest: f32,
    /// The fit to the greatest agreement of each [`BLOCK`].
    pub fit: Gumbel,
}

impl Chance {
    /// How often in a second, by the fit, pilots agree well enough for anything to be read at all.
    #[must_use]
    pub fn reads_per_second(&self) -> f64 {
        self.fit.above(f64::from(THRESHOLD)) / f64::from(BLOCK)
    }
}

/// Listens to so many seconds of generated sound, whole blocks of them, as a telephone has it.
#[must_use]
pub fn false_accepts(kind: Kind, seconds: u32, seed: u64) -> Chance {
    let mut detector = Detector::new(Rate::Hz8000);
    let mut sound = kind.sound(seed);
    let mut second = vec![0.0; RATE as usize];
    let mut accepted = 0;
    let mut greatest = vec![0.0_f64; (seconds / BLOCK) as usize];
    for n in 0..seconds / BLOCK * BLOCK {
        second.iter_mut().zip(&mut sound).for_each(|(to, sample)| *to = sample);
        detector.listen(&second, |_| accepted += 1);
        let block = &mut greatest[(n / BLOCK) as usize];
        *block = block.max(f64::from(detector.take_best()));
    }
    let most = greatest.iter().copied().fold(0.0, f64::max) as f32;
    Chance { seconds: seconds / BLOCK * BLOCK, accepted, greatest: most, fit: Gumbel::fitted(&greatest) }
}

/// The distribution of the greatest of many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gumbel {
    /// Its most likely value.
    pub mode: f64,
    /// Its width; the deviation is 1.28 times that.
    pub scale: f64,
}

impl Gumbel {
    /// The likeliest for these values, of which at least two must differ.
    #[must_use]
    pub fn fitted(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        let mut scale = deviation * 6_f64.sqrt() / std::f64::consts::PI;
        // Maximum likelihood: scale = mean − Σ x e^(−x/scale) / Σ e^(−x/scale), by repetition, half a step at a time.
        for _ in 0..200 {
            let weight = |value: &f64| (-(value - mean) / scale).exp();
            let whole: f64 = values.iter().map(weight).sum();
            let weighted = values.iter().map(|value| (value - mean) * weight(value)).sum::<f64>() / whole;
            scale = f64::midpoint(scale, -weighted);
        }
        let whole: f64 = values.iter().map(|value| (-(value - mean) / scale).exp()).sum();
        Self { mode: mean - scale * (whole / count).ln(), scale }
    }

    /// How likely a value above this is.
    #[must_use]
    pub fn above(&self, value: f64) -> f64 {
        -(-(-(value - self.mode) / self.scale).exp()).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sound::Random;

    #[test]
    fn a_fit_finds_the_distribution_that_values_came_from() {
        let mut random = Random::new(5);
        let values: Vec<f64> = (0..20_000).map(|_| 3.0 - 0.4 * (-f64::from(random.unit()).ln()).ln()).collect();
        let fit = Gumbel::fitted(&values);
        assert!((fit.mode - 3.0).abs() < 0.02 && (fit.scale - 0.4).abs() < 0.01, "{fit:?}");
        let share = values.iter().filter(|value| **value > 5.0).count() as f64 / 20_000.0;
        assert!((fit.above(5.0) - share).abs() < 0.002, "{share} {}", fit.above(5.0));
    }
}
