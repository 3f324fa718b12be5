//! A collector under test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process::command;
use super::{Clock, Folder, Http, Process};

/// A start on a busy machine; restart times are measured elsewhere.
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// How a collector is started.
#[derive(Clone, Debug)]
pub struct CollectorPlan {
    /// Its data folder.
    pub data: PathBuf,
    /// An external broker; none: the one inside.
    pub broker: Option<SocketAddr>,
    /// Whether a key seen first is accepted at once.
    pub accept_new: bool,
    /// The clock that it believes.
    pub clock: Clock,
    /// Its settings (TOML); none: the defaults.
    pub settings: Option<PathBuf>,
    /// How many files its shell lets it open, as long as it asks for no more; none: as many as this process.
    pub open_files: Option<u32>,
}

impl CollectorPlan {
    /// Everything inside, new keys accepted.
    #[must_use]
    pub const fn inside(data: PathBuf) -> Self {
        Self { data, broker: None, accept_new: true, clock: Clock::Machine, settings: None, open_files: None }
    }

    /// The command line.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = command("avow-collector", self.clock);
        command.arg("serve").arg("--data").arg(&self.data);
        command.args(["--http", "127.0.0.1:0", "--stamp", "127.0.0.1:0"]);
        match self.broker {
            None => command.args(["--mqtt", "127.0.0.1:0"]),
            Some(address) => command.args(["--broker", &format!("mqtt://{address}")]),
        };
        if self.accept_new {
            command.arg("--accept-new");
        }
        if let Some(settings) = &self.settings {
            command.arg("--config").arg(settings);
        }
        match self.open_files {
            Some(files) => in_a_shell(&command, files),
            None => command,
        }
    }
}

fn in_a_shell(inner: &Command, files: u32) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -Sn {files} && exec \"$@\"")).arg("sh");
    shell.arg(inner.get_program()).args(inner.get_args());
    shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// A collector that is ready, or was killed.
#[derive(Debug)]
pub struct Collector {
    /// The process.
    pub process: Process,
    /// Where its API is.
    pub http: SocketAddr,
    /// Where agents connect.
    pub mqtt: SocketAddr,
    /// Where its STAMP reflector listens.
    pub stamp: SocketAddr,
}

impl Collector {
    /// Starts one and waits until it is ready.
    ///
    /// # Panics
    /// When it is not in time, or says it in other words than agreed.
    pub async fn start(folder: &Folder, plan: &CollectorPlan) -> Self {
        let mut process = Process::start(folder, "collector", &plan.command());
        let line = process.line("ready", READY_WITHIN).await;
        let [http, mqtt, stamp] = addresses(&line);
        Self { process, http, mqtt, stamp }
    }

    /// Waits until it is ready for the second time: it begins anew in itself after a restore.
    ///
    /// # Panics
    /// When it is not in time.
    pub async fn ready_again(&mut self) {
        let line = self.process.nth_line("ready", 2, READY_WITHIN).await;
        [self.http, self.mqtt, self.stamp] = addresses(&line);
    }

    /// Its API.
    #[must_use]
    pub fn api(&self) -> Http {
        Http::new(self.http)
    }

    /// SIGTERM and an orderly end.
    ///
    /// # Panics
    /// When it does not end in time or not with 0.
    pub async fn stop(&mut self) {
        self.process.stop(Signal::SIGTERM, STOP_WITHIN).await;
    }
}

fn addresses(line: &str) -> [SocketAddr; 3] {
    ["http", "mqtt", "stamp"].map(|key| address_in(line, key).unwrap_or_else(|| panic!("no {key}= in 'ready {line}'")))
}

fn address_in(line: &str, key: &str) -> Option<SocketAddr> {
    line.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_is_read_by_its_keys() {
        let line = "http=127.0.0.1:1 mqtt=127.0.0.1:2 stamp=127.0.0.1:3";
        assert_eq!(address_in(line, "mqtt").map(|address| address.port()), Some(2));
        assert_eq!(address_in(line, "grpc"), None);
    }
}
