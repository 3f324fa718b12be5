//! The command lines of Avow's programs, each written once. Nothing else here names their options.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::folders::{Folders, search_path};

/// Where the collector listens; port 0 lets the system choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) http: SocketAddr,
    pub(crate) mqtt: SocketAddr,
    pub(crate) stamp: SocketAddr,
}

impl Ports {
    /// Any free ones of this machine.
    pub(crate) fn any() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { http: any, mqtt: any, stamp: any }
    }

    /// Reads `http=ADDR mqtt=ADDR stamp=ADDR`, what the collector says when it is ready.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let address = |key: &str| {
            line.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
        };
        Some(Self { http: address("http")?, mqtt: address("mqtt")?, stamp: address("stamp")? })
    }
}

/// How the simulated fleet reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet<'a> {
    pub(crate) venues: u32,
    /// Seconds between two reports of one venue.
    pub(crate) report_every: &'a str,
    /// Reports in one message.
    pub(crate) batch: u32,
    /// Venues that real agents serve and the fleet must leave alone.
    pub(crate) without: &'a [&'a str],
    /// Only the values that real probes have, for people to look at; a measurement counts on eight an outcome.
    pub(crate) as_measured: bool,
}

/// The collector with everything inside; prints `ready http=… mqtt=… stamp=…`.
pub(crate) fn collector(folders: &Folders, data: &Path, ports: Ports) -> Command {
    let mut command = program(folders, "avow-collector");
    command.arg("serve").arg("--data").arg(data);
    for (option, address) in [("--http", ports.http), ("--mqtt", ports.mqtt), ("--stamp", ports.stamp)] {
        command.arg(option).arg(address.to_string());
    }
    command.arg("--accept-new");
    command
}

/// One agent from its configuration file.
pub(crate) fn agent(folders: &Folders, config: &Path) -> Command {
    let mut command = program(folders, "avow-agent");
    command.arg("run").arg("--config").arg(config);
    if let Some(folder) = config.parent() {
        command.current_dir(folder);
    }
    command
}

/// The simulated fleet; SIGINT makes it drain and end.
pub(crate) fn fleet(folders: &Folders, ports: Ports, fleet: &Fleet<'_>) -> Command {
    let mut command = program(folders, "avow-fleet");
    command.args(["--venues", &fleet.venues.to_string(), "--mqtt", &ports.mqtt.to_string()]);
    command.args(["--report-every", fleet.report_every, "--batch", &fleet.batch.to_string()]);
    if fleet.as_measured {
        command.arg("--as-measured");
    }
    for venue in fleet.without {
        command.args(["--without", venue]);
    }
    command
}

/// A simulated VISCA camera behind the terminal `pty`; prints `ready <pty>`.
pub(crate) fn camera(folders: &Folders, pty: &Path) -> Command {
    let mut command = program(folders, "avow-sim");
    command.arg("camera").arg("--pty").arg(pty);
    command
}

fn program(folders: &Folders, name: &str) -> Command {
    let mut command = Command::new(folders.bin().join(name));
    command.env("PATH", search_path());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_gives_all_ports_or_none() {
        let ports = Ports::parse("http=127.0.0.1:8080 mqtt=127.0.0.1:1883 stamp=127.0.0.1:862").unwrap();
        assert_eq!((ports.http.port(), ports.mqtt.port(), ports.stamp.port()), (8080, 1883, 862));
        for line in ["", "http=127.0.0.1:8080", "http=x mqtt=127.0.0.1:1 stamp=127.0.0.1:2"] {
            assert_eq!(Ports::parse(line), None, "{line}");
        }
    }
}
