//! What an import would do: pure, whole or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::divisions::Divisions;
use avow_shared::place::PlaceCode;

use super::rows::{Cell, Row};
use super::{Entry, ImportReport, Key, LineNote, Registry, Rows, Said, said};

/// Of more notes, only their number is told.
const MAX_NOTES: usize = 200;

/// An import, planned.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to tell.
    pub report: ImportReport,
    /// The entries that are new or changed; empty when there are errors.
    pub changes: Vec<(Key, Arc<Entry>)>,
}

impl Plan {
    /// The registry after the plan.
    #[must_use]
    pub fn applied(&self, registry: &Registry) -> Registry {
        let mut next = registry.clone();
        for (key, entry) in &self.changes {
            next.set(*key, Arc::clone(entry));
        }
        next
    }
}

/// Plans the import of `rows` into `registry`. Rows that the file does not name stay; so do columns that it does not have.
#[must_use]
pub fn plan(registry: &Registry, divisions: &Divisions, mut rows: Rows, dry_run: bool) -> Plan {
    let list = std::mem::take(&mut rows.list);
    let mut seen: HashMap<Key, u32> = HashMap::new();
    let (mut changes, mut added, mut unchanged) = (Vec::new(), 0, 0);
    let mut notes = Vec::new();
    for row in list {
        notes.extend(other_name(&row, divisions));
        let (line, key) = (row.line, row.key);
        let before = registry.get(key);
        match check(&row, &mut seen, divisions).map(|()| merged(before, row)) {
            Err(message) => rows.sheet.error(line, message),
            Ok(entry) if before.is_some_and(|before| **before == entry) => unchanged += 1,
            Ok(entry) => {
                added += u32::from(before.is_none());
                changes.push((key, Arc::new(entry)));
            }
        }
    }
    if !rows.sheet.is_good() {
        (changes, added) = (Vec::new(), 0);
    }
    let changed = u32::try_from(changes.len()).unwrap_or(u32::MAX) - added;
    Plan { report: report(rows, notes, dry_run, [added, changed, unchanged]), changes }
}

fn report(rows: Rows, mut notes: Vec<LineNote>, dry_run: bool, [added, changed, unchanged]: [u32; 3]) -> ImportReport {
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        let Said { en, zh } = said(
            format!("and {more} more places with another name"),
            format!("另有 {more} 个地区名称与区划表不同，未逐一列出"),
        );
        notes.truncate(MAX_NOTES);
        notes.push(LineNote { line: 0, message: en, message_zh: zh });
    }
    let (encoding, count) = (rows.sheet.encoding.to_owned(), rows.sheet.count);
    let errors = rows.sheet.into_errors();
    ImportReport { dry_run, encoding, rows: count, added, changed, unchanged, errors, notes }
}

/// A place is called as the table of divisions calls it, everywhere and by everybody: a name of its own in the registry
/// would show one place under two names. An export writes the table's name; so a file that says another is told.
fn other_name(row: &Row, divisions: &Divisions) -> Option<LineNote> {
    let (Key::Place(place), Cell::Set(name)) = (row.key, &row.name) else { return None };
    let known = &divisions.get(place)?.name;
    (known.as_str() != &**name).then(|| LineNote {
        line: row.line,
        message: format!("{place} is called {known} in the table of divisions: the name {name} is not taken"),
        message_zh: format!("{place} 在区划表中名为“{known}”，未采用“{name}”"),
    })
}

fn check(row: &Row, seen: &mut HashMap<Key, u32>, divisions: &Divisions) -> Result<(), Said> {
    if let Some(line) = seen.insert(row.key, row.line) {
        return Err(said(
            format!("{} stands already on line {line}", row.key),
            format!("{} 已在第 {line} 行出现过", row.key),
        ));
    }
    let known = |place: PlaceCode| match divisions.get(place) {
        Some(_) => Ok(()),
        None => {
            Err(said(format!("place {place} is not in the table of divisions"), format!("区划表中没有地区 {place}")))
        }
    };
    if let Cell::Set(parent) = row.parent {
        known(parent)?;
    }
    match row.key {
        Key::Venue(venue) => known(venue.place),
        Key::Place(place) => known(place).and_then(|()| check_place(row, place)),
    }
}

fn check_place(row: &Row, place: PlaceCode) -> Result<(), Said> {
    let set = |cell: &Cell<Box<str>>| matches!(cell, Cell::Set(_));
    let texts = [&row.unit, &row.contact, &row.telephone, &row.network];
    if texts.into_iter().any(set) || matches!(row.two_way, Cell::Set(_)) {
        return Err(said(
            format!("{place} is a place: only 上级 (parent) and 排除原因 (exclusion) are expected beside its name"),
            format!("{place} 是地区：名称以外只能填“上级”和“排除原因”"),
        ));
    }
    match row.parent {
        Cell::Set(parent) if parent.level() >= place.level() => Err(said(
            format!("{place} cannot be placed under {parent}: a parent is of a higher level"),
            format!("{place} 不能归入 {parent}：上级的级别必须更高"),
        )),
        _ => Ok(()),
    }
}

fn merged(before: Option<&Arc<Entry>>, row: Row) -> Entry {
    let before = before.map_or_else(Entry::default, |entry| Entry::clone(entry));
    let name = if matches!(row.key, Key::Place(_)) { None } else { pick(row.name, before.name) };
    Entry {
        name,
        unit: pick(row.unit, before.unit),
        contact: pick(row.contact, before.contact),
        telephone: pick(row.telephone, before.telephone),
        parent: pick(row.parent, before.parent),
        exclusion: match row.exclusion {
            Cell::Absent => before.exclusion,
            Cell::Empty => None,
            Cell::Set(reason) => Some(reason.into()),
        },
        two_way: pick(row.two_way, before.two_way),
        network: pick(row.network, before.network),
    }
}

fn pick<T>(cell: Cell<T>, before: Option<T>) -> Option<T> {
    match cell {
        Cell::Absent => before,
        Cell::Empty => None,
        Cell::Set(value) => Some(value),
    }
}
