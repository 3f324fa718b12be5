//! Inspection runs, word for word as the contract names them.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::inspection::{
    Act, Again, Conclusion, Deed, Ended, ItemResult, Kind, ManualItem, ReviewState, Spread, Tally, Untested,
};

/// Which probes a run tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeMode {
    /// All of a venue.
    #[default]
    All,
    /// Those of the kinds in the list.
    Kinds,
    /// Those in the list.
    Ids,
    /// None: only what persons look at.
    None,
}

/// Hours in which nobody is asked, in the time of China.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From, `22:00`; inclusive.
    pub from: String,
    /// To, `06:00`; exclusive, of the next day when it is earlier.
    pub to: String,
}

/// What is to be done: of a template, a plan or a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionWork {
    /// Why.
    pub kind: Kind,
    /// Everything under these division codes, at most 64 …
    #[serde(default)]
    pub places: Vec<String>,
    /// … but not under these, at most 64;
    #[serde(default)]
    pub except: Vec<String>,
    /// of them the rooms of these levels alone (`province`, `city`, `county`, `township`, `village`; all when none is named);
    #[serde(default)]
    pub levels: Vec<String>,
    /// these venues, at most 1000;
    #[serde(default)]
    pub venues: Vec<String>,
    /// the rooms of these units, at most 1000.
    #[serde(default)]
    pub units: Vec<String>,
    /// Which probes.
    #[serde(default)]
    pub probe_mode: ProbeMode,
    /// Their kinds (`line`, `camera`, `picture` …) or names, at most 64.
    #[serde(default)]
    pub probe_list: Vec<String>,
    /// What persons look at, at most 64.
    #[serde(default)]
    pub manual: Vec<ManualItem>,
    /// Somebody agrees that cameras turn and sounds are heard in rooms without a meeting.
    #[serde(default)]
    pub confirmed: bool,
    /// How many at once.
    #[serde(default)]
    pub spread: Spread,
    /// When nobody is asked.
    #[serde(default)]
    #[schema(required)]
    pub quiet: Option<QuietHours>,
    /// How long a run lasts at most, minutes, 5 to 43200; 480 when not said.
    #[serde(default = "a_shift")]
    pub window_min: u32,
}

const fn a_shift() -> u32 {
    480
}

/// A run that is to begin: of a plan, or of what is said here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewInspection {
    /// The plan that it is a run of; none: `work` says what is to be done.
    #[serde(default)]
    pub plan: Option<u64>,
    /// What people call it, at most 128 characters; a plan has its own.
    #[serde(default)]
    pub title: String,
    /// Who orders it, at most 64 characters.
    #[serde(default)]
    pub operator: String,
    /// On whose word, at most 128 characters.
    #[serde(default)]
    pub basis: String,
    /// What is to be done; not together with `plan`.
    #[serde(default)]
    pub work: Option<InspectionWork>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InspectionState {
    /// 进行中.
    Running,
    /// 已暂停.
    Paused,
    /// 已结束.
    Ended,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionItem {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub title: String,
    /// The plan that it is a run of.
    #[schema(required)]
    pub plan: Option<u64>,
    /// The meeting that it goes before.
    #[schema(required)]
    pub meeting: Option<u64>,
    /// Who ordered it.
    pub operator: String,
    /// On whose word.
    pub basis: String,
    /// Whether the calendar began it.
    pub by_calendar: bool,
    /// What is done.
    pub work: InspectionWork,
    /// The saved group whose scope that was when it began.
    #[schema(required)]
    pub group: Option<InspectionGroup>,
    /// When it began.
    pub given_ms: UnixMs,
    /// When it ends at the latest.
    pub until_ms: UnixMs,
    /// How it stands.
    pub state: InspectionState,
    /// Since when it is paused.
    #[schema(required)]
    pub paused_ms: Option<UnixMs>,
    /// Who paused it.
    #[schema(required)]
    pub paused_by: Option<String>,
    /// When it ended.
    #[schema(required)]
    pub ended_ms: Option<UnixMs>,
    /// How it ended.
    #[schema(required)]
    pub ended: Option<Ended>,
    /// Counts up with every change.
    pub revision: u64,
    /// The sums.
    pub tally: Tally,
    /// 完好率: (正常 + 整改后正常) ÷ 实检, 0 to 1; none while nothing is tested.
    #[schema(required)]
    pub rate: Option<f64>,
    /// 一次完好率: 正常 ÷ 实检.
    #[schema(required)]
    pub first_rate: Option<f64>,
    /// 实检率: 实检 ÷ 应检.
    #[schema(required)]
    pub coverage: Option<f64>,
    /// The newest edition of its report that was signed off; 0: none was.
    pub edition: u32,
    /// Who signed that …
    #[schema(required)]
    pub signed_by: Option<String>,
    /// … and when.
    #[schema(required)]
    pub signed_ms: Option<UnixMs>,
}

/// A saved group by which a run or a plan means whom it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionGroup {
    /// Its number.
    pub id: u64,
    /// As it was called then.
    pub name: String,
}

/// One page of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many there are.
    pub total: usize,
    /// The newest first.
    pub items: Vec<InspectionItem>,
}

/// The sums of a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionPlace {
    /// Its code.
    pub place: String,
    /// Its name.
    pub name: String,
    /// The city that it lies in; of a city itself.
    pub city: String,
    /// The sums.
    pub tally: Tally,
    /// See [`InspectionItem::rate`].
    #[schema(required)]
    pub rate: Option<f64>,
    /// See [`InspectionItem::coverage`].
    #[schema(required)]
    pub coverage: Option<f64>,
}

/// Venues whose failures the same stages explain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionBlame {
    /// The stages, as people call them; empty: nothing explains them.
    pub stages: String,
    /// How many venues.
    pub venues: u32,
    /// The first five.
    pub sample: Vec<String>,
}

/// Venues that have items which were not tested for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionUntested {
    /// Why.
    pub reason: Untested,
    /// How many venues.
    pub venues: u32,
}

/// When a run will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionForecast {
    /// When everything will be tested that can be; never behind the end of the window.
    pub end_ms: UnixMs,
    /// Venues that are not tested yet …
    pub remaining: u32,
    /// … of which so many are being asked …
    pub asked_now: u32,
    /// … and so many have no box that is connected: they are asked when it comes back.
    pub waiting_away: u32,
    /// How long a venue takes, milliseconds.
    pub mean_ms: u64,
    /// Whether that was measured in this run; else it is what its probes usually take.
    pub measured: bool,
    /// Nobody is asked just now: quiet hours.
    pub quiet: bool,
}

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionLine {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: String,
    /// What.
    pub deed: Deed,
}

/// How a run stands, without its venues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// When the server started; revisions of another start mean nothing.
    pub epoch_ms: UnixMs,
    /// The run.
    pub run: InspectionItem,
    /// Its cities.
    pub cities: Vec<InspectionPlace>,
    /// Its counties.
    pub counties: Vec<InspectionPlace>,
    /// What failed by what explains it, the most first.
    pub blamed: Vec<InspectionBlame>,
    /// What was not tested by reason.
    pub untested: Vec<InspectionUntested>,
    /// How many venues would be asked when everything is tested once more that failed or of which nothing is known.
    pub retried: u32,
    /// How many records are still to be filled in or passed on; none of a run that asks persons for nothing.
    #[serde(default)]
    pub unfinished: u32,
    /// The run of the same plan that ended last before.
    #[schema(required)]
    pub previous: Option<u64>,
    /// When it will end; none when it has.
    #[schema(required)]
    pub forecast: Option<InspectionForecast>,
    /// Who did what to it, the oldest first.
    pub log: Vec<InspectionLine>,
}

/// Where a record is on its way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionReview {
    /// How it stands.
    pub state: ReviewState,
    /// The level that has it.
    pub level: String,
    /// The place that has it.
    pub owner: String,
    /// Its name.
    pub owner_name: String,
    /// Why it was returned, while it is.
    #[schema(required)]
    pub returned_for: Option<String>,
}

/// What is wrong with an item, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionBad {
    /// The item.
    pub name: String,
    /// `abnormal` or `degraded`.
    pub result: ItemResult,
    /// What was found; none of a person's word.
    #[schema(required)]
    pub finding: Option<String>,
}

/// A venue in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionVenue {
    /// The venue.
    pub venue: String,
    /// Its name when the run began.
    pub name: String,
    /// The unit that uses it.
    pub unit: String,
    /// The city in which it counts.
    pub city: String,
    /// The county.
    pub county: String,
    /// The names of its places, from below the province.
    pub place_name: String,
    /// 结论.
    pub conclusion: Conclusion,
    /// 未检原因 of what was not tested.
    #[schema(required)]
    pub reason: Option<Untested>,
    /// `waits` for its turn, `away` its box is not connected, `out` it is asked, `answered` its reports are on their way, `done`.
    pub asking: String,
    /// Automatic items …
    pub items: u32,
    /// … of which so many are not open any more.
    pub items_done: u32,
    /// What is wrong, at most five.
    pub bad: Vec<InspectionBad>,
    /// Manual items that are filled in …
    pub filled: u32,
    /// … of so many.
    pub manual: u32,
    /// Where its record is.
    pub review: InspectionReview,
    /// The stages that explain what failed; none: not looked at, empty: nothing does.
    #[schema(required)]
    pub blamed: Option<String>,
    /// How often its box was asked.
    pub asked: u16,
    /// When the first result came.
    #[schema(required)]
    pub first_ms: Option<UnixMs>,
    /// When the last one came.
    #[schema(required)]
    pub last_ms: Option<UnixMs>,
    /// The run's revision at its last change.
    pub revision: u64,
}

/// One page of a run's venues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionVenues {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// See [`InspectionAnswer::epoch_ms`].
    pub epoch_ms: UnixMs,
    /// To be sent back as `since` with `epoch`.
    pub revision: u64,
    /// How many fit.
    pub total: usize,
    /// Open ones first, then untested, abnormal, to be filled in, put right, normal, excused; by code.
    pub items: Vec<InspectionVenue>,
}

/// Who says that an item is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InspectionSource {
    /// 自动: a box.
    Auto,
    /// 人工: a person.
    Manual,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InspectionResult {
    /// 正常.
    Normal,
    /// 劣化.
    Degraded,
    /// 异常.
    Abnormal,
    /// 无法判定.
    Unknown,
    /// 不适用.
    Inapplicable,
    /// 未检.
    Untested,
    /// 待检, of a manual item: 待填.
    Open,
}

/// An earlier attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionAttempt {
    /// When.
    pub at_ms: UnixMs,
    /// What it came to.
    pub result: InspectionResult,
    /// 实测.
    #[schema(required)]
    pub value: Option<String>,
    /// Its unit.
    pub unit: String,
    /// What was found.
    #[schema(required)]
    pub finding: Option<String>,
    /// One line for a person.
    pub detail: String,
    /// Who said so; empty for a box.
    pub person: String,
}

/// One item of a venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionEntry {
    /// Who says so.
    pub source: InspectionSource,
    /// The probe, or the manual item's key.
    pub key: String,
    /// 项目.
    pub title: String,
    /// The probe's kind; empty for a manual item.
    pub kind: String,
    /// 标准.
    pub standard: String,
    /// How it stands, with the newest attempt.
    pub now: InspectionAttempt,
    /// Why it was not tested.
    #[schema(required)]
    pub reason: Option<Untested>,
    /// The hash of what proves it.
    #[schema(required)]
    pub evidence: Option<String>,
    /// The telephone number of who said so.
    pub telephone: String,
    /// What else he said.
    pub note: String,
    /// Earlier attempts, the oldest first.
    pub earlier: Vec<InspectionAttempt>,
}

/// A step of a record's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionStep {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: String,
    /// What he did.
    pub act: Act,
    /// The level that had it: `village`, `township`, `county`, `city`, `province`.
    pub from: String,
    /// The level that has it since.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// What was done about what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionRemark {
    /// What.
    pub text: String,
    /// Who says so.
    pub person: String,
    /// When.
    pub at_ms: UnixMs,
}

/// The whole record of a venue in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionRecord {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The run.
    pub run: u64,
    /// The venue.
    pub venue: InspectionVenue,
    /// Automatic items, then manual ones.
    pub entries: Vec<InspectionEntry>,
    /// 处理.
    #[schema(required)]
    pub remark: Option<InspectionRemark>,
    /// How the record came where it is, the oldest first.
    pub steps: Vec<InspectionStep>,
    /// 免检原因.
    #[schema(required)]
    pub excuse: Option<String>,
}

/// A person does something to a run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionDeed {
    /// Who, at most 64 characters.
    pub person: String,
    /// What.
    pub deed: Deed,
    /// Of `retry`: what is tested once more; `failed` when not said.
    #[serde(default)]
    pub which: Option<Again>,
    /// Of `retry`: at these venues, at most 1000; at all when none is named.
    #[serde(default)]
    pub venues: Vec<String>,
}

/// What a person says of a manual item.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionFilled {
    /// Which item of the run.
    pub key: String,
    /// What it came to.
    pub result: ItemResult,
    /// 实测, at most 128 characters.
    #[serde(default)]
    pub value: String,
    /// What else, at most 500 characters.
    #[serde(default)]
    pub note: String,
}

/// 填报.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionFilling {
    /// 巡检人, at most 64 characters.
    pub person: String,
    /// His telephone number, at most 64 characters.
    #[serde(default)]
    pub telephone: String,
    /// What was looked at.
    #[serde(default)]
    pub items: Vec<InspectionFilled>,
    /// 处理, at most 500 characters; what was said before stays when empty.
    #[serde(default)]
    pub remark: String,
}

/// 上报 or 退回.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionStepWanted {
    /// What is done.
    pub act: Act,
    /// By which level: `village`, `township`, `county`, `city`, `province`.
    pub level: String,
    /// By whom, at most 64 characters.
    pub person: String,
    /// Why, at most 500 characters; a return needs it.
    #[serde(default)]
    pub reason: String,
}
