//! What of the places of a scope is not meant: by place and by level. Pure.

use std::fmt;

use avow_shared::place::{Level, PlaceCode};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::MOST_PLACES;
use crate::province::Tree;

/// What is not meant of the places that are. Who is named, or whose unit is, is meant all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Except {
    /// Nothing under these codes, by the tree in force.
    pub places: Vec<PlaceCode>,
    /// Of the rest the rooms of these levels alone, the highest first; none named: of all.
    pub levels: Vec<Level>,
}

impl Except {
    /// Whether a place, or who belongs to it, is not meant.
    #[must_use]
    pub fn has(&self, place: PlaceCode, tree: &Tree) -> bool {
        let is_other = !self.levels.is_empty() && !self.levels.contains(&place.level());
        is_other || self.places.iter().any(|except| tree.lies_in(place, *except))
    }
}

/// Stands where a list of places has its length, which is never so long, and says that levels come behind the places: scopes lie in
/// records of seven kinds, and those without levels are written as they always were.
const WITH_LEVELS: u64 = 1_000_000;

impl Serialize for Except {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.levels.is_empty() {
            return self.places.serialize(serializer);
        }
        let mut tuple = serializer.serialize_tuple(self.places.len() + self.levels.len() + 3)?;
        tuple.serialize_element(&WITH_LEVELS)?;
        tuple.serialize_element(&(self.places.len() as u64))?;
        self.places.iter().try_for_each(|place| tuple.serialize_element(place))?;
        tuple.serialize_element(&(self.levels.len() as u64))?;
        self.levels.iter().try_for_each(|level| tuple.serialize_element(level))?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Except {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As many elements as there may be: how many there are says the first of them.
        deserializer.deserialize_tuple(MOST_PLACES + Level::ALL.len() + 3, Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Except;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("places that are left out, with or without levels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut of: A) -> Result<Except, A::Error> {
        let (first, mut levels) = (count(&mut of)?, Vec::new());
        let is_new = first == WITH_LEVELS;
        let places = if is_new { count(&mut of)? } else { first };
        let places = list(&mut of, places, MOST_PLACES)?;
        if is_new {
            let many = count(&mut of)?;
            levels = list(&mut of, many, Level::ALL.len())?;
        }
        Ok(Except { places, levels })
    }
}

fn count<'de, A: SeqAccess<'de>>(of: &mut A) -> Result<u64, A::Error> {
    of.next_element()?.ok_or_else(|| de::Error::custom("a length is missing"))
}

fn list<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(of: &mut A, many: u64, most: usize) -> Result<Vec<T>, A::Error> {
    if many > most as u64 {
        return Err(de::Error::custom("more than a scope has"));
    }
    (0..many).map(|_| of.next_element()?.ok_or_else(|| de::Error::custom("an element is missing"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;

    /// What a scope was before it had levels.
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Yesterday {
        places: Vec<PlaceCode>,
        except: Vec<PlaceCode>,
        venues: Vec<avow_shared::id::VenueId>,
        units: Vec<avow_shared::id::UnitId>,
    }

    fn codes(texts: &[&str]) -> Vec<PlaceCode> {
        texts.iter().map(|text| text.parse().expect("a place")).collect()
    }

    /// `[35]` but for `[3501, 3502]`, the room 350102-01, no unit, as it lay on disk before there were levels.
    const WRITTEN: &str = "0180c085e8be510281d0c1e5c15181e0fde2c45101829892edc1510100";

    #[test]
    fn a_scope_of_yesterday_is_read_unchanged_and_one_without_levels_is_written_as_it_was() {
        let old = Yesterday {
            places: codes(&["35"]),
            except: codes(&["3501", "3502"]),
            venues: vec!["350102-01".parse().expect("a venue")],
            units: vec![],
        };
        let bytes = postcard::to_allocvec(&old).expect("writes");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, WRITTEN);
        let scope: Scope = postcard::from_bytes(&bytes).expect("reads");
        assert_eq!((&scope.except.places, &scope.except.levels), (&old.except, &vec![]));
        assert_eq!((&scope.places, &scope.venues), (&old.places, &old.venues));
        assert_eq!(postcard::to_allocvec(&scope).expect("writes"), bytes);
    }

    #[test]
    fn levels_are_read_back_with_what_stands_behind_them_and_no_earlier_program_takes_them_for_places() {
        for (places, levels) in [
            (vec![], vec![Level::County]),
            (codes(&["3501", "3502"]), vec![Level::Province, Level::City, Level::County]),
            (vec!["35".parse().expect("a place"); MOST_PLACES], Level::ALL.to_vec()),
        ] {
            let scope = Scope {
                places: codes(&["35"]),
                except: Except { places, levels },
                venues: vec!["350102-01".parse().expect("a venue")],
                units: vec![],
            };
            let bytes = postcard::to_allocvec(&scope).expect("writes");
            assert_eq!(postcard::take_from_bytes::<Scope>(&bytes).expect("reads"), (scope, &[][..]));
            assert!(postcard::from_bytes::<Yesterday>(&bytes).is_err());
            for cut in 0..bytes.len() {
                assert!(postcard::from_bytes::<Scope>(&bytes[..cut]).is_err(), "{cut}");
            }
        }
    }
}
