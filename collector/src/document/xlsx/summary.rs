//! The first sheet: the document from its title to its signatures, with the smaller tables in their places.

use rust_xlsxwriter::{Format, IgnoreError, Worksheet, XlsxError};

use super::formats::{Cells, Formats};
use super::sheet::{MOST_POINTS, cells, head_height, height, most_lines, page};
use crate::client::table::width;
use crate::document::layout::{lines, natural};
use crate::document::outline::Part;
use crate::document::text::plain;
use crate::document::{Document, Figure, Page, Prose, Signature, Span, Table};
use crate::registry::guard;

/// Fewer columns would make paragraphs narrow.
const LEAST_COLUMNS: usize = 8;
const LEAST_WIDTH: usize = 11;
/// The height of a line of text of 12 points.
const LINE_POINTS: usize = 18;
/// The height of a row of a table, and the air above a heading.
const ROW_POINTS: u32 = 20;
const HEADING_AIR: u32 = 8;
/// The height of a line of a label of 10 points.
const LABEL_POINTS: usize = 15;

pub(super) fn write(
    sheet: &mut Worksheet,
    document: &Document,
    parts: &[Part<'_>],
    names: &[Option<String>],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let widths = widths(parts, names);
    for (at, width) in (0_u16..).zip(&widths) {
        sheet.set_column_width(at, cells(*width))?;
    }
    let last = u16::try_from(widths.len() - 1).unwrap_or(u16::MAX);
    let mut summary = Summary { sheet, formats, last, widths, row: 0 };
    document.title.lines().try_for_each(|line| summary.line(line, &formats.title))?;
    for head in &document.heads {
        summary.line(&format!("{}：{}", head.label, written(&head.says)), &formats.text)?;
    }
    for (part, name) in parts.iter().zip(names) {
        summary.part(part, name.as_deref(), document)?;
    }
    let rows = summary.row;
    sheet.ignore_error_range(0, 0, rows, last, IgnoreError::NumberStoredAsText)?;
    page(sheet, Page::Portrait);
    Ok(())
}

/// Of each column what the widest of the tables here asks for.
fn widths(parts: &[Part<'_>], names: &[Option<String>]) -> Vec<usize> {
    let mut widths = vec![LEAST_WIDTH; LEAST_COLUMNS];
    for (part, name) in parts.iter().zip(names) {
        if let (Part::Table(_, table), None) = (part, name) {
            widths.resize(widths.len().max(table.columns.len()), LEAST_WIDTH);
            widths.iter_mut().zip(natural(table)).for_each(|(widest, width)| *widest = (*widest).max(width));
        }
    }
    widths
}

fn written(prose: &Prose) -> String {
    let span = |span: &Span| match span {
        Span::Text(text) => plain(text).into_owned(),
        Span::Value(value) => value.to_string(),
    };
    prose.0.iter().map(span).collect()
}

/// What a figure counts, and in what.
fn label(figure: &Figure) -> String {
    match figure.unit() {
        "" => figure.label.clone(),
        unit => format!("{}（{unit}）", figure.label),
    }
}

struct Summary<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    last: u16,
    /// The width of each column.
    widths: Vec<usize>,
    row: u32,
}

impl Summary<'_> {
    fn part(&mut self, part: &Part<'_>, name: Option<&str>, document: &Document) -> Result<(), XlsxError> {
        let formats = self.formats;
        match part {
            Part::Heading(_, heading) => {
                self.line(heading, &formats.heading)?;
                self.sheet.set_row_height(self.row - 1, ROW_POINTS + HEADING_AIR).map(drop)
            }
            Part::Paragraph(prose) => self.line(&written(prose), &formats.paragraph),
            Part::Note(prose) => self.line(&written(prose), &formats.note),
            Part::Figures(figures) => self.figures(figures),
            Part::Table(caption, table) => {
                match name {
                    Some(name) => self.line(&format!("{caption}（见工作表“{name}”）"), &formats.caption)?,
                    None => {
                        let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(self.last);
                        self.line_over(caption, &formats.caption, last.clamp(1, self.last))?;
                        self.table(table)?;
                    }
                }
                table.remark().map_or(Ok(()), |remark| self.line(&written(&remark), &formats.note))
            }
            Part::Signatures(signatures) => {
                let line = signatures.iter().map(Signature::line).collect::<Vec<_>>().join("　　　　");
                self.row += 1;
                self.line(&line, &formats.text)?;
                document.foot().iter().try_for_each(|line| self.line(line, &formats.note))
            }
        }
    }

    /// One text over all columns, as high as it needs.
    fn line(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.line_over(text, format, self.last)
    }

    /// The same over the columns up to `last`, which is not the first.
    fn line_over(&mut self, text: &str, format: &Format, last: u16) -> Result<(), XlsxError> {
        let text = plain(text);
        let text = guard(&text);
        self.sheet.merge_range(self.row, 0, self.row, last, &text, format)?;
        let cells: usize = self.widths.iter().take(usize::from(last) + 1).sum();
        // At 12 points a character is a fifth wider than the cells of which widths are made.
        let lines = (width(&text) * 6 / 5).div_ceil(cells.max(1)).max(1);
        let points = (lines * LINE_POINTS + 4).min(MOST_POINTS);
        self.sheet.set_row_height(self.row, u32::try_from(points).unwrap_or(u32::MAX))?;
        self.row += 1;
        Ok(())
    }

    fn figures(&mut self, figures: &[Figure]) -> Result<(), XlsxError> {
        for figures in figures.chunks(usize::from(self.last) + 1) {
            let mut most = 2;
            for (at, figure) in (0_u16..).zip(figures) {
                let label = label(figure);
                most = most.max(self.widths.get(usize::from(at)).map_or(1, |width| lines(&label, *width)));
                self.sheet.write_string_with_format(self.row, at, guard(&plain(&label)), &self.formats.label)?;
                let mut cells = Cells::like(self.formats.figure.clone());
                cells.write(self.sheet, self.row + 1, at, &figure.value)?;
            }
            let points = u32::try_from(most * LABEL_POINTS).unwrap_or(u32::MAX);
            self.sheet.set_row_height(self.row, points)?.set_row_height(self.row + 1, 30)?;
            self.row += 2;
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        for (at, column) in (0_u16..).zip(&table.columns) {
            self.sheet.write_string_with_format(self.row, at, guard(&plain(&column.heading())), &self.formats.head)?;
        }
        self.sheet.set_row_height(self.row, head_height(table, &self.widths))?;
        let mut columns: Vec<Cells> = table.columns.iter().map(|column| Cells::of(column.kind)).collect();
        for row in &table.rows {
            self.row += 1;
            self.sheet.set_row_height(self.row, height(most_lines(row, &self.widths)))?;
            for ((at, value), cells) in (0_u16..).zip(row).zip(&mut columns) {
                cells.write(self.sheet, self.row, at, value)?;
            }
        }
        self.row += 1;
        Ok(())
    }
}
