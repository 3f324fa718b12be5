//! Calling the roll of venues below us (对下点名): who is called, who has heard, who has answered when and how. Pure: what happened
//! and the time go in; whom to ask again and what is over come out.
//!
//! A call is kept in memory from its beginning until nobody can be late any more; the core writes it down at its beginning, at every
//! word of a person and at its end. In between, what boxes answer is in the journal and comes back from there.

mod ask;
mod came;
mod end;
mod entry;
mod forecast;
mod head;
mod note;
pub mod old;
mod prove;
mod record;
mod said;
mod spare;
mod tally;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::{AgentId, UnitId, VenueId};
use avow_shared::order::{AnswerResult, OrderNumber};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Depth, Phase, Told};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::scope::{Except, Named};

pub use ask::Ask;
pub use came::{Came, came};
pub use end::{Closed, MOST_COMPLETE};
pub use entry::{Answer, Before, Entry, Heard, Mode, Standing, Whom};
pub use forecast::{Forecast, plan};
pub use head::{Head, Heads};
pub use note::{Kind, MAX_NOTICE_CHARS, Note, Notes};
pub use prove::{FellBack, HqEnd, Proof, Proving, Turn};
pub use said::{ByHand, Grounds, MOST_SAID, Said, Via};
pub use spare::{Spared, spare};
pub use tally::{Fault, Tally};

/// So many calls may ask at once: until its deadline everybody is asked again.
pub const MOST_OPEN: usize = 8;
/// So many are kept in memory; older ones are on disk. As many may be open: after the deadline a call only waits for late answers.
pub const MOST_HELD: usize = 24;
/// And so many entries of all that are kept, the open ones aside: four calls of a province, some 10 MiB each.
const MOST_ENTRIES: usize = 80_000;
/// So many entries are told at once: half a megabyte of API. A megabyte took a busy HQ more than a tenth of a second.
const PAGE: usize = 1_000;
/// An answer is taken as late for so long after the deadline.
pub const LATE_MS: u64 = 10 * 60_000;

/// What was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What people call it.
    pub title: Box<str>,
    /// How deep it asks.
    pub depth: Depth,
    /// Whether whoever called agreed that cameras turn and a short sound is heard.
    pub confirmed: bool,
    /// Everything under these codes …
    pub places: Vec<PlaceCode>,
    /// … but for this; and
    pub except: Except,
    /// these venues, and
    pub venues: Vec<VenueId>,
    /// the rooms of these units.
    pub units: Vec<UnitId>,
    /// Why it is called.
    pub kind: Kind,
    /// How it came about.
    pub origin: Origin,
    /// Who called.
    pub operator: Box<str>,
    /// On whose word: a document's number, a telephone call.
    pub basis: Box<str>,
    /// 会议系统: over which system it is called; may be empty.
    pub system: Box<str>,
    /// When it was given.
    pub given_ms: UnixMs,
    /// Until when an answer is on time.
    pub until_ms: UnixMs,
}

/// By what a call was begun and its scope was said, where that has a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The scope is this group as it was then.
    pub group: Option<Named>,
    /// The scope is who took part in this meeting.
    pub meeting: Option<Named>,
    /// This schedule began it, and nobody else.
    pub schedule: Option<Named>,
}

/// A roll call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its number: that of its first order.
    pub id: OrderNumber,
    /// What was ordered.
    pub asked: Asked,
    /// Who is called: rooms by their codes, then units without one.
    pub entries: Vec<Arc<Entry>>,
    /// How many could be proven when it began; none when that is not asked for.
    pub forecast: Option<Forecast>,
    /// Counts up with every change.
    pub revision: u64,
    /// The deadline has passed, and with it everybody has changed who had not answered.
    pub turned: bool,
    /// When everybody had answered; none while somebody has not. Persons may speak on until it is over.
    pub complete_ms: Option<UnixMs>,
    /// When it was over; none while it is open.
    pub ended_ms: Option<UnixMs>,
    /// The person who ended it; none: its time was up.
    pub closed: Option<Closed>,
}

/// Why a person's word about a venue was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is over.
    #[error("there is no open roll call with this number")]
    NoCall,
    /// It is not called.
    #[error("this venue or unit is not called in this roll call")]
    NotCalled,
    /// Of a phone page: a person has answered for it.
    #[error("a person has answered for it already; exactly one answer counts")]
    Answered,
    /// Nobody said what is taken back.
    #[error("nobody has said what is taken back")]
    Nothing,
    /// More was said about it than anybody needs.
    #[error("{MOST_SAID} things were said about it, and no more are taken")]
    Full,
    /// It is broken off, and nobody says why.
    #[error("reason: it is expected, because not everybody has answered")]
    NoReason,
}

impl Call {
    /// A call that begins.
    #[must_use]
    pub fn new(id: OrderNumber, asked: Asked, mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|one, other| one.whom.cmp(&other.whom));
        entries.dedup_by(|one, other| one.whom == other.whom);
        // Each has a revision of its own, so that a page of them has an end to go on from.
        let numbered = |(mut entry, revision): (Entry, u64)| {
            entry.revision = revision;
            Arc::new(entry)
        };
        let entries: Vec<_> = entries.into_iter().zip(1..).map(numbered).collect();
        let revision = entries.len() as u64;
        Self {
            id,
            asked,
            entries,
            forecast: None,
            revision,
            turned: false,
            complete_ms: None,
            ended_ms: None,
            closed: None,
        }
    }

    /// The same with what can be proven of it.
    #[must_use]
    pub fn with_forecast(self, forecast: Option<Forecast>) -> Self {
        Self { forecast, ..self }
    }

    /// The entry of a venue, or of a unit without one.
    #[must_use]
    pub fn entry(&self, whom: &Whom) -> Option<&Arc<Entry>> {
        self.at(whom).map(|at| &self.entries[at])
    }

    /// How the venue of an entry stands.
    #[must_use]
    pub fn standing(&self, entry: &Entry, now: UnixMs) -> Standing {
        let now = self.ended_ms.unwrap_or(now).max(self.asked.given_ms);
        match entry.standing(self.asked.until_ms, self.excusable_ms(), now) {
            Standing::Waiting | Standing::Heard if self.is_broken_off() => Standing::Uncounted,
            standing => standing,
        }
    }

    /// The entries that have changed since a revision: the thousand that changed first, and through which revision they are told.
    #[must_use]
    pub fn changed_since(&self, revision: u64) -> (Vec<&Arc<Entry>>, u64) {
        let mut changed: Vec<_> = self.entries.iter().filter(|entry| entry.revision > revision).collect();
        if changed.len() <= PAGE {
            return (changed, self.revision);
        }
        let (_, last, _) = changed.select_nth_unstable_by_key(PAGE - 1, |entry| entry.revision);
        let through = last.revision;
        // With all that changed together with the last, as in records of a time when many could have one revision.
        changed.retain(|entry| entry.revision <= through);
        (changed, through)
    }

    fn at(&self, whom: &Whom) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.whom.cmp(whom)).ok()
    }

    /// Changes the entry of a venue; `change` says whether it did.
    fn edit(&mut self, at: usize, change: impl FnOnce(&mut Entry) -> bool) -> bool {
        let mut entry = Entry::clone(&self.entries[at]);
        if !change(&mut entry) {
            return false;
        }
        self.revision += 1;
        entry.revision = self.revision;
        self.entries[at] = Arc::new(entry);
        true
    }

    /// Whoever has not answered stands otherwise from now on.
    fn turn(&mut self) {
        self.turned = true;
        for entry in self.entries.iter_mut().filter(|entry| !entry.is_settled()) {
            self.revision += 1;
            Arc::make_mut(entry).revision = self.revision;
        }
    }
}

/// The calls of the last minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls(BTreeMap<OrderNumber, Arc<Call>>);

impl Calls {
    /// All that are held, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Call>> {
        self.0.values().rev()
    }

    /// One that is held.
    #[must_use]
    pub fn get(&self, id: OrderNumber) -> Option<&Arc<Call>> {
        self.0.get(&id)
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.values().filter(|call| call.is_open()).count()
    }

    /// Whether the time of one runs.
    #[must_use]
    pub fn is_running(&self, now: UnixMs) -> bool {
        self.0.values().any(|call| call.is_asking() && now <= call.asked.until_ms)
    }

    /// Whether one more may begin: what is complete or past its deadline asks nobody any more, but all that are open are held.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let asking = self.0.values().filter(|call| call.is_asking() && !call.turned).count();
        asking < MOST_OPEN && self.open() < MOST_HELD
    }

    /// Holds a call that begins, or one that was read back: of two states of one call the newer stays.
    pub fn hold(&mut self, call: Arc<Call>) {
        if self.0.get(&call.id).is_some_and(|held| held.revision >= call.revision) {
            return;
        }
        self.0.insert(call.id, call);
        while self.0.len() > MOST_HELD || self.entries() > MOST_ENTRIES {
            let Some(oldest) = self.0.values().find(|call| !call.is_open()).map(|call| call.id) else { return };
            self.0.remove(&oldest);
        }
    }

    fn entries(&self) -> usize {
        self.0.values().filter(|call| !call.is_open()).map(|call| call.entries.len()).sum()
    }

    /// What a venue told. The first answer counts; a word for a call that is over changes nothing. Says whether anything changed.
    pub fn told(&mut self, told: &Told, received_ms: UnixMs) -> bool {
        self.change(told.call, &Whom::Room(told.venue), |entry| match &told.phase {
            Phase::Heard { of } => entry.heard(Heard { at_ms: received_ms, done: 0, of: *of }),
            Phase::Working { done, of } => entry.heard(Heard { at_ms: received_ms, done: *done, of: *of }),
            Phase::Done(state) => entry.answered(Answer { at_ms: received_ms, state: Some(state.clone()) }),
        })
    }

    /// What a box of an earlier version answered, which knows no phases: its venues are present.
    pub fn answered(&mut self, venues: &[VenueId], answer: &avow_shared::order::Answer, received_ms: UnixMs) -> bool {
        answer.result == AnswerResult::Done
            && venues.iter().fold(false, |news, venue| {
                let answer_of = Answer { at_ms: received_ms, state: None };
                self.change(answer.order, &Whom::Room(*venue), |entry| entry.answered(answer_of)) | news
            })
    }

    /// Time passes: says whether a deadline has.
    pub fn turn_due(&mut self, now: UnixMs) -> bool {
        let is_due = |call: &&mut Arc<Call>| call.is_open() && !call.turned && call.asked.until_ms < now;
        let due = self.0.values_mut().filter(is_due);
        due.map(|call| Arc::make_mut(call).turn()).count() > 0
    }

    fn change(&mut self, id: OrderNumber, whom: &Whom, change: impl FnOnce(&mut Entry) -> bool) -> bool {
        let Some(call) = self.0.get_mut(&id).filter(|call| call.is_open()) else { return false };
        let Some(at) = call.at(whom) else { return false };
        Arc::make_mut(call).edit(at, change)
    }
}

/// Whom an agent is asked for: its venues that a call waits for.
fn waiting<'a>(call: &'a Call, venues: &'a [VenueId]) -> impl Iterator<Item = usize> + 'a {
    venues.iter().filter_map(|venue| call.at(&Whom::Room(*venue))).filter(|at| !call.entries[*at].is_settled())
}

/// The key of an agent's start, by which one that began anew is told from one that is still looking.
pub type Nonce = [u8; 16];

/// How agents are reached: the nonce of those that are.
pub trait Reached {
    /// The start of an agent that is connected.
    fn nonce(&self, agent: AgentId) -> Option<Nonce>;
}
