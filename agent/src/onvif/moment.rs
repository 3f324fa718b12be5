//! Times as cameras write them: calendar fields in UTC and back, without leap seconds.

use std::fmt;

/// Milliseconds since 1970, before it negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

const DAY: i64 = 86_400;

impl Moment {
    /// From calendar fields in UTC; none when they are no date or no time. The 60th second is one.
    #[must_use]
    pub fn of(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<Self> {
        let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
        let is_date =
            (1..=9_999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= length(year, month);
        let days = days_before(year) + (1..month).map(|month| length(year, month)).sum::<i64>() + day - 1;
        let seconds = (days - days_before(1970)) * DAY + hour * 3_600 + minute * 60 + second;
        (is_date && is_time).then_some(Self(seconds * 1_000))
    }

    /// Later by so many milliseconds.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of the year 1 to the first of `year`.
const fn days_before(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
}

/// As WS-Security writes it: `2010-09-16T07:50:45Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Within the years 1 to 9999, whatever a camera says.
        let seconds = self.0.div_euclid(1_000).clamp(-62_135_596_800, 253_402_300_799);
        let (day, time) = (seconds.div_euclid(DAY) + days_before(1970), seconds.rem_euclid(DAY));
        // A first guess is at most one year off.
        let guess = day * 400 / 146_097 + 1;
        let year = (guess - 1..=guess + 1).rev().find(|year| days_before(*year) <= day).unwrap_or(guess);
        let (mut month, mut rest) = (1, day - days_before(year));
        while rest >= length(year, month) {
            rest -= length(year, month);
            month += 1;
        }
        let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
        write!(f, "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", rest + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ms: i64, text: &str) {
        assert_eq!(Moment(ms).to_string(), text);
        let fields: Vec<i64> = text.split(['-', 'T', ':', 'Z']).filter_map(|field| field.parse().ok()).collect();
        let [year, month, day, hour, minute, second] = fields[..] else { panic!("{text}") };
        assert_eq!(Moment::of(year, month, day, hour, minute, second), Some(Moment(ms - ms.rem_euclid(1_000))));
    }

    /// `date -u -d @…` says the same.
    #[test]
    fn a_moment_is_a_date_and_back() {
        check(0, "1970-01-01T00:00:00Z");
        check(1_284_623_445_999, "2010-09-16T07:50:45Z");
        check(951_782_400_000, "2000-02-29T00:00:00Z");
        check(1_798_761_599_000, "2026-12-31T23:59:59Z");
        check(4_107_542_400_000, "2100-03-01T00:00:00Z");
        check(-1_000, "1969-12-31T23:59:59Z");
        check(253_402_300_799_000, "9999-12-31T23:59:59Z");
    }

    #[test]
    fn every_day_of_four_centuries_comes_after_the_one_before() {
        let days = |ms: i64| Moment(ms).to_string()[..10].to_owned();
        for day in 0..146_097 {
            assert!(days(day * 86_400_000) < days((day + 1) * 86_400_000), "day {day}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for (year, month, day, hour) in
            [(0, 1, 1, 0), (2026, 0, 1, 0), (2026, 13, 1, 0), (2026, 2, 29, 0), (2026, 4, 31, 0), (2026, 1, 1, 24)]
        {
            assert_eq!(Moment::of(year, month, day, hour, 0, 0), None, "{year}-{month}-{day} {hour}");
        }
        assert_eq!(Moment(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Moment(i64::MIN).to_string(), "0001-01-01T00:00:00Z");
    }
}
