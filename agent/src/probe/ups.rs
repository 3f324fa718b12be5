//! The UPS probe: what the uninterruptible power supply says of mains, battery and load, through NUT or SNMP. It only asks.
//!
//! `nut` and `mib` read two very different sources into one [`Status`]; `judgement` knows no source.

mod judgement;
mod mib;
mod nut;
pub mod proven;
pub mod status;

use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::venue::Limit;

use super::display::Address;
use super::limits::{Overrides, Rule};
use super::measures::{BATTERY_TEMPERATURE, CHARGE, INPUT_VOLTAGE, RUNTIME, UPS_LOAD};
use super::snmp::Reach;
use super::{BadSetup, Context, Exhibit, Found};
use crate::config::Fields;
use status::Status;

/// A UPS probe.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(super) source: Source,
    rules: Vec<Rule>,
}

/// Who knows the UPS.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A server of Network UPS Tools, and the UPS's name there.
    Nut { address: Address, ups: String, timeout: Duration },
    /// Its own management card.
    Snmp(Reach),
}

/// What people expect where a UPS is written.
const EXPECTED: &str = "nut://host/name or snmp://host, with :port where it is not 3493, 161";

/// Charge after a power cut is low for hours; runtime is what counts. 220 V −15 % to +10 %; elsewhere it is configured.
const RULES: [Rule; 6] = [
    Rule::at_least(CHARGE, 50.0, None, "ups.charge"),
    Rule::at_least(RUNTIME, 10.0, Some(3.0), "ups.runtime"),
    Rule::at_most(UPS_LOAD, 80.0, Some(105.0), "ups.load"),
    Rule::at_least(INPUT_VOLTAGE, 187.0, None, "ups.input-voltage").keyed("input_voltage_min"),
    Rule::at_most(INPUT_VOLTAGE, 242.0, None, "ups.input-voltage").keyed("input_voltage_max"),
    Rule::at_most(BATTERY_TEMPERATURE, 40.0, Some(50.0), "ups.battery-temperature"),
];

impl Setup {
    /// Reads the keys of a UPS probe.
    pub(super) fn parse(mut table: toml::Table) -> Result<Self, BadSetup> {
        let overrides: Overrides = match table.remove("limits") {
            None => Overrides::default(),
            Some(limits) => limits.try_into().map_err(|error: toml::de::Error| {
                BadSetup::value("limits", "{ charge = { good = 50, tolerable = 20 } }", error.to_string().trim())
            })?,
        };
        overrides.check(&RULES)?;
        let mut table = Fields::new(String::new(), table);
        let text = table.text("address")?;
        let source = if let Some(rest) = text.strip_prefix("nut://") {
            let (host, ups) = rest.split_once('/').unwrap_or((rest, ""));
            let is_name = !ups.is_empty() && ups.chars().all(|c| c.is_ascii_graphic() && !"/\"\\".contains(c));
            if !is_name {
                return Err(BadSetup::value("address", EXPECTED, &text));
            }
            let address = Address::parse(host, crate::nut::PORT).map_err(|problem| table.wrong("address", problem))?;
            let timeout = table.whole("timeout_ms", 100..=10_000, 5_000)?;
            Source::Nut { address, ups: ups.to_owned(), timeout: Duration::from_millis(timeout.into()) }
        } else if let Some(host) = text.strip_prefix("snmp://") {
            Source::Snmp(Reach::take(&mut table, host)?)
        } else {
            return Err(BadSetup::value("address", EXPECTED, &text));
        };
        table.finish()?;
        Ok(Self { source, rules: overrides.apply(&RULES) })
    }

    pub(super) fn limits(&self) -> Vec<Limit> {
        self.rules.iter().map(Rule::limit).collect()
    }

    /// Longer than all questions take.
    pub(super) fn longest(&self) -> Duration {
        match &self.source {
            // A connection, the variables, and when there are none the names.
            Source::Nut { timeout, .. } => *timeout * 3,
            Source::Snmp(reach) => Duration::from_secs(5) + reach.patience() * mib::QUESTIONS,
        }
    }

    /// Two questions to one UPS harm nobody, but there is one memory of what it has proven.
    pub(super) fn device_key(&self) -> String {
        match &self.source {
            Source::Nut { address, ups, .. } => format!("nut {address} {ups}"),
            Source::Snmp(reach) => format!("ups {}", reach.address),
        }
    }
}

/// What asking came to: a status, or the finding why there is none.
struct Asked {
    status: Result<Status, Box<Found>>,
    transcript: String,
}

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    let Asked { status, transcript } = match &setup.source {
        Source::Nut { address, ups, timeout } => nut::ask(address, ups, *timeout).await,
        Source::Snmp(reach) => mib::ask(reach).await,
    };
    let found = match status {
        Ok(status) => {
            let proven = proven::note(context, &setup.device_key(), status.is_on_battery());
            judgement::judged(&setup.rules, &status, proven)
        }
        Err(found) => *found,
    };
    let is_wrong = matches!(found.verdict, Verdict::Fail { .. } | Verdict::Degraded { .. });
    found.with_exhibit(is_wrong.then(|| Exhibit::transcript(&transcript)))
}

#[cfg(test)]
mod tests;
