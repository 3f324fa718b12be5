//! A value of a document and how it is written: the one place, so that the same number stands in every form.

use std::fmt;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::text::plain;
use crate::history::day_name;

const UTC8_MS: u64 = 8 * 3_600_000;
const DAY_S: u64 = 86_400;
/// Days from the zero of spreadsheets (1899-12-30) to 1970-01-01.
const SHEET_EPOCH_DAYS: u64 = 25_569;
/// 9999-12-31 in UTC+8, the last day of spreadsheets: what lies behind it was never a time.
const LATEST_MS: UnixMs = 253_402_271_999_000;
/// What stands where there is nothing.
pub const NOTHING: &str = "—";

/// A value. Everything but text is a number in a spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing is known, or nothing is owed.
    Absent,
    /// Text, also codes and telephone numbers.
    Text(String),
    /// `scaled` divided by ten to the `digits`-th (at most 9), with that many digits behind the point.
    Number {
        /// The number without its point.
        scaled: i64,
        /// Digits behind the point.
        digits: u8,
    },
    /// A share, in per cent with one digit. All is 100.0 and none is 0.0, and nothing else is: 18 761 of 18 762 are 99.9 %.
    /// Of nothing there is no share.
    Share {
        /// How many.
        part: u64,
        /// Of how many.
        whole: u64,
    },
    /// A short time in seconds, rounded up to a tenth: what came too late never looks in time.
    Seconds {
        /// Milliseconds.
        ms: u64,
    },
    /// A long time in hours, minutes and seconds, rounded down: `26:03:20`.
    Lasting {
        /// Milliseconds.
        ms: u64,
    },
    /// A moment in the time of China (UTC+8).
    At {
        /// Milliseconds since 1970, UTC.
        ms: UnixMs,
        /// How much of it is said.
        to: Precision,
    },
}

/// How much of a moment is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// `2026-11-27`
    Day,
    /// `2026-11-27 08:00`
    Minute,
    /// `11-27 08:00`, where the year is known from elsewhere.
    MinuteOfYear,
    /// `2026-11-27 08:00:05`
    Second,
    /// `08:00:05`, where the day is known from elsewhere.
    Clock,
    /// `2026年11月27日`, in running text (GB/T 9704-2012, 7.3.5.4: no zero before a month or a day).
    DayInWords,
    /// `2026年11月27日08:00:05`
    SecondInWords,
}

/// A number as a spreadsheet keeps it, and the format that writes it as [`Value`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SheetNumber {
    /// Days for times and durations, else the number itself; a share of 1.
    pub number: f64,
    /// ECMA-376 part 1, 18.8.31.
    pub format: &'static str,
}

impl Value {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Text, or nothing.
    #[must_use]
    pub fn text_or_absent(text: Option<&str>) -> Self {
        text.filter(|text| !text.trim().is_empty()).map_or(Self::Absent, Self::text)
    }

    /// A whole number; what is beyond [`i64`] is its greatest.
    #[must_use]
    pub fn count(count: impl TryInto<i64>) -> Self {
        Self::Number { scaled: count.try_into().unwrap_or(i64::MAX), digits: 0 }
    }

    /// A measured number rounded to `digits` (at most 9); absent when it is none or does not fit.
    #[must_use]
    pub fn number(number: f64, digits: u8) -> Self {
        let digits = digits.min(9);
        let scaled = (number * 10_f64.powi(digits.into())).round();
        // Up to 2^53 every whole number is exact.
        if scaled.abs() > 9_007_199_254_740_992.0 || scaled.is_nan() {
            return Self::Absent;
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        let scaled = scaled as i64;
        Self::Number { scaled, digits }
    }

    /// The number as a spreadsheet keeps it; none for text and for nothing.
    #[must_use]
    pub fn in_sheet(&self) -> Option<SheetNumber> {
        let (number, format) = match *self {
            Self::Absent | Self::Text(_) => return None,
            Self::Number { scaled, digits } => (float(scaled) / 10_f64.powi(digits.min(9).into()), decimals(digits)),
            Self::Share { part, whole } => (float(per_mille(part, whole)?) / 1_000.0, "0.0%"),
            Self::Seconds { ms } => (float(ms.div_ceil(100)) / 10.0, "0.0"),
            Self::Lasting { ms } => (days(ms / 1_000), "[h]:mm:ss"),
            Self::At { ms, to } => {
                let seconds = (ms.min(LATEST_MS) + UTC8_MS) / 1_000 + SHEET_EPOCH_DAYS * DAY_S;
                match to {
                    Precision::Day => (float(seconds / DAY_S), "yyyy\\-mm\\-dd"),
                    Precision::Minute => (days(seconds / 60 * 60), "yyyy\\-mm\\-dd hh:mm"),
                    Precision::MinuteOfYear => (days(seconds / 60 * 60), "mm\\-dd hh:mm"),
                    Precision::Second => (days(seconds), "yyyy\\-mm\\-dd hh:mm:ss"),
                    Precision::Clock => (days(seconds), "hh:mm:ss"),
                    Precision::DayInWords => (float(seconds / DAY_S), "yyyy\"年\"m\"月\"d\"日\""),
                    Precision::SecondInWords => (days(seconds), "yyyy\"年\"m\"月\"d\"日\"hh:mm:ss"),
                }
            }
        };
        Some(SheetNumber { number, format })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str(NOTHING),
            Self::Text(text) => f.write_str(&plain(text)),
            Self::Number { scaled, digits } => decimal(f, *scaled, *digits),
            Self::Share { part, whole } => match per_mille(*part, *whole) {
                None => f.write_str(NOTHING),
                Some(tenths) => write!(f, "{}.{}%", tenths / 10, tenths % 10),
            },
            Self::Seconds { ms } => {
                let tenths = ms.div_ceil(100);
                write!(f, "{}.{}", tenths / 10, tenths % 10)
            }
            Self::Lasting { ms } => clock(f, ms / 1_000),
            Self::At { ms, to } => moment(f, (*ms).min(LATEST_MS), *to),
        }
    }
}

fn moment(f: &mut fmt::Formatter<'_>, ms: UnixMs, to: Precision) -> fmt::Result {
    let of_day = (ms + UTC8_MS) / 1_000 % DAY_S;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let day = day_name(ms);
    let [year, month, day] = [day.get(..4), day.get(4..6), day.get(6..8)].map(Option::unwrap_or_default);
    let short = |digits: &'_ str| digits.strip_prefix('0').unwrap_or(digits).to_owned();
    match to {
        Precision::Day => write!(f, "{year}-{month}-{day}"),
        Precision::Minute => write!(f, "{year}-{month}-{day} {hour:02}:{minute:02}"),
        Precision::MinuteOfYear => write!(f, "{month}-{day} {hour:02}:{minute:02}"),
        Precision::Second => write!(f, "{year}-{month}-{day} {hour:02}:{minute:02}:{second:02}"),
        Precision::Clock => write!(f, "{hour:02}:{minute:02}:{second:02}"),
        Precision::DayInWords => write!(f, "{year}年{}月{}日", short(month), short(day)),
        Precision::SecondInWords => {
            write!(f, "{year}年{}月{}日{hour:02}:{minute:02}:{second:02}", short(month), short(day))
        }
    }
}

fn clock(f: &mut fmt::Formatter<'_>, seconds: u64) -> fmt::Result {
    write!(f, "{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn decimal(f: &mut fmt::Formatter<'_>, scaled: i64, digits: u8) -> fmt::Result {
    let one = 10_u64.pow(digits.min(9).into());
    let (sign, size) = (if scaled < 0 { "-" } else { "" }, scaled.unsigned_abs());
    write!(f, "{sign}{}", size / one)?;
    if digits == 0 { Ok(()) } else { write!(f, ".{:0width$}", size % one, width = usize::from(digits.min(9))) }
}

fn per_mille(part: u64, whole: u64) -> Option<u64> {
    let (part, whole) = (u128::from(part.min(whole)), u128::from(whole));
    let rounded = (part * 2_000 + whole).checked_div(2 * whole)?;
    let bounded = if part == whole {
        1_000
    } else if part == 0 {
        0
    } else {
        rounded.clamp(1, 999)
    };
    u64::try_from(bounded).ok()
}

const fn decimals(digits: u8) -> &'static str {
    match digits {
        0 => "0",
        1 => "0.0",
        2 => "0.00",
        3 => "0.000",
        4 => "0.0000",
        5 => "0.00000",
        6 => "0.000000",
        7 => "0.0000000",
        8 => "0.00000000",
        _ => "0.000000000",
    }
}

fn days(seconds: u64) -> f64 {
    float(seconds) / 86_400.0
}

/// Exact up to 2^53, which no count, time or duration here reaches; spreadsheets know no greater whole numbers either.
#[expect(clippy::cast_precision_loss, reason = "the reason stands above")]
fn float(whole: impl TryInto<i64>) -> f64 {
    whole.try_into().unwrap_or(i64::MAX) as f64
}

#[cfg(test)]
mod tests;
