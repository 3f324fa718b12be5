//! From a data folder to a running core: agents, registry, snapshot, then the journal behind it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;
use avow_shared::divisions::Divisions;
use avow_shared::id::AgentId;
use avow_shared::wire::{PublicKey, Signer};
use tokio::sync::mpsc;

use super::past::Past;
use super::{
    Core, Prover, Storing, assurance, chronicle, inbound, links, muster, owed, rectify, runs, tell, timetable,
};
use crate::agents::{Agent, Agents};
use crate::books::Books;
use crate::broker::Outgoing;
use crate::clock::{self, now_ms};
use crate::counters::Counters;
use crate::documents::Documents;
use crate::hand::Hand;
use crate::journal::{Entry, Journal};
use crate::keeper::{self, Keeper};
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::meetings::Rounds;
use crate::province::{Province, Rules, View};
use crate::registry;
use crate::store::{Batch, Store, Use};
use crate::trouble::Trouble;
use crate::units;

const AGENT_PREFIX: &[u8] = b"agent/";
const AGENT_END: &[u8] = b"agent0";
pub(super) const REGISTRY_PREFIX: &[u8] = b"registry/";
const HOW: Use = Use { cache_bytes: 8 << 20, is_dropped_whole: false };

/// What a core is made from.
pub struct Start {
    /// The data folder; locked by the caller.
    pub data: PathBuf,
    /// HQ's key.
    pub hq: Signer,
    /// Where keys are shared with the signature workers.
    pub keyring: Keyring,
    /// The counters.
    pub counters: Arc<Counters>,
    /// When venues are silent and stale.
    pub rules: Rules,
    /// Who speaks for HQ in a roll call that proves.
    pub prover: Prover,
    /// What was signed off.
    pub documents: Arc<Documents>,
    /// Whether new keys are accepted at first sight.
    pub accept_new: bool,
    /// Whether the broker inside tells who is connected.
    pub presence_known: bool,
    /// Follows what is stored: history and snapshots.
    pub keeper: Keeper,
}

/// Why there is no core.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A database cannot be used.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// A file cannot be used.
    #[error("use the data folder {path}: {cause}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The snapshot or history cannot be used.
    #[error(transparent)]
    Keeper(#[from] keeper::Error),
}

/// Reads everything back. The core is complete when this returns, except for the way out to the broker.
///
/// # Errors
/// When the data folder cannot be read.
pub fn boot(mut start: Start) -> Result<Core, BootError> {
    let (store, aside) = Store::open_or_set_aside(&start.data.join("hq"), HOW)?;
    if let Some(aside) = &aside {
        tracing::error!(folder = %aside.display(), "the database of agents and registry was damaged and set aside");
    }
    let agents = read_agents(&store, &start.keyring)?;
    let registry = Arc::new(registry::load(&store, REGISTRY_PREFIX)?);
    let journal = start.data.join("journal");
    let journal = Journal::open(&journal).map_err(|cause| BootError::Io { path: journal, cause })?;
    let mut province = Province::new(Divisions::fujian(), registry, start.rules);
    let mut ledger = Ledger::default();
    let after = start.keeper.load(&mut province, &mut ledger)?;
    for (id, agent) in agents.iter() {
        province.agent_state(id, agent.state, &agent.venues);
    }
    let view = Arc::new(ArcSwap::new(province.publish()));
    let books = Arc::new(Books {
        meetings: ArcSwap::from_pointee(tell::load(&store)?),
        units: ArcSwap::from_pointee(units::load(&store)?),
        obligations: ArcSwap::from_pointee(owed::load(&store)?),
        notes: ArcSwap::from_pointee(muster::notes(&store)?),
        groups: ArcSwap::from_pointee(timetable::groups(&store)?),
        schedules: ArcSwap::from_pointee(timetable::schedules(&store)?),
        links: ArcSwap::from_pointee(links::load(&store)?),
        inbound: ArcSwap::from_pointee(inbound::load(&store)?),
        assurance: ArcSwap::from_pointee(assurance::load(&store)?),
        chronicle: ArcSwap::from_pointee(chronicle::load(&store)?),
        rulings: ArcSwap::from_pointee(rectify::rulings(&store)?),
        often: ArcSwap::from_pointee(rectify::often(&store)?),
        rectify: ArcSwap::from_pointee(rectify::load(&store)?),
        ..Books::default()
    });
    // Nothing leaves before the broker is there: its outbox takes the place of this one.
    let (outbox, _) = mpsc::channel(1);
    let hand = Arc::new(Hand::new(start.hq.clone()));
    runs::load(&store, &hand)?;
    let mut core = Core {
        hand,
        rounds: Rounds::default(),
        hq: start.hq,
        journal,
        ledger,
        agents,
        keyring: start.keyring,
        province,
        store,
        keeper: start.keeper,
        past: None,
        storing: Storing::Yes,
        view,
        books,
        outbox,
        line: Arc::default(),
        counters: start.counters,
        trouble: Arc::default(),
        set_aside: aside,
        prover: start.prover,
        documents: start.documents,
        accept_new: start.accept_new,
        presence_known: start.presence_known,
        lines: HashMap::new(),
        present: HashMap::new(),
        published_ms: 0,
        ticked_ms: 0,
        called_ms: 0,
        clerk: inbound::Clerk::default(),
        inspecting: Default::default(),
        chronicler: Default::default(),
        exit: None,
    };
    core.resume_calls()?;
    core.resume_inspections()?;
    core.resume_plans()?;
    core.read_journal(after)?;
    core.resume_proofs();
    clock::not_before(core.province.newest_ms());
    let now = now_ms();
    core.province.go_live(now);
    core.clerk.started_ms = now;
    core.owe_from_now_on(now)?;
    core.read_past();
    core.show_all();
    core.show_inspections();
    core.publish(now);
    Ok(core)
}

impl Core {
    fn read_journal(&mut self, after: u64) -> Result<(), BootError> {
        // The journal is lent out while its entries go through the rest of the core.
        let mut journal = std::mem::replace(&mut self.journal, Journal::empty());
        let read = journal.replay(after, |arrival, entry: Entry| drop(self.replay(arrival, &entry)));
        self.journal = journal;
        Ok(read?)
    }

    /// What the history missed is read beside everything else.
    fn read_past(&mut self) {
        let upto = self.journal.next() - 1;
        let (history, evidence) = self.keeper.followers();
        if history.resume_after() < upto {
            self.past = Some(Past::bring(self.journal.reader(), upto, history, evidence));
        }
    }

    /// The state that readers see, replaced as a whole.
    #[must_use]
    pub fn view(&self) -> Arc<ArcSwap<View>> {
        Arc::clone(&self.view)
    }

    /// Keys and numbers as readers see them.
    #[must_use]
    pub fn books(&self) -> Arc<Books> {
        Arc::clone(&self.books)
    }

    /// Why reports cannot be stored just now, if so.
    #[must_use]
    pub fn trouble(&self) -> Arc<ArcSwap<Option<Trouble>>> {
        Arc::clone(&self.trouble)
    }

    /// Where HQ's database lies that was damaged at this start, if it was.
    #[must_use]
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// The way out to the broker, and whether it is heard.
    pub fn connect(&mut self, outbox: mpsc::Sender<Outgoing>, line: Arc<AtomicBool>) {
        self.hand.connect(outbox.clone());
        (self.outbox, self.line) = (outbox, line);
    }

    /// The hand at the cameras.
    #[must_use]
    pub fn hand(&self) -> Arc<Hand> {
        Arc::clone(&self.hand)
    }
}

/// Writes an agent down.
pub(super) fn put_agent(agents: &Agents, id: AgentId, batch: &mut Batch) {
    if let Some(agent) = agents.get(id) {
        let value = postcard::to_allocvec::<Agent>(agent).unwrap_or_default();
        batch.put(&[AGENT_PREFIX, &id.0].concat(), &value);
    }
}

fn read_agents(store: &Store, keyring: &Keyring) -> Result<Agents, BootError> {
    let mut agents = Agents::default();
    for pair in store.range(AGENT_PREFIX, AGENT_END) {
        let (_, value) = pair?;
        let read = postcard::from_bytes::<Agent>(&value).ok();
        let Some((agent, key)) =
            read.and_then(|agent| Some((PublicKey::from_bytes(&agent.key).ok()?, agent))).map(|(k, a)| (a, k))
        else {
            tracing::error!("an agent in the database cannot be read and is passed over");
            continue;
        };
        keyring.add(key);
        agents.restore(key.id(), agent);
    }
    Ok(agents)
}
