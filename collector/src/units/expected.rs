//! Who has to answer when a scope is called: pure.
//!
//! A unit answers once, whatever rooms it has. A room of no unit is its own unit, so that a collector whose register is
//! empty calls every room and excuses none that the registry does not leave out.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;

use super::{Register, UnitKind};
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

/// The rooms of a unit within a scope.
#[derive(Default)]
struct Gathered {
    called: Vec<VenueId>,
    left_out: Vec<(VenueId, Arc<str>)>,
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
    let mut by_unit: BTreeMap<Who, Gathered> = BTreeMap::new();
    let mut with_rooms: HashSet<&UnitId> = HashSet::new();
    let mut unheard = within.named.clone();
    for room in rooms {
        let unit = register.of(room.id);
        with_rooms.extend(unit);
        unheard.remove(&room.id);
        if within.has(&room, unit) {
            let who = unit.map_or(Who::Venue(room.id), |unit| Who::Unit(unit.clone()));
            let gathered = by_unit.entry(who).or_default();
            match room.exclusion {
                Some(reason) => gathered.left_out.push((room.id, reason)),
                None => gathered.called.push(room.id),
            }
        }
    }
    for venue in unheard {
        let who = register.of(venue).map_or(Who::Venue(venue), |unit| Who::Unit(unit.clone()));
        by_unit.entry(who).or_default().called.push(venue);
    }
    for (id, _) in register.iter().filter(|(id, _)| within.has_unit(id) && !with_rooms.contains(id)) {
        by_unit.entry(Who::Unit(id.clone())).or_default();
    }
    by_unit.into_iter().map(|(unit, gathered)| one(unit, gathered, register, tree)).collect()
}

/// A scope made ready for many questions.
struct Within<'a> {
    scope: &'a Scope,
    register: &'a Register,
    tree: &'a Tree,
    /// The place; none when the table does not have it.
    at: Option<u32>,
    units: HashSet<&'a UnitId>,
    named: HashSet<VenueId>,
}

impl<'a> Within<'a> {
    fn of(scope: &'a Scope, register: &'a Register, tree: &'a Tree) -> Self {
        let (mut at, mut units, mut named) = (None, HashSet::new(), HashSet::new());
        match scope {
            Scope::Place(place) => at = tree.index(*place),
            Scope::Units(of) => units.extend(of),
            Scope::Venues(of) => named.extend(of),
        }
        Self { scope, register, tree, at, units, named }
    }

    fn has(&self, room: &Room, unit: Option<&UnitId>) -> bool {
        match self.scope {
            Scope::Place(_) => {
                self.at.is_some_and(|at| self.tree.is_within(room.at, at))
                    && !unit.is_some_and(|unit| self.is_above(unit))
            }
            Scope::Units(_) => unit.is_some_and(|unit| self.units.contains(unit)),
            Scope::Venues(_) => self.named.contains(&room.id),
        }
    }

    /// Whether a unit that has no room that HQ knows is meant.
    fn has_unit(&self, id: &UnitId) -> bool {
        match self.scope {
            Scope::Place(_) => {
                let place = self.register.get(id).and_then(|unit| unit.place).and_then(|place| self.tree.index(place));
                place.zip(self.at).is_some_and(|(place, at)| self.tree.is_within(place, at)) && !self.is_above(id)
            }
            Scope::Units(_) => self.units.contains(id),
            Scope::Venues(_) => false,
        }
    }

    fn is_above(&self, id: &UnitId) -> bool {
        self.register.get(id).is_some_and(|unit| unit.kind == UnitKind::Upper)
    }
}

fn one(who: Who, gathered: Gathered, register: &Register, tree: &Tree) -> Expected {
    let unit = match &who {
        Who::Unit(id) => register.get(id),
        Who::Venue(_) => None,
    };
    let Gathered { mut called, left_out } = gathered;
    let own = unit.and_then(|unit| unit.exclusion.as_ref());
    let of_rooms = || left_out.first().filter(|_| called.is_empty()).map(|(_, reason)| reason);
    let of_place = || {
        let place = unit.filter(|_| called.is_empty())?.place?;
        tree.exclusion(tree.index(place)?)
    };
    let excused = own.or_else(of_rooms).or_else(of_place).map(Arc::clone);
    if excused.is_some() {
        called.extend(left_out.into_iter().map(|(venue, _)| venue));
    }
    called.sort_unstable();
    Expected { unit: who, venues: called, excused }
}
