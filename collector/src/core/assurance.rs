//! Heightened assurance in the core: on disk before it is in force, and told on to whom it concerns.

use std::sync::Arc;

use avow_shared::id::AgentId;
use avow_shared::order::Task;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;

use super::{Core, kept};
use crate::assurance::{Act, Assurance, Change, Level, No, Response, Rule, Rules, Step, Terms, Written};
use crate::command::Refusal;
use crate::province::Extent;
use crate::rulings::{Kind, Ruling};
use crate::store::{Batch, Error, Store};

const RULES: &[u8] = b"assurance";
const RESPONSES: &[u8] = b"response/";
const APPROVALS: &[u8] = b"approval/";
const ROSTER: &[u8] = b"assurance-staff";
/// The version of a response before it knew who is on duty, and since.
const WITHOUT_STAFF: u8 = 1;
const WITH_STAFF: u8 = 2;
/// The version of the rules since they say how deep roll calls ask; before that, *present*.
const WITH_DEPTH: u8 = 2;

/// Reads all back.
pub(super) fn load(store: &Store) -> Result<Assurance, Error> {
    let responses = kept::load_by(store, RESPONSES, response)?;
    let approvals = kept::load(store, APPROVALS)?;
    let rules = store.get(RULES)?.map(|value| {
        rules(&value).unwrap_or_else(|| {
            tracing::error!("what levels of a response ask for cannot be read: what is usual is in force");
            Rules::default()
        })
    });
    Ok(Assurance::new((rules.unwrap_or_default(), kept::one(store, ROSTER)?), responses, approvals))
}

/// What levels ask for, of either version.
fn rules(value: &[u8]) -> Option<Rules> {
    let deep = |(check_every_s, roll_calls_a_day, extra_staff)| Rule {
        check_every_s,
        roll_calls_a_day,
        depth: Depth::Present,
        extra_staff,
    };
    let old = || kept::read::<[(u32, u8, u8); 4]>(value).map(|old| Rules(old.map(deep)));
    kept::read_as(WITH_DEPTH, value).or_else(old)
}

fn batch(all: &Assurance, written: &Written) -> Batch {
    let mut batch = Batch::new();
    written.forgotten.0.iter().for_each(|old| kept::remove(&mut batch, RESPONSES, *old));
    written.forgotten.1.iter().for_each(|old| kept::remove(&mut batch, APPROVALS, *old));
    if let Some((id, response)) = written.response.and_then(|id| Some((id, all.response(id)?))) {
        batch.put(&kept::key(RESPONSES, id), &kept::bytes_as(WITH_STAFF, response.as_ref()));
    }
    if let Some((id, approval)) = written.approval.and_then(|id| Some((id, all.approval(id)?))) {
        kept::put(&mut batch, APPROVALS, id, approval.as_ref());
    }
    if written.rules {
        batch.put(RULES, &kept::bytes_as(WITH_DEPTH, &all.rules));
    }
    if written.roster {
        batch.put(ROSTER, &kept::bytes(&all.roster));
    }
    batch
}

/// A response of either version.
fn response(value: &[u8]) -> Option<Response> {
    kept::read_as(WITH_STAFF, value).or_else(|| kept::read_as::<Unstaffed>(WITHOUT_STAFF, value).map(Response::from))
}

/// A response of version 1, which did not say who is on duty.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Unstaffed {
    title: Box<str>,
    hazard: Box<str>,
    authority: Box<str>,
    document: Box<str>,
    approver: Box<str>,
    history: Vec<UnstaffedStep>,
}

#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct UnstaffedStep {
    at_ms: UnixMs,
    person: Box<str>,
    act: Act,
    terms: UnstaffedTerms,
    note: Box<str>,
}

#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct UnstaffedTerms {
    level: Level,
    places: Vec<PlaceCode>,
    from_ms: UnixMs,
    to_ms: Option<UnixMs>,
    freeze: bool,
}

impl From<Unstaffed> for Response {
    fn from(old: Unstaffed) -> Self {
        let Unstaffed { title, hazard, authority, document, approver, history } = old;
        let step = |UnstaffedStep { at_ms, person, act, terms, note }| {
            let UnstaffedTerms { level, places, from_ms, to_ms, freeze } = terms;
            let terms = Terms { level, places, from_ms, to_ms, freeze, staff: Vec::new() };
            Step { at_ms, person, act, terms, note }
        };
        Self { title, hazard, authority, document, approver, history: history.into_iter().map(step).collect() }
    }
}

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        match no {
            No::Nothing(..) => Self::NotFound(no.to_string()),
            No::Conflict(_) | No::NotApprover(_) => Self::Conflict(no.to_string()),
            No::Wrong(_) => Self::Wrong(no.to_string()),
        }
    }
}

impl Core {
    /// Makes a change and has everybody told whom it concerns.
    pub(super) fn assure(&mut self, change: Change, now: UnixMs) -> Result<Written, Refusal> {
        let mut next = Assurance::clone(&self.books.assurance.load());
        let person = if let Change::Rules(_, person) = &change { Some(person.clone()) } else { None };
        let ended = if let Change::Step(id, Step { act: Act::Ended, .. }) = &change { Some(*id) } else { None };
        let was = next.rules;
        let written = next.change(change, self.province.tree(), now)?;
        let mut batch = batch(&next, &written);
        let ruling = person.and_then(|by| Ruling::of(Kind::Levels, (was.parts(), next.rules.parts()), &by, now));
        let rulings = ruling.map(|ruling| self.rule(ruling, &mut batch));
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.assurance.store(Arc::new(next));
        rulings.into_iter().for_each(|all| self.books.rulings.store(Arc::new(all)));
        // Its last day ends with it.
        ended.into_iter().for_each(|id| self.chronicle_day(id, now, now));
        // Whoever began a response sees its roll calls with the answer, not with the next second.
        self.follow_responses(now);
        let concerns = Extent::of(&written.concerns, self.province.tree());
        let is_in = |agent: &AgentId| {
            self.agents.get(*agent).is_some_and(|agent| agent.venues.iter().any(|venue| concerns.has(venue.place)))
        };
        let concerned: Vec<AgentId> = self.rounds.reached().filter(is_in).collect();
        concerned.into_iter().for_each(|agent| self.rounds.changed(agent));
        Ok(written)
    }

    /// What an agent is told with its meetings: it learns of both with its hello, after a change, and every few hours. Nothing when no
    /// box can have heard of anything that lasts.
    pub(super) fn assurance_for(&self, agent: AgentId, now: UnixMs) -> Option<Task> {
        let assurance = self.books.assurance.load();
        let known = self.agents.get(agent).filter(|_| assurance.is_worth_telling(now))?;
        Some(Task::Assurance(assurance.told(&known.venues, self.province.tree(), now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance::{Approval, Roster, Staff};
    use crate::province::tree_for_tests as tree;
    use crate::rectify::Where;

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        let now = 1_790_000_000_000;
        let place = "3501".parse().expect("a place");
        let mut all = load(&store).expect("loads");
        assert_eq!(all, Assurance::default());
        let terms =
            Terms { level: Level::Ii, places: vec![place], from_ms: now, to_ms: None, freeze: true, staff: vec![] };
        let staff = Staff { name: "王五".into(), telephone: "0591".into(), post: "值班".into() };
        let terms = Terms { staff: vec![staff.clone()], ..terms };
        let step = |act| Step { at_ms: now, person: "王五".into(), act, terms: terms.clone(), note: "".into() };
        let response = Response {
            title: "防台风".into(),
            hazard: "台风".into(),
            authority: "省防指".into(),
            document: "".into(),
            approver: "陈六".into(),
            history: vec![step(Act::Started)],
        };
        let approval = Approval {
            subject: Where::Place(place),
            what: "升级".into(),
            person: "陈六".into(),
            reason: "".into(),
            given_ms: now,
            until_ms: now + 1,
            revoked: None,
        };
        let ended = Change::Step(now, step(Act::Ended));
        let roster = Roster { levels: [vec![staff], vec![], vec![], vec![]], changed: Some((now, "王五".into())) };
        let changes = [
            Change::Start(response),
            ended,
            Change::Rules(Rules([Rule { depth: Depth::Ready, ..Rules::default().of(Level::I) }; 4]), "王五".into()),
            Change::Roster(roster),
            Change::Approve(approval),
        ];
        for change in changes {
            let written = all.change(change, tree(), now).expect("is taken");
            store.commit(batch(&all, &written)).expect("writes");
            assert_eq!(load(&store).expect("loads"), all);
        }
    }

    /// What levels ask for as version 1 wrote it: seconds, roll calls and people, four times.
    const SHALLOW: &[u8] = b"\x01\x00\x0c\x05\xac\x02\x04\x03\x84\x07\x02\x01\x88\x0e\x01\x00";

    #[test]
    fn rules_from_before_calls_had_a_depth_are_read_and_ask_who_is_present() {
        assert_eq!(rules(SHALLOW), Some(Rules::default()));
        let deep = Rules([Rule { depth: Depth::Ready, ..Rules::default().of(Level::I) }; 4]);
        assert_eq!(rules(&kept::bytes_as(WITH_DEPTH, &deep)), Some(deep));
        assert_eq!(rules(b"\x03\x00"), None);
    }

    /// A response that was started and is in force, as version 1 wrote it.
    const UNSTAFFED: &[u8] = b"\x01\x06\xe9\x98\xb2\xe5\x8f\xb0\x03\xe9\xa3\x8e\x03\xe7\x9c\x81\x03\xe5\x8f\xb7\x03\xe9\x99\x88\x01\xae\x02\x06\xe7\x8e\x8b\xe4\xba\x94\x00\x02\x01\x81\xd0\xc1\xe5\xc1Q\xac\x02\x01\xad\x02\x01\x03\xe8\xb5\xb7";

    #[test]
    fn a_response_from_before_staff_was_kept_is_read_as_one_without() {
        let terms = UnstaffedTerms {
            level: Level::Iii,
            places: vec!["3501".parse().expect("a place")],
            from_ms: 300,
            to_ms: Some(301),
            freeze: true,
        };
        let step = UnstaffedStep { at_ms: 302, person: "王五".into(), act: Act::Started, terms, note: "起".into() };
        let [title, hazard, authority, document, approver] = ["防台", "风", "省", "号", "陈"].map(Box::from);
        let old = Unstaffed { title, hazard, authority, document, approver, history: vec![step] };
        assert_eq!(
            kept::bytes_as(WITHOUT_STAFF, &old).escape_ascii().to_string(),
            UNSTAFFED.escape_ascii().to_string()
        );
        assert_eq!(response(UNSTAFFED).expect("is read"), Response::from(old));
    }
}
