//! Saved groups and schedules in the core: on disk before they are in force. What a schedule calls is written down with the call itself,
//! so that a collector that is killed in between neither calls twice nor forgets.

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;

use super::{Core, Storing, kept};
use crate::command::Refusal;
use crate::groups::{self, Groups};
use crate::roll_call::{Asked, Origin};
use crate::schedules::{Change, Due, Followed, Outcome, Plan, Schedules, Slot, tries_again};
use crate::scope::Named;
use crate::store::{Batch, Error, Store};

const GROUP: &[u8] = b"group/";
const SCHEDULE: &[u8] = b"roll-call-schedule/";
/// Those that responses order.
const ORDERED: &[u8] = b"assurance-schedule/";

/// Reads the groups back.
pub(super) fn groups(store: &Store) -> Result<Groups, Error> {
    kept::load(store, GROUP).map(Groups::new)
}

/// Reads the schedules back.
pub(super) fn schedules(store: &Store) -> Result<Schedules, Error> {
    Ok(Schedules::new(kept::load(store, SCHEDULE)?, kept::load(store, ORDERED)?))
}

fn put(batch: &mut Batch, schedules: &Schedules, id: u64) {
    if let Some(schedule) = schedules.get(id) {
        kept::put(batch, SCHEDULE, id, schedule.as_ref());
    }
    if let Some(ordered) = schedules.ordered(id) {
        kept::put(batch, ORDERED, id, ordered.as_ref());
    }
}

impl Core {
    /// Saves, changes or removes a group.
    pub(super) fn change_group(&mut self, change: groups::Change, now: UnixMs) -> Result<Option<u64>, Refusal> {
        if let groups::Change::Remove(id) = change
            && self.books.schedules.load().calls_group(id)
        {
            return Err(Refusal::Conflict("a schedule calls this group; change that first".to_owned()));
        }
        let mut all = Groups::clone(&self.books.groups.load());
        let written = all.change(change, now)?;
        let mut batch = Batch::new();
        if let Some((id, group)) = written.put.and_then(|id| Some((id, all.get(id)?))) {
            kept::put(&mut batch, GROUP, id, group.as_ref());
        }
        written.removed.into_iter().for_each(|id| kept::remove(&mut batch, GROUP, id));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.groups.store(Arc::new(all));
        Ok(written.put)
    }

    /// Saves, changes, rests or removes a schedule.
    pub(super) fn change_schedule(&mut self, change: Change, now: UnixMs) -> Result<Option<u64>, Refusal> {
        if let Change::Put(_, plan) = &change {
            // Whom it calls is there now; whether it still is when it is due shows then.
            self.asked_by(0, plan, now)?;
        }
        let removed = if let Change::Remove(id) = change { Some(id) } else { None };
        let mut all = Schedules::clone(&self.books.schedules.load());
        let changed = all.change(change, now)?;
        let mut batch = Batch::new();
        changed.into_iter().for_each(|id| put(&mut batch, &all, id));
        removed.into_iter().for_each(|id| kept::remove(&mut batch, SCHEDULE, id));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.schedules.store(Arc::new(all));
        Ok(changed)
    }

    /// Calls what is due, and notes what was missed.
    pub(super) fn schedules_due(&mut self, now: UnixMs) {
        // What could not be written down is not called: the next round tries again, until it is too late.
        if self.storing != Storing::Yes {
            return;
        }
        self.follow_responses(now);
        let due = self.books.schedules.load().due(now, &self.books.working_days());
        for Due { id, missed, call } in due {
            let mut next = Schedules::clone(&self.books.schedules.load());
            next.settle(id, missed.into_iter().map(|at_ms| Slot { at_ms, outcome: Outcome::Missed }));
            match call.map_or(Ok(next.clone()), |slot_ms| self.call_slot(id, slot_ms, next.clone(), now)) {
                Ok(called) if call.is_some() => self.books.schedules.store(Arc::new(called)),
                Ok(missed) => self.settle(id, missed),
                Err(Refusal::Failed(error)) => {
                    tracing::error!(error, "a scheduled roll call cannot be written down yet")
                }
                // The place of another may be free soon; until it is too late.
                Err(Refusal::Conflict(_)) if call.is_some_and(|slot_ms| tries_again(slot_ms, now)) => {}
                Err(refusal) => {
                    tracing::warn!(%refusal, "a scheduled roll call could not be called");
                    let failed = Outcome::Failed(refusal.to_string().chars().take(200).collect());
                    next.settle(id, call.map(|at_ms| Slot { at_ms, outcome: failed }));
                    self.settle(id, next);
                }
            }
        }
    }

    /// Has called what responses ask for now, and nothing else; what could not be written down is tried again in the next round.
    pub(super) fn follow_responses(&self, now: UnixMs) {
        let assurance = self.books.assurance.load();
        let mut next = Schedules::clone(&self.books.schedules.load());
        let followed =
            next.follow(&assurance.calls(self.province.tree(), now), |id| assurance.response(id).is_some(), now);
        if followed == Followed::default() {
            return;
        }
        let mut batch = Batch::new();
        followed.changed.iter().for_each(|id| put(&mut batch, &next, *id));
        followed.gone.iter().for_each(|id| kept::remove(&mut batch, ORDERED, *id));
        match self.store.commit(batch) {
            Ok(()) => self.books.schedules.store(Arc::new(next)),
            Err(error) => tracing::error!(%error, "the roll calls of a response cannot be written down yet"),
        }
    }

    fn settle(&self, id: u64, next: Schedules) {
        let mut batch = Batch::new();
        put(&mut batch, &next, id);
        match self.store.commit(batch) {
            Ok(()) => self.books.schedules.store(Arc::new(next)),
            Err(error) => tracing::error!(%error, "a schedule cannot be written down yet"),
        }
    }

    /// Calls the roll for a slot; the schedules as they are on disk then, with the call.
    fn call_slot(&mut self, id: u64, slot_ms: UnixMs, mut next: Schedules, now: UnixMs) -> Result<Schedules, Refusal> {
        let plan = next.plan(id).cloned();
        let plan = plan.ok_or_else(|| Refusal::NotFound(format!("there is no schedule {id}")))?;
        let asked = self.asked_by(id, &plan, now)?;
        let settled = &mut next;
        self.begin_call(asked, move |call: OrderNumber, batch: &mut Batch| {
            settled.settle(id, [Slot { at_ms: slot_ms, outcome: Outcome::Called(call) }]);
            put(batch, settled, id);
        })?;
        Ok(next)
    }

    /// What a plan asks, when it is called now.
    fn asked_by(&self, id: u64, plan: &Plan, now: UnixMs) -> Result<Asked, Refusal> {
        let resolved = plan.whom.resolve(&self.books.groups.load(), &self.books.meetings.load());
        let resolved = resolved.map_err(|missing| Refusal::NotFound(missing.to_string()))?;
        Ok(Asked {
            title: plan.name.clone(),
            depth: plan.depth,
            confirmed: plan.confirmed,
            places: resolved.scope.places,
            except: resolved.scope.except,
            venues: resolved.scope.venues,
            units: resolved.scope.units,
            kind: plan.kind,
            origin: Origin {
                group: resolved.group,
                meeting: resolved.meeting,
                schedule: Some(Named { id, name: plan.name.clone() }),
            },
            operator: plan.operator.clone(),
            basis: plan.basis.clone(),
            system: Box::default(),
            given_ms: now,
            until_ms: now + u64::from(plan.deadline_s) * 1_000,
        })
    }
}
