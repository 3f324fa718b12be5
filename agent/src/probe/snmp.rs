//! The SNMP probe: a switch, an amplifier or whatever else says by SNMP how it is. It only asks.
//!
//! `access` is who asks, `interview` asks, `ports` makes increases of counters, `judgement` judges. What grows is told as an
//! increase since the last run, which is remembered in memory only.

pub mod access;
mod interview;
mod judgement;
pub mod ports;

use std::str::FromStr;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::venue::Limit;
use tokio::net::UdpSocket;

use super::display::Address;
use super::limits::Rule;
use super::measures::{BY_KIND, PORT_DISCARDS, PORT_ERRORS};
use super::memory::Memory;
use super::{BadSetup, Exhibit, Found};
use crate::config::{Fields, Wrong};
use crate::profile::reading::{self, Reading};
use crate::snmp::driver::Driver;
use crate::snmp::oid::Oid;
use crate::snmp::session::Timing;
use access::Access;
pub(super) use judgement::stopped;
use ports::Look;

/// Where devices listen (RFC 3417, section 3.2).
const PORT: u16 = 161;
/// A name is looked up so long.
const LOOKUP: Duration = Duration::from_secs(5);
/// More than the largest switch of a venue.
const MOST_PORTS: usize = 64;

/// An SNMP probe.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where the device is, and who asks.
    pub(super) reach: Reach,
    interfaces: Vec<Interface>,
    /// Megabits a second; none: not judged.
    speed_at_least: Option<u32>,
    rules: [Rule; 2],
    readings: Vec<(Oid, Reading)>,
    memory: Memory<Look>,
}

/// Where a device is, who asks it, and how patiently.
#[derive(Clone, Debug)]
pub struct Reach {
    pub(super) address: Address,
    pub(super) access: Access,
    pub(super) timing: Timing,
}

/// A port of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interface {
    /// As the device calls it: `ifName`, `ifDescr` or `ifAlias`.
    Named(String),
    /// Its number (`ifIndex`).
    Index(u32),
}

impl FromStr for Interface {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('#').map(str::parse) {
            Some(Ok(index @ 1..)) => Ok(Self::Index(index)),
            None if !text.is_empty() => Ok(Self::Named(text.to_owned())),
            _ => Err(format!("expected the name of a port or its number, found '{text}'")),
        }
    }
}

impl Reach {
    /// Takes the keys of `address`, access and patience.
    pub(super) fn take(table: &mut Fields, address: &str) -> Result<Self, Wrong> {
        let address = Address::parse(address, PORT).map_err(|problem| table.wrong("address", problem))?;
        let access = Access::take(table)?;
        let timeout_ms = table.whole("timeout_ms", 100..=10_000, 1_000)?;
        let tries = table.whole("tries", 1..=5, 3)?;
        Ok(Self { address, access, timing: Timing { answer: Duration::from_millis(timeout_ms.into()), tries } })
    }

    /// For one question that is not answered.
    pub(super) fn patience(&self) -> Duration {
        self.timing.answer * self.timing.tries
    }

    /// A device that may be asked, or why not: what this box lacks.
    pub(super) async fn open(&self) -> Result<Driver, String> {
        let access = self.access.load().await?;
        let lookup = tokio::time::timeout(LOOKUP, tokio::net::lookup_host(self.address.pair()));
        let peer = lookup.await.map_err(|_| format!("查不到 {} 的地址：超时", self.address))?;
        let peer = peer.map_err(|error| format!("查不到 {} 的地址：{error}", self.address))?.next();
        let peer = peer.ok_or_else(|| format!("{} 没有地址", self.address))?;
        let here = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(here).await.map_err(|error| error.to_string())?;
        // No way there is found out with the first question.
        socket.connect(peer).await.map_err(|error| format!("到不了 {}：{error}", self.address))?;
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|error| error.to_string())?;
        Ok(Driver::new(socket, access, self.timing, u64::from_le_bytes(seed)))
    }
}

impl Setup {
    /// Reads the keys of an SNMP probe.
    pub(super) fn parse(mut table: toml::Table) -> Result<Self, BadSetup> {
        // A number stands for itself; the list is of texts from here on.
        if let Some(toml::Value::Array(elements)) = table.get_mut("interfaces") {
            let numbered = elements.iter_mut().filter(|element| element.is_integer());
            numbered.for_each(|element| *element = toml::Value::String(format!("#{element}")));
        }
        let mut table = Fields::new(String::new(), table);
        let address = table.text("address")?;
        let reach = Reach::take(&mut table, &address)?;
        let interfaces: Vec<Interface> = table.list("interfaces")?;
        if interfaces.len() > MOST_PORTS {
            return Err(table.wrong("interfaces", format!("expected at most {MOST_PORTS}")).into());
        }
        let speed_at_least = Some(table.whole("speed_at_least", 0..=800_000, 0)?).filter(|speed| *speed > 0);
        let mut limit = |key, rule: Rule| {
            let good = table.number_if(key)?.filter(|good| *good >= 0.0);
            Ok::<Rule, Wrong>(Rule { good: good.unwrap_or(rule.good), ..rule })
        };
        let rules = [
            limit("errors_at_most", Rule::at_most(PORT_ERRORS, 1.0, None, "snmp.port-errors"))?,
            limit("discards_at_most", Rule::at_most(PORT_DISCARDS, 60.0, None, "snmp.port-discards"))?,
        ];
        let readings = table.tables("values")?.into_iter().map(reading).collect::<Result<Vec<_>, _>>()?;
        let own = BY_KIND.iter().find(|(kind, _)| *kind == "snmp").map_or(&[][..], |(_, own)| own);
        reading::distinct(&table, "values", readings.iter().map(|(_, reading)| reading), own)?;
        table.finish()?;
        Ok(Self { reach, interfaces, speed_at_least, rules, readings, memory: Memory::default() })
    }

    pub(super) fn limits(&self) -> Vec<Limit> {
        let of_ports = self.rules.iter().filter(|_| !self.interfaces.is_empty()).map(Rule::limit);
        of_ports.chain(self.readings.iter().filter_map(|(_, reading)| reading.limit.clone())).collect()
    }

    /// Longer than all questions take.
    pub(super) fn longest(&self) -> Duration {
        LOOKUP + interview::ENOUGH + self.reach.patience()
    }

    pub(super) fn device_key(&self) -> String {
        format!("snmp {}", self.reach.address)
    }
}

fn reading(mut table: Fields) -> Result<(Oid, Reading), Wrong> {
    let oid = table.parsed("oid")?;
    let reading = Reading::take(&mut table)?;
    table.finish()?;
    Ok((oid, reading))
}

pub(super) async fn run(setup: &Setup) -> Found {
    let mut driver = match setup.reach.open().await {
        Ok(driver) => driver,
        Err(why) => return Found::missing(why),
    };
    let found = match interview::ask_all(setup, &mut driver).await {
        Ok(seen) => {
            let now = Look { at: tokio::time::Instant::now(), ticks: seen.ticks, ports: seen.counters() };
            let before = setup.memory.replace(now.clone());
            judgement::judged(setup, &seen, &ports::since(before.as_ref(), &now))
        }
        Err(error) => judgement::stopped(&setup.reach, "snmp", &error),
    };
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(driver.transcript()));
    found.with_exhibit(proof)
}

#[cfg(test)]
mod tests;
