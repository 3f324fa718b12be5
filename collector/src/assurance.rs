//! Heightened assurance (重保): responses by level and place, what each level asks for, and who approved a change although 封网 is in
//! force. Pure.
//!
//! Several run at once, and a place follows the highest that covers it: as the tree of places in force has it, not its code. Nothing that
//! was written is changed: an adjustment and an end are added behind what was before.

mod calls;
pub mod chronicle;
mod freeze;
mod record;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::assurance::{REACH_MS, SHORTEST_S};
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;

use crate::calendar::DAY_MS;
use crate::province::Tree;
pub use freeze::Freeze;
pub use record::{Act, Approval, Level, Response, Roster, Rule, Rules, Staff, Step, Terms};

/// The most responses that are kept, and the most approvals.
pub const MOST: usize = 1_000;
/// The most that are in force or to come at once.
pub const MOST_OPEN: usize = 32;
/// The most places of one.
pub const MOST_PLACES: usize = 64;
/// The most steps of one.
pub const MOST_STEPS: usize = 100;
/// The most people of a response.
pub const MOST_STAFF: usize = 64;
/// The most roll calls a day of a level.
pub const MOST_CALLS: u8 = 24;
/// The longest name of a person, an authority or a document, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The longest note, in characters.
pub const MAX_TEXT_CHARS: usize = 500;
/// The longest that an approval may last.
pub const APPROVED_MS: u64 = 7 * DAY_MS;
/// So long what is over is kept: three years and a month, as joint tests are.
const KEPT_MS: u64 = 1_127 * DAY_MS;
/// The longest between two checks of a rule.
const LONGEST_S: u32 = 86_400;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A response begins. Its first step is its start.
    Start(Response),
    /// One is adjusted or ended.
    Step(u64, Step),
    /// Levels ask for something else, and who says so.
    Rules(Rules, Box<str>),
    /// Other people are called in by level.
    Roster(Roster),
    /// A person approves something.
    Approve(Approval),
    /// And takes that back.
    Revoke(u64, Box<str>),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// There is none.
    #[error("there is no {0} {1}")]
    Nothing(&'static str, u64),
    /// It does not fit what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// Somebody else approves.
    #[error(
        "{0} approves changes here (封网审批人); whoever approves in their place says on whose word, by name, in 'reason'"
    )]
    NotApprover(Box<str>),
    /// Another value is expected.
    #[error("{0}")]
    Wrong(&'static str),
}

/// What a change leaves to write, and to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The response that is new or changed.
    pub response: Option<u64>,
    /// The approval that is new or changed.
    pub approval: Option<u64>,
    /// Whether the rules are changed.
    pub rules: bool,
    /// Whether the roster is.
    pub roster: bool,
    /// Responses and approvals that are forgotten.
    pub forgotten: (Vec<u64>, Vec<u64>),
    /// Boxes in these places are to be told; of changed rules, in all.
    pub concerns: Vec<PlaceCode>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// What levels ask for.
    pub rules: Rules,
    /// Who is called in by level.
    pub roster: Roster,
    responses: BTreeMap<u64, Arc<Response>>,
    approvals: BTreeMap<u64, Arc<Approval>>,
}

impl Assurance {
    /// What was read back.
    #[must_use]
    pub fn new(
        (rules, roster): (Rules, Roster),
        responses: BTreeMap<u64, Arc<Response>>,
        approvals: BTreeMap<u64, Arc<Approval>>,
    ) -> Self {
        Self { rules, roster, responses, approvals }
    }

    /// A response.
    #[must_use]
    pub fn response(&self, id: u64) -> Option<&Arc<Response>> {
        self.responses.get(&id)
    }

    /// An approval.
    #[must_use]
    pub fn approval(&self, id: u64) -> Option<&Arc<Approval>> {
        self.approvals.get(&id)
    }

    /// All responses, by number.
    pub fn responses(&self) -> impl DoubleEndedIterator<Item = (u64, &Arc<Response>)> {
        self.responses.iter().map(|(id, response)| (*id, response))
    }

    /// All approvals, by number.
    pub fn approvals(&self) -> impl DoubleEndedIterator<Item = (u64, &Arc<Approval>)> {
        self.approvals.iter().map(|(id, approval)| (*id, approval))
    }

    /// Whether nothing was ever written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.responses.is_empty() && self.approvals.is_empty()
    }

    /// The response that a place follows: the highest in force that covers it, of several the first.
    #[must_use]
    pub fn followed(&self, place: PlaceCode, tree: &Tree, now: UnixMs) -> Option<(u64, &Arc<Response>)> {
        let on = self.responses().filter(|(_, response)| response.is_on(now) && response.covers(place, tree));
        on.min_by_key(|(id, response)| (response.terms().map(|terms| terms.level), *id))
    }

    /// Whether a box may still act on something that it was told: nothing it hears reaches further than a day.
    #[must_use]
    pub fn is_worth_telling(&self, now: UnixMs) -> bool {
        let day_ago = now.saturating_sub(REACH_MS);
        self.responses().any(|(_, response)| response.over_ms().is_none_or(|over| over > day_ago))
    }

    /// Makes a change at `now`, or says why not and leaves everything as it is.
    ///
    /// # Errors
    /// [`No`].
    pub fn change(&mut self, change: Change, tree: &Tree, now: UnixMs) -> Result<Written, No> {
        match change {
            Change::Start(response) => self.start(response, now),
            Change::Step(id, step) => self.step(id, step, now),
            Change::Rules(rules, _) => {
                let fits =
                    |rule: &Rule| rule.check_every_s == 0 || (SHORTEST_S..=LONGEST_S).contains(&rule.check_every_s);
                if !rules.0.iter().all(fits) {
                    return Err(No::Wrong("check_every_s: 0, or 30 to 86400 seconds are expected"));
                }
                if rules.0.iter().any(|rule| rule.depth == Depth::Proven) {
                    return Err(No::Wrong(
                        "depth: present or ready is expected; proven is heard, and somebody has to agree",
                    ));
                }
                if rules.0.iter().any(|rule| rule.roll_calls_a_day > MOST_CALLS) {
                    return Err(No::Wrong("roll_calls_a_day: 0 to 24 are expected"));
                }
                self.rules = rules;
                let concerned = self.responses().filter(|(_, response)| !response.is_over(now));
                let concerns =
                    concerned.filter_map(|(_, response)| response.terms()).flat_map(|terms| terms.places.clone());
                Ok(Written { rules: true, concerns: concerns.collect(), ..Written::default() })
            }
            Change::Roster(roster) => {
                if roster.levels.iter().any(|staff| staff.len() > MOST_STAFF) {
                    return Err(No::Wrong("staff: at most 64 people are expected"));
                }
                self.roster = roster;
                Ok(Written { roster: true, ..Written::default() })
            }
            Change::Approve(approval) => self.approve(approval, tree, now),
            Change::Revoke(id, person) => {
                let mut approval = Approval::clone(self.approval(id).ok_or(No::Nothing("approval", id))?);
                if !approval.is_on(now) {
                    return Err(No::Conflict("this approval is not in force any more"));
                }
                approval.revoked = Some((now, person));
                let concerns = vec![approval.subject.place()];
                self.approvals.insert(id, Arc::new(approval));
                Ok(Written { approval: Some(id), concerns, ..Written::default() })
            }
        }
    }

    fn start(&mut self, response: Response, now: UnixMs) -> Result<Written, No> {
        let Some(terms) = response.terms() else { return Err(No::Wrong("a start is expected")) };
        fits(terms, now)?;
        if self.responses().filter(|(_, response)| !response.is_over(now)).count() >= MOST_OPEN {
            return Err(No::Conflict("32 responses are in force or to come already, as many as run at once"));
        }
        let old = |over: UnixMs| over.saturating_add(KEPT_MS) < now;
        let gone = self.responses().filter(|(_, response)| response.over_ms().is_some_and(old)).map(|(id, _)| id);
        let gone: Vec<u64> = gone.collect();
        if self.responses.len() - gone.len() >= MOST {
            return Err(No::Conflict("there are 1000 responses already, as many as are kept"));
        }
        gone.iter().for_each(|id| drop(self.responses.remove(id)));
        let concerns = terms.places.clone();
        let id = next(&self.responses, now);
        self.responses.insert(id, Arc::new(response));
        Ok(Written { response: Some(id), forgotten: (gone, Vec::new()), concerns, ..Written::default() })
    }

    fn step(&mut self, id: u64, step: Step, now: UnixMs) -> Result<Written, No> {
        let mut response = Response::clone(self.response(id).ok_or(No::Nothing("response", id))?);
        if response.is_over(now) {
            return Err(No::Conflict("this response is over"));
        }
        if response.history.len() >= MOST_STEPS && step.act != Act::Ended {
            return Err(No::Conflict("this response has 100 steps already: end it and start another"));
        }
        match step.act {
            Act::Started => return Err(No::Conflict("it is started already")),
            Act::Adjusted => fits(&step.terms, now)?,
            Act::Ended => {}
        }
        // Who leaves it is told as well as who comes in.
        let before = response.terms().map(|terms| terms.places.clone()).unwrap_or_default();
        let concerns = before.into_iter().chain(step.terms.places.clone()).collect();
        response.history.push(step);
        self.responses.insert(id, Arc::new(response));
        Ok(Written { response: Some(id), concerns, ..Written::default() })
    }

    fn approve(&mut self, approval: Approval, tree: &Tree, now: UnixMs) -> Result<Written, No> {
        if approval.until_ms <= now || approval.until_ms > now.saturating_add(APPROVED_MS) {
            return Err(No::Wrong("until_ms: a time to come, at most seven days from now, is expected"));
        }
        let place = approval.subject.place();
        let lies = |terms: &Terms| terms.covers(place, tree) || terms.extent(tree).reaches_into(place);
        let freezes = |response: &Response| {
            response.is_on(now) && response.terms().is_some_and(|terms| terms.freeze && lies(terms))
        };
        let refuses = |response: &Response| freezes(response) && !response.accepts(&approval);
        if let Some((_, response)) = self.responses().find(|(_, response)| refuses(response)) {
            return Err(No::NotApprover(response.approver.clone()));
        }
        let old = |approval: &Approval| approval.until_ms.saturating_add(KEPT_MS) < now;
        let gone: Vec<u64> = self.approvals().filter(|(_, approval)| old(approval)).map(|(id, _)| id).collect();
        if self.approvals.len() - gone.len() >= MOST {
            return Err(No::Conflict("there are 1000 approvals already, as many as are kept"));
        }
        gone.iter().for_each(|id| drop(self.approvals.remove(id)));
        let (id, concerns) = (next(&self.approvals, now), vec![approval.subject.place()]);
        self.approvals.insert(id, Arc::new(approval));
        Ok(Written { approval: Some(id), forgotten: (Vec::new(), gone), concerns, ..Written::default() })
    }
}

/// Never a number that was given before, also when the clock is set back.
fn next<T>(all: &BTreeMap<u64, T>, now: UnixMs) -> u64 {
    all.last_key_value().map_or(now, |(last, _)| now.max(last + 1))
}

fn fits(terms: &Terms, now: UnixMs) -> Result<(), No> {
    if terms.places.is_empty() || terms.places.len() > MOST_PLACES {
        return Err(No::Wrong("places: 1 to 64 are expected"));
    }
    if terms.staff.len() > MOST_STAFF {
        return Err(No::Wrong("staff: at most 64 people are expected"));
    }
    if terms.to_ms.is_some_and(|to| to <= now || to <= terms.from_ms) {
        return Err(No::Wrong("to_ms: a time to come, after from_ms, or null is expected"));
    }
    Ok(())
}
