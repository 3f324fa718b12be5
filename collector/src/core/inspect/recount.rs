//! Sums of runs of earlier forms of the disk, made anew from their records: beside what the core does, some parts at each look, because all
//! that is kept (four million records) takes the better part of a minute. Until its turn a run shows the sums of then.

use std::collections::VecDeque;
use std::sync::Arc;

use super::disk::{self, Heads};
use crate::inspection::{Head, Label, Record, Sums, Tally};
use crate::store::{Batch, Error, Store};

/// So many parts of 128 records are read in one look: some ten milliseconds.
const PARTS_AT_ONCE: usize = 8;

/// What is still to be counted.
#[derive(Debug, Default)]
pub(super) struct Recount {
    /// Runs whose turn comes.
    old: VecDeque<u64>,
    /// The one whose turn it is.
    counting: Option<Counting>,
}

/// How far one run is.
#[derive(Debug)]
struct Counting {
    head: Arc<Head>,
    labels: Arc<[Label]>,
    part: u32,
    records: u32,
    all: Tally,
    cities: Sums,
    counties: Sums,
}

impl Recount {
    pub(super) fn of(old: Vec<u64>) -> Self {
        Self { old: old.into(), counting: None }
    }

    /// Whether all were counted.
    pub(super) fn is_done(&self) -> bool {
        self.old.is_empty() && self.counting.is_none()
    }

    /// Whether the sums of a run are still those of then.
    pub(super) fn has(&self, id: u64) -> bool {
        self.old.contains(&id) || self.counting.as_ref().is_some_and(|counting| counting.head.id == id)
    }

    /// Goes on counting; whether a run shows other sums now.
    pub(super) fn go_on(&mut self, store: &Store, heads: &mut Heads) -> Result<bool, Error> {
        let mut news = false;
        for _ in 0..PARTS_AT_ONCE {
            if self.counting.is_none() {
                self.counting = self.next(store, heads)?;
            }
            let Some(counting) = &mut self.counting else { break };
            if !counting.is_through() {
                counting.enter(&disk::part(store, counting.head.id, counting.part)?);
            }
            if counting.is_through() {
                news |= self.counting.take().map_or(Ok(false), |counting| counting.end(store, heads))?;
            }
        }
        Ok(news)
    }

    /// Counts one run to its end, because something in it is about to change.
    pub(super) fn now(&mut self, id: u64, store: &Store, heads: &mut Heads) -> Result<(), Error> {
        let Some(head) = heads.get(&id).cloned() else { return Ok(()) };
        let mut counting = Counting::begin(store, head)?;
        while !counting.is_through() {
            counting.enter(&disk::part(store, id, counting.part)?);
        }
        counting.end(store, heads)?;
        self.old.retain(|old| *old != id);
        self.counting.take_if(|counting| counting.head.id == id);
        Ok(())
    }

    /// The next whose turn it is. What was forgotten, or goes on, needs no count of then.
    fn next(&mut self, store: &Store, heads: &Heads) -> Result<Option<Counting>, Error> {
        let old = std::iter::from_fn(|| self.old.pop_front());
        let mut heads = old.filter_map(|id| heads.get(&id).filter(|head| !head.is_open()));
        heads.next().map(|head| Counting::begin(store, Arc::clone(head))).transpose()
    }
}

impl Counting {
    fn begin(store: &Store, head: Arc<Head>) -> Result<Self, Error> {
        let labels = disk::labels(store, head.id)?.unwrap_or_default();
        let (all, cities, counties) = (Tally::default(), Sums::new(), Sums::new());
        Ok(Self { head, labels, part: 0, records: 0, all, cities, counties })
    }

    fn enter(&mut self, records: &[Record]) {
        let by = self.head.ordered.work.measure(&self.labels);
        for record in records {
            let (nothing, one) = (Tally::default(), Tally::of(record, by));
            self.all.recount(&nothing, &one);
            self.cities.entry(record.city).or_default().recount(&nothing, &one);
            self.counties.entry(record.county).or_default().recount(&nothing, &one);
        }
        self.part += 1;
        self.records += u32::try_from(records.len()).unwrap_or(u32::MAX);
    }

    fn is_through(&self) -> bool {
        self.part as usize >= self.head.parts.len()
    }

    /// Writes the head with its new sums, and shows it. Not all records could be read: it keeps those of then, and is not written anew.
    fn end(self, store: &Store, heads: &mut Heads) -> Result<bool, Error> {
        let Self { head, records, all, cities, counties, .. } = self;
        // Forgotten meanwhile, or gone on and counted with it.
        let is_same = heads.get(&head.id).is_some_and(|now| now.revision == head.revision && !now.is_open());
        if !is_same || records != head.records {
            return Ok(false);
        }
        let head = Head { all, cities, counties, ..Head::clone(&head) };
        let mut batch = Batch::new();
        disk::put_head(&mut batch, &head);
        store.commit(batch)?;
        heads.insert(head.id, Arc::new(head));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspection;

    /// A store with this many runs whose heads are to be counted anew, and the heads as they should be.
    fn kept(runs: u64) -> (tempfile::TempDir, Store, Heads, Heads) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let (mut old, mut new) = (Heads::new(), Heads::new());
        for id in 1..=runs {
            let mut run = inspection::run_for_tests(2);
            run.id = id;
            run.cancel(run.ordered.given_ms + 1);
            let head = Head::of(&run);
            let mut batch = Batch::new();
            disk::put(&mut batch, &run, &head, 0);
            store.commit(batch).expect("is written");
            old.insert(id, Arc::new(Head { all: Tally::default(), cities: Sums::new(), ..head.clone() }));
            new.insert(id, Arc::new(head));
        }
        (folder, store, old, new)
    }

    #[test]
    fn runs_are_counted_one_after_the_other_some_parts_at_a_time() {
        let runs = PARTS_AT_ONCE as u64 + 1;
        let (_folder, store, mut heads, expected) = kept(runs);
        let mut recount = Recount::of((1..=runs).collect());
        assert!(recount.go_on(&store, &mut heads).expect("counts"));
        assert_ne!(heads, expected, "not all at once");
        assert!(recount.has(runs) && !recount.has(1));
        assert!(recount.go_on(&store, &mut heads).expect("counts"));
        assert_eq!(heads, expected);
        assert!(!recount.go_on(&store, &mut heads).expect("counts"), "there is no more");
    }

    #[test]
    fn a_run_that_is_about_to_change_is_counted_first_and_one_that_was_forgotten_never() {
        let (_folder, store, mut heads, expected) = kept(3);
        let mut recount = Recount::of(vec![1, 2, 3]);
        recount.now(2, &store, &mut heads).expect("counts");
        assert_eq!((heads.get(&2), recount.has(2)), (expected.get(&2), false));
        heads.remove(&1);
        assert!(recount.go_on(&store, &mut heads).expect("counts"));
        assert_eq!((heads.get(&1), heads.get(&3)), (None, expected.get(&3)));
    }
}
