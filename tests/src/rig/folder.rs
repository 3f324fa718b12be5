//! The folder of one test: data, configurations and logs, gone when the test ends.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder of its own for every test, so that two runs at once never meet. `AVOW_KEEP=1` keeps it.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// An empty folder. Its path is short: the sockets in it must stay under 108 bytes.
    ///
    /// # Panics
    /// When the folder for temporary files cannot be written.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes a folder, which no default value does")]
    pub fn new() -> Self {
        let mut folder = tempfile::Builder::new().prefix("avow-").tempdir().expect("a temporary folder can be made");
        if std::env::var_os("AVOW_KEEP").is_some() {
            folder.disable_cleanup(true);
            println!("kept: {}", folder.path().display());
        }
        Self(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of `name` in it; nothing is made.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A folder below, made if need be.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::create_dir_all(&path).expect("a folder can be made in the temporary folder");
        path
    }

    /// The first path `name.0.ending`, `name.1.ending` … that nobody has.
    #[must_use]
    pub fn next(&self, name: &str, ending: &str) -> PathBuf {
        let mut paths = (0u32..).map(|n| self.file(&format!("{name}.{n}.{ending}")));
        paths.find(|path| !path.exists()).unwrap_or_default()
    }
}
