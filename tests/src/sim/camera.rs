//! A VISCA camera: two sockets, six and more presets, moves that take time. Behaviour after the Sony EVI-D70 manual, over IP
//! after the SRG-300H manual (p. 28 to 34) and the BRC-X400 Command List (p. 10 to 13).
//!
//! [`Camera`] is a value that is given frames and the time; [`wire`] brings it to lines and networks. It shares nothing with
//! the agent, so that a mistake of the one is not repeated by the other.

pub mod chain;
pub mod numbered;
pub mod wire;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It ignores the first so many requests.
    pub ignores: u32,
    /// Noise stands before every frame.
    pub noise_before_reply: bool,
    /// It answers under the next camera's number.
    pub wrong_address: bool,
    /// Its first answer to an inquiry comes so late, milliseconds; what follows waits behind it.
    pub late_ms: u64,
    /// It has no free socket for the first so many commands.
    pub buffer_full: u32,
    /// It refuses every command.
    pub not_executable: bool,
    /// Its first so many frames lose their second half.
    pub half_frame: u32,
    /// Presets land so many steps too far to the right.
    pub drifts: i16,
    /// It is in standby.
    pub power_off: bool,
    /// The first so many moves end in a restart: network change, number lost; at a line only.
    pub restarts: u32,
    /// It takes commands and never completes them.
    pub never_completes: bool,
    /// Of the frames that it says, those with these numbers (the first is 1) never arrive.
    pub loses: Vec<u32>,
    /// Every frame that it says arrives twice.
    pub duplicates: bool,
    /// Over IP, it does not know RESET, and refuses each controller's first number.
    pub no_reset: bool,
    /// It does not know the questions where it looks.
    pub no_position: bool,
    /// It obeys commands and answers no inquiry.
    pub answers_nothing: bool,
    /// In a chain, it takes its number, passes on what is for others, and says nothing of its own.
    pub mute: bool,
    /// Before the first so many commands another controller takes both sockets, for as long as a move takes.
    pub other_master: u32,
    /// So long a move takes, milliseconds, instead of the usual 400.
    pub move_ms: Option<u64>,
    /// It takes 'off' and stays on.
    pub stays_on: bool,
    /// It does not know the questions for focus, exposure and white balance.
    pub no_modes: bool,
}

impl Faults {
    /// Sets one field by its name: `late_ms=1500`, `power_off=true`, `loses=2,5`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}': expected NAME=VALUE"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{name}: expected a number, found '{value}'"));
        let small = || number().map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let flag = || value.parse::<bool>().map_err(|_| format!("{name}: expected true or false, found '{value}'"));
        let list = || {
            let numbers = value.split(',').map(|n| n.trim().parse());
            numbers.collect::<Result<_, _>>().map_err(|_| format!("{name}: expected numbers like 2,5, found '{value}'"))
        };
        match name {
            "ignores" => self.ignores = small()?,
            "noise_before_reply" => self.noise_before_reply = flag()?,
            "wrong_address" => self.wrong_address = flag()?,
            "late_ms" => self.late_ms = number()?,
            "buffer_full" => self.buffer_full = small()?,
            "not_executable" => self.not_executable = flag()?,
            "half_frame" => self.half_frame = small()?,
            "drifts" => self.drifts = value.parse().map_err(|_| format!("drifts: expected steps, found '{value}'"))?,
            "power_off" => self.power_off = flag()?,
            "restarts" => self.restarts = small()?,
            "never_completes" => self.never_completes = flag()?,
            "loses" => self.loses = list()?,
            "duplicates" => self.duplicates = flag()?,
            "no_reset" => self.no_reset = flag()?,
            "no_position" => self.no_position = flag()?,
            "answers_nothing" => self.answers_nothing = flag()?,
            "other_master" => self.other_master = small()?,
            "mute" => self.mute = flag()?,
            "move_ms" => self.move_ms = Some(number()?),
            "stays_on" => self.stays_on = flag()?,
            "no_modes" => self.no_modes = flag()?,
            _ => return Err(format!("{name}: no such fault")),
        }
        Ok(())
    }
}

/// How long an answer takes: one picture.
const ANSWER: Duration = Duration::from_millis(20);
/// How long a move takes.
const MOVE: Duration = Duration::from_millis(400);
const SOCKETS: u8 = 2;
const NOISE: [u8; 3] = [0x00, 0x7e, 0x13];
const END: u8 = 0xff;

/// Where it looks, in its own steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Right is positive.
    pub pan: i16,
    /// Up is positive.
    pub tilt: i16,
    /// 0 to 0x4000.
    pub zoom: u16,
}

/// Whom an answer is for, and which request it answers; a line has one only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// A controller.
    pub who: u64,
    /// The number of its request.
    pub number: u32,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// To whom.
    pub to: Caller,
    /// Noise that comes before it.
    pub noise: Vec<u8>,
    /// A frame, or half of one.
    pub frame: Vec<u8>,
}

#[derive(Debug)]
struct Move {
    socket: u8,
    ends: Duration,
    target: Option<Position>,
    axes: Axes,
    caller: Caller,
}

/// What of it a command moves: head and zoom go their ways side by side.
#[derive(Clone, Copy, Debug)]
enum Axes {
    All,
    Head,
    Zoom,
}

impl Axes {
    const fn of(command: &[u8]) -> Self {
        match command {
            [0x04, 0x47, ..] => Self::Zoom,
            [0x06, 0x02 | 0x03, ..] => Self::Head,
            _ => Self::All,
        }
    }

    const fn moved(self, from: Position, to: Position) -> Position {
        match self {
            Self::All => to,
            Self::Head => Position { zoom: from.zoom, ..to },
            Self::Zoom => Position { zoom: to.zoom, ..from },
        }
    }
}
/// What goes on until it is told otherwise, steps a second, and since when.
#[derive(Clone, Copy, Debug, Default)]
struct Drive {
    since: Duration,
    pan: i64,
    tilt: i64,
    zoom: i64,
}

/// Hears every frame that is for the camera, and when.
pub type Ear = tokio::sync::mpsc::Sender<(tokio::time::Instant, Vec<u8>)>;

/// The camera.
#[derive(Debug)]
pub struct Camera {
    faults: Faults,
    address: u8,
    is_addressed: bool,
    position: Position,
    presets: BTreeMap<u8, Position>,
    moves: Vec<Move>,
    input: Vec<u8>,
    output: VecDeque<(Duration, Spoken)>,
    said: u32,
    watcher: Option<Arc<Mutex<Position>>>,
    drive: Drive,
    modes: Modes,
    ear: Option<Ear>,
}

/// How focus, exposure and white balance are kept, as the manuals number them.
#[derive(Debug)]
struct Modes {
    focus: u8,
    exposure: u8,
    white: u8,
}

impl Camera {
    /// A camera with presets 0 to 5, preset `n` at pan `100 n`, tilt `10 n`, zoom `1000 n`.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let preset = |n: u8| Position { pan: i16::from(n) * 100, tilt: i16::from(n) * 10, zoom: u16::from(n) * 1000 };
        Self {
            faults,
            address: 1,
            is_addressed: true,
            position: Position::default(),
            presets: (0..6).map(|n| (n, preset(n))).collect(),
            moves: Vec::new(),
            input: Vec::new(),
            output: VecDeque::new(),
            said: 0,
            drive: Drive::default(),
            modes: Modes { focus: 0x02, exposure: 0x00, white: 0x00 },
            ear: None,
            watcher: None,
        }
    }

    /// The same camera, whose position `watcher` always holds.
    #[must_use]
    pub fn watched(self, watcher: Arc<Mutex<Position>>) -> Self {
        Self { watcher: Some(watcher), ..self }
    }

    /// With somebody who listens to what it is told; what finds no room is not heard.
    #[must_use]
    pub fn with_ear(self, ear: Ear) -> Self {
        Self { ear: Some(ear), ..self }
    }

    /// Where it looks now.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Its faults.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Bytes from a line.
    pub fn handle_bytes(&mut self, bytes: &[u8], caller: Caller, now: Duration) {
        for byte in bytes {
            self.input.push(*byte);
            if *byte == END {
                let frame = std::mem::take(&mut self.input);
                if self.hears() {
                    self.handle_frame(&frame, caller, now);
                }
            } else if self.input.len() > 15 {
                self.input.clear();
            }
        }
    }

    /// Whether it hears the next request at all; asked once for each.
    pub fn hears(&mut self) -> bool {
        !used(&mut self.faults.ignores)
    }

    /// A frame with its terminator.
    pub fn handle_frame(&mut self, frame: &[u8], caller: Caller, now: Duration) {
        let [head @ 0x80..=0x8f, rest @ .., END] = frame else { return };
        let is_meant = *head == 0x88 || head & 0x0f == self.address && self.is_addressed;
        if is_meant && !rest.is_empty() {
            if let Some(ear) = &self.ear {
                let _ = ear.try_send((tokio::time::Instant::now(), frame.to_vec()));
            }
            self.drive_on(now);
            self.handle_request(*head, rest, caller, now);
        }
    }

    /// What is due next at `now`.
    pub fn poll_output(&mut self, now: Duration) -> Option<Spoken> {
        self.finish_moves(now);
        self.output.pop_front_if(|(due, _)| *due <= now).map(|(_, spoken)| spoken)
    }

    /// When something will be due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let moves = self.moves.iter().map(|one| one.ends).min().filter(|_| !self.faults.never_completes);
        [self.output.front().map(|(due, _)| *due), moves].into_iter().flatten().min()
    }

    fn handle_request(&mut self, head: u8, rest: &[u8], caller: Caller, now: Duration) {
        match (head, rest) {
            (0x88, [0x30, 0x01]) => {
                self.is_addressed = true;
                self.put(vec![0x88, 0x30, 0x02, END], caller, now + ANSWER);
            }
            (_, [0x01, 0x00, 0x01]) => {
                self.moves.clear();
                if head == 0x88 {
                    self.put(vec![0x88, 0x01, 0x00, 0x01, END], caller, now + ANSWER);
                } else {
                    self.say(&[0x50], caller, now + ANSWER);
                }
            }
            (0x88, _) => {}
            (_, [cancel @ 0x20..=0x2f]) => self.cancel(cancel & 0x0f, caller, now),
            (_, [0x09, ..]) if self.faults.answers_nothing => {}
            (_, [0x09, asked @ ..]) => match self.answer(asked) {
                Some(data) => {
                    let late = Duration::from_millis(std::mem::take(&mut self.faults.late_ms));
                    self.say(&[&[0x50], data.as_slice()].concat(), caller, now + ANSWER + late);
                }
                None => self.say(&[0x60, 0x02], caller, now + ANSWER),
            },
            (_, [0x01, command @ ..]) => self.handle_command(command, caller, now),
            _ => self.say(&[0x60, 0x02], caller, now + ANSWER),
        }
    }

    fn answer(&self, asked: &[u8]) -> Option<Vec<u8>> {
        let Position { pan, tilt, zoom } = self.position;
        Some(match asked {
            [0x00, 0x02] => vec![0x00, 0x20, 0x04, 0x0e, 0x01, 0x05, SOCKETS],
            [0x04, 0x00] => vec![if self.faults.power_off { 0x03 } else { 0x02 }],
            [0x04, 0x47] | [0x06, 0x12] if self.faults.no_position => return None,
            [0x04, 0x47] => digits(zoom),
            [0x06, 0x12] => [digits(pan.cast_unsigned()), digits(tilt.cast_unsigned())].concat(),
            [0x06, 0x11] => vec![0x18, 0x14],
            [0x04, 0x38 | 0x39 | 0x35 | 0x48] if self.faults.no_modes => return None,
            [0x04, 0x48] => digits(0x2000),
            [0x04, 0x38] => vec![self.modes.focus],
            [0x04, 0x39] => vec![self.modes.exposure],
            [0x04, 0x35] => vec![self.modes.white],
            [0x04, 0x33] => vec![0x03],
            _ => return None,
        })
    }

    fn cancel(&mut self, socket: u8, caller: Caller, now: Duration) {
        let runs = self.moves.iter().position(|one| one.socket == socket);
        let code = if runs.is_some() { 0x04 } else { 0x05 };
        runs.map(|at| self.moves.remove(at));
        self.say(&[0x60 | socket, code], caller, now + ANSWER);
    }

    fn handle_command(&mut self, command: &[u8], caller: Caller, now: Duration) {
        if used(&mut self.faults.other_master) {
            for socket in 1..=SOCKETS {
                self.say(&[0x40 | socket], caller, now + ANSWER);
                self.moves.push(Move { socket, ends: now + MOVE, target: None, axes: Axes::All, caller });
            }
        }
        let runs = |moves: &[Move], socket| moves.iter().any(|one| one.socket == socket);
        let free = (1..=SOCKETS).find(|socket| !runs(&self.moves, *socket));
        let is_deaf = self.faults.not_executable || self.faults.power_off && command != [0x04, 0x00, 0x02];
        let Some(target) = self.target(command) else { return self.say(&[0x60, 0x02], caller, now + ANSWER) };
        match free {
            _ if used(&mut self.faults.buffer_full) => self.say(&[0x60, 0x03], caller, now + ANSWER),
            None => self.say(&[0x60, 0x03], caller, now + ANSWER),
            Some(socket) if is_deaf => self.say(&[0x60 | socket, 0x41], caller, now + ANSWER),
            Some(socket) => {
                self.say(&[0x40 | socket], caller, now + ANSWER);
                if used(&mut self.faults.restarts) {
                    self.say(&[0x38], caller, now + ANSWER);
                    self.moves.clear();
                    self.is_addressed = false;
                    return;
                }
                match command {
                    [0x04, 0x3f, 0x00, preset] => {
                        self.presets.remove(preset);
                    }
                    [0x04, 0x3f, 0x01, preset] => {
                        self.presets.insert(*preset, self.position);
                    }
                    [0x04, 0x00, power] => self.faults.power_off = *power == 0x03 && !self.faults.stays_on,
                    [0x04, 0x38, mode] => self.modes.focus = *mode,
                    [0x04, 0x39, mode] => self.modes.exposure = *mode,
                    [0x04, 0x35, mode] => self.modes.white = *mode,
                    _ => {}
                }
                // What goes on until it is told otherwise is done when it has begun.
                if target.is_some() {
                    self.drive = Drive { since: now, ..Drive::default() };
                }
                let takes = self.faults.move_ms.map_or(MOVE, Duration::from_millis);
                let takes = if self.drives(command) { ANSWER } else { takes };
                self.moves.push(Move { socket, ends: now + takes, target, axes: Axes::of(command), caller });
            }
        }
    }

    /// Where a command leads, if anywhere; none when it is not known.
    fn target(&self, command: &[u8]) -> Option<Option<Position>> {
        Some(match command {
            [0x04, 0x00, 0x02 | 0x03] | [0x04, 0x3f, 0x00 | 0x01, _] | [0x04, 0x10, 0x05] => None,
            [0x04, 0x07 | 0x08 | 0x18 | 0x35 | 0x38 | 0x39, _] | [0x06, 0x01, _, _, 0x01..=0x03, 0x01..=0x03] => None,
            [0x06, 0x04 | 0x05] => Some(Position::default()),
            [0x04, 0x3f, 0x02, preset] => {
                let drifted = |stored: &Position| stored.pan.saturating_add(self.faults.drifts);
                self.presets.get(preset).map(|stored| Position { pan: drifted(stored), ..*stored })
            }
            [0x04, 0x47, zoom @ ..] => Some(Position { zoom: number(zoom)?, ..self.position }),
            [0x06, how @ (0x02 | 0x03), _, _, steps @ ..] if steps.len() == 8 => {
                let (pan, tilt) = (number(&steps[..4])?.cast_signed(), number(&steps[4..])?.cast_signed());
                let from = if *how == 0x02 { Position::default() } else { self.position };
                let (pan, tilt) = (from.pan.saturating_add(pan), from.tilt.saturating_add(tilt));
                Some(Position { pan, tilt, ..self.position })
            }
            _ => return None,
        })
    }

    /// Begins or ends what goes on until it is told otherwise (EVI-D70 manual, 'Pan-tiltDrive', 'CAM_Zoom'); whether that it is.
    fn drives(&mut self, command: &[u8]) -> bool {
        let way = |code: u8, speed: u8| match code {
            0x01 => -i64::from(speed) * 20,
            0x02 => i64::from(speed) * 20,
            _ => 0,
        };
        match *command {
            [0x06, 0x01, pan_speed, tilt_speed, pan, tilt] => {
                // Up is 1, and positive.
                self.drive = Drive { pan: way(pan, pan_speed), tilt: -way(tilt, tilt_speed), ..self.drive };
            }
            [0x04, 0x07, how] => {
                let speed = i64::from(how & 0x0f) * 200 + 200;
                self.drive.zoom = match (how >> 4, how) {
                    (2, _) | (0, 2) => speed,
                    (3, _) | (0, 3) => -speed,
                    _ => 0,
                };
            }
            [0x04, 0x08, _] => {}
            _ => return false,
        }
        true
    }

    /// Moves on to where it is by now.
    fn drive_on(&mut self, now: Duration) {
        let Drive { since, pan, tilt, zoom } = self.drive;
        // Each connection counts its own time.
        let passed = i64::try_from(now.saturating_sub(since).as_millis()).unwrap_or(0);
        let on = |from: i64, speed: i64, least: i64, most: i64| (from + speed * passed / 1_000).clamp(least, most);
        let Position { pan: x, tilt: y, zoom: z } = self.position;
        self.position = Position {
            pan: on(x.into(), pan, -0x900, 0x900).try_into().unwrap_or(x),
            tilt: on(y.into(), tilt, -0x200, 0x200).try_into().unwrap_or(y),
            zoom: on(z.into(), zoom, 0, 0x4000).try_into().unwrap_or(z),
        };
        self.drive.since = now;
    }

    fn finish_moves(&mut self, now: Duration) {
        if self.faults.never_completes {
            return;
        }
        let (done, rest) = std::mem::take(&mut self.moves).into_iter().partition(|one| one.ends <= now);
        self.moves = rest;
        let done: Vec<Move> = done;
        for one in done {
            self.position = one.target.map_or(self.position, |target| one.axes.moved(self.position, target));
            if let Some(watcher) = &self.watcher {
                *watcher.lock().unwrap_or_else(PoisonError::into_inner) = self.position;
            }
            self.say(&[0x50 | one.socket], one.caller, one.ends);
        }
    }

    fn say(&mut self, words: &[u8], to: Caller, due: Duration) {
        let number = self.address + u8::from(self.faults.wrong_address);
        self.put([&[0x80 | (number + 8) << 4], words, &[END]].concat(), to, due);
    }

    /// A camera answers in order: nothing overtakes a late answer.
    fn put(&mut self, mut frame: Vec<u8>, to: Caller, due: Duration) {
        if self.faults.mute {
            return;
        }
        let due = self.output.back().map_or(due, |(last, _)| due.max(*last));
        self.said += 1;
        if self.faults.loses.contains(&self.said) {
            return;
        }
        if used(&mut self.faults.half_frame) {
            frame.truncate(frame.len() / 2);
        }
        let noise = if self.faults.noise_before_reply { NOISE.to_vec() } else { Vec::new() };
        let spoken = Spoken { to, noise, frame };
        if self.faults.duplicates {
            self.output.push_back((due, spoken.clone()));
        }
        self.output.push_back((due, spoken));
    }
}

/// Four hexadecimal digits, one a byte.
fn digits(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![high >> 4, high & 0x0f, low >> 4, low & 0x0f]
}

fn number(digits: &[u8]) -> Option<u16> {
    let is_number = digits.len() == 4 && digits.iter().all(|digit| *digit < 0x10);
    is_number.then(|| digits.iter().fold(0, |sum, digit| sum << 4 | u16::from(*digit)))
}

/// Whether one more of a counted fault is left; it is used up.
const fn used(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}
