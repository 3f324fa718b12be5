//! Who is called in a roll call, as the registers are at its beginning.

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;

use super::Core;
use crate::command::Refusal;
use crate::province::{Tree, Venue};
use crate::roll_call::{Asked, Before, Entry, Grounds};
use crate::units::{self, Who};

impl Core {
    /// Who is called: every unit of the scope with its rooms, or itself when it has none; those that are left out with a reason are excused
    /// by it.
    pub(super) fn expected(&self, asked: &Asked) -> Result<Vec<Entry>, Refusal> {
        let (view, register) = (self.view.load(), self.books.units.load());
        let mut scopes = Vec::new();
        for place in &asked.places {
            view.tree.index(*place).ok_or_else(|| Refusal::NotFound(format!("there is no place {place}")))?;
            scopes.push(units::Scope::Place(*place));
        }
        for id in &asked.venues {
            view.venue(*id).ok_or_else(|| Refusal::NotFound(format!("there is no venue {id}")))?;
        }
        if !asked.venues.is_empty() {
            scopes.push(units::Scope::Venues(asked.venues.clone()));
        }
        for id in &asked.units {
            register.get(id).ok_or_else(|| Refusal::NotFound(format!("there is no unit {id}")))?;
        }
        if !asked.units.is_empty() {
            scopes.push(units::Scope::Units(asked.units.clone()));
        }
        let nonce = |venue: &Venue| venue.link.and_then(|link| self.hand.boot_nonce(link.agent));
        let is_named = |id: VenueId| asked.venues.contains(&id);
        let is_left_out = |place: PlaceCode| asked.except.has(place, &view.tree);
        let mut entries = Vec::new();
        for scope in scopes {
            // Who is named, or whose unit is, is meant wherever it lies.
            let is_of_unit = matches!(scope, units::Scope::Units(_));
            for expected in units::expected(&scope, &register, &view.tree, units::rooms(&view)) {
                let unit = match &expected.unit {
                    Who::Unit(id) => register.get(id).map(|unit| (id, unit)),
                    Who::Venue(_) => None,
                };
                let excuse = expected.excused.map(|reason| Grounds {
                    at_ms: asked.given_ms,
                    reason: reason.as_ref().into(),
                    operator: Box::default(),
                });
                if let Some((id, unit)) = unit.filter(|_| expected.venues.is_empty()) {
                    let at = unit.place.and_then(|place| view.tree.index(place));
                    if is_of_unit || !unit.place.is_some_and(is_left_out) {
                        let city = city(&view.tree, at.unwrap_or_default());
                        entries.push(Entry::of_unit(id.clone(), city, unit.name.clone()).left_out(excuse));
                    }
                    continue;
                }
                let unit = unit.map(|(id, unit)| (id.clone(), unit.name.clone()));
                let rooms =
                    expected.venues.into_iter().filter(|id| is_of_unit || is_named(*id) || !is_left_out(id.place));
                let venues = rooms.filter_map(|id| view.venue(id));
                entries.extend(venues.map(|venue| {
                    entry(venue, city(&view.tree, venue.at), unit.clone()).begun(nonce(venue)).left_out(excuse.clone())
                }));
            }
        }
        // Who lies in two scopes is called once.
        entries.sort_unstable_by(|one, other| one.whom.cmp(&other.whom));
        entries.dedup_by(|one, other| one.whom == other.whom);
        Ok(entries)
    }
}

/// The place below the province in which somebody counts; the province itself for its own.
fn city(tree: &Tree, at: u32) -> PlaceCode {
    // A path goes from the place up to the province: the last but one is the city.
    let path: Vec<u32> = tree.path(at).collect();
    tree.place(path.iter().rev().nth(1).copied().unwrap_or(at)).code
}

fn entry(venue: &Venue, city: PlaceCode, unit: Option<(UnitId, Box<str>)>) -> Entry {
    let before = Before {
        class: venue.class(),
        heard_ms: venue.link.map(|link| link.last_ms),
        connected: venue.link.is_some_and(|link| link.connected),
    };
    let (id, name) = match unit {
        Some((id, name)) => (Some(id), name),
        None => (None, venue.unit().unwrap_or_else(|| venue.name()).as_str().into()),
    };
    Entry::new(venue.id, city, name, id, venue.link.map(|link| link.agent), before)
}
