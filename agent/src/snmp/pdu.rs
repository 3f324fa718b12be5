//! Questions and answers (RFC 3416, section 3) and the message of v2c (RFC 1901): bytes and nothing else.

use super::ber::{self, INTEGER, Malformed, NULL, OCTETS, OID, Reader, SEQUENCE};
use super::oid::Oid;

/// More than any device puts into one answer.
const MOST_BINDINGS: usize = 512;

/// What a PDU is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// These values.
    Get,
    /// The values behind these.
    Next,
    /// Many values behind these.
    Bulk,
    /// An answer.
    Response,
    /// Why a v3 message was not taken.
    Report,
}

const KINDS: [(Kind, u8); 5] =
    [(Kind::Get, 0xa0), (Kind::Next, 0xa1), (Kind::Response, 0xa2), (Kind::Bulk, 0xa5), (Kind::Report, 0xa8)];

/// A value as it travels (RFC 2578, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A number with sign.
    Integer(i64),
    /// Text or bytes.
    Octets(Vec<u8>),
    /// A name.
    Name(Oid),
    /// Nothing; what a question carries.
    Null,
    /// An IPv4 address.
    Address([u8; 4]),
    /// Grows, and begins anew at 2^32.
    Counter32(u32),
    /// A number without sign.
    Gauge32(u32),
    /// Hundredths of a second.
    Ticks(u32),
    /// Something packed once more.
    Opaque(Vec<u8>),
    /// Grows, and begins anew at 2^64.
    Counter64(u64),
    /// There is no such thing here: 0 object, 1 instance, 2 the end of the view.
    Absent(u8),
}

impl Datum {
    /// The number that it is; a text that is a number counts (RFC 2578 has no fractions, so devices write them), and so does
    /// the float of Net-SNMP (`Opaque` 9f 78 04, IEEE 754).
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "what is measured has fewer digits")]
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Counter32(number) | Self::Gauge32(number) | Self::Ticks(number) => Some(f64::from(*number)),
            Self::Counter64(number) => Some(*number as f64),
            Self::Octets(text) => std::str::from_utf8(text).ok()?.trim_matches(['\0', ' ']).parse().ok(),
            Self::Opaque(bytes) => match bytes.as_slice() {
                [0x9f, 0x78, 4, float @ ..] => Some(f32::from_be_bytes(float.try_into().ok()?).into()),
                _ => None,
            },
            _ => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// The whole number that it is.
    #[must_use]
    pub fn whole(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            Self::Counter32(number) | Self::Gauge32(number) | Self::Ticks(number) => Some((*number).into()),
            Self::Counter64(number) => Some(*number),
            _ => None,
        }
    }

    /// As a line for people; none when it is no text, or an empty one.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let Self::Octets(bytes) = self else { return None };
        let text = String::from_utf8_lossy(bytes);
        let text = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
        Some(text.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let unsigned = |tag: u8, number: u64| {
            let mut bytes = ber::integer(i64::from_be_bytes(number.to_be_bytes()));
            if number >> 63 != 0 {
                bytes = ber::element(tag, &[&[0], &number.to_be_bytes()]);
            }
            bytes[0] = tag;
            bytes
        };
        match self {
            Self::Integer(number) => ber::integer(*number),
            Self::Octets(bytes) => ber::element(OCTETS, &[bytes]),
            Self::Name(name) => name.encode(),
            Self::Null => vec![NULL, 0],
            Self::Address(bytes) => ber::element(0x40, &[bytes]),
            Self::Counter32(number) => unsigned(0x41, (*number).into()),
            Self::Gauge32(number) => unsigned(0x42, (*number).into()),
            Self::Ticks(number) => unsigned(0x43, (*number).into()),
            Self::Opaque(bytes) => ber::element(0x44, &[bytes]),
            Self::Counter64(number) => unsigned(0x46, *number),
            Self::Absent(how) => vec![0x80 | (how & 3), 0],
        }
    }

    fn decode(tag: u8, content: &[u8]) -> Result<Self, Malformed> {
        let narrow = || u32::try_from(ber::unsigned(content)?).map_err(|_| Malformed);
        Ok(match tag {
            INTEGER => Self::Integer(ber::signed(content)?),
            OCTETS => Self::Octets(content.to_vec()),
            OID => Self::Name(Oid::decode(content)?),
            NULL => Self::Null,
            0x40 => Self::Address(content.try_into().map_err(|_| Malformed)?),
            0x41 => Self::Counter32(narrow()?),
            0x42 => Self::Gauge32(narrow()?),
            0x43 => Self::Ticks(narrow()?),
            0x44 => Self::Opaque(content.to_vec()),
            0x46 => Self::Counter64(ber::unsigned(content)?),
            0x80..=0x82 => Self::Absent(tag & 3),
            _ => return Err(Malformed),
        })
    }
}

/// A question or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu {
    /// Which.
    pub kind: Kind,
    /// Ties an answer to its question.
    pub id: i32,
    /// Why a question was not answered (RFC 3416, section 3), 0 when it was; of a bulk question the names that are asked once.
    pub status: i32,
    /// Which name that is about, from 1; of a bulk question how many values behind each.
    pub index: i32,
    /// Names and their values.
    pub bindings: Vec<(Oid, Datum)>,
}

impl Pdu {
    /// A question about names.
    #[must_use]
    pub fn question(kind: Kind, id: i32, repetitions: i32, names: &[Oid]) -> Self {
        let bindings = names.iter().map(|name| (name.clone(), Datum::Null)).collect();
        Self { kind, id, status: 0, index: if kind == Kind::Bulk { repetitions } else { 0 }, bindings }
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let tag = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or(0xa0, |(_, tag)| *tag);
        let binding = |(name, datum): &(Oid, Datum)| ber::element(SEQUENCE, &[&name.encode(), &datum.encode()]);
        let bindings: Vec<Vec<u8>> = self.bindings.iter().map(binding).collect();
        let bindings = ber::element(SEQUENCE, &bindings.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let [id, status, index] = [self.id, self.status, self.index].map(|number| ber::integer(number.into()));
        ber::element(tag, &[&id, &status, &index, &bindings])
    }

    /// The next element of `reader`.
    ///
    /// # Errors
    /// When it is no PDU.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (tag, mut content) = reader.element()?;
        let kind = KINDS.iter().find(|(_, known)| *known == tag).map(|(kind, _)| *kind).ok_or(Malformed)?;
        let (id, status, index) = (content.int32()?, content.int32()?, content.int32()?);
        let mut list = content.expect(SEQUENCE)?;
        let mut bindings = Vec::new();
        while !list.is_empty() {
            let mut binding = list.expect(SEQUENCE)?;
            let name = Oid::decode(binding.expect(OID)?.rest())?;
            let (tag, value) = binding.element()?;
            if bindings.len() == MOST_BINDINGS {
                return Err(Malformed);
            }
            bindings.push((name, Datum::decode(tag, value.rest())?));
        }
        Ok(Self { kind, id, status, index, bindings })
    }
}

/// A message of v2c: version 1, the community, the PDU.
#[must_use]
pub fn community_message(community: &str, pdu: &Pdu) -> Vec<u8> {
    let community = ber::element(OCTETS, &[community.as_bytes()]);
    ber::element(SEQUENCE, &[&ber::integer(1), &community, &pdu.encode()])
}

/// The PDU of a message of v2c; the community that an answer repeats is not looked at.
///
/// # Errors
/// When it is no such message.
pub fn read_community_message(bytes: &[u8]) -> Result<Pdu, Malformed> {
    let mut message = Reader::new(bytes).expect(SEQUENCE)?;
    if message.int32()? != 1 {
        return Err(Malformed);
    }
    message.octets()?;
    Pdu::decode(&mut message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer() -> Pdu {
        let name = |last: u32| Oid::new(&[1, 3, 6, 1, 4, 1, 9, last]);
        let data = [
            Datum::Integer(-5),
            Datum::Octets(b"Cisco\r\nIOS".to_vec()),
            Datum::Name(name(7)),
            Datum::Null,
            Datum::Address([10, 0, 0, 1]),
            Datum::Counter32(u32::MAX),
            Datum::Gauge32(1_000_000_000),
            Datum::Ticks(4_200),
            Datum::Opaque(vec![0x9f, 0x78, 4, 0x42, 0x48, 0, 0]),
            Datum::Counter64(u64::MAX),
            Datum::Absent(0),
            Datum::Absent(1),
            Datum::Absent(2),
        ];
        let bindings = data.into_iter().zip(1..).map(|(datum, last)| (name(last), datum)).collect();
        Pdu { kind: Kind::Response, id: i32::MAX, status: 0, index: 0, bindings }
    }

    /// Written down by hand after RFC 1901, RFC 3416 and X.690.
    #[test]
    fn a_question_is_made_of_these_bytes() {
        let name: Oid = "1.3.6.1.2.1.1.3.0".parse().expect("a name");
        let pdu = Pdu::question(Kind::Get, 1, 0, &[name]);
        #[rustfmt::skip]
        let expected = [
            0x30, 0x26, 0x02, 0x01, 0x01, 0x04, 0x06, b'p', b'u', b'b', b'l', b'i', b'c',
            0xa0, 0x19, 0x02, 0x01, 0x01, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00,
            0x30, 0x0e, 0x30, 0x0c, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x05, 0x00,
        ];
        assert_eq!(community_message("public", &pdu), expected);
        assert_eq!(read_community_message(&expected), Ok(pdu));
        let bulk = Pdu::question(Kind::Bulk, 2, 20, &[]).encode();
        assert_eq!(bulk, [0xa5, 0x0b, 2, 1, 2, 2, 1, 0, 2, 1, 20, 0x30, 0]);
    }

    #[test]
    fn every_kind_of_value_comes_back_and_no_cut_of_it_does() {
        let bytes = community_message("public", &answer());
        assert_eq!(read_community_message(&bytes), Ok(answer()));
        for cut in 0..bytes.len() {
            assert_eq!(read_community_message(&bytes[..cut]), Err(Malformed), "{cut}");
        }
    }

    #[test]
    fn numbers_are_found_where_devices_put_them() {
        for (datum, number) in [
            (Datum::Integer(-5), Some(-5.0)),
            (Datum::Octets(b" 23.5\0".to_vec()), Some(23.5)),
            (Datum::Octets(b"nan".to_vec()), None),
            (Datum::Octets(b"on".to_vec()), None),
            (Datum::Opaque(vec![0x9f, 0x78, 4, 0x42, 0x48, 0, 0]), Some(50.0)),
            (Datum::Opaque(vec![1]), None),
            (Datum::Opaque(vec![0x9e, 0x78, 4, 0x42, 0x48, 0, 0]), None),
            (Datum::Ticks(100), Some(100.0)),
            (Datum::Absent(0), None),
        ] {
            assert_eq!(datum.number(), number, "{datum:?}");
        }
        assert_eq!(Datum::Octets(b"Cisco\r\n IOS \0".to_vec()).text().as_deref(), Some("Cisco IOS"));
        assert_eq!(Datum::Octets(b" ".to_vec()).text(), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_community_message(&bytes);
            let _ = Pdu::decode(&mut Reader::new(&bytes));
        }

        #[test]
        fn one_wrong_byte_breaks_nothing(at in 0_usize..200, byte in any::<u8>()) {
            let mut bytes = community_message("public", &answer());
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read_community_message(&bytes);
        }

        #[test]
        fn every_counter_comes_back(number in any::<u64>(), narrow in any::<u32>()) {
            for datum in [Datum::Counter64(number), Datum::Counter32(narrow), Datum::Gauge32(narrow)] {
                let bytes = datum.encode();
                let (tag, content) = Reader::new(&bytes).element().expect("an element");
                prop_assert_eq!(Datum::decode(tag, content.rest()), Ok(datum));
            }
        }
    }
}
