//! How noisy a picture is. Pure.

use super::{HEIGHT, WIDTH};

/// The side of a block, pixels.
const SIDE: usize = 40;
const BLOCKS: usize = (WIDTH / SIDE) * (HEIGHT / SIDE);
/// Of blocks whose mean luma lies beyond these noise is cut off.
const TELLING: std::ops::RangeInclusive<u32> = 20..=235;

/// The standard deviation of the noise of one frame's luma, pixels that do not know of each other assumed; none when no part of it can
/// tell. Immerkær's estimator (1996): the mean size of a Laplacian that is blind to edges and slopes, √(π/2) / 6 of it. Taken block
/// by block, and of those the calmest quarter's greatest, because texture only ever adds to it.
pub fn noise(luma: &[u8]) -> Option<f64> {
    let mut sums = [(0_u32, 0_u32); BLOCKS];
    for y in (1..HEIGHT - 1).step_by(2) {
        let line = |y: usize| &luma[y * WIDTH..][..WIDTH];
        let (above, here, below) = (line(y - 1), line(y), line(y + 1));
        let blocks = &mut sums[y / SIDE * (WIDTH / SIDE)..][..WIDTH / SIDE];
        for (n, (rough, light)) in blocks.iter_mut().enumerate() {
            // The columns at a block's edge are left out: so no block is another's or beyond the picture.
            let (from, to) = (n * SIDE, (n + 1) * SIDE);
            let (above, here, below) = (&above[from..to], &here[from..to], &below[from..to]);
            for ((a, h), b) in above.windows(3).zip(here.windows(3)).zip(below.windows(3)) {
                let [a, h, b] = [a, h, b].map(|three| [0, 1, 2].map(|n| i32::from(three[n])));
                let value = a[0] - 2 * a[1] + a[2] - 2 * h[0] + 4 * h[1] - 2 * h[2] + b[0] - 2 * b[1] + b[2];
                *rough += value.unsigned_abs();
                *light += h[1].unsigned_abs();
            }
        }
    }
    let count = (SIDE - 2) as u32 * (SIDE / 2) as u32;
    let telling = sums.iter().filter(|(_, light)| TELLING.contains(&(light / count)));
    let mut all: Vec<u32> = telling.map(|(rough, _)| *rough).collect();
    all.sort_unstable();
    let quarter = *all.get(all.len() / 4)?;
    (all.len() >= BLOCKS / 8).then(|| f64::from(quarter) / f64::from(count) / 6.0 * std::f64::consts::FRAC_PI_2.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(deviation: f64, below: impl Fn(usize) -> f64) -> Vec<u8> {
        let mut state = 0x1234_5678_u32;
        let mut unit = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        (0..WIDTH * HEIGHT)
            .map(|n| {
                let normal = (0..12).map(|_| unit()).sum::<f64>() - 6.0;
                (below(n) + deviation * normal).round().clamp(0.0, 255.0) as u8
            })
            .collect()
    }

    #[test]
    fn the_noise_that_is_there_is_measured() {
        for deviation in [0.0, 1.0, 4.0, 12.0, 30.0] {
            let found = noise(&noisy(deviation, |_| 120.0)).expect("a figure");
            assert!((found - deviation).abs() <= 0.08 * deviation + 0.1, "{deviation}: {found}");
        }
    }

    #[test]
    fn slopes_edges_and_texture_are_no_noise() {
        let scene = |n: usize| {
            let (x, y) = (n % WIDTH, n / WIDTH);
            let slope = x as f64 / 8.0 + y as f64 / 6.0;
            if x < 200 && (x / 3 + y / 3).is_multiple_of(2) { 220.0 } else { 40.0 + slope }
        };
        let found = noise(&noisy(3.0, scene)).expect("a figure");
        assert!((found - 3.0).abs() < 0.4, "{found}");
        assert_eq!(noise(&[0; WIDTH * HEIGHT]), None, "black says nothing");
    }
}
