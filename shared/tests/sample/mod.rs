//! One message of every kind with every variant inside, and a strategy for arbitrary reports.

use avow_shared::backup::{Terms, Whose};
use avow_shared::camera::{Position, Reference};
use avow_shared::check::Checked;
use avow_shared::facts::{DeviceFacts, Facts, Setting};
use avow_shared::hash::ContentHash;
use avow_shared::id::{FindingCode, ProbeId, SpoolId, ValueName, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::mouth_to_ear::{LipSync, Part, Running, Signal};
use avow_shared::order::{Answer, AnswerResult};
use avow_shared::outcome::{Evidence, EvidenceKind, Outcome, Verdict, Why};
use avow_shared::ranges::Range;
use avow_shared::roll_call::{Aspect, Found, Phase, State, Told, Untested};
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Chain, Description, Device, Domain, Limit, Probe, Role, Side, Stage, Venue};
use avow_shared::wire::{Event, Header, Hello, Numbered, Report, Signer};
use proptest::prelude::*;

pub(crate) fn agent() -> Signer {
    Signer::from_seed(&[7; 32])
}

pub(crate) fn venue_id() -> VenueId {
    "350102001-01".parse().expect("a venue")
}

pub(crate) fn header(first: u64, last: u64) -> Header {
    Header {
        venue: venue_id(),
        spool: SpoolId([0x5b; 16]),
        first,
        last,
        produced: 1_000,
        held_from: 17,
        dropped: vec![Range { first: 2, last: 5 }],
        void: vec![Range { first: 9, last: 16 }],
        sent_at: WallTime { at_ms: 1_795_000_000_123, quality: ClockQuality::Synced { error_ms: 12 } },
    }
}

pub(crate) fn hello() -> Hello {
    Hello {
        key: agent().public().bytes(),
        boot_nonce: [0xb0; 16],
        software: "0.1.0".into(),
        venues: vec![venue_id(), "350102001-02".parse().expect("a venue")],
        reads: vec![1],
    }
}

fn outcome(verdict: Verdict) -> Outcome {
    Outcome {
        venue: venue_id(),
        probe: "line-extranet".parse().expect("a probe"),
        at: WallTime { at_ms: 1_795_000_000_000, quality: ClockQuality::Free },
        took_ms: 1_234,
        verdict,
        detail: "收到 18/20 个应答".into(),
        values: vec![Value::new("loss", Unit::Percent, 10.0), Value::new("rtt_avg", Unit::Millisecond, 12.345)],
        evidence: vec![Evidence { kind: EvidenceKind::Picture, hash: ContentHash([0xee; 32]), size: 4_096 }],
    }
}

pub(crate) fn description() -> Description {
    let stage = Stage {
        id: "camera".parse().expect("a stage"),
        name: "摄像机".into(),
        device: Some("camera".parse().expect("a device")),
    };
    let device = Device {
        id: "camera".parse().expect("a device"),
        name: "前置摄像机".into(),
        kind: "camera".into(),
        make: "Sony".into(),
        model: "EVI-D70".into(),
        serial: "1".into(),
        firmware: "2".into(),
        address: "/dev/ttyUSB0".into(),
        backup_for: None,
    };
    let probe = Probe {
        id: "camera".parse().expect("a probe"),
        name: "摄像机控制".into(),
        kind: "camera".into(),
        interval_s: 60,
        required: true,
        disturbance: Disturbance::Line,
        covers: vec!["camera".parse().expect("a stage")],
        limits: vec![Limit {
            value: "rtt_avg".parse().expect("a value"),
            side: Side::AtMost,
            good: 100.0,
            tolerable: Some(300.0),
        }],
    };
    let chain = Chain {
        id: "picture".parse().expect("a chain"),
        name: "主用图像".into(),
        role: Role::Main,
        stages: vec![stage],
    };
    Description {
        place: "350102001".parse().expect("a place"),
        domain: Domain::CommandNetwork,
        software: "0.1.0".into(),
        venues: vec![Venue {
            id: venue_id(),
            name: "指挥大厅".into(),
            unit: "鼓东街道".into(),
            two_way: true,
            devices: vec![device],
            chains: vec![chain],
            probes: vec![probe],
        }],
    }
}

/// One report of every kind, with every verdict.
pub(crate) fn reports() -> Vec<Numbered> {
    let missing = Why::Missing { what: "apt install ffmpeg".into() };
    let interlocked = Why::Interlocked { wanted: Disturbance::Motion, allowed: Disturbance::Line };
    let verdicts = [
        Verdict::Pass,
        Verdict::degraded("line.loss"),
        Verdict::fail("line.no-reply"),
        Verdict::Unknown { why: interlocked },
        Verdict::Unknown { why: Why::Deadline },
        Verdict::Unknown { why: Why::Panicked },
        Verdict::Unknown { why: missing },
        Verdict::Unknown { why: Why::Declined },
        Verdict::Unknown { why: Why::Behind { cause: "县级上联".into() } },
    ];
    let outcomes = verdicts.into_iter().map(|verdict| Report::Outcome(outcome(verdict)));
    let others = [
        Report::Description(description()),
        Report::Answer(Answer { order: 77, result: AnswerResult::Done, detail: "已应答".into() }),
        Report::Event(Event {
            at: WallTime { at_ms: 5, quality: ClockQuality::Unset },
            code: "agent.started".parse().expect("a code"),
            text: "启动".into(),
        }),
    ];
    outcomes
        .chain(others)
        .zip([17, 18, 19, 20, 25, 26, 27, 28, 29, 300, 301, 999])
        .map(|(report, number)| Numbered { number, report })
        .collect()
}

/// One report of every kind that version 2 has and version 1 has not, behind one that both have.
pub(crate) fn reports_2() -> Vec<Numbered> {
    let setting = |name: &str, value: &str| Setting { name: name.parse().expect("a name"), value: value.into() };
    let facts = DeviceFacts {
        venue: venue_id(),
        probe: "camera".parse().expect("a probe"),
        device: "camera-front".parse().expect("a device"),
        facts: Facts {
            make: "Sony".into(),
            model: "EVI-D70".into(),
            serial: "1234567".into(),
            firmware: "1.05".into(),
            mac: "00:11:22:aa:bb:cc".into(),
            settings: vec![setting("gain_db", "-6"), setting("mute", "关")],
        },
        seen_at: WallTime { at_ms: 1_795_000_000_000, quality: ClockQuality::Free },
    };
    let reports = [Report::Outcome(outcome(Verdict::Pass)), Report::Facts(facts)];
    reports.into_iter().zip([998, 999]).map(|(report, number)| Numbered { number, report }).collect()
}

/// The report of a preset's reference, which version 2 got last.
/// An outcome with a picture and curves.
pub(crate) fn curves() -> Numbered {
    let mut outcome = outcome(Verdict::Pass);
    outcome.evidence.push(Evidence { kind: EvidenceKind::Curves, hash: ContentHash([0xcc; 32]), size: 1_234 });
    Numbered { number: 1_000, report: Report::Outcome(outcome) }
}

pub(crate) fn references() -> Vec<Numbered> {
    let reference = Reference {
        venue: venue_id(),
        probe: "camera-front".parse().expect("a probe"),
        preset: 3,
        version: 7,
        taken_at: WallTime { at_ms: 1_795_000_000_000, quality: ClockQuality::Free },
        position: Some(Position { pan: -300, tilt: 30, zoom: 3_000 }),
        picture: Some(Evidence { kind: EvidenceKind::Picture, hash: ContentHash([0xee; 32]), size: 40_960 }),
    };
    let blind = Reference { position: None, picture: None, version: 1, ..reference.clone() };
    let reports = [Report::Reference(reference), Report::Reference(blind)];
    reports.into_iter().zip([998, 999]).map(|(report, number)| Numbered { number, report }).collect()
}

/// A venue's part in a run of two, with everything in it and with nothing.
pub(crate) fn parts() -> Vec<Numbered> {
    let other = "350103-01".parse().expect("a venue");
    let signal = Signal { venue: other, run: 7, sequence: 1, at_us: 11_870_250, level: -305, snr: 121 };
    let part = Part {
        order: 0x1_0000_0007,
        venue: venue_id(),
        other,
        probe: "mouth-to-ear".parse().expect("a probe"),
        began: WallTime { at_ms: 1_795_000_000_000, quality: ClockQuality::Synced { error_ms: 12 } },
        spoke_us: Some(4_120_500),
        heard: vec![signal],
        seen: vec![Signal { level: 820, snr: 0, at_us: -1, ..signal }],
        lip_sync: Some(LipSync { early_us: -45_000, error_us: 20_000 }),
        picture: Some(Running { frames: 500, missing: 3, repeated: 7, longest_still_ms: 240, rate: 24_950 }),
        shows: true,
    };
    let silent = Part {
        spoke_us: None,
        heard: vec![],
        seen: vec![],
        lip_sync: None,
        picture: None,
        shows: false,
        ..part.clone()
    };
    let reports = [part, silent].map(|part| Report::MouthToEar(Box::new(part)));
    reports.into_iter().zip([998, 999]).map(|(report, number)| Numbered { number, report }).collect()
}

/// The report that version 3 has and version 2 has not.
/// Every phase of a roll call, and every way in which an aspect may be.
pub(crate) fn called() -> Vec<Numbered> {
    let finding = |text: &str| text.parse::<FindingCode>().expect("a finding");
    let state = State {
        in_meeting: true,
        aspects: vec![
            (Aspect::Line, Found::Good),
            (Aspect::Camera, Found::Untested(Untested::Meeting)),
            (Aspect::Picture, Found::Failed(finding("picture.black"))),
            (Aspect::Sound, Found::Degraded(finding("audio.hum"))),
        ],
        still: None,
    };
    let proven = State { in_meeting: false, ..state.clone() }.with_still(Ok(ContentHash::of(b"a still")));
    let spared = State::of(false, []).with_still(Err(Untested::Occupied));
    let phases = [
        Phase::Heard { of: 3 },
        Phase::Working { done: 1, of: 3 },
        Phase::Done(state),
        Phase::Done(proven),
        Phase::Done(spared),
    ];
    let at = WallTime { at_ms: 1_795_000_000_007, quality: ClockQuality::Free };
    let told = |phase| Report::Called(Told { call: 1_795_000_000_005, venue: venue_id(), at, phase });
    (1..).zip(phases).map(|(number, phase)| Numbered { number, report: told(phase) }).collect()
}

/// Every reason why there is no still.
pub(crate) fn untested() -> Vec<Numbered> {
    let whys = [
        Untested::Absent,
        Untested::Meeting,
        Untested::Refused,
        Untested::Late,
        Untested::Missing,
        Untested::Occupied,
        Untested::Unagreed,
    ];
    let at = WallTime { at_ms: 1_795_000_000_007, quality: ClockQuality::Free };
    let told = |why| {
        let phase = Phase::Done(State::of(false, []).with_still(Err(why)));
        Report::Called(Told { call: 1_795_000_000_005, venue: venue_id(), at, phase })
    };
    (1..).zip(whys).map(|(number, why)| Numbered { number, report: told(why) }).collect()
}

/// What a test found that HQ wanted by an order.
pub(crate) fn checked() -> Vec<Numbered> {
    let at = WallTime { at_ms: 1_795_000_000_009, quality: ClockQuality::Free };
    let (venue, probe) = (venue_id(), "camera".parse::<ProbeId>().expect("a probe"));
    let verdict = Verdict::fail("camera.no-answer");
    vec![Numbered {
        number: 1,
        report: Report::Checked(Checked { order: 1_795_000_000_008, venue, probe, at, took_ms: 2_100, verdict }),
    }]
}

pub(crate) fn terms() -> Vec<Numbered> {
    let terms = Terms {
        venue: venue_id(),
        about: vec![("power".parse().expect("a probe"), "ups-1".parse().expect("a device"))],
        within: vec![
            (Whose::Chain("backup".parse().expect("a chain")), 1),
            (Whose::Device("ups-1".parse().expect("a device")), 180),
            (Whose::Probe("power-2".parse().expect("a probe")), 3_650),
        ],
    };
    vec![Numbered { number: 999, report: Report::Terms(terms) }]
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    let finding = || "[a-z][a-z0-9.-]{0,20}".prop_map(|text| text.parse::<FindingCode>().expect("fits the pattern"));
    prop_oneof![
        Just(Verdict::Pass),
        finding().prop_map(|finding| Verdict::Degraded { finding }),
        finding().prop_map(|finding| Verdict::Fail { finding }),
        any::<bool>().prop_map(|late| Verdict::Unknown { why: if late { Why::Deadline } else { Why::Panicked } }),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let name = "[a-z][a-z_]{0,12}".prop_map(|text| text.parse::<ValueName>().expect("fits the pattern"));
    (name, any::<f64>()).prop_map(|(name, number)| {
        // NaN is not equal to itself; the wire carries it, the comparison of the test cannot.
        let number = if number.is_nan() { 0.0 } else { number };
        Value { name, unit: Unit::Decibel, number }
    })
}

pub(crate) fn any_outcome() -> impl Strategy<Value = Report> {
    let parts = (
        any::<u32>(),
        any_verdict(),
        ".{0,60}",
        prop::collection::vec(any_value(), 0..12),
        any::<[u8; 32]>(),
        any::<u64>(),
    );
    parts.prop_map(|(took_ms, verdict, detail, values, hash, at_ms)| {
        Report::Outcome(Outcome {
            venue: venue_id(),
            probe: "p".parse::<ProbeId>().expect("a probe"),
            at: WallTime { at_ms, quality: ClockQuality::Free },
            took_ms,
            verdict,
            detail: detail.into(),
            values,
            evidence: vec![Evidence { kind: EvidenceKind::Transcript, hash: ContentHash(hash), size: 1 }],
        })
    })
}
