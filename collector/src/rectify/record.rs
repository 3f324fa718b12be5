//! One matter of the 整改台账: what is wrong, who puts it right until when, and every step on the way.

use std::fmt;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Where {
    /// A place, for what concerns no single room: a county's line.
    Place(PlaceCode),
    /// A room.
    Venue(VenueId),
}

impl Where {
    /// The place in which it lies.
    #[must_use]
    pub const fn place(self) -> PlaceCode {
        match self {
            Self::Place(place) => place,
            Self::Venue(venue) => venue.place,
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(place) => place.fmt(f),
            Self::Venue(venue) => venue.fmt(f),
        }
    }
}

/// What brought it to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A person.
    Hand,
    /// An inspection run, by its number.
    Inspection(u64),
    /// A roll call, by its number.
    RollCall(u64),
    /// A joint test, by its number.
    JointTest(u64),
    /// An early warning: a value drifts towards its limit.
    Warning,
}

/// What is to be done. It can be changed while the matter is open; what it was before stays in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// 整改建议.
    pub advice: Box<str>,
    /// 责任单位.
    pub unit: Box<str>,
    /// 整改期限: overdue from then on.
    pub due_ms: UnixMs,
}

/// How a re-test is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// By a person's word.
    Hand,
    /// By an inspection run, by its number.
    Inspection(u64),
    /// By a joint test that counts, by its number.
    JointTest(u64),
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// 立项.
    Opened(Task),
    /// Another advice, unit or deadline.
    Changed(Task),
    /// 整改完成: it waits for its re-test.
    Fixed,
    /// 复测.
    Retested {
        /// Whether it is right now.
        passed: bool,
        /// How that is known.
        proof: Proof,
        /// When the test was made.
        tested_ms: UnixMs,
    },
    /// 销号.
    Closed,
    /// It was not over after all.
    Reopened,
}

/// A step, with who took it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: Box<str>,
    /// What.
    pub step: Step,
    /// Why, or what else there is to say.
    pub note: Box<str>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// 整改中.
    Open,
    /// 待复测.
    Fixed,
    /// 待销号: the re-test was passed.
    Passed,
    /// 已销号.
    Closed,
}

impl State {
    /// In the order of the way.
    pub const ALL: [Self; 4] = [Self::Open, Self::Fixed, Self::Passed, Self::Closed];

    /// As it is called.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Open => "整改中",
            Self::Fixed => "待复测",
            Self::Passed => "待销号",
            Self::Closed => "已销号",
        }
    }
}

/// A matter: what was found, which never changes, and its history, to which steps are only added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where.
    pub subject: Where,
    /// What brought it to light.
    pub origin: Origin,
    /// 项目: a probe's id or a manual item; empty when it is neither.
    pub item: Box<str>,
    /// 问题.
    pub problem: Box<str>,
    /// The first is its opening.
    pub history: Vec<Entry>,
}

impl Record {
    /// As it stood before a moment.
    #[must_use]
    pub fn before(&self, ms: UnixMs) -> Self {
        let history = self.history.iter().filter(|entry| entry.at_ms < ms).cloned().collect();
        Self { history, ..self.clone() }
    }

    /// What is to be done, as it was said last.
    #[must_use]
    pub fn task(&self) -> Option<&Task> {
        self.history.iter().rev().find_map(|entry| match &entry.step {
            Step::Opened(task) | Step::Changed(task) => Some(task),
            Step::Fixed | Step::Retested { .. } | Step::Closed | Step::Reopened => None,
        })
    }

    /// What is searched of it, in lower case, a line each: code, item, problem, and advice and unit as they were said last.
    #[must_use]
    pub fn folded(&self) -> String {
        let subject = self.subject.to_string();
        let [advice, unit] = self.task().map(|task| [&*task.advice, &*task.unit]).unwrap_or_default();
        [subject.as_str(), &self.item, &self.problem, advice, unit].join("\n").to_lowercase()
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        let state = |entry: &Entry| match entry.step {
            Step::Changed(_) => None,
            Step::Opened(_) | Step::Reopened | Step::Retested { passed: false, .. } => Some(State::Open),
            Step::Fixed => Some(State::Fixed),
            Step::Retested { passed: true, .. } => Some(State::Passed),
            Step::Closed => Some(State::Closed),
        };
        self.history.iter().rev().find_map(state).unwrap_or(State::Open)
    }

    /// When it was opened.
    #[must_use]
    pub fn opened_ms(&self) -> UnixMs {
        self.history.first().map_or(0, |entry| entry.at_ms)
    }

    /// When something was last done about it.
    #[must_use]
    pub fn touched_ms(&self) -> UnixMs {
        self.history.last().map_or(0, |entry| entry.at_ms)
    }

    /// When it was last put right.
    #[must_use]
    pub fn fixed_ms(&self) -> Option<UnixMs> {
        self.history.iter().rev().find(|entry| entry.step == Step::Fixed).map(|entry| entry.at_ms)
    }

    /// Whether it should have been closed by now.
    #[must_use]
    pub fn is_overdue(&self, now: UnixMs) -> bool {
        self.state() != State::Closed && self.task().is_some_and(|task| task.due_ms < now)
    }
}
