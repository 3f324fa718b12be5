//! Who owes a joint test, and who has done it: the records of joint tests, the rules, and what may be changed of them. Pure.
//!
//! A joint test counts when persons at both ends confirmed it. A record is never removed before its time: who was wrong corrects it
//! (`correct.rs`), or withdraws it, with a reason.

mod board;
mod correct;
mod record;
mod sheet;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

pub use board::{Board, Cell, CellState, Owes, Period, Row, board};
pub use correct::{Correct, MOST_EDITIONS};
pub use record::{
    Changed, Confirmation, Correction, Edition, End, JointTest, Said, Subject, TestKind, Waiting, Withdrawal,
};
pub use sheet::{Conclusion, Mark, Marks, Sheet};

use self::correct::two_persons;
use crate::calendar::{DAY_MS, Month};

/// The most records that are kept.
pub const MOST: usize = 100_000;
/// The longest name or telephone number, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The longest note or reason, in characters.
pub const MAX_NOTE_CHARS: usize = 500;
/// So long a record is kept: three years and a month are looked back on.
pub const KEPT_MS: u64 = 1_127 * DAY_MS;
/// Clocks of people who type a time may be ahead by so much.
const AHEAD_MS: u64 = 10 * 60_000;

/// How often a test is owed, in months; none: never.
pub type Every = Option<u8>;

/// What is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// By every county.
    pub county: Every,
    /// By every room.
    pub venue: Every,
    /// Nothing is owed for a time that was over before this month. Not said: nothing is owed for any time that is over, so
    /// that a new collector accuses nobody.
    pub since: Option<Month>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { county: Some(1), venue: Some(12), since: None }
    }
}

/// The periods that a year can be cut into.
pub const PERIODS: [u8; 6] = [1, 2, 3, 4, 6, 12];

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A test was made. Its ends are confirmed by whom it names.
    Add(JointTest),
    /// The person at an end of a test says that it was made.
    Confirm(u64, End, Confirmation),
    /// Something else is said of it.
    Correct(u64, Correct),
    /// It does not count.
    Withdraw(u64, Withdrawal),
    /// Something else is owed.
    Rules(Rules),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// There is none.
    #[error("there is no joint test {0}")]
    Nothing(u64),
    /// It does not fit what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// Another value is expected.
    #[error("{0}")]
    Wrong(&'static str),
}

/// All records, by number, and the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obligations {
    /// What is owed.
    pub rules: Rules,
    tests: BTreeMap<u64, Arc<JointTest>>,
}

/// What a change leaves to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The record that is new or changed.
    pub test: Option<u64>,
    /// Whether the rules are changed.
    pub rules: bool,
    /// Records that are forgotten.
    pub forgotten: Vec<u64>,
}

impl Obligations {
    /// What was read back.
    #[must_use]
    pub const fn new(rules: Rules, tests: BTreeMap<u64, Arc<JointTest>>) -> Self {
        Self { rules, tests }
    }

    /// Whether the rules are other than those that HQ begins with, which writes since when they count.
    #[must_use]
    pub fn has_rules_of_a_person(&self) -> bool {
        Rules { since: None, ..self.rules } != Rules::default()
    }

    /// A record.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<JointTest>> {
        self.tests.get(&id)
    }

    /// All records in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Arc<JointTest>)> {
        self.tests.iter().map(|(id, test)| (*id, test))
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Makes a change at `now`, or says why not and leaves everything as it is.
    ///
    /// # Errors
    /// [`No`].
    pub fn change(&mut self, change: Change, now: UnixMs) -> Result<Written, No> {
        match change {
            Change::Add(test) => self.add(test, now),
            Change::Confirm(id, end, by) => {
                let test = self.open(id)?.confirmed(end, by)?;
                Ok(self.put(id, test))
            }
            Change::Correct(id, correct) => {
                correct.said.check(now)?;
                let test = self.open(id)?.corrected(correct)?;
                Ok(self.put(id, test))
            }
            Change::Withdraw(id, by) => {
                let mut test = self.open(id)?;
                test.withdrawn = Some(by);
                Ok(self.put(id, test))
            }
            Change::Rules(rules) => {
                let fits = |every: Every| every.is_none_or(|months| PERIODS.contains(&months));
                if !fits(rules.county) || !fits(rules.venue) {
                    return Err(No::Wrong("1, 2, 3, 4, 6 or 12 months are expected, or null for never"));
                }
                self.rules = rules;
                Ok(Written { rules: true, ..Written::default() })
            }
        }
    }

    fn add(&mut self, test: JointTest, now: UnixMs) -> Result<Written, No> {
        test.said().check(now)?;
        if let Subject::County(place) = test.subject
            && place.level() != Level::County
        {
            return Err(No::Wrong("subject: a county or a venue is expected"));
        }
        two_persons(test.near.as_ref(), test.far.as_ref())?;
        if let Some(run) = test.run {
            if test.near.is_some() || test.far.is_some() {
                return Err(No::Wrong("near, far: what a run proposes is confirmed by persons afterwards"));
            }
            let is_it = |known: &JointTest| {
                known.run == Some(run) && known.subject == test.subject && known.withdrawn.is_none()
            };
            if self.iter().any(|(_, known)| is_it(known)) {
                return Err(No::Conflict("this run has proposed a joint test of that venue already"));
            }
        }
        let old = |(id, test): (u64, &Arc<JointTest>)| (test.at_ms.saturating_add(KEPT_MS) < now).then_some(id);
        let forgotten: Vec<u64> = self.iter().filter_map(old).collect();
        if self.len() - forgotten.len() >= MOST {
            return Err(No::Conflict("there are 100000 joint tests already, as many as are kept"));
        }
        // Never a number that was given before, also when the clock is set back.
        let id = self.tests.last_key_value().map_or(now, |(last, _)| now.max(last + 1));
        forgotten.iter().for_each(|old| drop(self.tests.remove(old)));
        Ok(Written { forgotten, ..self.put(id, test) })
    }

    fn open(&self, id: u64) -> Result<JointTest, No> {
        let test = self.get(id).ok_or(No::Nothing(id))?;
        if test.withdrawn.is_some() {
            return Err(No::Conflict("this joint test was withdrawn"));
        }
        Ok(JointTest::clone(test))
    }

    fn put(&mut self, id: u64, test: JointTest) -> Written {
        self.tests.insert(id, Arc::new(test));
        Written { test: Some(id), ..Written::default() }
    }
}
