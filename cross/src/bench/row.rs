//! One measured number beside the number that it is held to.

use serde_json::{Value, json};

/// What the number is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// Told, not judged.
    None,
}

/// One line of the result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    what: String,
    /// Nothing when the measurement failed.
    measured: Option<f64>,
    unit: &'static str,
    target: Target,
    /// How it was measured, where that is not plain.
    note: String,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, measured: f64, unit: &'static str, target: Target) -> Self {
        Self { what: what.into(), measured: Some(measured), unit, target, note: String::new() }
    }

    /// A measurement that came to no number.
    pub(crate) fn failed(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            measured: None,
            unit: "",
            target: Target::None,
            note: "failed, see above".to_owned(),
        }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same number of something that was done in its own circumstances, which the note tells too.
    pub(crate) fn during(mut self, what: &str, more: &str) -> Self {
        self.what = format!("{}, {what}", self.what);
        self.note = format!("{}; {more}", self.note);
        self
    }

    /// What was measured; none when that failed.
    pub(crate) const fn value(&self) -> Option<f64> {
        self.measured
    }

    /// Whether the target is met; a failure is a miss; nothing when there is no target.
    pub(crate) fn ok(&self) -> Option<bool> {
        match (self.measured, self.target) {
            (None, _) => Some(false),
            (Some(measured), Target::AtMost(limit)) => Some(measured <= limit),
            (Some(measured), Target::AtLeast(limit)) => Some(measured >= limit),
            (Some(_), Target::None) => None,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let target = match self.target {
            Target::AtMost(limit) => json!({ "at_most": limit }),
            Target::AtLeast(limit) => json!({ "at_least": limit }),
            Target::None => Value::Null,
        };
        json!({ "what": self.what, "measured": self.measured, "unit": self.unit, "target": target, "ok": self.ok(), "note": self.note })
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let target = match self.target {
            Target::AtMost(limit) => format!("≤ {}", figure(limit)),
            Target::AtLeast(limit) => format!("≥ {}", figure(limit)),
            Target::None => String::new(),
        };
        let word = match self.ok() {
            Some(true) => "ok",
            Some(false) => "MISSED",
            None => "",
        };
        let measured = self.measured.map_or("—".to_owned(), figure);
        vec![self.what.clone(), measured, self.unit.to_owned(), target, word.to_owned(), self.note.clone()]
    }
}

/// Three significant digits for small numbers, groups of three for large ones.
fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 || number.fract() == 0.0 => grouped(number),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    if number < 0.0 { format!("-{text}") } else { text }
}

/// The smallest value that is not exceeded by `share` (0 to 1) of them. Nothing for no values.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_to_read() {
        for (number, expected) in [
            (0.0, "0"),
            (0.0512, "0.051"),
            (5.0, "5"),
            (5.66, "5.66"),
            (12.34, "12.3"),
            (99_999.6, "100 000"),
            (1_234_567.0, "1 234 567"),
        ] {
            assert_eq!(figure(number), expected);
        }
    }

    #[test]
    fn a_target_is_met_at_its_limit() {
        for (target, expected) in [
            (Target::AtMost(5.0), Some(true)),
            (Target::AtLeast(5.0), Some(true)),
            (Target::AtMost(4.9), Some(false)),
            (Target::AtLeast(5.1), Some(false)),
            (Target::None, None),
        ] {
            assert_eq!(Row::new("x", 5.0, "s", target).ok(), expected, "{target:?}");
        }
        assert_eq!(Row::failed("x").ok(), Some(false));
    }

    #[test]
    fn the_percentile_is_one_of_the_values() {
        let mut hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut hundred, 0.99), Some(99.0));
        assert_eq!(percentile(&mut hundred, 0.0), Some(1.0));
        assert_eq!(percentile(&mut [7.0], 0.99), Some(7.0));
        assert_eq!(percentile(&mut [], 0.99), None);
    }
}
