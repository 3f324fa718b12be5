//! The text of a DOCX: paragraphs, tables, and where the page turns.

use std::io::{self, Write};

use crate::document::layout::{across, fitted, scaled};
use crate::document::outline::{Part, parts, spreads};
use crate::document::text::{escape, escape_value};
use crate::document::{Column, Document, Figure, Kind, Level, Page, Prose, Signature, Span, Table, Value};

/// What is written goes on when it is as long as this: a table of the whole province is some 60 MB before it is packed.
const PIECE: usize = 1 << 16;
/// A longer table goes on as another one on the next page: to lay out one of 2 600 rows takes LibreOffice a minute, and 13 of 200 rows
/// sixteen seconds.
const ROWS: usize = 300;

const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>"#;
const FOOTERS: &str =
    r#"<w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>"#;

/// Writes `word/document.xml`.
pub(super) fn write(document: &Document, into: &mut dyn Write) -> io::Result<()> {
    let mut body = Body { into, text: String::with_capacity(2 * PIECE), value: String::new(), keeps: false };
    body.raw(BEGIN);
    body.head(document);
    let parts = parts(document);
    let spreads = spreads(&parts);
    for (at, (page, parts)) in spreads.iter().enumerate() {
        for (nth, part) in parts.iter().enumerate() {
            body.keeps = matches!(parts.get(nth + 1), Some(Part::Signatures(_)));
            body.part(part, document)?;
        }
        if at + 1 < spreads.len() {
            body.raw(r#"<w:p><w:pPr><w:pStyle w:val="end"/>"#);
            body.raw(&turn(*page));
            body.raw("</w:pPr></w:p>");
        } else {
            body.raw(&turn(*page));
        }
    }
    body.raw("</w:body></w:document>");
    body.flush()
}

/// Margins of GB/T 9704-2012, 6.1, in twentieths of a point: 37 mm above, 28 mm left, and text of 156 × 225 mm in 22 lines. That each has 28
/// characters the style `body` sees to: a grid of characters too is read in another way by each program. Turned a quarter to the left for wide tables.
fn turn(page: Page) -> String {
    match page {
        Page::Portrait => format!(
            r#"<w:sectPr>{FOOTERS}<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="1400" w:gutter="0"/><w:docGrid w:type="lines" w:linePitch="579"/></w:sectPr>"#
        ),
        Page::Landscape => format!(
            r#"<w:sectPr>{FOOTERS}<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1587" w:right="1984" w:bottom="1474" w:left="2098" w:header="851" w:footer="850" w:gutter="0"/></w:sectPr>"#
        ),
    }
}

/// The width of a line, in twentieths of a point.
const fn line(page: Page) -> usize {
    match page {
        Page::Portrait => 8_845,
        Page::Landscape => 12_756,
    }
}

struct Body<'a> {
    into: &'a mut dyn Write,
    text: String,
    value: String,
    /// Whether the signatures follow: the last of the text stays with them, so that no page holds them alone (GB/T 9704-2012, 7.3.5.1).
    keeps: bool,
}

/// Stays on the page of what follows.
const KEEP: &str = "<w:keepNext/>";
const KEPT: &str = "<w:keepNext/></w:pPr>";

impl Body<'_> {
    fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn run(&mut self, properties: &str, text: &str) {
        self.raw("<w:r>");
        self.raw(properties);
        self.raw("<w:t>");
        escape(&mut self.text, text);
        self.raw("</w:t></w:r>");
    }

    fn value(&mut self, value: &Value) {
        self.raw("<w:r><w:t>");
        escape_value(&mut self.text, value, &mut self.value);
        self.raw("</w:t></w:r>");
    }

    fn open(&mut self, style: &str) {
        self.raw(r#"<w:p><w:pPr><w:pStyle w:val=""#);
        self.raw(style);
        self.raw(r#""/>"#);
        self.raw(if self.keeps { KEEP } else { "" });
        self.raw("</w:pPr>");
    }

    fn line(&mut self, style: &str, text: &str) {
        self.open(style);
        self.run("", text);
        self.raw("</w:p>");
    }

    fn spans(&mut self, prose: &Prose) {
        for span in &prose.0 {
            match span {
                Span::Text(text) => self.run("", text),
                Span::Value(value) => self.value(value),
            }
        }
    }

    fn prose(&mut self, style: &str, prose: &Prose) {
        self.open(style);
        self.spans(prose);
        self.raw("</w:p>");
    }

    fn head(&mut self, document: &Document) {
        document.title.lines().for_each(|line| self.line("Title", line));
        self.raw("<w:p/>");
        for head in &document.heads {
            self.open("head");
            self.run(r#"<w:rPr><w:rStyle w:val="label"/></w:rPr>"#, &format!("{}：", head.label));
            self.spans(&head.says);
            self.raw("</w:p>");
        }
        self.raw("<w:p/>");
    }

    fn part(&mut self, part: &Part<'_>, document: &Document) -> io::Result<()> {
        match part {
            Part::Heading(level, heading) => self.line(heading_style(*level), heading),
            Part::Paragraph(prose) => self.prose("body", prose),
            Part::Note(prose) => self.prose("note", prose),
            Part::Figures(figures) => self.figures(figures),
            Part::Table(caption, table) => {
                self.line("Caption", caption);
                self.table(table)?;
                if let Some(remark) = table.remark() {
                    self.prose("note", &remark);
                }
            }
            Part::Signatures(signatures) => {
                self.raw(&format!("<w:p><w:pPr>{KEEP}</w:pPr></w:p>"));
                self.signatures(signatures);
                document.foot().iter().for_each(|line| self.line("foot", line));
            }
        }
        self.flush()
    }

    fn table_begin(&mut self, style: &str, widths: &[usize]) {
        self.raw(&format!(
            r#"<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>"#,
            widths.iter().sum::<usize>()
        ));
        widths.iter().for_each(|width| self.raw(&format!(r#"<w:gridCol w:w="{width}"/>"#)));
        self.raw("</w:tblGrid>");
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        let widths: Vec<usize> = scaled(&fitted(table), line(table.page));
        let small = table.page == Page::Landscape;
        let heading =
            |(column, width): (&Column, &usize)| (cell(*width, if small { "sh" } else { "ch" }), column.heading());
        let headings: Vec<(String, String)> = table.columns.iter().zip(&widths).map(heading).collect();
        let style = |column: &Column| cell_style(column.kind, small);
        let cells: Vec<String> =
            table.columns.iter().zip(&widths).map(|(column, width)| cell(*width, style(column))).collect();
        let mut pieces = table.rows.chunks(ROWS).peekable();
        loop {
            let rows = pieces.next().unwrap_or_default();
            self.table_begin("grid", &widths);
            self.raw("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
            for (cell, heading) in &headings {
                self.raw(cell);
                self.run("", heading);
                self.raw("</w:p></w:tc>");
            }
            self.raw("</w:tr>");
            let is_last = pieces.peek().is_none();
            let kept = rows.len().checked_sub(1).filter(|_| is_last && self.keeps);
            for (nth, row) in rows.iter().enumerate() {
                if kept == Some(nth) {
                    let cells: Vec<String> = cells.iter().map(|cell| cell.replace("</w:pPr>", KEPT)).collect();
                    self.row(&cells, row)?;
                } else {
                    self.row(&cells, row)?;
                }
            }
            self.raw("</w:tbl>");
            if is_last {
                return Ok(());
            }
            self.raw(r#"<w:p><w:pPr><w:pStyle w:val="end"/><w:pageBreakBefore/></w:pPr></w:p>"#);
        }
    }

    fn row(&mut self, cells: &[String], row: &[Value]) -> io::Result<()> {
        self.raw("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for (cell, value) in cells.iter().zip(row) {
            self.raw(cell);
            self.value(value);
            self.raw("</w:p></w:tc>");
        }
        self.raw("</w:tr>");
        if self.text.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn figures(&mut self, figures: &[Figure]) {
        let across = across(figures.len());
        let widths = scaled(&vec![1; across], line(Page::Portrait));
        self.table_begin("grid", &widths);
        for row in figures.chunks(across) {
            let cells = || widths.iter().enumerate().map(|(at, width)| (*width, row.get(at)));
            self.raw("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (width, figure) in cells() {
                self.raw(&cell(width, "ch"));
                self.run("", figure.map_or("", |figure| &figure.label));
                self.raw("</w:p></w:tc>");
            }
            self.raw("</w:tr><w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (width, figure) in cells() {
                self.raw(&cell(width, "figure"));
                if let Some(figure) = figure {
                    self.value(&figure.value);
                    self.run(r#"<w:rPr><w:rStyle w:val="unit"/></w:rPr>"#, figure.unit());
                }
                self.raw("</w:p></w:tc>");
            }
            self.raw("</w:tr>");
        }
        self.raw("</w:tbl>");
        self.raw(r#"<w:p><w:pPr><w:pStyle w:val="foot"/></w:pPr></w:p>"#);
    }

    fn signatures(&mut self, signatures: &[Signature]) {
        if signatures.is_empty() {
            return;
        }
        let widths = scaled(&vec![1; signatures.len().min(3)], line(Page::Portrait));
        self.table_begin("TableNormal", &widths);
        for row in signatures.chunks(widths.len()) {
            self.raw("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (at, width) in widths.iter().enumerate() {
                self.raw(&cell(*width, "sign"));
                self.run("", &row.get(at).map(Signature::line).unwrap_or_default());
                self.raw("</w:p></w:tc>");
            }
            self.raw("</w:tr>");
        }
        self.raw("</w:tbl>");
        self.raw(r#"<w:p><w:pPr><w:pStyle w:val="foot"/></w:pPr></w:p>"#);
    }
}

fn cell(width: usize, style: &str) -> String {
    format!(
        r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>"#
    )
}

const fn heading_style(level: Level) -> &'static str {
    match level {
        Level::First => "Heading1",
        Level::Second => "Heading2",
        Level::Third => "Heading3",
        Level::Fourth => "Heading4",
        Level::Annex => "annex",
    }
}

const fn cell_style(kind: Kind, small: bool) -> &'static str {
    match (kind, small) {
        (Kind::Text, false) => "cl",
        (Kind::Word | Kind::Time, false) => "cc",
        (Kind::Number | Kind::Percent | Kind::Duration, false) => "cr",
        (Kind::Text, true) => "sl",
        (Kind::Word | Kind::Time, true) => "sc",
        (Kind::Number | Kind::Percent | Kind::Duration, true) => "sr",
    }
}
