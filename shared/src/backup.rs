//! Backup paths: what of a venue waits for its turn, which probes exercise it, and whether a test has seen it work lately
//! enough. Pure; the agent checks its description by it, HQ keeps the status.
//!
//! A backup path is a chain with the role backup, a device that stands in for another, or an uninterruptible power supply.
//! It consists of parts that must all work: a chain of its stages, a device of itself. A part is *seen to work* by the pass
//! of any probe that covers it (a degraded outcome proves nothing and accuses nobody); a power supply only by coming back
//! from its battery, because that its electronics answer says nothing of the battery. A path is *proven* at the oldest of
//! the newest times at which each of its parts was seen to work.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{ChainId, DeviceId, ProbeId, StageId, VenueId};
use crate::time::UnixMs;
use crate::venue::{Chain, MAX_PARTS, Probe, Role, Stage, Venue};

/// The value of a UPS probe that says how long ago the supply came back from its battery, hours.
pub const UPS_PROVEN: &str = "battery_proven";
/// The kind of probes that ask a UPS, and of devices that are one.
const UPS: &str = "ups";
/// A line, terminal, microphone or platform is to be proven once in so many days when nobody says otherwise …
pub const WITHIN_DAYS: u16 = 7;
/// … and a UPS under load in so many.
pub const UPS_WITHIN_DAYS: u16 = 90;
/// The longest time that anybody may allow.
pub const MAX_WITHIN_DAYS: u16 = 3_650;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What stands in for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 线路.
    Line,
    /// 终端.
    Terminal,
    /// 话筒.
    Microphone,
    /// 平台.
    Platform,
    /// 不间断电源.
    Ups,
    /// 其他设备: a camera, a display.
    Other,
}

/// How a backup path stands, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// 故障: a probe that is about the path alone failed when it last ran.
    Failing,
    /// 逾期: it was proven, but too long ago.
    Overdue,
    /// 从未验证: it is exercised, and some part was never seen to work.
    Never,
    /// 无探测: no probe exercises some part of it; the description must be mended.
    Unexercised,
    /// 已验证.
    Proven,
}

/// Whose path it is: its name in the venue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// A chain's.
    Chain(ChainId),
    /// A device's.
    Device(DeviceId),
    /// A power supply's that only its probe knows.
    Probe(ProbeId),
}

/// What a description of version 1 has no room for; a numbered report beside it, from version 3 of the envelope on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The venue.
    pub venue: VenueId,
    /// Which probe is about which device, where the configuration says so; at most [`MAX_PARTS`].
    pub about: Vec<(ProbeId, DeviceId)>,
    /// Within how many days a path must be proven, where that is not the default; at most twice [`MAX_PARTS`].
    pub within: Vec<(Whose, u16)>,
}

/// A backup path of a venue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Path {
    /// Whose it is.
    pub whose: Whose,
    /// As people call it.
    pub name: SmolStr,
    /// What it stands in for.
    pub kind: Kind,
    /// It must be proven within so many days.
    pub within_days: u16,
    /// What must work, at least one.
    pub parts: Vec<Part>,
    /// The probes that are about nothing but this path: when one fails, the path does.
    pub accusers: Vec<ProbeId>,
}

/// What must work for a path to work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// As people call it.
    pub name: SmolStr,
    /// The probes that see it work; none: nothing exercises it.
    pub probes: Vec<ProbeId>,
}

/// What the newest outcomes of a probe say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When it last saw what it covers work; 0 for never.
    pub passed_ms: UnixMs,
    /// Whether it failed when it last ran.
    pub fails: bool,
}

/// How a path stands at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In one word.
    pub state: State,
    /// When it was last proven as a whole.
    pub proven_ms: Option<UnixMs>,
    /// Until when that is enough.
    pub due_ms: Option<UnixMs>,
    /// The probe to look at: the one that fails, else the one whose pass is the oldest or missing.
    pub by: Option<ProbeId>,
}

impl Kind {
    /// All of them, in the order of the console.
    pub const ALL: [Self; 6] = [Self::Line, Self::Terminal, Self::Microphone, Self::Platform, Self::Ups, Self::Other];

    /// The word in API and filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Terminal => "terminal",
            Self::Microphone => "microphone",
            Self::Platform => "platform",
            Self::Ups => UPS,
            Self::Other => "other",
        }
    }

    /// By the first word of a device's kind or a stage's name: `mic-array`, `line_extranet`.
    fn of_word(text: &str) -> Option<Self> {
        let first = text.split(['-', '_']).next().unwrap_or_default();
        Some(match first {
            "line" | "router" | "modem" | "network" | "extranet" | "internet" | "satellite" | "4g" | "5g" => Self::Line,
            "terminal" | "codec" | "endpoint" => Self::Terminal,
            "mic" | "microphone" | "omni" => Self::Microphone,
            "mcu" | "platform" | "cloud" => Self::Platform,
            UPS => Self::Ups,
            _ => return None,
        })
    }

    const fn within_days(self) -> u16 {
        if matches!(self, Self::Ups) { UPS_WITHIN_DAYS } else { WITHIN_DAYS }
    }
}

impl State {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Failing, Self::Overdue, Self::Never, Self::Unexercised, Self::Proven];

    /// The word in API and filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Overdue => "overdue",
            Self::Never => "never",
            Self::Unexercised => "unexercised",
            Self::Proven => "proven",
        }
    }
}

impl std::fmt::Display for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, id) = match self {
            Self::Chain(id) => ("chain", id.as_str()),
            Self::Device(id) => ("device", id.as_str()),
            Self::Probe(id) => ("probe", id.as_str()),
        };
        write!(f, "{what}/{id}")
    }
}

impl Terms {
    /// Whether they keep their bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let days = |(_, days): &(Whose, u16)| (1..=MAX_WITHIN_DAYS).contains(days);
        self.about.len() <= MAX_PARTS && self.within.len() <= 2 * MAX_PARTS && self.within.iter().all(days)
    }

    fn about(&self, probe: &ProbeId) -> Option<&DeviceId> {
        self.about.iter().find(|(held, _)| held == probe).map(|(_, device)| device)
    }

    fn within(&self, whose: &Whose) -> Option<u16> {
        self.within.iter().find(|(held, _)| held == whose).map(|(_, days)| *days)
    }
}

/// The backup paths of a venue: chains, then devices, then power supplies, each in the order of the description.
///
/// Without terms a probe is about the devices whose stages it covers, and all must be proven within the defaults.
#[must_use]
pub fn paths(venue: &Venue, terms: Option<&Terms>) -> Vec<Path> {
    let about = |probe: &Probe| terms.and_then(|terms| terms.about(&probe.id));
    let mut paths: Vec<Path> = backup_chains(venue).map(|chain| of_chain(venue, chain)).collect();
    let is_ups = |kind: &str| Kind::of_word(kind) == Some(Kind::Ups);
    let devices = venue.devices.iter().filter(|device| device.backup_for.is_some() && !is_ups(&device.kind));
    paths.extend(devices.map(|device| {
        let own = stages_of(venue, &device.id);
        let proves =
            |probe: &&Probe| about(probe) == Some(&device.id) || probe.covers.iter().any(|id| own.contains(&id));
        let accuses = |probe: &&Probe| about(probe) == Some(&device.id) || is_within(probe, &own);
        let kind = Kind::of_word(&device.kind).unwrap_or(Kind::Other);
        let parts = vec![Part { name: device.name.clone(), probes: ids(venue, proves) }];
        path(Whose::Device(device.id.clone()), device.name.clone(), kind, parts, ids(venue, accuses))
    }));
    let asks = |probe: &&Probe| probe.kind == UPS;
    let supplies: Vec<_> = venue.devices.iter().filter(|device| is_ups(&device.kind)).collect();
    let device_of = |probe: &Probe| match (about(probe), &supplies[..]) {
        (Some(named), _) => supplies.iter().find(|device| device.id == *named).copied(),
        (None, [only]) => Some(*only),
        (None, _) => supplies.iter().find(|device| is_within(probe, &stages_of(venue, &device.id))).copied(),
    };
    paths.extend(supplies.iter().map(|device| {
        let probes = ids(venue, |probe| asks(probe) && device_of(probe).is_some_and(|of| of.id == device.id));
        let parts = vec![Part { name: device.name.clone(), probes: probes.clone() }];
        path(Whose::Device(device.id.clone()), device.name.clone(), Kind::Ups, parts, probes)
    }));
    let alone = venue.probes.iter().filter(|probe| asks(probe) && device_of(probe).is_none());
    paths.extend(alone.map(|probe| {
        let probes = vec![probe.id.clone()];
        let parts = vec![Part { name: probe.name.clone(), probes: probes.clone() }];
        path(Whose::Probe(probe.id.clone()), probe.name.clone(), Kind::Ups, parts, probes)
    }));
    for path in &mut paths {
        path.within_days = terms.and_then(|terms| terms.within(&path.whose)).unwrap_or(path.within_days);
    }
    paths
}

fn path(whose: Whose, name: SmolStr, kind: Kind, parts: Vec<Part>, accusers: Vec<ProbeId>) -> Path {
    Path { whose, name, kind, within_days: kind.within_days(), parts, accusers }
}

fn backup_chains(venue: &Venue) -> impl Iterator<Item = &Chain> {
    venue.chains.iter().filter(|chain| chain.role == Role::Backup && !chain.stages.is_empty())
}

fn of_chain(venue: &Venue, chain: &Chain) -> Path {
    let part =
        |stage: &Stage| Part { name: stage.name.clone(), probes: ids(venue, |probe| probe.covers.contains(&stage.id)) };
    let stages: Vec<&StageId> = chain.stages.iter().map(|stage| &stage.id).collect();
    let parts = chain.stages.iter().map(part).collect();
    let accusers = ids(venue, |probe| is_within(probe, &stages));
    path(Whose::Chain(chain.id.clone()), chain.name.clone(), kind_of_chain(venue, chain), parts, accusers)
}

/// By what it has of its own, that no main chain passes: a second platform is more than its line.
fn kind_of_chain(venue: &Venue, chain: &Chain) -> Kind {
    let own = chain.stages.iter().filter(|stage| !is_main(venue, &stage.id));
    let kind = |stage: &Stage| {
        let device = stage.device.as_ref().and_then(|id| venue.devices.iter().find(|device| device.id == *id));
        // What is no device is a line, unless it is called otherwise.
        device.map_or_else(
            || Kind::of_word(stage.id.as_str()).unwrap_or(Kind::Line),
            |device| Kind::of_word(&device.kind).unwrap_or(Kind::Other),
        )
    };
    let kinds: Vec<Kind> = own.map(kind).collect();
    let order = [Kind::Platform, Kind::Terminal, Kind::Microphone, Kind::Line, Kind::Ups, Kind::Other];
    order.into_iter().find(|kind| kinds.contains(kind)).unwrap_or(Kind::Line)
}

fn is_main(venue: &Venue, id: &StageId) -> bool {
    venue.chains.iter().filter(|chain| chain.role == Role::Main).flat_map(|chain| &chain.stages).any(|s| s.id == *id)
}

fn stages_of<'a>(venue: &'a Venue, device: &DeviceId) -> Vec<&'a StageId> {
    venue.stages().filter(|stage| stage.device.as_ref() == Some(device)).map(|stage| &stage.id).collect()
}

fn is_within(probe: &Probe, stages: &[&StageId]) -> bool {
    !probe.covers.is_empty() && probe.covers.iter().all(|id| stages.contains(&id))
}

fn ids(venue: &Venue, is_one: impl Fn(&&Probe) -> bool) -> Vec<ProbeId> {
    venue.probes.iter().filter(is_one).map(|probe| probe.id.clone()).collect()
}

/// Whether a probe exercises nothing but what waits for its turn: every stage that it covers is a backup's, and no main
/// chain passes it.
#[must_use]
pub fn is_for_backup_only(venue: &Venue, covers: &[StageId]) -> bool {
    let is_backup = |id: &StageId| backup_chains(venue).flat_map(|chain| &chain.stages).any(|stage| stage.id == *id);
    !covers.is_empty() && covers.iter().all(|id| is_backup(id) && !is_main(venue, id))
}

impl Path {
    /// How it stands; without a time nothing is overdue.
    #[must_use]
    pub fn standing(&self, seen: impl Fn(&ProbeId) -> Seen, now_ms: Option<UnixMs>) -> Standing {
        let (mut oldest, mut is_exercised) = (None, !self.parts.is_empty());
        for part in &self.parts {
            let Some((passed_ms, probe)) = newest(part, &seen) else {
                is_exercised = false;
                continue;
            };
            if oldest.is_none_or(|(held_ms, _)| passed_ms < held_ms) {
                oldest = Some((passed_ms, probe));
            }
        }
        let proven_ms = oldest.map(|(ms, _)| ms).filter(|ms| is_exercised && *ms > 0);
        let due_ms = proven_ms.map(|ms| ms.saturating_add(u64::from(self.within_days) * DAY_MS));
        let failing = self.accusers.iter().find(|probe| seen(probe).fails);
        let is_late = due_ms.zip(now_ms).is_some_and(|(due_ms, now_ms)| now_ms > due_ms);
        let state = match proven_ms {
            _ if failing.is_some() => State::Failing,
            _ if !is_exercised => State::Unexercised,
            None => State::Never,
            Some(_) if is_late => State::Overdue,
            Some(_) => State::Proven,
        };
        Standing { state, proven_ms, due_ms, by: failing.or(oldest.map(|(_, probe)| probe)).cloned() }
    }

    /// The parts that nothing exercises.
    pub fn unexercised(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.probes.is_empty())
    }
}

/// Who saw a part work last, and when; of two at once the first.
fn newest(part: &Part, seen: impl Fn(&ProbeId) -> Seen) -> Option<(UnixMs, &ProbeId)> {
    part.probes.iter().rev().map(|probe| (seen(probe).passed_ms, probe)).max_by_key(|(passed_ms, _)| *passed_ms)
}

/// The paths that no probe exercises whole, each with the names of what is left out.
#[must_use]
pub fn unexercised(paths: &[Path]) -> Vec<(&Path, Vec<&str>)> {
    let named = |path| (path, Path::unexercised(path).map(|part| part.name.as_str()).collect::<Vec<_>>());
    paths.iter().map(named).filter(|(_, parts)| !parts.is_empty()).collect()
}

#[cfg(test)]
mod tests;
