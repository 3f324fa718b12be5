//! What a camera sees as one grey raster: the mean of some frames in a row, and how noisy they were. Pure.

use crate::ffmpeg::{HEIGHT as FRAME_HEIGHT, WIDTH as FRAME_WIDTH};

/// Pixels a line, as frames are delivered.
pub const WIDTH: usize = FRAME_WIDTH;
/// Lines.
pub const HEIGHT: usize = FRAME_HEIGHT;

/// A grey picture of [`WIDTH`] × [`HEIGHT`] pixels, luma of 8 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    luma: Vec<u8>,
    noise: f32,
}

impl Raster {
    /// A raster of so many pixels, line by line, with the deviation of the noise that is left in it; none of another size.
    #[must_use]
    pub fn new(luma: Vec<u8>, noise: f32) -> Option<Self> {
        (luma.len() == WIDTH * HEIGHT && noise.is_finite() && noise >= 0.0).then_some(Self { luma, noise })
    }

    /// Its pixels.
    #[must_use]
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// The standard deviation of the noise that is left in a pixel, luma.
    #[must_use]
    pub const fn noise(&self) -> f32 {
        self.noise
    }

    /// Mean luma, 0 to 255.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let sum: u64 = self.luma.iter().map(|y| u64::from(*y)).sum();
        sum as f64 / self.luma.len() as f64
    }

    /// Standard deviation of luma over the picture.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        let sum: f64 = self.luma.iter().map(|y| (f64::from(*y) - mean).powi(2)).sum();
        (sum / self.luma.len() as f64).sqrt()
    }
}

/// Frames on their way to a raster. A walker is in another place in each, the hall is not.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    sums: Vec<u32>,
    last: Vec<u8>,
    noise: Vec<f32>,
    differs: bool,
    count: u32,
}

impl Frames {
    /// The next frame's luma; what has another size is passed over.
    pub fn take(&mut self, luma: &[u8]) {
        if luma.len() != WIDTH * HEIGHT {
            return;
        }
        if self.count == 0 {
            self.sums = vec![0; luma.len()];
        } else {
            self.noise.push(noise(&self.last, luma));
            self.differs |= self.last != luma;
        }
        self.sums.iter_mut().zip(luma).for_each(|(sum, y)| *sum += u32::from(*y));
        self.last.clear();
        self.last.extend_from_slice(luma);
        self.count += 1;
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Whether any frame differed from the one before it.
    #[must_use]
    pub const fn differs(&self) -> bool {
        self.differs
    }

    /// Their mean; none without frames.
    #[must_use]
    pub fn raster(&self) -> Option<Raster> {
        let count = self.count;
        if count == 0 {
            return None;
        }
        let luma = self.sums.iter().map(|sum| u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX)).collect();
        let mut noise = self.noise.clone();
        noise.sort_by(f32::total_cmp);
        let usual = noise.get(noise.len() / 2).copied().unwrap_or(0.0);
        Raster::new(luma, usual / (count as f32).sqrt())
    }
}

/// The deviation of a pixel's noise by the median of what two frames differ: what moves is a smaller part of a picture.
fn noise(one: &[u8], other: &[u8]) -> f32 {
    let mut histogram = [0u32; 256];
    one.iter().zip(other).for_each(|(a, b)| histogram[usize::from(a.abs_diff(*b))] += 1);
    let half = one.len() as f32 / 2.0;
    let mut below = 0.0;
    for (difference, count) in histogram.iter().enumerate() {
        let count = *count as f32;
        if below + count >= half {
            // Zero stands for 0 to 0.5, n for n - 0.5 to n + 0.5.
            let into = (half - below) / count.max(1.0);
            let median = if difference == 0 { into * 0.5 } else { difference as f32 - 0.5 + into };
            // The median of |N(0, s)| is 0.6745 s, and two frames differ by twice the variance of one.
            return if median <= 0.25 { 0.0 } else { median / 0.6745 / std::f32::consts::SQRT_2 };
        }
        below += count;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(seed: u32, deviation: f32) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / 16_777_216.0
        };
        let normal = |uniform: &mut dyn FnMut() -> f32| (0..12).map(|_| uniform()).sum::<f32>() - 6.0;
        (0..WIDTH * HEIGHT).map(|_| (100.0 + deviation * normal(&mut uniform)).round() as u8).collect()
    }

    #[test]
    fn the_noise_of_a_mean_is_known() {
        for deviation in [1.0, 3.0, 8.0] {
            let mut frames = Frames::default();
            (1..=9).for_each(|seed| frames.take(&noisy(seed, deviation)));
            let raster = frames.raster().expect("frames");
            let expected = deviation / 3.0;
            assert!((raster.noise() - expected).abs() < expected * 0.15 + 0.03, "{deviation}: {}", raster.noise());
            assert!((raster.mean() - 100.0).abs() < 0.5 && raster.deviation() < f64::from(expected) + 0.4);
        }
    }

    #[test]
    fn a_frame_that_repeats_has_no_noise_and_a_short_one_is_passed_over() {
        let mut frames = Frames::default();
        assert!(frames.raster().is_none());
        frames.take(&noisy(1, 3.0));
        frames.take(&noisy(1, 3.0));
        frames.take(&[0; 5]);
        assert_eq!((frames.count(), frames.differs()), (2, false));
        assert_eq!(frames.raster().expect("frames"), Raster::new(noisy(1, 3.0), 0.0).expect("a raster"));
    }

    #[test]
    fn a_raster_has_one_size() {
        assert!(Raster::new(vec![0; 5], 0.0).is_none() && Raster::new(vec![0; WIDTH * HEIGHT], f32::NAN).is_none());
    }
}
