//! The shapes of the 整改台账.

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rectify::{Entry, Origin, Proof, Record, State, Step};

/// What brought a matter to light, and by what a re-test is proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A person.
    #[default]
    Hand,
    /// An inspection run.
    Inspection,
    /// A roll call.
    RollCall,
    /// A joint test.
    JointTest,
    /// An early warning.
    Warning,
}

/// A source and its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Its number; null for `hand` and `warning`.
    #[serde(default)]
    #[schema(required)]
    pub id: Option<u64>,
}

impl From<Origin> for Source {
    fn from(origin: Origin) -> Self {
        let (kind, id) = match origin {
            Origin::Hand => (SourceKind::Hand, None),
            Origin::Inspection(id) => (SourceKind::Inspection, Some(id)),
            Origin::RollCall(id) => (SourceKind::RollCall, Some(id)),
            Origin::JointTest(id) => (SourceKind::JointTest, Some(id)),
            Origin::Warning => (SourceKind::Warning, None),
        };
        Self { kind, id }
    }
}

impl From<Proof> for Source {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Hand => Self { kind: SourceKind::Hand, id: None },
            Proof::Inspection(id) => Self { kind: SourceKind::Inspection, id: Some(id) },
            Proof::JointTest(id) => Self { kind: SourceKind::JointTest, id: Some(id) },
        }
    }
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// 立项; only in histories.
    Opened,
    /// Another advice, unit or deadline.
    Changed,
    /// 整改完成.
    Fixed,
    /// 复测.
    Retested,
    /// 销号.
    Closed,
    /// 重新打开.
    Reopened,
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifyStep {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: String,
    /// What.
    pub step: StepKind,
    /// Why, or what else there is to say; may be empty.
    pub note: String,
    /// Of `opened` and `changed`: what is to be done from then on.
    #[schema(required)]
    pub advice: Option<String>,
    /// And by whom.
    #[schema(required)]
    pub unit: Option<String>,
    /// And until when.
    #[schema(required)]
    pub due_ms: Option<UnixMs>,
    /// Of `retested`: whether it is right now.
    #[schema(required)]
    pub passed: Option<bool>,
    /// And how that is known.
    #[schema(required)]
    pub proof: Option<Source>,
    /// And when it was tested.
    #[schema(required)]
    pub tested_ms: Option<UnixMs>,
}

impl RectifyStep {
    fn of(entry: &Entry) -> Self {
        let step = match &entry.step {
            Step::Opened(_) => StepKind::Opened,
            Step::Changed(_) => StepKind::Changed,
            Step::Fixed => StepKind::Fixed,
            Step::Retested { .. } => StepKind::Retested,
            Step::Closed => StepKind::Closed,
            Step::Reopened => StepKind::Reopened,
        };
        let task = match &entry.step {
            Step::Opened(task) | Step::Changed(task) => Some(task),
            _ => None,
        };
        let test = match entry.step {
            Step::Retested { passed, proof, tested_ms } => Some((passed, proof, tested_ms)),
            _ => None,
        };
        Self {
            at_ms: entry.at_ms,
            person: entry.person.to_string(),
            step,
            note: entry.note.to_string(),
            advice: task.map(|task| task.advice.to_string()),
            unit: task.map(|task| task.unit.to_string()),
            due_ms: task.map(|task| task.due_ms),
            passed: test.map(|(passed, ..)| passed),
            proof: test.map(|(_, proof, _)| proof.into()),
            tested_ms: test.map(|(.., tested_ms)| tested_ms),
        }
    }
}

/// A matter of the 整改台账.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifyItem {
    /// Its number.
    pub id: u64,
    /// The code of the place or venue.
    pub subject: String,
    /// As people call it.
    pub name: String,
    /// Where a venue is; null for a place.
    #[schema(required)]
    pub place: Option<String>,
    /// What brought it to light.
    pub origin: Source,
    /// 项目: a probe's id or a manual item; may be empty.
    pub item: String,
    /// 问题.
    pub problem: String,
    /// 整改建议; may be empty.
    pub advice: String,
    /// 责任单位.
    pub unit: String,
    /// 整改期限.
    pub due_ms: UnixMs,
    /// How far it is.
    pub state: State,
    /// Whether the deadline has passed and it is not closed.
    pub overdue: bool,
    /// When it was opened.
    pub opened_ms: UnixMs,
    /// Who opened it.
    pub opened_by: String,
    /// When something was last done about it.
    pub touched_ms: UnixMs,
    /// How many steps its history has.
    pub steps: usize,
}

impl RectifyItem {
    pub(in crate::api) fn of(id: u64, record: &Record, (name, place): (String, Option<String>), now: UnixMs) -> Self {
        let task = record.task();
        Self {
            id,
            subject: record.subject.to_string(),
            name,
            place,
            origin: record.origin.into(),
            item: record.item.to_string(),
            problem: record.problem.to_string(),
            advice: task.map(|task| task.advice.to_string()).unwrap_or_default(),
            unit: task.map(|task| task.unit.to_string()).unwrap_or_default(),
            due_ms: task.map(|task| task.due_ms).unwrap_or_default(),
            state: record.state(),
            overdue: record.is_overdue(now),
            opened_ms: record.opened_ms(),
            opened_by: record.history.first().map(|entry| entry.person.to_string()).unwrap_or_default(),
            touched_ms: record.touched_ms(),
            steps: record.history.len(),
        }
    }
}

/// A matter with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifyAnswer {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// The matter.
    pub item: RectifyItem,
    /// The first step first.
    pub history: Vec<RectifyStep>,
}

impl RectifyAnswer {
    pub(in crate::api) fn of(item: RectifyItem, record: &Record, now_ms: UnixMs) -> Self {
        Self { now_ms, item, history: record.history.iter().map(RectifyStep::of).collect() }
    }
}

/// How many are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifySums {
    /// 整改中.
    pub open: u32,
    /// 待复测.
    pub fixed: u32,
    /// 待销号.
    pub passed: u32,
    /// 已销号.
    pub closed: u32,
    /// Of the first three, those whose deadline has passed.
    pub overdue: u32,
}

impl RectifySums {
    pub(in crate::api) fn enter(&mut self, record: &Record, now: UnixMs) {
        let sum = match record.state() {
            State::Open => &mut self.open,
            State::Fixed => &mut self.fixed,
            State::Passed => &mut self.passed,
            State::Closed => &mut self.closed,
        };
        *sum += 1;
        self.overdue += u32::from(record.is_overdue(now));
    }
}

/// Matters, one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifyList {
    /// The collector's clock.
    pub now_ms: UnixMs,
    /// All that lie in the place, whatever else is asked.
    pub sums: RectifySums,
    /// Units that are responsible for matters that are not closed, in the place: at most 200, those with most first.
    pub units: Vec<UnitSum>,
    /// How many fit the question.
    pub total: usize,
    /// Those that are not closed first, by deadline; then the closed ones, the newest first.
    pub items: Vec<RectifyItem>,
}

/// How much a unit has to put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitSum {
    /// 责任单位.
    pub unit: String,
    /// Not closed.
    pub open: u32,
    /// Of these, overdue.
    pub overdue: u32,
}

/// A matter that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRectify {
    /// A place (350102) or venue (350102001-01).
    pub subject: String,
    /// 项目, at most 64 characters: a second open matter of one item is not opened.
    #[serde(default)]
    pub item: Option<String>,
    /// 问题, 1 to 500 characters.
    pub problem: String,
    /// 整改建议, at most 500 characters.
    #[serde(default)]
    pub advice: Option<String>,
    /// 责任单位, 1 to 64 characters.
    pub unit: String,
    /// 整改期限, a time to come.
    pub due_ms: UnixMs,
    /// Who opens it, 1 to 64 characters.
    pub person: String,
    /// What brought it to light; a person when not said.
    #[serde(default)]
    pub origin: Option<Source>,
    /// What else there is to say.
    #[serde(default)]
    pub note: Option<String>,
}

/// All faults of an inspection run or a roll call are to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRectifyFrom {
    /// `inspection` or `roll-call`, with its number.
    pub origin: Source,
    /// Only of these venues; all with a fault when not said.
    #[serde(default)]
    pub venues: Vec<String>,
    /// 整改建议 for all, at most 500 characters.
    #[serde(default)]
    pub advice: Option<String>,
    /// 责任单位 for all; each venue's own unit when not said.
    #[serde(default)]
    pub unit: Option<String>,
    /// 整改期限.
    pub due_ms: UnixMs,
    /// Who opens them.
    pub person: String,
}

/// What became of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RectifyOpened {
    /// The numbers of those that were opened.
    pub opened: Vec<u64>,
    /// The numbers of those that were open already, of the same venue and item.
    pub known: Vec<u64>,
}

/// A step that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRectifyStep {
    /// `changed`, `fixed`, `retested`, `closed` or `reopened`.
    pub step: StepKind,
    /// Who takes it, 1 to 64 characters.
    pub person: String,
    /// Why, at most 500 characters: needed to close without a re-test that was passed, and to reopen.
    #[serde(default)]
    pub note: Option<String>,
    /// Of `changed`: another 整改建议.
    #[serde(default)]
    pub advice: Option<String>,
    /// Of `changed`: another 责任单位.
    #[serde(default)]
    pub unit: Option<String>,
    /// Of `changed`: another 整改期限.
    #[serde(default)]
    pub due_ms: Option<UnixMs>,
    /// Of `retested` by a person's word: whether it is right now.
    #[serde(default)]
    pub passed: Option<bool>,
    /// Of `retested`: `hand`, `inspection` or `joint-test`; a person's word when not said.
    #[serde(default)]
    pub proof: Option<Source>,
    /// Of `retested` by a person's word: when it was tested; now when not said.
    #[serde(default)]
    pub tested_ms: Option<UnixMs>,
}
