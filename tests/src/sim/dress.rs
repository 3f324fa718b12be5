//! A hall in colour, in whatever light, and what else a camera or a line may make of it: frames of planar 4:2:0 of full range.
//!
//! [`Hall`] draws luma; this puts cloth and light on it. Everything follows from numbers.

use std::f32::consts::TAU;

use super::hall::{Dice, HEIGHT, Hall, Sight, WIDTH};

/// Cb − 128 and Cr − 128 at a luma of 1.
type Dye = (f32, f32);

/// A little yellow, as walls and wood are.
const CREAM: Dye = (-0.06, 0.03);
/// A banner, a curtain.
pub const RED: Dye = (-0.2, 0.75);
/// A curtain, seats.
pub const BLUE: Dye = (0.75, -0.2);

/// What is put on a hall; by default its walls, its banner and its seats.
#[derive(Clone, Debug, PartialEq)]
pub struct Dress {
    /// What seats are covered with.
    pub seats: Dye,
    /// A curtain from the left over so much of the picture.
    pub curtain: Option<(f32, Dye)>,
    /// By how much red, green and blue come out stronger than they should.
    pub gains: [f32; 3],
    /// A stage in light of a colour: red, green and blue of it, over so much of the picture from its middle.
    pub stage: Option<([f32; 3], f32)>,
    /// A window through which snow is seen, over so much of the width from the right.
    pub window: f32,
    /// An emergency exit's sign.
    pub sign: bool,
    /// The whole picture beats: amplitude, and turns a frame.
    pub flicker: (f32, f32),
    /// Bands roll over it: amplitude, how many, and turns a frame.
    pub bands: (f32, f32, f32),
    /// Writing at the upper left with this share of its strokes, 0 none.
    pub writing: f32,
    /// From this frame on the light is another.
    pub switched: Option<(usize, f32)>,
}

impl Default for Dress {
    fn default() -> Self {
        Self {
            seats: RED,
            curtain: None,
            gains: [1.0; 3],
            stage: None,
            window: 0.0,
            sign: false,
            flicker: (0.0, 0.0),
            bands: (0.0, 0.0, 0.0),
            writing: 0.0,
            switched: None,
        }
    }
}

/// Where [`Dress::writing`] stands, in thousandths of the picture: left, top, width, height.
pub const WRITING: [u16; 4] = [30, 30, 400, 90];

impl Dress {
    /// So many frames of a hall in this dress.
    #[must_use]
    pub fn frames(&self, hall: &Hall, sight: &Sight, count: usize) -> Vec<Vec<u8>> {
        let pictures = hall.pictures(sight, count);
        pictures.into_iter().enumerate().map(|(at, luma)| self.dressed(luma, at)).collect()
    }

    fn dressed(&self, mut luma: Vec<u8>, at: usize) -> Vec<u8> {
        let mut colours = vec![128_u8; WIDTH * HEIGHT / 2];
        if self.window > 0.0 {
            let from = WIDTH - (self.window * WIDTH as f32) as usize;
            (40..230).for_each(|y| luma[y * WIDTH + from..(y + 1) * WIDTH].fill(253));
        }
        if self.sign {
            (150..160).for_each(|y| luma[y * WIDTH + 40..y * WIDTH + 66].fill(120));
        }
        let (blue, red) = colours.split_at_mut(WIDTH * HEIGHT / 4);
        for y in (0..HEIGHT).step_by(2) {
            for x in (0..WIDTH).step_by(2) {
                let corners = [y * WIDTH + x, y * WIDTH + x + 1, (y + 1) * WIDTH + x, (y + 1) * WIDTH + x + 1];
                let mean = corners.iter().map(|at| f32::from(luma[*at])).sum::<f32>() / 4.0;
                let light = self.light(x, y, at);
                let (seen, cb, cr) = self.seen(mean, self.dye(x, y), light);
                let ratio = if mean > 0.5 { seen / mean } else { 1.0 };
                for at in corners {
                    luma[at] = (f32::from(luma[at]) * ratio).round().clamp(0.0, 255.0) as u8;
                }
                let colour = y / 2 * (WIDTH / 2) + x / 2;
                (blue[colour], red[colour]) = (cb, cr);
            }
        }
        if self.writing > 0.0 {
            write(&mut luma, self.writing);
        }
        luma.extend(colours);
        luma
    }

    fn dye(&self, x: usize, y: usize) -> Dye {
        let across = x as f32 / WIDTH as f32;
        let is_window = self.window > 0.0 && across > 1.0 - self.window && (40..230).contains(&y);
        match self.curtain {
            _ if is_window => (0.0, 0.0),
            _ if self.sign && (40..66).contains(&x) && (150..160).contains(&y) => (-0.3, -0.4),
            Some((part, dye)) if across < part && y < 300 => dye,
            _ if (10..630).contains(&x) && (37..70).contains(&y) => RED,
            _ if (265..455).contains(&x) && (85..160).contains(&y) => (0.0, 0.0),
            _ if y > 265 => self.seats,
            _ => CREAM,
        }
    }

    /// How strong red, green and blue light are at a place.
    fn light(&self, x: usize, y: usize, at: usize) -> [f32; 3] {
        let (across, down) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        let beat = 1.0 + self.flicker.0 * (TAU * self.flicker.1 * at as f32).sin();
        let (amplitude, bands, turns) = self.bands;
        let band = 1.0 + amplitude * (TAU * (bands * down - turns * at as f32)).cos();
        let switched = self.switched.map_or(1.0, |(from, light)| if at >= from { light } else { 1.0 });
        let mut gains = self.gains.map(|gain| gain * beat * band * switched);
        if let Some((colour, part)) = self.stage {
            let off = ((across - 0.5).powi(2) + (down - 0.45).powi(2)).sqrt();
            let weight = ((part / 2.0 - off) / 0.1 + 0.5).clamp(0.0, 1.0);
            for (gain, light) in gains.iter_mut().zip(colour) {
                *gain *= 1.0 - weight + weight * light;
            }
        }
        gains
    }

    fn seen(&self, luma: f32, dye: Dye, gains: [f32; 3]) -> (f32, u8, u8) {
        let (cb, cr) = (luma * dye.0, luma * dye.1);
        let [red, green, blue] = [luma + 1.402 * cr, luma - 0.344 * cb - 0.714 * cr, luma + 1.772 * cb];
        let [red, green, blue] =
            [red * gains[0], green * gains[1], blue * gains[2]].map(|value| value.clamp(0.0, 255.0));
        let seen = 0.299 * red + 0.587 * green + 0.114 * blue;
        let colour = |value: f32| (128.0 + value).round().clamp(0.0, 255.0) as u8;
        (seen, colour((blue - seen) * 0.564), colour((red - seen) * 0.713))
    }
}

/// White strokes with a dark rim, as a caption generator sets them.
fn write(luma: &mut [u8], share: f32) {
    let mut dice = Dice::new(4_711);
    let [left, top, width, height] = WRITING.map(|part| f32::from(part) / 1000.0);
    let (left, top) = ((left * WIDTH as f32) as usize, (top * HEIGHT as f32) as usize);
    let (width, height) = ((width * WIDTH as f32) as usize, (height * HEIGHT as f32) as usize);
    let mut stroke = |x: usize, y: usize, across: usize, down: usize| {
        for (rim, value) in [(1, 20), (0, 240)] {
            for line in y - rim..(y + down + rim).min(top + height) {
                luma[line * WIDTH + x - rim..line * WIDTH + (x + across + rim).min(left + width)].fill(value);
            }
        }
    };
    for sign in 0..width / 26 {
        for _ in 0..6 {
            let (dx, dy) = (dice.within(1.0, 16.0) as usize, dice.within(1.0, 22.0) as usize);
            let is_across = dice.unit() < 0.5;
            let long = dice.within(6.0, 20.0) as usize;
            if dice.unit() < share {
                let (across, down) = if is_across { (long, 2) } else { (2, long) };
                stroke(left + 2 + sign * 26 + dx, top + 2 + dy, across, down);
            }
        }
    }
}

/// A card of one colour (luma, Cb, Cr) with writing over `part` of it, noise of a converter, and another one each `moment`.
#[must_use]
pub fn card(colour: (u8, u8, u8), part: f32, moment: u32) -> Vec<u8> {
    let mut dice = Dice::new(moment.wrapping_mul(97) ^ 0xca2d);
    let mut frame: Vec<u8> =
        (0..WIDTH * HEIGHT).map(|_| colour.0.saturating_add(dice.within(0.0, 2.9) as u8)).collect();
    let mut written = 0.0;
    while written < part * (WIDTH * HEIGHT) as f32 {
        let (x, y) = (dice.within(0.0, 560.0) as usize, dice.within(0.0, 330.0) as usize);
        (y..y + 6).for_each(|y| frame[y * WIDTH + x..][..60].fill(235));
        written += 360.0;
    }
    // Where letters stand there is no colour.
    let chroma = |value: u8, frame: &[u8]| -> Vec<u8> {
        let at = |n: usize| frame[n / (WIDTH / 2) * 2 * WIDTH + n % (WIDTH / 2) * 2];
        (0..WIDTH * HEIGHT / 4).map(|n| if at(n) == 235 { 128 } else { value }).collect()
    };
    let (blue, red) = (chroma(colour.1, &frame), chroma(colour.2, &frame));
    frame.extend(blue);
    frame.extend(red);
    frame
}

/// Colour bars, `count` over the whole width, of a part of full saturation, with a caption over the lower `caption` of the picture and noise.
#[must_use]
pub fn bars(count: usize, part: f32, caption: f32, noise: f32, moment: u32) -> Vec<u8> {
    let mut dice = Dice::new(moment.wrapping_mul(89) ^ 0xba25);
    let bits = |bar: usize| [1 - bar / 4 % 2, 1 - bar % 4 / 2, 1 - bar % 2].map(|bit| bit as f32);
    // From white to black: green goes last but for blue, red in between.
    let rgb = |x: usize| {
        let [green, red, blue] = bits(x * count / WIDTH);
        [red, green, blue].map(|value| value * part * 235.0 + 16.0)
    };
    let from = ((1.0 - caption) * HEIGHT as f32) as usize;
    let seen = |x: usize, y: usize| {
        let [red, green, blue] = if y >= from { [120.0; 3] } else { rgb(x) };
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        [luma, 128.0 + (blue - luma) * 0.564, 128.0 + (red - luma) * 0.713]
    };
    let mut noisy = |value: f32| (value + dice.within(-1.7, 1.7) * noise).round().clamp(0.0, 255.0) as u8;
    let mut frame: Vec<u8> = (0..WIDTH * HEIGHT).map(|n| noisy(seen(n % WIDTH, n / WIDTH)[0])).collect();
    for plane in [1, 2] {
        let at = |n: usize| seen(n % (WIDTH / 2) * 2, n / (WIDTH / 2) * 2)[plane];
        frame.extend((0..WIDTH * HEIGHT / 4).map(|n| noisy(at(n))));
    }
    frame
}
