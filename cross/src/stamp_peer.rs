//! A STAMP implementation (RFC 8762) by others, for tests that must not only agree with themselves.

use anyhow::{Context, Result};

use crate::folders::{Folders, cargo};
use crate::process::{self, Output};

const NAME: &str = "stamp-suite";
const VERSION: &str = "1.0.0";

/// Makes `<target>/tools/bin/stamp-suite`, from the cache that outlives the clone when it is there.
pub(crate) fn ensure(folders: &Folders, output: Output<'_>) -> Result<()> {
    let cached = folders.cache()?.join(format!("{NAME}-{VERSION}"));
    let program = cached.join("bin").join(NAME);
    if !program.is_file() {
        install(folders, &cached, output)?;
    }
    let bin = folders.tools().join("bin");
    std::fs::create_dir_all(&bin).with_context(|| format!("failed to create {}", bin.display()))?;
    let (place, partial) = (bin.join(NAME), bin.join("partial"));
    std::fs::copy(&program, &partial).with_context(|| format!("failed to copy {}", program.display()))?;
    std::fs::rename(&partial, &place).with_context(|| format!("failed to put {}", place.display()))
}

fn install(folders: &Folders, root: &std::path::Path, output: Output<'_>) -> Result<()> {
    let mut command = cargo();
    command.args(["install", NAME, "--version", VERSION, "--locked", "--debug", "--root"]).arg(root);
    command.arg("--target-dir").arg(folders.tools().join("build")).env("CARGO_PROFILE_DEV_DEBUG", "false");
    process::run(&mut command, output)
}
