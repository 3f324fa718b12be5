//! The registry as a file that an import takes without change and a spreadsheet opens.

use avow_shared::divisions::Divisions;
use avow_shared::place::PlaceCode;

use super::rows::COLUMNS;
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
    ];
    text.push_str(&cells.map(|cell| csv::write(&cell)).join(","));
    text.push_str("\r\n");
}
