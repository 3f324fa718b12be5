//! A document as XLSX: a first sheet that reads like the document, and a sheet of its own for each large table. The one file, with those
//! below it, that speaks `rust_xlsxwriter`.
//!
//! Text is written as text and nothing as a formula; what a spreadsheet would take for one when the sheet comes back by way of a CSV file
//! has an apostrophe before it.

mod formats;
mod sheet;
mod summary;

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::layout::natural;
use super::outline::{Part, parts};
use super::text::plain;
use super::{Document, Page, Table};
use formats::Formats;

/// The name of the first sheet.
pub const SUMMARY: &str = "汇总";
/// A longer table has a sheet of its own,
const MOST_INLINE_ROWS: usize = 30;
/// and so has one with text that would make a column of all the tables there this wide: of the first, and of any other.
const MOST_INLINE_WIDTHS: [usize; 2] = [28, 16];
/// The longest name of a sheet, in characters (ECMA-376 part 1, 18.2.19).
const MOST_NAME: usize = 31;

/// The file: the same bytes for the same document.
///
/// # Errors
/// When it becomes larger than a package may be (4 GB a part).
pub fn write(document: &Document) -> io::Result<Vec<u8>> {
    fill(document).map_err(io::Error::other)
}

fn fill(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(document));
    let parts = parts(document);
    let names = names(&parts);
    let formats = Formats::new();
    summary::write(book.add_worksheet().set_name(SUMMARY)?, document, &parts, &names, &formats)?;
    for (part, name) in parts.iter().zip(&names) {
        if let (Part::Table(caption, table), Some(name)) = (part, name) {
            sheet::write(book.add_worksheet().set_name(name)?, caption, table, &formats)?;
        }
    }
    book.save_to_buffer()
}

/// Without a time of its own the file would be of the moment in which it is written.
fn properties(document: &Document) -> DocProperties {
    let made_s = i64::try_from(document.generated_at_ms / 1_000).unwrap_or(0);
    let made = ExcelDateTime::from_timestamp(made_s).unwrap_or_default();
    DocProperties::new().set_title(plain(&document.title)).set_creation_datetime(&made)
}

fn has_sheet(table: &Table) -> bool {
    let [first, other] = MOST_INLINE_WIDTHS;
    let widths = natural(table);
    let is_wide = widths.iter().enumerate().any(|(at, width)| *width > if at == 0 { first } else { other });
    table.rows.len() > MOST_INLINE_ROWS || table.page == Page::Landscape || is_wide
}

/// The name of the sheet of each part that has one: each name once, whatever the case of its letters.
fn names(parts: &[Part<'_>]) -> Vec<Option<String>> {
    let mut taken = vec![SUMMARY.to_owned()];
    let mut name = |part: &Part<'_>| match part {
        Part::Table(_, table) if has_sheet(table) => {
            let name =
                (1..).map(|number| name(&table.caption, number)).find(|name| !taken.contains(&name.to_lowercase()))?;
            taken.push(name.to_lowercase());
            Some(name)
        }
        _ => None,
    };
    parts.iter().map(&mut name).collect()
}

/// The `number`-th name of a sheet called `caption`.
fn name(caption: &str, number: usize) -> String {
    // Signs that no name may have, an apostrophe at its ends among them.
    let caption: String = plain(caption).chars().filter(|c| !"[]:*?/\\'".contains(*c)).collect();
    let suffix = if number > 1 { format!("({number})") } else { String::new() };
    let caption = if caption.trim().is_empty() { "明细" } else { caption.trim() };
    caption.chars().take(MOST_NAME - suffix.len()).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_names_that_are_allowed_and_each_once() {
        let table = |caption: &str| Table::new(caption, Page::Landscape, Vec::new(), []);
        let captions =
            ["汇总", "a/b:[c]*?\\'", "A/B:[C]*?", "", "长".repeat(40).as_str(), "长".repeat(41).as_str()].map(table);
        let parts: Vec<_> = captions.iter().map(|table| Part::Table(String::new(), table)).collect();
        let long = "长".repeat(31);
        let longer = format!("{}(2)", "长".repeat(28));
        let expected = ["汇总(2)", "abc", "ABC(2)", "明细", &long, &longer];
        assert_eq!(names(&parts).into_iter().flatten().collect::<Vec<_>>(), expected);
    }
}
