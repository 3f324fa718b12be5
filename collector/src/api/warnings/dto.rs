//! The shapes of early warning.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// How many fit the question.
    pub total: usize,
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
    /// Joint tests whose fault stands in the 整改台账 in these days.
    pub failed_tests: usize,
    /// When the last of both began.
    #[schema(required)]
    pub last_ms: Option<UnixMs>,
    /// When its faults began, the oldest first.
    pub began: Vec<UnixMs>,
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
