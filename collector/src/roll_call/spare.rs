//! Who is not disturbed by a call of the place in which he lies: those that are excused, and those that are not meant. Pure.

use std::collections::HashSet;

use avow_shared::id::VenueId;
use avow_shared::order::MAX_SCOPE;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::MAX_SPARED;

/// What an order to a place leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spared {
    /// Whole places, in which nobody is called.
    pub places: Vec<PlaceCode>,
    /// Single venues beside those that are called.
    pub venues: Vec<VenueId>,
}

/// What an order to all in `place` has to leave out, so that of `called` alone somebody looks; none when that is more than an order holds,
/// and everybody has to be asked by name. `idle`: the rooms with a box that are not called.
#[must_use]
pub fn spare(
    place: PlaceCode,
    except: &[PlaceCode],
    called: impl Iterator<Item = VenueId>,
    idle: impl Iterator<Item = VenueId>,
) -> Option<Spared> {
    let mut idle = idle.filter(|venue| venue.place.is_within(place)).peekable();
    if idle.peek().is_none() && except.is_empty() {
        return Some(Spared::default());
    }
    let busy: HashSet<PlaceCode> = called.flat_map(|venue| venue.place.ancestry()).collect();
    // Boxes judge by code: who lies in an exception by code alone is called all the same.
    let places = except.iter().copied().filter(|place| !busy.contains(place)).collect();
    let mut spared = Spared { places, venues: Vec::new() };
    for venue in idle {
        if spared.places.iter().any(|place| venue.place.is_within(*place)) {
            continue;
        }
        let free = venue.place.ancestry().filter(|code| code.is_within(place) && !busy.contains(code));
        match free.min_by_key(|code| code.ancestry().count()) {
            Some(widest) => spared.places.push(widest),
            None => spared.venues.push(venue),
        }
    }
    (spared.places.len() <= MAX_SCOPE && spared.venues.len() <= MAX_SPARED).then_some(spared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn venues(codes: &[&str]) -> Vec<VenueId> {
        codes.iter().map(|code| code.parse().expect("a venue")).collect()
    }

    fn place(code: &str) -> PlaceCode {
        code.parse().expect("a place")
    }

    #[track_caller]
    fn check(called: &[&str], idle: &[&str], places: &[&str], single: &[&str]) {
        let spared = spare(place("35"), &[], venues(called).into_iter(), venues(idle).into_iter()).expect("it fits");
        let places = places.iter().map(|code| place(code)).collect();
        assert_eq!(spared, Spared { places, venues: venues(single) });
    }

    #[test]
    fn who_is_not_called_is_left_out_by_the_widest_place_that_leaves_out_nobody_else() {
        check(&["350102-01"], &[], &[], &[]);
        check(&["350102-01"], &["350527-01", "350527001-01"], &["3505"], &[]);
        check(&["350102-01", "350502-01"], &["350527-01", "350527001-01"], &["350527"], &[]);
        check(&["350102001-01"], &["35-01", "350102-01", "350102001-02"], &[], &["35-01", "350102-01", "350102001-02"]);
        check(&["350102-01"], &["360102-01"], &[], &[]);
    }

    #[test]
    fn an_exception_is_left_out_as_a_whole_only_when_nobody_in_it_by_code_is_called() {
        let spared = |called: &[&str]| {
            spare(place("35"), &[place("3501")], venues(called).into_iter(), venues(&["350102-01"]).into_iter())
        };
        assert_eq!(spared(&["350202-01"]).map(|spared| spared.places), Some(vec![place("3501")]));
        // 平潭 counts beside 福州, in which it lies by code.
        assert_eq!(spared(&["350128-01"]).map(|spared| spared.places), Some(vec![place("350102")]));
    }

    #[test]
    fn more_than_an_order_holds_has_everybody_asked_by_name() {
        let idle = |rooms: usize| {
            (1..=rooms).map(|n| format!("3501{:02}001-{:02}", n / 90 + 1, n % 90 + 2)).collect::<Vec<_>>()
        };
        let spared = |rooms: usize| {
            let idle: Vec<VenueId> = idle(rooms).iter().map(|code| code.parse().expect("a venue")).collect();
            let called = (1..=9).map(|n| format!("3501{n:02}001-01").parse::<VenueId>().expect("a venue"));
            spare(place("35"), &[], called, idle.into_iter())
        };
        assert_eq!(spared(MAX_SPARED).map(|spared| spared.venues.len()), Some(MAX_SPARED));
        assert_eq!(spared(MAX_SPARED + 1), None);
    }
}
