//! What the API asks of the core, answered.

use std::sync::Arc;

use avow_shared::id::AgentId;

use super::{Core, Exit, boot};
use crate::agents::Agent;
use crate::command::{Accounting, AgentItem, Command, Decision, Ends, Refusal, SpoolAccount};
use crate::registry::{self, ImportReport};
use crate::store::Batch;

impl Core {
    pub(super) fn obey(&mut self, command: Command) {
        // Whoever asked may have gone; then nobody wants the answer.
        match command {
            Command::Accounting { reply } => drop(reply.send(Ok(self.accounting()))),
            Command::Agents { reply } => drop(reply.send(Ok(self.agent_items()))),
            Command::DecideAgent { id, action, reply } => drop(reply.send(self.decide(id, action))),
            Command::Import { rows, dry_run, reply } => drop(reply.send(self.import(*rows, dry_run))),
            Command::Backup { reply } => self.keeper.backup(&self.store, &self.province, &self.ledger, reply),
            Command::Restore { staged, reply } => drop(reply.send(self.restore(&staged))),
        }
    }

    fn accounting(&self) -> Accounting {
        let agents: Vec<_> = self
            .ledger
            .lines()
            .into_iter()
            .map(|(key, t, duplicates)| SpoolAccount {
                agent: key.agent,
                spool: key.spool,
                ends: Ends {
                    produced: t.produced,
                    stored: t.stored,
                    refused: t.refused,
                    dropped: t.dropped,
                    void: t.void,
                    missing: t.missing,
                    duplicates,
                },
            })
            .collect();
        Accounting { total: agents.iter().fold(Ends::default(), |sum, line| plus(sum, line.ends)), agents }
    }

    fn agent_items(&self) -> Vec<AgentItem> {
        let mut items: Vec<_> = self.agents.iter().map(|(id, agent)| self.item(id, agent)).collect();
        items.sort_unstable_by(|a, b| a.place.cmp(&b.place).then(a.id.cmp(&b.id)));
        items
    }

    fn item(&self, id: AgentId, agent: &Agent) -> AgentItem {
        let seen = self.province.agent(id);
        AgentItem {
            id,
            state: agent.state,
            reason: Some(agent.reason.clone()).filter(|reason| !reason.is_empty()),
            place: agent.venues.first().map(|venue| venue.place.to_string()).unwrap_or_default(),
            venues: agent.venues.clone(),
            first_seen_ms: agent.first_seen_ms,
            last_seen_ms: seen.and_then(|agent| agent.last_ms).or(Some(agent.last_hello_ms)),
            connected: seen.is_some_and(|agent| agent.connected),
            version: Some(agent.software.clone()).filter(|software| !software.is_empty()),
        }
    }

    fn decide(&mut self, id: AgentId, action: Decision) -> Result<AgentItem, Refusal> {
        let changed =
            self.agents.decide(id, action == Decision::Accept).map_err(|e| Refusal::NotFound(e.to_string()))?;
        let mut batch = Batch::new();
        for agent in changed {
            self.note_agent(agent, &mut batch);
        }
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        // The agents concerned hear of it with the answer to their next hello, which they send every half minute.
        self.agents.get(id).map(|agent| self.item(id, agent)).ok_or_else(|| Refusal::NotFound(id.to_string()))
    }

    fn import(&mut self, rows: registry::Rows, dry_run: bool) -> Result<ImportReport, Refusal> {
        let plan = registry::plan(self.province.registry(), self.province.tree().divisions(), rows, dry_run);
        if !dry_run && !plan.changes.is_empty() {
            registry::save(&self.store, boot::REGISTRY_PREFIX, &plan)
                .map_err(|error| Refusal::Failed(error.to_string()))?;
            self.province.apply_registry(Arc::new(plan.applied(self.province.registry())));
        }
        Ok(plan.report)
    }

    fn restore(&mut self, staged: &std::path::Path) -> Result<(), Refusal> {
        if self.journal.next() > 1 || self.agents.iter().next().is_some() {
            return Err(Refusal::Conflict(
                "this collector already holds data; restore into an empty data folder".to_owned(),
            ));
        }
        self.keeper.stage_restore(staged).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.exit = Some(Exit::Restart);
        Ok(())
    }
}

fn plus(a: Ends, b: Ends) -> Ends {
    Ends {
        produced: a.produced + b.produced,
        stored: a.stored + b.stored,
        refused: a.refused + b.refused,
        dropped: a.dropped + b.dropped,
        void: a.void + b.void,
        missing: a.missing + b.missing,
        duplicates: a.duplicates + b.duplicates,
    }
}
