//! How a camera is reached, and who speaks there: the one place that knows which protocols there are.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::desk::Desk;
use super::onvif::{Access, Onvif};
use super::pelco::Pelco;
use super::visca::Visca;
use super::words::{Answer, Job, Trouble};
use crate::onvif::client;
use crate::pelco::Dialect;
use crate::serial::Wiring;
use crate::visca::port::{self, EXPECTED, Host};

/// Where a camera is and what it speaks there, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// `/dev/ttyUSB0`, `visca-udp://…`, `visca-tcp://…`, `visca-raw-udp://…`.
    Visca(port::Port),
    /// `onvif://host`, `onvif://host:port`.
    Onvif(Host),
    /// `pelco-d:/dev/ttyUSB1`, `pelco-p:/dev/ttyUSB1`.
    Pelco(Dialect, PathBuf),
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected {EXPECTED}, found '{text}'");
        if let Some(host) = text.strip_prefix("onvif://") {
            let host = Host::read(host.strip_suffix('/').unwrap_or(host), client::PORT);
            return host.map(Self::Onvif).ok_or_else(wrong);
        }
        let pelco = |dialect, path: &str| {
            // `pelco-d://…` would be a host.
            let is_path = !path.is_empty() && !path.starts_with("//");
            is_path.then(|| Self::Pelco(dialect, path.into())).ok_or_else(wrong)
        };
        match text.split_once(':') {
            Some(("pelco-d", path)) => pelco(Dialect::D, path),
            Some(("pelco-p", path)) => pelco(Dialect::P, path),
            _ => text.parse().map(Self::Visca),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visca(port) => write!(f, "{port}"),
            Self::Onvif(host) => write!(f, "onvif://{host}"),
            Self::Pelco(Dialect::D, path) => write!(f, "pelco-d:{}", path.display()),
            Self::Pelco(Dialect::P, path) => write!(f, "pelco-p:{}", path.display()),
        }
    }
}

/// How a camera is reached: as configured, nothing opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// VISCA on a serial line of up to seven cameras, or over a network.
    Visca {
        /// Where.
        port: port::Port,
        /// Bits a second of a serial port.
        baud: u32,
        /// Who turns a serial line of two wires round.
        wiring: Wiring,
    },
    /// ONVIF over HTTP.
    Onvif(Access),
    /// Pelco on an RS-485 line of many receivers.
    Pelco {
        /// The language.
        dialect: Dialect,
        /// The serial port.
        path: PathBuf,
        /// Bits a second.
        baud: u32,
    },
}

impl Reach {
    /// Whoever speaks there. Nothing is opened before there is something to say.
    #[must_use]
    pub fn backend(self) -> Backend {
        match self {
            Self::Visca { port, baud, wiring } => Backend::Visca(Visca::new(port, baud, wiring)),
            Self::Onvif(access) => Backend::Onvif(Onvif::new(access)),
            Self::Pelco { dialect, path, baud } => Backend::Pelco(Pelco::new(dialect, path, baud)),
        }
    }

    /// A desk for it, with a task of its own.
    #[must_use]
    pub fn desk(self) -> Desk {
        Desk::of(self.backend())
    }
}

/// Names a job until its end was told.
pub type Ticket = u64;

/// What happened at a camera.
#[derive(Debug)]
pub enum Happened {
    /// A job ended.
    Ended(Ticket, Result<Answer, Trouble>),
    /// The line is gone; the jobs that were under way end by themselves. The next job opens it again.
    Lost,
}

/// Who speaks with the cameras of one line.
#[derive(Debug)]
pub enum Backend {
    /// See [`Visca`].
    Visca(Visca),
    /// See [`Onvif`].
    Onvif(Onvif),
    /// See [`Pelco`].
    Pelco(Pelco),
}

impl Backend {
    /// Takes on a job for the camera in `seat` (its number in a chain; 1 where there are no chains). It must not wait, and it
    /// must end in [`Happened::Ended`] within a minute. Jobs go out at once and side by side: what was asked never holds up what
    /// is to be done, and nothing a [`Job::Steer`] that stops.
    pub fn take(&mut self, ticket: Ticket, seat: u8, job: Job) {
        match self {
            Self::Visca(visca) => visca.take(ticket, seat, job),
            Self::Onvif(onvif) => onvif.take(ticket, job),
            Self::Pelco(pelco) => pelco.take(ticket, seat, job),
        }
    }

    /// The next thing that happens; writes, reads and waits meanwhile. May be dropped while it waits, and is, for every job.
    pub async fn next(&mut self) -> Happened {
        match self {
            Self::Visca(visca) => visca.next().await,
            Self::Onvif(onvif) => onvif.next().await,
            Self::Pelco(pelco) => pelco.next().await,
        }
    }

    /// Nobody needs the line for now: it is left to others. What was remembered of the camera may be forgotten.
    pub fn rest(&mut self) {
        match self {
            Self::Visca(visca) => visca.rest(),
            Self::Onvif(onvif) => onvif.rest(),
            Self::Pelco(pelco) => pelco.rest(),
        }
    }

    /// What went over the line since it was opened last, as text for a person.
    #[must_use]
    pub fn transcript(&self) -> &str {
        match self {
            Self::Visca(visca) => visca.transcript(),
            Self::Onvif(onvif) => onvif.transcript(),
            Self::Pelco(pelco) => pelco.transcript(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_says_what_is_spoken_there() {
        for (text, shown) in [
            ("/dev/ttyUSB0", "/dev/ttyUSB0"),
            ("visca-udp://h", "visca-udp://h:52381"),
            ("onvif://192.168.1.64/", "onvif://192.168.1.64:80"),
            ("onvif://[fe80::1]:8000", "onvif://[fe80::1]:8000"),
            ("pelco-d:/dev/ttyUSB1", "pelco-d:/dev/ttyUSB1"),
            ("pelco-p:/dev/ttyS1", "pelco-p:/dev/ttyS1"),
        ] {
            assert_eq!(text.parse::<Port>().map(|port| port.to_string()).as_deref(), Ok(shown));
        }
        for text in [
            "",
            "onvif://",
            "onvif://user@h",
            "onvif://h/onvif/device_service",
            "pelco-d:",
            "pelco-p://h",
            "pelco:/dev/x",
            "http://h",
        ] {
            let said = text.parse::<Port>();
            // A path may be called anything.
            let is_path = said == Ok(Port::Visca(port::Port::Serial(text.into())));
            assert!(is_path || said.clone().is_err_and(|said| said.contains("onvif://host")), "{text}: {said:?}");
            assert_eq!(is_path, text == "pelco:/dev/x");
        }
    }
}
