//! From a picture to the payload that a code in it says.

use super::dark::{Patch, Patches};
use super::layout::{CELLS, COLUMNS, OUTER, ROWS, SENT, cell, coded_bit, mask};
use super::quad::{Grey, Quad};
use crate::sound::marker::Payload;
use crate::sound::marker::code::{CODED, Decoder};

/// The narrowest frame that is looked at, pixels across and down: 4 pixels a cell, less than is promised.
const LEAST: (u32, u32) = (90, 50);
/// How far the surroundings reach with which a pixel is compared: wide enough for the frame of a code that fills the picture, and
/// then narrow enough that what is bright beside a dim wall does not make its margin dark.
const REACHES: [usize; 2] = [24, 6];
/// So many patches of a picture are looked at, the widest first.
const PATCHES: usize = 16;
/// White must be so much brighter than black, luma.
const CONTRAST: f32 = 12.0;
/// Of the cells that carry no bit, so many may be wrong.
const WRONG: usize = 3;
/// Cells around a cell whose mean tells black from white there, each way.
const AROUND: usize = 3;

/// A code in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// What it says.
    pub payload: Payload,
    /// Its middle, pixels from the left.
    pub x: f32,
    /// Its middle, pixels from above.
    pub y: f32,
    /// The width of its frame, pixels.
    pub size: f32,
    /// By how much its white is brighter than its black, luma.
    pub contrast: f32,
}

/// Finds codes; keeps its memory from picture to picture.
#[derive(Clone, Debug)]
pub struct Finder {
    patches: Patches,
    decoder: Decoder,
    mask: [bool; CELLS],
}

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}

impl Finder {
    /// A finder with all that it needs.
    #[must_use]
    pub fn new() -> Self {
        Self { patches: Patches::default(), decoder: Decoder::new(), mask: mask() }
    }

    /// The widest code in a picture of luma, `width` × `height`, line by line; none when there is none or the plane has another
    /// size.
    pub fn find(&mut self, luma: &[u8], width: usize, height: usize) -> Option<Seen> {
        if width == 0 || luma.len() != width * height {
            return None;
        }
        let grey = Grey { luma, width, height };
        REACHES.into_iter().find_map(|reach| {
            let patches = self.patches.of(luma, width, reach, LEAST);
            patches.iter().take(PATCHES).find_map(|patch| self.read(&grey, patch))
        })
    }

    fn read(&mut self, grey: &Grey<'_>, patch: &Patch) -> Option<Seen> {
        let rough = Quad(patch.corners.map(|(x, y)| (x as f32, y as f32)));
        if !is_likely(&rough) {
            return None;
        }
        let quad = rough.refined(grey)?;
        let place = quad.perspective();
        let at = |column: f32, row: f32| {
            let mut sum = 0.0;
            for n in 0..9 {
                let (by, down) = ((n % 3) as f32 * 0.22 - 0.22, (n / 3) as f32 * 0.22 - 0.22);
                sum += grey.at(place((column + by) / OUTER.0 as f32, (row + down) / OUTER.1 as f32));
            }
            sum / 9.0
        };
        let (frame, margin) = surroundings(&at);
        let contrast = margin - frame;
        if contrast < CONTRAST {
            return None;
        }
        let field = Field::sampled(at);
        let payload = self.payload(&field)?;
        let (x, y) = place(0.5, 0.5);
        let [above, _, below, _] = quad.sides();
        Some(Seen { payload, x, y, size: (above + below) / 2.0, contrast })
    }

    fn payload(&mut self, field: &Field) -> Option<Payload> {
        if !self.is_code(field) {
            return None;
        }
        let mut likelihoods = [0.0; CODED];
        (0..SENT).for_each(|n| likelihoods[coded_bit(n)] = self.likely_zero(field, n));
        Payload::from_packed(self.decoder.payload(&likelihoods)?)
    }

    /// Whether the cells that carry no bit are as they should be.
    fn is_code(&self, field: &Field) -> bool {
        (SENT..CELLS).filter(|n| self.likely_zero(field, *n) <= 0.0).count() <= WRONG
    }

    /// The greater, the likelier the `n`th bit is zero; negative when it is likelier one.
    fn likely_zero(&self, field: &Field, n: usize) -> f32 {
        let cell = cell(n);
        let dark = field.dark(cell % COLUMNS, cell / COLUMNS);
        if self.mask[cell] { dark } else { -dark }
    }
}

/// Whether a camera that looks from a bearable angle could see a frame so.
fn is_likely(quad: &Quad) -> bool {
    let [above, right, below, left] = quad.sides();
    let is_like = |one: f32, other: f32| one > 0.6 * other && other > 0.6 * one;
    let shape = (above + below) / (right + left) / (OUTER.0 as f32 / OUTER.1 as f32);
    is_like(above, below) && is_like(right, left) && (0.5..=2.0).contains(&shape)
}

/// The mean luma of the frame, and of the margin around it.
fn surroundings(at: &impl Fn(f32, f32) -> f32) -> (f32, f32) {
    let (width, height) = (OUTER.0 as f32, OUTER.1 as f32);
    let (mut sums, mut count) = ((0.0, 0.0), 0.0);
    for column in (1..OUTER.0).step_by(3) {
        let across = column as f32 + 0.5;
        sums =
            (sums.0 + at(across, 0.5) + at(across, height - 0.5), sums.1 + at(across, -0.5) + at(across, height + 0.5));
        count += 2.0;
    }
    for row in (1..OUTER.1).step_by(3) {
        let down = row as f32 + 0.5;
        sums = (sums.0 + at(0.5, down) + at(width - 0.5, down), sums.1 + at(-0.5, down) + at(width + 0.5, down));
        count += 2.0;
    }
    (sums.0 / count, sums.1 / count)
}

/// The luma of every cell with the frame and the margin around.
struct Field {
    cells: [[f32; COLUMNS + 4]; ROWS + 4],
}

impl Field {
    fn sampled(mut at: impl FnMut(f32, f32) -> f32) -> Self {
        let mut cell = |row: usize, column: usize| at(column as f32 - 0.5, row as f32 - 0.5);
        Self { cells: std::array::from_fn(|row| std::array::from_fn(|column| cell(row, column))) }
    }

    /// By how much a cell of the field is darker than the middle between the brightest and the darkest around it, in parts of
    /// what lies between them: a lamp that shines on one side of the wall falls out.
    fn dark(&self, column: usize, row: usize) -> f32 {
        let (column, row) = (column + 2, row + 2);
        let (mut least, mut most) = (f32::MAX, f32::MIN);
        for line in &self.cells[row.saturating_sub(AROUND)..=(row + AROUND).min(ROWS + 3)] {
            for luma in &line[column.saturating_sub(AROUND)..=(column + AROUND).min(COLUMNS + 3)] {
                least = least.min(*luma);
                most = most.max(*luma);
            }
        }
        let half = (most - least) / 2.0;
        ((least + half - self.cells[row][column]) / half.max(1.0)).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::encode;
    use super::*;

    fn payload(n: u32) -> Payload {
        let venue = format!("{:09}-{:02}", n.wrapping_mul(7_919) % 1_000_000_000, n % 99 + 1);
        Payload { run: n.wrapping_mul(0x9e37_79b9), venue: venue.parse().expect("a venue"), sequence: n as u16 }
    }

    #[test]
    fn a_code_is_found_where_it_is_and_says_what_it_was_made_of() {
        let mut finder = Finder::new();
        for n in 0..8 {
            let seen = finder.find(&encode(payload(n), 640, 360), 640, 360).expect("a code");
            assert_eq!(seen.payload, payload(n));
            assert!((seen.x - 319.5).abs() < 0.5 && (seen.y - 179.0).abs() < 0.5, "{seen:?}");
            assert!((seen.size - 504.0).abs() < 1.5 && (seen.contrast - 219.0).abs() < 1.0, "{seen:?}");
        }
    }

    #[test]
    fn a_picture_without_a_code_and_one_of_another_size_say_nothing() {
        let mut finder = Finder::new();
        let grid: Vec<u8> =
            (0..640 * 360).map(|n| if n % 640 % 90 < 8 || n / 640 % 60 < 8 { 20 } else { 200 }).collect();
        assert_eq!(finder.find(&grid, 640, 360), None);
        assert_eq!(finder.find(&[0; 640 * 360], 640, 360), None);
        assert_eq!(finder.find(&encode(payload(1), 640, 360), 640, 359), None);
        assert_eq!(finder.find(&[], 0, 0), None);
    }

    #[test]
    fn a_frame_around_chance_is_read_as_seldom_as_stated() {
        let mut finder = Finder::new();
        let mut state = 1_u32;
        let mut passed = 0;
        for _ in 0..2_048 {
            let field = Field::sampled(|_, _| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as f32
            });
            assert_eq!(finder.payload(&field), None);
            passed += u32::from(finder.is_code(&field));
        }
        // At most three of twelve wrong: 299 of 4096, so 150 of these, give or take 12.
        assert!((100..=200).contains(&passed), "{passed}");
    }
}
