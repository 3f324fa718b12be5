//! `GET /roll-calls`: the calls that are kept, page by page from the newest on.

use std::sync::Arc;

use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::documents::whose::touches;
use super::super::page::Page;
use super::super::problem::{Problem, ProblemDetails};
use super::{RollCallList, Shared, item, record};
use crate::document::archive::{Archive, Seal};
use crate::province::Tree;
use crate::roll_call::{Asked, Head, Kind, Note, Notes};
use crate::units::Register;

/// What people wrote and signed about calls, at one moment.
pub(super) struct Papers {
    notes: Arc<Notes>,
    archive: Arc<Archive>,
}

impl Papers {
    pub(super) fn now(shared: &Shared) -> Self {
        Self { notes: shared.books.notes.load_full(), archive: shared.documents.now() }
    }

    /// What was written about a call.
    pub(super) fn note(&self, id: OrderNumber) -> Option<&Note> {
        self.notes.get(&id).map(AsRef::as_ref)
    }

    /// The newest edition of its record.
    pub(super) fn newest(&self, id: OrderNumber) -> Option<&Seal> {
        self.archive.editions(&record::subject(id)).next().map(|(_, seal)| seal)
    }

    fn kind(&self, head: &Head) -> Kind {
        self.note(head.id).map_or(head.asked.kind, |note| note.kind)
    }
}

/// Which calls are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Only calls before this one: the `next` of the page before.
    before: Option<u64>,
    /// Only those that were given at this time and later.
    from_ms: Option<UnixMs>,
    /// Only those that were given before this time.
    to_ms: Option<UnixMs>,
    /// Only of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only those that this schedule began.
    schedule: Option<u64>,
    /// Only those that called somebody at this place.
    place: Option<String>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// Roll calls that are kept, the newest first, one page.
#[utoipa::path(get, path = "/roll-calls", tag = "roll calls", params(Wanted),
    responses((status = 200, body = RollCallList),
        (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<RollCallList>, Problem> {
    let page = Page::new(None, wanted.limit)?;
    let (now_ms, view, heads) = (shared.now_ms(), shared.view.load_full(), shared.books.roll_calls.load_full());
    let papers = Papers::now(&shared);
    let time = wanted.from_ms.unwrap_or(0)..wanted.to_ms.unwrap_or(UnixMs::MAX);
    let place = wanted.place.as_deref().map(str::parse::<PlaceCode>).transpose();
    let place = place.map_err(|error| Problem::bad(format!("place: {error}")))?;
    let units = shared.books.units.load_full();
    let by = |head: &Head| head.asked.origin.schedule.as_ref().map(|schedule| schedule.id);
    let fits = |head: &&Arc<Head>| {
        time.contains(&head.asked.given_ms)
            && wanted.kind.is_none_or(|kind| papers.kind(head) == kind)
            && wanted.schedule.is_none_or(|schedule| by(head) == Some(schedule))
            && place.is_none_or(|place| calls_at(&head.asked, place, &units, &view.tree))
    };
    let found: Vec<&Arc<Head>> = heads.newest().filter(fits).collect();
    let before = wanted.before.unwrap_or(u64::MAX);
    let rest = &found[found.partition_point(|head| head.id >= before)..];
    // What is over was counted when it was written down: to count a province anew costs some ten milliseconds.
    let now = |head: &&Arc<Head>| match view.calls.get(head.id).filter(|call| call.is_open()) {
        Some(call) => item(&Head::with(call, call.tally(now_ms)), &papers),
        None => item(head, &papers),
    };
    let items: Vec<_> = page.of(rest).map(now).collect();
    let next = items.last().map(|item| item.id).filter(|_| items.len() < rest.len());
    Ok(Json(RollCallList { now_ms, total: found.len(), items, next }))
}

/// Whether somebody at this place was called.
fn calls_at(asked: &Asked, place: PlaceCode, units: &Register, tree: &Tree) -> bool {
    touches((&asked.places, &asked.except), &asked.venues, &asked.units, place, (units, tree))
}

#[cfg(test)]
mod tests {
    use avow_shared::roll_call::Depth;

    use super::*;
    use crate::roll_call::Origin;
    use crate::scope::Except;

    fn codes(texts: &[&str]) -> Vec<PlaceCode> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[track_caller]
    fn check(places: &[&str], except: &[&str], venues: &[&str], place: &str, expected: bool) {
        let asked = Asked {
            places: codes(places),
            except: Except { places: codes(except), ..Except::default() },
            venues: venues.iter().map(|text| text.parse().unwrap()).collect(),
            title: Box::default(),
            depth: Depth::Present,
            confirmed: false,
            units: Vec::new(),
            kind: Kind::Duty,
            origin: Origin::default(),
            operator: Box::default(),
            basis: Box::default(),
            system: Box::default(),
            given_ms: 0,
            until_ms: 0,
        };
        let tree = crate::province::tree_for_tests();
        assert_eq!(
            calls_at(&asked, place.parse().unwrap(), &Register::default(), tree),
            expected,
            "{places:?} {place}"
        );
    }

    #[test]
    fn a_call_is_found_by_each_place_at_which_somebody_was_called() {
        check(&["35"], &[], &[], "350102", true);
        check(&["350102"], &[], &[], "3501", true);
        check(&["3502"], &[], &[], "3501", false);
        check(&["35"], &["3501"], &[], "350102", false);
        check(&["35"], &["350102"], &[], "3501", true);
        // 平潭 counts beside 福州.
        check(&["35"], &["3501"], &[], "350128", true);
        check(&["3501"], &[], &[], "350128", false);
        check(&[], &[], &["350102-01"], "3501", true);
        check(&[], &[], &["350102-01"], "3502", false);
    }
}
