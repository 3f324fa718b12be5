//! What the analysis of a room's sound costs in the agent as it is shipped, and how near chance comes to a marker.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::row::{Row, Target};
use crate::binaries;
use crate::folders::Folders;
use crate::process::Output;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let said = ask(&binaries::instrument(folders, Output::Sifted)?, &["sound-cost", "--runs", "10000"])?;
    let number = |key: &str| said[key].as_f64().with_context(|| format!("no {key} in {said}"));
    let grown = format!("resident memory, {} whispers after the first hundred", said["runs"]);
    let long = format!("{:.1} s at 48 kHz, marker in front and search for it included", number("sweep_seconds")?);
    let mut rows = vec![
        Row::new("whisper analysis, 3 s at 16 kHz", number("whisper_ms")?, "ms CPU", Target::AtMost(8.0)),
        Row::new("full sweep analysis", number("sweep_ms")?, "ms CPU", Target::AtMost(80.0)).note(long),
        Row::new("memory that 10 000 analyses leave behind", number("grown_kib")?, "KiB", Target::AtMost(0.0))
            .note(grown),
    ];
    for kind in ["speech", "music", "noise"] {
        let said = ask(&folders.bin().join("avow-sim"), &["sound-chance", "--kind", kind, "--seconds", "10800"])?;
        let number = |key: &str| said[key].as_f64().with_context(|| format!("no {key} in {said}"));
        let note = format!(
            "greatest agreement {:.2} of 8; read {:.1e} a second by the fit, before the check of 2^-32",
            number("greatest")?,
            number("reads_per_second")?
        );
        let what = format!("markers heard in three hours of {kind} without any");
        rows.push(Row::new(what, number("accepted")?, "", Target::AtMost(0.0)).note(note));
    }
    Ok(rows)
}

fn ask(program: &Path, words: &[&str]) -> Result<Value> {
    let output = Command::new(program).args(words).output().context("failed to run avow-sim")?;
    ensure!(output.status.success(), "avow-sim failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("failed to read avow-sim")
}
