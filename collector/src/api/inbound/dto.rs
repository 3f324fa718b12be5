//! Calls to us, word for word as the contract names them.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::inbound::{Kind, Need, StepNo, Unasked, Way};
use crate::roll_call::Mode;

/// A call that comes in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInbound {
    /// The room that is to answer.
    pub venue: String,
    /// Who calls, at most 64 characters.
    pub caller: String,
    /// Why; `duty` when not said.
    #[serde(default)]
    pub kind: Kind,
    /// On whose word, at most 128 characters.
    #[serde(default)]
    pub basis: String,
    /// Who took the call at the post, at most 64 characters.
    #[serde(default)]
    pub operator: String,
    /// Seconds within which it must be answered, 10 to 3600; 180 when not said.
    #[serde(default = "three_minutes")]
    pub deadline_s: u32,
    /// Whether cameras may turn and a short sound may be heard when there is no meeting in the room; true when not said: the room is called.
    #[serde(default = "agreed")]
    pub confirmed: bool,
    /// Two with the same key are one call, at most 64 characters. Without one, the same caller to the same room for the same reason is one
    /// call until a person has answered or its time is over.
    #[serde(default)]
    pub key: Option<String>,
}

const fn three_minutes() -> u32 {
    180
}

const fn agreed() -> bool {
    true
}

/// What a person says of a call.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "word", rename_all = "kebab-case", deny_unknown_fields)]
pub enum InboundWord {
    /// How it is with what a step is about, whatever was tested.
    Step {
        /// Which.
        step: StepNo,
        /// Whether it works.
        works: bool,
        /// Who says so, at most 64 characters.
        person: String,
    },
    /// Something was put right: test it once more.
    Again {
        /// Which.
        step: StepNo,
    },
    /// The caller was answered.
    Answered {
        /// In which way: `auto` when a terminal picked up by itself.
        how: Mode,
        /// Who, at most 64 characters; nobody for `auto`.
        #[serde(default)]
        person: String,
    },
    /// It is done.
    Close {},
    /// It was no call, or not for us.
    Drop {
        /// Who says so, at most 64 characters.
        person: String,
        /// Why, at most 128 characters.
        reason: String,
    },
}

/// How a call stands or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InboundState {
    /// It goes on.
    Open,
    /// 按时应答.
    OnTime,
    /// 超时应答.
    Late,
    /// 未应答.
    Missed,
    /// 撤销.
    Dropped,
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundReply {
    /// In which way.
    pub how: Mode,
    /// Who; empty for `auto`.
    pub person: String,
    /// Milliseconds after the call.
    pub after_ms: u64,
    /// Whether the room could answer then, and how.
    #[schema(required)]
    pub ready: Option<Way>,
}

/// A call to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundItem {
    /// Its number.
    pub id: u64,
    /// Counts up with every change.
    pub revision: u64,
    /// The room.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// The unit that uses it.
    pub unit: String,
    /// Who calls.
    pub caller: String,
    /// Why.
    pub kind: Kind,
    /// On whose word.
    pub basis: String,
    /// Who took it.
    pub operator: String,
    /// Whether cameras may turn and a short sound may be heard.
    pub confirmed: bool,
    /// When it came.
    pub received_ms: UnixMs,
    /// Until when it must be answered.
    pub until_ms: UnixMs,
    /// What is left of that now; 0 when it is over.
    pub left_ms: u64,
    /// The time is over, and nobody had answered.
    pub overdue: bool,
    /// How it stands or ended.
    pub state: InboundState,
    /// When it ended.
    #[schema(required)]
    pub ended_ms: Option<UnixMs>,
    /// The newest edition of its record that was signed off; 0: none was.
    pub edition: u32,
    /// Who signed that.
    #[schema(required)]
    pub signed_by: Option<String>,
    /// 可应答: whether the room can answer now, and how.
    #[schema(required)]
    pub ready: Option<Way>,
    /// When it first could, milliseconds after the call …
    #[schema(required)]
    pub first_ready_ms: Option<u64>,
    /// … and how.
    #[schema(required)]
    pub first_ready: Option<Way>,
    /// Who answered.
    #[schema(required)]
    pub answer: Option<InboundReply>,
    /// Who says that it was no call …
    #[schema(required)]
    pub dropped_by: Option<String>,
    /// … and why.
    #[schema(required)]
    pub dropped_why: Option<String>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InboundStepState {
    /// It waits for another step or for its place.
    Waiting,
    /// It runs.
    Running,
    /// 通过.
    Pass,
    /// 劣化: it works, a limit of quality is exceeded.
    Degraded,
    /// 故障.
    Fail,
    /// 无法判定: `why` says why, `interlocked` for what a meeting does not allow.
    Unknown,
    /// It could not be asked for: `unasked` says why.
    Unasked,
    /// A person says that it works.
    Works,
    /// A person says that it does not.
    Broken,
}

/// A check of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundStep {
    /// Its number in the call.
    pub step: StepNo,
    /// What it is about, or stands in for; null: a backup that no answer needs.
    #[schema(required)]
    pub need: Option<Need>,
    /// Whether it is about a backup.
    pub backup: bool,
    /// The probe.
    pub probe: String,
    /// As people call it.
    pub name: String,
    /// How far it is.
    pub state: InboundStepState,
    /// When it began, milliseconds after the call.
    #[schema(required)]
    pub began_ms: Option<u64>,
    /// When it ended, milliseconds after the call.
    #[schema(required)]
    pub ended_ms: Option<u64>,
    /// How long it took.
    #[schema(required)]
    pub took_ms: Option<u64>,
    /// How long it usually takes in this room, else such a check anywhere.
    pub about_ms: u64,
    /// What was found.
    #[schema(required)]
    pub finding: Option<String>,
    /// Why nothing can be said: `interlocked`, `deadline`, `panicked`, `missing`, `declined`, `behind`.
    #[schema(required)]
    pub why: Option<String>,
    /// What is missing, in the box's words.
    #[schema(required)]
    pub detail: Option<String>,
    /// Why it could not be asked for.
    #[schema(required)]
    pub unasked: Option<Unasked>,
    /// Who says so.
    #[schema(required)]
    pub person: Option<String>,
    /// What it had come to before it was looked at again, the oldest first, at most eight.
    #[serde(default)]
    pub earlier: Vec<InboundEarlier>,
}

/// What a check had come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundEarlier {
    /// What.
    pub state: InboundStepState,
    /// When it began, milliseconds after the call.
    #[schema(required)]
    pub began_ms: Option<u64>,
    /// When it ended, milliseconds after the call.
    #[schema(required)]
    pub ended_ms: Option<u64>,
    /// How long it took.
    #[schema(required)]
    pub took_ms: Option<u64>,
    /// What was found.
    #[schema(required)]
    pub finding: Option<String>,
    /// Why nothing could be said.
    #[schema(required)]
    pub why: Option<String>,
    /// What was missing, in the box's words.
    #[schema(required)]
    pub detail: Option<String>,
    /// Why it could not be asked for.
    #[schema(required)]
    pub unasked: Option<Unasked>,
    /// Who said so.
    #[schema(required)]
    pub person: Option<String>,
}

impl InboundStep {
    /// The step as it stood then.
    #[must_use]
    pub fn as_it_was(&self, then: &InboundEarlier) -> Self {
        let InboundEarlier { state, began_ms, ended_ms, took_ms, finding, why, detail, unasked, person } = then.clone();
        let earlier = Vec::new();
        Self { state, began_ms, ended_ms, took_ms, finding, why, detail, unasked, person, earlier, ..self.clone() }
    }
}

/// The shortest way out of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InboundRemedy {
    /// Answer over the backup that the step `backup` found to work.
    UseBackup,
    /// What the book says of `finding`.
    Finding,
    /// Bring the box back: `unasked` says what is the matter.
    Box,
    /// Nobody can tell from here: somebody looks, or is called, and says how it is.
    Look,
}

/// What keeps a room from answering as every day, the shortest way out first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundFault {
    /// The step that found it.
    pub step: StepNo,
    /// What is missing for it.
    pub need: Need,
    /// What to do.
    pub remedy: InboundRemedy,
    /// For `use-backup`.
    #[schema(required)]
    pub backup: Option<StepNo>,
    /// What was found, whatever the remedy is.
    #[schema(required)]
    pub finding: Option<String>,
    /// For `box`.
    #[schema(required)]
    pub unasked: Option<Unasked>,
}

/// How the room's box is reached just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InboundBox {
    /// It is connected and reads such orders.
    Connected,
    /// It is not connected.
    Away,
    /// Its program is of an earlier version: nothing can be tested for a call.
    Old,
    /// The room has none.
    NoBox,
}

/// A call with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundAnswer {
    /// The server's time.
    pub now_ms: UnixMs,
    /// The call.
    pub call: InboundItem,
    /// The room's box.
    #[serde(rename = "box")]
    pub reach: InboundBox,
    /// Its checks.
    pub steps: Vec<InboundStep>,
    /// What is needed and not yet known.
    pub open: Vec<Need>,
    /// What is needed and the room has no check for: nothing here is known of it, 可应答 or not. Without a check of line or picture a room is
    /// never ready by itself.
    #[serde(default)]
    #[schema(required)]
    pub unchecked: Vec<Need>,
    /// What keeps it from answering as every day.
    pub faults: Vec<InboundFault>,
}

/// Calls to us, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundList {
    /// The server's time.
    pub now_ms: UnixMs,
    /// How many fit.
    pub total: usize,
    /// The newest first.
    pub items: Vec<InboundItem>,
}

/// How the calls of a period went. Rates are of those that ended and were not dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboundSummary {
    /// Its first moment.
    pub from_ms: UnixMs,
    /// The first moment after it.
    pub to_ms: UnixMs,
    /// Calls that came.
    pub count: u64,
    /// Still going on.
    pub open: u64,
    /// 撤销.
    pub dropped: u64,
    /// Those that the rates are of.
    pub counted: u64,
    /// The room could answer in time.
    pub ready_in_time: u64,
    /// Among them over the backup.
    pub ready_by_backup: u64,
    /// Answered in time, in whatever way.
    pub answered_in_time: u64,
    /// 备用方式应答: among them those over the backup.
    pub answered_by_backup: u64,
    /// 超时应答.
    pub answered_late: u64,
    /// 未应答.
    pub missed: u64,
    /// Among the answers those that no person gave.
    pub automatic: u64,
    /// 3 分钟达标率: answered in time, of those that count; null for none.
    #[schema(required)]
    pub rate: Option<f64>,
    /// Ready in time, of those that count; null for none.
    #[schema(required)]
    pub ready_rate: Option<f64>,
    /// From the call until the room could answer, the middle.
    #[schema(required)]
    pub median_ready_ms: Option<u64>,
    /// From the call until it was answered, the middle.
    #[schema(required)]
    pub median_answer_ms: Option<u64>,
}
