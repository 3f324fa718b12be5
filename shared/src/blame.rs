//! Which stages are to blame: from what probes say and cover, the smallest sets of stages that explain it.
//!
//! Used by the agent on the stages of a room and by the collector on the lines of a county. A success clears the stages
//! that it covers of failures of its own kind only: a line that carries packets may still distort sound.

use std::collections::BTreeSet;

/// The most stages that one explanation may blame.
pub const MOST_STAGES: usize = 3;

/// What one probe says.
#[derive(Clone, Debug)]
pub struct Observation<'a, P, S> {
    /// Which probe.
    pub probe: P,
    /// What kind of function it tests: the part of its findings before the dot.
    pub kind: &'a str,
    /// Its judgement.
    pub says: Says,
    /// The stages that it covers.
    pub covers: &'a [S],
}

/// A verdict as blame sees it: degraded is a failure of its kind, unknown is no observation but may still separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// All covered stages do their part.
    Works,
    /// At least one of them does not.
    Fails,
    /// Nothing.
    Nothing,
}

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame<P, S> {
    /// Nothing failed.
    Nothing,
    /// Irredundant sets of at most three stages, each of which explains all failures; smallest first.
    Explained {
        /// The sets, never empty.
        explanations: Vec<BTreeSet<S>>,
        /// When several remain: the probe whose answer separates them best.
        separate_by: Option<P>,
    },
    /// No such set: a smallest set of probes that cannot all be right.
    Contradictory {
        /// The probes.
        probes: Vec<P>,
    },
}

/// Blames. Answers depend on the set of observations, not on their order, except in the order of equal sets.
#[must_use]
pub fn blame<P: Clone + Ord, S: Clone + Ord>(observations: &[Observation<'_, P, S>]) -> Blame<P, S> {
    let failures: Vec<_> = observations.iter().filter(|o| o.says == Says::Fails).collect();
    if failures.is_empty() {
        return Blame::Nothing;
    }
    let explanations = explanations(observations);
    if explanations.is_empty() {
        return Blame::Contradictory { probes: contradiction(observations) };
    }
    let separate_by = separating(observations, &explanations);
    Blame::Explained { explanations, separate_by }
}

/// The stages that may be at fault for `failure`: covered by it, and by no success of its kind.
fn suspects<P, S: Clone + Ord>(failure: &Observation<'_, P, S>, all: &[Observation<'_, P, S>]) -> BTreeSet<S> {
    let cleared =
        |stage: &S| all.iter().any(|o| o.says == Says::Works && o.kind == failure.kind && o.covers.contains(stage));
    failure.covers.iter().filter(|stage| !cleared(stage)).cloned().collect()
}

fn explanations<P, S: Clone + Ord>(all: &[Observation<'_, P, S>]) -> Vec<BTreeSet<S>> {
    let suspects: BTreeSet<BTreeSet<S>> =
        all.iter().filter(|o| o.says == Says::Fails).map(|failure| suspects(failure, all)).collect();
    let mut found = BTreeSet::new();
    hit(&suspects.into_iter().collect::<Vec<_>>(), &BTreeSet::new(), &mut found);
    let irredundant = |set: &&BTreeSet<S>| !found.iter().any(|other| other.len() < set.len() && other.is_subset(set));
    let mut sets: Vec<_> = found.iter().filter(irredundant).cloned().collect();
    sets.sort_by_key(BTreeSet::len);
    sets
}

/// Collects every set of at most three stages that hits each of `suspects`, by branching on the first that is not hit.
fn hit<S: Clone + Ord>(suspects: &[BTreeSet<S>], chosen: &BTreeSet<S>, found: &mut BTreeSet<BTreeSet<S>>) {
    let Some(open) = suspects.iter().filter(|set| set.is_disjoint(chosen)).min_by_key(|set| set.len()) else {
        found.insert(chosen.clone());
        return;
    };
    if chosen.len() == MOST_STAGES {
        return;
    }
    for stage in open {
        let mut next = chosen.clone();
        next.insert(stage.clone());
        hit(suspects, &next, found);
    }
}

/// A smallest set of observations that no set of at most three stages explains.
fn contradiction<P: Clone + Ord, S: Clone + Ord>(all: &[Observation<'_, P, S>]) -> Vec<P> {
    let failures: Vec<_> = all.iter().filter(|o| o.says == Says::Fails).collect();
    let refuted = failures.iter().filter_map(|failure| refutation(failure, all)).min_by_key(Vec::len);
    // Otherwise each failure has its suspects, but no three stages serve all of them.
    let mut probes = refuted.unwrap_or_else(|| too_many(&failures, all));
    probes.sort();
    probes
}

/// `failure` and a smallest set of successes of its kind that together clear all that it covers.
fn refutation<P: Clone, S: Clone + Ord>(
    failure: &Observation<'_, P, S>,
    all: &[Observation<'_, P, S>],
) -> Option<Vec<P>> {
    if !suspects(failure, all).is_empty() {
        return None;
    }
    let wanted: BTreeSet<&S> = failure.covers.iter().collect();
    let clearing: Vec<_> = all.iter().filter(|o| o.says == Says::Works && o.kind == failure.kind).collect();
    let covers =
        |chosen: &[usize]| wanted.iter().all(|stage| chosen.iter().any(|at| clearing[*at].covers.contains(stage)));
    let smallest = smallest_subset(clearing.len(), &covers)?;
    Some(
        std::iter::once(failure.probe.clone())
            .chain(smallest.into_iter().map(|at| clearing[at].probe.clone()))
            .collect(),
    )
}

/// A smallest set of failures, with the successes that narrow them, that needs more than three stages.
fn too_many<P: Clone + Ord, S: Clone + Ord>(
    failures: &[&Observation<'_, P, S>],
    all: &[Observation<'_, P, S>],
) -> Vec<P> {
    let mut kept: Vec<_> = all.iter().filter(|o| o.says != Says::Nothing).cloned().collect();
    let few = |chosen: &[usize]| {
        let picked: BTreeSet<&P> = chosen.iter().map(|at| &failures[*at].probe).collect();
        let subset: Vec<_> =
            all.iter().filter(|o| o.says == Says::Works || picked.contains(&o.probe)).cloned().collect();
        explanations(&subset).is_empty()
    };
    if let Some(chosen) = smallest_subset(failures.len(), &few) {
        let picked: BTreeSet<&P> = chosen.iter().map(|at| &failures[*at].probe).collect();
        kept.retain(|o| o.says == Says::Works || picked.contains(&o.probe));
    }
    // Successes that narrow nothing are dropped one by one.
    let mut at = 0;
    while at < kept.len() {
        let mut without = kept.clone();
        without.remove(at);
        if without.iter().any(|o| o.says == Says::Fails) && explanations(&without).is_empty() {
            kept = without;
        } else {
            at += 1;
        }
    }
    kept.into_iter().map(|o| o.probe).collect()
}

/// How many subsets are tried before a smallest one is given up for all: a room has some twenty probes.
const MOST_SUBSETS: usize = 200_000;

/// A smallest set of indices below `n` that satisfies `fits` (which holds for all of them), by growing size.
fn smallest_subset(n: usize, fits: &dyn Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    let mut tried = 0;
    for size in 1..=n {
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            if fits(&chosen) {
                return Some(chosen);
            }
            tried += 1;
            if tried > MOST_SUBSETS {
                return shrink((0..n).collect(), fits);
            }
            if !next_combination(&mut chosen, n) {
                break;
            }
        }
    }
    None
}

/// Drops what is not needed, one after the other: irredundant, though perhaps not smallest.
fn shrink(mut chosen: Vec<usize>, fits: &dyn Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    let mut at = 0;
    while at < chosen.len() {
        let mut without = chosen.clone();
        without.remove(at);
        if fits(&without) {
            chosen = without;
        } else {
            at += 1;
        }
    }
    fits(&chosen).then_some(chosen)
}

fn next_combination(chosen: &mut [usize], n: usize) -> bool {
    let size = chosen.len();
    let Some(at) = (0..size).rev().find(|at| chosen[*at] < n - size + at) else { return false };
    chosen[at] += 1;
    for later in at + 1..size {
        chosen[later] = chosen[later - 1] + 1;
    }
    true
}

/// The probe whose next answer halves the remaining explanations best; none when no probe tells them apart.
fn separating<P: Clone + Ord, S: Clone + Ord>(
    all: &[Observation<'_, P, S>],
    explanations: &[BTreeSet<S>],
) -> Option<P> {
    let accused = |o: &Observation<'_, P, S>| {
        explanations.iter().filter(|set| o.covers.iter().any(|stage| set.contains(stage))).count()
    };
    all.iter()
        .filter(|o| o.says == Says::Nothing)
        .map(|o| (accused(o).min(explanations.len() - accused(o)), o))
        .filter(|(split, _)| *split > 0)
        .max_by(|(split, o), (other_split, other)| {
            split.cmp(other_split).then(other.covers.len().cmp(&o.covers.len())).then(other.probe.cmp(&o.probe))
        })
        .map(|(_, o)| o.probe.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Seen = (&'static str, &'static str, Says, &'static [&'static str]);

    fn judge(seen: &[Seen]) -> Blame<&'static str, &'static str> {
        let all: Vec<_> = seen
            .iter()
            .map(|(probe, kind, says, covers)| Observation { probe: *probe, kind, says: *says, covers })
            .collect();
        blame(&all)
    }

    fn sets(sets: &[&[&'static str]]) -> Vec<BTreeSet<&'static str>> {
        sets.iter().map(|set| set.iter().copied().collect()).collect()
    }

    #[test]
    fn what_works_clears_its_stages() {
        let found = judge(&[
            ("loop", "audio", Says::Fails, &["mic", "mixer", "terminal"]),
            ("desk", "audio", Says::Works, &["mic", "mixer"]),
        ]);
        assert_eq!(found, Blame::Explained { explanations: sets(&[&["terminal"]]), separate_by: None });
    }

    #[test]
    fn one_common_stage_comes_before_two() {
        let found = judge(&[
            ("sound", "audio", Says::Fails, &["mic", "terminal"]),
            ("picture", "picture", Says::Fails, &["camera", "terminal"]),
        ]);
        let expected = sets(&[&["terminal"], &["camera", "mic"]]);
        assert_eq!(found, Blame::Explained { explanations: expected, separate_by: None });
    }

    #[test]
    fn a_probe_without_an_answer_is_named_when_it_would_separate() {
        let found = judge(&[
            ("loop", "audio", Says::Fails, &["mic", "mixer"]),
            ("desk", "audio", Says::Nothing, &["mixer"]),
            ("far", "audio", Says::Nothing, &["mcu"]),
        ]);
        assert_eq!(found, Blame::Explained { explanations: sets(&[&["mic"], &["mixer"]]), separate_by: Some("desk") });
    }

    #[test]
    fn a_success_of_another_kind_clears_nothing() {
        let found = judge(&[("sound", "audio", Says::Fails, &["line"]), ("ping", "line", Says::Works, &["line"])]);
        assert_eq!(found, Blame::Explained { explanations: sets(&[&["line"]]), separate_by: None });
    }

    #[test]
    fn probes_that_cannot_all_be_right_are_named_and_no_others() {
        let found = judge(&[
            ("loop", "audio", Says::Fails, &["mic", "mixer"]),
            ("mic", "audio", Says::Works, &["mic"]),
            ("mixer", "audio", Says::Works, &["mixer"]),
            ("both", "audio", Says::Works, &["mic", "mixer"]),
            ("far", "audio", Says::Works, &["mcu"]),
        ]);
        assert_eq!(found, Blame::Contradictory { probes: vec!["both", "loop"] });
    }

    #[test]
    fn four_separate_faults_are_more_than_one_explanation_may_blame() {
        let found = judge(&[
            ("a", "x", Says::Fails, &["a"]),
            ("b", "x", Says::Fails, &["b"]),
            ("c", "x", Says::Fails, &["c"]),
            ("d", "x", Says::Fails, &["d"]),
            ("e", "x", Says::Works, &["e"]),
        ]);
        assert_eq!(found, Blame::Contradictory { probes: vec!["a", "b", "c", "d"] });
    }

    #[test]
    fn nothing_failed_nothing_blamed() {
        assert_eq!(judge(&[("a", "x", Says::Works, &["a"]), ("b", "x", Says::Nothing, &["b"])]), Blame::Nothing);
    }

    type RandomProbe = (u8, Says, Vec<u8>);

    fn any_probes() -> impl Strategy<Value = Vec<RandomProbe>> {
        let says = prop_oneof![Just(Says::Works), Just(Says::Fails), Just(Says::Fails), Just(Says::Nothing)];
        prop::collection::vec((0u8..2, says, prop::collection::vec(0u8..7, 1..5)), 1..9)
    }

    /// The definition, word for word, over all sets of at most three of seven stages.
    fn by_definition(probes: &[RandomProbe]) -> Vec<BTreeSet<u8>> {
        let explains = |set: &BTreeSet<u8>| {
            probes.iter().filter(|(_, says, _)| *says == Says::Fails).all(|(kind, _, covers)| {
                set.iter().any(|stage| {
                    let cleared = |(k, says, c): &RandomProbe| k == kind && *says == Says::Works && c.contains(stage);
                    covers.contains(stage) && !probes.iter().any(cleared)
                })
            })
        };
        let subsets = (0u8..128).map(|bits| (0..7).filter(|stage| bits >> stage & 1 == 1).collect::<BTreeSet<u8>>());
        let all: Vec<_> = subsets.filter(|set| set.len() <= MOST_STAGES && explains(set)).collect();
        let mut sets: Vec<_> =
            all.iter().filter(|set| !all.iter().any(|o| o.len() < set.len() && o.is_subset(set))).cloned().collect();
        sets.sort_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
        sets
    }

    proptest! {
        #[test]
        fn it_agrees_with_its_definition(probes in any_probes()) {
            let kinds = ["x", "y"];
            let all: Vec<_> = probes.iter().enumerate()
                .map(|(at, (kind, says, covers))| Observation { probe: at, kind: kinds[usize::from(*kind)], says: *says, covers }).collect();
            let expected = by_definition(&probes);
            match blame(&all) {
                Blame::Nothing => prop_assert!(probes.iter().all(|(_, says, _)| *says != Says::Fails)),
                Blame::Explained { explanations, .. } => prop_assert_eq!(explanations, expected),
                Blame::Contradictory { probes: named } => {
                    prop_assert!(expected.is_empty());
                    let only: Vec<_> = named.iter().map(|at| all[*at].clone()).collect();
                    let still_contradictory = matches!(blame(&only), Blame::Contradictory { .. });
                    prop_assert!(still_contradictory);
                    for left_out in 0..only.len() {
                        let mut fewer = only.clone();
                        fewer.remove(left_out);
                        let resolved = !matches!(blame(&fewer), Blame::Contradictory { .. });
                        prop_assert!(resolved, "every named probe is needed");
                    }
                }
            }
        }
    }
}
