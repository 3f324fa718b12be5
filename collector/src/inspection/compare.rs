//! Two runs of one plan side by side: what is new, what is cured, what is still so, what was not tested this time. Pure.

use std::collections::HashMap;

use avow_shared::id::VenueId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{Conclusion, ItemResult, ItemState, Record};
use super::run::Run;

/// What became of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// 新增: it was not abnormal, and is.
    New,
    /// 仍异常.
    Still,
    /// 本次未检: it was tested, and is not.
    Untested,
    /// 已消除: it was abnormal, and is not.
    Cured,
    /// 仅本次.
    OnlyNow,
    /// 仅上次.
    OnlyBefore,
    /// 持平: neither then nor now.
    Steady,
}

/// One venue in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The venue.
    pub venue: VenueId,
    /// What became of it.
    pub difference: Difference,
    /// Its conclusion in the earlier run.
    pub before: Option<Conclusion>,
    /// In the later one.
    pub now: Option<Conclusion>,
    /// Items whose result differs, by name: before, now.
    pub items: Vec<(String, Option<ItemResult>, Option<ItemResult>)>,
}

/// Every venue of both, in the order of their codes.
#[must_use]
pub fn compare(before: &Run, now: &Run) -> Vec<Compared> {
    let mut venues: Vec<VenueId> = before.records.iter().chain(&now.records).map(|record| record.venue).collect();
    venues.sort_unstable();
    venues.dedup();
    let one = |venue: VenueId| {
        let (then, this) = (before.record(venue), now.record(venue));
        let conclusions = [then, this].map(|record| record.map(|record| record.conclusion()));
        let has_bad = |record: &Record| record.results().any(|result| is_bad(Some(result)));
        // Where all is well in both, no item differs in what anybody wants to know.
        let both = then.zip(this).filter(|(then, this)| has_bad(then) || has_bad(this));
        Compared {
            venue,
            difference: difference(conclusions),
            before: conclusions[0],
            now: conclusions[1],
            items: both.map(|(then, this)| items((before, then), (now, this))).unwrap_or_default(),
        }
    };
    venues.into_iter().map(one).collect()
}

const fn difference(conclusions: [Option<Conclusion>; 2]) -> Difference {
    match conclusions {
        [None, _] => Difference::OnlyNow,
        [_, None] => Difference::OnlyBefore,
        [Some(Conclusion::Abnormal), Some(Conclusion::Abnormal)] => Difference::Still,
        [Some(_), Some(Conclusion::Abnormal)] => Difference::New,
        [Some(Conclusion::Abnormal), Some(Conclusion::Normal | Conclusion::Fixed)] => Difference::Cured,
        [Some(Conclusion::Abnormal | Conclusion::Normal | Conclusion::Fixed), Some(Conclusion::Untested)] => {
            Difference::Untested
        }
        _ => Difference::Steady,
    }
}

fn items(
    (before, then): (&Run, &Record),
    (now, this): (&Run, &Record),
) -> Vec<(String, Option<ItemResult>, Option<ItemResult>)> {
    let (then, this) = (results(before, then), results(now, this));
    let was: HashMap<&str, Option<ItemResult>> = then.iter().map(|(key, _, result)| (key.as_str(), *result)).collect();
    let differs = this.into_iter().filter_map(|(key, title, result)| {
        let before = *was.get(key.as_str())?;
        (before != result && (is_bad(before) || is_bad(result))).then_some((title, before, result))
    });
    differs.collect()
}

const fn is_bad(result: Option<ItemResult>) -> bool {
    matches!(result, Some(ItemResult::Abnormal | ItemResult::Degraded))
}

/// Key, name and result of every item.
fn results(run: &Run, record: &Record) -> Vec<(String, String, Option<ItemResult>)> {
    let auto = record.items.iter().filter_map(|item| {
        let label = run.labels.get(item.label as usize)?;
        let result = if let ItemState::Found(found) = &item.state { Some(found.result) } else { None };
        Some((format!("probe {}", label.probe), label.name.to_string(), result))
    });
    let manual = run.ordered.work.manual.iter().enumerate().map(|(at, item)| {
        (format!("person {}", item.key), item.title.clone(), record.filled(at).map(|filled| filled.result))
    });
    auto.chain(manual).collect()
}

#[cfg(test)]
mod tests {
    use avow_shared::outcome::Verdict;

    use super::super::tests::{NOW, outcome, run_of};
    use super::super::{Spread, tests::venue};
    use super::*;

    #[test]
    fn new_faults_cured_ones_and_those_that_stay_are_told_apart() {
        let (mut before, mut now) = (run_of(5, Spread::default()), run_of(6, Spread::default()));
        let failed = || Verdict::fail("line.down");
        for (run, verdicts) in [
            (&mut before, [failed(), failed(), Verdict::Pass, Verdict::Pass, Verdict::Pass]),
            (&mut now, [failed(), Verdict::Pass, failed(), Verdict::Pass, Verdict::Pass]),
        ] {
            let is_now = run.records.len() == 6;
            for (n, verdict) in (0..5).zip(verdicts) {
                if !(is_now && n == 4) {
                    run.outcome(&outcome(n, "extranet", verdict, NOW + 1), NOW + 1);
                    run.outcome(&outcome(n, "front", Verdict::Pass, NOW + 1), NOW + 1);
                }
            }
            run.end_due(NOW + 100 * 60_000, |_| true);
        }
        let compared = compare(&before, &now);
        let of = |n| compared.iter().find(|one| one.venue == venue(n)).map(|one| one.difference);
        let expected = [
            Difference::Still,
            Difference::Cured,
            Difference::New,
            Difference::Steady,
            Difference::Untested,
            Difference::OnlyNow,
        ];
        assert_eq!((0..6).filter_map(of).collect::<Vec<_>>(), expected);
        let new = compared.iter().find(|one| one.difference == Difference::New).expect("one");
        assert_eq!(new.items, [("extranet".to_owned(), Some(ItemResult::Normal), Some(ItemResult::Abnormal))]);
    }
}
