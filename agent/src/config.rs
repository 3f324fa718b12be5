//! The agent's configuration: one TOML file, checked whole before anything believes it.
//!
//! Not here: what a probe's own keys mean (`probe`), and what HQ will once push.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use avow_shared::backup::Terms;
use avow_shared::hash::from_hex;
use avow_shared::id::{ProbeId, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::venue::{Description, Domain};
use avow_shared::wire::PublicKey;
use smol_str::SmolStr;

use crate::probe::Work;
use crate::slots::{At, Every};

mod backups;
mod fields;
mod named;
mod relays;
mod venues;

pub use backups::unproven;
pub use fields::{Fields, Wrong};
pub use named::{Misnamed, camera, choose, full_name};
pub use relays::{Relay, relay};

/// Why a configuration is refused; the words name the file, the key and what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path}: expected TOML: {detail}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and what was expected there.
        detail: String,
    },
    /// A key is wrong.
    #[error("{path}: {wrong}")]
    Key {
        /// The file.
        path: PathBuf,
        /// Which key, and how.
        wrong: Wrong,
    },
    /// The whole contradicts itself.
    #[error("{path}: the description {inconsistent}")]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// How.
        inconsistent: avow_shared::venue::Inconsistent,
    },
}

/// Where the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Hours in which nothing is heard or moves, minutes of the day in UTC+8; may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: u16,
    to: u16,
}

/// One of a venue's probes, by its full name `350102001-01/camera-front`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProbeName {
    /// The venue.
    pub venue: VenueId,
    /// The probe.
    pub probe: ProbeId,
}

/// A probe that is ready to run.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its full name.
    pub name: ProbeName,
    /// As people call it.
    pub title: SmolStr,
    /// As people call the venue.
    pub venue_title: SmolStr,
    /// The device that it is about, as configured.
    pub device: Option<SmolStr>,
    /// Between two scheduled runs.
    pub interval: Duration,
    /// It runs at this time of the day, once in so many days as the interval has.
    pub at: Option<At>,
    /// After this a run is given up.
    pub deadline: Duration,
    /// Two exercises with the same key never run at once.
    pub device_key: Option<String>,
    /// The schedule may use it with `Sound` or `Motion`.
    pub listed: bool,
    /// It looks whether people are in the room.
    pub tells_of_people: bool,
    /// What it does.
    pub work: Work,
}

/// The checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from.
    pub file: PathBuf,
    /// Where identity, spool and evidence lie.
    pub state: PathBuf,
    /// Where the running agent listens.
    pub socket: PathBuf,
    /// The broker.
    pub broker: Broker,
    /// HQ over HTTP, without a slash at the end.
    pub http: String,
    /// HQ's key; none: the first that welcomes us from this very machine.
    pub hq_key: Option<PublicKey>,
    /// Quiet hours.
    pub quiet: Vec<Quiet>,
    /// A canary is planted once in so many seconds; 0: never.
    pub canary_every_s: u32,
    /// What HQ is told.
    pub description: Description,
    /// What HQ is told beside it, of each venue with a backup path.
    pub terms: Vec<Terms>,
    /// The probes of all venues.
    pub exercises: Vec<Exercise>,
    /// The relays of all venues.
    pub relays: Vec<Relay>,
    /// Venues that agreed that HQ is shown a still though nobody can tell whether somebody is in the room.
    pub still_agreed: Vec<VenueId>,
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Checks a text; `path` is only named.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let table = text.parse::<toml::Table>();
        let table = table.map_err(|error| Error::Syntax { path: path.to_owned(), detail: error.to_string() })?;
        let config = read(Fields::new(String::new(), table));
        let config =
            Self { file: path.to_owned(), ..config.map_err(|wrong| Error::Key { path: path.to_owned(), wrong })? };
        match config.description.check() {
            Ok(()) => Ok(config),
            Err(inconsistent) => Err(Error::Inconsistent { path: path.to_owned(), inconsistent }),
        }
    }

    /// The place that the agent stands in.
    #[must_use]
    pub const fn place(&self) -> PlaceCode {
        self.description.place
    }

    /// The venues that it serves.
    #[must_use]
    pub fn venues(&self) -> Vec<VenueId> {
        self.description.venues.iter().map(|venue| venue.id).collect()
    }
}

fn read(mut file: Fields) -> Result<Config, Wrong> {
    let mut agent = file.table("agent")?;
    let place: PlaceCode = agent.parsed("place")?;
    let domain = domain(&mut agent)?;
    let state: PathBuf = agent.text_if("state")?.map_or_else(|| "./state".into(), |text| text.as_str().into());
    let socket: PathBuf = agent.text_if("socket")?.map_or_else(|| "./agent.sock".into(), |text| text.as_str().into());
    agent.finish()?;
    let (broker, http, hq_key) = hq(file.table("hq")?)?;
    let Interlock { quiet, may_disturb, occupancy } = interlock(file.table("interlock")?)?;
    let canary_every_s = canary(file.table("canary")?)?;
    let (mut venues, mut still_agreed) = (Vec::new(), Vec::new());
    let (mut exercises, mut relays, mut terms) = (Vec::new(), Vec::new(), Vec::new());
    for table in file.tables("venue")? {
        let mut read = venues::read(table, &may_disturb, &quiet)?;
        relays.extend(read.relays.into_iter().map(|relay| relay.after_exercises(exercises.len())));
        still_agreed.extend(read.still_agreed.then_some(read.venue.id));
        venues.push(read.venue);
        exercises.append(&mut read.exercises);
        terms.extend(read.terms);
    }
    if venues.is_empty() {
        return Err(file.wrong("venue", "expected at least one [[venue]], found none"));
    }
    known(&file, "may_disturb", &may_disturb, &exercises)?;
    known(&file, "occupancy", &occupancy, &exercises)?;
    exercises.iter_mut().for_each(|exercise| exercise.tells_of_people = occupancy.contains(&exercise.name));
    relays::each_has_its_line(&file, &relays)?;
    file.finish()?;
    let description = Description { place, domain, software: env!("CARGO_PKG_VERSION").into(), venues };
    let file = PathBuf::new();
    Ok(Config {
        file,
        state,
        socket,
        broker,
        http,
        hq_key,
        quiet,
        canary_every_s,
        description,
        terms,
        exercises,
        relays,
        still_agreed,
    })
}

/// A box never joins two networks.
fn domain(agent: &mut Fields) -> Result<Domain, Wrong> {
    let words = [
        ("government-extranet", Domain::GovernmentExtranet),
        ("command-network", Domain::CommandNetwork),
        ("internet", Domain::Internet),
    ];
    let one_only = "exactly one network, a box never joins two";
    agent
        .word("domain", &words, Domain::GovernmentExtranet)
        .map_err(|wrong| Wrong { problem: format!("{} ({one_only})", wrong.problem), ..wrong })
}

fn hq(mut hq: Fields) -> Result<(Broker, String, Option<PublicKey>), Wrong> {
    let broker: Broker = hq.parsed("broker")?;
    let http = hq.text("http")?;
    let is_http = ["http://", "https://"].iter().any(|scheme| http.len() > scheme.len() && http.starts_with(scheme));
    if !is_http {
        return Err(hq.wrong("http", format_args!("expected http://host:port, found '{http}'")));
    }
    let key = hq.parsed_if::<HexKey>("key")?.map(|key| key.0);
    if key.is_none() && !broker.is_loopback() {
        let problem = "expected HQ's public key in hexadecimal: only a broker on this machine is trusted at first use";
        return Err(hq.wrong("key", problem));
    }
    hq.finish()?;
    Ok((broker, http.trim_end_matches('/').to_owned(), key))
}

struct Interlock {
    quiet: Vec<Quiet>,
    may_disturb: Vec<ProbeName>,
    occupancy: Vec<ProbeName>,
}

/// How often a canary is planted, seconds.
fn canary(mut canary: Fields) -> Result<u32, Wrong> {
    let (every, off) = (canary.parsed_if::<Every>("every")?, canary.boolean("off", false)?);
    canary.finish()?;
    Ok(if off { 0 } else { every.map_or(avow_shared::canary::EVERY_S, |every| every.seconds) })
}

fn interlock(mut table: Fields) -> Result<Interlock, Wrong> {
    let (quiet, may_disturb) = (table.list("quiet")?, table.list("may_disturb")?);
    let interlock = Interlock { quiet, may_disturb, occupancy: table.list("occupancy")? };
    table.finish()?;
    Ok(interlock)
}

fn known(file: &Fields, key: &str, names: &[ProbeName], exercises: &[Exercise]) -> Result<(), Wrong> {
    let unknown = |name: &&ProbeName| !exercises.iter().any(|exercise| exercise.name == **name);
    match names.iter().position(|name| unknown(&name)) {
        None => Ok(()),
        Some(at) => {
            let name = &names[at];
            let problem = format!("expected a probe of this file, found '{}/{}'", name.venue, name.probe);
            Err(file.wrong(&format!("interlock.{key}[{at}]"), problem))
        }
    }
}

impl Broker {
    /// Whether it runs on this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Broker {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected mqtt://host:port, found '{text}'");
        if text.starts_with("mqtts://") {
            return Err("mqtts:// comes with a later version, expected mqtt://host:port".to_owned());
        }
        let address = text.strip_prefix("mqtt://").ok_or_else(wrong)?;
        let (host, port) = address.trim_end_matches('/').rsplit_once(':').unwrap_or((address, "1883"));
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
        if host.is_empty() || host.contains(['/', '@']) {
            Err(wrong())
        } else {
            Ok(Self { host: host.to_owned(), port })
        }
    }
}

/// China has one time zone and no summer time.
const UTC_PLUS_8_MS: u64 = 8 * 60 * 60 * 1_000;

/// The minute of the day in UTC+8.
#[must_use]
pub fn minute_of_day(at_ms: u64) -> u16 {
    u16::try_from(at_ms.saturating_add(UTC_PLUS_8_MS) / 60_000 % (24 * 60)).unwrap_or(0)
}

/// The day and the time of day in China, `11-27 14:00`.
#[must_use]
pub fn month_to_minute(at_ms: u64) -> String {
    let minutes = at_ms.saturating_add(UTC_PLUS_8_MS) / 60_000;
    // Days since 0000-03-01 (H. Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days).
    let days = minutes / 1_440 + 719_468;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let (hour, minute) = (minutes / 60 % 24, minutes % 60);
    format!("{month:02}-{day:02} {hour:02}:{minute:02}")
}

impl Quiet {
    /// Whether a minute of the day lies in these hours.
    #[must_use]
    pub const fn contains(self, minute: u16) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl Quiet {
    /// The minute of the day in which they end.
    #[must_use]
    pub const fn end(self) -> u16 {
        self.to % (24 * 60)
    }
}

impl FromStr for Quiet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minute = |clock: &str| {
            let (hour, minute) = clock.split_once(':')?;
            let is_two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let (hour, minute) = is_two(hour).then_some(hour).zip(is_two(minute).then_some(minute))?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour * 60 + minute <= 24 * 60 && minute < 60).then_some(hour * 60 + minute)
        };
        let hours = text.split_once('-').and_then(|(from, to)| minute(from).zip(minute(to)));
        let (from, to) = hours.ok_or_else(|| format!("expected hours like '22:00-07:00', found '{text}'"))?;
        Ok(Self { from, to })
    }
}

impl FromStr for ProbeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected venue/probe like '350102001-01/camera-front', found '{text}'");
        let (venue, probe) = text.split_once('/').ok_or_else(wrong)?;
        Ok(Self { venue: venue.parse().map_err(|_| wrong())?, probe: probe.parse().map_err(|_| wrong())? })
    }
}

struct HexKey(PublicKey);

impl FromStr for HexKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let key = from_hex(text).and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.map(Self).ok_or_else(|| "expected an Ed25519 public key, 64 hexadecimal digits".to_owned())
    }
}

#[cfg(test)]
mod tests;
