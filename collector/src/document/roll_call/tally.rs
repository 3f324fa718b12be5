//! How many of what: results, ways of answering, places and reasons. Everything in the order in which it first occurs.

use std::collections::HashMap;

use super::{Mode, Result, Row};
use crate::document::Value;

/// What some rows come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    results: [u64; Result::ALL.len()],
    modes: [u64; Mode::ALL.len()],
    /// Of the slowest answer that was in time.
    pub(super) last_ms: Option<u64>,
}

impl Tally {
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        rows.fold(Self::default(), |mut tally, row| {
            tally.add(row);
            tally
        })
    }

    fn add(&mut self, row: &Row) {
        self.results[row.result as usize] += 1;
        if let Some(mode) = row.mode {
            self.modes[mode as usize] += 1;
        }
        if row.result == Result::OnTime {
            self.last_ms = self.last_ms.max(row.elapsed_ms);
        }
    }

    pub(super) const fn of_result(&self, result: Result) -> u64 {
        self.results[result as usize]
    }

    pub(super) const fn of_mode(&self, mode: Mode) -> u64 {
        self.modes[mode as usize]
    }

    /// 应点.
    pub(super) fn expected(&self) -> u64 {
        self.results.iter().sum()
    }

    /// Those that did not answer in time, as they should.
    pub(super) fn problems(&self) -> u64 {
        Result::ALL.iter().filter(|result| result.is_problem()).map(|result| self.of_result(*result)).sum()
    }

    /// 按时 ÷ (应点 − 免点), without those that a person did not wait for.
    pub(super) fn rate(&self) -> Value {
        let owed = self.expected() - self.of_result(Result::Excused) - self.of_result(Result::Uncounted);
        Value::Share { part: self.of_result(Result::OnTime), whole: owed }
    }
}

/// The rows of each key, in the order in which keys first occur.
pub(super) fn by<'a, K: std::hash::Hash + Eq + Copy>(
    rows: &'a [Row],
    key: impl Fn(&'a Row) -> Option<K>,
) -> Vec<(K, Tally)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut tallies: Vec<(K, Tally)> = Vec::new();
    for row in rows {
        let Some(key) = key(row) else { continue };
        let at = *places.entry(key).or_insert_with(|| {
            tallies.push((key, Tally::default()));
            tallies.len() - 1
        });
        if let Some((_, tally)) = tallies.get_mut(at) {
            tally.add(row);
        }
    }
    tallies
}
