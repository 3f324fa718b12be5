//! Where a camera is reached: a serial port, or a host in one of the three ways that VISCA goes over networks.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use embedded_io_async::{ErrorType, Read, Write};
use tokio::net::{TcpStream, UdpSocket};

use super::numbered;
use super::session::Wire;
use crate::serial::{PortError, Tokio};

/// For a TCP connection; a camera in the same building takes milliseconds.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a camera is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A serial port, e.g. `/dev/ttyUSB0`.
    Serial(PathBuf),
    /// A host.
    Network(Transport, Host),
}

/// How frames travel to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `visca-udp`: numbered datagrams, VISCA over IP as Sony defines it.
    Numbered,
    /// `visca-raw-udp`: a bare frame a datagram.
    Datagrams,
    /// `visca-tcp`: bare frames over a connection.
    Stream,
}

/// A name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: String,
    port: u16,
}

/// What is expected where a port is written.
pub const EXPECTED: &str = "a serial port like /dev/ttyUSB0, visca-udp://host, visca-tcp://host or visca-raw-udp://host, \
     with :port where it is not 52381, 5678, 1259; onvif://host; pelco-d:/dev/ttyUSB1 or pelco-p:/dev/ttyUSB1";

const SCHEMES: [(&str, Transport, u16); 3] = [
    ("visca-udp", Transport::Numbered, numbered::PORT),
    ("visca-tcp", Transport::Stream, 5678),
    ("visca-raw-udp", Transport::Datagrams, 1259),
];

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected {EXPECTED}, found '{text}'");
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() { Err(wrong()) } else { Ok(Self::Serial(text.into())) };
        };
        let (_, transport, usual) = *SCHEMES.iter().find(|(known, ..)| *known == scheme).ok_or_else(wrong)?;
        let host = Host::read(rest.strip_suffix('/').unwrap_or(rest), usual).ok_or_else(wrong)?;
        Ok(Self::Network(transport, host))
    }
}

impl Host {
    /// `host`, `host:port`, `[v6]`, `[v6]:port`.
    pub(crate) fn read(text: &str, usual: u16) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, rest) = rest.split_once(']')?;
                name.parse::<std::net::Ipv6Addr>().ok()?;
                (name, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
            }
            None => text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))),
        };
        let port = port.map_or(Some(usual), |port| port.parse().ok().filter(|port| *port > 0))?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
        is_name.then(|| Self { name: name.to_owned(), port })
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(path) => write!(f, "{}", path.display()),
            Self::Network(transport, host) => {
                let scheme = SCHEMES.iter().find(|(_, known, _)| known == transport).map_or("", |(scheme, ..)| scheme);
                write!(f, "{scheme}://{host}")
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(':') {
            write!(f, "[{}]:{}", self.name, self.port)
        } else {
            write!(f, "{}:{}", self.name, self.port)
        }
    }
}

impl Transport {
    /// How a session speaks over it.
    #[must_use]
    pub const fn wire(self) -> Wire {
        match self {
            Self::Numbered => Wire::Numbered,
            Self::Datagrams | Self::Stream => Wire::Bare,
        }
    }
}

/// Why a host cannot be spoken to.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// Nobody knows the name.
    #[error("look up {name}: {source}")]
    Name {
        /// The name.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// It did not answer within 5 s.
    #[error("connect: no answer")]
    Silent,
    /// It, or the way to it, said no.
    #[error("connect: {0}")]
    Io(#[from] io::Error),
}

impl Host {
    /// The name or address, without brackets.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Connects for bare frames.
    ///
    /// # Errors
    /// When the host cannot be reached or refuses.
    pub async fn connect(&self) -> Result<Tokio<TcpStream>, Unreached> {
        let to = self.look_up().await?;
        let stream = tokio::time::timeout(CONNECT, TcpStream::connect(to)).await.map_err(|_| Unreached::Silent)??;
        // A frame must not wait for the next.
        stream.set_nodelay(true)?;
        Ok(Tokio(stream))
    }

    /// A socket that hears this host alone.
    ///
    /// # Errors
    /// When there is no way to the host.
    pub async fn datagrams(&self) -> Result<Datagrams, Unreached> {
        let to = self.look_up().await?;
        let any: IpAddr = if to.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(to).await?;
        Ok(Datagrams(socket))
    }

    async fn look_up(&self) -> Result<SocketAddr, Unreached> {
        let unknown = |source| Unreached::Name { name: self.name.clone(), source };
        let mut found = tokio::net::lookup_host((self.name.as_str(), self.port)).await.map_err(unknown)?;
        found.next().ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))
    }
}

/// A host's datagrams as a port: one write is one datagram, and so is one read.
#[derive(Debug)]
pub struct Datagrams(UdpSocket);

impl ErrorType for Datagrams {
    type Error = PortError;
}

impl Read for Datagrams {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, PortError> {
        loop {
            // An empty datagram is no end.
            match self.0.recv(buffer).await? {
                0 => {}
                count => return Ok(count),
            }
        }
    }
}

impl Write for Datagrams {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, PortError> {
        Ok(self.0.send(bytes).await?)
    }

    async fn flush(&mut self) -> Result<(), PortError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(text.parse::<Port>().map(|port| port.to_string()), Ok(shown.to_owned()));
    }

    #[test]
    fn a_port_is_a_path_or_a_host() {
        check("/dev/ttyUSB0", "/dev/ttyUSB0");
        check("visca-udp://192.168.1.20", "visca-udp://192.168.1.20:52381");
        check("visca-udp://192.168.1.20:1234", "visca-udp://192.168.1.20:1234");
        check("visca-tcp://camera-1.hall/", "visca-tcp://camera-1.hall:5678");
        check("visca-raw-udp://10.0.0.9", "visca-raw-udp://10.0.0.9:1259");
        check("visca-tcp://[fe80::1]", "visca-tcp://[fe80::1]:5678");
        check("visca-tcp://[fe80::1]:1259", "visca-tcp://[fe80::1]:1259");
    }

    #[test]
    fn what_is_neither_is_refused_with_what_is_expected() {
        for text in [
            "",
            "udp://10.0.0.1",
            "visca-udp://",
            "visca-udp://:52381",
            "visca-udp://h:0",
            "visca-udp://h:x",
            "visca-udp://h:65536",
            "visca-tcp://a b",
            "visca-tcp://user@h",
            "visca-tcp://h/path",
            "visca-tcp://fe80::1",
            "visca-tcp://[fe80::1",
            "visca-tcp://[h]:1",
        ] {
            let said = text.parse::<Port>().expect_err(text);
            assert!(said.contains("visca-udp://host") && said.ends_with(&format!("found '{text}'")), "{said}");
        }
    }

    #[test]
    fn only_numbered_datagrams_are_numbered() {
        assert_eq!(Transport::Numbered.wire(), Wire::Numbered);
        assert_eq!([Transport::Datagrams, Transport::Stream].map(Transport::wire), [Wire::Bare; 2]);
    }
}
