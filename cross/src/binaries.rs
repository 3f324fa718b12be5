//! The programs as they are shipped: built, and put where they are looked for.
//!
//! The agent has a profile of its own. `cargo test` links a second agent, of the release profile, into
//! `<target>/release`; therefore the shipped four also lie in `<target>/bin`, where no cargo command writes.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::folders::{Folders, cargo};
use crate::needs::{self, Purpose};
use crate::process::{self, Output};
use crate::web;

/// Built with the release profile.
const RELEASE: [&str; 3] = ["avow-collector", "avow-fleet", "avow-sim"];
/// Built with the agent profile.
const AGENT: &str = "avow-agent";
/// Built with both.
const INSTRUMENT: &str = "avow-sim";

/// The agent's bound, 6 MB as flash is counted: a box may have 8 MB of it for all its programs.
pub(crate) const AGENT_AT_MOST: u64 = 6 * 1024 * 1024;

/// `cargo x build`: console, programs, agent, in place.
pub(crate) fn build(folders: &Folders, output: Output<'_>) -> Result<()> {
    needs::provide(Purpose::Build)?;
    web::build(folders, output)?;
    programs(folders, output)?;
    agent(folders, output)?;
    put_in_place(folders)
}

/// All but the agent. The console must be built before: the collector embeds it. The whole workspace is selected, so
/// that the crates beneath get the same features as for `cargo test` and are not built again for them.
pub(crate) fn programs(folders: &Folders, output: Output<'_>) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--release", "--workspace"]).current_dir(&folders.root);
    for name in RELEASE {
        command.args(["--bin", name]);
    }
    process::run(&mut command, output)
}

/// The small agent. Uses its own folder and lock, so that it can be built beside the others.
pub(crate) fn agent(folders: &Folders, output: Output<'_>) -> Result<()> {
    as_shipped(folders, &["-p", AGENT, "--bins"], output)
}

/// What measures the agent's analysis, compiled as the shipped agent is: where it is. The simulators of `<target>/bin` are of the
/// release profile, whose analysis is another one.
pub(crate) fn instrument(folders: &Folders, output: Output<'_>) -> Result<PathBuf> {
    as_shipped(folders, &["-p", "avow-tests", "--bin", INSTRUMENT], output)?;
    Ok(folders.target.join("agent").join(INSTRUMENT))
}

fn as_shipped(folders: &Folders, what: &[&str], output: Output<'_>) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--profile", "agent"]).args(what).current_dir(&folders.root);
    command.args(["--config", &smaller(&crate_sources())]);
    process::run(&mut command, output)
}

/// What the profile cannot say, for the target on which it was measured. With frame pointers the tables for unwinding need
/// not follow every push; addresses that the start has to correct are packed (glibc 2.36 understands it, an older one refuses
/// to start the program); functions with the same code are one; and nobody needs to know where the crates lay when a panic
/// names its line.
fn smaller(sources: &[PathBuf]) -> String {
    let plain = ["-Cforce-frame-pointers=yes", "-Clink-arg=-Wl,-z,pack-relative-relocs", "-Clink-arg=-Wl,--icf=all"];
    let plain = plain.map(str::to_owned);
    let shorter = sources.iter().map(|folder| format!("--remap-path-prefix={}=", folder.display()));
    let flags: Vec<String> = plain.into_iter().chain(shorter).collect();
    format!("target.x86_64-unknown-linux-gnu.rustflags={flags:?}")
}

/// Where cargo unpacks the crates of registries; none when it has not done so yet, or they lie elsewhere.
fn crate_sources() -> Vec<PathBuf> {
    let in_home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(in_home);
    let entries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let mut folders: Vec<PathBuf> =
        entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

/// Says how large the agent is that was put in place; above its bound it is an error.
pub(crate) fn agent_fits(folders: &Folders) -> Result<()> {
    println!("{}", fits(&folders.bin().join(AGENT))?);
    Ok(())
}

fn fits(program: &Path) -> Result<String> {
    let bytes = program.metadata().with_context(|| format!("failed to find {}", program.display()))?.len();
    let said = format!("{} has {bytes} bytes of {AGENT_AT_MOST}", program.display());
    ensure!(bytes <= AGENT_AT_MOST, "{said}: docs/decisions.md says what made it smaller");
    Ok(said)
}

/// Puts what was built into `<target>/bin` and the small agent into `<target>/release`.
pub(crate) fn put_in_place(folders: &Folders) -> Result<()> {
    let (release, bin) = (folders.release(), folders.bin());
    std::fs::create_dir_all(&bin).with_context(|| format!("failed to create {}", bin.display()))?;
    for name in RELEASE {
        put(&release.join(name), &bin.join(name))?;
    }
    put(&folders.target.join("agent").join(AGENT), &bin.join(AGENT))?;
    put(&bin.join(AGENT), &release.join(AGENT))
}

/// Copies by rename, so that a running program keeps its file and no half of a file is ever seen. The copy takes the
/// original's time, by which the next call knows that there is nothing to do.
fn put(from: &Path, to: &Path) -> Result<()> {
    let meta = from.metadata().with_context(|| format!("failed to find {}", from.display()))?;
    let made = meta.modified()?;
    if to.metadata().is_ok_and(|there| there.len() == meta.len() && there.modified().is_ok_and(|time| time == made)) {
        return Ok(());
    }
    let partial = to.with_extension("partial");
    std::fs::copy(from, &partial).with_context(|| format!("failed to copy {}", from.display()))?;
    File::options().write(true).open(&partial)?.set_modified(made)?;
    std::fs::rename(&partial, to).with_context(|| format!("failed to put {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_changed_program_replaces_the_copy_and_an_unchanged_one_does_not() {
        let temp = TempFolder::new("put").unwrap();
        let (from, to) = (temp.path().join("from"), temp.path().join("to"));
        let inode = |path: &Path| path.metadata().unwrap().ino();
        std::fs::write(&from, "one").unwrap();
        put(&from, &to).unwrap();
        let first = inode(&to);
        put(&from, &to).unwrap();
        assert_eq!(inode(&to), first, "copied again without a reason");
        std::fs::write(&from, "two").unwrap();
        put(&from, &to).unwrap();
        assert_ne!(inode(&to), first, "written into a file that may be running");
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "two");
    }

    #[test]
    fn the_flags_of_the_agent_are_one_value_of_a_configuration() {
        let flags = smaller(&["/home/a b/.cargo/registry/src/index-1".into()]);
        let (key, list) = flags.split_once('=').unwrap();
        assert_eq!(key, "target.x86_64-unknown-linux-gnu.rustflags");
        // A list of plain strings is the same in TOML and JSON.
        let list: Vec<String> = serde_json::from_str(list).unwrap();
        assert_eq!(list.last().unwrap(), "--remap-path-prefix=/home/a b/.cargo/registry/src/index-1=");
    }

    #[test]
    fn an_agent_above_its_bound_is_an_error() {
        let temp = TempFolder::new("fits").unwrap();
        let program = temp.path().join("agent");
        assert!(fits(&program).is_err(), "it is not there");
        let file = File::create(&program).unwrap();
        file.set_len(AGENT_AT_MOST).unwrap();
        assert!(fits(&program).unwrap().ends_with("has 6291456 bytes of 6291456"));
        file.set_len(AGENT_AT_MOST + 1).unwrap();
        assert!(fits(&program).unwrap_err().to_string().contains("has 6291457 bytes of 6291456"));
    }

    #[test]
    fn what_something_else_put_there_is_replaced() {
        let temp = TempFolder::new("overwritten").unwrap();
        let (from, to) = (temp.path().join("from"), temp.path().join("to"));
        std::fs::write(&from, "small").unwrap();
        put(&from, &to).unwrap();
        std::fs::write(&to, "large").unwrap();
        put(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "small");
    }
}
