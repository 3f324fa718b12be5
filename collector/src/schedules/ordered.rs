//! Schedules that responses order: they follow what the response asks for, rest when it asks for nothing, and stay with what they called
//! for as long as the response itself is kept. No operator changes them. Pure.

use std::sync::Arc;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::{Plan, Schedule, Schedules};

const MINUTE_MS: u64 = 60_000;

/// A schedule, and the response that orders it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The number of the response.
    pub response: u64,
    /// What is called, and what became of it.
    pub schedule: Schedule,
}

/// What following left to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Schedules that are new or changed.
    pub changed: Vec<u64>,
    /// Schedules that went with their response.
    pub gone: Vec<u64>,
}

impl Schedules {
    /// What a response orders, and its number.
    #[must_use]
    pub fn of_response(&self, response: u64) -> Option<(u64, &Schedule)> {
        let found = self.ordered.iter().find(|(_, ordered)| ordered.response == response);
        found.map(|(id, ordered)| (*id, &ordered.schedule))
    }

    /// The response that orders a schedule; none when an operator does.
    #[must_use]
    pub fn response_of(&self, id: u64) -> Option<u64> {
        self.ordered.get(&id).map(|ordered| ordered.response)
    }

    /// One that a response orders.
    #[must_use]
    pub fn ordered(&self, id: u64) -> Option<&Arc<Ordered>> {
        self.ordered.get(&id)
    }

    /// Follows what responses ask for at `now`: `wanted` by the number of the response; of one that is not in it, while it `is_kept`,
    /// nothing is called.
    pub fn follow(&mut self, wanted: &[(u64, Plan)], is_kept: impl Fn(u64) -> bool, now: UnixMs) -> Followed {
        let gone: Vec<u64> =
            self.ordered.iter().filter(|(_, ordered)| !is_kept(ordered.response)).map(|(id, _)| *id).collect();
        gone.iter().for_each(|id| drop(self.ordered.remove(id)));
        let mut changed = Vec::new();
        for (id, ordered) in &mut self.ordered {
            let plan = wanted.iter().find(|(response, _)| *response == ordered.response).map(|(_, plan)| plan);
            let is_right = plan.map_or(ordered.schedule.plan.paused, |plan| ordered.schedule.plan == *plan);
            if is_right {
                continue;
            }
            let schedule = &mut Arc::make_mut(ordered).schedule;
            schedule.rest(plan.is_none(), now);
            if let Some(plan) = plan {
                // What is due by the same rule stays due, whoever is called now.
                if schedule.plan.rule != plan.rule {
                    // A call that moves forward by a minute within this minute is not passed over.
                    schedule.settled_ms = schedule.settled_ms.max(now.saturating_sub(MINUTE_MS));
                }
                (schedule.plan, schedule.changed_ms) = (plan.clone(), now);
            }
            changed.push(*id);
        }
        for (response, plan) in wanted {
            if self.of_response(*response).is_none() {
                let id = self.next(now);
                let schedule = Schedule { plan: plan.clone(), changed_ms: now, slots: Vec::new(), settled_ms: now };
                self.ordered.insert(id, Arc::new(Ordered { response: *response, schedule }));
                changed.push(id);
            }
        }
        Followed { changed, gone }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOUR, START, boxed, called, plan};
    use super::super::{Change, Due, TRIED_MS, tries_again};
    use super::*;
    use crate::calendar::{Minute, Times, Weekends};
    use crate::command::Refusal;

    #[test]
    fn what_a_response_orders_is_called_follows_it_and_rests_with_it() {
        let mut all = Schedules::default();
        let wanted = |every| [(7, plan("重保点名", every))];
        let first = all.follow(&wanted(6), |_| true, START + 1);
        let id = START + 1;
        assert_eq!(first, Followed { changed: vec![id], gone: vec![] });
        assert_eq!(all.follow(&wanted(6), |_| true, START + 2), Followed::default(), "nothing is written twice");
        let call = |at_ms| vec![Due { id, missed: vec![], call: Some(at_ms) }];
        let slot = START + 6 * HOUR;
        let mut other = plan("重保点名", 6);
        other.operator = "赵六".into();
        assert_eq!(all.follow(&[(7, other)], |_| true, slot).changed, [id]);
        assert_eq!(all.due(slot, &Weekends), call(slot), "an adjustment at the very moment skips no call");
        all.settle(id, [called(slot)]);
        assert_eq!(all.due(slot, &Weekends), []);
        all.follow(&wanted(1), |_| true, slot + 1);
        assert_eq!(all.due(slot + HOUR, &Weekends), call(slot + HOUR), "raised: every hour from now on");
        let mut forward = plan("重保点名", 1);
        forward.rule.times = Times::At(vec![Minute::new(6, 59).expect("a time")]);
        let (mut moved, at) = (all.clone(), slot + HOUR - MINUTE_MS / 2);
        moved.follow(&[(7, forward)], |_| true, at);
        assert_eq!(moved.due(at, &Weekends), call(slot + HOUR - MINUTE_MS), "forward into this minute");
        assert_eq!(all.follow(&[], |_| true, slot + 2).changed, [id]);
        assert_eq!(
            (all.due(slot + HOUR, &Weekends), all.follow(&[], |_| true, slot + 3)),
            (vec![], Followed::default())
        );
        all.follow(&wanted(1), |_| true, slot + 2 * HOUR);
        assert_eq!(all.due(slot + 2 * HOUR, &Weekends), [], "what was due while it rested is skipped");
        assert_eq!(all.of_response(7).map(|(id, one)| (id, one.slots.len())), Some((id, 1)));
        assert_eq!(all.follow(&[], |_| false, slot + 3 * HOUR).gone, [id]);
        assert!(all.of_response(7).is_none());
    }

    #[test]
    fn an_operator_neither_sees_nor_changes_what_a_response_orders_and_no_number_is_in_both() {
        let mut all = Schedules::default();
        let own = all.change(Change::Put(None, boxed("早点名", 6)), START).expect("is taken").expect("a number");
        let id = all.follow(&[(7, plan("早点名", 6))], |_| true, START).changed[0];
        let next = all.change(Change::Put(None, boxed("晚点名", 6)), START).expect("is taken").expect("a number");
        assert!(own != id && id != next && own != next);
        assert_eq!((all.iter().count(), all.get(id)), (2, None));
        for change in [Change::Put(Some(id), boxed("他", 6)), Change::Pause(id, true), Change::Remove(id)] {
            assert!(matches!(all.change(change, START), Err(Refusal::Conflict(_))));
        }
        assert_eq!(all.plan(id).map(|plan| &*plan.name), Some("早点名"));
        assert_eq!(all.due(START + 6 * HOUR, &Weekends).len(), 3);
        let slot = START + 6 * HOUR;
        assert!(tries_again(slot, slot + TRIED_MS - 1), "a call waits for room, whoever ordered it");
        assert!(!tries_again(slot, slot + TRIED_MS), "but not for ever");
        let later = Due { id, missed: vec![], call: Some(slot) };
        assert!(all.due(slot + TRIED_MS, &Weekends).contains(&later), "it fails with its reason and is not missed");
    }
}
