//! A page of a list.

use super::problem::Problem;

/// The longest page.
pub(crate) const MOST_ROWS: usize = 500;
const ROWS: usize = 100;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    /// From what a question says, if it says anything.
    pub(super) fn new(offset: Option<usize>, limit: Option<usize>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(ROWS);
        if limit > MOST_ROWS {
            return Err(Problem::bad(format!("limit: at most {MOST_ROWS} is expected, found {limit}")));
        }
        Ok(Self { offset: offset.unwrap_or(0), limit })
    }

    /// That part of a list.
    pub(super) fn of<T>(self, list: &[T]) -> impl Iterator<Item = &T> {
        list.iter().skip(self.offset).take(self.limit)
    }
}
