//! The Fourier transform of lines and small planes whose sides are powers of two. Pure; Cooley and Tukey, 1965, radix 2 in place.

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// Its real part.
    pub re: f32,
    /// Its imaginary part.
    pub im: f32,
}

impl Complex {
    /// One without an imaginary part.
    #[must_use]
    pub const fn real(re: f32) -> Self {
        Self { re, im: 0.0 }
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    /// Its mirror image below the real axis.
    #[must_use]
    pub fn conjugate(self) -> Self {
        Self { im: -self.im, ..self }
    }

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From samples to frequencies.
    Forth,
    /// Without the division by the number of elements.
    Back,
}

/// Transforms a plane of `width` columns; both sides are powers of two.
pub fn plane(values: &mut [Complex], width: usize, way: Way) {
    let height = values.len() / width;
    let turns = turns(width, way);
    values.chunks_exact_mut(width).for_each(|line| transform(line, &turns));
    let turns = self::turns(height, way);
    let mut column = vec![Complex::default(); height];
    for x in 0..width {
        (0..height).for_each(|y| column[y] = values[y * width + x]);
        transform(&mut column, &turns);
        (0..height).for_each(|y| values[y * width + x] = column[y]);
    }
}

/// The first half of the roots of unity of a length: what [`transform`] needs.
pub fn turns(length: usize, way: Way) -> Vec<Complex> {
    let sign = if way == Way::Forth { -1.0 } else { 1.0 };
    let exact = |n: usize| (sign * std::f64::consts::TAU * n as f64 / length as f64).sin_cos();
    // Sines take time: each is the one before turned on, and begins anew before that adds up to anything.
    let (step_sin, step_cos) = exact(1);
    let (mut sin, mut cos) = (0.0, 1.0);
    let next = |n: usize| {
        (sin, cos) = if n.is_multiple_of(64) {
            exact(n)
        } else {
            (sin * step_cos + cos * step_sin, cos * step_cos - sin * step_sin)
        };
        Complex { re: cos as f32, im: sin as f32 }
    };
    (0..length / 2).map(next).collect()
}

/// Transforms a line in place, the way that `turns` was made for.
pub fn transform(values: &mut [Complex], turns: &[Complex]) {
    let length = values.len();
    let bits = length.trailing_zeros();
    for at in 0..length {
        let other = at.reverse_bits() >> (usize::BITS - bits).min(usize::BITS - 1);
        if bits > 0 && at < other {
            values.swap(at, other);
        }
    }
    // In the first pass every turn is 1.
    for pair in values.chunks_exact_mut(2) {
        (pair[0], pair[1]) = (pair[0].plus(pair[1]), pair[0].minus(pair[1]));
    }
    let mut half = 2;
    while half < length {
        let stride = length / (2 * half);
        for group in values.chunks_exact_mut(2 * half) {
            let (low, high) = group.split_at_mut(half);
            for ((a, b), turn) in low.iter_mut().zip(high).zip(turns.iter().step_by(stride)) {
                let turned = b.times(*turn);
                (*a, *b) = (a.plus(turned), a.minus(turned));
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(count: usize) -> Vec<Complex> {
        let value = |n: usize| Complex { re: ((n * 37) % 101) as f32 - 50.0, im: ((n * 53) % 97) as f32 - 48.0 };
        (0..count).map(value).collect()
    }

    /// By the definition.
    fn slow(values: &[Complex], width: usize) -> Vec<Complex> {
        let height = values.len() / width;
        let one = |u: usize, v: usize| {
            let mut sum = (0.0f64, 0.0f64);
            for y in 0..height {
                for x in 0..width {
                    let angle =
                        -std::f64::consts::TAU * ((u * x) as f64 / width as f64 + (v * y) as f64 / height as f64);
                    let (sin, cos) = angle.sin_cos();
                    let Complex { re, im } = values[y * width + x];
                    sum.0 += f64::from(re) * cos - f64::from(im) * sin;
                    sum.1 += f64::from(re) * sin + f64::from(im) * cos;
                }
            }
            Complex { re: sum.0 as f32, im: sum.1 as f32 }
        };
        (0..values.len()).map(|n| one(n % width, n / width)).collect()
    }

    #[test]
    fn it_is_the_transform_of_the_definition_and_comes_back() {
        for (width, height) in [(1, 1), (2, 1), (8, 4), (16, 16), (4, 32)] {
            let values = sample(width * height);
            let mut found = values.clone();
            plane(&mut found, width, Way::Forth);
            for (found, expected) in found.iter().zip(slow(&values, width)) {
                assert!(
                    (found.re - expected.re).abs() < 0.05 && (found.im - expected.im).abs() < 0.05,
                    "{width}×{height}"
                );
            }
            plane(&mut found, width, Way::Back);
            let count = values.len() as f32;
            for (found, value) in found.iter().zip(&values) {
                assert!((found.re / count - value.re).abs() < 0.01 && (found.im / count - value.im).abs() < 0.01);
            }
        }
    }
}
