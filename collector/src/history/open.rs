//! What is not sealed yet: for each venue the rows of the last minutes, one small block a probe.

use avow_shared::id::{ProbeId, SpoolId};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;
use serde::{Deserialize, Serialize};

use super::varint::{get, get_value, put, put_value, unzigzag, zigzag};
use crate::fact::Arrival;
use crate::province::{Schema, when};

/// One outcome of the past.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// When it ended.
    pub(super) at_ms: UnixMs,
    /// Its number in the spool.
    pub(super) number: u64,
    /// The code of its verdict.
    pub(super) verdict: u8,
    /// Its numbers, in the order of the schema.
    pub(super) numbers: Vec<f64>,
}

/// The code of a verdict in the history.
pub(super) fn code(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Degraded { .. } => 1,
        Verdict::Fail { .. } => 2,
        Verdict::Unknown { .. } => 3,
    }
}

/// The word of a code.
#[must_use]
pub(super) fn word(code: u8) -> &'static str {
    match code {
        0 => "pass",
        1 => "degraded",
        2 => "fail",
        _ => "unknown",
    }
}

/// Rows of one probe with one schema from one spool: differences as varints, row after row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Block {
    /// Which probe.
    pub(super) probe: ProbeId,
    /// The first eight bytes of the spool's id: with the number, what makes an outcome one of a kind.
    pub(super) spool: u64,
    /// What the numbers are.
    pub(super) schema: Schema,
    /// How many rows there are.
    pub(super) rows: u32,
    /// The rows.
    pub(super) data: Vec<u8>,
}

/// A block that still grows.
#[derive(Clone, Debug)]
pub(super) struct Growing {
    pub(super) block: Block,
    at_ms: UnixMs,
    number: u64,
    last: Box<[i64]>,
}

impl Growing {
    pub(super) fn new(probe: ProbeId, spool: u64, schema: Schema) -> Self {
        let last = vec![0; schema.len()].into_boxed_slice();
        let block = Block { probe, spool, schema, rows: 0, data: Vec::new() };
        Self { block, at_ms: 0, number: 0, last }
    }

    pub(super) fn push(&mut self, at_ms: UnixMs, number: u64, verdict: u8, numbers: impl Iterator<Item = f64>) {
        let data = &mut self.block.data;
        put(data, zigzag(at_ms.wrapping_sub(self.at_ms).cast_signed()));
        put(data, zigzag(number.wrapping_sub(self.number).cast_signed()));
        data.push(verdict);
        for ((number, (_, unit)), last) in numbers.zip(self.block.schema.iter()).zip(self.last.iter_mut()) {
            *last = put_value(data, number, *unit, *last);
        }
        (self.at_ms, self.number) = (at_ms, number);
        self.block.rows += 1;
    }
}

impl Block {
    /// All rows; those before a damage when it is damaged.
    #[must_use]
    pub(super) fn read(&self) -> Vec<Row> {
        let mut from = self.data.as_slice();
        let (mut at_ms, mut number, mut last) = (0u64, 0u64, vec![0; self.schema.len()]);
        let mut next = || {
            at_ms = at_ms.wrapping_add(unzigzag(get(&mut from)?).cast_unsigned());
            number = number.wrapping_add(unzigzag(get(&mut from)?).cast_unsigned());
            let (verdict, rest) = from.split_first()?;
            from = rest;
            let one = |(last, (_, unit)): (&mut i64, &(_, Unit))| {
                let (number, next) = get_value(&mut from, *unit, *last)?;
                *last = next;
                Some(number)
            };
            let numbers = last.iter_mut().zip(self.schema.iter()).map(one).collect::<Option<Vec<_>>>()?;
            Some(Row { at_ms, number, verdict: *verdict, numbers })
        };
        (0..self.rows).map_while(|_| next()).collect()
    }
}

/// Fast: a piece lives for an hour.
const ZSTD_LEVEL: i32 = 1;
/// No room grows larger.
const MAX_PIECE: usize = 16 << 20;

/// A room as sealed.
pub(super) fn pack_piece<'a>(blocks: impl Iterator<Item = &'a Block>) -> Vec<u8> {
    let plain = postcard::to_allocvec(&blocks.collect::<Vec<_>>()).unwrap_or_default();
    // Packing into memory fails for no input; an empty piece would be passed over when read.
    zstd::bulk::compress(&plain, ZSTD_LEVEL).unwrap_or_default()
}

/// The reverse of [`pack_piece`]; nothing when it is damaged.
pub(super) fn unpack_piece(bytes: &[u8]) -> Vec<Block> {
    let plain = zstd::bulk::decompress(bytes, MAX_PIECE).unwrap_or_default();
    postcard::from_bytes(&plain).unwrap_or_default()
}

/// A venue's growing blocks.
#[derive(Debug)]
pub(super) struct Room {
    /// When the first row came.
    pub(super) since_ms: UnixMs,
    /// The batch of the first row.
    pub(super) arrival: Arrival,
    pub(super) growing: Vec<Growing>,
}

/// More blocks or bytes than a room that behaves has: seal early.
const MOST_BLOCKS: usize = 256;
const MOST_BYTES: usize = 256 << 10;

impl Room {
    pub(super) fn new(since_ms: UnixMs, arrival: Arrival) -> Self {
        Self { since_ms, arrival, growing: Vec::new() }
    }

    /// Adds an outcome; says whether the room is full.
    pub(super) fn push(
        &mut self,
        outcome: &Outcome,
        number: u64,
        spool: SpoolId,
        received_ms: UnixMs,
        schema: Schema,
    ) -> bool {
        let spool = short(spool);
        let same = |g: &Growing| {
            g.block.probe == outcome.probe && g.block.spool == spool && std::sync::Arc::ptr_eq(&g.block.schema, &schema)
        };
        let at = self.growing.iter().rposition(same).unwrap_or_else(|| {
            self.growing.push(Growing::new(outcome.probe.clone(), spool, schema));
            self.growing.len() - 1
        });
        let numbers = outcome.values.iter().map(|value| value.number);
        self.growing[at].push(when(outcome.at, received_ms), number, code(&outcome.verdict), numbers);
        self.growing.len() > MOST_BLOCKS || self.growing[at].block.data.len() > MOST_BYTES
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.growing.iter().map(|growing| &growing.block)
    }
}

fn short(spool: SpoolId) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&spool.0[..8]);
    u64::from_le_bytes(first)
}
