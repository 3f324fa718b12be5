//! What runs in order: each step with its time, a table at the end, whatever happened.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::table::{self, Lean};

/// The steps that have run.
#[derive(Debug)]
pub(crate) struct Steps {
    began: Instant,
    rows: Vec<(String, &'static str, Duration)>,
}

impl Steps {
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), rows: Vec::new() }
    }

    /// Runs one step and says how it went. The error names the step.
    pub(crate) fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> Result<()> {
        say(&format!("==> {name}"));
        let start = Instant::now();
        let outcome = step();
        self.note(name, outcome, start.elapsed())
    }

    /// Notes a step that ran elsewhere.
    pub(crate) fn note(&mut self, name: &str, outcome: Result<()>, took: Duration) -> Result<()> {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        say(&format!("==> {name} … {word} {:.1} s", took.as_secs_f32()));
        self.rows.push((name.to_owned(), word, took));
        outcome.with_context(|| format!("step '{name}' failed"))
    }

    /// The table of all steps and their sum on the clock.
    pub(crate) fn print(&self) {
        let row = |name: &str, word: &str, took: Duration| {
            vec![name.to_owned(), word.to_owned(), format!("{:.1} s", took.as_secs_f32())]
        };
        let mut rows: Vec<Vec<String>> = self.rows.iter().map(|(name, word, took)| row(name, word, *took)).collect();
        rows.push(row("all, on the clock", "", self.began.elapsed()));
        println!();
        for line in table::lines(&[("step", Lean::Left), ("", Lean::Left), ("time", Lean::Right)], &rows) {
            println!("{line}");
        }
    }
}

fn say(line: &str) {
    if std::io::stdout().is_terminal() {
        println!("\x1b[1m{line}\x1b[0m");
    } else {
        println!("{line}");
    }
}
