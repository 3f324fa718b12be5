//! A response (应急响应) and an approval, as they are written down.

use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::province::{Extent, Tree};
use crate::rectify::Where;

/// 响应级别; I is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Ⅰ级.
    I,
    /// Ⅱ级.
    Ii,
    /// Ⅲ级.
    Iii,
    /// Ⅳ级.
    Iv,
}

impl Level {
    /// The highest first.
    pub const ALL: [Self; 4] = [Self::I, Self::Ii, Self::Iii, Self::Iv];

    /// As it is written.
    #[must_use]
    pub const fn roman(self) -> &'static str {
        match self {
            Self::I => "Ⅰ",
            Self::Ii => "Ⅱ",
            Self::Iii => "Ⅲ",
            Self::Iv => "Ⅳ",
        }
    }
}

/// What a level asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// 检查频次: once in so many seconds; 0: continuously.
    pub check_every_s: u32,
    /// 点名 a day.
    pub roll_calls_a_day: u8,
    /// How deep they ask.
    pub depth: Depth,
    /// 增派人员.
    pub extra_staff: u8,
}

impl Rule {
    /// What is written of it, by name.
    fn parts(&self) -> [(&'static str, String); 4] {
        let depth = match self.depth {
            Depth::Present => "present",
            Depth::Ready => "ready",
            Depth::Proven => "proven",
        };
        [
            ("check_every_s", self.check_every_s.to_string()),
            ("roll_calls_a_day", self.roll_calls_a_day.to_string()),
            ("depth", depth.to_owned()),
            ("extra_staff", self.extra_staff.to_string()),
        ]
    }
}

/// By level, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules(pub [Rule; 4]);

impl Default for Rules {
    /// What is usual; an operator changes it.
    fn default() -> Self {
        let rule = |check_every_s, roll_calls_a_day, extra_staff| {
            // Nothing turns and nothing is heard at two in the morning because a level says so.
            Rule { check_every_s, roll_calls_a_day, depth: Depth::Present, extra_staff }
        };
        Self([rule(0, 12, 5), rule(300, 4, 3), rule(900, 2, 1), rule(1_800, 1, 0)])
    }
}

impl Rules {
    /// What is written of them, by level and name: `ii.depth`.
    #[must_use]
    pub fn parts(&self) -> crate::rulings::Parts {
        let of = |(level, rule): (&str, &Rule)| rule.parts().map(|(name, says)| (format!("{level}.{name}"), says));
        ["i", "ii", "iii", "iv"].into_iter().zip(&self.0).flat_map(of).collect()
    }

    /// Of a level.
    #[must_use]
    pub const fn of(&self, level: Level) -> Rule {
        self.0[level as usize]
    }
}

/// 值守: who is on duty for a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Their name.
    pub name: Box<str>,
    /// Their number.
    pub telephone: Box<str>,
    /// 岗位; may be empty.
    pub post: Box<str>,
}

/// Who is called in by level, the highest first, and who said so when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// By level.
    pub levels: [Vec<Staff>; 4],
    /// The last change.
    pub changed: Option<(UnixMs, Box<str>)>,
}

impl Roster {
    /// Of a level.
    #[must_use]
    pub const fn of(&self, level: Level) -> &Vec<Staff> {
        &self.levels[level as usize]
    }
}

/// What is in force, as the last adjustment left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 级别.
    pub level: Level,
    /// 范围: these places with everything that the tree in force puts in them.
    pub places: Vec<PlaceCode>,
    /// From when.
    pub from_ms: UnixMs,
    /// Until when; none: until it is ended.
    pub to_ms: Option<UnixMs>,
    /// 封网.
    pub freeze: bool,
    /// 值守人员.
    pub staff: Vec<Staff>,
}

impl Terms {
    /// Whether they concern a place.
    #[must_use]
    pub fn covers(&self, place: PlaceCode, tree: &Tree) -> bool {
        self.places.iter().any(|within| tree.lies_in(place, *within))
    }

    /// What they concern, to be asked of many places.
    #[must_use]
    pub fn extent(&self, tree: &Tree) -> Extent {
        Extent::of(&self.places, tree)
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
// A record on its way up has an `Act` of its own in the same description.
#[schema(as = ResponseAct)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// 启动.
    Started,
    /// 调整.
    Adjusted,
    /// 终止.
    Ended,
}

/// A step, with who took it and what was in force from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: Box<str>,
    /// What.
    pub act: Act,
    /// In force from then on; of an end, until then.
    pub terms: Terms,
    /// Why.
    pub note: Box<str>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// As people call it.
    pub title: Box<str>,
    /// 灾种 or occasion.
    pub hazard: Box<str>,
    /// 发布机关.
    pub authority: Box<str>,
    /// 文号; may be empty.
    pub document: Box<str>,
    /// 封网审批人: who may approve that something be changed all the same.
    pub approver: Box<str>,
    /// The first is its start.
    pub history: Vec<Step>,
}

impl Response {
    /// What is in force, or was at its end.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.history.last().map(|step| &step.terms)
    }

    /// What was in force at a moment, or last before it; before its start what that said.
    #[must_use]
    pub fn terms_at(&self, at_ms: UnixMs) -> Option<&Terms> {
        let step = self.history.iter().rev().find(|step| step.at_ms <= at_ms);
        step.or(self.history.first()).map(|step| &step.terms)
    }

    /// What was in force last, with every place that it ever concerned.
    #[must_use]
    pub fn terms_of_all(&self, tree: &Tree) -> Option<Terms> {
        let mut terms = self.terms()?.clone();
        let all: Vec<PlaceCode> = self.history.iter().flat_map(|step| step.terms.places.clone()).collect();
        let is_outermost = |place: &PlaceCode| !all.iter().any(|other| other != place && tree.lies_in(*place, *other));
        terms.places = all.iter().copied().filter(is_outermost).collect();
        terms.places.sort_unstable();
        terms.places.dedup();
        Some(terms)
    }

    /// When a person ended it.
    #[must_use]
    pub fn ended_ms(&self) -> Option<UnixMs> {
        self.history.last().filter(|step| step.act == Act::Ended).map(|step| step.at_ms)
    }

    /// When it is over; none as far as that is not known.
    #[must_use]
    pub fn over_ms(&self) -> Option<UnixMs> {
        let planned = self.terms().and_then(|terms| terms.to_ms);
        self.ended_ms().map_or(planned, |ended| Some(planned.map_or(ended, |to| to.min(ended))))
    }

    /// Whether it is in force.
    #[must_use]
    pub fn is_on(&self, now: UnixMs) -> bool {
        self.terms().is_some_and(|terms| terms.from_ms <= now) && !self.is_over(now)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, now: UnixMs) -> bool {
        self.over_ms().is_some_and(|over| over <= now)
    }

    /// Whether it concerns a place.
    #[must_use]
    pub fn covers(&self, place: PlaceCode, tree: &Tree) -> bool {
        self.terms().is_some_and(|terms| terms.covers(place, tree))
    }
}

impl Response {
    /// Whether an approval is one of those whom it names as approvers, or given on the word of one.
    #[must_use]
    pub fn accepts(&self, approval: &Approval) -> bool {
        let mut names = self.approver.split(['、', '，', ',']).map(str::trim).filter(|name| !name.is_empty());
        names.any(|name| name == approval.person.trim() || approval.reason.contains(name))
    }
}

/// 封网期间变更审批: a person has approved that something be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Where.
    pub subject: Where,
    /// 事项.
    pub what: Box<str>,
    /// 批准人.
    pub person: Box<str>,
    /// Why.
    pub reason: Box<str>,
    /// When.
    pub given_ms: UnixMs,
    /// Until when.
    pub until_ms: UnixMs,
    /// When it was taken back, and by whom.
    pub revoked: Option<(UnixMs, Box<str>)>,
}

impl Approval {
    /// Whether it is in force.
    #[must_use]
    pub const fn is_on(&self, now: UnixMs) -> bool {
        self.revoked.is_none() && self.given_ms <= now && now < self.until_ms
    }

    /// Whether it was in force at some time from `from_ms` to before `to_ms`.
    #[must_use]
    pub fn was_on_within(&self, (from_ms, to_ms): (UnixMs, UnixMs)) -> bool {
        let until_ms = self.revoked.as_ref().map_or(self.until_ms, |(at_ms, _)| self.until_ms.min(*at_ms));
        self.given_ms < to_ms && until_ms > from_ms
    }
}
