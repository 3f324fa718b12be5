//! Which rooms a scope of inspections names: pure.

use std::collections::HashSet;

use avow_shared::id::{UnitId, VenueId};

use super::{Register, Room, UnitKind};
use crate::province::Tree;
use crate::scope::Scope;

/// A scope, to be asked of many rooms.
pub struct Scoped<'a> {
    scope: &'a Scope,
    within: Vec<u32>,
    venues: HashSet<VenueId>,
    units: HashSet<&'a UnitId>,
    register: &'a Register,
    tree: &'a Tree,
}

impl<'a> Scoped<'a> {
    /// A scope as the registers are; a place that is not there has no room.
    #[must_use]
    pub fn of(scope: &'a Scope, register: &'a Register, tree: &'a Tree) -> Self {
        let within = scope.places.iter().filter_map(|place| tree.index(*place)).collect();
        let (venues, units) = (scope.venues.iter().copied().collect(), scope.units.iter().collect());
        Self { scope, within, venues, units, register, tree }
    }

    /// Whether a room is in it: it is named, or its unit is, or it lies in a place of it, and not in one that is left out. Upper units
    /// are above us, wherever they stand: by a place they are not meant.
    #[must_use]
    pub fn has(&self, room: &Room) -> bool {
        let unit = || self.register.of(room.id);
        let is_above = || unit().and_then(|id| self.register.get(id)).is_some_and(|unit| unit.kind == UnitKind::Upper);
        let in_place = || self.within.iter().any(|place| self.tree.is_within(room.at, *place));
        let is_excepted = || self.scope.except.has(room.id.place, self.tree);
        self.venues.contains(&room.id)
            || (!self.units.is_empty() && unit().is_some_and(|id| self.units.contains(id)))
            || (in_place() && !is_excepted() && !is_above())
    }
}
