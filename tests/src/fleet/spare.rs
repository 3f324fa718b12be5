//! What of a simulated venue waits for its turn, beside its rear camera and its second line: a terminal, a microphone, a
//! platform, a power supply. None of it is tested by the clock: a person does that now and then, so that some of it was proven
//! long ago and some of it never. The venue's readiness rests on none of it.

use std::sync::LazyLock;

use avow_agent::jitter::Dice;
use avow_agent::probe::Work;
use avow_agent::probe::measures::{
    BATTERY_PROVEN, CHARGE, CONNECT_MAX, CONNECT_MS, INPUT_VOLTAGE, LOSS, Measure, ON_BATTERY, RUNTIME, SOUND_DELAY,
    SOUND_LEVEL, SOUND_SNR, UPS_LOAD,
};
use avow_shared::backup::{Terms, Whose};
use avow_shared::id::VenueId;
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::place::Level;
use avow_shared::time::WallTime;
use avow_shared::venue::{Chain, Device, Probe, Role, Stage};

/// Something that stands in for something else.
struct Spare {
    id: &'static str,
    name: &'static str,
    is: Is,
    /// Of its probe: name, word, setup.
    probe: (&'static str, &'static str, &'static str, &'static str),
    within_days: u16,
    values: &'static [(Measure, f64)],
    /// What its probe finds where it is broken.
    broken: &'static str,
    /// Of a hundred townships and of a hundred villages so many have one; above those every place has.
    spread: [u64; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum Is {
    /// A device of a kind, for another one.
    Device { kind: &'static str, stands_for: Option<&'static str> },
    /// The end of a chain of its own.
    Platform,
}

const TCP: &[(Measure, f64)] = &[(LOSS, 0.0), (CONNECT_MS, 14.0), (CONNECT_MAX, 21.0)];

const SPARES: [Spare; 4] = [
    Spare {
        id: "terminal-spare",
        name: "备用终端",
        is: Is::Device { kind: "terminal", stands_for: Some("terminal") },
        probe: ("call-spare", "备用终端呼叫端口", "line", "to = '192.0.2.1'\nmethod = 'tcp'\nport = 1720"),
        within_days: 30,
        values: TCP,
        broken: "line.no-reply",
        spread: [30, 0],
    },
    Spare {
        id: "mic-spare",
        name: "备用话筒",
        is: Is::Device { kind: "microphone", stands_for: Some("mic") },
        probe: ("sound-spare", "备用话筒拾音", "sound", "play = 'alsa:out'\nrecord = 'alsa:spare'"),
        within_days: 14,
        values: &[(SOUND_LEVEL, -34.0), (SOUND_SNR, 27.0), (SOUND_DELAY, 43.0)],
        broken: "sound.silent",
        spread: [30, 10],
    },
    Spare {
        id: "mcu-spare",
        name: "第二平台",
        is: Is::Platform,
        probe: ("line-spare", "到第二平台", "line", "to = '192.0.2.2'\nmethod = 'tcp'\nport = 5060"),
        within_days: 30,
        values: TCP,
        broken: "line.no-reply",
        spread: [30, 0],
    },
    Spare {
        id: "ups",
        name: "不间断电源",
        is: Is::Device { kind: "ups", stands_for: None },
        probe: ("ups", "不间断电源", "ups", "address = 'nut://192.0.2.1/ups'"),
        within_days: 90,
        values: &[(ON_BATTERY, 0.0), (CHARGE, 100.0), (RUNTIME, 46.0), (UPS_LOAD, 31.0), (INPUT_VOLTAGE, 228.0)],
        broken: "ups.no-answer",
        spread: [40, 20],
    },
];

static WORKS: LazyLock<[Work; SPARES.len()]> = LazyLock::new(|| {
    SPARES.map(|Spare { probe: (_, _, word, setup), .. }| {
        Work::parse(word, setup.parse().expect("a literal table")).expect("a literal setup")
    })
});

/// How one of them stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    /// It was seen to work so many hours ago.
    Proven { hours: u64 },
    /// It has a probe that never ran.
    Never,
    /// It failed when it was last tried.
    Broken,
    /// Nobody wrote a probe for it.
    Forgotten,
}

/// The spare things of one venue.
#[derive(Clone, Debug)]
pub(super) struct Spares {
    venue: VenueId,
    /// Of those that it has: which, and how it stands.
    held: Vec<(usize, Stands)>,
}

const DAY_H: u64 = 24;

impl Spares {
    /// What a venue has; `all_well`: and all of it was proven in time.
    pub(super) fn of(venue: VenueId, mut dice: Dice, all_well: bool) -> Self {
        let mut held = Vec::new();
        for (at, spare) in SPARES.iter().enumerate() {
            let of_hundred = match venue.place.level() {
                Level::Township => spare.spread[0],
                Level::Village => spare.spread[1],
                Level::Province | Level::City | Level::County => 100,
            };
            let stands = stands(&mut dice, u64::from(spare.within_days), all_well);
            if dice.upto(99) < of_hundred {
                held.push((at, stands));
            }
        }
        Self { venue, held }
    }

    fn each(&self) -> impl Iterator<Item = (&'static Spare, &'static Work, Stands)> {
        self.held.iter().map(|(at, stands)| (&SPARES[*at], &WORKS[*at], *stands))
    }

    /// Those among them that are devices, and those that they stand in for where nothing else of the venue is one.
    pub(super) fn devices(&self) -> Vec<Device> {
        let mut devices = Vec::new();
        for (spare, ..) in self.each() {
            let Is::Device { kind, stands_for } = spare.is else { continue };
            if stands_for == Some("mic") {
                devices.push(device("mic", "主席台话筒", kind, None));
            }
            devices.push(device(spare.id, spare.name, kind, stands_for));
        }
        devices
    }

    /// The way to the second platform.
    pub(super) fn chains(&self) -> Vec<Chain> {
        let stage = |(id, name, device): (&str, &str, Option<&str>)| Stage {
            id: id.parse().expect("a literal stage"),
            name: name.into(),
            device: device.map(|id| id.parse().expect("a literal device")),
        };
        let chain = |spare: &Spare| {
            let own = (spare.id, spare.name, None);
            let before = [("terminal", "视频会议终端", Some("terminal")), ("box", "测试终端", None)];
            let stages = before.into_iter().chain([("extranet", "政务外网", None), own]).map(stage).collect();
            Chain { id: chain_id(), name: spare.name.into(), role: Role::Backup, stages }
        };
        self.each().filter(|(spare, ..)| spare.is == Is::Platform).map(|(spare, ..)| chain(spare)).collect()
    }

    /// What tests them, when a person wants that.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let probe = |(spare, work, _): (&Spare, &Work, Stands)| Probe {
            id: spare.probe.0.parse().expect("a literal probe"),
            name: spare.probe.1.into(),
            kind: spare.probe.2.into(),
            interval_s: 0,
            required: false,
            disturbance: work.disturbance(),
            covers: if spare.is == Is::Platform { vec![spare.id.parse().expect("a literal stage")] } else { vec![] },
            limits: work.limits(),
        };
        self.each().filter(|(.., stands)| *stands != Stands::Forgotten).map(probe).collect()
    }

    /// Which probe is about which device, and within how many days what must be proven.
    pub(super) fn terms(&self) -> Terms {
        let exercised = || self.each().filter(|(.., stands)| *stands != Stands::Forgotten);
        let about = exercised().filter(|(spare, ..)| spare.is != Is::Platform).map(|(spare, ..)| {
            (spare.probe.0.parse().expect("a literal probe"), spare.id.parse().expect("a literal device"))
        });
        let whose = |spare: &Spare| match spare.is {
            Is::Platform => Whose::Chain(chain_id()),
            Is::Device { .. } => Whose::Device(spare.id.parse().expect("a literal device")),
        };
        let within = self.each().map(|(spare, ..)| (whose(spare), spare.within_days));
        Terms { venue: self.venue, about: about.collect(), within: within.collect() }
    }

    /// What their probes found when they last ran, which may be long ago.
    pub(super) fn last(&self, now: WallTime) -> Vec<Outcome> {
        self.each().filter_map(|(spare, _, stands)| self.found(spare, stands, now)).collect()
    }

    /// What a probe finds that is asked for by name: what works is proven by it.
    pub(super) fn found_now(&self, probe: &str, now: WallTime) -> Option<Outcome> {
        let (spare, _, stands) = self.each().find(|(spare, ..)| spare.probe.0 == probe)?;
        let stands = if stands == Stands::Broken { stands } else { Stands::Proven { hours: 0 } };
        self.found(spare, stands, now)
    }

    fn found(&self, spare: &Spare, stands: Stands, now: WallTime) -> Option<Outcome> {
        let is_ups = spare.id == "ups";
        let (verdict, hours) = match stands {
            Stands::Proven { hours } => (Verdict::Pass, Some(hours)),
            Stands::Broken => (Verdict::fail(spare.broken), None),
            // That a supply answers says nothing of its battery.
            Stands::Never if is_ups => (Verdict::Pass, None),
            Stands::Never | Stands::Forgotten => return None,
        };
        let mut values: Vec<_> = spare.values.iter().map(|(measure, number)| measure.of(*number)).collect();
        if verdict != Verdict::Pass {
            values.clear();
        }
        // A supply answers today and tells when it was proven; of all else the test itself was then.
        let ago_h = if is_ups { 0 } else { hours.unwrap_or(0) };
        values.extend(hours.filter(|_| is_ups).map(|hours| BATTERY_PROVEN.of(hours as f64)));
        Some(Outcome {
            venue: self.venue,
            probe: spare.probe.0.parse().expect("a literal probe"),
            at: WallTime { at_ms: now.at_ms.saturating_sub(ago_h * 3_600_000), ..now },
            took_ms: 400,
            detail: if verdict == Verdict::Pass { "正常" } else { "模拟故障" }.into(),
            verdict,
            values,
            evidence: vec![],
        })
    }
}

/// Three of four were proven in time.
fn stands(dice: &mut Dice, within_days: u64, all_well: bool) -> Stands {
    let (of_hundred, in_time) = (dice.upto(99), dice.upto(within_days * DAY_H * 4 / 5));
    let late = (within_days + 1) * DAY_H + dice.upto(60 * DAY_H);
    match of_hundred {
        _ if all_well => Stands::Proven { hours: in_time },
        0..75 => Stands::Proven { hours: in_time },
        75..87 => Stands::Proven { hours: late },
        87..95 => Stands::Never,
        95..98 => Stands::Broken,
        _ => Stands::Forgotten,
    }
}

fn chain_id() -> avow_shared::id::ChainId {
    "platform-spare".parse().expect("a literal chain")
}

fn device(id: &str, name: &str, kind: &str, stands_for: Option<&str>) -> Device {
    Device {
        id: id.parse().expect("a literal device"),
        name: name.into(),
        kind: kind.into(),
        make: "模拟".into(),
        model: "S-2".into(),
        serial: "".into(),
        firmware: "".into(),
        address: "".into(),
        backup_for: stands_for.map(|id| id.parse().expect("a literal device")),
    }
}

#[cfg(test)]
mod tests;
