//! The register of units as a file that an import takes without change and a spreadsheet opens.

use avow_shared::id::{UnitId, VenueId};

use super::rows::COLUMNS;
use super::{Register, Unit};
use crate::registry::csv;

/// UTF-8 with a mark (Excel needs it), CR LF.
#[must_use]
pub fn export(register: &Register) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.map(|(_, zh, _)| zh).join(","));
    for (id, unit) in register.iter() {
        text.push_str(&cells(id, unit).map(|cell| csv::write(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(id: &UnitId, unit: &Unit) -> [String; 10] {
    let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
    let rooms =
        |rooms: &[VenueId], between: &str| rooms.iter().map(ToString::to_string).collect::<Vec<_>>().join(between);
    [
        id.to_string(),
        unit.name.to_string(),
        unit.kind.chinese().to_owned(),
        unit.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        unit.place.as_ref().map(ToString::to_string).unwrap_or_default(),
        rooms(&unit.venues, " "),
        unit.shares.iter().map(|group| rooms(group, "+")).collect::<Vec<_>>().join(" "),
        text(&unit.contact),
        text(&unit.telephone),
        unit.exclusion.as_deref().unwrap_or_default().to_owned(),
    ]
}
