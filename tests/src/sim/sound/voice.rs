//! People who talk: pulses of a throat through four formants, in syllables with consonants, phrases and pauses.

use super::{RATE, Random, Resonator};

/// The first three formants of vowels, Hz (after Peterson and Barney, 1952; the last two as in Mandarin ü and e).
const VOWELS: [[f32; 3]; 10] = [
    [730.0, 1_090.0, 2_440.0],
    [530.0, 1_840.0, 2_480.0],
    [270.0, 2_290.0, 3_010.0],
    [570.0, 840.0, 2_410.0],
    [300.0, 870.0, 2_240.0],
    [660.0, 1_720.0, 2_410.0],
    [390.0, 1_990.0, 2_550.0],
    [490.0, 1_350.0, 1_690.0],
    [290.0, 2_000.0, 2_300.0],
    [480.0, 1_200.0, 2_400.0],
];
/// How often formants and pitch are set anew, samples.
const STEP: u32 = 40;

/// One to three people; who talks changes.
#[derive(Clone, Debug)]
pub struct Voices {
    random: Random,
    voices: Vec<Voice>,
    left: u32,
    room: f32,
}

impl Voices {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), voices: Vec::new(), left: 0, room: 0.001 }
    }
}

impl Iterator for Voices {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.left == 0 {
            self.left = (RATE * self.random.within(8.0, 30.0)) as u32;
            let together = [1, 1, 1, 2, 3][self.random.one_of(5)];
            self.voices = (0..together).map(|_| Voice::new(self.random.next())).collect();
            self.room = 10_f32.powf(self.random.within(-4.5, -1.8));
        }
        self.left -= 1;
        let talk: f32 = self.voices.iter_mut().map(Voice::next).sum();
        Some(talk + self.room * self.random.normal())
    }
}

/// What a mouth does for a while.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Pause,
    Consonant,
    Vowel,
}

#[derive(Clone, Debug)]
struct Voice {
    random: Random,
    doing: Doing,
    left: u32,
    whole: u32,
    syllables: usize,
    /// The speaker: pitch in Hz, the length of the throat, loudness.
    pitch: f32,
    throat: f32,
    loud: f32,
    tone: f32,
    bend: f32,
    phase: f32,
    from: [f32; 3],
    to: [f32; 3],
    formants: [Resonator; 4],
    hiss: Resonator,
    tilt: f32,
    now: f32,
}

impl Voice {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let pitch = random.within(85.0, 260.0);
        Self {
            doing: Doing::Pause,
            left: 1,
            whole: 1,
            syllables: 0,
            pitch,
            throat: 0.92 + 0.22 * (pitch - 85.0) / 175.0,
            loud: 10_f32.powf(random.within(-0.4, 0.2)),
            tone: pitch,
            bend: 0.0,
            phase: 0.0,
            from: VOWELS[0],
            to: VOWELS[1],
            formants: Default::default(),
            hiss: Resonator::default(),
            tilt: 0.0,
            now: 0.0,
            random,
        }
    }

    fn next(&mut self) -> f32 {
        self.left -= 1;
        if self.left == 0 {
            self.go_on();
        }
        if self.left.is_multiple_of(STEP) {
            self.shape();
        }
        let along = 1.0 - self.left as f32 / self.whole as f32;
        let arch = (4.0 * along * (1.0 - along)).sqrt();
        match self.doing {
            Doing::Pause => self.sound(0.0),
            Doing::Consonant => {
                let breath = self.random.normal() * arch;
                self.sound(0.0) + 0.03 * self.loud * self.hiss.take(breath)
            }
            Doing::Vowel => {
                let pulse = self.pulse();
                let breath = 0.02 * self.random.normal();
                self.sound((pulse + breath) * arch)
            }
        }
    }

    fn go_on(&mut self) {
        self.doing = match self.doing {
            Doing::Consonant => Doing::Vowel,
            Doing::Vowel if self.syllables == 0 => Doing::Pause,
            Doing::Pause | Doing::Vowel => {
                if self.syllables == 0 {
                    self.syllables = 2 + self.random.one_of(12);
                }
                self.syllables -= 1;
                Doing::Consonant
            }
        };
        let (from, to) = match self.doing {
            Doing::Pause => (0.15, 1.1),
            Doing::Consonant => (0.02, 0.12),
            Doing::Vowel => (0.07, 0.28),
        };
        self.whole = (RATE * self.random.within(from, to)) as u32;
        self.left = self.whole;
        let (hz, width) = (self.random.within(900.0, 3_700.0), self.random.within(200.0, 1_500.0));
        self.hiss.tune(hz, width);
        self.from = self.to;
        self.to = VOWELS[self.random.one_of(VOWELS.len())];
        self.tone = self.pitch * self.random.within(0.8, 1.35);
        self.bend = self.random.within(-0.35, 0.35);
    }

    /// Formants glide from one vowel to the next in the first half.
    fn shape(&mut self) {
        let along = 1.0 - self.left as f32 / self.whole as f32;
        let glide = (2.0 * along).min(1.0);
        for (n, width) in [70.0, 100.0, 140.0].into_iter().enumerate() {
            let hz = self.from[n] + (self.to[n] - self.from[n]) * glide;
            self.formants[n].tune((hz * self.throat).min(3_800.0), width);
        }
        self.formants[3].tune(3_500.0 * self.throat.min(1.05), 250.0);
        self.now = self.tone * (1.0 + self.bend * along) * self.random.within(0.99, 1.01);
    }

    fn pulse(&mut self) -> f32 {
        self.phase += self.now / RATE;
        if self.phase < 1.0 {
            return 0.0;
        }
        self.phase -= 1.0;
        8.0 * self.loud
    }

    fn sound(&mut self, source: f32) -> f32 {
        self.tilt += 0.35 * (source - self.tilt);
        self.formants.iter_mut().fold(self.tilt, |sound, formant| formant.take(sound)) * 0.02
    }
}
