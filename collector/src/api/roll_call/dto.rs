//! Roll calls, word for word as the contract names them.

use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::province::Class;
use crate::roll_call::{Fault, Mode, Standing, Tally};

/// How deep a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RollCallDepth {
    /// 在线: the box is alive, and its line to HQ works.
    Present,
    /// 就绪: beside that lines, cameras, picture and a short sound.
    Ready,
}

impl From<RollCallDepth> for Depth {
    fn from(depth: RollCallDepth) -> Self {
        match depth {
            RollCallDepth::Present => Self::Present,
            RollCallDepth::Ready => Self::Ready,
        }
    }
}

/// A call that is to begin.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRollCall {
    /// What people call it, at most 128 characters; may be empty.
    #[serde(default)]
    pub title: String,
    /// How deep it asks.
    pub depth: RollCallDepth,
    /// Everything under these division codes, at most 64 …
    #[serde(default)]
    pub places: Vec<String>,
    /// … but not under these, at most 64; and
    #[serde(default)]
    pub except: Vec<String>,
    /// these venues, at most 1000.
    #[serde(default)]
    pub venues: Vec<String>,
    /// Seconds until which an answer is on time, 10 to 3600; 180 when not said.
    #[serde(default = "three_minutes")]
    pub deadline_s: u32,
    /// Whoever calls agrees that cameras turn and a short sound is heard in rooms without a meeting.
    #[serde(default)]
    pub confirmed: bool,
    /// Who calls, at most 64 characters.
    #[serde(default)]
    pub operator: String,
    /// On whose word, at most 128 characters.
    #[serde(default)]
    pub basis: String,
}

const fn three_minutes() -> u32 {
    180
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallItem {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub title: String,
    /// How deep it asks.
    pub depth: RollCallDepth,
    /// Whether cameras might turn and a sound be heard.
    pub confirmed: bool,
    /// What it asked …
    pub places: Vec<String>,
    /// … but for these; and
    pub except: Vec<String>,
    /// these.
    pub venues: Vec<String>,
    /// Who called.
    pub operator: String,
    /// On whose word.
    pub basis: String,
    /// When it was given.
    pub given_ms: UnixMs,
    /// Until when an answer is on time.
    pub until_ms: UnixMs,
    /// When it ended: everybody had answered, nobody could any more, or a person ended it.
    #[schema(required)]
    pub ended_ms: Option<UnixMs>,
    /// A person ended it before its time.
    pub cancelled: bool,
    /// The sums.
    #[serde(flatten)]
    pub tally: Tally,
    /// 按时应答率: `whole / (expected − excused − in_meeting)`, 0 to 1; none when nobody had to answer.
    #[schema(required)]
    pub rate: Option<f64>,
}

/// All calls that are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The newest first.
    pub items: Vec<RollCallItem>,
}

/// A call with its venues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// When the server started; revisions of another start mean nothing.
    pub epoch_ms: UnixMs,
    /// To be sent back as `since` with `epoch`.
    pub revision: u64,
    /// The call with its sums.
    pub call: RollCallItem,
    /// The sums of each city that has venues in it.
    pub cities: Vec<RollCallCity>,
    /// The venues that have changed since; all when nothing else was asked.
    pub entries: Vec<RollCallEntry>,
}

/// The sums of a city, or of the province's own seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallCity {
    /// Its code.
    pub place: String,
    /// Its name.
    pub name: String,
    /// The sums.
    #[serde(flatten)]
    pub tally: Tally,
    /// See [`RollCallItem::rate`].
    #[schema(required)]
    pub rate: Option<f64>,
}

/// A venue in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallEntry {
    /// The venue.
    pub venue: String,
    /// Its name.
    pub name: String,
    /// The unit that it answers for.
    pub unit: String,
    /// That unit in the register, of which the best of its venues counts; not there: the venue is its own unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<String>,
    /// The city under which it is counted, by the tree of the beginning.
    pub city: String,
    /// How it stands.
    pub standing: Standing,
    /// Why it has not answered: `no-box` nobody serves it, `away` its box is not connected, `no-answer` it is connected and was asked,
    /// `unfinished` it has heard the call.
    #[schema(required)]
    pub reason: Option<String>,
    /// How it answered.
    #[schema(required)]
    pub mode: Option<Mode>,
    /// What is wrong.
    #[schema(required)]
    pub fault: Option<Fault>,
    /// Milliseconds from the call until HQ heard that it was received.
    #[schema(required)]
    pub heard_ms: Option<u64>,
    /// Milliseconds from the call until the answer.
    #[schema(required)]
    pub answered_ms: Option<u64>,
    /// Tests that have ended …
    #[schema(required)]
    pub done: Option<u8>,
    /// … of so many.
    #[schema(required)]
    pub of: Option<u8>,
    /// What its box looked at.
    pub aspects: Vec<RollCallAspect>,
    /// What a person answered.
    #[schema(required)]
    pub person: Option<RollCallPerson>,
    /// Why it need not answer.
    #[schema(required)]
    pub excuse: Option<String>,
    /// Milliseconds from the call until it was excused; 0: from the beginning; not there: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excused_ms: Option<u64>,
    /// How often its box was asked again by name.
    pub asked: u16,
    /// Its class when the call began; none when it was never heard of.
    #[schema(required)]
    pub before: Option<Class>,
    /// When HQ had last heard of it when the call began.
    #[schema(required)]
    pub before_heard_ms: Option<UnixMs>,
}

/// What a box looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallAspect {
    /// `line`, `camera`, `picture` or `sound`.
    pub aspect: String,
    /// `good`, `degraded`, `failed`, or why it was not tested: `absent`, `meeting`, `refused`, `late`, `missing`.
    pub state: String,
    /// What is wrong.
    #[schema(required)]
    pub finding: Option<String>,
}

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallPerson {
    /// Who answered.
    pub person: String,
    /// Who recorded it.
    pub operator: String,
    /// Whether he was seen.
    #[schema(required)]
    pub picture: Option<bool>,
    /// Whether he was heard.
    #[schema(required)]
    pub sound: Option<bool>,
    /// What else was said.
    pub note: String,
    /// Milliseconds from the call.
    pub at_ms: u64,
}

/// A person's word about a venue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollCallWord {
    /// How it answered: `person`, `telephone` or `backup`; none: see `excuse`.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Who answered, at most 64 characters.
    #[serde(default)]
    pub person: String,
    /// Who records it, at most 64 characters.
    #[serde(default)]
    pub operator: String,
    /// Whether he was seen.
    #[serde(default)]
    pub picture: Option<bool>,
    /// Whether he was heard.
    #[serde(default)]
    pub sound: Option<bool>,
    /// What else was said, at most 200 characters.
    #[serde(default)]
    pub note: String,
    /// Why it need not answer, at most 128 characters; empty: it has to. Not together with `mode`.
    #[serde(default)]
    pub excuse: Option<String>,
}
