//! What luma says of frames in a row: how light they are, whether they move, whether a picture stands still. Pure.

/// Above this median of the mean differences of frames in a row something moves, luma of 8 bits. The median, because the
/// quality of a compressed picture jumps at each key frame.
const MOVES: f64 = 1.0;
/// Up to this mean difference two key frames are the same picture: what an encoder's settled quantiser leaves (measured 0 to
/// 0.03 with x264), against 1.3 and more for the noise of a sensor even at low bit rates.
const SAME_KEY: f64 = 0.05;
/// From this mean difference on two key frames are plainly two pictures, once the encoder has had time to settle.
const OTHER_KEY: f64 = 0.5;
/// An encoder has settled after so many key frames.
const SETTLED_KEYS: usize = 4;
/// Fewer key frames prove nothing: three begin two groups of pictures.
const ENOUGH_KEYS: usize = 3;
/// Fewer raw frames prove nothing.
const ENOUGH_RAW: usize = 10;
/// A pixel so bright is a light: an emergency exit's sign, a lamp on a device.
const LIGHT: u8 = 40;

/// Figures of frames in a row.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    previous: Vec<u8>,
    means: f64,
    deviations: f64,
    lights: usize,
    frames: usize,
    differences: Vec<f64>,
}

impl Sequence {
    /// The next frame's luma, always of the same size.
    pub fn take(&mut self, luma: &[u8]) {
        let count = luma.len().max(1) as f64;
        let (mut sum, mut squares) = (0_u32, 0_u64);
        for line in luma.chunks(4096) {
            let (mut line_sum, mut line_squares) = (0_u32, 0_u32);
            for luma in line {
                line_sum += u32::from(*luma);
                line_squares += u32::from(*luma) * u32::from(*luma);
            }
            sum += line_sum;
            squares += u64::from(line_squares);
        }
        let mean = f64::from(sum) / count;
        let variance = (squares as f64 / count - mean * mean).max(0.0);
        self.lights += luma.iter().filter(|luma| **luma >= LIGHT).count();
        if self.frames > 0 {
            let total: u32 = luma.iter().zip(&self.previous).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            self.differences.push(f64::from(total) / count);
        }
        self.means += mean;
        self.deviations += variance.sqrt();
        self.frames += 1;
        self.previous.clear();
        self.previous.extend_from_slice(luma);
    }

    /// Mean luma, 0 to 255.
    pub fn mean(&self) -> f64 {
        self.means / self.frames.max(1) as f64
    }

    /// Standard deviation within a frame, mean of all frames.
    pub fn deviation(&self) -> f64 {
        self.deviations / self.frames.max(1) as f64
    }

    /// Per cent of all pixels that are lights.
    pub fn lights(&self) -> f64 {
        self.lights as f64 * 100.0 / (self.frames * self.previous.len()).max(1) as f64
    }

    /// The greatest of them; 0 of a single frame.
    fn greatest_difference(&self) -> f64 {
        self.differences.iter().copied().fold(0.0, f64::max)
    }

    /// The median of the mean absolute differences of frames in a row; 0 of a single frame.
    pub fn usual_difference(&self) -> f64 {
        let mut sorted = self.differences.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
    }

    /// Whether something plainly moves.
    pub fn moves(&self) -> bool {
        self.usual_difference() > MOVES
    }

    /// Of key frames: the greatest difference within the three in a row that differ least; none of fewer than three.
    pub fn steadiest(&self) -> Option<f64> {
        let windows = self.differences.windows(ENOUGH_KEYS - 1);
        windows.map(|pair| pair.iter().copied().fold(0.0, f64::max)).reduce(f64::min)
    }

    /// Of key frames: whether more of them would change nothing.
    pub fn is_decided(&self) -> bool {
        let frozen = self.steadiest().is_some_and(|difference| difference <= SAME_KEY);
        let lives = self.differences.last().is_some_and(|difference| *difference >= OTHER_KEY);
        frozen || lives && self.frames >= SETTLED_KEYS
    }
}

/// Whether the picture stands still where a living one would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stillness {
    /// It lives.
    Living,
    /// It does not.
    Frozen,
    /// Too little was seen, or nobody asked.
    Unknown,
}

/// Of a compressed picture: key frames alone are decoded anew, so only they tell. Any three alike in a row are enough,
/// because an encoder needs a few groups to settle on a picture that has frozen.
pub fn compressed_stillness(times: &[f64], keys: &Sequence) -> Stillness {
    match keys.steadiest() {
        _ if stands(times) => Stillness::Frozen,
        None => Stillness::Unknown,
        Some(difference) if difference <= SAME_KEY => Stillness::Frozen,
        Some(_) => Stillness::Living,
    }
}

/// Of a raw picture: a sensor's noise makes any two frames differ.
pub fn raw_stillness(times: &[f64], sequence: &Sequence) -> Stillness {
    if stands(times) {
        Stillness::Frozen
    } else if sequence.frames < ENOUGH_RAW {
        Stillness::Unknown
    } else if sequence.greatest_difference() == 0.0 {
        Stillness::Frozen
    } else {
        Stillness::Living
    }
}

/// Time stamps that do not advance.
fn stands(times: &[f64]) -> bool {
    times.len() >= 5 && times.windows(2).all(|pair| pair[1] <= pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(frames: &[[u8; 4]]) -> Sequence {
        let mut sequence = Sequence::default();
        frames.iter().for_each(|frame| sequence.take(frame));
        sequence
    }

    fn times(count: usize) -> Vec<f64> {
        (0..count).map(|n| n as f64 * 0.04).collect()
    }

    #[test]
    fn the_figures_are_those_of_the_definition() {
        let found = sequence(&[[0, 0, 200, 200], [0, 0, 200, 208]]);
        assert_eq!((found.mean(), found.greatest_difference()), (101.0, 2.0));
        assert!((found.deviation() - 101.0).abs() < 1.1, "{}", found.deviation());
        assert!(found.moves() && !sequence(&[[1; 4]]).moves() && !Sequence::default().moves());
    }

    #[test]
    fn identical_key_frames_over_two_groups_are_frozen() {
        assert_eq!(compressed_stillness(&times(25), &sequence(&[[7; 4]; 3])), Stillness::Frozen);
        assert_eq!(compressed_stillness(&times(25), &sequence(&[[7; 4]; 2])), Stillness::Unknown);
    }

    #[test]
    fn one_key_frame_that_differs_lives() {
        let keys = sequence(&[[7, 7, 7, 7], [7, 7, 7, 7], [7, 7, 7, 8]]);
        assert_eq!(compressed_stillness(&times(25), &keys), Stillness::Living);
    }

    #[test]
    fn an_encoder_may_settle_before_a_picture_counts_as_frozen() {
        let keys = sequence(&[[9; 4], [7; 4], [7; 4], [7; 4]]);
        assert_eq!(compressed_stillness(&times(25), &keys), Stillness::Frozen);
        let settling = sequence(&[[99, 7, 7, 7], [97, 7, 7, 7], [96, 7, 7, 7], [95, 7, 7, 7]]);
        assert!(!settling.is_decided(), "it comes to rest and may be frozen yet");
        assert!(keys.is_decided() && sequence(&[[9; 4], [7; 4], [9; 4], [7; 4]]).is_decided());
    }

    #[test]
    fn a_jump_of_quality_at_a_key_frame_is_no_movement() {
        let mut frames = [[7; 4]; 9];
        frames[4..].fill([27; 4]);
        assert!(!sequence(&frames).moves());
    }

    #[test]
    fn time_stamps_that_stand_still_are_frozen() {
        let living = sequence(&[[7; 4], [8; 4], [9; 4]]);
        assert_eq!(compressed_stillness(&[3.0; 5], &living), Stillness::Frozen);
        assert_eq!(raw_stillness(&[3.0; 5], &living), Stillness::Frozen);
        assert_eq!(compressed_stillness(&[3.0; 4], &living), Stillness::Living, "too few stamps prove nothing");
    }

    #[test]
    fn a_raw_picture_without_any_noise_is_frozen() {
        assert_eq!(raw_stillness(&times(10), &sequence(&[[7; 4]; 10])), Stillness::Frozen);
        assert_eq!(raw_stillness(&times(9), &sequence(&[[7; 4]; 9])), Stillness::Unknown);
        let mut noisy = [[7; 4]; 10];
        noisy[5][0] = 8;
        assert_eq!(raw_stillness(&times(10), &sequence(&noisy)), Stillness::Living);
    }
}
