//! A screen or wall in a camera's picture: what it shows, seen from where the camera stands, in the light of the hall.

use super::hall::{Dice, HEIGHT, WIDTH};

/// Where a screen is in the picture and how it shines.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Its corners in the picture, clockwise from the upper left, pixels.
    pub corners: [(f32, f32); 4],
    /// The luma of its black: what the hall's light makes of it.
    pub black: f32,
    /// The luma of its white.
    pub white: f32,
    /// A lamp at its side: so much is added to the luma from left to right, half of it missing left, half added right.
    pub slant: f32,
    /// The lens and the screen's own pixels: the deviation of a Gaussian, pixels of the picture.
    pub blur: f32,
    /// The deviation of the sensor's noise, luma.
    pub noise: f32,
}

impl Screen {
    /// One that stands upright before the camera, `width` pixels wide and as high as a wall is, its middle at `x`, `y`.
    #[must_use]
    pub fn at(x: f32, y: f32, width: f32) -> Self {
        let (right, down) = (width / 2.0, width * 9.0 / 32.0);
        let corners = [(x - right, y - down), (x + right, y - down), (x + right, y + down), (x - right, y + down)];
        Self { corners, black: 28.0, white: 215.0, slant: 0.0, blur: 0.7, noise: 2.0 }
    }

    /// Every corner moved by up to `part` of the width, as from somewhere else in the hall.
    #[must_use]
    pub fn askew(mut self, part: f32, dice: &mut Dice) -> Self {
        let reach = part * (self.corners[1].0 - self.corners[0].0);
        for (x, y) in &mut self.corners {
            *x += dice.within(-reach, reach);
            *y += dice.within(-reach, reach);
        }
        self
    }

    /// Puts what the screen shows, a plane of luma `size` wide and high, into a picture of [`WIDTH`] × [`HEIGHT`].
    pub fn shine(&self, picture: &mut [u8], shown: &[u8], size: (usize, usize), dice: &mut Dice) {
        let within = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        let of = |pick: fn(&(f32, f32)) -> f32| {
            let all = self.corners.iter().map(pick);
            all.fold((f32::MAX, f32::MIN), |(least, most), value| (least.min(value), most.max(value)))
        };
        let ((left, right), (top, bottom)) = (of(|corner| corner.0), of(|corner| corner.1));
        let back = self.back();
        // The lens blurs by hand of more samples around each pixel.
        let spread = 0.5 + 1.5 * self.blur;
        for y in within(top, HEIGHT)..within(bottom + 1.0, HEIGHT) {
            for x in within(left, WIDTH)..within(right + 1.0, WIDTH) {
                let (mut sum, mut count) = (0.0, 0.0);
                for n in 0..25_u8 {
                    let off = |n: u8| (f32::from(n) - 2.0) / 2.0 * spread;
                    let (dx, dy) = (off(n % 5), off(n / 5));
                    let (u, v) = back(x as f32 + dx, y as f32 + dy);
                    if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                        let weight = (-(dx * dx + dy * dy) / (2.0 * (0.3 + self.blur * self.blur))).exp();
                        let at = (v * size.1 as f32) as usize * size.0 + (u * size.0 as f32) as usize;
                        sum += weight * (f32::from(shown[at]) + self.slant / 0.75 * (u - 0.5));
                        count += weight;
                    }
                }
                if count > 0.0 {
                    let luma = self.black + sum / count / 255.0 * (self.white - self.black);
                    let noise: f32 = (0..4).map(|_| dice.within(-0.866, 0.866)).sum::<f32>() * self.noise;
                    picture[y * WIDTH + x] = (luma + noise).round().clamp(0.0, 255.0) as u8;
                }
            }
        }
    }

    /// From the picture to the screen, 0 to 1 both ways: the inverse of the map of a square to four corners, as an adjugate.
    fn back(&self) -> impl Fn(f32, f32) -> (f32, f32) + use<> {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = self.corners;
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let (dx1, dx2, dy1, dy2) = (x1 - x2, x3 - x2, y1 - y2, y3 - y2);
        let under = dx1 * dy2 - dx2 * dy1;
        let (g, h) = ((sx * dy2 - dx2 * sy) / under, (dx1 * sy - sx * dy1) / under);
        let (a, b, c) = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0);
        let (d, e, f) = (y1 - y0 + g * y1, y3 - y0 + h * y3, y0);
        let lines = [
            [e - f * h, c * h - b, b * f - c * e],
            [f * g - d, a - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ];
        move |x, y| {
            let [u, v, w] = lines.map(|[p, q, r]| p * x + q * y + r);
            (u / w, v / w)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_lies_where_its_corners_are() {
        let screen = Screen { noise: 0.0, blur: 0.0, ..Screen::at(320.0, 180.0, 200.0) }.askew(0.1, &mut Dice::new(1));
        let back = screen.back();
        for ((x, y), (u, v)) in screen.corners.iter().zip([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) {
            let (found_u, found_v) = back(*x, *y);
            assert!((found_u - u).abs() < 1e-3 && (found_v - v).abs() < 1e-3, "({found_u}, {found_v})");
        }
        let mut picture = vec![7; WIDTH * HEIGHT];
        screen.shine(&mut picture, &[255, 255, 0, 0], (2, 2), &mut Dice::new(2));
        assert_eq!((picture[0], picture[150 * WIDTH + 320], picture[210 * WIDTH + 320]), (7, 215, 28));
    }
}
