//! What the collector says of the end of every number.

use std::time::Duration;

use serde_json::Value;

use super::{Http, wait_until};

/// The ends of the numbers of one spool, or the sum of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Numbers given out.
    pub produced: u64,
    /// In the flushed journal.
    pub stored: u64,
    /// Signed but not believable.
    pub refused: u64,
    /// Given up by a full spool.
    pub dropped: u64,
    /// Never used, or lost with an unclean stop.
    pub void: u64,
    /// Without an end.
    pub missing: u64,
    /// Stored twice.
    pub duplicates: u64,
}

impl Ends {
    /// Reads an object of `/api/v1/accounting`.
    ///
    /// # Panics
    /// When one of the fixed names is not there.
    #[must_use]
    pub fn of(json: &Value) -> Self {
        let number = |name: &str| json[name].as_u64().unwrap_or_else(|| panic!("no number '{name}' in {json}"));
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

    /// Whether every number has one end and none was stored twice.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.produced == self.stored + self.refused + self.dropped + self.void
            && self.missing == 0
            && self.duplicates == 0
    }

    const fn is_consistent(&self) -> bool {
        self.produced == self.stored + self.refused + self.dropped + self.void + self.missing
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            produced: self.produced + other.produced,
            stored: self.stored + other.stored,
            refused: self.refused + other.refused,
            dropped: self.dropped + other.dropped,
            void: self.void + other.void,
            missing: self.missing + other.missing,
            duplicates: self.duplicates + other.duplicates,
        }
    }
}

/// The whole account: the total, and `(agent, spool, ends)` for each spool. Checked to add up, whole or not.
///
/// # Panics
/// When a line or the total does not add up.
pub async fn accounting(http: &Http) -> (Ends, Vec<(String, String, Ends)>) {
    checked(&http.json("/api/v1/accounting").await)
}

fn checked(json: &Value) -> (Ends, Vec<(String, String, Ends)>) {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = json["agents"].as_array().expect("a list of agents");
    let rows: Vec<_> = rows.iter().map(|row| (text(row, "agent"), text(row, "spool"), Ends::of(row))).collect();
    let total = Ends::of(&json["total"]);
    let wrong = rows.iter().find(|(.., ends)| !ends.is_consistent());
    assert!(wrong.is_none(), "this line does not add up: {wrong:?}");
    let sum = rows.iter().fold(Ends::default(), |sum, (.., ends)| sum.plus(ends));
    assert_eq!(total, sum, "the total is not the sum of its lines");
    (total, rows)
}

/// The ends of one agent's only spool, or none when HQ knows nothing of it.
pub async fn ends_of(http: &Http, agent: &str) -> Option<Ends> {
    accounting(http).await.1.into_iter().find(|(id, ..)| id == agent).map(|(.., ends)| ends)
}

/// Waits until at most `most` numbers are without an end: a fleet that ends has little time to hand over a backlog.
///
/// # Panics
/// When more are still without an end then.
pub async fn until_missing(http: &Http, most: u64, within: Duration) {
    let mut last = None;
    let what = format!("at most {most} numbers without an end");
    wait_until(&what, within, async || {
        let json = http.try_json("/api/v1/accounting").await?;
        let missing = json["total"]["missing"].as_u64()?;
        if last.replace(missing) != Some(missing) {
            println!("    {missing} without an end");
        }
        (missing <= most).then_some(())
    })
    .await;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ends(produced: u64, stored: u64, void: u64, missing: u64) -> Value {
        json!({ "agent": "a", "spool": "s", "produced": produced, "stored": stored, "refused": 0, "dropped": 0,
                "void": void, "missing": missing, "duplicates": 0 })
    }

    #[test]
    fn a_whole_account_is_told_from_one_that_only_adds_up() {
        let (total, rows) = checked(&json!({ "total": ends(10, 7, 3, 0), "agents": [ends(10, 7, 3, 0)] }));
        assert!(total.is_whole() && rows.len() == 1);
        assert!(!Ends::of(&ends(10, 7, 2, 1)).is_whole());
    }

    #[test]
    #[should_panic(expected = "does not add up")]
    fn a_line_that_does_not_add_up_is_found() {
        checked(&json!({ "total": ends(10, 7, 2, 0), "agents": [ends(10, 7, 2, 0)] }));
    }

    #[test]
    #[should_panic(expected = "not the sum")]
    fn a_total_that_hides_a_line_is_found() {
        checked(&json!({ "total": ends(10, 10, 0, 0), "agents": [ends(10, 7, 2, 1)] }));
    }
}
