//! A document as one HTML file for screen and print: nothing is fetched and nothing runs.

use super::layout::{across, fitted};
use super::outline::{Part, parts, spreads};
use super::text::{escape, escape_value};
use super::{Document, Figure, Head, Kind, Level, Page, Prose, Signature, Span, Table, Value};

const STYLE: &str = include_str!("html/document.css");
/// A cell takes some thirty bytes.
const BYTES_A_ROW: usize = 600;

/// The file.
#[must_use]
pub fn write(document: &Document) -> String {
    let parts = parts(document);
    let rows: usize =
        parts.iter().map(|part| if let Part::Table(_, table) = part { table.rows.len() } else { 1 }).sum();
    let mut page = Html { text: String::with_capacity(STYLE.len() + rows * BYTES_A_ROW), value: String::new() };
    page.raw("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
    page.text(&document.title);
    page.raw("</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    page.head(document);
    for (lies, parts) in spreads(&parts) {
        page.raw(if lies == Page::Landscape { "<section class=\"wide\">\n" } else { "<section>\n" });
        parts.iter().for_each(|part| page.part(part, document));
        page.raw("</section>\n");
    }
    page.raw("</main>\n</body>\n</html>\n");
    page.text
}

struct Html {
    text: String,
    value: String,
}

impl Html {
    fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    fn text(&mut self, text: &str) {
        escape(&mut self.text, text);
    }

    fn value(&mut self, value: &Value) {
        escape_value(&mut self.text, value, &mut self.value);
    }

    fn element(&mut self, open: &str, text: &str, close: &str) {
        self.raw(open);
        self.text(text);
        self.raw(close);
    }

    fn head(&mut self, document: &Document) {
        self.raw("<h1>");
        for (at, line) in document.title.lines().enumerate() {
            self.raw(if at > 0 { "<br>" } else { "" });
            self.text(line);
        }
        self.raw("</h1>\n<dl class=\"heads\">\n");
        document.heads.iter().for_each(|Head { label, says }| {
            self.element("<dt>", label, "</dt>");
            self.prose("<dd>", says, "</dd>\n");
        });
        self.raw("</dl>\n");
    }

    fn part(&mut self, part: &Part<'_>, document: &Document) {
        match part {
            Part::Heading(level, heading) => {
                let (open, close) = heading_tags(*level);
                self.element(open, heading, close);
            }
            Part::Paragraph(prose) => self.prose("<p>", prose, "</p>\n"),
            Part::Note(prose) => self.prose("<p class=\"note\">", prose, "</p>\n"),
            Part::Figures(figures) => self.figures(figures),
            Part::Table(caption, table) => self.table(caption, table),
            Part::Signatures(signatures) => {
                self.signatures(signatures);
                self.foot(document);
            }
        }
    }

    fn prose(&mut self, open: &str, prose: &Prose, close: &str) {
        self.raw(open);
        for span in &prose.0 {
            match span {
                Span::Text(text) => self.text(text),
                Span::Value(value) => self.value(value),
            }
        }
        self.raw(close);
    }

    fn figures(&mut self, figures: &[Figure]) {
        self.raw(&format!("<dl class=\"figures\" style=\"--across:{}\">\n", across(figures.len())));
        for figure in figures {
            self.element("<div><dt>", &figure.label, "</dt><dd>");
            self.value(&figure.value);
            self.element("<small>", figure.unit(), "</small></dd></div>\n");
        }
        self.raw("</dl>\n");
    }

    fn table(&mut self, caption: &str, table: &Table) {
        self.raw("<div class=\"table\"><table>\n");
        self.element("<caption>", caption, "</caption>\n<colgroup>");
        let widths = fitted(table);
        let whole = widths.iter().sum::<usize>().max(1);
        for width in widths {
            let tenths = width * 1_000 / whole;
            self.raw(&format!("<col style=\"width:{}.{}%\">", tenths / 10, tenths % 10));
        }
        self.raw("</colgroup>\n<thead><tr>");
        table.columns.iter().for_each(|column| self.element("<th scope=\"col\">", &column.heading(), "</th>"));
        self.raw("</tr></thead>\n<tbody>\n");
        let opens: Vec<&str> = table.columns.iter().map(|column| cell(column.kind)).collect();
        for row in &table.rows {
            self.raw("<tr>");
            for (open, value) in opens.iter().zip(row) {
                self.raw(open);
                self.value(value);
                self.raw("</td>");
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table></div>\n");
        if let Some(remark) = table.remark() {
            self.prose("<p class=\"note\">", &remark, "</p>\n");
        }
    }

    fn signatures(&mut self, signatures: &[Signature]) {
        self.raw("<ul class=\"signatures\">\n");
        for signature in signatures {
            self.element("<li>", &signature.line(), "</li>\n");
        }
        self.raw("</ul>\n");
    }

    fn foot(&mut self, document: &Document) {
        self.raw("<footer>");
        for (at, line) in document.foot().iter().enumerate() {
            self.raw(if at > 0 { "<br>" } else { "" });
            self.text(line);
        }
        self.raw("</footer>\n");
    }
}

const fn heading_tags(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::First => ("<h2>", "</h2>\n"),
        Level::Second => ("<h3>", "</h3>\n"),
        Level::Third => ("<h4>", "</h4>\n"),
        Level::Fourth => ("<h5>", "</h5>\n"),
        Level::Annex => ("<h2 class=\"annex\">", "</h2>\n"),
    }
}

const fn cell(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "<td>",
        Kind::Word | Kind::Time => "<td class=\"c\">",
        Kind::Number | Kind::Percent | Kind::Duration => "<td class=\"n\">",
    }
}
