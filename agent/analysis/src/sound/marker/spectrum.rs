//! The carriers of a frame of samples. Two real frames share one complex transform.

use super::cells::{CARRIERS, FRAME, LOWEST};
use crate::fourier::{Complex, Way, transform, turns};

/// A frame's carriers, as complex amplitudes.
pub(super) type Carriers = [Complex; CARRIERS];

/// The transform with its memory.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    turns: Vec<Complex>,
    values: Vec<Complex>,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        Self { turns: turns(FRAME, Way::Forth), values: vec![Complex::default(); FRAME] }
    }

    /// Of two frames, each of [`FRAME`] samples.
    pub(super) fn pair(&mut self, one: &[f32], other: &[f32]) -> [Carriers; 2] {
        for (value, (re, im)) in self.values.iter_mut().zip(one.iter().zip(other)) {
            *value = Complex { re: *re, im: *im };
        }
        transform(&mut self.values, &self.turns);
        let mut both = [[Complex::default(); CARRIERS]; 2];
        let [one, other] = &mut both;
        for (carrier, (one, other)) in one.iter_mut().zip(other).enumerate() {
            let up = self.values[LOWEST + carrier];
            let down = self.values[FRAME - LOWEST - carrier].conjugate();
            *one = Complex { re: f32::midpoint(up.re, down.re), im: f32::midpoint(up.im, down.im) };
            *other = Complex { re: (up.im - down.im) / 2.0, im: (down.re - up.re) / 2.0 };
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_carrier_of_two_frames_is_found_where_it_is() {
        let mut spectrum = Spectrum::new();
        let tone = |periods: usize, phase: f32, n: usize| {
            (std::f32::consts::TAU * (periods * n % FRAME) as f32 / FRAME as f32 + phase).cos()
        };
        let one: Vec<f32> = (0..FRAME).map(|n| tone(LOWEST, 0.3, n)).collect();
        let other: Vec<f32> = (0..FRAME).map(|n| tone(LOWEST + CARRIERS - 1, -1.2, n)).collect();
        let [one, other] = spectrum.pair(&one, &other);
        let near = |found: Complex, size: f32, phase: f32| {
            let expected = Complex { re: size * phase.cos(), im: size * phase.sin() };
            (found.re - expected.re).hypot(found.im - expected.im) < 0.01
        };
        let half = FRAME as f32 / 2.0;
        assert!(near(one[0], half, 0.3) && near(other[CARRIERS - 1], half, -1.2));
        assert!(one[1..].iter().chain(&other[..CARRIERS - 1]).all(|rest| near(*rest, 0.0, 0.0)));
    }
}
