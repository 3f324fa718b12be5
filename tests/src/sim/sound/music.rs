//! A band: chords, a bass and a tune of harmonic notes, and drums. Some of its tempos fall in with a marker's frames of 64 ms.

use super::{RATE, Random, wave};

/// Steps from the key note of major and minor scales.
const SCALES: [[f32; 7]; 2] = [[0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0], [0.0, 2.0, 3.0, 5.0, 7.0, 8.0, 10.0]];
const TABLE: usize = 1_024;

/// A band that plays one piece after another.
#[derive(Clone, Debug)]
pub struct Band {
    random: Random,
    /// Three timbres, a period each.
    timbres: [Vec<f32>; 3],
    scale: [f32; 7],
    key: f32,
    /// Samples of a sixteenth.
    sixteenth: u32,
    left: u32,
    count: u32,
    notes: [Note; 6],
    kick: (f32, f32),
    snare: f32,
    hat: f32,
    last: f32,
    drums: f32,
}

#[derive(Clone, Debug, Default)]
struct Note {
    timbre: usize,
    phase: f32,
    step: f32,
    loud: f32,
    decay: f32,
    vibrato: f32,
}

impl Band {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let timbre = |fall: f32, odd: bool| {
            let harmonic = |n: usize, at: usize| {
                let quiet = if odd && n.is_multiple_of(2) { 0.1 } else { 1.0 };
                quiet * wave((n * at % TABLE) as f32 / TABLE as f32) / (n as f32).powf(fall)
            };
            (0..TABLE).map(|at| (1..=7).map(|n| harmonic(n, at)).sum()).collect()
        };
        Self {
            random: Random::new(seed),
            timbres: [timbre(1.0, false), timbre(1.6, false), timbre(1.1, true)],
            scale: SCALES[0],
            key: 220.0,
            sixteenth: 1,
            left: 0,
            count: 0,
            notes: Default::default(),
            kick: (0.0, 0.0),
            snare: 0.0,
            hat: 0.0,
            last: 0.0,
            drums: 1.0,
        }
    }

    fn new_piece(&mut self) {
        self.scale = SCALES[self.random.one_of(2)];
        self.key = 220.0 * 2_f32.powf(self.random.within(-0.5, 0.5));
        // A third of the pieces beats in whole frames of a marker.
        self.sixteenth = match self.random.one_of(3) {
            0 => 512 * (1 + self.random.one_of(3) as u32),
            _ => (RATE * self.random.within(0.09, 0.25)) as u32,
        };
        self.drums = [0.0, 0.5, 1.0, 2.0][self.random.one_of(4)];
    }

    fn beat(&mut self) {
        if self.count.is_multiple_of(256) {
            self.new_piece();
        }
        let degree = [0, 5, 3, 4, 1, 4, 2, 0][(self.count / 16) as usize % 8];
        if self.count.is_multiple_of(8) {
            for n in 0..3 {
                self.play(n, degree + 2 * n, 1.0, 0.05, 0.7);
            }
        }
        if self.count.is_multiple_of(4) {
            self.play(3, degree, 0.25, 0.12, 0.25);
            self.kick = (1.0, 0.0);
        }
        if self.random.unit() < 0.6 {
            let degree = self.random.one_of(7);
            self.play(4 + (self.count % 2) as usize, degree, 2.0, 0.07, 0.3);
        }
        if self.count % 8 == 4 {
            self.snare = 1.0;
        }
        self.hat = if self.count.is_multiple_of(2) { 1.0 } else { 0.5 };
        self.count += 1;
    }

    fn play(&mut self, voice: usize, degree: usize, octave: f32, loud: f32, seconds: f32) {
        let tone = self.scale[degree % 7] + 12.0 * (degree / 7) as f32;
        let hz = self.key * octave * 2_f32.powf(tone / 12.0) * self.random.within(0.998, 1.002);
        self.notes[voice] = Note {
            timbre: (self.count / 256) as usize % 3,
            phase: self.notes[voice].phase,
            step: hz.min(3_000.0) / RATE,
            loud,
            decay: (-1.0 / (RATE * seconds)).exp(),
            vibrato: if self.random.unit() < 0.3 { 0.004 } else { 0.0 },
        };
    }

    fn drum(&mut self) -> f32 {
        let noise = self.random.normal();
        self.kick.1 += (45.0 + 110.0 * self.kick.0) / RATE;
        self.kick.0 *= 0.999;
        self.snare *= 0.998;
        self.hat *= 0.992;
        let high = noise - self.last;
        self.last = noise;
        0.3 * self.kick.0 * wave(self.kick.1.fract()) + 0.1 * self.snare * noise + 0.06 * self.hat * high
    }
}

impl Iterator for Band {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.left == 0 {
            self.beat();
            self.left = self.sixteenth;
        }
        self.left -= 1;
        let slow = wave((self.left % 1_333) as f32 / 1_333.0);
        let mut sound = 0.0;
        for note in &mut self.notes {
            note.phase = (note.phase + note.step * (1.0 + note.vibrato * slow)).fract();
            note.loud *= note.decay;
            sound += note.loud * self.timbres[note.timbre][(note.phase * TABLE as f32) as usize % TABLE];
        }
        Some(sound + self.drums * self.drum())
    }
}
