//! When a run will end: from what its probes usually take, and from its pace once there is one. Pure.

use std::collections::HashMap;

use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::record::{Asking, ItemState, Record};
use super::run::{Run, State};

/// So many venues that were asked and have ended tell the pace.
const PACE_OF: u32 = 10;
/// From the order to the box and back.
const OVERHEAD_MS: u64 = 3_000;

/// A forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// When everything will be tested that can be; never behind the end of the window.
    pub end_ms: UnixMs,
    /// Venues that are not tested yet …
    pub remaining: u32,
    /// … of which an order is out to so many …
    pub out: u32,
    /// … and of which so many have no box that is connected: they are tested when it comes back, at the latest when the window ends.
    pub away: u32,
    /// How long a venue takes, milliseconds.
    pub mean_ms: u64,
    /// Whether that was measured in this run.
    pub measured: bool,
    /// Nobody is asked until then.
    pub quiet: bool,
}

/// How long a probe of a kind usually takes, milliseconds. From the bench of the agents; what is not known takes as long as a page.
#[must_use]
pub fn usual_ms(kind: &str) -> u64 {
    match kind {
        "line" => 6_000,
        "host" | "sensor" | "power" | "snmp" => 1_000,
        "camera" | "preset" => 12_000,
        "picture" => 8_000,
        "sound" | "listen" => 15_000,
        "switch" | "drill" => 40_000,
        _ => 3_000,
    }
}

/// The forecast of a run that is open.
#[must_use]
pub fn forecast(run: &Run, now: UnixMs, is_reached: impl Fn(&Record) -> bool) -> Option<Forecast> {
    if !run.is_open() {
        return None;
    }
    let (mut out, mut away, mut remaining) = (0_u32, 0_u32, 0_u32);
    let mut of_county = HashMap::<PlaceCode, u64>::new();
    let (mut usual, mut took, mut ended) = (0_u64, 0_u64, 0_u32);
    for record in &run.records {
        if record.is_settled() {
            if let Some(ms) = took_ms(record) {
                took += ms;
                ended += 1;
            }
            continue;
        }
        remaining += 1;
        if !is_reached(record) {
            away += 1;
            continue;
        }
        out += u32::from(matches!(record.asking, Asking::Out { .. }));
        *of_county.entry(record.county).or_default() += 1;
        let open = record.items.iter().filter(|item| item.state == ItemState::Open);
        let kinds = open.filter_map(|item| run.labels.get(item.label as usize)).map(|label| usual_ms(&label.kind));
        usual += OVERHEAD_MS + kinds.sum::<u64>();
    }
    let there = u64::from(remaining - away);
    let measured = ended >= PACE_OF;
    let mean_ms = if measured { took / u64::from(ended) } else { usual / there.max(1) };
    let spread = run.ordered.work.spread;
    let waves_of = |venues: u64, at_once: u16| venues.div_ceil(u64::from(at_once.max(1)));
    let longest = of_county.values().map(|venues| waves_of(*venues, spread.per_county)).max().unwrap_or(0);
    let waves = waves_of(there, spread.at_once).max(longest);
    let quiet = run.ordered.work.quiet.filter(|quiet| quiet.has(now));
    let pause_ms = quiet.map_or(0, |quiet| quiet.left_ms(now));
    let is_paused = matches!(run.state, State::Paused { .. });
    let until_ms = if is_paused { UnixMs::MAX } else { run.ordered.until_ms.max(now) };
    // Whoever is away may stay away until the window ends.
    let end_ms = if away > 0 && there == 0 { run.ordered.until_ms } else { now + pause_ms + waves * mean_ms };
    Some(Forecast { end_ms: end_ms.min(until_ms), remaining, out, away, mean_ms, measured, quiet: quiet.is_some() })
}

/// How long a venue that was asked took from its first to its last result, with the way of an order.
fn took_ms(record: &Record) -> Option<u64> {
    if record.asked == 0 {
        return None;
    }
    Some(record.last_ms?.saturating_sub(record.first_ms?) + OVERHEAD_MS)
}
