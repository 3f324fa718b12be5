//! The display probe: a projector or screen that speaks PJLink answers, and is as the room needs it.
//!
//! It only asks: nothing is switched. Each run opens a connection, asks, and closes it, because some models serve one
//! controller at a time.

mod interview;
mod judgement;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use embedded_io_async::{Read, Write};
use serde::{Deserialize, Deserializer, de};
use tokio::net::TcpStream;

use super::limits::Rule;
use super::measures::LAMP_HOURS;
use super::{BadSetup, Exhibit, Found, within};
use crate::pjlink::codec::{PORT, Password};
use crate::pjlink::display::Input;
use crate::pjlink::driver::Driver;
use crate::pjlink::session::{Session, Timing};
use crate::port::{Tokio, TokioTimer};
use interview::Interview;

/// The keys of a display probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// `host` or `host:port`, the port 4352 when nothing is said.
    #[serde(deserialize_with = "address")]
    pub address: Address,
    /// A file with the password in its first line; none: the display wants none.
    pub password_file: Option<PathBuf>,
    /// `any` (default), or `on` where the display has to be on whenever it is asked.
    #[serde(default)]
    pub wanted: Wanted,
    /// The input that has to be shown while it is on, like `31`.
    #[serde(default, deserialize_with = "input")]
    pub input: Option<Input>,
    /// `on` (default), or `any` where the room's sound comes from elsewhere and may be muted here.
    #[serde(default)]
    pub sound: Sound,
    /// Hours after which a lamp is to be replaced, by its maker; none: not judged.
    pub lamp_hours_limit: Option<u32>,
    /// For the connection and for each answer, milliseconds, 100 to 10 000.
    #[serde(default = "five_thousand")]
    pub timeout_ms: u64,
}

/// The power state that is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// On, or on its way there or from there.
    On,
    /// Whatever it is.
    #[default]
    Any,
}

/// Whether its sound is the room's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// It has to be heard.
    #[default]
    On,
    /// It may be muted.
    Any,
}

const fn five_thousand() -> u64 {
    5_000
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    let wrong = |error| de::Error::custom(format!("address: {error}"));
    String::deserialize(deserializer)?.parse().map_err(wrong)
}

fn input<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Input>, D::Error> {
    let wrong = |error| de::Error::custom(format!("input: {error}"));
    String::deserialize(deserializer)?.parse().map(Some).map_err(wrong)
}

/// Where a display is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, PORT)
    }
}

impl Address {
    /// `host` or `host:port`; an IPv6 address with a port stands in brackets.
    pub(super) fn parse(text: &str, port_or: u16) -> Result<Self, String> {
        let wrong = || format!("expected host or host:port, found '{text}'");
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port),
            // More than one colon: an IPv6 address without brackets, and so without a port.
            None if text.matches(':').count() != 1 => (text, ""),
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => Some(port_or),
            None => None,
            Some(digits) => digits.parse().ok().filter(|port| *port > 0),
        };
        let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/@[]".contains(c));
        port.filter(|_| is_host).map(|port| Self { host: host.to_owned(), port }).ok_or_else(wrong)
    }

    /// As the system looks it up.
    pub(super) fn pair(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// After this nothing more is asked, however slowly a display answers.
const ENOUGH: Duration = Duration::from_secs(40);

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("timeout_ms", self.timeout_ms, 100, 10_000)?;
        within("lamp_hours_limit", self.lamp_hours_limit.unwrap_or(1).into(), 1, 99_999)
    }

    /// No default is true of lamps, lasers and panels alike: there is a limit when the configuration names one.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let rule = |hours: u32| Rule::at_most(LAMP_HOURS, hours.into(), None, "display.lamp-hours");
        self.lamp_hours_limit.map(rule).into_iter().collect()
    }

    /// Connection, then questions, the last of which may begin just before enough has been asked.
    pub(super) const fn longest(&self) -> Duration {
        ENOUGH.saturating_add(Duration::from_millis(2 * self.timeout_ms))
    }

    pub(super) fn device_key(&self) -> String {
        format!("pjlink {}", self.address)
    }

    const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

pub(super) async fn run(setup: &Setup) -> Found {
    let password = match &setup.password_file {
        None => None,
        Some(path) => match password(path).await {
            Ok(password) => Some(password),
            Err(why) => return Found::missing(format!("密码文件 {} 不可用：{why}", path.display())),
        },
    };
    match connect(setup).await {
        Ok(stream) => examine_at(setup, Tokio(stream), password).await,
        Err(why) => Found::new(Verdict::fail("display.down"), format!("{} {why}", setup.address)),
    }
}

async fn password(path: &Path) -> Result<Password, String> {
    let text = tokio::fs::read_to_string(path).await.map_err(|error| error.to_string())?;
    let line = text.lines().next().unwrap_or_default();
    Password::new(line).ok_or_else(|| format!("第一行应为密码，1 至 {} 字节", Password::MAX))
}

async fn connect(setup: &Setup) -> Result<TcpStream, String> {
    let Address { host, port } = &setup.address;
    match tokio::time::timeout(setup.timeout(), TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Err("拒绝连接：请开启设备的 PJLink 和待机网络".to_owned())
        }
        Ok(Err(error)) => Err(format!("连接失败：{error}")),
        Err(_) => Err(format!("{} ms 内未能连接：请检查供电、网线和地址", setup.timeout_ms)),
    }
}

/// The probe over an opened connection: generic, so that it is tested over a pipe.
pub async fn examine_at<P: Read + Write>(setup: &Setup, port: P, password: Option<Password>) -> Found {
    let session = Session::new(password, Timing { answer: setup.timeout() });
    let mut interview = Interview::new(Driver::new(port, TokioTimer::default(), session), ENOUGH);
    let seen = interview.ask_all(setup).await;
    let found = match &seen {
        Ok(seen) => judgement::judged(setup, seen),
        Err(stop) => judgement::stopped(setup, stop),
    };
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(interview.transcript()));
    found.with_exhibit(proof)
}

#[cfg(test)]
mod tests;
