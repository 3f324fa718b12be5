//! The core: one thread owns everything that changes, the journal, the ledger, the agents and the province.
//!
//! The order of things is the promise of the whole program: decide, write and flush, only then fold and acknowledge.
//! What could not be written was never taken; the agents send it again.

mod answer;
mod assurance;
mod boot;
mod chronicle;
mod inbound;
mod inspect;
mod kept;
mod links;
mod muster;
mod owed;
mod past;
mod prove;
mod rectify;
mod roll;
mod runs;
mod take;
mod tell;
mod timetable;

#[cfg(test)]
pub(crate) use inspect::keep_for_tests;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use arc_swap::ArcSwap;
use avow_shared::id::AgentId;
use avow_shared::time::UnixMs;
use avow_shared::wire::Signer;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

pub use boot::{BootError, Start, boot};
use past::Past;
pub use prove::Prover;

use crate::agents::Agents;
use crate::books::Books;
use crate::broker::{Line, LineNo, Outgoing};
use crate::clock::{self, now_ms};
use crate::command::Command;
use crate::counters::{Counters, add, one};
use crate::documents::Documents;
use crate::forget::{Gone, Loss};
use crate::hand::Hand;
use crate::journal::Journal;
use crate::keeper::Keeper;
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::meetings::Rounds;
use crate::province::{Province, View};
use crate::store::Store;
use crate::trouble::Trouble;
use crate::verify::Verified;

/// A group waits this long for company before it is written: it bounds the flushes a second, and the delay.
const GATHER: Duration = Duration::from_millis(4);
/// A group is written at once when it has this many envelopes.
const GROUP: usize = 2_048;
/// So many commands are obeyed before the next group.
const MOST_COMMANDS: usize = 64;
/// The view is published at most ten times a second.
const PUBLISH_EVERY_MS: u64 = 100;
/// Venues become silent and stale by the second.
const TICK_EVERY_MS: u64 = 1_000;
/// How long the core sleeps when nothing comes.
const IDLE: Duration = Duration::from_millis(50);
/// Agents send at least every minute.
const PRESENT_MS: u64 = 90_000;
/// After a failed write, the disk is tried again at this pace.
const RETRY_EVERY_MS: u64 = 1_000;

/// What the core hears.
pub struct Inputs {
    /// Verified messages.
    pub verified: mpsc::Receiver<Vec<Verified>>,
    /// Connections at the broker inside that have ended.
    pub gone: mpsc::Receiver<LineNo>,
    /// What the API asks.
    pub commands: mpsc::Receiver<Command>,
    /// Becomes true when the program is to stop.
    pub stop: watch::Receiver<bool>,
}

/// Why the core ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It was told to.
    Stopped,
    /// A restored backup waits: start again on the same data folder.
    Restart,
}

/// Whether reports can be stored just now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Storing {
    Yes,
    /// The disk refused; try again at this time.
    No {
        retry_ms: UnixMs,
    },
}

/// Everything that changes.
pub struct Core {
    hq: Signer,
    journal: Journal,
    ledger: Ledger,
    agents: Agents,
    keyring: Keyring,
    province: Province,
    store: Store,
    keeper: Keeper,
    /// Reads for the history what it missed before the start.
    past: Option<Past>,
    storing: Storing,
    view: Arc<ArcSwap<View>>,
    books: Arc<Books>,
    outbox: mpsc::Sender<Outgoing>,
    /// Whether the broker is heard.
    line: Arc<AtomicBool>,
    /// Whoever wants something of a camera asks there; it is told who can be reached and what was answered.
    hand: Arc<Hand>,
    /// Who is told of meetings when.
    rounds: Rounds,
    counters: Arc<Counters>,
    trouble: Arc<ArcSwap<Option<Trouble>>>,
    /// Where the database lies that was damaged at this start.
    set_aside: Option<PathBuf>,
    prover: Prover,
    /// What was signed off: what of it is kept beside may go first.
    documents: Arc<Documents>,
    accept_new: bool,
    presence_known: bool,
    /// Connections at the broker inside on which something signed came: who signed it first.
    lines: HashMap<LineNo, AgentId>,
    /// How many of them each agent has.
    present: HashMap<AgentId, u32>,
    published_ms: UnixMs,
    ticked_ms: UnixMs,
    called_ms: UnixMs,
    /// Calls to us.
    clerk: inbound::Clerk,
    inspecting: inspect::Inspecting,
    chronicler: chronicle::Chronicler,
    exit: Option<Exit>,
}

impl Core {
    /// Records that went because there were too many: what nobody signed off is lost, and that is said.
    fn tell_gone(&self, what: &str, gone: &[Gone]) {
        for Gone { id, loss } in gone {
            one(&self.counters.records_forgotten);
            match loss {
                Loss::Signed | Loss::Empty => {
                    tracing::info!(what, id, ?loss, "a record is forgotten: there are too many")
                }
                Loss::Unsigned => {
                    one(&self.counters.records_lost);
                    tracing::warn!(
                        what,
                        id,
                        "a record that nobody signed off is forgotten: there are too many; sign the others"
                    );
                }
            }
        }
    }

    /// Runs until it is told to stop; blocks its thread. The journal is closed and a snapshot written at the end.
    #[must_use]
    pub fn run(mut self, mut inputs: Inputs) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let Ok(runtime) = runtime else {
            tracing::error!("no runtime for the core");
            return Exit::Stopped;
        };
        let exit = runtime.block_on(self.listen(&mut inputs));
        self.finish();
        exit
    }

    async fn listen(&mut self, inputs: &mut Inputs) -> Exit {
        let mut groups = Vec::new();
        loop {
            if *inputs.stop.borrow() {
                return Exit::Stopped;
            }
            tokio::select! {
                _ = inputs.stop.changed() => {}
                Some(group) = inputs.verified.recv() => {
                    groups.push(group);
                    gather(&mut inputs.verified, &mut groups).await;
                }
                Some(command) = inputs.commands.recv() => self.obey(command),
                Some(no) = inputs.gone.recv() => self.line_ended(no),
                () = tokio::time::sleep(IDLE) => {}
            }
            while let Ok(no) = inputs.gone.try_recv() {
                self.line_ended(no);
            }
            // Whoever asked waits for no group of reports that is to be written; so many at most, that reports come to their turn as well.
            for _ in 0..MOST_COMMANDS {
                let Ok(command) = inputs.commands.try_recv() else { break };
                self.obey(command);
            }
            clock::follow(self.is_urgent(now_ms()));
            let now = now_ms();
            if !groups.is_empty() {
                self.take(groups.drain(..).flatten().collect(), now);
            }
            self.round(now);
            if let Some(exit) = self.exit.take() {
                return exit;
            }
        }
    }

    /// What `agent` signed came on this connection: it is the agent's, for as long as it stands.
    fn proves(&mut self, agent: AgentId, line: &Line) {
        if line.prove() {
            self.lines.insert(line.no, agent);
            *self.present.entry(agent).or_default() += 1;
            self.province.connection(agent, true);
        }
    }

    fn line_ended(&mut self, no: LineNo) {
        let Some(agent) = self.lines.remove(&no) else { return };
        let left = self.present.get(&agent).map_or(0, |lines| lines - 1);
        if left > 0 {
            self.present.insert(agent, left);
            return;
        }
        self.present.remove(&agent);
        self.province.connection(agent, false);
        self.hand.gone(agent);
        self.show_agents([agent]);
    }

    /// Whether somebody waits for a call whose time runs: no clock that is set meanwhile decides about it.
    fn is_urgent(&self, now: UnixMs) -> bool {
        self.province.calls().is_running(now) || self.books.inbound.load().is_running(now)
    }

    /// What is due by the clock.
    fn round(&mut self, now: UnixMs) {
        self.counters.pulse.beat_ms.store(now, Relaxed);
        if let Storing::No { retry_ms } = self.storing
            && now >= retry_ms
        {
            self.try_again(now);
        }
        if now.abs_diff(self.ticked_ms) >= TICK_EVERY_MS {
            self.ticked_ms = now;
            self.province.hears(self.line.load(Relaxed), now);
            self.province.tick(now);
            self.runs_over(now);
            self.schedules_due(now);
            self.chronicle_round(now);
            add(&self.counters.canaries_unanswered, self.hand.late_echoes(now) as u64);
            if !self.presence_known {
                self.presume_gone(now);
            }
            // A snapshot lets the journal go in which else lies what boxes tested.
            if !self.keeper.is_due(now, &self.journal) || self.write_inspections() {
                self.keeper.tick(now, &self.journal, &self.province, &self.ledger);
            }
            self.journal.drop_through(self.keeper.safe_through());
        }
        self.send_acks(now);
        self.tell_meetings_due(now);
        if now.abs_diff(self.called_ms) >= muster::ASK_EVERY_MS {
            self.called_ms = now;
            self.call_round(now);
        }
        if now.abs_diff(self.clerk.looked_ms) >= inbound::LOOK_EVERY_MS {
            self.clerk.looked_ms = now;
            self.inbound_round(now);
        }
        self.inspect_round(now);
        if now.abs_diff(self.published_ms) >= PUBLISH_EVERY_MS && self.province.has_news() {
            self.publish(now);
        }
    }

    /// Behind another broker nobody tells who has gone: who was not heard for a minute and a half counts as gone.
    fn presume_gone(&mut self, now: UnixMs) {
        let gone = |id: &AgentId| {
            let agent = self.province.agent(*id);
            agent.is_some_and(|agent| agent.connected && agent.last_ms.is_none_or(|last| now > last + PRESENT_MS))
        };
        let gone: Vec<_> = self.agents.iter().map(|(id, _)| id).filter(gone).collect();
        for id in &gone {
            self.province.connection(*id, false);
            self.hand.gone(*id);
        }
        self.show_agents(gone);
    }

    /// What begins now is for what was imported and told a moment before, too.
    fn show_news(&mut self, now: UnixMs) {
        if self.province.has_news() {
            self.publish(now);
        }
    }

    fn publish(&mut self, now: UnixMs) {
        self.published_ms = now;
        for (agent, took_ms) in self.province.see_canaries(now) {
            took_ms.into_iter().for_each(|took_ms| self.counters.pulse.seen.took(took_ms));
            // The way back; who cannot be reached now has the next one in some hours.
            let _ = self.hand.echo(agent, now);
        }
        self.view.store(self.province.publish());
    }

    fn send_acks(&mut self, now: UnixMs) {
        for (venue, ack) in self.ledger.due_acks(now) {
            let topic = avow_shared::topic::down(venue.place, ack.to);
            self.send(topic, ack.seal(&self.hq));
            one(&self.counters.acks_sent);
        }
    }

    fn send(&self, topic: String, payload: Vec<u8>) {
        if self.outbox.try_send(Outgoing { topic, payload }).is_err() {
            one(&self.counters.acks_dropped);
        }
    }

    fn finish(&mut self) {
        self.past = None;
        self.journal.close();
        if self.write_inspections() {
            self.keeper.finish(&self.journal, &self.province, &self.ledger);
        }
        self.journal.drop_through(self.keeper.safe_through());
        if let Err(error) = self.store.flush() {
            tracing::error!(%error, "could not flush at the end");
        }
    }
}

/// Waits a few milliseconds for more, so that one flush serves many.
async fn gather(verified: &mut mpsc::Receiver<Vec<Verified>>, groups: &mut Vec<Vec<Verified>>) {
    let until = Instant::now() + GATHER;
    while groups.iter().map(Vec::len).sum::<usize>() < GROUP {
        match timeout_at(until, verified.recv()).await {
            Ok(Some(group)) => groups.push(group),
            Ok(None) | Err(_) => break,
        }
    }
}
