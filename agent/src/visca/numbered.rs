//! VISCA over IP as Sony defines it: each UDP datagram is a frame behind a header with its kind, length and number. No
//! state here: who numbers is the [`session`](super::session).
//!
//! Sources: Sony SRG-300H Technical Manual p. 31 (header, kinds, control commands); Sony BRC-X400 Command List p. 12 and 13
//! (delivery confirmation, limitations).

use super::codec::MAX_FRAME;

/// The port of the cameras.
pub const PORT: u16 = 52381;
/// Bytes before the payload.
pub const HEADER: usize = 8;

/// What a payload is: bytes 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `01 00`: a command.
    Command,
    /// `01 10`: an inquiry.
    Inquiry,
    /// `01 11`: what a camera says to either.
    Reply,
    /// `01 20`: `IF_Clear` and what else belongs to the line.
    DeviceSetting,
    /// `02 00`: about the numbering itself.
    Control,
    /// `02 01`: the answer to that.
    ControlReply,
}

impl Kind {
    const fn code(self) -> [u8; 2] {
        match self {
            Self::Command => [0x01, 0x00],
            Self::Inquiry => [0x01, 0x10],
            Self::Reply => [0x01, 0x11],
            Self::DeviceSetting => [0x01, 0x20],
            Self::Control => [0x02, 0x00],
            Self::ControlReply => [0x02, 0x01],
        }
    }

    const fn of(code: [u8; 2]) -> Option<Self> {
        match code {
            [0x01, 0x00] => Some(Self::Command),
            [0x01, 0x10] => Some(Self::Inquiry),
            [0x01, 0x11] => Some(Self::Reply),
            [0x01, 0x20] => Some(Self::DeviceSetting),
            [0x02, 0x00] => Some(Self::Control),
            [0x02, 0x01] => Some(Self::ControlReply),
            _ => None,
        }
    }
}

/// One datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What the payload is.
    pub kind: Kind,
    /// The request's number, which its answers repeat.
    pub number: u32,
    /// 1 to 16 bytes.
    pub payload: &'a [u8],
}

/// What a camera's datagram means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// A VISCA frame, terminator included.
    Frame(&'a [u8]),
    /// The numbers begin anew (`01`).
    ResetDone,
    /// The number is not the one that was due (`0F 01`): often, the request has come before.
    WrongNumber,
    /// The camera does not know this kind of datagram (`0F 02`).
    WrongKind,
}

/// The control command that has the numbers begin anew; its own number is ignored.
pub const RESET: &[u8] = &[0x01];

impl<'a> Datagram<'a> {
    /// The bytes of the datagram.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let code = self.kind.code();
        let length = u16::try_from(self.payload.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&code[..], &length, &self.number.to_be_bytes(), self.payload].concat()
    }

    /// Reads a datagram; none unless the length is that of the payload and 1 to 16.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (header, payload) = bytes.split_at_checked(HEADER)?;
        let [k1, k2, l1, l2, n1, n2, n3, n4] = *header else { return None };
        let kind = Kind::of([k1, k2])?;
        let fits = usize::from(u16::from_be_bytes([l1, l2])) == payload.len();
        let fits = fits && (1..=MAX_FRAME).contains(&payload.len());
        fits.then(|| Self { kind, number: u32::from_be_bytes([n1, n2, n3, n4]), payload })
    }

    /// What it means to the controller; none when only a controller says such.
    #[must_use]
    pub const fn heard(&self) -> Option<Heard<'a>> {
        match (self.kind, self.payload) {
            (Kind::Reply, frame) => Some(Heard::Frame(frame)),
            (Kind::ControlReply, [0x01]) => Some(Heard::ResetDone),
            // The manual lists the errors among the commands; cameras send them as either.
            (Kind::Control | Kind::ControlReply, [0x0f, 0x01]) => Some(Heard::WrongNumber),
            (Kind::Control | Kind::ControlReply, [0x0f, 0x02]) => Some(Heard::WrongKind),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
