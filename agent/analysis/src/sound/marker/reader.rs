//! What a marker says that begins at a known place, and how well it is heard.

use std::f32::consts::TAU;

use super::cells::{CARRIERS, Carries, Cells, FRAME, FRAMES, STEPS};
use super::code::{CODED, Decoder, coded};
use super::payload::Payload;
use super::pilots::SILENCE;
use super::spectrum::{Carriers, Spectrum};
use crate::fourier::Complex;

/// What a marker's steps keep of its power without any noise; the rest goes where frames fade into each other, swell and soften.
const KEPT: f32 = 0.93;

/// How a marker is heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quality {
    /// The mean agreement of all cells, phases alone; 1 when each agrees.
    pub(super) score: f32,
    /// By how much the sound comes after the place that was read at, samples at 8 kHz.
    pub(super) late: f32,
    /// The marker's own power, full scale of a sample being 1.
    pub(super) power: f32,
    /// The power of everything else in the band.
    pub(super) noise: f32,
}

/// The reader with its memory.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    cells: Cells,
    turns: Vec<Complex>,
    spectrum: Spectrum,
    decoder: Decoder,
    frames: Vec<Carriers>,
    agreements: Vec<f32>,
}

impl Reader {
    pub(super) fn new(cells: Cells) -> Self {
        let turns = cells.turns.iter().map(|turn| unit(*turn)).collect();
        Self {
            cells,
            turns,
            spectrum: Spectrum::new(),
            decoder: Decoder::new(),
            frames: vec![[Complex::default(); CARRIERS]; FRAMES],
            agreements: vec![0.0; STEPS * CARRIERS],
        }
    }

    /// The payload of a marker in these [`FRAMES`] × [`FRAME`] samples, when there is one.
    pub(super) fn read(&mut self, samples: &[f32]) -> Option<Payload> {
        self.transform(samples);
        self.agree();
        let mut likelihoods = [0.0; CODED];
        for (agreement, carries) in self.agreements.iter().zip(&self.cells.carries) {
            if let Carries::Bit(bit) = carries {
                likelihoods[*bit] += agreement;
            }
        }
        Payload::from_packed(self.decoder.payload(&likelihoods)?)
    }

    fn transform(&mut self, samples: &[f32]) {
        for (pair, frames) in samples.chunks_exact(2 * FRAME).zip(self.frames.chunks_exact_mut(2)) {
            frames.copy_from_slice(&self.spectrum.pair(&pair[..FRAME], &pair[FRAME..]));
        }
    }

    /// How each cell's step agrees with what it would be without a bit. Frames and carriers are made equally loud first, so that
    /// neither a bang nor a hum speaks for all.
    fn agree(&mut self) {
        let mut frames = [1.0; FRAMES];
        let mut carriers = [1.0; CARRIERS];
        self.even_out(&mut frames, &mut carriers);
        let even = |frame: usize, carrier: usize| {
            let value = self.frames[frame][carrier];
            let scale = frames[frame] * carriers[carrier];
            Complex { re: value.re * scale, im: value.im * scale }
        };
        for (cell, (agreement, turn)) in self.agreements.iter_mut().zip(&self.turns).enumerate() {
            let (step, carrier) = (cell / CARRIERS, cell % CARRIERS);
            let turned = even(step + 1, carrier).times(even(step, carrier).conjugate());
            *agreement = turned.times(turn.conjugate()).re;
        }
    }

    /// Factors that bring each frame and each carrier to a mean power of 1; nearly, after two rounds. Silence stays silence: what the
    /// filters still give out after the end of a sound would be made as loud as the marker.
    fn even_out(&self, frames: &mut [f32; FRAMES], carriers: &mut [f32; CARRIERS]) {
        let gain = |sum: f32, count: usize| if sum > 0.0 { (count as f32 / sum).sqrt() } else { 0.0 };
        for _ in 0..2 {
            for (gain_of_frame, frame) in frames.iter_mut().zip(&self.frames) {
                let powers = frame.iter().zip(&*carriers).map(|(value, gain)| power(*value) * gain * gain);
                let is_silent = frame.iter().all(|value| power(*value) < SILENCE * SILENCE);
                *gain_of_frame = if is_silent { 0.0 } else { gain(powers.sum(), CARRIERS) };
            }
            for (carrier, gain_of_carrier) in carriers.iter_mut().enumerate() {
                let powers = self.frames.iter().zip(&*frames).map(|(frame, gain)| power(frame[carrier]) * gain * gain);
                *gain_of_carrier = gain(powers.sum(), FRAMES);
            }
        }
    }

    /// How well the marker is heard that was read to be this one, in the frames that were read last.
    pub(super) fn quality(&self, payload: Payload) -> Quality {
        let phases = self.cells.phases(&coded(payload.packed()));
        let expected = |frame: usize, carrier: usize| unit(phases[frame * CARRIERS + carrier]);
        let (mut score, mut kept, mut whole, mut slope) = (0.0, 0.0, 0.0, Complex::default());
        let mut before = [Complex::default(); CARRIERS];
        for (number, frame) in self.frames.iter().enumerate() {
            let mut channel = [Complex::default(); CARRIERS];
            for (carrier, value) in frame.iter().enumerate() {
                channel[carrier] = value.times(expected(number, carrier).conjugate());
            }
            for pair in channel.windows(2) {
                let turned = pair[1].times(pair[0].conjugate());
                slope = Complex { re: slope.re + turned.re, im: slope.im + turned.im };
            }
            if number > 0 {
                for (now, before) in channel.iter().zip(&before) {
                    let agreement = now.times(before.conjugate()).re;
                    let sizes = power(*now) * power(*before);
                    score += if sizes > 0.0 { agreement / sizes.sqrt() } else { 0.0 };
                    kept += agreement;
                    whole += f32::midpoint(power(*now), power(*before));
                }
            }
            before = channel;
        }
        // A real carrier of size a has a power of a²/2 and an amplitude of a × FRAME / 2 here.
        let scale = 2.0 / (FRAME as f32 * FRAME as f32 * STEPS as f32);
        let power = (kept / KEPT).max(0.0) * scale;
        Quality {
            score: score / (STEPS * CARRIERS) as f32,
            late: -slope.im.atan2(slope.re) / TAU * FRAME as f32,
            power,
            noise: (whole * scale - power).max(0.0),
        }
    }

    /// Reads other samples for [`Reader::quality`].
    pub(super) fn look(&mut self, samples: &[f32]) {
        self.transform(samples);
    }
}

fn unit(angle: f32) -> Complex {
    let (im, re) = angle.sin_cos();
    Complex { re, im }
}

fn power(value: Complex) -> f32 {
    value.re * value.re + value.im * value.im
}
