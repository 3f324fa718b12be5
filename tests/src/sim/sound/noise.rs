//! Noises of rooms and lines, one after another.

use super::{RATE, Random, Resonator, wave};

/// White noise through the long-term spectrum of speech: flat from 100 to 500 Hz, from there some 8 dB less each octave (after Byrne
/// and others, 1994), of an effective value of about 1.
#[derive(Clone, Debug)]
pub struct SpeechShaped {
    random: Random,
    low: [f32; 2],
    lowest: f32,
}

impl SpeechShaped {
    /// Of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), low: [0.0; 2], lowest: 0.0 }
    }
}

impl Iterator for SpeechShaped {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let white = self.random.normal();
        self.low[0] += 0.33 * (white - self.low[0]);
        self.low[1] += 0.33 * (self.low[0] - self.low[1]);
        // Little below 100 Hz.
        self.lowest += 0.06 * (self.low[1] - self.lowest);
        Some(3.3 * (self.low[1] - self.lowest))
    }
}

/// What is heard for a few seconds.
#[derive(Clone, Copy, Debug)]
enum Doing {
    White,
    Pink,
    Brown,
    SpeechShaped,
    Hum,
    Fan,
    Crackle,
    Clicks(u32),
    Tones(f32, f32),
    Sweep(f32),
    Silence,
}

/// Noises without end.
#[derive(Clone, Debug)]
pub struct Noises {
    random: Random,
    shaped: SpeechShaped,
    doing: Doing,
    left: u32,
    loud: f32,
    at: u32,
    slow: [f32; 3],
    phase: f32,
    resonator: Resonator,
}

impl Noises {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            shaped: SpeechShaped::new(!seed),
            doing: Doing::Silence,
            left: 0,
            loud: 0.1,
            at: 0,
            slow: [0.0; 3],
            phase: 0.0,
            resonator: Resonator::default(),
        }
    }

    fn go_on(&mut self) {
        self.left = (RATE * self.random.within(2.0, 8.0)) as u32;
        self.loud = 10_f32.powf(self.random.within(-2.5, -0.3));
        let (hz, width) = (self.random.within(100.0, 1_500.0), self.random.within(40.0, 400.0));
        self.resonator.tune(hz, width);
        self.doing = match self.random.one_of(12) {
            0 | 1 => Doing::White,
            2 => Doing::Pink,
            3 => Doing::Brown,
            4 => Doing::SpeechShaped,
            5 => Doing::Hum,
            6 => Doing::Fan,
            7 => Doing::Crackle,
            // Every second in step with a marker's frames.
            8 => Doing::Clicks(if self.random.unit() < 0.5 { 512 } else { 100 + self.random.one_of(2_000) as u32 }),
            9 => Doing::Tones(self.random.within(300.0, 3_400.0), self.random.within(300.0, 3_400.0)),
            10 => Doing::Sweep(self.random.within(-900.0, 900.0)),
            _ => Doing::Silence,
        };
    }
}

impl Iterator for Noises {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.left == 0 {
            self.go_on();
        }
        self.left -= 1;
        self.at = self.at.wrapping_add(1);
        let white = self.random.normal();
        let seconds = self.at as f32 % (60.0 * RATE) / RATE;
        let sound = match self.doing {
            Doing::White => white,
            Doing::Pink => {
                for (slow, speed) in self.slow.iter_mut().zip([0.02, 0.1, 0.5]) {
                    *slow += speed * (white - *slow);
                }
                3.0 * self.slow[0] + 1.2 * self.slow[1] + 0.5 * self.slow[2]
            }
            Doing::Brown => {
                self.slow[0] += 0.01 * (white - self.slow[0]);
                12.0 * self.slow[0]
            }
            Doing::SpeechShaped => self.shaped.next().unwrap_or(0.0),
            Doing::Hum => {
                (1..=12).map(|n| wave((50.0 * n as f32 * seconds).fract()) / n as f32).sum::<f32>() + 0.03 * white
            }
            Doing::Fan => 0.5 * self.resonator.take(white) * (1.0 + 0.3 * wave((23.0 * seconds).fract())) + 0.1 * white,
            Doing::Crackle => {
                if self.random.unit() < 0.003 {
                    8.0 * white
                } else {
                    0.01 * white
                }
            }
            Doing::Clicks(every) => {
                if self.at.is_multiple_of(every) {
                    8.0
                } else {
                    0.001 * white
                }
            }
            Doing::Tones(one, other) => wave((one * seconds).fract()) + wave((other * seconds).fract()) + 0.001 * white,
            Doing::Sweep(speed) => {
                self.phase = (self.phase + (1_850.0 + speed * wave((0.4 * seconds).fract())) / RATE).fract();
                wave(self.phase) + 0.001 * white
            }
            Doing::Silence => 0.0,
        };
        Some(self.loud * sound)
    }
}
