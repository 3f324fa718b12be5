//! What happens to a sound on its way.

use super::{RATE, Random};

/// The companding law of a G.711 codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Europe, China.
    A,
    /// North America, Japan.
    Mu,
}

/// Through a G.711 codec and back (ITU-T G.711, tables 1 and 2); samples beyond ±1 are clipped.
pub fn companded(samples: &mut [f32], law: Law) {
    for sample in samples {
        *sample = match law {
            Law::A => a_law(*sample),
            Law::Mu => mu_law(*sample),
        };
    }
}

/// In A-law a full scale is 4096: 32 steps of 2, then six segments of 16 steps, each twice as wide as the last.
fn a_law(sample: f32) -> f32 {
    let size = (sample.abs() * 4_096.0).min(4_095.0) as u32;
    let width = 2 << (size / 64 * 2).max(1).ilog2();
    let quantised = size / width * width + width / 2;
    (quantised as f32 / 4_096.0).copysign(sample)
}

/// In µ-law a full scale is 8159 and the segments, moved by 33, are powers of two from 32.
fn mu_law(sample: f32) -> f32 {
    let size = (sample.abs() * 8_159.0).min(8_158.0) as u32 + 33;
    let width = (size.ilog2() - 4).max(1);
    let width = 1 << width;
    let quantised = (size / width * width + width / 2) - 33;
    (quantised as f32 / 8_159.0).copysign(sample)
}

/// As a recorder hears it whose clock is too fast by `ppm`: more samples for the same sound.
#[must_use]
pub fn with_clock(samples: &[f32], ppm: f32) -> Vec<f32> {
    const SIDE: i64 = 12;
    let step = 1.0 / (1.0 + f64::from(ppm) * 1e-6);
    let at = |from: i64| usize::try_from(from).ok().and_then(|from| samples.get(from)).copied().unwrap_or(0.0);
    let count = (samples.len() as f64 / step) as usize;
    let one = |n: usize| {
        let place = n as f64 * step;
        let whole = place.floor();
        let rest = (place - whole) as f32;
        let tap = |n: i64| {
            let from = n as f32 - rest;
            let sinc = if from.abs() < 1e-6 {
                1.0
            } else {
                (std::f32::consts::PI * from).sin() / (std::f32::consts::PI * from)
            };
            let window = 0.5 + 0.5 * (std::f32::consts::PI * from / (SIDE as f32 + 1.0)).cos();
            at(whole as i64 + n) * sinc * window
        };
        (-SIDE..=SIDE).map(tap).sum()
    };
    (0..count).map(one).collect()
}

/// In a room: what a microphone hears of a loudspeaker. Some early reflections and a diffuse tail that falls by 60 dB in `t60`
/// seconds; all that is not the direct sound is as loud as `reverberant` dB above it.
#[must_use]
pub fn in_room(samples: &[f32], t60: f32, reverberant: f32, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    let mut response: Vec<f32> =
        (0..(RATE * t60) as usize).map(|n| random.normal() * 10_f32.powf(-3.0 * n as f32 / (RATE * t60))).collect();
    // The tail thickens over the first 20 ms; before that there are single reflections.
    (0..160).for_each(|n| response[n] *= n as f32 / 160.0);
    for _ in 0..6 {
        let at = 8 + random.one_of(150);
        response[at] += random.within(-3.0, 3.0);
    }
    let power: f32 = response.iter().map(|tap| tap * tap).sum();
    let gain = 10_f32.powf(reverberant / 20.0) / power.sqrt();
    response.iter_mut().for_each(|tap| *tap *= gain);
    response[0] = 1.0;
    response.reverse();
    let mut padded = vec![0.0; response.len() - 1];
    padded.extend(samples);
    padded.windows(response.len()).map(|window| dot(window, &response)).collect()
}

/// Through an automatic gain that falls within 5 ms and rises within 300 ms towards an effective value of 0.1, and the centre clipper
/// of an echo canceller, which takes `clipper` times the level off every sample.
#[must_use]
pub fn levelled(samples: &[f32], clipper: f32) -> Vec<f32> {
    let mut level = 0.1_f32;
    let one = |sample: &f32| {
        let size = sample.abs() * 1.25;
        let seconds = if size > level { 0.005 } else { 0.3 };
        level += (size - level) / (RATE * seconds);
        let gained = sample * 0.1 / level.max(0.003);
        (gained.abs() - clipper * 0.1).max(0.0).copysign(gained)
    };
    samples.iter().map(one).collect()
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    for (a, b) in one.chunks(16).zip(other.chunks(16)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// The effective value.
#[must_use]
pub fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companding_is_that_of_the_recommendation() {
        // Decoder output values at the ends of segments, G.711 tables 1a and 2a.
        for (law, full, sent, received) in [
            (Law::A, 4_096.0, 0.5, 1.0),
            (Law::A, 4_096.0, 62.9, 63.0),
            (Law::A, 4_096.0, 64.0, 66.0),
            (Law::A, 4_096.0, 4_000.0, 4_032.0),
            (Law::Mu, 8_159.0, 0.0, 0.0),
            (Law::Mu, 8_159.0, 2.0, 2.0),
            (Law::Mu, 8_159.0, 8_158.0, 8_031.0),
            (Law::Mu, 8_159.0, 31.5, 33.0),
        ] {
            let mut sample = [sent / full, -sent / full];
            companded(&mut sample, law);
            let found = sample.map(|sample| sample * full);
            assert!(
                (found[0] - received).abs() < 0.01 && (found[1] + received).abs() < 0.01,
                "{law:?} {sent}: {found:?}"
            );
        }
    }

    #[test]
    fn a_fast_clock_makes_more_samples_of_the_same_sound() {
        let tone: Vec<f32> = (0..80_000).map(|n| super::super::wave((0.25 * n as f32).fract())).collect();
        let heard = with_clock(&tone, 200.0);
        assert_eq!(heard.len(), 80_016);
        // 20 000 periods of four samples: 16 samples more are four periods less a sample rate.
        let late: f32 =
            (40_000..40_008).map(|n| (heard[n] - super::super::wave((0.25 * (n as f32 - 8.0)).fract())).abs()).sum();
        assert!(late < 0.2, "{late}");
    }
}
