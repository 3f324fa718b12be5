//! The verdict on one picture, of its figures. Pure.

use avow_analysis::picture::sequence::Stillness;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use crate::probe::limits::{Rule, judge as judge_limits};
use crate::probe::measures::{BARS, CARD};

/// Black: mean and deviation at most this.
const BLACK: (f64, f64) = (16.0, 8.0);
/// A dark picture with at least this part of lights is a hall at night, no black; per cent.
const LIGHTS: f64 = 0.05;

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Mean luma.
    pub(super) mean: f64,
    /// Deviation of luma.
    pub(super) deviation: f64,
    /// Per cent of the picture that is a light.
    pub(super) lights: f64,
    /// Frozen or not.
    pub(super) stillness: Stillness,
}

/// What says what it is before what only looks wrong: a card and bars are dark or flat, too. Black before white and flat, these before
/// frozen (a black picture stands still too), suspicions last.
pub(super) fn judge(seen: &Seen, rules: &[Rule], values: &[Value]) -> Verdict {
    let is_named = |rule: &&Rule| rule.value == CARD.name || rule.value == BARS.name;
    let named: Vec<Rule> = rules.iter().filter(is_named).copied().collect();
    match judge_limits(&named, values) {
        Verdict::Pass => {}
        verdict => return verdict,
    }
    if seen.mean <= BLACK.0 && seen.deviation <= BLACK.1 && seen.lights < LIGHTS {
        return Verdict::fail("picture.black");
    }
    match judge_limits(rules, values) {
        verdict @ Verdict::Fail { .. } => verdict,
        _ if seen.stillness == Stillness::Frozen => Verdict::fail("picture.frozen"),
        verdict => verdict,
    }
}
