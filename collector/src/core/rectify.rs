//! The 整改台账 in the core: on disk before it is in force.

use std::sync::Arc;

use avow_shared::time::UnixMs;

use super::{Core, kept};
use crate::command::Refusal;
use crate::rectify::{Change, No, Rectify, Written};
use crate::rulings::{Kind, Ruling, Rulings};
use crate::store::{Batch, Error, Store};
use crate::warning::frequent::OftenKept;

const PREFIX: &[u8] = b"rectify/";

/// When a room fails often.
const OFTEN: &[u8] = b"frequent-rule";
const RULINGS: &[u8] = b"ruling/";

/// Reads the rule of rooms that fail often back.
pub(super) fn often(store: &Store) -> Result<OftenKept, Error> {
    kept::one(store, OFTEN)
}

/// Reads back who changed which rule when.
pub(super) fn rulings(store: &Store) -> Result<Rulings, Error> {
    kept::load(store, RULINGS).map(Rulings::new)
}

/// Reads all back.
pub(super) fn load(store: &Store) -> Result<Rectify, Error> {
    kept::load(store, PREFIX).map(Rectify::new)
}

fn batch(all: &Rectify, written: &Written) -> Batch {
    let mut batch = Batch::new();
    written.forgotten.iter().for_each(|old| kept::remove(&mut batch, PREFIX, *old));
    for (id, record) in written.changed.iter().filter_map(|id| Some((id, all.get(*id)?))) {
        kept::put(&mut batch, PREFIX, *id, record.as_ref());
    }
    batch
}

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        match no {
            No::Nothing(_) => Self::NotFound(no.to_string()),
            No::Conflict(_) => Self::Conflict(no.to_string()),
            No::Wrong(_) => Self::Wrong(no.to_string()),
        }
    }
}

impl Core {
    /// Keeps the rule by which rooms fail often.
    pub(super) fn keep_often(&mut self, kept: OftenKept) -> Result<(), Refusal> {
        kept.rule.check().map_err(|expected| Refusal::Wrong(expected.to_owned()))?;
        let mut batch = Batch::new();
        batch.put(OFTEN, &kept::bytes(&kept));
        let parts = (self.books.often.load().rule.parts(), kept.rule.parts());
        let by = kept.changed.as_ref();
        let ruling = by.and_then(|(at_ms, person)| Ruling::of(Kind::Frequent, parts, person, *at_ms));
        let rulings = ruling.map(|ruling| self.rule(ruling, &mut batch));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.often.store(Arc::new(kept));
        rulings.into_iter().for_each(|all| self.books.rulings.store(Arc::new(all)));
        Ok(())
    }

    /// Adds to who changed which rule when; to be in force once the batch is on disk.
    pub(super) fn rule(&self, ruling: Ruling, batch: &mut Batch) -> Rulings {
        let mut next = Rulings::clone(&self.books.rulings.load());
        let (id, gone) = next.add(ruling);
        gone.into_iter().for_each(|old| kept::remove(batch, RULINGS, old));
        next.get(id).into_iter().for_each(|ruling| kept::put(batch, RULINGS, id, ruling.as_ref()));
        next
    }

    /// Makes a change; which matters it touched.
    pub(super) fn rectify(&mut self, change: Change, now: UnixMs) -> Result<Written, Refusal> {
        let mut next = Rectify::clone(&self.books.rectify.load());
        let written = next.change(change, now)?;
        self.store.commit(batch(&next, &written)).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.rectify.store(Arc::new(next));
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rectify::{Entry, KEPT_MS, New, Origin, Step, Task, Where};

    #[test]
    fn what_is_written_is_read_back_and_what_is_forgotten_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let mut all = Rectify::default();
        let new = |now: u64| New {
            subject: Where::Venue("350102001-01".parse().expect("a venue")),
            origin: Origin::Inspection(3),
            item: "sound".into(),
            problem: "无声".into(),
            task: Task { advice: "换线".into(), unit: "区局".into(), due_ms: now + 1 },
            person: "王五".into(),
            note: "".into(),
        };
        let mut step = |change, now| {
            let written = all.change(change, now).expect("is taken");
            store.commit(batch(&all, &written)).expect("writes");
            assert_eq!(load(&store).expect("loads"), all);
            written
        };
        let now = 1_790_000_000_000;
        let id = step(Change::Open(vec![new(now)]), now).changed[0];
        let closed = Entry { at_ms: now, person: "赵六".into(), step: Step::Closed, note: "误报".into() };
        step(Change::Step(id, closed), now);
        let later = now + KEPT_MS + 1;
        assert_eq!(step(Change::Open(vec![new(later)]), later).forgotten, [id]);
    }
}
