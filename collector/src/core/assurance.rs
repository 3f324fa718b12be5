//! Heightened assurance in the core: on disk before it is in force, and told on to whom it concerns.

use std::sync::Arc;

use avow_shared::id::AgentId;
use avow_shared::order::Task;
use avow_shared::time::UnixMs;

use super::{Core, kept};
use crate::assurance::{Assurance, Change, No, Written};
use crate::command::Refusal;
use crate::store::{Batch, Error, Store};

const RULES: &[u8] = b"assurance";
const RESPONSES: &[u8] = b"response/";
const APPROVALS: &[u8] = b"approval/";

/// Reads all back.
pub(super) fn load(store: &Store) -> Result<Assurance, Error> {
    let responses = kept::load(store, RESPONSES, b"response0")?;
    let approvals = kept::load(store, APPROVALS, b"approval0")?;
    Ok(Assurance::new(kept::one(store, RULES)?, responses, approvals))
}

fn batch(all: &Assurance, written: &Written) -> Batch {
    let mut batch = Batch::new();
    written.forgotten.0.iter().for_each(|old| batch.remove(&kept::key(RESPONSES, *old)));
    written.forgotten.1.iter().for_each(|old| batch.remove(&kept::key(APPROVALS, *old)));
    if let Some((id, response)) = written.response.and_then(|id| Some((id, all.response(id)?))) {
        batch.put(&kept::key(RESPONSES, id), &kept::bytes(response.as_ref()));
    }
    if let Some((id, approval)) = written.approval.and_then(|id| Some((id, all.approval(id)?))) {
        batch.put(&kept::key(APPROVALS, id), &kept::bytes(approval.as_ref()));
    }
    if written.rules {
        batch.put(RULES, &kept::bytes(&all.rules));
    }
    batch
}

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        match no {
            No::Nothing(..) => Self::NotFound(no.to_string()),
            No::Conflict(_) => Self::Conflict(no.to_string()),
            No::Wrong(_) => Self::Wrong(no.to_string()),
        }
    }
}

impl Core {
    /// Makes a change and has everybody told whom it concerns.
    pub(super) fn assure(&mut self, change: Change, now: UnixMs) -> Result<Written, Refusal> {
        let mut next = Assurance::clone(&self.books.assurance.load());
        let written = next.change(change, now)?;
        self.store.commit(batch(&next, &written)).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.assurance.store(Arc::new(next));
        let is_in = |agent: &AgentId| {
            let lies =
                |place| written.concerns.iter().any(|within| avow_shared::place::PlaceCode::is_within(place, *within));
            self.agents.get(*agent).is_some_and(|agent| agent.venues.iter().any(|venue| lies(venue.place)))
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
        Some(Task::Assurance(assurance.told(&known.venues, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance::{Act, Approval, Level, Response, Rules, Step, Terms};
    use crate::rectify::Where;

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), 1 << 20).expect("opens");
        let now = 1_790_000_000_000;
        let place = "3501".parse().expect("a place");
        let mut all = load(&store).expect("loads");
        assert_eq!(all, Assurance::default());
        let terms = Terms { level: Level::Ii, places: vec![place], from_ms: now, to_ms: None, freeze: true };
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
        for change in [Change::Start(response), ended, Change::Rules(Rules::default()), Change::Approve(approval)] {
            let written = all.change(change, now).expect("is taken");
            store.commit(batch(&all, &written)).expect("writes");
            assert_eq!(load(&store).expect("loads"), all);
        }
    }
}
