//! The probes that a fleet simulates, as data. Names, units, limits and findings are those of the agent's own probes; a test
//! holds every number against the limit that it should keep or exceed.

use std::sync::LazyLock;

use avow_agent::probe::Work;
use avow_agent::probe::measures::{
    BANDING, BARS, BLOCKED_PERCENT, BRIGHTNESS_RATIO, CAMERA_CLOCK, CARD, CAST, CLOCK_ERROR, CONNECT_MAX, CONNECT_MS,
    CURRENT, DIFFERENCE, DISK_FREE, DISPLAY_CLASS, ERRORS, FILTER_HOURS, FIRST_BYTE, FLASH_DAY, FLICKER, FPS,
    FREQUENCY, HEIGHT, JITTER_P99, KEY_DIFFERENCE, LAMP_HOURS, LOAD, LOSS, LUMA_MEAN, LUMA_SD, MEMORY_FREE, MODEL_ID,
    Measure, NOISE, OVERLAY_EDGES, PAN, PICTURE_MUTED, POWER, POWER_STATE, ROM, RTT_AVG, RTT_MAX, RTT_P95,
    SHARPNESS_RATIO, SHIFT_PX, SIGNAL_HEIGHT, SIGNAL_WIDTH, SNAPSHOT_HEIGHT, SNAPSHOT_WIDTH, SOUND_MUTED, STATUS,
    TEMPERATURE, TILT, VENDOR_ID, VIEW_BLOCKED, VIEW_SHARPNESS, VIEW_SHIFT, VOLTAGE, WARNINGS, WIDTH, ZOOM,
};

use Goes::{Steady, Walks};
use Measured::{But, Nothing, Only};

/// A measure and how it goes on a good day.
pub(super) type Usual = (Measure, Goes);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goes {
    /// Always this.
    Steady(f64),
    /// Around this, from half of it to half as much again.
    Walks(f64),
}

/// A way to be wrong, as the agent's own probe of the kind would tell it.
pub(super) struct Fault {
    pub(super) finding: &'static str,
    pub(super) fails: bool,
    pub(super) measured: Measured,
}

/// What is measured while a fault lasts.
pub(super) enum Measured {
    /// Nothing.
    Nothing,
    /// These alone.
    Only(&'static [(Measure, f64)]),
    /// These instead of the usual numbers.
    But(&'static [(Measure, f64)]),
}

const fn degraded(finding: &'static str, measured: Measured) -> Fault {
    Fault { finding, fails: false, measured }
}

const fn fails(finding: &'static str, measured: Measured) -> Fault {
    Fault { finding, fails: true, measured }
}

/// A kind of probe: the configuration of a real one, what that measures, and what it finds when something is wrong.
pub(super) struct Kind {
    pub(super) word: &'static str,
    setup: &'static str,
    pub(super) values: &'static [Usual],
    pub(super) faults: &'static [Fault],
}

const PING: Kind = Kind {
    word: "line",
    setup: "to = '192.0.2.1'",
    values: &[
        (LOSS, Steady(0.0)),
        (RTT_AVG, Walks(11.0)),
        (RTT_P95, Walks(16.0)),
        (RTT_MAX, Walks(22.0)),
        (JITTER_P99, Walks(3.0)),
    ],
    faults: &[
        degraded("line.loss", But(&[(LOSS, 5.0)])),
        degraded("line.delay", But(&[(RTT_AVG, 160.0), (RTT_P95, 210.0), (RTT_MAX, 260.0)])),
        degraded("line.jitter", But(&[(JITTER_P99, 38.0), (RTT_MAX, 74.0)])),
        fails("line.loss", But(&[(LOSS, 25.0)])),
        fails("line.no-reply", Only(&[(LOSS, 100.0)])),
        fails("line.down", Nothing),
    ],
};
const TCP: Kind = Kind {
    word: "line",
    setup: "to = '192.0.2.1'\nmethod = 'tcp'\nport = 1720",
    values: &[(LOSS, Steady(0.0)), (CONNECT_MS, Walks(12.0)), (CONNECT_MAX, Walks(19.0))],
    faults: &[
        degraded("line.delay", But(&[(CONNECT_MS, 240.0), (CONNECT_MAX, 410.0)])),
        fails("line.loss", But(&[(LOSS, 75.0)])),
        fails("line.no-reply", Only(&[(LOSS, 100.0)])),
        fails("line.down", Nothing),
    ],
};
const HTTP: Kind = Kind {
    word: "http",
    setup: "url = 'http://192.0.2.1/'\ntext = '登录'",
    values: &[(STATUS, Steady(200.0)), (FIRST_BYTE, Walks(60.0))],
    faults: &[
        degraded("http.slow", But(&[(FIRST_BYTE, 3_200.0)])),
        fails("http.slow", But(&[(FIRST_BYTE, 9_100.0)])),
        fails("http.status", But(&[(STATUS, 503.0)])),
        fails("http.text", But(&[])),
        fails("http.down", Nothing),
    ],
};
const CAMERA: Kind = Kind {
    word: "camera",
    setup: "port = '/dev/ttyUSB0'\npreset = 1\nexpect = { pan = 96, tilt = -12, zoom = 4096 }",
    values: &[
        (POWER, Steady(1.0)),
        (PAN, Steady(96.0)),
        (TILT, Steady(-12.0)),
        (ZOOM, Steady(4_096.0)),
        (VENDOR_ID, Steady(1.0)),
        (MODEL_ID, Steady(1_030.0)),
        (ROM, Steady(258.0)),
    ],
    faults: &[
        degraded("camera.preset-off", But(&[(PAN, 143.0), (TILT, 9.0)])),
        fails("camera.no-answer", Nothing),
        fails("camera.wrong-answer", Nothing),
        fails("camera.power-off", Only(&[(POWER, 0.0), (VENDOR_ID, 1.0), (MODEL_ID, 1_030.0), (ROM, 258.0)])),
        fails("camera.not-executable", Nothing),
    ],
};
/// Its presets are proven by picture too.
const NETWORK_CAMERA: Kind = Kind {
    word: "camera",
    setup: "port = 'visca-udp://192.0.2.1'\npresets = [1]\npicture = 'rtsp://192.0.2.1/1'",
    values: &[
        (POWER, Steady(1.0)),
        (PAN, Steady(96.0)),
        (TILT, Steady(-12.0)),
        (ZOOM, Steady(4_096.0)),
        (SHIFT_PX, Walks(2.0)),
        (SHARPNESS_RATIO, Steady(1.0)),
        (BRIGHTNESS_RATIO, Walks(1.0)),
        (BLOCKED_PERCENT, Walks(3.0)),
    ],
    faults: &[
        degraded("camera.preset-off", But(&[(PAN, 143.0), (TILT, 9.0), (SHIFT_PX, 31.0)])),
        degraded("camera.preset-moved", But(&[(SHIFT_PX, 24.0)])),
        degraded("camera.preset-blurred", But(&[(SHARPNESS_RATIO, 0.1)])),
        degraded("camera.preset-dark", But(&[(BRIGHTNESS_RATIO, 0.3)])),
        degraded("camera.preset-bright", But(&[(BRIGHTNESS_RATIO, 3.1)])),
        fails("camera.preset-blocked", But(&[(BLOCKED_PERCENT, 72.0)])),
        fails("camera.preset-other-scene", Only(&[(POWER, 1.0), (PAN, 96.0), (TILT, -12.0), (ZOOM, 4_096.0)])),
        fails("camera.unreachable", Nothing),
        fails("camera.refused", Nothing),
        fails("camera.no-answer", Nothing),
        fails("camera.wrong-answer", Nothing),
        fails("camera.power-off", Only(&[(POWER, 0.0)])),
    ],
};
const DEVICE: Kind = Kind {
    word: "device",
    setup: "profile = 'power-meter-modbus'\naddress = '/dev/ttyUSB1'",
    values: &[(VOLTAGE, Walks(228.0)), (CURRENT, Walks(3.2)), (FREQUENCY, Steady(50.0))],
    faults: &[
        degraded("device.settings-drift", But(&[])),
        degraded("device.value", But(&[(VOLTAGE, 191.0)])),
        fails("device.value", But(&[(VOLTAGE, 170.0)])),
        fails("device.state", But(&[])),
        fails("device.down", Nothing),
        fails("device.no-answer", Nothing),
        fails("device.wrong-answer", Nothing),
        fails("device.login", Nothing),
    ],
};
const SURVEILLANCE: Kind = Kind {
    word: "surveillance",
    setup: "address = '192.0.2.1'\nuser = 'onvif'\npassword_file = 'camera.password'",
    values: &[(CAMERA_CLOCK, Walks(400.0)), (SNAPSHOT_WIDTH, Steady(1_920.0)), (SNAPSHOT_HEIGHT, Steady(1_080.0))],
    faults: &[
        degraded("camera.clock", But(&[(CAMERA_CLOCK, 3_600_000.0)])),
        fails("camera.login", Nothing),
        fails("camera.snapshot", Only(&[(CAMERA_CLOCK, 400.0)])),
        fails("camera.stream", Nothing),
        fails("camera.no-answer", Nothing),
    ],
};
const DISPLAY: Kind = Kind {
    word: "display",
    setup: "address = '192.0.2.1'\nwanted = 'on'\ninput = '31'\nlamp_hours_limit = 4000",
    values: &[
        (POWER_STATE, Steady(1.0)),
        (DISPLAY_CLASS, Steady(2.0)),
        (WARNINGS, Steady(0.0)),
        (ERRORS, Steady(0.0)),
        (LAMP_HOURS, Walks(1_600.0)),
        (FILTER_HOURS, Walks(400.0)),
        (PICTURE_MUTED, Steady(0.0)),
        (SOUND_MUTED, Steady(0.0)),
        (SIGNAL_WIDTH, Steady(1_920.0)),
        (SIGNAL_HEIGHT, Steady(1_080.0)),
    ],
    faults: &[
        degraded("display.lamp-hours", But(&[(LAMP_HOURS, 4_100.0)])),
        degraded("display.sound-muted", But(&[(SOUND_MUTED, 1.0)])),
        degraded("display.filter", But(&[(WARNINGS, 1.0)])),
        degraded("display.temperature", But(&[(WARNINGS, 1.0)])),
        fails("display.down", Nothing),
        fails("display.no-answer", Nothing),
        fails("display.wrong-answer", Nothing),
        fails("display.auth-refused", Nothing),
        fails("display.power-off", But(&[(POWER_STATE, 0.0)])),
        fails("display.wrong-input", But(&[])),
        fails("display.picture-muted", But(&[(PICTURE_MUTED, 1.0)])),
        fails("display.fan", But(&[(ERRORS, 1.0)])),
        fails("display.lamp", But(&[(ERRORS, 1.0)])),
        fails("display.cover", But(&[(ERRORS, 1.0)])),
        fails("display.fault", But(&[(ERRORS, 1.0)])),
        degraded("display.unproven", Nothing),
    ],
};
const PICTURE: Kind = Kind {
    word: "picture",
    setup: "source = 'rtsp://192.0.2.1/'\nreference = true\noverlay = [30, 30, 400, 90]",
    values: &[
        (LUMA_MEAN, Walks(110.0)),
        (LUMA_SD, Walks(56.0)),
        (DIFFERENCE, Walks(2.4)),
        (WIDTH, Steady(1_920.0)),
        (HEIGHT, Steady(1_080.0)),
        (FPS, Steady(25.0)),
        (KEY_DIFFERENCE, Walks(3.1)),
        (CARD, Steady(0.0)),
        (BARS, Steady(0.0)),
        (CAST, Walks(4.0)),
        (NOISE, Walks(1.8)),
        (FLICKER, Steady(0.0)),
        (BANDING, Steady(0.0)),
    ],
    faults: &[
        degraded("picture.dark", But(&[(LUMA_MEAN, 23.0)])),
        degraded("picture.bright", But(&[(LUMA_MEAN, 231.0)])),
        degraded("picture.flat", But(&[(LUMA_SD, 14.0)])),
        degraded("picture.overlay-missing", But(&[(OVERLAY_EDGES, 0.4)])),
        degraded("picture.blurred", But(&[(VIEW_SHARPNESS, 0.1)])),
        degraded("picture.shifted", But(&[(VIEW_SHIFT, 30.0)])),
        degraded("picture.occluded", But(&[(VIEW_BLOCKED, 31.0)])),
        fails("picture.other-venue", Nothing),
        degraded("picture.cast", But(&[(CAST, 24.0)])),
        degraded("picture.noise", But(&[(NOISE, 14.0)])),
        degraded("picture.flicker", But(&[(FLICKER, 4.0)])),
        degraded("picture.banding", But(&[(BANDING, 5.0)])),
        fails("picture.no-signal", Nothing),
        fails("picture.no-signal-card", But(&[(CARD, 97.0), (DIFFERENCE, 0.0)])),
        fails("picture.bars", But(&[(BARS, 100.0), (DIFFERENCE, 0.0)])),
        fails("picture.black", But(&[(LUMA_MEAN, 16.0), (LUMA_SD, 0.4), (DIFFERENCE, 0.0), (KEY_DIFFERENCE, 0.0)])),
        fails("picture.frozen", But(&[(DIFFERENCE, 0.0), (KEY_DIFFERENCE, 0.0)])),
    ],
};
const HOST: Kind = Kind {
    word: "host",
    setup: "",
    values: &[
        (DISK_FREE, Walks(6.1e9)),
        (MEMORY_FREE, Walks(310e6)),
        (TEMPERATURE, Walks(48.0)),
        (LOAD, Walks(0.3)),
        (CLOCK_ERROR, Walks(4.0)),
        (FLASH_DAY, Walks(6e6)),
    ],
    faults: &[
        degraded("host.disk", But(&[(DISK_FREE, 150e6)])),
        degraded("host.memory", But(&[(MEMORY_FREE, 36e6)])),
        degraded("host.temperature", But(&[(TEMPERATURE, 79.0)])),
        degraded("host.load", But(&[(LOAD, 5.2)])),
        degraded("host.clock", But(&[(CLOCK_ERROR, 1_500.0)])),
        degraded("host.flash", But(&[(FLASH_DAY, 26e6)])),
        fails("host.disk", But(&[(DISK_FREE, 30e6)])),
        fails("host.temperature", But(&[(TEMPERATURE, 93.0)])),
    ],
};

/// The last ones fill first; no simulated venue has a display, a surveillance camera, or a device with a text profile.
const KINDS: [&Kind; 10] =
    [&SURVEILLANCE, &DISPLAY, &DEVICE, &PING, &TCP, &HTTP, &CAMERA, &NETWORK_CAMERA, &PICTURE, &HOST];

/// The probes of every simulated venue: id, name, kind, stage that is covered.
pub(super) const PROBES: [(&str, &str, &Kind, &str); 10] = [
    ("line-extranet", "政务外网专线", &PING, "extranet"),
    ("line-backup", "备用线路", &PING, "backup-line"),
    ("line-mcu", "到省级 MCU", &TCP, "mcu"),
    ("http-platform", "会议平台", &HTTP, "mcu"),
    ("http-terminal", "终端网页", &HTTP, "terminal"),
    ("camera-front", "主席台摄像机", &CAMERA, "camera-front"),
    ("camera-rear", "全景摄像机", &NETWORK_CAMERA, "camera-rear"),
    ("picture-front", "主席台画面", &PICTURE, "camera-front"),
    ("picture-rear", "全景画面", &PICTURE, "camera-rear"),
    ("host", "本机", &HOST, "box"),
];

/// A filled outcome has so many values: what the measurements of the collector call one report.
pub(super) const FILLED: usize = 8;

/// The values of each probe, filled with those of its own kind first, then with those of others.
pub(super) static FILLED_VALUES: LazyLock<Vec<Vec<Usual>>> = LazyLock::new(|| {
    let filled = |kind: &Kind| {
        let mut values = kind.values.to_vec();
        let same = KINDS.iter().filter(|other| other.word == kind.word);
        let others = KINDS.iter().rev().filter(|other| other.word != kind.word);
        for usual in same.chain(others).flat_map(|other| other.values) {
            if values.len() < FILLED && values.iter().all(|(measure, _)| *measure != usual.0) {
                values.push(*usual);
            }
        }
        values.truncate(FILLED);
        values
    };
    PROBES.iter().map(|(_, _, kind, _)| filled(kind)).collect()
});

/// The real probes that are simulated, for what they declare of themselves.
pub(super) static WORKS: LazyLock<Vec<Work>> = LazyLock::new(|| {
    let work = |kind: &Kind| Work::parse(kind.word, kind.setup.parse().expect("a literal table"));
    PROBES.iter().map(|(_, _, kind, _)| work(kind).expect("a literal setup")).collect()
});

#[cfg(test)]
mod tests {
    use avow_agent::probe::measures::BY_KIND;
    use avow_shared::venue::Grade;

    use super::*;

    #[test]
    fn a_kind_measures_and_finds_what_the_agents_probe_of_that_kind_does() {
        for kind in KINDS {
            let measures = BY_KIND.iter().find(|(word, _)| *word == kind.word).expect("a kind of the agent").1;
            let shown = kind.faults.iter().flat_map(|fault| match fault.measured {
                Only(shown) | But(shown) => shown,
                Nothing => &[],
            });
            for measure in kind.values.iter().map(|(measure, _)| measure).chain(shown.map(|(measure, _)| measure)) {
                assert!(measures.contains(measure), "{} {measure:?}", kind.word);
            }
            for fault in kind.faults {
                assert!(avow_agent::words::of(fault.finding).is_some(), "{}", fault.finding);
                // What is wrong with a camera is called so, whatever it watches.
                let family = if kind.word == "surveillance" { "camera" } else { kind.word };
                assert_eq!(fault.finding.split('.').next(), Some(family), "{}", fault.finding);
            }
        }
    }

    /// A venue of the fleet has ten probes, as the design counts; kinds beyond those ten it does not simulate.
    #[test]
    fn every_finding_of_the_kinds_that_a_fleet_has_occurs_in_it() {
        let is_simulated = |code: &str| KINDS.iter().any(|kind| code.split('.').next() == Some(kind.word));
        for words in avow_agent::words::FINDINGS.iter().filter(|words| is_simulated(words.code)) {
            assert!(KINDS.iter().any(|kind| kind.faults.iter().any(|f| f.finding == words.code)), "{}", words.code);
        }
    }

    /// Beyond a limit where a limit was found exceeded, and within all of them on a good day.
    #[test]
    fn the_numbers_say_what_the_verdict_says() {
        for ((id, _, kind, _), work) in PROBES.iter().zip(&*WORKS) {
            let limits = work.limits();
            let grade = |measure: &Measure, number: f64| {
                let of_it = limits.iter().filter(|limit| limit.value.as_str() == measure.name);
                of_it.map(|limit| limit.judge(number)).max().unwrap_or(Grade::Good)
            };
            for (measure, goes) in kind.values {
                let ends = match goes {
                    Steady(number) => [*number; 2],
                    Walks(middle) => [middle * 0.5, middle * 1.5],
                };
                for number in ends {
                    assert_eq!(grade(measure, number), Grade::Good, "{id} {measure:?} {number}");
                }
            }
            for fault in kind.faults {
                let (Only(shown) | But(shown)) = fault.measured else { continue };
                let worst = shown.iter().map(|(measure, number)| grade(measure, *number)).max();
                let expected = if fault.fails { Grade::Fail } else { Grade::Degraded };
                let is_judged_by_limits = !matches!(
                    fault.finding,
                    "http.status"
                        | "http.text"
                        | "camera.preset-off"
                        | "camera.preset-other-scene"
                        | "camera.power-off"
                        | "picture.frozen"
                );
                assert!(!is_judged_by_limits || worst == Some(expected), "{id} {}: {worst:?}", fault.finding);
            }
        }
    }
}
