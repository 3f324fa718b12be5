//! Who has to answer when a scope is called: pure.
//!
//! A unit answers once, whatever rooms it has. A room of no unit is its own unit, so that a collector whose register is
//! empty calls every room and excuses none that the registry does not leave out.

use std::collections::HashSet;
use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;

use super::{Register, Unit, UnitKind};
use crate::province::{Tree, View};

/// Whom a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All under this code, by the tree in force. Upper units are above us, wherever they stand: they are not in it.
    Place(PlaceCode),
    /// These units.
    Units(Vec<UnitId>),
    /// These rooms, known or not: who names one wants its answer.
    Venues(Vec<VenueId>),
}

/// A room that HQ knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its code.
    pub id: VenueId,
    /// The index of the place that it counts in.
    pub at: u32,
    /// Why it is left out, by its own entry or that of a place above it.
    pub exclusion: Option<Arc<str>>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A registered unit.
    Unit(UnitId),
    /// A room that counts as its own unit.
    Venue(VenueId),
}

/// One answer that is expected, or excused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Whose.
    pub unit: Who,
    /// From which rooms of the scope, sorted; of a unit that is not excused without those that are left out. None for a
    /// unit without a room: it answers by a person.
    pub venues: Vec<VenueId>,
    /// Why it does not have to answer.
    pub excused: Option<Arc<str>>,
}

/// All rooms that HQ knows of.
pub fn rooms(view: &View) -> impl Iterator<Item = Room> + '_ {
    view.venues().map(|venue| {
        let own = venue.entry.as_ref().and_then(|entry| entry.exclusion.as_ref());
        let exclusion = own.or_else(|| view.tree.exclusion(venue.at)).map(Arc::clone);
        Room { id: venue.id, at: venue.at, exclusion }
    })
}

/// The rooms of a unit that HQ knows.
#[must_use]
pub fn rooms_of(unit: &UnitId, register: &Register, view: &View) -> Vec<VenueId> {
    let own = register.get(unit).map(|unit| unit.venues.as_slice()).unwrap_or_default();
    own.iter().copied().filter(|venue| view.venue(*venue).is_some()).collect()
}

/// The rooms of a unit within a scope.
#[derive(Clone, Default)]
struct Gathered {
    is_called: bool,
    called: Vec<VenueId>,
    left_out: Vec<(VenueId, Arc<str>)>,
}

impl Gathered {
    fn add(&mut self, venue: VenueId, exclusion: Option<Arc<str>>) {
        self.is_called = true;
        match exclusion {
            Some(reason) => self.left_out.push((venue, reason)),
            None => self.called.push(venue),
        }
    }
}

/// Who has to answer, in the order of units, then of rooms that are their own. `rooms`: all that HQ knows.
#[must_use]
pub fn expected(
    scope: &Scope,
    register: &Register,
    tree: &Tree,
    rooms: impl IntoIterator<Item = Room>,
) -> Vec<Expected> {
    let within = Within::of(scope, register, tree);
    // By where a unit stands in the register: a province has as many units as rooms, and their codes are slow to compare.
    let mut of_units = vec![Gathered::default(); register.len()];
    let mut with_rooms = vec![false; register.len()];
    let mut alone = Vec::new();
    let mut unheard = within.named.clone();
    for room in rooms {
        let unit = register.at(room.id);
        if let Some(at) = unit {
            with_rooms[at] = true;
        }
        unheard.remove(&room.id);
        match unit {
            _ if !within.has(&room, unit) => {}
            Some(at) => of_units[at].add(room.id, room.exclusion),
            None => alone.push((room.id, room.exclusion)),
        }
    }
    for venue in unheard {
        match register.at(venue) {
            Some(at) => of_units[at].add(venue, None),
            None => alone.push((venue, None)),
        }
    }
    alone.sort_unstable_by_key(|(venue, _)| *venue);
    let units = register.iter().zip(of_units).enumerate().filter_map(|(at, ((id, unit), gathered))| {
        let is_called = gathered.is_called || (!with_rooms[at] && within.has_unit(at, unit));
        is_called.then(|| of_unit(id, unit, gathered, tree))
    });
    let own = |(venue, excused)| Expected { unit: Who::Venue(venue), venues: vec![venue], excused };
    units.chain(alone.into_iter().map(own)).collect()
}

/// A scope made ready for many questions.
struct Within<'a> {
    scope: &'a Scope,
    tree: &'a Tree,
    /// The place; none when the table does not have it.
    at: Option<u32>,
    /// By where they stand in the register: the units that are named, or for a place those that are not above us.
    units: Vec<bool>,
    named: HashSet<VenueId>,
}

impl<'a> Within<'a> {
    fn of(scope: &'a Scope, register: &Register, tree: &'a Tree) -> Self {
        let (mut at, mut named, mut wanted) = (None, HashSet::new(), HashSet::new());
        match scope {
            Scope::Place(place) => at = tree.index(*place),
            Scope::Units(of) => wanted.extend(of),
            Scope::Venues(of) => named.extend(of),
        }
        let is_meant = |(id, unit): (&UnitId, &Arc<Unit>)| match scope {
            Scope::Place(_) => unit.kind != UnitKind::Upper,
            Scope::Units(_) => wanted.contains(id),
            Scope::Venues(_) => false,
        };
        Self { scope, tree, at, units: register.iter().map(is_meant).collect(), named }
    }

    fn has(&self, room: &Room, unit: Option<usize>) -> bool {
        match self.scope {
            Scope::Place(_) => self.is_within(room.at) && unit.is_none_or(|at| self.units[at]),
            Scope::Units(_) => unit.is_some_and(|at| self.units[at]),
            Scope::Venues(_) => self.named.contains(&room.id),
        }
    }

    /// Whether a unit that has no room that HQ knows is meant.
    fn has_unit(&self, at: usize, unit: &Unit) -> bool {
        let is_here = || unit.place.and_then(|place| self.tree.index(place)).is_some_and(|place| self.is_within(place));
        self.units[at] && (!matches!(self.scope, Scope::Place(_)) || is_here())
    }

    fn is_within(&self, place: u32) -> bool {
        self.at.is_some_and(|at| self.tree.is_within(place, at))
    }
}

fn of_unit(id: &UnitId, unit: &Unit, gathered: Gathered, tree: &Tree) -> Expected {
    let Gathered { mut called, left_out, .. } = gathered;
    let of_rooms = || left_out.first().filter(|_| called.is_empty()).map(|(_, reason)| reason);
    let of_place = || unit.place.filter(|_| called.is_empty()).and_then(|place| tree.exclusion(tree.index(place)?));
    let excused = unit.exclusion.as_ref().or_else(of_rooms).or_else(of_place).map(Arc::clone);
    if excused.is_some() {
        called.extend(left_out.into_iter().map(|(venue, _)| venue));
    }
    called.sort_unstable();
    Expected { unit: Who::Unit(id.clone()), venues: called, excused }
}
