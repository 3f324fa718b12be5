//! Sound made by code: people who talk, music, noises; and what happens to a sound on its way: a telephone's codec, a room, a clock
//! that is a little wrong. Everything follows from a seed. It shares nothing with the agent.

pub mod chance;
pub mod cost;
pub mod music;
pub mod noise;
pub mod path;
pub mod voice;

/// Samples a second of everything here.
pub const RATE: f32 = 8_000.0;

/// Kinds of sound in which there is no marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One to three people talk.
    Speech,
    /// Chords, a bass, a tune and drums.
    Music,
    /// Wind, fans, hum, crackle, tones, clicks.
    Noise,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Speech, Self::Music, Self::Noise];

    /// A sound without end of this kind, an effective value of about 0.1.
    #[must_use]
    pub fn sound(self, seed: u64) -> Box<dyn Iterator<Item = f32>> {
        match self {
            Self::Speech => Box::new(voice::Voices::new(seed)),
            Self::Music => Box::new(music::Band::new(seed)),
            Self::Noise => Box::new(noise::Noises::new(seed)),
        }
    }
}

/// Numbers that look random and follow from a seed (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        let mixed = (seed ^ 0x5851_f42d_4c95_7f2d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((mixed ^ mixed >> 29) | 1)
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Within 0 to 1, and neither of them.
    pub fn unit(&mut self) -> f32 {
        ((self.next() >> 41) as f32 + 0.5) / (1 << 23) as f32
    }

    /// Within bounds.
    pub fn within(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// One of so many.
    pub fn one_of(&mut self, count: usize) -> usize {
        (self.next() >> 33) as usize % count
    }

    /// About normal, of deviation 1: the sum of four.
    pub fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum = (0..4).map(|n| (bits >> (16 * n) & 0xffff) as f32).sum::<f32>();
        (sum / 65_536.0 - 2.0) * 1.732_05
    }
}

/// A resonator of second order.
#[derive(Clone, Debug, Default)]
pub struct Resonator {
    near: f32,
    far: f32,
    gain: f32,
    memory: [f32; 2],
}

impl Resonator {
    /// Tunes it; it keeps what it holds.
    pub fn tune(&mut self, hz: f32, width: f32) {
        let radius = (-std::f32::consts::PI * width / RATE).exp();
        self.near = 2.0 * radius * (std::f32::consts::TAU * hz / RATE).cos();
        self.far = -radius * radius;
        self.gain = 1.0 - self.near - self.far;
    }

    /// The next sample.
    pub fn take(&mut self, sample: f32) -> f32 {
        let result = self.gain * sample + self.near * self.memory[0] + self.far * self.memory[1];
        self.memory = [result, self.memory[0]];
        result
    }
}

/// A wave of one period.
fn wave(periods: f32) -> f32 {
    (std::f32::consts::TAU * periods).sin()
}
