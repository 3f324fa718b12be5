//! What a marker says that begins at a known place, and how well it is heard.

use std::f32::consts::TAU;

use super::cells::{CARRIERS, Carries, Cells, FRAME, FRAMES, STEPS};
use super::code::{CODED, Decoder, coded};
use super::payload::Payload;
use super::spectrum::{Carriers, Spectrum};
use crate::fourier::Complex;

/// A carrier counts for no more than this times its own mean: clicks and bursts.
const LIMIT: f32 = 1.6;
/// Carriers on each side that share an estimate of how well they are heard.
const NEIGHBOURS: usize = 12;
/// Steps on each side, likewise.
const AROUND: usize = 2;
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
        let by_carrier = self.weights_by_carrier();
        let by_step = self.weights_by_step();
        let mut likelihoods = [0.0; CODED];
        for (cell, (agreement, carries)) in self.agreements.iter().zip(&self.cells.carries).enumerate() {
            if let Carries::Bit(bit) = carries {
                likelihoods[*bit] += agreement * by_carrier[cell % CARRIERS] * by_step[cell / CARRIERS];
            }
        }
        Payload::from_packed(self.decoder.payload(&likelihoods)?)
    }

    fn transform(&mut self, samples: &[f32]) {
        for (pair, frames) in samples.chunks_exact(2 * FRAME).zip(self.frames.chunks_exact_mut(2)) {
            frames.copy_from_slice(&self.spectrum.pair(&pair[..FRAME], &pair[FRAME..]));
        }
    }

    /// How each cell's step agrees with what it would be without a bit; carriers are made equally loud first.
    fn agree(&mut self) {
        let mut scales = [0.0; CARRIERS];
        for (carrier, scale) in scales.iter_mut().enumerate() {
            let power: f32 = self.frames.iter().map(|frame| power(frame[carrier])).sum::<f32>() / FRAMES as f32;
            *scale = if power > 0.0 { 1.0 / power.sqrt() } else { 0.0 };
        }
        let limited = |frame: usize, carrier: usize| {
            let value = self.frames[frame][carrier];
            let size = power(value).sqrt() * scales[carrier];
            let scale = if size > LIMIT { scales[carrier] * LIMIT / size } else { scales[carrier] };
            Complex { re: value.re * scale, im: value.im * scale }
        };
        for (cell, (agreement, turn)) in self.agreements.iter_mut().zip(&self.turns).enumerate() {
            let (step, carrier) = (cell / CARRIERS, cell % CARRIERS);
            let turned = limited(step + 1, carrier).times(limited(step, carrier).conjugate());
            *agreement = turned.times(turn.conjugate()).re;
        }
    }

    fn weights_by_carrier(&self) -> [f32; CARRIERS] {
        let (sums, counts) = self.pilots(|cell| cell % CARRIERS);
        std::array::from_fn(|carrier| weight(&sums[..CARRIERS], &counts[..CARRIERS], carrier, NEIGHBOURS))
    }

    fn weights_by_step(&self) -> [f32; STEPS] {
        let (sums, counts) = self.pilots(|cell| cell / CARRIERS);
        std::array::from_fn(|step| weight(&sums[..STEPS], &counts[..STEPS], step, AROUND))
    }

    /// The pilots' agreements, summed by a key of their cell, and how many they are.
    fn pilots(&self, key: impl Fn(usize) -> usize) -> ([f32; CARRIERS], [f32; CARRIERS]) {
        let (mut sums, mut counts) = ([0.0; CARRIERS], [0.0; CARRIERS]);
        for (cell, (agreement, carries)) in self.agreements.iter().zip(&self.cells.carries).enumerate() {
            if *carries == Carries::Pilot {
                sums[key(cell)] += agreement;
                counts[key(cell)] += 1.0;
            }
        }
        (sums, counts)
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

/// The weight of what agrees by the mean of what stands around it: nearly nothing when that is chance, much when it is sure.
fn weight(sums: &[f32], counts: &[f32], at: usize, around: usize) -> f32 {
    let range = at.saturating_sub(around)..(at + around + 1).min(sums.len());
    let mean = sums[range.clone()].iter().sum::<f32>() / counts[range].iter().sum::<f32>().max(1.0);
    let mean = mean.clamp(0.03, 0.9);
    mean / (1.0 - mean * mean)
}

fn unit(angle: f32) -> Complex {
    let (im, re) = angle.sin_cos();
    Complex { re, im }
}

fn power(value: Complex) -> f32 {
    value.re * value.re + value.im * value.im
}
