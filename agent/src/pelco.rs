//! Pelco-D and Pelco-P, the control languages of older dome cameras over RS-485: bytes alone, no state, no port.
//!
//! Most cameras answer nothing at all; only the picture proves that one has moved. Sources: the tables in camera makers'
//! manuals that the tests name; the bits of the iris are still to be read against Pelco's own TF-0002. [`Ear`] hears the
//! answer that some receivers give. Not here: the line.

use std::fmt;

/// The address of a receiver: in Pelco-D 1 to 255, in Pelco-P 1 to 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(u8);

impl Address {
    /// None for 0, which nobody has.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 { Some(Self(number)) } else { None }
    }

    /// 1 to 255.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// Which of the two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// 7 bytes from `FF`, with the sum of those after it.
    D,
    /// 8 bytes from `A0`, with `AF` and the exclusive or of all; addresses are written from 0.
    P,
}

/// How fast a head turns, 0 (stopped) to 63, and 64 for the fastest pan ('turbo').
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(u8);

impl Speed {
    /// The greatest of a tilt and the greatest but turbo of a pan.
    pub const FULL: Self = Self(0x3f);

    /// None unless it is 0 to 64.
    #[must_use]
    pub const fn new(speed: u8) -> Option<Self> {
        if speed <= 0x40 { Some(Self(speed)) } else { None }
    }
}

/// Left and right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pan {
    /// To the left.
    Left(Speed),
    /// To the right.
    Right(Speed),
    /// Not at all.
    Still,
}

/// Up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tilt {
    /// Up.
    Up(Speed),
    /// Down.
    Down(Speed),
    /// Not at all.
    Still,
}

/// One of two directions, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    /// Zoom: tele; focus: far; iris: open.
    Out,
    /// Zoom: wide; focus: near; iris: closed.
    In,
    /// Not at all.
    Still,
}

/// What a receiver is told. All moves go on until the next frame: [`Command::STOP`] ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Everything that moves, at once.
    Move {
        /// Left and right.
        pan: Pan,
        /// Up and down.
        tilt: Tilt,
        /// Nearer and wider.
        zoom: Travel,
        /// Farther and nearer.
        focus: Travel,
        /// Open and closed.
        iris: Travel,
    },
    /// Keep the position as a preset, 1 to 255.
    Store(u8),
    /// Forget a preset.
    Forget(u8),
    /// Go to a preset.
    Recall(u8),
}

impl Command {
    /// Nothing moves any more.
    pub const STOP: Self = Self::Move {
        pan: Pan::Still,
        tilt: Tilt::Still,
        zoom: Travel::Still,
        focus: Travel::Still,
        iris: Travel::Still,
    };

    /// The frame to the receiver `to`; none when the dialect has no such address.
    #[must_use]
    pub fn encode(self, dialect: Dialect, to: Address) -> Option<Vec<u8>> {
        let [c1, c2, d1, d2] = self.words(dialect);
        match dialect {
            Dialect::D => {
                let body = [to.0, c1, c2, d1, d2];
                Some([&[0xff], &body[..], &[sum(&body)]].concat())
            }
            Dialect::P => {
                // Receiver 1 is written 0.
                let frame = [0xa0, to.0.checked_sub(1).filter(|number| *number < 32)?, c1, c2, d1, d2, 0xaf];
                Some([&frame[..], &[exclusive_or(&frame)]].concat())
            }
        }
    }

    /// The two command bytes and the two data bytes.
    fn words(self, dialect: Dialect) -> [u8; 4] {
        match self {
            Self::Store(preset) => [0x00, 0x03, 0x00, preset],
            Self::Forget(preset) => [0x00, 0x05, 0x00, preset],
            Self::Recall(preset) => [0x00, 0x07, 0x00, preset],
            Self::Move { pan, tilt, zoom, focus, iris } => {
                let (pan, pan_speed) = match pan {
                    Pan::Right(speed) => (0x02, speed.0),
                    Pan::Left(speed) => (0x04, speed.0),
                    Pan::Still => (0x00, 0x00),
                };
                let (tilt, tilt_speed) = match tilt {
                    Tilt::Up(speed) => (0x08, speed.0.min(Speed::FULL.0)),
                    Tilt::Down(speed) => (0x10, speed.0.min(Speed::FULL.0)),
                    Tilt::Still => (0x00, 0x00),
                };
                let zoom = pick(zoom, 0x20, 0x40);
                let [first, second] = match dialect {
                    Dialect::D => [pick(focus, 0x00, 0x01) | pick(iris, 0x02, 0x04), pick(focus, 0x80, 0x00)],
                    Dialect::P => [pick(focus, 0x01, 0x02) | pick(iris, 0x04, 0x08), 0x00],
                };
                [first, second | pan | tilt | zoom, pan_speed, tilt_speed]
            }
        }
    }
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Another length, or other marks where it begins and ends.
    Form,
    /// The last byte is not what the others add up to.
    Checksum,
}

/// What stands in a frame that is well formed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// For whom, or from whom.
    pub address: Address,
    /// Command bytes 1 and 2, data bytes 1 and 2.
    pub words: [u8; 4],
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [c1, c2, d1, d2] = self.words;
        write!(f, "{} {c1:02X} {c2:02X} {d1:02X} {d2:02X}", self.address.0)
    }
}

impl Frame {
    /// Reads one whole frame.
    ///
    /// # Errors
    /// When it is none of this dialect.
    pub fn decode(dialect: Dialect, bytes: &[u8]) -> Result<Self, Bad> {
        let (number, words, is_whole) = match (dialect, bytes) {
            (Dialect::D, &[0xff, to, c1, c2, d1, d2, check]) => {
                (Some(to), [c1, c2, d1, d2], check == sum(&bytes[1..6]))
            }
            (Dialect::P, &[0xa0, to, c1, c2, d1, d2, 0xaf, check]) => {
                (to.checked_add(1), [c1, c2, d1, d2], check == exclusive_or(&bytes[..7]))
            }
            _ => return Err(Bad::Form),
        };
        if !is_whole {
            return Err(Bad::Checksum);
        }
        let address = number.and_then(Address::new).ok_or(Bad::Form)?;
        Ok(Self { address, words })
    }
}

/// Four bytes with which some receivers answer (Pelco manual C466M-E p. 22): `FF`, the address, alarms, and the sum of the
/// command with the alarms added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who answers.
    pub from: Address,
    /// A bit for each alarm input.
    pub alarms: u8,
}

/// Hears a line: answers to what was said last, among echoes of it and noise. Keeps at most a few dozen bytes.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Ear {
    /// More is forgotten, the oldest first.
    const MOST: usize = 32;

    /// This frame went out: answers are to it, and it may come back.
    pub fn said(&mut self, frame: &[u8]) {
        frame.clone_into(&mut self.said);
        self.heard.clear();
    }

    /// Bytes came in.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for byte in bytes {
            self.heard.push(*byte);
            if !self.said.is_empty() && self.heard.ends_with(&self.said) {
                self.heard.clear();
            } else if let Some(answer) = self.last_four() {
                answers.push(answer);
                self.heard.clear();
            } else if self.heard.len() > Self::MOST {
                self.heard.remove(0);
            }
        }
        answers
    }

    /// The four bytes heard last as an answer to the frame that was said. Pelco-P has no such answer.
    fn last_four(&self) -> Option<Answer> {
        let (&[0xff, to, .., sum], &[.., 0xff, from, alarms, check]) = (&self.said[..], &self.heard[..]) else {
            return None;
        };
        // The beginning of an echo looks like one when the command's first byte is right by chance.
        let is_echo = self.said.starts_with(&[0xff, from, alarms, check]);
        let is_answer = from == to && check == sum.wrapping_add(alarms) && !is_echo;
        is_answer.then_some(Answer { from: Address::new(from)?, alarms })
    }
}

const fn pick(travel: Travel, out: u8, inward: u8) -> u8 {
    match travel {
        Travel::Out => out,
        Travel::In => inward,
        Travel::Still => 0x00,
    }
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

fn exclusive_or(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests;
