//! Whole runs that were read from disk lately: their pages are asked for one by one, and persons go on filling in what is over.
//!
//! A person's word about a run that is over changes what is held of it, so that it is not read anew for each word; what changes while
//! somebody reads is put behind what was read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avow_shared::id::VenueId;

use super::record::Record;
use super::run::Run;

/// So many, some 30 MB each: the one that somebody looks at, and the one that it is compared with.
const MOST_READ: usize = 2;

/// What is held. One at a time reads.
#[derive(Debug, Default)]
pub struct ReadLately(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// The one that nobody asked for longest is the first.
    runs: Vec<Arc<Run>>,
    reading: Option<Reading>,
}

/// A run that is being read, and what changed meanwhile.
#[derive(Debug)]
struct Reading {
    id: u64,
    changed: BTreeMap<VenueId, Arc<Record>>,
    revision: u64,
}

impl ReadLately {
    fn held(&self) -> MutexGuard<'_, Held> {
        // Whole runs alone: who panicked while he held it left nothing half done but a run that is read again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run as it was at a revision, or is since.
    #[must_use]
    pub fn get(&self, id: u64, revision: u64) -> Option<Arc<Run>> {
        let mut held = self.held();
        let at = held.runs.iter().position(|run| run.id == id && run.revision >= revision)?;
        let run = held.runs.remove(at);
        held.runs.push(Arc::clone(&run));
        Some(run)
    }

    /// Somebody begins to read a run; to be called before he looks which revision it has.
    pub fn begin(&self, id: u64) {
        self.held().reading = Some(Reading { id, changed: BTreeMap::new(), revision: 0 });
    }

    /// A run was read since [`Self::begin`]: it is kept, with what changed meanwhile. One that was forgotten meanwhile is not kept.
    pub fn end(&self, mut run: Run) -> Arc<Run> {
        let mut held = self.held();
        let reading = held.reading.take().filter(|reading| reading.id == run.id);
        let is_same = reading.is_some();
        if let Some(Reading { changed, revision, .. }) = reading {
            run.replace(changed.into_values(), revision);
        }
        let run = Arc::new(run);
        if is_same {
            held.runs.retain(|other| other.id != run.id);
            if held.runs.len() >= MOST_READ {
                held.runs.remove(0);
            }
            held.runs.push(Arc::clone(&run));
        }
        run
    }

    /// Persons changed these records of a run that is over, from one revision of it to another.
    pub fn changed(&self, id: u64, (before, after): (u64, u64), records: &[Arc<Record>]) {
        let mut held = self.held();
        if let Some(reading) = held.reading.as_mut().filter(|reading| reading.id == id) {
            reading.changed.extend(records.iter().map(|record| (record.venue, Arc::clone(record))));
            reading.revision = after;
        }
        // What missed an earlier change is no state of this run.
        held.runs.retain(|run| run.id != id || run.revision >= before);
        if let Some(run) = held.runs.iter_mut().find(|run| run.id == id) {
            Arc::make_mut(run).replace(records.iter().cloned(), after);
        }
    }

    /// A run goes on, or is not kept any more.
    pub fn forget(&self, id: u64) {
        let mut held = self.held();
        held.runs.retain(|run| run.id != id);
        held.reading.take_if(|reading| reading.id == id);
    }
}

impl Run {
    /// Puts newer states of some of its records in their places.
    fn replace(&mut self, records: impl Iterator<Item = Arc<Record>>, revision: u64) {
        for record in records {
            if let Some(at) = self.at(record.venue).filter(|at| self.records[*at].revision < record.revision) {
                self.records[at] = record;
            }
        }
        self.revision = self.revision.max(revision);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Spread;
    use super::super::tests::run_of;
    use super::*;

    fn over(id: u64) -> Run {
        let mut run = run_of(3, Spread::default());
        run.id = id;
        run.cancel(run.ordered.given_ms + 1);
        run
    }

    /// The record of a venue as a person changed it.
    fn change(run: &Run, at: usize, revision: u64) -> Arc<Record> {
        Arc::new(Record { blamed: Some("专线".into()), revision, ..Record::clone(&run.records[at]) })
    }

    fn keep(lately: &ReadLately, run: &Run) {
        lately.begin(run.id);
        lately.end(run.clone());
    }

    #[test]
    fn a_word_changes_what_is_held_and_nobody_s_page() {
        let (lately, run) = (ReadLately::default(), over(1));
        keep(&lately, &run);
        let page = lately.get(1, run.revision).expect("is held");
        let next = run.revision + 1;
        assert!(lately.get(1, next).is_none(), "not before it changed");
        lately.changed(1, (run.revision, next), &[change(&run, 1, next)]);
        let now = lately.get(1, next).expect("is held on");
        assert_eq!((now.revision, now.records[1].blamed.as_deref()), (next, Some("专线")));
        assert_eq!(page.records[1].blamed, None, "who looks at it looks at what it was");
        assert!(Arc::ptr_eq(&now.records[0], &page.records[0]), "the others are shared");
        lately.changed(1, (next + 1, next + 2), &[change(&run, 2, next + 2)]);
        assert!(lately.get(1, 0).is_none(), "one that missed a change is read anew");
    }

    #[test]
    fn what_changes_while_somebody_reads_is_in_what_was_read() {
        let (lately, run) = (ReadLately::default(), over(1));
        let next = run.revision + 1;
        lately.begin(1);
        lately.changed(1, (run.revision, next), &[change(&run, 0, next)]);
        lately.changed(2, (run.revision, next), &[change(&run, 1, next)]);
        let read = lately.end(run.clone());
        assert_eq!((read.revision, read.records[0].blamed.as_deref()), (next, Some("专线")));
        assert_eq!(read.records[1].blamed, None, "of another run");
        assert!(lately.get(1, next).is_some());
        // One that goes on while it is read is nobody's afterwards.
        lately.begin(1);
        lately.forget(1);
        lately.end(run);
        assert!(lately.get(1, 0).is_none());
    }

    #[test]
    fn the_two_are_held_that_somebody_asked_for_last() {
        let lately = ReadLately::default();
        for id in [1, 2] {
            keep(&lately, &over(id));
        }
        assert!(lately.get(1, 0).is_some());
        keep(&lately, &over(3));
        assert_eq!([1, 2, 3].map(|id| lately.get(id, 0).is_some()), [true, false, true]);
    }
}
