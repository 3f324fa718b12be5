//! `--config FILE`: what an operator may change, in TOML. What is not said keeps its default; what is not known is an error.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::history::Limits;
use crate::province::Rules;

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The map.
    pub map: Map,
    /// What is kept, and how long.
    pub keep: Keep,
    /// When a venue is silent or stale.
    pub limits: Thresholds,
}

/// The map that the console shows; the borders lie in `data/map/cities.geojson` and `counties.geojson`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    /// Where the borders come from, in words.
    pub source: Option<String>,
    /// 审图号.
    pub approval_number: Option<String>,
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Days of every single value, 1 to 3 650.
    pub history_days: u32,
    /// Days of hourly sums, 1 to 3 650.
    pub hourly_days: u32,
    /// The oldest day of the history goes when the disk is this full, 10 to 95.
    pub disk_percent: u64,
    /// Bytes of evidence.
    pub evidence_bytes: u64,
}

impl Default for Keep {
    fn default() -> Self {
        let Limits { raw_days, hour_days, disk_percent } = Limits::default();
        Self { history_days: raw_days, hourly_days: hour_days, disk_percent, evidence_bytes: 4 << 30 }
    }
}

/// How long is too long.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Seconds without anything signed, 60 to 86 400: agents send at least every 60.
    pub silent_after_s: u64,
    /// A probe is stale when older than this many of its intervals, 1 to 100 …
    pub stale_intervals: u32,
    /// … and so many seconds, at most 86 400.
    pub stale_grace_s: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        let Rules { silent_after_ms, stale_intervals, stale_grace_ms } = Rules::default();
        Self { silent_after_s: silent_after_ms / 1_000, stale_intervals, stale_grace_s: stale_grace_ms / 1_000 }
    }
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("read the configuration {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no TOML, or has an unknown key or a value of another kind.
    #[error("read the configuration {path}: {detail}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Line, key and what was expected.
        detail: String,
    },
    /// A number out of its range.
    #[error("read the configuration {path}: {key} = {found}, expected {from} to {to}")]
    Range {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What stands there.
        found: u64,
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error`], with file, key and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let settings: Self = toml::from_str(text)
            .map_err(|error| Error::Form { path: path.to_owned(), detail: error.to_string().trim_end().to_owned() })?;
        for (key, found, from, to) in settings.ranges() {
            if !(from..=to).contains(&found) {
                return Err(Error::Range { path: path.to_owned(), key, found, from, to });
            }
        }
        Ok(settings)
    }

    fn ranges(&self) -> [(&'static str, u64, u64, u64); 7] {
        let (keep, limits) = (&self.keep, &self.limits);
        [
            ("keep.history_days", keep.history_days.into(), 1, 3_650),
            ("keep.hourly_days", keep.hourly_days.into(), 1, 3_650),
            ("keep.disk_percent", keep.disk_percent, 10, 95),
            ("keep.evidence_bytes", keep.evidence_bytes, 1 << 20, 1 << 50),
            ("limits.silent_after_s", limits.silent_after_s, 60, 86_400),
            ("limits.stale_intervals", limits.stale_intervals.into(), 1, 100),
            ("limits.stale_grace_s", limits.stale_grace_s, 0, 86_400),
        ]
    }

    /// For the province.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            silent_after_ms: self.limits.silent_after_s * 1_000,
            stale_intervals: self.limits.stale_intervals,
            stale_grace_ms: self.limits.stale_grace_s * 1_000,
        }
    }

    /// For the history.
    #[must_use]
    pub fn history(&self) -> Limits {
        let Keep { history_days, hourly_days, disk_percent, .. } = self.keep;
        Limits { raw_days: history_days, hour_days: hourly_days, disk_percent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, parts: &[&str]) {
        let error = Settings::parse(Path::new("avow.toml"), text).expect_err("refused").to_string();
        for part in parts.iter().chain(&["avow.toml"]) {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let settings = Settings::parse(Path::new("x"), "").expect("reads");
        assert_eq!(settings, Settings::default());
        assert_eq!((settings.rules(), settings.history()), (Rules::default(), Limits::default()));
    }

    #[test]
    fn what_is_said_is_taken() {
        let text = "[map]\nsource = '天地图'\napproval_number = 'GS(2024)0650号'\n[limits]\nsilent_after_s = 240\n";
        let settings = Settings::parse(Path::new("x"), text).expect("reads");
        assert_eq!(settings.rules().silent_after_ms, 240_000);
        assert_eq!(settings.map.approval_number.as_deref(), Some("GS(2024)0650号"));
    }

    #[test]
    fn an_error_names_file_key_and_what_was_expected() {
        check_error("[keep]\nhistory_days = 0", &["keep.history_days = 0", "expected 1 to 3650"]);
        check_error("[keep]\ndays = 3", &["unknown field `days`", "history_days", "line 2"]);
        check_error("[limits]\nsilent_after_s = 'long'", &["line 2", "silent_after_s"]);
        check_error("[map", &["line 1"]);
    }
}
