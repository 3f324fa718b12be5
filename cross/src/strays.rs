//! What children leave behind when they end, even what left their process group, as a browser does: this program
//! becomes its parent, and ends it.

use anyhow::{Context, Result};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use crate::{process, procfs};

/// Deeper than any tree of processes here.
const MOST_GENERATIONS: usize = 64;

/// Makes this program the parent of all orphans below it, so that [`Strays`] finds them.
pub(crate) fn adopt() -> Result<Strays> {
    set_child_subreaper(true).context("failed to become the parent of orphans")?;
    Ok(Strays)
}

/// Dropping it kills every process that is still below this one. Meant for when nothing is wanted any more.
#[derive(Debug)]
pub(crate) struct Strays;

impl Drop for Strays {
    fn drop(&mut self) {
        // Killing a parent brings up its children; each turn goes one generation down.
        for _ in 0..MOST_GENERATIONS {
            let children = children();
            if children.is_empty() {
                return;
            }
            for child in children {
                // It may have ended by itself in between.
                let _ = kill(child, Signal::SIGKILL);
                let _ = waitpid(child, None);
            }
        }
    }
}

/// Asked of every process, because not every kernel keeps a list of children.
fn children() -> Vec<Pid> {
    let mine = std::process::id();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| procfs::parent(*pid) == Some(mine)).map(process::pid).collect()
}
