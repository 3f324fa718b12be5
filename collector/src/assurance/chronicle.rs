//! What reports of a response need and nobody else keeps: the roll calls in its places, which are more than HQ keeps in whole, and how each
//! of its days ended. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::{ValueName, VenueId};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use serde::{Deserialize, Serialize};

use super::{Response, Rule, Terms};
use crate::province::{Extent, Tree};
use crate::roll_call::{Call, Tally};

/// The most roll calls of all responses together: the oldest go first. A response of the highest level calls twelve a day.
pub const MOST_CALLED: usize = 20_000;
/// The most days of all responses together: the oldest go first.
pub const MOST_DAYS: usize = 4_000;
/// More that drifted is counted and not listed.
pub const MOST_DRIFTS: usize = 20;

/// The sums of a roll call in the places of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledSums {
    /// 应点.
    pub expected: u32,
    /// 免点, also for a meeting; and 未计.
    pub excused: u32,
    /// 按时应答.
    pub on_time: u32,
    /// 超时应答.
    pub late: u32,
    /// 未应答.
    pub silent: u32,
}

impl CalledSums {
    /// Of the sums of a call.
    #[must_use]
    pub const fn of(tally: &Tally) -> Self {
        Self {
            expected: tally.expected,
            excused: tally.excused + tally.in_meeting + tally.uncounted,
            on_time: tally.whole,
            late: tally.late,
            silent: tally.silent + tally.waiting + tally.heard,
        }
    }
}

/// What became of a roll call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Came {
    /// It was called.
    To(CalledSums),
    /// HQ did not run.
    Missed,
    /// Nobody was called, and why.
    Failed(Box<str>),
}

/// A roll call of a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// When.
    pub at_ms: UnixMs,
    /// Who called by hand; none: the response's own schedule.
    pub by_hand: Option<Box<str>>,
    /// What became of it.
    pub came: Came,
}

/// A value that drifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// Whose.
    pub venue: VenueId,
    /// The value.
    pub value: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// When it would arrive at its limit.
    pub crosses_ms: UnixMs,
}

/// How a day of a response ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// When that was looked at: within the hour before the end of the day, unless HQ did not run then.
    pub at_ms: UnixMs,
    /// What its level asked for.
    pub rule: Rule,
    /// How many rooms there were in its places.
    pub venues: u32,
    /// How many of them were how, in the order of [`crate::province::Class::ALL`].
    pub classes: Vec<u32>,
    /// The first that drifted, at most [`MOST_DRIFTS`].
    pub drifted: Vec<Drifted>,
    /// How many there were.
    pub drifting: u32,
    /// Whether every room had been looked at for that.
    pub is_whole: bool,
    /// What lay in its places; none: what did by code, as it was before responses followed the tree.
    pub reach: Option<Reach>,
}

/// What lay in the places of a response, by the tree of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// In those of the end of the day.
    pub then: Extent,
    /// In all that it had had until then.
    pub ever: Extent,
}

impl Reach {
    /// Of a response at a moment.
    #[must_use]
    pub fn of(response: &Response, at_ms: UnixMs, tree: &Tree) -> Option<Self> {
        let extent = |terms: &Terms| terms.extent(tree);
        Some(Self {
            then: response.terms_at(at_ms).map(extent)?,
            ever: response.terms_of_all(tree).as_ref().map(extent)?,
        })
    }
}

/// A number of a response, and of one of its roll calls or the first moment of one of its days.
pub type Of = (u64, u64);

/// What writing left to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Days that are forgotten.
    pub days: Vec<Of>,
    /// Roll calls that are forgotten.
    pub calls: Vec<Of>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    days: BTreeMap<Of, Arc<Day>>,
    calls: BTreeMap<Of, Arc<Called>>,
}

impl Chronicle {
    /// What was read back.
    #[must_use]
    pub const fn new(days: BTreeMap<Of, Arc<Day>>, calls: BTreeMap<Of, Arc<Called>>) -> Self {
        Self { days, calls }
    }

    /// How a day ended, by its first moment.
    #[must_use]
    pub fn day(&self, response: u64, start_ms: UnixMs) -> Option<&Arc<Day>> {
        self.days.get(&(response, start_ms))
    }

    /// How the last day ended of which that is known.
    #[must_use]
    pub fn last_day(&self, response: u64) -> Option<&Arc<Day>> {
        self.days.range((response, 0)..=(response, u64::MAX)).next_back().map(|(_, day)| day)
    }

    /// A roll call of a response.
    #[must_use]
    pub fn call(&self, response: u64, id: u64) -> Option<&Arc<Called>> {
        self.calls.get(&(response, id))
    }

    /// The roll calls of a response, by number.
    pub fn calls(&self, response: u64) -> impl Iterator<Item = (u64, &Arc<Called>)> {
        self.calls.range((response, 0)..=(response, u64::MAX)).map(|((_, id), called)| (*id, called))
    }

    /// Writes how a day ended, in the place of what was written of it earlier in the day.
    pub fn put_day(&mut self, of: Of, day: Day) -> Forgotten {
        self.days.insert(of, Arc::new(day));
        Forgotten { days: drop_oldest(&mut self.days, MOST_DAYS), calls: Vec::new() }
    }

    /// Writes what became of a roll call.
    pub fn put_call(&mut self, of: Of, called: Called) -> Forgotten {
        self.calls.insert(of, Arc::new(called));
        Forgotten { days: Vec::new(), calls: drop_oldest(&mut self.calls, MOST_CALLED) }
    }

    /// Forgets what is of a response that is not kept any more.
    pub fn forget(&mut self, is_kept: impl Fn(u64) -> bool) -> Forgotten {
        let gone = |of: &Of| !is_kept(of.0);
        let days: Vec<Of> = self.days.keys().copied().filter(gone).collect();
        let calls: Vec<Of> = self.calls.keys().copied().filter(gone).collect();
        days.iter().for_each(|of| drop(self.days.remove(of)));
        calls.iter().for_each(|of| drop(self.calls.remove(of)));
        Forgotten { days, calls }
    }
}

/// The oldest by time, of whichever response.
fn drop_oldest<T>(all: &mut BTreeMap<Of, T>, most: usize) -> Vec<Of> {
    let mut gone = Vec::new();
    while all.len() > most {
        let Some(oldest) = all.keys().copied().min_by_key(|(_, at)| *at) else { break };
        all.remove(&oldest);
        gone.push(oldest);
    }
    gone
}

impl Response {
    /// What a roll call that is over came to in the places that this response had when it was given; none when it was not in force then,
    /// or none of them was called. `is_own`: its own schedule called.
    #[must_use]
    pub fn called(&self, call: &Call, is_own: bool, tree: &Tree) -> Option<Called> {
        let (given_ms, ended_ms) = (call.asked.given_ms, call.ended_ms?);
        if !self.was_on(given_ms) {
            return None;
        }
        let terms = self.terms_at(given_ms)?;
        let by_hand = (!is_own).then(|| call.asked.operator.clone());
        let tally = if is_own {
            call.tally(ended_ms)
        } else {
            let mut here = call.clone();
            let extent = terms.extent(tree);
            // A unit without a room has no place.
            here.entries.retain(|entry| entry.venue().is_some_and(|venue| extent.has(venue.place)));
            here.tally(ended_ms)
        };
        let came = Came::To(CalledSums::of(&tally));
        (tally.expected > 0).then_some(Called { at_ms: given_ms, by_hand, came })
    }

    /// Whether it was in force at a moment that is over.
    #[must_use]
    pub fn was_on(&self, at_ms: UnixMs) -> bool {
        let has_begun = self.history.first().is_some_and(|step| step.terms.from_ms.max(step.at_ms) <= at_ms);
        has_begun && self.over_ms().is_none_or(|over| at_ms < over)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, response, terms};
    use super::*;
    use crate::assurance::{Act, Level, Rules, Step};
    use crate::province::tree_for_tests as tree;
    use crate::roll_call::{Asked, Before, Calls, Entry, Kind, Origin};
    use avow_shared::roll_call::{Aspect, Depth, Found, Phase, State, Told};
    use avow_shared::time::WallTime;

    const HOUR: u64 = 3_600_000;

    fn day(at_ms: u64) -> Day {
        let rule = Rules::default().of(Level::Ii);
        Day {
            at_ms,
            rule,
            venues: 4,
            classes: vec![1, 2],
            drifted: Vec::new(),
            drifting: 0,
            is_whole: true,
            reach: None,
        }
    }

    fn called(at_ms: u64) -> Called {
        Called { at_ms, by_hand: None, came: Came::Missed }
    }

    /// Rooms that were called at `given_ms`, of which the first answered.
    fn call(given_ms: u64, rooms: &[&str]) -> Call {
        let rooms: Vec<VenueId> = rooms.iter().map(|room| room.parse().expect("a venue")).collect();
        let city = "3501".parse().expect("a place");
        let entry = |venue: &VenueId| Entry::new(*venue, city, "".into(), None, None, Before::default());
        let asked = Asked {
            title: "抽查".into(),
            depth: Depth::Present,
            confirmed: false,
            places: vec![],
            except: crate::scope::Except::default(),
            venues: rooms.clone(),
            units: vec![],
            kind: Kind::SpotCheck,
            origin: Origin::default(),
            operator: "张三".into(),
            basis: "".into(),
            system: "".into(),
            given_ms,
            until_ms: given_ms + 180_000,
        };
        let mut calls = Calls::default();
        calls.hold(Arc::new(Call::new(1, asked, rooms.iter().map(entry).collect())));
        let phase = Phase::Done(State::of(false, [(Aspect::Line, Found::Good)]));
        calls.told(&Told { call: 1, venue: rooms[0], at: WallTime::default(), phase }, given_ms + 1_000);
        Call::clone(calls.get(1).expect("held"))
    }

    #[test]
    fn a_day_is_written_over_until_it_ends_and_what_is_of_a_forgotten_response_goes_with_it() {
        let mut all = Chronicle::default();
        for (of, at) in [((7, NOW), NOW + 1), ((7, NOW), NOW + 2), ((7, NOW + 9), NOW + 10), ((8, NOW), NOW + 3)] {
            assert_eq!(all.put_day(of, day(at)), Forgotten::default());
        }
        assert_eq!(all.day(7, NOW).map(|day| day.at_ms), Some(NOW + 2));
        assert_eq!((all.last_day(7).map(|day| day.at_ms), all.last_day(9)), (Some(NOW + 10), None));
        all.put_call((7, 3), called(3));
        all.put_call((8, 2), called(2));
        assert_eq!(all.calls(8).map(|(id, _)| id).collect::<Vec<_>>(), [2]);
        let gone = all.forget(|response| response == 8);
        assert_eq!(gone, Forgotten { days: vec![(7, NOW), (7, NOW + 9)], calls: vec![(7, 3)] });
        assert!(all.day(7, NOW).is_none() && all.call(7, 3).is_none() && all.call(8, 2).is_some());
    }

    #[test]
    fn of_more_than_are_kept_the_oldest_go_first_of_whichever_response() {
        let calls = (0..MOST_CALLED as u64).map(|n| ((9 - n % 2, n + 5), Arc::new(called(n)))).collect();
        let days = (0..MOST_DAYS as u64).map(|n| ((n % 2, n + 5), Arc::new(day(n)))).collect();
        let mut all = Chronicle::new(days, calls);
        assert_eq!(all.put_call((1, 1_000_000), called(1)).calls, [(9, 5)]);
        assert_eq!(all.put_day((5, 1_000_000), day(1)).days, [(0, 5)]);
        assert_eq!((all.calls.len(), all.days.len()), (MOST_CALLED, MOST_DAYS));
    }

    #[test]
    fn a_call_counts_with_the_rooms_that_the_response_had_then() {
        // Three rooms of which two lie in the place, one of them answered.
        let mut call = call(NOW + HOUR, &["350102001-01", "350102002-01", "350203001-01"]);
        let mut one = response(terms(Level::Ii, "3501", false));
        assert_eq!(one.called(&call, false, tree()), None, "it goes on");
        call.ended_ms = Some(NOW + 2 * HOUR);
        let sums = |one: &Response, is_own| match one.called(&call, is_own, tree())?.came {
            Came::To(sums) => Some((sums.expected, sums.on_time, sums.silent)),
            Came::Missed | Came::Failed(_) => None,
        };
        assert_eq!((sums(&one, false), sums(&one, true)), (Some((2, 1, 1)), Some((3, 1, 2))));
        assert_eq!(
            one.called(&call, false, tree()).and_then(|one| one.by_hand).as_deref(),
            Some(&*call.asked.operator)
        );
        assert_eq!(one.called(&call, true, tree()).and_then(|one| one.by_hand), None);
        let step =
            |at_ms, act, place| Step { at_ms, act, terms: terms(Level::Ii, place, false), ..one.history[0].clone() };
        let moved = step(NOW + 2 * HOUR, Act::Adjusted, "3509");
        let ended = step(NOW + HOUR, Act::Ended, "3501");
        one.history.push(moved);
        assert_eq!(sums(&one, false), Some((2, 1, 1)), "the places of then");
        one.history[1] = ended;
        assert_eq!(sums(&one, false), None, "over by then");
        assert_eq!(sums(&response(terms(Level::Ii, "3509", false)), false), None, "elsewhere");
        let later = crate::assurance::Terms { from_ms: NOW + 2 * HOUR, ..terms(Level::Ii, "3501", false) };
        assert_eq!(sums(&response(later), false), None, "it had not begun");
        let mut written_later = response(terms(Level::Ii, "3501", false));
        written_later.history[0].at_ms = NOW + 2 * HOUR;
        assert_eq!(sums(&written_later, false), None, "nobody knew of it when it was called");
    }

    #[test]
    fn the_rooms_of_a_call_by_hand_count_where_the_tree_puts_them() {
        // 平潭 counts beside 福州, in which it lies by code.
        let mut call = call(NOW + HOUR, &["350128001-01", "350102001-01"]);
        call.ended_ms = Some(NOW + 2 * HOUR);
        for (place, expected, on_time) in [("3501", 1, 0), ("350128", 1, 1), ("35", 2, 1)] {
            let one = response(terms(Level::Ii, place, false)).called(&call, false, tree()).expect("in its places");
            let Came::To(sums) = one.came else { panic!("it was called") };
            assert_eq!((sums.expected, sums.on_time), (expected, on_time), "{place}");
        }
    }
}
