//! Which rooms with shared equipment a call has tested just now: an inspection of whoever shares it gives way. A call never waits for an
//! inspection, and what a test finds of equipment that a call uses meanwhile says nothing of the room.

use std::collections::HashSet;
use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;

use super::super::Core;
use crate::roll_call::{Call, Whom};
use crate::units::Register;

/// See the module; of one moment.
pub(super) struct Called {
    register: Arc<Register>,
    /// Ours that look at something and have not ended.
    calls: Vec<Arc<Call>>,
    /// The rooms of those to us that go on.
    to_us: Vec<VenueId>,
}

impl Core {
    /// The calls that go on at a moment; none when no rooms share anything.
    pub(super) fn calls_at(&self, now: UnixMs) -> Called {
        let register = self.books.units.load_full();
        let looks =
            |call: &&Arc<Call>| call.is_open() && call.asked.depth != Depth::Present && now < call.asked.until_ms;
        let (calls, to_us) = if register.has_shared() {
            let desk = self.books.inbound.load();
            let open = desk.newest().filter(|inbound| inbound.is_open()).map(|inbound| inbound.call.venue);
            (self.province.calls().iter().filter(looks).cloned().collect(), open.collect())
        } else {
            (Vec::new(), Vec::new())
        };
        Called { register, calls, to_us }
    }
}

impl Called {
    const fn is_none(&self) -> bool {
        self.calls.is_empty() && self.to_us.is_empty()
    }

    fn has(&self, room: VenueId) -> bool {
        let waits = |call: &Arc<Call>| call.entry(&Whom::Room(room)).is_some_and(|entry| !entry.is_settled());
        self.to_us.contains(&room) || self.calls.iter().any(waits)
    }

    /// Whether a room that is not called shares equipment with one that is.
    pub(super) fn share_with(&self, venue: VenueId) -> bool {
        let sharing = || self.register.sharing(venue).unwrap_or_default();
        !self.is_none() && sharing().iter().any(|room| self.has(*room)) && !self.has(venue)
    }

    /// The equipment that is in use, each by the first of the rooms that share it.
    pub(super) fn equipment(&self) -> HashSet<VenueId> {
        let groups = self.register.shared().filter(|_| !self.is_none());
        groups
            .filter(|rooms| rooms.iter().any(|room| self.has(*room)))
            .filter_map(|rooms| rooms.first().copied())
            .collect()
    }
}
