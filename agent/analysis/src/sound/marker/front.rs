//! Any rate becomes 8 kHz, and hum below the band goes. Pure, sample by sample, with a memory of fixed size.

use std::f32::consts::{PI, TAU};

use super::Rate;

/// Taps of the low-pass a sample of output, so that what would fold back into the band is 50 dB down.
const TAPS_PER_STEP: usize = 24;
/// Between the band's upper edge and where folding would reach it, Hz.
const CUT: f32 = 4_000.0;
/// Below the band, Hz.
const HUM: f32 = 230.0;

/// The filters before everything else.
#[derive(Clone, Debug)]
pub(super) struct Front {
    step: usize,
    taps: Vec<f32>,
    /// The newest samples twice, so that they always lie in a row.
    recent: Vec<f32>,
    at: usize,
    until_next: usize,
    high_pass: [HighPass; 2],
}

impl Front {
    pub(super) fn new(rate: Rate) -> Self {
        let step = rate.per_base();
        let taps = if step == 1 { vec![1.0] } else { low_pass(TAPS_PER_STEP * step + 1, CUT / rate.hz() as f32) };
        // The two halves of a Butterworth filter of fourth order.
        let high_pass = [0.541_196_1, 1.306_563].map(|quality| HighPass::new(HUM / 8_000.0, quality));
        Self { step, recent: vec![0.0; 2 * taps.len()], taps, at: 0, until_next: step, high_pass }
    }

    /// By how much everything comes later, samples of the input.
    pub(super) const fn delay(&self) -> usize {
        self.taps.len() / 2
    }

    pub(super) fn reset(&mut self) {
        self.recent.fill(0.0);
        (self.at, self.until_next) = (0, self.step);
        self.high_pass.iter_mut().for_each(|filter| filter.memory = [0.0; 2]);
    }

    /// The next sample at 8 kHz, when it is due.
    pub(super) fn take(&mut self, sample: f32) -> Option<f32> {
        // What is no number would stay in the filters for good.
        let sample = if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 };
        let length = self.taps.len();
        self.recent[self.at] = sample;
        self.recent[self.at + length] = sample;
        self.at = (self.at + 1) % length;
        self.until_next -= 1;
        if self.until_next > 0 {
            return None;
        }
        self.until_next = self.step;
        let low = dot(&self.recent[self.at..self.at + length], &self.taps);
        Some(self.high_pass.iter_mut().fold(low, |sample, filter| filter.take(sample)))
    }
}

/// Eight sums side by side, which the compiler turns into vectors.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let (one_parts, other_parts) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = one_parts.remainder().iter().zip(other_parts.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in one_parts.zip(other_parts) {
        (0..8).for_each(|n| sums[n] += a[n] * b[n]);
    }
    rest + sums.iter().sum::<f32>()
}

/// A windowed sinc (Hamming) of gain 1; `cut` in parts of the sample rate.
fn low_pass(taps: usize, cut: f32) -> Vec<f32> {
    let middle = (taps / 2) as f32;
    let tap = |n: usize| {
        let from = n as f32 - middle;
        let sinc = if from == 0.0 { 2.0 * cut } else { (TAU * cut * from).sin() / (PI * from) };
        sinc * (0.54 + 0.46 * (PI * from / middle).cos())
    };
    let raw: Vec<f32> = (0..taps).map(tap).collect();
    let sum: f32 = raw.iter().sum();
    raw.into_iter().map(|tap| tap / sum).collect()
}

/// A high-pass of second order, transposed direct form II (Bristow-Johnson's cookbook).
#[derive(Clone, Debug)]
struct HighPass {
    forward: [f32; 3],
    back: [f32; 2],
    memory: [f32; 2],
}

impl HighPass {
    fn new(cut: f32, quality: f32) -> Self {
        let (sin, cos) = (TAU * cut).sin_cos();
        let alpha = sin / (2.0 * quality);
        let whole = 1.0 + alpha;
        let edge = f32::midpoint(1.0, cos) / whole;
        Self { forward: [edge, -2.0 * edge, edge], back: [-2.0 * cos / whole, (1.0 - alpha) / whole], memory: [0.0; 2] }
    }

    fn take(&mut self, sample: f32) -> f32 {
        // So little that no filter runs into numbers that processors are slow at.
        let sample = sample + 1e-18;
        let result = self.forward[0] * sample + self.memory[0];
        self.memory[0] = self.forward[1] * sample - self.back[0] * result + self.memory[1];
        self.memory[1] = self.forward[2] * sample - self.back[1] * result;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gain at a frequency, dB.
    fn gain(rate: Rate, hz: f32) -> f32 {
        let mut front = Front::new(rate);
        let tone = |n: u32| (TAU * hz * n as f32 / rate.hz() as f32).sin();
        let heard: Vec<f32> = (0..rate.hz()).filter_map(|n| front.take(tone(n))).collect();
        let settled = &heard[heard.len() / 2..];
        let power: f32 = settled.iter().map(|sample| sample * sample).sum::<f32>() / settled.len() as f32;
        10.0 * (2.0 * power).log10()
    }

    #[test]
    fn the_band_passes_and_hum_and_what_would_fold_back_do_not() {
        for rate in Rate::ALL {
            for hz in [344.0, 500.0, 1_000.0, 2_000.0, 3_000.0, 3_360.0] {
                let gain = gain(rate, hz);
                assert!((-1.0..0.2).contains(&gain), "{rate}, {hz} Hz: {gain} dB");
            }
            assert!(gain(rate, 50.0) < -50.0 && gain(rate, 100.0) < -27.0, "{rate}: hum {}", gain(rate, 100.0));
        }
        for rate in [Rate::Hz16000, Rate::Hz48000] {
            for hz in [4_640.0, 5_500.0, 7_600.0] {
                assert!(gain(rate, hz) < -45.0, "{rate}, {hz} Hz: {} dB", gain(rate, hz));
            }
        }
    }

    #[test]
    fn nothing_that_is_no_number_stays() {
        let mut front = Front::new(Rate::Hz16000);
        for sample in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN] {
            front.take(sample);
        }
        let settled = (0..16_000).filter_map(|_| front.take(0.0)).last().expect("samples");
        assert!(settled.abs() < 1e-6, "{settled}");
    }
}
