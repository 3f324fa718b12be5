//! Where the programs under test lie.

use std::path::{Path, PathBuf};

/// The path of a built program: in `$AVOW_BIN`, else in `<target>/bin`, else in `<target>/release`.
///
/// # Panics
/// When it is nowhere: says where it was looked for and what to type.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let folders = folders();
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not in {folders:?}; run `cargo x build` first"))
}

fn folders() -> Vec<PathBuf> {
    if let Some(given) = std::env::var_os("AVOW_BIN") {
        return vec![given.into()];
    }
    let test = std::env::current_exe().unwrap_or_default();
    target_of(&test).map(|target| vec![target.join("bin"), target.join("release")]).unwrap_or_default()
}

/// A test lies in `<target>/<profile>/deps/`.
fn target_of(test: &Path) -> Option<PathBuf> {
    test.ancestors().nth(3).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_three_above_the_test() {
        assert_eq!(target_of(Path::new("/t/release/deps/chaos-0")), Some("/t".into()));
    }

    #[test]
    #[should_panic(expected = "run `cargo x build` first")]
    fn a_missing_program_says_what_to_do() {
        let _ = program("avow-nothing");
    }
}
