//! Inspection plans, templates and working days in the core: on disk before they are in force; what the calendar wants is noted as dealt
//! with before it begins.

use std::sync::Arc;

use avow_shared::id::UnitId;
use avow_shared::time::UnixMs;

use super::super::{Core, Storing};
use super::before;
use super::disk::{FIRST, pack, unpack};
use crate::command::Refusal;
use crate::inspection::{Around, Due, NoPlan, OfficialDays, Plan, PlanChange, Plans, Template};
use crate::store::{Batch, Error, Store};
use crate::units::rooms_of;

const PLAN: &[u8] = b"inspect-plan/";
const PLAN_END: &[u8] = b"inspect-plan0";
const TEMPLATES: &[u8] = b"inspect-templates";
const DAYS: &[u8] = b"inspect-days";
/// The version of a plan: since 3 it may follow a group.
const OF_PLAN: u8 = 3;

fn key(id: u64) -> Vec<u8> {
    [PLAN, &id.to_be_bytes()].concat()
}

fn load(store: &Store) -> Result<Plans, Error> {
    let mut plans = Plans::default();
    for pair in store.range(PLAN, PLAN_END) {
        let (key, value) = pair?;
        let id = key.get(PLAN.len()..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes);
        let plan = unpack::<Plan>(OF_PLAN, &value);
        match id.zip(plan.or_else(|| before::plan(&value))) {
            Some((id, plan)) => drop(plans.plans.insert(id, Arc::new(plan))),
            None => tracing::error!("an inspection plan cannot be read and is passed over"),
        }
    }
    if let Some(templates) = store.get(TEMPLATES)?.and_then(|value| unpack::<Vec<Template>>(FIRST, &value)) {
        plans.templates = templates;
    }
    if let Some(days) = store.get(DAYS)?.and_then(|value| unpack::<OfficialDays>(FIRST, &value)) {
        plans.days = days;
    }
    Ok(plans)
}

/// What of `next` differs from `before`.
fn batch(before: &Plans, next: &Plans) -> Batch {
    let mut batch = Batch::new();
    before.plans.keys().filter(|id| !next.plans.contains_key(*id)).for_each(|id| batch.remove(&key(*id)));
    for (id, plan) in next.plans.iter().filter(|(id, plan)| before.plans.get(*id) != Some(*plan)) {
        batch.put(&key(*id), &pack(OF_PLAN, plan.as_ref()));
    }
    if before.templates != next.templates {
        batch.put(TEMPLATES, &pack(FIRST, &next.templates));
    }
    if before.days != next.days {
        batch.put(DAYS, &pack(FIRST, &next.days));
    }
    batch
}

impl Core {
    pub(in crate::core) fn resume_plans(&self) -> Result<(), Error> {
        self.books.plans.store(Arc::new(load(&self.store)?));
        Ok(())
    }

    pub(super) fn change_plans(&self, change: PlanChange, now: UnixMs) -> Result<Option<u64>, Refusal> {
        let mut next = Plans::clone(&self.books.plans.load());
        let changed = next.change(change, now).map_err(|no| match no {
            NoPlan::Nothing(_) => Refusal::NotFound(no.to_string()),
            NoPlan::Full => Refusal::Conflict(no.to_string()),
        })?;
        self.put_plans(next).map_err(|error| Refusal::Failed(error.to_string()))?;
        Ok(changed)
    }

    fn put_plans(&self, next: Plans) -> Result<(), Error> {
        self.store.commit(batch(&self.books.plans.load(), &next))?;
        self.books.plans.store(Arc::new(next));
        Ok(())
    }

    /// Begins what the calendar wants. A slot is dealt with once that is on disk: a kill behind that loses one run, and begins none twice.
    pub(super) fn begin_due(&mut self, now: UnixMs) {
        if self.storing != Storing::Yes || self.books.plans.load().plans.is_empty() {
            return;
        }
        let before = self.books.plans.load_full();
        let mut next = Plans::clone(&before);
        let (view, register) = (self.view.load(), self.books.units.load());
        let (meetings, groups) = (self.books.meetings.load(), self.books.groups.load());
        let rooms = |unit: &UnitId| rooms_of(unit, &register, &view);
        let due = next.due(&Around { meetings: &meetings, groups: &groups, rooms: &rooms }, now);
        if next == *before {
            return;
        }
        if let Err(error) = self.put_plans(next) {
            return tracing::error!(%error, "an inspection that is due cannot be noted yet");
        }
        for Due { plan, slot_ms, begins } in due {
            match begins.map(|ordered| self.begin_inspection(*ordered)) {
                Err(why) => tracing::warn!(plan, slot_ms, %why, "an inspection that was due begins not"),
                Ok(Ok(run)) => tracing::info!(plan, run, "the calendar began an inspection"),
                Ok(Err(why)) => {
                    tracing::error!(plan, error = %why, "an inspection that is due could not begin");
                    let mut next = Plans::clone(&self.books.plans.load());
                    next.missed(plan, slot_ms, why);
                    if let Err(error) = self.put_plans(next) {
                        tracing::error!(%error, "nor can that be noted");
                    }
                }
            }
        }
    }
}
