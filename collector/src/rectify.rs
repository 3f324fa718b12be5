//! The 整改台账: what was found wrong, who puts it right until when, its re-test, and 销号. Pure.
//!
//! A matter is never changed in what was found and never removed before its time; each step is added behind the others with a person
//! and a time. It is closed by a person, after a re-test that was passed after the last repair, or with a reason.

mod record;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;

use crate::calendar::DAY_MS;
pub use record::{Entry, Origin, Proof, Record, State, Step, Task, Where};

/// The most matters that are kept.
pub const MOST: usize = 50_000;
/// The most steps of one.
pub const MOST_STEPS: usize = 100;
/// The most that are opened in one go.
pub const MOST_AT_ONCE: usize = 20_000;
/// The longest name of a person or unit, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The longest problem, advice or note, in characters.
pub const MAX_TEXT_CHARS: usize = 500;
/// So long a closed one is kept: three years and a month, as joint tests are.
pub const KEPT_MS: u64 = 1_127 * DAY_MS;
/// The longest time to put something right.
const LONGEST_MS: u64 = 732 * DAY_MS;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These are opened; those that are open already are passed over.
    Open(Vec<New>),
    /// Something was done about one.
    Step(u64, Entry),
}

/// A matter that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// Where.
    pub subject: Where,
    /// What brought it to light.
    pub origin: Origin,
    /// 项目.
    pub item: Box<str>,
    /// 问题.
    pub problem: Box<str>,
    /// What is to be done.
    pub task: Task,
    /// Who opens it.
    pub person: Box<str>,
    /// What else there is to say.
    pub note: Box<str>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// There is none.
    #[error("there is no matter {0}")]
    Nothing(u64),
    /// It does not fit what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// Another value is expected.
    #[error("{0}")]
    Wrong(&'static str),
}

/// What a change leaves to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Matters that are new or changed.
    pub changed: Vec<u64>,
    /// Of those that were to be opened, the ones that are open already.
    pub known: Vec<u64>,
    /// Matters that are forgotten.
    pub forgotten: Vec<u64>,
}

/// All matters, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rectify {
    records: BTreeMap<u64, Held>,
}

/// A matter, and what is searched of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    record: Arc<Record>,
    /// Folded once, when it changes, and not for every question about fifty thousand of them.
    folded: Arc<str>,
}

impl From<Arc<Record>> for Held {
    fn from(record: Arc<Record>) -> Self {
        Self { folded: record.folded().into(), record }
    }
}

impl Rectify {
    /// What was read back.
    #[must_use]
    pub fn new(records: BTreeMap<u64, Arc<Record>>) -> Self {
        Self { records: records.into_iter().map(|(id, record)| (id, record.into())).collect() }
    }

    /// A matter.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<Record>> {
        self.records.get(&id).map(|held| &held.record)
    }

    /// All in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Arc<Record>)> {
        self.records.iter().map(|(id, held)| (*id, &held.record))
    }

    /// What is searched of a matter, in lower case ([`Record::folded`]); empty when there is none.
    #[must_use]
    pub fn folded(&self, id: u64) -> &str {
        self.records.get(&id).map_or("", |held| &held.folded)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Makes a change at `now`, or says why not and leaves everything as it is.
    ///
    /// # Errors
    /// [`No`].
    pub fn change(&mut self, change: Change, now: UnixMs) -> Result<Written, No> {
        match change {
            Change::Open(new) => self.open(new, now),
            Change::Step(id, entry) => {
                let mut record = Record::clone(self.get(id).ok_or(No::Nothing(id))?);
                may(&record, &entry)?;
                record.history.push(entry);
                self.records.insert(id, Arc::new(record).into());
                Ok(Written { changed: vec![id], ..Written::default() })
            }
        }
    }

    fn open(&mut self, all: Vec<New>, now: UnixMs) -> Result<Written, No> {
        if all.is_empty() || all.len() > MOST_AT_ONCE {
            return Err(No::Wrong("1 to 20000 matters are expected"));
        }
        all.iter().try_for_each(|new| in_time(&new.task, now))?;
        let old = |(id, record): (u64, &Arc<Record>)| {
            (record.state() == State::Closed && record.touched_ms().saturating_add(KEPT_MS) < now).then_some(id)
        };
        let forgotten: Vec<u64> = self.iter().filter_map(old).collect();
        if self.records.len() - forgotten.len() + all.len() > MOST {
            return Err(No::Conflict("there are 50000 matters already, as many as are kept"));
        }
        forgotten.iter().for_each(|old| drop(self.records.remove(old)));
        let mut written = Written { forgotten, ..Written::default() };
        // What is open, so that a run with many failed items looks through all only once.
        let mut open: BTreeMap<(Where, Box<str>, Box<str>), u64> = BTreeMap::new();
        for (id, record) in self.iter().filter(|(_, record)| record.state() != State::Closed) {
            open.insert((record.subject, record.item.clone(), what(&record.item, &record.problem)), id);
        }
        for new in all {
            let key = (new.subject, new.item.clone(), what(&new.item, &new.problem));
            if let Some(id) = open.get(&key) {
                written.known.push(*id);
                continue;
            }
            // Never a number that was given before, also when the clock is set back.
            let id = self.records.last_key_value().map_or(now, |(last, _)| now.max(last + 1));
            let New { subject, origin, item, problem, task, person, note } = new;
            let opened = Entry { at_ms: now, person, step: Step::Opened(task), note };
            let record = Record { subject, origin, item, problem, history: vec![opened] };
            open.insert(key, id);
            self.records.insert(id, Arc::new(record).into());
            written.changed.push(id);
        }
        Ok(written)
    }
}

/// Two matters of one room are the same when they are of one item, however it was told; without an item, when they read the same.
fn what(item: &str, problem: &str) -> Box<str> {
    if item.is_empty() { problem.into() } else { Box::default() }
}

fn in_time(task: &Task, now: UnixMs) -> Result<(), No> {
    let fits = task.due_ms > now && task.due_ms <= now.saturating_add(LONGEST_MS);
    if fits { Ok(()) } else { Err(No::Wrong("due_ms: a time to come, at most two years from now, is expected")) }
}

fn may(record: &Record, entry: &Entry) -> Result<(), No> {
    // Room is left for the end of a matter that was changed too often.
    if record.history.len() >= MOST_STEPS && entry.step != Step::Closed {
        return Err(No::Conflict("this matter has 100 steps already: close it and open another"));
    }
    let state = record.state();
    match (&entry.step, state) {
        (Step::Opened(_), _) => Err(No::Conflict("it is opened already")),
        (Step::Reopened, State::Closed) if entry.note.is_empty() => Err(No::Wrong("note: a reason is expected")),
        (Step::Reopened, State::Closed) => Ok(()),
        (Step::Reopened, _) => Err(No::Conflict("it is not closed")),
        (_, State::Closed) => Err(No::Conflict("it is closed: reopen it first")),
        (Step::Changed(task), _) => in_time(task, entry.at_ms),
        (Step::Fixed, State::Open) => Ok(()),
        (Step::Fixed, _) => Err(No::Conflict("it is put right already and waits for its re-test")),
        (Step::Retested { tested_ms, .. }, State::Fixed | State::Passed) => {
            let is_after = record.fixed_ms().is_some_and(|fixed| *tested_ms >= fixed) && *tested_ms <= entry.at_ms;
            if is_after { Ok(()) } else { Err(No::Conflict("a re-test is made after the repair, and is over")) }
        }
        (Step::Retested { .. }, _) => Err(No::Conflict("it was not put right yet: there is nothing to test again")),
        (Step::Closed, State::Passed) => Ok(()),
        (Step::Closed, _) if entry.note.is_empty() => {
            Err(No::Conflict("without a re-test that was passed after the repair, a reason is expected"))
        }
        (Step::Closed, _) => Ok(()),
    }
}
