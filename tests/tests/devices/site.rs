//! What the tests of devices begin with: a probe's surroundings, an agent with one probe, and what it says when it is run.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use avow_agent::probe::Context;
use avow_shared::time::{ClockQuality, WallTime};
use avow_tests::rig::{Folder, Said};
use serde_json::Value;
use tokio::process::Command;

/// More than any run takes, also on a busy machine.
const ENDS_WITHIN: Duration = Duration::from_secs(150);

/// A box that has just started, that moves nothing, and that has no folder to keep anything in.
pub(crate) fn context() -> Context {
    Context {
        may_move: false,
        state_dir: PathBuf::from("/nowhere"),
        flash_bytes: 0,
        uptime: Duration::from_secs(1),
        desk: None,
        wall: WallTime { at_ms: 0, quality: ClockQuality::Free },
    }
}

/// A configuration of its own in `folder`, with one probe of these keys.
pub(crate) fn configured(folder: &Folder, probe: &str) -> PathBuf {
    let path = folder.next("agent", "toml");
    let state = path.with_extension("state");
    let text = format!(
        r#"
[agent]
place = "350102001"
state = "{state}"
socket = "{state}/agent.sock"
[hq]
broker = "mqtt://127.0.0.1:1"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.probe]]
{probe}
"#,
        state = state.display(),
    );
    std::fs::write(&path, text).expect("writes");
    path
}

/// Runs the agent, or what runs it, until it ends.
pub(crate) async fn run(mut command: Command, config: &Path, arguments: &str) -> Output {
    command.args(arguments.split_whitespace()).args(["--json", "--yes", "--config"]).arg(config).kill_on_drop(true);
    tokio::time::timeout(ENDS_WITHIN, command.output()).await.expect("it ends").expect("it runs")
}

/// The first row that it printed.
pub(crate) fn said(output: &Output) -> Said {
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let rows: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{errors}"));
    Said { code: output.status.code(), row: rows[0].clone() }
}
