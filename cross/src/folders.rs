//! Where things lie: the clone, the target folder and what `cross` keeps in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The folders of one clone, absolute.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// The workspace, where `Cargo.toml` with `[workspace]` lies.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever the environment or a configuration puts it.
    pub(crate) target: PathBuf,
}

impl Folders {
    /// Asks cargo, which knows every way to move the target folder.
    pub(crate) fn find() -> Result<Self> {
        let metadata = metadata(None)?;
        let folder = |key: &str| {
            metadata[key].as_str().map(PathBuf::from).with_context(|| format!("cargo metadata has no {key}"))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// The names of all programs of tests, of every member.
    pub(crate) fn test_programs(&self) -> Result<Vec<String>> {
        let metadata = metadata(Some(&self.root))?;
        let packages = metadata["packages"].as_array().context("cargo metadata has no packages")?;
        let targets = packages.iter().filter_map(|package| package["targets"].as_array()).flatten();
        let tests = targets.filter(|target| target["kind"] == serde_json::json!(["test"]));
        let mut names: Vec<String> = tests.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// The console's sources.
    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("collector/web")
    }

    /// Where a person looks for the programs. `cargo test` writes here too.
    pub(crate) fn release(&self) -> PathBuf {
        self.target.join("release")
    }

    /// The same programs where no cargo command writes: what test, demo and bench start.
    pub(crate) fn bin(&self) -> PathBuf {
        self.target.join("bin")
    }

    /// Real peers that tests talk to.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// What outlives the clone: `$AVOW_CACHE`, else `avow` in the user's cache.
    pub(crate) fn cache(&self) -> Result<PathBuf> {
        if let Some(folder) = std::env::var_os("AVOW_CACHE") {
            return Ok(folder.into());
        }
        let home = std::env::var_os("HOME").context("neither AVOW_CACHE nor HOME is set")?;
        Ok(PathBuf::from(home).join(".cache/avow"))
    }

    /// Logs, stamps and pictures of one command; they stay for a look after a failure.
    pub(crate) fn kept(&self, what: &str) -> Result<PathBuf> {
        let folder = self.target.join("cross-kept").join(what);
        std::fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
        Ok(folder)
    }
}

/// What cargo tells of the workspace at `root`, or around this program's folder.
fn metadata(root: Option<&Path>) -> Result<serde_json::Value> {
    let mut command = cargo();
    if let Some(root) = root {
        command.current_dir(root);
    }
    let output = command
        .args(["metadata", "--format-version=1", "--no-deps"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed ({})", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The cargo that runs this program, without what it tells only this program: build scripts that watch these
/// variables would else rebuild after every `cargo x`.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// Programs that Debian keeps from the path of ordinary users (mosquitto, ip) are found all the same.
pub(crate) fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let missing = system.into_iter().filter(|folder| !known.contains(folder)).collect::<Vec<_>>();
    std::env::join_paths(known.into_iter().chain(missing)).unwrap_or(path)
}

/// The first file of that name on the search path.
pub(crate) fn command_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path()).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
