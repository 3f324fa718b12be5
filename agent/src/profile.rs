//! Devices described by data: a text **profile** says how to reach one, what to ask, what must come back and what it means.
//! An engineer writes one without a compiler, tries it with `avow-agent profile try`, and names it in a probe.
//!
//! Here is what a profile means; `file` reads it, `framing` cuts replies out of what comes, `judge` makes values and findings of
//! them, `talk` carries it over any stream. Only `talk` waits.

pub mod bytes;
pub mod file;
pub mod framing;
pub mod judge;
pub mod shipped;
pub mod talk;
pub mod telnet;

use std::time::Duration;

use avow_shared::id::ValueName;
use avow_shared::value::Unit;
use avow_shared::venue::Limit;
use regex_lite::Regex;
use smol_str::SmolStr;

use framing::Framing;

/// How a device is reached; ports and speeds are what the maker delivers it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A serial port, 8 data bits, no parity, one stop bit.
    Serial {
        /// Bits a second.
        baud: u32,
    },
    /// A TCP connection.
    Tcp {
        /// The port.
        port: u16,
    },
    /// A TCP connection with Telnet's options refused (RFC 854).
    Telnet {
        /// The port.
        port: u16,
    },
    /// Datagrams, one a request and one a reply.
    Udp {
        /// The port.
        port: u16,
    },
    /// `GET`, the request is the path; the reply is the body of a 200.
    Http {
        /// The port.
        port: u16,
    },
}

impl Transport {
    /// As in a profile.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serial { .. } => "serial",
            Self::Tcp { .. } => "tcp",
            Self::Telnet { .. } => "telnet",
            Self::Udp { .. } => "udp",
            Self::Http { .. } => "http",
        }
    }
}

/// What is said before anything is asked.
#[derive(Clone, Debug)]
pub struct Step {
    /// What the device says first, anywhere in what it sends; none: it is not waited for.
    pub wait: Option<String>,
    /// What it is sent then, if anything; `${user}` and `${password}` stand for what the probe names.
    pub send: Option<String>,
}

/// One question and what its reply means.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is called in errors and transcripts.
    pub id: SmolStr,
    /// What is sent.
    pub send: Vec<u8>,
    /// Where its reply ends, when not as usual.
    pub framing: Option<Framing>,
    /// What the whole reply must look like; bytes beyond ASCII are read as Latin-1.
    pub expect: Option<Regex>,
    /// A device that does not know it is not wrong.
    pub optional: bool,
    /// Numbers in the reply.
    pub readings: Vec<Reading>,
    /// Words in the reply that must be as wanted.
    pub states: Vec<State>,
    /// Words in the reply that tell what the device is.
    pub facts: Vec<Fact>,
    /// Words in the reply that tell how it is set.
    pub settings: Vec<Set>,
}

/// Where in a reply something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A named group of `expect`.
    Group(SmolStr),
    /// Bytes at an offset.
    Bytes {
        /// Counted from 0.
        at: usize,
        /// How they make a number.
        form: Form,
    },
}

/// How bytes make a number; the first byte is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte.
    U8,
    /// Two bytes.
    U16,
    /// Two bytes, two's complement.
    I16,
    /// Four bytes.
    U32,
    /// Four bytes, IEEE 754.
    F32,
}

impl Form {
    /// How many bytes it takes.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }
}

/// A number in a reply.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What is measured.
    pub value: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// Where it stands.
    pub place: Place,
    /// The number as it stands is multiplied by this.
    pub scale: f64,
    /// And this is added then.
    pub offset: f64,
    /// How it is judged, if at all.
    pub limit: Option<Limit>,
    /// What is wrong beyond the limit, for a person.
    pub says: SmolStr,
}

/// A word in a reply that must be as wanted.
#[derive(Clone, Debug)]
pub struct State {
    /// The group of `expect`.
    pub group: SmolStr,
    /// The words that are right.
    pub right: Vec<SmolStr>,
    /// The words that are no fault, and not right either: warming up.
    pub passing: Vec<SmolStr>,
    /// What is wrong else, for a person.
    pub says: SmolStr,
}

/// A word that tells what the device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The group of `expect`.
    pub group: SmolStr,
    /// What it tells.
    pub kind: FactKind,
}

/// What a device tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Its maker.
    Make,
    /// Its model.
    Model,
    /// Its serial number.
    Serial,
    /// Its program.
    Firmware,
    /// Its hardware address.
    Mac,
}

/// A word that tells how the device is set: learnt as a baseline, and what differs later is a drift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// What is set, e.g. `mute`.
    pub name: ValueName,
    /// The group of `expect`.
    pub group: SmolStr,
}

/// A device described by data.
#[derive(Clone, Debug)]
pub struct Profile {
    /// As people call the kind of device.
    pub name: SmolStr,
    /// How it is reached.
    pub transport: Transport,
    /// What comes before the device has been silent for so long is a greeting; zero: it says nothing first.
    pub settle: Duration,
    /// Between the end of a reply and the next request.
    pub gap: Duration,
    /// For a whole reply.
    pub patience: Duration,
    /// Where a reply ends.
    pub framing: Framing,
    /// Whether every request ends, and every reply must end, with a Modbus checksum.
    pub checksum: bool,
    /// What is said first.
    pub login: Vec<Step>,
    /// What is asked.
    pub requests: Vec<Request>,
}

impl Profile {
    /// The limits of its values, as declared to HQ.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        let readings = self.requests.iter().flat_map(|request| &request.readings);
        readings.filter_map(|reading| reading.limit.clone()).collect()
    }

    /// The longest that a device which answers at the last moment keeps us.
    #[must_use]
    pub fn longest(&self) -> Duration {
        let turns = u32::try_from(self.login.len() + self.requests.len()).unwrap_or(u32::MAX);
        (self.settle + self.patience) + (self.gap + 2 * self.patience).saturating_mul(turns)
    }
}
