//! How a call comes to its end: everybody has answered, the time is up, or a person ends it; and what persons say until then and afterwards.
//!
//! Boxes answer within a second, people do not: a call in which everybody has answered is *complete*, asks nobody any more and waits for
//! persons until its deadline.

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::{Call, Calls, Entry, LATE_MS, NotTaken, Said, Whom};

/// So many calls that are complete wait for persons; of more the oldest are over.
pub const MOST_COMPLETE: usize = 16;

/// A person ended a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Who; empty in a record of a time when that was not written down.
    pub by: Box<str>,
    /// Why; may be empty when everybody had answered.
    pub reason: Box<str>,
    /// When.
    pub at_ms: UnixMs,
}

impl Closed {
    /// Whether somebody could still have answered in time: then nobody is to blame that he did not.
    #[must_use]
    pub const fn broke_off(&self, until_ms: UnixMs, complete_ms: Option<UnixMs>) -> bool {
        complete_ms.is_none() && self.at_ms <= until_ms
    }
}

impl Call {
    /// Whether an answer may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ended_ms.is_none()
    }

    /// Whether it waits for boxes, and not for persons alone.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        self.is_open() && self.complete_ms.is_none()
    }

    /// Whether a person ended it before everybody could answer in time.
    #[must_use]
    pub fn is_broken_off(&self) -> bool {
        self.closed.as_ref().is_some_and(|closed| closed.broke_off(self.asked.until_ms, self.complete_ms))
    }

    /// Whether something that was said then was said after the end (事后).
    #[must_use]
    pub fn is_afterwards(&self, at_ms: UnixMs) -> bool {
        self.ended_ms.is_some_and(|ended_ms| at_ms > ended_ms)
    }

    /// Until when whoever is excused does not owe an answer; later it is told (事后免点) and changes no rate.
    #[must_use]
    pub fn excusable_ms(&self) -> UnixMs {
        self.ended_ms.unwrap_or(UnixMs::MAX).min(self.asked.until_ms)
    }

    /// Somebody is excused after the deadline or the end.
    #[must_use]
    pub fn is_excused_afterwards(&self, entry: &Entry) -> bool {
        entry.excused().is_some_and(|grounds| grounds.at_ms > self.excusable_ms())
    }

    /// A person says something about somebody who is called: while it is open, and at HQ afterwards, too.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn say(&mut self, whom: &Whom, said: Said) -> Result<(), NotTaken> {
        if !self.is_open() && said.is_of_page() {
            return Err(NotTaken::NoCall);
        }
        let at = self.at(whom).ok_or(NotTaken::NotCalled)?;
        let mut taken = Ok(false);
        self.edit(at, |entry| {
            taken = entry.say(said);
            taken == Ok(true)
        });
        if self.is_open() && !self.entries[at].is_settled() {
            // What was taken back is waited for again.
            self.complete_ms = None;
        }
        taken.map(|_| ())
    }

    /// A person ends it.
    ///
    /// # Errors
    /// It is over, or nobody says why it is broken off.
    pub fn close(&mut self, closed: Closed) -> Result<(), NotTaken> {
        if !self.is_open() {
            return Err(NotTaken::NoCall);
        }
        if closed.reason.is_empty() && closed.broke_off(self.asked.until_ms, self.complete_ms) {
            return Err(NotTaken::NoReason);
        }
        self.give_up_proofs(closed.at_ms);
        self.ended_ms = Some(closed.at_ms);
        self.closed = Some(closed);
        self.revision += 1;
        Ok(())
    }

    /// When everybody had answered; none while somebody has not.
    pub(super) fn completed_ms(&self) -> Option<UnixMs> {
        let given_ms = self.asked.given_ms;
        self.entries.iter().try_fold(given_ms, |last_ms, entry| Some(last_ms.max(entry.settled_ms()?)))
    }

    fn is_over(&self, now: UnixMs) -> bool {
        let until_ms = self.asked.until_ms;
        now > until_ms && self.complete_ms.is_some() || now >= until_ms + LATE_MS
    }

    fn end(&mut self, now: UnixMs) {
        self.ended_ms = Some(now);
        self.revision += 1;
    }
}

impl Calls {
    /// Marks those in which everybody has answered by now; says whether there is one.
    pub fn complete_due(&mut self) -> bool {
        let asking = self.0.values_mut().filter(|call| call.is_asking());
        asking.fold(false, |any, call| match call.completed_ms() {
            Some(at_ms) => {
                let call = Arc::make_mut(call);
                call.complete_ms = Some(at_ms);
                call.revision += 1;
                true
            }
            None => any,
        })
    }

    /// Time passes: the calls that are over now, to be written down.
    pub fn end_due(&mut self, now: UnixMs) -> Vec<Arc<Call>> {
        let waits = |call: &&Arc<Call>| call.is_open() && call.complete_ms.is_some();
        let complete: Vec<OrderNumber> = self.0.values().filter(waits).map(|call| call.id).collect();
        let crowded_out = &complete[..complete.len().saturating_sub(MOST_COMPLETE)];
        let is_over = |call: &&mut Arc<Call>| call.is_open() && (call.is_over(now) || crowded_out.contains(&call.id));
        let over = self.0.values_mut().filter(is_over);
        let end = |call: &mut Arc<Call>| {
            Arc::make_mut(call).end(now);
            Arc::clone(call)
        };
        over.map(end).collect()
    }
}
