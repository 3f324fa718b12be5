//! One venue in a roll call.

use avow_shared::id::{AgentId, UnitId, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::State;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::prove::Proving;
use super::{Grounds, Nonce, Said};
use crate::province::Class;

/// How a venue was when the call began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Its class; none when it was never heard of.
    pub class: Option<Class>,
    /// When HQ last heard of it.
    pub heard_ms: Option<UnixMs>,
    /// Whether its box was connected.
    pub connected: bool,
}

/// How far a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When HQ first heard that it had the call.
    pub at_ms: UnixMs,
    /// Tests that have ended.
    pub done: u8,
    /// Of so many.
    pub of: u8,
}

/// A box's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When HQ got it.
    pub at_ms: UnixMs,
    /// What it said; none: a box of an earlier version, which only says that it is there.
    pub state: Option<State>,
}

/// How somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// 自动: the box.
    Auto,
    /// 人工: a person in the picture.
    Person,
    /// 电话.
    Telephone,
    /// 备用: over another system than the one that was called.
    Backup,
}

/// How a venue stands in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// 未应答: the time is up.
    Silent,
    /// 待应答: nothing was heard of it yet.
    Waiting,
    /// 已受理: it has heard the call and looks.
    Heard,
    /// 未计: a person broke the call off before it had answered, and before it was too late.
    Uncounted,
    /// 超时应答.
    Late,
    /// 免点: 会议中: a meeting is on, and nothing that would disturb it was tested.
    InMeeting,
    /// 请假/免点, by a person.
    Excused,
    /// 按时应答.
    OnTime,
}

/// Who is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Whom {
    /// A room.
    Room(VenueId),
    /// A registered unit that has no room: only a person can answer for it.
    Unit(UnitId),
}

/// Somebody who is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who.
    pub whom: Whom,
    /// The unit that it answers for, as people call it.
    pub unit: Box<str>,
    /// That unit in the register, of which one venue's answer is enough; none: the venue is its own unit.
    pub unit_id: Option<UnitId>,
    /// The place below the province in which it counts, by the tree in force when the call began; the province for rooms of its own.
    pub city: PlaceCode,
    /// The box that serves it; none when there is none.
    pub agent: Option<AgentId>,
    /// How it was when the call began.
    pub before: Before,
    /// What persons said about it, and at its beginning the registers, in the order in which it was said; at most [`MOST_SAID`](super::MOST_SAID).
    pub said: Vec<Said>,
    /// How far its box is.
    pub heard: Option<Heard>,
    /// Its box's answer: the first.
    pub answer: Option<Answer>,
    /// How far its proof is; none when that is not asked for.
    pub proving: Option<Proving>,
    /// How often its box was asked by name.
    pub asked: u16,
    /// When it is asked again, if nothing is heard of it.
    pub(super) ask_ms: UnixMs,
    /// The start of the box that was asked last.
    pub(super) nonce: Option<Nonce>,
    /// The call's revision at its last change.
    pub revision: u64,
}

impl Entry {
    /// A venue that is called now.
    #[must_use]
    pub const fn new(
        venue: VenueId,
        city: PlaceCode,
        unit: Box<str>,
        unit_id: Option<UnitId>,
        agent: Option<AgentId>,
        before: Before,
    ) -> Self {
        Self {
            whom: Whom::Room(venue),
            unit,
            unit_id,
            city,
            agent,
            before,
            said: Vec::new(),
            heard: None,
            answer: None,
            proving: None,
            asked: 0,
            ask_ms: 0,
            nonce: None,
            revision: 1,
        }
    }

    /// A unit without a room that is called now.
    #[must_use]
    pub fn of_unit(id: UnitId, city: PlaceCode, unit: Box<str>) -> Self {
        Self {
            whom: Whom::Unit(id.clone()),
            unit,
            unit_id: Some(id),
            city,
            agent: None,
            before: Before { class: None, heard_ms: None, connected: false },
            said: Vec::new(),
            heard: None,
            answer: None,
            proving: None,
            asked: 0,
            ask_ms: 0,
            nonce: None,
            revision: 1,
        }
    }

    /// The room; none for a unit that has none.
    #[must_use]
    pub const fn venue(&self) -> Option<VenueId> {
        match &self.whom {
            Whom::Room(venue) => Some(*venue),
            Whom::Unit(_) => None,
        }
    }

    /// The same, of a box that is asked with all others and has begun so.
    #[must_use]
    pub fn begun(self, nonce: Option<Nonce>) -> Self {
        Self { nonce, ..self }
    }

    /// The same, excused from the beginning for a reason that the registers give.
    #[must_use]
    pub fn left_out(self, grounds: Option<Grounds>) -> Self {
        Self { said: grounds.map(Said::Excused).into_iter().collect(), ..self }
    }

    /// When the answer came that counts, the first of box and person; none yet.
    #[must_use]
    pub fn answered_ms(&self) -> Option<UnixMs> {
        let times = [self.answer.as_ref().map(|answer| answer.at_ms), self.person_ms()];
        times.into_iter().flatten().min()
    }

    /// How it was answered: a person's answer is never hidden behind that of the box, nor taken from it.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        let person = self.person().map(|person| person.mode);
        person.or_else(|| self.answer.as_ref().map(|_| Mode::Auto))
    }

    /// Whether nothing more is waited for.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.answer.is_some() || self.person().is_some() || self.excused().is_some()
    }

    /// Since when nothing more is waited for, with its proof; none while something is.
    pub(super) fn settled_ms(&self) -> Option<UnixMs> {
        let answered = self.answered_ms();
        let settled = answered.into_iter().chain(self.excused().map(|grounds| grounds.at_ms)).min()?;
        let proven = self
            .proving
            .as_ref()
            .map_or(Some(0), |proving| (!proving.proof.is_pending()).then_some(proving.at_ms.unwrap_or_default()));
        proven.map(|at_ms| at_ms.max(settled))
    }

    /// How it stands at `now`, of a call whose answers are on time until `until_ms`. Whoever is excused after `excusable_ms` stands as he did.
    pub(super) fn standing(&self, until_ms: UnixMs, excusable_ms: UnixMs, now: UnixMs) -> Standing {
        let in_meeting = self.answer.as_ref().and_then(|a| a.state.as_ref()).is_some_and(|state| state.in_meeting);
        match self.answered_ms() {
            _ if self.excused().is_some_and(|grounds| grounds.at_ms <= excusable_ms) => Standing::Excused,
            Some(_) if in_meeting && self.person().is_none() => Standing::InMeeting,
            Some(at_ms) if at_ms <= until_ms => Standing::OnTime,
            Some(_) => Standing::Late,
            None if now > until_ms => Standing::Silent,
            None if self.heard.is_some() => Standing::Heard,
            None => Standing::Waiting,
        }
    }

    /// Its box is so far: forward alone, and not behind its answer.
    pub(super) fn heard(&mut self, new: Heard) -> bool {
        let at_ms = self.heard.map_or(new.at_ms, |known| known.at_ms);
        let is_news = self.heard.is_none_or(|known| new.done > known.done) && self.answer.is_none();
        if is_news {
            self.heard = Some(Heard { at_ms, ..new });
        }
        is_news
    }

    pub(super) fn answered(&mut self, answer: Answer) -> bool {
        let is_first = self.answer.is_none();
        if is_first {
            self.answer = Some(answer);
        }
        is_first
    }
}
