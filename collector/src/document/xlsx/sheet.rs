//! The sheet of one large table: a heading that stays, a filter, and pages that print.

use rust_xlsxwriter::{IgnoreError, Worksheet, XlsxError};

use super::formats::{Cells, Formats};
use crate::document::layout::natural;
use crate::document::text::plain;
use crate::document::{Page, Table};
use crate::registry::guard;

const A4: u8 = 9;
const HEAD_POINTS: u32 = 32;

pub(super) fn write(sheet: &mut Worksheet, caption: &str, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    let mut columns: Vec<Cells> = table.columns.iter().map(|column| Cells::of(column.kind)).collect();
    for ((at, column), width) in (0_u16..).zip(&table.columns).zip(natural(table)) {
        sheet.write_string_with_format(0, at, guard(&plain(&column.heading())), &formats.head)?;
        sheet.set_column_width(at, cells(width))?;
    }
    for (at, row) in (1_u32..).zip(&table.rows) {
        for ((to, value), cells) in (0_u16..).zip(row).zip(&mut columns) {
            cells.write(sheet, at, to, value)?;
        }
    }
    sheet.set_row_height(0, HEAD_POINTS)?.set_freeze_panes(1, 0)?;
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

/// How the pages of a sheet are printed: as wide as one page.
pub(super) fn page(sheet: &mut Worksheet, page: Page) {
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_margins(0.8, 0.8, 0.9, 0.9, 0.4, 0.4);
    sheet.set_footer("&C第 &P 页　共 &N 页");
    if page == Page::Landscape {
        sheet.set_landscape();
    }
}

/// Cells of a terminal as the widths of a spreadsheet, with room for the arrow of the filter.
pub(super) fn cells(width: usize) -> u32 {
    u32::try_from(width).unwrap_or(u32::MAX).saturating_add(2)
}
