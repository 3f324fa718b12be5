//! How wide the columns of a table are. Widths are in cells of a terminal: half the width of a Chinese character.

use std::cmp::Reverse;
use std::fmt::Write;

use super::{Column, Kind, Page, Table, Value};
use crate::client::table::width;

/// Air on both sides of a column.
const AIR: usize = 2;
/// No column is narrower: two Chinese characters and the air.
const LEAST: usize = 4 + AIR;
/// What is longer is written on several lines.
const MOST: usize = 36 + AIR;
/// A longer piece without a place to break is no code, and broken.
const MOST_PIECE: usize = 20;
/// Three Chinese characters of a long heading stand on a line, and the air.
const LEAST_HEADING: usize = 6 + AIR;
/// A longer word is none.
const MOST_WORD: usize = 12;
/// As many rows, evenly chosen, say how high the rows of a table become.
const MOST_ASKED: usize = 64;
/// A text that is nowhere longer is the name of a place or a person, and stays on one line while words can give way.
const MOST_SHORT: usize = 8;
/// A text is not narrowed to more lines than these while words can give way, …
const MOST_LINES: usize = 8;
/// … nor is it kept wider than this for it.
const MOST_KEPT: usize = 16;

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
            // Where the font of the form is not installed another stands in, whose digits are a quarter wider: a number is on one line there too.
            let other = if column.kind == Kind::Number { width(&text) / 4 } else { 0 };
            *widest = (*widest).max(width(&text) + sign + other + AIR);
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

/// Widths that fill the line of the table's page. What is too wide gives way where it makes the rows the least higher, of equals the widest
/// first, and is written on several lines: text as far as its longest piece that has no place to break (a code, a telephone), a word
/// behind its `/`, a time between day and clock. Only where that is not enough words are broken, then codes, and numbers last.
#[must_use]
pub fn fitted(table: &Table) -> Vec<usize> {
    fitted_but(table, |_| false)
}

/// The same, with columns of some kinds as wide as they are by themselves, as far as there is room.
#[must_use]
pub fn fitted_but(table: &Table, stays: impl Fn(Kind) -> bool) -> Vec<usize> {
    let mut widths = natural(table);
    let room = room(table.page);
    let is_over = |widths: &[usize]| widths.iter().sum::<usize>() > room;
    let rows = Heights::of(table);
    for mut floors in floors(table) {
        let of_its_own = floors.iter_mut().zip(natural(table)).zip(&table.columns);
        of_its_own.filter(|(_, column)| stays(column.kind)).for_each(|((floor, natural), _)| *floor = natural);
        while is_over(&widths) {
            // Between the whole of a word or a time and its pieces there is nothing to win.
            let narrower = |at: usize| if table.columns[at].kind == Kind::Text { widths[at] - 1 } else { floors[at] };
            let cost = |at: &usize| (rows.with(&widths, *at, narrower(*at)), Reverse(widths[*at]), Reverse(*at));
            let Some(at) = (0..widths.len()).filter(|at| widths[*at] > floors[*at]).min_by_key(cost) else { break };
            widths[at] = narrower(at);
        }
    }
    let text: Vec<usize> = (0..widths.len()).filter(|at| table.columns[*at].kind == Kind::Text).collect();
    if text.is_empty() || is_over(&widths) {
        return scaled(&widths, room);
    }
    // What is left is shared by those that hold text, by their widths.
    let left = room - widths.iter().sum::<usize>();
    let shares = scaled(&text.iter().map(|at| widths[*at]).collect::<Vec<_>>(), left);
    text.into_iter().zip(shares).for_each(|(at, share)| widths[at] += share);
    widths
}

/// How wide the texts of some rows are, of which follows how high the rows become.
struct Heights(Vec<Vec<(usize, Kind)>>);

impl Heights {
    fn of(table: &Table) -> Self {
        let step = table.rows.len().div_ceil(MOST_ASKED).max(1);
        let cells = |row: &Vec<Value>| {
            let of = |(value, column): (&Value, &Column)| (width(&value.to_string()), column.kind);
            row.iter().zip(&table.columns).map(of).collect()
        };
        Self(table.rows.iter().step_by(step).map(cells).collect())
    }

    /// The lines of all rows when one column is so wide and the others as they are. What is no text breaks once at most.
    fn with(&self, widths: &[usize], at: usize, narrow: usize) -> usize {
        let lines = |(nth, (text, kind)): (usize, &(usize, Kind))| {
            let cells = if nth == at { narrow } else { widths[nth] }.saturating_sub(AIR).max(1);
            let lines = text.div_ceil(cells).max(1);
            if *kind == Kind::Text { lines } else { lines.min(2) }
        };
        self.0.iter().map(|row| row.iter().enumerate().map(lines).max().unwrap_or(1)).sum()
    }
}

/// How far each column gives way: first no word is broken, then no code, then everything that is no number.
fn floors(table: &Table) -> [Vec<usize>; 3] {
    let natural = natural(table);
    let mut words: Vec<usize> =
        table.columns.iter().map(|column| heading(column).clamp(LEAST, LEAST_HEADING)).collect();
    let mut codes = vec![LEAST; natural.len()];
    let mut longest = vec![0; natural.len()];
    let mut text = String::new();
    for row in &table.rows {
        for ((at, value), column) in row.iter().enumerate().zip(&table.columns) {
            text.clear();
            // A string takes everything.
            let _ = write!(text, "{value}");
            let code = pieces(&text).max().unwrap_or(0).min(MOST_PIECE) + AIR;
            let word = text.split_inclusive(['/', ' ']).map(|word| width(word.trim_end())).max().unwrap_or(0);
            let word = if column.kind == Kind::Word { word.min(MOST_WORD) + AIR } else { code };
            codes[at] = codes[at].max(code);
            words[at] = words[at].max(word).max(code);
            longest[at] = longest[at].max(width(&text));
        }
    }
    for at in (0..natural.len()).filter(|at| table.columns[*at].kind == Kind::Text) {
        let least = if longest[at] <= MOST_SHORT { longest[at] } else { longest[at].div_ceil(MOST_LINES) };
        words[at] = words[at].max((least + AIR).min(MOST_KEPT));
    }
    for at in (0..natural.len()).filter(|at| table.columns[*at].kind == Kind::Word) {
        codes[at] = codes[at].max(LEAST_HEADING.min(words[at]));
    }
    let is_fixed = |at: usize| matches!(table.columns[at].kind, Kind::Number | Kind::Percent | Kind::Duration);
    [words, codes, vec![LEAST; natural.len()]].map(|floors| {
        let floor = |(at, floor): (usize, usize)| if is_fixed(at) { natural[at] } else { floor.min(natural[at]) };
        floors.into_iter().enumerate().map(floor).collect()
    })
}

/// The widths of the pieces between which a line may end: a Chinese character each, and what stands between those and spaces; behind a `/`
/// a line may end too.
fn pieces(text: &str) -> impl Iterator<Item = usize> {
    split(text).map(|(piece, _)| piece)
}

/// The pieces of [`pieces`], and whether a space follows each.
fn split(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let mut rest = text;
    let is_end = |c: char| c == ' ' || c == '/' || width(c.encode_utf8(&mut [0; 4])) > 1;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match rest.char_indices().find(|(_, c)| is_end(*c)) {
            Some((0, _)) => first.len_utf8(),
            Some((at, ' ' | '/')) => at + 1,
            Some((at, _)) => at,
            None => rest.len(),
        };
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some((width(piece.trim_end()), piece.ends_with(' ')))
    })
}

/// How many lines `text` takes in a column of so many cells.
#[must_use]
pub fn lines(text: &str, cells: usize) -> usize {
    let cells = cells.max(2);
    let (mut lines, mut filled) = (1, 0);
    for (piece, spaced) in split(text) {
        if filled > 0 && filled + piece > cells {
            (lines, filled) = (lines + 1, 0);
        }
        // What fits no line goes on in the next.
        lines += piece.saturating_sub(1) / cells;
        filled += if piece > cells { (piece - 1) % cells + 1 } else { piece };
        filled += usize::from(spaced);
    }
    lines
}

/// How many figures stand side by side, so that few places stay empty in the last row.
#[must_use]
pub fn across(figures: usize) -> usize {
    if figures < 4 {
        return figures.max(1);
    }
    [4, 3, 5].into_iter().min_by_key(|across| figures.next_multiple_of(*across) - figures).unwrap_or(4)
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

    fn table(columns: &[(Kind, &str)], page: Page) -> Table {
        let row = columns.iter().map(|(_, text)| Value::text(*text)).collect();
        Table::new("", page, columns.iter().map(|(kind, _)| Column::new("名", *kind)).collect(), [row])
    }

    #[test]
    fn text_gives_way_and_numbers_do_not() {
        let long = "原".repeat(60);
        let first = table(&[(Kind::Number, "18762"), (Kind::Text, &long), (Kind::Text, &long)], Page::Portrait);
        assert_eq!(natural(&first), [8, MOST, MOST]);
        assert_eq!(fitted(&first), [8, 38, 38]);
        let short = "市".repeat(3);
        let columns = [
            (Kind::Time, "08:00:05"),
            (Kind::Text, &short),
            (Kind::Word, &long),
            (Kind::Text, &long),
            (Kind::Text, &long),
        ];
        let second = table(&columns, Page::Portrait);
        assert_eq!(fitted(&second), [10, 8, 14, 26, 26]);
    }

    #[test]
    fn codes_telephones_and_words_stay_whole_and_a_time_breaks_before_its_clock() {
        let long = "原".repeat(60);
        let columns = [
            (Kind::Text, "1024"),
            (Kind::Text, "350102001-01"),
            (Kind::Time, "2026-11-27 15:55"),
            (Kind::Word, "正常/异常"),
            (Kind::Text, "王五 0591-87654321"),
            (Kind::Number, "18762"),
        ];
        let columns: Vec<_> = columns.into_iter().chain(std::iter::repeat_n((Kind::Text, long.as_str()), 3)).collect();
        let narrow = fitted(&table(&columns, Page::Portrait));
        for (at, floor) in [6, 14, 12, 7, 15, 7].into_iter().enumerate() {
            assert!(narrow[at] >= floor, "{at}: {narrow:?}");
        }
        assert_eq!((narrow[2], narrow[3]), (12, 7));
        assert_eq!(narrow.iter().sum::<usize>(), room(Page::Portrait));
    }

    #[test]
    fn what_is_longest_is_given_the_most_room() {
        let (long, short) = ("长".repeat(50), "网络".repeat(4));
        let marks = std::iter::repeat_n((Kind::Word, "正常/整改后正常"), 7);
        let columns: Vec<_> = [(Kind::Text, long.as_str()), (Kind::Text, &short), (Kind::Text, &short)]
            .into_iter()
            .chain(marks)
            .collect();
        let narrow = fitted(&table(&columns, Page::Portrait));
        assert!(narrow[0] >= 13 && narrow[1] <= 8, "{narrow:?}");
        assert!(lines(&long, narrow[0] - AIR) <= 10, "{narrow:?}");
        // One long name among many rows narrows none of the others.
        let row = |name: &str| vec![Value::text(name), Value::text(&short), Value::text(&short)];
        let rows = (0..64).map(|at| row(if at == 7 { &long } else { "市局" }));
        let columns = vec![Column::new("名", Kind::Text); 3];
        let widths = fitted(&Table::new("", Page::Portrait, columns, rows));
        assert!(widths[1] >= 18 && widths[2] >= 18, "{widths:?}");
    }

    #[test]
    fn a_text_takes_as_many_lines_as_its_pieces_need() {
        for (text, cells, expected) in [
            ("", 6, 1),
            ("鼓楼区", 6, 1),
            ("鼓楼区局", 6, 2),
            ("王五 0591-87654321", 13, 2),
            ("正常/异常", 5, 2),
            ("2026-11-27 15:55", 16, 1),
            ("2026-11-27 15:55", 15, 2),
            ("123456789", 4, 3),
        ] {
            assert_eq!(lines(text, cells), expected, "{text} in {cells}");
        }
    }

    #[test]
    fn no_row_of_figures_has_three_empty_places() {
        assert_eq!([1, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(across), [1, 3, 4, 5, 3, 4, 4, 3, 5, 4]);
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
