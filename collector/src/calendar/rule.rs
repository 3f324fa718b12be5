//! When something is due: on which days of China's calendar, at which times of them, and so the next moment. Pure; which days people
//! work is asked of whoever keeps that table.

use std::fmt;
use std::str::FromStr;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DAY_MS, UTC8_MS, civil, days};

/// The most times of one day.
const MOST_TIMES: usize = 24;
/// From one slot of any rule to the next it is at most this many days: a day of the year that working days never leave out.
const FARTHEST_DAYS: u64 = 400;
const MINUTE_MS: u64 = 60_000;

/// Which days people work: the table of days off and days made up for them.
pub trait WorkingDays {
    /// Whether people work on this day, counted since 1970 in China.
    fn is_working(&self, day: u64) -> bool;
}

/// No table: Monday to Friday.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weekends;

impl WorkingDays for Weekends {
    fn is_working(&self, day: u64) -> bool {
        weekday(day) <= 5
    }
}

/// On which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Every day.
    Every,
    /// When people work.
    Working,
    /// On these days of the week, 1 Monday to 7 Sunday.
    Weekdays(Vec<u8>),
    /// On these days of the month, 1 to 31; one that a month does not have is its last.
    OfMonth(Vec<u8>),
    /// On this working day of the month, 1 to 15.
    WorkingOfMonth(u8),
    /// On this month and day of the year.
    OfYear(u8, u8),
}

/// At which times of such a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// At these, at most 24.
    At(Vec<Minute>),
    /// Every so many hours from this time on until the day ends: 1, 2, 3, 4, 6, 8 or 12, so that it goes on over midnight.
    Hours {
        /// Hours from one to the next.
        every: u8,
        /// The first of the day, less than `every` hours after midnight.
        from: Minute,
    },
}

/// When something is due, in the time of China.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// On which days.
    pub days: Days,
    /// At which times of them.
    pub times: Times,
}

/// A minute of the day, written `08:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "08:30")]
pub struct Minute(u16);

/// Why a rule is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRule {
    /// No time of the day.
    #[error("'{0}': a time such as 08:30 is expected")]
    Time(String),
    /// No such days.
    #[error(
        "days: weekdays of 1 to 7, days of the month of 1 to 31, a working day of 1 to 15, or a month and day are expected"
    )]
    Days,
    /// No such times.
    #[error(
        "times: 1 to 24 times of the day, or every 1, 2, 3, 4, 6, 8 or 12 hours from before that many hours are expected"
    )]
    Times,
}

impl Minute {
    /// Hour and minute; none outside a day.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self(hour as u16 * 60 + minute as u16)) } else { None }
    }

    /// Minutes since midnight.
    #[must_use]
    pub const fn of_day(self) -> u16 {
        self.0
    }

    const fn after_midnight_ms(self) -> u64 {
        self.0 as u64 * MINUTE_MS
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for Minute {
    type Err = NoRule;

    fn from_str(text: &str) -> Result<Self, NoRule> {
        let two =
            |text: &str| Some(text).filter(|t| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
        let read = text.split_once(':').and_then(|(hour, minute)| Self::new(two(hour)?, two(minute)?));
        read.ok_or_else(|| NoRule::Time(text.chars().take(20).collect()))
    }
}

impl TryFrom<String> for Minute {
    type Error = NoRule;

    fn try_from(text: String) -> Result<Self, NoRule> {
        text.parse()
    }
}

impl From<Minute> for String {
    fn from(minute: Minute) -> Self {
        minute.to_string()
    }
}

/// 1 Monday to 7 Sunday; the first day of 1970 was a Thursday.
const fn weekday(day: u64) -> u64 {
    (day + 3) % 7 + 1
}

/// The day in China in which a moment lies, since 1970.
const fn day_of(at_ms: UnixMs) -> u64 {
    at_ms.saturating_add(UTC8_MS) / DAY_MS
}

/// How many days the month of this day has.
fn length_of_month(year: u64, month: u64) -> u64 {
    let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
    next - days(year, month, 1)
}

impl Days {
    fn check(&self) -> Result<(), NoRule> {
        let within =
            |list: &[u8], most: u8| !list.is_empty() && list.len() <= 31 && list.iter().all(|n| (1..=most).contains(n));
        let is_right = match self {
            Self::Every | Self::Working => true,
            Self::Weekdays(list) => within(list, 7),
            Self::OfMonth(list) => within(list, 31),
            // Fifteen are left in every month, whatever is off.
            Self::WorkingOfMonth(nth) => (1..=15).contains(nth),
            Self::OfYear(month, day) => (1..=12).contains(month) && (1..=31).contains(day),
        };
        if is_right { Ok(()) } else { Err(NoRule::Days) }
    }

    fn has(&self, day: u64, table: &impl WorkingDays) -> bool {
        let (year, month, of_month) = civil(day);
        let is_on = |wanted: u8| of_month == u64::from(wanted).min(length_of_month(year, month));
        match self {
            Self::Every => true,
            Self::Working => table.is_working(day),
            Self::Weekdays(list) => list.iter().any(|wanted| u64::from(*wanted) == weekday(day)),
            Self::OfMonth(list) => list.iter().any(|wanted| is_on(*wanted)),
            Self::WorkingOfMonth(nth) => {
                let first = day + 1 - of_month;
                table.is_working(day) && (first..=day).filter(|day| table.is_working(*day)).count() == usize::from(*nth)
            }
            Self::OfYear(wanted, day) => month == u64::from(*wanted) && is_on(*day),
        }
    }
}

impl Times {
    fn check(&self) -> Result<(), NoRule> {
        let is_right = match self {
            Self::At(list) => (1..=MOST_TIMES).contains(&list.len()),
            Self::Hours { every, from } => [1, 2, 3, 4, 6, 8, 12].contains(every) && from.0 < u16::from(*every) * 60,
        };
        if is_right { Ok(()) } else { Err(NoRule::Times) }
    }

    /// In milliseconds after midnight, in order.
    fn of_day(&self) -> Vec<u64> {
        let mut all: Vec<u64> = match self {
            Self::At(list) => list.iter().map(|minute| minute.after_midnight_ms()).collect(),
            Self::Hours { every, from } => {
                let step_ms = u64::from((*every).max(1)) * 60 * MINUTE_MS;
                (0..24).map(|n| from.after_midnight_ms() + n * step_ms).take_while(|ms| *ms < DAY_MS).collect()
            }
        };
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Rule {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), NoRule> {
        self.days.check().and_then(|()| self.times.check())
    }

    /// The first slot later than a moment; none for a rule that makes no sense, or when people do not work for a year.
    #[must_use]
    pub fn next(&self, after_ms: UnixMs, table: &impl WorkingDays) -> Option<UnixMs> {
        self.check().ok()?;
        let (first, times) = (day_of(after_ms), self.times.of_day());
        let on = (first..=first + FARTHEST_DAYS).filter(|day| self.days.has(*day, table));
        let slots = on.flat_map(|day| times.iter().filter_map(move |ms| (day * DAY_MS + ms).checked_sub(UTC8_MS)));
        slots.into_iter().find(|slot_ms| *slot_ms > after_ms)
    }

    /// The slots later than one moment and not later than another, at most `most`: the calendar of a month, or what was missed.
    #[must_use]
    pub fn between(&self, after_ms: UnixMs, to_ms: UnixMs, most: usize, table: &impl WorkingDays) -> Vec<UnixMs> {
        let step = |from: &UnixMs| self.next(*from, table);
        let slots = std::iter::successors(self.next(after_ms, table), step);
        slots.take_while(|slot_ms| *slot_ms <= to_ms).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A moment in China.
    fn at(year: u64, month: u64, day: u64, hour: u64, minute: u64) -> UnixMs {
        days(year, month, day) * DAY_MS + (hour * 60 + minute) * MINUTE_MS - UTC8_MS
    }

    fn minute(text: &str) -> Minute {
        text.parse().expect("a time")
    }

    fn rule(days: Days, times: &[&str]) -> Rule {
        Rule { days, times: Times::At(times.iter().map(|text| minute(text)).collect()) }
    }

    #[track_caller]
    fn check(rule: &Rule, after_ms: UnixMs, expected: &[UnixMs]) {
        assert_eq!(rule.between(after_ms, UnixMs::MAX - DAY_MS, expected.len(), &Weekends), expected, "{rule:?}");
    }

    #[test]
    fn a_rule_is_due_on_its_days_at_its_times_in_china() {
        // The 27th of November 2026 is a Friday.
        let noon = at(2026, 11, 27, 12, 0);
        check(&rule(Days::Every, &["08:00", "20:30"]), noon, &[at(2026, 11, 27, 20, 30), at(2026, 11, 28, 8, 0)]);
        check(&rule(Days::Working, &["08:00"]), noon, &[at(2026, 11, 30, 8, 0), at(2026, 12, 1, 8, 0)]);
        check(&rule(Days::Weekdays(vec![7, 5]), &["12:00"]), noon, &[at(2026, 11, 29, 12, 0), at(2026, 12, 4, 12, 0)]);
        check(
            &rule(Days::OfMonth(vec![31]), &["09:00"]),
            noon,
            &[at(2026, 11, 30, 9, 0), at(2026, 12, 31, 9, 0), at(2027, 1, 31, 9, 0), at(2027, 2, 28, 9, 0)],
        );
        check(
            &rule(Days::WorkingOfMonth(1), &["09:00"]),
            noon,
            &[at(2026, 12, 1, 9, 0), at(2027, 1, 1, 9, 0), at(2027, 2, 1, 9, 0)],
        );
        check(&rule(Days::OfYear(2, 29), &["09:00"]), noon, &[at(2027, 2, 28, 9, 0), at(2028, 2, 29, 9, 0)]);
        let hours = Rule { days: Days::Every, times: Times::Hours { every: 6, from: minute("00:30") } };
        check(&hours, noon, &[at(2026, 11, 27, 12, 30), at(2026, 11, 27, 18, 30), at(2026, 11, 28, 0, 30)]);
    }

    #[test]
    fn the_table_of_working_days_decides_and_not_the_week() {
        struct MadeUp;
        impl WorkingDays for MadeUp {
            fn is_working(&self, day: u64) -> bool {
                weekday(day) == 6
            }
        }
        let saturdays = rule(Days::Working, &["08:00"]);
        assert_eq!(saturdays.next(at(2026, 11, 27, 12, 0), &MadeUp), Some(at(2026, 11, 28, 8, 0)));
        let second = rule(Days::WorkingOfMonth(2), &["08:00"]);
        assert_eq!(second.next(at(2026, 11, 27, 12, 0), &MadeUp), Some(at(2026, 12, 12, 8, 0)));
        struct Never;
        impl WorkingDays for Never {
            fn is_working(&self, _: u64) -> bool {
                false
            }
        }
        assert_eq!(saturdays.next(0, &Never), None);
    }

    #[test]
    fn what_makes_no_sense_is_no_rule_and_never_due() {
        let times = |every, from| Rule { days: Days::Every, times: Times::Hours { every, from: minute(from) } };
        for wrong in [
            rule(Days::Weekdays(vec![]), &["08:00"]),
            rule(Days::Weekdays(vec![0]), &["08:00"]),
            rule(Days::Weekdays(vec![8]), &["08:00"]),
            rule(Days::OfMonth(vec![32]), &["08:00"]),
            rule(Days::WorkingOfMonth(16), &["08:00"]),
            rule(Days::OfYear(13, 1), &["08:00"]),
            rule(Days::Every, &[]),
            rule(Days::Every, &["08:00"; 25]),
            times(5, "00:00"),
            times(0, "00:00"),
            times(6, "06:00"),
        ] {
            assert!(wrong.check().is_err() && wrong.next(0, &Weekends).is_none(), "{wrong:?}");
        }
        for wrong in ["8:00", "24:00", "08:60", "0800", "08:0x", "+8:00", "午夜"] {
            assert!(wrong.parse::<Minute>().is_err(), "{wrong}");
        }
        assert_eq!(minute("08:05").to_string(), "08:05");
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let days = prop_oneof![
            Just(Days::Every),
            Just(Days::Working),
            prop::collection::vec(1..=7u8, 1..4).prop_map(Days::Weekdays),
            prop::collection::vec(1..=31u8, 1..4).prop_map(Days::OfMonth),
            (1..=15u8).prop_map(Days::WorkingOfMonth),
            (1..=12u8, 1..=31u8).prop_map(|(month, day)| Days::OfYear(month, day)),
        ];
        let minute = (0..24u8, 0..60u8).prop_filter_map("a time", |(hour, minute)| Minute::new(hour, minute));
        let times = prop_oneof![
            prop::collection::vec(minute, 1..5).prop_map(Times::At),
            prop::sample::select(vec![1u8, 2, 3, 4, 6, 8, 12])
                .prop_map(|every| Times::Hours { every, from: Minute(u16::from(every) * 60 - 1) }),
        ];
        (days, times).prop_map(|(days, times)| Rule { days, times })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn slots_go_forward_and_none_lies_between_two(rule in any_rule(), from_h in 0u64..600_000, part in 0u64..100) {
            let after_ms = from_h * 3_600_000;
            let slot_ms = rule.next(after_ms, &Weekends).expect("every right rule is due again");
            prop_assert!(slot_ms > after_ms);
            let between = after_ms + (slot_ms - 1 - after_ms) * part / 100;
            prop_assert_eq!(rule.next(between, &Weekends), Some(slot_ms));
            prop_assert!(rule.days.has(day_of(slot_ms), &Weekends));
            let text = serde_json::to_string(&rule).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Rule>(&text).expect("reads"), rule.clone());
            let bytes = postcard::to_allocvec(&rule).expect("bytes");
            prop_assert_eq!(postcard::from_bytes::<Rule>(&bytes).expect("reads"), rule);
        }
    }
}
