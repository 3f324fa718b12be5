//! What is asked of the core about inspections.

use std::sync::Arc;

use avow_shared::id::VenueId;

use super::Reply;
use crate::inspection::{OfRecord, OfRun, Ordered, PlanChange, Run};

/// See the module.
#[derive(Debug)]
pub enum Inspect {
    /// Begin a run.
    Begin {
        /// What is to be done.
        ordered: Box<Ordered>,
        /// The answer: its number.
        reply: Reply<u64>,
    },
    /// A person's word about a run.
    OfRun {
        /// Its number.
        id: u64,
        /// The word.
        word: OfRun,
        /// The answer.
        reply: Reply<()>,
    },
    /// A person's word about a venue in a run.
    OfRecord {
        /// The run's number.
        id: u64,
        /// The venue.
        venue: VenueId,
        /// The word.
        word: OfRecord,
        /// The answer.
        reply: Reply<()>,
    },
    /// Read a whole run.
    Read {
        /// Its number.
        id: u64,
        /// The answer.
        reply: Reply<Arc<Run>>,
    },
    /// Change plans, templates or working days.
    Plan {
        /// The change.
        change: PlanChange,
        /// The answer: the number of the plan that is new or changed.
        reply: Reply<Option<u64>>,
    },
}
