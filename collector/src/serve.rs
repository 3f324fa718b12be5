//! `serve`: everything in one process, on addresses that one line on standard output tells.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use avow_shared::time::UnixMs;
use tokio::net::{TcpListener, UdpSocket};
use tokio::signal::unix::{SignalKind, signal};

use crate::api::{self, Facts, MapData, Shared};
use crate::backup::under_way::Place;
use crate::clock::now_ms;
use crate::core::Exit;
use crate::counters::{Counters, Histogram};
use crate::document::archive::folder::MOST;
use crate::documents::Documents;
use crate::evidence::EvidenceStore;
use crate::history::History;
use crate::hub::{self, Hub};
use crate::settings::Settings;
use crate::trouble::Trouble;
use crate::{addresses, archive, broker, events, stamp, warning};

/// How long open requests may go on when the program stops.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// The options of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// The data folder, made when it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where console and API listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// Where the broker inside listens, 127.0.0.1:1883 when not said; once for each network
    #[arg(long, value_name = "ADDR", conflicts_with = "broker")]
    pub mqtt: Vec<SocketAddr>,
    /// Use another broker instead, e.g. mqtt://127.0.0.1:1883
    #[arg(long, value_name = "URL")]
    pub broker: Option<String>,
    /// Where the STAMP reflector (RFC 8762) listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8620")]
    pub stamp: SocketAddr,
    /// Settings (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Accept new keys at first sight, on loopback only
    #[arg(long)]
    pub accept_new: bool,
    /// Listen beyond loopback: there are no accounts and no TLS yet
    #[arg(long)]
    pub insecure_lan: bool,
}

/// Answers are made by these; what takes long goes to threads of its own.
const WEB_THREADS: usize = 2;

/// Why the collector does not run, in whole sentences: nothing is to be added of an inner cause.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Addresses or settings that cannot be meant so.
    #[error("{0:#}")]
    Wrong(anyhow::Error),
    /// Something cannot be opened, bound or read.
    #[error("{0:#}")]
    Failed(anyhow::Error),
}

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When something cannot start; the message says what to do.
pub fn serve(args: ServeArgs) -> Result<(), Error> {
    let broker = addresses::check(&args).map_err(|error| Error::Wrong(error.into()))?;
    let settings = match &args.config {
        Some(file) => Settings::read(file).map_err(|error| Error::Wrong(error.into()))?,
        None => Settings::default(),
    };
    run_here(args, broker, settings).map_err(Error::Failed)
}

fn run_here(args: ServeArgs, broker: broker::Setup, settings: Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    // An order wakes the connections of a whole province at once; whoever looks on or clicks does not stand in line behind them.
    let mut web = tokio::runtime::Builder::new_multi_thread();
    let web = web.worker_threads(WEB_THREADS).thread_name("web").enable_all().build().context("start the runtime")?;
    let again = runtime.block_on(run(args, broker, settings, web.handle()))?;
    web.shutdown_timeout(LAST_REQUESTS);
    runtime.shutdown_timeout(LAST_REQUESTS);
    match again {
        None => Ok(()),
        // A restored collector begins as a new process would: nothing of the old state can leak into it.
        Some(mut command) => Err(command.exec()).context("start again after the restore"),
    }
}

async fn run(
    args: ServeArgs,
    broker: broker::Setup,
    settings: Settings,
    web: &tokio::runtime::Handle,
) -> anyhow::Result<Option<std::process::Command>> {
    let started_ms = now_ms();
    let embedded_broker = matches!(broker, broker::Setup::Embedded(_));
    // What cannot listen leaves nothing behind: no file is made before all addresses are held.
    let http = TcpListener::bind(args.http).await.map_err(taken("--http", args.http))?;
    let reflector = UdpSocket::bind(args.stamp).await.map_err(taken("--stamp", args.stamp))?;
    let ears = hub::listen(broker)?;
    let lock = hub::lock(&args.data)?;
    if archive::take_in(&args.data).context("take the waiting backup in")? {
        tracing::info!("a backup was restored");
    }
    let history = Arc::new(History::open(&args.data.join("history"), settings.limits())?);
    let folder = args.data.join("evidence");
    let evidence =
        EvidenceStore::open(&folder, settings.evidence_bytes).with_context(|| format!("use {}", folder.display()))?;
    let evidence = Arc::new(evidence);
    let setup = hub::Setup {
        data: args.data.clone(),
        accept_new: args.accept_new,
        rules: settings.rules(),
        prover: settings.prover(),
        history: Arc::clone(&history),
        evidence: Arc::clone(&evidence),
        documents: usize::try_from(settings.documents).unwrap_or(MOST),
    };
    let hub = hub::start(setup, ears, lock)?;
    evidence.note_view(&hub.view.load());
    let events = events::Hub::default();
    let shared = Arc::new(Shared {
        view: Arc::clone(&hub.view),
        books: Arc::clone(&hub.books),
        commands: hub.commands.clone(),
        hand: Arc::clone(&hub.hand),
        documents: Arc::clone(&hub.documents),
        guesses: Mutex::default(),
        proxy: settings.proxy,
        caller: settings.roll_call.caller,
        history: Some(history.reader()),
        evidence: Arc::clone(&evidence),
        keys: Arc::new(hub.keyring.clone()),
        hub: events.clone(),
        facts: Arc::new(Known::of(&hub)),
        map: MapData::load(&args.data.join("map"), settings.map.source, settings.map.approval_number),
        hq_key: avow_shared::hash::to_hex(&hub.hq.bytes()),
        started_ms,
        across: settings.mouth_to_ear,
        embedded_broker,
        any_host: args.insecure_lan,
        data: args.data.clone(),
        backups: Place::default(),
        restores: Place::default(),
    });
    let here = Addresses::of(&http, &hub, &reflector)?;
    web.spawn(events.run(Arc::clone(&hub.view), Arc::clone(&hub.books)));
    tokio::spawn(stamp::reflect(reflector));
    tokio::spawn(tidy(evidence, Arc::clone(&hub.view)));
    let looks = warning::watch::watch(Arc::clone(&hub.view), Arc::clone(&hub.books), history.reader());
    let looks = tokio::spawn(looks);
    tokio::spawn(rate(Arc::clone(&hub.counters)));
    let served = api::router(shared).into_make_service_with_connect_info::<SocketAddr>();
    let http = http.into_std()?;
    web.spawn(async move {
        // A socket is woken by the runtime that it was made in.
        let ended = async { axum::serve(TcpListener::from_std(http)?, served).await };
        if let Err(error) = ended.await {
            tracing::error!(%error, "the HTTP server ended");
        }
    });
    // Nobody may be waiting for the line.
    let _ = writeln!(std::io::stdout(), "ready http={} mqtt={} stamp={}", here.http, here.mqtt, here.stamp);
    wait(&hub).await?;
    looks.abort();
    let exit = hub.stop().await;
    drop(history);
    Ok((exit == Exit::Restart).then(|| again(&args, &here)))
}

fn taken(option: &'static str, address: SocketAddr) -> impl Fn(std::io::Error) -> addresses::Error {
    move |cause| addresses::Error::Taken { option, address, said: cause.to_string() }
}

/// Where everything listens, for the line on standard output.
struct Addresses {
    http: SocketAddr,
    mqtt: String,
    also: Vec<String>,
    stamp: SocketAddr,
}

impl Addresses {
    fn of(http: &TcpListener, hub: &Hub, stamp: &UdpSocket) -> anyhow::Result<Self> {
        let (http, stamp) = (http.local_addr()?, stamp.local_addr()?);
        Ok(Self { http, mqtt: hub.broker.address.clone(), also: hub.broker.also.clone(), stamp })
    }
}

/// Until a signal, or until the core ends by itself.
async fn wait(hub: &Hub) -> anyhow::Result<()> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut look = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            _ = int.recv() => return Ok(()),
            _ = term.recv() => return Ok(()),
            _ = look.tick() => if hub.has_ended() { return Ok(()) },
        }
    }
}

/// The same command line with the addresses in use, so that agents and browsers find it again.
fn again(args: &ServeArgs, here: &Addresses) -> std::process::Command {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("avow-collector"));
    let mut command = std::process::Command::new(program);
    command.arg("serve").arg("--data").arg(&args.data);
    command.arg("--http").arg(here.http.to_string()).arg("--stamp").arg(here.stamp.to_string());
    match &args.broker {
        Some(url) => command.arg("--broker").arg(url),
        None => here
            .also
            .iter()
            .fold(command.arg("--mqtt").arg(&here.mqtt), |command, also| command.arg("--mqtt").arg(also)),
    };
    if let Some(config) = &args.config {
        command.arg("--config").arg(config);
    }
    for (is_set, option) in [(args.accept_new, "--accept-new"), (args.insecure_lan, "--insecure-lan")] {
        if is_set {
            command.arg(option);
        }
    }
    command
}

/// Evidence that no newest outcome names is collected once an hour.
async fn tidy(evidence: Arc<EvidenceStore>, view: Arc<ArcSwap<crate::province::View>>) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        hourly.tick().await;
        let (evidence, view) = (Arc::clone(&evidence), view.load_full());
        let collected =
            tokio::task::spawn_blocking(move || evidence.collect(&view, std::time::SystemTime::now())).await;
        if let Ok(Err(error)) = collected {
            tracing::warn!(%error, "old evidence could not be removed");
        }
    }
}

/// Reports a second over the last second, in thousandths.
static RATE: AtomicU64 = AtomicU64::new(0);

async fn rate(counters: Arc<Counters>) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    let mut before = counters.reports_stored.load(Relaxed);
    loop {
        every.tick().await;
        let now = counters.reports_stored.load(Relaxed);
        // Smoothed over some seconds: what an operator reads should not flicker.
        RATE.store((RATE.load(Relaxed) * 3 + (now - before) * 1_000) / 4, Relaxed);
        before = now;
    }
}

/// What the API wants to know of the rest.
struct Known {
    trouble: Arc<ArcSwap<Option<Trouble>>>,
    set_aside: Option<Trouble>,
    documents: Arc<Documents>,
    connected: Arc<std::sync::atomic::AtomicBool>,
    counters: Arc<Counters>,
}

impl Known {
    fn of(hub: &Hub) -> Self {
        Self {
            trouble: Arc::clone(&hub.trouble),
            set_aside: hub.set_aside.clone(),
            documents: Arc::clone(&hub.documents),
            connected: Arc::clone(&hub.broker.connected),
            counters: Arc::clone(&hub.counters),
        }
    }
}

impl Facts for Known {
    fn now_ms(&self) -> UnixMs {
        now_ms()
    }

    fn trouble(&self) -> Option<Trouble> {
        let storing = self.trouble.load().as_ref().clone();
        let stuck = || Trouble::of_core(self.counters.pulse.beat_ms.load(Relaxed), now_ms());
        let broker = || (!self.broker_connected()).then(Trouble::broker);
        let set_aside = || self.set_aside.clone();
        let archive = || Trouble::of_archive(self.documents.now().room());
        storing.or_else(stuck).or_else(broker).or_else(set_aside).or_else(archive)
    }

    fn broker_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    fn reports_per_s(&self) -> f64 {
        RATE.load(Relaxed) as f64 / 1_000.0
    }

    fn canaries(&self) -> Histogram {
        self.counters.pulse.seen.read()
    }

    fn echoes(&self) -> Histogram {
        self.counters.pulse.answered.read()
    }

    fn counters(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.counters.list()
    }
}
