//! The words of VISCA and their bytes: frames of 3 to 16 bytes that end with `FF`.
//!
//! Sources: Sony EVI-D70/D70P Technical Manual, 'Command List' (VISCA Device Setting Command p. 34, the tables after it);
//! Sony SRG-300H Technical Manual p. 26 and 27 (sockets, cancel, errors); the tests name the page of each frame. No state
//! here, and nothing of the camera's side: the simulator has its own words.

mod command;
mod inquiry;

use std::fmt;

pub use command::{
    Aim, Command, Dial, Digits, Exposure, Focus, FocusMode, Pace, Pan, Speed, Step, Tilt, WhiteBalance, Zoom,
};
pub use inquiry::{Data, Inquiry, Version};

/// The longest frame in bytes, header and terminator included.
pub const MAX_FRAME: usize = 16;
/// What ends every frame and stands nowhere else.
pub const TERMINATOR: u8 = 0xff;

/// Where a camera stands in its daisy chain, 1 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(u8);

impl Address {
    /// The first camera of a chain.
    pub const FIRST: Self = Self(1);

    /// None unless `number` is 1 to 7.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= 7 { Some(Self(number)) } else { None }
    }

    /// 1 to 7.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// One frame as it stands on the line, 3 to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    bytes: [u8; MAX_FRAME],
    len: usize,
}

impl Frame {
    /// A frame from its bytes with the terminator; none when that is missing, or not the only one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.strip_suffix(&[TERMINATOR]).and_then(Self::checked)
    }

    /// A frame from its bytes without the terminator; what does not fit (or holds a terminator) is none.
    fn checked(body: &[u8]) -> Option<Self> {
        let (head, rest) = body.split_first()?;
        let fits = (2..MAX_FRAME).contains(&body.len()) && head & 0x80 != 0 && !body.contains(&TERMINATOR);
        fits.then(|| Self::of(*head, rest))
    }

    /// `rest` is 1 to 14 bytes.
    fn of(head: u8, rest: &[u8]) -> Self {
        let mut bytes = [0; MAX_FRAME];
        bytes[0] = head;
        bytes[1..=rest.len()].copy_from_slice(rest);
        bytes[rest.len() + 1] = TERMINATOR;
        Self { bytes, len: rest.len() + 2 }
    }

    /// The bytes with their terminator.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn body(&self) -> &[u8] {
        &self.bytes[..self.len - 1]
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.bytes()))
    }
}

/// `90 50 02 FF`, as the manuals write it.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// Cuts a stream of bytes at every `FF`.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    tail: Vec<u8>,
}

impl Splitter {
    /// Takes one byte; after a terminator, what stood before it.
    pub fn push(&mut self, byte: u8) -> Option<Run> {
        if byte == TERMINATOR {
            return Some(Run(std::mem::take(&mut self.tail)));
        }
        if self.tail.len() == MAX_FRAME - 1 {
            self.tail.remove(0);
        }
        self.tail.push(byte);
        None
    }
}

/// The last bytes before a terminator, at most 15: noise or the half of a lost frame may stand before the real one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run(Vec<u8>);

impl Run {
    /// The longest end of it that `decode` understands. Data may hold bytes of 0x80 and above (a ROM revision), so that
    /// a header cannot be told by its top bit alone.
    pub fn read<T>(&self, decode: impl Fn(&Frame) -> Option<T>) -> Option<T> {
        (0..self.0.len()).find_map(|start| Frame::checked(&self.0[start..]).and_then(|frame| decode(&frame)))
    }

    /// The bytes, without terminator.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a controller says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `AddressSet`, to all: every camera takes the next number.
    AddressSet,
    /// `IF_Clear`, to all: forget buffered commands.
    ClearAll,
    /// `IF_Clear`, to one.
    Clear,
    /// `CommandCancel` of what runs in a socket.
    Cancel(u8),
    /// Do something: ACK, then completion.
    Command(Command),
    /// Say something: answered at once.
    Inquiry(Inquiry),
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<Inquiry> for Request {
    fn from(inquiry: Inquiry) -> Self {
        Self::Inquiry(inquiry)
    }
}

impl Request {
    /// The frame to the camera at `to`.
    #[must_use]
    pub fn encode(self, to: Address) -> Frame {
        let one = 0x80 | to.0;
        match self {
            Self::AddressSet => Frame::of(TO_ALL, &[0x30, 0x01]),
            Self::ClearAll => Frame::of(TO_ALL, &CLEAR),
            Self::Clear => Frame::of(one, &CLEAR),
            Self::Cancel(socket) => Frame::of(one, &[0x20 | socket & 0x0f]),
            Self::Command(command) => Frame::of(one, &command.body()),
            Self::Inquiry(inquiry) => Frame::of(one, &inquiry.body()),
        }
    }
}

/// The error codes of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `01`: longer than a frame may be.
    Length,
    /// `02` and what is not listed: the camera does not understand.
    Syntax,
    /// `03`: two commands run already.
    BufferFull,
    /// `04`: cancelled.
    Cancelled,
    /// `05`: nothing to cancel, the command has ended.
    NoSocket,
    /// `41`: not now, in this mode.
    NotExecutable,
}

impl Refusal {
    const fn of(code: u8) -> Self {
        match code {
            0x01 => Self::Length,
            0x03 => Self::BufferFull,
            0x04 => Self::Cancelled,
            0x05 => Self::NoSocket,
            0x41 => Self::NotExecutable,
            _ => Self::Syntax,
        }
    }
}

/// What a camera says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `88 30 0w FF`: the chain has `w - 1` cameras.
    Addressed {
        /// How many cameras took a number.
        cameras: u8,
    },
    /// `88 01 00 01 FF`: the broadcast `IF_Clear` came round.
    ClearedAll,
    /// A camera's own frame.
    From(Address, Said),
}

/// What one camera says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// `z0 38 FF`: it joined, left or restarted; address again.
    NetworkChange,
    /// `z0 4y FF`: command taken by socket y.
    Ack(u8),
    /// `z0 5y FF`: the command of socket y is done; socket 0 answers `IF_Clear`.
    Done(u8),
    /// `z0 50 … FF`: the answer to an inquiry.
    Answer(Data),
    /// `z0 6y ee FF`.
    Refused(u8, Refusal),
}

impl Reply {
    /// Reads a frame as the controller does; none when it is no reply. An answer does not say which inquiry it answers: it is
    /// read as one to `awaited`, and as nothing when none is.
    #[must_use]
    pub fn decode(frame: &Frame, awaited: Option<Inquiry>) -> Option<Self> {
        let (head, rest) = frame.body().split_first()?;
        match (*head, rest) {
            (TO_ALL, [0x30, next @ 2..=8]) => Some(Self::Addressed { cameras: next - 1 }),
            (TO_ALL, rest) if *rest == CLEAR => Some(Self::ClearedAll),
            (head, rest) if head & 0x0f == 0 => {
                let from = Address::new((head >> 4).checked_sub(8)?)?;
                Some(Self::From(from, Said::decode(rest, awaited)?))
            }
            _ => None,
        }
    }
}

impl Reply {
    /// Who says a frame that has the form of a reply, whatever it answers; nobody in particular what comes round the line.
    #[must_use]
    pub fn sender(frame: &Frame) -> Option<Option<Address>> {
        let (head, rest) = frame.body().split_first()?;
        let has_form = matches!(*rest, [0x38 | 0x40..=0x4f] | [0x50..=0x5f, ..] | [0x60..=0x6f, _]);
        match Self::decode(frame, None) {
            Some(Self::Addressed { .. } | Self::ClearedAll) => Some(None),
            _ if head & 0x0f == 0 && has_form => Address::new((head >> 4).checked_sub(8)?).map(Some),
            _ => None,
        }
    }
}

impl Said {
    fn decode(rest: &[u8], awaited: Option<Inquiry>) -> Option<Self> {
        match *rest {
            [0x38] => Some(Self::NetworkChange),
            [kind @ 0x40..=0x4f] => Some(Self::Ack(kind & 0x0f)),
            [kind @ 0x50..=0x5f] => Some(Self::Done(kind & 0x0f)),
            [kind @ 0x60..=0x6f, code] => Some(Self::Refused(kind & 0x0f, Refusal::of(code))),
            [0x50, ref data @ ..] => awaited?.read(data).map(Self::Answer),
            _ => None,
        }
    }
}

const TO_ALL: u8 = 0x88;
const CLEAR: [u8; 3] = [0x01, 0x00, 0x01];

/// Four hexadecimal digits, one a byte.
fn nibbles(number: u16) -> [u8; 4] {
    let [high, low] = number.to_be_bytes();
    [high >> 4, high & 0x0f, low >> 4, low & 0x0f]
}

#[cfg(test)]
mod tests;
