//! What has become of a camera's view since its reference was taken: figures, no verdict. Pure.

use super::align::{Alignment, Block, COLUMNS, ROWS, View, align};
use super::plane::Plane;
use super::raster::{Raster, WIDTH};

/// Where the camera should look, the same is shown from this part of the blocks on: the rest may be covered.
const SAME_HOME: f32 = 0.45;
/// Elsewhere from this part: rows of seats look like rows of seats.
const SAME_ELSEWHERE: f32 = 0.6;
/// So near is home, pixels.
const HOME: f32 = 10.0;
/// Below this part another zoom is tried, and taken when it explains so many times as much.
const DOUBTFUL: f32 = 0.85;
const PLAINLY_MORE: f32 = 1.25;
/// Zooms that are tried, and then finer and finer steps around the best.
const ZOOMS: [f32; 8] = [0.74, 0.8, 0.86, 0.93, 1.08, 1.16, 1.25, 1.35];
const FINER: [f32; 2] = [1.04, 1.02];
/// And from so many blocks.
const ENOUGH_BLOCKS: usize = 6;
/// Another zoom explains a whole picture, not what is left of a covered one.
const ENOUGH_FOR_ZOOM: usize = 36;
/// Below this part of the light sharpness is not judged.
const TOO_DARK: f32 = 0.3;
/// The side of a block in a raster.
const SIDE: usize = 40;

/// How the newest picture differs from the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How far the scene has moved to the right and down, pixels of 640 × 360; none when nothing of it is found again.
    pub shift: Option<(f32, f32)>,
    /// How much nearer the lens has zoomed, 1 as it was.
    pub zoom: f32,
    /// The part of the telling blocks that is found again, 0 to 1: how much the shift is to be believed.
    pub agreement: f32,
    /// The sharpness of the newest picture in parts of the reference's; none when too little of it is found again.
    pub sharpness: Option<f32>,
    /// The mean luma of the newest picture in parts of the reference's.
    pub brightness: f32,
    /// The largest connected part of the picture where the scene is not found again, per cent.
    pub blocked: f32,
    /// The newest picture's blocks with any structure in parts of the reference's.
    pub structure: f32,
}

impl Comparison {
    /// How far the scene has moved, pixels of 640 × 360: its middle, or by another zoom its edge.
    #[must_use]
    pub fn distance(&self) -> Option<f32> {
        let edge = WIDTH as f32 / 2.0 * (self.zoom - 1.0).abs();
        self.shift.map(|(x, y)| x.hypot(y).max(edge))
    }

    /// For tests: of a view that nobody has touched.
    #[cfg(test)]
    pub(in crate::probe) const fn untouched() -> Self {
        Self {
            shift: Some((0.3, -0.2)),
            zoom: 1.0,
            agreement: 0.98,
            sharpness: Some(0.97),
            brightness: 1.02,
            blocked: 2.0,
            structure: 1.0,
        }
    }
}

/// One picture may have moved so far against another that shows the same, pixels.
const SAME_PLACE: f32 = 1.5;
/// So much of it may have changed, per cent: a clock, somebody who walks by.
const SAME_BUT_FOR: f32 = 10.0;
/// From this part of the blocks on.
const SAME_PICTURE: f32 = 0.9;

impl Comparison {
    /// Whether both show the same, but for noise and little things: coarse, and no when there is nothing to go by.
    #[must_use]
    pub fn is_same_picture(&self) -> bool {
        self.distance().is_some_and(|distance| distance <= SAME_PLACE)
            && self.agreement >= SAME_PICTURE
            && self.blocked <= SAME_BUT_FOR
            && (0.8..=1.25).contains(&self.brightness)
    }
}

/// Compares two pictures of one camera.
#[must_use]
pub fn compare(reference: &Raster, newest: &Raster) -> Comparison {
    let (before, now) = (View::of(reference), View::of(newest));
    let (alignment, zoom) = aligned(&before, &now);
    let brightness = (newest.mean().max(0.5) / reference.mean().max(0.5)) as f32;
    // In the dark the steps of luma hide detail, and what was enlarged here has none.
    let can_be_sharp = brightness >= TOO_DARK && zoom == 1.0;
    let before = if zoom == 1.0 { before } else { before.zoomed(zoom) };
    let telling = |view: &View| (0..COLUMNS * ROWS).filter(|block| view.says_something(*block)).count().max(1) as f32;
    let is_same = shows_the_same(&alignment);
    Comparison {
        shift: is_same.then_some(alignment.shift),
        zoom: if is_same { zoom } else { 1.0 },
        agreement: alignment.agreement,
        sharpness: if is_same && can_be_sharp { sharpness(&before, &now, &alignment) } else { None },
        brightness,
        blocked: blocked(&alignment.blocks),
        structure: telling(&now) / telling(&before),
    }
}

fn shows_the_same(alignment: &Alignment) -> bool {
    let (x, y) = alignment.shift;
    let least = if x.hypot(y) <= HOME { SAME_HOME } else { SAME_ELSEWHERE };
    alignment.count(Block::Kept) >= ENOUGH_BLOCKS && alignment.agreement_where_seen() >= least
}

/// Where the reference lies, and how much larger it is there.
fn aligned(before: &View, now: &View) -> (Alignment, f32) {
    let plain = align(before, now);
    // What is covered, or blurred beyond detail, is not explained by a lens that zoomed.
    if plain.is_soft || plain.agreement_where_seen() >= DOUBTFUL {
        return (plain, 1.0);
    }
    let tried = |zoom: f32| (align(&before.zoomed(zoom), now), zoom);
    let better = |one: (Alignment, f32), other: (Alignment, f32)| if other.0.score > one.0.score { other } else { one };
    let Some(mut best) = ZOOMS.into_iter().map(tried).reduce(better) else { return (plain, 1.0) };
    for step in FINER {
        let around = [best.1 / step, best.1 * step];
        best = around.into_iter().map(tried).fold(best, better);
    }
    let is_better = best.0.score >= plain.score * PLAINLY_MORE
        && best.0.agreement_where_seen() >= SAME_ELSEWHERE
        && best.0.count(Block::Kept) >= ENOUGH_FOR_ZOOM;
    if is_better && shows_the_same(&best.0) { best } else { (plain, 1.0) }
}

/// The median over the blocks that are found again of how their fine structure has changed. Fine structure is the energy of
/// the Laplacian without that of noise, in parts of the block's own variance: light and gain fall out.
fn sharpness(before: &View, now: &View, alignment: &Alignment) -> Option<f32> {
    let whole = (alignment.shift.0.round(), alignment.shift.1.round());
    let place = |block: usize| (block % COLUMNS * SIDE, block / COLUMNS * SIDE);
    let ratio = |(block, _): (usize, &Block)| {
        let (x, y) = place(block);
        let there = |n: usize, by: f32, most: usize| {
            let there = n as f32 + by;
            (there >= 0.0 && there as usize + SIDE <= most).then_some(there as usize)
        };
        let (to_x, to_y) = (there(x, whole.0, now.full.width)?, there(y, whole.1, now.full.height)?);
        Some(fineness(now, to_x, to_y)? / fineness(before, x, y)?.max(1e-4))
    };
    let kept = alignment.blocks.iter().enumerate().filter(|(_, block)| **block == Block::Kept);
    let mut ratios: Vec<f32> = kept.filter_map(ratio).collect();
    ratios.sort_by(f32::total_cmp);
    (ratios.len() >= ENOUGH_BLOCKS).then(|| ratios[ratios.len() / 2])
}

/// How many blocks have any structure: with too few of them nothing can be found again.
#[must_use]
pub fn telling_blocks(raster: &Raster) -> usize {
    let view = View::of(raster);
    (0..COLUMNS * ROWS).filter(|block| view.says_something(*block)).count()
}

/// The steepest edges of a picture: what all but a tenth of its blocks stay below, in the unit of [`Comparison::sharpness`]
/// before it is divided. It depends on the scene, so it tells no more than that a picture has no steep edge at all.
#[must_use]
pub fn steepest(raster: &Raster) -> f32 {
    let view = View::of(raster);
    let telling = (0..COLUMNS * ROWS).filter(|block| view.says_something(*block));
    let mut all: Vec<f32> =
        telling.filter_map(|block| fineness(&view, block % COLUMNS * SIDE, block / COLUMNS * SIDE)).collect();
    all.sort_by(f32::total_cmp);
    all.get(all.len() * 9 / 10).copied().unwrap_or(0.0)
}

/// None of a block that is hardly more than noise.
fn fineness(view: &View, x: usize, y: usize) -> Option<f32> {
    // The Laplacian of independent noise has 4² + 4 × 1² times its variance; a twelfth is what rounding adds.
    let noise = view.noise * view.noise + 1.0 / 12.0;
    let (variance, energy) = energies(&view.full, x, y);
    let variance = variance - noise;
    (variance > 4.0 + 4.0 * noise).then(|| (energy - 20.0 * noise).max(0.0) / variance)
}

/// The variance of a block and the mean square of its Laplacian.
fn energies(plane: &Plane, x: usize, y: usize) -> (f32, f32) {
    let (mut sum, mut squares, mut laplacian) = (0.0f64, 0.0f64, 0.0f64);
    let (mut count, mut inner) = (0.0, 0.0);
    for line in y..y + SIDE {
        for column in x..x + SIDE {
            let here = plane.at(column, line);
            sum += f64::from(here);
            squares += f64::from(here * here);
            count += 1.0;
            let is_inner = column > 0 && line > 0 && column + 1 < plane.width && line + 1 < plane.height;
            if is_inner {
                let around = plane.at(column - 1, line)
                    + plane.at(column + 1, line)
                    + plane.at(column, line - 1)
                    + plane.at(column, line + 1);
                laplacian += f64::from(around - 4.0 * here).powi(2);
                inner += 1.0;
            }
        }
    }
    let mean: f64 = sum / count;
    ((squares / count - mean * mean) as f32, (laplacian / inner) as f32)
}

/// The largest connected part that is lost, per cent of the picture. A bare block belongs to it when most of what surrounds it does.
fn blocked(blocks: &[Block]) -> f32 {
    let around = |block: usize| {
        let (x, y) = (block % COLUMNS, block / COLUMNS);
        let (columns, rows) = (x.saturating_sub(1)..(x + 2).min(COLUMNS), y.saturating_sub(1)..(y + 2).min(ROWS));
        rows.flat_map(move |row| columns.clone().map(move |column| row * COLUMNS + column)).filter(move |n| *n != block)
    };
    let is_lost = |block: usize| match blocks[block] {
        Block::Changed | Block::Gone => true,
        Block::Kept | Block::Outside => false,
        Block::Bare => {
            let count = |wanted| around(block).filter(|other| blocks[*other] == wanted).count();
            let lost = count(Block::Changed) + count(Block::Gone);
            lost >= 2 && lost > 2 * count(Block::Kept)
        }
    };
    let lost: Vec<bool> = (0..blocks.len()).map(is_lost).collect();
    let mut seen = vec![false; blocks.len()];
    let mut largest = 0;
    for start in 0..blocks.len() {
        let mut size = 0;
        let mut open = vec![start];
        while let Some(block) = open.pop() {
            if lost[block] && !std::mem::replace(&mut seen[block], true) {
                size += 1;
                open.extend(around(block));
            }
        }
        largest = largest.max(size);
    }
    100.0 * largest as f32 / blocks.len() as f32
}
