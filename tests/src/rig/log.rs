//! What a fleet invented, as it wrote it down before it sent it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Logged {
    /// Who said it.
    pub agent: String,
    /// The spool of its number.
    pub spool: String,
    /// Its number.
    pub number: u64,
    /// `outcome`, `description` …
    pub kind: String,
    /// The outcome, when it is one.
    #[serde(default)]
    pub outcome: Option<LoggedOutcome>,
}

/// An outcome as it was invented.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LoggedOutcome {
    /// The venue.
    pub venue: String,
    /// The probe.
    pub probe: String,
    /// When, by the agent's clock.
    pub at_ms: u64,
    /// `pass`, `degraded`, `fail`, `unknown`.
    pub verdict: String,
    /// What was found.
    #[serde(default)]
    pub finding: Option<String>,
    /// What was measured: name, unit and number.
    pub values: Vec<Value>,
}

impl LoggedOutcome {
    /// Name and number of each value, by name.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, f64> {
        self.values.iter().filter_map(named).collect()
    }
}

/// Name and number of a value, in the log or in the API.
#[must_use]
pub(crate) fn named(value: &Value) -> Option<(String, f64)> {
    Some((value["name"].as_str()?.to_owned(), value["number"].as_f64()?))
}

/// All that the fleets of one test invented.
#[derive(Clone, Debug, Default)]
pub struct FleetLog {
    lines: Vec<Logged>,
}

impl FleetLog {
    /// Reads the logs of every start; half a line at the end of a killed one is passed over.
    ///
    /// # Panics
    /// When a whole line is not what was agreed.
    #[must_use]
    pub fn read<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let text = |path: &Path| std::fs::read_to_string(path).expect("a fleet's log can be read");
        let lines = paths.into_iter().flat_map(|path| parse(&text(path))).collect();
        Self { lines }
    }

    /// Every line.
    #[must_use]
    pub fn lines(&self) -> &[Logged] {
        &self.lines
    }

    /// Every outcome with its number.
    pub fn outcomes(&self) -> impl Iterator<Item = (u64, &LoggedOutcome)> {
        self.lines.iter().filter_map(|line| Some((line.number, line.outcome.as_ref()?)))
    }

    /// The newest outcome of each probe of each venue: the one with the highest number.
    #[must_use]
    pub fn newest(&self) -> BTreeMap<(&str, &str), &LoggedOutcome> {
        let mut newest: BTreeMap<(&str, &str), (u64, &LoggedOutcome)> = BTreeMap::new();
        for (number, outcome) in self.outcomes() {
            let entry = newest.entry((&outcome.venue, &outcome.probe)).or_insert((number, outcome));
            if number >= entry.0 {
                *entry = (number, outcome);
            }
        }
        newest.into_iter().map(|(key, (_, outcome))| (key, outcome)).collect()
    }
}

fn parse(text: &str) -> Vec<Logged> {
    let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("the log says '{line}': {error}"));
    whole.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"agent":"a","spool":"s","number":1,"kind":"description"}
{"agent":"a","spool":"s","number":2,"kind":"outcome","outcome":{"venue":"v","probe":"p","at_ms":9,"verdict":"pass","finding":null,"values":[{"name":"rtt","unit":"ms","number":1.5}]}}
{"agent":"a","spool":"s","number":3,"kind":"outcome","outcome":{"venue":"v","probe":"p","at_ms":5,"verdict":"fail","finding":"line.loss","values":[]}}
{"agent":"a","spool":"s","numb"#;

    #[test]
    fn the_newest_is_the_one_with_the_highest_number_and_half_a_line_is_none() {
        let log = FleetLog { lines: parse(LOG) };
        assert_eq!((log.lines().len(), log.outcomes().count()), (3, 2));
        assert_eq!(log.newest()[&("v", "p")].verdict, "fail");
        let first = log.outcomes().next().expect("two").1;
        assert_eq!(first.values(), BTreeMap::from([("rtt".to_owned(), 1.5)]));
    }

    #[test]
    #[should_panic(expected = "the log says")]
    fn a_whole_line_of_another_form_is_not_passed_over() {
        parse("{\"agent\":1}\n");
    }
}
