//! Roll calls, word for word as the contract names them.

use avow_shared::place::Level;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::dto::LevelName;
use crate::province::Class;
use crate::roll_call::{Fault, FellBack, Forecast, Kind, Mode, Standing, Tally, Via};
use crate::scope::{Meant, Named};

/// How deep a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RollCallDepth {
    /// 在线: the box is alive, and its line to HQ works.
    Present,
    /// 就绪: beside that lines, cameras, picture and a short sound.
    Ready,
    /// 实证: beside that a still, and a run of sound and picture with HQ for as many as the time has room for.
    Proven,
}

impl From<Depth> for RollCallDepth {
    fn from(depth: Depth) -> Self {
        match depth {
            Depth::Present => Self::Present,
            Depth::Ready => Self::Ready,
            Depth::Proven => Self::Proven,
        }
    }
}

impl From<RollCallDepth> for Depth {
    fn from(depth: RollCallDepth) -> Self {
        match depth {
            RollCallDepth::Present => Self::Present,
            RollCallDepth::Ready => Self::Ready,
            RollCallDepth::Proven => Self::Proven,
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
    /// of them the rooms of these levels alone (`province`, `city`, `county`, `township`, `village`; all when none is named), and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these venues, at most 1000, and
    #[serde(default)]
    pub venues: Vec<String>,
    /// the rooms of these units, at most 1000.
    #[serde(default)]
    pub units: Vec<String>,
    /// Or, in the place of all these: a saved group,
    #[serde(default)]
    pub group: Option<u64>,
    /// or who takes part in a meeting.
    #[serde(default)]
    pub meeting: Option<u64>,
    /// Why it is called; not said: `before-meeting` of a meeting, else `spot-check`.
    #[serde(default)]
    pub kind: Option<Kind>,
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
    /// 会议系统: over which system, at most 64 characters.
    #[serde(default)]
    pub system: String,
}

/// A person ends a call.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRollCall {
    /// Who, 1 to 64 characters.
    pub by: String,
    /// Why, at most 128 characters; expected while somebody could still answer in time.
    #[serde(default)]
    pub reason: String,
}

/// Who ended a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollCallClosed {
    /// Who; empty in a record of a time when that was not written down.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// When.
    pub at_ms: UnixMs,
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
    /// of them the rooms of these levels alone, of all when none is named; and
    #[serde(default)]
    pub levels: Vec<String>,
    /// these, and
    pub venues: Vec<String>,
    /// the rooms of these units.
    pub units: Vec<String>,
    /// Why it was called.
    pub kind: Kind,
    /// The group that it called, as it was then.
    #[schema(required)]
    pub group: Option<RollCallNamed>,
    /// The meeting whose venues it called.
    #[schema(required)]
    pub meeting: Option<RollCallNamed>,
    /// The schedule that began it; none: a person.
    #[schema(required)]
    pub schedule: Option<RollCallNamed>,
    /// 通报意见; empty for none.
    pub notice: String,
    /// How many editions of its record were signed off; 0: none yet.
    pub edition: u32,
    /// Who signed the newest.
    #[schema(required)]
    pub signed_by: Option<String>,
    /// When.
    #[schema(required)]
    pub signed_ms: Option<UnixMs>,
    /// Who called.
    pub operator: String,
    /// On whose word.
    pub basis: String,
    /// 会议系统; empty for none.
    pub system: String,
    /// When it was given.
    pub given_ms: UnixMs,
    /// Until when an answer is on time.
    pub until_ms: UnixMs,
    /// When everybody had answered; persons may still speak until it is over.
    #[schema(required)]
    pub complete_ms: Option<UnixMs>,
    /// When it was over: everybody had answered and the deadline had passed, nobody could any more, or a person ended it.
    #[schema(required)]
    pub ended_ms: Option<UnixMs>,
    /// A person broke it off (提前结束) before everybody could answer in time: see `closed`.
    pub cancelled: bool,
    /// The person who ended it; none: its time was up.
    #[schema(required)]
    pub closed: Option<RollCallClosed>,
    /// How many could be proven when it began; only for `proven`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
    /// The sums.
    #[serde(flatten)]
    pub tally: Tally,
    /// 按时应答率: `whole / (expected − excused − in_meeting − uncounted)`, 0 to 1; none when nobody had to answer.
    #[schema(required)]
    pub rate: Option<f64>,
}

/// Rooms of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LevelRooms {
    /// The level of their places.
    #[schema(value_type = LevelName)]
    pub level: Level,
    /// How many.
    pub rooms: u32,
}

/// What a scope comes to now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScopeMeant {
    /// Rooms that are meant.
    pub rooms: u32,
    /// The same by level, the highest first; levels without any are not told.
    pub levels: Vec<LevelRooms>,
    /// Rooms and units that the registers leave out with a reason; they are among the others.
    pub excused: u32,
    /// Units without a room, for which a person answers; none of an inspection.
    pub units: u32,
}

impl ScopeMeant {
    /// As it is told.
    pub(crate) fn of(meant: &Meant) -> Self {
        let levels = meant.by_level().map(|(level, rooms)| LevelRooms { level, rooms }).collect();
        Self { rooms: meant.rooms(), levels, excused: meant.excused, units: meant.units }
    }
}

/// For whom a roll call would be that began now, and what it could prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollCallForecast {
    /// For whom.
    pub meant: ScopeMeant,
    /// What it could prove; null: it does not ask for that.
    #[schema(required)]
    pub proof: Option<Forecast>,
}

/// Something with a number and a name, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollCallNamed {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
}

impl From<&Named> for RollCallNamed {
    fn from(named: &Named) -> Self {
        Self { id: named.id, name: named.name.to_string() }
    }
}

/// Calls that are kept, one page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many fit the question.
    pub total: usize,
    /// The newest first.
    pub items: Vec<RollCallItem>,
    /// To be sent as `before` for the next page; none: this is the last.
    #[schema(required)]
    pub next: Option<u64>,
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
    /// There are venues after these, to be asked for at once.
    pub more: bool,
    /// The call with its sums.
    pub call: RollCallItem,
    /// The sums of each city that has venues in it.
    pub cities: Vec<RollCallCity>,
    /// The venues that have changed since, the first thousand; of all when nothing else was asked.
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

/// A venue in a call, or a unit that has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallEntry {
    /// The venue; none: a unit without a room, for which only a person can answer, at `/roll-calls/{id}/units/{unit_id}`.
    #[schema(required)]
    pub venue: Option<String>,
    /// Its name.
    pub name: String,
    /// The unit that it answers for.
    pub unit: String,
    /// That unit in the register; none: the venue is its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<String>,
    /// The city in which it counts, as in `cities`.
    pub city: String,
    /// How it stands.
    pub standing: Standing,
    /// Why it has not answered: `no-room` a unit without a room, `no-box` nobody serves it, `away` its box is not connected, `no-answer` it is connected and was asked,
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
    /// What its box looked at, and what came of a run with HQ.
    pub aspects: Vec<RollCallAspect>,
    /// The still that its box took, at `/evidence/{still}` once it is there; only for `proven`, and never of a room in which somebody may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still: Option<String>,
    /// How far its run with HQ is; only for `proven`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<RollCallProof>,
    /// Whether nobody knows of its line, its picture or its sound; only of one that answered a call that tests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untested: bool,
    /// What a person answered, as it was said last.
    #[schema(required)]
    pub person: Option<RollCallPerson>,
    /// Why it need not answer.
    #[schema(required)]
    pub excuse: Option<String>,
    /// Who says so; empty: the registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excused_by: Option<String>,
    /// 事后免点: that was said after the deadline or the end, and it is counted as it stood.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excused_afterwards: bool,
    /// Everything that persons said, in their order, where that is more than one thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<RollCallSaid>,
    /// Milliseconds from the call until it was excused; 0: from the beginning; not there: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// How far a run of sound and picture with HQ is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallProof {
    /// `planned`: it has its turn when it is ready; `running`; `ended`: see the aspect `across`; `fell-back`: it is *ready* at most.
    pub state: RollCallProofState,
    /// Why it fell back; one of `no-slot` is proven all the same when an end of HQ's is free.
    #[schema(required)]
    pub why: Option<FellBack>,
    /// The run, at `/mouth-to-ear/{run}`.
    #[schema(required)]
    pub run: Option<u64>,
    /// HQ's end.
    #[schema(required)]
    pub with: Option<String>,
    /// Milliseconds from the call since when it stands so; none in a record of a time when that was not written down.
    #[schema(required)]
    pub at_ms: Option<u64>,
}

/// See [`RollCallProof`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RollCallProofState {
    /// It waits for its turn.
    Planned,
    /// Under way.
    Running,
    /// Over.
    Ended,
    /// *Ready* at most.
    FellBack,
}

/// What a box looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCallAspect {
    /// `line`, `camera`, `picture`, `sound`; for `proven` also `still` and `across`, sound and picture between the venue and HQ.
    pub aspect: String,
    /// `good`, `degraded`, `failed`, or why it was not tested: `absent`, `meeting`, `refused`, `late`, `missing`, `occupied`, `unagreed`.
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
    /// The number that he can be called under.
    pub telephone: String,
    /// Where it was recorded: `hq` by an operator, `page` by himself on a phone page.
    pub via: Via,
    /// Who recorded it; of a phone page, who made its link.
    pub operator: String,
    /// Whether he was seen.
    #[schema(required)]
    pub picture: Option<bool>,
    /// Whether he was heard.
    #[schema(required)]
    pub sound: Option<bool>,
    /// What else was said.
    pub note: String,
    /// Milliseconds from the call until that a person answered was said first; when it was corrected stands in `said`.
    pub at_ms: u64,
    /// 事后: that was after the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub afterwards: bool,
}

/// One thing that a person said about somebody who was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollCallSaid {
    /// What.
    pub what: RollCallWordKind,
    /// Milliseconds from the call.
    pub at_ms: u64,
    /// Who said it.
    pub operator: String,
    /// Of an answer who answered and what was noted, else why.
    pub text: String,
    /// 事后: it was said after the end.
    pub afterwards: bool,
}

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RollCallWordKind {
    /// It has answered.
    Answered,
    /// It has not, whatever was said before.
    Unanswered,
    /// It need not answer.
    Excused,
    /// It has to, whatever was said before.
    Unexcused,
}

/// A person's word about a venue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollCallWord {
    /// How it answered: `person`, `telephone` or `backup`; none: see `excuse` and `unanswered`.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Who answered, 1 to 64 characters.
    #[serde(default)]
    pub person: String,
    /// The number that he can be called under, at most 64 characters.
    #[serde(default)]
    pub telephone: String,
    /// Who records it, 1 to 64 characters.
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
    /// Why it need not answer, at most 128 characters; empty: it has to, `note` says why. Not together with `mode`.
    #[serde(default)]
    pub excuse: Option<String>,
    /// Why the answer that was recorded before is none, 1 to 128 characters: it was of another room. Not together with the others.
    #[serde(default)]
    pub unanswered: Option<String>,
}
