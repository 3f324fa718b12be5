//! Roll calls that are called by the clock: when the next is due, which were called and which were missed. Pure: the time and the
//! table of working days go in, what is due comes out; the core calls it and writes down what came of it together with the call.

mod ordered;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MS, Rule, WorkingDays};
use crate::command::Refusal;
use crate::roll_call::Kind;
use crate::scope::Whom;
pub use ordered::{Followed, Ordered};

/// The most schedules that are kept.
pub const MOST: usize = 100;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// So many slots of each are remembered.
pub const MOST_SLOTS: usize = 32;
/// A slot that is later than this is missed: nobody expects a call then any more.
pub const LATEST_MS: u64 = 10 * 60_000;
/// A call that finds no room is tried again for so long: less than until its slot is missed, so that the reason is known.
const TRIED_MS: u64 = LATEST_MS - 60_000;
/// A slot is settled when its time has come: what is settled for later than this was settled by a clock that has been set back since.
const AHEAD_MS: u64 = 3_600_000;
/// Slots before that are not looked for: more are remembered of no rule.
const LOOK_BACK_MS: u64 = 32 * DAY_MS;

/// What is called, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What people call it; its calls are called so too.
    pub name: Box<str>,
    /// When.
    pub rule: Rule,
    /// Whom.
    pub whom: Whom,
    /// How deep.
    pub depth: Depth,
    /// Seconds until which an answer is on time.
    pub deadline_s: u32,
    /// Whether cameras may turn and a sound be heard: a person said so of every call of it.
    pub confirmed: bool,
    /// Why.
    pub kind: Kind,
    /// In whose name.
    pub operator: Box<str>,
    /// On whose word.
    pub basis: Box<str>,
    /// Whether it rests.
    pub paused: bool,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What is called, and when.
    pub plan: Plan,
    /// When a person last changed it.
    pub changed_ms: UnixMs,
    /// What became of its slots, the newest last.
    pub slots: Vec<Slot>,
    /// All slots until then have come to something, or are nobody's matter.
    settled_ms: UnixMs,
}

/// A time at which it was due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// When.
    pub at_ms: UnixMs,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was called.
    Called(OrderNumber),
    /// HQ was off, or another slot of it was as near: it is not made up for.
    Missed,
    /// It could not be called.
    Failed(Box<str>),
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Of which schedule.
    pub id: u64,
    /// Slots that are too late.
    pub missed: Vec<UnixMs>,
    /// The slot to call now.
    pub call: Option<UnixMs>,
}

/// Whether a slot that found no room is tried again at `now`.
#[must_use]
pub const fn tries_again(slot_ms: UnixMs, now: UnixMs) -> bool {
    now < slot_ms.saturating_add(TRIED_MS)
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new one, or one in the place of what has this number: its slots begin now.
    Put(Option<u64>, Box<Plan>),
    /// It rests, or goes on.
    Pause(u64, bool),
    /// It goes.
    Remove(u64),
}

/// All schedules, by number: those that operators keep, and those that responses order. No number is in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules {
    kept: BTreeMap<u64, Arc<Schedule>>,
    ordered: BTreeMap<u64, Arc<Ordered>>,
}

impl Schedule {
    /// When it is due next; none while it rests.
    #[must_use]
    pub fn next_ms(&self, now: UnixMs, table: &impl WorkingDays) -> Option<UnixMs> {
        if self.plan.paused { None } else { self.plan.rule.next(self.settled(now).max(now), table) }
    }

    /// What was due while it rested is skipped.
    fn rest(&mut self, paused: bool, now: UnixMs) {
        if self.plan.paused != paused {
            self.plan.paused = paused;
            self.changed_ms = now;
            self.settled_ms = self.settled_ms.max(now);
        }
    }

    /// Until when it is dealt with: a clock that ran ahead for a while settled what has not come yet, and that comes all the same.
    const fn settled(&self, now: UnixMs) -> UnixMs {
        if self.settled_ms > now + AHEAD_MS { now.saturating_sub(LATEST_MS) } else { self.settled_ms }
    }

    fn due(&self, now: UnixMs, table: &impl WorkingDays) -> Option<(Vec<UnixMs>, Option<UnixMs>)> {
        let settled_ms = self.settled(now);
        if self.plan.paused || self.plan.rule.next(settled_ms, table).is_none_or(|next| next > now) {
            return None;
        }
        let from_ms = settled_ms.max(now.saturating_sub(LOOK_BACK_MS));
        let mut slots = self.plan.rule.between(from_ms, now, usize::MAX, table);
        let call = slots.pop_if(|slot_ms| *slot_ms + LATEST_MS >= now);
        // Only so many are remembered.
        slots.drain(..slots.len().saturating_sub(MOST_SLOTS));
        Some((slots, call))
    }
}

impl Schedules {
    /// What was read back.
    #[must_use]
    pub const fn new(kept: BTreeMap<u64, Arc<Schedule>>, ordered: BTreeMap<u64, Arc<Ordered>>) -> Self {
        Self { kept, ordered }
    }

    /// One that an operator keeps.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<Schedule>> {
        self.kept.get(&id)
    }

    /// All that operators keep, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Schedule>)> {
        self.kept.iter().map(|(id, schedule)| (*id, schedule))
    }

    /// Whether one of them calls this group.
    #[must_use]
    pub fn calls_group(&self, group: u64) -> bool {
        self.kept.values().any(|schedule| schedule.plan.whom == Whom::Group(group))
    }

    /// Makes a change at `now`: the number of what is new or changed; none when it goes.
    ///
    /// # Errors
    /// [`Refusal`]; everything is then as it was.
    pub fn change(&mut self, change: Change, now: UnixMs) -> Result<Option<u64>, Refusal> {
        let ordered: Vec<u64> = self.ordered.keys().copied().collect();
        let nothing = |id: u64| {
            if ordered.contains(&id) {
                return Refusal::Conflict(format!("schedule {id} is ordered by a response: adjust or end that"));
            }
            Refusal::NotFound(format!("there is no schedule {id}"))
        };
        match change {
            Change::Put(id, plan) => {
                plan.rule.check().map_err(|error| Refusal::Wrong(error.to_string()))?;
                if self.iter().any(|(other, known)| Some(other) != id && known.plan.name == plan.name) {
                    return Err(Refusal::Conflict(format!("there is a schedule '{}' already", plan.name)));
                }
                if id.is_none() && self.kept.len() >= MOST {
                    return Err(Refusal::Conflict(format!("there are {MOST} schedules already, as many as are kept")));
                }
                let before = id.map(|id| self.get(id).cloned().ok_or_else(|| nothing(id))).transpose()?;
                let slots = before.map_or_else(Vec::new, |before| before.slots.clone());
                let id = id.unwrap_or_else(|| self.next(now));
                self.kept.insert(id, Arc::new(Schedule { plan: *plan, changed_ms: now, slots, settled_ms: now }));
                Ok(Some(id))
            }
            Change::Pause(id, paused) => {
                let schedule = Arc::make_mut(self.kept.get_mut(&id).ok_or_else(|| nothing(id))?);
                schedule.rest(paused, now);
                Ok(Some(id))
            }
            Change::Remove(id) => self.kept.remove(&id).map(|_| None).ok_or_else(|| nothing(id)),
        }
    }

    /// What is called by this number, whoever keeps it.
    #[must_use]
    pub fn plan(&self, id: u64) -> Option<&Plan> {
        let ordered = || self.ordered.get(&id).map(|ordered| &ordered.schedule.plan);
        self.get(id).map(|schedule| &schedule.plan).or_else(ordered)
    }

    /// Never a number that was given before, also when the clock is set back.
    fn next(&self, now: UnixMs) -> u64 {
        let last = self.kept.keys().next_back().max(self.ordered.keys().next_back());
        last.map_or(now, |last| now.max(last + 1))
    }

    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: UnixMs, table: &impl WorkingDays) -> Vec<Due> {
        let ordered = self.ordered.iter().map(|(id, ordered)| (*id, &ordered.schedule));
        let all = self.iter().map(|(id, schedule)| (id, schedule.as_ref())).chain(ordered);
        let due = all.filter_map(|(id, schedule)| Some((id, schedule.due(now, table)?)));
        due.map(|(id, (missed, call))| Due { id, missed, call }).collect()
    }

    /// Slots came to something. All that lie before them are settled too.
    pub fn settle(&mut self, id: u64, slots: impl IntoIterator<Item = Slot>) {
        let schedule = match (self.kept.get_mut(&id), self.ordered.get_mut(&id)) {
            (Some(schedule), _) => Arc::make_mut(schedule),
            (None, Some(ordered)) => &mut Arc::make_mut(ordered).schedule,
            (None, None) => return,
        };
        for slot in slots {
            // Also back, to what came in its time after a clock that ran ahead.
            schedule.settled_ms = slot.at_ms;
            schedule.slots.push(slot);
        }
        schedule.slots.drain(..schedule.slots.len().saturating_sub(MOST_SLOTS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Days, Minute, Times, Weekends};
    use crate::scope::Scope;

    pub(super) const HOUR: u64 = 3_600_000;
    /// Midnight in China.
    pub(super) const START: u64 = 1_795_708_800_000;

    pub(super) fn plan(name: &str, every: u8) -> Plan {
        let times = Times::Hours { every, from: Minute::new(0, 0).expect("a time") };
        Plan {
            name: name.into(),
            rule: Rule { days: Days::Every, times },
            whom: Whom::These(Scope { places: vec!["35".parse().expect("a place")], ..Scope::default() }),
            depth: Depth::Present,
            deadline_s: 180,
            confirmed: false,
            kind: Kind::Duty,
            operator: "值班员".into(),
            basis: "".into(),
            paused: false,
        }
    }

    pub(super) fn boxed(name: &str, every: u8) -> Box<Plan> {
        Box::new(plan(name, every))
    }

    fn one(now: u64) -> (Schedules, u64) {
        let mut all = Schedules::default();
        let id = all.change(Change::Put(None, boxed("早点名", 6)), now).expect("is taken").expect("a number");
        (all, id)
    }

    pub(super) fn called(at_ms: u64) -> Slot {
        Slot { at_ms, outcome: Outcome::Called(1) }
    }

    #[test]
    fn a_slot_is_called_once_and_what_is_too_late_is_missed() {
        let (mut all, id) = one(START + 1);
        let slot = START + 6 * HOUR;
        assert_eq!(all.get(id).and_then(|one| one.next_ms(START + 1, &Weekends)), Some(slot));
        assert_eq!(all.due(slot - 1, &Weekends), []);
        let now = |at_ms| Due { id, missed: vec![], call: Some(at_ms) };
        assert_eq!(all.due(slot, &Weekends), [now(slot)]);
        assert_eq!(all.due(slot + LATEST_MS, &Weekends), [now(slot)], "HQ was off for ten minutes");
        all.settle(id, [called(slot)]);
        assert_eq!(all.due(slot + LATEST_MS, &Weekends), [], "never two for one slot");
        assert_eq!(all.due(slot - HOUR, &Weekends), [], "also when the clock is set back");
        let missed = Due { id, missed: vec![slot + 6 * HOUR], call: None };
        assert_eq!(all.due(slot + 6 * HOUR + LATEST_MS + 1, &Weekends), [missed]);
        let both = Due { id, missed: vec![slot + 6 * HOUR], call: Some(slot + 12 * HOUR) };
        assert_eq!(all.due(slot + 12 * HOUR, &Weekends), [both]);
    }

    #[test]
    fn a_clock_that_ran_ahead_for_a_while_keeps_no_slot_from_being_called() {
        let (mut all, id) = one(START + 1);
        let next_week = START + 7 * DAY_MS + 12 * HOUR;
        assert_eq!(all.due(next_week, &Weekends).remove(0).call, Some(next_week));
        all.settle(id, [called(next_week)]);
        let slot = START + DAY_MS + 6 * HOUR;
        assert_eq!(all.get(id).and_then(|one| one.next_ms(slot - 1, &Weekends)), Some(slot), "it was set back");
        assert_eq!(all.due(slot - 1, &Weekends), []);
        assert_eq!(all.due(slot, &Weekends), [Due { id, missed: vec![], call: Some(slot) }]);
        all.settle(id, [called(slot)]);
        assert_eq!(all.due(slot + 1, &Weekends), [], "once");
    }

    #[test]
    fn a_long_absence_is_looked_back_on_within_bounds() {
        let (mut all, id) = one(START + 1);
        let now = START + 400 * DAY_MS + HOUR;
        let due = all.due(now, &Weekends).remove(0);
        assert_eq!((due.missed.len(), due.call), (MOST_SLOTS, None));
        all.settle(id, due.missed.into_iter().map(|at_ms| Slot { at_ms, outcome: Outcome::Missed }));
        assert_eq!(all.due(now, &Weekends), []);
        all.settle(id, [called(now)]);
        assert_eq!(all.get(id).map(|one| one.slots.len()), Some(MOST_SLOTS));
    }

    #[test]
    fn what_was_due_while_it_rested_or_was_another_is_skipped() {
        let (mut all, id) = one(START + 1);
        all.change(Change::Pause(id, true), START + HOUR).expect("rests");
        assert_eq!(all.due(START + 6 * HOUR, &Weekends), []);
        assert_eq!(all.get(id).and_then(|one| one.next_ms(START, &Weekends)), None);
        all.change(Change::Pause(id, false), START + 6 * HOUR + 1).expect("goes on");
        assert_eq!(all.due(START + 6 * HOUR + 2, &Weekends), [], "skipped, not missed");
        all.change(Change::Put(Some(id), boxed("早点名", 1)), START + 8 * HOUR).expect("is changed");
        assert_eq!(all.due(START + 8 * HOUR, &Weekends), []);
        assert_eq!(all.due(START + 9 * HOUR, &Weekends).len(), 1);
    }

    #[test]
    fn what_is_no_schedule_is_said_and_they_are_bounded() {
        let (mut all, id) = one(START);
        assert!(matches!(all.change(Change::Put(None, boxed("早点名", 6)), START), Err(Refusal::Conflict(_))));
        assert!(matches!(all.change(Change::Put(None, boxed("晚点名", 5)), START), Err(Refusal::Wrong(_))));
        for change in [Change::Put(Some(1), boxed("晚点名", 6)), Change::Pause(1, true), Change::Remove(1)] {
            assert!(matches!(all.change(change, START), Err(Refusal::NotFound(_))));
        }
        for n in 1..MOST {
            all.change(Change::Put(None, boxed(&n.to_string(), 6)), START).expect("is taken");
        }
        assert!(matches!(all.change(Change::Put(None, boxed("满", 6)), START), Err(Refusal::Conflict(_))));
        assert_eq!(all.change(Change::Remove(id), START), Ok(None));
    }
}
