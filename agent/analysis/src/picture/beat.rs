//! Light that beats: a whole picture that grows brighter and darker from frame to frame, and bands that roll over it. Lamps on 50 Hz
//! flash 100 times a second; a shutter that does not fit shows it. Pure.
//!
//! Bands that stand still are part of the scene for these figures: at exactly 25 frames a second there are such.

use std::f32::consts::TAU;

use super::{HEIGHT, WIDTH};

/// A frame is taken in as strips side by side and rows one below the other. A walker, a screen that plays a film are in a few strips; a lamp's
/// beat is in all of them.
const STRIPS: usize = 8;
const ROWS: usize = 60;
const CELLS: usize = STRIPS * ROWS;
/// A strip's and a row's pixels, of every second of every second line.
const STRIP: usize = WIDTH / 2 / STRIPS;
const ROW: usize = HEIGHT / 2 / ROWS;
/// More frames say no more.
const FRAMES: usize = 50;
/// Fewer say nothing.
const ENOUGH: usize = 10;
/// A cell darker than this (its mean luma) is left out.
const DARK: f32 = 24.0;
/// A beat crosses its mean so often at least; a lamp that is switched does it once.
const CROSSINGS: usize = 4;
/// Bands from one to twelve over the height are looked for, by halves.
const BANDS: std::ops::RangeInclusive<usize> = 2..=24;
/// Bands go on from frame to frame by so equal steps at least, 0 to 1.
const STEADY: f32 = 0.8;
/// And by so much at least, in turns: what stands still and changes once is no band.
const ROLLS: f32 = 0.02;

/// The light of frames in a row.
#[derive(Clone, Debug, Default)]
pub struct Beat {
    cells: Vec<u16>,
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Beats {
    /// By how much the whole picture beats, amplitude in per cent of its light.
    pub flicker: f64,
    /// By how much bands are brighter than what is between them, amplitude in per cent.
    pub banding: f64,
    /// How many bands there are over the height.
    pub bands: f64,
    /// How far they roll from a frame to the next, in bands; downwards is positive.
    pub drift: f64,
}

impl Beat {
    /// The next frame's thinned luma, 320 × 180.
    pub fn take(&mut self, luma: &[u8]) {
        if self.cells.len() >= FRAMES * CELLS {
            return;
        }
        let lines = luma.chunks_exact(STRIP * STRIPS);
        let from = self.cells.len();
        self.cells.resize(from + CELLS, 0);
        for (y, line) in lines.enumerate().take(ROWS * ROW) {
            let row = &mut self.cells[from + y / ROW * STRIPS..][..STRIPS];
            for (cell, pixels) in row.iter_mut().zip(line.chunks_exact(STRIP)) {
                // 120 pixels of 255 fit.
                *cell += pixels.iter().map(|luma| u16::from(*luma)).sum::<u16>();
            }
        }
    }

    /// None of too few frames, and of a picture that is dark nearly everywhere.
    pub fn found(&self) -> Option<Beats> {
        let frames = self.cells.len() / CELLS;
        if frames < ENOUGH {
            return None;
        }
        let rows = self.rows(frames)?;
        let mut whole: Vec<f32> = rows.chunks_exact(ROWS).map(|rows| median(&mut rows.to_vec())).collect();
        let flicker = flicker(&mut whole.clone());
        let bands = bands(&rows, &mut whole);
        Some(Beats { flicker, ..bands })
    }

    /// By how much each row of each frame is brighter than it usually is, in parts of that: the middle of the strips' opinions.
    fn rows(&self, frames: usize) -> Option<Vec<f32>> {
        let mut usual = [0.0_f32; CELLS];
        for frame in self.cells.chunks_exact(CELLS) {
            usual.iter_mut().zip(frame).for_each(|(usual, cell)| *usual += f32::from(*cell) / frames as f32);
        }
        let least = DARK * (STRIP * ROW) as f32;
        if usual.iter().filter(|cell| **cell >= least).count() < CELLS / 4 {
            return None;
        }
        let mut rows = Vec::with_capacity(frames * ROWS);
        let mut opinions = Vec::with_capacity(STRIPS);
        for (n, cells) in self.cells.chunks_exact(STRIPS).enumerate() {
            let usual = &usual[n % ROWS * STRIPS..][..STRIPS];
            opinions.clear();
            let seen = cells.iter().zip(usual).filter(|(_, usual)| **usual >= least);
            opinions.extend(seen.map(|(cell, usual)| f32::from(*cell) / usual - 1.0));
            rows.push(if opinions.len() < STRIPS / 4 { 0.0 } else { median(&mut opinions) });
        }
        Some(rows)
    }
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}

/// The amplitude in per cent, when it beats: without the slope that an exposure leaves which follows the daylight.
fn flicker(whole: &mut [f32]) -> f64 {
    let middle = (whole.len() - 1) as f32 / 2.0;
    let mean = whole.iter().sum::<f32>() / whole.len() as f32;
    let (mut product, mut square) = (0.0, 0.0);
    for (n, value) in whole.iter().enumerate() {
        let t = n as f32 - middle;
        product += t * value;
        square += t * t;
    }
    let slope = product / square;
    whole.iter_mut().enumerate().for_each(|(n, value)| *value -= mean + slope * (n as f32 - middle));
    let amplitude = (2.0 * whole.iter().map(|value| value * value).sum::<f32>() / whole.len() as f32).sqrt();
    let (mut side, mut crossings) = (0.0, 0);
    for value in whole.iter().filter(|value| value.abs() > amplitude * 0.3) {
        crossings += usize::from(side * value < 0.0);
        side = *value;
    }
    if crossings >= CROSSINGS { f64::from(amplitude) * 100.0 } else { 0.0 }
}

/// The strongest bands that roll. `whole` is what each frame is brighter as a whole.
fn bands(rows: &[f32], whole: &mut [f32]) -> Beats {
    let mut best = Beats::default();
    for halves in BANDS {
        let (mut power, mut steps, mut sizes) = (0.0, (0.0, 0.0), 0.0);
        let mut before = (0.0_f32, 0.0_f32);
        for (rows, whole) in rows.chunks_exact(ROWS).zip(whole.iter()) {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, row) in rows.iter().enumerate() {
                let (sin, cos) = (TAU * (halves * n) as f32 / (2 * ROWS) as f32).sin_cos();
                re += (row - whole) * cos * 2.0 / ROWS as f32;
                im += (row - whole) * sin * 2.0 / ROWS as f32;
            }
            power += re * re + im * im;
            steps.0 += re * before.0 + im * before.1;
            steps.1 += im * before.0 - re * before.1;
            sizes += re.hypot(im) * before.0.hypot(before.1);
            before = (re, im);
        }
        let amplitude = f64::from((power / whole.len() as f32).sqrt()) * 100.0;
        let turn = steps.1.atan2(steps.0) / TAU;
        let is_steady = steps.0.hypot(steps.1) >= STEADY * sizes && turn.abs() >= ROLLS;
        if is_steady && amplitude > best.banding {
            best = Beats { flicker: 0.0, banding: amplitude, bands: halves as f64 / 2.0, drift: f64::from(turn) };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of a slope of luma, each pixel times what `light` says of frame and height (0 to 1).
    fn found(light: impl Fn(usize, f32) -> f32) -> Option<Beats> {
        let mut beat = Beat::default();
        for frame in 0..25 {
            let (across, down) = (WIDTH / 2, HEIGHT / 2);
            let pixel = |n: usize| {
                let scene = 70.0 + (n % across) as f32 / 4.0;
                (scene * light(frame, (n / across) as f32 / down as f32)).round().clamp(0.0, 255.0) as u8
            };
            beat.take(&(0..across * down).map(pixel).collect::<Vec<_>>());
        }
        beat.found()
    }

    #[test]
    fn a_beat_is_told_with_its_amplitude_and_a_switched_lamp_is_none() {
        let beats = found(|frame, _| 1.0 + 0.05 * (frame as f32 * 2.1).sin()).expect("frames");
        assert!((beats.flicker - 5.0).abs() < 0.5, "{beats:?}");
        for honest in [
            found(|_, _| 1.0),
            found(|frame, _| if frame < 12 { 1.0 } else { 0.6 }),
            found(|frame, _| 1.0 - frame as f32 * 0.01),
        ] {
            let honest = honest.expect("frames");
            assert!(honest.flicker < 0.2 && honest.banding < 0.2, "{honest:?}");
        }
    }

    #[test]
    fn rolling_bands_are_told_with_their_number_and_their_way() {
        for (bands, drift) in [(2.0_f32, 0.33_f32), (4.0, -0.2), (7.5, 0.1)] {
            let beats =
                found(|frame, y| 1.0 + 0.06 * (TAU * (bands * y - drift * frame as f32)).cos()).expect("frames");
            assert!((beats.banding - 6.0).abs() < 1.0, "{beats:?}");
            assert!(
                (beats.bands - f64::from(bands)).abs() < 0.6 && (beats.drift - f64::from(drift)).abs() < 0.03,
                "{beats:?}"
            );
        }
    }

    #[test]
    fn too_little_light_and_too_few_frames_say_nothing() {
        assert_eq!(found(|_, _| 0.1), None);
        assert_eq!(Beat::default().found(), None);
        let mut long = Beat::default();
        (0..300).for_each(|_| long.take(&[200; WIDTH * HEIGHT / 4]));
        assert_eq!(long.cells.len(), FRAMES * CELLS, "a bound");
    }
}
