//! What one outcome costs inside the collector: folding it into a province of 18 762 venues, and keeping its eight values
//! in the history. Prints JSON for `cargo x bench`; nothing here is a test.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use avow_collector::fact::Stored;
use avow_collector::history::{History, Limits};
use avow_collector::province::{Province, Rules};
use avow_shared::divisions::Divisions;
use avow_shared::id::{AgentId, SpoolId, VenueId};
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, UnixMs, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Description, Domain, Probe, Venue};
use avow_shared::wire::{Numbered, Report};

const START_MS: UnixMs = 1_790_000_000_000 / HOUR_MS * HOUR_MS;
const HOUR_MS: u64 = 3_600_000;
const MINUTE_MS: u64 = 60_000;
const PROBES: u64 = 10;
/// Minutes of the whole province that are folded.
const FOLDED: u64 = 3;
/// Every so many-th venue is kept in the history, for an hour; with few of them, the half megabyte that a database takes
/// at once would count for more than their values.
const KEPT_EVERY: usize = 4;
const VALUES: [(&str, Unit); 8] = [
    ("loss", Unit::Percent),
    ("rtt_min", Unit::Millisecond),
    ("rtt_avg", Unit::Millisecond),
    ("rtt_p95", Unit::Millisecond),
    ("rtt_max", Unit::Millisecond),
    ("jitter", Unit::Millisecond),
    ("sent", Unit::None),
    ("received", Unit::None),
];

/// A small generator of numbers from 0 to 1, the same on every run (Knuth's MMIX constants).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }
}

struct Batches {
    arrival: u64,
    noise: Noise,
}

impl Batches {
    fn stored(&mut self, n: usize, venue: VenueId, received_ms: UnixMs, reports: Vec<Numbered>) -> Stored {
        self.arrival += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        Stored {
            arrival: self.arrival,
            received_ms,
            agent: AgentId(id),
            venue,
            spool: SpoolId(id),
            sent_at: wall(received_ms),
            produced: u64::MAX >> 1,
            dropped: Vec::new(),
            void: Vec::new(),
            refused: Vec::new(),
            reports,
        }
    }

    fn description(&mut self, n: usize, id: VenueId) -> Stored {
        let probe = |k: u64| Probe {
            id: name(k).parse().expect("an id"),
            name: "线路".into(),
            kind: "line".into(),
            interval_s: 60,
            required: true,
            disturbance: Disturbance::None,
            covers: Vec::new(),
            limits: Vec::new(),
        };
        let venue = Venue {
            id,
            name: "应急指挥大厅".into(),
            unit: "应急管理局".into(),
            two_way: true,
            devices: Vec::new(),
            chains: Vec::new(),
            probes: (0..PROBES).map(probe).collect(),
        };
        let description = Description {
            place: id.place,
            domain: Domain::GovernmentExtranet,
            software: "0".into(),
            venues: vec![venue],
        };
        let report = Numbered { number: 1, report: Report::Description(description) };
        self.stored(n, id, START_MS, vec![report])
    }

    /// One outcome of each probe.
    fn minute(&mut self, n: usize, venue: VenueId, minute: u64) -> Stored {
        let at_ms = START_MS + minute * MINUTE_MS + (n as u64 * 3) % MINUTE_MS;
        let outcome = |k: u64, noise: &mut Noise| {
            let rtt = 12.0 + noise.next();
            let numbers = [0.0, rtt - 0.2 * noise.next(), rtt, rtt + 0.2, rtt + 0.3, 0.2 * noise.next(), 20.0, 20.0];
            let bad = n.is_multiple_of(97) && k == 0;
            Outcome {
                venue,
                probe: name(k).parse().expect("an id"),
                at: wall(at_ms + (noise.next() * 50.0) as u64),
                took_ms: 9,
                verdict: if bad { Verdict::fail("line.down") } else { Verdict::Pass },
                detail: "20/20".into(),
                values: VALUES.iter().zip(numbers).map(|((name, unit), n)| Value::new(name, *unit, n)).collect(),
                evidence: Vec::new(),
            }
        };
        let number = |k| 2 + minute * PROBES + k;
        let reports = (0..PROBES)
            .map(|k| Numbered { number: number(k), report: Report::Outcome(outcome(k, &mut self.noise)) })
            .collect();
        self.stored(n, venue, at_ms, reports)
    }
}

fn name(k: u64) -> String {
    format!("line-{k}")
}

fn wall(at_ms: UnixMs) -> WallTime {
    WallTime { at_ms, quality: ClockQuality::Synced { error_ms: 3 } }
}

fn main() {
    let divisions = Divisions::fujian();
    let venues: Vec<VenueId> = divisions.list().iter().filter_map(|d| VenueId::new(d.code, 1).ok()).collect();
    let mut batches = Batches { arrival: 0, noise: Noise(7) };
    let fold_us = fold(divisions, &venues, &mut batches);
    let folder = tempfile::tempdir().expect("a folder");
    let history_bytes = history(folder.path(), &venues, &mut batches);
    println!("{{\"venues\": {}, \"fold_us\": {fold_us:.3}, \"history_bytes\": {history_bytes:.3}}}", venues.len());
}

/// Microseconds an outcome, readers' views taken as often as the collector publishes at this pace.
fn fold(divisions: Divisions, venues: &[VenueId], batches: &mut Batches) -> f64 {
    let mut province = Province::new(divisions, Arc::default(), Rules::default());
    province.go_live(START_MS);
    for (n, id) in venues.iter().enumerate() {
        province.fold(&batches.description(n, *id));
    }
    let mut spent = Duration::ZERO;
    for minute in 0..FOLDED {
        for (n, id) in venues.iter().enumerate() {
            let stored = batches.minute(n, *id, minute);
            let start = Instant::now();
            province.fold(&stored);
            // Ten publishings a second, at 313 batches a second.
            if n.is_multiple_of(31) {
                std::hint::black_box(province.publish());
            }
            spent += start.elapsed();
        }
    }
    spent.as_secs_f64() * 1e6 / (FOLDED * PROBES * venues.len() as u64) as f64
}

/// Bytes on disk an outcome with eight values, once its hour is merged: values and hourly sums.
fn history(folder: &Path, venues: &[VenueId], batches: &mut Batches) -> f64 {
    let history = History::open(folder, Limits { disk_percent: 101, ..Limits::default() }).expect("opens");
    let kept: Vec<_> = venues.iter().enumerate().step_by(KEPT_EVERY).collect();
    for minute in 0..60 {
        for (n, id) in &kept {
            history.append(Arc::new(batches.minute(*n, **id, minute)));
        }
        history.tick(START_MS + minute * MINUTE_MS);
    }
    history.seal_all();
    // Each tick merges some venues of the hour that is over.
    for _ in 0..=kept.len() {
        history.tick(START_MS + 2 * HOUR_MS);
    }
    drop(history);
    let merged = ["raw-", "hours-"].map(|kind| bytes_below(folder, kind)).iter().sum::<u64>();
    merged as f64 / (60 * PROBES * kept.len() as u64) as f64
}

fn bytes_below(folder: &Path, prefix: &str) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| size(&entry.path())).sum()
}

fn size(path: &Path) -> u64 {
    if path.is_dir() {
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
    } else {
        path.metadata().map_or(0, |meta| meta.len())
    }
}
