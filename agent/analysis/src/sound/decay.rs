//! How long a room rings: T20 of ISO 3382-2, by Schroeder's backward integration of an impulse response.

use super::channel::Channel;
use super::decibels;

/// The decay is looked at so long, as a share of the whole response.
const LOOKED_AT: f64 = 0.45;
/// And the noise beneath it from there to here: behind every echo, before what distortion puts in front of a sweep's response.
const NOISE_TO: f64 = 0.6;
/// ISO 3382-2 wants the noise 10 dB below the end of what is fitted, which is at −25 dB.
const LEAST_RANGE_DB: f64 = 35.0;
/// Samples are looked at in blocks of this length, seconds.
const BLOCK_S: f64 = 0.01;

/// The reverberation time: three times that in which the decay goes from −5 to −25 dB, seconds. None when noise is in the way. It is
/// of the band that was played, as a whole.
#[must_use]
pub fn t20(channel: &Channel) -> Option<f64> {
    let rate = channel.impulse_rate();
    let whole = channel.impulse.len();
    let all = channel.piece(channel.at, 0.0, whole as f64 * NOISE_TO / f64::from(rate));
    let energy = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum::<f64>();
    let end = ((whole as f64 * LOOKED_AT) as usize).min(all.len());
    let noise = energy(&all[end..]) / (all.len() - end).max(1) as f64;
    let block = (BLOCK_S * f64::from(rate)) as usize;
    let loudest = energy(&all[..block.min(end)]) / block as f64;
    if decibels(loudest) - decibels(noise) < LEAST_RANGE_DB {
        return None;
    }
    // Down to where noise begins to count; it is taken off, so that it does not add up in what is left.
    let is_noise = |blocks: &[f32]| energy(blocks) / (blocks.len() as f64) < 2.0 * noise;
    let ends = all[..end].chunks_exact(block).position(is_noise).map_or(end, |blocks| blocks * block).max(2);
    let mut left: Vec<f64> = all[..ends].iter().map(|sample| f64::from(*sample) * f64::from(*sample) - noise).collect();
    let mut sum = 0.0;
    for value in left.iter_mut().rev() {
        sum += *value;
        *value = sum;
    }
    let top = decibels(sum);
    slope(&left, top).map(|per_sample| -60.0 / per_sample / f64::from(rate))
}

/// The fitted decay, dB a sample.
fn slope(left: &[f64], top: f64) -> Option<f64> {
    let levels = left.iter().enumerate().map(|(n, value)| (n as f64, decibels(value.max(0.0)) - top));
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (at, level) in levels.skip_while(|(_, level)| *level > -5.0).take_while(|(_, level)| *level >= -25.0) {
        (n, x, y, xx, xy) = (n + 1.0, x + at, y + level, xx + at * at, xy + at * level);
    }
    let slope = (n * xy - x * y) / (n * xx - x * x);
    (n >= 2.0 && slope < 0.0).then_some(slope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::channel::tests::{delayed, known};
    use crate::sound::sweep::sweep;

    /// `samples` in a room that rings for `t60` seconds: noise that dies away, 6 dB below the direct sound as a whole.
    fn in_room(samples: &[f32], t60: f32, rate: u32) -> Vec<f32> {
        let mut state = 9_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        // Echoes at random places, as dense as a test can bear.
        let echoes: Vec<(usize, f32)> = (0..1_500)
            .map(|n| {
                let at = n as f32 / 1_500.0 * 1.3 * t60 + (random() + 1.0) / 1_000.0;
                ((at * rate as f32) as usize, 0.3 * random() * 10_f32.powf(-3.0 * at / t60))
            })
            .collect();
        let mut heard = samples.to_vec();
        heard.resize(samples.len() + (1.4 * t60 * rate as f32) as usize + 100, 0.0);
        for (at, gain) in echoes {
            for (n, sample) in samples.iter().enumerate() {
                heard[n + at] += gain * sample;
            }
        }
        heard
    }

    #[test]
    fn the_reverberation_that_was_planted_is_found() {
        let played: Vec<f32> = sweep(16_000);
        for t60 in [0.3, 0.6, 1.2] {
            let mut heard = delayed(&in_room(&played, t60, 16_000), 800, 16_000, 0.5);
            let quiet = t20(&Channel::of(&known(&played, 16_000), &heard)).expect("a decay");
            let mut state = 3_u32;
            heard.iter_mut().for_each(|sample| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample += 0.002 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0);
            });
            let noisy = t20(&Channel::of(&known(&played, 16_000), &heard)).expect("a decay");
            for found in [quiet, noisy] {
                assert!((found / f64::from(t60) - 1.0).abs() < 0.15, "{t60} s: {found} s");
            }
        }
    }

    #[test]
    fn where_noise_is_as_loud_as_the_room_nothing_is_said() {
        let played: Vec<f32> = sweep(16_000);
        let mut heard = delayed(&played, 800, 16_000, 0.001);
        let mut state = 3_u32;
        heard.iter_mut().for_each(|sample| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample += 0.2 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0);
        });
        assert_eq!(t20(&Channel::of(&known(&played, 16_000), &heard)), None);
    }
}
