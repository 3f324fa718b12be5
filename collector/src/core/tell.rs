//! HQ's meetings in the core: kept on disk before they are in force, and told to the agents that they concern.

use std::sync::Arc;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::Task;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use avow_shared::wire::MEETINGS_SINCE;

use super::Core;
use crate::command::Refusal;
use crate::hand::NotSent;
use crate::meetings::{MOST, Meeting, Meetings};
use crate::registry::Registry;
use crate::store::{Batch, Error, Store};

const PREFIX: &[u8] = b"meeting/";
const END: &[u8] = b"meeting0";
/// The version of a record.
const VERSION: u8 = 1;

/// Reads all meetings back; one that cannot be read is passed over.
pub(super) fn load(store: &Store) -> Result<Meetings, Error> {
    let mut meetings = Meetings::default();
    for pair in store.range(PREFIX, END) {
        let (key, value) = pair?;
        let id = key.get(PREFIX.len()..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes);
        let meeting = value.strip_prefix(&[VERSION]).and_then(|rest| postcard::from_bytes::<Meeting>(rest).ok());
        match (id, meeting) {
            (Some(id), Some(meeting)) => meetings.put(id, Arc::new(meeting)),
            _ => tracing::error!("a meeting in the database cannot be read and is passed over"),
        }
    }
    Ok(meetings)
}

fn key(id: u64) -> Vec<u8> {
    [PREFIX, &id.to_be_bytes()].concat()
}

impl Core {
    /// Keeps a meeting and has everybody told whom it concerns; its number.
    pub(super) fn add_meeting(&mut self, meeting: Meeting, now: UnixMs) -> Result<u64, Refusal> {
        let mut meetings = Meetings::clone(&self.books.meetings.load());
        let mut batch = Batch::new();
        for old in meetings.forgettable(now) {
            meetings.remove(old);
            batch.remove(&key(old));
        }
        if meetings.len() >= MOST {
            return Err(Refusal::Conflict(format!("there are {MOST} meetings already, as many as are kept")));
        }
        let (id, meeting) = (meetings.next_id(now), Arc::new(meeting));
        let value = [&[VERSION], postcard::to_allocvec(meeting.as_ref()).unwrap_or_default().as_slice()].concat();
        batch.put(&key(id), &value);
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        meetings.put(id, Arc::clone(&meeting));
        self.books.meetings.store(Arc::new(meetings));
        self.meeting_changed(&meeting);
        Ok(id)
    }

    /// Forgets a meeting and has everybody told whom it concerned.
    pub(super) fn remove_meeting(&mut self, id: u64) -> Result<(), Refusal> {
        let mut meetings = Meetings::clone(&self.books.meetings.load());
        let meeting = meetings.remove(id).ok_or_else(|| Refusal::NotFound(format!("there is no meeting {id}")))?;
        let mut batch = Batch::new();
        batch.remove(&key(id));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.meetings.store(Arc::new(meetings));
        self.meeting_changed(&meeting);
        Ok(())
    }

    fn meeting_changed(&mut self, meeting: &Meeting) {
        let concerns = |id: &AgentId| {
            let takes_part = |venue: &VenueId| meeting.whom.has(*venue, self.province.tree());
            self.agents.get(*id).is_some_and(|agent| agent.venues.iter().any(takes_part))
        };
        let concerned: Vec<AgentId> = self.rounds.reached().filter(concerns).collect();
        concerned.into_iter().for_each(|agent| self.rounds.changed(agent));
    }

    /// Places were put elsewhere in the tree: meetings and responses of what is above them concern other rooms now.
    pub(super) fn places_moved(&mut self, before: &Registry, now: UnixMs) {
        let after = Arc::clone(self.province.registry());
        let parent = |registry: &Registry, place| registry.places.get(place).and_then(|entry| entry.parent);
        let moved = after.places.keys().filter(|place| parent(before, place) != parent(&after, place));
        let moved: Vec<PlaceCode> = moved.copied().collect();
        if moved.is_empty() {
            return;
        }
        self.follow_responses(now);
        let is_in = |agent: &AgentId| {
            let lies = |venue: &VenueId| moved.iter().any(|place| self.province.tree().lies_in(venue.place, *place));
            self.agents.get(*agent).is_some_and(|agent| agent.venues.iter().any(lies))
        };
        let concerned: Vec<AgentId> = self.rounds.reached().filter(is_in).collect();
        concerned.into_iter().for_each(|agent| self.rounds.changed(agent));
    }

    /// An accepted agent said hello: it hears of the meetings at once, if it reads of any.
    pub(super) fn tell_meetings_first(&mut self, agent: AgentId, reads: &[u8], now: UnixMs) {
        if reads.contains(&MEETINGS_SINCE) {
            self.tell_meetings(agent, now);
        }
    }

    /// Tells whoever is due.
    pub(super) fn tell_meetings_due(&mut self, now: UnixMs) {
        for agent in self.rounds.take(now) {
            self.tell_meetings(agent, now);
        }
    }

    fn tell_meetings(&mut self, agent: AgentId, now: UnixMs) {
        let Some(known) = self.agents.get(agent) else { return self.rounds.gone(agent) };
        let list = self.books.meetings.load().list(&known.venues, self.province.tree(), now);
        self.rounds.told(agent, now);
        let sent = self.hand.tell(agent, Task::Meetings(list), now);
        let sent = sent.and_then(|()| match self.assurance_for(agent, now) {
            Some(task) => self.hand.tell(agent, task, now),
            None => Ok(()),
        });
        match sent {
            Ok(()) => {}
            // Its next hello brings it back.
            Err(NotSent::Away) => self.rounds.gone(agent),
            Err(NotSent::NoWayOut | NotSent::TooFast | NotSent::Busy) => self.rounds.changed(agent),
        }
    }
}
