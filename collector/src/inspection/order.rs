//! What an inspection or joint test run is to do: whom, which probes, which manual items, how many at once, and when not.

use avow_shared::id::ProbeId;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::record::{Label, Measure};
use crate::calendar::{DAY_MS, UTC8_MS};
use crate::scope::{Named, Scope};

/// The most manual items of one run.
pub const MOST_MANUAL: usize = 64;
/// The longest title, standard or name, in characters.
pub const MAX_LINE_CHARS: usize = 128;
/// The longest word of a person about something, in characters.
pub const MAX_NOTE_CHARS: usize = 500;

/// Why it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InspectionKind)]
pub enum Kind {
    /// 日常巡检.
    Daily,
    /// 月度联调: province, cities and counties.
    Monthly,
    /// 年度联调: the whole province, with townships and villages.
    Yearly,
    /// 会前联调: half a day or a day before a meeting.
    Before,
    /// 重保.
    Assurance,
    /// 上门.
    Visit,
}

/// Which of a venue's probes run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probes {
    /// All.
    #[default]
    All,
    /// Those of these kinds: `line`, `camera`, `picture` …
    Kinds(Vec<SmolStr>),
    /// These.
    Ids(Vec<ProbeId>),
    /// None: only what persons look at.
    Nothing,
}

impl Probes {
    /// Whether a probe runs.
    #[must_use]
    pub fn has(&self, id: &ProbeId, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Kinds(kinds) => kinds.iter().any(|wanted| wanted == kind),
            Self::Ids(ids) => ids.contains(id),
            Self::Nothing => false,
        }
    }
}

/// Something that a person looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualItem {
    /// Its short name, unique in the list: `cables`.
    pub key: String,
    /// 项目, as people call it: 线缆.
    pub title: String,
    /// 标准: what is expected.
    #[serde(default)]
    pub standard: String,
}

/// How many venues are asked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// In all, 1 to 5000.
    pub at_once: u16,
    /// Over the line of one county, 1 to 5000.
    pub per_county: u16,
}

impl Default for Spread {
    /// A county's line carries some ten tests of lines and pictures beside its meetings, and the province a few hundred.
    fn default() -> Self {
        Self { at_once: 200, per_county: 10 }
    }
}

/// Hours of the day in which nobody is asked; over midnight when `from` is behind `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Minute of the day in China, inclusive.
    pub from: u16,
    /// Exclusive.
    pub to: u16,
}

impl Quiet {
    /// Whether a moment lies in them.
    #[must_use]
    pub const fn has(self, now: UnixMs) -> bool {
        self.has_minute(((now.saturating_add(UTC8_MS)) % DAY_MS / 60_000) as u16)
    }

    /// Whether a minute of the day lies in them.
    #[must_use]
    pub const fn has_minute(self, minute: u16) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// How long they are, minutes.
    #[must_use]
    pub const fn length_min(self) -> u16 {
        const DAY_MIN: u16 = 1_440;
        (self.to + DAY_MIN - self.from) % DAY_MIN
    }

    /// How long they go on from a moment that lies in them, milliseconds.
    #[must_use]
    pub const fn left_ms(self, now: UnixMs) -> u64 {
        let of_day = now.saturating_add(UTC8_MS) % DAY_MS;
        let to_ms = self.to as u64 * 60_000;
        if to_ms > of_day { to_ms - of_day } else { to_ms + DAY_MS - of_day }
    }

    /// When so much time outside them has passed since a moment.
    #[must_use]
    pub const fn behind(self, from_ms: UnixMs, window_ms: u64) -> UnixMs {
        let (mut at_ms, mut left_ms) = (from_ms, window_ms);
        if self.from == self.to {
            return from_ms.saturating_add(window_ms);
        }
        loop {
            if self.has(at_ms) {
                at_ms = at_ms.saturating_add(self.left_ms(at_ms));
            }
            // Outside of them the way to their begin is that to the end of the rest of the day.
            let awake_ms = Self { from: self.to, to: self.from }.left_ms(at_ms);
            if left_ms <= awake_ms {
                return at_ms.saturating_add(left_ms);
            }
            (at_ms, left_ms) = (at_ms.saturating_add(awake_ms), left_ms - awake_ms);
        }
    }
}

/// What is to be done, without a time: of a template, a plan or a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Why.
    pub kind: Kind,
    /// Whom.
    pub scope: Scope,
    /// Which probes.
    pub probes: Probes,
    /// What persons look at.
    pub manual: Vec<ManualItem>,
    /// Somebody agreed that cameras turn and sounds are heard in rooms without a meeting.
    pub confirmed: bool,
    /// How many at once.
    pub spread: Spread,
    /// When nobody is asked.
    pub quiet: Option<Quiet>,
    /// How long a run lasts at most, minutes, quiet hours not counted: what was not tested by then is 未检.
    pub window_min: u32,
}

impl Work {
    /// When a run that begins now ends at the latest. Quiet hours make its window longer, as a pause does.
    #[must_use]
    pub fn until_ms(&self, now: UnixMs) -> UnixMs {
        let window_ms = u64::from(self.window_min) * 60_000;
        self.quiet.map_or_else(|| now.saturating_add(window_ms), |quiet| quiet.behind(now, window_ms))
    }

    /// How many items persons look at.
    #[must_use]
    pub const fn asked(&self) -> usize {
        self.manual.len()
    }

    /// By what records of a run with these labels are judged.
    #[must_use]
    pub fn measure<'a>(&self, labels: &'a [Label]) -> Measure<'a> {
        Measure { labels, manual: self.asked() }
    }
}

/// What was ordered, as it stands in the record of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// What people call it.
    pub title: Box<str>,
    /// The plan that it is a run of; none: begun by hand.
    pub plan: Option<u64>,
    /// The meeting that it goes before.
    pub meeting: Option<u64>,
    /// What is to be done.
    pub work: Work,
    /// The saved group whose scope that was when it began.
    pub group: Option<Named>,
    /// Who ordered it; the calendar's runs have the plan's.
    pub operator: Box<str>,
    /// 依据: on whose word.
    pub basis: Box<str>,
    /// Whether the calendar began it.
    pub by_calendar: bool,
    /// When it began.
    pub given_ms: UnixMs,
    /// When it ends at the latest.
    pub until_ms: UnixMs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_are_those_of_china_and_go_over_midnight() {
        // date -u -d '2026-11-27 15:00' +%s: 23:00 in China.
        let eleven_at_night = 1_795_791_600_000;
        let night = Quiet { from: 22 * 60, to: 6 * 60 };
        assert!(night.has(eleven_at_night) && night.has(eleven_at_night + 6 * 3_600_000));
        assert!(!night.has(eleven_at_night + 7 * 3_600_000) && !night.has(eleven_at_night - 2 * 3_600_000));
        let noon = Quiet { from: 12 * 60, to: 14 * 60 };
        assert!(!noon.has(eleven_at_night) && noon.has(eleven_at_night + 13 * 3_600_000));
        assert_eq!(
            (night.left_ms(eleven_at_night), noon.left_ms(eleven_at_night + 13 * 3_600_000)),
            (7 * 3_600_000, 2 * 3_600_000)
        );
    }

    #[test]
    fn a_window_is_as_long_as_it_is_said_whatever_quiet_hours_lie_in_it() {
        // 23:00 in China.
        let (at, hour) = (1_795_791_600_000, 3_600_000);
        let night = Quiet { from: 22 * 60, to: 6 * 60 };
        for (from_h, window_h, until_h) in
            [(0, 3, 10), (-1, 3, 10), (-2, 3, 9), (7, 3, 10), (7, 16, 23), (7, 17, 32), (0, 48, 71), (-3, 2, -1)]
        {
            let hours = |h: i64| (at as i64 + h * hour) as u64;
            assert_eq!(night.behind(hours(from_h), window_h * 3_600_000), hours(until_h), "{from_h} {window_h}");
        }
        let never = Quiet { from: 60, to: 60 };
        assert_eq!(never.behind(at, 5), at + 5);
    }

    #[test]
    fn probes_are_chosen_by_kind_or_by_name() {
        let id: ProbeId = "extranet".parse().expect("a probe");
        assert!(Probes::All.has(&id, "line") && !Probes::Nothing.has(&id, "line"));
        assert!(Probes::Kinds(vec!["line".into()]).has(&id, "line"));
        assert!(!Probes::Kinds(vec!["camera".into()]).has(&id, "line"));
        assert!(Probes::Ids(vec![id.clone()]).has(&id, "line"));
    }
}
