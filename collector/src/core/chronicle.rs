//! What reports of responses need, in the core: roll calls in their places as they end, and each day as it goes by.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use serde::Deserialize;
#[cfg(test)]
use serde::Serialize;

use super::{Core, Storing, kept};
use crate::assurance::Rule;
use crate::assurance::chronicle::{Called, Came, Chronicle, Day, Drifted, Forgotten, MOST_DRIFTS, Of, Reach};
use crate::calendar::day_of;
use crate::province::Class;
use crate::roll_call::Call;
use crate::schedules::{Outcome, Slot};
use crate::store::{Batch, Error, Store};

const DAYS: &[u8] = b"response-day/";
/// The version of a day since it says what lay in the places of its response.
const WITH_REACH: u8 = 2;
const CALLS: &[u8] = b"response-call/";
/// So often a day is written over: when HQ does not run at its end, it is known as it was an hour before at most.
const EVERY_MS: u64 = 3_600_000;

/// What the core keeps of it beside the books.
#[derive(Debug, Default)]
pub(super) struct Chronicler {
    /// The hour of the last look.
    hour: Option<u64>,
    /// Responses whose day is to be written, and of which hour's end.
    due: Vec<(u64, UnixMs)>,
}

/// Reads all back.
pub(super) fn load(store: &Store) -> Result<Chronicle, Error> {
    Ok(Chronicle::new(all(store, DAYS, day)?, all(store, CALLS, kept::read)?))
}

/// A day of either version.
fn day(value: &[u8]) -> Option<Day> {
    kept::read_as(WITH_REACH, value).or_else(|| kept::read::<ByCode>(value).map(Day::from))
}

/// A day of version 1: what lay in the places of its response was told by code.
#[derive(Deserialize)]
#[cfg_attr(test, derive(Serialize))]
struct ByCode {
    at_ms: UnixMs,
    rule: Rule,
    venues: u32,
    classes: Vec<u32>,
    drifted: Vec<Drifted>,
    drifting: u32,
    is_whole: bool,
}

impl From<ByCode> for Day {
    fn from(old: ByCode) -> Self {
        let ByCode { at_ms, rule, venues, classes, drifted, drifting, is_whole } = old;
        Self { at_ms, rule, venues, classes, drifted, drifting, is_whole, reach: None }
    }
}

fn all<T>(store: &Store, prefix: &[u8], read: impl Fn(&[u8]) -> Option<T>) -> Result<BTreeMap<Of, Arc<T>>, Error> {
    let mut all = BTreeMap::new();
    for pair in store.range(prefix, &kept::end(prefix)) {
        let (key, value) = pair?;
        let of = key.get(prefix.len()..).and_then(|of| of.split_at_checked(8));
        let of = of.and_then(|(one, other)| Some((number(one)?, number(other)?)));
        match of.zip(read(&value)) {
            Some((of, record)) => drop(all.insert(of, Arc::new(record))),
            None => tracing::error!("what a report of a response needs cannot be read and is passed over"),
        }
    }
    Ok(all)
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

fn key(prefix: &[u8], of: Of) -> Vec<u8> {
    [prefix, &of.0.to_be_bytes(), &of.1.to_be_bytes()].concat()
}

fn put_day(batch: &mut Batch, of: Of, day: &Day) {
    batch.put(&key(DAYS, of), &kept::bytes_as(WITH_REACH, day));
}

fn put_call(batch: &mut Batch, of: Of, called: &Called) {
    batch.put(&key(CALLS, of), &kept::bytes(called));
}

fn forget(batch: &mut Batch, gone: &Forgotten) {
    gone.days.iter().for_each(|of| batch.remove(&key(DAYS, *of)));
    gone.calls.iter().for_each(|of| batch.remove(&key(CALLS, *of)));
}

impl Core {
    /// What a roll call that is over means to responses, to be written with it; none when it means nothing to any.
    pub(super) fn chronicle_call(&self, call: &Call, batch: &mut Batch) -> Option<Chronicle> {
        let (assurance, tree) = (self.books.assurance.load(), self.province.tree());
        call.ended_ms.filter(|_| !assurance.is_empty())?;
        let own = call.asked.origin.schedule.as_ref().and_then(|of| self.books.schedules.load().response_of(of.id));
        let mut next = None;
        for (id, response) in assurance.responses() {
            // What another response's schedule calls is not this one's, nor is it by hand.
            let Some(called) = response.called(call, own == Some(id), tree).filter(|_| own.is_none_or(|own| own == id))
            else {
                continue;
            };
            put_call(batch, (id, call.id), &called);
            let next = next.get_or_insert_with(|| Chronicle::clone(&self.books.chronicle.load()));
            forget(batch, &next.put_call((id, call.id), called));
        }
        next
    }

    /// What is due by the clock: a response a round, so that nothing waits for the rooms of thirty-two.
    pub(super) fn chronicle_round(&mut self, now: UnixMs) {
        if self.storing != Storing::Yes {
            return;
        }
        let hour = now / EVERY_MS;
        if self.chronicler.hour != Some(hour) {
            let (began, assurance) = (hour * EVERY_MS, self.books.assurance.load_full());
            // In force at some time of the hour that is over. The first look of all comes at any moment of an hour.
            let was_on = |response: &crate::assurance::Response| {
                response.was_on(began - 1)
                    || response.over_ms().is_some_and(|over| (began - EVERY_MS..began).contains(&over))
            };
            if self.chronicler.hour.is_some() {
                let on = assurance.responses().filter(|(_, response)| was_on(response)).map(|(id, _)| (id, began));
                self.chronicler.due = on.collect();
            }
            self.chronicler.hour = Some(hour);
            self.chronicle_missed();
        }
        if let Some((response, ended_ms)) = self.chronicler.due.pop() {
            self.chronicle_day(response, ended_ms - 1, now);
        }
    }

    /// Writes how the day of `of_ms` stands in the places of a response at `now`.
    pub(super) fn chronicle_day(&self, response: u64, of_ms: UnixMs, now: UnixMs) {
        let assurance = self.books.assurance.load();
        let (view, warnings) = (self.view.load(), self.books.warnings.load());
        let Some(one) = assurance.response(response) else { return };
        let Some((terms, reach)) = one.terms_at(of_ms).zip(Reach::of(one, of_ms, &view.tree)) else { return };
        let (mut venues, mut classes) = (0, [0; Class::ALL.len()]);
        for venue in view.venues().filter(|venue| reach.then.has(venue.id.place)) {
            venues += 1;
            let of = classes.iter_mut().zip(Class::ALL).find(|(_, class)| venue.class() == Some(*class));
            of.into_iter().for_each(|(count, _)| *count += 1);
        }
        let drifting = warnings.rooms.iter().filter(|(venue, _)| reach.then.has(venue.place));
        let one = |one: &crate::warning::Warning| Drifted {
            venue: one.venue,
            value: one.value.clone(),
            unit: one.unit,
            crosses_ms: one.crosses_ms,
        };
        let mut drifted: Vec<Drifted> = drifting.flat_map(|(_, room)| &room.warnings).map(one).collect();
        drifted.sort_by(|one, other| {
            (one.crosses_ms, one.venue, &one.value).cmp(&(other.crosses_ms, other.venue, &other.value))
        });
        let drifting = u32::try_from(drifted.len()).unwrap_or(u32::MAX);
        drifted.truncate(MOST_DRIFTS);
        let (rule, is_whole) = (assurance.rules.of(terms.level), warnings.complete_ms.is_some());
        let reach = Some(reach);
        let day = Day { at_ms: now, rule, venues, classes: classes.into(), drifted, drifting, is_whole, reach };
        let (of, mut batch, mut next) =
            ((response, day_of(of_ms)), Batch::new(), Chronicle::clone(&self.books.chronicle.load()));
        put_day(&mut batch, of, &day);
        forget(&mut batch, &next.put_day(of, day));
        forget(&mut batch, &next.forget(|id| assurance.response(id).is_some()));
        self.write_chronicle(next, batch);
    }

    /// What schedules of responses missed is kept there for the last times alone: an hour has fewer.
    fn chronicle_missed(&self) {
        let (assurance, schedules) = (self.books.assurance.load(), self.books.schedules.load());
        let (mut batch, mut next) = (Batch::new(), Chronicle::clone(&self.books.chronicle.load()));
        let mut is_news = false;
        for (id, _) in assurance.responses() {
            let slots = schedules.of_response(id).map(|(_, schedule)| schedule.slots.as_slice()).unwrap_or_default();
            for Slot { at_ms, outcome } in slots {
                let came = match outcome {
                    Outcome::Called(_) => continue,
                    Outcome::Missed => Came::Missed,
                    Outcome::Failed(why) => Came::Failed(why.clone()),
                };
                if next.call(id, *at_ms).is_some() {
                    continue;
                }
                let called = Called { at_ms: *at_ms, by_hand: None, came };
                put_call(&mut batch, (id, *at_ms), &called);
                forget(&mut batch, &next.put_call((id, *at_ms), called));
                is_news = true;
            }
        }
        if is_news {
            self.write_chronicle(next, batch);
        }
    }

    fn write_chronicle(&self, next: Chronicle, batch: Batch) {
        match self.store.commit(batch) {
            Ok(()) => self.books.chronicle.store(Arc::new(next)),
            Err(error) => tracing::error!(%error, "what a report of a response needs cannot be written"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance::{Level, Rules};
    use crate::province::{Extent, tree_for_tests};

    /// A day as version 1 wrote it: at 302, of level Ⅲ, four rooms of which one and two were how, one of two that drifted.
    const BY_CODE: &[u8] =
        b"\x01\xae\x02\x84\x07\x02\x00\x01\x04\x02\x01\x02\x01\xc3\xd6\x92\xed\xc1Q\x01\x07rtt_avg\x01\t\x02\x01";

    fn by_code() -> ByCode {
        let drifted = Drifted {
            venue: "350102001-01".parse().expect("a venue"),
            value: "rtt_avg".parse().expect("a value"),
            unit: avow_shared::value::Unit::Millisecond,
            crosses_ms: 9,
        };
        let rule = Rules::default().of(Level::Iii);
        ByCode { at_ms: 302, rule, venues: 4, classes: vec![1, 2], drifted: vec![drifted], drifting: 2, is_whole: true }
    }

    #[test]
    fn a_day_from_before_responses_followed_the_tree_is_read_as_one_that_went_by_code() {
        assert_eq!(kept::bytes(&by_code()).escape_ascii().to_string(), BY_CODE.escape_ascii().to_string());
        let old = day(BY_CODE).expect("is read");
        assert_eq!((&old, &old.reach), (&Day::from(by_code()), &None));
        let extent = Extent::of(&["3501".parse().expect("a place")], tree_for_tests());
        let new = Day { reach: Some(Reach { then: extent.clone(), ever: extent }), ..old };
        assert_eq!(day(&kept::bytes_as(WITH_REACH, &new)), Some(new));
        assert_eq!(day(b"\x03\x00"), None);
    }
}
