//! Bytes as an engineer writes them: text with escapes, or pairs of hexadecimal digits; and the checksum of Modbus.

use std::fmt::Write as _;

/// Text with `\r`, `\n`, `\t`, `\\`, `\e` (escape, 1B) and `\xHH`; everything else as UTF-8.
///
/// # Errors
/// In words, naming the escape.
pub fn escaped(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match rest.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('e') => 0x1b,
            Some('\\') => b'\\',
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                pair(&digits).ok_or_else(|| format!("expected two hexadecimal digits after \\x, found '{digits}'"))?
            }
            other => {
                let found = other.map_or_else(|| "the end".to_owned(), |found| format!("'\\{found}'"));
                return Err(format!("expected \\r, \\n, \\t, \\e, \\\\ or \\xHH, found {found}"));
            }
        });
    }
    Ok(bytes)
}

/// Pairs of hexadecimal digits, with or without spaces between.
///
/// # Errors
/// In words.
pub fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(|two| pair(&two.iter().collect::<String>())).collect();
    bytes
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| format!("expected pairs of hexadecimal digits, found '{text}'"))
}

/// Exactly two digits, and no sign.
fn pair(digits: &str) -> Option<u8> {
    let is_pair = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| is_pair)
}

/// As a person reads them: printable ASCII as it is, the rest escaped, so that [`escaped`] gives the bytes back.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => text.push(char::from(*byte)),
            other => {
                // Writing into a text does not fail.
                let _ = write!(text, "\\x{other:02x}");
            }
        }
    }
    text
}

/// The checksum of Modbus RTU, low byte first (Modbus over Serial Line V1.02, 6.2.2).
#[must_use]
pub fn crc16_modbus(bytes: &[u8]) -> [u8; 2] {
    let turn = |crc: u16, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 };
    bytes.iter().fold(0xffff_u16, |crc, byte| (0..8).fold(crc ^ u16::from(*byte), turn)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_read_and_wrong_ones_named() {
        assert_eq!(escaped("W1\\eCV\\r\\n\\x00\\\\开"), Ok([b"W1\x1bCV\r\n\0\\".as_slice(), "开".as_bytes()].concat()));
        for (text, named) in [("\\q", "\\q"), ("a\\", "the end"), ("\\x1", "'1'"), ("\\xzz", "'zz'"), ("\\x+1", "'+1'")]
        {
            assert!(escaped(text).is_err_and(|error| error.contains(named)), "{text}");
        }
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(hex("01 03 0000 00\n02"), Ok(vec![1, 3, 0, 0, 0, 2]));
        for text in ["", "1", "01 0", "0g", "+1"] {
            assert!(hex(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        // Modbus over Serial Line V1.02, appendix B: 02 07 gives 41 12.
        assert_eq!(crc16_modbus(&[0x02, 0x07]), [0x41, 0x12]);
        assert_eq!(crc16_modbus(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x0a]), [0xc5, 0xcd]);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_written(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(escaped(&shown(&bytes)), Ok(bytes));
        }
    }
}
