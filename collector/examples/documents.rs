//! How long the report of a roll call of the whole province takes in each form, on the core that runs this, and how large it is; the files
//! lie in the folder that is named. Prints JSON; nothing here is a test.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use avow_collector::document::roll_call::report_of_roll_call;
use avow_collector::document::{docx, html, xlsx};
use serde_json::json;

#[path = "../../tests/tests/programs/documents/province.rs"]
mod province;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().context("usage: documents FOLDER [ROWS]")?;
    let rows = words.next().map(|rows| rows.parse()).transpose()?.unwrap_or(usize::MAX);
    let record = province::record(rows);
    let start = Instant::now();
    let document = report_of_roll_call(&record, province::MADE_MS)?;
    let model_ms = start.elapsed().as_millis();
    let mut told = vec![json!({ "form": "model", "ms": model_ms, "rows": record.rows.len() })];
    let mut timed = |form: &str, write: &dyn Fn() -> std::io::Result<Vec<u8>>| -> Result<()> {
        let start = Instant::now();
        let bytes = write()?;
        told.push(json!({ "form": form, "ms": start.elapsed().as_millis(), "bytes": bytes.len() }));
        Ok(std::fs::write(Path::new(&folder).join(format!("roll-call.{form}")), bytes)?)
    };
    timed("html", &|| Ok(html::write(&document).into_bytes()))?;
    timed("xlsx", &|| xlsx::write(&document))?;
    timed("docx", &|| docx::write(&document))?;
    println!("{}", serde_json::to_string_pretty(&told)?);
    Ok(())
}
