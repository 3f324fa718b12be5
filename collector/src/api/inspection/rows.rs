//! The venues of a run, filtered, those first that need a person.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Shared;
use super::super::page::Page;
use super::super::places::find;
use super::super::problem::Problem;
use super::dto::{InspectionBad, InspectionReview, InspectionVenue, InspectionVenues};
use super::read::is_there;
use crate::inspection::{Asking, Conclusion, ItemResult, ItemState, Record, ReviewState, Run, Untested};
use crate::province::{View, matches, words};

/// The longest search.
const MAX_QUERY_CHARS: usize = 100;
/// So many items that are wrong are told in a row.
const MOST_BAD: usize = 5;

/// Which venues are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Only venues that have changed since this revision …
    since: Option<u64>,
    /// … of this start of the server.
    epoch: Option<UnixMs>,
    /// Only with this conclusion.
    #[param(inline)]
    conclusion: Option<Conclusion>,
    /// Only where something was not tested for this reason.
    #[param(inline)]
    untested: Option<Untested>,
    /// Only where these stages explain what failed; empty: where nothing does.
    blamed: Option<String>,
    /// Only records in this state.
    #[param(inline)]
    review: Option<ReviewState>,
    /// Only records that lie with this level.
    level: Option<String>,
    /// Only at or below this place.
    place: Option<String>,
    /// Words that all must be found in name, code, pinyin or initials.
    q: Option<String>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// One page.
pub(super) fn page(shared: &Shared, run: &Run, wanted: &Wanted) -> Result<InspectionVenues, Problem> {
    let (view, page) = (shared.view.load_full(), Page::new(wanted.offset, wanted.limit)?);
    let query = wanted.q.as_deref().unwrap_or_default();
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::bad(format!("q: at most {MAX_QUERY_CHARS} characters are expected")));
    }
    let scope = wanted.place.as_deref().map(|place| find(&view, place)).transpose()?;
    let since = wanted.since.filter(|_| wanted.epoch == Some(shared.started_ms)).unwrap_or(0);
    let words = words(query);
    let is_named = |id: VenueId| view.venue(id).is_some_and(|venue| matches(&venue.search, &words));
    let is_in = |id: VenueId, scope: u32| view.venue(id).is_some_and(|venue| view.tree.is_within(venue.at, scope));
    let fits = |record: &Record| {
        wanted.untested.is_none_or(|why| record.untested() == Some(why))
            && wanted.blamed.as_deref().is_none_or(|stages| record.blamed.as_deref() == Some(stages))
            && wanted.review.is_none_or(|state| record.review.state == state)
            && wanted.level.as_deref().is_none_or(|level| record.review.level.word() == level)
            && scope.is_none_or(|scope| is_in(record.venue, scope))
            && (words.is_empty() || is_named(record.venue))
    };
    let records = run.records.iter().filter(|record| record.revision > since && fits(record));
    let concluded = records.map(|record| (run.conclusion(record), record));
    let mut found: Vec<(Conclusion, &Arc<Record>)> =
        concluded.filter(|(conclusion, _)| wanted.conclusion.is_none_or(|wanted| wanted == *conclusion)).collect();
    found.sort_by_key(|(conclusion, _)| *conclusion);
    Ok(InspectionVenues {
        now_ms: shared.now_ms(),
        epoch_ms: shared.started_ms,
        revision: run.revision,
        total: found.len(),
        items: page.of(&found).map(|(_, record)| row(&view, run, record)).collect(),
    })
}

/// One venue in a run.
pub(super) fn row(view: &View, run: &Run, record: &Record) -> InspectionVenue {
    let count = |counts: &dyn Fn(&ItemState) -> bool| {
        u32::try_from(record.items.iter().filter(|item| counts(&item.state)).count()).unwrap_or(u32::MAX)
    };
    let asking = match record.asking {
        _ if record.is_settled() => "done",
        Asking::Out { .. } => "out",
        Asking::Answered { .. } => "answered",
        Asking::Waits { .. } if !is_there(view, record) => "away",
        Asking::Waits { .. } => "waits",
    };
    let place_name = view.tree.nearest(record.venue.place).map(|at| view.tree.full_name(at)).unwrap_or_default();
    InspectionVenue {
        venue: record.venue.to_string(),
        name: record.name.to_string(),
        unit: record.unit.to_string(),
        city: record.city.to_string(),
        county: record.county.to_string(),
        place_name,
        conclusion: run.conclusion(record),
        reason: record.untested(),
        asking: asking.to_owned(),
        items: count(&|_| true),
        items_done: count(&|state| *state != ItemState::Open),
        bad: bad(run, record),
        filled: u32::try_from(record.manual.len()).unwrap_or(u32::MAX),
        manual: u32::try_from(run.ordered.work.asked()).unwrap_or(u32::MAX),
        review: review(view, record),
        blamed: record.blamed.as_deref().map(str::to_owned),
        asked: record.asked,
        first_ms: record.first_ms,
        last_ms: record.last_ms,
        revision: record.revision,
    }
}

fn bad(run: &Run, record: &Record) -> Vec<InspectionBad> {
    let is_bad = |result: ItemResult| matches!(result, ItemResult::Abnormal | ItemResult::Degraded);
    let auto = record.items.iter().filter_map(|item| {
        let ItemState::Found(found) = &item.state else { return None };
        let name = run.labels.get(item.label as usize)?.name.to_string();
        let finding = found.finding.as_ref().map(ToString::to_string);
        is_bad(found.result).then_some(InspectionBad { name, result: found.result, finding })
    });
    let manual = record.manual.iter().filter(|filled| is_bad(filled.result)).filter_map(|filled| {
        let name = run.ordered.work.manual.get(usize::from(filled.item))?.title.clone();
        Some(InspectionBad { name, result: filled.result, finding: None })
    });
    auto.chain(manual).take(MOST_BAD).collect()
}

fn review(view: &View, record: &Record) -> InspectionReview {
    let review = &record.review;
    let at = view.venue(record.venue).map(|venue| venue.at).or_else(|| view.tree.nearest(record.venue.place));
    // By the tree in force: a place that the registry moves answers to where it was moved.
    let mut path = at.into_iter().flat_map(|at| view.tree.path(at));
    let owner = path.find(|at| view.tree.place(*at).code.level() <= review.level);
    InspectionReview {
        state: review.state,
        level: review.level.word().to_owned(),
        owner: owner.map(|at| view.tree.place(at).code.to_string()).unwrap_or_default(),
        owner_name: owner.map(|at| view.tree.place(at).name.to_string()).unwrap_or_default(),
        returned_for: review.returned_for().map(str::to_owned),
    }
}
