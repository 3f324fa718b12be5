//! Days and months as China counts them: UTC+8 for the whole country, without summer time since 1992; and when something is due by rule.

mod rule;

use std::fmt;
use std::str::FromStr;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

pub use rule::{Days, Minute, NoRule, Rule, Times, Weekends, WorkingDays};

/// A day in milliseconds.
pub const DAY_MS: u64 = 24 * 3_600_000;
/// How far China is ahead of UTC.
pub const UTC8_MS: u64 = 8 * 3_600_000;

/// Midnight in China of the day of a moment.
#[must_use]
pub const fn day_of(at_ms: UnixMs) -> UnixMs {
    (at_ms.saturating_add(UTC8_MS) / DAY_MS * DAY_MS).saturating_sub(UTC8_MS)
}

/// Year, month and day of the days since 1970 (H. Hinnant, 'chrono-compatible low-level date algorithms', `civil_from_days`).
#[must_use]
pub const fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + 400 * era + if month <= 2 { 1 } else { 0 }, month, day)
}

/// Days since 1970 of a date from 1970 on (the same source, `days_from_civil`). A day that the month does not have is one of the next.
#[must_use]
pub const fn days(year: u64, month: u64, day: u64) -> u64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + of_year - 719_468
}

/// A month in China.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: u16,
    /// 1 to 12.
    month: u8,
}

impl Month {
    /// A month; none outside 1970 to 9999.
    #[must_use]
    pub const fn new(year: u16, month: u8) -> Option<Self> {
        if matches!((year, month), (1970..=9999, 1..=12)) { Some(Self { year, month }) } else { None }
    }

    /// The month in which a moment lies.
    #[must_use]
    pub fn of(at_ms: UnixMs) -> Self {
        let (year, month, _) = civil((at_ms.saturating_add(UTC8_MS)) / DAY_MS);
        Self { year: u16::try_from(year).unwrap_or(9_999), month: u8::try_from(month).unwrap_or(1) }
    }

    /// Its year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Its first moment.
    #[must_use]
    pub fn start_ms(self) -> UnixMs {
        (days(self.year.into(), self.month.into(), 1) * DAY_MS).saturating_sub(UTC8_MS)
    }

    /// So many months later.
    #[must_use]
    pub fn plus(self, months: u8) -> Self {
        let from_january = u16::from(self.month - 1) + u16::from(months);
        let month = u8::try_from(from_january % 12 + 1).unwrap_or(1);
        Self { year: self.year + from_january / 12, month }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// No month such as `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}': a month such as 2026-11 is expected")]
pub struct NotAMonth(String);

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let read = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
        let read = read.and_then(|(year, month)| Self::new(year.parse().ok()?, month.parse().ok()?));
        read.ok_or_else(|| NotAMonth(text.chars().take(20).collect()))
    }
}

impl TryFrom<String> for Month {
    type Error = NotAMonth;

    fn try_from(text: String) -> Result<Self, NotAMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_china() {
        // date -u -d '2026-10-31 16:00' +%s
        let november = Month::new(2026, 11).expect("a month");
        assert_eq!(november.start_ms(), 1_793_462_400_000);
        assert_eq!(Month::of(november.start_ms()), november);
        assert_eq!(Month::of(november.start_ms() - 1).to_string(), "2026-10");
        assert_eq!(november.plus(2).to_string(), "2027-01");
        assert_eq!(november.plus(14).to_string(), "2028-01");
    }

    #[test]
    fn every_day_is_the_day_that_it_is() {
        for day in 0..60_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(civil(20_513), (2026, 3, 1));
    }

    #[test]
    fn a_month_is_read_as_it_is_written() {
        assert_eq!("2026-02".parse::<Month>().map(|month| month.to_string()), Ok("2026-02".to_owned()));
        for wrong in ["2026", "2026-13", "2026-00", "26-01", "2026-1", "1969-12", "十月", "2026-1x"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}
