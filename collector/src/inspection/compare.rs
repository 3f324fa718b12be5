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
        let conclusions = [then.map(|record| before.conclusion(record)), this.map(|record| now.conclusion(record))];
        let has_bad = |record: &Record| record.results().any(|result| is_bad(Some(result)));
        // Where all is well in both, no item differs in what anybody wants to know.
        let both = then.zip(this).filter(|(then, this)| has_bad(then) || has_bad(this));
        let is_cured = || both.is_some_and(|(then, this)| is_cured(&results(before, then), &results(now, this)));
        Compared {
            venue,
            difference: difference(conclusions, is_cured),
            before: conclusions[0],
            now: conclusions[1],
            items: both.map(|(then, this)| items((before, then), (now, this))).unwrap_or_default(),
        }
    };
    venues.into_iter().map(one).collect()
}

fn difference(conclusions: [Option<Conclusion>; 2], is_cured: impl Fn() -> bool) -> Difference {
    match conclusions {
        [None, _] => Difference::OnlyNow,
        [_, None] => Difference::OnlyBefore,
        [Some(Conclusion::Abnormal), Some(Conclusion::Abnormal)] => Difference::Still,
        [Some(_), Some(Conclusion::Abnormal)] => Difference::New,
        [Some(Conclusion::Abnormal), Some(Conclusion::Normal | Conclusion::Fixed)] => Difference::Cured,
        // Not everything was looked at: what was abnormal may have been tested again all the same.
        [Some(Conclusion::Abnormal), Some(Conclusion::Unfilled | Conclusion::Incomplete)] if is_cured() => {
            Difference::Cured
        }
        [
            Some(Conclusion::Abnormal | Conclusion::Normal | Conclusion::Fixed),
            Some(Conclusion::Untested | Conclusion::Unfilled | Conclusion::Incomplete),
        ] => Difference::Untested,
        _ => Difference::Steady,
    }
}

/// Key, name and result of an item.
type Told = (String, String, Option<ItemResult>);

/// Whether everything that was abnormal was looked at again and is not.
fn is_cured(then: &[Told], this: &[Told]) -> bool {
    let is_abnormal = |result: Option<ItemResult>| result == Some(ItemResult::Abnormal);
    let is_right = |key: &str| {
        this.iter().any(|(now, _, result)| now == key && result.is_some_and(|result| !is_abnormal(Some(result))))
    };
    then.iter().filter(|(.., result)| is_abnormal(*result)).all(|(key, ..)| is_right(key))
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

fn results(run: &Run, record: &Record) -> Vec<Told> {
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

    use super::super::tests::{NOW, fill, outcome, run_of};
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
                    fill(run, n, ItemResult::Normal);
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

    #[test]
    fn what_is_not_filled_in_is_cured_when_its_fault_was_tested_again_and_else_untested() {
        // By a box, and by a person.
        for (is_person, expected) in [(false, Difference::Cured), (true, Difference::Untested)] {
            let (mut before, mut now) = (run_of(2, Spread::default()), run_of(2, Spread::default()));
            for run in [&mut before, &mut now] {
                for n in 0..2 {
                    run.outcome(&outcome(n, "extranet", Verdict::Pass, NOW + 1), NOW + 1);
                }
            }
            let verdict = if is_person { Verdict::Pass } else { Verdict::fail("camera.dead") };
            before.outcome(&outcome(0, "front", verdict, NOW + 1), NOW + 1);
            before.outcome(&outcome(1, "front", Verdict::Pass, NOW + 1), NOW + 1);
            fill(&mut before, 0, if is_person { ItemResult::Abnormal } else { ItemResult::Normal });
            fill(&mut before, 1, ItemResult::Normal);
            for n in 0..2 {
                now.outcome(&outcome(n, "front", Verdict::Pass, NOW + 1), NOW + 1);
            }
            let compared = compare(&before, &now);
            let told: Vec<_> = compared.iter().map(|one| (one.difference, one.now)).collect();
            let unfilled = Some(Conclusion::Unfilled);
            assert_eq!(told, [(expected, unfilled), (Difference::Untested, unfilled)], "a person: {is_person}");
        }
    }
}
