//! What simulated venues look like and what their probes find: a seeded random walk, now and then a fault.

use std::str::FromStr;

use avow_agent::jitter::Dice;
use avow_shared::id::VenueId;
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::time::WallTime;
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Chain, Description, Device, Domain, Limit, Probe, Role, Side, Stage, Venue};

/// How often something is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// The share of outcomes that are no pass.
    pub share: f64,
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected 'none' or 'share=0.01', found '{text}'");
        if text == "none" {
            return Ok(Self { share: 0.0 });
        }
        let share: f64 = text.strip_prefix("share=").and_then(|share| share.parse().ok()).ok_or_else(wrong)?;
        if (0.0..=1.0).contains(&share) { Ok(Self { share }) } else { Err(wrong()) }
    }
}

/// A kind of probe: its values, and what it finds when something is wrong.
struct Kind {
    word: &'static str,
    disturbance: Disturbance,
    finding: &'static str,
    values: [(&'static str, Unit, f64); 8],
}

const LINE: Kind = Kind {
    word: "line",
    disturbance: Disturbance::Line,
    finding: "line.loss",
    values: [
        ("loss", Unit::Percent, 0.2),
        ("rtt_min", Unit::Millisecond, 8.0),
        ("rtt_avg", Unit::Millisecond, 11.0),
        ("rtt_p95", Unit::Millisecond, 16.0),
        ("rtt_max", Unit::Millisecond, 22.0),
        ("jitter", Unit::Millisecond, 2.0),
        ("sent", Unit::None, 20.0),
        ("received", Unit::None, 20.0),
    ],
};
const HTTP: Kind = Kind {
    word: "http",
    disturbance: Disturbance::Line,
    finding: "http.slow",
    values: [
        ("status", Unit::None, 200.0),
        ("connect", Unit::Millisecond, 12.0),
        ("first_byte", Unit::Millisecond, 40.0),
        ("total", Unit::Millisecond, 55.0),
        ("size", Unit::Byte, 4_000.0),
        ("rate", Unit::BitsPerSecond, 800_000.0),
        ("redirects", Unit::None, 0.5),
        ("certificate_days", Unit::None, 200.0),
    ],
};
const CAMERA: Kind = Kind {
    word: "camera",
    disturbance: Disturbance::Line,
    finding: "camera.no-answer",
    values: [
        ("answer", Unit::Millisecond, 35.0),
        ("pan", Unit::Degree, 10.0),
        ("tilt", Unit::Degree, 5.0),
        ("zoom", Unit::None, 3.0),
        ("focus", Unit::None, 40.0),
        ("power", Unit::None, 1.0),
        ("errors", Unit::None, 0.1),
        ("age", Unit::Second, 100.0),
    ],
};
const PICTURE: Kind = Kind {
    word: "picture",
    disturbance: Disturbance::Picture,
    finding: "picture.dark",
    values: [
        ("luma", Unit::Luma, 110.0),
        ("contrast", Unit::Luma, 45.0),
        ("sharpness", Unit::None, 20.0),
        ("motion", Unit::None, 3.0),
        ("frames", Unit::FramesPerSecond, 25.0),
        ("width", Unit::Pixel, 1_920.0),
        ("height", Unit::Pixel, 1_080.0),
        ("noise", Unit::Decibel, 38.0),
    ],
};
const HOST: Kind = Kind {
    word: "host",
    disturbance: Disturbance::None,
    finding: "host.hot",
    values: [
        ("temperature", Unit::Celsius, 48.0),
        ("load", Unit::Percent, 4.0),
        ("memory", Unit::Percent, 31.0),
        ("disk", Unit::Percent, 40.0),
        ("uptime", Unit::Second, 500_000.0),
        ("flash", Unit::Byte, 9_000_000.0),
        ("clock_error", Unit::Millisecond, 4.0),
        ("processes", Unit::None, 60.0),
    ],
};

/// The probes of every simulated venue: id, name, kind, stage that is covered.
const PROBES: [(&str, &str, &Kind, &str); 10] = [
    ("line-extranet", "政务外网专线", &LINE, "extranet"),
    ("line-backup", "备用线路", &LINE, "backup-line"),
    ("line-mcu", "到省级 MCU", &LINE, "mcu"),
    ("http-platform", "会议平台", &HTTP, "mcu"),
    ("http-terminal", "终端网页", &HTTP, "terminal"),
    ("camera-front", "主席台摄像机", &CAMERA, "camera-front"),
    ("camera-rear", "全景摄像机", &CAMERA, "camera-rear"),
    ("picture-front", "主席台画面", &PICTURE, "camera-front"),
    ("picture-rear", "全景画面", &PICTURE, "camera-rear"),
    ("host", "本机", &HOST, "box"),
];

const STAGES: [(&str, &str); 7] = [
    ("camera-front", "主席台摄像机"),
    ("camera-rear", "全景摄像机"),
    ("terminal", "视频会议终端"),
    ("box", "测试终端"),
    ("extranet", "政务外网"),
    ("backup-line", "备用线路"),
    ("mcu", "省级 MCU"),
];
const MAIN: [usize; 5] = [0, 2, 3, 4, 6];
const BACKUP: [usize; 5] = [1, 2, 3, 5, 6];

/// A fault of a probe that lasts for a few runs.
#[derive(Clone, Copy, Debug)]
struct Spell {
    left: u8,
    what: u8,
}

/// Invents for one agent.
#[derive(Clone, Debug)]
pub struct Inventor {
    venue: VenueId,
    dice: Dice,
    faults: Faults,
    levels: [f32; PROBES.len()],
    spells: [Option<Spell>; PROBES.len()],
    next: usize,
}

/// How many runs a fault lasts.
const SPELL: u8 = 10;

impl Inventor {
    /// The same seed and venue invent the same.
    #[must_use]
    pub fn new(venue: VenueId, seed: u64, faults: Faults) -> Self {
        let mut dice = Dice::seeded(format!("{seed} {venue}").as_bytes());
        let next = usize::try_from(dice.upto(PROBES.len() as u64 - 1)).unwrap_or(0);
        Self { venue, dice, faults, levels: [1.0; PROBES.len()], spells: [None; PROBES.len()], next }
    }

    /// What the agent declares.
    #[must_use]
    pub fn description(&self, report_every: f64, batch: usize) -> Description {
        Description {
            place: self.venue.place,
            domain: Domain::GovernmentExtranet,
            software: concat!(env!("CARGO_PKG_VERSION"), "-fleet").into(),
            venues: vec![self.venue_description(interval_s(report_every, batch))],
        }
    }

    /// What the next probe in turn found.
    pub fn outcome(&mut self, at: WallTime) -> Outcome {
        let index = self.next;
        self.next = (self.next + 1) % PROBES.len();
        self.outcome_of(index, at)
    }

    /// What a probe found that was asked for by name; none when there is none of that name.
    pub fn outcome_named(&mut self, probe: &str, at: WallTime) -> Option<Outcome> {
        let index = PROBES.iter().position(|(id, ..)| *id == probe)?;
        Some(self.outcome_of(index, at))
    }

    /// The names of all probes.
    pub fn probes() -> impl Iterator<Item = &'static str> {
        PROBES.iter().map(|(id, ..)| *id)
    }

    fn outcome_of(&mut self, index: usize, at: WallTime) -> Outcome {
        let (id, _, kind, _) = PROBES[index];
        let step = (self.dice.share() - 0.5) * 0.1;
        let level = (f64::from(self.levels[index]) + step).clamp(0.5, 1.5);
        #[expect(clippy::cast_possible_truncation, reason = "a level needs few digits")]
        let kept = level as f32;
        self.levels[index] = kept;
        let verdict = self.verdict(index, kind);
        let values = kind.values.iter().map(|(name, unit, middle)| Value::new(name, *unit, middle * level)).collect();
        let detail = if verdict == Verdict::Pass { "正常" } else { "模拟故障" };
        Outcome {
            venue: self.venue,
            probe: id.parse().expect("a literal probe"),
            at,
            took_ms: 200 + u32::try_from(self.dice.upto(800)).unwrap_or(0),
            verdict,
            detail: detail.into(),
            values,
            evidence: vec![],
        }
    }

    fn verdict(&mut self, index: usize, kind: &Kind) -> Verdict {
        if self.spells[index].is_none() && self.dice.share() < self.faults.share / f64::from(SPELL) {
            self.spells[index] = Some(Spell { left: SPELL, what: u8::try_from(self.dice.upto(3)).unwrap_or(0) });
        }
        let Some(spell) = self.spells[index] else { return Verdict::Pass };
        self.spells[index] = (spell.left > 1).then_some(Spell { left: spell.left.saturating_sub(1), ..spell });
        match spell.what {
            0 | 1 => Verdict::degraded(kind.finding),
            2 => Verdict::fail(kind.finding),
            _ => Verdict::Unknown { why: Why::Deadline },
        }
    }

    fn venue_description(&self, interval_s: u32) -> Venue {
        Venue {
            id: self.venue,
            name: "视频会议室".into(),
            unit: "模拟单位".into(),
            two_way: self.venue.place.level() != avow_shared::place::Level::Village,
            devices: ["camera-front", "camera-rear", "terminal"].map(device).into(),
            chains: vec![chain("main", "主用", Role::Main, &MAIN), chain("backup", "备用", Role::Backup, &BACKUP)],
            probes: PROBES.iter().map(|row| probe(row, interval_s)).collect(),
        }
    }
}

/// Probes take turns: each runs once while all outcomes of a round are invented.
fn interval_s(report_every: f64, batch: usize) -> u32 {
    let outcomes = f64::from(u32::try_from(batch.max(1)).unwrap_or(1));
    let seconds = (report_every * PROBES.len() as f64 / outcomes).ceil().clamp(1.0, 86_400.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let whole = seconds as u32;
    whole
}

fn device(id: &'static str) -> Device {
    let kind = if id.starts_with("camera") { "camera" } else { "terminal" };
    Device {
        id: id.parse().expect("a literal device"),
        name: STAGES.iter().find(|(stage, _)| *stage == id).map_or(id, |(_, name)| name).into(),
        kind: kind.into(),
        make: "模拟".into(),
        model: "S-1".into(),
        serial: "".into(),
        firmware: "1.0".into(),
        address: "".into(),
        backup_for: (id == "camera-rear").then(|| "camera-front".parse().expect("a literal device")),
    }
}

fn chain(id: &str, name: &str, role: Role, stages: &[usize]) -> Chain {
    let devices = ["camera-front", "camera-rear", "terminal"];
    let stage = |index: &usize| {
        let (id, name) = STAGES[*index];
        let device = devices.contains(&id).then(|| id.parse().expect("a literal device"));
        Stage { id: id.parse().expect("a literal stage"), name: name.into(), device }
    };
    let id = id.parse().expect("a literal chain");
    Chain { id, name: name.into(), role, stages: stages.iter().map(stage).collect() }
}

fn probe((id, name, kind, stage): &(&str, &str, &Kind, &str), interval_s: u32) -> Probe {
    let (value, _, middle) = kind.values[0];
    let limit = Limit {
        value: value.parse().expect("a literal value"),
        side: Side::AtMost,
        good: middle * 2.0,
        tolerable: Some(middle * 4.0),
    };
    Probe {
        id: id.parse().expect("a literal probe"),
        name: (*name).into(),
        kind: kind.word.into(),
        interval_s,
        required: true,
        disturbance: kind.disturbance,
        covers: vec![stage.parse().expect("a literal stage")],
        limits: vec![limit],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventor(share: f64) -> Inventor {
        Inventor::new("350102001-01".parse().expect("a venue"), 7, Faults { share })
    }

    #[test]
    fn what_is_invented_is_believable() {
        let mut inventor = inventor(0.5);
        assert_eq!(inventor.description(60.0, 1).check(), Ok(()));
        assert!((0..200).all(|_| {
            let outcome = inventor.outcome(WallTime::default());
            outcome.is_bounded() && outcome.values.len() == 8
        }));
    }

    #[test]
    fn the_share_of_faults_is_about_what_was_asked_for() {
        let share = |asked: f64| {
            let mut inventor = inventor(asked);
            let sick = (0..40_000).filter(|_| inventor.outcome(WallTime::default()).verdict != Verdict::Pass).count();
            f64::from(u32::try_from(sick).expect("few")) / 40_000.0
        };
        assert!(share(0.0) == 0.0 && (0.05..0.15).contains(&share(0.1)), "{}", share(0.1));
        assert_eq!("none".parse(), Ok(Faults { share: 0.0 }));
        assert!("share=2".parse::<Faults>().is_err() && "many".parse::<Faults>().is_err());
    }
}
