//! The registry as a file that an import takes without change and a spreadsheet opens.

use avow_shared::divisions::Divisions;
use avow_shared::place::PlaceCode;
use serde_json::Value;

use super::rows::{COLUMNS, Column};
use super::{Entry, Registry, csv};

/// UTF-8 with a mark (Excel needs it), CR LF, places before venues.
#[must_use]
pub fn export(registry: &Registry, divisions: &Divisions) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.map(|(_, zh, _)| zh).join(","));
    for (place, entry) in &registry.places {
        let name = divisions.get(*place).map_or("", |division| division.name.as_str());
        line(&mut text, &place.to_string(), name, entry);
    }
    for (venue, entry) in &registry.venues {
        line(&mut text, &venue.to_string(), entry.name.as_deref().unwrap_or_default(), entry);
    }
    text
}

fn line(text: &mut String, key: &str, name: &str, entry: &Entry) {
    let cell = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
    let two_way = entry.two_way.map_or("", |two_way| if two_way { "是" } else { "否" });
    let cells = [
        key.to_owned(),
        name.to_owned(),
        cell(&entry.unit),
        cell(&entry.contact),
        cell(&entry.telephone),
        entry.parent.as_ref().map(PlaceCode::to_string).unwrap_or_default(),
        entry.exclusion.as_deref().unwrap_or_default().to_owned(),
        two_way.to_owned(),
        cell(&entry.network),
    ];
    text.push_str(&cells.map(|cell| csv::write(&cell)).join(","));
    text.push_str("\r\n");
}

/// What [`export`] wrote, for a program: an object a row under the English names of the columns. An empty cell is null, an
/// apostrophe that guards a formula is gone, and whether a venue sends is true or false. None when it is no such file.
#[must_use]
pub fn export_rows(text: &str) -> Option<Vec<Value>> {
    let mut records = csv::read(text.trim_start_matches('\u{feff}'));
    let heading = records.next()?.ok()?;
    if heading.cells != COLUMNS.map(|(_, zh, _)| zh) {
        return None;
    }
    let row =
        |cells: Vec<String>| COLUMNS.iter().zip(cells).map(|((column, _, name), cell)| pair(*column, name, &cell));
    records.map(|record| Some(Value::Object(row(record.ok()?.cells).collect()))).collect()
}

fn pair(column: Column, name: &str, cell: &str) -> (String, Value) {
    let value = match (column, csv::unguard(cell)) {
        (_, "") => Value::Null,
        (Column::TwoWay, two_way) => Value::Bool(two_way == "是"),
        (_, text) => Value::String(text.to_owned()),
    };
    (name.to_owned(), value)
}
