//! `cargo x bench`: the numbers that Avow is held to, measured on this machine, with the generator on the same cores.
//!
//! A measurement is a function that gives rows. One that fails is a row too, so that one broken number hides no other.

mod agent;
pub(crate) mod api;
mod click;
mod ingest;
mod inquiries;
mod inspection;
mod latency;
mod picture;
mod province;
pub(crate) mod roll_call;
mod row;
mod size;
mod sound;
mod store;
mod stuck;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use crate::binaries;
use crate::folders::Folders;
use crate::interrupt::{self, Interrupted};
use crate::needs::{self, Purpose};
use crate::process::Output;
use crate::procfs;
use crate::table::{self, Lean};
use row::Row;

type Measurement = fn(&Folders) -> Result<Vec<Row>>;

/// In the order in which they run: the quiet ones first.
const MEASUREMENTS: &[(&str, Measurement)] = &[
    ("size", size::measure),
    ("agent", agent::measure),
    ("sound", sound::measure),
    ("click", click::measure),
    ("inquiries", inquiries::measure),
    ("picture", picture::measure),
    ("store", store::measure),
    ("ingest", ingest::measure),
    ("province", province::measure),
];

/// What can be named on the command line.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MEASUREMENTS.iter().map(|(name, _)| *name)
}

/// Runs the named measurements, or all of them. Exit code 1 when a target is missed or a measurement failed.
pub(crate) fn run(folders: &Folders, as_json: bool, only: &[String]) -> Result<ExitCode> {
    // Browser and Mosquitto are instruments.
    needs::provide(Purpose::Test)?;
    binaries::build(folders, Output::Sifted)?;
    let machine = procfs::machine();
    if !as_json {
        println!("{}\n", machine_line(&machine));
    }
    let mut rows = Vec::new();
    for (name, measurement) in
        MEASUREMENTS.iter().filter(|(name, _)| only.is_empty() || only.iter().any(|wanted| wanted == name))
    {
        eprintln!("measuring: {name}");
        rows.extend(measured(name, *measurement, folders)?);
    }
    if as_json {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        println!("{:#}", json!({ "machine": machine, "rows": rows }));
    } else {
        print(&rows);
    }
    let missed = rows.iter().any(|row| row.ok() == Some(false));
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn measured(name: &str, measurement: Measurement, folders: &Folders) -> Result<Vec<Row>> {
    match measurement(folders) {
        Err(error) if error.is::<Interrupted>() || interrupt::asked() => Err(error),
        Err(error) => {
            eprintln!("{name} failed: {error:#}");
            Ok(vec![Row::failed(name)])
        }
        Ok(rows) => Ok(rows),
    }
}

fn machine_line(machine: &Value) -> String {
    let text = |key: &str| machine[key].as_str().unwrap_or("?");
    format!(
        "{}, {} cores, {} GiB, Linux {}, {}",
        text("cpu"),
        machine["cores"],
        machine["memory_gib"],
        text("kernel"),
        text("day")
    )
}

fn print(rows: &[Row]) {
    let head = [
        ("what", Lean::Left),
        ("measured", Lean::Right),
        ("unit", Lean::Left),
        ("target", Lean::Right),
        ("", Lean::Left),
        ("note", Lean::Left),
    ];
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    for line in table::lines(&head, &cells) {
        println!("{line}");
    }
}
