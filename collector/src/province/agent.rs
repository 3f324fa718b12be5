//! What the province keeps of an agent: which venues it serves, whether it is up, the ranks of its spools.

use avow_shared::id::{SpoolId, VenueId};
use avow_shared::time::{ClockQuality, UnixMs};
use serde::{Deserialize, Serialize};

use super::venue::Order;
use crate::fact::AgentState;

/// Older spools than these of one agent are forgotten; what still comes from them counts as new.
const MOST_SPOOLS: usize = 8;

/// An agent as the fold sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agent {
    /// How HQ stands to it.
    pub state: AgentState,
    /// What it serves, sorted.
    pub venues: Vec<VenueId>,
    /// When HQ last got something that it signed.
    pub last_ms: Option<UnixMs>,
    /// Whether a connection of it is up.
    #[serde(skip)]
    pub connected: bool,
    /// Its clock, as of the newest batch.
    pub clock: ClockQuality,
    /// Its spools and their ranks, oldest first.
    pub(super) spools: Vec<(SpoolId, u64)>,
    /// The place of its newest description.
    pub(super) described: Option<Order>,
    /// The index of the place that it counts in while connected.
    #[serde(skip)]
    pub(super) counted_at: Option<u32>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            state: AgentState::Accepted,
            venues: Vec::new(),
            last_ms: None,
            connected: false,
            clock: ClockQuality::Unset,
            spools: Vec::new(),
            described: None,
            counted_at: None,
        }
    }
}

impl Agent {
    /// The rank of `spool`; a spool seen first is newer than all others.
    pub(super) fn rank(&mut self, spool: SpoolId, next_rank: &mut u64) -> u64 {
        if let Some((_, rank)) = self.spools.iter().find(|(known, _)| *known == spool) {
            return *rank;
        }
        if self.spools.len() == MOST_SPOOLS {
            self.spools.remove(0);
        }
        let rank = *next_rank;
        *next_rank += 1;
        self.spools.push((spool, rank));
        rank
    }

    /// Notes that it serves `venue`; says whether that is new.
    pub(super) fn serves(&mut self, venue: VenueId) -> bool {
        let missing = self.venues.binary_search(&venue).err();
        if let Some(at) = missing {
            self.venues.insert(at, venue);
        }
        missing.is_some()
    }
}
