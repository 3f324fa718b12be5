//! A real kernel for the test of sensors and relays: Debian's own, with a module of the tests, to be booted in QEMU.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::{Folders, search_path};
use crate::process::{self, Output};

const PARTS: [&str; 3] = ["vmlinuz", "i2c-dev.ko", "bench.ko"];

/// Makes `<target>/tools/guest`, from the cache that outlives the clone when the same module was built before.
pub(crate) fn ensure(folders: &Folders, output: Output<'_>) -> Result<()> {
    let sources = folders.root.join("tests/guest");
    let script = sources.join("kernel.sh");
    let cached = folders.cache()?.join(format!("guest-{:016x}", print_of(&[sources.join("bench.c"), script.clone()])?));
    if !PARTS.iter().all(|part| cached.join(part).is_file()) {
        process::run(Command::new("sh").arg(&script).arg(&cached).env("PATH", search_path()), output)?;
    }
    let guest = folders.tools().join("guest");
    std::fs::create_dir_all(&guest).with_context(|| format!("failed to create {}", guest.display()))?;
    for part in PARTS {
        let (from, to) = (cached.join(part), guest.join(part));
        std::fs::copy(&from, &to).with_context(|| format!("failed to copy {}", from.display()))?;
    }
    Ok(())
}

/// A print of what is built: FNV-1a over the files.
fn print_of(files: &[PathBuf]) -> Result<u64> {
    let mut print = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
        print = bytes.iter().fold(print, |print, byte| (print ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }
    Ok(print)
}
