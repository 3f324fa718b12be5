//! Whether a part of the picture holds writing. Pure.

use serde::Deserialize;

use crate::ffmpeg::{HEIGHT, WIDTH};

/// A step of luma within so many pixels that is an edge of a letter: a caption is drawn, so its edges are steeper than what comes through a
/// lens, whatever the light.
const EDGE: u8 = 90;
const WITHIN: usize = 2;

/// A rectangle in thousandths of the picture: from the left, from above, width, height. `overlay = [20, 860, 400, 110]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Region([u16; 4]);

impl Region {
    /// Whether it lies within the picture and is large enough to hold anything.
    pub(super) const fn is_sound(self) -> bool {
        let [x, y, width, height] = self.0;
        width >= 20 && height >= 20 && x <= 1000 && y <= 1000 && width <= 1000 - x && height <= 1000 - y
    }

    /// Per cent of its pixels that are a steep edge to the right or below. Letters have many, whatever their script; a hall has few.
    pub(super) fn edges(self, luma: &[u8]) -> f64 {
        let [x, y, width, height] = self.0.map(usize::from);
        let (left, right) = (x * WIDTH / 1000, ((x + width) * WIDTH / 1000).min(WIDTH - WITHIN));
        let (top, bottom) = (y * HEIGHT / 1000, ((y + height) * HEIGHT / 1000).min(HEIGHT - WITHIN));
        let (mut edges, mut count) = (0_u32, 0_u32);
        for line in top..bottom {
            for at in line * WIDTH + left..line * WIDTH + right {
                let step = |to: usize| luma[at].abs_diff(luma[to]) >= EDGE;
                let is_edge = step(at + WITHIN) || step(at + WITHIN * WIDTH);
                edges += u32::from(is_edge);
                count += 1;
            }
        }
        f64::from(edges) * 100.0 / f64::from(count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_has_edges_and_a_wall_has_none() {
        let region = Region([100, 800, 500, 100]);
        let wall: Vec<u8> = (0..WIDTH * HEIGHT).map(|n| 90 + (n % WIDTH / 8) as u8).collect();
        assert_eq!(region.edges(&wall), 0.0);
        let mut written = wall.clone();
        // Strokes two pixels wide, twenty in a row, through the height of the region.
        for y in 288..324 {
            (0..20).for_each(|n| written[y * WIDTH + 70 + n * 14..][..2].fill(250));
        }
        let edges = region.edges(&written);
        assert!((edges - 80.0 * 100.0 / 320.0).abs() < 3.0, "two edges a stroke, two pixels long: {edges}");
    }

    #[test]
    fn a_region_lies_within_the_picture() {
        for (region, sound) in [
            ([0, 0, 1000, 1000], true),
            ([980, 980, 20, 20], true),
            ([990, 0, 20, 20], false),
            ([0, 0, 19, 500], false),
            ([2000, 0, 20, 20], false),
        ] {
            assert_eq!(Region(region).is_sound(), sound, "{region:?}");
        }
    }
}
