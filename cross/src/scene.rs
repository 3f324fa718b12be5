//! A collector, agents and a fleet on this machine, for the demonstration, the browser test and the measurements.
//! All of it, processes and folder, goes when the value goes.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::folders::{Folders, search_path};
use crate::http::Client;
use crate::process::{self, Output, Running};
use crate::programs::{self, Fleet, Ports};
use crate::strays::Strays;
use crate::temp::TempFolder;
use crate::wait;

/// A start on a busy machine; restart times are measured elsewhere.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// A fleet hands over what it holds before it ends.
const DRAIN_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// Fields are dropped in this order: who reports, who listens, and last the folder under them.
#[derive(Debug)]
pub(crate) struct Scene {
    fleet: Option<Running>,
    agents: Vec<Running>,
    cameras: Vec<Running>,
    collector: Option<Running>,
    /// Beside the collector instead of inside.
    broker: Option<(Running, SocketAddr)>,
    /// What any of them left outside its group; it may still write into the folder.
    _strays: Strays,
    pub(crate) ports: Ports,
    /// The collector's; none: the defaults.
    settings: Option<PathBuf>,
    folders: Folders,
    logs: PathBuf,
    temp: TempFolder,
}

impl Scene {
    /// Starts a collector with an empty store. `temp` holds all data, `<target>/cross-kept/<name>` the logs.
    pub(crate) fn start(folders: &Folders, name: &str, temp: TempFolder) -> Result<Self> {
        let mut scene = Self::empty(folders, name, temp)?;
        scene.start_collector()?;
        Ok(scene)
    }

    /// The same with settings (TOML).
    pub(crate) fn start_with(folders: &Folders, name: &str, temp: TempFolder, settings: &str) -> Result<Self> {
        let mut scene = Self::empty(folders, name, temp)?;
        let path = scene.temp.path().join("settings.toml");
        std::fs::write(&path, settings).with_context(|| format!("failed to write {}", path.display()))?;
        scene.settings = Some(path);
        scene.start_collector()?;
        Ok(scene)
    }

    /// As [`Scene::start`], with a Mosquitto between.
    pub(crate) fn start_beside_mosquitto(folders: &Folders, name: &str, temp: TempFolder) -> Result<Self> {
        let mut scene = Self::empty(folders, name, temp)?;
        let (command, address) = programs::mosquitto(scene.temp.path())?;
        let mut broker = process::start("mosquitto", command, &scene.logs)?;
        wait::until("mosquitto", READY_WITHIN, || {
            broker.still_runs()?;
            Ok(TcpStream::connect(address).is_ok().then_some(()))
        })?;
        scene.broker = Some((broker, address));
        scene.start_collector()?;
        Ok(scene)
    }

    fn empty(folders: &Folders, name: &str, temp: TempFolder) -> Result<Self> {
        let logs = folders.kept(name)?;
        let (folders, ports) = (folders.clone(), Ports::any());
        Ok(Self {
            fleet: None,
            agents: Vec::new(),
            cameras: Vec::new(),
            collector: None,
            broker: None,
            _strays: Strays,
            ports,
            settings: None,
            folders,
            logs,
            temp,
        })
    }

    /// On the ports of before, when there was a before.
    pub(crate) fn start_collector(&mut self) -> Result<()> {
        let data = self.temp.folder("collector")?;
        let broker = self.broker.as_ref().map(|(_, at)| *at);
        let command = programs::collector(&self.folders, &data, self.settings.as_deref(), self.ports, broker);
        let mut collector = process::start("collector", command, &self.logs)?;
        let line = collector.ready_line(READY_WITHIN)?;
        self.ports =
            Ports::parse(&line).with_context(|| format!("the collector's ready line has no addresses: '{line}'"))?;
        self.collector = Some(collector);
        Ok(())
    }

    /// SIGKILL, no good-bye.
    pub(crate) fn kill_collector(&mut self) {
        if let Some(collector) = self.collector.take() {
            collector.kill();
        }
    }

    /// A simulated camera; gives back the terminal to talk to it. What it is told stands in a file beside, see [`camera_log`].
    pub(crate) fn add_camera(&mut self) -> Result<PathBuf> {
        self.add_camera_at(None)
    }

    /// The same at a line of so many bits a second.
    pub(crate) fn add_camera_at(&mut self, baud: Option<u32>) -> Result<PathBuf> {
        let pty = self.temp.path().join(format!("camera-{}", self.cameras.len()));
        let command = programs::camera(&self.folders, &pty, &camera_log(&pty), baud);
        let mut camera = process::start("camera", command, &self.logs)?;
        camera.ready_line(READY_WITHIN)?;
        self.cameras.push(camera);
        Ok(pty)
    }

    /// An agent in a folder of its own, with this configuration; gives back its process id.
    pub(crate) fn add_agent(&mut self, name: &str, config: &str) -> Result<u32> {
        let path = self.temp.folder(name)?.join("agent.toml");
        std::fs::write(&path, config).with_context(|| format!("failed to write {}", path.display()))?;
        // Kept beside the log, for the day on which the agent refuses it.
        std::fs::write(self.logs.join(format!("{name}.toml")), config)?;
        let agent = process::start(name, programs::agent(&self.folders, &path), &self.logs)?;
        let pid = agent.pid();
        self.agents.push(agent);
        Ok(pid)
    }

    /// The only fleet; one that ran before is stopped by then.
    pub(crate) fn add_fleet(&mut self, fleet: &Fleet<'_>) -> Result<()> {
        self.fleet = Some(process::start("fleet", programs::fleet(&self.folders, self.ports, fleet), &self.logs)?);
        Ok(())
    }

    /// Ten seconds of picture in a file, drawn by ffmpeg from a description such as `testsrc2`.
    pub(crate) fn film(&self, name: &str, drawn: &str) -> Result<PathBuf> {
        let path = self.temp.path().join(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi", "-i", drawn, "-t", "10"]);
        command
            .args(["-c:v", "mpeg4", "-q:v", "4", "-g", "25", "-pix_fmt", "yuv420p"])
            .arg(&path)
            .env("PATH", search_path());
        process::run(&mut command, Output::Logged(&self.logs.join("ffmpeg.log")))?;
        Ok(path)
    }

    /// An error when any program has ended by itself.
    pub(crate) fn still_runs(&mut self) -> Result<()> {
        let broker = self.broker.iter_mut().map(|(broker, _)| broker);
        let all =
            broker.chain(&mut self.collector).chain(&mut self.fleet).chain(&mut self.agents).chain(&mut self.cameras);
        all.into_iter().try_for_each(Running::still_runs)
    }

    /// SIGINT, and the fleet hands over what it holds.
    pub(crate) fn drain_fleet(&mut self) -> Result<()> {
        self.fleet.take().map_or(Ok(()), |fleet| fleet.stop(Signal::SIGINT, DRAIN_WITHIN))
    }

    /// SIGTERM, and each agent hands over what it holds.
    pub(crate) fn drain_agents(&mut self) -> Result<()> {
        self.agents.drain(..).try_for_each(|agent| agent.stop(Signal::SIGTERM, STOP_WITHIN))
    }

    /// SIGTERM, an orderly end.
    pub(crate) fn stop_collector(&mut self) -> Result<()> {
        self.collector.take().map_or(Ok(()), |collector| collector.stop(Signal::SIGTERM, STOP_WITHIN))
    }

    pub(crate) fn collector_pid(&self) -> Result<u32> {
        self.collector.as_ref().map(Running::pid).context("the collector does not run")
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.ports.http)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.ports.http)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.temp.path()
    }

    /// Waits until at least `venues` venues of the province have reported.
    pub(crate) fn until_heard(&mut self, venues: u64, within: Duration) -> Result<()> {
        let mut client = self.client();
        let what = format!("a report from each of {venues} venues");
        wait::until(&what, within, || {
            self.still_runs()?;
            Ok((heard(&client.json("/api/v1/places/35")?) >= venues).then_some(()))
        })
    }
}

/// Where the camera at `pty` writes down what it is told: a line each, Unix microseconds and the bytes in hexadecimal.
pub(crate) fn camera_log(pty: &Path) -> PathBuf {
    pty.with_extension("heard")
}

/// Venues of a place's answer that are not silent.
pub(crate) fn heard(place: &Value) -> u64 {
    let count = |class: &str| place["counts"][class].as_u64().unwrap_or(0);
    count("venues").saturating_sub(count("silent"))
}
