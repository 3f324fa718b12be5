//! A real kernel for tests: Debian's own, with a module of ours, to be booted in QEMU.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::{Folders, search_path};
use crate::process::{self, Output};

/// What has to be there of it.
const PARTS: [&str; 5] = ["vmlinuz", "bench.ko", "i2c-dev.ko", "virtio_blk.ko", "ext4.ko"];

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
    let parts = cached.read_dir().with_context(|| format!("failed to list {}", cached.display()))?;
    for part in parts {
        let from = part.with_context(|| format!("failed to list {}", cached.display()))?.path();
        let name = from.file_name().unwrap_or_default();
        std::fs::copy(&from, guest.join(name)).with_context(|| format!("failed to copy {}", from.display()))?;
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
