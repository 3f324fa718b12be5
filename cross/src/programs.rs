//! The command lines of Avow's programs, each written once. Nothing else here names their options.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

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
    /// The share of outcomes that are no pass; each venue has ten probes.
    pub(crate) faults: &'a str,
    /// Places where no venue has a fault.
    pub(crate) well: &'a [&'a str],
    /// Venues that real agents serve and the fleet must leave alone.
    pub(crate) without: &'a [&'a str],
    /// Where every invented outcome is written down.
    pub(crate) log: Option<&'a Path>,
    /// Only the values that real probes have, for people to look at; a measurement counts on eight an outcome.
    pub(crate) as_measured: bool,
    /// Each was cut off for so many seconds before it connects, and has an outcome a minute of that to send.
    pub(crate) behind_s: u32,
    /// Its stills go to HQ, and so many rooms of the province itself beside the first speak for HQ.
    pub(crate) proves: Option<u8>,
}

impl Fleet<'_> {
    /// 18 762 venues at this pace are 3 127 reports a second; one venue in a hundred has something.
    pub(crate) const USUAL: Self = Self {
        venues: 0,
        report_every: "6",
        batch: 1,
        faults: "share=0.001",
        well: &[],
        without: &[],
        as_measured: false,
        log: None,
        behind_s: 0,
        proves: None,
    };
}

/// The collector, with the broker inside or at `broker`; prints `ready http=… mqtt=… stamp=…`.
pub(crate) fn collector(
    folders: &Folders,
    data: &Path,
    settings: Option<&Path>,
    ports: Ports,
    broker: Option<SocketAddr>,
) -> Command {
    let mut command = program(folders, "avow-collector");
    command.arg("serve").arg("--data").arg(data);
    if let Some(settings) = settings {
        command.arg("--config").arg(settings);
    }
    for (option, address) in [("--http", ports.http), ("--stamp", ports.stamp)] {
        command.arg(option).arg(address.to_string());
    }
    match broker {
        // A fleet spreads over both: the ports of one address are not enough for a province.
        None => {
            command.args(["--mqtt", &ports.mqtt.to_string(), "--mqtt", &format!("127.0.0.2:{}", ports.mqtt.port())])
        }
        Some(address) => command.arg("--broker").arg(format!("mqtt://{address}")),
    };
    command.arg("--accept-new");
    command
}

/// Mosquitto on a free port of this machine, its configuration in `folder`.
pub(crate) fn mosquitto(folder: &Path) -> Result<(Command, SocketAddr)> {
    // Mosquitto does not say which port it got: the system names a free one, which is given back at once.
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let path = folder.join("mosquitto.conf");
    let text = format!(
        "listener {} {}\nallow_anonymous true\nuser root\npersistence false\nmax_inflight_messages 200\nset_tcp_nodelay true\n",
        address.port(),
        address.ip()
    );
    std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    let mut command = Command::new("mosquitto");
    command.arg("-c").arg(&path).env("PATH", search_path());
    Ok((command, address))
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
    command.args(["--faults", fleet.faults]);
    if let Some(log) = fleet.log {
        command.arg("--log").arg(log);
    }
    if let Some(rooms) = fleet.proves {
        command.args(["--http", &format!("http://{}", ports.http), "--rooms-of-hq", &rooms.to_string()]);
    }
    if fleet.as_measured {
        command.arg("--as-measured");
    }
    if fleet.behind_s > 0 {
        command.args(["--behind", &fleet.behind_s.to_string()]);
    }
    for place in fleet.well {
        command.args(["--well", place]);
    }
    for venue in fleet.without {
        command.args(["--without", venue]);
    }
    command
}

/// A simulated VISCA camera behind the terminal `pty`, which writes to `heard` what it is told; prints `ready <pty>`. With a
/// `baud`, bytes take their time on the line.
pub(crate) fn camera(folders: &Folders, pty: &Path, heard: &Path, baud: Option<u32>) -> Command {
    let mut command = program(folders, "avow-sim");
    command.arg("camera").arg("--pty").arg(pty).arg("--heard").arg(heard);
    command.args(baud.map(|baud| format!("--baud={baud}")));
    command
}

/// Looks at a drawn picture so often, and prints what that cost as JSON.
pub(crate) fn looks(sim: &Path, verdicts: u32) -> Command {
    let mut command = Command::new(sim);
    command.arg("looks").arg(verdicts.to_string());
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
