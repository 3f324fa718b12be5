//! The shapes of early warning.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rulings::{Kind, Ruling};
use crate::warning::frequent::{Often, OftenKept};

/// Which side of a limit is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LimitKind {
    /// Below it: it is a greatest value.
    Max,
    /// Above it: it is a least value.
    Min,
}

/// A value that drifts towards its limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WarningItem {
    /// The code of the venue.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// Where it is.
    #[schema(required)]
    pub place: Option<String>,
    /// The probe.
    pub probe: String,
    /// As people call it.
    pub probe_name: String,
    /// The value.
    pub value: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// The limit that it is on the way to.
    pub limit: f64,
    /// Which side of it is good.
    pub limit_kind: LimitKind,
    /// Whether beyond it is 异常, and not only 劣化.
    pub fails: bool,
    /// What it is now, by the line through the last 28 days.
    pub now: f64,
    /// How much it grows in a day.
    pub slope_per_day: f64,
    /// When it arrives.
    pub crosses_ms: UnixMs,
    /// In how many days.
    pub days_left: f64,
    /// How many points it was drawn through.
    pub points: usize,
    /// How sure the direction is, 0.33 to 1: Kendall's tau without its sign.
    pub confidence: f64,
    /// The points: medians of quarters of days.
    pub series: Vec<(UnixMs, f64)>,
}

/// Warnings, one page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WarningList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// When every venue had last been looked at; null: not yet since the start, and more may come.
    #[schema(required)]
    pub computed_ms: Option<UnixMs>,
    /// The oldest hour that HQ has kept of any venue.
    #[schema(required)]
    pub since_ms: Option<UnixMs>,
    /// How many fit the question and are kept: of all venues the 5000 that arrive first.
    pub total: usize,
    /// How many more there are that arrive later and are not kept.
    pub left_out: usize,
    /// What arrives first comes first.
    pub items: Vec<WarningItem>,
}

/// A backup path that was not proven lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupWarning {
    /// The code of the venue.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// Where it is.
    #[schema(required)]
    pub place: Option<String>,
    /// `line`, `terminal`, `microphone`, `platform`, `ups` or `other`.
    pub kind: String,
    /// As people call the path.
    pub title: String,
    /// `failing`, `overdue`, `never` or `unexercised`.
    pub state: String,
    /// When it was last proven.
    #[schema(required)]
    pub last_proven_ms: Option<UnixMs>,
    /// Until when that was enough.
    #[schema(required)]
    pub due_ms: Option<UnixMs>,
}

/// Backup paths, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupWarnings {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many fit the question.
    pub total: usize,
    /// The most urgent first; of those the longest not proven.
    pub items: Vec<BackupWarning>,
}

/// When a venue counts as one that fails often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrequentRule {
    /// So many faults …
    pub faults: u16,
    /// … in so many days, at most 90,
    pub days: u16,
    /// or so many joint tests that brought a fault to light.
    pub failed_tests: u16,
}

impl FrequentRule {
    pub(in crate::api) const fn of(rule: &Often) -> Self {
        let Often { faults, days, failed_tests } = *rule;
        Self { faults, days, failed_tests }
    }
}

/// The rule that is in force, and who said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptFrequentRule {
    /// So many faults …
    pub faults: u16,
    /// … in so many days,
    pub days: u16,
    /// or so many failed joint tests in them.
    pub failed_tests: u16,
    /// When it was last changed; null: never.
    #[schema(required)]
    pub changed_ms: Option<UnixMs>,
    /// By whom.
    #[schema(required)]
    pub changed_by: Option<String>,
}

impl KeptFrequentRule {
    pub(in crate::api) fn of(kept: &OftenKept) -> Self {
        let Often { faults, days, failed_tests } = kept.rule;
        let (changed_ms, changed_by) = kept.changed.as_ref().map(|(at_ms, by)| (*at_ms, by.to_string())).unzip();
        Self { faults, days, failed_tests, changed_ms, changed_by }
    }
}

/// Another rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFrequentRule {
    /// So many faults, 1 to 100, …
    pub faults: u16,
    /// … in so many days, 1 to 90,
    pub days: u16,
    /// or so many failed joint tests in them, 1 to 100.
    pub failed_tests: u16,
    /// Who says so, 1 to 64 characters.
    pub person: String,
}

/// A warning of which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectifyWarning {
    /// The code of the venue.
    pub venue: String,
    /// The probe.
    pub probe: String,
    /// The value.
    pub value: String,
    /// 责任单位; the venue's own when not said.
    #[serde(default)]
    pub unit: Option<String>,
    /// 整改期限; when the limit is reached, and a day at least, when not said.
    #[serde(default)]
    pub due_ms: Option<UnixMs>,
    /// 整改建议, at most 500 characters.
    #[serde(default)]
    pub advice: Option<String>,
    /// Who opens it, 1 to 64 characters.
    pub person: String,
}

/// A venue that fails often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrequentItem {
    /// Its code.
    pub venue: String,
    /// As people call it.
    pub name: String,
    /// Where it is.
    #[schema(required)]
    pub place: Option<String>,
    /// Faults in the days of the rule: times at which a required test began to fail.
    pub faults: usize,
    /// Joint tests that failed in these days: by their form, or because a matter of the 整改台账 came of them.
    pub failed_tests: usize,
    /// When the last of both began.
    #[schema(required)]
    pub last_ms: Option<UnixMs>,
    /// When its faults began, the oldest first.
    pub began: Vec<UnixMs>,
    /// The numbers of those joint tests.
    pub tests: Vec<u64>,
}

/// Venues that fail often, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrequentList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The rule that was asked for.
    pub rule: FrequentRule,
    /// When every venue had last been looked at; null: not yet since the start, and more may come.
    #[schema(required)]
    pub computed_ms: Option<UnixMs>,
    /// The oldest hour that HQ has kept of any venue: before it nothing is counted.
    #[schema(required)]
    pub since_ms: Option<UnixMs>,
    /// How many fit the question.
    pub total: usize,
    /// Those with most faults first.
    pub items: Vec<FrequentItem>,
}

/// What was changed of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleChangePart {
    /// Which: `faults`, or with the level before it, `ii.depth`.
    pub name: String,
    /// What it said.
    pub was: String,
    /// What it says.
    pub is: String,
}

/// A change of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleChange {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: String,
    /// Of which rules.
    pub kind: Kind,
    /// What.
    pub parts: Vec<RuleChangePart>,
}

impl RuleChange {
    pub(in crate::api) fn of(ruling: &Ruling) -> Self {
        let part = |part: &crate::rulings::Part| {
            let [name, was, is] = [&part.name, &part.was, &part.is].map(ToString::to_string);
            RuleChangePart { name, was, is }
        };
        let parts = ruling.parts.iter().map(part).collect();
        Self { at_ms: ruling.at_ms, person: ruling.person.to_string(), kind: ruling.kind, parts }
    }
}

/// Who changed which rule when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleChanges {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// How many there are of what is asked for.
    pub total: usize,
    /// The newest first.
    pub items: Vec<RuleChange>,
}
