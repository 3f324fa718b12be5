//! What the API asks of the core, answered.

use std::sync::Arc;

use avow_shared::id::AgentId;

use super::{Core, Exit, boot};
use crate::books::Seen;
use crate::clock::now_ms;
use crate::command::{AgentItem, Command, Decision, Refusal};
use crate::fact::AgentState;
use crate::hand::Wanted;
use crate::inspection::Plans;
use crate::ledger::SpoolKey;
use crate::registry::{self, ImportReport};
use crate::store::Batch;
use crate::units::{self, UnitsReport};

impl Core {
    pub(super) fn obey(&mut self, command: Command) {
        // Whoever asked may have gone; then nobody wants the answer.
        match command {
            Command::DecideAgent { id, action, reply } => drop(reply.send(self.decide(id, action))),
            Command::Import { rows, dry_run, reply } => drop(reply.send(self.import(*rows, dry_run))),
            Command::ReplaceUnits { rows, dry_run, reply } => drop(reply.send(self.replace_units(*rows, dry_run))),
            Command::Oblige { change, reply } => drop(reply.send(self.oblige(change, now_ms()))),
            Command::Assure { change, reply } => drop(reply.send(self.assure(change, now_ms()))),
            Command::Often { kept, reply } => drop(reply.send(self.keep_often(kept))),
            Command::Rectify { change, reply } => drop(reply.send(self.rectify(change, now_ms()))),
            Command::AddMeeting { meeting, reply } => drop(reply.send(self.add_meeting(meeting, now_ms()))),
            Command::RemoveMeeting { id, reply } => drop(reply.send(self.remove_meeting(id))),
            Command::BeginCall { asked, reply } => drop(reply.send(self.begin_call(asked, |_, _| ()))),
            Command::ForecastCall { asked, reply } => drop(reply.send(self.forecast_call(&asked))),
            Command::ChangeCall { id, word, reply } => drop(reply.send(self.change_call(id, word))),
            Command::ReadCall { id, reply } => drop(reply.send(self.read_call(id))),
            Command::NoteCall { id, note, reply } => drop(reply.send(self.note_call(id, note))),
            Command::Group { change, reply } => drop(reply.send(self.change_group(change, now_ms()))),
            Command::Schedule { change, reply } => drop(reply.send(self.change_schedule(change, now_ms()))),
            Command::Link { change, reply } => drop(reply.send(self.change_link(change, now_ms()))),
            Command::HandInByLink { id, word, reply } => {
                drop(reply.send(self.hand_in_by_link(id, &word, now_ms())));
            }
            Command::ConfirmByLink { id, said, who, reply } => {
                drop(reply.send(self.confirm_by_link(id, &said, who, now_ms())));
            }
            Command::AnswerByLink { id, word, reply } => {
                drop(reply.send(self.answer_by_link(id, word, now_ms())));
            }
            Command::BeginInbound { asked, reply } => drop(reply.send(self.begin_inbound(asked, now_ms()))),
            Command::ChangeInbound { id, event, reply } => {
                drop(reply.send(self.change_inbound(id, event, now_ms())));
            }
            Command::Inspect(wish) => self.inspect(wish, now_ms()),
            Command::BeginRun { ends, confirmed, reply } => {
                drop(reply.send(self.begin_run(ends, Wanted::Person { confirmed }, now_ms())));
            }
            Command::Backup { turn, reply } => {
                // What of it cannot be written now is missing in the backup, and told in the log.
                self.write_inspections();
                self.keeper.backup(&self.store, &self.province, &self.ledger, turn, reply);
            }
            // Who broke it off was told that nothing is changed.
            Command::Restore { reply, .. } if reply.is_closed() => {}
            Command::Restore { staged, reply } => drop(reply.send(self.restore(&staged))),
        }
    }

    /// Shows agents to readers as they stand now.
    pub(super) fn show_agents(&self, ids: impl IntoIterator<Item = AgentId>) {
        self.books.agents.put(ids.into_iter().filter_map(|id| Some((id, self.seen(id)?))));
    }

    /// Shows the ends of spools to readers. What is acknowledged was shown before.
    pub(super) fn show_spools(&self, keys: impl IntoIterator<Item = SpoolKey>) {
        self.books.spools.put(keys.into_iter().filter_map(|key| Some((key, self.ledger.ends(key)?))));
    }

    /// Shows all that was read back.
    pub(super) fn show_all(&self) {
        self.books.spools.put(self.ledger.all_ends());
        self.show_agents(self.agents.iter().map(|(id, _)| id));
    }

    fn seen(&self, id: AgentId) -> Option<Seen> {
        let agent = Arc::clone(self.agents.get(id)?);
        let met = self.province.agent(id);
        let last_ms = met.and_then(|met| met.last_ms).unwrap_or(agent.last_hello_ms);
        Some(Seen { agent, last_ms, connected: met.is_some_and(|met| met.connected) })
    }

    fn decide(&mut self, id: AgentId, action: Decision) -> Result<AgentItem, Refusal> {
        let mut agents = self.agents.clone();
        let changed = agents.decide(id, action == Decision::Accept).map_err(|e| Refusal::NotFound(e.to_string()))?;
        let mut batch = Batch::new();
        changed.iter().for_each(|agent| boot::put_agent(&agents, *agent, &mut batch));
        // What is not on disk was not decided: whoever asked hears that it failed.
        self.store.commit(batch).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.agents = agents;
        changed.iter().for_each(|agent| self.tell_province(*agent));
        // Who is accepted now can be reached with its next hello, and who is not, not any more.
        let is_out = |id: &AgentId| self.agents.get(*id).is_none_or(|agent| agent.state != AgentState::Accepted);
        changed.iter().copied().filter(is_out).for_each(|agent| self.hand.gone(agent));
        // The agents concerned hear of it with the answer to their next hello, which they send every half minute.
        self.show_agents(changed);
        self.seen(id).map(|seen| AgentItem::new(id, &seen)).ok_or_else(|| Refusal::NotFound(id.to_string()))
    }

    pub(super) fn import(&mut self, rows: registry::Rows, dry_run: bool) -> Result<ImportReport, Refusal> {
        let plan = registry::plan(self.province.registry(), self.province.tree().divisions(), rows, dry_run);
        if !dry_run && !plan.changes.is_empty() {
            registry::save(&self.store, boot::REGISTRY_PREFIX, &plan)
                .map_err(|error| Refusal::Failed(error.to_string()))?;
            let before = Arc::clone(self.province.registry());
            self.province.apply_registry(Arc::new(plan.applied(&before)));
            self.places_moved(&before, now_ms());
        }
        Ok(plan.report)
    }

    pub(super) fn replace_units(&mut self, rows: units::Rows, dry_run: bool) -> Result<UnitsReport, Refusal> {
        self.show_news(now_ms());
        let before = self.books.units.load_full();
        let view = self.view.load();
        let known = |id| view.venue(id).is_some_and(|venue| venue.entry.is_some() || venue.described.is_some());
        let plan = units::plan(&before, view.tree.divisions(), known, rows, dry_run, now_ms());
        if let Some(next) = plan.next.filter(|_| !dry_run) {
            units::save(&self.store, &before, &next).map_err(|error| Refusal::Failed(error.to_string()))?;
            self.books.units.store(Arc::new(next));
        }
        Ok(plan.report)
    }

    /// Whether this collector holds anything that boxes told or people entered: a restore would take its place.
    fn is_used(&self) -> bool {
        let books = &self.books;
        self.journal.next() > 1
            || self.agents.iter().next().is_some()
            || !self.province.registry().is_empty()
            || !books.meetings.load().is_empty()
            || books.units.load().revision > 0
            || !books.obligations.load().is_empty()
            || books.obligations.load().has_rules_of_a_person()
            || !books.inbound.load().is_empty()
            || !books.rectify.load().is_empty()
            || !books.assurance.load().is_empty()
            || !books.inspections.load().heads.is_empty()
            || **books.plans.load() != Plans::default()
            || books.rulings.load().newest(None).next().is_some()
            || !books.roll_calls.load().is_empty()
            || books.groups.load().iter().next().is_some()
            || books.schedules.load().iter().next().is_some()
            || books.links.load().iter().next().is_some()
            || books.often.load().changed.is_some()
            || !self.documents.now().is_empty()
    }

    fn restore(&mut self, staged: &std::path::Path) -> Result<(), Refusal> {
        if self.is_used() {
            return Err(Refusal::Conflict(
                "this collector already holds data; restore into an empty data folder".to_owned(),
            ));
        }
        self.keeper.stage_restore(staged).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.exit = Some(Exit::Restart);
        Ok(())
    }
}
