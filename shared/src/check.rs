//! One test that HQ wants now, without overriding anything, and what it found. Pure.
//!
//! [`Task::Probe`](crate::order::Task::Probe) is a person's order, which passes the interlock once it is confirmed, and its answer says only
//! that it was done. This one is for rooms that are called: it passes what a roll call passes and, when somebody agreed, quiet hours; what it found
//! names the order, so that nobody has to guess which of two runs a verdict is of.

use serde::{Deserialize, Serialize};

use crate::id::{ProbeId, VenueId};
use crate::order::OrderNumber;
use crate::outcome::Verdict;
use crate::time::WallTime;

/// What is to be tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which venue.
    pub venue: VenueId,
    /// Which of its probes.
    pub probe: ProbeId,
    /// Whether somebody at HQ agreed that a camera turns and a short sound is heard when there is no meeting: then neither the list of what
    /// the schedule may use nor people in the room nor quiet hours stand against it.
    pub confirmed: bool,
}

/// How it ended. Its outcome, with what was measured, is a report of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The order that wanted it.
    pub order: OrderNumber,
    /// The venue.
    pub venue: VenueId,
    /// Its probe.
    pub probe: ProbeId,
    /// When it ended, by the agent's clock.
    pub at: WallTime,
    /// How long it ran, milliseconds; 0 when it did not run.
    pub took_ms: u32,
    /// The judgement; unknown also when the interlock refused, or nothing there could run.
    pub verdict: Verdict,
}

impl Checked {
    /// Whether it keeps its bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.verdict.is_bounded()
    }
}
