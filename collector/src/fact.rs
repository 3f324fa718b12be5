//! What the fold sees, live and on replay alike: the border between the ingest path and the province.

use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::ranges::Range;
use avow_shared::time::{UnixMs, WallTime};
use avow_shared::wire::Numbered;

/// A number in the journal: order of arrival, from 1, never used twice.
pub type Arrival = u64;

/// One batch of reports that is in the flushed journal.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its place in the journal.
    pub arrival: Arrival,
    /// HQ's time when it came.
    pub received_ms: UnixMs,
    /// Who signed it.
    pub agent: AgentId,
    /// The agent's first venue, as its header says.
    pub venue: VenueId,
    /// The spool of its numbers.
    pub spool: SpoolId,
    /// The agent's clock when it sent the batch.
    pub sent_at: WallTime,
    /// The highest number given out, as the header says.
    pub produced: u64,
    /// Ranges the agent gave up.
    pub dropped: Vec<Range>,
    /// Ranges the agent never used.
    pub void: Vec<Range>,
    /// The reports that HQ did not hold before, ascending by number; believable, checked for the agent's own venues.
    pub reports: Vec<Numbered>,
    /// Numbers that are refused: signed, but not believable.
    pub refused: Vec<Range>,
}

/// How HQ stands to an agent's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentState {
    /// Its reports are stored.
    Accepted,
    /// Waits for a person.
    Pending,
    /// A person refused it.
    Refused,
    /// Another key serves one of its venues.
    Conflict,
}
