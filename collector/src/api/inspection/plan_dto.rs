//! Inspection plans, templates, working days and the calendar, word for word as the contract names them.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dto::{InspectionItem, InspectionState, InspectionWork};
use crate::calendar::Rule;
use crate::inspection::{Difference, ItemResult, Kind, Unquiet};

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionTemplate {
    /// Its short name: `daily`.
    pub key: String,
    /// What people call it, at most 128 characters.
    pub title: String,
    /// What is done.
    pub work: InspectionWork,
    /// Of one that goes before a meeting: how long before it, 60 to 10080 minutes.
    #[serde(default)]
    pub lead_min: Option<u32>,
}

/// All templates, at most 32.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionTemplates {
    /// In the order in which they are offered.
    pub items: Vec<InspectionTemplate>,
    /// What operators had made of them cannot be read, and the built-in ones are in force. Not taken.
    #[serde(default)]
    pub unread: bool,
}

/// When a plan runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InspectionWhen {
    /// When a person begins it.
    ByHand,
    /// By the calendar.
    Calendar(Rule),
    /// So many minutes before each meeting of HQ, 60 to 10080, by those of the plan's scope who take part.
    BeforeMeetings(u32),
}

/// A plan as a person makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInspectionPlan {
    /// What people call it, at most 128 characters.
    pub title: String,
    /// What is done; with `group` its scope names nobody.
    pub work: InspectionWork,
    /// The saved group that it follows: who is in it is asked when a run begins.
    #[serde(default)]
    #[schema(required)]
    pub group: Option<u64>,
    /// When.
    pub when: InspectionWhen,
    /// Whether the calendar begins it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Who answers for it, at most 64 characters; not empty.
    pub operator: String,
    /// On whose word, at most 128 characters.
    #[serde(default)]
    pub basis: String,
}

const fn yes() -> bool {
    true
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionPlan {
    /// Its number.
    pub id: u64,
    /// The plan.
    pub plan: NewInspectionPlan,
    /// The group that it follows.
    #[schema(required)]
    pub follows: Option<InspectionFollows>,
    /// When it was made.
    pub created_ms: UnixMs,
    /// When a person last changed it.
    pub updated_ms: UnixMs,
    /// When it runs next.
    #[schema(required)]
    pub next_ms: Option<UnixMs>,
    /// What is to be known of its quiet hours: `later`, when it is due in them and tests begin behind them; `never`, when they may take
    /// all of the time before a meeting.
    #[serde(default)]
    #[schema(required)]
    pub unquiet: Option<Unquiet>,
    /// Its newest run.
    #[schema(required)]
    pub last_run: Option<u64>,
    /// The newest times at which no run began, the oldest first, at most 32.
    pub missed: Vec<InspectionMissed>,
}

/// A saved group that a plan follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionFollows {
    /// Its number.
    pub id: u64,
    /// As it is called now; when it is gone, as it was called when the plan was kept.
    pub name: String,
    /// Venues that a run would have to test now; null: the group was removed, and the plan begins nothing.
    #[schema(required)]
    pub venues: Option<usize>,
}

/// A time of a plan at which no run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionMissed {
    /// Which.
    pub at_ms: UnixMs,
    /// Why.
    pub reason: InspectionNotBegun,
    /// What is not there: the code of the place, venue or unit, or the name of the group.
    #[schema(required)]
    pub code: Option<String>,
}

/// Why no run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InspectionNotBegun {
    /// HQ was off when it was due.
    Off,
    /// It was missed before reasons were kept.
    Untold,
    /// As many runs were open as may be.
    Full,
    /// There is no venue in its scope.
    Nobody,
    /// A place of its scope does not exist.
    NoPlace,
    /// A venue of its scope does not exist.
    NoVenue,
    /// A unit of its scope does not exist.
    NoUnit,
    /// HQ's disk did not take it.
    Disk,
    /// The group that it follows was removed.
    NoGroup,
}

/// All plans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionPlans {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// By number.
    pub items: Vec<InspectionPlan>,
}

/// Working days of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingYear {
    /// Where it is from, at most 128 characters: the notice's number.
    pub source: String,
    /// 节假日: days off, `2026-10-01`; at most 100.
    pub off: Vec<String>,
    /// 调休上班: Saturdays and Sundays on which people work; at most 100.
    pub work: Vec<String>,
}

/// Working days of a year as HQ knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkingYearAnswer {
    /// The year.
    pub year: u16,
    /// Whether anything is known; else only Saturdays and Sundays are off.
    pub known: bool,
    /// What operators had written cannot be read, and the built-in days are in force.
    pub unread: bool,
    /// What is known.
    pub days: WorkingYear,
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CalendarDayKind {
    /// 工作日.
    Work,
    /// 周末.
    Weekend,
    /// 节假日.
    Holiday,
    /// 调休上班.
    Makeup,
}

/// A run in the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalendarRun {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub title: String,
    /// Why it was made.
    pub kind: Kind,
    /// The plan that it is of.
    #[schema(required)]
    pub plan: Option<u64>,
    /// How it stands.
    pub state: InspectionState,
    /// When it began.
    pub given_ms: UnixMs,
    /// 应检.
    pub venues: u32,
    /// 异常.
    pub abnormal: u32,
    /// 待填报.
    pub unfilled: u32,
    /// 部分检测.
    pub incomplete: u32,
    /// 未检.
    pub untested: u32,
    /// 完好率.
    #[schema(required)]
    pub rate: Option<f64>,
}

/// A time of a plan in the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarSlot {
    /// The plan.
    pub plan: u64,
    /// What people call it.
    pub title: String,
    /// Why it is made.
    pub kind: Kind,
    /// When.
    pub at_ms: UnixMs,
    /// Why no run began, of what was missed.
    #[schema(required)]
    pub reason: Option<InspectionNotBegun>,
}

/// A day in the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalendarDay {
    /// `2026-11-27`.
    pub date: String,
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// What it is.
    pub kind: CalendarDayKind,
    /// What ran, by time; at most 50.
    pub runs: Vec<CalendarRun>,
    /// What will, by time; at most 50.
    pub due: Vec<CalendarSlot>,
    /// What began no run.
    pub missed: Vec<CalendarSlot>,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionCalendar {
    /// `2026-11`.
    pub month: String,
    /// Today in China.
    pub today: String,
    /// Its days.
    pub days: Vec<CalendarDay>,
}

/// How many venues changed in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparedSums {
    /// 新增异常.
    pub new: u32,
    /// 仍异常.
    pub still: u32,
    /// 本次未检.
    pub untested: u32,
    /// 已消除.
    pub cured: u32,
    /// 仅本次.
    pub only_now: u32,
    /// 仅上次.
    pub only_before: u32,
    /// 持平.
    pub steady: u32,
}

/// An item that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparedItem {
    /// 项目.
    pub title: String,
    /// Then; none: not tested.
    #[schema(required)]
    pub before: Option<ItemResult>,
    /// Now; none: not tested.
    #[schema(required)]
    pub now: Option<ItemResult>,
}

/// A venue that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparedVenue {
    /// The venue.
    pub venue: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub difference: Difference,
    /// Its conclusion then.
    #[schema(required)]
    pub before: Option<crate::inspection::Conclusion>,
    /// And now.
    #[schema(required)]
    pub now: Option<crate::inspection::Conclusion>,
    /// What differs.
    pub items: Vec<ComparedItem>,
}

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionComparison {
    /// The later run.
    pub now: InspectionItem,
    /// The earlier one.
    pub before: InspectionItem,
    /// How many venues changed in which way.
    pub sums: ComparedSums,
    /// How many fit.
    pub total: usize,
    /// New faults first, then those that stay, that were not tested, that are cured, that are in one run alone; steady ones only when asked for.
    pub items: Vec<ComparedVenue>,
}
