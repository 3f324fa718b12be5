//! A register, some, or a bit, as the configuration describes it: where it is and how its bytes make a number.

use crate::config::{Fields, Wrong};
use crate::modbus::codec::{Request, Table};
use crate::profile::reading::Reading;

/// Where a number is, how it is made, and what it means.
#[derive(Clone, Debug)]
pub(super) struct Register {
    table: Table,
    at: u16,
    form: Form,
    /// The lowest word stands first.
    is_swapped: bool,
    pub(super) reading: Reading,
}

/// How bytes make a number; a word's first byte is its highest (V1.1b3, section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bit,
    U16,
    I16,
    U32,
    I32,
    F32,
}

impl Register {
    /// Takes `table`, `at`, `as`, `words`, and the keys of a reading.
    pub(super) fn take(mut keys: Fields) -> Result<Self, Wrong> {
        let tables = [
            ("holding", Table::Holding),
            ("input", Table::Input),
            ("coil", Table::Coils),
            ("discrete", Table::Discretes),
        ];
        let table = keys.word("table", &tables, Table::Holding)?;
        let at = keys.whole("at", 0..=65_535, u32::MAX)?;
        let Ok(at) = u16::try_from(at) else {
            return Err(keys.wrong("at", "expected the address as on the wire, 0 to 65535, found nothing"));
        };
        let is_bit = matches!(table, Table::Coils | Table::Discretes);
        let forms =
            [("u16", Form::U16), ("i16", Form::I16), ("u32", Form::U32), ("i32", Form::I32), ("f32", Form::F32)];
        let form = if is_bit { Form::Bit } else { keys.word("as", &forms, Form::U16)? };
        let is_swapped = !is_bit && keys.word("words", &[("high-first", false), ("low-first", true)], false)?;
        let register = Self { table, at, form, is_swapped, reading: Reading::take(&mut keys)? };
        if register.at.checked_add(register.count() - 1).is_none() {
            return Err(keys.wrong("at", "expected room for the whole number, found 65535"));
        }
        keys.finish()?;
        Ok(register)
    }

    const fn count(&self) -> u16 {
        match self.form {
            Form::Bit | Form::U16 | Form::I16 => 1,
            Form::U32 | Form::I32 | Form::F32 => 2,
        }
    }

    /// The question.
    pub(super) const fn request(&self, unit: u8) -> Request {
        Request { unit, table: self.table, at: self.at, count: self.count() }
    }

    /// The number in the bytes of the answer; none when it is none (an IEEE 754 that is not finite).
    pub(super) fn number(&self, bytes: &[u8]) -> Option<f64> {
        let two = || bytes.try_into().ok();
        let four = || {
            let [a, b, c, d] = bytes.try_into().ok()?;
            Some(if self.is_swapped { [c, d, a, b] } else { [a, b, c, d] })
        };
        let number = match self.form {
            Form::Bit => f64::from(bytes.first()? & 1),
            Form::U16 => f64::from(u16::from_be_bytes(two()?)),
            Form::I16 => f64::from(i16::from_be_bytes(two()?)),
            Form::U32 => f64::from(u32::from_be_bytes(four()?)),
            Form::I32 => f64::from(i32::from_be_bytes(four()?)),
            Form::F32 => f64::from(f32::from_be_bytes(four()?)),
        };
        Some(number).filter(|number| number.is_finite())
    }
}
