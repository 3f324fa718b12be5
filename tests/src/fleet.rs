//! A fleet of simulated agents in one process: the agent's own reporter, uplink, envelope and line, with invented outcomes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use avow_shared::divisions::Divisions;
use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

mod across;
mod believed;
pub mod hq;
pub mod invent;
mod kinds;
pub mod log;
pub mod player;
mod spare;
pub mod still;
pub mod tally;
pub mod venues;

use believed::Believed;
use invent::Faults;
use log::Log;
use player::Player;
use still::Stills;
use tally::Tally;

/// What a fleet does.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "avow-fleet", version, about = "模拟一省的代理 / simulates the agents of a province")]
pub struct Options {
    /// 会场数 / how many agents, one venue each
    #[arg(long, default_value_t = 1_200)]
    pub venues: usize,
    /// 服务器 / the broker, host:port
    #[arg(long, default_value = "127.0.0.1:1883")]
    pub mqtt: String,
    /// 随机种子 / the same seed gives the same keys and outcomes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 上报间隔，秒 / seconds between two reports of a venue, may be a fraction
    #[arg(long, default_value_t = 60.0)]
    pub report_every: f64,
    /// 每次上报的结果数 / outcomes produced together
    #[arg(long, default_value_t = 1)]
    pub batch: usize,
    /// 上线前已断开的秒数，每分钟积压一个结果 / each box was cut off for so long: an outcome a minute of it is unsent
    #[arg(long, default_value_t = 0)]
    pub behind: u32,
    /// 记录文件 / every invented outcome as a JSON line
    #[arg(long)]
    pub log: Option<PathBuf>,
    /// 磁盘缓存目录，最多 200 个会场 / keep the spools on disk, at most 200 venues
    #[arg(long)]
    pub spool: Option<PathBuf>,
    /// 故障 / `none`, or `share=0.01`: how many outcomes are not a pass
    #[arg(long, default_value = "share=0.01")]
    pub faults: Faults,
    /// 不出故障的地区，可重复 / nothing is wrong in this place and below it; may be repeated
    #[arg(long)]
    pub well: Vec<PlaceCode>,
    /// 只含真实探测会有的数值 / only the values that a real probe would have; else every outcome is filled to eight
    #[arg(long)]
    pub as_measured: bool,
    /// 平台地址，实证点名的静态画面送往此处 / HQ's address, to which the stills of a roll call that proves go
    #[arg(long)]
    pub http: Option<String>,
    /// 点名就绪检测的最长用时，毫秒 / the longest time that the tests of a roll call take, milliseconds
    #[arg(long, default_value_t = 6_000)]
    pub call_ms: u64,
    /// 双会场互测的用时，毫秒 / how long a run of sound and picture with HQ takes, milliseconds
    #[arg(long, default_value_t = across::TAKES_MS)]
    pub run_ms: u64,
    /// 35-01 之外的省级测试会场数，35-02 起 / so many more rooms of the province itself, to speak for HQ in roll calls
    #[arg(long, default_value_t = 0)]
    pub rooms_of_hq: u8,
    /// 不模拟的会场，可重复 / leave this venue to somebody else; may be repeated
    #[arg(long)]
    pub without: Vec<VenueId>,
    /// 中心公钥 / HQ's public key, hexadecimal; else the first one is believed
    #[arg(long)]
    pub hq_key: Option<String>,
}

impl Options {
    fn faults_of(&self, venue: VenueId) -> Faults {
        if self.well.iter().any(|place| venue.place.is_within(*place)) { Faults { share: 0.0 } } else { self.faults }
    }
}

/// A disk spool costs three files each.
const MOST_ON_DISK: usize = 200;
/// New connections a second.
const RAMP: f64 = 2_000.0;
/// Half of the queue that a broker usually has for new connections.
const CONNECT_AT_ONCE: usize = 64;
/// What is sent after SIGINT: HQ lets the acks of a whole province wait for eight seconds.
const DRAIN: Duration = Duration::from_millis(9_000);

/// Runs until SIGINT or SIGTERM, then drains.
///
/// # Errors
/// When it cannot begin.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let options = Arc::new(checked(options)?);
    let log = options.log.as_deref().map(|path| Log::create(path, options.spool.is_some())).transpose()?.map(Arc::new);
    let tally = Arc::new(Tally::default());
    let (stop, stopped) = watch::channel(false);
    let divisions = Divisions::fujian();
    let chosen = venues::choose(&divisions, options.venues, &options.without);
    if chosen.len() < options.venues {
        bail!("the table has only {} divisions to choose from", chosen.len());
    }
    let chosen: Vec<VenueId> = chosen.into_iter().chain(venues::of_hq(&divisions, options.rooms_of_hq)).collect();
    let venues = chosen.len();
    let stills = Arc::new(Stills::new(options.http.as_deref())?);
    let hosts = hosts(&options.mqtt).await?;
    let (turnstile, believed) = (Arc::new(Semaphore::new(CONNECT_AT_ONCE)), Arc::<Believed>::default());
    let mut players = JoinSet::new();
    for (index, venue) in chosen.into_iter().enumerate() {
        let host = hosts[index % hosts.len()].clone();
        let player = Player::new(
            venue,
            host,
            Arc::clone(&options),
            Arc::clone(&turnstile),
            Arc::clone(&stills),
            Arc::clone(&believed),
        );
        let delay = Duration::from_secs_f64(f64::from(u32::try_from(index)?) / RAMP);
        let (tally, log, stopped) = (Arc::clone(&tally), log.clone(), stopped.clone());
        players.spawn(async move {
            tokio::time::sleep(delay).await;
            player.play(&tally, log.as_deref(), stopped).await;
        });
    }
    let shown = tokio::spawn(show(venues, Arc::clone(&tally), log.clone()));
    interrupted().await?;
    stop.send_replace(true);
    let all = async { while players.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN + Duration::from_millis(700), all).await.is_err() {
        eprintln!("not everything was acknowledged in time");
    }
    shown.abort();
    if let Some(log) = &log {
        log.flush()?;
    }
    println!("produced {} acked {}", tally.produced(), tally.acked());
    Ok(())
}

fn checked(options: Options) -> anyhow::Result<Options> {
    if options.spool.is_some() && options.venues > MOST_ON_DISK {
        bail!("--spool keeps at most {MOST_ON_DISK} venues on disk");
    }
    if !(0.01..=86_400.0).contains(&options.report_every) || !(1..=1_000).contains(&options.batch) {
        bail!("--report-every expects 0.01 to 86400 seconds, --batch 1 to 1000 outcomes");
    }
    let wanted = options.venues as u64 * if options.spool.is_some() { 4 } else { 1 } + 128;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("ask for the limit of open files")?;
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard).context("raise the limit of open files")?;
        if hard < wanted {
            bail!("{wanted} open files are needed and {hard} allowed: raise 'ulimit -Hn'");
        }
    }
    Ok(options)
}

/// rumqttc binds no source address; where the broker listens on more of 127.0.0.0/8, the connections spread over it.
async fn hosts(mqtt: &str) -> anyhow::Result<Vec<(String, u16)>> {
    let plain = mqtt.strip_prefix("mqtt://").unwrap_or(mqtt);
    let (host, port) = plain.rsplit_once(':').context("--mqtt expects host:port")?;
    let port = port.parse().context("--mqtt expects host:port")?;
    let mut hosts = vec![(host.to_owned(), port)];
    if host == "127.0.0.1" {
        for last in 2..=8 {
            let other = format!("127.0.0.{last}");
            let listens = tokio::net::TcpStream::connect((other.as_str(), port)).await.is_ok();
            hosts.extend(listens.then_some((other, port)));
        }
    }
    Ok(hosts)
}

async fn show(venues: usize, tally: Arc<Tally>, log: Option<Arc<Log>>) {
    let mut is_ready = false;
    for tick in 0u64.. {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !is_ready && tally.welcomed() >= venues as u64 {
            is_ready = true;
            println!("ready {venues}");
        }
        if tick % 10 == 9
            && let Some(Err(error)) = log.as_ref().map(|log| log.flush())
        {
            eprintln!("write the log: {error}");
        }
        if tick % 50 == 49 {
            eprintln!("{tally}");
        }
    }
}

async fn interrupted() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
