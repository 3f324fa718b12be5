//! Object identifiers: as people write them, and as they travel (X.690, 8.19).

use std::fmt;
use std::str::FromStr;

use super::ber::{self, Malformed};

/// The most numbers of a name (RFC 3416, section 3).
const MOST: usize = 128;

/// The name of a value, `1.3.6.1.2.1.1.3.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Vec<u32>);

impl Oid {
    /// From its numbers.
    #[must_use]
    pub fn new(numbers: &[u32]) -> Self {
        Self(numbers.to_vec())
    }

    /// With numbers behind it.
    #[must_use]
    pub fn with(&self, more: &[u32]) -> Self {
        Self([self.0.as_slice(), more].concat())
    }

    /// What stands behind `root`; none when it does not lie below.
    #[must_use]
    pub fn below(&self, root: &Self) -> Option<&[u32]> {
        self.0.strip_prefix(root.0.as_slice()).filter(|rest| !rest.is_empty())
    }

    /// As it travels, with tag and length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (first, rest) = match self.0.as_slice() {
            [first, second, rest @ ..] => (first.saturating_mul(40).saturating_add(*second), rest),
            [first] => (first.saturating_mul(40), &[][..]),
            [] => (0, &[][..]),
        };
        let mut content = Vec::with_capacity(self.0.len() + 4);
        put(&mut content, first);
        rest.iter().for_each(|number| put(&mut content, *number));
        ber::element(ber::OID, &[&content])
    }

    /// From what is in the element.
    ///
    /// # Errors
    /// When it is no name, or longer than any.
    pub fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut numbers: Vec<u32> = Vec::new();
        let mut number = 0_u32;
        let mut is_whole = true;
        for byte in content {
            if number >> 25 != 0 || numbers.len() > MOST {
                return Err(Malformed);
            }
            number = number << 7 | u32::from(byte & 0x7f);
            is_whole = byte & 0x80 == 0;
            if is_whole {
                if numbers.is_empty() {
                    let first = (number / 40).min(2);
                    numbers.push(first);
                    number -= first * 40;
                }
                numbers.push(number);
                number = 0;
            }
        }
        if numbers.is_empty() || !is_whole || numbers.len() > MOST { Err(Malformed) } else { Ok(Self(numbers)) }
    }
}

/// Seven bits a byte, the highest first.
fn put(content: &mut Vec<u8>, number: u32) {
    let digits = (1..5).take_while(|digit| number >> (7 * digit) != 0).count();
    for digit in (0..=digits).rev() {
        let seven = u8::try_from(number >> (7 * digit) & 0x7f).unwrap_or(0);
        content.push(if digit == 0 { seven } else { seven | 0x80 });
    }
}

impl FromStr for Oid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected numbers like 1.3.6.1.2.1.1.3.0, found '{text}'");
        let numbers: Result<Vec<u32>, _> = text.trim_start_matches('.').split('.').map(str::parse).collect();
        let numbers = numbers.map_err(|_| wrong())?;
        let is_name = (3..=MOST).contains(&numbers.len())
            && (numbers[0] == 2 || numbers[0] < 2 && numbers[1] < 40)
            && numbers[1] < u32::MAX - 80;
        if is_name { Ok(Self(numbers)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&text.join("."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_travels_as_the_standard_says() {
        // X.690, 8.19.5: {joint-iso-itu-t 100 3} is 06 03 81 34 03; sysDescr.0 is in every capture.
        assert_eq!(Oid::new(&[2, 100, 3]).encode(), [6, 3, 0x81, 0x34, 3]);
        let system: Oid = "1.3.6.1.2.1.1.1.0".parse().expect("a name");
        assert_eq!(system.encode(), [6, 8, 0x2b, 6, 1, 2, 1, 1, 1, 0]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "1", "1.3", "1.3.x", "1.40.1", "3.1.1", "1..3", "1.3.4294967296", "sysDescr.0"] {
            assert!(text.parse::<Oid>().is_err(), "{text}");
        }
        for content in [&[][..], &[0x2b, 0x86], &[0x2b, 0xff, 0xff, 0xff, 0xff, 0x7f], &[1; 200]] {
            assert_eq!(Oid::decode(content), Err(Malformed), "{content:?}");
        }
    }

    #[test]
    fn below_means_below() {
        let root = Oid::new(&[1, 3, 6]);
        assert_eq!(root.with(&[1, 2]).below(&root), Some([1, 2].as_slice()));
        assert_eq!((root.below(&root), Oid::new(&[1, 3, 7, 1]).below(&root)), (None, None));
    }

    proptest! {
        #[test]
        fn every_name_comes_back(first in 0_u32..2, second in 0_u32..40, rest in prop::collection::vec(any::<u32>(), 1..20)) {
            let name = Oid([&[first, second], rest.as_slice()].concat());
            let bytes = name.encode();
            let content = ber::Reader::new(&bytes).expect(ber::OID).expect("an element").rest();
            prop_assert_eq!(Oid::decode(content), Ok(name.clone()));
            prop_assert_eq!(name.to_string().parse(), Ok(name));
        }
    }
}
