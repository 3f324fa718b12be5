//! Which places a list of places holds by the tree in force, as a value that can be asked often and written down. Pure.

use avow_shared::place::PlaceCode;
use serde::{Deserialize, Serialize};

use super::tree::Tree;

/// Everything under some places, by the tree that was in force when it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// From here on down by code, this lies in it or does not: where that is not so already by what stands above. Sorted, so that a place
    /// stands before what lies in it by code.
    turns: Vec<(PlaceCode, bool)>,
    /// The places of the list and all above them in the tree, sorted.
    above: Vec<PlaceCode>,
}

impl Extent {
    /// Of the places with everything in them, as the tree has it.
    #[must_use]
    pub fn of(places: &[PlaceCode], tree: &Tree) -> Self {
        let above = places.iter().flat_map(|place| {
            let unknown = place.ancestry().take_while(|code| tree.index(*code).is_none());
            let known = tree.nearest(*place).into_iter().flat_map(|at| tree.path(at));
            unknown.chain(known.map(|at| tree.place(at).code))
        });
        let mut extent = Self { turns: Vec::new(), above: sorted(above) };
        for place in sorted(places.iter().chain(tree.moved()).copied()) {
            extent.turn(place, places.iter().any(|of| tree.lies_in(place, *of)));
        }
        extent
    }

    /// Of the places by their codes alone, as responses counted before they followed the tree.
    #[must_use]
    pub fn by_code(places: &[PlaceCode]) -> Self {
        let mut extent = Self { turns: Vec::new(), above: sorted(places.iter().flat_map(|place| place.ancestry())) };
        sorted(places.iter().copied()).into_iter().for_each(|place| extent.turn(place, true));
        extent
    }

    fn turn(&mut self, place: PlaceCode, lies: bool) {
        if self.has(place) != lies {
            self.turns.push((place, lies));
        }
    }

    /// Whether a place lies in it.
    #[must_use]
    pub fn has(&self, place: PlaceCode) -> bool {
        let turn = |code: PlaceCode| self.turns.binary_search_by_key(&code, |(code, _)| *code).ok();
        place.ancestry().find_map(turn).is_some_and(|at| self.turns[at].1)
    }

    /// Whether one of its places lies in this one.
    #[must_use]
    pub fn reaches_into(&self, place: PlaceCode) -> bool {
        self.above.binary_search(&place).is_ok()
    }

    /// Whether it says of some place below the counties that it lies otherwise than its county.
    #[must_use]
    pub fn splits_counties(&self) -> bool {
        self.turns.iter().any(|(place, _)| place.level() > avow_shared::place::Level::County)
    }
}

fn sorted(places: impl Iterator<Item = PlaceCode>) -> Vec<PlaceCode> {
    let mut places: Vec<PlaceCode> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use avow_shared::divisions::Divisions;

    use super::super::tree_for_tests;
    use super::*;
    use crate::registry::{Entry, Registry};

    fn codes(texts: &[&str]) -> Vec<PlaceCode> {
        texts.iter().map(|text| text.parse().expect("a place")).collect()
    }

    fn of(places: &[&str]) -> Extent {
        Extent::of(&codes(places), tree_for_tests())
    }

    #[track_caller]
    fn check(extent: &Extent, place: &str, lies: bool) {
        assert_eq!(extent.has(codes(&[place])[0]), lies, "{place} {extent:?}");
    }

    #[test]
    fn a_place_holds_what_the_tree_puts_in_it_and_not_what_its_code_says() {
        for (places, lies) in [
            (&["3501"][..], [true, false, false]),
            (&["350128"], [false, true, false]),
            (&["35"], [true; 3]),
            (&["3501", "350128"], [true, true, false]),
            (&["350128", "3502"], [false, true, true]),
            (&["350102001"], [true, false, false]),
            (&[], [false; 3]),
        ] {
            let extent = of(places);
            for (place, lies) in ["350102001", "350128001001", "350203"].into_iter().zip(lies) {
                check(&extent, place, lies);
            }
        }
        check(&of(&["350102001"]), "350102", false);
        // What the table of divisions does not have goes by its code.
        check(&of(&["99"]), "990101", true);
        check(&of(&["3501"]), "350199", true);
    }

    #[test]
    fn by_code_it_is_what_codes_say() {
        let extent = Extent::by_code(&codes(&["3501", "350102"]));
        for (place, lies) in [("350128001", true), ("350102", true), ("3502", false), ("35", false)] {
            check(&extent, place, lies);
        }
        assert!(extent.reaches_into(codes(&["35"])[0]) && !extent.reaches_into(codes(&["3502"])[0]));
        assert!(Extent::by_code(&codes(&["350128"])).reaches_into(codes(&["3501"])[0]));
    }

    #[test]
    fn a_place_is_reached_into_when_the_tree_puts_it_above_and_only_then() {
        for (place, expected) in [("35", true), ("350128", true), ("3501", false), ("350128001", false)] {
            assert_eq!(of(&["350128"]).reaches_into(codes(&[place])[0]), expected, "{place}");
        }
        assert!(of(&["350102001"]).reaches_into(codes(&["3501"])[0]));
    }

    /// A township that hangs elsewhere than its county, which hangs elsewhere than its city: each as it hangs, as the tree has it.
    #[test]
    fn it_says_of_every_place_what_the_tree_says() {
        let mut registry = Registry::default();
        for (place, parent) in [("350128", "35"), ("350128100", "350102"), ("350203", "3501"), ("350102001", "350206")]
        {
            let entry = Entry { parent: Some(codes(&[parent])[0]), ..Entry::default() };
            registry.places.insert(codes(&[place])[0], Arc::new(entry));
        }
        let tree = Tree::new(Divisions::fujian(), &registry);
        for places in [&["3501"][..], &["350128"], &["350102", "350203"], &["3502"], &["35"], &["350206", "350128"]] {
            let (places, extent) = (codes(places), Extent::of(&codes(places), &tree));
            for at in tree.divisions().list() {
                let expected = places.iter().any(|place| tree.lies_in(at.code, *place));
                assert_eq!(extent.has(at.code), expected, "{} in {places:?}", at.code);
                let expected = places.iter().any(|place| tree.lies_in(*place, at.code));
                assert_eq!(extent.reaches_into(at.code), expected, "{places:?} in {}", at.code);
            }
        }
    }

    #[test]
    fn what_lies_as_its_code_says_is_not_written() {
        for (places, turns) in [(&["35"][..], 1), (&["3501", "350102"], 2), (&["3502"], 1), (&["350128", "35"], 1)] {
            assert_eq!(of(places).turns.len(), turns, "{places:?}");
        }
        assert!(of(&["3502", "350102001"]).splits_counties() && !of(&["3501", "350203"]).splits_counties());
    }
}
