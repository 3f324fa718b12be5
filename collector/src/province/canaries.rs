//! The canaries of agents: when each was planted and when HQ saw it. One a venue, the first of its agent; they count nowhere.

use avow_shared::canary::planted;
use avow_shared::id::{AgentId, VenueId};
use avow_shared::outcome::Outcome;
use avow_shared::time::{ClockQuality, UnixMs};
use serde::{Deserialize, Serialize};

use super::fold::when;
use super::venue::Venue;
use super::{Province, View};
use crate::fact::Stored;

/// How late a canary may be beyond twice its time before its agent counts as stopped.
const GRACE_MS: u64 = 60_000;

/// The newest canary of an agent. A snapshot holds it: another form needs another version of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// When it was planted, by the agent's clock.
    pub planted_ms: UnixMs,
    /// How far that clock may be wrong; none when it is not set or nobody knows.
    pub error_ms: Option<u32>,
    /// When readers of HQ saw it.
    pub seen_ms: UnixMs,
    /// The next one is expected after so many seconds.
    pub every_s: u32,
}

impl Canary {
    /// How long it took, as far as the two clocks agree; none when the agent has no clock.
    #[must_use]
    pub fn took_ms(&self) -> Option<u64> {
        (self.planted_ms > 0).then(|| self.seen_ms.saturating_sub(self.planted_ms))
    }

    /// Whether the next one should have come.
    #[must_use]
    pub fn is_missed(&self, now_ms: UnixMs) -> bool {
        now_ms > self.seen_ms + u64::from(self.every_s) * 2_000 + GRACE_MS
    }
}

impl Venue {
    /// Whether its agent is there and yet its canary does not come: connected but stopped.
    #[must_use]
    pub fn is_stopped(&self, now_ms: UnixMs) -> bool {
        let is_there = self.link.is_some_and(|link| link.connected);
        is_there && self.canary.is_some_and(|canary| canary.is_missed(now_ms))
    }
}

/// What the canaries of the province say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Agents that planted one.
    pub agents: usize,
    /// Of the newest of each that has a clock: the median of how long it took …
    pub p50_ms: Option<u64>,
    /// … and how long all but one in a hundred took at most.
    pub p99_ms: Option<u64>,
    /// The age of the newest of that agent from whom nothing came for longest.
    pub oldest_ms: Option<u64>,
    /// The venues whose agent is connected but stopped.
    pub stopped: Vec<VenueId>,
}

impl View {
    /// Looks at the canary of every agent.
    #[must_use]
    pub fn canaries(&self, now_ms: UnixMs) -> Sums {
        let mut sums = Sums::default();
        let mut times = Vec::new();
        for venue in self.venues() {
            let Some(canary) = venue.canary else { continue };
            sums.agents += 1;
            times.extend(canary.took_ms());
            sums.oldest_ms = sums.oldest_ms.max(Some(now_ms.saturating_sub(canary.seen_ms)));
            sums.stopped.extend(venue.is_stopped(now_ms).then_some(venue.id));
        }
        times.sort_unstable();
        let at =
            |per_cent: usize| times.get((times.len() * per_cent / 100).min(times.len().saturating_sub(1))).copied();
        (sums.p50_ms, sums.p99_ms) = (at(50), at(99));
        sums
    }
}

impl Province {
    /// An agent planted one, or took it away: nothing else of the venue changes by it.
    pub(super) fn canary(&mut self, stored: &Stored, outcome: &Outcome) {
        let Some(every_s) = planted(outcome) else { return };
        let error_ms = if let ClockQuality::Synced { error_ms } = outcome.at.quality { Some(error_ms) } else { None };
        let has_clock = outcome.at.quality != ClockQuality::Unset;
        let planted_ms = if has_clock { when(outcome.at, stored.received_ms) } else { 0 };
        let new = Canary { planted_ms, error_ms, seen_ms: stored.received_ms, every_s };
        let is_newer = self.edit(outcome.venue, |venue| {
            // What comes late out of a backlog is older than what was seen already.
            let is_newer = venue.canary.is_none_or(|held| held.planted_ms <= planted_ms);
            venue.canary = if is_newer { Some(new) } else { venue.canary };
            is_newer
        });
        if is_newer == Some(true) && self.listening_ms.is_some() {
            self.planted.push(outcome.venue);
            self.touch(outcome.venue);
        }
    }

    /// Readers see now what was planted; comes back whose each was, and how long it took, milliseconds, where that is known.
    pub fn see_canaries(&mut self, now_ms: UnixMs) -> Vec<(AgentId, Option<u64>)> {
        let planted = std::mem::take(&mut self.planted);
        let seen = |id: VenueId| {
            let took = self.edit(id, |venue| {
                let canary = venue.canary.as_mut()?;
                canary.seen_ms = canary.seen_ms.max(now_ms);
                Some((venue.link?.agent, canary.took_ms()))
            });
            took.flatten()
        };
        planted.into_iter().filter_map(seen).collect()
    }
}
