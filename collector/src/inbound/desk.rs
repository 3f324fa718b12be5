//! All calls to us that are kept, each with the orders by which its checks are asked for: who is asked, when again, under which number,
//! and which answer belongs to which check. Pure; what leaves and what is written is the core's.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::check::{Check, Checked};
use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::outcome::Verdict;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{By, Call, Effect, Event, Progress, Step, StepNo, Unasked};

/// So many are open at once.
pub const MOST_OPEN: usize = 16;
/// So many are kept; of those that are over the oldest goes.
pub const MOST_KEPT: usize = 1_000;
/// An order that is not answered is said again after so long: the box does none twice.
const SAY_EVERY_MS: u64 = 4_000;
/// A box that is not reached for so long is away.
const AWAY_AFTER_MS: u64 = 3_000;
/// How long a check usually takes in a room is learnt from its last runs there, so many.
const LEARNT_FROM: usize = 5;
/// What is learnt lies in these bounds, so that one odd run neither hurries nor delays a call.
const LEARNT_MS: std::ops::RangeInclusive<u64> = 500..=45_000;

/// A start of a box.
type Nonce = [u8; 16];

/// 类别: why we are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = InboundKind)]
pub enum Kind {
    /// 值班点名.
    #[default]
    Duty,
    /// 会前点名.
    BeforeMeeting,
    /// 抽查.
    SpotCheck,
    /// 应急连线.
    Emergency,
}

/// A call as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The room that is to answer.
    pub venue: VenueId,
    /// Who calls.
    pub caller: Box<str>,
    /// Why.
    pub kind: Kind,
    /// 依据, may be empty.
    pub basis: Box<str>,
    /// Who took it at the post, may be empty.
    pub operator: Box<str>,
    /// Two with the same key are one call.
    pub key: Option<Box<str>>,
    /// How long there is to answer.
    pub deadline_ms: u64,
    /// Whether cameras may turn and a short sound may be heard, when there is no meeting.
    pub confirmed: bool,
}

/// The order by which a check was last asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Its number.
    pub number: OrderNumber,
    /// Since when it is to be asked.
    given_ms: UnixMs,
    /// Which start of the box was asked.
    nonce: Option<Nonce>,
    /// When it was said last, by this program.
    #[serde(skip)]
    said_ms: Option<UnixMs>,
}

/// A call with all that is written down of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// Its number.
    pub id: OrderNumber,
    /// Why we are called.
    pub kind: Kind,
    /// 依据.
    pub basis: Box<str>,
    /// Who took it.
    pub operator: Box<str>,
    /// Two with the same key are one call.
    pub key: Option<Box<str>>,
    /// What was agreed to.
    pub confirmed: bool,
    /// Whose box serves the room.
    pub agent: Option<AgentId>,
    /// How it goes.
    pub call: Call,
    /// The newest order of each step.
    pub errands: Vec<Option<Errand>>,
    /// Counts up with every change.
    pub revision: u64,
    /// What people called the room when the call came …
    pub name: Box<str>,
    /// … and the unit that used it; both empty in what was written before they were kept.
    pub unit: Box<str>,
}

/// The room that is called, as the registers have it when the call comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// What people call it.
    pub name: Box<str>,
    /// The unit that uses it.
    pub unit: Box<str>,
    /// Whose box serves it.
    pub agent: Option<AgentId>,
    /// What of it can be checked.
    pub steps: Vec<Step>,
}

/// How a box is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not now.
    Away,
    /// It reads no order for a check.
    Old,
    /// Since this start of it.
    Here(Nonce),
}

/// The boxes, and numbers for orders to them.
pub trait Boxes {
    /// How a box is reached now.
    fn reach(&self, agent: AgentId) -> Reach;
    /// A number that no order had.
    fn number(&self) -> OrderNumber;
}

/// An order that is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// To whom.
    pub agent: AgentId,
    /// Its number.
    pub number: OrderNumber,
    /// Since when the check is wanted.
    pub given_ms: UnixMs,
    /// When nobody waits for it any more.
    pub expires_ms: UnixMs,
    /// What is to be checked.
    pub check: Check,
}

/// What a call that comes in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A new one.
    New(OrderNumber),
    /// One that is known: said twice.
    Known(OrderNumber),
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// There is none with this number.
    #[error("there is no such call")]
    NoCall,
    /// The call is over.
    #[error("the call is over")]
    Over,
    /// It has no such step.
    #[error("the call has no such step")]
    NoStep,
    /// A person has answered already.
    #[error("the call was answered already")]
    Answered,
    /// The key is another call's.
    #[error("this key belongs to a call of another room")]
    OtherRoom,
    /// More than anybody can answer.
    #[error("{MOST_OPEN} calls are open already; close one of them first")]
    TooMany,
}

impl Inbound {
    /// One that comes in at `now`.
    fn begin(
        id: OrderNumber,
        asked: Asked,
        Room { name, unit, agent, steps }: Room,
        boxes: &impl Boxes,
        now: UnixMs,
    ) -> Self {
        let Asked { venue, caller, kind, basis, operator, key, deadline_ms, confirmed } = asked;
        let (call, effects) = Call::begin(venue, caller, steps, deadline_ms, now);
        let errands = vec![None; call.steps.len()];
        let mut inbound =
            Self { id, kind, basis, operator, key, confirmed, agent, call, errands, revision: 1, name, unit };
        inbound.order(&effects, boxes, now);
        inbound
    }

    /// Whether it goes on.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.call.end.is_none()
    }

    /// The steps with their numbers.
    pub fn steps(&self) -> impl Iterator<Item = (StepNo, &Step, &Progress)> {
        (0..).zip(&self.call.steps).map(|(no, (step, progress))| (no, step, progress))
    }

    /// Takes in what happened.
    fn apply(&mut self, event: Event, boxes: &impl Boxes, now: UnixMs) {
        let before = self.call.clone();
        let effects = self.call.handle(event, now);
        self.order(&effects, boxes, now);
        if self.call != before {
            self.revision += 1;
        }
    }

    /// Every run has an order of its own: what an earlier one finds does not count for it.
    fn order(&mut self, effects: &[Effect], boxes: &impl Boxes, now: UnixMs) {
        for effect in effects {
            if let Effect::Run(no) = effect
                && let Some(errand) = self.errands.get_mut(usize::from(*no))
            {
                *errand = Some(Errand { number: boxes.number(), given_ms: now, nonce: None, said_ms: None });
            }
        }
    }

    /// Whose run a report is of; none when it is of none of this call's, or of one that was asked for again since.
    fn step_of(&self, agent: AgentId, checked: &Checked) -> Option<StepNo> {
        let is_ours = self.agent == Some(agent) && self.call.venue == checked.venue;
        let mut steps = self.steps().zip(&self.errands).filter(|_| is_ours);
        let is_it = |step: &Step, errand: &Option<Errand>| {
            step.probe == checked.probe && errand.as_ref().is_some_and(|errand| errand.number == checked.order)
        };
        steps.find(|((_, step, _), errand)| is_it(step, errand)).map(|((no, ..), _)| no)
    }

    /// What is due by the clock, and what is to be said now. `started_ms` is when this program began: before boxes can have come back
    /// to it none is away.
    fn turn(&mut self, boxes: &impl Boxes, now: UnixMs, started_ms: UnixMs) -> Vec<Say> {
        if self.call.wake_ms().is_some_and(|due_ms| due_ms <= now) {
            self.apply(Event::Tick, boxes, now);
        }
        let reach = self.agent.map(|agent| (agent, boxes.reach(agent)));
        while let Some(no) = self.unasked(reach, now, started_ms) {
            let why = match reach {
                None => Unasked::NoBox,
                Some((_, Reach::Old)) => Unasked::Old,
                Some((_, Reach::Away | Reach::Here(_))) => Unasked::Away,
            };
            self.apply(Event::Unasked(no, why), boxes, now);
        }
        let Some((agent, Reach::Here(nonce))) = reach else { return Vec::new() };
        let running: Vec<StepNo> = self.steps().map(|(no, ..)| no).filter(|no| self.call.runs(*no).is_some()).collect();
        running.into_iter().filter_map(|no| self.say(no, agent, nonce, boxes, now)).collect()
    }

    /// A step that runs and cannot be asked for.
    fn unasked(&self, reach: Option<(AgentId, Reach)>, now: UnixMs, started_ms: UnixMs) -> Option<StepNo> {
        let patient = |errand: &Errand| now < errand.given_ms.max(started_ms).saturating_add(AWAY_AFTER_MS);
        self.steps().map(|(no, ..)| no).filter(|no| self.call.runs(*no).is_some()).find(|no| match reach {
            None | Some((_, Reach::Old)) => true,
            Some((_, Reach::Away)) => !self.errands[usize::from(*no)].as_ref().is_some_and(patient),
            Some((_, Reach::Here(_))) => false,
        })
    }

    /// Says the order of a step, unless it was said just now. A box that has begun anew since it heard an order passes over that number.
    fn say(&mut self, no: StepNo, agent: AgentId, nonce: Nonce, boxes: &impl Boxes, now: UnixMs) -> Option<Say> {
        let (since_ms, expires_ms) = self.call.runs(no)?;
        let check = Check {
            venue: self.call.venue,
            probe: self.call.steps.get(usize::from(no))?.0.probe.clone(),
            confirmed: self.confirmed,
        };
        let errand = self.errands.get_mut(usize::from(no))?.as_mut()?;
        let is_other = errand.nonce.is_some_and(|asked| asked != nonce);
        let is_due = errand.said_ms.is_none_or(|said_ms| now.abs_diff(said_ms) >= SAY_EVERY_MS);
        if is_other {
            errand.number = boxes.number();
        }
        if errand.nonce != Some(nonce) {
            errand.nonce = Some(nonce);
            self.revision += 1;
        } else if !is_due {
            return None;
        }
        errand.said_ms = Some(now);
        Some(Say { agent, number: errand.number, given_ms: since_ms, expires_ms, check })
    }

    /// The box that serves the room said hello: what could not be asked for is asked for now.
    fn hello(&mut self, agent: AgentId, boxes: &impl Boxes, now: UnixMs) {
        if self.agent != Some(agent) {
            self.agent = Some(agent);
            self.revision += 1;
            self.errands.iter_mut().flatten().for_each(|errand| errand.nonce = None);
        }
        self.errands.iter_mut().flatten().for_each(|errand| errand.said_ms = None);
        if boxes.reach(agent) == Reach::Old {
            return;
        }
        let unasked = self.steps().filter(|(.., progress)| matches!(progress, Progress::Unasked { .. }));
        let again: Vec<StepNo> = unasked.map(|(no, ..)| no).collect();
        again.into_iter().for_each(|no| self.apply(Event::Again(no), boxes, now));
    }
}

/// See the module. A copy costs a reference for each call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk(BTreeMap<OrderNumber, Arc<Inbound>>);

impl Desk {
    /// One call.
    #[must_use]
    pub fn get(&self, id: OrderNumber) -> Option<&Arc<Inbound>> {
        self.0.get(&id)
    }

    /// All, the newest first.
    pub fn newest(&self) -> impl DoubleEndedIterator<Item = &Arc<Inbound>> {
        self.0.values().rev()
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many go on.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.values().filter(|inbound| inbound.is_open()).count()
    }

    /// Whether the time of one runs.
    #[must_use]
    pub fn is_running(&self, now: UnixMs) -> bool {
        self.0.values().any(|inbound| inbound.is_open() && now <= inbound.call.until_ms)
    }

    /// Takes one in as it was written down.
    pub fn hold(&mut self, inbound: Inbound) {
        self.0.insert(inbound.id, Arc::new(inbound));
    }

    /// Begins a call, unless it is one that is known: by its key, or as the same caller's to the same room for the same reason that a person
    /// has still to answer and whose clock still runs.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub fn begin(&mut self, asked: Asked, mut room: Room, boxes: &impl Boxes, now: UnixMs) -> Result<Begun, NotTaken> {
        if let Some(known) = self.known(&asked, now) {
            let is_same = known.call.venue == asked.venue;
            return if is_same { Ok(Begun::Known(known.id)) } else { Err(NotTaken::OtherRoom) };
        }
        if self.open() >= MOST_OPEN {
            return Err(NotTaken::TooMany);
        }
        for step in &mut room.steps {
            step.about_ms = self.usual_ms(asked.venue, &step.probe).unwrap_or(step.about_ms);
        }
        let id = boxes.number();
        self.hold(Inbound::begin(id, asked, room, boxes, now));
        while self.len() > MOST_KEPT {
            let oldest = self.0.values().find(|inbound| !inbound.is_open()).map(|inbound| inbound.id);
            let Some(oldest) = oldest else { break };
            self.0.remove(&oldest);
        }
        Ok(Begun::New(id))
    }

    fn known(&self, asked: &Asked, now: UnixMs) -> Option<&Arc<Inbound>> {
        let is_same = |Inbound { call, kind, .. }: &Inbound| {
            call.venue == asked.venue && call.caller == asked.caller && *kind == asked.kind && call.is_awaited(now)
        };
        let is_it = |inbound: &&Arc<Inbound>| match &asked.key {
            Some(key) => inbound.key.as_ref() == Some(key),
            None => is_same(inbound),
        };
        self.newest().find(is_it)
    }

    /// How long a check usually takes in a room: the middle of its last runs that told anything.
    #[must_use]
    pub fn usual_ms(&self, venue: VenueId, probe: &ProbeId) -> Option<u64> {
        let took = |(step, progress): &(Step, Progress)| match progress {
            Progress::Checked { took_ms, verdict, .. } if !matches!(verdict, Verdict::Unknown { .. }) => {
                (step.probe == *probe).then_some(*took_ms)
            }
            _ => None,
        };
        let of_room = self.newest().filter(|inbound| inbound.call.venue == venue);
        let mut took: Vec<u64> =
            of_room.filter_map(|inbound| inbound.call.steps.iter().find_map(took)).take(LEARNT_FROM).collect();
        took.sort_unstable();
        took.get(took.len() / 2).map(|ms| (*ms).clamp(*LEARNT_MS.start(), *LEARNT_MS.end()))
    }

    /// A person's word about a call.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub fn word(&mut self, id: OrderNumber, event: Event, boxes: &impl Boxes, now: UnixMs) -> Result<(), NotTaken> {
        let inbound = self.0.get_mut(&id).ok_or(NotTaken::NoCall)?;
        if !inbound.is_open() {
            return Err(NotTaken::Over);
        }
        let has_step = |no: StepNo| usize::from(no) < inbound.call.steps.len();
        match &event {
            Event::Said(no, ..) | Event::Again(no) if !has_step(*no) => return Err(NotTaken::NoStep),
            Event::Answered(by) => {
                let stands = inbound.call.answer.as_ref();
                if stands.is_some_and(|answer| answer.by != By::Automatic || *by == By::Automatic) {
                    return Err(NotTaken::Answered);
                }
            }
            _ => {}
        }
        Arc::make_mut(inbound).apply(event, boxes, now);
        Ok(())
    }

    /// What a check found. It counts for the run that its order asked for, and for no other.
    pub fn checked(&mut self, agent: AgentId, checked: &Checked, boxes: &impl Boxes, now: UnixMs) {
        let open = self.0.values_mut().filter(|inbound| inbound.is_open());
        for inbound in open {
            if let Some(no) = inbound.step_of(agent, checked) {
                let event = Event::Checked(no, checked.verdict.clone());
                Arc::make_mut(inbound).apply(event, boxes, now);
            }
        }
    }

    /// An accepted box said hello that serves these rooms.
    pub fn hello(&mut self, agent: AgentId, venues: &[VenueId], boxes: &impl Boxes, now: UnixMs) {
        let open = self.0.values_mut().filter(|inbound| inbound.is_open());
        for inbound in open.filter(|inbound| venues.contains(&inbound.call.venue)) {
            Arc::make_mut(inbound).hello(agent, boxes, now);
        }
    }

    /// What is due by the clock in every call, and what is to be said now.
    pub fn turn(&mut self, boxes: &impl Boxes, now: UnixMs, started_ms: UnixMs) -> Vec<Say> {
        let open = self.0.values_mut().filter(|inbound| inbound.is_open());
        open.flat_map(|inbound| Arc::make_mut(inbound).turn(boxes, now, started_ms)).collect()
    }

    /// What of it has changed since `before`, and which calls are gone.
    #[must_use]
    pub fn since<'a>(&'a self, before: &Self) -> (Vec<&'a Arc<Inbound>>, Vec<OrderNumber>) {
        let is_new =
            |inbound: &&Arc<Inbound>| before.get(inbound.id).is_none_or(|old| old.revision != inbound.revision);
        let gone = before.0.keys().copied().filter(|id| !self.0.contains_key(id));
        (self.0.values().filter(is_new).collect(), gone.collect())
    }
}

#[cfg(test)]
mod tests;
