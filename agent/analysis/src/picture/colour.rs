//! What the colours of one frame say: a card of one colour, a test pattern of bars, a cast over everything. Pure.

use super::{HEIGHT, WIDTH};

/// Lines and columns of a plane of colour.
const ACROSS: usize = WIDTH / 2;
const DOWN: usize = HEIGHT / 2;

/// A frame's luma, every second pixel of every second line, and its two planes of colour: three planes of 320 × 180.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    /// Luma, thinned.
    pub luma: &'a [u8],
    /// Cb.
    pub blue: &'a [u8],
    /// Cr.
    pub red: &'a [u8],
}

/// A card's pixels lie so near to its colour, steps of luma and of colour.
const NEAR: (u8, u8) = (6, 5);
/// A card's colour is so far from grey: blue, green, purple; a grey one is called flat, a black one black.
const SATURATED: i32 = 28;
/// Below this part of the picture in one bin of colour nothing is a card.
const LEAST_BIN: usize = ACROSS * DOWN / 12;

/// Per cent of the picture that have the one colour that most of it has, when that is a strong one. What a camera sees is never so
/// even: light falls off, cloth folds, a sensor is noisy.
pub fn card(planes: Planes<'_>) -> f64 {
    let bin = |blue: u8, red: u8| usize::from(blue >> 2) << 6 | usize::from(red >> 2);
    let mut bins = vec![0_u16; 1 << 12];
    planes.blue.iter().zip(planes.red).for_each(|(blue, red)| bins[bin(*blue, *red)] += 1);
    let (fullest, count) = bins.iter().enumerate().max_by_key(|(_, count)| **count).unwrap_or((0, &0));
    let middle = |half: usize| (half & 63) as u8 * 4 + 2;
    let colour = (middle(fullest >> 6), middle(fullest));
    let off = (i32::from(colour.0) - 128, i32::from(colour.1) - 128);
    if usize::from(*count) < LEAST_BIN || off.0 * off.0 + off.1 * off.1 < SATURATED * SATURATED {
        return 0.0;
    }
    let mut lumas = [0_u32; 256];
    let pixels = || planes.luma.iter().zip(planes.blue.iter().zip(planes.red));
    for (luma, (blue, red)) in pixels() {
        let is_near = blue.abs_diff(colour.0) <= NEAR.1 && red.abs_diff(colour.1) <= NEAR.1;
        lumas[usize::from(*luma)] += u32::from(is_near);
    }
    let reach = usize::from(NEAR.0);
    let around = |at: usize| lumas[at.saturating_sub(reach)..(at + reach + 1).min(256)].iter().sum::<u32>();
    let most = (0..256).map(around).max().unwrap_or(0);
    f64::from(most) * 100.0 / planes.luma.len().max(1) as f64
}

/// The colours of bars from left to right, as (Cb − 128, Cr − 128) of full saturation (ITU-R BT.601): white, yellow, cyan, green,
/// magenta, red, blue, black. White and black have none.
const BARS: [(f64, f64); 8] = [
    (0.0, 0.0),
    (-128.0, 21.0),
    (43.0, -128.0),
    (-85.0, -107.0),
    (85.0, 107.0),
    (-43.0, 128.0),
    (128.0, -21.0),
    (0.0, 0.0),
];
/// Where bars begin and end, parts of the width, and how many there are: SMPTE ECR 1-1978 (seven over all), EBU and ITU-R BT.471
/// (eight over all), SMPTE RP 219 (seven between grey).
const LAYOUTS: [(f64, f64, usize); 3] = [(0.0, 1.0, 7), (0.0, 1.0, 8), (0.125, 0.875, 7)];
/// Heights at which bars are looked at, parts of the height: above the second pattern that some of them have below.
const HEIGHTS: [f64; 5] = [0.08, 0.2, 0.32, 0.44, 0.56];

/// Per cent of the bars of a test pattern that are where they should be, in the pattern that fits best.
pub fn bars(planes: Planes<'_>) -> f64 {
    LAYOUTS.into_iter().map(|layout| fit(planes, layout)).fold(0.0, f64::max)
}

fn fit(planes: Planes<'_>, (from, to, count): (f64, f64, usize)) -> f64 {
    let mut right = 0;
    let mut before = f64::MAX;
    for (n, expected) in BARS.iter().enumerate().take(count) {
        let across = from + (to - from) * (n as f64 + 0.5) / count as f64;
        let mut seen: [(u8, u8, u8); HEIGHTS.len()] = HEIGHTS.map(|height| {
            let at = (height * DOWN as f64) as usize * ACROSS + (across * ACROSS as f64) as usize;
            (planes.luma[at], planes.blue[at], planes.red[at])
        });
        seen.sort_unstable();
        // Of five heights the middle one, so that a caption over them does not count.
        let (luma, blue, red) = seen[HEIGHTS.len() / 2];
        let luma = f64::from(luma);
        right += usize::from(is_bar((f64::from(blue) - 128.0, f64::from(red) - 128.0), *expected) && luma < before);
        before = luma;
    }
    right as f64 * 100.0 / count as f64
}

/// Bars are of 75 or 100 %: the direction of the colour counts.
fn is_bar(seen: (f64, f64), expected: (f64, f64)) -> bool {
    let (size, full) = (seen.0.hypot(seen.1), expected.0.hypot(expected.1));
    if full == 0.0 {
        return size < 16.0;
    }
    size > 30.0 && (seen.0 * expected.0 + seen.1 * expected.1) / (size * full) > 0.94
}

/// Of luma beyond these bounds colour says little.
const TELLING: std::ops::RangeInclusive<u8> = 48..=235;
/// Fewer pixels of such luma say nothing, parts of the picture.
const ENOUGH: usize = 20;

/// How far from grey the most neutral tenth of the picture is, in steps of colour at a luma of 128; none in the dark. A red banner or
/// a blue curtain leaves something neutral beside it, light of the wrong colour or a lost channel leaves nothing. (That something in a
/// scene is grey: Buchsbaum's grey world, 1980, of a tenth instead of the mean.)
pub fn cast(planes: Planes<'_>) -> Option<f64> {
    let mut histogram = [0_u32; 128];
    let mut total = 0;
    for y in (0..DOWN).step_by(2) {
        for at in (y * ACROSS..(y + 1) * ACROSS).step_by(2) {
            let luma = planes.luma[at];
            if TELLING.contains(&luma) {
                let off = |colour: u8| f32::from(colour) - 128.0;
                let (blue, red) = (off(planes.blue[at]), off(planes.red[at]));
                let size = (blue * blue + red * red).sqrt() * 128.0 / f32::from(luma);
                histogram[(size as usize).min(127)] += 1;
                total += 1;
            }
        }
    }
    if (total as usize) < ACROSS * DOWN / 4 / ENOUGH {
        return None;
    }
    let mut below = 0;
    let tenth = histogram.iter().position(|count| {
        below += count;
        below * 10 >= total
    });
    tenth.map(|size| size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Planes painted by a colour for each place, 0 to 1 across and down: luma, Cb and Cr.
    fn painted(colour: impl Fn(f64, f64) -> (u8, u8, u8)) -> [Vec<u8>; 3] {
        let at = |n: usize| colour((n % ACROSS) as f64 / ACROSS as f64, (n / ACROSS) as f64 / DOWN as f64);
        [0, 1, 2].map(|plane| (0..ACROSS * DOWN).map(|n| <[u8; 3]>::from(at(n))[plane]).collect())
    }

    fn planes([luma, blue, red]: &[Vec<u8>; 3]) -> Planes<'_> {
        Planes { luma, blue, red }
    }

    const BLUE: (u8, u8, u8) = (41, 240, 110);

    #[test]
    fn a_card_is_the_part_of_one_strong_colour() {
        assert_eq!(card(planes(&painted(|_, _| BLUE))), 100.0);
        let with_words = painted(|x, y| if x < 0.5 && y < 0.25 { (235, 128, 128) } else { BLUE });
        assert_eq!(card(planes(&with_words)), 87.5);
        assert_eq!(card(planes(&painted(|_, _| (128, 128, 128)))), 0.0, "grey is no card");
        let curtain = painted(|x, _| (40 + (x * 160.0) as u8, 200, 110));
        assert!(card(planes(&curtain)) < 10.0, "light falls off over a curtain");
    }

    #[test]
    fn bars_are_known_in_every_layout_and_nothing_else_is() {
        let bar = |n: usize, part: f64| {
            let luma = [180, 162, 131, 112, 84, 65, 35, 16][n];
            let (blue, red) = BARS[n];
            (luma, (128.0 + blue * part) as u8, (128.0 + red * part) as u8)
        };
        for (from, to, count) in LAYOUTS {
            for part in [0.75, 1.0] {
                let pattern = painted(|x, _| {
                    let n = (x - from) / (to - from) * count as f64;
                    if (0.0..count as f64).contains(&n) { bar(n as usize, part) } else { (104, 128, 128) }
                });
                assert_eq!(bars(planes(&pattern)), 100.0, "{from} {count}");
            }
        }
        let mirrored = painted(|x, _| bar(7 - (x * 8.0) as usize, 1.0));
        assert!(bars(planes(&mirrored)) < 60.0);
        assert!(bars(planes(&painted(|x, _| ((x * 255.0) as u8, 128, 128)))) < 30.0);
    }

    #[test]
    fn a_cast_is_what_the_most_neutral_part_has() {
        let red_banner = painted(|x, _| if x < 0.85 { (90, 110, 200) } else { (150, 128, 128) });
        assert_eq!(cast(planes(&red_banner)), Some(0.0));
        let warm = painted(|x, _| if x < 0.85 { (90, 80, 170) } else { (128, 108, 143) });
        assert_eq!(cast(planes(&warm)), Some(25.0));
        assert_eq!(cast(planes(&painted(|_, _| (20, 128, 128)))), None, "in the dark nothing is said");
    }
}
