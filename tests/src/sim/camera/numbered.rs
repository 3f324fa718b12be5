//! The camera's side of numbered datagrams: what has come before is not done again.

use std::collections::VecDeque;

/// What becomes of a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A frame for the camera, to be answered under this number.
    Frame(u32, Vec<u8>),
    /// A datagram to be sent back at once.
    Reply(Vec<u8>),
    /// Nothing.
    Ignored,
}

/// How many controllers it knows at once; the oldest is forgotten (BRC-X400 Command List p. 13: five).
const CONTROLLERS: usize = 5;

/// The numbers that it has seen.
#[derive(Debug, Default)]
pub struct Numbers {
    /// The last number of each controller.
    last: VecDeque<(u64, u32)>,
    knows_no_reset: bool,
}

impl Numbers {
    /// With `knows_no_reset` it refuses each controller's first number.
    #[must_use]
    pub const fn new(knows_no_reset: bool) -> Self {
        Self { last: VecDeque::new(), knows_no_reset }
    }

    /// A datagram from the controller `who`.
    pub fn take(&mut self, who: u64, datagram: &[u8]) -> Taken {
        let Some((header, payload)) = datagram.split_at_checked(8) else { return Taken::Ignored };
        let number = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        if usize::from(header[2]) << 8 | usize::from(header[3]) != payload.len() {
            return Taken::Ignored;
        }
        match (header[0], header[1], payload) {
            (0x02, 0x00, [0x01]) if self.knows_no_reset => Taken::Ignored,
            (0x02, 0x00, [0x01]) => {
                self.last.retain(|(other, _)| *other != who);
                Taken::Reply(datagram_of([0x02, 0x01], number, &[0x01]))
            }
            (0x01, 0x00 | 0x10 | 0x20, frame) if self.is_new(who, number) => Taken::Frame(number, frame.to_vec()),
            (0x01, 0x00 | 0x10 | 0x20, _) => Taken::Reply(datagram_of([0x02, 0x01], number, &[0x0f, 0x01])),
            _ => Taken::Reply(datagram_of([0x02, 0x01], number, &[0x0f, 0x02])),
        }
    }

    fn is_new(&mut self, who: u64, number: u32) -> bool {
        let known = self.last.iter().position(|(other, _)| *other == who);
        let last = known.and_then(|at| self.last.remove(at)).map(|(_, last)| last);
        let is_new = match last {
            Some(last) => number > last,
            None => !self.knows_no_reset,
        };
        if self.last.len() == CONTROLLERS {
            self.last.pop_front();
        }
        self.last.push_back((who, if is_new { number } else { last.unwrap_or(0) }));
        is_new
    }
}

/// What a camera says under the number of a request.
#[must_use]
pub fn reply(number: u32, frame: &[u8]) -> Vec<u8> {
    datagram_of([0x01, 0x11], number, frame)
}

fn datagram_of(kind: [u8; 2], number: u32, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&kind[..], &length, &number.to_be_bytes(), payload].concat()
}
