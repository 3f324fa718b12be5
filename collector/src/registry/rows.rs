//! A file of the registry as rows: encoding, heading, cells, each checked by itself. What depends on the registry and the
//! table of places is checked by the plan.

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;

use super::csv::{self, Record};
use super::{Key, LineError, Said, said};

/// The longest file.
pub const MAX_BYTES: usize = 16 << 20;
/// The most rows.
pub const MAX_ROWS: usize = 100_000;
/// The longest cell, in characters.
const MAX_CELL_CHARS: usize = 128;
/// Of more errors, only their number is told.
const MAX_ERRORS: usize = 200;

/// The columns, in the order of an export, with their names in Chinese and English.
pub(super) const COLUMNS: [(Column, &str, &str); 8] = [
    (Column::Venue, "会场编码", "venue"),
    (Column::Name, "名称", "name"),
    (Column::Unit, "单位", "unit"),
    (Column::Contact, "联系人", "contact"),
    (Column::Telephone, "电话", "telephone"),
    (Column::Parent, "上级", "parent"),
    (Column::Exclusion, "排除原因", "exclusion"),
    (Column::TwoWay, "双向", "two_way"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Venue,
    Name,
    Unit,
    Contact,
    Telephone,
    Parent,
    Exclusion,
    TwoWay,
}

/// A cell: not in the file, empty, or with a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell<T> {
    #[default]
    Absent,
    Empty,
    Set(T),
}

/// One row, checked by itself.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u32,
    pub(super) key: Key,
    pub(super) name: Cell<Box<str>>,
    pub(super) unit: Cell<Box<str>>,
    pub(super) contact: Cell<Box<str>>,
    pub(super) telephone: Cell<Box<str>>,
    pub(super) parent: Cell<PlaceCode>,
    pub(super) exclusion: Cell<Box<str>>,
    pub(super) two_way: Cell<bool>,
}

/// The rows of a file.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(super) encoding: &'static str,
    pub(super) count: u32,
    pub(super) list: Vec<Row>,
    pub(super) errors: Vec<LineError>,
    pub(super) more_errors: u32,
}

impl Rows {
    /// Reads a file; what is wrong with it is in the rows' errors.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut rows = Self::default();
        if bytes.len() > MAX_BYTES {
            let has = bytes.len();
            rows.error(
                1,
                said(
                    format!("the file has {has} bytes, at most {MAX_BYTES} are expected"),
                    format!("文件有 {has} 字节，最多 {MAX_BYTES} 字节"),
                ),
            );
            return rows;
        }
        let (encoding, text) = decode(bytes);
        rows.encoding = encoding;
        match text {
            Ok(text) => rows.read_text(&text),
            Err(message) => rows.error(1, message),
        }
        rows
    }

    fn read_text(&mut self, text: &str) {
        let mut records = csv::read(text);
        let columns = match records.next() {
            Some(Ok(record)) => self.heading(&record),
            _ => {
                let heading = heading();
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
                (Some(columns), Ok(record)) => self.row(columns, &record),
                (None, Ok(_)) => {}
            }
        }
    }

    /// The column of each cell; none after an error.
    fn heading(&mut self, record: &Record) -> Option<Vec<Column>> {
        let known =
            |name: &str| COLUMNS.iter().find(|(_, zh, en)| *zh == name || *en == name).map(|(column, ..)| *column);
        let mut columns = Vec::new();
        for name in record.cells.iter().map(|cell| cell.trim().to_lowercase()) {
            match known(&name) {
                Some(column) if columns.contains(&column) => self
                    .error(record.line, said(format!("column '{name}' stands twice"), format!("列“{name}”出现了两次"))),
                Some(column) => columns.push(column),
                None => {
                    let heading = heading();
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
        if self.errors.is_empty() && !columns.contains(&Column::Venue) {
            self.error(record.line, said("column 会场编码 (venue) is missing", "缺少“会场编码”列"));
        }
        self.errors.is_empty().then_some(columns)
    }

    fn row(&mut self, columns: &[Column], record: &Record) {
        let surplus = record.cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty());
        if surplus {
            let (cells, heading) = (record.cells.len(), columns.len());
            return self.error(
                record.line,
                said(
                    format!("{cells} cells, but the heading has {heading}"),
                    format!("有 {cells} 个单元格，而首行只有 {heading} 列"),
                ),
            );
        }
        match read_row(columns, record) {
            Ok(row) => self.list.push(row),
            Err(message) => self.error(record.line, message),
        }
    }

    pub(super) fn error(&mut self, line: u32, Said { en, zh }: Said) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(LineError { line, message: en, message_zh: zh });
        } else {
            self.more_errors += 1;
        }
    }
}

fn heading() -> String {
    COLUMNS.map(|(_, zh, _)| zh).join(",")
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

fn read_row(columns: &[Column], record: &Record) -> Result<Row, Said> {
    let cell = |wanted: Column| {
        let at = columns.iter().position(|column| *column == wanted);
        at.map(|at| record.cells.get(at).map_or("", |cell| csv::unguard(cell.trim())))
    };
    let text = |column| cell(column).map_or(Ok(Cell::Absent), text_cell);
    Ok(Row {
        line: record.line,
        key: key(cell(Column::Venue).unwrap_or_default())?,
        name: text(Column::Name)?,
        unit: text(Column::Unit)?,
        contact: text(Column::Contact)?,
        telephone: text(Column::Telephone)?,
        parent: cell(Column::Parent).map_or(Ok(Cell::Absent), parent_cell)?,
        exclusion: text(Column::Exclusion)?,
        two_way: cell(Column::TwoWay).map_or(Ok(Cell::Absent), two_way_cell)?,
    })
}

fn key(text: &str) -> Result<Key, Said> {
    let venue = text.parse::<VenueId>().map(Key::Venue).ok();
    venue.or_else(|| text.parse::<PlaceCode>().map(Key::Place).ok()).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        said(
            format!("'{text}' is neither a venue such as 350102001-01 nor a place such as 350102"),
            format!("“{text}”既不是会场编码（如 350102001-01），也不是地区编码（如 350102）"),
        )
    })
}

fn text_cell(text: &str) -> Result<Cell<Box<str>>, Said> {
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
    Ok(if text.is_empty() { Cell::Empty } else { Cell::Set(text.into()) })
}

fn parent_cell(text: &str) -> Result<Cell<PlaceCode>, Said> {
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    text.parse().map(Cell::Set).map_err(|avow_shared::place::NotAPlaceCode(found)| {
        said(
            format!("上级 (parent): '{found}' is no code of a place such as 350102"),
            format!("上级：“{found}”不是地区编码（如 350102）"),
        )
    })
}

fn two_way_cell(text: &str) -> Result<Cell<bool>, Said> {
    match text.to_lowercase().as_str() {
        "" => Ok(Cell::Empty),
        "是" | "双向" | "yes" | "y" | "true" | "1" => Ok(Cell::Set(true)),
        "否" | "单向" | "no" | "n" | "false" | "0" => Ok(Cell::Set(false)),
        _ => Err(said("双向 (two_way): expected 是 or 否 (yes or no)", "双向：应填“是”或“否”")),
    }
}
