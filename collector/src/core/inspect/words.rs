//! What persons say about runs: on disk before it is in force.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::super::Core;
use super::disk;
use crate::command::{Inspect, Passed, Refusal};
use crate::inspection::{Head, Label, No, NotBegun, OfRecord, OfRun, PART_RECORDS, Pass, Record, Run};
use crate::store::{Batch, Error};

/// So many parts of a record are passed on at once: a thousand venues.
const PASS_PARTS: u32 = 8;

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        match no {
            No::NotInIt => Self::NotFound(no.to_string()),
            No::Conflict(_) | No::Step(_) => Self::Conflict(no.to_string()),
        }
    }
}

pub(super) fn failed(error: &Error) -> Refusal {
    Refusal::Failed(error.to_string())
}

impl Core {
    pub(in crate::core) fn inspect(&mut self, wish: Inspect, now: UnixMs) {
        // Whoever asked may have gone; then nobody wants the answer.
        match wish {
            Inspect::Begin { ordered, reply } => {
                drop(reply.send(self.begin_inspection(*ordered).map_err(Refusal::from)))
            }
            Inspect::OfRun { id, word, reply } => drop(reply.send(self.word_of_run(id, &word, now))),
            Inspect::OfRecord { id, venue, word, reply } => {
                drop(reply.send(self.word_of_record(id, venue, &word, Batch::new(), now)));
            }
            Inspect::Pass { id, word, place, from, reply } => {
                drop(reply.send(self.pass_inspection(id, &word, place, from, now)));
            }
            Inspect::Read { id, reply } => self.read_inspection(id, reply),
            Inspect::ReadRecord { id, venue, reply } => self.read_record(id, venue, reply),
            Inspect::Plan { change, reply } => drop(reply.send(self.change_plans(change, now))),
        }
    }

    /// A person's word about a run. One that is over may go on again by it.
    pub(in crate::core) fn word_of_run(&mut self, id: u64, word: &OfRun, now: UnixMs) -> Result<(), Refusal> {
        let head = self.inspection_head(id)?;
        let mut run = match self.inspecting.runs.open.get(&id) {
            Some(run) => Run::clone(run),
            None => match self.books.read_lately.get(id, head.revision) {
                Some(run) => Run::clone(&run),
                None => disk::read(&self.store, &head).map_err(|error| failed(&error))?.ok_or_else(|| lost(id))?,
            },
        };
        let written = run.revision;
        run.word(word, now)?;
        let (runs, hand) = (&self.inspecting.runs, self.hand.as_ref());
        let asked = runs.open.get(&id).is_some_and(|before| before.asks(hand, now));
        let is_full = if head.is_open() {
            // One that was paused goes on beside seven others at most.
            run.asks(hand, now) && !asked && !runs.has_place(hand, now)
        } else {
            run.is_open() && !runs.has_room(hand, now)
        };
        if is_full {
            return Err(NotBegun::Full.into());
        }
        // Of one that is over everything is on disk, up to its newest change.
        self.inspecting.written.entry(id).or_insert(written);
        self.put_inspection(run, Batch::new()).map_err(|error| failed(&error))
    }

    /// A person's word about a venue in a run; `batch` is written with it, both or neither.
    pub(in crate::core) fn word_of_record(
        &mut self,
        id: u64,
        venue: VenueId,
        word: &OfRecord,
        batch: Batch,
        now: UnixMs,
    ) -> Result<(), Refusal> {
        if self.inspecting.recount.has(id) {
            let heads = &mut Arc::make_mut(&mut self.inspecting.runs).heads;
            self.inspecting.recount.now(id, &self.store, heads).map_err(|error| failed(&error))?;
        }
        let head = self.inspection_head(id)?;
        let Some(run) = self.inspecting.runs.open.get(&id) else {
            return self.word_of_old_record(&head, venue, word, batch, now);
        };
        let mut run = Run::clone(run);
        let at = run.at(venue).ok_or(No::NotInIt)?;
        let mut said = Ok(());
        run.edit(at, |record| {
            said = record.word(word, now);
            said.is_ok()
        });
        said?;
        self.put_inspection(run, batch).map_err(|error| failed(&error))
    }

    /// Of a run that is over, one part is read, changed and written.
    fn word_of_old_record(
        &mut self,
        head: &Head,
        venue: VenueId,
        word: &OfRecord,
        mut batch: Batch,
        now: UnixMs,
    ) -> Result<(), Refusal> {
        let part = head.part_of(venue).ok_or(No::NotInIt)?;
        let mut records = disk::part(&self.store, head.id, part).map_err(|error| failed(&error))?;
        let record = records.iter_mut().find(|record| record.venue == venue).ok_or(No::NotInIt)?;
        let before = Record::clone(record);
        record.word(word, now)?;
        record.revision = head.revision + 1;
        let labels = self.labels(head.id)?;
        let next = Arc::new(head.changed(&labels, &before, record));
        let changed = Arc::new(Record::clone(record));
        disk::put_part(&mut batch, &next, part, &records);
        self.store.commit(batch).map_err(|error| failed(&error))?;
        self.show_changed(head.revision, next, &[changed]);
        Ok(())
    }

    /// A level passes on what of some parts lies with it: so much is written at once that nobody waits long for the core.
    fn pass_inspection(
        &mut self,
        id: u64,
        word: &Pass,
        place: Option<PlaceCode>,
        from: u32,
        now: UnixMs,
    ) -> Result<Passed, Refusal> {
        let head = self.inspection_head(id)?;
        let (to, parts) = (from.saturating_add(PASS_PARTS), head.records.div_ceil(PART_RECORDS as u32));
        let view = self.view.load_full();
        let is_meant = |record: &Record| place.is_none_or(|place| view.tree.lies_in(record.venue.place, place));
        let next = (to < parts).then_some(to);
        let Some(run) = self.inspecting.runs.open.get(&id) else {
            let passed = self.pass_old(&head, from..to.min(parts), word, is_meant, now)?;
            return Ok(Passed { passed, next });
        };
        let mut run = Run::clone(run);
        let passed = run.pass(from as usize * PART_RECORDS..to as usize * PART_RECORDS, word, is_meant, now);
        if passed > 0 {
            self.put_inspection(run, Batch::new()).map_err(|error| failed(&error))?;
        }
        Ok(Passed { passed, next })
    }

    /// Of a run that is over these parts are read, changed and written, all or none.
    fn pass_old(
        &mut self,
        head: &Arc<Head>,
        parts: std::ops::Range<u32>,
        word: &Pass,
        is_meant: impl Fn(&Record) -> bool,
        now: UnixMs,
    ) -> Result<u32, Refusal> {
        let (asked, mut next, mut batch) = (head.ordered.work.asked(), Head::clone(head), Batch::new());
        let (labels, mut changed) = (self.labels(head.id)?, Vec::new());
        for part in parts {
            let mut records = disk::part(&self.store, head.id, part).map_err(|error| failed(&error))?;
            let before = changed.len();
            for record in records.iter_mut().filter(|record| is_meant(record)) {
                let was = Record::clone(record);
                if record.pass(word, asked, now) {
                    record.revision = next.revision + 1;
                    next = next.changed(&labels, &was, record);
                    changed.push(Arc::new(Record::clone(record)));
                }
            }
            if changed.len() > before {
                disk::put_part(&mut batch, &next, part, &records);
            }
        }
        if !changed.is_empty() {
            self.store.commit(batch).map_err(|error| failed(&error))?;
            self.show_changed(head.revision, Arc::new(next), &changed);
        }
        Ok(u32::try_from(changed.len()).unwrap_or(u32::MAX))
    }

    fn labels(&self, id: u64) -> Result<Arc<[Label]>, Refusal> {
        Ok(disk::labels(&self.store, id).map_err(|error| failed(&error))?.unwrap_or_default())
    }

    /// Records of a run that is over are written down: readers get them with its new head.
    fn show_changed(&mut self, before: u64, next: Arc<Head>, records: &[Arc<Record>]) {
        self.books.read_lately.changed(next.id, (before, next.revision), records);
        Arc::make_mut(&mut self.inspecting.runs).heads.insert(next.id, next);
        self.show_inspections();
    }

    pub(super) fn inspection_head(&self, id: u64) -> Result<Arc<Head>, Refusal> {
        self.inspecting.runs.heads.get(&id).cloned().ok_or_else(|| lost(id))
    }
}

pub(super) fn lost(id: u64) -> Refusal {
    Refusal::NotFound(format!("there is no inspection run {id}"))
}
