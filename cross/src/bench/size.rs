//! How large the programs are.

use anyhow::{Context, Result};

use crate::bench::row::{Row, Target};
use crate::binaries;
use crate::folders::Folders;

const MEGABYTE: f64 = 1e6;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let size = |name: &str| -> Result<f64> {
        let path = folders.bin().join(name);
        Ok(path.metadata().with_context(|| format!("failed to find {}", path.display()))?.len() as f64 / MEGABYTE)
    };
    Ok(vec![
        Row::new("agent binary", size("avow-agent")?, "MB", Target::AtMost(binaries::AGENT_AT_MOST as f64 / MEGABYTE)),
        Row::new("collector binary, console inside", size("avow-collector")?, "MB", Target::None)
            .note("with line tables"),
    ])
}
