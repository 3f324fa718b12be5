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

/// Everything that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// For numbers.
    Read(Request),
    /// 'Read Device Identification', the basic objects (V1.1b3, section 6.21).
    Identify {
        /// The unit.
        unit: u8,
        /// The first object: 0, or where the last answer says that more follows.
        from: u8,
    },
}

impl From<Request> for Question {
    fn from(request: Request) -> Self {
        Self::Read(request)
    }
}

/// Function 43 with the type that stands for identification: 'Encapsulated Interface Transport'.
const IDENTIFY: [u8; 2] = [0x2b, 0x0e];
/// Basic identification, as a stream.
const BASIC: u8 = 1;

/// Objects of a unit's identification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// Their numbers and their texts: 0 the maker, 1 the product's code, 2 the version.
    pub objects: Vec<(u8, Vec<u8>)>,
    /// From which object on more is to be asked.
    pub next: Option<u8>,
}

impl Objects {
    /// Reads the bytes of an answer to [`Question::Identify`]; none when they do not hold what they say they hold.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        // The code and the conformity level tell nothing of who it is.
        let [_, _, more, next, count, rest @ ..] = data else { return None };
        let (mut objects, mut rest) = (Vec::new(), rest);
        for _ in 0..*count {
            let [number, length, behind @ ..] = rest else { return None };
            let (text, behind) = behind.split_at_checked(usize::from(*length))?;
            objects.push((*number, text.to_vec()));
            rest = behind;
        }
        rest.is_empty().then_some(Self { objects, next: (*more == 0xff).then_some(*next) })
    }

    /// The bytes that an answer takes whose beginning this is; none while that is not known.
    fn bytes(begun: &[u8]) -> Option<usize> {
        let count = *begun.get(4)?;
        (0..count).try_fold(5, |end, _| Some(end + 2 + usize::from(*begun.get(end + 1)?)))
    }
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

impl Question {
    /// As it travels; `number` is the transaction's, which a serial line does not carry.
    #[must_use]
    pub fn encode(&self, framing: Framing, number: u16) -> Vec<u8> {
        let mut body = vec![self.unit(), self.function()];
        match self {
            Self::Read(request) => {
                body.extend(request.at.to_be_bytes());
                body.extend(request.count.to_be_bytes());
            }
            Self::Identify { from, .. } => body.extend([IDENTIFY[1], BASIC, *from]),
        }
        match framing {
            Framing::Tcp => {
                let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
                [&number.to_be_bytes()[..], &[0, 0, 0, length], &body].concat()
            }
            Framing::Rtu => {
                body.extend(crc16_modbus(&body));
                body
            }
        }
    }

    const fn unit(&self) -> u8 {
        match self {
            Self::Read(request) => request.unit,
            Self::Identify { unit, .. } => *unit,
        }
    }

    const fn function(&self) -> u8 {
        match self {
            Self::Read(request) => request.table.function(),
            Self::Identify { .. } => IDENTIFY[0],
        }
    }

    /// Bytes between function and checksum of an answer that begins with `begun`, behind its function; none while that is
    /// not known.
    fn bytes(&self, begun: &[u8]) -> Option<usize> {
        match self {
            Self::Read(request) => Some(1 + request.table.bytes(request.count)),
            Self::Identify { .. } => Objects::bytes(begun.get(1..)?).map(|bytes| 1 + bytes),
        }
    }

    /// The answer in what stands behind the unit; none when it answers something else.
    fn read(&self, pdu: &[u8]) -> Option<Answer> {
        match (self, pdu) {
            (_, [function, code]) if *function == self.function() | 0x80 => Some(Answer::Exception(*code)),
            (Self::Read(request), [function, length, data @ ..])
                if *function == self.function()
                    && usize::from(*length) == data.len()
                    && data.len() == request.table.bytes(request.count) =>
            {
                Some(Answer::Data(data.to_vec()))
            }
            (Self::Identify { .. }, [function, kind, data @ ..]) if [*function, *kind] == IDENTIFY => {
                Objects::read(data).map(|_| Answer::Data(data.to_vec()))
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
pub fn take(framing: Framing, request: &Question, number: u16, unread: &mut Vec<u8>) -> Taken {
    match framing {
        Framing::Tcp => take_tcp(request, number, unread),
        Framing::Rtu => take_rtu(request, unread),
    }
}

fn take_tcp(request: &Question, number: u16, unread: &mut Vec<u8>) -> Taken {
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
        Some((unit, pdu)) if said == number && *unit == request.unit() => {
            request.read(pdu).map_or(other, Taken::Answer)
        }
        _ => other,
    }
}

/// Another master's question to a unit on the same serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overheard {
    /// Its answer would look like ours.
    pub is_alike: bool,
}

/// Looks for the question of another master in what was heard on a serial line. Our own may come back from an adapter; eight
/// bytes that could be an answer are none.
#[must_use]
pub fn overhear(request: &Question, unread: &[u8]) -> Option<Overheard> {
    let own = request.encode(Framing::Rtu, 0);
    let mut questions = unread.windows(8).filter_map(|frame| {
        let (body, sum) = frame.split_last_chunk::<2>()?;
        let is_question = matches!(body[1], 1..=4) && body[2] != 3 && body[5] > 0 && crc16_modbus(body) == *sum;
        let count = u16::from_be_bytes([body[4], body[5]]);
        // What is read of a unit never looks like what it says of itself.
        let is_alike = matches!(request, Question::Read(read) if body[..2] == [read.unit, read.table.function()]
            && read.table.bytes(count) == read.table.bytes(read.count));
        (is_question && frame != own).then_some(Overheard { is_alike })
    });
    let first = questions.next()?;
    Some(questions.fold(first, |one, other| Overheard { is_alike: one.is_alike || other.is_alike }))
}

/// A serial line has no lengths: the answer is looked for behind any noise, and known by unit, function, length and checksum.
fn take_rtu(request: &Question, unread: &mut Vec<u8>) -> Taken {
    for at in 0..unread.len() {
        // Unit and function before it, the checksum behind; an exception is one byte.
        let whole = unread.get(at + 2..).and_then(|begun| request.bytes(begun)).map(|bytes| 4 + bytes);
        for length in whole.into_iter().chain([5]) {
            let Some(frame) = unread.get(at..at + length) else { continue };
            let Some((body, sum)) = frame.split_last_chunk::<2>() else { continue };
            if body[0] != request.unit() || crc16_modbus(body) != *sum {
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
        assert_eq!(Question::from(HOLDING).encode(Framing::Tcp, 0x1501), expected);
        // Widely printed with this sum: 11 03 00 6B 00 03 76 87.
        assert_eq!(Question::from(HOLDING).encode(Framing::Rtu, 0), [0x11, 3, 0, 0x6b, 0, 3, 0x76, 0x87]);
        for (table, function) in [(Table::Coils, 1), (Table::Discretes, 2), (Table::Input, 4)] {
            assert_eq!(Question::from(Request { table, ..HOLDING }).encode(Framing::Rtu, 0)[1], function);
        }
    }

    #[track_caller]
    fn check(framing: Framing, request: impl Into<Question>, bytes: &[u8], expected: &Taken, left: usize) {
        let mut unread = bytes.to_vec();
        assert_eq!((&take(framing, &request.into(), 7, &mut unread), unread.len()), (expected, left), "{bytes:02x?}");
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

    const WHO: Question = Question::Identify { unit: 1, from: 0 };

    /// V1.1b3, section 6.21: the example of basic identification in one transaction.
    fn company() -> Vec<u8> {
        let texts = [(0, "Company identification"), (1, "Product code XX"), (2, "V2.11")];
        let objects = texts.iter().flat_map(|(number, text)| {
            [&[*number, u8::try_from(text.len()).expect("short")][..], text.as_bytes()].concat()
        });
        [0x2b, 0x0e, 1, 1, 0, 0, 3].into_iter().chain(objects).collect()
    }

    #[test]
    fn who_a_unit_is_is_asked_and_read_as_specified() {
        assert_eq!(WHO.encode(Framing::Tcp, 7), tcp(7, &[1, 0x2b, 0x0e, 1, 0]));
        assert_eq!(WHO.encode(Framing::Rtu, 7), rtu(&[1, 0x2b, 0x0e, 1, 0]));
        let pdu = company();
        let objects = Objects::read(&pdu[2..]).expect("objects");
        assert_eq!((objects.objects[0].1.as_slice(), objects.next), (&b"Company identification"[..], None));
        assert_eq!(objects.objects[2], (2, b"V2.11".to_vec()));
        let mut begun = pdu.clone();
        (begun[4], begun[5]) = (0xff, 2);
        assert_eq!(Objects::read(&begun[2..]).expect("objects").next, Some(2));
        let body = [&[1][..], &pdu].concat();
        for (framing, bytes) in [(Framing::Tcp, tcp(7, &body)), (Framing::Rtu, rtu(&body))] {
            check(framing, WHO, &bytes, &Taken::Answer(Answer::Data(pdu[2..].to_vec())), 0);
            for cut in 0..bytes.len() {
                check(framing, WHO, &bytes[..cut], &Taken::More, cut);
            }
        }
        for (framing, bytes) in [(Framing::Tcp, tcp(7, &[1, 0xab, 1])), (Framing::Rtu, rtu(&[1, 0xab, 1]))] {
            check(framing, WHO, &bytes, &Taken::Answer(Answer::Exception(1)), 0);
        }
        for end in 2..pdu.len() {
            assert_eq!(Objects::read(&pdu[2..end]), None, "cut at {end}");
        }
        assert_eq!(Objects::read(&[&pdu[2..], &[0]].concat()), None, "more than it says");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_break_nothing(mut bytes in prop::collection::vec(any::<u8>(), 0..700)) {
            for framing in [Framing::Tcp, Framing::Rtu] {
                for question in [HOLDING.into(), WHO] {
                    let before = bytes.len();
                    let taken = take(framing, &question, 7, &mut bytes);
                    let must_shrink = matches!(taken, Taken::Other { .. } | Taken::Answer(_));
                    prop_assert!(bytes.len() <= before - usize::from(must_shrink));
                }
            }
        }
    }
}
