//! Planes of numbers and what is done to them before they are compared: halved, smoothed, freed of their light. Pure.

/// Numbers in lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    pub(super) fn of(luma: &[u8], width: usize) -> Self {
        Self { width, height: luma.len() / width, values: luma.iter().map(|y| f32::from(*y)).collect() }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Half as wide and half as high, each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mean = |n: usize| {
            let (x, y) = (n % width * 2, n / width * 2);
            (self.at(x, y) + self.at(x + 1, y) + self.at(x, y + 1) + self.at(x + 1, y + 1)) / 4.0
        };
        Self { width, height, values: (0..width * height).map(mean).collect() }
    }

    /// Enlarged about its middle; beyond the edge it is repeated.
    pub(super) fn zoomed(&self, zoom: f32) -> Self {
        let middle = ((self.width - 1) as f32 / 2.0, (self.height - 1) as f32 / 2.0);
        let from = |n: usize, middle: f32, most: usize| {
            let place = ((n as f32 - middle) / zoom + middle).clamp(0.0, most as f32 - 1.001);
            (place as usize, place.fract())
        };
        self.each(|x, y| {
            let ((x, fx), (y, fy)) = (from(x, middle.0, self.width), from(y, middle.1, self.height));
            let line = |y| self.at(x, y) * (1.0 - fx) + self.at(x + 1, y) * fx;
            line(y) * (1.0 - fy) + line(y + 1) * fy
        })
    }

    /// Smoothed by 1 4 6 4 1 in both directions (a deviation of one pixel); the edge is repeated.
    pub(super) fn smoothed(&self) -> Self {
        const WEIGHTS: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];
        let clamped = |n: usize, offset: usize, most: usize| (n + offset).saturating_sub(2).min(most - 1);
        let across = self.each(|x, y| {
            WEIGHTS.iter().enumerate().map(|(n, weight)| weight * self.at(clamped(x, n, self.width), y)).sum()
        });
        across.each(|x, y| {
            WEIGHTS.iter().enumerate().map(|(n, weight)| weight * across.at(x, clamped(y, n, self.height))).sum()
        })
    }

    /// Freed of light and contrast: what differs from its surroundings of `2 reach + 1` pixels, in units of their deviation.
    /// Surroundings that hardly deviate (by less than `floor`) stay small.
    pub(super) fn structure(&self, reach: usize, floor: f32) -> Self {
        let squares = Self { values: self.values.iter().map(|v| v * v).collect(), ..*self };
        let (mean, square) = (self.box_mean(reach), squares.box_mean(reach));
        let value = |n: usize| {
            let variance = (square.values[n] - mean.values[n] * mean.values[n]).max(0.0);
            (self.values[n] - mean.values[n]) / (variance.sqrt() + floor)
        };
        Self { values: (0..self.values.len()).map(value).collect(), ..*self }
    }

    /// The mean of the square of `2 reach + 1` pixels around each, as much of it as lies within.
    fn box_mean(&self, reach: usize) -> Self {
        let stride = self.width + 1;
        let mut sums = vec![0.0f64; stride * (self.height + 1)];
        for y in 0..self.height {
            let mut line = 0.0;
            for x in 0..self.width {
                line += f64::from(self.at(x, y));
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + line;
            }
        }
        self.each(|x, y| {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(self.width));
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(self.height));
            let sum = sums[bottom * stride + right] + sums[top * stride + left]
                - sums[bottom * stride + left]
                - sums[top * stride + right];
            (sum / ((right - left) * (bottom - top)) as f64) as f32
        })
    }

    fn each(&self, value: impl Fn(usize, usize) -> f32) -> Self {
        let values = (0..self.values.len()).map(|n| value(n % self.width, n / self.width)).collect();
        Self { values, ..*self }
    }
}
