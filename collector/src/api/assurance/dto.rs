//! The shapes of heightened assurance.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::roll_call::RollCallDepth;
use crate::api::schedules::dto::SlotItem;
use crate::assurance::{Act, Level, Roster, Rules, Staff};

/// What a level asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// The level.
    pub level: Level,
    /// 检查频次: watches and whispers run once in so many seconds, 30 to 86400; 0: continuously.
    pub check_every_s: u32,
    /// 点名 a day, at most 24; each is called by the clock while a response of the level is in force.
    pub roll_calls_a_day: u8,
    /// How deep they ask: `present` or `ready`.
    pub depth: RollCallDepth,
    /// 增派人员.
    pub extra_staff: u8,
}

/// What each level asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssuranceRules {
    /// Four, from `i` to `iv`.
    pub levels: Vec<LevelRule>,
}

impl AssuranceRules {
    pub(in crate::api) fn of(rules: &Rules) -> Self {
        let levels = Level::ALL.map(|level| {
            let rule = rules.of(level);
            let (check_every_s, roll_calls_a_day) = (rule.check_every_s, rule.roll_calls_a_day);
            LevelRule {
                level,
                check_every_s,
                roll_calls_a_day,
                depth: rule.depth.into(),
                extra_staff: rule.extra_staff,
            }
        });
        Self { levels: levels.into() }
    }
}

/// Levels ask for something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssuranceRules {
    /// Four, from `i` to `iv`.
    pub levels: Vec<LevelRule>,
    /// Who says so, 1 to 64 characters.
    pub person: String,
}

/// 值守: a person on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffItem {
    /// Their name, 1 to 64 characters.
    pub name: String,
    /// Their number, at most 64 characters.
    #[serde(default)]
    pub telephone: String,
    /// 岗位, at most 64 characters.
    #[serde(default)]
    pub post: String,
}

impl StaffItem {
    pub(in crate::api) fn of(staff: &Staff) -> Self {
        let [name, telephone, post] = [&staff.name, &staff.telephone, &staff.post].map(ToString::to_string);
        Self { name, telephone, post }
    }
}

/// Who is called in when a response of this level begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelStaff {
    /// The level.
    pub level: Level,
    /// At most 64.
    pub staff: Vec<StaffItem>,
}

/// Who is called in by level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssuranceStaff {
    /// Four, from `i` to `iv`.
    pub levels: Vec<LevelStaff>,
    /// When it was last changed; null: never.
    #[schema(required)]
    pub changed_ms: Option<UnixMs>,
    /// By whom.
    #[schema(required)]
    pub changed_by: Option<String>,
}

impl AssuranceStaff {
    pub(in crate::api) fn of(roster: &Roster) -> Self {
        let levels =
            Level::ALL.map(|level| LevelStaff { level, staff: roster.of(level).iter().map(StaffItem::of).collect() });
        Self {
            levels: levels.into(),
            changed_ms: roster.changed.as_ref().map(|(at_ms, _)| *at_ms),
            changed_by: roster.changed.as_ref().map(|(_, person)| person.to_string()),
        }
    }
}

/// Other people are called in by level; responses that are on keep theirs until they are adjusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssuranceStaff {
    /// Four, from `i` to `iv`.
    pub levels: Vec<LevelStaff>,
    /// Who says so, 1 to 64 characters.
    pub person: String,
}

/// The roll calls that a response orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResponseCalls {
    /// The schedule; its calls name it.
    pub schedule: u64,
    /// At which times of the day.
    pub times: Vec<String>,
    /// Codes of the places that are called …
    pub places: Vec<String>,
    /// … but for these, which follow a higher response.
    pub except: Vec<String>,
    /// When it is due next; null while it rests: before, behind, or when a higher response has all its places.
    #[schema(required)]
    pub next_ms: Option<UnixMs>,
    /// What became of its last times, the newest first, at most 32.
    pub slots: Vec<SlotItem>,
}

/// Where a response stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResponseState {
    /// In force.
    On,
    /// To come.
    Ahead,
    /// Over.
    Ended,
}

/// A step of a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResponseStep {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: String,
    /// What.
    pub act: Act,
    /// The level from then on.
    pub level: Level,
    /// The places from then on.
    pub places: Vec<String>,
    /// Until when, as planned then.
    #[schema(required)]
    pub to_ms: Option<UnixMs>,
    /// Whether nothing may be changed from then on.
    pub freeze: bool,
    /// How many were on duty from then on.
    pub staff: usize,
    /// Why.
    pub note: String,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResponseItem {
    /// Its number.
    pub id: u64,
    /// As people call it.
    pub title: String,
    /// 灾种 or occasion.
    pub hazard: String,
    /// 级别.
    pub level: Level,
    /// 发布机关.
    pub authority: String,
    /// 文号; may be empty.
    pub document: String,
    /// Codes of its places.
    pub places: Vec<String>,
    /// Their names.
    pub names: Vec<String>,
    /// From when.
    pub from_ms: UnixMs,
    /// Until when, as planned; null: until it is ended.
    #[schema(required)]
    pub to_ms: Option<UnixMs>,
    /// When a person ended it.
    #[schema(required)]
    pub ended_ms: Option<UnixMs>,
    /// Where it stands.
    pub state: ResponseState,
    /// 封网.
    pub freeze: bool,
    /// 封网审批人.
    pub approver: String,
    /// 检查频次 of its level, seconds; 0: continuously.
    pub check_every_s: u32,
    /// 点名 a day.
    pub roll_calls_a_day: u8,
    /// How deep they ask.
    pub depth: RollCallDepth,
    /// 增派人员.
    pub extra_staff: u8,
    /// Venues in its places; 0 for one that is over.
    pub venues: usize,
    /// Those of them whose boxes are of a version that hears nothing of a freeze: HQ orders nothing there that it keeps out, and what such
    /// a box does by its own clock goes on. 0 without a freeze.
    pub untold: usize,
    /// 值守人员.
    pub staff: Vec<StaffItem>,
    /// How many of them are missing by the level's rule.
    pub staff_missing: usize,
    /// The roll calls that it orders; null: it has not been in force yet, or its level asks for none.
    #[schema(required)]
    pub roll_calls: Option<ResponseCalls>,
    /// The first step first.
    pub history: Vec<ResponseStep>,
}

/// What a place follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssuredPlace {
    /// Its code.
    pub place: String,
    /// As people call it.
    pub name: String,
    /// The highest level in force that covers it.
    pub level: Level,
    /// The response that this is.
    pub response: u64,
    /// Whether nothing may be changed in it.
    pub freeze: bool,
}

/// 封网期间变更审批.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalItem {
    /// Its number.
    pub id: u64,
    /// The place or venue.
    pub subject: String,
    /// As people call it.
    pub name: String,
    /// 事项.
    pub what: String,
    /// 批准人.
    pub person: String,
    /// Why; may be empty.
    pub reason: String,
    /// When it was given.
    pub given_ms: UnixMs,
    /// Until when it holds.
    pub until_ms: UnixMs,
    /// When it was taken back.
    #[schema(required)]
    pub revoked_ms: Option<UnixMs>,
    /// By whom.
    #[schema(required)]
    pub revoked_by: Option<String>,
    /// Whether it is in force.
    pub on: bool,
}

/// Heightened assurance as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssuranceAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The highest level in force anywhere; null: none.
    #[schema(required)]
    pub in_force: Option<Level>,
    /// In force, highest first; then to come; then those that ended in the last 90 days, the newest first.
    pub responses: Vec<ResponseItem>,
    /// The places that responses in force name, each with what it follows.
    pub places: Vec<AssuredPlace>,
    /// Given in the last 90 days, the newest first.
    pub approvals: Vec<ApprovalItem>,
    /// What each level asks for.
    pub rules: AssuranceRules,
}

/// A response that begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResponse {
    /// As people call it, 1 to 64 characters.
    pub title: String,
    /// 灾种 or occasion, at most 64 characters.
    #[serde(default)]
    pub hazard: Option<String>,
    /// 级别.
    pub level: Level,
    /// 发布机关, 1 to 64 characters.
    pub authority: String,
    /// 文号, at most 64 characters.
    #[serde(default)]
    pub document: Option<String>,
    /// Codes of 1 to 64 places.
    pub places: Vec<String>,
    /// From when; now when not said.
    #[serde(default)]
    pub from_ms: Option<UnixMs>,
    /// Until when; until it is ended when not said.
    #[serde(default)]
    pub to_ms: Option<UnixMs>,
    /// 封网: nothing is changed, and no full sweep runs, without a named approval.
    pub freeze: bool,
    /// 封网审批人: who may approve it all the same, 1 to 64 characters.
    pub approver: String,
    /// 值守人员; those of the level when not said.
    #[serde(default)]
    pub staff: Option<Vec<StaffItem>>,
    /// Who starts it, 1 to 64 characters.
    pub person: String,
    /// Why, at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// A response that is adjusted; what is not said stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Another level.
    #[serde(default)]
    pub level: Option<Level>,
    /// Other places.
    #[serde(default)]
    pub places: Option<Vec<String>>,
    /// Another end.
    #[serde(default)]
    pub to_ms: Option<UnixMs>,
    /// No planned end any more.
    #[serde(default)]
    pub open_end: bool,
    /// Whether nothing may be changed.
    #[serde(default)]
    pub freeze: Option<bool>,
    /// Other 值守人员; those of the level when another level is said and they are not.
    #[serde(default)]
    pub staff: Option<Vec<StaffItem>>,
    /// Who adjusts it, 1 to 64 characters.
    pub person: String,
    /// Why, 1 to 500 characters.
    pub note: String,
}

/// A person and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Who, 1 to 64 characters.
    pub person: String,
    /// Why, at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// An approval that is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    /// The place or venue.
    pub subject: String,
    /// 事项, 1 to 500 characters.
    pub what: String,
    /// 批准人, 1 to 64 characters.
    pub person: String,
    /// Why, at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// Until when, at most seven days from now.
    pub until_ms: UnixMs,
}
