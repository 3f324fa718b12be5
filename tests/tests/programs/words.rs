//! The agent's codes and names against the console's words: what no words exist for would reach an operator bare.

use std::collections::BTreeSet;
use std::path::Path;

use avow_agent::agent::Code;
use avow_agent::baseline::SETTINGS;
use avow_agent::probe::measures::BY_KIND;
use avow_agent::words::FINDINGS;
use avow_shared::value::Unit;

/// The keys of the object `name` in a file of the console's words, one a line as its formatter leaves them.
fn keys(file: &str, name: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../collector/web/src/words").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let begin = format!("export const {name}");
    let object = text.lines().skip_while(|line| !line.starts_with(&begin)).skip(1);
    let entries = object.take_while(|line| !line.starts_with('}')).filter_map(|line| line.strip_prefix("  "));
    let key = |entry: &str| Some(entry.split_once(':')?.0.trim_matches('"').to_owned());
    entries.filter(|entry| !entry.starts_with([' ', '}', ']', '/'])).filter_map(key).collect()
}

#[track_caller]
fn check(file: &str, name: &str, produced: impl Iterator<Item = &'static str>) {
    let produced: BTreeSet<String> = produced.map(str::to_owned).collect();
    let worded = keys(file, name);
    let (bare, idle): (Vec<_>, Vec<_>) =
        (produced.difference(&worded).collect(), worded.difference(&produced).collect());
    assert!(bare.is_empty(), "the console has no words in {file} for {bare:?}");
    assert!(idle.is_empty(), "{file} has words that no agent needs: {idle:?}");
}

#[test]
fn the_console_has_words_for_every_finding_of_the_agent() {
    for (file, name) in [("findings_zh.ts", "findings_zh"), ("findings_en.ts", "findings_en")] {
        check(file, name, FINDINGS.iter().map(|words| words.code));
    }
}

#[test]
fn the_console_has_words_for_every_value_and_unit_of_the_agent() {
    let all = || BY_KIND.iter().flat_map(|(_, measures)| *measures);
    check("values.ts", "values", all().map(|measure| measure.name));
    let symbols = all().map(|measure| measure.unit).filter(|unit| *unit != Unit::None).map(Unit::symbol);
    check("values.ts", "units", symbols);
}

#[test]
fn the_console_has_words_for_every_event_of_the_agent() {
    check("values.ts", "events", Code::ALL.iter().map(|code| code.as_str()));
}

#[test]
fn the_console_has_words_for_every_setting_of_the_agent() {
    check("values.ts", "settings", SETTINGS.iter().map(|(name, ..)| *name));
}
