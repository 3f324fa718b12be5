//! How every report ended, fetched and shown.

use std::fmt;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::demo::agent_config::VENUES;
use crate::http::Client;
use crate::table::{self, Lean};
use crate::{interrupt, wait};

/// The ends that a number can have, and the two that it must not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) produced: u64,
    pub(crate) stored: u64,
    pub(crate) refused: u64,
    pub(crate) dropped: u64,
    pub(crate) void: u64,
    pub(crate) missing: u64,
    pub(crate) duplicates: u64,
}

/// The total and who made it up.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) total: Ends,
    rows: Vec<(String, Ends)>,
}

/// Asks until nothing is missing, at most for `within`; then the answer stands as it is.
pub(crate) fn settled(client: &mut Client, within: Duration) -> Result<Account> {
    let whole = wait::until("a whole account", within, || {
        let account = fetch(client)?;
        Ok(account.total.is_whole().then_some(account))
    });
    match whole {
        Err(_) if !interrupt::asked() => fetch(client),
        other => other,
    }
}

fn fetch(client: &mut Client) -> Result<Account> {
    let numbers = client.json("/api/v1/accounting")?;
    let mut real = Vec::new();
    for venue in VENUES {
        let agents = client.json(&format!("/api/v1/agents?venue={venue}"))?;
        real.push((venue, agents["items"][0]["id"].as_str().unwrap_or_default().to_owned()));
    }
    Ok(Account { total: Ends::from_json(&numbers["total"]), rows: rows(&numbers, real) })
}

/// One row for each real agent, one for the simulated fleet, and one for each agent whose account is not whole.
fn rows(numbers: &Value, real: Vec<(&str, String)>) -> Vec<(String, Ends)> {
    let mut known: Vec<_> = real.into_iter().map(|(venue, id)| (venue, id, Ends::default())).collect();
    let (mut fleet, mut fleet_agents, mut broken) = (Ends::default(), 0_u64, Vec::new());
    for row in numbers["agents"].as_array().into_iter().flatten() {
        let (agent, ends) = (row["agent"].as_str().unwrap_or_default(), Ends::from_json(row));
        match known.iter_mut().find(|(_, id, _)| !id.is_empty() && id == agent) {
            Some((_, _, sum)) => sum.add(ends),
            None => {
                fleet.add(ends);
                fleet_agents += 1;
            }
        }
        if !ends.is_whole() {
            broken.push((format!("! {agent} / {}", row["spool"].as_str().unwrap_or_default()), ends));
        }
    }
    let real = known.into_iter().map(|(venue, _, ends)| (format!("代理 agent {venue}"), ends));
    real.chain([(format!("模拟 fleet × {fleet_agents}"), fleet)]).chain(broken).collect()
}

impl Account {
    /// The table; the total is its last line and keeps its fixed form.
    pub(crate) fn print(&self) {
        let head = [
            ("来源 source", Lean::Left),
            ("产生 produced", Lean::Right),
            ("入库 stored", Lean::Right),
            ("拒收 refused", Lean::Right),
            ("丢弃 dropped", Lean::Right),
            ("作废 void", Lean::Right),
            ("缺失 missing", Lean::Right),
            ("重复 duplicates", Lean::Right),
        ];
        let rows: Vec<Vec<String>> = self.rows.iter().map(|(name, ends)| ends.cells(name)).collect();
        println!();
        for line in table::lines(&head, &rows) {
            println!("{line}");
        }
        println!("\n{}", self.total);
    }
}

impl Ends {
    fn from_json(row: &Value) -> Self {
        let number = |key: &str| row[key].as_u64().unwrap_or(0);
        Self {
            produced: number("produced"),
            stored: number("stored"),
            refused: number("refused"),
            dropped: number("dropped"),
            void: number("void"),
            missing: number("missing"),
            duplicates: number("duplicates"),
        }
    }

    /// Reads the last line of a demonstration.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let (names, numbers) = (words.iter().step_by(2), words.iter().skip(1).step_by(2));
        let row: serde_json::Map<String, Value> = names
            .zip(numbers)
            .map(|(name, number)| Some(((*name).to_owned(), number.parse::<u64>().ok()?.into())))
            .collect::<Option<_>>()?;
        let ends = Self::from_json(&Value::Object(row));
        (ends.to_string() == line).then_some(ends)
    }

    /// Nothing missing, nothing twice.
    pub(crate) fn is_whole(self) -> bool {
        self.missing == 0 && self.duplicates == 0
    }

    fn add(&mut self, other: Self) {
        self.produced += other.produced;
        self.stored += other.stored;
        self.refused += other.refused;
        self.dropped += other.dropped;
        self.void += other.void;
        self.missing += other.missing;
        self.duplicates += other.duplicates;
    }

    fn cells(self, name: &str) -> Vec<String> {
        let numbers =
            [self.produced, self.stored, self.refused, self.dropped, self.void, self.missing, self.duplicates];
        std::iter::once(name.to_owned()).chain(numbers.map(|number| number.to_string())).collect()
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { produced, stored, refused, dropped, void, missing, duplicates } = self;
        write!(
            f,
            "produced {produced} stored {stored} refused {refused} dropped {dropped} void {void} missing {missing} duplicates {duplicates}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(agent: &str, stored: u64, missing: u64) -> Value {
        json!({ "agent": agent, "spool": "s", "produced": stored + missing, "stored": stored, "missing": missing, "duplicates": 0 })
    }

    #[test]
    fn the_last_line_has_its_fixed_form() {
        let ends = Ends { produced: 7, stored: 4, refused: 1, dropped: 1, void: 1, missing: 0, duplicates: 0 };
        let line = "produced 7 stored 4 refused 1 dropped 1 void 1 missing 0 duplicates 0";
        assert_eq!((ends.to_string().as_str(), Ends::parse(line)), (line, Some(ends)));
        assert_eq!(Ends::parse("produced 7 stored 4 missing 0"), None);
    }

    #[test]
    fn real_agents_stand_alone_and_the_fleet_together() {
        let real = VENUES.iter().copied().zip(["aa", "", ""].map(str::to_owned)).collect();
        let numbers = json!({ "agents": [row("aa", 5, 0), row("aa", 2, 0), row("bb", 10, 0), row("cc", 20, 0)] });
        let stored: Vec<u64> = rows(&numbers, real).iter().map(|(_, ends)| ends.stored).collect();
        assert_eq!(stored, [7, 0, 0, 30]);
    }

    #[test]
    fn an_agent_with_a_gap_is_named() {
        let numbers = json!({ "agents": [row("cc", 20, 0), row("dd", 1, 3)] });
        let rows = rows(&numbers, vec![]);
        assert_eq!(rows.last().map(|(name, ends)| (name.as_str(), ends.missing)), Some(("! dd / s", 3)));
    }
}
