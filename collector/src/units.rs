//! The register of units: who takes part in conferences and answers a roll call. The tree of units is not the tree of
//! places: a bureau has rooms in several counties, a ministry stands nowhere in the province, a command vehicle moves.
//!
//! Not here: what a room is (the registry and its agent say that), and which places are left out (the registry).

mod expected;
mod export;
mod persist;
mod plan;
mod rows;
mod scoped;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use expected::{Expected, Room, Scope, Who, expected, rooms, rooms_of};
pub use export::export;
pub use persist::{load, save};
pub use plan::{Plan, plan};
pub use rows::Rows;
pub use scoped::Scoped;

use crate::province::search_text;
use crate::registry::{LineError, LineNote};

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// The office of a place.
    Office,
    /// Calls us and is never called by us: a ministry, the government.
    Upper,
    /// Takes part beside the offices: a bureau, a rescue team.
    Member,
    /// Moves: a command vehicle, a team with body-worn terminals.
    Mobile,
}

impl UnitKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Office, Self::Upper, Self::Member, Self::Mobile];

    /// As the API and an import write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Upper => "upper",
            Self::Member => "member",
            Self::Mobile => "mobile",
        }
    }

    /// As people write it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Office => "本级机关",
            Self::Upper => "上级单位",
            Self::Member => "成员单位",
            Self::Mobile => "移动单位",
        }
    }
}

/// What the register says of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// As people call it.
    pub name: Box<str>,
    /// What it is.
    pub kind: UnitKind,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// The place that it belongs to; an office has one.
    pub place: Option<PlaceCode>,
    /// Its rooms, sorted; no room is of two units.
    pub venues: Vec<VenueId>,
    /// Rooms that share equipment, in groups of two and more, at least one of a group its own.
    pub shares: Vec<Vec<VenueId>>,
    /// Whom to call.
    pub contact: Option<Box<str>>,
    /// Their number.
    pub telephone: Option<Box<str>>,
    /// Why it does not have to answer.
    pub exclusion: Option<Arc<str>>,
}

/// All units, as one import left them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Counts the imports that changed it; 0 for a register that was never filled.
    pub revision: u64,
    /// When it was last changed.
    pub changed_ms: Option<UnixMs>,
    /// By code.
    units: Vec<(UnitId, Arc<Unit>)>,
    /// Where the unit of a room stands among them.
    of_venue: HashMap<VenueId, usize>,
    /// Rooms that share equipment, each group sorted.
    groups: Vec<Vec<VenueId>>,
    /// Which of them a room is in.
    of_group: HashMap<VenueId, usize>,
    /// What searches look through, by code as the units: spelt once, since pinyin of all would be slow in each search.
    searched: Vec<Arc<str>>,
}

impl Register {
    /// The register of `units`. Their consistency is an import's matter: of two units with one room, one has it.
    #[must_use]
    pub fn new(revision: u64, changed_ms: Option<UnixMs>, units: BTreeMap<UnitId, Arc<Unit>>) -> Self {
        let units: Vec<_> = units.into_iter().collect();
        let rooms =
            units.iter().enumerate().flat_map(|(at, (_, unit))| unit.venues.iter().map(move |venue| (*venue, at)));
        let of_venue = rooms.collect();
        let groups = joined(units.iter().flat_map(|(_, unit)| &unit.shares));
        let members = groups.iter().enumerate().flat_map(|(at, group)| group.iter().map(move |venue| (*venue, at)));
        let of_group = members.collect();
        let searched = units.iter().map(|(id, unit)| searched(id, unit)).collect();
        Self { revision, changed_ms, units, of_venue, groups, of_group, searched }
    }

    /// How many units there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// A unit.
    #[must_use]
    pub fn get(&self, id: &UnitId) -> Option<&Arc<Unit>> {
        self.units.binary_search_by(|(known, _)| known.cmp(id)).ok().map(|at| &self.units[at].1)
    }

    /// All units in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = (&UnitId, &Arc<Unit>)> {
        self.units.iter().map(|(id, unit)| (id, unit))
    }

    /// All units in the order of their codes, each with what searches look through.
    pub fn searched(&self) -> impl Iterator<Item = (&UnitId, &Arc<Unit>, &str)> {
        self.iter().zip(&self.searched).map(|((id, unit), text)| (id, unit, text.as_ref()))
    }

    /// How many units stand right below each that has any.
    #[must_use]
    pub fn below(&self) -> HashMap<&UnitId, usize> {
        let mut below = HashMap::new();
        self.units
            .iter()
            .filter_map(|(_, unit)| unit.parent.as_ref())
            .for_each(|id| *below.entry(id).or_default() += 1);
        below
    }

    /// The unit whose room it is; none when it counts as its own unit.
    #[must_use]
    pub fn of(&self, venue: VenueId) -> Option<&UnitId> {
        self.at(venue).map(|at| &self.units[at].0)
    }

    /// Where the unit whose room it is stands in [`Register::iter`].
    fn at(&self, venue: VenueId) -> Option<usize> {
        self.of_venue.get(&venue).copied()
    }

    /// Whether any rooms share equipment.
    #[must_use]
    pub fn has_shared(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Rooms that share equipment, in groups, each sorted.
    pub fn shared(&self) -> impl Iterator<Item = &[VenueId]> {
        self.groups.iter().map(Vec::as_slice)
    }

    /// The rooms that use the same equipment as this one, itself among them, sorted; none when it shares with nobody.
    /// Only one of them can be in use, or under test, at a time.
    #[must_use]
    pub fn sharing(&self, venue: VenueId) -> Option<&[VenueId]> {
        self.of_group.get(&venue).and_then(|at| self.groups.get(*at)).map(Vec::as_slice)
    }
}

fn searched(id: &UnitId, unit: &Unit) -> Arc<str> {
    let rooms = unit.venues.iter().map(ToString::to_string);
    let other: Vec<String> = unit.contact.iter().map(ToString::to_string).chain(rooms).collect();
    search_text(&id.to_string(), &unit.name, &other.join("\n"), "")
}

/// Groups that have a room in common are one: who shares with whom I share shares with me.
fn joined<'a>(groups: impl Iterator<Item = &'a Vec<VenueId>>) -> Vec<Vec<VenueId>> {
    let mut at: HashMap<VenueId, usize> = HashMap::new();
    let mut all: Vec<Vec<VenueId>> = Vec::new();
    for group in groups {
        let mut met: Vec<usize> = group.iter().filter_map(|venue| at.get(venue).copied()).collect();
        met.sort_unstable();
        met.dedup();
        let mut one = group.clone();
        met.iter().for_each(|other| one.append(&mut all[*other]));
        one.sort_unstable();
        one.dedup();
        at.extend(one.iter().map(|venue| (*venue, all.len())));
        all.push(one);
    }
    all.retain(|group| !group.is_empty());
    all
}

/// What an import of units did or would do: the file takes the place of the whole register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitsReport {
    /// Whether it was only tried.
    pub dry_run: bool,
    /// How the file was written: `utf-8` or `gb18030`.
    pub encoding: String,
    /// The register's revision afterwards.
    pub revision: u64,
    /// Rows below the heading.
    pub rows: u32,
    /// Units that are new.
    pub added: u32,
    /// Units that are changed.
    pub changed: u32,
    /// Units that stay as they are.
    pub unchanged: u32,
    /// Units that the file does not name any more.
    pub removed: u32,
    /// Why nothing was taken, when not empty.
    pub errors: Vec<LineError>,
    /// What to look at in lines that were taken.
    pub notes: Vec<LineNote>,
}
