//! `GET /places/{code}`: a place, its sums, what lies below, what is wrong, what changed.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{Change, ChildPlace, PlaceAnswer, PlaceRef, Problem as Trouble, VenueName};
use super::problem::{Problem, ProblemDetails};
use crate::meetings::On;
use crate::province::{Class, FaultLevel, Tree, Venue, View, upstream};

const MOST_PROBLEMS: usize = 20;
const MOST_CHANGES: usize = 50;
const MOST_SAMPLES: usize = 5;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Depth {
    /// 1: the children; 2: their children too.
    depth: Option<u8>,
}

/// A place, its sums, what lies below it, what is wrong in it and what changed.
#[utoipa::path(get, path = "/places/{code}", tag = "places", params(("code" = String, Path,), Depth),
    responses((status = 200, body = PlaceAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_place(
    State(shared): State<Arc<Shared>>,
    Path(code): Path<String>,
    Query(query): Query<Depth>,
) -> Result<Json<PlaceAnswer>, Problem> {
    let view = shared.view.load_full();
    let at = find(&view, &code)?;
    let depth = query.depth.unwrap_or(1);
    if !(1..=2).contains(&depth) {
        return Err(Problem::bad(format!("depth: expected 1 or 2, found {depth}")));
    }
    Ok(Json(PlaceAnswer {
        now_ms: shared.now_ms(),
        revision: view.revision,
        place: reference(&view.tree, at),
        path: path(&view.tree, at),
        excluded: view.tree.exclusion(at).map(ToString::to_string),
        counts: view.counts(at),
        children: children(&view, at, depth),
        problems: problems(&view, at, &shared.books.meetings.load().on(&view.tree, shared.now_ms())),
        changes: view
            .newest_changes(at, MOST_CHANGES)
            .into_iter()
            .map(|change| Change::of(change, &view.tree))
            .collect(),
    }))
}

/// The index of the place with this code.
pub(super) fn find(view: &View, code: &str) -> Result<u32, Problem> {
    let place = code.parse().map_err(|error: avow_shared::place::NotAPlaceCode| Problem::bad(error.to_string()))?;
    view.tree.index(place).ok_or_else(|| Problem::not_found(format!("place {code} is not in the table of divisions")))
}

pub(super) fn reference(tree: &Tree, at: u32) -> PlaceRef {
    let place = tree.place(at);
    PlaceRef { code: place.code.to_string(), name: place.name.clone(), level: place.code.level() }
}

/// From the root down.
pub(super) fn path(tree: &Tree, at: u32) -> Vec<PlaceRef> {
    let mut path: Vec<_> = tree.path(at).map(|at| reference(tree, at)).collect();
    path.reverse();
    path
}

fn children(view: &View, at: u32, depth: u8) -> Vec<ChildPlace> {
    let child = |at: &u32| {
        let PlaceRef { code, name, level } = reference(&view.tree, *at);
        let excluded = view.tree.exclusion(*at).map(ToString::to_string);
        let children = (depth > 1).then(|| children(view, *at, depth - 1));
        ChildPlace { code, name, level, counts: view.counts(*at), excluded, children }
    };
    view.tree.children(at).iter().map(child).collect()
}

/// The places whose lines are to blame for the silence of venues, in the order in which a walk comes to them.
pub(super) fn blamed(view: &View) -> Vec<u32> {
    let root = (0..).take(view.tree.len()).find(|at| view.tree.parent(*at).is_none());
    root.map(|root| upstream(&view.tree, &|at| view.counts(at), root)).unwrap_or_default()
}

/// What is wrong below `scope`, by cause: silence that a line further up explains by that line, else by class and finding;
/// the most urgent first, and of those the largest.
fn problems(view: &View, scope: u32, meetings: &On<'_>) -> Vec<Trouble> {
    let mut all: HashMap<(Class, Option<&str>, Option<u32>), Trouble> = HashMap::new();
    let blamed = blamed(view);
    for venue in view.venues_within(scope) {
        let Some(class) = venue.class().filter(|class| *class != Class::Pass) else { continue };
        let finding = venue.finding.as_ref().map(|finding| finding.as_str());
        let behind = behind(view, &blamed, venue);
        let trouble = all.entry((class, finding, behind)).or_insert_with(|| Trouble {
            finding: finding.map(ToOwned::to_owned),
            upstream: behind.map(|at| reference(&view.tree, at)),
            class,
            level: FaultLevel::Fourth,
            venues: 0,
            since_ms: u64::MAX,
            sample: Vec::new(),
        });
        let level = |at: u32| view.tree.place(at).code.level();
        let of = FaultLevel::of(class, level(venue.at), behind.map(level), meetings.has(venue.id));
        trouble.level = trouble.level.min(of);
        add(trouble, venue, &view.tree);
    }
    let mut list: Vec<_> = all.into_values().collect();
    list.sort_by(|a, b| {
        let urgent = a.level.cmp(&b.level).then(b.venues.cmp(&a.venues));
        urgent.then(a.class.cmp(&b.class)).then(a.finding.cmp(&b.finding))
    });
    list.truncate(MOST_PROBLEMS);
    list
}

/// The blamed line that a silent venue hangs at.
pub(super) fn behind(view: &View, blamed: &[u32], venue: &Venue) -> Option<u32> {
    if venue.class() != Some(Class::Silent) {
        return None;
    }
    blamed.iter().copied().find(|at| view.tree.is_within(venue.at, *at))
}

fn add(trouble: &mut Trouble, venue: &Venue, tree: &Tree) {
    trouble.venues += 1;
    trouble.since_ms = trouble.since_ms.min(venue.since_ms.unwrap_or(u64::MAX));
    if trouble.sample.len() < MOST_SAMPLES {
        let place_name = tree.full_name(venue.at);
        trouble.sample.push(VenueName { id: venue.id.to_string(), name: venue.name().to_string(), place_name });
    }
}
