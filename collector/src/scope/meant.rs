//! How many rooms of which levels a scope means, told before anything begins. Pure.

use avow_shared::place::{Level, PlaceCode};

/// What a scope comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meant {
    /// Rooms of each level, the highest first.
    pub levels: [u32; 5],
    /// Of them: left out by the registers, with a reason.
    pub excused: u32,
    /// Units without a room, for which a person answers.
    pub units: u32,
}

impl Meant {
    /// Of rooms by their places, and whether each is left out; no place: a unit without a room.
    #[must_use]
    pub fn of(all: impl Iterator<Item = (Option<PlaceCode>, bool)>) -> Self {
        let mut meant = Self::default();
        for (place, is_excused) in all {
            match place {
                Some(place) => meant.levels[place.level() as usize] += 1,
                None => meant.units += 1,
            }
            meant.excused += u32::from(is_excused);
        }
        meant
    }

    /// All rooms.
    #[must_use]
    pub fn rooms(&self) -> u32 {
        self.levels.iter().sum()
    }

    /// The levels that have any, the highest first.
    pub fn by_level(&self) -> impl Iterator<Item = (Level, u32)> {
        Level::ALL.into_iter().zip(self.levels).filter(|(_, rooms)| *rooms > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_counted_by_the_level_of_their_places() {
        let places = ["35", "350102", "350102001", "350102002", "350102001003"];
        let rooms = places.iter().map(|place| (place.parse().ok(), *place == "350102"));
        let meant = Meant::of(rooms.chain([(None, false), (None, true)]));
        assert_eq!((meant.rooms(), meant.excused, meant.units), (5, 2, 2));
        let levels: Vec<_> = meant.by_level().collect();
        assert_eq!(levels, [(Level::Province, 1), (Level::County, 1), (Level::Township, 2), (Level::Village, 1)]);
    }
}
