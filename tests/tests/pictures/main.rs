//! What the agent makes of pictures, against drawn halls and films that real encoders made of them.

use std::path::Path;
use std::time::Duration;

use avow_agent::probe::{Context, Found};
use avow_shared::time::{ClockQuality, WallTime};

mod code;
mod films;
mod proof;
mod rules;

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
