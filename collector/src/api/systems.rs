//! `GET /systems`: the backup paths of a place by kind and by what lies below, and how many of them were proven. The counts
//! are the fold's; only the oldest proofs are looked for, in one pass over the state.

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::backup::{Kind, Path, Standing, State as PathState};
use avow_shared::time::UnixMs;
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::dto::{Backup, SystemCell, SystemRow, SystemsAnswer};
use super::places::{find, path, reference};
use super::problem::{Problem, ProblemDetails};
use crate::province::{BackupCounts, KindCounts, Tree, Venue, View};

/// Without a wish, the province.
const ROOT: &str = "35";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    /// The place; the whole province when not said.
    place: Option<String>,
}

/// The backup paths of a place, by kind and by what lies directly below it.
#[utoipa::path(get, path = "/systems", tag = "places", params(Scope),
    responses((status = 200, body = SystemsAnswer), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn get_systems(
    State(shared): State<Arc<Shared>>,
    Query(scope): Query<Scope>,
) -> Result<Json<SystemsAnswer>, Problem> {
    let view = shared.view.load_full();
    let at = find(&view, scope.place.as_deref().unwrap_or(ROOT))?;
    Ok(Json(answer(&view, at, shared.now_ms())))
}

pub(super) fn answer(view: &View, at: u32, now_ms: UnixMs) -> SystemsAnswer {
    let oldest = oldest(view, at);
    let row = |place: u32, own: bool, venues: u32, counts: &BackupCounts, oldest: &dyn Fn(Kind) -> Option<UnixMs>| {
        let super::dto::PlaceRef { code, name, level } = reference(&view.tree, place);
        let cells = Kind::ALL.map(|kind| cell(kind, counts.of(kind), oldest(kind))).into();
        SystemRow { code, name, level, own, venues, with_backup: counts.venues, cells }
    };
    let of = |key: Option<u32>, kind: Kind| oldest.get(&(key, kind)).copied();
    let (all, venues) = (view.backup_counts(at), view.counts(at).venues);
    // What the place has itself is what is left when all below is taken away, so that the rows add up.
    let (mut own, mut own_venues) = (all, venues);
    let mut rows = Vec::new();
    for child in view.tree.children(at).iter().copied() {
        let (counts, venues) = (view.backup_counts(child), view.counts(child).venues);
        own = own.without(&counts);
        own_venues -= venues;
        rows.push(row(child, false, venues, &counts, &|kind| of(Some(child), kind)));
    }
    if own_venues > 0 {
        rows.insert(0, row(at, true, own_venues, &own, &|kind| of(None, kind)));
    }
    let least = |kind: Kind| oldest.iter().filter(|((_, held), _)| *held == kind).map(|(_, ms)| *ms).min();
    SystemsAnswer {
        now_ms,
        revision: view.revision,
        path: path(&view.tree, at),
        total: row(at, false, venues, &all, &least),
        rows,
    }
}

fn cell(kind: Kind, counts: &KindCounts, last_proven_ms: Option<UnixMs>) -> SystemCell {
    SystemCell {
        kind: kind.word().to_owned(),
        venues: counts.venues,
        paths: counts.paths(),
        proven: counts.in_state(PathState::Proven),
        overdue: counts.in_state(PathState::Overdue),
        failing: counts.in_state(PathState::Failing),
        never: counts.in_state(PathState::Never),
        unexercised: counts.in_state(PathState::Unexercised),
        last_proven_ms,
    }
}

/// The oldest proof by the child that it lies in (none: at the place itself) and by kind.
fn oldest(view: &View, scope: u32) -> HashMap<(Option<u32>, Kind), UnixMs> {
    let mut all = HashMap::new();
    for venue in view.venues_within(scope).filter(|venue| venue.class().is_some()) {
        let below = below(&view.tree, scope, venue.at);
        for (path, standing) in venue.backups() {
            if let Some(ms) = standing.proven_ms {
                all.entry((below, path.kind)).and_modify(|held: &mut UnixMs| *held = ms.min(*held)).or_insert(ms);
            }
        }
    }
    all
}

/// The child of `scope` that `at` is or lies below.
fn below(tree: &Tree, scope: u32, at: u32) -> Option<u32> {
    tree.path(at).take_while(|place| *place != scope).last()
}

/// The backup paths of one venue.
pub(super) fn backups(venue: &Venue) -> Vec<Backup> {
    let one = |(path, standing): (&Path, &Standing)| Backup {
        id: path.whose.to_string(),
        name: path.name.to_string(),
        kind: path.kind.word().to_owned(),
        state: standing.state.word().to_owned(),
        last_proven_ms: standing.proven_ms,
        due_ms: standing.due_ms,
        within_days: path.within_days,
        by_probe: standing.by.as_ref().map(ToString::to_string),
        unexercised: path.unexercised().map(|part| part.name.to_string()).collect(),
    };
    venue.backups().map(one).collect()
}
