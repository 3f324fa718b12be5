//! What the API asks of the core loop; every command carries the way back of its answer.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use avow_shared::account::Totals;
use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::ToSchema;

use crate::assurance;
use crate::backup::under_way::Turn;
use crate::books::Seen;
use crate::fact::AgentState;
use crate::groups;
use crate::hand::{End, NotSent};
use crate::inbound;
use crate::inspection::OfRecord;
use crate::links::{self, LinkId};
use crate::meetings::Meeting;
use crate::obligations::{self, Change, Confirmation};
use crate::rectify;
use crate::registry::{ImportReport, Rows};
use crate::roll_call::{Asked, ByHand, Call, Closed, Forecast, Note, Said, Whom};
use crate::schedules;
use crate::scope::Meant;
use crate::units::{self, UnitsReport};
use crate::warning::frequent::OftenKept;

mod inspect;

pub use inspect::{Inspect, Passed};

/// The way back of an answer.
pub type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Why the core does not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What it names does not exist.
    #[error("{0}")]
    NotFound(String),
    /// It does not fit the state of things.
    #[error("{0}")]
    Conflict(String),
    /// Another value is expected.
    #[error("{0}")]
    Wrong(String),
    /// Disk or database failed.
    #[error("{0}")]
    Failed(String),
}

/// A command to the core loop.
#[derive(Debug)]
pub enum Command {
    /// Plan an import; when it is no dry run and has no errors, persist and apply it.
    Import {
        /// The rows, already read from CSV outside the loop.
        rows: Box<Rows>,
        /// Only tell what would change.
        dry_run: bool,
        /// The answer.
        reply: Reply<ImportReport>,
    },
    /// Plan that a file takes the place of the register of units; when it is no dry run and has no errors, do it.
    ReplaceUnits {
        /// The rows, already read outside the loop.
        rows: Box<units::Rows>,
        /// Only tell what would change.
        dry_run: bool,
        /// The answer.
        reply: Reply<UnitsReport>,
    },
    /// Keep, confirm or withdraw a joint test, or have something else owed.
    Oblige {
        /// What is to be changed.
        change: Change,
        /// The answer: the number of the joint test that is new or changed.
        reply: Reply<Option<u64>>,
    },
    /// Open matters that are to be put right, or take a step of one.
    Rectify {
        /// What is to be changed.
        change: rectify::Change,
        /// The answer: which matters it touched.
        reply: Reply<rectify::Written>,
    },
    /// Start, adjust or end heightened assurance, or approve a change in it.
    Assure {
        /// What is to be changed.
        change: assurance::Change,
        /// The answer: what it touched.
        reply: Reply<assurance::Written>,
    },
    /// Rooms that fail often are found by another rule.
    Often {
        /// The rule, and who says so.
        kept: OftenKept,
        /// The answer.
        reply: Reply<()>,
    },
    /// A person's decision about a key.
    DecideAgent {
        /// The key.
        id: AgentId,
        /// What is to happen.
        action: Decision,
        /// The answer: the key as it stands then.
        reply: Reply<AgentItem>,
    },
    /// Keep a meeting.
    AddMeeting {
        /// What is to be kept.
        meeting: Meeting,
        /// The answer: its number.
        reply: Reply<u64>,
    },
    /// Forget a meeting.
    RemoveMeeting {
        /// Its number.
        id: u64,
        /// The answer.
        reply: Reply<()>,
    },
    /// Call the roll.
    BeginCall {
        /// What is asked; its beginning is the core's.
        asked: Asked,
        /// The answer: the call as it begins.
        reply: Reply<Arc<Call>>,
    },
    /// Tell for whom a roll call would be that began now, and what it could prove.
    ForecastCall {
        /// What would be asked.
        asked: Asked,
        /// The answer; nobody has been asked.
        reply: Reply<(Meant, Option<Forecast>)>,
    },
    /// Change a roll call by a person's word.
    ChangeCall {
        /// Its number.
        id: OrderNumber,
        /// The word.
        word: CallWord,
        /// The answer.
        reply: Reply<()>,
    },
    /// Read the record of a roll call that is long over.
    ReadCall {
        /// Its number.
        id: OrderNumber,
        /// The answer.
        reply: Reply<Arc<Call>>,
    },
    /// Write a note about a call in the place of what was written.
    NoteCall {
        /// Its number.
        id: OrderNumber,
        /// What is written.
        note: Note,
        /// The answer.
        reply: Reply<()>,
    },
    /// Save, change or remove a group.
    Group {
        /// What is to be changed.
        change: groups::Change,
        /// The answer: the number of what is new or changed.
        reply: Reply<Option<u64>>,
    },
    /// Save, change, rest or remove a schedule of roll calls.
    Schedule {
        /// What is to be changed.
        change: schedules::Change,
        /// The answer: the number of what is new or changed.
        reply: Reply<Option<u64>>,
    },
    /// Make a one-time link, or take one back.
    Link {
        /// What is to be changed.
        change: links::Change,
        /// The answer.
        reply: Reply<()>,
    },
    /// Whoever holds a link to a record of an inspection hands it in: the link is used up and the record changed, both or neither.
    HandInByLink {
        /// The link.
        id: LinkId,
        /// What was looked at.
        word: OfRecord,
        /// The answer.
        reply: Reply<()>,
    },
    /// Whoever holds a link to a joint test confirms it: the link is used up and the test confirmed, both or neither.
    ConfirmByLink {
        /// The link.
        id: LinkId,
        /// What the page showed; when something else stands there by now nothing is confirmed.
        said: Box<obligations::Said>,
        /// Who confirms.
        who: Confirmation,
        /// The answer.
        reply: Reply<()>,
    },
    /// Whoever holds a link to a roll call answers it: the link is used up and the answer taken, both or neither.
    AnswerByLink {
        /// The link.
        id: LinkId,
        /// The answer; the operator is whoever made the link.
        word: ByHand,
        /// The answer.
        reply: Reply<()>,
    },
    /// A call to us comes in.
    BeginInbound {
        /// What is asked.
        asked: inbound::Asked,
        /// The answer: its number, and whether it is new.
        reply: Reply<(OrderNumber, bool)>,
    },
    /// Change a call to us by a person's word.
    ChangeInbound {
        /// Its number.
        id: OrderNumber,
        /// The word.
        event: inbound::Event,
        /// The answer.
        reply: Reply<()>,
    },
    /// Something about inspection runs and plans.
    Inspect(Inspect),
    /// Have two venues take part in one run.
    BeginRun {
        /// In the order in which they speak.
        ends: [End; 2],
        /// Whether the person confirmed that it is heard in both rooms.
        confirmed: bool,
        /// The answer: its number, or why nothing was sent.
        reply: Reply<Result<OrderNumber, NotSent>>,
    },
    /// Collect everything for a backup.
    Backup {
        /// The place in which one at a time is under way.
        turn: Turn,
        /// The answer: the file, complete and without a name, and the turn, to be dropped after it. When nobody waits for it any more, the work ends.
        reply: Reply<(File, Turn)>,
    },
    /// A complete, checked backup file lies at `staged`: take it when the store is empty and whoever sent it still waits, and start anew.
    Restore {
        /// The file.
        staged: PathBuf,
        /// The answer, sent before the restart.
        reply: Reply<()>,
    },
}

/// A person's word about a roll call.
#[derive(Clone, Debug)]
pub enum CallWord {
    /// About somebody who is called.
    Said(Whom, Said),
    /// It is over.
    Closed(Closed),
}

/// What a person decides about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Its reports are stored from now on.
    Accept,
    /// It is turned away.
    Refuse,
}

/// A key as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentItem {
    /// The key's id.
    #[schema(value_type = String)]
    pub id: AgentId,
    /// How HQ stands to it.
    pub state: AgentState,
    /// Why, in words, when that needs some: which key already serves the venue.
    #[schema(required)]
    pub reason: Option<String>,
    /// The place that it says it stands in.
    pub place: String,
    /// The venues that it says it serves.
    #[schema(value_type = Vec<String>)]
    pub venues: Vec<VenueId>,
    /// When HQ first heard of it.
    pub first_seen_ms: UnixMs,
    /// When HQ last heard of it.
    #[schema(required)]
    pub last_seen_ms: Option<UnixMs>,
    /// Whether a connection of it is up.
    pub connected: bool,
    /// Its program's version.
    #[schema(required)]
    pub version: Option<String>,
}

/// The ends of numbers: `produced = stored + refused + dropped + void + missing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ends {
    /// Numbers given out.
    pub produced: u64,
    /// In the flushed journal.
    pub stored: u64,
    /// Signed but not believable.
    pub refused: u64,
    /// Given up by a full spool.
    pub dropped: u64,
    /// Never used.
    pub void: u64,
    /// Without an end so far.
    pub missing: u64,
    /// Stored twice: always 0.
    pub duplicates: u64,
}

impl AgentItem {
    /// A key as the books have it.
    #[must_use]
    pub fn new(id: AgentId, seen: &Seen) -> Self {
        let Seen { agent, last_ms, connected } = seen;
        Self {
            id,
            state: agent.state,
            reason: Some(agent.reason.clone()).filter(|reason| !reason.is_empty()),
            place: agent.venues.first().map(|venue| venue.place.to_string()).unwrap_or_default(),
            venues: agent.venues.clone(),
            first_seen_ms: agent.first_seen_ms,
            last_seen_ms: Some(*last_ms),
            connected: *connected,
            version: Some(agent.software.clone()).filter(|software| !software.is_empty()),
        }
    }
}

impl Ends {
    /// The sums of an account, with what the ledger knows of duplicates.
    #[must_use]
    pub const fn new(sums: Totals, duplicates: u64) -> Self {
        let Totals { produced, stored, refused, dropped, void, missing } = sums;
        Self { produced, stored, refused, dropped, void, missing, duplicates }
    }
}

impl std::ops::AddAssign for Ends {
    fn add_assign(&mut self, other: Self) {
        self.produced += other.produced;
        self.stored += other.stored;
        self.refused += other.refused;
        self.dropped += other.dropped;
        self.void += other.void;
        self.missing += other.missing;
        self.duplicates += other.duplicates;
    }
}

/// The ends of one spool's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpoolAccount {
    /// Whose spool.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// The spool.
    #[schema(value_type = String)]
    pub spool: SpoolId,
    /// Its numbers.
    #[serde(flatten)]
    pub ends: Ends,
}

/// The ends of all numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accounting {
    /// All together.
    pub total: Ends,
    /// By spool.
    pub agents: Vec<SpoolAccount>,
}
