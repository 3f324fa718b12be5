//! What an import of units would do: pure, whole or not at all. The file takes the place of all that was there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use avow_shared::divisions::Divisions;
use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::rows::{Column, Row, under};
use super::{Register, Rows, Unit, UnitsReport};
use crate::registry::{LineNote, Said, said};

/// Of more notes, only their number is told.
const MAX_NOTES: usize = 200;

/// An import, planned.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to tell.
    pub report: UnitsReport,
    /// The register afterwards; none when nothing changes or there are errors.
    pub next: Option<Register>,
}

/// Plans that `rows` take the place of `before`. `known`: whether a room is known to HQ by registry or agent; one that is
/// not is taken and told.
#[must_use]
pub fn plan(
    before: &Register,
    divisions: &Divisions,
    known: impl Fn(VenueId) -> bool,
    rows: Rows,
    dry_run: bool,
    now: UnixMs,
) -> Plan {
    let Rows { mut sheet, list } = rows;
    let lines: HashMap<UnitId, u32> = list.iter().rev().map(|row| (row.id.clone(), row.line)).collect();
    let mut rooms: HashMap<VenueId, u32> = HashMap::new();
    let mut notes = Vec::new();
    for row in &list {
        let checked = first_of(&lines, row)
            .and_then(|()| places(row, divisions))
            .and_then(|()| parent(row, &lines))
            .and_then(|()| row.unit.venues.iter().try_for_each(|venue| once(*venue, row.line, &mut rooms)));
        match checked {
            Ok(()) => notes
                .extend(row.unit.venues.iter().filter(|venue| !known(**venue)).map(|venue| unheard(row.line, *venue))),
            Err(message) => sheet.error(row.line, message),
        }
    }
    if sheet.is_good() {
        circles(&list).into_iter().for_each(|(line, message)| sheet.error(line, message));
    }
    let (encoding, count) = (sheet.encoding.to_owned(), sheet.count);
    let errors = sheet.into_errors();
    let mut report = UnitsReport {
        dry_run,
        encoding,
        revision: before.revision,
        rows: count,
        added: 0,
        changed: 0,
        unchanged: 0,
        removed: 0,
        errors,
        notes: bounded(notes),
    };
    if !report.errors.is_empty() {
        return Plan { report, next: None };
    }
    let units = list.into_iter().map(|row| kept(before, row)).collect();
    count_changes(before, &units, &mut report);
    if report.added + report.changed + report.removed == 0 {
        return Plan { report, next: None };
    }
    let next = Register::new(before.revision + 1, Some(now), units);
    report.revision = if dry_run { before.revision } else { next.revision };
    Plan { report, next: Some(next) }
}

fn first_of(lines: &HashMap<UnitId, u32>, row: &Row) -> Result<(), Said> {
    match lines.get(&row.id) {
        Some(line) if *line != row.line => Err(under(
            Column::Unit,
            said(format!("{} stands already on line {line}", row.id), format!("{} 已在第 {line} 行出现过", row.id)),
        )),
        _ => Ok(()),
    }
}

fn places(row: &Row, divisions: &Divisions) -> Result<(), Said> {
    let known = |column, place: PlaceCode| match divisions.get(place) {
        Some(_) => Ok(()),
        None => Err(under(
            column,
            said(format!("place {place} is not in the table of divisions"), format!("区划表中没有地区 {place}")),
        )),
    };
    row.unit.place.map_or(Ok(()), |place| known(Column::Place, place))?;
    row.unit.venues.iter().try_for_each(|venue| known(Column::Venues, venue.place))?;
    row.unit.shares.iter().flatten().try_for_each(|venue| known(Column::Shares, venue.place))
}

fn parent(row: &Row, lines: &HashMap<UnitId, u32>) -> Result<(), Said> {
    match &row.unit.parent {
        Some(parent) if !lines.contains_key(parent) => Err(under(
            Column::Parent,
            said(
                format!("the file has no unit {parent}: add its row"),
                format!("文件中没有单位 {parent}：请补上它的一行"),
            ),
        )),
        _ => Ok(()),
    }
}

fn once(venue: VenueId, line: u32, seen: &mut HashMap<VenueId, u32>) -> Result<(), Said> {
    seen.insert(venue, line).map_or(Ok(()), |first| {
        let message = said(
            format!("{venue} is a room of the unit on line {first} already; for rooms that are used together write 共用设备 (shares)"),
            format!("{venue} 已是第 {first} 行单位的会场；设备共用请填“共用设备”"),
        );
        Err(under(Column::Venues, message))
    })
}

/// Units that are above themselves, by line. Each is walked up at most as far as there are units, and only once.
fn circles(list: &[Row]) -> Vec<(u32, Said)> {
    let up: HashMap<&UnitId, &UnitId> =
        list.iter().filter_map(|row| Some((&row.id, row.unit.parent.as_ref()?))).collect();
    let mut seen_from: HashMap<&UnitId, usize> = HashMap::new();
    let mut wrong = Vec::new();
    for (walk, row) in list.iter().enumerate() {
        let mut at = &row.id;
        loop {
            match seen_from.insert(at, walk) {
                Some(before) if before == walk => {
                    let message = said(
                        format!("{at} is above itself: one of the units above it needs another parent"),
                        format!("{at} 成了自己的上级：请修改其上各级单位之一的“上级单位”"),
                    );
                    wrong.push((row.line, under(Column::Parent, message)));
                    break;
                }
                Some(before) => {
                    seen_from.insert(at, before);
                    break;
                }
                None => {}
            }
            let Some(next) = up.get(at) else { break };
            at = next;
        }
    }
    wrong
}

fn unheard(line: u32, venue: VenueId) -> LineNote {
    LineNote {
        line,
        message: format!("{venue} is neither in the registry nor heard of: it is not called before it is"),
        message_zh: format!("{venue} 不在台账中，也从未上报：登记或上报之前不会被点名"),
    }
}

fn bounded(mut notes: Vec<LineNote>) -> Vec<LineNote> {
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        let message_zh = format!("另有 {more} 个会场未登记也未上报，未逐一列出");
        notes.push(LineNote { line: 0, message: format!("and {more} more rooms that nobody knows"), message_zh });
    }
    notes
}

/// What stays as it is stays the same value.
fn kept(before: &Register, row: Row) -> (UnitId, Arc<Unit>) {
    let same = before.get(&row.id).filter(|old| ***old == row.unit).map(Arc::clone);
    (row.id, same.unwrap_or_else(|| Arc::new(row.unit)))
}

fn count_changes(before: &Register, units: &BTreeMap<UnitId, Arc<Unit>>, report: &mut UnitsReport) {
    for (id, unit) in units {
        match before.get(id) {
            None => report.added += 1,
            Some(old) if old == unit => report.unchanged += 1,
            Some(_) => report.changed += 1,
        }
    }
    let gone = before.iter().filter(|(id, _)| !units.contains_key(*id)).count();
    report.removed = u32::try_from(gone).unwrap_or(u32::MAX);
}
