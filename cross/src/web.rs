//! The console's npm commands, each skipped when nothing that it reads has changed since it last succeeded.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::folders::{Folders, search_path};
use crate::process::{self, Output};

/// Below `collector/web`, what npm writes itself, and the browser's script, which is no part of the page.
const NO_SOURCE: [&str; 3] = ["node_modules", "dist", "e2e"];

/// `npm ci`, when the lock file or the installed modules changed.
pub(crate) fn install(folders: &Folders, output: Output<'_>) -> Result<()> {
    let web = folders.web();
    ensure!(web.join("package-lock.json").is_file(), "{} has no package-lock.json", web.display());
    let inputs = [web.join("package.json"), web.join("package-lock.json")];
    let result = web.join("node_modules/.package-lock.json");
    unless_fresh(folders, "install", &inputs, &result, || {
        npm(folders, &["ci", "--no-audit", "--no-fund", "--prefer-offline"], output)
    })
}

/// Types, lints and the unit tests of the console.
pub(crate) fn check(folders: &Folders, output: Output<'_>) -> Result<()> {
    npm(folders, &["run", "check"], output)?;
    npm(folders, &["run", "test"], output)
}

/// `npm run build` into `collector/web/dist`, which the collector embeds.
pub(crate) fn build(folders: &Folders, output: Output<'_>) -> Result<()> {
    install(folders, output)?;
    let inputs = sources(&folders.web())?;
    let result = folders.web().join("dist/index.html");
    unless_fresh(folders, "build", &inputs, &result, || npm(folders, &["run", "build"], output))
}

fn npm(folders: &Folders, words: &[&str], output: Output<'_>) -> Result<()> {
    let mut command = Command::new("npm");
    command
        .args(words)
        .current_dir(folders.web())
        .env("PATH", search_path())
        .env("CI", "1")
        .env("NO_UPDATE_NOTIFIER", "1");
    process::run(&mut command, output)
}

/// Runs `work` unless `result` exists and the stamp of its last success names the same inputs.
fn unless_fresh(
    folders: &Folders,
    name: &str,
    inputs: &[PathBuf],
    result: &Path,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = folders.kept("stamps")?.join(format!("web-{name}"));
    let wanted = fingerprint(inputs)?;
    if result.exists() && std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    work()?;
    ensure!(result.exists(), "npm succeeded, but {} is not there", result.display());
    std::fs::write(&stamp, wanted).with_context(|| format!("failed to write {}", stamp.display()))
}

/// Names and contents: a checkout that only touches times builds nothing. The path tells clones that share a target
/// folder apart.
fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
        for part in [file.as_os_str().as_encoded_bytes(), &bytes] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(format!("{:016x} {} files\n", hasher.finish(), files.len()))
}

/// All files of the folder in a fixed order, without what npm writes.
fn sources(web: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![web.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let is_written = folder == web && NO_SOURCE.iter().any(|name| entry.file_name() == *name);
            match entry.file_type()? {
                kind if kind.is_dir() && !is_written => open.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;

    #[test]
    fn work_is_done_again_when_an_input_or_the_result_changed() {
        let temp = TempFolder::new("stamps").unwrap();
        let folders = Folders { root: temp.path().to_owned(), target: temp.path().join("target") };
        let (input, result) = (temp.path().join("input"), temp.path().join("result"));
        let runs = |text: &str| {
            std::fs::write(&input, text).unwrap();
            let mut ran = false;
            unless_fresh(&folders, "test", std::slice::from_ref(&input), &result, || {
                ran = true;
                Ok(std::fs::write(&result, "made")?)
            })
            .unwrap();
            ran
        };
        assert!(runs("one"));
        assert!(!runs("one"));
        assert!(runs("two"));
        std::fs::remove_file(&result).unwrap();
        assert!(runs("two"));
        assert!(!runs("two"));
    }

    #[test]
    fn sources_leave_out_what_npm_writes() {
        let temp = TempFolder::new("sources").unwrap();
        for file in ["src/dist/a.ts", "package.json", "dist/index.html", "node_modules/x/index.js"] {
            let path = temp.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        let found = sources(temp.path()).unwrap();
        assert_eq!(found, [temp.path().join("package.json"), temp.path().join("src/dist/a.ts")]);
    }
}
