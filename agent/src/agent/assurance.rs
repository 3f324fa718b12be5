//! HQ tells of heightened assurance: watches run more often, and nothing is changed while it says so.

use avow_shared::assurance::Assurance;
use avow_shared::id::VenueId;
use avow_shared::order::Order;

use super::{Agent, Effect, Memory};
use crate::clock::Now;

impl Agent {
    /// HQ's list, whenever it comes: it passes no gate, and only a newer one counts.
    pub(super) fn hear_assurance(&mut self, order: &Order, list: &Assurance, now: Now, effects: &mut Vec<Effect>) {
        let is_meant = order.scope.means(self.reporter.id(), self.config.place());
        if is_meant && self.assurance.take(list.clone(), self.meetings.moment(now), now.mono_ms) {
            tracing::info!(spans = list.spans.len(), "HQ told of heightened assurance");
            effects.push(Effect::Remember(Memory::Assurance(list.clone())));
        }
    }

    /// Whether nothing may be changed in a room now.
    pub(super) fn is_frozen(&self, venue: VenueId, now: Now) -> bool {
        self.assurance.is_frozen(venue, self.meetings.moment(now), now.mono_ms)
    }

    /// Has watches and whispers run as often as they must now.
    pub(super) fn hurry_watches(&mut self, now: Now) {
        if self.assurance.is_idle() {
            return;
        }
        let at = self.meetings.moment(now);
        for (nth, exercise) in self.config.exercises.iter().enumerate() {
            let every_ms = self.assurance.every_ms(exercise.name.venue, at);
            self.schedule.hurry(nth, every_ms.filter(|_| exercise.work.is_hurried()), now.mono_ms);
        }
        self.assurance.looked(at);
    }

    /// When something of it begins or ends next, monotonic milliseconds.
    pub(super) fn assurance_wake_ms(&self, now: Now) -> u64 {
        self.assurance.wake_ms(self.meetings.moment(now), now.mono_ms)
    }
}
