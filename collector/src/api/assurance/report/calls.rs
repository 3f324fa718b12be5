//! The roll calls that a report of a response lists: what was written down as they ended, and what is known of them besides.

use std::collections::BTreeMap;

use super::super::super::Shared;
use super::About;
use crate::assurance::chronicle::{Called, CalledSums, Came};
use crate::province::{Extent, Tree, View};
use crate::roll_call::Head;
use crate::schedules::{Outcome, Slot};

/// The oldest first.
pub(super) fn listed(shared: &Shared, view: &View, about: &About) -> Vec<Called> {
    let (chronicle, schedules) = (shared.books.chronicle.load(), shared.books.schedules.load());
    let kept = chronicle.calls(about.id).map(|(id, called)| (id, Called::clone(called)));
    let mut all: BTreeMap<u64, Called> = kept.filter(|(_, called)| about.is_in(called.at_ms)).collect();
    let own = schedules.of_response(about.id);
    for head in shared.books.roll_calls.load().newest().filter(|head| about.is_in(head.asked.given_ms)) {
        let whose = head.asked.origin.schedule.as_ref().and_then(|of| schedules.response_of(of.id));
        if let Some(called) = of_head(about, &view.tree, head, whose) {
            all.entry(head.id).or_insert(called);
        }
    }
    let slots = own.map(|(_, schedule)| schedule.slots.as_slice()).unwrap_or_default();
    for Slot { at_ms, outcome } in slots.iter().filter(|slot| about.is_in(slot.at_ms)) {
        let came = match outcome {
            Outcome::Called(_) => continue,
            Outcome::Missed => Came::Missed,
            Outcome::Failed(why) => Came::Failed(why.clone()),
        };
        all.entry(*at_ms).or_insert(Called { at_ms: *at_ms, by_hand: None, came });
    }
    let mut all: Vec<Called> = all.into_values().collect();
    all.sort_by_key(|call| call.at_ms);
    all
}

/// A call that is not written down with the response, by its sums alone: one that its schedule called and that goes on, or from before
/// that was written. One by hand counts when it called nobody elsewhere, and is over.
/// `whose`: the response whose schedule called.
fn of_head(about: &About, tree: &Tree, head: &Head, whose: Option<u64>) -> Option<Called> {
    let asked = &head.asked;
    let (at_ms, came) = (asked.given_ms, Came::To(CalledSums::of(&head.tally)));
    match whose {
        Some(response) => (response == about.id).then_some(Called { at_ms, by_hand: None, came }),
        None => {
            let terms =
                about.response.terms_at(at_ms).filter(|_| about.response.was_on(at_ms) && head.ended_ms.is_some())?;
            let extent = if about.by_code { Extent::by_code(&terms.places) } else { terms.extent(tree) };
            let is_here = asked.places.iter().all(|place| extent.has(*place))
                && asked.venues.iter().all(|venue| extent.has(venue.place));
            let is_called = asked.units.is_empty() && !(asked.places.is_empty() && asked.venues.is_empty());
            (is_here && is_called).then(|| Called { at_ms, by_hand: Some(asked.operator.clone()), came })
        }
    }
}
