//! The runs that a report of a response lists: what they came to in its places.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;

use super::super::super::Shared;
use super::super::super::inspection::inspection_run;
use crate::document::assurance::Inspected;
use crate::inspection::{Head, Tally};
use crate::province::Extent;

/// The sums, by run, of those that began then and looked at rooms in the places of a response: of these rooms alone.
pub(super) async fn sums(shared: &Shared, extent: &Extent, is_in: impl Fn(UnixMs) -> bool) -> BTreeMap<u64, Tally> {
    let runs = shared.books.inspections.load_full();
    let mut sums = BTreeMap::new();
    for head in runs.heads.values().filter(|head| is_in(head.ordered.given_ms)) {
        let sum = match of_head(extent, head) {
            Some(sum) => sum,
            None => of_records(shared, extent, head).await,
        };
        if sum.venues + sum.excused > 0 {
            sums.insert(head.id, sum);
        }
    }
    sums
}

/// As the counties of a run say it; none when the response names a township or a village, which they do not tell apart.
fn of_head(extent: &Extent, head: &Head) -> Option<Tally> {
    let is_finer = extent.splits_counties() && !head.counties.is_empty();
    (!is_finer).then(|| added(head.counties.iter().filter(|(county, _)| extent.has(**county)).map(|(_, sum)| *sum)))
}

async fn of_records(shared: &Shared, extent: &Extent, head: &Arc<Head>) -> Tally {
    match inspection_run(shared, head.id).await {
        Ok(run) => {
            let covered = run.records.iter().filter(|record| extent.has(record.venue.place));
            added(covered.map(|record| Tally::of(record, run.measure())))
        }
        Err(problem) => {
            tracing::warn!(run = head.id, detail = %problem.detail, "an inspection run is missing in a report");
            Tally::default()
        }
    }
}

fn added(sums: impl Iterator<Item = Tally>) -> Tally {
    sums.fold(Tally::default(), |mut all, one| {
        all.recount(&Tally::default(), &one);
        all
    })
}

/// As the report lists them.
pub(super) fn listed(shared: &Shared, sums: &BTreeMap<u64, Tally>) -> Vec<Inspected> {
    let runs = shared.books.inspections.load_full();
    let one = |(id, sum): (&u64, &Tally)| {
        let ordered = &runs.heads.get(id)?.ordered;
        Some(Inspected {
            title: ordered.title.to_string(),
            at_ms: ordered.given_ms,
            venues: sum.venues,
            normal: sum.normal + sum.fixed,
            abnormal: sum.abnormal,
            untested: sum.untested,
            unfilled: sum.unfilled,
            incomplete: sum.incomplete,
            open: sum.open,
        })
    };
    sums.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(places: &[&str]) -> Extent {
        let places: Vec<_> = places.iter().map(|place| place.parse().expect("a place")).collect();
        Extent::of(&places, crate::province::tree_for_tests())
    }

    /// Also of a run that names units alone: its rooms are what counts.
    #[test]
    fn of_a_run_that_is_larger_only_the_counties_of_the_response_count() {
        let mut head = Head::of(&crate::inspection::run_for_tests(2));
        let (venues, unfilled) = (3, 1);
        head.counties = ["3501", "350102", "350203"]
            .map(|county| (county.parse().expect("a place"), Tally { venues, unfilled, ..Tally::default() }))
            .into();
        head.ordered.work.scope = crate::scope::Scope::default();
        let sum = |places: &[&str]| of_head(&extent(places), &head).map(|sum| (sum.venues, sum.unfilled));
        assert_eq!((sum(&["3501"]), sum(&["350102", "3502"])), (Some((6, 2)), Some((6, 2))));
        assert_eq!((sum(&["35"]), sum(&["3509"])), (Some((9, 3)), Some((0, 0))));
        assert_eq!(sum(&["350102001"]), None, "a township is counted by its records");
    }
}
