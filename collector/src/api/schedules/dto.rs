//! Schedules of roll calls, word for word as the contract names them.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::roll_call::{RollCallDepth, RollCallNamed};
use crate::calendar::Rule;
use crate::roll_call::Kind;

/// A schedule that is to be kept: either `group`, or places, venues and units.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// What people call it and its calls, 1 to 64 characters.
    pub name: String,
    /// When.
    pub rule: Rule,
    /// A saved group, as it is when it is called.
    #[serde(default)]
    pub group: Option<u64>,
    /// Everything under these division codes, at most 64 …
    #[serde(default)]
    pub places: Vec<String>,
    /// … but not under these, at most 64; and
    #[serde(default)]
    pub except: Vec<String>,
    /// of them the rooms of these levels alone (`province`, `city`, `county`, `township`, `village`; all when none is named), and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these venues, at most 1000, and
    #[serde(default)]
    pub venues: Vec<String>,
    /// the rooms of these units, at most 1000.
    #[serde(default)]
    pub units: Vec<String>,
    /// How deep.
    pub depth: RollCallDepth,
    /// Seconds until which an answer is on time, 10 to 3600; 180 when not said.
    #[serde(default = "three_minutes")]
    pub deadline_s: u32,
    /// Whoever keeps it agrees that at every one of its calls cameras turn and a short sound is heard in rooms without a meeting.
    #[serde(default)]
    pub confirmed: bool,
    /// Why; `duty` when not said.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// In whose name it is called, 1 to 64 characters.
    pub operator: String,
    /// On whose word, at most 128 characters.
    #[serde(default)]
    pub basis: String,
    /// Whether it rests.
    #[serde(default)]
    pub paused: bool,
}

const fn three_minutes() -> u32 {
    180
}

/// Whether a schedule is to rest.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPause {
    /// It rests.
    pub paused: bool,
}

/// What became of a time at which a schedule was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SlotOutcome {
    /// It was called.
    Called,
    /// HQ was off for more than ten minutes, or another of its times was as near.
    Missed,
    /// It could not be called.
    Failed,
}

/// A time at which a schedule was due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotItem {
    /// When.
    pub at_ms: UnixMs,
    /// What became of it.
    pub outcome: SlotOutcome,
    /// The call.
    #[schema(required)]
    pub call: Option<u64>,
    /// Why it could not be called.
    #[schema(required)]
    pub reason: Option<String>,
    /// The same in Chinese.
    #[serde(default)]
    #[schema(required)]
    pub reason_zh: Option<String>,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleItem {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub name: String,
    /// When.
    pub rule: Rule,
    /// The group that it calls; its name is empty when there is no such group any more.
    #[schema(required)]
    pub group: Option<RollCallNamed>,
    /// Else everything under these …
    pub places: Vec<String>,
    /// … but not under these; and
    pub except: Vec<String>,
    /// of them the rooms of these levels alone, of all when none is named; and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these, and
    pub venues: Vec<String>,
    /// the rooms of these.
    pub units: Vec<String>,
    /// How deep.
    pub depth: RollCallDepth,
    /// Seconds until which an answer is on time.
    pub deadline_s: u32,
    /// Whether cameras may turn and a sound be heard.
    pub confirmed: bool,
    /// Why.
    pub kind: Kind,
    /// In whose name.
    pub operator: String,
    /// On whose word.
    pub basis: String,
    /// Whether it rests.
    pub paused: bool,
    /// When it is due next; none while it rests.
    #[schema(required)]
    pub next_ms: Option<UnixMs>,
    /// When a person last changed it.
    pub changed_ms: UnixMs,
    /// What became of its last 32 times, the newest first.
    pub slots: Vec<SlotItem>,
}

/// All schedules, at most 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// By name.
    pub items: Vec<ScheduleItem>,
}
