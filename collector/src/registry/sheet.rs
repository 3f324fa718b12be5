//! A file of comma-separated values with a heading: encoding, columns by name, rows that are named by their line when they
//! are wrong. Which columns there are and what their cells mean is its reader's.

use super::csv::{self, Record};
use super::{LineError, Said, said};

/// The longest file.
pub const MAX_BYTES: usize = 16 << 20;
/// The most rows.
pub const MAX_ROWS: usize = 100_000;
/// The longest cell, in characters.
const MAX_CELL_CHARS: usize = 128;
/// Of more errors, only their number is told.
const MAX_ERRORS: usize = 200;

/// The columns of a kind of file, the one that each file must have first, with their names in Chinese and English.
pub(crate) type Names<C> = &'static [(C, &'static str, &'static str)];

/// What there is to say of a file as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    /// `utf-8` or `gb18030`.
    pub(crate) encoding: &'static str,
    /// Rows below the heading.
    pub(crate) count: u32,
    errors: Vec<LineError>,
    more_errors: u32,
}

/// One row under its heading.
pub(crate) struct Cells<'a, C> {
    columns: &'a [C],
    record: &'a Record,
}

impl<C: Copy + PartialEq> Cells<'_, C> {
    /// The line that the row begins on.
    pub(crate) const fn line(&self) -> u32 {
        self.record.line
    }

    /// What stands under a column; none when the file does not have it.
    pub(crate) fn get(&self, wanted: C) -> Option<&str> {
        let at = self.columns.iter().position(|column| *column == wanted)?;
        Some(self.record.cells.get(at).map_or("", |cell| csv::unguard(cell.trim())))
    }
}

impl Sheet {
    /// Reads a file row by row; what `row` refuses is told with the row's line.
    pub(crate) fn read<C: Copy + PartialEq>(
        bytes: &[u8],
        names: Names<C>,
        row: impl FnMut(&Cells<'_, C>) -> Result<(), Said>,
    ) -> Self {
        let mut sheet = Self::default();
        if bytes.len() > MAX_BYTES {
            let has = bytes.len();
            sheet.error(
                1,
                said(
                    format!("the file has {has} bytes, at most {MAX_BYTES} are expected"),
                    format!("文件有 {has} 字节，最多 {MAX_BYTES} 字节"),
                ),
            );
            return sheet;
        }
        let (encoding, text) = decode(bytes);
        sheet.encoding = encoding;
        match text {
            Ok(text) => sheet.read_text(&text, names, row),
            Err(message) => sheet.error(1, message),
        }
        sheet
    }

    fn read_text<C: Copy + PartialEq>(
        &mut self,
        text: &str,
        names: Names<C>,
        mut row: impl FnMut(&Cells<'_, C>) -> Result<(), Said>,
    ) {
        let mut records = csv::read(text);
        let columns = match records.next() {
            Some(Ok(record)) => self.heading(&record, names),
            _ => {
                let heading = heading(names);
                self.error(
                    1,
                    said(format!("expected a heading such as {heading}"), format!("首行应为列名，例如 {heading}")),
                );
                return;
            }
        };
        for record in records {
            if self.count as usize == MAX_ROWS {
                self.error(
                    0,
                    said(format!("the file has more than {MAX_ROWS} rows"), format!("文件超过 {MAX_ROWS} 行")),
                );
                return;
            }
            self.count += 1;
            match (&columns, record) {
                (_, Err(quote)) => self.error(
                    quote.0,
                    said("a quotation mark that does not close a whole cell", "双引号没有成对括住整个单元格"),
                ),
                (Some(columns), Ok(record)) => {
                    let read = fits(columns.len(), &record).and_then(|()| row(&Cells { columns, record: &record }));
                    if let Err(message) = read {
                        self.error(record.line, message);
                    }
                }
                (None, Ok(_)) => {}
            }
        }
    }

    /// The column of each cell; none after an error.
    fn heading<C: Copy + PartialEq>(&mut self, record: &Record, names: Names<C>) -> Option<Vec<C>> {
        let known =
            |name: &str| names.iter().find(|(_, zh, en)| *zh == name || *en == name).map(|(column, ..)| *column);
        let mut columns = Vec::new();
        for name in record.cells.iter().map(|cell| cell.trim().to_lowercase()) {
            match known(&name) {
                Some(column) if columns.contains(&column) => self
                    .error(record.line, said(format!("column '{name}' stands twice"), format!("列“{name}”出现了两次"))),
                Some(column) => columns.push(column),
                None => {
                    let heading = heading(names);
                    self.error(
                        record.line,
                        said(
                            format!("no column is called '{name}': expected {heading}"),
                            format!("没有名为“{name}”的列，可用的列：{heading}"),
                        ),
                    );
                }
            }
        }
        if let Some((needed, zh, en)) = names.first()
            && self.errors.is_empty()
            && !columns.contains(needed)
        {
            self.error(record.line, said(format!("column {zh} ({en}) is missing"), format!("缺少“{zh}”列")));
        }
        self.errors.is_empty().then_some(columns)
    }

    /// Something is wrong on a line; 0 for the file.
    pub(crate) fn error(&mut self, line: u32, Said { en, zh }: Said) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(LineError { line, message: en, message_zh: zh });
        } else {
            self.more_errors += 1;
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    /// What is wrong, by line.
    pub(crate) fn into_errors(mut self) -> Vec<LineError> {
        self.errors.sort_by_key(|error| error.line);
        if self.more_errors > 0 {
            let more = self.more_errors;
            self.errors.push(LineError {
                line: 0,
                message: format!("and {more} more lines with errors"),
                message_zh: format!("另有 {more} 行有错误，未逐一列出"),
            });
        }
        self.errors
    }
}

fn heading<C>(names: Names<C>) -> String {
    names.iter().map(|(_, zh, _)| *zh).collect::<Vec<_>>().join(",")
}

fn fits(columns: usize, record: &Record) -> Result<(), Said> {
    let surplus = record.cells.iter().skip(columns).any(|cell| !cell.trim().is_empty());
    let cells = record.cells.len();
    if surplus {
        return Err(said(
            format!("{cells} cells, but the heading has {columns}"),
            format!("有 {cells} 个单元格，而首行只有 {columns} 列"),
        ));
    }
    Ok(())
}

/// UTF-8 with or without a mark, else GB18030.
fn decode(bytes: &[u8]) -> (&'static str, Result<String, Said>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return ("utf-8", Ok(text.to_owned()));
    }
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    let neither = || said("the file is neither UTF-8 nor GB18030", "文件既不是 UTF-8 也不是 GB18030 编码");
    ("gb18030", text.map(std::borrow::Cow::into_owned).ok_or_else(neither))
}

/// A cell of text on one line, as short as a register's texts are.
pub(crate) fn line_of_text(text: &str) -> Result<&str, Said> {
    let length = text.chars().count();
    if length > MAX_CELL_CHARS {
        return Err(said(
            format!("a cell of {length} characters, at most {MAX_CELL_CHARS} are expected"),
            format!("单元格有 {length} 个字，最多 {MAX_CELL_CHARS} 个"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(said("a cell with a line break or another control character", "单元格含有换行或其他控制字符"));
    }
    Ok(text)
}
