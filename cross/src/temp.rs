//! A folder that goes with the value that names it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Removed with all that is in it on drop. Short on purpose: socket paths in it must stay under 108 bytes.
#[derive(Debug)]
pub(crate) struct TempFolder(PathBuf);

impl TempFolder {
    /// `<temporary folder>/avow-<what>-<pid>`, empty.
    pub(crate) fn new(what: &str) -> Result<Self> {
        Self::inside(&std::env::temp_dir(), what)
    }

    /// The same in a folder of choice, for measurements that need a real disk.
    pub(crate) fn inside(parent: &Path, what: &str) -> Result<Self> {
        let path = parent.join(format!("avow-{what}-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| format!("failed to empty {}", path.display()))?;
        }
        std::fs::create_dir_all(&path).with_context(|| format!("failed to create {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A folder below, created.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("failed to create {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("left behind: {} ({error})", self.0.display());
        }
    }
}
