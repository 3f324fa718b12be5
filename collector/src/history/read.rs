//! Answers: open blocks, pieces and sealed hours together, each outcome once, the newest when there are too many.

use std::collections::{BTreeMap, HashSet};

use avow_shared::id::{ValueName, VenueId};
use avow_shared::value::Unit;

use super::disk::{Disk, Kind, day_name, hour_key, month_name, venue_key};
use super::open::{Block, unpack_piece, word};
use super::sealed::{Group, HOUR_MS, Hour, Sums, badness, by_hour, hour_of, unpack, unpack_sums};
use super::{Answer, MOST_POINTS, Question, Series};
use crate::store::{Error, Store};

/// Every value.
pub(super) fn raw(disk: &Disk, open: Vec<Block>, question: &Question) -> Result<Answer, Error> {
    let mut groups = unsealed(disk, open, question)?.into_values().flatten().collect::<Vec<_>>();
    let mut rows: usize = 0;
    sealed_hours(disk, Kind::Raw, question, |value, _| {
        let found = unpack(value, &question.probe).unwrap_or_default();
        rows += found.iter().map(|group| group.rows.len()).sum::<usize>();
        groups.extend(found);
        rows <= 2 * MOST_POINTS
    })?;
    Ok(told(groups, question))
}

fn told(groups: Vec<Group>, question: &Question) -> Answer {
    let within = question.from_ms..question.to_ms;
    let mut seen = HashSet::new();
    let mut rows: Vec<(u64, &Group, &super::open::Row)> = Vec::new();
    for group in &groups {
        for row in group.rows.iter().filter(|row| within.contains(&row.at_ms)) {
            if seen.insert((group.spool, row.number)) {
                rows.push((row.at_ms, group, row));
            }
        }
    }
    rows.sort_by_key(|(at_ms, _, row)| (*at_ms, row.number));
    let surplus = rows.len().saturating_sub(MOST_POINTS);
    let mut series: BTreeMap<(&ValueName, Unit), Vec<(u64, f64)>> = BTreeMap::new();
    for (at_ms, group, row) in &rows[surplus..] {
        for ((name, unit), number) in group.schema.iter().zip(&row.numbers).filter(|(_, number)| number.is_finite()) {
            series.entry((name, *unit)).or_default().push((*at_ms, *number));
        }
    }
    let one = |((name, unit), points): ((&ValueName, Unit), _)| Series {
        name: name.clone(),
        unit,
        points,
        min: Vec::new(),
        max: Vec::new(),
    };
    Answer {
        truncated: surplus > 0,
        verdicts: rows[surplus..].iter().map(|(at_ms, _, row)| (*at_ms, word(row.verdict))).collect(),
        series: series.into_iter().map(one).collect(),
    }
}

/// One line an hour.
pub(super) fn hours(disk: &Disk, open: Vec<Block>, question: &Question) -> Result<Answer, Error> {
    let mut hours: Vec<Hour> = Vec::new();
    for (hour, groups) in unsealed(disk, open, question)? {
        hours.extend(groups.iter().filter_map(|group| hour_of(group, hour * HOUR_MS)));
    }
    sealed_hours(disk, Kind::Hours, question, |value, hour| {
        hours.extend(unpack_sums(value, &question.probe, hour * HOUR_MS).unwrap_or_default());
        true
    })?;
    hours.retain(|hour| hour.at_ms + HOUR_MS > question.from_ms && hour.at_ms < question.to_ms);
    Ok(told_hours(hours))
}

fn told_hours(hours: Vec<Hour>) -> Answer {
    let mut verdicts: BTreeMap<u64, u8> = BTreeMap::new();
    let mut series: BTreeMap<(ValueName, Unit), BTreeMap<u64, Sums>> = BTreeMap::new();
    for hour in hours {
        let worst = verdicts.entry(hour.at_ms).or_insert(hour.verdict);
        if badness(hour.verdict) > badness(*worst) {
            *worst = hour.verdict;
        }
        for (name, unit, sums) in hour.values {
            let of_value = series.entry((name, unit)).or_default();
            of_value.entry(hour.at_ms).and_modify(|held| *held = held.with(sums)).or_insert(sums);
        }
    }
    let surplus = verdicts.len().saturating_sub(MOST_POINTS);
    let one = |((name, unit), sums): ((ValueName, Unit), BTreeMap<u64, Sums>)| {
        let of = |pick: fn(&Sums) -> f64| {
            let all = sums.iter().map(|(at_ms, sums)| (*at_ms, pick(sums)));
            all.skip(sums.len().saturating_sub(MOST_POINTS)).collect()
        };
        Series { name, unit, points: of(|s| unit_round(s.mean)), min: of(|s| s.min), max: of(|s| s.max) }
    };
    Answer {
        truncated: surplus > 0,
        verdicts: verdicts.into_iter().skip(surplus).map(|(at_ms, code)| (at_ms, word(code))).collect(),
        series: series.into_iter().map(one).collect(),
    }
}

/// Means of merged hours carry no more digits than anybody reads.
fn unit_round(number: f64) -> f64 {
    let rounded = (number * 1e6).round() / 1e6;
    if rounded.is_finite() { rounded } else { number }
}

/// What is open or in pieces, by hour.
fn unsealed(disk: &Disk, open: Vec<Block>, question: &Question) -> Result<BTreeMap<u64, Vec<Group>>, Error> {
    let mut blocks = open;
    for name in disk.names(Kind::Pieces) {
        if let Some(store) = disk.store(Kind::Pieces, &name, false)? {
            blocks.extend(pieces_of(&store, question.venue)?);
        }
    }
    blocks.retain(|block| block.probe == question.probe);
    Ok(by_hour(&blocks))
}

fn pieces_of(store: &Store, venue: VenueId) -> Result<Vec<Block>, Error> {
    let key = venue_key(venue);
    let (from, to) = ([key.as_slice(), &[0; 8]].concat(), [key.as_slice(), &[0xff; 9]].concat());
    let mut blocks = Vec::new();
    for pair in store.range(&from, &to) {
        blocks.extend(unpack_piece(&pair?.1));
    }
    Ok(blocks)
}

/// Shows the sealed hours of a question, the newest first, until `more` says no.
fn sealed_hours(
    disk: &Disk,
    kind: Kind,
    question: &Question,
    mut more: impl FnMut(&[u8], u64) -> bool,
) -> Result<(), Error> {
    let name_of = if kind == Kind::Raw { day_name } else { month_name };
    let last_ms = question.to_ms.saturating_sub(1).min(LATEST_MS);
    let (first, last) = (name_of(question.from_ms.min(LATEST_MS)), name_of(last_ms));
    for name in disk.names(kind).into_iter().rev().filter(|name| (&first..=&last).contains(&name)) {
        let Some(store) = disk.store(kind, &name, false)? else { continue };
        let (begins, ends) = span(&store)?;
        let hours = begins.max(question.from_ms / HOUR_MS)..=ends.min(last_ms / HOUR_MS);
        for hour in hours.rev() {
            let (from, to) = (hour_key(hour, question.venue, 0), hour_key(hour, question.venue, u64::MAX));
            for pair in store.range(&from, &to) {
                if !more(&pair?.1, hour) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// 2200: no report is younger.
const LATEST_MS: u64 = 7_258_118_400_000;

/// The first and the last hour in a database; an empty range when it is empty.
fn span(store: &Store) -> Result<(u64, u64), Error> {
    let hour = |key: &[u8]| key.first_chunk::<4>().map(|bytes| u64::from(u32::from_be_bytes(*bytes)));
    let mut all = store.all();
    let first = all.next().transpose()?.and_then(|(key, _)| hour(&key));
    let last = all.next_back().transpose()?.and_then(|(key, _)| hour(&key)).or(first);
    Ok((first.unwrap_or(1), last.unwrap_or(0)))
}
