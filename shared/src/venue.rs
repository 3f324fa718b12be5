//! What stands in a venue and how it is tested, as the agent declares it to HQ: no passwords, no way to reach a device.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{ChainId, DeviceId, ProbeId, StageId, ValueName, VenueId};
use crate::interlock::Disturbance;
use crate::place::PlaceCode;

/// The network that a box is connected to: exactly one, domains meet only at HQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// 应急指挥信息网.
    CommandNetwork,
    /// 政务外网.
    GovernmentExtranet,
    /// 互联网.
    Internet,
}

/// The whole checked description of what one agent serves; a numbered report at start and on change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The place that the agent stands in.
    pub place: PlaceCode,
    /// The one network it is connected to.
    pub domain: Domain,
    /// The program's version.
    pub software: SmolStr,
    /// The venues that it serves, at most [`MAX_VENUES`].
    pub venues: Vec<Venue>,
}

/// The most venues that one agent serves.
pub const MAX_VENUES: usize = 32;
/// The most devices, chains or probes of a venue, and stages of a chain.
pub const MAX_PARTS: usize = 128;

/// A room of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Venue {
    /// `<place>-<nn>`.
    pub id: VenueId,
    /// As people call it, e.g. 指挥大厅.
    pub name: SmolStr,
    /// The unit that uses it.
    pub unit: SmolStr,
    /// Whether it sends sound and picture too; many village points only receive.
    pub two_way: bool,
    /// What stands in it.
    pub devices: Vec<Device>,
    /// The ways of sound and picture through it.
    pub chains: Vec<Chain>,
    /// How it is tested.
    pub probes: Vec<Probe>,
}

/// A thing in a venue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Unique within the venue.
    pub id: DeviceId,
    /// As people call it.
    pub name: SmolStr,
    /// What it is: `camera`, `terminal`, `mixer` …
    pub kind: SmolStr,
    /// Maker, empty when not known; so are the following.
    pub make: SmolStr,
    /// Model.
    pub model: SmolStr,
    /// Serial number.
    pub serial: SmolStr,
    /// Firmware version.
    pub firmware: SmolStr,
    /// Port or address as a person names it, without credentials.
    pub address: SmolStr,
    /// The device that it stands in for.
    pub backup_for: Option<DeviceId>,
}

/// Whether a chain is used every day or waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Used every day.
    Main,
    /// Waits for its turn.
    Backup,
}

/// An ordered path of stages from a source to a sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Unique within the venue.
    pub id: ChainId,
    /// As people call it.
    pub name: SmolStr,
    /// Main or backup.
    pub role: Role,
    /// From source to sink.
    pub stages: Vec<Stage>,
}

/// A device or line that a chain passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The same id in two chains is the same thing.
    pub id: StageId,
    /// As people call it.
    pub name: SmolStr,
    /// The device that it is, when it is one.
    pub device: Option<DeviceId>,
}

/// An exercise of some stages, as declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Unique within the venue.
    pub id: ProbeId,
    /// As people call it.
    pub name: SmolStr,
    /// `line`, `http`, `camera`, `picture`, `host` …
    pub kind: SmolStr,
    /// Seconds between two scheduled runs.
    pub interval_s: u32,
    /// Whether the venue's state rests on it.
    pub required: bool,
    /// What it does to the room.
    pub disturbance: Disturbance,
    /// The stages that a pass proves and a failure accuses.
    pub covers: Vec<StageId>,
    /// The limits that its values are judged by.
    pub limits: Vec<Limit>,
}

/// Which side of a limit is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Small is good: loss, delay.
    AtMost,
    /// Large is good: light, charge.
    AtLeast,
}

/// The limits of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The value that is judged.
    pub value: ValueName,
    /// Which side is good.
    pub side: Side,
    /// Good up to here, inclusive.
    pub good: f64,
    /// Tolerable up to here, inclusive; beyond is a failure. None: never a failure.
    pub tolerable: Option<f64>,
}

/// How a value stands to its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Within the good side.
    Good,
    /// Beyond good, still tolerable.
    Degraded,
    /// Beyond tolerable.
    Fail,
}

impl Limit {
    /// The grade of `number`; what is not a number is a failure.
    #[must_use]
    pub fn judge(&self, number: f64) -> Grade {
        let within = |bound: f64| match self.side {
            Side::AtMost => number <= bound,
            Side::AtLeast => number >= bound,
        };
        if within(self.good) {
            Grade::Good
        } else if number.is_nan() || self.tolerable.is_some_and(|bound| !within(bound)) {
            Grade::Fail
        } else {
            Grade::Degraded
        }
    }

    /// As written beside a number: `≤30` or `≥400`.
    #[must_use]
    pub fn text(&self) -> String {
        let sign = match self.side {
            Side::AtMost => '≤',
            Side::AtLeast => '≥',
        };
        format!("{sign}{}", self.good)
    }
}

/// Why a description contradicts itself; the words fit after 'the description …'.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    /// More of something than anybody can keep apart.
    #[error("has {found} {what}, at most {most} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Two things with one name.
    #[error("names {what} '{id}' twice")]
    Twice {
        /// What it names.
        what: &'static str,
        /// The name.
        id: String,
    },
    /// A venue of another place.
    #[error("serves venue {venue}, which does not lie in its place {place}")]
    Elsewhere {
        /// The venue.
        venue: VenueId,
        /// The agent's place.
        place: PlaceCode,
    },
    /// Something that is named but not there.
    #[error("lets {who} refer to {what} '{id}', which does not exist in venue {venue}")]
    Dangling {
        /// The venue.
        venue: VenueId,
        /// Who refers.
        who: String,
        /// To what.
        what: &'static str,
        /// By which name.
        id: String,
    },
    /// A text longer than anybody reads.
    #[error("has a text of more than {MAX_TEXT_CHARS} characters: '{0}…'")]
    LongText(String),
}

/// The longest name or text in a description, in characters.
pub const MAX_TEXT_CHARS: usize = 128;

impl Description {
    /// Checks it whole: bounds, unique names, references.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Inconsistent> {
        at_most("venues", self.venues.len(), MAX_VENUES)?;
        once("venue", self.venues.iter().map(|v| v.id.to_string()))?;
        self.venues.iter().try_for_each(|venue| {
            if venue.id.place != self.place {
                return Err(Inconsistent::Elsewhere { venue: venue.id, place: self.place });
            }
            venue.check()
        })
    }
}

impl Venue {
    /// Every stage of every chain, each once, in order of appearance.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        let mut seen = std::collections::BTreeSet::new();
        self.chains.iter().flat_map(|chain| &chain.stages).filter(move |stage| seen.insert(&stage.id))
    }

    fn check(&self) -> Result<(), Inconsistent> {
        at_most("devices", self.devices.len(), MAX_PARTS)?;
        at_most("chains", self.chains.len(), MAX_PARTS)?;
        at_most("probes", self.probes.len(), MAX_PARTS)?;
        once("device", self.devices.iter().map(|d| d.id.to_string()))?;
        once("chain", self.chains.iter().map(|c| c.id.to_string()))?;
        once("probe", self.probes.iter().map(|p| p.id.to_string()))?;
        self.check_texts()?;
        for device in &self.devices {
            self.has_device(device.backup_for.as_ref(), || format!("device '{}'", device.id))?;
        }
        for chain in &self.chains {
            at_most("stages in a chain", chain.stages.len(), MAX_PARTS)?;
            once("stage", chain.stages.iter().map(|s| s.id.to_string()))?;
            for stage in &chain.stages {
                self.has_device(stage.device.as_ref(), || format!("stage '{}'", stage.id))?;
            }
        }
        self.probes.iter().try_for_each(|probe| self.check_probe(probe))
    }

    fn check_probe(&self, probe: &Probe) -> Result<(), Inconsistent> {
        at_most("covered stages", probe.covers.len(), MAX_PARTS)?;
        at_most("limits", probe.limits.len(), MAX_PARTS)?;
        match probe.covers.iter().find(|id| !self.stages().any(|stage| stage.id == **id)) {
            None => Ok(()),
            Some(id) => Err(self.dangling(format!("probe '{}'", probe.id), "stage", id.as_str())),
        }
    }

    fn has_device(&self, id: Option<&DeviceId>, who: impl Fn() -> String) -> Result<(), Inconsistent> {
        match id.filter(|id| !self.devices.iter().any(|device| device.id == **id)) {
            None => Ok(()),
            Some(id) => Err(self.dangling(who(), "device", id.as_str())),
        }
    }

    fn dangling(&self, who: String, what: &'static str, id: &str) -> Inconsistent {
        Inconsistent::Dangling { venue: self.id, who, what, id: id.to_owned() }
    }

    fn check_texts(&self) -> Result<(), Inconsistent> {
        let devices =
            self.devices.iter().flat_map(|d| [&d.name, &d.kind, &d.make, &d.model, &d.serial, &d.firmware, &d.address]);
        let chains = self.chains.iter().flat_map(|c| std::iter::once(&c.name).chain(c.stages.iter().map(|s| &s.name)));
        let probes = self.probes.iter().flat_map(|p| [&p.name, &p.kind]);
        let mut texts = [&self.name, &self.unit].into_iter().chain(devices).chain(chains).chain(probes);
        match texts.find(|text| text.chars().count() > MAX_TEXT_CHARS) {
            None => Ok(()),
            Some(text) => Err(Inconsistent::LongText(text.chars().take(16).collect())),
        }
    }
}

fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), Inconsistent> {
    if found <= most { Ok(()) } else { Err(Inconsistent::TooMany { what, found, most }) }
}

fn once(what: &'static str, ids: impl Iterator<Item = String>) -> Result<(), Inconsistent> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id.clone()) {
            return Err(Inconsistent::Twice { what, id });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(side: Side, good: f64, tolerable: Option<f64>) -> Limit {
        Limit { value: "x".parse().expect("a name"), side, good, tolerable }
    }

    #[test]
    fn a_limit_judges_both_sides_inclusively() {
        let small = limit(Side::AtMost, 30.0, Some(50.0));
        let large = limit(Side::AtLeast, 400.0, None);
        let grades = [30.0, 30.1, 50.0, 50.1, f64::NAN].map(|n| small.judge(n));
        assert_eq!(grades, [Grade::Good, Grade::Degraded, Grade::Degraded, Grade::Fail, Grade::Fail]);
        assert_eq!([400.0, 1.0].map(|n| large.judge(n)), [Grade::Good, Grade::Degraded]);
        assert_eq!((small.text(), large.text()), ("≤30".to_owned(), "≥400".to_owned()));
    }

    fn description() -> Description {
        let stage = |id: &str| Stage { id: id.parse().expect("a stage"), name: id.into(), device: None };
        Description {
            place: "350102".parse().expect("a place"),
            domain: Domain::GovernmentExtranet,
            software: "0.1.0".into(),
            venues: vec![Venue {
                id: "350102-01".parse().expect("a venue"),
                name: "指挥大厅".into(),
                unit: "鼓楼区应急管理局".into(),
                two_way: true,
                devices: vec![],
                chains: vec![Chain {
                    id: "sound".parse().expect("a chain"),
                    name: "主用".into(),
                    role: Role::Main,
                    stages: vec![stage("mic"), stage("line")],
                }],
                probes: vec![Probe {
                    id: "line".parse().expect("a probe"),
                    name: "专线".into(),
                    kind: "line".into(),
                    interval_s: 60,
                    required: true,
                    disturbance: Disturbance::Line,
                    covers: vec!["line".parse().expect("a stage")],
                    limits: vec![],
                }],
            }],
        }
    }

    #[test]
    fn a_consistent_description_is_believed() {
        assert_eq!(description().check(), Ok(()));
    }

    #[test]
    fn what_contradicts_itself_is_named() {
        let mut twice = description();
        twice.venues.push(twice.venues[0].clone());
        assert!(matches!(twice.check(), Err(Inconsistent::Twice { what: "venue", .. })));

        let mut elsewhere = description();
        elsewhere.place = "350103".parse().expect("a place");
        assert!(matches!(elsewhere.check(), Err(Inconsistent::Elsewhere { .. })));

        let mut dangling = description();
        dangling.venues[0].probes[0].covers = vec!["mcu".parse().expect("a stage")];
        let said = dangling.check().expect_err("dangles").to_string();
        assert_eq!(said, "lets probe 'line' refer to stage 'mcu', which does not exist in venue 350102-01");

        let mut long = description();
        long.venues[0].name = "长".repeat(129).into();
        assert!(matches!(long.check(), Err(Inconsistent::LongText(_))));
    }
}
