//! Where something dark with a bright surrounding lies: connected patches that are darker than the picture around each pixel.

/// A pixel is dark when it lies by so much below that mean, luma.
const BELOW: u32 = 4;
/// A picture of more patches than this is noise.
const MOST: usize = 32_768;

/// A connected patch: its corners and its extent, pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch {
    /// Least x, least y, greatest x, greatest y.
    pub(super) extent: [u32; 4],
    /// The pixels nearest to the upper left, upper right, lower right and lower left corner of the picture.
    pub(super) corners: [(u32, u32); 4],
}

impl Patch {
    fn of(line: u32, from: u32, to: u32) -> Self {
        Self { extent: [from, line, to, line], corners: [(from, line), (to, line), (to, line), (from, line)] }
    }

    fn join(&mut self, other: &Self) {
        let [left, top, right, bottom] = other.extent;
        let own = &mut self.extent;
        *own = [own[0].min(left), own[1].min(top), own[2].max(right), own[3].max(bottom)];
        for (n, (corner, theirs)) in self.corners.iter_mut().zip(&other.corners).enumerate() {
            // The farther along its diagonal, the nearer to its corner.
            let along = |(x, y): (u32, u32)| {
                let (x, y) = (i64::from(x), i64::from(y));
                [-x - y, x - y, x + y, y - x][n]
            };
            if along(*theirs) > along(*corner) {
                *corner = *theirs;
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Run {
    from: u32,
    /// The last one of it.
    to: u32,
    label: usize,
}

/// Looks for patches; keeps its memory from picture to picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Patches {
    smooth: Vec<u8>,
    sums: Vec<u32>,
    parents: Vec<u32>,
    patches: Vec<Patch>,
    above: Vec<Run>,
    line: Vec<Run>,
}

impl Patches {
    /// Patches of a picture that are at least so wide and high, the widest first; none of a picture that is all noise.
    ///
    /// A pixel is compared with the mean of the square that reaches `reach` pixels from it.
    pub(super) fn of(&mut self, luma: &[u8], width: usize, reach: usize, least: (u32, u32)) -> Vec<Patch> {
        let height = luma.len() / width;
        smoothed(luma, width, &mut self.smooth);
        self.parents.clear();
        self.patches.clear();
        self.above.clear();
        self.sums.clear();
        self.sums.resize(width, 0);
        for y in 0..height.min(reach) {
            self.add(y, width);
        }
        for y in 0..height {
            if y + reach < height {
                self.add(y + reach, width);
            }
            if y > reach {
                self.take_away(y - reach - 1, width);
            }
            let lines = (y + reach).min(height - 1) - y.saturating_sub(reach) + 1;
            self.runs(y, width, reach, lines as u32);
            if self.patches.len() > MOST {
                return Vec::new();
            }
            self.connect();
        }
        self.whole(least)
    }

    fn add(&mut self, y: usize, width: usize) {
        let line = &self.smooth[y * width..][..width];
        self.sums.iter_mut().zip(line).for_each(|(sum, luma)| *sum += u32::from(*luma));
    }

    fn take_away(&mut self, y: usize, width: usize) {
        let line = &self.smooth[y * width..][..width];
        self.sums.iter_mut().zip(line).for_each(|(sum, luma)| *sum -= u32::from(*luma));
    }

    /// The dark runs of a line.
    fn runs(&mut self, y: usize, width: usize, reach: usize, lines: u32) {
        self.line.clear();
        let luma = &self.smooth[y * width..][..width];
        let mut window: u32 = self.sums[..reach.min(width)].iter().sum();
        let mut begun = None;
        for x in 0..=width {
            let is_dark = luma.get(x).is_some_and(|luma| {
                window += self.sums.get(x + reach).copied().unwrap_or(0);
                if x > reach {
                    window -= self.sums[x - reach - 1];
                }
                let columns = (x + reach).min(width - 1) - x.saturating_sub(reach) + 1;
                (u32::from(*luma) + BELOW) * (lines * columns as u32) < window
            });
            match (is_dark, begun) {
                (true, None) => begun = Some(x),
                (false, Some(from)) => {
                    let (from, to) = (from as u32, x as u32 - 1);
                    self.line.push(Run { from, to, label: self.patches.len() });
                    self.parents.push(self.patches.len() as u32);
                    self.patches.push(Patch::of(y as u32, from, to));
                    begun = None;
                }
                _ => {}
            }
        }
    }

    /// Joins the runs of a line with those above that they touch.
    fn connect(&mut self) {
        let mut at = 0;
        for run in &self.line {
            while self.above.get(at).is_some_and(|above| above.to < run.from) {
                at += 1;
            }
            let mut next = at;
            while let Some(above) = self.above.get(next).filter(|above| above.from <= run.to) {
                let (one, other) = (root(&mut self.parents, above.label), root(&mut self.parents, run.label));
                self.parents[one.max(other)] = one.min(other) as u32;
                next += 1;
            }
        }
        std::mem::swap(&mut self.above, &mut self.line);
    }

    fn whole(&mut self, least: (u32, u32)) -> Vec<Patch> {
        // A label's root is never greater than the label, so each patch is complete before it is joined with another.
        for label in (0..self.patches.len()).rev() {
            let parent = self.parents[label] as usize;
            if parent != label {
                let patch = self.patches[label];
                self.patches[parent].join(&patch);
            }
        }
        let is_root = |(label, _): &(usize, &Patch)| self.parents[*label] as usize == *label;
        let wide = |patch: &Patch| patch.extent[2] - patch.extent[0] + 1;
        let high = |patch: &Patch| patch.extent[3] - patch.extent[1] + 1;
        let roots = self.patches.iter().enumerate().filter(is_root).map(|(_, patch)| *patch);
        let mut found: Vec<Patch> = roots.filter(|patch| wide(patch) >= least.0 && high(patch) >= least.1).collect();
        found.sort_by_key(|patch| std::cmp::Reverse(wide(patch)));
        found
    }
}

fn root(parents: &mut [u32], mut label: usize) -> usize {
    while parents[label] as usize != label {
        parents[label] = parents[parents[label] as usize];
        label = parents[label] as usize;
    }
    label
}

/// Each pixel the mean of nine, the edge as it is.
fn smoothed(luma: &[u8], width: usize, into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(luma);
    let height = luma.len() / width;
    for y in 1..height.saturating_sub(1) {
        let above = &luma[(y - 1) * width..][..width];
        let here = &luma[y * width..][..width];
        let below = &luma[(y + 1) * width..][..width];
        let column = |x: usize| u16::from(above[x]) + u16::from(here[x]) + u16::from(below[x]);
        let (mut left, mut middle) = (column(0), column(1.min(width - 1)));
        for (x, smooth) in into[y * width..][..width].iter_mut().enumerate().take(width - 1).skip(1) {
            let right = column(x + 1);
            *smooth = ((left + middle + right) / 9) as u8;
            (left, middle) = (middle, right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        (0..200 * 120).map(|n| if dark(n % 200, n / 200) { 60 } else { 180 }).collect()
    }

    #[test]
    fn a_frame_is_one_patch_with_its_corners() {
        let frame = |x: usize, y: usize| {
            let within = |edge: usize| (40 + edge..140 - edge).contains(&x) && (30 + edge..90 - edge).contains(&y);
            within(0) && !within(6)
        };
        let found = Patches::default().of(&picture(frame), 200, 24, (50, 30));
        assert_eq!(found.len(), 1, "{found:?}");
        for ((x, y), (true_x, true_y)) in found[0].corners.iter().zip([(40, 30), (139, 30), (139, 89), (40, 89)]) {
            assert!(x.abs_diff(true_x) <= 1 && y.abs_diff(true_y) <= 1, "{found:?}");
        }
    }

    #[test]
    fn arms_that_meet_below_are_one_patch_and_what_is_small_is_left_out() {
        let comb =
            |x: usize, y: usize| (20..60).contains(&y) && x % 20 < 5 && x > 20 || (60..66).contains(&y) && x > 20;
        let mut patches = Patches::default();
        assert_eq!(patches.of(&picture(comb), 200, 24, (100, 30)).len(), 1);
        assert_eq!(patches.of(&picture(|x, y| x / 6 == 8 && y / 6 == 8), 200, 24, (20, 20)).len(), 0);
        assert_eq!(patches.of(&picture(|_, _| false), 200, 24, (1, 1)).len(), 0, "the memory of the last one is gone");
    }
}
