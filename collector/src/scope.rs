//! Whom something is for: places, but for some of them, venues and units; said there and then, by a saved group, or by a meeting. Pure.

mod except;
mod meant;

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::{Level, PlaceCode};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::groups::Groups;
use crate::meetings::{self, Meetings};
use crate::province::Tree;
pub use except::Except;
pub use meant::Meant;

/// The most places of a scope, and the most that it leaves out.
pub const MOST_PLACES: usize = 64;
/// The most venues that a scope names.
pub const MOST_VENUES: usize = 1_000;
/// The most units that a scope names.
pub const MOST_UNITS: usize = 1_000;

/// Whom something is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Everything under these places in the tree, none of them within another …
    pub places: Vec<PlaceCode>,
    /// … but for this; and
    pub except: Except,
    /// these venues, and
    pub venues: Vec<VenueId>,
    /// the rooms of these units.
    pub units: Vec<UnitId>,
}

/// How it is said whom something is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whom {
    /// By itself.
    These(Scope),
    /// A saved group, as it is when it is wanted.
    Group(u64),
    /// Who takes part in a meeting.
    Meeting(u64),
}

/// Something with a number and a name, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: Box<str>,
}

/// What a [`Whom`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Whom.
    pub scope: Scope,
    /// By which group.
    pub group: Option<Named>,
    /// By which meeting.
    pub meeting: Option<Named>,
}

/// Why nobody is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// It was removed, or never was.
    #[error("there is no group {0}")]
    Group(u64),
    /// The same.
    #[error("there is no meeting {0}")]
    Meeting(u64),
}

impl Scope {
    /// Whether it names nobody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty() && self.venues.is_empty() && self.units.is_empty()
    }

    /// Reads what people wrote.
    ///
    /// # Errors
    /// Which part is wrong and what was expected.
    pub fn read(
        places: &[String],
        (except, levels): (&[String], &[String]),
        venues: &[String],
        units: &[String],
        tree: &Tree,
    ) -> Result<Self, String> {
        let is_bounded = places.len() <= MOST_PLACES && except.len() <= MOST_PLACES;
        let names_somebody = !(places.is_empty() && venues.is_empty() && units.is_empty());
        if !is_bounded || venues.len() > MOST_VENUES || units.len() > MOST_UNITS || !names_somebody {
            return Err(format!(
                "places, except, venues, units: a scope of at most {MOST_PLACES} places, {MOST_VENUES} venues and {MOST_UNITS} units is expected"
            ));
        }
        if !levels.is_empty() && places.is_empty() {
            return Err("levels: they say which rooms of places are meant; no place is named".to_owned());
        }
        let mut within: Vec<PlaceCode> = all("places", places, |text| text.parse())?;
        // What lies in another of them would be asked twice.
        let every = within.clone();
        within.retain(|code| !every.iter().any(|other| other != code && tree.lies_in(*code, *other)));
        Ok(Self {
            places: within,
            except: Except {
                places: all("except", except, |text| text.parse())?,
                levels: all("levels", levels, level)?,
            },
            venues: all("venues", venues, |text| text.parse())?,
            units: all("units", units, |text| UnitId::try_from(SmolStr::from(text)))?,
        })
    }
}

/// A level by its word.
///
/// # Errors
/// What was expected.
pub fn level(word: &str) -> Result<Level, &'static str> {
    let found = Level::ALL.into_iter().find(|level| level.word() == word);
    found.ok_or("village, township, county, city or province is expected")
}

/// Each read, in order, none twice.
fn all<T: Ord, E: std::fmt::Display>(
    name: &str,
    texts: &[String],
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, String> {
    let read = texts.iter().map(|text| read(text)).collect::<Result<Vec<T>, E>>();
    let mut list = read.map_err(|error| format!("{name}: {error}"))?;
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

impl Whom {
    /// Whom it means now.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn resolve(&self, groups: &Groups, meetings: &Meetings) -> Result<Resolved, Missing> {
        let (group, meeting) = (None, None);
        match self {
            Self::These(scope) => Ok(Resolved { scope: scope.clone(), group, meeting }),
            Self::Group(id) => {
                let found = groups.get(*id).ok_or(Missing::Group(*id))?;
                let group = Some(Named { id: *id, name: found.name.clone() });
                Ok(Resolved { scope: found.scope.clone(), group, meeting })
            }
            Self::Meeting(id) => {
                let found = meetings.get(*id).ok_or(Missing::Meeting(*id))?;
                let scope = match &found.whom {
                    meetings::Whom::Place(place) => Scope { places: vec![*place], ..Scope::default() },
                    meetings::Whom::Venues(venues) => Scope { venues: venues.clone(), ..Scope::default() },
                };
                let meeting = Some(Named { id: *id, name: found.title.clone() });
                Ok(Resolved { scope, group, meeting })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::groups::{Change, Group};
    use crate::province::tree_for_tests as tree;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_scope_is_read_once_and_what_lies_in_another_is_not_said_twice() {
        let scope = Scope::read(
            &texts(&["350102", "35", "3501"]),
            (&texts(&["3502", "3502"]), &texts(&["county", "province", "county"])),
            &texts(&["350102-02", "350102-01", "350102-02"]),
            &texts(&["350102-office"]),
            tree(),
        );
        let scope = scope.expect("a scope");
        assert_eq!(scope.places, ["35".parse().expect("a place")]);
        assert_eq!(scope.except.levels, [Level::Province, Level::County]);
        assert_eq!((scope.except.places.len(), scope.venues.len(), scope.units.len()), (1, 2, 1));
        let none: Vec<String> = Vec::new();
        let many = vec!["350102-01".to_owned(); MOST_VENUES + 1];
        for (places, venues, units) in [
            (&none, &none, &none),
            (&none, &many, &none),
            (&texts(&["x"]), &none, &none),
            (&none, &texts(&["35"]), &none),
            (&none, &none, &texts(&["a/b"])),
            (&vec!["35".to_owned(); MOST_PLACES + 1], &none, &none),
        ] {
            assert!(Scope::read(places, (&none, &none), venues, units, tree()).is_err(), "{places:?} {units:?}");
        }
        let (place, venue) = (texts(&["35"]), texts(&["350102-01"]));
        let levels = |place, levels: &[&str], venue| Scope::read(place, (&none, &texts(levels)), venue, &none, tree());
        assert!(levels(&place, &["state"], &none).is_err(), "no such level");
        assert!(levels(&none, &["city"], &venue).is_err(), "levels of nothing");
        // 平潭 lies in 福州 by code and beside it in the tree: it is named for itself.
        let beside = levels(&texts(&["3501", "350128", "350102"]), &[], &none).expect("a scope");
        assert_eq!(beside.places.iter().map(ToString::to_string).collect::<Vec<_>>(), ["3501", "350128"]);
    }

    #[test]
    fn a_group_and_a_meeting_mean_who_is_in_them_now() {
        let scope = Scope { venues: vec!["350102-01".parse().expect("a venue")], ..Scope::default() };
        let mut groups = Groups::default();
        let group = Group {
            name: "重点会场".into(),
            note: "".into(),
            scope: scope.clone(),
            changed_ms: 1,
            changed_by: "".into(),
        };
        let written = groups.change(Change::Put(None, group), 7).expect("is taken");
        let id = written.put.expect("a number");
        let mut meetings = Meetings::default();
        let whom = meetings::Whom::Place("3501".parse().expect("a place"));
        meetings.put(9, Arc::new(meetings::Meeting { title: "调度会".into(), from_ms: 1, to_ms: 2, whom }));
        let of_group = Whom::Group(id).resolve(&groups, &meetings).expect("is there");
        assert_eq!((of_group.scope, of_group.group.map(|named| named.name)), (scope, Some("重点会场".into())));
        let of_meeting = Whom::Meeting(9).resolve(&groups, &meetings).expect("is there");
        assert_eq!(of_meeting.scope.places, ["3501".parse().expect("a place")]);
        assert_eq!(Whom::Meeting(8).resolve(&groups, &meetings), Err(Missing::Meeting(8)));
        assert_eq!(Whom::Group(8).resolve(&groups, &meetings), Err(Missing::Group(8)));
    }
}
