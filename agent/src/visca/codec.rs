//! The words of VISCA and their bytes: frames of 3 to 16 bytes that end with `FF`.
//!
//! Sources: Sony EVI-D70/D70P Technical Manual, 'Command List' (VISCA Device Setting Command p. 34, the tables after it);
//! Sony EVI-D100 Command List, the same tables; Sony EVI-H100S/H100V, 'Command List' p. 26 for sockets. No state here.

use std::fmt;

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
    /// A frame from its bytes without the terminator; what does not fit (or holds a terminator) is none.
    fn checked(body: &[u8]) -> Option<Self> {
        let fits = (2..MAX_FRAME).contains(&body.len()) && body[0] & 0x80 != 0 && !body.contains(&TERMINATOR);
        fits.then(|| Self::of(body))
    }

    /// `body` is a literal of this file: 2 to 15 bytes.
    fn of(body: &[u8]) -> Self {
        let mut bytes = [0; MAX_FRAME];
        bytes[..body.len()].copy_from_slice(body);
        bytes[body.len()] = TERMINATOR;
        Self { bytes, len: body.len() + 1 }
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
    /// `CAM_VersionInq`.
    Version,
    /// `CAM_PowerInq`.
    Power,
    /// `CAM_ZoomPosInq`.
    Zoom,
    /// `Pan-tiltPosInq`.
    PanTilt,
    /// `CAM_Power On`.
    PowerOn,
    /// `Pan-tiltDrive Home`.
    Home,
    /// `CAM_Memory Recall` of preset 0 to 127 (many cameras have 6 or 16).
    Recall(u8),
    /// `CAM_Memory Set` of preset 0 to 127.
    Store(u8),
}

impl Request {
    /// Whether a camera answers at once (without ACK), rather than with ACK and completion.
    #[must_use]
    pub const fn is_inquiry(self) -> bool {
        matches!(self, Self::Version | Self::Power | Self::Zoom | Self::PanTilt)
    }

    /// The frame to the camera at `to`.
    #[must_use]
    pub fn encode(self, to: Address) -> Frame {
        let head = 0x80 | to.0;
        match self {
            Self::AddressSet => Frame::of(&[0x88, 0x30, 0x01]),
            Self::ClearAll => Frame::of(&[0x88, 0x01, 0x00, 0x01]),
            Self::Clear => Frame::of(&[head, 0x01, 0x00, 0x01]),
            Self::Version => Frame::of(&[head, 0x09, 0x00, 0x02]),
            Self::Power => Frame::of(&[head, 0x09, 0x04, 0x00]),
            Self::Zoom => Frame::of(&[head, 0x09, 0x04, 0x47]),
            Self::PanTilt => Frame::of(&[head, 0x09, 0x06, 0x12]),
            Self::PowerOn => Frame::of(&[head, 0x01, 0x04, 0x00, 0x02]),
            Self::Home => Frame::of(&[head, 0x01, 0x06, 0x04]),
            Self::Store(preset) => Frame::of(&[head, 0x01, 0x04, 0x3f, 0x01, preset & 0x7f]),
            Self::Recall(preset) => Frame::of(&[head, 0x01, 0x04, 0x3f, 0x02, preset & 0x7f]),
        }
    }

    /// Reads a frame as the camera side does: who is meant (none: all) and what is asked.
    #[must_use]
    pub fn decode(frame: &Frame) -> Option<(Option<Address>, Self)> {
        let (head, rest) = frame.body().split_first()?;
        let request = match *rest {
            [0x30, 0x01] if *head == 0x88 => Self::AddressSet,
            [0x01, 0x00, 0x01] if *head == 0x88 => Self::ClearAll,
            [0x01, 0x00, 0x01] => Self::Clear,
            [0x09, 0x00, 0x02] => Self::Version,
            [0x09, 0x04, 0x00] => Self::Power,
            [0x09, 0x04, 0x47] => Self::Zoom,
            [0x09, 0x06, 0x12] => Self::PanTilt,
            [0x01, 0x04, 0x00, 0x02] => Self::PowerOn,
            [0x01, 0x06, 0x04] => Self::Home,
            [0x01, 0x04, 0x3f, 0x01, preset] if preset < 0x80 => Self::Store(preset),
            [0x01, 0x04, 0x3f, 0x02, preset] if preset < 0x80 => Self::Recall(preset),
            _ => return None,
        };
        let to = if *head == 0x88 { None } else { Some(Address::new(head & 0x7f)?) };
        Some((to, request))
    }
}

/// Who made a camera and what it is, from `CAM_VersionInq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Vendor number; Sony uses 0001, 0010 and 0020.
    pub vendor: u16,
    /// Model number of the vendor.
    pub model: u16,
    /// Revision of the ROM.
    pub rom: u16,
    /// How many commands it takes at once, usually 2.
    pub sockets: u8,
}

/// The error codes of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `01`, `02` and what is not listed: the camera does not understand.
    Syntax,
    /// `03`: two commands run already.
    BufferFull,
    /// `04`: cancelled.
    Cancelled,
    /// `05`: nothing to cancel.
    NoSocket,
    /// `41`: not now, in this mode.
    NotExecutable,
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
    /// `z0 50 … FF`: the answer to an inquiry, read by [`Data`].
    Answer(Data),
    /// `z0 6y ee FF`.
    Refused(u8, Refusal),
}

/// The data of an answer, told apart by its length alone: the frame does not say which inquiry it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// 7 bytes.
    Version(Version),
    /// 1 byte, 02 on, 03 off (standby).
    Power(bool),
    /// 4 nibbles.
    Zoom(u16),
    /// 4 + 4 nibbles, two's complement; right and up are positive.
    PanTilt {
        /// Pan, camera steps.
        pan: i16,
        /// Tilt, camera steps.
        tilt: i16,
    },
}

impl Reply {
    /// The frame as the camera sends it.
    #[must_use]
    pub fn encode(self) -> Frame {
        match self {
            Self::Addressed { cameras } => Frame::of(&[0x88, 0x30, (cameras + 1) & 0x0f]),
            Self::ClearedAll => Frame::of(&[0x88, 0x01, 0x00, 0x01]),
            Self::From(address, said) => said.encode(0x80 | (address.0 + 8) << 4),
        }
    }

    /// Reads a frame as the controller does; none when it is no reply.
    #[must_use]
    pub fn decode(frame: &Frame) -> Option<Self> {
        let (head, rest) = frame.body().split_first()?;
        match (*head, rest) {
            (0x88, [0x30, next @ 2..=8]) => Some(Self::Addressed { cameras: next - 1 }),
            (0x88, [0x01, 0x00, 0x01]) => Some(Self::ClearedAll),
            (head, rest) if head & 0x0f == 0 => {
                Some(Self::From(Address::new((head >> 4).checked_sub(8)?)?, Said::decode(rest)?))
            }
            _ => None,
        }
    }
}

impl Said {
    fn encode(self, head: u8) -> Frame {
        match self {
            Self::NetworkChange => Frame::of(&[head, 0x38]),
            Self::Ack(socket) => Frame::of(&[head, 0x40 | socket & 0x0f]),
            Self::Done(socket) => Frame::of(&[head, 0x50 | socket & 0x0f]),
            Self::Refused(socket, refusal) => Frame::of(&[head, 0x60 | socket & 0x0f, refusal.code()]),
            Self::Answer(data) => Frame::of(&[&[head, 0x50], data.encode().as_slice()].concat()),
        }
    }

    fn decode(rest: &[u8]) -> Option<Self> {
        match *rest {
            [0x38] => Some(Self::NetworkChange),
            [kind @ 0x40..=0x4f] => Some(Self::Ack(kind & 0x0f)),
            [kind @ 0x50..=0x5f] => Some(Self::Done(kind & 0x0f)),
            [kind @ 0x60..=0x6f, code] => Some(Self::Refused(kind & 0x0f, Refusal::of(code))),
            [0x50, ref data @ ..] => Data::decode(data).map(Self::Answer),
            _ => None,
        }
    }
}

impl Refusal {
    const fn code(self) -> u8 {
        match self {
            Self::Syntax => 0x02,
            Self::BufferFull => 0x03,
            Self::Cancelled => 0x04,
            Self::NoSocket => 0x05,
            Self::NotExecutable => 0x41,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            0x03 => Self::BufferFull,
            0x04 => Self::Cancelled,
            0x05 => Self::NoSocket,
            0x41 => Self::NotExecutable,
            _ => Self::Syntax,
        }
    }
}

impl Data {
    fn encode(self) -> Vec<u8> {
        match self {
            Self::Version(v) => {
                // A byte of FF would end the frame; no camera has such a number.
                let bytes = [v.vendor.to_be_bytes(), v.model.to_be_bytes(), v.rom.to_be_bytes()].concat();
                bytes.into_iter().chain([v.sockets]).map(|byte| byte.min(0xfe)).collect()
            }
            Self::Power(on) => vec![if on { 0x02 } else { 0x03 }],
            Self::Zoom(zoom) => nibbles(zoom).to_vec(),
            Self::PanTilt { pan, tilt } => [nibbles(pan.cast_unsigned()), nibbles(tilt.cast_unsigned())].concat(),
        }
    }

    fn decode(data: &[u8]) -> Option<Self> {
        match *data {
            [0x02] => Some(Self::Power(true)),
            [0x03] => Some(Self::Power(false)),
            [a, b, c, d] => number(&[a, b, c, d]).map(Self::Zoom),
            [v1, v2, m1, m2, r1, r2, sockets] => {
                let pair = |high, low| u16::from_be_bytes([high, low]);
                Some(Self::Version(Version { vendor: pair(v1, v2), model: pair(m1, m2), rom: pair(r1, r2), sockets }))
            }
            [ref pan @ .., _, _, _, _] if data.len() == 8 => {
                let tilt = number(&data[4..])?.cast_signed();
                Some(Self::PanTilt { pan: number(pan)?.cast_signed(), tilt })
            }
            _ => None,
        }
    }
}

fn nibbles(number: u16) -> [u8; 4] {
    [12, 8, 4, 0].map(|shift| u8::try_from(number >> shift & 0x0f).expect("four bits fit a byte"))
}

fn number(nibbles: &[u8]) -> Option<u16> {
    nibbles.iter().try_fold(0u16, |sum, nibble| (*nibble < 0x10).then(|| sum << 4 | u16::from(*nibble)))
}

#[cfg(test)]
mod tests;
