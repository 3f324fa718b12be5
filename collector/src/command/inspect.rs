//! What is asked of the core about inspections.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;

use super::Reply;
use crate::inspection::{OfRecord, OfRun, Ordered, Pass, PlanChange, Run};

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
    /// A level passes on what lies with it, some parts of the record at once.
    Pass {
        /// The run's number.
        id: u64,
        /// The word.
        word: Pass,
        /// Only in this place.
        place: Option<PlaceCode>,
        /// The first part that is looked at.
        from: u32,
        /// The answer.
        reply: Reply<Passed>,
    },
    /// Read a whole run.
    Read {
        /// Its number.
        id: u64,
        /// The answer.
        reply: Reply<Arc<Run>>,
    },
    /// Read a run with the record of one venue alone.
    ReadRecord {
        /// Its number.
        id: u64,
        /// The venue.
        venue: VenueId,
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

/// What became of an [`Inspect::Pass`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// So many records were passed on.
    pub passed: u32,
    /// The part with which to go on; none: these were the last.
    pub next: Option<u32>,
}
