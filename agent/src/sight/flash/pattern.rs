//! Draws the pattern, and says which frame of a run says what.

use super::super::code;
use super::cells::{BLACK, Place, Stamp, WHITE, draw};
use super::{Flash, HEIGHT, NUMBERS, WIDTH, frames_between};
use crate::sound::marker::Payload;

/// The optical code in the pattern: where its plane begins and how large it is, pixels; 12 a cell.
const CODE: (usize, usize) = (24, 144);
const CODE_SIZE: (usize, usize) = (312, 204);
/// Where the middle of the code lies in the pattern, and how wide its frame is: by them a pattern is found that is shown smaller.
const CODE_MIDDLE: (f32, f32) = (179.5, 245.5);
const CODE_WIDTH: f32 = 288.0;
/// Luma of what lies between cells and code, dark and lit.
const DARK: u8 = 48;
const LIT: u8 = 208;
/// The middle of the largest field that is dark or lit, and how far it reaches at least.
const GROUND: (f32, f32) = (490.0, 246.0);
const GROUND_REACH: f32 = 90.0;

/// Draws frames of one run.
#[derive(Clone, Debug)]
pub struct Pattern {
    code: Vec<u8>,
    plane: Vec<u8>,
}

impl Pattern {
    /// Of a venue in a run.
    #[must_use]
    pub fn new(payload: Payload) -> Self {
        Self { code: code::encode(payload, CODE_SIZE.0, CODE_SIZE.1), plane: vec![BLACK; WIDTH * HEIGHT] }
    }

    /// A frame: [`WIDTH`] × [`HEIGHT`] of luma, line by line.
    pub fn draw(&mut self, stamp: Stamp, is_lit: bool) -> &[u8] {
        self.plane.fill(if is_lit { LIT } else { DARK });
        let rows = self.plane.chunks_exact_mut(WIDTH).skip(CODE.1);
        for (row, line) in rows.zip(self.code.chunks_exact(CODE_SIZE.0)) {
            row[CODE.0..CODE.0 + CODE_SIZE.0].copy_from_slice(line);
        }
        draw(&mut self.plane, stamp);
        &self.plane
    }
}

/// Where the pattern lies whose code was seen there.
pub(super) fn place(seen: &code::Seen) -> Place {
    let scale = seen.size / CODE_WIDTH;
    Place { x: seen.x - CODE_MIDDLE.0 * scale, y: seen.y - CODE_MIDDLE.1 * scale, scale }
}

/// How bright the ground is, from 0 (dark) to 1 (lit) when black and white arrive as they left.
pub(super) fn ground(luma: &[u8], place: Place) -> f32 {
    let mean = place.mean(luma, GROUND, GROUND_REACH);
    (mean - f32::from(DARK)) / f32::from(LIT - DARK)
}

/// Which frame of a run says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The first that is lit.
    pub flash_at: u16,
    /// So many are lit.
    pub lit: u16,
    /// The first that says that the run is over.
    pub over_at: u16,
    /// How much later than the marker the flash left, milliseconds, once that is measured.
    pub skew_ms: Option<i16>,
}

impl Plan {
    /// What the frame `number` says, and whether it is lit.
    #[must_use]
    pub fn frame(&self, number: u16) -> (Stamp, bool) {
        let until = frames_between(number, self.flash_at);
        let flash = match i8::try_from(until) {
            _ if frames_between(self.over_at, number) >= 0 => Flash::Over,
            Ok(frames @ -127..=126) => Flash::In(frames),
            _ => Flash::Far,
        };
        let is_lit = (0..i32::from(self.lit)).contains(&-until) && flash != Flash::Over;
        (Stamp { number: number % NUMBERS, flash, skew_ms: self.skew_ms }, is_lit)
    }
}

const _: () = assert!(WHITE > LIT && DARK > BLACK && CODE.1 + CODE_SIZE.1 <= HEIGHT);

#[cfg(test)]
mod tests {
    use super::super::cells::read;
    use super::*;

    #[test]
    fn a_frame_says_how_far_the_flash_is_and_which_are_lit() {
        let plan = Plan { flash_at: 200, lit: 12, over_at: 480, skew_ms: None };
        let said = |number| {
            let (stamp, is_lit) = plan.frame(number);
            (stamp.flash, is_lit)
        };
        assert_eq!(said(0), (Flash::Far, false));
        assert_eq!(said(74), (Flash::In(126), false));
        assert_eq!(said(199), (Flash::In(1), false));
        assert_eq!(said(200), (Flash::In(0), true));
        assert_eq!(said(211), (Flash::In(-11), true));
        assert_eq!(said(212), (Flash::In(-12), false));
        assert_eq!(said(327), (Flash::In(-127), false));
        assert_eq!(said(328), (Flash::Far, false));
        assert_eq!(said(480), (Flash::Over, false));
    }

    #[test]
    fn the_code_is_found_in_the_pattern_and_tells_where_the_pattern_lies() {
        let payload = Payload { run: 7, venue: "350102001-01".parse().expect("a venue"), sequence: 1 };
        let mut pattern = Pattern::new(payload);
        let plan = Plan { flash_at: 5, lit: 5, over_at: 100, skew_ms: Some(-40) };
        for number in [0, 6] {
            let (stamp, is_lit) = plan.frame(number);
            let plane = pattern.draw(stamp, is_lit).to_vec();
            assert_eq!(read(&plane, Place::WHOLE), Some(stamp));
            let bright = ground(&plane, Place::WHOLE);
            assert!((bright - f32::from(u8::from(is_lit))).abs() < 0.01, "{bright}");
            let seen = code::Finder::new().find(&plane, WIDTH, HEIGHT).expect("a code");
            assert_eq!(seen.payload, payload);
            let found = place(&seen);
            assert!(found.x.abs() < 2.0 && found.y.abs() < 2.0, "{found:?}");
            assert!((found.scale - 1.0).abs() < 0.01, "{found:?}");
        }
    }
}
