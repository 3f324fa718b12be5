//! What anybody may read of keys and numbers at any time. The core writes it, and shows what is stored before it
//! acknowledges: who reads sees every number that was ever acknowledged, and never waits for the core.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use avow_shared::id::AgentId;
use avow_shared::time::UnixMs;

use crate::agents::Agent;
use crate::assurance::Assurance;
use crate::assurance::chronicle::Chronicle;
use crate::calendar::WorkingDays;
use crate::command::{Accounting, Ends, SpoolAccount};
use crate::groups::Groups;
use crate::inbound::Desk;
use crate::inspection::{Plans, ReadLately, Runs};
use crate::ledger::SpoolKey;
use crate::links::Links;
use crate::meetings::Meetings;
use crate::obligations::Obligations;
use crate::rectify::Rectify;
use crate::roll_call::{Heads, Notes};
use crate::rulings::Rulings;
use crate::schedules::Schedules;
use crate::units::Register;
use crate::warning::Warnings;
use crate::warning::frequent::OftenKept;

/// A key and how it is doing.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The key and what was decided about it.
    pub agent: Arc<Agent>,
    /// When HQ last got something that it signed.
    pub last_ms: UnixMs,
    /// Whether a connection of it is up.
    pub connected: bool,
}

/// The books: numbers by spool, and keys.
#[derive(Debug, Default)]
pub struct Books {
    /// The ends of every spool's numbers.
    pub spools: Shelf<SpoolKey, Ends>,
    /// All keys that said hello.
    pub agents: Shelf<AgentId, Seen>,
    /// HQ's meetings.
    pub meetings: ArcSwap<Meetings>,
    /// The roll calls that were recorded.
    pub roll_calls: ArcSwap<Heads>,
    /// What people wrote about them.
    pub notes: ArcSwap<Notes>,
    /// Saved scopes.
    pub groups: ArcSwap<Groups>,
    /// Roll calls by the clock.
    pub schedules: ArcSwap<Schedules>,
    /// One-time links.
    pub links: ArcSwap<Links>,
    /// Who takes part in conferences.
    pub units: ArcSwap<Register>,
    /// Inspection runs.
    pub inspections: ArcSwap<Runs>,
    /// Plans, templates and working days.
    pub plans: ArcSwap<Plans>,
    /// Runs that are over and were read lately.
    pub read_lately: ReadLately,
    /// Joint tests, and what is owed.
    pub obligations: ArcSwap<Obligations>,
    /// Calls to us.
    pub inbound: ArcSwap<Desk>,
    /// Heightened assurance, and who approved a change in it.
    pub assurance: ArcSwap<Assurance>,
    /// What reports of its responses need beside.
    pub chronicle: ArcSwap<Chronicle>,
    /// Who changed which rule when.
    pub rulings: ArcSwap<Rulings>,
    /// What drifts and what fails often; the one who looks through the history writes it.
    pub warnings: ArcSwap<Warnings>,
    /// When a room counts as one that fails often.
    pub often: ArcSwap<OftenKept>,
    /// What is to be put right.
    pub rectify: ArcSwap<Rectify>,
}

impl Books {
    /// When people work, as everything that is due by rule sees it.
    #[must_use]
    pub fn working_days(&self) -> impl WorkingDays + use<> {
        self.plans.load().days.clone()
    }

    /// The end of every number, in all and by spool.
    #[must_use]
    pub fn accounting(&self) -> Accounting {
        let line = |(key, ends): (&SpoolKey, &Ends)| SpoolAccount { agent: key.agent, spool: key.spool, ends: *ends };
        let mut agents: Vec<_> = self.spools.read().iter().map(line).collect();
        agents.sort_unstable_by_key(|line| (line.agent, line.spool));
        let mut total = Ends::default();
        agents.iter().for_each(|line| total += line.ends);
        Accounting { total, agents }
    }
}

/// Entries that one writes and many read. Neither waits for longer than it takes to change a few entries: what a reader
/// holds is its own, the writer copies it when it has to.
#[derive(Debug)]
pub struct Shelf<K, V>(Mutex<Arc<HashMap<K, V>>>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Shelf<K, V> {
    /// All entries at this moment, in no order.
    #[must_use]
    pub fn read(&self) -> Arc<HashMap<K, V>> {
        Arc::clone(&self.lock())
    }

    /// Puts entries in the place of those with the same key.
    pub fn put(&self, entries: impl IntoIterator<Item = (K, V)>) {
        Arc::make_mut(&mut self.lock()).extend(entries);
    }

    fn lock(&self) -> MutexGuard<'_, Arc<HashMap<K, V>>> {
        // An entry is put as a whole: who panicked while it held the lock left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::id::SpoolId;

    use super::*;

    #[test]
    fn the_sums_of_numbers_are_those_of_their_spools() {
        let books = Books::default();
        let ends = |stored| Ends { produced: 10, stored, missing: 10 - stored, ..Ends::default() };
        let spool = |n| SpoolKey { agent: AgentId([n; 16]), spool: SpoolId([9; 16]) };
        books.spools.put([(spool(2), ends(4)), (spool(1), ends(10))]);
        books.spools.put([(spool(2), ends(5))]);
        let Accounting { total, agents } = books.accounting();
        assert_eq!(total, Ends { produced: 20, stored: 15, missing: 5, ..Ends::default() });
        assert_eq!(agents.iter().map(|line| line.ends.stored).collect::<Vec<_>>(), [10, 5], "by agent");
    }

    #[test]
    fn what_a_reader_holds_does_not_change_under_it() {
        let shelf = Shelf::default();
        shelf.put([(1, "one"), (2, "two")]);
        let before = shelf.read();
        shelf.put([(2, "zwei"), (3, "drei")]);
        assert_eq!((before.len(), before[&2]), (2, "two"));
        let after = shelf.read();
        assert_eq!((after.len(), after[&1], after[&2]), (3, "one", "zwei"));
    }
}
