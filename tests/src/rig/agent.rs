//! A real agent under test, with probes that every machine can run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process::command;
use super::{Clock, Folder, Process};

/// How an agent is started.
#[derive(Clone, Debug)]
pub struct AgentPlan {
    /// The name of its folder within the test's.
    pub name: &'static str,
    /// The one venue it serves.
    pub venue: &'static str,
    /// The broker, or a line to it.
    pub mqtt: SocketAddr,
    /// The collector's API, or a line to it.
    pub http: SocketAddr,
    /// The clock that it believes.
    pub clock: Clock,
    /// Keeps its state elsewhere than in its own folder.
    pub state: Option<PathBuf>,
    /// A film that it looks at, beside the rest.
    pub film: Option<PathBuf>,
    /// What else stands in its configuration, behind its venue.
    pub more: String,
    /// Variables of its environment, as a service manager sets them.
    pub variables: Vec<(&'static str, String)>,
}

impl AgentPlan {
    /// An agent for `venue` with the machine's clock.
    #[must_use]
    pub const fn new(name: &'static str, venue: &'static str, mqtt: SocketAddr, http: SocketAddr) -> Self {
        Self {
            name,
            venue,
            mqtt,
            http,
            clock: Clock::Machine,
            state: None,
            film: None,
            more: String::new(),
            variables: Vec::new(),
        }
    }

    /// Where its state lies.
    #[must_use]
    pub fn state(&self, folder: &Folder) -> PathBuf {
        self.state.clone().unwrap_or_else(|| folder.folder(self.name).join("state"))
    }

    fn configuration(&self, folder: &Folder) -> String {
        let place = self.venue.split('-').next().unwrap_or_default();
        let (venue, mqtt, http) = (self.venue, self.mqtt, self.http);
        let (state, socket) = (self.state(folder), folder.folder(self.name).join("agent.sock"));
        let film = self.film.as_ref().map(|film| picture(film)).unwrap_or_default();
        format!(
            r#"[agent]
place = "{place}"
domain = "government-extranet"
state = "{state}"
socket = "{socket}"

[hq]
broker = "mqtt://{mqtt}"
http = "http://{http}"

[[venue]]
id = "{venue}"
name = "试验会场"
unit = "试验单位"

[[venue.chain]]
id = "line"
name = "线路"
role = "main"
stages = [{{ id = "box", name = "测试终端" }}, {{ id = "line", name = "线路" }}]

[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
interval_s = 1
required = true
covers = ["box"]

[[venue.probe]]
id = "line-tcp"
name = "线路"
kind = "line"
interval_s = 1
required = true
covers = ["line"]
method = "tcp"
to = "{to}"
port = {port}
{film}{more}"#,
            more = self.more,
            state = state.display(),
            socket = socket.display(),
            to = http.ip(),
            port = http.port(),
        )
    }
}

fn picture(film: &Path) -> String {
    format!(
        r#"
[[venue.probe]]
id = "picture"
name = "会场图像"
kind = "picture"
interval_s = 2
required = true
covers = ["box"]
source = "file://{}"
"#,
        film.display()
    )
}

/// A real agent, or one that was killed.
#[derive(Debug)]
pub struct Agent {
    /// The process.
    pub process: Process,
}

impl Agent {
    /// Writes its configuration and starts it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(folder: &Folder, plan: &AgentPlan) -> Self {
        let path = folder.folder(plan.name).join("agent.toml");
        std::fs::write(&path, plan.configuration(folder)).expect("a configuration can be written");
        let mut command = command("avow-agent", plan.clock);
        command.arg("run").arg("--config").arg(&path).current_dir(folder.folder(plan.name));
        command.envs(plan.variables.iter().map(|(name, value)| (name, value)));
        Self { process: Process::start(folder, plan.name, &command) }
    }

    /// SIGTERM: it hands over what it holds, and ends.
    ///
    /// # Panics
    /// When it does not in time or not with 0.
    pub async fn stop(&mut self) {
        self.process.stop(Signal::SIGTERM, Duration::from_secs(20)).await;
    }
}
