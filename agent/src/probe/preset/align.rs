//! Where the reference is found again in the newest picture: candidates by phase correlation, judged block by block. Pure.
//!
//! Light, contrast and gain fall out: blocks are compared by their normalised cross-correlation. Many blocks vote, so that
//! walkers, chairs and a covered part of the lens do not move the rest. Phase correlation: Kuglin and Hines, 1975.

use super::plane::Plane;
use super::raster::Raster;
use avow_analysis::fourier::{Complex, Way, plane};

/// Blocks of a picture across and down; each is 40 × 40 pixels of a raster.
pub(super) const COLUMNS: usize = 16;
/// See [`COLUMNS`].
pub(super) const ROWS: usize = 9;

/// The plane of the Fourier transform: a quarter of a raster's sides with room around, so that a shift is no wrap.
const PADDED: (usize, usize) = (256, 128);
/// Shifts up to here are believed, pixels of a quarter: a third of the picture still overlaps.
const FARTHEST: (i32, i32) = (104, 58);
/// So many peaks are looked at.
const PEAKS: usize = 10;
/// A correlation counts from here: what two unlike blocks reach by chance.
const CHANCE: f32 = 0.3;
/// Rows of seats look alike at their pitch: another place must be plainly better than where the camera should look.
const HOME_BONUS: f32 = 1.15;
/// A block with less deviation than this says nothing, luma.
const TEXTURE: f32 = 3.0;
/// A block is found again from this correlation.
const KEPT: f32 = 0.5;
/// In a much smoothed picture chance reaches further.
const KEPT_SOFT: f32 = 0.7;
/// A block may stand a little beside its place, pixels of a half: a lens's distortion, a chair that was touched.
const BESIDE: i32 = 3;
/// When fewer of the blocks are found again than this, the smoothed pictures are asked too.
const FEW: f32 = 0.5;

/// A picture prepared for comparison, at several sizes.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// As it is.
    pub(super) full: Plane,
    /// Half of each side, smoothed.
    half: Plane,
    quarter: Plane,
    eighth: Plane,
    /// The deviation of noise that is left in a pixel.
    pub(super) noise: f32,
}

impl View {
    pub(super) fn of(raster: &Raster) -> Self {
        Self::prepared(Plane::of(raster.luma(), super::raster::WIDTH), raster.noise())
    }

    /// As a lens sees it that zooms by `zoom`.
    pub(super) fn zoomed(&self, zoom: f32) -> Self {
        Self::prepared(self.full.zoomed(zoom), self.noise)
    }

    fn prepared(full: Plane, noise: f32) -> Self {
        let half = full.halved().smoothed();
        let quarter = half.halved();
        let eighth = quarter.smoothed().halved().smoothed();
        Self { full, half, quarter, eighth, noise }
    }

    /// How much a block deviates, luma; light from a window over a wall counts little, because it is smooth.
    pub(super) fn texture(&self, block: usize) -> f32 {
        let (x, y, side) = square(block, 20);
        variance(&self.half, x, y, side).sqrt()
    }

    pub(super) fn says_something(&self, block: usize) -> bool {
        self.texture(block) >= TEXTURE.max(2.0 * self.noise)
    }
}

/// What became of one block of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// It is found again.
    Kept,
    /// There is something else.
    Changed,
    /// There is nothing.
    Gone,
    /// A bare wall: nothing can be said.
    Bare,
    /// The camera does not show it any more.
    Outside,
}

/// Where the reference lies in the newest picture.
#[derive(Clone, Debug)]
pub(super) struct Alignment {
    /// How far it has moved to the right and down, pixels of a raster.
    pub(super) shift: (f32, f32),
    /// Each block, line by line.
    pub(super) blocks: Vec<Block>,
    /// The part of the blocks that say something and are still in the picture that is found again, 0 to 1.
    pub(super) agreement: f32,
    /// How much is found again, of whatever was looked for: the greater the better.
    pub(super) score: f32,
    /// Only the smoothed pictures agree.
    pub(super) is_soft: bool,
}

impl Alignment {
    /// How many blocks have become what.
    pub(super) fn count(&self, wanted: Block) -> usize {
        self.blocks.iter().filter(|block| **block == wanted).count()
    }

    /// The same part of those blocks only where there is anything to be seen.
    pub(super) fn agreement_where_seen(&self) -> f32 {
        let (kept, changed) = (self.count(Block::Kept) as f32, self.count(Block::Changed) as f32);
        if kept == 0.0 { 0.0 } else { kept / (kept + changed) }
    }
}

/// Finds the place where most of the reference is found again. There always is one; its agreement says what it is worth.
pub(super) fn align(reference: &View, newest: &View) -> Alignment {
    let telling: Vec<usize> = (0..COLUMNS * ROWS).filter(|block| reference.says_something(*block)).collect();
    let home = (0, 0);
    let at_quarter = |shift| score(&reference.quarter, &newest.quarter, &telling, 10, shift);
    let mut best = (home, at_quarter(home) * HOME_BONUS);
    for shift in peaks(reference, newest) {
        let found = at_quarter(shift) * if shift.0.abs() <= 1 && shift.1.abs() <= 1 { HOME_BONUS } else { 1.0 };
        if found > best.1 {
            best = (shift, found);
        }
    }
    let whole = refined(reference, newest, &telling, best.0);
    let sharp = blocks(reference, newest, whole, found_sharp);
    let agreement = self::agreement(&sharp);
    let soft = if agreement < FEW { blocks(reference, newest, whole, found_soft) } else { Vec::new() };
    let is_soft = self::agreement(&soft) > agreement + 0.2;
    let blocks = if is_soft { soft } else { sharp };
    let shift = between_pixels(reference, newest, &blocks, whole);
    let score = score(&reference.half, &newest.half, &telling, 20, whole);
    Alignment { shift, agreement: self::agreement(&blocks), score, is_soft, blocks }
}

/// To a pixel of a half, from a place in quarters.
fn refined(reference: &View, newest: &View, telling: &[usize], quarter: (i32, i32)) -> (i32, i32) {
    const REACH: i32 = 3;
    let from = (quarter.0 * 2, quarter.1 * 2);
    let at = |shift| score(&reference.half, &newest.half, telling, 20, shift);
    let mut best = (from, at(from));
    for dy in -REACH..=REACH {
        for dx in -REACH..=REACH {
            let shift = (from.0 + dx, from.1 + dy);
            let found = at(shift);
            if found > best.1 {
                best = (shift, found);
            }
        }
    }
    best.0
}

/// To a fraction of a pixel of a raster: the median of where the blocks that are found again correlate best.
fn between_pixels(reference: &View, newest: &View, blocks: &[Block], whole: (i32, i32)) -> (f32, f32) {
    let (mut across, mut down) = (Vec::new(), Vec::new());
    for block in (0..blocks.len()).filter(|block| blocks[*block] == Block::Kept) {
        let (x, y, side) = square(block, 20);
        let at = |dx, dy| {
            let shift = (whole.0 + dx, whole.1 + dy);
            correlation(&reference.half, &newest.half, x, y, side, shift)
        };
        let Some(here) = at(0, 0).filter(|here| *here >= KEPT) else { continue };
        across.extend(at(-1, 0).zip(at(1, 0)).and_then(|(before, after)| summit(before, here, after)));
        down.extend(at(0, -1).zip(at(0, 1)).and_then(|(before, after)| summit(before, here, after)));
    }
    let median = |mut offsets: Vec<f32>| {
        offsets.sort_by(f32::total_cmp);
        offsets.get(offsets.len() / 2).copied().unwrap_or(0.0)
    };
    ((whole.0 as f32 + median(across)) * 2.0, (whole.1 as f32 + median(down)) * 2.0)
}

/// The place of the summit of a parabola through three heights a step apart; none of what hardly bends (an edge along the way).
fn summit(before: f32, here: f32, after: f32) -> Option<f32> {
    let bend = before - 2.0 * here + after;
    (bend < -0.01).then(|| ((before - after) / (2.0 * bend)).clamp(-1.0, 1.0))
}

/// The shifts where the phases of both pictures agree best, in quarters.
fn peaks(reference: &View, newest: &View) -> Vec<(i32, i32)> {
    let (width, height) = PADDED;
    let mut one = spectrum(&reference.quarter, reference.noise);
    let other = spectrum(&newest.quarter, newest.noise);
    for (n, (a, b)) in one.iter_mut().zip(&other).enumerate() {
        let product = b.times(a.conjugate());
        let size = product.re.hypot(product.im);
        // High frequencies hold little but noise and the edges of coding blocks.
        let (u, v) = (n % width, n / width);
        let (u, v) = (u.min(width - u) as f32 / width as f32, v.min(height - v) as f32 / height as f32);
        let weight = (-(u * u + v * v) / (2.0 * 0.12 * 0.12)).exp() / (size + 1e-3);
        *a = Complex { re: product.re * weight, im: product.im * weight };
    }
    plane(&mut one, width, Way::Back);
    let at = |x: i32, y: i32| {
        let wrapped =
            |n: i32, side: usize| n.rem_euclid(i32::try_from(side).unwrap_or(i32::MAX)).unsigned_abs() as usize;
        one[wrapped(y, height) * width + wrapped(x, width)].re
    };
    let mut found: Vec<(f32, (i32, i32))> = Vec::new();
    for y in -FARTHEST.1..=FARTHEST.1 {
        for x in -FARTHEST.0..=FARTHEST.0 {
            let here = at(x, y);
            let is_peak = here >= at(x - 1, y) && here > at(x + 1, y) && here >= at(x, y - 1) && here > at(x, y + 1);
            let is_among = found.len() < PEAKS || found.last().is_some_and(|(last, _)| here > *last);
            if is_peak && is_among {
                let place = found.partition_point(|(other, _)| *other >= here);
                found.insert(place, (here, (x, y)));
                found.truncate(PEAKS);
            }
        }
    }
    found.into_iter().map(|(_, shift)| shift).collect()
}

/// The spectrum of a picture's structure, faded out towards its edges.
fn spectrum(quarter: &Plane, noise: f32) -> Vec<Complex> {
    let structure = quarter.structure(7, 2.0 + noise);
    let fade = |n: usize, side: usize| {
        let from_edge = (n.min(side - 1 - n) as f32 + 0.5) / (side as f32 * 0.15);
        if from_edge >= 1.0 { 1.0 } else { 0.5 - 0.5 * (std::f32::consts::PI * from_edge).cos() }
    };
    let (width, height) = PADDED;
    let mut values = vec![Complex::default(); width * height];
    for y in 0..structure.height {
        for x in 0..structure.width {
            let faded = structure.at(x, y) * fade(x, structure.width) * fade(y, structure.height);
            values[y * width + x] = Complex::real(faded);
        }
    }
    plane(&mut values, width, Way::Forth);
    values
}

/// How much of the reference is found again at a shift: blocks that correlate, as far as chance does not.
fn score(reference: &Plane, newest: &Plane, telling: &[usize], side: usize, shift: (i32, i32)) -> f32 {
    let one = |block: &usize| {
        let (x, y, side) = square(*block, side);
        correlation(reference, newest, x, y, side, shift).map_or(0.0, |found| (found - CHANCE).max(0.0))
    };
    telling.iter().map(one).sum()
}

/// The left upper corner of a block whose side is `side` pixels of the plane at hand, and that side.
const fn square(block: usize, side: usize) -> (usize, usize, usize) {
    (block % COLUMNS * side, block / COLUMNS * side, side)
}

fn blocks(
    reference: &View,
    newest: &View,
    shift: (i32, i32),
    found: fn(&View, &View, usize, (i32, i32)) -> Option<bool>,
) -> Vec<Block> {
    let one = |block: usize| match found(reference, newest, block, shift) {
        None => Block::Outside,
        Some(_) if !reference.says_something(block) => Block::Bare,
        Some(true) => Block::Kept,
        Some(false) if has_texture(newest, block, shift) => Block::Changed,
        Some(false) => Block::Gone,
    };
    (0..COLUMNS * ROWS).map(one).collect()
}

fn has_texture(newest: &View, block: usize, shift: (i32, i32)) -> bool {
    let (x, y, side) = square(block, 20);
    let there = |n: usize, by: i32, most: usize| {
        let there = usize::try_from(i32::try_from(n).unwrap_or(i32::MAX).saturating_add(by)).unwrap_or(0);
        there.min(most - side)
    };
    let (x, y) = (there(x, shift.0, newest.half.width), there(y, shift.1, newest.half.height));
    variance(&newest.half, x, y, side).sqrt() >= TEXTURE.max(2.0 * newest.noise)
}

/// Whether a block is found again at its place or a little beside; none when it lies outside.
fn found_sharp(reference: &View, newest: &View, block: usize, shift: (i32, i32)) -> Option<bool> {
    let (x, y, side) = square(block, 20);
    correlation(&reference.half, &newest.half, x, y, side, shift)?;
    let around = (-BESIDE..=BESIDE).flat_map(|dy| (-BESIDE..=BESIDE).map(move |dx| (shift.0 + dx, shift.1 + dy)));
    let mut all = around.filter_map(|shift| correlation(&reference.half, &newest.half, x, y, side, shift));
    Some(all.any(|found| found >= KEPT))
}

/// The same in pictures so smoothed that a blurred one is like a sharp one.
fn found_soft(reference: &View, newest: &View, block: usize, shift: (i32, i32)) -> Option<bool> {
    let half = |n: i32| n.div_euclid(4);
    let (x, y, side) = square(block, 5);
    let wide = side * 2 - 1;
    let corner = |n: usize, most: usize| n.saturating_sub(side / 2).min(most - wide);
    let (x, y) = (corner(x, reference.eighth.width), corner(y, reference.eighth.height));
    let (left, top) = (half(shift.0), half(shift.1));
    let around = (0..=1).flat_map(|dy| (0..=1).map(move |dx| (left + dx, top + dy)));
    let all = around.filter_map(|shift| correlation(&reference.eighth, &newest.eighth, x, y, wide, shift));
    all.reduce(f32::max).map(|found| found >= KEPT_SOFT)
}

fn agreement(blocks: &[Block]) -> f32 {
    let count = |wanted| blocks.iter().filter(|block| **block == wanted).count() as f32;
    let (kept, lost) = (count(Block::Kept), count(Block::Changed) + count(Block::Gone));
    if kept + lost == 0.0 { 0.0 } else { kept / (kept + lost) }
}

fn variance(plane: &Plane, x: usize, y: usize, side: usize) -> f32 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for line in y..y + side {
        for value in &plane.values[line * plane.width + x..line * plane.width + x + side] {
            sum += value;
            squares += value * value;
        }
    }
    let count = (side * side) as f32;
    (squares / count - (sum / count).powi(2)).max(0.0)
}

/// The normalised cross-correlation of a square with the one at `shift` from it; none when that lies outside.
fn correlation(one: &Plane, other: &Plane, x: usize, y: usize, side: usize, shift: (i32, i32)) -> Option<f32> {
    let there = |n: usize, by: i32, most: usize| {
        let there = usize::try_from(i32::try_from(n).ok()? + by).ok()?;
        (there + side <= most).then_some(there)
    };
    let (other_x, other_y) = (there(x, shift.0, other.width)?, there(y, shift.1, other.height)?);
    let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0f32, 0.0f32, 0.0f32, 0.0f32, 0.0f32);
    for line in 0..side {
        let from = (y + line) * one.width + x;
        let to = (other_y + line) * other.width + other_x;
        for (v, w) in one.values[from..from + side].iter().zip(&other.values[to..to + side]) {
            // Near zero, so that the sums of squares keep their digits.
            let (v, w) = (v - 128.0, w - 128.0);
            a += v;
            b += w;
            aa += v * v;
            bb += w * w;
            ab += v * w;
        }
    }
    let count = (side * side) as f32;
    let (va, vb) = ((aa / count - (a / count).powi(2)).max(0.0), (bb / count - (b / count).powi(2)).max(0.0));
    // What deviates by less than a step of luma is no structure.
    Some((ab / count - a / count * (b / count)) / ((va + 0.5) * (vb + 0.5)).sqrt())
}
