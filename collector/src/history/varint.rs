//! Numbers in few bytes: LEB128 varints, zigzag for signs, decimals as integers where that is exact.

use avow_shared::value::Unit;

/// Appends `number`, seven bits a byte, the lowest first.
pub(super) fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Takes a number off the front; none when it is cut or too long.
pub(super) fn get(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

pub(super) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Integers up to here are exact in an f64.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn scale(unit: Unit) -> f64 {
    10f64.powi(unit.decimals().cast_signed())
}

/// `number` as an integer of the unit's last decimal; none when that would lose a bit.
pub(super) fn quantise(number: f64, unit: Unit) -> Option<i64> {
    let scaled = (number * scale(unit)).round();
    if scaled.is_nan() || scaled.abs() >= EXACT {
        return None;
    }
    let integer = scaled as i64;
    (number_of(integer, unit).to_bits() == number.to_bits()).then_some(integer)
}

/// The reverse of [`quantise`].
pub(super) fn number_of(integer: i64, unit: Unit) -> f64 {
    integer as f64 / scale(unit)
}

/// Appends a value as the difference to the last one, or raw behind a zero; says what is the last one now.
pub(super) fn put_value(to: &mut Vec<u8>, number: f64, unit: Unit, last: i64) -> i64 {
    if let Some(integer) = quantise(number, unit) {
        put(to, zigzag(integer - last) + 1);
        return integer;
    }
    put(to, 0);
    to.extend_from_slice(&number.to_le_bytes());
    last
}

/// The reverse of [`put_value`]: the value, and what is the last one now.
pub(super) fn get_value(from: &mut &[u8], unit: Unit, last: i64) -> Option<(f64, i64)> {
    match get(from)?.checked_sub(1) {
        Some(difference) => {
            let integer = last.checked_add(unzigzag(difference))?;
            Some((number_of(integer, unit), integer))
        }
        None => {
            let (bytes, rest) = from.split_first_chunk::<8>()?;
            *from = rest;
            Some((f64::from_le_bytes(*bytes), last))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u64, signed: i64) {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            prop_assert_eq!(get(&mut bytes.as_slice()), Some(number));
            prop_assert_eq!(unzigzag(zigzag(signed)), signed);
            prop_assert_eq!(get(&mut &bytes[..bytes.len() - 1]), None);
        }

        #[test]
        fn every_value_comes_back_bit_by_bit(number in any::<f64>(), rounded in -1e6..1e6f64, last in -1_000_000..1_000_000i64) {
            for (number, unit) in [(number, Unit::Byte), (Unit::Millisecond.round(rounded), Unit::Millisecond), (-0.0, Unit::None)] {
                let mut bytes = Vec::new();
                let next = put_value(&mut bytes, number, unit, last);
                let (found, after) = get_value(&mut bytes.as_slice(), unit, last).expect("whole");
                prop_assert_eq!((found.to_bits(), after), (number.to_bits(), next));
            }
        }
    }
}
