//! The device probe: anything that a text profile describes answers, and answers as it should. It only asks.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::venue::Limit;
use serde::{Deserialize, Deserializer, de};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::{BadSetup, Exhibit, Found, no_rs485};
use crate::profile::judge::{Judged, Reply, judge};
use crate::profile::talk::{Broken, Secrets, Transcript, Wire, talk};
use crate::profile::telnet::Telnet;
use crate::profile::{Profile, Transport, shipped};
use crate::serial::{self, Parity, Serial, Wiring};
use crate::words::{self, Language};

/// To open a connection.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The keys of a device probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// A shipped profile by its name, or a file of one's own (`….toml`).
    #[serde(deserialize_with = "profile")]
    pub profile: Profile,
    /// A serial port (a path), or host or host:port; a profile that speaks in a stream of bytes (serial, tcp, telnet) takes either.
    pub address: String,
    /// Bits a second of a serial port, when the device is not set as the maker delivers it.
    pub baud: Option<u32>,
    /// The serial port turns a line of two wires (RS-485) round; not where the adapter does by itself.
    #[serde(default)]
    pub rs485: bool,
    /// For a login.
    #[serde(default)]
    pub user: String,
    /// A file whose first line is the password for a login.
    pub password_file: Option<PathBuf>,
}

fn profile<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Profile, D::Error> {
    shipped::find(&String::deserialize(deserializer)?).map_err(|wrong| de::Error::custom(format!("profile: {wrong}")))
}

/// Why a device is not reached, in Chinese and in English.
#[derive(Debug)]
pub enum Unreached {
    /// This box lacks something: the port, the file of the password.
    Here([String; 2]),
    /// Nothing answers there.
    There([String; 2]),
}

impl Unreached {
    fn here(what: [&str; 2], name: impl Display, error: &io::Error) -> Self {
        let [chinese, english] = [Language::Chinese, Language::English].map(|language| words::reason(error, language));
        Self::Here([format!("{} {name}：{chinese}", what[0]), format!("{} {name}: {english}", what[1])])
    }

    fn there(error: &io::Error) -> Self {
        Self::There([Language::Chinese, Language::English].map(|language| words::reason(error, language)))
    }
}

/// What one talk came to.
#[derive(Debug)]
pub struct Talked {
    /// What the replies say.
    pub judged: Judged,
    /// Why the talk ended before all was asked.
    pub broken: Option<Broken>,
    /// The bytes both ways.
    pub transcript: Transcript,
}

impl Setup {
    /// Checks what the form cannot say.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), BadSetup> {
        let (is_right, expected) = match self.profile.transport {
            Transport::Serial { .. } => (
                self.is_path() || self.port().is_some(),
                "a serial port like /dev/ttyUSB0, or host:port of a serial server",
            ),
            Transport::Tcp { .. } | Transport::Telnet { .. } => {
                (!self.address.is_empty(), "host, host:port, or a serial port like /dev/ttyUSB0")
            }
            Transport::Udp { .. } | Transport::Http { .. } => {
                (!self.address.is_empty() && !self.is_path(), "host or host:port")
            }
        };
        match self.baud {
            _ if !is_right => Err(BadSetup::value("address", expected, &self.address)),
            Some(baud) if !self.is_path() => {
                Err(BadSetup::value("baud", "nothing, a network has no speed of a line", baud))
            }
            _ if self.rs485 && !self.is_path() => {
                Err(BadSetup::value("rs485", "nothing, a network is no RS-485 line", &self.address))
            }
            Some(baud) => super::within("baud", baud.into(), 1_200, 921_600),
            None => Ok(()),
        }
    }

    /// Whether the address is a serial port's: it, and not the profile, says how a stream of bytes is reached.
    fn is_path(&self) -> bool {
        self.address.starts_with('/')
    }

    /// The limits that its values are judged by.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        self.profile.limits()
    }

    /// Whether its device is asked if it is in a call.
    #[must_use]
    pub fn tells_of_calls(&self) -> bool {
        self.profile.requests.iter().any(|request| request.call.is_some())
    }

    pub(super) fn longest(&self) -> Duration {
        CONNECT_WITHIN + self.profile.longest()
    }

    /// Two probes never speak to one device at once.
    pub(super) fn device_key(&self) -> String {
        self.address.clone()
    }

    pub(super) fn secrets(&self) -> Result<Secrets, Unreached> {
        let Some(file) = &self.password_file else {
            return Ok(Secrets { user: self.user.clone(), password: String::new() });
        };
        let text = std::fs::read_to_string(file);
        let what = ["无法读取口令文件", "failed to read the password file"];
        let text = text.map_err(|error| Unreached::here(what, file.display(), &error))?;
        let password = text.lines().next().unwrap_or_default().to_owned();
        Ok(Secrets { user: self.user.clone(), password })
    }

    /// The port that is written; an IPv6 address stands in brackets.
    fn port(&self) -> Option<u16> {
        let (host, port) = self.address.rsplit_once(':')?;
        let is_host = !host.is_empty() && (!host.contains(':') || host.ends_with(']'));
        port.parse().ok().filter(|_| is_host)
    }

    /// `host:port`, the profile's port when none is written.
    fn at(&self, port: u16) -> String {
        if self.port().is_some() { self.address.clone() } else { format!("{}:{port}", self.address) }
    }

    pub(super) async fn open(&self, secrets: &Secrets) -> Result<Wire, Unreached> {
        let there = |error: io::Error| Unreached::there(&error);
        let late = |_| Unreached::There(["连接超时", "no answer to the connection"].map(str::to_owned));
        let tcp = async |port| {
            let stream =
                timeout(CONNECT_WITHIN, TcpStream::connect(self.at(port))).await.map_err(late)?.map_err(there)?;
            // A socket that refuses this works all the same.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        };
        Ok(match self.profile.transport {
            Transport::Serial { baud } | Transport::Tcp { baud, .. } | Transport::Telnet { baud, .. }
                if self.is_path() =>
            {
                let (path, baud, wiring) = (self.address.as_ref(), self.baud.unwrap_or(baud), Wiring::of(self.rs485));
                let port = Serial::open_with(path, baud, Parity::None, wiring).map_err(|error| unopened(&error))?;
                Wire::Stream(Box::new(port))
            }
            // A serial server: its port is written, that is checked before.
            Transport::Serial { .. } => Wire::Stream(Box::new(tcp(0).await?)),
            Transport::Tcp { port, .. } => Wire::Stream(Box::new(tcp(port).await?)),
            Transport::Telnet { port, .. } => Wire::Telnet(Box::new(tcp(port).await?), Telnet::default()),
            Transport::Udp { port } => {
                let peer = tokio::net::lookup_host(self.at(port)).await.map_err(there)?.next();
                let peer =
                    peer.ok_or_else(|| Unreached::There(["找不到这个地址", "no such address"].map(str::to_owned)))?;
                let here = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(here).await.map_err(there)?;
                socket.connect(peer).await.map_err(there)?;
                Wire::Udp(socket)
            }
            Transport::Http { port } => {
                super::http::install_provider();
                let client = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT_WITHIN);
                // Plain HTTP needs no roots, and a box may have none.
                let client = client.tls_certs_only([]).build();
                let client = client.map_err(|error| Unreached::Here([error.to_string(), error.to_string()]))?;
                Wire::Http { client, base: format!("http://{}", self.at(port)), secrets: secrets.clone() }
            }
        })
    }

    /// Reaches the device and asks it everything.
    ///
    /// # Errors
    /// When it is not reached at all.
    pub async fn talk(&self) -> Result<Talked, Unreached> {
        let secrets = self.secrets()?;
        let mut wire = self.open(&secrets).await?;
        let (mut transcript, mut replies) = (Transcript::default(), Vec::<Reply>::new());
        let broken = match talk(&self.profile, &secrets, &mut wire, &mut transcript, &mut replies).await {
            // Of a web server that is known with the first question only.
            Err(Broken::Unreached(why)) if replies.is_empty() => return Err(Unreached::There([why.clone(), why])),
            talked => talked.err(),
        };
        Ok(Talked { judged: judge(&self.profile, &replies), broken, transcript })
    }
}

fn unopened(error: &serial::Error) -> Unreached {
    match error {
        serial::Error::Taken { path } => Unreached::Here([
            format!("串口 {path} 正被其他程序使用"),
            format!("the serial port {path} is held by another program"),
        ]),
        serial::Error::NoRs485 { path, source } => Unreached::Here([
            no_rs485(path, source),
            format!(
                "the serial port {path} does not turn an RS-485 line by itself ({source}): leave rs485 out where the adapter does"
            ),
        ]),
        serial::Error::Open { path, source } => {
            Unreached::here(["无法打开串口", "failed to open the serial port"], path, source)
        }
    }
}

pub(super) async fn run(setup: &Setup) -> Found {
    match setup.talk().await {
        Ok(talked) => found(setup, talked),
        Err(Unreached::Here([what, _])) => Found::missing(what),
        Err(Unreached::There([why, _])) => unreached(setup, &why),
    }
}

fn unreached(setup: &Setup, why: &str) -> Found {
    Found::new(Verdict::fail("device.down"), format!("{} 无法连接：{why}", setup.profile.name))
}

/// What to do about a web server that lets nobody in.
pub(super) const fn denied(status: u16, user: &str) -> &'static str {
    match (status, user.is_empty()) {
        (_, true) => "请配置 user 和 password_file",
        (403, false) => "该用户无权读取，请换用户或放开权限",
        (_, false) => "请核对 user 和 password_file",
    }
}

/// The outcome of a talk, with the bytes as evidence when not all is well.
#[must_use]
pub fn found(setup: &Setup, talked: Talked) -> Found {
    let facts = talked.judged.facts();
    let Talked { judged: Judged { verdict, detail, values, in_call, .. }, broken, transcript } = talked;
    let found = match broken {
        None => Found::new(verdict, detail),
        Some(Broken::Login(wait)) => {
            let detail = format!("{} 登录未成：等不到“{wait}”", setup.profile.name);
            Found::new(Verdict::fail("device.login"), detail)
        }
        Some(Broken::Io(error)) => {
            Found::new(Verdict::fail("device.no-answer"), format!("{} 中断了连接：{error}", setup.profile.name))
        }
        Some(Broken::Unreached(why)) => unreached(setup, &why),
        Some(Broken::Denied(status)) => {
            let detail = format!("{} 登录未成：HTTP {status}，{}", setup.profile.name, denied(status, &setup.user));
            Found::new(Verdict::fail("device.login"), detail)
        }
        Some(Broken::Http(said)) => {
            Found::new(Verdict::fail("device.wrong-answer"), format!("{} 网页应答有误：{said}", setup.profile.name))
        }
    };
    let exhibit = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(&transcript.text(Language::Chinese)));
    Found { in_call, ..found.with_values(values).with_facts(facts).with_exhibit(exhibit) }
}
