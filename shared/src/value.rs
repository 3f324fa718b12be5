//! Measured values: a number, its unit and the resolution that it is rounded to.

use serde::{Deserialize, Serialize};

use crate::id::ValueName;

/// The units that values are reported in. New ones go to the end: the wire numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// A pure number.
    None,
    /// Milliseconds.
    Millisecond,
    /// Per cent.
    Percent,
    /// Seconds.
    Second,
    /// Bytes.
    Byte,
    /// Degrees Celsius.
    Celsius,
    /// Decibels.
    Decibel,
    /// Lux.
    Lux,
    /// Angular degrees.
    Degree,
    /// Luma of 8 bits, 0..=255.
    Luma,
    /// Pixels.
    Pixel,
    /// Frames a second.
    FramesPerSecond,
    /// Bits a second.
    BitsPerSecond,
    /// Volts.
    Volt,
    /// Amperes.
    Ampere,
}

impl Unit {
    /// As a person reads it after the number; empty for a pure number.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Millisecond => "ms",
            Self::Percent => "%",
            Self::Second => "s",
            Self::Byte => "B",
            Self::Celsius => "°C",
            Self::Decibel => "dB",
            Self::Lux => "lx",
            Self::Degree => "°",
            Self::Luma => "luma",
            Self::Pixel => "px",
            Self::FramesPerSecond => "fps",
            Self::BitsPerSecond => "bit/s",
            Self::Volt => "V",
            Self::Ampere => "A",
        }
    }

    /// How many decimals a value of this unit keeps. Measured values are rounded to it once, at their source: what is
    /// stored for years is then a small integer, and nothing is lost after that.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Millisecond | Self::Volt | Self::Ampere => 3,
            Self::None | Self::Percent | Self::Second | Self::Decibel | Self::Degree => 2,
            Self::Celsius | Self::Luma | Self::FramesPerSecond | Self::Lux => 1,
            Self::Byte | Self::Pixel | Self::BitsPerSecond => 0,
        }
    }

    /// `number` rounded to the decimals of the unit; what is not finite stays so.
    #[must_use]
    pub fn round(self, number: f64) -> f64 {
        let scale = 10f64.powi(self.decimals().cast_signed());
        let rounded = (number * scale).round() / scale;
        if rounded.is_finite() { rounded } else { number }
    }
}

/// One measured value of an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// What was measured, stable over time.
    pub name: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// The number, rounded to the unit's decimals.
    pub number: f64,
}

impl Value {
    /// A value rounded to its unit.
    ///
    /// # Panics
    /// When `name` is no value name; names are literals of the program.
    #[must_use]
    #[track_caller]
    pub fn new(name: &'static str, unit: Unit, number: f64) -> Self {
        let name = name.parse().expect("a literal value name");
        Self { name, unit, number: unit.round(number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_rounded_once() {
        assert_eq!(Value::new("rtt_avg", Unit::Millisecond, 12.345_678).number, 12.346);
        assert_eq!(Value::new("disk", Unit::Byte, 1e300).number, 1e300);
        assert!(Value::new("x", Unit::None, f64::NAN).number.is_nan());
    }
}
