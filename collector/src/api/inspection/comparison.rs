//! Two runs side by side.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Shared;
use super::super::page::Page;
use super::super::problem::{Problem, ProblemDetails};
use super::plan_dto::{ComparedItem, ComparedSums, ComparedVenue, InspectionComparison};
use super::{head, inspection_run, number, read};
use crate::inspection::{Compared, Difference, Run, compare};

/// What of a comparison is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// The earlier run; the last of the same plan when not said.
    with: Option<u64>,
    /// Only venues of which this became.
    #[param(inline)]
    difference: Option<Difference>,
    /// How many to pass over.
    offset: Option<usize>,
    /// How many to give, at most 500; 100 when not said.
    limit: Option<usize>,
}

/// What is new, cured, still so or not tested since an earlier run. 404: there is none before.
#[utoipa::path(get, path = "/inspections/runs/{id}/compare", tag = "inspections", params(("id" = u64, Path,), Wanted),
    responses((status = 200, body = InspectionComparison), (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(in crate::api) async fn compared(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<InspectionComparison>, Problem> {
    let id = number(&id)?;
    let previous = || shared.books.inspections.load().previous(id);
    let none = || Problem::not_found("no earlier run of the same plan has ended");
    let with = wanted.with.or_else(previous).ok_or_else(none)?;
    let (now, before) = (inspection_run(&shared, id).await?, inspection_run(&shared, with).await?);
    let (heads, page) = ([head(&shared, id)?, head(&shared, with)?], Page::new(wanted.offset, wanted.limit)?);
    let archive = shared.documents.now();
    let work = move || {
        let all = compare(&before, &now);
        let mut sums = ComparedSums::default();
        all.iter().for_each(|one| *sum(&mut sums, one.difference) += 1);
        let is_wanted = |one: &&Compared| match wanted.difference {
            Some(difference) => one.difference == difference,
            None => one.difference != Difference::Steady,
        };
        let mut found: Vec<&Compared> = all.iter().filter(is_wanted).collect();
        found.sort_by_key(|one| one.difference);
        let items = page.of(&found).map(|one| venue(one, &now, &before)).collect();
        InspectionComparison {
            now: read::item(&heads[0], &archive),
            before: read::item(&heads[1], &archive),
            sums,
            total: found.len(),
            items,
        }
    };
    tokio::task::spawn_blocking(work).await.map(Json).map_err(|error| Problem::internal(&error))
}

const fn sum(sums: &mut ComparedSums, difference: Difference) -> &mut u32 {
    match difference {
        Difference::New => &mut sums.new,
        Difference::Still => &mut sums.still,
        Difference::Untested => &mut sums.untested,
        Difference::Cured => &mut sums.cured,
        Difference::OnlyNow => &mut sums.only_now,
        Difference::OnlyBefore => &mut sums.only_before,
        Difference::Steady => &mut sums.steady,
    }
}

fn venue(one: &Compared, now: &Run, before: &Run) -> ComparedVenue {
    let record = now.record(one.venue).or_else(|| before.record(one.venue));
    let item =
        |(title, before, now): &(String, _, _)| ComparedItem { title: title.clone(), before: *before, now: *now };
    ComparedVenue {
        venue: one.venue.to_string(),
        name: record.map(|record| record.name.to_string()).unwrap_or_default(),
        difference: one.difference,
        before: one.before,
        now: one.now,
        items: one.items.iter().map(item).collect(),
    }
}
