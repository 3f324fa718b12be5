//! What is sealed: an hour of a venue as columns that compress well, and the sums of that hour.

use std::collections::BTreeMap;
use std::io;

use avow_shared::id::{ProbeId, ValueName};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use serde::{Deserialize, Serialize};

use super::open::{Block, Row};
use super::varint::{get, get_value, put, put_value, unzigzag, zigzag};
use crate::province::Schema;

/// An hour.
pub(super) const HOUR_MS: u64 = 3_600_000;
const VERSION: u8 = 1;
const ZSTD_LEVEL: i32 = 3;
/// No hour of a venue is longer.
const MAX_BYTES: usize = 64 << 20;

/// One probe's hour, column by column.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Columns {
    probe: ProbeId,
    spool: u64,
    schema: Schema,
    rows: u32,
    times: Vec<u8>,
    numbers: Vec<u8>,
    verdicts: Vec<u8>,
    values: Vec<Vec<u8>>,
}

/// Rows that belong together: one probe, one spool, one schema.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) probe: ProbeId,
    pub(super) spool: u64,
    pub(super) schema: Schema,
    pub(super) rows: Vec<Row>,
}

/// The rows of all blocks by hour, each number once, in the order of time.
pub(super) fn by_hour(blocks: &[Block]) -> BTreeMap<u64, Vec<Group>> {
    let mut hours: BTreeMap<u64, Vec<Group>> = BTreeMap::new();
    for block in blocks {
        for row in block.read() {
            let groups = hours.entry(row.at_ms / HOUR_MS).or_default();
            let same = |g: &&mut Group| g.probe == block.probe && g.spool == block.spool && g.schema == block.schema;
            match groups.iter_mut().find(same) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    probe: block.probe.clone(),
                    spool: block.spool,
                    schema: block.schema.clone(),
                    rows: vec![row],
                }),
            }
        }
    }
    for group in hours.values_mut().flatten() {
        group.rows.sort_by_key(|row| (row.number, row.at_ms));
        group.rows.dedup_by_key(|row| row.number);
        group.rows.sort_by_key(|row| row.at_ms);
    }
    hours
}

/// An hour as stored.
pub(super) fn pack(groups: &[Group]) -> io::Result<Vec<u8>> {
    let columns: Vec<Columns> = groups.iter().map(columns).collect();
    let plain = postcard::to_allocvec(&columns).map_err(io::Error::other)?;
    let mut bytes = vec![VERSION];
    bytes.extend(zstd::bulk::compress(&plain, ZSTD_LEVEL)?);
    Ok(bytes)
}

/// The reverse of [`pack`], for one probe.
pub(super) fn unpack(bytes: &[u8], probe: &ProbeId) -> Option<Vec<Group>> {
    let plain = zstd::bulk::decompress(bytes.strip_prefix(&[VERSION])?, MAX_BYTES).ok()?;
    let columns: Vec<Columns> = postcard::from_bytes(&plain).ok()?;
    columns.into_iter().filter(|columns| columns.probe == *probe).map(group).collect()
}

fn columns(group: &Group) -> Columns {
    let deltas = |of: fn(&Row) -> u64| {
        let (mut bytes, mut last, mut last_step) = (Vec::new(), 0u64, 0i64);
        for row in &group.rows {
            let step = of(row).wrapping_sub(last).cast_signed();
            put(&mut bytes, zigzag(step.wrapping_sub(last_step)));
            (last, last_step) = (of(row), step);
        }
        bytes
    };
    let values = group.schema.iter().enumerate().map(|(at, (_, unit))| {
        let (mut bytes, mut last) = (Vec::new(), 0);
        for row in &group.rows {
            last = put_value(&mut bytes, row.numbers[at], *unit, last);
        }
        bytes
    });
    Columns {
        probe: group.probe.clone(),
        spool: group.spool,
        schema: group.schema.clone(),
        rows: u32::try_from(group.rows.len()).unwrap_or(u32::MAX),
        times: deltas(|row| row.at_ms),
        numbers: deltas(|row| row.number),
        verdicts: group.rows.iter().map(|row| row.verdict).collect(),
        values: values.collect(),
    }
}

fn group(columns: Columns) -> Option<Group> {
    let rows = columns.rows as usize;
    let sums = |bytes: &[u8]| {
        let (mut from, mut last, mut step) = (bytes, 0u64, 0i64);
        let mut next = || {
            step = step.wrapping_add(unzigzag(get(&mut from)?));
            last = last.wrapping_add(step.cast_unsigned());
            Some(last)
        };
        (0..rows).map(|_| next()).collect::<Option<Vec<u64>>>()
    };
    let values = columns.values.iter().zip(columns.schema.iter()).map(|(bytes, (_, unit))| {
        let (mut from, mut last) = (bytes.as_slice(), 0);
        let mut next = || {
            let (number, after) = get_value(&mut from, *unit, last)?;
            last = after;
            Some(number)
        };
        (0..rows).map(|_| next()).collect::<Option<Vec<f64>>>()
    });
    let values = values.collect::<Option<Vec<_>>>()?;
    let (times, numbers) = (sums(&columns.times)?, sums(&columns.numbers)?);
    let row = |at: usize| {
        let numbers_at = values.iter().map(|column| column[at]).collect();
        Some(Row { at_ms: times[at], number: numbers[at], verdict: *columns.verdicts.get(at)?, numbers: numbers_at })
    };
    let all = (0..rows).map(row).collect::<Option<Vec<_>>>()?;
    Some(Group { probe: columns.probe, spool: columns.spool, schema: columns.schema, rows: all })
}

/// The sums of one value over an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sums {
    pub(super) count: u64,
    pub(super) mean: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Sums {
    pub(super) fn of(numbers: impl Iterator<Item = f64>) -> Option<Self> {
        let one = |number| Self { count: 1, mean: number, min: number, max: number };
        numbers.filter(|number| number.is_finite()).map(one).reduce(Self::with)
    }

    /// Both together.
    pub(super) fn with(self, other: Self) -> Self {
        let count = self.count + other.count;
        let mean = self.mean + (other.mean - self.mean) * (other.count as f64 / count as f64);
        Self { count, mean, min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}

/// The sums of one probe over an hour.
#[derive(Debug, Serialize, Deserialize)]
struct HourRecord {
    probe: ProbeId,
    verdict: u8,
    schema: Schema,
    /// For each value: count, and when that is not 0 mean, least and greatest.
    sums: Vec<u8>,
}

/// One probe over an hour, as read.
#[derive(Debug)]
pub(super) struct Hour {
    pub(super) at_ms: UnixMs,
    /// The worst: fail, unknown, degraded, pass.
    pub(super) verdict: u8,
    pub(super) values: Vec<(ValueName, Unit, Sums)>,
}

/// How bad a code is.
pub(super) fn badness(code: u8) -> u8 {
    [0, 1, 3, 2].get(usize::from(code)).copied().unwrap_or(2)
}

/// The sums of an hour as stored.
pub(super) fn pack_sums(groups: &[Group]) -> io::Result<Vec<u8>> {
    let records: Vec<HourRecord> = groups.iter().map(record).collect();
    let plain = postcard::to_allocvec(&records).map_err(io::Error::other)?;
    let mut bytes = vec![VERSION];
    bytes.extend(zstd::bulk::compress(&plain, ZSTD_LEVEL)?);
    Ok(bytes)
}

fn record(group: &Group) -> HourRecord {
    let mut sums = Vec::new();
    for (at, (_, unit)) in group.schema.iter().enumerate() {
        let of = Sums::of(group.rows.iter().map(|row| row.numbers[at]));
        put(&mut sums, of.map_or(0, |of| of.count));
        if let Some(of) = of {
            let last = put_value(&mut sums, unit.round(of.mean), *unit, 0);
            put_value(&mut sums, of.min, *unit, last);
            put_value(&mut sums, of.max, *unit, last);
        }
    }
    let worst = group.rows.iter().map(|row| row.verdict).max_by_key(|code| badness(*code));
    HourRecord { probe: group.probe.clone(), verdict: worst.unwrap_or(3), schema: group.schema.clone(), sums }
}

/// The sums of one probe out of a stored hour.
pub(super) fn unpack_sums(bytes: &[u8], probe: &ProbeId, at_ms: UnixMs) -> Option<Vec<Hour>> {
    let plain = zstd::bulk::decompress(bytes.strip_prefix(&[VERSION])?, MAX_BYTES).ok()?;
    let records: Vec<HourRecord> = postcard::from_bytes(&plain).ok()?;
    records.into_iter().filter(|record| record.probe == *probe).map(|record| hour(record, at_ms)).collect()
}

fn hour(record: HourRecord, at_ms: UnixMs) -> Option<Hour> {
    let mut from = record.sums.as_slice();
    let mut values = Vec::new();
    for (name, unit) in record.schema.iter() {
        let count = get(&mut from)?;
        if count > 0 {
            let (mean, last) = get_value(&mut from, *unit, 0)?;
            let (min, _) = get_value(&mut from, *unit, last)?;
            let (max, _) = get_value(&mut from, *unit, last)?;
            values.push((name.clone(), *unit, Sums { count, mean, min, max }));
        }
    }
    Some(Hour { at_ms, verdict: record.verdict, values })
}

/// The hour of rows that are not sealed yet.
pub(super) fn hour_of(group: &Group, at_ms: UnixMs) -> Option<Hour> {
    hour(record(group), at_ms)
}
