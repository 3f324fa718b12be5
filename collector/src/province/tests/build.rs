//! What the tests are made of.

use std::sync::{Arc, OnceLock};

use avow_shared::divisions::Divisions;
use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::place::PlaceCode;
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Description, Domain, Probe, Venue};
use avow_shared::wire::{Numbered, Report};

use crate::fact::Stored;
use crate::province::{Province, Rules};
use crate::registry::Registry;

pub(super) const START_MS: u64 = 1_790_000_000_000;

pub(super) fn fujian() -> Divisions {
    static TABLE: OnceLock<Divisions> = OnceLock::new();
    TABLE.get_or_init(Divisions::fujian).clone()
}

pub(super) fn empty() -> Province {
    with(Registry::default())
}

pub(super) fn with(registry: Registry) -> Province {
    Province::new(fujian(), Arc::new(registry), Rules::default())
}

pub(super) fn place(text: &str) -> PlaceCode {
    text.parse().expect("a place of the test")
}

pub(super) fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue of the test")
}

pub(super) fn agent(n: u16) -> AgentId {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    AgentId(id)
}

pub(super) fn wall(at_ms: u64) -> WallTime {
    WallTime { at_ms, quality: ClockQuality::Synced { error_ms: 5 } }
}

pub(super) fn verdict(n: u8) -> Verdict {
    match n {
        0 => Verdict::Pass,
        1 => Verdict::degraded("line.delay"),
        2 => Verdict::fail("line.down"),
        _ => Verdict::Unknown { why: Why::Deadline },
    }
}

pub(super) fn outcome(id: VenueId, probe: &str, verdict: Verdict, at_ms: u64) -> Report {
    Report::Outcome(Outcome {
        venue: id,
        probe: probe.parse().expect("a probe of the test"),
        at: wall(at_ms),
        took_ms: 20,
        verdict,
        detail: "".into(),
        values: vec![Value::new("rtt_avg", Unit::Millisecond, 1.25)],
        evidence: vec![],
    })
}

pub(super) fn probe(id: &str, required: bool, interval_s: u32) -> Probe {
    Probe {
        id: id.parse().expect("a probe of the test"),
        name: "线路".into(),
        kind: "line".into(),
        interval_s,
        required,
        disturbance: Disturbance::None,
        covers: vec![],
        limits: vec![],
    }
}

pub(super) fn description(venues: &[VenueId], probes: &[Probe]) -> Report {
    let venue = |id: &VenueId| Venue {
        id: *id,
        name: "会议室".into(),
        unit: "应急管理局".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: probes.to_vec(),
    };
    Report::Description(Description {
        place: venues[0].place,
        domain: Domain::GovernmentExtranet,
        software: "0.1.0".into(),
        venues: venues.iter().map(venue).collect(),
    })
}

pub(super) fn stored(arrival: u64, from: AgentId, spool: u8, received_ms: u64, reports: Vec<(u64, Report)>) -> Stored {
    Stored {
        arrival,
        received_ms,
        agent: from,
        venue: venue("350102001-01"),
        spool: SpoolId([spool; 16]),
        sent_at: wall(received_ms),
        produced: 1 << 20,
        dropped: vec![],
        void: vec![],
        reports: reports.into_iter().map(|(number, report)| Numbered { number, report }).collect(),
        refused: vec![],
    }
}
