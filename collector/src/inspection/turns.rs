//! Persons are spread over days as boxes are over minutes: of one county so many are asked on a working day, place by place. Pure.

use std::collections::HashMap;

use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use crate::calendar::{DAY_MS, UTC8_MS, WorkingDays};

/// Of one county on one day, when nobody says otherwise: for so many, one who is called back by every third has an afternoon's work.
pub const PER_DAY: u16 = 30;
/// Nobody is asked any more on a day from this hour on (China).
const LAST_HOUR: u64 = 17;

/// On which day each of `counties` is asked, counted since 1970 in China, in their order: `per_day` of a county on a working day with those that were
/// `asked` before; today all of them for none, and from the next working day on when it is late or nobody works today.
#[must_use]
pub fn turns(
    counties: impl IntoIterator<Item = PlaceCode>,
    per_day: Option<u16>,
    asked: &HashMap<(PlaceCode, u64), u32>,
    now: UnixMs,
    calendar: &impl WorkingDays,
) -> Vec<u64> {
    let today = (now + UTC8_MS) / DAY_MS;
    let Some(per_day) = per_day else { return counties.into_iter().map(|_| today).collect() };
    let is_late = (now + UTC8_MS) % DAY_MS >= LAST_HOUR * DAY_MS / 24;
    let mut coming = (today + u64::from(is_late)..).filter(|day| calendar.is_working(*day));
    let mut days = Vec::new();
    let mut day = |at: usize| {
        while days.len() <= at {
            days.extend(coming.next());
        }
        days[at]
    };
    // Of each county the day that is filled, and how many are asked on it.
    let mut filled = HashMap::<PlaceCode, (usize, u32)>::new();
    let on = |county, day| asked.get(&(county, day)).copied().unwrap_or(0);
    let turn = |county| {
        let (at, so_many) = filled.entry(county).or_insert_with(|| (0, on(county, day(0))));
        while *so_many >= u32::from(per_day.max(1)) {
            *at += 1;
            *so_many = on(county, day(*at));
        }
        *so_many += 1;
        day(*at)
    };
    counties.into_iter().map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Weekends, days};

    fn at(day: u64, hour: u64) -> UnixMs {
        day * DAY_MS + hour * DAY_MS / 24 - UTC8_MS
    }

    fn county(n: u32) -> PlaceCode {
        format!("3501{n:02}").parse().expect("a county")
    }

    /// A Friday.
    const FRIDAY: u64 = days(2026, 11, 27);

    #[test]
    fn of_each_county_so_many_a_working_day_are_asked_in_their_order() {
        let of = [county(2), county(2), county(3), county(2), county(3), county(2), county(2)];
        let turned = turns(of, Some(2), &HashMap::new(), at(FRIDAY, 9), &Weekends);
        let (monday, tuesday) = (FRIDAY + 3, FRIDAY + 4);
        assert_eq!(turned, [FRIDAY, FRIDAY, FRIDAY, monday, FRIDAY, monday, tuesday]);
        // By other links, of another level or another run.
        let asked = HashMap::from([((county(2), FRIDAY), 1), ((county(2), monday), 7), ((county(3), FRIDAY), 2)]);
        let turned = turns(of, Some(2), &asked, at(FRIDAY, 9), &Weekends);
        assert_eq!(turned, [FRIDAY, tuesday, monday, tuesday, monday, tuesday + 1, tuesday + 1]);
    }

    #[test]
    fn who_is_late_or_asks_on_a_day_off_asks_from_the_next_working_day_on() {
        let first = |now| turns([county(2)], Some(2), &HashMap::new(), now, &Weekends)[0];
        assert_eq!(first(at(FRIDAY, 17) - 1), FRIDAY);
        assert_eq!(first(at(FRIDAY, 17)), FRIDAY + 3);
        assert_eq!(first(at(FRIDAY + 1, 9)), FRIDAY + 3);
        assert_eq!(first(at(FRIDAY + 2, 23)), FRIDAY + 3);
    }

    #[test]
    fn who_cannot_wait_asks_all_today() {
        let none = HashMap::new();
        assert_eq!(turns([county(2), county(2)], None, &none, at(FRIDAY + 1, 23), &Weekends), [FRIDAY + 1; 2]);
        assert!(turns([], Some(2), &none, at(FRIDAY, 9), &Weekends).is_empty());
    }
}
