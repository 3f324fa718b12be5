//! How a code is laid out: which cell carries what, and the plane that shows it.

use crate::sound::marker::Payload;
use crate::sound::marker::code::{CODED, coded};

/// Cells of the field across.
pub(super) const COLUMNS: usize = 22;
/// And down.
pub(super) const ROWS: usize = 13;
/// Cells of the field.
pub(super) const CELLS: usize = COLUMNS * ROWS;
/// Cells from one outer edge of the black frame to the other, across and down; the frame is one cell wide.
pub(super) const OUTER: (usize, usize) = (COLUMNS + 2, ROWS + 2);
/// Cells with the white margin, which is one cell wide.
const WHOLE: (usize, usize) = (OUTER.0 + 2, OUTER.1 + 2);
/// Bits that are sent: of each step's four the first and the third. Their generators 135 and 147 (octal) alone have the free
/// distance 10, the most that rate 1/2 at this constraint length reaches.
pub(super) const SENT: usize = CODED / 2;
/// Luma of black and of white: within what both ranges of video show unclipped.
const BLACK: u8 = 16;
const WHITE: u8 = 235;

/// Which of the coded bits is the `n`th that is sent.
pub(super) const fn coded_bit(n: usize) -> usize {
    n / 2 * 4 + n % 2 * 2
}

/// The cell of the `n`th sent bit, line by line; from [`SENT`] on the cells that carry none. Of fifteen bits in a row no two lie
/// nearer than 3.6 cells, so that a glare or a hand takes few of those that mend each other.
pub(super) const fn cell(n: usize) -> usize {
    n * 111 % CELLS
}

/// By cell: what is added to its bit, so that no payload makes large patches. The sequence of ITU-T O.150 section 5.1 (x⁹ + x⁵ + 1),
/// begun with ones.
pub(super) fn mask() -> [bool; CELLS] {
    let mut register = 0x1ff_u16;
    std::array::from_fn(|_| {
        let out = register & 1 == 1;
        register = register >> 1 | ((register ^ register >> 4) & 1) << 8;
        out
    })
}

/// The field of a payload, line by line; true is black.
pub(super) fn cells(payload: Payload) -> [bool; CELLS] {
    let coded = coded(payload.packed());
    let mut cells = mask();
    for n in 0..SENT {
        cells[cell(n)] ^= coded[coded_bit(n)];
    }
    cells
}

/// A plane of luma, `width` × `height`, line by line, that shows a payload as large as whole pixels a cell allow, in the middle,
/// on white. Below 26 × 17 pixels there is no room: the plane is white.
#[must_use]
pub fn encode(payload: Payload, width: usize, height: usize) -> Vec<u8> {
    let cells = cells(payload);
    let mut plane = vec![WHITE; width * height];
    let side = (width / WHOLE.0).min(height / WHOLE.1);
    let (left, top) = ((width - side * OUTER.0) / 2, (height - side * OUTER.1) / 2);
    for down in 0..side * OUTER.1 {
        for across in 0..side * OUTER.0 {
            let (column, row) = (across / side, down / side);
            let is_field = (1..=COLUMNS).contains(&column) && (1..=ROWS).contains(&row);
            if !is_field || cells[(row - 1) * COLUMNS + column - 1] {
                plane[(top + down) * width + left + across] = BLACK;
            }
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Payload {
        Payload { run: 0x0123_4567, venue: "350102001003-07".parse().expect("a venue"), sequence: 0x89ab }
    }

    #[test]
    fn every_bit_has_a_cell_of_its_own() {
        let mut taken = [false; CELLS];
        (0..CELLS).for_each(|n| taken[cell(n)] = true);
        assert!(taken.iter().all(|taken| *taken));
        assert_eq!((coded_bit(0), coded_bit(1), coded_bit(2), coded_bit(SENT - 1)), (0, 2, 4, CODED - 2));
    }

    #[test]
    fn bits_that_mend_each_other_lie_apart() {
        let place = |n: usize| ((cell(n) % COLUMNS) as f32, (cell(n) / COLUMNS) as f32);
        for n in 0..SENT {
            for other in n + 1..(n + 15).min(SENT) {
                let ((x, y), (to_x, to_y)) = (place(n), place(other));
                assert!((x - to_x).hypot(y - to_y) > 3.6, "{n} and {other}");
            }
        }
    }

    #[test]
    fn no_payload_makes_a_field_of_one_colour() {
        for n in 0..200_u32 {
            let payload = Payload { run: n % 2 * u32::MAX, sequence: 0, ..payload() };
            let black = cells(payload).iter().filter(|black| **black).count();
            assert!((100..=186).contains(&black), "{black} of {CELLS}");
        }
    }

    #[test]
    fn the_format_stays_what_version_1_is() {
        let lines: Vec<u32> = cells(payload())
            .chunks_exact(COLUMNS)
            .map(|line| line.iter().fold(0, |word, black| word << 1 | u32::from(*black)))
            .collect();
        assert_eq!(lines, GOLDEN);
    }

    /// The field line by line, the leftmost cell highest.
    const GOLDEN: [u32; ROWS] = [
        4_028_506, 2_272_884, 3_570_503, 4_108_813, 177_864, 4_104_611, 3_899_043, 2_882_230, 4_017_470, 3_516_618,
        3_633_911, 2_517_293, 3_468_195,
    ];

    #[test]
    fn the_plane_has_a_white_margin_a_black_frame_and_its_field() {
        let plane = encode(payload(), 60, 40);
        let at = |x: usize, y: usize| plane[y * 60 + x];
        // Two pixels a cell: the frame from (6, 5) to (54, 35).
        assert_eq!([at(5, 20), at(54, 20), at(30, 4), at(30, 35)], [WHITE; 4]);
        assert_eq!([at(6, 5), at(7, 20), at(53, 34), at(30, 6)], [BLACK; 4]);
        let field = cells(payload());
        for (n, black) in field.iter().enumerate() {
            assert_eq!(at(8 + n % COLUMNS * 2, 7 + n / COLUMNS * 2) == BLACK, *black, "cell {n}");
        }
        assert!(encode(payload(), 25, 17).iter().all(|y| *y == WHITE));
    }
}
