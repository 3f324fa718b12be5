//! A VISCA camera: two sockets, six and more presets, moves that take time. Behaviour after the Sony EVI-D70 manual.
//!
//! [`Camera`] is a value that is given bytes and the time; [`serve`] is the loop around it.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use avow_agent::visca::codec::{Address, Data, Refusal, Reply, Request, Said, Splitter, Version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

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
    /// The first so many moves end in a restart: network change, number lost.
    pub restarts: u32,
    /// It takes commands and never completes them.
    pub never_completes: bool,
}

impl Faults {
    /// Sets one field by its name: `late_ms=1500`, `power_off=true`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}': expected NAME=VALUE"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{name}: expected a number, found '{value}'"));
        let small = || number().map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let flag = || value.parse::<bool>().map_err(|_| format!("{name}: expected true or false, found '{value}'"));
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

#[derive(Debug)]
struct Move {
    socket: u8,
    ends: Duration,
    target: Option<Position>,
}

/// The camera.
#[derive(Debug)]
pub struct Camera {
    faults: Faults,
    address: Address,
    is_addressed: bool,
    position: Position,
    presets: BTreeMap<u8, Position>,
    moves: Vec<Move>,
    splitter: Splitter,
    output: VecDeque<(Duration, Vec<u8>)>,
}

impl Camera {
    /// A camera with presets 0 to 5, preset `n` at pan `100 n`, tilt `10 n`, zoom `1000 n`.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let preset = |n: u8| Position { pan: i16::from(n) * 100, tilt: i16::from(n) * 10, zoom: u16::from(n) * 1000 };
        Self {
            faults,
            address: Address::FIRST,
            is_addressed: true,
            position: Position::default(),
            presets: (0..6).map(|n| (n, preset(n))).collect(),
            moves: Vec::new(),
            splitter: Splitter::default(),
            output: VecDeque::new(),
        }
    }

    /// Where it looks now.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Bytes from the line.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        for byte in bytes {
            if let Some((to, request)) = self.splitter.push(*byte).and_then(|run| run.read(Request::decode)) {
                let meant = to.is_none_or(|to| to == self.address && self.is_addressed);
                if meant && !used(&mut self.faults.ignores) {
                    self.handle_request(request, now);
                }
            }
        }
    }

    /// The next bytes that are due at `now`.
    pub fn poll_output(&mut self, now: Duration) -> Option<Vec<u8>> {
        self.finish_moves(now);
        self.output.pop_front_if(|(due, _)| *due <= now).map(|(_, bytes)| bytes)
    }

    /// When something will be due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let moves = self.moves.iter().map(|one| one.ends).min();
        [self.output.front().map(|(due, _)| *due), moves].into_iter().flatten().min()
    }

    fn handle_request(&mut self, request: Request, now: Duration) {
        match request {
            Request::AddressSet => {
                self.is_addressed = true;
                self.put(Reply::Addressed { cameras: 1 }, now + ANSWER);
            }
            Request::ClearAll => {
                self.moves.clear();
                self.put(Reply::ClearedAll, now + ANSWER);
            }
            Request::Clear => {
                self.moves.clear();
                self.say(Said::Done(0), now + ANSWER);
            }
            Request::Version => {
                let version = Version { vendor: 0x0020, model: 0x040e, rom: 0x0105, sockets: SOCKETS };
                self.answer(Data::Version(version), now);
            }
            Request::Power => self.answer(Data::Power(!self.faults.power_off), now),
            Request::Zoom => self.answer(Data::Zoom(self.position.zoom), now),
            Request::PanTilt => {
                let Position { pan, tilt, .. } = self.position;
                self.answer(Data::PanTilt { pan, tilt }, now);
            }
            command => self.handle_command(command, now),
        }
    }

    fn answer(&mut self, data: Data, now: Duration) {
        let late = Duration::from_millis(std::mem::take(&mut self.faults.late_ms));
        self.say(Said::Answer(data), now + ANSWER + late);
    }

    fn handle_command(&mut self, command: Request, now: Duration) {
        let free = (1..=SOCKETS).find(|socket| self.moves.iter().all(|one| one.socket != *socket));
        let is_deaf = self.faults.not_executable || self.faults.power_off && command != Request::PowerOn;
        match free {
            _ if used(&mut self.faults.buffer_full) => self.say(Said::Refused(0, Refusal::BufferFull), now + ANSWER),
            None => self.say(Said::Refused(0, Refusal::BufferFull), now + ANSWER),
            Some(socket) if is_deaf => self.say(Said::Refused(socket, Refusal::NotExecutable), now + ANSWER),
            Some(socket) => {
                self.say(Said::Ack(socket), now + ANSWER);
                self.begin(command, socket, now);
            }
        }
    }

    fn begin(&mut self, command: Request, socket: u8, now: Duration) {
        if used(&mut self.faults.restarts) {
            self.say(Said::NetworkChange, now + ANSWER);
            self.moves.clear();
            self.is_addressed = false;
            return;
        }
        let target = match command {
            Request::Home => Some(Position::default()),
            Request::Recall(preset) => self
                .presets
                .get(&preset)
                .map(|stored| Position { pan: stored.pan.saturating_add(self.faults.drifts), ..*stored }),
            Request::Store(preset) => {
                self.presets.insert(preset, self.position);
                None
            }
            _ => {
                self.faults.power_off = false;
                None
            }
        };
        if !self.faults.never_completes {
            self.moves.push(Move { socket, ends: now + MOVE, target });
        }
    }

    fn finish_moves(&mut self, now: Duration) {
        let (done, rest) = std::mem::take(&mut self.moves).into_iter().partition(|one| one.ends <= now);
        self.moves = rest;
        let done: Vec<Move> = done;
        for one in done {
            self.position = one.target.unwrap_or(self.position);
            self.say(Said::Done(one.socket), one.ends);
        }
    }

    fn say(&mut self, said: Said, due: Duration) {
        let number = self.address.number() + u8::from(self.faults.wrong_address);
        let from = Address::new(number).unwrap_or(self.address);
        self.put(Reply::From(from, said), due);
    }

    /// A camera answers in order: nothing overtakes a late answer.
    fn put(&mut self, reply: Reply, due: Duration) {
        let due = self.output.back().map_or(due, |(last, _)| due.max(*last));
        let mut bytes = if self.faults.noise_before_reply { vec![0x00, 0x7e, 0x13] } else { Vec::new() };
        let frame = reply.encode();
        let whole = frame.bytes().len();
        let kept = if used(&mut self.faults.half_frame) { whole / 2 } else { whole };
        bytes.extend_from_slice(&frame.bytes()[..kept]);
        self.output.push_back((due, bytes));
    }
}

/// Whether one more of a counted fault is left; it is used up.
const fn used(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

/// Lets `camera` live at one end of a line until the line ends.
///
/// # Errors
/// When the line breaks.
pub async fn serve(mut line: impl AsyncRead + AsyncWrite + Unpin, mut camera: Camera) -> io::Result<()> {
    let begun = Instant::now();
    let mut buffer = [0; 64];
    loop {
        while let Some(bytes) = camera.poll_output(begun.elapsed()) {
            line.write_all(&bytes).await?;
        }
        let due = camera.poll_timeout().map_or_else(|| Instant::now() + Duration::from_secs(3600), |at| begun + at);
        tokio::select! {
            read = line.read(&mut buffer) => match read? {
                0 => return Ok(()),
                count => camera.handle_bytes(&buffer[..count], begun.elapsed()),
            },
            () = tokio::time::sleep_until(due) => {}
        }
    }
}
