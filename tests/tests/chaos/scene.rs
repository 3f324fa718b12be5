//! A small province whose every part can fail: fleet, agents, line, broker, collector, and the disks below them.

use std::path::PathBuf;
use std::time::Duration;

use avow_tests::rig::{
    Agent, AgentPlan, Clock, Collector, CollectorPlan, Ends, Fleet, FleetLog, FleetPlan, Folder, Http, Line, Mosquitto,
    Proxy, Random, Tmpfs, accounting, assert_values_as_logged, until_missing, wait_until,
};

/// How many simulated venues there are.
const VENUES: u32 = 60;
/// The last villages of the table, which the fleet does not serve; a room that it has nowhere.
const REAL: [(&str, &str); 2] = [("agent-a", "350982500205-09"), ("agent-b", "350982500206-09")];
/// From the end of a fault to reports in the journal again: longest back-off and all.
const RECOVERY: Duration = Duration::from_secs(60);
/// Until what nobody acknowledged was sent again, however often before.
const AGAIN: Duration = Duration::from_secs(120);
/// A line of the fleet's log, about.
const BYTES: u64 = 800;
const DRAIN: Duration = Duration::from_secs(60);

/// Which broker is between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broker {
    Inside,
    Mosquitto,
}

/// Fields go in this order: who writes before what is written on.
pub(crate) struct Scene {
    pub(crate) fleet: Fleet,
    pub(crate) agents: Vec<Agent>,
    pub(crate) collector: Collector,
    pub(crate) line: Proxy,
    http_line: Proxy,
    mosquitto: Option<Mosquitto>,
    pub(crate) spool_disk: Tmpfs,
    pub(crate) data_disk: Tmpfs,
    folder: Folder,
    collector_plan: CollectorPlan,
    fleet_plan: FleetPlan,
    agent_plans: Vec<AgentPlan>,
    logs: Vec<PathBuf>,
}

impl Scene {
    pub(crate) async fn start(broker: Broker, random: &mut Random) -> Self {
        let folder = Folder::new();
        let data_disk = Tmpfs::mount(folder.folder("data"), 256);
        let spool_disk = Tmpfs::mount(folder.folder("spool"), 512);
        let mosquitto = match broker {
            Broker::Inside => None,
            Broker::Mosquitto => Some(Mosquitto::start(&folder).await),
        };
        let inside = CollectorPlan::inside(data_disk.path().join("store"));
        let collector_plan = CollectorPlan { broker: mosquitto.as_ref().map(Mosquitto::address), ..inside };
        let collector = Collector::start(&folder, &collector_plan).await;
        let (line, http_line) = (Proxy::to(collector.mqtt).await, Proxy::to(collector.http).await);
        let mut fleet_plan = FleetPlan::new(VENUES, line.address(), random.number() >> 16);
        fleet_plan.spool = Some(spool_disk.path().join("fleet"));
        let agent_plans: Vec<_> = REAL
            .iter()
            .map(|(name, venue)| AgentPlan {
                state: Some(spool_disk.path().join(name)),
                ..AgentPlan::new(name, venue, line.address(), http_line.address())
            })
            .collect();
        let fleet = Fleet::start(&folder, &fleet_plan).await;
        let logs = vec![fleet.log().to_path_buf()];
        let agents = agent_plans.iter().map(|plan| Agent::start(&folder, plan)).collect();
        Self {
            fleet,
            agents,
            collector,
            line,
            http_line,
            mosquitto,
            spool_disk,
            data_disk,
            folder,
            collector_plan,
            fleet_plan,
            agent_plans,
            logs,
        }
    }

    pub(crate) fn api(&self) -> Http {
        self.collector.api()
    }

    /// How many numbers HQ holds; none while it does not answer.
    pub(crate) async fn stored(&self) -> Option<u64> {
        self.api().try_json("/api/v1/accounting").await?["total"]["stored"].as_u64()
    }

    /// Waits until HQ holds `more` than at its first answer.
    pub(crate) async fn until_stored(&self, more: u64) {
        let mut first = None;
        wait_until(&format!("{more} more reports in the journal"), RECOVERY, async || {
            let now = self.stored().await?;
            let first = *first.get_or_insert(now);
            (now >= first + more).then_some(())
        })
        .await;
    }

    /// Waits until the fleet has invented some more: about `outcomes`, by the size of its log.
    pub(crate) async fn until_logged(&self, outcomes: u64) {
        let wanted = self.fleet.logged_bytes() + outcomes * BYTES;
        wait_until("a fleet that goes on inventing", RECOVERY, async || {
            (self.fleet.logged_bytes() >= wanted).then_some(())
        })
        .await;
    }

    /// Waits until HQ says of itself that it is `ok` or `degraded`.
    pub(crate) async fn until_health(&self, status: &str) {
        wait_until(&format!("'{status}' from HQ"), RECOVERY, async || {
            let health = self.api().try_json("/api/v1/health").await?;
            (health["status"] == status).then_some(())
        })
        .await;
    }

    /// Starts the fleet on the spools that it had.
    pub(crate) fn start_fleet(&mut self, clock: Clock) {
        self.fleet.process.kill();
        self.fleet_plan.clock = clock;
        self.fleet = Fleet::launch(&self.folder, &self.fleet_plan);
        self.logs.push(self.fleet.log().to_path_buf());
    }

    /// Starts the real agents on the state that they had.
    pub(crate) fn start_agents(&mut self, clock: Clock) {
        self.agents.clear();
        self.agent_plans.iter_mut().for_each(|plan| plan.clock = clock);
        self.agents = self.agent_plans.iter().map(|plan| Agent::start(&self.folder, plan)).collect();
    }

    /// Starts the collector on the data that it had; it listens elsewhere and the lines follow.
    pub(crate) async fn start_collector(&mut self) {
        self.collector.process.kill();
        self.collector = Collector::start(&self.folder, &self.collector_plan).await;
        self.http_line.point_to(self.collector.http);
        self.line.point_to(self.collector.mqtt);
    }

    pub(crate) fn kill_broker(&mut self) {
        if let Some(mosquitto) = &mut self.mosquitto {
            mosquitto.kill();
        }
    }

    pub(crate) async fn broker_forgets_everything(&mut self) {
        if let Some(mosquitto) = &mut self.mosquitto {
            mosquitto.forget_everything(&self.folder).await;
        }
    }

    /// Lets everybody hand over what they hold, and compares HQ with what was produced.
    pub(crate) async fn drain_and_compare(&mut self) -> Ends {
        self.line.set(Line::Open);
        self.every_probe_reports_again().await;
        // What was lost on its way is sent again by those who run; who ends has only moments for it.
        until_missing(&self.api(), 0, AGAIN).await;
        self.fleet.drain(DRAIN).await;
        until_missing(&self.api(), 0, AGAIN).await;
        for agent in &mut self.agents {
            agent.stop().await;
        }
        let http = self.api();
        let whole = async || accounting(&http).await.0.is_whole().then_some(());
        let in_time = tokio::time::timeout(DRAIN, wait_until("an end for every number", DRAIN * 2, whole)).await;
        let (total, rows) = accounting(&http).await;
        let open: Vec<_> = rows.iter().filter(|(.., ends)| !ends.is_whole()).collect();
        assert!(in_time.is_ok(), "without an end: {open:#?}");
        println!("{total:?}");
        let log = FleetLog::read(self.logs.iter().map(PathBuf::as_path));
        assert_numbers_were_logged(&rows, &log);
        assert_values_as_logged(&http, &log, 6).await;
        total
    }

    /// Until the newest outcome of every probe comes from the fleet that runs now.
    async fn every_probe_reports_again(&self) {
        let all = FleetLog::read(self.logs.iter().map(PathBuf::as_path)).newest().len();
        wait_until("a new outcome of every probe", RECOVERY, async || {
            (FleetLog::read([self.fleet.log()]).newest().len() >= all).then_some(())
        })
        .await;
    }
}

/// What HQ holds of the fleet was logged: never more numbers, never higher ones.
fn assert_numbers_were_logged(rows: &[(String, String, Ends)], log: &FleetLog) {
    for (agent, spool, ends) in rows {
        let lines: Vec<_> = log.lines().iter().filter(|line| line.agent == *agent && line.spool == *spool).collect();
        let highest = lines.iter().map(|line| line.number).max();
        if let Some(highest) = highest {
            let logged = u64::try_from(lines.len()).unwrap_or(u64::MAX);
            assert!(ends.stored <= logged, "{agent}: {ends:?}, but only {logged} were ever invented");
            assert!(highest <= ends.produced, "{agent}: number {highest} was invented, HQ knows of {ends:?}");
        }
    }
    let known = rows.iter().filter(|(agent, ..)| log.lines().iter().any(|line| line.agent == *agent)).count();
    assert!(known >= VENUES as usize, "the logs speak of only {known} of HQ's accounts");
}
