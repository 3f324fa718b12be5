//! Four corners in a picture, to a fraction of a pixel, and the plane between them as a camera sees it.

use super::layout::OUTER;

pub(super) type Point = (f32, f32);

/// A grey picture that is read between its pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grey<'a> {
    pub(super) luma: &'a [u8],
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Grey<'_> {
    /// Luma at a place; beyond the edge it is repeated.
    pub(super) fn at(&self, (x, y): Point) -> f32 {
        let (x, y) = (x.clamp(0.0, self.width as f32 - 1.001), y.clamp(0.0, self.height as f32 - 1.001));
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let pixel = |at: usize| f32::from(self.luma.get(at).copied().unwrap_or(0));
        let line = |at: usize| pixel(at) * (1.0 - fx) + pixel(at + 1) * fx;
        line(top * self.width + left) * (1.0 - fy) + line((top + 1) * self.width + left) * fy
    }
}

/// The outer corners of a frame, clockwise from the upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quad(pub(super) [Point; 4]);

/// Places on a side where its edge is looked for.
const PLACES: usize = 24;
/// So many of them must show it.
const ENOUGH: usize = 12;

impl Quad {
    /// How far it is from corner to corner: above, right, below, left.
    pub(super) fn sides(&self) -> [f32; 4] {
        std::array::from_fn(|n| {
            let ((x, y), (to_x, to_y)) = (self.0[n], self.0[(n + 1) % 4]);
            (to_x - x).hypot(to_y - y)
        })
    }

    /// With its corners where the edges of the frame meet; none when there are no such edges.
    pub(super) fn refined(&self, grey: &Grey<'_>) -> Option<Self> {
        let sides = self.sides();
        let mut lines = [((0.0, 0.0), (0.0, 0.0)); 4];
        for (n, line) in lines.iter_mut().enumerate() {
            // The frame is a cell wide; cells are counted along the other sides.
            let count = if n % 2 == 0 { OUTER.1 } else { OUTER.0 };
            let cell = (sides[(n + 1) % 4] + sides[(n + 3) % 4]) / 2.0 / count as f32;
            *line = edge(grey, self.0[n], self.0[(n + 1) % 4], cell)?;
        }
        let mut corners = [(0.0, 0.0); 4];
        for (n, corner) in corners.iter_mut().enumerate() {
            *corner = crossing(lines[(n + 3) % 4], lines[n])?;
        }
        Some(Self(corners))
    }

    /// Where a place between the corners lies in the picture: (0, 0) is the first corner, (1, 1) the third. Heckbert, 1989.
    pub(super) fn perspective(&self) -> impl Fn(f32, f32) -> Point + use<> {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = self.0;
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let determinant = dx1 * dy2 - dx2 * dy1;
        let determinant = if determinant == 0.0 { 1.0 } else { determinant };
        let (g, h) = ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant);
        let (a, b) = (x1 - x0 + g * x1, x3 - x0 + h * x3);
        let (d, e) = (y1 - y0 + g * y1, y3 - y0 + h * y3);
        move |u, v| {
            let under = g * u + h * v + 1.0;
            ((a * u + b * v + x0) / under, (d * u + e * v + y0) / under)
        }
    }
}

/// The line of an edge between two corners, bright on the left-hand side of who looks from the first to the second in a picture
/// whose y points down: a point of it, and its direction.
fn edge(grey: &Grey<'_>, from: Point, to: Point, cell: f32) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let out = (dy / length, -dx / length);
    let place = |n: usize| 0.06 + 0.88 * n as f32 / (PLACES - 1) as f32;
    let mut offsets: Vec<(f32, f32)> = Vec::with_capacity(PLACES);
    for t in (0..PLACES).map(place) {
        let start = (from.0 + dx * t, from.1 + dy * t);
        let at = |off: f32| grey.at((start.0 + out.0 * off, start.1 + out.1 * off));
        offsets.extend(step(at, cell).map(|off| (t, off)));
    }
    if offsets.len() < ENOUGH {
        return None;
    }
    let (mut first, mut slope) = fitted(&offsets);
    // What lies beside the others was something else.
    let mut errors: Vec<f32> = offsets.iter().map(|(t, off)| (off - first - slope * t).abs()).collect();
    errors.sort_by(f32::total_cmp);
    let usual = (2.5 * errors[errors.len() / 2]).max(0.4);
    offsets.retain(|(t, off)| (off - first - slope * t).abs() <= usual);
    (first, slope) = fitted(&offsets);
    let along = |t: f32| {
        let off = first + slope * t;
        (from.0 + dx * t + out.0 * off, from.1 + dy * t + out.1 * off)
    };
    let (begin, end) = (along(0.0), along(1.0));
    Some((begin, (end.0 - begin.0, end.1 - begin.1)))
}

/// How far outwards dark becomes bright, half-way between both; none where it does not.
fn step(at: impl Fn(f32) -> f32, cell: f32) -> Option<f32> {
    let reach = cell * 0.9;
    let by = (cell / 12.0).max(0.25);
    let count = (2.0 * reach / by) as usize;
    let profile = |n: usize| at(n as f32 * by - reach);
    let inner = (0..count / 2).map(profile).fold(f32::MAX, f32::min);
    let outer = (count / 2..=count).map(profile).fold(f32::MIN, f32::max);
    if outer - inner < 6.0 {
        return None;
    }
    let half = (inner + outer) / 2.0;
    // From within the frame outwards: the field begins farther in.
    let darkest = (0..count).min_by(|a, b| profile(*a).total_cmp(&profile(*b)))?;
    let n = (darkest..count).find(|n| profile(*n) <= half && profile(n + 1) > half)?;
    let (low, high) = (profile(n), profile(n + 1));
    Some((n as f32 + (half - low) / (high - low)) * by - reach)
}

/// The line through points by least squares: its height at 0 and its slope.
fn fitted(points: &[(f32, f32)]) -> (f32, f32) {
    let count = points.len().max(1) as f32;
    let (sum_t, sum_v) = points.iter().fold((0.0, 0.0), |(t, v), point| (t + point.0, v + point.1));
    let (mean_t, mean_v) = (sum_t / count, sum_v / count);
    let (mut square, mut product) = (0.0, 0.0);
    for (t, v) in points {
        square += (t - mean_t) * (t - mean_t);
        product += (t - mean_t) * (v - mean_v);
    }
    let slope = if square > 0.0 { product / square } else { 0.0 };
    (mean_v - slope * mean_t, slope)
}

/// Where two lines meet; none of parallels.
fn crossing(one: (Point, Point), other: (Point, Point)) -> Option<Point> {
    let ((x, y), (dx, dy)) = one;
    let ((to_x, to_y), (ex, ey)) = other;
    let determinant = dx * ey - dy * ex;
    if determinant.abs() < 1e-3 {
        return None;
    }
    let t = ((to_x - x) * ey - (to_y - y) * ex) / determinant;
    Some((x + t * dx, y + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perspective_takes_corners_to_corners_and_straight_lines_to_straight_lines() {
        let quad = Quad([(10.0, 12.0), (110.0, 5.0), (120.0, 80.0), (6.0, 70.0)]);
        let place = quad.perspective();
        for ((u, v), corner) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(quad.0) {
            let (x, y) = place(u, v);
            assert!((x - corner.0).abs() < 1e-3 && (y - corner.1).abs() < 1e-3, "({u}, {v}) is at ({x}, {y})");
        }
        let middle = crossing(
            (quad.0[0], (quad.0[2].0 - quad.0[0].0, quad.0[2].1 - quad.0[0].1)),
            (quad.0[1], (quad.0[3].0 - quad.0[1].0, quad.0[3].1 - quad.0[1].1)),
        );
        let (x, y) = place(0.5, 0.5);
        let (true_x, true_y) = middle.expect("diagonals cross");
        assert!((x - true_x).abs() < 1e-2 && (y - true_y).abs() < 1e-2, "({x}, {y}), not ({true_x}, {true_y})");
        assert_eq!(crossing(((0.0, 0.0), (1.0, 0.0)), ((0.0, 1.0), (2.0, 0.0))), None);
    }

    #[test]
    fn corners_come_to_a_fraction_of_a_pixel() {
        // A frame of five pixels with soft edges, from (30.3, 20.6) to (150.3, 95.6).
        let soft = |x: f32, from: f32, to: f32| (x - from + 0.5).clamp(0.0, 1.0) * (to - x + 0.5).clamp(0.0, 1.0);
        let box_at = |x, y, by: f32| soft(x, 30.3 + by, 150.3 - by) * soft(y, 20.6 + by, 95.6 - by);
        let luma: Vec<u8> = (0..200 * 120)
            .map(|n| {
                let (x, y) = ((n % 200) as f32, (n / 200) as f32);
                (180.0 - 120.0 * (box_at(x, y, 0.0) - box_at(x, y, 5.0))).round() as u8
            })
            .collect();
        let grey = Grey { luma: &luma, width: 200, height: 120 };
        let rough = Quad([(32.0, 22.0), (149.0, 20.0), (150.0, 94.0), (29.0, 96.0)]);
        let found = rough.refined(&grey).expect("edges");
        for ((x, y), (true_x, true_y)) in found.0.iter().zip([(30.3, 20.6), (150.3, 20.6), (150.3, 95.6), (30.3, 95.6)])
        {
            assert!((x - true_x).abs() < 0.25 && (y - true_y).abs() < 0.25, "{found:?}");
        }
        let bare = vec![100; 200 * 120];
        assert!(rough.refined(&Grey { luma: &bare, ..grey }).is_none());
    }
}
