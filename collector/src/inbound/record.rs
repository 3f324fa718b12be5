//! What is written down of a call, what happens to it, and what follows from that.

use avow_shared::outcome::Verdict;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Way;

/// A step by its place in the call.
pub type StepNo = u8;

/// How far a step is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// It waits for another step, for what it needs, or for a free place.
    Waiting,
    /// It runs.
    Running {
        /// Since when.
        since_ms: UnixMs,
    },
    /// It could not be asked for.
    Unasked {
        /// When that was known.
        at_ms: UnixMs,
        /// Why not.
        why: Unasked,
    },
    /// A check ended.
    Checked {
        /// How long it took.
        took_ms: u64,
        /// When it ended.
        at_ms: UnixMs,
        /// What it found.
        verdict: Verdict,
    },
    /// A person looked and says how it is.
    Said {
        /// When.
        at_ms: UnixMs,
        /// Who.
        person: Box<str>,
        /// Whether it works.
        works: bool,
    },
}

impl Progress {
    /// Whether it came to something.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Running { .. })
    }
}

/// Why a check could not be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unasked {
    /// No box serves the room.
    NoBox,
    /// Its box is not connected.
    Away,
    /// Its box reads no such order: its program is of an earlier version.
    Old,
}

/// How somebody answered the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// 人工: over the system that was called.
    Manual,
    /// 备用: over the backup system.
    Backup,
    /// 电话: on the telephone.
    Telephone,
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// 自动: a terminal picked up by itself; nobody was there.
    Automatic,
    /// A person.
    Person {
        /// Their name.
        name: Box<str>,
        /// In which way.
        how: How,
    },
}

/// The answer that counts: the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who gave it.
    pub by: By,
    /// When.
    pub at_ms: UnixMs,
    /// Whether the room could answer then, and how.
    pub ready: Option<Way>,
}

/// How the call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// 按时应答.
    OnTime,
    /// 超时应答.
    Late,
    /// 未应答.
    Missed,
    /// 撤销: it was no call, or not for us.
    Dropped {
        /// Who says so.
        person: Box<str>,
        /// Why.
        reason: Box<str>,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The run that was last asked for of a step's check ended, perhaps after it was given up; what an earlier one finds is not to be told.
    Checked(StepNo, Verdict),
    /// A step's check could not be asked for.
    Unasked(StepNo, Unasked),
    /// A person says how it is with what a step is about.
    Said(StepNo, Box<str>, bool),
    /// Something was put right: the check is to run once more.
    Again(StepNo),
    /// The caller was answered.
    Answered(By),
    /// It is done: the caller hung up, or the person at the post ends it.
    Close,
    /// It was no call.
    Drop(Box<str>, Box<str>),
    /// Time went by.
    Tick,
}

/// What is to be done or told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Have a step's check run.
    Run(StepNo),
    /// Stop waiting for a step's check, and stop it where it can be stopped.
    GiveUp(StepNo),
    /// 可应答: tell it at once.
    Ready(Way),
    /// It was ready, and is not any more.
    NotReady,
    /// The time is over, and nobody answered.
    Overdue,
    /// The call ended: what it is now is the record.
    Closed,
}
