//! How a marker is laid out over time and frequency: frames of carriers, and what the step from each to the next says.
//!
//! A cell is a carrier's step from one frame to the next. Every cell turns the carrier's phase by an angle that the format
//! knows; a sixth of them are pilots and turn by nothing else, the rest turn by half a circle more when their bit is one.

use std::f32::consts::{PI, TAU};

use super::code::CODED;

/// Samples of a frame at 8 kHz: 64 ms. Long against early reflections, short against what an echo canceller adapts to.
pub(super) const FRAME: usize = 512;
/// Frames of a marker; the first is what the second differs from.
pub(super) const FRAMES: usize = 30;
/// Steps between frames.
pub(super) const STEPS: usize = FRAMES - 1;
/// The lowest carrier, in periods a frame: 343.75 Hz.
pub(super) const LOWEST: usize = 22;
/// Carriers, 15.625 Hz apart; the highest is 3328.125 Hz.
pub(super) const CARRIERS: usize = 192;
/// One in so many cells is a pilot.
pub(super) const PILOT_EVERY: usize = 6;

/// What a cell carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    Pilot,
    /// Which of the coded bits.
    Bit(usize),
}

/// The format's angles and places: the same in every program.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// The carriers' phases in the first frame, radians.
    pub(super) first: [f32; CARRIERS],
    /// By how much a cell turns its carrier before any bit, radians; step by step.
    pub(super) turns: Vec<f32>,
    /// What each cell carries, in the same order.
    pub(super) carries: Vec<Carries>,
}

impl Cells {
    pub(super) fn new() -> Self {
        let mut numbers = Numbers(0x4156_4f57_4d41_524b);
        let mut angle = || TAU * (numbers.next() >> 40) as f32 / (1 << 24) as f32;
        let first = std::array::from_fn(|_| angle());
        let turns = (0..STEPS * CARRIERS).map(|_| angle()).collect();
        let mut carries: Vec<Carries> = (0..STEPS * CARRIERS)
            .map(|cell| if is_pilot(cell / CARRIERS, cell % CARRIERS) { Carries::Pilot } else { Carries::Bit(0) })
            .collect();
        // The bits take turns over a shuffled list of the cells, so that each is spread over all times and frequencies.
        let mut free: Vec<usize> = (0..carries.len()).filter(|cell| carries[*cell] != Carries::Pilot).collect();
        for last in (1..free.len()).rev() {
            free.swap(last, (numbers.next() % (last as u64 + 1)) as usize);
        }
        free.iter().enumerate().for_each(|(n, cell)| carries[*cell] = Carries::Bit(n % CODED));
        Self { first, turns, carries }
    }

    /// The phases of every frame's carriers with these bits, radians, frame by frame.
    pub(super) fn phases(&self, bits: &[bool; CODED]) -> Vec<f32> {
        let mut phases = Vec::with_capacity(FRAMES * CARRIERS);
        phases.extend(self.first);
        for (cell, (turn, carries)) in self.turns.iter().zip(&self.carries).enumerate() {
            let half = matches!(carries, Carries::Bit(bit) if bits[*bit]);
            phases.push((phases[cell] + turn + if half { PI } else { 0.0 }) % TAU);
        }
        phases
    }
}

/// Whether a carrier's step is a pilot: every sixth carrier, another sixth at each step.
pub(super) const fn is_pilot(step: usize, carrier: usize) -> bool {
    carrier % PILOT_EVERY == pilot_class(step)
}

/// Which of the sixths is the pilots' at a step.
pub(super) const fn pilot_class(step: usize) -> usize {
    // 5 and 6 have no common divisor, so each sixth has its turn once in six steps.
    step * 5 % PILOT_EVERY
}

/// How loud a carrier is in a frame, around 1: four frames are a syllable, and loud parts wander through the band as formants do,
/// so that a noise suppressor sees speech rather than a fan.
pub(super) fn swell(frame: usize, carrier: usize) -> f32 {
    1.0 + 0.35 * (TAU * (frame as f32 / 4.0 + 3.0 * carrier as f32 / CARRIERS as f32)).sin()
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Numbers(u64);

impl Numbers {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::marker::code::coded;
    use crate::sound::marker::payload::Payload;

    #[test]
    fn each_bit_has_eight_cells_or_more_and_pilots_lie_everywhere() {
        let cells = Cells::new();
        let mut counts = [0; CODED];
        let mut at_step = [0; STEPS];
        let mut of_carrier = [0; CARRIERS];
        for (cell, carries) in cells.carries.iter().enumerate() {
            match carries {
                Carries::Bit(bit) => counts[*bit] += 1,
                Carries::Pilot => {
                    at_step[cell / CARRIERS] += 1;
                    of_carrier[cell % CARRIERS] += 1;
                }
            }
        }
        assert!(counts.iter().all(|count| (8..=9).contains(count)), "{counts:?}");
        assert!(at_step.iter().all(|count| *count == 32), "{at_step:?}");
        assert!(of_carrier.iter().all(|count| (4..=5).contains(count)), "{of_carrier:?}");
    }

    #[test]
    fn every_carrier_swells_and_sinks_with_the_syllables_and_the_whole_does_not() {
        for carrier in 0..CARRIERS {
            let levels: Vec<f32> = (0..4).map(|frame| 20.0 * swell(frame, carrier).log10()).collect();
            let range =
                levels.iter().copied().fold(f32::MIN, f32::max) - levels.iter().copied().fold(f32::MAX, f32::min);
            assert!((4.0..7.0).contains(&range), "carrier {carrier}: {range} dB");
        }
        let power = |frame| (0..CARRIERS).map(|carrier| swell(frame, carrier).powi(2)).sum::<f32>();
        assert!((1..4).all(|frame| (power(frame) / power(0) - 1.0).abs() < 0.01));
    }

    #[test]
    fn the_format_stays_what_version_1_is() {
        // The test vector of docs/marker.md.
        let venue = "350102001003-07".parse().expect("a venue");
        let packed = Payload { run: 0x0123_4567, venue, sequence: 0x89ab }.packed();
        let bits = coded(packed);
        let word = |bits: &[bool]| bits.iter().fold(0_u64, |word, bit| word << 1 | u64::from(*bit));
        let cells = Cells::new();
        let of_bit_0: Vec<usize> =
            (0..STEPS * CARRIERS).filter(|cell| cells.carries[*cell] == Carries::Bit(0)).collect();
        // Every angle and bit, in hundredths of a circle.
        let phases = cells
            .phases(&bits)
            .iter()
            .fold(0_u32, |sum, phase| sum.wrapping_mul(31).wrapping_add((phase.rem_euclid(TAU) / TAU * 100.0) as u32));
        assert_eq!(packed, 0x8091_a2b3_9f9d_01a7_c703_89ab);
        assert_eq!((word(&bits[..64]), word(&bits[CODED - 64..])), (0x000f_3ecd_3f0f_3e3e, 0xd1f2_1cf0_0f3e_cd3f));
        assert_eq!(of_bit_0, [578, 582, 1_115, 1_187, 1_196, 1_936, 3_986, 4_003, 5_493]);
        assert_eq!(phases, 1_911_427_222);
    }

    #[test]
    fn the_numbers_are_those_of_splitmix() {
        // The first three of seed 1234567, from the authors' reference program.
        let mut numbers = Numbers(1_234_567);
        let first: [u64; 3] = std::array::from_fn(|_| numbers.next());
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
