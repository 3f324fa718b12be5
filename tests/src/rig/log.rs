//! What a fleet invented, as it wrote it down before it sent it.

use std::collections::BTreeMap;
use std::path::Path;

use avow_shared::canary::is_canary;
use avow_shared::outcome::Outcome;
use serde::Deserialize;

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
    pub outcome: Option<Outcome>,
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
    pub fn outcomes(&self) -> impl Iterator<Item = (u64, &Outcome)> {
        self.lines.iter().filter_map(|line| Some((line.number, line.outcome.as_ref()?)))
    }

    /// The newest outcome of each probe of each venue: the one with the highest number. A canary is no probe of a venue's.
    #[must_use]
    pub fn newest(&self) -> BTreeMap<(String, String), &Outcome> {
        let mut newest: BTreeMap<(String, String), (u64, &Outcome)> = BTreeMap::new();
        for (number, outcome) in self.outcomes().filter(|(_, outcome)| !is_canary(outcome)) {
            let key = (outcome.venue.to_string(), outcome.probe.to_string());
            let entry = newest.entry(key).or_insert((number, outcome));
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
{"agent":"a","spool":"s","number":2,"kind":"outcome","outcome":{"venue":"35-01","probe":"p","at":{"at_ms":9,"quality":"unset"},"took_ms":1,"verdict":"pass","detail":"","values":[{"name":"rtt","unit":"Millisecond","number":1.5}],"evidence":[]}}
{"agent":"a","spool":"s","number":3,"kind":"outcome","outcome":{"venue":"35-01","probe":"p","at":{"at_ms":5,"quality":"free"},"took_ms":1,"verdict":{"fail":{"finding":"line.loss"}},"detail":"","values":[],"evidence":[]}}
{"agent":"a","spool":"s","numb"#;

    #[test]
    fn the_newest_is_the_one_with_the_highest_number_and_half_a_line_is_none() {
        let log = FleetLog { lines: parse(LOG) };
        assert_eq!((log.lines().len(), log.outcomes().count()), (3, 2));
        assert_eq!(log.newest()[&("35-01".to_owned(), "p".to_owned())].verdict.word(), "fail");
        assert_eq!(log.outcomes().next().expect("two").1.values[0].number, 1.5);
    }

    #[test]
    #[should_panic(expected = "the log says")]
    fn a_whole_line_of_another_form_is_not_passed_over() {
        parse("{\"agent\":1}\n");
    }
}
