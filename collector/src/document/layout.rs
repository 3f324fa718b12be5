//! How wide the columns of a table are. Widths are in cells of a terminal: half the width of a Chinese character.

use std::fmt::Write;

use super::{Column, Kind, Page, Table};
use crate::client::table::width;

/// Air on both sides of a column.
const AIR: usize = 2;
/// No column is narrower: two Chinese characters and the air.
const LEAST: usize = 4 + AIR;
/// What is longer is written on several lines.
const MOST: usize = 36 + AIR;

/// How wide each column is when nothing forces it to be narrower.
#[must_use]
pub fn natural(table: &Table) -> Vec<usize> {
    let mut widths: Vec<usize> = table.columns.iter().map(heading).collect();
    let mut text = String::new();
    for row in &table.rows {
        for ((widest, value), column) in widths.iter_mut().zip(row).zip(&table.columns) {
            text.clear();
            // A string takes everything.
            let _ = write!(text, "{value}");
            // The sign of per cent is nearly as wide as two digits.
            let sign = usize::from(column.kind == Kind::Percent);
            *widest = (*widest).max(width(&text) + sign + AIR);
        }
    }
    widths.into_iter().map(|width| width.clamp(LEAST, MOST)).collect()
}

/// A heading may take two lines, when it is longer than three characters.
fn heading(column: &Column) -> usize {
    let whole = width(&column.heading());
    let whole = if whole > 6 { whole.div_ceil(2).next_multiple_of(2) } else { whole };
    whole + AIR
}

/// How many cells a line of a page has: 156 mm at 10.5 pt, and 225 mm at 9 pt.
#[must_use]
pub const fn room(page: Page) -> usize {
    match page {
        Page::Portrait => 84,
        Page::Landscape => 141,
    }
}

/// Widths that fill the line of the table's page. What is too wide gives way, the widest first, and is written on several lines; numbers
/// and times are never broken while there is room.
#[must_use]
pub fn fitted(table: &Table) -> Vec<usize> {
    let mut widths = natural(table);
    let room = room(table.page);
    let flows = |at: usize| matches!(table.columns[at].kind, Kind::Text | Kind::Word);
    while widths.iter().sum::<usize>() > room {
        let widest = (0..widths.len()).filter(|at| flows(*at) && widths[*at] > LEAST).max_by_key(|at| widths[*at]);
        match widest {
            Some(at) => widths[at] -= 1,
            None => return scaled(&widths, room),
        }
    }
    let text: Vec<usize> = (0..widths.len()).filter(|at| table.columns[*at].kind == Kind::Text).collect();
    if text.is_empty() {
        return scaled(&widths, room);
    }
    // What is left is shared by those that hold text, by their widths.
    let left = room - widths.iter().sum::<usize>();
    let shares = scaled(&text.iter().map(|at| widths[*at]).collect::<Vec<_>>(), left);
    text.into_iter().zip(shares).for_each(|(at, share)| widths[at] += share);
    widths
}

/// In the same proportions, with `room` as their sum: each ends where the exact sum of those up to it ends.
#[must_use]
pub fn scaled(widths: &[usize], room: usize) -> Vec<usize> {
    let whole: usize = widths.iter().sum::<usize>().max(1);
    let (mut exact, mut ended) = (0, 0);
    let one = |width: &usize| {
        exact += width;
        let end = exact * room / whole;
        let taken = end - ended;
        ended = end;
        taken
    };
    widths.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Value;

    fn table(columns: &[(Kind, &str)], page: Page) -> Table {
        let row = columns.iter().map(|(_, text)| Value::text(*text)).collect();
        Table::new("", page, columns.iter().map(|(kind, _)| Column::new("名", *kind)).collect(), [row])
    }

    #[test]
    fn text_gives_way_and_numbers_do_not() {
        let long = "原".repeat(60);
        let first = table(&[(Kind::Number, "18762"), (Kind::Text, &long), (Kind::Text, &long)], Page::Portrait);
        assert_eq!(natural(&first), [7, MOST, MOST]);
        assert_eq!(fitted(&first), [7, 38, 39]);
        let short = "市".repeat(3);
        let columns = [
            (Kind::Time, "08:00:05"),
            (Kind::Text, &short),
            (Kind::Word, &long),
            (Kind::Text, &long),
            (Kind::Text, &long),
        ];
        let second = table(&columns, Page::Portrait);
        assert_eq!(fitted(&second), [10, 8, 22, 22, 22]);
    }

    #[test]
    fn a_line_is_filled_whatever_stands_in_it() {
        let none = table(&[], Page::Portrait);
        assert_eq!(fitted(&none), [0; 0]);
        for count in [1, 5, 17, 60] {
            for kind in [Kind::Text, Kind::Time] {
                let table = table(&vec![(kind, "08:00:05"); count], Page::Landscape);
                assert_eq!(fitted(&table).iter().sum::<usize>(), room(Page::Landscape), "{count} {kind:?}");
            }
        }
    }

    #[test]
    fn a_long_heading_takes_two_lines() {
        let columns =
            vec![Column::new("应点会场数量", Kind::Number), Column::new("用时", Kind::Duration).in_unit("秒")];
        assert_eq!(natural(&Table::new("", Page::Portrait, columns, [])), [8, 8]);
    }
}
