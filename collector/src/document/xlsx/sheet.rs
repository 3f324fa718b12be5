//! The sheet of one large table: a heading that stays, a filter, and pages that print.

use rust_xlsxwriter::{IgnoreError, Worksheet, XlsxError};

use super::formats::{Cells, Formats};
use crate::document::layout::{fitted_but, lines, natural, room};
use crate::document::text::plain;
use crate::document::{Column, Kind, Page, Table, Value};
use crate::registry::guard;

const A4: u8 = 9;
const HEAD_POINTS: u32 = 32;
/// The height of a line of text of 11 points, and the air around the lines of a row.
const LINE_POINTS: usize = 15;
const AIR_POINTS: usize = 5;
/// No row of a spreadsheet is higher.
pub(super) const MOST_POINTS: usize = 409;

pub(super) fn write(sheet: &mut Worksheet, caption: &str, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    let mut columns: Vec<Cells> = table.columns.iter().map(|column| Cells::of(column.kind)).collect();
    let widths = widths(table);
    for ((at, column), width) in (0_u16..).zip(&table.columns).zip(widths.iter().copied()) {
        sheet.write_string_with_format(0, at, guard(&plain(&column.heading())), &formats.head)?;
        sheet.set_column_width(at, cells(width))?;
    }
    for (at, row) in (1_u32..).zip(&table.rows) {
        for ((to, value), cells) in (0_u16..).zip(row).zip(&mut columns) {
            cells.write(sheet, at, to, value)?;
        }
        let lines = most_lines(row, &widths);
        if lines > 1 {
            sheet.set_row_height(at, height(lines))?;
        }
    }
    sheet.set_row_height(0, head_height(table, &widths))?.set_freeze_panes(1, 0)?;
    if let Some(last) = u16::try_from(table.columns.len()).unwrap_or(0).checked_sub(1) {
        let rows = u32::try_from(table.rows.len()).unwrap_or(0);
        sheet.autofilter(0, 0, rows, last)?.set_repeat_rows(0, 0)?;
        sheet.ignore_error_range(0, 0, rows, last, IgnoreError::NumberStoredAsText)?;
    }
    page(sheet, table.page);
    // An ampersand begins a code in headers (ECMA-376 part 1, 18.3.1.46).
    sheet.set_header(format!("&C{}", plain(caption).replace('&', "&&")));
    Ok(())
}

/// As wide as the page of the table, so that it prints at a size that can be read. Numbers and times keep their widths: a spreadsheet writes
/// none of them on two lines, and `####` for what does not fit.
fn widths(table: &Table) -> Vec<usize> {
    let natural = natural(table);
    if natural.iter().sum::<usize>() <= room(table.page) {
        return natural;
    }
    let flows = |kind: Kind| matches!(kind, Kind::Text | Kind::Word);
    let widths = fitted_but(table, |kind| !flows(kind)).into_iter().zip(natural).zip(&table.columns);
    widths.map(|((fitted, natural), column)| if flows(column.kind) { fitted } else { natural }).collect()
}

/// How many lines the highest cell of a row takes.
pub(super) fn most_lines(row: &[Value], widths: &[usize]) -> usize {
    let of = |(value, width): (&Value, &usize)| {
        if let Value::Text(text) = value { lines(&plain(text), holds(*width)) } else { 1 }
    };
    row.iter().zip(widths).map(of).max().unwrap_or(1)
}

/// The height of the row of headings: of two lines, or as many as they take.
pub(super) fn head_height(table: &Table, widths: &[usize]) -> u32 {
    let of = |(column, width): (&Column, &usize)| lines(&plain(&column.heading()), *width);
    height(table.columns.iter().zip(widths).map(of).max().unwrap_or(1)).max(HEAD_POINTS)
}

/// The height of a row of so many lines, in points.
pub(super) fn height(lines: usize) -> u32 {
    u32::try_from((lines * LINE_POINTS + AIR_POINTS).min(MOST_POINTS)).unwrap_or(u32::MAX)
}

/// How the pages of a sheet are printed: as wide as one page.
pub(super) fn page(sheet: &mut Worksheet, page: Page) {
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_margins(0.8, 0.8, 0.9, 0.9, 0.4, 0.4);
    sheet.set_footer("&C第 &P 页　共 &N 页");
    if page == Page::Landscape {
        sheet.set_landscape();
    }
}

/// How many cells of text a column holds that is given [`cells`]: a width of a spreadsheet is 7 pixels of its own font, two cells are one
/// character of 11 points, and the air at both sides takes less than a cell.
const fn holds(width: usize) -> usize {
    (width + 2) * 21 / 22
}

/// Cells of a terminal as the widths of a spreadsheet, with room for the arrow of the filter.
pub(super) fn cells(width: usize) -> u32 {
    u32::try_from(width).unwrap_or(u32::MAX).saturating_add(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::value::Precision;

    #[test]
    fn a_wide_table_is_as_wide_as_its_page_and_its_rows_as_high_as_their_text() {
        let columns = [Kind::Time, Kind::Text, Kind::Text, Kind::Text, Kind::Text, Kind::Text];
        let columns = columns.map(|kind| Column::new("名", kind)).into();
        let long = Value::text("原".repeat(40));
        let at = Value::At { ms: 0, to: Precision::Minute };
        let row = std::iter::once(at).chain(std::iter::repeat_n(long, 5)).collect();
        let table = Table::new("", Page::Landscape, columns, [row]);
        let widths = widths(&table);
        assert_eq!(widths[0], 18);
        assert!(widths.iter().sum::<usize>() <= room(Page::Landscape), "{widths:?}");
        assert_eq!(most_lines(&table.rows[0], &widths), 80_usize.div_ceil(holds(widths[1]) / 2 * 2));
        assert_eq!(most_lines(&[Value::text("没有测试终端")], &[11]), 1);
        let long = Table::new("", Page::Landscape, vec![Column::new("本端到对端图像/声音", Kind::Word)], []);
        assert_eq!((head_height(&long, &[8]), head_height(&table, &widths)), (5 + 15 * 3, 32));
        assert_eq!((height(1), height(2), height(1_000)), (20, 35, 409));
    }
}
