//! A simulated fleet under test: the agent's own core many times in one process, and the log of what it invented.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process::command;
use super::{Clock, Folder, Process};

/// How a fleet is started.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// How many venues, each with an agent of its own.
    pub venues: u32,
    /// The broker, or a line to it.
    pub mqtt: SocketAddr,
    /// What it invents follows from this.
    pub seed: u64,
    /// Seconds between two reports of one venue, as text.
    pub report_every: &'static str,
    /// Reports in one message.
    pub batch: u32,
    /// Spools on disk in this folder; none: in memory.
    pub spool: Option<PathBuf>,
    /// The clock that it believes.
    pub clock: Clock,
    /// More options.
    pub more: Vec<String>,
}

impl FleetPlan {
    /// A small quick fleet with spools in memory.
    #[must_use]
    pub const fn new(venues: u32, mqtt: SocketAddr, seed: u64) -> Self {
        let (report_every, clock) = ("0.2", Clock::Machine);
        Self { venues, mqtt, seed, report_every, batch: 1, spool: None, clock, more: Vec::new() }
    }
}

/// A fleet, welcomed or not, or killed.
#[derive(Debug)]
pub struct Fleet {
    /// The process.
    pub process: Process,
    log: PathBuf,
}

impl Fleet {
    /// Starts one and does not wait. Every start logs to a file of its own, `fleet.<n>.jsonl`.
    #[must_use]
    pub fn launch(folder: &Folder, plan: &FleetPlan) -> Self {
        let log = folder.next("fleet", "jsonl");
        std::fs::write(&log, "").expect("a log can be made");
        let mut command = command("avow-fleet", plan.clock);
        command
            .args(["--venues", &plan.venues.to_string(), "--mqtt", &plan.mqtt.to_string()])
            .args(["--seed", &plan.seed.to_string(), "--report-every", plan.report_every])
            .args(["--batch", &plan.batch.to_string(), "--log"])
            .arg(&log)
            .args(&plan.more);
        if let Some(spool) = &plan.spool {
            command.arg("--spool").arg(spool);
        }
        Self { process: Process::start(folder, "fleet", &command), log }
    }

    /// Starts one and waits until all its agents are welcomed.
    ///
    /// # Panics
    /// When they are not in time.
    pub async fn start(folder: &Folder, plan: &FleetPlan) -> Self {
        let mut fleet = Self::launch(folder, plan);
        fleet.ready(plan.venues, Duration::from_secs(60)).await;
        fleet
    }

    /// Waits until all agents are welcomed.
    ///
    /// # Panics
    /// When they are not in time.
    pub async fn ready(&mut self, venues: u32, within: Duration) {
        assert_eq!(self.process.line("ready", within).await, venues.to_string());
    }

    /// What this process has invented so far; the last line may be half written.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The size of its log: grows while it produces.
    #[must_use]
    pub fn logged_bytes(&self) -> u64 {
        std::fs::metadata(&self.log).map_or(0, |meta| meta.len())
    }

    /// SIGINT: it stops producing, hands over what it holds, and ends.
    ///
    /// # Panics
    /// When it does not in time or not with 0.
    pub async fn drain(&mut self, within: Duration) {
        self.process.stop(Signal::SIGINT, within).await;
    }
}
