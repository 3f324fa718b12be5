//! How the rooms of a response are told in its reports: as they are while the period goes on, and else as they were written down at its end.

use avow_shared::id::{ValueName, VenueId};
use avow_shared::time::UnixMs;
use avow_shared::value::Unit;

use super::super::super::Shared;
use super::super::super::rectify::names;
use super::About;
use crate::assurance::Rule;
use crate::assurance::chronicle::MOST_DRIFTS;
use crate::document::assurance::{Drifts, Rooms};
use crate::document::measured::name_of;
use crate::province::{Class, View};
use crate::rectify::Where;

/// The rooms, and what the level asked for then as far as that was written down.
pub(super) fn at_end(shared: &Shared, view: &View, about: &About, now: UnixMs) -> (Option<Rooms>, Option<Rule>) {
    if about.goes_on(now) {
        return (Some(as_of_now(shared, view, about, now)), None);
    }
    let chronicle = shared.books.chronicle.load();
    let Some(day) = about.day(&chronicle) else { return (None, None) };
    let counts = day.classes.iter().map(|count| usize::try_from(*count).unwrap_or(usize::MAX));
    let one =
        &|one: &crate::assurance::chronicle::Drifted| drift(view, one.venue, &one.value, one.unit, one.crosses_ms);
    let rooms = Rooms {
        at_ms: day.at_ms,
        venues: usize::try_from(day.venues).unwrap_or(usize::MAX),
        classes: Class::ALL.map(Class::chinese).into_iter().zip(counts).collect(),
        drifts: day.drifted.iter().map(one).collect(),
        drifting: usize::try_from(day.drifting).unwrap_or(usize::MAX),
        are_drifts_whole: day.is_whole,
    };
    (Some(rooms), Some(day.rule))
}

fn as_of_now(shared: &Shared, view: &View, about: &About, now: UnixMs) -> Rooms {
    let extent = &about.extent;
    let covered: Vec<_> = view.venues().filter(|venue| extent.has(venue.id.place)).collect();
    let count = |class| covered.iter().filter(|venue| venue.class() == Some(class)).count();
    let warnings = shared.books.warnings.load();
    let drifting = warnings.rooms.iter().filter(|(venue, _)| extent.has(venue.place));
    let mut all: Vec<_> = drifting.flat_map(|(_, room)| &room.warnings).collect();
    all.sort_by(|one, other| {
        (one.crosses_ms, one.venue, &one.value).cmp(&(other.crosses_ms, other.venue, &other.value))
    });
    let one = |one: &&crate::warning::Warning| drift(view, one.venue, &one.value, one.unit, one.crosses_ms);
    Rooms {
        at_ms: now,
        venues: covered.len(),
        classes: Class::ALL.map(|class| (class.chinese(), count(class))).into(),
        drifts: all.iter().take(MOST_DRIFTS).map(one).collect(),
        drifting: all.len(),
        are_drifts_whole: warnings.complete_ms.is_some(),
    }
}

fn drift(view: &View, venue: VenueId, value: &ValueName, unit: Unit, crosses_ms: UnixMs) -> Drifts {
    let (value, unit) = (name_of(value.as_str()), unit.symbol());
    let value = if unit.is_empty() { value.to_owned() } else { format!("{value}（{unit}）") };
    Drifts { name: names(view, Where::Venue(venue)).0, value, crosses_ms }
}
