//! Early warning: which values drift towards their limit and when they would cross it, and which rooms fail often. Pure but for
//! [`watch`], which reads the history for it, a few rooms a minute.
//!
//! A warning needs weeks: 28 days of hours are drawn together to medians of a quarter of a day, so that a night without people weighs
//! as much as a meeting. It is told when enough of them are there, the direction is sure, and the limit is reached within 90 days.

pub mod frequent;
pub mod slope;
pub mod watch;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use avow_shared::id::{ProbeId, ValueName, VenueId};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use avow_shared::venue::{Limit, Side};

use crate::calendar::DAY_MS;
use slope::{median, trend};

/// So far back a drift is looked for.
pub const SPAN_MS: u64 = 28 * DAY_MS;
/// So far back faults are counted.
pub const FAULTS_MS: u64 = 90 * DAY_MS;
/// A line that arrives later is none to be warned of.
const HORIZON_DAYS: f64 = 90.0;
/// What is drawn together.
const BUCKET_MS: u64 = DAY_MS / 4;
/// Less says nothing: two weeks of quarters of days, half of them with a value …
const LEAST_POINTS: usize = 28;
/// … over so long.
const LEAST_SPAN_MS: u64 = 14 * DAY_MS;
/// The direction is sure in 99 of 100 cases …
const LEAST_Z: f64 = 2.58;
/// … and two thirds of all pairs go that way.
const LEAST_TAU: f64 = 0.33;
/// The most faults of a room that are told apart.
const MOST_FAULTS: usize = 200;
/// The most warnings of a room.
const MOST_OF_ROOM: usize = 16;
/// The most warnings of all rooms, each with the points of its curve: those that arrive last are counted and not kept.
pub const MOST_WARNINGS: usize = 5_000;
/// The direction is seen in both halves, each in 95 of 100 cases: a value that stepped once and stands still since drifts nowhere.
const LEAST_Z_OF_HALF: f64 = 1.64;

/// A value that drifts towards its limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Whose.
    pub venue: VenueId,
    /// Measured by which probe.
    pub probe: ProbeId,
    /// The value.
    pub value: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// The limit that it is on the way to, and which side of it is good.
    pub limit: (f64, Side),
    /// Whether beyond it is a failure, and not only a loss of quality.
    pub fails: bool,
    /// What the line says of now.
    pub now: f64,
    /// How much it grows in a day.
    pub per_day: f64,
    /// When it arrives.
    pub crosses_ms: UnixMs,
    /// How sure the direction is: Kendall's tau without its sign.
    pub tau: f64,
    /// The points that it was drawn through.
    pub points: Vec<(UnixMs, f64)>,
}

/// What is known of a room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Room {
    /// Values that drift.
    pub warnings: Vec<Warning>,
    /// How many more drift and arrive later than all that are kept.
    pub left_out: usize,
    /// When its faults began, the oldest first: hours in which a required test failed, after one in which none did.
    pub faults: Vec<UnixMs>,
    /// Since when HQ has anything of it.
    pub since_ms: Option<UnixMs>,
}

/// What is known of all rooms that were looked at.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    /// By room; only those of which there is something to say.
    pub rooms: HashMap<VenueId, Arc<Room>>,
    /// When every room had been looked at once since.
    pub complete_ms: Option<UnixMs>,
    /// The oldest hour that was found of any room.
    pub since_ms: Option<UnixMs>,
}

impl Warnings {
    /// Keeps the `most` that arrive first, and counts the others.
    pub fn bound(&mut self, most: usize) {
        let mut arrive: Vec<UnixMs> =
            self.rooms.values().flat_map(|room| &room.warnings).map(|warning| warning.crosses_ms).collect();
        if arrive.len() <= most {
            return;
        }
        arrive.sort_unstable();
        // Of several that arrive in the same moment as the last of them, those of the last rooms are left out.
        let last_ms = most.checked_sub(1).and_then(|nth| arrive.get(nth).copied()).unwrap_or(0);
        let mut spare = most - arrive.partition_point(|at_ms| *at_ms < last_ms).min(most);
        let mut rooms: Vec<VenueId> = self.rooms.keys().copied().collect();
        rooms.sort_unstable();
        for venue in rooms {
            let Some(room) = self.rooms.get_mut(&venue) else { continue };
            let mut is_kept = |warning: &Warning| {
                let is_last = warning.crosses_ms == last_ms && spare > 0;
                spare -= usize::from(is_last);
                warning.crosses_ms < last_ms || is_last
            };
            let kept: Vec<bool> = room.warnings.iter().map(&mut is_kept).collect();
            if kept.iter().all(|kept| *kept) {
                continue;
            }
            let (room, mut kept) = (Arc::make_mut(room), kept.into_iter());
            let before = room.warnings.len();
            room.warnings.retain(|_| kept.next().unwrap_or(false));
            room.left_out += before - room.warnings.len();
        }
    }
}

/// The medians of quarters of days of `points`.
#[must_use]
pub fn drawn_together(points: &[(UnixMs, f64)]) -> Vec<(UnixMs, f64)> {
    let mut buckets: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (at_ms, value) in points.iter().filter(|(_, value)| value.is_finite()) {
        buckets.entry(at_ms / BUCKET_MS).or_default().push(*value);
    }
    let middle =
        |(bucket, mut values): (u64, Vec<f64>)| Some((bucket * BUCKET_MS + BUCKET_MS / 2, median(&mut values)?));
    buckets.into_iter().filter_map(middle).collect()
}

/// The drift of a value towards its limit at `now`: what it is now, how much a day, when it crosses, and how sure; none when it does not,
/// or nobody can be sure. `points` are hours of the last weeks.
#[must_use]
pub fn drift(points: &[(UnixMs, f64)], limit: &Limit, now: UnixMs) -> Option<Drift> {
    let points = drawn_together(points);
    let (first, last) = (points.first()?.0, points.last()?.0);
    if points.len() < LEAST_POINTS || last - first < LEAST_SPAN_MS {
        return None;
    }
    // Days from now, so that the numbers stay small.
    let days = |at_ms: UnixMs| {
        let apart = i64::try_from(at_ms.abs_diff(now)).unwrap_or(i64::MAX);
        float(if at_ms < now { -apart } else { apart }) / float(DAY_MS)
    };
    let timed: Vec<(f64, f64)> = points.iter().map(|(at_ms, value)| (days(*at_ms), *value)).collect();
    let found = trend(&timed)?;
    let worse = match limit.side {
        Side::AtMost => found.slope,
        Side::AtLeast => -found.slope,
    };
    if worse <= 0.0 || found.z.abs() < LEAST_Z || found.tau.abs() < LEAST_TAU {
        return None;
    }
    let goes_on =
        |half: &[(f64, f64)]| trend(half).is_some_and(|half| half.z * found.slope.signum() >= LEAST_Z_OF_HALF);
    let (first, second) = timed.split_at(timed.len() / 2);
    if !goes_on(first) || !goes_on(second) {
        return None;
    }
    let (now_is, is_beyond) = (found.at(0.0), |bound: f64| match limit.side {
        Side::AtMost => found.at(0.0) > bound,
        Side::AtLeast => found.at(0.0) < bound,
    });
    let (bound, fails) = if is_beyond(limit.good) {
        (limit.tolerable.filter(|bound| !is_beyond(*bound))?, true)
    } else {
        (limit.good, false)
    };
    let left = found.reaches(bound).filter(|days| (0.0..=HORIZON_DAYS).contains(days))?;
    Some(Drift { bound, fails, now: now_is, per_day: found.slope, left_days: left, tau: found.tau.abs(), points })
}

/// See [`drift`].
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The limit.
    pub bound: f64,
    /// Whether beyond it is a failure.
    pub fails: bool,
    /// What the line says of now.
    pub now: f64,
    /// How much it grows in a day.
    pub per_day: f64,
    /// In how many days it arrives.
    pub left_days: f64,
    /// How sure the direction is.
    pub tau: f64,
    /// The points that it was drawn through.
    pub points: Vec<(UnixMs, f64)>,
}

impl Drift {
    /// When it arrives.
    #[must_use]
    pub fn crosses_ms(&self, now: UnixMs) -> UnixMs {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 90 days in milliseconds")]
        let left_ms = (self.left_days * float(DAY_MS)) as u64;
        now + left_ms
    }
}

/// When faults began: hours that are bad after one that is good, or after nothing. `hours` are of all required tests, in any order.
#[must_use]
pub fn faults(hours: impl IntoIterator<Item = (UnixMs, bool)>) -> Vec<UnixMs> {
    let mut all: BTreeMap<UnixMs, bool> = BTreeMap::new();
    for (at_ms, failed) in hours {
        *all.entry(at_ms).or_default() |= failed;
    }
    let (mut began, mut was) = (Vec::new(), false);
    for (at_ms, failed) in all {
        if failed && !was {
            began.push(at_ms);
        }
        was = failed;
    }
    began.split_off(began.len().saturating_sub(MOST_FAULTS))
}

/// Exact up to 2^53, which no time here reaches.
#[expect(clippy::cast_precision_loss, reason = "the reason stands above")]
fn float(whole: impl TryInto<i64>) -> f64 {
    whole.try_into().unwrap_or(i64::MAX) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000_000;
    const HOUR: u64 = 3_600_000;

    /// Hours of so many days up to now, of which each says what the day says, and a little noise.
    fn hours(days: u64, value: impl Fn(f64) -> f64) -> Vec<(u64, f64)> {
        let noise = |hour: u64| float(hour * 7 % 11) / 11.0 - 0.5;
        (0..days * 24).map(|hour| (NOW - hour * HOUR, value(-float(hour) / 24.0) + noise(hour))).collect()
    }

    fn limit(side: Side, good: f64, tolerable: Option<f64>) -> Limit {
        Limit { value: "rtt_avg".parse().expect("a value"), side, good, tolerable }
    }

    #[test]
    fn a_value_on_its_way_to_a_limit_is_told_with_the_day_on_which_it_arrives() {
        let rising = hours(28, |day| 20.0 + day);
        let found = drift(&rising, &limit(Side::AtMost, 30.0, Some(60.0)), NOW).expect("drifts");
        assert!((found.per_day - 1.0).abs() < 0.05 && (found.left_days - 10.0).abs() < 1.0, "{found:?}");
        assert!(!found.fails && found.crosses_ms(NOW).abs_diff(NOW + 10 * DAY_MS) < DAY_MS);
        let beyond = drift(&rising, &limit(Side::AtMost, 10.0, Some(60.0)), NOW).expect("on to the next");
        assert!(beyond.fails && (beyond.bound - 60.0).abs() < f64::EPSILON);
        let falling = hours(28, |day| 20.0 - day);
        assert!(drift(&falling, &limit(Side::AtLeast, 10.0, None), NOW).is_some());
    }

    #[test]
    fn what_is_short_still_going_away_or_far_from_its_limit_is_not_told() {
        let at_most = limit(Side::AtMost, 30.0, None);
        for (what, points) in [
            ("a week", hours(7, |day| 20.0 + day)),
            ("still", hours(28, |_| 20.0)),
            ("going away", hours(28, |day| 20.0 - day)),
            ("in a hundred days", hours(28, |day| 20.0 + day / 10.0)),
            ("beyond its only limit", hours(28, |day| 90.0 + day)),
            ("one wild day", hours(28, |day| if day > -1.0 { 29.0 } else { 20.0 })),
            ("stepped up ten days ago", hours(28, |day| if day > -10.0 { 25.0 } else { 20.0 })),
            ("stepped up in the middle", hours(28, |day| if day > -14.0 { 25.0 } else { 20.0 })),
            ("stepped up long ago", hours(28, |day| if day > -20.0 { 25.0 } else { 20.0 })),
            ("rose once, and stands", hours(28, |day| 20.0 + (day + 28.0).min(14.0) / 2.0)),
            ("a value every thirty hours", hours(28, |day| 20.0 + day).into_iter().step_by(30).collect()),
            ("nothing", Vec::new()),
        ] {
            assert_eq!(drift(&points, &at_most, NOW), None, "{what}");
        }
    }

    #[test]
    fn a_rise_that_is_sure_and_drowns_in_what_a_day_brings_is_not_told() {
        let at_most = limit(Side::AtMost, 30.0, None);
        let wild = |wide: f64| -> Vec<(u64, f64)> {
            let point = |nth: u64| {
                let (at_ms, day) = (NOW - (112 - nth) * BUCKET_MS, float(nth) / 4.0 - 28.0);
                (at_ms, day.mul_add(0.12, 20.0) + (float(nth * 11 % 101) / 101.0 - 0.5) * wide)
            };
            (0..112).map(point).collect()
        };
        assert!(drift(&wild(2.0), &at_most, NOW).is_some());
        assert_eq!(drift(&wild(8.0), &at_most, NOW), None, "fewer than two thirds of the pairs rise");
    }

    #[test]
    fn of_more_warnings_than_are_kept_those_that_arrive_first_are_and_the_others_are_counted() {
        let warning = |room: u8, crosses_ms| Warning {
            venue: format!("350102001-{room:02}").parse().expect("a venue"),
            probe: "extranet".parse().expect("a probe"),
            value: "rtt_avg".parse().expect("a value"),
            unit: Unit::Millisecond,
            limit: (30.0, Side::AtMost),
            fails: false,
            now: 20.0,
            per_day: 1.0,
            crosses_ms,
            tau: 0.9,
            points: Vec::new(),
        };
        let mut all = Warnings::default();
        for (room, arrive) in [(1, vec![50, 10]), (2, vec![20]), (3, vec![20, 5]), (4, vec![60])] {
            let warnings: Vec<Warning> = arrive.into_iter().map(|ms| warning(room, ms)).collect();
            all.rooms.insert(warnings[0].venue, Arc::new(Room { warnings, ..Room::default() }));
        }
        let kept = |all: &Warnings| {
            let of =
                |room: &Arc<Room>| (room.warnings.iter().map(|one| one.crosses_ms).collect::<Vec<_>>(), room.left_out);
            let mut rooms: Vec<_> = all.rooms.iter().collect();
            rooms.sort_by_key(|(venue, _)| **venue);
            rooms.into_iter().map(|(_, room)| of(room)).collect::<Vec<_>>()
        };
        let before = kept(&all);
        all.bound(6);
        assert_eq!(kept(&all), before);
        all.bound(3);
        assert_eq!(kept(&all), [(vec![10], 1), (vec![20], 0), (vec![5], 1), (vec![], 1)]);
        all.bound(0);
        assert_eq!(kept(&all).iter().map(|(_, left_out)| left_out).sum::<usize>(), 6);
    }

    #[test]
    fn a_fault_is_counted_once_however_long_it_lasts_and_by_however_many_tests_it_is_seen() {
        let hour = |nth: u64, failed| (NOW + nth * HOUR, failed);
        let one = [hour(0, true), hour(1, true), hour(2, false), hour(5, true), hour(6, false)];
        let other = [hour(1, true), hour(0, false), hour(2, false), hour(6, true), hour(9, false)];
        assert_eq!(faults(one.into_iter().chain(other)), [NOW, NOW + 5 * HOUR]);
        assert!(faults([]).is_empty());
        let many = (0..2 * u64::try_from(MOST_FAULTS).expect("small") + 10).map(|nth| hour(nth, nth % 2 == 0));
        assert_eq!(faults(many).len(), MOST_FAULTS);
    }
}
