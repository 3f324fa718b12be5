//! What persons say about a run and about a venue in it.

use avow_shared::id::VenueId;
use avow_shared::place::Level;
use avow_shared::time::UnixMs;

use super::record::{Filled, Record, Remark};
use super::review::{Act, NoStep};
use super::run::{Again, Deed, Line, MOST_LINES, Run};

/// So many words that were replaced are kept of a venue; the oldest goes.
const MOST_BEFORE: usize = 64;

/// Why a person's word was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// It is not in the run.
    #[error("this venue is not in this inspection run")]
    NotInIt,
    /// It does not fit how the run stands.
    #[error("{0}")]
    Conflict(&'static str),
    /// The review says no.
    #[error(transparent)]
    Step(#[from] NoStep),
}

/// About a run as a whole.
#[derive(Clone, Debug)]
pub struct OfRun {
    /// Who.
    pub person: Box<str>,
    /// What.
    pub deed: Deed,
    /// What is tested once more.
    pub again: Again,
    /// At these venues; none: at all.
    pub venues: Vec<VenueId>,
}

/// About a venue.
#[derive(Clone, Debug)]
pub enum OfRecord {
    /// 填报.
    Fill {
        /// What was looked at.
        filled: Vec<Filled>,
        /// 处理.
        remark: Option<Remark>,
    },
    /// 填报 and 上报 at once, by whoever is at the venue.
    HandIn {
        /// What was looked at.
        filled: Vec<Filled>,
        /// 处理.
        remark: Option<Remark>,
        /// Who.
        person: Box<str>,
    },
    /// 上报 or 退回.
    Review {
        /// The level that acts.
        level: Level,
        /// What it does.
        act: Act,
        /// Who.
        person: Box<str>,
        /// Why.
        reason: Box<str>,
    },
}

impl Run {
    /// A person does something to the run.
    ///
    /// # Errors
    /// Why it does not fit; nothing has changed then.
    pub fn word(&mut self, word: &OfRun, now: UnixMs) -> Result<(), No> {
        let (is_done, otherwise) = match word.deed {
            Deed::Pause => (self.pause(&word.person, now), "the run does not go on just now"),
            Deed::Resume => (self.resume(now), "the run is not paused"),
            Deed::Cancel => (self.cancel(now), "the run is over"),
            Deed::Retry => (
                self.retry(word.again, &word.venues, &word.person, now) > 0,
                "there is nothing to be tested once more: all is right, or the province has accepted it",
            ),
        };
        if !is_done {
            return Err(No::Conflict(otherwise));
        }
        if self.log.len() >= MOST_LINES {
            self.log.remove(0);
        }
        self.log.push(Line { at_ms: now, person: word.person.clone(), deed: word.deed });
        Ok(())
    }
}

impl Record {
    /// A person says something about the venue.
    ///
    /// # Errors
    /// Why it is not taken; nothing has changed then.
    pub fn word(&mut self, word: &OfRecord, now: UnixMs) -> Result<(), No> {
        if self.excused.is_some() {
            return Err(No::Conflict("the venue is excused: it has nothing to fill in"));
        }
        match word {
            OfRecord::Fill { .. } | OfRecord::HandIn { .. } if !self.review.is_editable() => Err(No::Conflict(
                "the record lies with a higher level; it has to be returned before anything in it changes",
            )),
            OfRecord::Fill { filled, remark } => {
                filled.iter().for_each(|filled| self.fill(filled));
                self.remark = remark.clone().or_else(|| self.remark.take());
                Ok(())
            }
            OfRecord::HandIn { filled, remark, person } => {
                self.review.step(self.review.home, Act::Pass, person, "", now)?;
                filled.iter().for_each(|filled| self.fill(filled));
                self.remark = remark.clone().or_else(|| self.remark.take());
                Ok(())
            }
            OfRecord::Review { level, act, person, reason } => {
                Ok(self.review.step(*level, *act, person, reason, now)?)
            }
        }
    }

    fn fill(&mut self, new: &Filled) {
        match self.manual.iter_mut().find(|filled| filled.item == new.item) {
            Some(filled) => {
                self.manual_before.push(std::mem::replace(filled, new.clone()));
                if self.manual_before.len() > MOST_BEFORE {
                    self.manual_before.remove(0);
                }
            }
            None => self.manual.push(new.clone()),
        }
        self.manual.sort_unstable_by_key(|filled| filled.item);
        self.first_ms = self.first_ms.or(Some(new.at_ms));
    }
}
