//! The path between what was played and what was heard: its impulse response, and what of the sound it does not explain.
//!
//! The spectrum of what was heard is divided by that of what was played, within the band that was played; elsewhere nothing is
//! known, and the response is softly cut off there.

use crate::fourier::{Complex, Way, transform, turns};

use super::decibels;

/// What counts as the path itself begins so long before its main lobe, seconds: what sounds before is the cut of the band.
const BEFORE_S: f64 = 0.008;
/// The frequency response is of so much of the path, seconds: the direct sound and the room's first answers.
const RESPONSE_S: f64 = 0.25;
/// For distortion so much before it counts as the path, seconds: all that the cut of the lowest band brings, and less than where a
/// sweep puts its second harmonic (0.4 s).
const RINGS_S: f64 = 0.2;
/// What comes later than this after the main lobe counts as distortion, seconds.
const LINEAR_S: f64 = 1.2;
/// One direction must beat the other by so much for the polarity to be said.
const CLEAR: f32 = 1.25;

/// A sound that is known, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// As it was played.
    pub samples: &'a [f32],
    /// Samples a second.
    pub rate: u32,
    /// The band that it fills, Hz.
    pub band_hz: (f64, f64),
    /// Frequencies with less than this share of the usual power count for less: 0.003 of noise, whose spectrum has holes.
    pub least_power: f64,
}

/// A path.
#[derive(Clone, Debug)]
pub struct Channel {
    /// What one full sample becomes, from the beginning of what was looked at; it goes round.
    pub impulse: Vec<f32>,
    /// Where its main lobe is.
    pub at: usize,
    rate: u32,
    impulse_rate: u32,
    band_hz: (f64, f64),
    /// The transforms of both sounds: played + i heard.
    both: Vec<Complex>,
}

impl Channel {
    /// From a known sound and what was heard of it, which must begin before it and may end after it.
    #[must_use]
    pub fn of(known: &Known<'_>, heard: &[f32]) -> Self {
        let length = heard.len().max(known.samples.len()).next_power_of_two();
        let sample = |samples: &[f32], n: usize| samples.get(n).copied().unwrap_or(0.0);
        let mut both: Vec<Complex> =
            (0..length).map(|n| Complex { re: sample(known.samples, n), im: sample(heard, n) }).collect();
        transform(&mut both, &turns(length, Way::Forth));
        let (rate, impulse_rate, band_hz) = (known.rate, known.rate, known.band_hz);
        let mut channel = Self { impulse: Vec::new(), at: 0, rate, impulse_rate, band_hz, both };
        channel.divide(known.least_power);
        channel
    }

    fn divide(&mut self, least_power: f64) {
        let (first, last) = self.bins();
        // A sound that fills less than half of what its rate allows leaves a response that half as many samples hold.
        let is_low = 2 * last < self.both.len() / 2;
        let length = if is_low { self.both.len() / 2 } else { self.both.len() };
        self.impulse_rate = if is_low { self.rate / 2 } else { self.rate };
        let scale = 1.0 / self.both.len() as f32 * if is_low { 2.0 } else { 1.0 };
        let usual: f64 = (first..last).map(|n| f64::from(size(self.pair(n).0))).sum::<f64>() / (last - first) as f64;
        let floor = (usual * least_power) as f32;
        let mut values = vec![Complex::default(); length];
        for n in first..last {
            let (played, heard) = self.pair(n);
            let divided = heard.times(played.conjugate());
            let gain = soft(n, first, last) / (size(played) + floor).max(f32::MIN_POSITIVE);
            values[n] = Complex { re: divided.re * gain, im: divided.im * gain };
            values[length - n] = values[n].conjugate();
        }
        transform(&mut values, &turns(length, Way::Back));
        self.impulse = values.iter().map(|value| value.re * scale).collect();
        let louder = |one: &usize, other: &usize| self.impulse[*one].abs().total_cmp(&self.impulse[*other].abs());
        self.at = (0..length).max_by(louder).unwrap_or(0);
    }

    fn bins(&self) -> (usize, usize) {
        let at = |hz: f64| (hz * self.both.len() as f64 / f64::from(self.rate)) as usize;
        let last = at(self.band_hz.1).min(self.both.len() / 2 - 1);
        (at(self.band_hz.0).clamp(1, last.saturating_sub(1).max(1)), last.max(2))
    }

    /// The transforms of what was played and heard; they share one complex transform.
    fn pair(&self, n: usize) -> (Complex, Complex) {
        let (up, down) = (self.both[n], self.both[self.both.len() - n].conjugate());
        (
            Complex { re: f32::midpoint(up.re, down.re), im: f32::midpoint(up.im, down.im) },
            Complex { re: (up.im - down.im) / 2.0, im: (down.re - up.re) / 2.0 },
        )
    }

    /// Samples a second of the impulse response: the sound's, or half of it.
    #[must_use]
    pub const fn impulse_rate(&self) -> u32 {
        self.impulse_rate
    }

    /// 1 when the main lobe rises, −1 when it falls; none when both directions are nearly as strong.
    #[must_use]
    pub fn polarity(&self) -> Option<f32> {
        let near = self.piece(self.at, 0.002, 0.002);
        let (up, down) = near.iter().fold((0.0_f32, 0.0_f32), |(up, down), value| (up.max(*value), down.max(-value)));
        if up > down * CLEAR {
            Some(1.0)
        } else if down > up * CLEAR {
            Some(-1.0)
        } else {
            None
        }
    }

    /// The gain of the path in bands around these frequencies, dB; each is `width` octaves wide. Bands that the sound did not
    /// fill are left out.
    #[must_use]
    pub fn response(&self, centres_hz: &[f64], width: f64) -> Vec<(f64, f64)> {
        let piece = self.piece(self.at, BEFORE_S, RESPONSE_S);
        let length = piece.len().next_power_of_two();
        let mut values = faded(&piece, (BEFORE_S * f64::from(self.impulse_rate)) as usize, length);
        transform(&mut values, &turns(length, Way::Forth));
        let step_hz = f64::from(self.impulse_rate) / length as f64;
        let half = (width / 2.0).exp2();
        let filled = |hz: &f64| hz / half >= self.band_hz.0 * 0.98 && hz * half <= self.band_hz.1 * 1.02;
        // Where the band is softly cut off, as much is given back; where little is left of it, nothing is said.
        let at = |hz: f64| (hz / step_hz).round() as usize;
        let (first, last) = (at(self.band_hz.0), at(self.band_hz.1));
        let gain = |hz: f64| {
            let (mut sum, mut count) = (0.0, 0.0);
            let from = at(hz / half).max(first);
            for (n, value) in values.iter().enumerate().take((at(hz * half) + 1).min(last)).skip(from) {
                let kept = soft(n, first, last);
                if kept > 0.5 {
                    sum += f64::from(size(*value) / (kept * kept));
                    count += 1.0;
                }
            }
            decibels(sum / f64::max(count, 1.0))
        };
        centres_hz.iter().copied().filter(filled).map(|hz| (hz, gain(hz))).collect()
    }

    /// What was heard in the band and is not explained by the path, noise among it, against what is: the total harmonic distortion
    /// and noise, as a ratio of amplitudes, over the whole of the known sound; noise counts for 14 % too little. What a path distorts of a sweep comes before its
    /// main lobe, and is no part of it.
    #[must_use]
    pub fn distortion(&self) -> f64 {
        let length = self.both.len();
        let piece = self.piece(self.at, RINGS_S, LINEAR_S.min(length as f64 / f64::from(self.rate) * 0.4));
        let before = (RINGS_S * f64::from(self.rate)) as usize;
        let mut path = vec![Complex::default(); length];
        for (n, value) in faded(&piece, before, piece.len()).into_iter().enumerate() {
            path[(self.at + length + n - before) % length] = value;
        }
        transform(&mut path, &turns(length, Way::Forth));
        let (first, last) = self.bins();
        // Where the band is softly cut off the path is not wholly known.
        let soft = (last - first) / 16 + 1;
        let (mut left, mut explained) = (0.0, 0.0);
        for (n, path) in path.iter().enumerate().take(last - soft).skip(first + first / 3 + 1) {
            let (played, heard) = self.pair(n);
            let by_path = path.times(played);
            explained += f64::from(size(by_path));
            left += f64::from(size(Complex { re: heard.re - by_path.re, im: heard.im - by_path.im }));
        }
        if explained > 0.0 { (left / explained).sqrt() } else { 1.0 }
    }

    /// A piece of the impulse response around a place; it goes round.
    pub(super) fn piece(&self, at: usize, before_s: f64, after_s: f64) -> Vec<f32> {
        let (length, rate) = (self.impulse.len(), f64::from(self.impulse_rate));
        let (before, after) = ((before_s * rate) as usize, ((after_s * rate) as usize).min(length));
        (0..before + after).map(|n| self.impulse[(at + length + n - before) % length]).collect()
    }
}

/// A piece that swells over its first samples and dies away over its last tenth, as complex numbers with zeros behind.
fn faded(piece: &[f32], swell: usize, length: usize) -> Vec<Complex> {
    let ends = piece.len() / 10;
    let edge = |n: usize| {
        let in_front = if n < swell / 2 { n as f32 / (swell / 2) as f32 } else { 1.0 };
        let left = piece.len() - n;
        in_front * if left < ends { left as f32 / ends as f32 } else { 1.0 }
    };
    let mut values: Vec<Complex> = piece.iter().enumerate().map(|(n, value)| Complex::real(value * edge(n))).collect();
    values.resize(length, Complex::default());
    values
}

/// A band begins within a third of its lowest frequency and ends within its last sixteenth.
fn soft(n: usize, first: usize, last: usize) -> f32 {
    let rises = (n - first) as f32 / (first as f32 / 3.0 + 1.0);
    let falls = (last - n) as f32 / ((last - first) as f32 / 16.0 + 1.0);
    let edge = rises.min(falls).min(1.0);
    0.5 - 0.5 * (std::f32::consts::PI * edge).cos()
}

fn size(value: Complex) -> f32 {
    value.re * value.re + value.im * value.im
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sound::sweep::{FROM_HZ, sweep, to_hz};

    pub(in crate::sound) fn known(samples: &[f32], rate: u32) -> Known<'_> {
        Known { samples, rate, band_hz: (FROM_HZ, to_hz(rate)), least_power: 1e-6 }
    }

    /// `samples` after `delay` samples of nothing, with a second behind.
    pub(in crate::sound) fn delayed(samples: &[f32], delay: usize, rate: u32, gain: f32) -> Vec<f32> {
        let mut heard = vec![0.0; delay];
        heard.extend(samples.iter().map(|sample| gain * sample));
        heard.resize(heard.len() + rate as usize, 0.0);
        heard
    }

    const OCTAVES: [f64; 7] = [125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];

    #[test]
    fn delay_gain_and_polarity_of_a_plain_path_are_found() {
        for (rate, delay, gain) in [(16_000, 1_234, 0.5), (48_000, 10_000, -0.1), (16_000, 0, 2.0)] {
            let played = sweep(rate);
            let channel = Channel::of(&known(&played, rate), &delayed(&played, delay, rate, gain));
            assert_eq!((channel.at, channel.polarity()), (delay, Some(gain.signum())), "{rate}");
            let response = channel.response(&OCTAVES, 1.0);
            assert_eq!(response.len(), if rate == 48_000 { 7 } else { 6 });
            for (hz, db) in response {
                let expected = 20.0 * f64::from(gain.abs()).log10();
                assert!((db - expected).abs() < 0.4, "{hz} Hz: {db}, not {expected}");
            }
            assert!(channel.distortion() < 0.003, "{}", channel.distortion());
        }
    }

    #[test]
    fn a_filter_is_found_octave_by_octave() {
        // One pole at 1 kHz: −3 dB there, then 6 dB an octave.
        let played = sweep(48_000);
        let pole = 1.0 - (-std::f64::consts::TAU * 1_000.0 / 48_000.0).exp();
        let mut state = 0.0;
        let filtered: Vec<f32> = played
            .iter()
            .map(|sample| {
                state += pole * (f64::from(*sample) - state);
                state as f32
            })
            .collect();
        let channel = Channel::of(&known(&played, 48_000), &delayed(&filtered, 500, 48_000, 1.0));
        for (hz, db) in channel.response(&OCTAVES, 1.0) {
            let (from, to) = (hz / 2.0_f64.sqrt(), hz * 2.0_f64.sqrt());
            let power = |hz: f64| {
                let turn = std::f64::consts::TAU * hz / 48_000.0;
                pole * pole / (1.0 - 2.0 * (1.0 - pole) * turn.cos() + (1.0 - pole) * (1.0 - pole))
            };
            let mean = (0..100).map(|n| power(from + (to - from) * f64::from(n) / 100.0)).sum::<f64>() / 100.0;
            assert!((db - 10.0 * mean.log10()).abs() < 0.5, "{hz} Hz: {db}, not {}", 10.0 * mean.log10());
        }
    }

    #[test]
    fn distortion_and_noise_are_what_was_planted() {
        let played: Vec<f32> = sweep(48_000).iter().map(|sample| sample * 0.5).collect();
        // A cube gives a third harmonic of a quarter of it times the amplitude squared, and three times as much to the tone itself;
        // what of the sweep has its third harmonic beyond the band shows none.
        let seen = (1.0 - 3_f64.ln() / (to_hz(48_000) / FROM_HZ).ln()).sqrt();
        let third = |cube: f64| seen * cube * 0.0625 / (1.0 + 3.0 * cube * 0.0625);
        for (cube, noise) in [(0.0_f32, 0.0_f32), (0.8, 0.0), (0.32, 0.0), (0.16, 0.0), (0.0, 0.01)] {
            let mut state = 5_u32;
            let mut random = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * 3.0_f32.sqrt()
            };
            let bent: Vec<f32> = played.iter().map(|x| x + cube * x * x * x).collect();
            let mut heard = delayed(&bent, 4_000, 48_000, 1.0);
            heard.iter_mut().for_each(|sample| *sample += noise * random());
            let found = Channel::of(&known(&played, 48_000), &heard).distortion();
            let expected = if noise > 0.0 {
                // The noise within the band, over all that was looked at, against the sweep's power over its own length. The part of
                // the response that counts as the path takes its share of the noise along.
                let (band, times) = ((10_900.0 - 95.0) / 24_000.0, heard.len() as f64 / played.len() as f64);
                let taken = (RINGS_S + LINEAR_S) * 48_000.0 / f64::from(1 << 18);
                (f64::from(noise * noise) * band * times * (1.0 - taken) / 0.125).sqrt()
            } else {
                third(f64::from(cube))
            };
            assert!((found - expected).abs() < 0.002 + 0.06 * expected, "{cube} {noise}: {found}, not {expected}");
        }
    }
}
