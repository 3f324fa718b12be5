//! Inspection runs in the core: on disk before anybody is asked, a person's word before it is in force. What boxes test comes from the
//! journal: it is written with the record before a snapshot lets the journal go.

mod before;
mod begin;
mod called;
mod disk;
mod plans;
mod read;
mod recount;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use avow_shared::canary::is_canary;
use avow_shared::id::{AgentId, ProbeId, VenueId};
use avow_shared::order::{Order, Scope, Task};
use avow_shared::stages;
use avow_shared::time::UnixMs;
use avow_shared::wire::Report;

use super::{Core, Storing};
use crate::fact::Stored;
use crate::inspection::{Ask, Head, ItemResult, ItemState, Label, Record, Run, Runs};
use crate::province::Venue;
use crate::roll_call::{Nonce, Reached};
use crate::store::{Batch, Error};

/// Between two looks at whom to ask.
const LOOK_EVERY_MS: u64 = 500;
/// So many orders go out in one look: five hundred signatures take some 25 ms.
const ASK_AT_ONCE: usize = 500;
/// So many venues are explained in one look.
const EXPLAIN_AT_ONCE: usize = 200;
/// An order that came so late is not begun any more.
const BEGIN_WITHIN_MS: u64 = 60_000;

/// What the core keeps of runs beside the books.
#[derive(Debug, Default)]
pub(super) struct Inspecting {
    /// What readers get with the next look.
    runs: Arc<Runs>,
    /// Up to which revision each open run is on disk.
    written: HashMap<u64, u64>,
    looked_ms: UnixMs,
    news: bool,
    /// Runs whose sums are those of an earlier version.
    recount: recount::Recount,
    readers: read::Readers,
    /// Plans and slots that wait until another run ends: each is told once.
    waiting: HashSet<(u64, UnixMs)>,
}

impl Core {
    /// Reads open runs and all heads back; to be called before the journal.
    pub(super) fn resume_inspections(&mut self) -> Result<(), Error> {
        let (heads, old) = disk::heads(&self.store)?;
        self.inspecting.recount = recount::Recount::of(old);
        let mut runs = Runs { heads, ..Runs::default() };
        for head in runs.heads.values().filter(|head| head.is_open()) {
            match disk::read(&self.store, head)? {
                Some(mut run) => {
                    self.inspecting.written.insert(run.id, run.revision);
                    run.forget_asked();
                    runs.open.insert(run.id, Arc::new(run));
                }
                None => tracing::error!(run = head.id, "an open inspection run cannot be read"),
            }
        }
        self.inspecting.runs = Arc::new(runs);
        self.show_inspections();
        Ok(())
    }

    /// What boxes told is stored: what of it belongs to an open run counts there.
    pub(super) fn inspect_hear(&mut self, stored: &Stored) {
        if self.inspecting.runs.open.is_empty() {
            return;
        }
        let venues = self.agents.get(stored.agent).map(|agent| agent.venues.clone()).unwrap_or_default();
        let counts = |report: &Report| match report {
            Report::Outcome(outcome) => !is_canary(outcome),
            Report::Answer(_) => true,
            _ => false,
        };
        let called = self.calls_at(stored.received_ms);
        for report in stored.reports.iter().map(|numbered| &numbered.report).filter(|report| counts(report)) {
            for run in Arc::make_mut(&mut self.inspecting.runs).open.values_mut() {
                let run = Arc::make_mut(run);
                self.inspecting.news |= match report {
                    Report::Outcome(outcome) if called.share_with(outcome.venue) => {
                        run.pass_over(outcome, stored.sent_at, stored.received_ms)
                    }
                    Report::Outcome(outcome) => run.told(outcome, stored.sent_at, stored.received_ms),
                    Report::Answer(answer) => run.answered(&venues, answer, stored.received_ms),
                    _ => false,
                };
            }
        }
    }

    /// An accepted agent said hello.
    pub(super) fn inspect_hello(&mut self, agent: AgentId, nonce: Nonce, now: UnixMs) {
        let Some(venues) = self.agents.get(agent).map(|agent| agent.venues.clone()) else { return };
        if self.inspecting.runs.open.is_empty() {
            return;
        }
        for run in Arc::make_mut(&mut self.inspecting.runs).open.values_mut() {
            Arc::make_mut(run).hello(agent, &venues, nonce, now);
        }
    }

    /// What is due by the clock.
    pub(super) fn inspect_round(&mut self, now: UnixMs) {
        if now.abs_diff(self.inspecting.looked_ms) < LOOK_EVERY_MS {
            return;
        }
        self.inspecting.looked_ms = now;
        self.begin_due(now);
        let open: Vec<u64> = self.inspecting.runs.open.keys().copied().collect();
        self.recount();
        for id in open {
            self.ask_for(id, now);
            self.explain(id);
            self.end_inspection(id, now);
        }
        if self.inspecting.news {
            self.show_inspections();
        }
    }

    /// Goes on with the sums of earlier versions. After an error they stay as they are until the next start.
    fn recount(&mut self) {
        if self.inspecting.recount.is_done() {
            return;
        }
        let heads = &mut Arc::make_mut(&mut self.inspecting.runs).heads;
        match self.inspecting.recount.go_on(&self.store, heads) {
            Ok(news) => self.inspecting.news |= news,
            Err(error) => {
                tracing::error!(%error, "sums of inspections of an earlier version cannot be made anew");
                self.inspecting.recount = recount::Recount::default();
            }
        }
    }

    fn ask_for(&mut self, id: u64, now: UnixMs) {
        let (hand, register) = (Arc::clone(&self.hand), self.books.units.load_full());
        // HQ does not order what a freeze keeps out: a box that hears nothing of it would obey.
        let assurance = self.books.assurance.load_full();
        let freeze = assurance.freeze(self.province.tree(), now);
        let kept_out = |(agent, venue): (AgentId, VenueId), test: &Label| {
            !freeze.is_none() && freeze.keeps_out(venue, test, hand.is_old(agent))
        };
        let shared = |venue| register.sharing(venue).and_then(|rooms| rooms.first().copied());
        // Rooms that share equipment are kept apart between runs too, and from calls; without such rooms nobody is looked at.
        let others = self.inspecting.runs.open.iter().filter(|(other, _)| **other != id && register.has_shared());
        let called = self.calls_at(now);
        let elsewhere: HashSet<VenueId> =
            others.flat_map(|(_, run)| run.in_use(&shared)).chain(called.equipment()).collect();
        let Some(run) = Arc::make_mut(&mut self.inspecting.runs).open.get_mut(&id) else { return };
        let run = Arc::make_mut(run);
        let before = run.revision;
        run.give_way(|venue| called.share_with(venue), now);
        run.look(now, hand.as_ref());
        let around = (hand.as_ref(), &shared, &elsewhere, &kept_out);
        let asks = run.ask_due(now, around, || hand.number(now), ASK_AT_ONCE);
        for Ask { agent, venue, probes, order, .. } in asks {
            let task = task(hand.is_old(agent), venue, probes, run.ordered.work.confirmed);
            let (scope, expires_ms) = (Scope::Agents(vec![agent]), now + BEGIN_WITHIN_MS);
            let order = Order { number: order, given_ms: now, expires_ms, scope, task };
            if hand.give(agent, &order).is_err() {
                run.not_sent(venue, now);
            }
        }
        self.inspecting.news |= run.revision != before;
    }

    /// Asks of venues where something failed which stages explain it.
    fn explain(&mut self, id: u64) {
        let Some(run) = self.inspecting.runs.open.get(&id) else { return };
        let view = self.view.load();
        let said = |record: &Arc<Record>| {
            let stages = view.venue(record.venue).map(|venue| blamed(run, record, venue)).unwrap_or_default();
            (record.venue, stages)
        };
        let said: Vec<(VenueId, String)> = run.unexplained().take(EXPLAIN_AT_ONCE).map(said).collect();
        if said.is_empty() {
            return;
        }
        if let Some(run) = Arc::make_mut(&mut self.inspecting.runs).open.get_mut(&id) {
            said.iter().for_each(|(venue, stages)| Arc::make_mut(run).blame(*venue, stages));
        }
        self.inspecting.news = true;
    }

    /// An end is on disk before it is in force; what could not be written ends at the next look.
    fn end_inspection(&mut self, id: u64, now: UnixMs) {
        let Some(run) = self.inspecting.runs.open.get(&id).filter(|_| self.storing == Storing::Yes) else { return };
        if !run.is_over(now) || run.unexplained().next().is_some() {
            return;
        }
        let mut ended = Run::clone(run);
        let hand = &self.hand;
        if !ended.end_due(now, |record| record.agent.is_some_and(|agent| hand.nonce(agent).is_some())) {
            return;
        }
        // What the end settles may have failed in part, and is explained first.
        let view = self.view.load();
        let said: Vec<_> = ended
            .unexplained()
            .filter_map(|record| Some((record.venue, blamed(&ended, record, view.venue(record.venue)?))))
            .collect();
        said.iter().for_each(|(venue, stages)| ended.blame(*venue, stages));
        if let Err(error) = self.put_inspection(ended, Batch::new()) {
            tracing::error!(%error, "the end of an inspection run cannot be written yet");
        }
    }

    /// Writes a run down, and only then holds it; one that is over is not held. `batch` is written with it, both or neither.
    fn put_inspection(&mut self, run: Run, mut batch: Batch) -> Result<(), Error> {
        let written = self.inspecting.written.get(&run.id).copied().unwrap_or(0);
        let head = Arc::new(Head::of(&run));
        disk::put(&mut batch, &run, &head, written);
        let gone = disk::forget(&mut batch, &self.inspecting.runs.heads, &head, &self.documents.now());
        let forgotten: Vec<u64> = gone.iter().map(|gone| gone.id).collect();
        self.store.commit(batch)?;
        // What was read of it while it was over is not how it stands now.
        forgotten.iter().chain([&run.id]).for_each(|id| self.books.read_lately.forget(*id));
        self.tell_gone("inspection run", &gone);
        let runs = Arc::make_mut(&mut self.inspecting.runs);
        forgotten.iter().for_each(|id| drop(runs.heads.remove(id)));
        runs.heads.insert(run.id, head);
        if run.is_open() {
            self.inspecting.written.insert(run.id, run.revision);
            runs.open.insert(run.id, Arc::new(run));
        } else {
            self.inspecting.written.remove(&run.id);
            runs.open.remove(&run.id);
        }
        self.show_inspections();
        Ok(())
    }

    /// Writes what boxes tested since; to be called before a snapshot lets the journal go that else holds it. Says whether it is on disk.
    pub(super) fn write_inspections(&mut self) -> bool {
        let is_news = |run: &&Arc<Run>| self.inspecting.written.get(&run.id) != Some(&run.revision);
        let news: Vec<Arc<Run>> = self.inspecting.runs.open.values().filter(is_news).cloned().collect();
        let written = news.iter().try_for_each(|run| self.put_inspection(Run::clone(run), Batch::new()));
        if let Err(error) = &written {
            tracing::error!(%error, "what was tested cannot be written; the journal stays");
        }
        written.is_ok()
    }

    pub(super) fn show_inspections(&mut self) {
        let runs = Arc::make_mut(&mut self.inspecting.runs);
        for run in runs.open.values() {
            if runs.heads.get(&run.id).is_none_or(|head| head.revision != run.revision) {
                runs.heads.insert(run.id, Arc::new(Head::of(run)));
            }
        }
        self.inspecting.news = false;
        self.books.inspections.store(Arc::clone(&self.inspecting.runs));
    }
}

/// What a box is told to do, by whether its version of the wire is one before inspections.
const fn task(is_old: bool, venue: VenueId, probes: Vec<ProbeId>, confirmed: bool) -> Task {
    if is_old {
        // It would take an agreement for a person's who overrides a meeting.
        Task::Probe { venue, probes, confirmed: false }
    } else {
        Task::Inspect { venue, probes, confirmed }
    }
}

/// The stages that explain what failed at a venue, as people call them; empty when nothing does.
fn blamed(run: &Run, record: &Record, venue: &Venue) -> String {
    use avow_shared::blame::Blame;
    use avow_shared::outcome::Verdict;
    let Some(declared) = venue.described.as_ref().and_then(|described| described.read()) else { return String::new() };
    let verdict = |item: &crate::inspection::Item| {
        let probe = run.labels.get(item.label as usize)?.probe.clone();
        let ItemState::Found(found) = &item.state else { return None };
        let verdict = match (found.result, found.finding.clone()) {
            (ItemResult::Normal, _) => Verdict::Pass,
            (ItemResult::Degraded, Some(finding)) => Verdict::Degraded { finding },
            (ItemResult::Abnormal, Some(finding)) => Verdict::Fail { finding },
            _ => return None,
        };
        Some((probe, verdict))
    };
    let verdicts: HashMap<_, _> = record.items.iter().filter_map(verdict).collect();
    match stages::blamed(&declared, |probe| verdicts.get(probe)) {
        Some(Blame::Explained { explanations, .. }) => {
            let first = explanations.first().cloned().unwrap_or_default();
            let name = |id| declared.stages().find(|stage| stage.id == id).map(|stage| stage.name.to_string());
            first.into_iter().filter_map(name).collect::<Vec<_>>().join("＋")
        }
        _ => String::new(),
    }
}

/// A run that a core over this folder finds.
#[cfg(test)]
pub(crate) fn keep_for_tests(data: &std::path::Path, run: &Run) {
    let store = crate::store::Store::open(&data.join("hq"), crate::store::Use::SMALL).expect("opens");
    let mut batch = Batch::new();
    disk::put(&mut batch, run, &Head::of(run), 0);
    store.commit(batch).expect("is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_box_is_told_that_a_person_overrides_a_meeting() {
        let venue: VenueId = "350102001-01".parse().expect("a venue");
        for (is_old, confirmed) in [(true, true), (true, false), (false, true), (false, false)] {
            let asked = Task::Inspect { venue, probes: vec![], confirmed };
            let expected = if is_old { Task::Probe { venue, probes: vec![], confirmed: false } } else { asked };
            assert_eq!(task(is_old, venue, vec![], confirmed), expected);
        }
    }
}
