//! The running ingest path: broker, signature workers and core, wired together, with the handles that others use.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use arc_swap::ArcSwap;
use avow_shared::wire::{PublicKey, Signer};
use tokio::sync::{mpsc, watch};

use crate::books::Books;
use crate::broker::{self, LineNo, Running, Wiring};
use crate::command::Command;
pub use crate::core::Prover;
use crate::core::{self, BootError, Core, Exit, Inputs, Start};
use crate::counters::Counters;
use crate::documents::Documents;
use crate::evidence::EvidenceStore;
use crate::hand::Hand;
use crate::history::History;
use crate::keeper::Keeper;
use crate::keyring::Keyring;
use crate::province::{Rules, View};
use crate::trouble::Trouble;
use crate::verify::Verified;
use crate::{archive, hq_key, verify};

/// Groups of verified messages on their way to the core.
const VERIFIED: usize = 64;
/// Ends of connections on their way: as many as all venues at once.
const GONE: usize = 65_536;
/// Questions of the API on their way.
const COMMANDS: usize = 256;

/// What to run.
#[derive(Debug)]
pub struct Setup {
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// Whether new keys are accepted at first sight.
    pub accept_new: bool,
    /// When venues are silent and stale.
    pub rules: Rules,
    /// Who speaks for HQ in a roll call that proves.
    pub prover: Prover,
    /// Where values are kept.
    pub history: Arc<History>,
    /// Where evidence is kept.
    pub evidence: Arc<EvidenceStore>,
    /// So many documents that were signed off are kept.
    pub documents: usize,
}

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another collector uses the folder.
    #[error("use the data folder {0}: another collector is running on it")]
    InUse(PathBuf),
    /// The folder cannot be used.
    #[error("use the data folder {path}: {cause}")]
    Data {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// What is in the folder cannot be read.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// The documents that were signed off cannot be read.
    #[error(transparent)]
    Documents(#[from] crate::document::archive::Error),
    /// The broker.
    #[error(transparent)]
    Broker(#[from] broker::Error),
}

/// Handles on what runs.
pub struct Hub {
    /// The state that readers see.
    pub view: Arc<ArcSwap<View>>,
    /// Keys and numbers as readers see them.
    pub books: Arc<Books>,
    /// Why reports cannot be stored just now, if so.
    pub trouble: Arc<ArcSwap<Option<Trouble>>>,
    /// What was wrong with HQ's database at this start.
    pub set_aside: Option<Trouble>,
    /// The hand at the cameras.
    pub hand: Arc<Hand>,
    /// What was signed off.
    pub documents: Arc<Documents>,
    /// Questions to the core.
    pub commands: mpsc::Sender<Command>,
    /// The keys of agents.
    pub keyring: Keyring,
    /// The counters.
    pub counters: Arc<Counters>,
    /// HQ's public key.
    pub hq: PublicKey,
    /// The broker.
    pub broker: Running,
    stop: watch::Sender<bool>,
    core: JoinHandle<Exit>,
    _lock: std::fs::File,
}

/// The way in, before there is anybody to hear: its address is held, and nothing is on disk yet.
pub struct Ears {
    broker: broker::Bound,
    presence_known: bool,
    keyring: Keyring,
    counters: Arc<Counters>,
    verified: mpsc::Receiver<Vec<Verified>>,
    gone: mpsc::Receiver<LineNo>,
}

/// Binds the broker's address on the current runtime. Who connects waits until [`start`].
///
/// # Errors
/// When the broker cannot listen.
pub fn listen(broker: broker::Setup) -> Result<Ears, Error> {
    let presence_known = matches!(broker, broker::Setup::Embedded(_));
    let (keyring, counters) = (Keyring::default(), Arc::<Counters>::default());
    let (verified_in, verified) = mpsc::channel(VERIFIED);
    let gate = verify::start(workers(), &keyring, &verified_in, &counters);
    let (gone_in, gone) = mpsc::channel(GONE);
    let wiring = Wiring { gate, gone: gone_in, counters: Arc::clone(&counters) };
    let broker = broker::bind(broker, wiring)?;
    Ok(Ears { broker, presence_known, keyring, counters, verified, gone })
}

/// Starts everything on the current runtime; returns when agents are heard. `lock` is held until the end.
///
/// # Errors
/// When the folder cannot be read.
pub fn start(setup: Setup, ears: Ears, lock: std::fs::File) -> Result<Hub, Error> {
    let data_error = |cause| Error::Data { path: setup.data.clone(), cause };
    archive::tidy(&setup.data);
    let hq = hq_key::load_or_make(&setup.data).map_err(data_error)?;
    let documents = Arc::new(Documents::open_for(&setup.data, hq.clone(), setup.documents)?);
    let core = boot(&setup, &hq, &ears, &documents)?;
    let Ears { broker, keyring, counters, verified, gone, .. } = ears;
    let broker = broker.run();
    let (commands, asked) = mpsc::channel(COMMANDS);
    let (stop, stopped) = watch::channel(false);
    let (view, books, trouble, hand) = (core.view(), core.books(), core.trouble(), core.hand());
    let inputs = Inputs { verified, gone, commands: asked, stop: stopped };
    let set_aside = core.set_aside().map(Trouble::set_aside);
    let core = run(core, inputs, &broker).map_err(data_error)?;
    Ok(Hub {
        view,
        books,
        trouble,
        set_aside,
        hand,
        documents,
        commands,
        keyring,
        counters,
        hq: hq.public(),
        broker,
        stop,
        core,
        _lock: lock,
    })
}

fn boot(setup: &Setup, hq: &Signer, ears: &Ears, documents: &Arc<Documents>) -> Result<Core, Error> {
    let start = Start {
        data: setup.data.clone(),
        hq: hq.clone(),
        keyring: ears.keyring.clone(),
        counters: Arc::clone(&ears.counters),
        rules: setup.rules,
        prover: setup.prover.clone(),
        documents: Arc::clone(documents),
        accept_new: setup.accept_new,
        presence_known: ears.presence_known,
        keeper: Keeper::new(&setup.data, Arc::clone(&setup.history), Arc::clone(&setup.evidence)),
    };
    Ok(core::boot(start)?)
}

fn run(mut core: Core, inputs: Inputs, broker: &Running) -> std::io::Result<JoinHandle<Exit>> {
    core.connect(broker.outbox.clone(), Arc::clone(&broker.connected));
    thread::Builder::new().name("core".to_owned()).spawn(move || core.run(inputs))
}

/// Signatures are most of the work; one core is left for the rest.
fn workers() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1)).clamp(1, 8)
}

/// Makes the data folder when needed and takes it for this process alone.
///
/// # Errors
/// When another collector has it, or the disk refuses.
pub fn lock(data: &Path) -> Result<std::fs::File, Error> {
    let data_error = |cause| Error::Data { path: data.to_owned(), cause };
    std::fs::create_dir_all(data).map_err(data_error)?;
    let file = std::fs::File::create(data.join("lock")).map_err(data_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::InUse(data.to_owned())),
        Err(std::fs::TryLockError::Error(cause)) => Err(data_error(cause)),
    }
}

impl Hub {
    /// Stops the core and waits until everything is on disk.
    pub async fn stop(self) -> Exit {
        self.broker.stop();
        // The core hears it at the latest with its next round.
        let _ = self.stop.send(true);
        let core = self.core;
        tokio::task::spawn_blocking(move || core.join().unwrap_or(Exit::Stopped)).await.unwrap_or(Exit::Stopped)
    }

    /// Whether the core has ended by itself, because of a restore or a panic.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.core.is_finished()
    }
}
