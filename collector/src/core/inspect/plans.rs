//! Inspection plans, templates and working days in the core: on disk before they are in force; what the calendar wants is noted as dealt
//! with together with what begins.

use std::sync::Arc;

use avow_shared::id::UnitId;
use avow_shared::time::UnixMs;

use super::super::{Core, Storing};
use super::before;
use super::disk::{FIRST, pack, unpack};
use crate::command::Refusal;
use crate::inspection::{Around, Due, NoPlan, NotBegun, OfficialDays, Ordered, Plan, PlanChange, Plans, Template};
use crate::store::{Batch, Error, Store};
use crate::units::rooms_of;

const PLAN: &[u8] = b"inspect-plan/";
const PLAN_END: &[u8] = b"inspect-plan0";
const TEMPLATES: &[u8] = b"inspect-templates";
const DAYS: &[u8] = b"inspect-days";
/// The version of a plan: since 3 it may follow a group.
const OF_PLAN: u8 = 3;
/// The version of the templates: since 2 they say how long before a meeting.
const OF_TEMPLATES: u8 = 2;

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
    if let Some(value) = store.get(TEMPLATES)? {
        match templates(&value) {
            Some(templates) => plans.templates = templates,
            None => {
                plans.unread.templates = true;
                tracing::error!("the inspection templates cannot be read: the built-in ones are in force");
            }
        }
    }
    if let Some(value) = store.get(DAYS)? {
        match unpack::<OfficialDays>(FIRST, &value) {
            Some(days) => plans.days = days,
            None => {
                plans.unread.days = true;
                tracing::error!("the working days cannot be read: the built-in ones are in force");
            }
        }
    }
    Ok(plans)
}

fn templates(value: &[u8]) -> Option<Vec<Template>> {
    let old = || unpack::<Vec<before::Template>>(FIRST, value);
    unpack(OF_TEMPLATES, value).or_else(|| Some(old()?.into_iter().map(Template::from).collect()))
}

/// What of `next` differs from `before`.
fn batch(before: &Plans, next: &Plans) -> Batch {
    let mut batch = Batch::new();
    before.plans.keys().filter(|id| !next.plans.contains_key(*id)).for_each(|id| batch.remove(&key(*id)));
    for (id, plan) in next.plans.iter().filter(|(id, plan)| before.plans.get(*id) != Some(*plan)) {
        batch.put(&key(*id), &pack(OF_PLAN, plan.as_ref()));
    }
    if before.templates != next.templates {
        batch.put(TEMPLATES, &pack(OF_TEMPLATES, &next.templates));
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

    /// Begins what the calendar wants. A slot is dealt with in the same write as its run: a kill before loses neither, and behind it begins
    /// none twice.
    pub(super) fn begin_due(&mut self, now: UnixMs) {
        if self.storing != Storing::Yes || self.books.plans.load().plans.is_empty() {
            return;
        }
        let before = self.books.plans.load_full();
        let mut after = Plans::clone(&before);
        let due = {
            let (view, register) = (self.view.load(), self.books.units.load());
            let (meetings, groups) = (self.books.meetings.load(), self.books.groups.load());
            let rooms = |unit: &UnitId| rooms_of(unit, &register, &view);
            let around = Around { meetings: &meetings, groups: &groups, rooms: &rooms, tree: &view.tree };
            after.due(&around, now)
        };
        let is_due = |waiting: &(u64, UnixMs)| due.iter().any(|due| (due.plan, due.slot_ms) == *waiting);
        self.inspecting.waiting.retain(is_due);
        if after == *before {
            return;
        }
        for slot @ Due { plan, slot_ms, begins, .. } in &due {
            // What is noted is of this plan alone: the others begin, and are noted, by themselves.
            let Some(noted) = after.plans.get(plan) else { continue };
            let mut next = Plans::clone(&self.books.plans.load());
            next.plans.insert(*plan, Arc::clone(noted));
            let ordered = match begins {
                Ok(ordered) => ordered,
                Err(why) => {
                    tracing::warn!(plan, slot_ms, %why, "an inspection that was due begins not");
                    self.note_plans(next);
                    continue;
                }
            };
            match self.begin_with(Ordered::clone(ordered), batch(&self.books.plans.load(), &next)) {
                Ok(run) => {
                    tracing::info!(plan, run, "the calendar began an inspection");
                    self.books.plans.store(Arc::new(next));
                }
                // The plan stays as it was: the next look tries again, until it is too late.
                Err(NotBegun::Full) if slot.tries_again(now) => {
                    if self.inspecting.waiting.insert((*plan, *slot_ms)) {
                        tracing::warn!(plan, slot_ms, "an inspection that is due waits until another ends");
                    }
                }
                // Nothing is written: the next look tries again, until it is too late.
                Err(NotBegun::Disk(error)) => {
                    tracing::error!(plan, %error, "an inspection that is due cannot be written yet")
                }
                Err(why) => {
                    tracing::error!(plan, error = %why, "an inspection that is due could not begin");
                    next.missed(*plan, *slot_ms, why);
                    self.note_plans(next);
                }
            }
        }
        if due.is_empty() {
            self.note_plans(after);
        }
    }

    /// What cannot be written is not in force, and tried again at the next look.
    fn note_plans(&self, next: Plans) {
        if let Err(error) = self.put_plans(next) {
            tracing::error!(%error, "what is due of inspections cannot be noted yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_yesterday_get_their_lead_and_what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        assert_eq!(load(&store).expect("loads"), Plans::default());
        let old: Vec<before::Template> = Plans::default().templates.into_iter().map(before::Template::from).collect();
        let mut batch = Batch::new();
        batch.put(TEMPLATES, &pack(FIRST, &old));
        store.commit(batch).expect("writes");
        assert_eq!(load(&store).expect("loads"), Plans::default(), "before-day is a day before, the others half a day");
        let mut next = Plans::default();
        next.templates.truncate(2);
        store.commit(super::batch(&Plans::default(), &next)).expect("writes");
        assert_eq!(load(&store).expect("loads").templates, next.templates);
        let mut batch = Batch::new();
        batch.put(TEMPLATES, b"\x09of a later version");
        batch.put(DAYS, b"\x01cut");
        store.commit(batch).expect("writes");
        let read = load(&store).expect("loads");
        assert_eq!((read.unread.templates, read.unread.days, read.templates.len()), (true, true, 7));
    }
}
