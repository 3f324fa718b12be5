//! The roll calls that responses ask for (点名 a day): a plan for each place that follows one, as a person would keep it as a schedule. Pure.

use avow_shared::place::PlaceCode;
use avow_shared::time::UnixMs;

use super::{Assurance, Level, MOST_CALLS, Response};
use crate::calendar::{Days, Minute, Rule, Times};
use crate::province::Tree;
use crate::roll_call::Kind;
use crate::schedules::{MAX_NAME_CHARS, Plan};
use crate::scope::{Except, MOST_PLACES, Scope, Whom};

/// The first call of a day is at eight, so that a level with one a day calls before the day's work.
const FIRST_MINUTE: u32 = 8 * 60;
const DAY_MINUTES: u32 = 24 * 60;
/// What the people who are called know as the usual time to answer.
const DEADLINE_S: u32 = 180;

impl Assurance {
    /// What is called while these responses are in force, by their numbers. A place is called for the highest response alone, so that a
    /// lower one leaves its places out; one that is left with none calls nobody.
    #[must_use]
    pub fn calls(&self, tree: &Tree, now: UnixMs) -> Vec<(u64, Plan)> {
        // A minute apart, so that a morning with many responses does not ask for more calls at once than there may be; those to come
        // have their minute already, so that a call only ever moves forward.
        let open = (0..).zip(self.responses().filter(|(_, response)| !response.is_over(now)));
        let on = open.filter(|(_, (_, response))| response.is_on(now));
        on.filter_map(|(nth, (id, response))| Some((id, self.call((id, response), nth, tree, now)?))).collect()
    }

    /// The call of the `nth` response in force or to come.
    fn call(&self, (id, response): (u64, &Response), nth: u32, tree: &Tree, now: UnixMs) -> Option<Plan> {
        let terms = response.terms()?;
        let rule = self.rules.of(terms.level);
        let times = times(rule.roll_calls_a_day, nth)?;
        let above = self.above(id, terms.level, now);
        let is_in = |place: PlaceCode, others: &[PlaceCode]| others.iter().any(|other| tree.lies_in(place, *other));
        let mut places: Vec<PlaceCode> = terms.places.iter().copied().filter(|place| !is_in(*place, &above)).collect();
        // None of them within another: a scope names each once. Scopes go by the tree, too.
        let all = places.clone();
        places.retain(|place| !all.iter().any(|other| other != place && tree.lies_in(*place, *other)));
        let mut except: Vec<PlaceCode> = above.into_iter().filter(|place| is_in(*place, &places)).collect();
        if except.len() > MOST_PLACES {
            let cut = except.len() - MOST_PLACES;
            tracing::warn!(response = id, cut, "places that a higher response calls are called for this one too");
            except.truncate(MOST_PLACES);
        }
        let last = response.history.last()?;
        let basis = if response.document.is_empty() { &response.authority } else { &response.document };
        (!places.is_empty()).then(|| Plan {
            name: format!("重保点名：{}", response.title).chars().take(MAX_NAME_CHARS).collect::<String>().into(),
            rule: Rule { days: Days::Every, times },
            whom: Whom::These(Scope {
                places,
                except: Except { places: except, ..Except::default() },
                ..Scope::default()
            }),
            depth: rule.depth,
            deadline_s: DEADLINE_S,
            // Nobody is asked at that moment whether it may be heard: what the interlock lets a schedule do is done.
            confirmed: false,
            kind: Kind::Emergency,
            operator: last.person.clone(),
            basis: basis.clone(),
            paused: false,
        })
    }

    /// The places of responses that come before this one: higher, or as high and earlier.
    fn above(&self, id: u64, level: Level, now: UnixMs) -> Vec<PlaceCode> {
        let before = self.responses().filter(|(other, response)| {
            response.is_on(now) && response.terms().is_some_and(|terms| (terms.level, *other) < (level, id))
        });
        let mut places: Vec<PlaceCode> =
            before.filter_map(|(_, response)| response.terms()).flat_map(|terms| terms.places.clone()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// So many times of a day, as far from each other as they can be, and so many minutes later; none of none.
fn times(a_day: u8, later: u32) -> Option<Times> {
    let count = u32::from(a_day.min(MOST_CALLS));
    let mut minutes: Vec<u32> =
        (0..count).map(|nth| (FIRST_MINUTE + later + nth * DAY_MINUTES / count) % DAY_MINUTES).collect();
    minutes.sort_unstable();
    let minute = |of_day: u32| Minute::new(u8::try_from(of_day / 60).ok()?, u8::try_from(of_day % 60).ok()?);
    let at: Vec<Minute> = minutes.into_iter().filter_map(minute).collect();
    (!at.is_empty()).then_some(Times::At(at))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW as T, response, terms};
    use super::*;
    use avow_shared::roll_call::Depth;

    use crate::assurance::{Change, Rules, Terms};
    use crate::province::tree_for_tests as tree;

    fn all(of: &[(Level, &[&str])]) -> Assurance {
        let mut all = Assurance::default();
        for (nth, (level, places)) in (0..).zip(of) {
            let places = places.iter().map(|place| place.parse().expect("a place")).collect();
            let response = response(Terms { places, ..terms(*level, "35", false) });
            all.change(Change::Start(response), tree(), T + nth).expect("is taken");
        }
        all
    }

    fn whom(plan: &Plan) -> (Vec<String>, Vec<String>) {
        let Whom::These(scope) = &plan.whom else { panic!("a scope") };
        let codes = |places: &[PlaceCode]| places.iter().map(ToString::to_string).collect();
        (codes(&scope.places), codes(&scope.except.places))
    }

    #[test]
    fn a_level_calls_as_often_as_its_rule_says_and_always_at_eight() {
        let times = |count| {
            times(count, 0).map(|times| match times {
                Times::At(at) => at.iter().map(ToString::to_string).collect::<Vec<_>>(),
                Times::Hours { .. } => Vec::new(),
            })
        };
        assert_eq!(times(0), None);
        assert_eq!(times(1), Some(vec!["08:00".to_owned()]));
        assert_eq!(times(2), Some(["08:00", "20:00"].map(str::to_owned).into()));
        assert_eq!(times(4), Some(["02:00", "08:00", "14:00", "20:00"].map(str::to_owned).into()));
        for count in 1..=u8::MAX {
            let of_day = times(count).expect("some");
            assert_eq!(of_day.len(), usize::from(count.min(MOST_CALLS)));
            assert!(of_day.contains(&"08:00".to_owned()), "{count}");
            let rule = super::times(count, 0).map(|times| Rule { days: Days::Every, times });
            rule.expect("a rule").check().expect("is one");
        }
    }

    #[test]
    fn nine_responses_call_a_minute_apart_from_eight_on() {
        let places: Vec<String> = (1..=9).map(|n| format!("350{n}")).collect();
        let of: Vec<[&str; 1]> = places.iter().map(|place| [place.as_str()]).collect();
        let nine: Vec<(Level, &[&str])> = of.iter().map(|place| (Level::Iv, place.as_slice())).collect();
        let calls = all(&nine).calls(tree(), T + 9);
        let minutes = calls.iter().map(|(_, plan)| match &plan.rule.times {
            Times::At(at) => at.iter().map(ToString::to_string).collect(),
            Times::Hours { .. } => String::new(),
        });
        assert_eq!(minutes.collect::<Vec<_>>(), (0..9).map(|n| format!("08:0{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_place_is_called_for_the_highest_response_alone() {
        let two = all(&[(Level::Iii, &["3501", "350203"]), (Level::I, &["350102", "3502"])]);
        let calls = two.calls(tree(), T + 2);
        assert_eq!(
            calls.iter().map(|(id, plan)| (*id, whom(plan))).collect::<Vec<_>>(),
            [
                (T, (vec!["3501".to_owned()], vec!["350102".to_owned()])),
                (T + 1, (vec!["350102".to_owned(), "3502".to_owned()], vec![])),
            ]
        );
        assert_eq!((calls[0].1.kind, calls[0].1.confirmed, calls[0].1.depth), (Kind::Emergency, false, Depth::Present));
        let covered = all(&[(Level::Iv, &["350102"]), (Level::Iv, &["3501", "350102"])]);
        let calls = covered.calls(tree(), T + 2);
        assert_eq!(calls.len(), 2, "of two that are as high the first comes first");
        assert_eq!(whom(&calls[1].1), (vec!["3501".to_owned()], vec!["350102".to_owned()]));
        let within = all(&[(Level::Iv, &["350102"]), (Level::Ii, &["3501"])]);
        assert_eq!(within.calls(tree(), T + 2).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [T + 1]);
    }

    /// 平潭 (350128) lies in 福州 (3501) by its code and beside it in the tree, by which calls go too.
    #[test]
    fn what_lies_beside_a_place_in_the_tree_is_called_for_its_own_response_and_for_that_of_the_province() {
        let whoms = |of: &[(Level, &[&str])]| {
            let calls = all(of).calls(tree(), T + 9);
            calls.iter().map(|(_, plan)| whom(plan)).collect::<Vec<_>>()
        };
        let said = |places: &[&str], except: &[&str]| {
            let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
            (texts(places), texts(except))
        };
        let beside = whoms(&[(Level::I, &["3501"]), (Level::Iv, &["350128"]), (Level::Ii, &["35"])]);
        assert_eq!(beside, [said(&["3501"], &[]), said(&["35"], &["3501"])], "the province comes before 平潭");
        let lower = whoms(&[(Level::Iv, &["3501", "350128"]), (Level::I, &["350128"])]);
        assert_eq!(lower, [said(&["3501"], &[]), said(&["350128"], &[])]);
        let both = whoms(&[(Level::I, &["350128"]), (Level::Iv, &["35"])]);
        assert_eq!(both, [said(&["350128"], &[]), said(&["35"], &["350128"])]);
    }

    #[test]
    fn nobody_is_called_for_what_is_not_in_force_or_asks_for_none() {
        let mut one = all(&[(Level::Iv, &["3501"])]);
        assert_eq!((one.calls(tree(), T).len(), one.calls(tree(), T - 1).len()), (1, 0));
        let mut rules = Rules::default();
        rules.0[3].depth = Depth::Ready;
        one.change(Change::Rules(rules, "王五".into()), tree(), T).expect("is taken");
        assert_eq!(one.calls(tree(), T)[0].1.depth, Depth::Ready);
        rules.0[3].roll_calls_a_day = 0;
        one.change(Change::Rules(rules, "王五".into()), tree(), T).expect("is taken");
        assert!(one.calls(tree(), T).is_empty());
    }
}
