//! A file of units as rows, each checked by itself.

use std::str::FromStr;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;

use super::{Unit, UnitKind};
use crate::registry::sheet::{Cells, Sheet, line_of_text};
use crate::registry::{Said, said};

/// The most rooms of a unit.
pub(super) const MOST_VENUES: usize = 1_000;
/// The API's own word below `/units`.
const RESERVED: [&str; 2] = ["export", "expected"];

/// The columns, in the order of an export, with their names in Chinese and English.
pub(super) const COLUMNS: [(Column, &str, &str); 10] = [
    (Column::Unit, "单位编码", "unit"),
    (Column::Name, "单位名称", "name"),
    (Column::Kind, "类别", "kind"),
    (Column::Parent, "上级单位", "parent"),
    (Column::Place, "地区", "place"),
    (Column::Venues, "会场", "venues"),
    (Column::Shares, "共用设备", "shares"),
    (Column::Contact, "联系人", "contact"),
    (Column::Telephone, "电话", "telephone"),
    (Column::Exclusion, "免点原因", "exclusion"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Unit,
    Name,
    Kind,
    Parent,
    Place,
    Venues,
    Shares,
    Contact,
    Telephone,
    Exclusion,
}

/// One row, checked by itself.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u32,
    pub(super) id: UnitId,
    pub(super) unit: Unit,
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
    let cell = |column| cells.get(column).unwrap_or_default();
    let text = |column| line_of_text(cell(column)).map_err(|message| under(column, message));
    let some = |column| text(column).map(|text| Some(text).filter(|text| !text.is_empty()));
    let parsed = |column| some(column).map(|text| text.map(str::to_owned));
    let name = text(Column::Name)?;
    if name.is_empty() {
        return Err(under(Column::Name, said("a name is expected", "请填写名称")));
    }
    let place = parsed(Column::Place)?.map(|text| place(&text)).transpose()?;
    let kind = kind(cell(Column::Kind))?;
    if kind == UnitKind::Office && place.is_none() {
        let message =
            said("an office is that of a place: write its code, such as 350102", "本级机关必须填写地区编码，如 350102");
        return Err(under(Column::Place, message));
    }
    let unit = Unit {
        name: name.into(),
        kind,
        parent: parsed(Column::Parent)?.map(|text| id(Column::Parent, &text)).transpose()?,
        place,
        venues: venues(Column::Venues, cell(Column::Venues))?,
        shares: shares(cell(Column::Shares))?,
        contact: some(Column::Contact)?.map(Into::into),
        telephone: some(Column::Telephone)?.map(Into::into),
        exclusion: some(Column::Exclusion)?.map(Into::into),
    };
    let shared_elsewhere = unit.shares.iter().find(|group| !group.iter().any(|venue| unit.venues.contains(venue)));
    if let Some(group) = shared_elsewhere {
        let first = group.first().map(ToString::to_string).unwrap_or_default();
        let message = said(
            format!("the group of {first} has no room of this unit: write it in the row of one of its units"),
            format!("{first} 所在的一组没有本单位的会场：请写在其中某个会场所属单位的行里"),
        );
        return Err(under(Column::Shares, message));
    }
    Ok(Row { line: cells.line(), id: id(Column::Unit, cell(Column::Unit))?, unit })
}

/// With the name of the column before it.
pub(super) fn under(column: Column, Said { en, zh }: Said) -> Said {
    let names = COLUMNS.iter().find(|(known, ..)| *known == column);
    let (of_zh, of_en) = names.map_or(("", ""), |(_, zh, en)| (*zh, *en));
    said(format!("{of_zh} ({of_en}): {en}"), format!("{of_zh}：{zh}"))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn id(column: Column, text: &str) -> Result<UnitId, Said> {
    let wrong = |_| {
        let text = short(text);
        let message = said(
            format!("'{text}' is no code of a unit: 1 to 64 of a-z 0-9 . _ - are expected, such as 350102-office"),
            format!("“{text}”不是单位编码：应为 1 至 64 个 a-z 0-9 . _ -，如 350102-office"),
        );
        under(column, message)
    };
    let id = UnitId::from_str(text).map_err(wrong)?;
    if RESERVED.contains(&id.as_str()) {
        return Err(under(
            column,
            said(format!("'{id}' is taken: choose another code"), format!("“{id}”已被系统占用，请换一个编码")),
        ));
    }
    Ok(id)
}

fn place(text: &str) -> Result<PlaceCode, Said> {
    text.parse().map_err(|_| {
        let text = short(text);
        let message = said(
            format!("'{text}' is no code of a place such as 350102"),
            format!("“{text}”不是地区编码（如 350102）"),
        );
        under(Column::Place, message)
    })
}

fn kind(text: &str) -> Result<UnitKind, Said> {
    let lower = text.to_lowercase();
    let known = UnitKind::ALL.into_iter().find(|kind| kind.word() == lower || kind.chinese() == text);
    known.ok_or_else(|| {
        let text = short(text);
        let words = UnitKind::ALL.map(|kind| format!("{} ({})", kind.chinese(), kind.word())).join(", ");
        let chinese = UnitKind::ALL.map(UnitKind::chinese).join("、");
        let message =
            said(format!("expected one of {words}, found '{text}'"), format!("应填 {chinese} 之一，现为“{text}”"));
        under(Column::Kind, message)
    })
}

/// Codes with spaces, semicolons or 、 between them.
fn venues(column: Column, text: &str) -> Result<Vec<VenueId>, Said> {
    let mut all = codes(text, &[' ', ';', '；', '、', ',', '，'])
        .map(|code| venue(column, code))
        .collect::<Result<Vec<_>, _>>()?;
    if all.len() > MOST_VENUES {
        let has = all.len();
        let message = said(
            format!("{has} rooms, at most {MOST_VENUES} are expected"),
            format!("有 {has} 个会场，最多 {MOST_VENUES} 个"),
        );
        return Err(under(column, message));
    }
    all.sort_unstable();
    if let Some([twice, _]) = all.array_windows().find(|[one, other]| one == other) {
        return Err(under(column, said(format!("{twice} stands twice"), format!("{twice} 出现了两次"))));
    }
    Ok(all)
}

/// `350102-01+350102-02`, several groups with spaces between.
fn shares(text: &str) -> Result<Vec<Vec<VenueId>>, Said> {
    codes(text, &[' ', ';', '；', '、', ',', '，'])
        .map(|group| {
            let group_of = codes(group, &['+', '＋']).collect::<Vec<_>>().join(" ");
            let rooms = venues(Column::Shares, &group_of)?;
            if rooms.len() < 2 {
                let message = said(
                    format!("'{}' is one room: a group such as 350102-01+350102-02 is expected", short(group)),
                    format!("“{}”只有一个会场：应写成一组，如 350102-01+350102-02", short(group)),
                );
                return Err(under(Column::Shares, message));
            }
            Ok(rooms)
        })
        .collect()
}

fn codes<'a>(text: &'a str, between: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(between).map(str::trim).filter(|code| !code.is_empty())
}

fn venue(column: Column, text: &str) -> Result<VenueId, Said> {
    text.parse().map_err(|_| {
        let text = short(text);
        let message = said(
            format!("'{text}' is no venue such as 350102001-01; write codes with spaces between"),
            format!("“{text}”不是会场编码（如 350102001-01）；多个编码用空格隔开"),
        );
        under(column, message)
    })
}
