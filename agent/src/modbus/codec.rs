//! Requests, answers and the two ways they are framed: bytes and nothing else.

use crate::profile::bytes::crc16_modbus;

/// What is read (V1.1b3, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Function 1: bits that can be set.
    Coils,
    /// Function 2: bits that cannot.
    Discretes,
    /// Function 3: registers that can be set.
    Holding,
    /// Function 4: registers that cannot.
    Input,
}

impl Table {
    const fn function(self) -> u8 {
        match self {
            Self::Coils => 1,
            Self::Discretes => 2,
            Self::Holding => 3,
            Self::Input => 4,
        }
    }

    /// Bytes that `count` of it take.
    fn bytes(self, count: u16) -> usize {
        match self {
            Self::Coils | Self::Discretes => usize::from(count).div_ceil(8),
            Self::Holding | Self::Input => usize::from(count) * 2,
        }
    }
}

/// What is asked of which unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The unit, 1 to 247; 0 and 255 mean the one behind an address.
    pub unit: u8,
    /// Which table.
    pub table: Table,
    /// The first, counted from 0 as on the wire.
    pub at: u16,
    /// How many.
    pub count: u16,
}

/// What a unit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bytes of what was asked.
    Data(Vec<u8>),
    /// Why not (V1.1b3, section 7).
    Exception(u8),
}

/// How frames lie on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// With a transaction number and a length.
    Tcp,
    /// With a checksum.
    Rtu,
}

/// The longest frame of either kind (V1.1b3, section 4.1: 253 bytes, and what is around them).
pub const LONGEST: usize = 260;

impl Request {
    /// As it travels; `number` is the transaction's, which a serial line does not carry.
    #[must_use]
    pub fn encode(&self, framing: Framing, number: u16) -> Vec<u8> {
        let mut body = vec![self.unit, self.table.function()];
        body.extend(self.at.to_be_bytes());
        body.extend(self.count.to_be_bytes());
        match framing {
            Framing::Tcp => [&number.to_be_bytes()[..], &[0, 0, 0, 6], &body].concat(),
            Framing::Rtu => {
                body.extend(crc16_modbus(&body));
                body
            }
        }
    }

    /// The answer in what stands behind the unit; none when it answers something else.
    fn read(&self, pdu: &[u8]) -> Option<Answer> {
        match pdu {
            [function, code] if *function == self.table.function() | 0x80 => Some(Answer::Exception(*code)),
            [function, length, data @ ..]
                if *function == self.table.function()
                    && usize::from(*length) == data.len()
                    && data.len() == self.table.bytes(self.count) =>
            {
                Some(Answer::Data(data.to_vec()))
            }
            _ => None,
        }
    }
}

/// What was found in front of what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// More must come.
    More,
    /// The answer.
    Answer(Answer),
    /// Something whole that is not the answer, and what is known of it.
    Other {
        /// Its transaction, over TCP.
        number: Option<u16>,
    },
    /// Nothing that will ever make sense.
    Nonsense,
}

/// Takes the first whole thing out of `unread`.
#[must_use]
pub fn take(framing: Framing, request: &Request, number: u16, unread: &mut Vec<u8>) -> Taken {
    match framing {
        Framing::Tcp => take_tcp(request, number, unread),
        Framing::Rtu => take_rtu(request, unread),
    }
}

fn take_tcp(request: &Request, number: u16, unread: &mut Vec<u8>) -> Taken {
    let Some((&[high, low, p, q, long, short], rest)) = unread.split_first_chunk::<6>() else { return Taken::More };
    let length = usize::from(u16::from_be_bytes([long, short]));
    if (p, q) != (0, 0) || !(3..=254).contains(&length) {
        return Taken::Nonsense;
    }
    let Some((frame, _)) = rest.split_at_checked(length) else { return Taken::More };
    let (frame, said) = (frame.to_vec(), u16::from_be_bytes([high, low]));
    unread.drain(..6 + length);
    let other = Taken::Other { number: Some(said) };
    match frame.split_first() {
        Some((unit, pdu)) if said == number && *unit == request.unit => request.read(pdu).map_or(other, Taken::Answer),
        _ => other,
    }
}

/// A serial line has no lengths: the answer is looked for behind any noise, and known by unit, function, length and checksum.
/// Another master's question to a unit on the same serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overheard {
    /// Its answer would look like ours.
    pub is_alike: bool,
}

/// Looks for the question of another master in what was heard on a serial line. Our own may come back from an adapter; eight
/// bytes that could be an answer are none.
#[must_use]
pub fn overhear(request: &Request, unread: &[u8]) -> Option<Overheard> {
    let own = request.encode(Framing::Rtu, 0);
    let mut questions = unread.windows(8).filter_map(|frame| {
        let (body, sum) = frame.split_last_chunk::<2>()?;
        let is_question = matches!(body[1], 1..=4) && body[2] != 3 && body[5] > 0 && crc16_modbus(body) == *sum;
        let count = u16::from_be_bytes([body[4], body[5]]);
        let is_alike = body[0] == request.unit
            && body[1] == request.table.function()
            && request.table.bytes(count) == request.table.bytes(request.count);
        (is_question && frame != own).then_some(Overheard { is_alike })
    });
    let first = questions.next()?;
    Some(questions.fold(first, |one, other| Overheard { is_alike: one.is_alike || other.is_alike }))
}

fn take_rtu(request: &Request, unread: &mut Vec<u8>) -> Taken {
    let data = request.table.bytes(request.count);
    for at in 0..unread.len() {
        for length in [5 + data, 5] {
            let Some(frame) = unread.get(at..at + length) else { continue };
            let Some((body, sum)) = frame.split_last_chunk::<2>() else { continue };
            if body[0] != request.unit || crc16_modbus(body) != *sum {
                continue;
            }
            if let Some(answer) = request.read(&body[1..]) {
                unread.drain(..at + length);
                return Taken::Answer(answer);
            }
        }
    }
    if unread.len() > 2 * LONGEST { Taken::Nonsense } else { Taken::More }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// V1.1b3, section 6.3: registers 108 to 110 of a unit 0x11; the answer 02 2B 00 00 00 64.
    const HOLDING: Request = Request { unit: 0x11, table: Table::Holding, at: 0x6b, count: 3 };
    const DATA: [u8; 6] = [0x02, 0x2b, 0, 0, 0, 0x64];

    fn tcp(number: u16, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("short");
        [&number.to_be_bytes()[..], &[0, 0], &length.to_be_bytes(), rest].concat()
    }

    fn rtu(rest: &[u8]) -> Vec<u8> {
        [rest, &crc16_modbus(rest)].concat()
    }

    #[test]
    fn requests_are_those_of_the_specification() {
        // 'Messaging on TCP/IP', section 4.2: a header 15 01 00 00 00 06 ff; here with the request above.
        let expected = [0x15, 0x01, 0, 0, 0, 6, 0x11, 3, 0, 0x6b, 0, 3];
        assert_eq!(HOLDING.encode(Framing::Tcp, 0x1501), expected);
        // Widely printed with this sum: 11 03 00 6B 00 03 76 87.
        assert_eq!(HOLDING.encode(Framing::Rtu, 0), [0x11, 3, 0, 0x6b, 0, 3, 0x76, 0x87]);
        for (table, function) in [(Table::Coils, 1), (Table::Discretes, 2), (Table::Input, 4)] {
            assert_eq!(Request { table, ..HOLDING }.encode(Framing::Rtu, 0)[1], function);
        }
    }

    #[track_caller]
    fn check(framing: Framing, request: Request, bytes: &[u8], expected: &Taken, left: usize) {
        let mut unread = bytes.to_vec();
        assert_eq!((&take(framing, &request, 7, &mut unread), unread.len()), (expected, left), "{bytes:02x?}");
    }

    #[test]
    fn answers_are_read_and_no_cut_of_them_is_one() {
        let body = [&[0x11, 3, 6][..], &DATA].concat();
        for (framing, bytes) in [(Framing::Tcp, tcp(7, &body)), (Framing::Rtu, rtu(&body))] {
            check(framing, HOLDING, &bytes, &Taken::Answer(Answer::Data(DATA.to_vec())), 0);
            for cut in 0..bytes.len() {
                check(framing, HOLDING, &bytes[..cut], &Taken::More, cut);
            }
        }
        // V1.1b3, section 6.1: coils 20 to 38 give three bytes.
        let coils = Request { unit: 1, table: Table::Coils, at: 0x13, count: 0x13 };
        let bytes = rtu(&[1, 1, 3, 0xcd, 0x6b, 5]);
        check(Framing::Rtu, coils, &bytes, &Taken::Answer(Answer::Data(vec![0xcd, 0x6b, 5])), 0);
    }

    #[test]
    fn an_exception_is_an_answer() {
        for (framing, bytes) in [(Framing::Tcp, tcp(7, &[0x11, 0x83, 2])), (Framing::Rtu, rtu(&[0x11, 0x83, 2]))] {
            check(framing, HOLDING, &bytes, &Taken::Answer(Answer::Exception(2)), 0);
        }
    }

    #[test]
    fn what_answers_something_else_is_known_as_such() {
        let body = [&[0x11, 3, 6][..], &DATA].concat();
        let other = |number| Taken::Other { number: Some(number) };
        check(Framing::Tcp, HOLDING, &tcp(6, &body), &other(6), 0);
        check(Framing::Tcp, HOLDING, &tcp(7, &[&[0x12, 3, 6][..], &DATA].concat()), &other(7), 0);
        check(Framing::Tcp, HOLDING, &tcp(7, &[&[0x11, 4, 6][..], &DATA].concat()), &other(7), 0);
        check(Framing::Tcp, HOLDING, &tcp(7, &[0x11, 3, 2, 0, 1]), &other(7), 0);
        check(Framing::Tcp, HOLDING, b"HTTP/1.1 400", &Taken::Nonsense, 12);
        for wrong in [&[0x12, 3, 6][..], &[0x11, 4, 6]] {
            check(Framing::Rtu, HOLDING, &rtu(&[wrong, &DATA].concat()), &Taken::More, 11);
        }
        check(Framing::Rtu, HOLDING, &[0x55; 600], &Taken::Nonsense, 600);
    }

    #[test]
    fn noise_before_an_answer_on_a_serial_line_does_no_harm() {
        let body = rtu(&[&[0x11, 3, 6][..], &DATA].concat());
        let noisy = [&[0xff, 0x11, 3, 0][..], &body, &[0x00]].concat();
        check(Framing::Rtu, HOLDING, &noisy, &Taken::Answer(Answer::Data(DATA.to_vec())), 1);
        let mut broken = body;
        broken[4] ^= 1;
        check(Framing::Rtu, HOLDING, &broken, &Taken::More, 11);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_break_nothing(mut bytes in prop::collection::vec(any::<u8>(), 0..700)) {
            for framing in [Framing::Tcp, Framing::Rtu] {
                let before = bytes.len();
                let taken = take(framing, &HOLDING, 7, &mut bytes);
                let must_shrink = matches!(taken, Taken::Other { .. } | Taken::Answer(_));
                prop_assert!(bytes.len() <= before - usize::from(must_shrink));
            }
        }
    }
}
