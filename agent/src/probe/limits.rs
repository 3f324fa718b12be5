//! Limits as data: the defaults of a kind, what the configuration changes of them, and the verdict they give.

use std::collections::BTreeMap;

use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::{Grade, Limit, Side};
use serde::Deserialize;

use super::BadSetup;
use super::measures::Measure;

/// A limit, the key that changes it, and the finding of what exceeds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The key under `limits`.
    pub key: &'static str,
    /// The value that is judged.
    pub value: &'static str,
    /// Which side is good.
    pub side: Side,
    /// Good up to here, in the value's unit.
    pub good: f64,
    /// Tolerable up to here; none: never a failure.
    pub tolerable: Option<f64>,
    /// What it is called when it is exceeded.
    pub finding: &'static str,
}

impl Rule {
    /// Small is good.
    #[must_use]
    pub const fn at_most(of: Measure, good: f64, tolerable: Option<f64>, finding: &'static str) -> Self {
        Self { key: of.name, value: of.name, side: Side::AtMost, good, tolerable, finding }
    }

    /// Large is good.
    #[must_use]
    pub const fn at_least(of: Measure, good: f64, tolerable: Option<f64>, finding: &'static str) -> Self {
        Self { key: of.name, value: of.name, side: Side::AtLeast, good, tolerable, finding }
    }

    /// Under another key than its value's name, where one value has a limit on either side.
    #[must_use]
    pub const fn keyed(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }

    /// As declared to HQ.
    ///
    /// # Panics
    /// Never: value names are literals of the program.
    #[must_use]
    pub fn limit(&self) -> Limit {
        let value = self.value.parse().expect("a literal value name");
        Limit { value, side: self.side, good: self.good, tolerable: self.tolerable }
    }

    fn is_ordered(&self) -> bool {
        let tolerable = self.tolerable.unwrap_or(self.good);
        let ordered = match self.side {
            Side::AtMost => self.good <= tolerable,
            Side::AtLeast => self.good >= tolerable,
        };
        ordered && self.good.is_finite() && tolerable.is_finite()
    }
}

/// What the configuration changes: `limits = { loss = { good = 1, tolerable = 10 } }`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Overrides(BTreeMap<String, Override>);

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Override {
    good: Option<f64>,
    tolerable: Option<f64>,
}

impl Overrides {
    /// `defaults` as changed.
    #[must_use]
    pub fn apply(&self, defaults: &[Rule]) -> Vec<Rule> {
        let change = |rule: &Rule| match self.0.get(rule.key) {
            None => *rule,
            Some(change) => {
                Rule { good: change.good.unwrap_or(rule.good), tolerable: change.tolerable.or(rule.tolerable), ..*rule }
            }
        };
        defaults.iter().map(change).collect()
    }

    /// Checks that only known limits are changed, into an order that makes sense.
    ///
    /// # Errors
    /// The first key that is wrong.
    pub fn check(&self, defaults: &[Rule]) -> Result<(), BadSetup> {
        if let Some(key) = self.0.keys().find(|key| !defaults.iter().any(|rule| rule.key == key.as_str())) {
            let known: Vec<_> = defaults.iter().map(|rule| rule.key).collect();
            return Err(BadSetup::value("limits", format!("limits of {}", known.join(", ")), key));
        }
        match self.apply(defaults).iter().find(|rule| !rule.is_ordered()) {
            None => Ok(()),
            Some(rule) => Err(BadSetup::value(
                format!("limits.{}", rule.key),
                "numbers, with 'tolerable' on the far side of 'good'",
                format!("good = {}, tolerable = {:?}", rule.good, rule.tolerable.unwrap_or(rule.good)),
            )),
        }
    }
}

/// The worst grade that `values` get; of equals the first rule's.
#[must_use]
pub fn judge(rules: &[Rule], values: &[Value]) -> Verdict {
    let mut worst = (Grade::Good, "");
    for rule in rules {
        let Some(value) = values.iter().find(|value| value.name.as_str() == rule.value) else { continue };
        let grade = rule.limit().judge(value.number);
        if grade > worst.0 {
            worst = (grade, rule.finding);
        }
    }
    match worst {
        (Grade::Good, _) => Verdict::Pass,
        (Grade::Degraded, finding) => Verdict::degraded(finding),
        (Grade::Fail, finding) => Verdict::fail(finding),
    }
}
