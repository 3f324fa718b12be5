//! About whose rooms a document is: what was signed off names a record, and that says whom it was about.

use avow_shared::id::{UnitId, VenueId};
use avow_shared::place::PlaceCode;

use crate::books::Books;
use crate::province::Tree;
use crate::scope::Except;
use crate::units::Register;

/// Whether somebody at this place is told of in a document of this subject. What lies above a place is about it too; of what is not
/// kept any more nobody knows it.
pub(super) fn is_about((books, tree): (&Books, &Tree), subject: &str, place: PlaceCode) -> bool {
    let mut parts = subject.split('/');
    let (kind, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let number = || id.parse::<u64>().ok();
    match kind {
        "roll-call" => number().is_some_and(|id| {
            let heads = books.roll_calls.load();
            heads.get(id).is_some_and(|head| {
                let asked = &head.asked;
                touches((&asked.places, &asked.except), &asked.venues, &asked.units, place, (&books.units.load(), tree))
            })
        }),
        "inspection" => number().is_some_and(|id| {
            let runs = books.inspections.load();
            runs.heads.get(&id).is_some_and(|head| {
                let scope = &head.ordered.work.scope;
                touches((&scope.places, &scope.except), &scope.venues, &scope.units, place, (&books.units.load(), tree))
            })
        }),
        "assurance" => number().is_some_and(|id| {
            let all = books.assurance.load();
            let terms = all.response(id).and_then(|response| response.terms_of_all(tree));
            let extent = terms.map(|terms| terms.extent(tree));
            extent.is_some_and(|extent| extent.has(place) || extent.reaches_into(place))
        }),
        "inbound" => number().is_some_and(|id| {
            books.inbound.load().get(id).is_some_and(|inbound| tree.lies_in(inbound.call.venue.place, place))
        }),
        // The form of a month is the whole province's.
        "joint-tests" => true,
        _ => false,
    }
}

/// Whether a scope holds somebody at a place: by a place that holds it or lies in it, by a venue, or by a unit's room.
pub(in crate::api) fn touches(
    (places, except): (&[PlaceCode], &Except),
    venues: &[VenueId],
    units: &[UnitId],
    place: PlaceCode,
    (register, tree): (&Register, &Tree),
) -> bool {
    let left_out = except.places.iter().any(|except| tree.lies_in(place, *except));
    // No room of a higher level lies in it.
    let too_low = !except.levels.is_empty() && except.levels.iter().all(|level| *level < place.level());
    let here = |code: &PlaceCode| tree.lies_in(*code, place) || (tree.lies_in(place, *code) && !left_out && !too_low);
    let room = |venue: &VenueId| tree.lies_in(venue.place, place);
    places.iter().any(here)
        || venues.iter().any(room)
        || units.iter().filter_map(|unit| register.get(unit)).any(|unit| unit.venues.iter().any(room))
}
