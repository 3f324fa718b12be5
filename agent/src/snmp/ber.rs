//! The part of BER (X.690) that SNMP uses (RFC 3417, section 8): definite lengths, tags of one byte. Bounded by its input.

/// Not the BER that SNMP uses, or too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the BER of SNMP")]
pub struct Malformed;

/// INTEGER (X.690, 8.3).
pub const INTEGER: u8 = 0x02;
/// OCTET STRING.
pub const OCTETS: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;
/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;

/// Elements, one after the other; knows where in the whole message it is.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Of a whole message.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What is left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the next byte stands in the whole message.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at
    }

    /// The next element: its tag and what is in it.
    ///
    /// # Errors
    /// When there is no whole one.
    pub fn element(&mut self) -> Result<(u8, Reader<'a>), Malformed> {
        let (&tag, rest) = self.bytes.split_first().ok_or(Malformed)?;
        let (&first, rest) = rest.split_first().ok_or(Malformed)?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(Malformed)?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            _ => return Err(Malformed),
        };
        if tag & 0x1f == 0x1f {
            return Err(Malformed);
        }
        let (content, after) = rest.split_at_checked(length).ok_or(Malformed)?;
        let at = self.at + (self.bytes.len() - rest.len());
        *self = Self { bytes: after, at: at + length };
        Ok((tag, Reader { bytes: content, at }))
    }

    /// The next element, which must have this tag.
    ///
    /// # Errors
    /// When it has another one, or there is none.
    pub fn expect(&mut self, tag: u8) -> Result<Reader<'a>, Malformed> {
        let (found, content) = self.element()?;
        if found == tag { Ok(content) } else { Err(Malformed) }
    }

    /// The next element, which must be an INTEGER of at most 32 bits.
    ///
    /// # Errors
    /// When it is none.
    pub fn int32(&mut self) -> Result<i32, Malformed> {
        i32::try_from(signed(self.expect(INTEGER)?.rest())?).map_err(|_| Malformed)
    }

    /// The next element, which must be an OCTET STRING.
    ///
    /// # Errors
    /// When it is none.
    pub fn octets(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(OCTETS)?.rest())
    }
}

/// Two's complement of at most eight bytes.
///
/// # Errors
/// When it is longer, or empty.
pub fn signed(content: &[u8]) -> Result<i64, Malformed> {
    let first = *content.first().filter(|_| content.len() <= 8).ok_or(Malformed)?;
    let start = if first & 0x80 == 0 { 0 } else { -1 };
    Ok(content.iter().fold(start, |number, byte| number << 8 | i64::from(*byte)))
}

/// A number without sign; some devices leave out the zero in front that keeps its highest bit from being one.
///
/// # Errors
/// When it is longer than 64 bits, or empty.
pub fn unsigned(content: &[u8]) -> Result<u64, Malformed> {
    let digits = match content {
        [] => return Err(Malformed),
        [0, rest @ ..] => rest,
        all => all,
    };
    if digits.len() > 8 {
        return Err(Malformed);
    }
    Ok(digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// An element of these parts, put one after the other.
#[must_use]
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ ..=0x7f) => bytes.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            // A length has at most eight digits.
            bytes.push(0x80 | u8::try_from(digits.len() - zeros).unwrap_or(8));
            bytes.extend_from_slice(&digits[zeros..]);
        }
    }
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

/// An INTEGER in its shortest form.
#[must_use]
pub fn integer(number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let is_spare = |at: &usize| {
        let (byte, next) = (bytes[*at], bytes[*at + 1]);
        (byte == 0 && next & 0x80 == 0) || (byte == 0xff && next & 0x80 != 0)
    };
    let spare = (0..7).take_while(is_spare).count();
    element(INTEGER, &[&bytes[spare..]])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_have_their_shortest_form() {
        for (number, bytes) in [
            (0, vec![2, 1, 0]),
            (127, vec![2, 1, 0x7f]),
            (128, vec![2, 2, 0, 0x80]),
            (256, vec![2, 2, 1, 0]),
            (-1, vec![2, 1, 0xff]),
            (-128, vec![2, 1, 0x80]),
            (-129, vec![2, 2, 0xff, 0x7f]),
            (i64::from(i32::MIN), vec![2, 4, 0x80, 0, 0, 0]),
        ] {
            assert_eq!(integer(number), bytes, "{number}");
        }
    }

    #[test]
    fn lengths_are_read_in_either_form_and_an_endless_one_is_refused() {
        for (bytes, expected) in [
            (&[4, 1, 9][..], Ok(vec![9])),
            (&[4, 0x81, 1, 9], Ok(vec![9])),
            (&[4, 0x84, 0, 0, 0, 1, 9], Ok(vec![9])),
            (&[4, 0x80, 9, 0, 0], Err(Malformed)),
            (&[4, 0x85, 0, 0, 0, 0, 1, 9], Err(Malformed)),
            (&[4, 0x84, 0xff, 0xff, 0xff, 0xff, 9], Err(Malformed)),
            (&[4, 2, 9], Err(Malformed)),
            (&[4], Err(Malformed)),
            (&[], Err(Malformed)),
            (&[0x1f, 1, 9], Err(Malformed)),
        ] {
            assert_eq!(Reader::new(bytes).octets().map(<[u8]>::to_vec), expected, "{bytes:?}");
        }
        let long = element(OCTETS, &[&[7; 300]]);
        assert_eq!(&long[..4], [4, 0x82, 1, 44]);
        assert_eq!(Reader::new(&long).octets(), Ok([7; 300].as_slice()));
    }

    #[test]
    fn a_counter_is_read_with_and_without_its_zero() {
        assert_eq!(unsigned(&[0, 0xff, 0xff, 0xff, 0xff]), Ok(0xffff_ffff));
        assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff]), Ok(0xffff_ffff));
        assert_eq!(unsigned(&[0, 0xff, 0, 0, 0, 0, 0, 0, 1]), Ok(0xff00_0000_0000_0001));
        assert_eq!((unsigned(&[]), unsigned(&[1; 9])), (Err(Malformed), Err(Malformed)));
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number in any::<i64>()) {
            let bytes = integer(number);
            prop_assert_eq!(Reader::new(&bytes).expect(INTEGER).and_then(|content| signed(content.rest())), Ok(number));
        }
    }
}
