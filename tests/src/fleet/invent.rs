//! What simulated venues look like and what their probes find: a seeded random walk, now and then a fault.

use std::str::FromStr;

use avow_agent::jitter::Dice;
use avow_agent::probe::Work;
use avow_agent::probe::measures::Measure;
use avow_shared::backup::Terms;
use avow_shared::id::VenueId;
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::roll_call::Aspect;
use avow_shared::time::WallTime;
use avow_shared::value::Value;
use avow_shared::venue::{Chain, Description, Device, Domain, Probe, Role, Stage, Venue};

use super::across;
use super::kinds::{FILLED_VALUES, Fault, Goes, Kind, Measured, PROBES, Usual, WORKS};
use super::spare::Spares;

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
    /// Which fault of its kind; past the last of them the probe runs into its deadline.
    what: u8,
}

/// How many values an outcome has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// As many as the real probe would have.
    AsMeasured,
    /// Eight, whatever was found: where the real probe would have fewer, values of other probes stand in.
    Filled,
}

/// Invents for one agent.
#[derive(Clone, Debug)]
pub struct Inventor {
    venue: VenueId,
    spares: Spares,
    takes_part: bool,
    dice: Dice,
    faults: Faults,
    fill: Fill,
    levels: [f32; PROBES.len()],
    spells: [Option<Spell>; PROBES.len()],
    next: usize,
}

/// How many runs a fault lasts.
const SPELL: u8 = 10;

impl Inventor {
    /// The same seed and venue invent the same.
    #[must_use]
    pub fn new(venue: VenueId, seed: u64, faults: Faults, fill: Fill) -> Self {
        let mut dice = Dice::seeded(format!("{seed} {venue}").as_bytes());
        let next = usize::try_from(dice.upto(PROBES.len() as u64 - 1)).unwrap_or(0);
        let spares = Spares::of(venue, Dice::seeded(format!("{seed} {venue} spare").as_bytes()), faults.share == 0.0);
        Self {
            venue,
            spares,
            takes_part: across::takes_part(venue, seed),
            dice,
            faults,
            fill,
            levels: [1.0; PROBES.len()],
            spells: [None; PROBES.len()],
            next,
        }
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
        match PROBES.iter().position(|(id, ..)| *id == probe) {
            Some(index) => Some(self.outcome_of(index, at)),
            None => self.spares.found_now(probe, at),
        }
    }

    /// What the probes of backups found when somebody last ran them, which may be long ago; told once, behind the description.
    #[must_use]
    pub fn last_of_backups(&self, now: WallTime) -> Vec<Outcome> {
        self.spares.last(now)
    }

    /// What binds the backup paths.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.spares.terms()
    }

    /// What the probes find that a roll call looks at.
    pub fn aspects(&mut self, at: WallTime) -> Vec<(Aspect, Outcome)> {
        let looks = WORKS.iter().map(Work::aspect).enumerate();
        let looks: Vec<(usize, Aspect)> = looks.filter_map(|(index, aspect)| Some((index, aspect?))).collect();
        looks.into_iter().map(|(index, aspect)| (aspect, self.outcome_of(index, at))).collect()
    }

    /// The names of the probes that run by the clock; the venue's readiness rests on these alone.
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
        let (verdict, fault) = self.verdict(index, kind);
        let values = self.values(index, level, &verdict, fault);
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

    fn verdict(&mut self, index: usize, kind: &Kind) -> (Verdict, Option<&'static Fault>) {
        if self.spells[index].is_none() && self.dice.share() < self.faults.share / f64::from(SPELL) {
            let what = u8::try_from(self.dice.upto(kind.faults.len() as u64)).unwrap_or(0);
            self.spells[index] = Some(Spell { left: SPELL, what });
        }
        let Some(spell) = self.spells[index] else { return (Verdict::Pass, None) };
        self.spells[index] = (spell.left > 1).then_some(Spell { left: spell.left.saturating_sub(1), ..spell });
        match kind.faults.get(usize::from(spell.what)) {
            Some(fault) if fault.fails => (Verdict::fail(fault.finding), Some(fault)),
            Some(fault) => (Verdict::degraded(fault.finding), Some(fault)),
            None => (Verdict::Unknown { why: Why::Deadline }, None),
        }
    }

    fn values(&self, index: usize, level: f64, verdict: &Verdict, fault: Option<&Fault>) -> Vec<Value> {
        let number = |(measure, goes): &Usual| match goes {
            Goes::Steady(number) => measure.of(*number),
            Goes::Walks(middle) => measure.of(middle * level),
        };
        let (shown, alone) = match fault.map(|fault| &fault.measured) {
            None => (&[][..], matches!(verdict, Verdict::Unknown { .. })),
            Some(Measured::But(shown)) => (*shown, false),
            Some(Measured::Only(shown)) => (*shown, true),
            Some(Measured::Nothing) => (&[][..], true),
        };
        let shown_of =
            |measure: Measure| shown.iter().find(|(other, _)| *other == measure).map(|(_, n)| measure.of(*n));
        match self.fill {
            Fill::AsMeasured if alone => shown.iter().map(|(measure, number)| measure.of(*number)).collect(),
            Fill::AsMeasured => {
                let own = PROBES[index].2.values.iter();
                own.map(|usual| shown_of(usual.0).unwrap_or_else(|| number(usual))).collect()
            }
            Fill::Filled => {
                let all = FILLED_VALUES[index].iter();
                all.map(|usual| shown_of(usual.0).unwrap_or_else(|| number(usual))).collect()
            }
        }
    }

    fn venue_description(&self, interval_s: u32) -> Venue {
        Venue {
            id: self.venue,
            name: "视频会议室".into(),
            unit: "模拟单位".into(),
            two_way: self.venue.place.level() != avow_shared::place::Level::Village,
            devices: ["camera-front", "camera-rear", "terminal"]
                .map(device)
                .into_iter()
                .chain(self.spares.devices())
                .collect(),
            chains: [chain("main", "主用", Role::Main, &MAIN), chain("backup", "备用", Role::Backup, &BACKUP)]
                .into_iter()
                .chain(self.spares.chains())
                .collect(),
            probes: PROBES
                .iter()
                .zip(&*WORKS)
                .map(|(row, work)| probe(row, work, interval_s))
                .chain(self.spares.probes())
                .chain(self.takes_part.then(across::probe))
                .collect(),
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

fn probe((id, name, kind, stage): &(&str, &str, &Kind, &str), work: &Work, interval_s: u32) -> Probe {
    Probe {
        id: id.parse().expect("a literal probe"),
        name: (*name).into(),
        kind: kind.word.into(),
        interval_s,
        required: true,
        disturbance: work.disturbance(),
        covers: vec![stage.parse().expect("a literal stage")],
        limits: work.limits(),
    }
}

#[cfg(test)]
mod tests {
    use avow_agent::probe::measures::BY_KIND;

    use super::super::kinds::FILLED;
    use super::*;

    fn inventor(share: f64, fill: Fill) -> Inventor {
        Inventor::new("350102001-01".parse().expect("a venue"), 7, Faults { share }, fill)
    }

    #[test]
    fn what_is_invented_is_believable() {
        let mut inventor = inventor(0.5, Fill::Filled);
        assert_eq!(inventor.description(60.0, 1).check(), Ok(()));
        assert!((0..2_000).all(|_| {
            let outcome = inventor.outcome(WallTime::default());
            outcome.is_bounded() && outcome.values.len() == FILLED
        }));
    }

    #[test]
    fn every_value_is_one_of_the_agents_and_stands_once() {
        let known: Vec<Measure> = BY_KIND.iter().flat_map(|(_, measures)| *measures).copied().collect();
        for fill in [Fill::Filled, Fill::AsMeasured] {
            let mut inventor = inventor(0.5, fill);
            for _ in 0..5_000 {
                let outcome = inventor.outcome(WallTime::default());
                for (at, value) in outcome.values.iter().enumerate() {
                    let is_it = |m: &Measure| m.name == value.name.as_str() && m.unit == value.unit;
                    assert!(known.iter().any(is_it), "{value:?}");
                    assert!(outcome.values[..at].iter().all(|other| other.name != value.name), "{outcome:?}");
                }
            }
        }
    }

    #[test]
    fn without_an_answer_nothing_is_measured() {
        let mut inventor = inventor(0.5, Fill::AsMeasured);
        let mut count = |finding: &str, values: usize| {
            let is_it = |outcome: &Outcome| outcome.verdict.finding().is_some_and(|code| code.as_str() == finding);
            let outcome = (0..100_000).map(|_| inventor.outcome(WallTime::default())).find(is_it);
            assert_eq!(outcome.expect("it occurs").values.len(), values, "{finding}");
        };
        count("line.down", 0);
        count("line.no-reply", 1);
        count("http.text", 2);
        count("camera.power-off", 4);
    }

    #[test]
    fn the_share_of_faults_is_about_what_was_asked_for() {
        let share = |asked: f64| {
            let mut inventor = inventor(asked, Fill::Filled);
            let sick = (0..40_000).filter(|_| inventor.outcome(WallTime::default()).verdict != Verdict::Pass).count();
            f64::from(u32::try_from(sick).expect("few")) / 40_000.0
        };
        assert!(share(0.0) == 0.0 && (0.05..0.15).contains(&share(0.1)), "{}", share(0.1));
        assert_eq!("none".parse(), Ok(Faults { share: 0.0 }));
        assert!("share=2".parse::<Faults>().is_err() && "many".parse::<Faults>().is_err());
    }
}
