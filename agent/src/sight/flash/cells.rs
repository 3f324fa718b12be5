//! What a frame says of itself, and the black and white cells that say it.

use super::{HEIGHT, NUMBERS, WIDTH};

/// Cells across and down.
const COLUMNS: usize = 15;
const ROWS: usize = 3;
/// A cell's side, pixels: larger than any block of an encoder.
const SIDE: usize = 40;
/// Where the first cell begins, pixels from the left and from above.
const FROM: (usize, usize) = (20, 8);
/// Cells that are always white, and always black: in opposite corners, so that light from one side falls out.
const WHITE_CELLS: [usize; 2] = [0, 30];
const BLACK_CELLS: [usize; 3] = [14, 44, 22];
/// Bits: 12 of the number, 8 of the flash, 12 of the skew, 8 of the check.
const BITS: usize = 40;
/// Added to the bits, so that no frame is of one colour.
const MASK: u64 = 0x5a_96c3_3c69;
/// Luma of black and white: within what both ranges of video show unclipped.
pub(super) const BLACK: u8 = 16;
pub(super) const WHITE: u8 = 235;
/// White must be so much brighter than black, luma.
const CONTRAST: f32 = 16.0;
/// A cell must be nearer to black or white than this part of what lies between them: else it is a blend of two frames.
const CLEAR: f32 = 0.2;
const OVER: u8 = 255;

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Which it is, below [`NUMBERS`].
    pub number: u16,
    /// Where it stands to the flash.
    pub flash: Flash,
    /// So many milliseconds after the marker's first sample the flash's first frame left, as far as the sender has measured it
    /// by now; -2047 to 2047.
    pub skew_ms: Option<i16>,
}

/// Where a frame stands to the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flash {
    /// Far from it.
    Far,
    /// So many frames later is the first that is lit, -127 to 126; negative: it was so many frames ago.
    In(i8),
    /// The run is over: what stands still from here on may.
    Over,
}

impl Stamp {
    fn packed(self) -> u64 {
        let flash = match self.flash {
            Flash::Far => 0,
            Flash::In(frames) => (i16::from(frames) + 128) as u8,
            Flash::Over => OVER,
        };
        let skew = self.skew_ms.map_or(0, |ms| (i32::from(ms.clamp(-2_047, 2_047)) + 2_048) as u32);
        let said = u32::from(self.number % NUMBERS) << 20 | u32::from(flash) << 12 | skew;
        (u64::from(said) << 8 | u64::from(check(said))) ^ MASK
    }

    fn from_packed(packed: u64) -> Option<Self> {
        let said = ((packed ^ MASK) >> 8) as u32;
        let is_whole = ((packed ^ MASK) & 0xff) as u8 == check(said);
        let flash = match (said >> 12 & 0xff) as u8 {
            0 => Flash::Far,
            OVER => Flash::Over,
            frames => Flash::In((i16::from(frames) - 128) as i8),
        };
        let skew_ms = Some((said & 0xfff) as i16).filter(|ms| *ms > 0).map(|ms| ms - 2_048);
        is_whole.then_some(Self { number: (said >> 20) as u16, flash, skew_ms })
    }
}

/// CRC-8 (x⁸ + x² + x + 1, ITU-T I.432.1), begun with ones.
fn check(said: u32) -> u8 {
    said.to_be_bytes().into_iter().fold(0xff, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc: u8, _| if crc & 0x80 > 0 { crc << 1 ^ 0x07 } else { crc << 1 })
    })
}

/// The cell of each bit, the highest first.
fn bit_cells() -> impl Iterator<Item = usize> {
    (0..COLUMNS * ROWS).filter(|cell| !WHITE_CELLS.contains(cell) && !BLACK_CELLS.contains(cell))
}

/// Draws the cells of a stamp into a plane of luma of [`WIDTH`] × [`HEIGHT`].
pub(super) fn draw(plane: &mut [u8], stamp: Stamp) {
    let packed = stamp.packed();
    let mut is_white = [false; COLUMNS * ROWS];
    WHITE_CELLS.into_iter().for_each(|cell| is_white[cell] = true);
    for (n, cell) in bit_cells().enumerate() {
        is_white[cell] = packed >> (BITS - 1 - n) & 1 == 1;
    }
    for (cell, white) in is_white.into_iter().enumerate() {
        let (left, top) = (FROM.0 + cell % COLUMNS * SIDE, FROM.1 + cell / COLUMNS * SIDE);
        for row in plane.chunks_exact_mut(WIDTH).skip(top).take(SIDE) {
            row[left..left + SIDE].fill(if white { WHITE } else { BLACK });
        }
    }
}

/// Where a pattern lies in a picture: whole where nothing else is known, smaller where an MCU shows several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Its left edge, pixels.
    pub(super) x: f32,
    /// Its upper edge, pixels.
    pub(super) y: f32,
    /// Its size in parts of the picture's.
    pub(super) scale: f32,
}

impl Place {
    pub(super) const WHOLE: Self = Self { x: 0.0, y: 0.0, scale: 1.0 };

    /// The mean luma around a point of the pattern, up to `reach` of its pixels away; of what lies outside the picture the nearest.
    pub(super) fn mean(self, luma: &[u8], (x, y): (f32, f32), reach: f32) -> f32 {
        let at = |middle: f32, from: f32, most: usize| {
            let middle = from + middle * self.scale;
            let reach = reach * self.scale;
            let pixel = |at: f32| (at.round().max(0.0) as usize).min(most - 1);
            (pixel(middle - reach), pixel(middle + reach))
        };
        let ((left, right), (top, bottom)) = (at(x, self.x, WIDTH), at(y, self.y, HEIGHT));
        let rows = luma.chunks_exact(WIDTH).skip(top).take(bottom - top + 1);
        let sum: u32 = rows.flat_map(|row| &row[left..=right]).map(|y| u32::from(*y)).sum();
        sum as f32 / ((right - left + 1) * (bottom - top + 1)) as f32
    }

    fn cell(self, luma: &[u8], cell: usize) -> f32 {
        let middle = |from: usize, n: usize| (from + n * SIDE + SIDE / 2) as f32 - 0.5;
        let middle = (middle(FROM.0, cell % COLUMNS), middle(FROM.1, cell / COLUMNS));
        self.mean(luma, middle, SIDE as f32 / 5.0)
    }
}

/// Reads the stamp of a frame; none where there is none, or a blend of two.
pub(super) fn read(luma: &[u8], place: Place) -> Option<Stamp> {
    let mean = |cells: &[usize]| cells.iter().map(|cell| place.cell(luma, *cell)).sum::<f32>() / cells.len() as f32;
    let (white, black) = (mean(&WHITE_CELLS), mean(&BLACK_CELLS));
    if white - black < CONTRAST {
        return None;
    }
    let mut packed = 0;
    for cell in bit_cells() {
        let part = (place.cell(luma, cell) - black) / (white - black) - 0.5;
        if part.abs() < CLEAR {
            return None;
        }
        packed = packed << 1 | u64::from(part > 0.0);
    }
    Stamp::from_packed(packed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamps() -> impl Strategy<Value = Stamp> {
        let flash = prop_oneof![Just(Flash::Far), Just(Flash::Over), (-127_i8..=126).prop_map(Flash::In)];
        let skew = proptest::option::of(-2_047_i16..=2_047);
        (0..NUMBERS, flash, skew).prop_map(|(number, flash, skew_ms)| Stamp { number, flash, skew_ms })
    }

    proptest! {
        #[test]
        fn every_stamp_comes_back_at_any_gain_and_offset(stamp in stamps(), gain in 0.1_f32..1.0, offset in 0.0_f32..20.0) {
            let mut plane = vec![90; WIDTH * HEIGHT];
            draw(&mut plane, stamp);
            plane.iter_mut().for_each(|y| *y = (f32::from(*y) * gain + offset) as u8);
            prop_assert_eq!(read(&plane, Place::WHOLE), Some(stamp));
        }

        #[test]
        fn a_stamp_with_a_wrong_bit_is_no_stamp(stamp in stamps(), bit in 0..BITS) {
            prop_assert_eq!(Stamp::from_packed(stamp.packed() ^ 1 << bit), None);
        }
    }

    #[test]
    fn a_blend_of_two_frames_is_neither() {
        let plane = |number| {
            let mut plane = vec![90; WIDTH * HEIGHT];
            draw(&mut plane, Stamp { number, flash: Flash::Far, skew_ms: None });
            plane
        };
        let (one, other) = (plane(7), plane(8));
        let half: Vec<u8> = one.iter().zip(&other).map(|(a, b)| a / 2 + b / 2).collect();
        assert_eq!(read(&half, Place::WHOLE), None);
        let mostly: Vec<u8> =
            one.iter().zip(&other).map(|(a, b)| ((u16::from(*a) * 5 + u16::from(*b)) / 6) as u8).collect();
        assert_eq!(read(&mostly, Place::WHOLE).map(|stamp| stamp.number), Some(7));
    }

    #[test]
    fn a_picture_of_something_else_says_nothing() {
        let mut state = 1_u32;
        let mut dice = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for _ in 0..300 {
            // Fields of the cells' own size, the worst that a hall could show.
            let fields: Vec<u8> = (0..16 * 10).map(|_| dice()).collect();
            let plane: Vec<u8> =
                (0..WIDTH * HEIGHT).map(|n| fields[(n / WIDTH + 32) / 40 * 16 + (n % WIDTH + 20) / 40 % 16]).collect();
            assert_eq!(read(&plane, Place::WHOLE), None);
        }
        assert_eq!(read(&[0; WIDTH * HEIGHT], Place::WHOLE), None);
    }
}
