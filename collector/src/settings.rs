//! `--config FILE`: what an operator may set, with defaults for everything. Unknown keys are errors, not silence.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use avow_shared::id::VenueId;
use serde::Deserialize;

use crate::crossing;
use crate::document::archive::folder::MOST;
use crate::history;
use crate::hub::Prover;
use crate::province::Rules;

/// So many venues may speak for HQ.
const MOST_HQ_ENDS: usize = 16;
/// So many addresses may be those of proxies.
const MOST_PROXIES: usize = 16;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The map.
    pub map: Map,
    /// When venues are silent and stale.
    pub states: States,
    /// How long values are kept.
    pub history: Keep,
    /// What a run of two venues is judged by.
    pub mouth_to_ear: crossing::Limits,
    /// Roll calls.
    pub roll_call: RollCall,
    /// Who stands between phones and this server.
    pub proxy: Proxy,
    /// The bound of the evidence folder, bytes.
    pub evidence_bytes: u64,
    /// So many documents that were signed off are kept; none is ever deleted, and one more is refused.
    pub documents: u64,
}

/// Roll calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollCall {
    /// The venues that speak for HQ, at most 16, of different boxes: so many runs go at the same time.
    pub hq: Vec<VenueId>,
    /// 发起单位: what reports call whoever calls, 1 to 64 characters.
    pub caller: Box<str>,
}

impl Default for RollCall {
    fn default() -> Self {
        Self { hq: Vec::new(), caller: "省应急指挥中心".into() }
    }
}

/// A reverse proxy that says whose a request is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// From where it asks, at most 16 addresses; nobody else is believed, and none means that there is no proxy.
    pub addresses: Vec<IpAddr>,
    /// In which header it says so.
    pub header: Header,
}

/// A header in which a proxy says whose a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// Each proxy on the way adds whom it heard, the last of them is next to us.
    #[default]
    XForwardedFor,
    /// One address.
    XRealIp,
}

/// Where the borders come from: shown beside every map.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// The source, in words.
    pub source: Option<String>,
    /// 审图号.
    pub approval_number: Option<String>,
}

/// When venues are silent and stale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct States {
    /// Silent when nothing signed came for so many seconds.
    pub silent_after_s: u64,
    /// Stale when a required probe is older than so many intervals …
    pub stale_intervals: u32,
    /// … and so many seconds.
    pub stale_grace_s: u64,
}

/// How long values are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Days of every single value.
    pub raw_days: u32,
    /// Days of hourly sums.
    pub hour_days: u32,
    /// The oldest day goes when the disk is this full.
    pub disk_percent: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            map: Map::default(),
            states: States::default(),
            history: Keep::default(),
            mouth_to_ear: crossing::Limits::default(),
            roll_call: RollCall::default(),
            proxy: Proxy::default(),
            evidence_bytes: 4 << 30,
            documents: MOST as u64,
        }
    }
}

impl Default for States {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            silent_after_s: rules.silent_after_ms / 1_000,
            stale_intervals: rules.stale_intervals,
            stale_grace_s: rules.stale_grace_ms / 1_000,
        }
    }
}

impl Default for Keep {
    fn default() -> Self {
        let limits = history::Limits::default();
        Self { raw_days: limits.raw_days, hour_days: limits.hour_days, disk_percent: limits.disk_percent }
    }
}

/// Why a settings file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("read the settings {path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It is not what is expected; the message names line, key and what was expected.
    #[error("read the settings {path}: {detail}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where and what.
        detail: String,
    },
}

impl Settings {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::Io { path: path.to_owned(), cause })?;
        Self::parse(&text).map_err(|detail| Error::Wrong { path: path.to_owned(), detail })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        settings.check().map(|()| settings)
    }

    fn check(&self) -> Result<(), String> {
        let ranges = [
            ("states.silent_after_s", self.states.silent_after_s, 30, 86_400),
            ("states.stale_intervals", self.states.stale_intervals.into(), 1, 100),
            ("states.stale_grace_s", self.states.stale_grace_s, 0, 86_400),
            ("history.raw_days", self.history.raw_days.into(), 1, 3_650),
            ("history.hour_days", self.history.hour_days.into(), 1, 3_650),
            ("history.disk_percent", self.history.disk_percent, 10, 99),
            ("evidence_bytes", self.evidence_bytes, 16 << 20, 1 << 44),
            ("documents", self.documents, 1_000, 200_000),
        ];
        match ranges.into_iter().find(|(_, value, least, most)| !(*least..=*most).contains(value)) {
            None if self.roll_call.hq.len() > MOST_HQ_ENDS => Err(format!(
                "roll_call.hq: at most {MOST_HQ_ENDS} venues are expected, found {}",
                self.roll_call.hq.len()
            )),
            None if !(1..=64).contains(&self.roll_call.caller.trim().chars().count()) => {
                Err("roll_call.caller: 1 to 64 characters are expected".to_owned())
            }
            None if self.proxy.addresses.len() > MOST_PROXIES => Err(format!(
                "proxy.addresses: at most {MOST_PROXIES} are expected, found {}",
                self.proxy.addresses.len()
            )),
            None => self.mouth_to_ear.wrong().map_or(Ok(()), |wrong| Err(format!("mouth_to_ear.{wrong}"))),
            Some((key, value, least, most)) => Err(format!("{key} = {value}: expected {least} to {most}")),
        }
    }

    /// For the fold.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        Rules {
            silent_after_ms: self.states.silent_after_s * 1_000,
            stale_intervals: self.states.stale_intervals,
            stale_grace_ms: self.states.stale_grace_s * 1_000,
        }
    }

    /// For roll calls.
    #[must_use]
    pub fn prover(&self) -> Prover {
        Prover { hq: self.roll_call.hq.clone(), limits: self.mouth_to_ear }
    }

    /// For the history.
    #[must_use]
    pub const fn limits(&self) -> history::Limits {
        let Keep { raw_days, hour_days, disk_percent } = self.history;
        history::Limits { raw_days, hour_days, disk_percent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_means_the_defaults() {
        let settings = Settings::parse("").expect("defaults");
        assert_eq!((settings.rules(), settings.limits()), (Rules::default(), history::Limits::default()));
        assert_eq!(settings.mouth_to_ear, crossing::Limits::default());
    }

    #[test]
    fn the_limits_of_a_run_of_two_are_set_one_by_one() {
        let settings =
            Settings::parse("[mouth_to_ear]\ndelay_ms = [300, 600]\necho_db = [-40, -20.5]\n").expect("good");
        let expected =
            crossing::Limits { delay_ms: [300.0, 600.0], echo_db: [-40.0, -20.5], ..crossing::Limits::default() };
        assert_eq!(settings.mouth_to_ear, expected);
    }

    #[test]
    fn who_speaks_for_hq_in_a_roll_call_is_set_by_venue() {
        let settings = Settings::parse("[roll_call]\nhq = [\"35-01\", \"35-02\"]\n").expect("good");
        assert_eq!(settings.prover().hq.len(), 2);
        assert!(Settings::parse("").expect("defaults").prover().hq.is_empty());
    }

    #[test]
    fn a_wrong_key_or_number_is_named() {
        for (text, expected) in [
            ("[states]\nsilent_s = 3\n", "silent_s"),
            ("[states]\nsilent_after_s = 1\n", "expected 30 to 86400"),
            ("[map]\nsource = 3\n", "string"),
            ("history = 3", "history"),
            ("[mouth_to_ear]\ndelay = [1, 2]\n", "delay"),
            ("[mouth_to_ear]\ndelay_ms = 150\n", "delay_ms"),
            ("[mouth_to_ear]\ndelay_ms = [400, 150]\n", "mouth_to_ear.delay_ms = [400, 150]"),
            ("[mouth_to_ear]\nlate_ms = [-125, 185]\n", "1 to 2000"),
            ("[mouth_to_ear]\necho_db = [nan, nan]\n", "echo_db"),
            ("[roll_call]\nhq = [\"HQ\"]\n", "hq"),
            ("[roll_call]\nvenues = []\n", "venues"),
            ("[roll_call]\ncaller = \" \"\n", "roll_call.caller"),
            ("[proxy]\naddresses = [\"localhost\"]\n", "addresses"),
            ("[proxy]\nheader = \"forwarded\"\n", "x-forwarded-for"),
        ] {
            let said = Settings::parse(text).expect_err(text);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
