//! Howl: a narrow tone that was not there before the test signal and does not die away after it, because the room's loop of
//! loudspeaker and microphone feeds itself.

use super::decibels;
use super::spectrum::Spectrum;

/// Below this it is hum.
const LOWEST_HZ: f64 = 150.0;
/// A howl is this much louder than the frequencies around it.
const NARROW_DB: f64 = 20.0;
/// And than it was itself before.
const NEW_DB: f64 = 15.0;
/// A room that dies away by 60 dB in three seconds loses more than this in the half second between the two looks.
const STAYS_DB: f64 = -3.0;
/// Fainter tones are no howl yet, dB of full scale.
const LEAST_DBFS: f64 = -60.0;

/// What howls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Howl {
    /// Where.
    pub hz: f64,
    /// Its effective value at the end, dB of full scale.
    pub level_dbfs: f64,
}

/// Compares what was before a test signal with at least 0.6 s after it.
#[must_use]
pub fn howl(before: &[f32], after: &[f32], rate: u32) -> Option<Howl> {
    let length = (f64::from(rate) * 0.064) as usize;
    let length = length.next_power_of_two();
    if after.len() < 4 * length {
        return None;
    }
    let (early, late) = after.split_at(after.len() / 2);
    let [before, early, late] = [before, early, late].map(|samples| Spectrum::of(samples, rate, length));
    let first = (LOWEST_HZ / late.step_hz).ceil() as usize;
    let around = |powers: &[f64], at: usize| {
        let beside = (at.saturating_sub(16)..at.saturating_sub(3)).chain(at + 4..at + 17);
        let (sum, count) =
            beside.filter_map(|n| powers.get(n)).fold((0.0, 0), |(sum, count), power| (sum + power, count + 1));
        sum / f64::from(count.max(1))
    };
    // A Hann window spreads a tone over three bins.
    let tone = |powers: &[f64], at: usize| powers[at - 1..=at + 1].iter().sum::<f64>();
    let is_howl = |at: usize| {
        let now = decibels(tone(&late.powers, at));
        now > LEAST_DBFS
            && now - decibels(around(&late.powers, at)) > NARROW_DB
            && now - decibels(tone(&before.powers, at)) > NEW_DB
            && now - decibels(tone(&early.powers, at)) > STAYS_DB
    };
    let loudest = (first.max(1)..late.powers.len() - 1)
        .filter(|at| is_howl(*at))
        .max_by(|one, other| late.powers[*one].total_cmp(&late.powers[*other]))?;
    Some(Howl { hz: loudest as f64 * late.step_hz, level_dbfs: decibels(tone(&late.powers, loudest)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, from: f32, to: f32, count: usize) -> Vec<f32> {
        let gain = |n: usize| from * (to / from).powf(n as f32 / count as f32);
        (0..count).map(|n| gain(n) * (std::f32::consts::TAU * hz * n as f32 / 16_000.0).sin()).collect()
    }

    #[test]
    fn a_tone_that_grows_or_stays_is_howl_and_one_that_dies_or_was_there_is_not() {
        let quiet = vec![0.0; 16_000];
        for (hz, from, to) in [(700.0, 0.01, 0.5), (2_300.0, 0.3, 0.3), (4_000.0, 0.9, 0.8)] {
            let howl = howl(&quiet, &tone(hz, from, to, 12_000), 16_000).expect("howls");
            assert!((howl.hz - f64::from(hz)).abs() < 16.0, "{hz}: {howl:?}");
        }
        // A room of 3 s: 15 dB in three quarters of a second.
        assert_eq!(howl(&quiet, &tone(700.0, 0.5, 0.09, 12_000), 16_000), None);
        let fan = tone(700.0, 0.1, 0.1, 12_000);
        assert_eq!(howl(&fan, &fan, 16_000), None);
        assert_eq!(howl(&quiet, &tone(100.0, 0.1, 0.1, 12_000), 16_000), None, "hum");
        assert_eq!(howl(&quiet, &tone(700.0, 1e-4, 1e-4, 12_000), 16_000), None, "faint");
        assert_eq!(howl(&quiet, &[0.5; 100], 16_000), None, "too short");
    }
}
