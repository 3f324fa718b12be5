//! Devices described by data: a text **profile** says how to reach one, what to ask, what must come back and what it means.
//! An engineer writes one without a compiler, tries it with `avow-agent profile try`, and names it in a probe.
//!
//! Here is what a profile means; `file` reads it, `framing` cuts replies out of what comes, `judge` makes values and findings of
//! them, `talk` carries it over any stream. Only `talk` waits.

pub mod bytes;
pub mod file;
pub mod framing;
pub mod judge;
pub mod reading;
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
        /// Bits a second where the address is a serial port.
        baud: u32,
    },
    /// A TCP connection with Telnet's options refused (RFC 854).
    Telnet {
        /// The port.
        port: u16,
        /// Bits a second where the address is a serial port.
        baud: u32,
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
    /// A word in the reply that tells whether the device is in a call.
    pub call: Option<Call>,
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

/// A word in a reply that tells whether a terminal is in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The group of `expect`.
    pub group: SmolStr,
    /// The words that say that it is in none; with any other it is in one.
    pub idle: Vec<SmolStr>,
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

/// How a source is routed to a sink, and how the route of a sink is read back. `${source}` and `${sink}` stand for what a
/// probe names.
#[derive(Clone, Debug)]
pub struct Route {
    /// What routes.
    pub send: String,
    /// What the whole reply to that must look like; none: whatever comes.
    pub expect: Option<Regex>,
    /// What asks which source a sink has.
    pub ask: String,
    /// What the whole reply to that must look like; its group `source` is the source.
    pub answer: Regex,
    /// A device has routed within so long.
    pub settle: Duration,
}

impl Route {
    /// What routes `source` to `sink`.
    #[must_use]
    pub fn command(&self, source: &str, sink: &str) -> Vec<u8> {
        filled(&self.send, source, sink)
    }

    /// What asks which source `sink` has.
    #[must_use]
    pub fn question(&self, sink: &str) -> Vec<u8> {
        filled(&self.ask, "", sink)
    }

    /// The source that a reply names.
    #[must_use]
    pub fn source(&self, reply: &[u8]) -> Option<String> {
        let text = latin1(reply);
        Some(self.answer.captures(text.trim())?.name("source")?.as_str().trim().to_owned())
    }

    /// Whether a reply to the command says that it was taken.
    #[must_use]
    pub fn is_taken(&self, reply: &[u8]) -> bool {
        self.expect.as_ref().is_none_or(|expect| expect.is_match(latin1(reply).trim()))
    }
}

fn filled(template: &str, source: &str, sink: &str) -> Vec<u8> {
    let text = template.replace("${source}", source).replace("${sink}", sink);
    // It was checked with the profile.
    bytes::escaped(&text).unwrap_or_default()
}

/// Every byte is a character, so that nothing a device sends is unreadable.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
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
    /// How it switches, when it is one that does.
    pub route: Option<Route>,
}

impl Profile {
    /// The longest that one question to a device which answers at the last moment takes.
    #[must_use]
    pub fn turn(&self) -> Duration {
        self.gap + 2 * self.patience
    }

    /// The longest that a greeting and a login take.
    #[must_use]
    pub fn opening(&self) -> Duration {
        let steps = u32::try_from(self.login.len()).unwrap_or(u32::MAX);
        (self.settle + self.patience) + self.turn().saturating_mul(steps)
    }

    /// The limits of its values, as declared to HQ.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        let readings = self.requests.iter().flat_map(|request| &request.readings);
        readings.filter_map(|reading| reading.limit.clone()).collect()
    }

    /// The longest that a device which answers at the last moment keeps us.
    #[must_use]
    pub fn longest(&self) -> Duration {
        let turns = u32::try_from(self.requests.len()).unwrap_or(u32::MAX);
        self.opening() + self.turn().saturating_mul(turns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: &str = r#"
profile = 1
name = "矩阵"
[transport]
kind = "tcp"
[[request]]
id = "mute"
send = "M\r"
expect = '(?<mute>\w*)'
setting = [{ name = "mute", group = "mute" }]
facts = { mac = "mute" }
[route]
send = "\\e${source}*${sink}!\r"
expect = 'Out\d+ In\d+'
ask = "${sink}?"
answer = '0*(?<source>\d+)'
"#;

    #[test]
    fn a_route_fills_in_what_a_probe_names_and_believes_whole_replies_alone() {
        let route = file::parse(MATRIX).expect("a profile").route.expect("a route");
        assert_eq!(route.command("2", "10"), b"\x1b2*10!\r");
        assert_eq!(route.question("10"), b"10?");
        assert_eq!(route.source(b" 007\r\n"), Some("7".to_owned()));
        for reply in [b"7 of 8".as_slice(), b"", b"E12", b"\xff7"] {
            assert_eq!(route.source(reply), None, "{reply:?}");
        }
        assert!(route.is_taken(b"Out10 In02\r\n") && !route.is_taken(b"Out10 In") && !route.is_taken(b"E01"));
        assert_eq!(route.settle, Duration::from_secs(2));
    }

    #[test]
    fn what_is_wrong_with_a_route_or_a_setting_is_named() {
        for (right, wrong, named) in [
            ("${source}*${sink}!", "1*${sink}!", "route.send"),
            ("${source}*${sink}!", "${source}!", "route.send"),
            ("ask = \"${sink}?\"", "", "route.ask"),
            ("(?<source>\\d+)", "\\d+", "route.answer"),
            ("(?<source>\\d+)", "(?<source>", "route.answer"),
            ("Out\\d+", "(Out", "route.expect"),
            ("ask = ", "settle_ms = 5\nask = ", "route.settle_ms"),
            ("ask = ", "pause = 5\nask = ", "route.pause"),
            ("group = \"mute\"", "group = \"gain\"", "request[0].setting[0].group"),
            ("name = \"mute\"", "name = \"静音\"", "request[0].setting[0].name"),
        ] {
            let text = MATRIX.replace(right, wrong);
            assert_ne!(text, MATRIX, "{right}");
            let said = file::parse(&text).expect_err(wrong);
            assert!(said.contains(named), "{wrong}: {said}");
        }
        let without = MATRIX.split("[route]").next().expect("the rest");
        assert!(file::parse(without).expect("a profile").route.is_none());
    }
}
