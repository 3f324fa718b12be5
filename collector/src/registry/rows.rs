//! A file of the registry as rows, each checked by itself. What depends on the registry and the
//! table of places is checked by the plan.

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;

use super::sheet::{Cells, Sheet, line_of_text};
use super::{Key, Said, said};
use crate::obligations::MAX_NAME_CHARS;

/// The columns, in the order of an export, with their names in Chinese and English.
pub(super) const COLUMNS: [(Column, &str, &str); 9] = [
    (Column::Venue, "会场编码", "venue"),
    (Column::Name, "名称", "name"),
    (Column::Unit, "单位", "unit"),
    (Column::Contact, "联系人", "contact"),
    (Column::Telephone, "电话", "telephone"),
    (Column::Parent, "上级", "parent"),
    (Column::Exclusion, "排除原因", "exclusion"),
    (Column::TwoWay, "双向", "two_way"),
    (Column::Network, "网络域", "network"),
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
    Network,
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
    pub(super) network: Cell<Box<str>>,
}

/// The rows of a file.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(super) sheet: Sheet,
    pub(super) list: Vec<Row>,
}

impl Rows {
    /// Reads a file; what is wrong with it is in the sheet's errors.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut list = Vec::new();
        let sheet = Sheet::read(bytes, &COLUMNS, |cells| read_row(cells).map(|row| list.push(row)));
        Self { sheet, list }
    }
}

fn read_row(cells: &Cells<'_, Column>) -> Result<Row, Said> {
    let text = |column| cells.get(column).map_or(Ok(Cell::Absent), text_cell);
    Ok(Row {
        line: cells.line(),
        key: key(cells.get(Column::Venue).unwrap_or_default())?,
        name: text(Column::Name)?,
        unit: text(Column::Unit)?,
        contact: text(Column::Contact)?,
        telephone: text(Column::Telephone)?,
        parent: cells.get(Column::Parent).map_or(Ok(Cell::Absent), parent_cell)?,
        exclusion: text(Column::Exclusion)?,
        two_way: cells.get(Column::TwoWay).map_or(Ok(Cell::Absent), two_way_cell)?,
        network: cells.get(Column::Network).map_or(Ok(Cell::Absent), network_cell)?,
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
    line_of_text(text).map(|text| if text.is_empty() { Cell::Empty } else { Cell::Set(text.into()) })
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

/// As long as the form of a joint test has room for.
fn network_cell(text: &str) -> Result<Cell<Box<str>>, Said> {
    if text.chars().count() > MAX_NAME_CHARS {
        return Err(said(
            format!("网络域 (network): at most {MAX_NAME_CHARS} characters are expected"),
            format!("网络域：最多 {MAX_NAME_CHARS} 个字"),
        ));
    }
    text_cell(text)
}

fn two_way_cell(text: &str) -> Result<Cell<bool>, Said> {
    match text.to_lowercase().as_str() {
        "" => Ok(Cell::Empty),
        "是" | "双向" | "yes" | "y" | "true" | "1" => Ok(Cell::Set(true)),
        "否" | "单向" | "no" | "n" | "false" | "0" => Ok(Cell::Set(false)),
        _ => Err(said("双向 (two_way): expected 是 or 否 (yes or no)", "双向：应填“是”或“否”")),
    }
}
