//! Days off and make-up working days, year by year, as the State Council announces them; an operator changes them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::calendar::{WorkingDays, civil, days};

/// The most days of one year's list.
pub const MOST_DAYS: usize = 100;
/// The most years that are kept.
pub(super) const MOST_YEARS: usize = 30;

/// One year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Year {
    /// Where it is from: the notice's number.
    pub source: Box<str>,
    /// Days off, counted since 1970.
    pub off: BTreeSet<u64>,
    /// Saturdays and Sundays on which people work.
    pub work: BTreeSet<u64>,
}

/// All years that are known. Of another one only Saturdays and Sundays are off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficialDays(pub BTreeMap<u16, Year>);

impl Default for OfficialDays {
    /// 2026 as 国办发明电〔2025〕7号 of 4 November 2025 has it.
    fn default() -> Self {
        let span = |month, from, to| (from..=to).map(move |day| days(2026, month, day));
        let off = [(1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7)];
        let work = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)];
        let year = Year {
            source: "国办发明电〔2025〕7号".into(),
            off: off.into_iter().flat_map(|(month, from, to)| span(month, from, to)).collect(),
            work: work.into_iter().map(|(month, day)| days(2026, month, day)).collect(),
        };
        Self(BTreeMap::from([(2026, year)]))
    }
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// 工作日.
    Work,
    /// 周末.
    Weekend,
    /// 节假日.
    Holiday,
    /// 调休上班.
    MakeUp,
}

/// 1 Monday to 7 Sunday. The first day of 1970 was a Thursday.
#[must_use]
pub const fn weekday(day: u64) -> u8 {
    ((day + 3) % 7) as u8 + 1
}

impl OfficialDays {
    /// What a day is, counted since 1970 in China.
    #[must_use]
    pub fn kind(&self, day: u64) -> DayKind {
        let year = u16::try_from(civil(day).0).ok().and_then(|year| self.0.get(&year));
        match year {
            Some(year) if year.work.contains(&day) => DayKind::MakeUp,
            Some(year) if year.off.contains(&day) => DayKind::Holiday,
            _ if weekday(day) > 5 => DayKind::Weekend,
            _ => DayKind::Work,
        }
    }
}

impl WorkingDays for OfficialDays {
    fn is_working(&self, day: u64) -> bool {
        matches!(self.kind(day), DayKind::Work | DayKind::MakeUp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_2026_is_as_it_was_announced_and_other_years_have_weekends() {
        let table = OfficialDays::default();
        let kind = |year, month, day| table.kind(days(year, month, day));
        assert_eq!((kind(2026, 2, 14), kind(2026, 2, 16)), (DayKind::MakeUp, DayKind::Holiday));
        assert_eq!((kind(2026, 11, 27), kind(2026, 11, 28)), (DayKind::Work, DayKind::Weekend));
        assert_eq!(
            (kind(2026, 9, 20), kind(2026, 10, 10), kind(2026, 1, 4)),
            (DayKind::MakeUp, DayKind::MakeUp, DayKind::MakeUp)
        );
        let of_2026 = (days(2026, 1, 1)..=days(2026, 12, 31)).filter(|day| table.is_working(*day)).count();
        // 261 days from Monday to Friday; of the days off 19 are such, and 6 days of weekends are worked.
        assert_eq!(of_2026, 261 - 19 + 6);
        assert_eq!((kind(2027, 10, 1), weekday(days(2026, 11, 27))), (DayKind::Work, 5));
    }
}
