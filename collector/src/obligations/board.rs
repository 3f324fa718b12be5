//! The board: for every one who owes, what became of each period of a year. Periods begin and end at midnight in China.

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{JointTest, Rules, Subject, Waiting};
use crate::calendar::Month;

/// A time in which a test is owed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first month.
    pub first: Month,
    /// How many months it has.
    pub months: u8,
    /// Its first moment.
    pub from_ms: UnixMs,
    /// The first moment after it.
    pub to_ms: UnixMs,
}

/// Who owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owes {
    /// Who.
    pub subject: Subject,
    /// Why it is left out, if so.
    pub excused: Option<Arc<str>>,
}

/// What became of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CellState {
    /// The period is over, and there was no test that counts.
    Overdue,
    /// The period is on, and there was none yet.
    Owed,
    /// There was one.
    Done,
    /// The period is to come.
    Ahead,
    /// Left out, with a reason.
    Excused,
    /// The rules ask for none.
    #[default]
    Free,
}

impl CellState {
    /// All states, the most urgent first.
    pub const ALL: [Self; 6] = [Self::Overdue, Self::Owed, Self::Done, Self::Ahead, Self::Excused, Self::Free];
}

/// One period of one who owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What became of it.
    pub state: CellState,
    /// The newest test that counts, else the newest that one end alone confirmed.
    pub test: Option<u64>,
    /// When that was.
    pub at_ms: Option<UnixMs>,
    /// How many count.
    pub count: u32,
    /// Whether a test waits for the other end's word and none counts.
    pub half: bool,
    /// Whether a correction of one that counts waits for the word of an end.
    pub correcting: bool,
}

/// All periods of one who owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who owes.
    pub owes: Owes,
    /// By period.
    pub cells: Vec<Cell>,
}

/// A year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Its periods; none when nothing is owed by rule.
    pub periods: Vec<Period>,
    /// In the order in which they were given.
    pub rows: Vec<Row>,
}

/// What is known of the tests of one period.
#[derive(Clone, Copy, Default)]
struct Tested {
    counted: Option<(UnixMs, u64)>,
    count: u32,
    waiting: Option<(UnixMs, u64)>,
    correcting: bool,
}

/// Who owed what in `year`, and did it. `every`: the months of a period, the rule of such subjects; all `owing` are
/// counties, or all are rooms.
#[must_use]
pub fn board<'a>(
    (rules, every): (&Rules, super::Every),
    year: u16,
    owing: impl IntoIterator<Item = Owes>,
    tests: impl IntoIterator<Item = (u64, &'a Arc<JointTest>)>,
    now: UnixMs,
) -> Board {
    let Some(periods) = every.and_then(|months| periods(year, months)) else { return Board::default() };
    let tested = tested(&periods, tests);
    let row = |owes: Owes| {
        let cell = |(at, period): (usize, &Period)| {
            let known = tested.get(&(owes.subject, at)).copied().unwrap_or_default();
            cell(rules, period, owes.excused.is_some(), known, now)
        };
        let cells = periods.iter().enumerate().map(cell).collect();
        Row { owes, cells }
    };
    let rows = owing.into_iter().map(row).collect();
    Board { periods, rows }
}

/// None for a year or a length that makes no periods.
fn periods(year: u16, months: u8) -> Option<Vec<Period>> {
    let january = Month::new(year, 1).filter(|_| super::PERIODS.contains(&months))?;
    let one = |n: u8| {
        let first = january.plus(n * months);
        Period { first, months, from_ms: first.start_ms(), to_ms: first.plus(months).start_ms() }
    };
    Some((0..12 / months).map(one).collect())
}

fn tested<'a>(
    periods: &[Period],
    tests: impl IntoIterator<Item = (u64, &'a Arc<JointTest>)>,
) -> HashMap<(Subject, usize), Tested> {
    let mut all: HashMap<(Subject, usize), Tested> = HashMap::new();
    for (id, test) in tests {
        let at = periods.iter().position(|period| (period.from_ms..period.to_ms).contains(&test.at_ms));
        let Some(at) = at.filter(|_| test.withdrawn.is_none()) else { continue };
        let county = test.subject.county().map(Subject::County);
        // A county's own room stands for the county too.
        let subjects = [Some(test.subject), county.filter(|county| *county != test.subject)];
        for subject in subjects.into_iter().flatten() {
            let known = all.entry((subject, at)).or_default();
            let newest = Some((test.at_ms, id));
            if test.counts() {
                known.counted = known.counted.max(newest);
                known.count += 1;
                known.correcting |= test.waits_for() == Some(Waiting::Correction);
            } else {
                known.waiting = known.waiting.max(newest);
            }
        }
    }
    all
}

fn cell(rules: &Rules, period: &Period, is_excused: bool, tested: Tested, now: UnixMs) -> Cell {
    let is_over = period.to_ms <= now;
    let is_asked = !is_over || rules.since.is_some_and(|since| since.start_ms() < period.to_ms);
    let state = if tested.counted.is_some() {
        CellState::Done
    } else if is_excused {
        CellState::Excused
    } else if !is_asked {
        CellState::Free
    } else if is_over {
        CellState::Overdue
    } else if now < period.from_ms {
        CellState::Ahead
    } else {
        CellState::Owed
    };
    let half = tested.counted.is_none() && tested.waiting.is_some();
    let shown = tested.counted.or(tested.waiting);
    Cell {
        state,
        test: shown.map(|(_, id)| id),
        at_ms: shown.map(|(at, _)| at),
        count: tested.count,
        half,
        correcting: tested.correcting,
    }
}
