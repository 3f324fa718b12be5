//! What judging a picture costs the agent as it is shipped, beside what ffmpeg takes to bring it.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::row::{Row, Target};
use crate::folders::Folders;
use crate::process::Output;
use crate::{binaries, programs};

const VERDICTS: u32 = 10_000;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let sim = binaries::instrument(folders, Output::Sifted)?;
    let output = programs::looks(&sim, VERDICTS).output().context("failed to run avow-sim")?;
    let said: Value = serde_json::from_slice(&output.stdout).context("failed to read what looks cost")?;
    let number = |name: &str| said[name].as_f64().with_context(|| format!("no '{name}' in {said}"));
    Ok(vec![
        Row::new("one picture verdict at 640 × 360", number("verdict_ms")?, "ms", Target::AtMost(1.5))
            .note("of processor; a frame taken in and judged by every rule"),
        Row::new("memory that 10 000 of them leave behind", number("grown_kib")?, "KiB", Target::AtMost(0.0)),
        Row::new("an optical code looked for where there is none", number("code_ms")?, "ms", Target::AtMost(10.0))
            .note("of processor, once a run"),
    ])
}
