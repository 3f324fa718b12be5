//! From a payload to sound.

use std::f32::consts::{FRAC_PI_2, PI};

use super::Rate;
use super::cells::{CARRIERS, Cells, FRAME, FRAMES, LOWEST, swell};
use super::code::coded;
use super::payload::Payload;

/// The effective value of what [`encode`] makes, full scale being 1: −20 dBFS. The crest factor is below 15 dB.
pub const LEVEL: f32 = 0.1;

/// One frame fades into the next over so many samples at 8 kHz (16 ms), with constant power.
pub(super) const FADE: usize = 128;
/// How long a marker swells at its start and dies away at its end, samples at 8 kHz: 40 ms.
const SOFT: usize = 320;
/// Samples of a marker at 8 kHz: 1.936 s.
pub(super) const LENGTH: usize = FRAMES * FRAME + FADE;

/// The sound of a payload: [`LENGTH`] samples at 8 kHz, or as many times more as `rate` is higher.
#[must_use]
pub fn encode(payload: Payload, rate: Rate) -> Vec<f32> {
    let phases = Cells::new().phases(&coded(payload.packed()));
    let times = rate.per_base();
    let (frame, fade) = (FRAME * times, FADE * times);
    let wave: Vec<f32> = (0..frame).map(|n| (2.0 * PI * n as f32 / frame as f32).cos()).collect();
    let mut samples = vec![0.0; LENGTH * times];
    let mut period = vec![0.0; frame];
    for (number, phases) in phases.chunks_exact(CARRIERS).enumerate() {
        synthesise(&mut period, &wave, number, phases);
        // Carriers have whole periods in a frame, so what lies before and after it is the frame again.
        for (n, sample) in samples[number * frame..][..frame + fade].iter_mut().enumerate() {
            let before_end = (frame + fade - n) as f32 - 0.5;
            let edge = (n as f32 + 0.5).min(before_end) / fade as f32;
            let gain = if edge < 1.0 { (FRAC_PI_2 * edge).sin() } else { 1.0 };
            *sample += gain * period[(n + frame - fade / 2) % frame];
        }
    }
    soften(&mut samples, SOFT * times);
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    let gain = LEVEL / power.sqrt();
    samples.iter_mut().for_each(|sample| *sample *= gain);
    samples
}

fn synthesise(period: &mut [f32], wave: &[f32], number: usize, phases: &[f32]) {
    period.fill(0.0);
    let forth = |at: usize, by: usize| if at + by < wave.len() { at + by } else { at + by - wave.len() };
    for (carrier, phase) in phases.iter().enumerate() {
        let (sin, cos) = phase.sin_cos();
        let (re, im) = (swell(number, carrier) * cos, swell(number, carrier) * sin);
        // The sine is the cosine a quarter later.
        let (mut cosine, mut sine) = (0, wave.len() / 4 * 3);
        for sample in period.iter_mut() {
            *sample += re * wave[cosine] - im * wave[sine];
            (cosine, sine) = (forth(cosine, LOWEST + carrier), forth(sine, LOWEST + carrier));
        }
    }
}

fn soften(samples: &mut [f32], over: usize) {
    let last = samples.len() - 1;
    for n in 0..over {
        let gain = 0.5 - 0.5 * (PI * (n as f32 + 0.5) / over as f32).cos();
        samples[n] *= gain;
        samples[last - n] *= gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fourier::{Complex, Way, transform, turns};

    fn payload(n: u32) -> Payload {
        let venue = format!("{:09}-{:02}", n.wrapping_mul(7_919) % 1_000_000_000, n % 99 + 1);
        Payload { run: n.wrapping_mul(0x9e37_79b9), venue: venue.parse().expect("a venue"), sequence: n as u16 }
    }

    fn decibels(power: f32) -> f32 {
        10.0 * power.log10()
    }

    /// The power at each frequency up to half the rate, Hann windows of `length` samples that overlap by half.
    fn spectrum(samples: &[f32], length: usize) -> Vec<f32> {
        let turns = turns(length, Way::Forth);
        let mut powers = vec![0.0; length / 2];
        for from in (0..samples.len() - length).step_by(length / 2) {
            let window = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f32 / length as f32).cos();
            let mut values: Vec<Complex> = (0..length).map(|n| Complex::real(samples[from + n] * window(n))).collect();
            transform(&mut values, &turns);
            powers
                .iter_mut()
                .zip(&values)
                .for_each(|(power, value)| *power += value.re * value.re + value.im * value.im);
        }
        powers
    }

    #[test]
    fn the_level_and_the_crest_are_as_stated() {
        for n in 0..40 {
            let rate = Rate::ALL[n as usize % 3];
            let samples = encode(payload(n), rate);
            assert_eq!(samples.len() * 125, 242 * rate.hz() as usize, "1.936 s");
            let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
            let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            assert!((power.sqrt() - LEVEL).abs() < 1e-4, "{}", power.sqrt());
            assert!(20.0 * (peak / LEVEL).log10() < 15.0, "payload {n}: crest {}", 20.0 * (peak / LEVEL).log10());
        }
    }

    #[test]
    fn the_energy_lies_within_a_telephones_band() {
        for rate in Rate::ALL {
            // One transform over the whole marker, silence after it: nothing leaks but what is there.
            let mut values: Vec<Complex> = encode(payload(3), rate).into_iter().map(Complex::real).collect();
            values.resize(values.len().next_power_of_two(), Complex::default());
            let length = values.len();
            transform(&mut values, &turns(length, Way::Forth));
            let hz = |bin: usize| bin as f32 * rate.hz() as f32 / length as f32;
            let power = |bin: usize| values[bin].re * values[bin].re + values[bin].im * values[bin].im;
            let whole: f32 = (0..length / 2).map(power).sum();
            let inside: f32 = (0..length / 2).filter(|bin| (300.0..=3_400.0).contains(&hz(*bin))).map(power).sum();
            assert!(inside / whole > 0.999_9, "{rate}: {}", inside / whole);
        }
    }

    #[test]
    fn there_is_no_stationary_tone_in_it() {
        // As fine as a frame's carriers, over many markers: flat; and in each of them alone no line stands out.
        let mut long_term = vec![0.0; 512];
        for n in 0..24 {
            let alone = spectrum(&encode(payload(n), Rate::Hz8000), 1_024);
            long_term.iter_mut().zip(&alone).for_each(|(sum, power)| *sum += power);
            let (peak, median) = peak_and_median(&alone);
            assert!(decibels(peak / median) < 8.0, "payload {n}: {} dB", decibels(peak / median));
        }
        let (peak, median) = peak_and_median(&long_term);
        assert!(decibels(peak / median) < 3.0, "{} dB", decibels(peak / median));
    }

    /// Within the band.
    fn peak_and_median(powers: &[f32]) -> (f32, f32) {
        let mut inside: Vec<f32> = powers[48..424].to_vec();
        inside.sort_by(f32::total_cmp);
        (inside[inside.len() - 1], inside[inside.len() / 2])
    }

    #[test]
    fn it_begins_and_ends_softly_and_never_stops_in_between() {
        let samples = encode(payload(5), Rate::Hz8000);
        let level = |from: usize| {
            let part = &samples[from..from + 80];
            decibels(part.iter().map(|sample| sample * sample).sum::<f32>() / 80.0 / (LEVEL * LEVEL))
        };
        assert!(level(0) < -20.0 && level(samples.len() - 80) < -20.0, "{} {}", level(0), level(samples.len() - 80));
        let inside: Vec<f32> = (400..samples.len() - 480).step_by(80).map(level).collect();
        assert!(inside.iter().all(|level| (-9.0..6.0).contains(level)), "{inside:?}");
    }

    #[test]
    fn the_sound_stays_what_version_1_is() {
        // The test vector of docs/marker.md, computed by a second program.
        let venue = "350102001003-07".parse().expect("a venue");
        let samples = encode(Payload { run: 0x0123_4567, venue, sequence: 0x89ab }, Rate::Hz8000);
        let expected = [-0.021_280, -0.184_438, -0.070_863, -0.051_164, 0.305_499, -0.104_794, 0.144_815, 0.034_682];
        for (n, expected) in expected.into_iter().enumerate() {
            let found = samples[1_000 + n * 1_999];
            assert!((found - expected).abs() < 1e-4, "{n}: {found}, not {expected}");
        }
    }

    #[test]
    fn every_bit_of_a_payload_changes_the_sound() {
        let cells = Cells::new();
        let phases = |packed: u128| cells.phases(&coded(packed));
        let packed = payload(9).packed();
        let one = phases(packed);
        for bit in 0..super::super::payload::BITS {
            let other = phases(packed ^ 1 << bit);
            let likeness: f32 = one.iter().zip(&other).map(|(a, b)| (a - b).cos()).sum::<f32>() / one.len() as f32;
            assert!(likeness < 0.9, "bit {bit}: {likeness}");
        }
    }
}
