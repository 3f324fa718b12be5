//! How long it takes from the end of a probe to the operator's screen: what the fleet says of when it invented a fault,
//! and what a real browser says of when it had painted it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::row::{Row, Target, percentile};
use crate::folders::{Folders, search_path};
use crate::process::{self, Output};
use crate::scene::Scene;

const SECONDS: u32 = 90;
/// Fewer say nothing of the hundredth.
const FEWEST: usize = 100;
const LIMIT_MS: f64 = 500.0;

/// A run of outcomes of one probe with the same verdict began then.
struct Spell {
    verdict: String,
    began_ms: f64,
}

/// `log` is the fleet's.
pub(crate) fn measure(folders: &Folders, scene: &mut Scene, log: &Path) -> Result<Row> {
    let mut command = Command::new("node");
    command.arg(folders.web().join("e2e/latency.mjs")).current_dir(folders.web()).env("PATH", search_path());
    command.env("AVOW_URL", scene.url()).env("AVOW_SECONDS", SECONDS.to_string()).env("TMPDIR", scene.folder());
    let painted = folders.kept("bench")?.join("latency.log");
    process::run(&mut command, Output::Logged(&painted))?;
    let painted = std::fs::read_to_string(&painted).context("failed to read what the browser said")?;
    scene.still_runs()?;
    let spells = spells(BufReader::new(std::fs::File::open(log).context("failed to open the fleet's log")?))?;
    let mut delays: Vec<f64> = painted.lines().filter_map(|line| delay(line, &spells)).collect();
    let count = delays.len();
    ensure!(count >= FEWEST, "only {count} faults were painted while the browser looked");
    let median = percentile(&mut delays, 0.5).unwrap_or_default();
    let p99 = percentile(&mut delays, 0.99).context("nothing was painted")?;
    let note = format!("{count} faults seen in a browser on the same cores, median {median:.0} ms");
    Ok(Row::new("probe's end to painted in the browser, p99", p99, "ms", Target::AtMost(LIMIT_MS)).note(note))
}

/// Of each venue, in the order of time.
fn spells(log: impl BufRead) -> Result<HashMap<String, Vec<Spell>>> {
    let mut newest: HashMap<(String, String), String> = HashMap::new();
    let mut spells: HashMap<String, Vec<Spell>> = HashMap::new();
    for line in log.lines() {
        // The last line of a fleet that still runs may be half written.
        let Ok(line) = serde_json::from_str::<Value>(&line?) else { continue };
        let outcome = &line["outcome"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(venue), Some(probe)) = (text(&outcome["venue"]), text(&outcome["probe"])) else { continue };
        let verdict = word(&outcome["verdict"]);
        let before = newest.insert((venue.clone(), probe), verdict.clone());
        if before.as_ref() != Some(&verdict) {
            let began_ms = outcome["at"]["at_ms"].as_f64().context("an outcome without a time")?;
            spells.entry(venue).or_default().push(Spell { verdict, began_ms });
        }
    }
    Ok(spells)
}

/// A verdict is written as its name, or as an object with its name.
fn word(verdict: &Value) -> String {
    let name = verdict.as_str().or_else(|| verdict.as_object()?.keys().next().map(String::as_str));
    name.unwrap_or_default().to_lowercase()
}

/// Milliseconds from the spell's first outcome to the paint; nothing for a change back, which no single outcome explains.
fn delay(painted: &str, spells: &HashMap<String, Vec<Spell>>) -> Option<f64> {
    let painted: Value = serde_json::from_str(painted).ok()?;
    let (to, at_ms) = (painted["to"].as_str()?, painted["painted_ms"].as_f64()?);
    if !["fail", "degraded"].contains(&to) {
        return None;
    }
    let mut began =
        spells.get(painted["venue"].as_str()?)?.iter().filter(|spell| spell.verdict == to && spell.began_ms <= at_ms);
    began.next_back().map(|spell| at_ms - spell.began_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_counts_from_the_first_outcome_of_the_spell() {
        let line = |probe: &str, at: u64, verdict: &str| {
            format!(
                "{{\"outcome\":{{\"venue\":\"v\",\"probe\":\"{probe}\",\"at\":{{\"at_ms\":{at}}},\"verdict\":{verdict}}}}}\n"
            )
        };
        let fail = r#"{"Fail":{"finding":"line.down"}}"#;
        let log: String = [line("a", 1_000, "\"Pass\""), line("a", 7_000, fail), line("a", 13_000, fail)].concat();
        let spells = spells(format!("{log}{{\"outcome\":").as_bytes()).unwrap();
        let painted = |to: &str| delay(&format!("{{\"venue\":\"v\",\"to\":\"{to}\",\"painted_ms\":13200.5}}"), &spells);
        assert_eq!((painted("fail"), painted("pass")), (Some(6_200.5), None));
    }
}
