//! Which places are to blame for venues that fell silent together: their uplink, and not the venues. Pure, over the sums of places.
//!
//! The question is put to [`blame`] like that of a cable in a room: each place below tells whether anything of it is heard, and covers its
//! own line and the one above it.

use avow_shared::blame::{Blame, Observation, Says, blame};

use super::counts::Counts;
use super::tree::Tree;

/// Fewer silent venues accuse nobody but themselves.
const FEWEST: u32 = 3;

/// The lines to be blamed for silence at or below `root`: of each branch the highest place of which nothing is heard, unless one
/// place below explains as much. In the order of codes.
#[must_use]
pub fn upstream(tree: &Tree, counts: &impl Fn(u32) -> Counts, root: u32) -> Vec<u32> {
    let mut blamed = Vec::new();
    look(tree, counts, root, &mut blamed);
    blamed
}

fn look(tree: &Tree, counts: &impl Fn(u32) -> Counts, at: u32, blamed: &mut Vec<u32>) {
    let sums = counts(at);
    if sums.silent < FEWEST {
        return;
    }
    // Who is heard clears the line: then nothing need be asked.
    if sums.silent == sums.venues && is_alone(&explanations(tree, counts, at), at) {
        blamed.push(at);
        return;
    }
    tree.children(at).iter().for_each(|child| look(tree, counts, *child, blamed));
}

/// A line: of a place below, or of the place itself; venues right at the place hang at a line of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    Of(u32),
    Own,
}

fn explanations(tree: &Tree, counts: &impl Fn(u32) -> Counts, at: u32) -> Vec<Vec<Line>> {
    let below = tree.children(at).iter().map(|child| (Line::Of(*child), counts(*child)));
    let mut own = counts(at);
    for (_, sums) in below.clone() {
        (own.venues, own.silent) = (own.venues - sums.venues, own.silent - sums.silent);
    }
    let told: Vec<_> =
        below.chain([(Line::Own, own)]).map(|(line, sums)| (line, says(&sums), [line, Line::Of(at)])).collect();
    let observations: Vec<_> = told
        .iter()
        .map(|(line, says, covers)| Observation { probe: *line, kind: "line", says: *says, covers })
        .collect();
    match blame(&observations) {
        Blame::Explained { explanations, .. } => {
            explanations.into_iter().map(|set| set.into_iter().collect()).collect()
        }
        Blame::Nothing | Blame::Contradictory { .. } => Vec::new(),
    }
}

const fn says(sums: &Counts) -> Says {
    match (sums.venues, sums.venues - sums.silent) {
        (0, _) => Says::Nothing,
        (_, 0) => Says::Fails,
        _ => Says::Works,
    }
}

/// Whether the line of `at` is the one shortest explanation.
fn is_alone(explanations: &[Vec<Line>], at: u32) -> bool {
    let mut single = explanations.iter().filter(|set| set.len() == 1);
    single.next().is_some_and(|set| set[0] == Line::Of(at)) && single.next().is_none()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use avow_shared::divisions::Divisions;

    use super::super::counts::{Class, Standing};
    use super::*;
    use crate::registry::Registry;

    fn tree() -> Tree {
        Tree::new(Divisions::fujian(), &Registry::default())
    }

    /// The lines blamed when these places have so many venues that are silent and so many that are heard.
    #[track_caller]
    fn check(venues: &[(&str, u32, u32)], expected: &[&str]) {
        let tree = tree();
        let mut sums: HashMap<u32, Counts> = HashMap::new();
        for (code, silent, heard) in venues {
            let at = tree.index(code.parse().expect("a code")).expect("a place");
            for place in tree.path(at) {
                let counts = sums.entry(place).or_default();
                (0..*silent).for_each(|_| counts.enter(Standing::Class(Class::Silent)));
                (0..*heard).for_each(|_| counts.enter(Standing::Class(Class::Pass)));
            }
        }
        let root = tree.index("35".parse().expect("a code")).expect("the province");
        let found = upstream(&tree, &|at| sums.get(&at).copied().unwrap_or_default(), root);
        let codes: Vec<String> = found.iter().map(|at| tree.place(*at).code.to_string()).collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn places_that_fell_silent_together_hang_at_the_line_above_them() {
        check(&[("350102001", 1, 0), ("350102002", 1, 0), ("350102", 1, 0), ("350103", 0, 4)], &["350102"]);
        check(&[("350102", 3, 0), ("350103", 5, 0), ("3502", 0, 1)], &["3501"]);
    }

    #[test]
    fn one_that_is_heard_clears_the_line_above_it() {
        check(&[("350102001", 1, 0), ("350102002", 1, 0), ("350102003", 0, 1), ("350102", 1, 0)], &[]);
        check(&[("350102001", 4, 0), ("350102001001", 2, 0), ("350102002", 0, 1)], &["350102001"]);
    }

    #[test]
    fn two_counties_are_two_lines() {
        check(
            &[("350102001", 2, 0), ("350102002", 2, 0), ("350104001", 3, 0), ("350104002", 3, 0), ("350103", 0, 2)],
            &["350102", "350104"],
        );
    }

    #[test]
    fn few_silent_venues_accuse_nobody_above_them() {
        check(&[("350102001", 1, 0), ("350102002", 1, 0), ("3502", 0, 9)], &[]);
        check(&[], &[]);
    }

    #[test]
    fn where_only_one_place_below_tells_anything_the_line_above_it_is_not_blamed() {
        check(&[("350102001001", 2, 0), ("350102001002", 2, 0), ("3502", 0, 1)], &["350102001"]);
        check(&[("350102001", 3, 0), ("3502", 0, 1)], &[]);
    }

    #[test]
    fn a_whole_province_is_asked_in_a_moment() {
        let tree = tree();
        let places = u32::try_from(tree.len()).expect("few");
        let mut sums = vec![Counts::default(); places as usize];
        for at in 0..places {
            let standing = Standing::Class(if at % 7 == 0 { Class::Pass } else { Class::Silent });
            tree.path(at).for_each(|place| sums[place as usize].enter(standing));
        }
        let root = tree.index("35".parse().expect("a code")).expect("the province");
        let began = std::time::Instant::now();
        let found = upstream(&tree, &|at| sums[at as usize], root);
        assert!(found.iter().all(|at| sums[*at as usize].silent == sums[*at as usize].venues));
        let most = if cfg!(debug_assertions) { 2_000 } else { 50 };
        assert!(began.elapsed().as_millis() < most, "{:?}", began.elapsed());
    }
}
