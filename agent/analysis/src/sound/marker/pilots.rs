//! Where a marker may begin: how well the steps of the carriers' phases agree with the pilots, at every eighth of a frame.
//!
//! Only phases count, so that nothing loud outweighs the rest and each pilot gives at most 1. That is what the bound on chance in
//! `docs/marker.md` rests on.

use super::cells::{CARRIERS, Cells, FRAME, PILOT_EVERY, STEPS, pilot_class};
use super::spectrum::Carriers;
use crate::fourier::Complex;

/// Samples at 8 kHz from one place that is tried to the next: 8 ms.
pub(super) const HOP: usize = 64;
/// Places a frame.
pub(super) const HOPS: usize = FRAME / HOP;
/// Hops from a marker's first frame to its last.
pub(super) const SPAN: usize = STEPS * HOPS;
/// Pilots of a sixth at one step.
const CLASS: usize = CARRIERS / PILOT_EVERY;
/// Pilots of a marker.
pub(super) const PILOTS: usize = STEPS * CLASS;
/// Rows that are kept: a power of two above [`SPAN`].
const ROWS: usize = 256;
/// A carrier below this is silence, which has no phase: −120 dB of full scale.
pub(super) const SILENCE: f32 = FRAME as f32 / 2.0 * 1e-6;

const _: () = assert!(ROWS > SPAN && CARRIERS.is_multiple_of(PILOT_EVERY));

/// Steps of phases, sixth by sixth, as lines of real and imaginary parts.
#[derive(Clone, Debug)]
struct Lines {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Lines {
    fn of_length(length: usize) -> Self {
        Self { re: vec![0.0; length], im: vec![0.0; length] }
    }
}

/// The newest phases and what they say.
#[derive(Clone, Debug)]
pub(super) struct Pilots {
    /// The carriers' phases of the last frame's hops, as numbers of size 1, or 0 for silence.
    phases: [Carriers; HOPS],
    /// The steps of the last [`ROWS`] hops.
    steps: Lines,
    /// What pilots turn by.
    expected: Lines,
    hop: usize,
}

impl Pilots {
    pub(super) fn new(cells: &Cells) -> Self {
        let mut expected = Lines::of_length(PILOTS);
        for (n, (re, im)) in expected.re.iter_mut().zip(&mut expected.im).enumerate() {
            let step = n / CLASS;
            let carrier = pilot_class(step) + n % CLASS * PILOT_EVERY;
            (*im, *re) = cells.turns[step * CARRIERS + carrier].sin_cos();
        }
        let phases = [[Complex::default(); CARRIERS]; HOPS];
        Self { phases, steps: Lines::of_length(ROWS * CARRIERS), expected, hop: 0 }
    }

    pub(super) fn reset(&mut self) {
        self.phases = [[Complex::default(); CARRIERS]; HOPS];
        self.steps.re.fill(0.0);
        self.steps.im.fill(0.0);
        self.hop = 0;
    }

    /// Takes the newest hop and says how well a marker agrees whose last frame it is, in deviations of chance.
    pub(super) fn take(&mut self, carriers: &Carriers) -> f32 {
        let row = self.hop % ROWS * CARRIERS;
        let before = &mut self.phases[self.hop % HOPS];
        for (carrier, (value, before)) in carriers.iter().zip(before).enumerate() {
            let size = (value.re * value.re + value.im * value.im).sqrt();
            let scale = if size > SILENCE { 1.0 / size } else { 0.0 };
            let phase = Complex { re: value.re * scale, im: value.im * scale };
            let step = phase.times(before.conjugate());
            let at = row + carrier % PILOT_EVERY * CLASS + carrier / PILOT_EVERY;
            (self.steps.re[at], self.steps.im[at]) = (step.re, step.im);
            *before = phase;
        }
        let agreement = self.agreement();
        self.hop += 1;
        agreement
    }

    fn agreement(&self) -> f32 {
        // The older of the two frames of a step lies a frame before its row.
        let oldest = self.hop + ROWS - SPAN + HOPS;
        let mut sums = [0.0; 8];
        for step in 0..STEPS {
            let row = (oldest + step * HOPS) % ROWS * CARRIERS + pilot_class(step) * CLASS;
            let steps = self.steps.re[row..row + CLASS].iter().zip(&self.steps.im[row..row + CLASS]);
            let own = step * CLASS..(step + 1) * CLASS;
            let expected = self.expected.re[own.clone()].iter().zip(&self.expected.im[own]);
            for (n, ((re, im), (cos, sin))) in steps.zip(expected).enumerate() {
                sums[n % 8] += re * cos + im * sin;
            }
        }
        // A pilot that agrees by chance varies by a half.
        sums.iter().sum::<f32>() / (PILOTS as f32 / 2.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::FRAMES;
    use super::super::code::CODED;
    use super::*;

    #[test]
    fn all_pilots_agree_at_a_markers_last_frame_and_nowhere_else() {
        let cells = Cells::new();
        let phases = cells.phases(&[true; CODED]);
        let mut pilots = Pilots::new(&cells);
        for hop in 0..SPAN + 2 * HOPS {
            // Frames as they are, each louder than the last; silence between them and afterwards.
            let frame = hop / HOPS;
            let size = if hop.is_multiple_of(HOPS) && frame < FRAMES { 1.0 + frame as f32 } else { 0.0 };
            let carrier = |carrier: usize| {
                let (im, re) = phases.get(frame * CARRIERS + carrier).copied().unwrap_or(0.0).sin_cos();
                Complex { re: size * re, im: size * im }
            };
            let agreement = pilots.take(&std::array::from_fn(carrier));
            if hop == SPAN {
                assert!((agreement - (2.0 * PILOTS as f32).sqrt()).abs() < 0.01, "{agreement}");
            } else {
                assert!(agreement < 5.0, "hop {hop}: {agreement}");
            }
        }
    }
}
