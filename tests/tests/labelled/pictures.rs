//! What the agent makes of pictures, against drawn halls and films that real encoders made of them.

use std::path::Path;
use std::time::Duration;

use avow_agent::probe::{Context, Found};
use avow_shared::time::{ClockQuality, WallTime};

mod code;
mod films;
mod filters;
mod proof;
mod rules;

/// The whole ten thousand are `cargo x bench picture`'s; a build that is not optimised would take minutes for them. A process of its own,
/// because the tests beside this one use memory, too.
#[test]
fn verdicts_leave_no_memory_behind() {
    let looks = if cfg!(debug_assertions) { "300" } else { "3000" };
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_avow-sim")).args(["looks", looks]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    let cost: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(cost["grown_kib"].as_i64().is_some_and(|grown| grown <= 0), "{said}");
}

/// A box whose agent keeps its state in a folder.
fn context(state: &Path) -> Context {
    Context {
        may_move: false,
        state_dir: state.to_owned(),
        flash_bytes: 0,
        uptime: Duration::from_secs(1),
        desk: None,
        wall: WallTime { at_ms: 0, quality: ClockQuality::Free },
    }
}

fn finding(found: &Found) -> &str {
    found.verdict.finding().map_or("", |code| code.as_str())
}

fn figure(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

fn said(found: &Found) -> String {
    let values = found.values.iter().map(|value| format!("{} {}", value.name, value.number));
    format!("{} ({})", found.detail, values.collect::<Vec<_>>().join(", "))
}
