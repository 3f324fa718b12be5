//! The runs that a report of a response lists: what they came to in its places.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::place::Level;
use avow_shared::time::UnixMs;

use super::super::super::Shared;
use super::super::super::inspection::inspection_run;
use crate::assurance::Terms;
use crate::document::assurance::Inspected;
use crate::inspection::{Head, Tally};

/// The sums, by run, of those that began then and looked at rooms in the places of a response: of these rooms alone.
pub(super) async fn sums(shared: &Shared, terms: &Terms, is_in: impl Fn(UnixMs) -> bool) -> BTreeMap<u64, Tally> {
    let runs = shared.books.inspections.load_full();
    let mut sums = BTreeMap::new();
    for head in runs.heads.values().filter(|head| is_in(head.ordered.given_ms)) {
        let sum = match of_head(terms, head) {
            Some(sum) => sum,
            None => of_records(shared, terms, head).await,
        };
        if sum.venues + sum.excused > 0 {
            sums.insert(head.id, sum);
        }
    }
    sums
}

/// As the counties of a run say it; none when the response names a township or a village, which they do not tell apart.
fn of_head(terms: &Terms, head: &Head) -> Option<Tally> {
    let is_finer = terms.places.iter().any(|place| place.level() > Level::County && !head.counties.is_empty());
    (!is_finer).then(|| added(head.counties.iter().filter(|(county, _)| terms.covers(**county)).map(|(_, sum)| *sum)))
}

async fn of_records(shared: &Shared, terms: &Terms, head: &Arc<Head>) -> Tally {
    match inspection_run(shared, head.id).await {
        Ok(run) => {
            let covered = run.records.iter().filter(|record| terms.covers(record.venue.place));
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

    fn terms(places: &[&str]) -> Terms {
        let places = places.iter().map(|place| place.parse().expect("a place")).collect();
        Terms { level: crate::assurance::Level::Ii, places, from_ms: 0, to_ms: None, freeze: false, staff: Vec::new() }
    }

    /// Also of a run that names units alone: its rooms are what counts.
    #[test]
    fn of_a_run_that_is_larger_only_the_counties_of_the_response_count() {
        let mut head = Head::of(&crate::inspection::run_for_tests());
        let (venues, unfilled) = (3, 1);
        head.counties = ["3501", "350102", "350203"]
            .map(|county| (county.parse().expect("a place"), Tally { venues, unfilled, ..Tally::default() }))
            .into();
        head.ordered.work.scope = crate::scope::Scope::default();
        let sum = |places: &[&str]| of_head(&terms(places), &head).map(|sum| (sum.venues, sum.unfilled));
        assert_eq!((sum(&["3501"]), sum(&["350102", "3502"])), (Some((6, 2)), Some((6, 2))));
        assert_eq!((sum(&["35"]), sum(&["3509"])), (Some((9, 3)), Some((0, 0))));
        assert_eq!(sum(&["350102001"]), None, "a township is counted by its records");
    }
}
