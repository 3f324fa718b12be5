//! `serve`: everything in one process, on addresses that one line on standard output tells.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, bail};
use arc_swap::ArcSwap;
use avow_shared::time::UnixMs;
use tokio::net::{TcpListener, UdpSocket};
use tokio::signal::unix::{SignalKind, signal};

use crate::api::{self, Facts, MapData, Shared};
use crate::clock::now_ms;
use crate::core::Exit;
use crate::counters::Counters;
use crate::evidence::EvidenceStore;
use crate::history::History;
use crate::hub::{self, Hub};
use crate::settings::Settings;
use crate::{archive, broker, events, stamp};

/// How long open requests may go on when the program stops.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// The options of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// 数据目录；没有则新建 / the data folder, made when it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 控制台与接口的监听地址 / where console and API listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// 内置 MQTT 服务的监听地址 / where the broker inside listens
    #[arg(long, value_name = "ADDR", conflicts_with = "broker")]
    pub mqtt: Option<SocketAddr>,
    /// 改用外部 MQTT 服务，如 mqtt://127.0.0.1:1883 / use another broker instead
    #[arg(long, value_name = "URL")]
    pub broker: Option<String>,
    /// STAMP 反射端（RFC 8762）的监听地址 / where the STAMP reflector listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8620")]
    pub stamp: SocketAddr,
    /// 设置文件（TOML） / settings
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// 首次出现的终端密钥直接接受（仅限本机试用） / accept new keys at first sight, on loopback only
    #[arg(long)]
    pub accept_new: bool,
    /// 允许监听本机以外的地址：目前没有账号与加密 / listen beyond loopback: there are no accounts and no TLS yet
    #[arg(long)]
    pub insecure_lan: bool,
}

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When something cannot start; the message says what to do.
pub fn serve(args: ServeArgs) -> anyhow::Result<()> {
    check_addresses(&args)?;
    let settings = match &args.config {
        Some(file) => Settings::read(file)?,
        None => Settings::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let again = runtime.block_on(run(args, settings))?;
    runtime.shutdown_timeout(LAST_REQUESTS);
    match again {
        None => Ok(()),
        // A restored collector begins as a new process would: nothing of the old state can leak into it.
        Some(mut command) => Err(command.exec()).context("start again after the restore"),
    }
}

fn check_addresses(args: &ServeArgs) -> anyhow::Result<()> {
    let named = [("--http", Some(args.http)), ("--mqtt", args.mqtt), ("--stamp", Some(args.stamp))];
    for (option, address) in named {
        if let Some(address) = address.filter(|address| !address.ip().is_loopback() && !args.insecure_lan) {
            bail!(
                "{option} {address}: only loopback is served while there are no accounts and no TLS. \
                 Use 127.0.0.1, or --insecure-lan in a closed test network"
            );
        }
    }
    let public = named.iter().any(|(_, address)| address.is_some_and(|address| !address.ip().is_loopback()));
    if args.accept_new && public {
        bail!("--accept-new trusts whoever comes first: it goes with loopback addresses only");
    }
    Ok(())
}

fn broker_setup(args: &ServeArgs) -> anyhow::Result<broker::Setup> {
    let Some(url) = &args.broker else {
        let address = args.mqtt.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 1883)));
        return Ok(broker::Setup::Embedded(address));
    };
    let parsed = url.strip_prefix("mqtt://").and_then(|rest| {
        let (host, port) = rest.trim_end_matches('/').rsplit_once(':').unwrap_or((rest.trim_end_matches('/'), "1883"));
        Some((host.to_owned(), port.parse().ok()?)).filter(|(host, _)| !host.is_empty())
    });
    let (host, port) = parsed.with_context(|| format!("--broker {url}: expected mqtt://host:port"))?;
    let local = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !local && !args.insecure_lan {
        bail!(
            "--broker {url}: only a broker on this machine is used while there is no TLS; or --insecure-lan in a closed test network"
        );
    }
    if args.accept_new && !local {
        bail!("--accept-new trusts whoever comes first: it goes with a broker on this machine only");
    }
    Ok(broker::Setup::External { host, port })
}

async fn run(args: ServeArgs, settings: Settings) -> anyhow::Result<Option<std::process::Command>> {
    let started_ms = now_ms();
    let broker = broker_setup(&args)?;
    let embedded_broker = matches!(broker, broker::Setup::Embedded(_));
    let lock = hub::lock(&args.data)?;
    if archive::take_in(&args.data).context("take the waiting backup in")? {
        tracing::info!("a backup was restored");
    }
    let http = TcpListener::bind(args.http).await.with_context(|| busy("--http", args.http))?;
    let reflector = UdpSocket::bind(args.stamp).await.with_context(|| busy("--stamp", args.stamp))?;
    let history = Arc::new(History::open(&args.data.join("history"), settings.limits())?);
    let folder = args.data.join("evidence");
    let evidence =
        EvidenceStore::open(&folder, settings.evidence_bytes).with_context(|| format!("use {}", folder.display()))?;
    let evidence = Arc::new(evidence);
    let setup = hub::Setup {
        data: args.data.clone(),
        broker,
        accept_new: args.accept_new,
        rules: settings.rules(),
        history: Arc::clone(&history),
        evidence: Arc::clone(&evidence),
    };
    let hub = hub::start(setup, lock).await?;
    evidence.note_view(&hub.view.load());
    let events = events::Hub::default();
    let shared = Arc::new(Shared {
        view: Arc::clone(&hub.view),
        commands: hub.commands.clone(),
        history: Some(history.reader()),
        evidence: Arc::clone(&evidence),
        keys: Arc::new(hub.keyring.clone()),
        hub: events.clone(),
        facts: Arc::new(Known::of(&hub)),
        map: MapData::load(&args.data.join("map"), settings.map.source, settings.map.approval_number),
        hq_key: avow_shared::hash::to_hex(&hub.hq.bytes()),
        started_ms,
        embedded_broker,
        any_host: args.insecure_lan,
        data: args.data.clone(),
    });
    let here = addresses(&http, &hub, &reflector)?;
    tokio::spawn(events.run(Arc::clone(&hub.view)));
    tokio::spawn(stamp::reflect(reflector));
    tokio::spawn(tidy(evidence, Arc::clone(&hub.view)));
    tokio::spawn(rate(Arc::clone(&hub.counters)));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(http, api::router(shared)).await {
            tracing::error!(%error, "the HTTP server ended");
        }
    });
    println!("ready http={} mqtt={} stamp={}", here.http, here.mqtt, here.stamp);
    wait(&hub).await?;
    let exit = hub.stop().await;
    drop(history);
    Ok((exit == Exit::Restart).then(|| again(&args, &here)))
}

fn busy(option: &str, address: SocketAddr) -> String {
    format!("listen on {option} {address} (is another program using it? choose another port, or 0 for any)")
}

/// Where everything listens, for the line on standard output.
struct Addresses {
    http: SocketAddr,
    mqtt: String,
    stamp: SocketAddr,
}

fn addresses(http: &TcpListener, hub: &Hub, stamp: &UdpSocket) -> anyhow::Result<Addresses> {
    let (http, stamp) = (http.local_addr()?, stamp.local_addr()?);
    Ok(Addresses { http, mqtt: hub.broker.address.clone(), stamp })
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
        None => command.arg("--mqtt").arg(&here.mqtt),
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
    trouble: Arc<ArcSwap<Option<String>>>,
    connected: Arc<std::sync::atomic::AtomicBool>,
    counters: Arc<Counters>,
}

impl Known {
    fn of(hub: &Hub) -> Self {
        Self {
            trouble: Arc::clone(&hub.trouble),
            connected: Arc::clone(&hub.broker.connected),
            counters: Arc::clone(&hub.counters),
        }
    }
}

impl Facts for Known {
    fn now_ms(&self) -> UnixMs {
        now_ms()
    }

    fn trouble(&self) -> Option<String> {
        let storing = self.trouble.load().as_ref().clone();
        storing.or_else(|| (!self.broker_connected()).then(|| "the broker cannot be reached".to_owned()))
    }

    fn broker_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    fn reports_per_s(&self) -> f64 {
        RATE.load(Relaxed) as f64 / 1_000.0
    }

    fn counters(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.counters.list()
    }
}

/// Restores a backup into an empty data folder, without a running server.
///
/// # Errors
/// When the folder is used, or the backup is damaged.
pub fn restore_offline(file: &Path, data: &Path) -> anyhow::Result<()> {
    let _lock = hub::lock(data)?;
    if archive::is_used(data) {
        bail!("{}: this folder already holds a collector's data; restore into an empty one", data.display());
    }
    archive::restore(file, data).with_context(|| format!("restore {}", file.display()))
}
