//! Which places a fleet stands at: the upper levels whole, the lower ones evenly.

use avow_shared::divisions::Divisions;
use avow_shared::id::VenueId;
use avow_shared::place::{Level, PlaceCode};

/// At most `count` venues, the first room of each place, without those of `without`.
#[must_use]
pub fn choose(divisions: &Divisions, count: usize, without: &[VenueId]) -> Vec<VenueId> {
    let mut chosen = Vec::with_capacity(count);
    for level in Level::ALL {
        let venue = |code: PlaceCode| VenueId::new(code, 1).ok().filter(|venue| !without.contains(venue));
        let of_level = divisions.list().iter().map(|division| division.code).filter(|code| code.level() == level);
        let venues: Vec<VenueId> = of_level.filter_map(venue).collect();
        let wanted = venues.len().min(count - chosen.len());
        chosen.extend((0..wanted).map(|n| venues[n * venues.len() / wanted]));
    }
    chosen
}

/// So many rooms of the province itself, from the second on.
pub fn of_hq(divisions: &Divisions, count: u8) -> impl Iterator<Item = VenueId> {
    let province = divisions.list().iter().map(|division| division.code).find(|code| code.level() == Level::Province);
    let rooms = 2..=count.saturating_add(1);
    province.into_iter().flat_map(move |code| rooms.clone().filter_map(move |room| VenueId::new(code, room).ok()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn twelve_hundred_venues_stand_in_every_county() {
        let divisions = Divisions::fujian();
        let chosen = choose(&divisions, 1_200, &[]);
        let counties = |codes: &mut dyn Iterator<Item = PlaceCode>| -> BTreeSet<PlaceCode> {
            codes.filter(|code| code.level() == Level::County).collect()
        };
        let all = counties(&mut divisions.list().iter().map(|division| division.code));
        assert_eq!(counties(&mut chosen.iter().map(|venue| venue.place)), all);
        assert_eq!(chosen.iter().collect::<BTreeSet<_>>().len(), 1_200);
    }

    #[test]
    fn all_places_can_be_served_and_some_left_out() {
        let divisions = Divisions::fujian();
        assert_eq!(choose(&divisions, 18_762, &[]).len(), 18_762);
        let without: VenueId = "350102001-01".parse().expect("a venue");
        let chosen = choose(&divisions, 18_762, &[without]);
        assert_eq!((chosen.len(), chosen.contains(&without)), (18_761, false));
    }
}
