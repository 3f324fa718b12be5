//! A conference hall as a camera sees it, drawn by code: wall, banner, screen, rostrum, rows of seats; with light, walkers,
//! noise and coding artefacts as they come, and with the faults that a preset's proof has to find.
//!
//! Everything follows from numbers: the same hall and sight give the same picture. It shares nothing with the agent.

/// Pixels a line of a picture.
pub const WIDTH: usize = 640;
/// Lines of a picture.
pub const HEIGHT: usize = 360;

/// A hall is drawn so much larger than a picture shows.
const ROOM: (usize, usize) = (2240, 1260);
/// What is sampled before it becomes a picture of half the sides.
const SIGHT: (usize, usize) = (WIDTH * 2, HEIGHT * 2);

/// What changes from one look to the next; nothing by default.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// How far the camera looks to the right of where it should, pixels of the picture.
    pub right: f32,
    /// And below it.
    pub down: f32,
    /// How much nearer it zooms, 1 as it should.
    pub zoom: f32,
    /// Out of focus by so much: the deviation of a Gaussian, pixels of the picture.
    pub blur: f32,
    /// Light, 1 as it should be; in luma, as video has it.
    pub light: f32,
    /// Light from the left (negative) or right: so much is added at one side and missing at the other.
    pub slant: f32,
    /// Added to every pixel: haze, a raised black.
    pub haze: f32,
    /// The lamps at the ceiling and the screen shine; at day they hardly show.
    pub lamps: f32,
    /// People: where (0 to 1 across) and how tall, parts of the picture's height.
    pub people: Vec<(f32, f32)>,
    /// The part of the seats that stand elsewhere.
    pub chairs_moved: f32,
    /// What the screen shows.
    pub slide: u32,
    /// This part of the picture is covered, from a side: 0 left, 1 right, 2 top, 3 bottom, 4 a disc in the middle.
    pub cover: Option<(f32, u8, u8)>,
    /// The deviation of the sensor's noise, luma.
    pub noise: f32,
    /// Quality of a JPEG-like coding, 1 to 100; none: as it is.
    pub quality: Option<u8>,
    /// Another moment: other noise, people elsewhere.
    pub moment: u32,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            right: 0.0,
            down: 0.0,
            zoom: 1.0,
            blur: 0.0,
            light: 1.0,
            slant: 0.0,
            haze: 0.0,
            lamps: 1.0,
            people: Vec::new(),
            chairs_moved: 0.0,
            slide: 1,
            cover: None,
            noise: 2.0,
            quality: Some(80),
            moment: 0,
        }
    }
}

/// Numbers that look random and follow from a seed.
#[derive(Clone, Debug)]
pub struct Dice(u32);

impl Dice {
    /// Of a seed.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        let mixed = seed.wrapping_add(0x9e37_79b9).wrapping_mul(0x85eb_ca6b);
        Self((mixed ^ mixed >> 13).wrapping_mul(0xc2b2_ae35) | 1)
    }

    const fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// Within 0 to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 8) as f32 / 16_777_216.0
    }

    /// Within bounds.
    pub fn within(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// About normal, of deviation 1: the sum of four.
    fn normal(&mut self) -> f32 {
        let bytes = self.next().to_le_bytes();
        let sum: i32 = bytes.iter().map(|byte| i32::from(*byte)).sum();
        (sum - 510) as f32 / 147.8
    }
}

#[derive(Clone, Debug)]
struct Canvas {
    width: usize,
    height: usize,
    luma: Vec<f32>,
}

impl Canvas {
    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, luma: f32) {
        let clamp = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        let (left, right) = (clamp(x, self.width), clamp(x + width, self.width));
        for line in clamp(y, self.height)..clamp(y + height, self.height) {
            self.luma[line * self.width + left..line * self.width + right].fill(luma);
        }
    }

    fn ellipse(&mut self, x: f32, y: f32, rx: f32, ry: f32, luma: f32) {
        let clamp = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        for line in clamp(y - ry, self.height)..clamp(y + ry + 1.0, self.height) {
            let off = (line as f32 - y) / ry;
            let reach = rx * (1.0 - off * off).max(0.0).sqrt();
            let (left, right) = (clamp(x - reach, self.width), clamp(x + reach, self.width));
            if left < right {
                self.luma[line * self.width + left..line * self.width + right].fill(luma);
            }
        }
    }

    /// Strokes as of characters in a box.
    fn script(&mut self, x: f32, y: f32, size: f32, luma: f32, dice: &mut Dice) {
        for _ in 0..6 {
            let (dx, dy) = (dice.within(0.0, 0.8) * size, dice.within(0.0, 0.85) * size);
            if dice.unit() < 0.5 {
                self.rectangle(x + dx, y + dy, size * dice.within(0.2, 0.8), size * 0.1, luma);
            } else {
                self.rectangle(x + dx, y + dy, size * 0.1, size * dice.within(0.2, 0.8), luma);
            }
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.clamp(0.0, self.width as f32 - 1.001), y.clamp(0.0, self.height as f32 - 1.001));
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let from = top * self.width + left;
        let line = |from: usize| self.luma[from] * (1.0 - fx) + self.luma[from + 1] * fx;
        line(from) * (1.0 - fy) + line(from + self.width) * fy
    }
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    x: f32,
    y: f32,
    size: f32,
    luma: f32,
}

/// A hall.
#[derive(Clone, Debug)]
pub struct Hall {
    seed: u32,
    room: Canvas,
    lamps: Vec<(f32, f32)>,
    screen: (f32, f32, f32, f32),
    seats: Vec<Seat>,
}

impl Hall {
    /// A hall that follows from a number.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut dice = Dice::new(seed);
        let (width, height) = ROOM;
        let mut room = Canvas { width, height, luma: vec![0.0; width * height] };
        let wall = dice.within(110.0, 165.0);
        for y in 0..height {
            let shade = wall - 25.0 * y as f32 / height as f32;
            room.luma[y * width..(y + 1) * width].fill(shade);
        }
        panels(&mut room, wall, &mut dice);
        let lamps = ceiling(&mut room, &mut dice);
        let screen = furniture(&mut room, &mut dice);
        let seats = seats(&mut dice);
        Self { seed, room, lamps, screen, seats }
    }

    /// Some other room: shelves, boxes and a window, without a hall's order.
    #[must_use]
    pub fn elsewhere(seed: u32) -> Self {
        let mut dice = Dice::new(seed ^ 0xe15e);
        let (width, height) = ROOM;
        let mut room = Canvas { width, height, luma: vec![dice.within(90.0, 170.0); width * height] };
        for _ in 0..260 {
            let (x, y) = (dice.within(0.0, width as f32), dice.within(0.0, height as f32));
            let (across, down) = (dice.within(20.0, 260.0), dice.within(20.0, 200.0));
            let luma = dice.within(25.0, 235.0);
            if dice.unit() < 0.7 {
                room.rectangle(x, y, across, down, luma);
            } else {
                room.ellipse(x, y, across / 2.0, down / 2.0, luma);
            }
        }
        Self { seed, room, lamps: Vec::new(), screen: (0.0, 0.0, 0.0, 0.0), seats: Vec::new() }
    }

    /// So many pictures in a row as a camera delivers them, luma of 8 bits, [`WIDTH`] × [`HEIGHT`].
    #[must_use]
    pub fn pictures(&self, sight: &Sight, count: usize) -> Vec<Vec<u8>> {
        let still = sight.people.is_empty().then(|| self.optics(sight, 0));
        let mut dice = Dice::new(self.seed.wrapping_mul(7919) ^ sight.moment.wrapping_mul(104_729) ^ 0x5eed);
        let picture = |at: usize| {
            let seen = still.clone().unwrap_or_else(|| self.optics(sight, at));
            let noisy = |y: &f32| (y + sight.noise * dice.normal()).clamp(0.0, 255.0);
            let noisy: Vec<f32> = seen.iter().map(noisy).collect();
            let coded = sight.quality.map(|quality| coded(&noisy, quality)).unwrap_or(noisy);
            coded.iter().map(|y| y.round().clamp(0.0, 255.0) as u8).collect()
        };
        (0..count).map(picture).collect()
    }

    /// What falls on the sensor.
    fn optics(&self, sight: &Sight, at: usize) -> Vec<f32> {
        let mut canvas = self.sampled(sight);
        self.draw_screen(&mut canvas, sight);
        self.draw_seats(&mut canvas, sight);
        people(&mut canvas, sight, at);
        let mut picture = halved(&canvas);
        if sight.blur > 0.0 {
            blur(&mut picture, WIDTH, sight.blur);
        }
        if let Some(cover) = sight.cover {
            covered(&mut picture, cover);
        }
        for (n, y) in picture.iter_mut().enumerate() {
            let across = (n % WIDTH) as f32 / WIDTH as f32 - 0.5;
            *y = *y * sight.light * (1.0 + sight.slant * across) + sight.haze;
        }
        picture
    }

    /// From the hall to where the camera looks.
    fn place(sight: &Sight, x: f32, y: f32) -> (f32, f32) {
        let (width, height) = (SIGHT.0 as f32, SIGHT.1 as f32);
        let (centre_x, centre_y) = (ROOM.0 as f32 / 2.0 + 2.0 * sight.right, ROOM.1 as f32 / 2.0 + 2.0 * sight.down);
        ((x - centre_x) * sight.zoom + width / 2.0, (y - centre_y) * sight.zoom + height / 2.0)
    }

    fn sampled(&self, sight: &Sight) -> Canvas {
        let (width, height) = SIGHT;
        let (left, top) = Self::place(&Sight { zoom: 1.0, ..sight.clone() }, 0.0, 0.0);
        let (left, top) = (-left, -top);
        let (mid_x, mid_y) = (left + width as f32 / 2.0, top + height as f32 / 2.0);
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
                luma.push(self.room.at(mid_x + x / sight.zoom, mid_y + y / sight.zoom));
            }
        }
        let mut canvas = Canvas { width, height, luma };
        for (x, y) in &self.lamps {
            let (x, y) = Self::place(sight, *x, *y);
            canvas.ellipse(x, y, 40.0 * sight.zoom, 14.0 * sight.zoom, 150.0 + 100.0 * sight.lamps);
        }
        canvas
    }

    fn draw_screen(&self, canvas: &mut Canvas, sight: &Sight) {
        let (x, y, width, height) = self.screen;
        let (left, top) = Self::place(sight, x, y);
        let (width, height) = (width * sight.zoom, height * sight.zoom);
        canvas.rectangle(left - 6.0, top - 6.0, width + 12.0, height + 12.0, 30.0);
        canvas.rectangle(left, top, width, height, 120.0 + 110.0 * sight.lamps);
        let mut dice = Dice::new(sight.slide.wrapping_mul(31) ^ self.seed);
        for line in 0..5 {
            let down = top + height * (0.12 + 0.17 * line as f32);
            canvas.rectangle(left + width * 0.08, down, width * dice.within(0.3, 0.85), height * 0.06, 70.0);
        }
    }

    fn draw_seats(&self, canvas: &mut Canvas, sight: &Sight) {
        let mut dice = Dice::new(sight.moment.wrapping_mul(17) ^ self.seed ^ 0xc4a1);
        for seat in &self.seats {
            let is_moved = dice.unit() < sight.chairs_moved;
            let (dx, dy) = (dice.within(-0.6, 0.6), dice.within(-0.15, 0.15));
            let off = if is_moved { (dx * seat.size, dy * seat.size) } else { (0.0, 0.0) };
            let (x, y) = Self::place(sight, seat.x + off.0, seat.y + off.1);
            let size = seat.size * sight.zoom;
            canvas.rectangle(x - size * 0.42, y, size * 0.84, size * 0.8, seat.luma * 0.75);
            canvas.ellipse(x, y, size * 0.42, size * 0.3, seat.luma);
            canvas.rectangle(x - size * 0.3, y + size * 0.1, size * 0.6, size * 0.07, seat.luma * 1.35);
        }
    }
}

fn panels(room: &mut Canvas, wall: f32, dice: &mut Dice) {
    let mut x = 0.0;
    while x < ROOM.0 as f32 {
        let width = dice.within(70.0, 190.0);
        room.rectangle(x, 130.0, width, 620.0, wall + dice.within(-14.0, 14.0));
        room.rectangle(x, 130.0, 5.0, 620.0, wall - 38.0);
        x += width;
    }
    // Curtains at both sides.
    for side in [0.0, ROOM.0 as f32 - 330.0] {
        for fold in 0..22 {
            room.rectangle(side + fold as f32 * 15.0, 150.0, 8.0, 600.0, dice.within(60.0, 95.0));
        }
    }
}

fn ceiling(room: &mut Canvas, dice: &mut Dice) -> Vec<(f32, f32)> {
    room.rectangle(0.0, 0.0, ROOM.0 as f32, 130.0, 185.0);
    let tiles = (ROOM.0 / 120) as u32;
    for tile in 0..tiles {
        room.rectangle(tile as f32 * 120.0, 0.0, 4.0, 130.0, 150.0);
    }
    room.rectangle(0.0, 62.0, ROOM.0 as f32, 4.0, 150.0);
    // Lamps hang into the picture.
    (0..7).map(|n| (180.0 + n as f32 * 310.0 + dice.within(-40.0, 40.0), 300.0 + dice.within(-8.0, 8.0))).collect()
}

fn furniture(room: &mut Canvas, dice: &mut Dice) -> (f32, f32, f32, f32) {
    // A banner with its words.
    room.rectangle(500.0, 345.0, 1240.0, 66.0, 78.0);
    for sign in 0..18 {
        room.script(525.0 + sign as f32 * 68.0, 352.0, 50.0, 215.0, dice);
    }
    // Doors, a clock, flags.
    let door = dice.within(400.0, 480.0);
    room.rectangle(door, 470.0, 120.0, 280.0, 72.0);
    room.rectangle(door + 95.0, 610.0, 14.0, 30.0, 190.0);
    room.ellipse(door + 190.0, 490.0, 34.0, 34.0, 225.0);
    room.rectangle(door + 187.0, 465.0, 6.0, 26.0, 30.0);
    for flag in 0..3 {
        let x = 1540.0 + flag as f32 * 62.0 + dice.within(-8.0, 8.0);
        room.rectangle(x, 450.0, 6.0, 300.0, 205.0);
        room.rectangle(x + 6.0, 460.0, 40.0, dice.within(110.0, 170.0), dice.within(45.0, 80.0));
    }
    // The rostrum with an emblem, the table of the presidium with microphones and name plates.
    let rostrum = dice.within(700.0, 770.0);
    room.rectangle(rostrum, 610.0, 130.0, 170.0, 88.0);
    room.rectangle(rostrum - 8.0, 600.0, 146.0, 14.0, 122.0);
    room.ellipse(rostrum + 65.0, 690.0, 32.0, 32.0, 185.0);
    room.script(rostrum + 42.0, 668.0, 46.0, 60.0, dice);
    room.rectangle(900.0, 660.0, 620.0, 120.0, 96.0);
    room.rectangle(900.0, 650.0, 620.0, 12.0, 148.0);
    for place in 0..7 {
        let x = 930.0 + place as f32 * 86.0;
        room.rectangle(x + 30.0, 600.0, 4.0, 50.0, 40.0);
        room.rectangle(x + 40.0, 628.0, 34.0, 22.0, 235.0);
        room.script(x + 42.0, 630.0, 18.0, 30.0, dice);
    }
    // Plants: leaves without order.
    for pot in [620.0, 1600.0] {
        for _ in 0..90 {
            let (x, y) = (pot + dice.within(-50.0, 50.0), 700.0 + dice.within(-60.0, 60.0));
            room.ellipse(x, y, dice.within(3.0, 12.0), dice.within(3.0, 10.0), dice.within(35.0, 120.0));
        }
    }
    room.rectangle(0.0, 780.0, ROOM.0 as f32, 480.0, 118.0);
    (dice.within(1010.0, 1060.0), 440.0, 330.0, 150.0)
}

fn seats(dice: &mut Dice) -> Vec<Seat> {
    let mut seats = Vec::new();
    let (mut y, mut size) = (805.0, 52.0);
    for _ in 0..6 {
        let pitch = size * 1.12;
        let luma = dice.within(45.0, 90.0);
        let mut x = dice.within(0.0, pitch);
        while x < ROOM.0 as f32 {
            // An aisle, and here and there a seat that is up.
            let is_aisle = (x - 980.0).abs() < size * 0.8;
            if !is_aisle {
                let luma = luma * if dice.unit() < 0.12 { 1.5 } else { 1.0 };
                seats.push(Seat { x, y, size, luma });
            }
            x += pitch;
        }
        y += size * 0.95;
        size *= 1.16;
    }
    seats
}

fn people(canvas: &mut Canvas, sight: &Sight, at: usize) {
    for (n, (x, tall)) in sight.people.iter().enumerate() {
        let step = 0.008 * at as f32 * if n % 2 == 0 { 1.0 } else { -1.0 };
        let (x, tall) = ((x + step) * canvas.width as f32, tall * canvas.height as f32);
        let foot = canvas.height as f32 * (0.62 + 0.38 * tall / canvas.height as f32).min(1.0);
        let head = foot - tall;
        canvas.rectangle(x - tall * 0.13, head + tall * 0.17, tall * 0.26, tall * 0.45, 52.0);
        canvas.rectangle(x - tall * 0.1, head + tall * 0.6, tall * 0.08, tall * 0.4, 38.0);
        canvas.rectangle(x + tall * 0.02, head + tall * 0.6, tall * 0.08, tall * 0.4, 38.0);
        canvas.ellipse(x, head + tall * 0.09, tall * 0.065, tall * 0.09, 168.0);
        canvas.rectangle(x - tall * 0.04, head + tall * 0.2, tall * 0.08, tall * 0.15, 225.0);
    }
}

fn halved(canvas: &Canvas) -> Vec<f32> {
    let mut picture = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let from = y * 2 * canvas.width + x * 2;
            let below = from + canvas.width;
            picture
                .push((canvas.luma[from] + canvas.luma[from + 1] + canvas.luma[below] + canvas.luma[below + 1]) / 4.0);
        }
    }
    picture
}

/// A Gaussian, one direction after the other.
fn blur(picture: &mut [f32], width: usize, deviation: f32) {
    let height = picture.len() / width;
    let reach = (deviation * 3.0).ceil() as usize;
    let weights: Vec<f32> = (0..=reach).map(|n| (-((n * n) as f32) / (2.0 * deviation * deviation)).exp()).collect();
    let total = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
    let mut pass = |count: usize, length: usize, index: &dyn Fn(usize, usize) -> usize| {
        let mut line = vec![0.0; length];
        for n in 0..count {
            (0..length).for_each(|at| line[at] = picture[index(n, at)]);
            for at in 0..length {
                let pair = |n: usize| line[at.saturating_sub(n)] + line[(at + n).min(length - 1)];
                let sides: f32 = (1..=reach).map(|n| weights[n] * pair(n)).sum();
                picture[index(n, at)] = (weights[0] * line[at] + sides) / total;
            }
        }
    };
    pass(height, width, &|line, at| line * width + at);
    pass(width, height, &|column, at| at * width + column);
}

/// Something before the lens: near, so that its edge is soft, and without structure.
fn covered(picture: &mut [f32], (part, side, luma): (f32, u8, u8)) {
    let (width, height) = (WIDTH as f32, HEIGHT as f32);
    for (n, y) in picture.iter_mut().enumerate() {
        let (across, down) = ((n % WIDTH) as f32, (n / WIDTH) as f32);
        let inside = match side {
            0 => part * width - across,
            1 => across - (1.0 - part) * width,
            2 => part * height - down,
            3 => down - (1.0 - part) * height,
            _ => {
                let radius = (part * width * height / std::f32::consts::PI).sqrt();
                radius - (across - width / 2.0).hypot(down - height / 2.0)
            }
        };
        let share = (inside / 16.0 + 0.5).clamp(0.0, 1.0);
        *y = *y * (1.0 - share) + f32::from(luma) * share;
    }
}

/// What coding by blocks of 8 × 8 leaves of a picture: cosine transform, the usual table of steps, and back.
fn coded(picture: &[f32], quality: u8) -> Vec<f32> {
    let quality = f32::from(quality.clamp(1, 100));
    let scale = if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
    let basis: [[f32; 8]; 8] = std::array::from_fn(|u| {
        let norm = if u == 0 { (1.0f32 / 8.0).sqrt() } else { 0.5 };
        std::array::from_fn(|x| norm * ((2.0 * x as f32 + 1.0) * u as f32 * std::f32::consts::PI / 16.0).cos())
    });
    // Close to the luminance table of ITU-T T.81, annex K.
    let step = |u: usize, v: usize| ((10.0 + 6.0 * (u + v) as f32 + (u * v) as f32) * scale).max(1.0);
    let mut result = vec![0.0; picture.len()];
    for top in (0..HEIGHT).step_by(8) {
        for left in (0..WIDTH).step_by(8) {
            let mut block = [[0.0f32; 8]; 8];
            for (y, line) in block.iter_mut().enumerate() {
                let from = (top + y) * WIDTH + left;
                line.copy_from_slice(&picture[from..from + 8]);
            }
            let mut frequencies = transformed(&transformed(&block, &basis, false), &basis, false);
            for (v, line) in frequencies.iter_mut().enumerate() {
                for (u, value) in line.iter_mut().enumerate() {
                    let step = step(u, v);
                    *value = (*value / step).round() * step;
                }
            }
            let back = transformed(&transformed(&frequencies, &basis, true), &basis, true);
            for (y, line) in back.iter().enumerate() {
                let from = (top + y) * WIDTH + left;
                result[from..from + 8].copy_from_slice(line);
            }
        }
    }
    result
}

/// One direction of the transform, the result turned so that the next call does the other.
fn transformed(block: &[[f32; 8]; 8], basis: &[[f32; 8]; 8], back: bool) -> [[f32; 8]; 8] {
    let weight = |u: usize, x: usize| if back { basis[x][u] } else { basis[u][x] };
    let mut result = [[0.0f32; 8]; 8];
    for (y, line) in block.iter().enumerate() {
        for (u, turned) in result.iter_mut().enumerate() {
            turned[y] = (0..8).map(|x| weight(u, x) * line[x]).sum();
        }
    }
    result
}
