//! What one outcome costs inside the collector, measured without any connection by `collector/examples/measure.rs`.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::row::{Row, Target};
use crate::folders::{Folders, cargo};
use crate::process::{self, Output};

/// 18 762 venues, ten probes a minute.
const OUTCOMES_A_DAY: f64 = 18_762.0 * 10.0 * 1_440.0;
const GIGABYTE: f64 = 1e9;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let build = ["build", "--release", "--workspace", "--examples"];
    process::run(cargo().args(build).current_dir(&folders.root), Output::Sifted)?;
    let said = folders.kept("bench")?.join("measure.json");
    process::run(&mut Command::new(folders.release().join("examples/measure")), Output::Logged(&said))?;
    let text = std::fs::read_to_string(&said).context("failed to read what was measured")?;
    let measured: Value = serde_json::from_str(text.trim()).context("the measurement is no JSON")?;
    let number = |name: &str| measured[name].as_f64().with_context(|| format!("no '{name}' was measured"));
    let bytes = number("history_bytes")?;
    Ok(vec![
        Row::new("fold, per outcome", number("fold_us")?, "µs", Target::None)
            .note(format!("{} venues, ten publishings a second among them", measured["venues"])),
        Row::new("history on disk, per outcome of 8 values", bytes, "bytes", Target::None)
            .note("values and hourly sums"),
        Row::new("history on disk, the province", bytes * OUTCOMES_A_DAY / GIGABYTE, "GB a day", Target::AtMost(4.0))
            .note("18 762 venues × 10 probes a minute"),
    ])
}
