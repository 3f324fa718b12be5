//! A small disk of its own, and what fills it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, mounted on a folder; goes with the value. Drop whoever writes on it first.
#[derive(Debug)]
pub struct Tmpfs(PathBuf);

impl Tmpfs {
    /// Mounts one of `mib` MiB on the folder `at`.
    ///
    /// # Panics
    /// When this is not root's process: mounting needs root.
    #[must_use]
    pub fn mount(at: PathBuf, mib: u32) -> Self {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        left_behind(&mounts, |test| Path::new("/proc").join(test).exists()).iter().for_each(|at| unmount(at));
        let mut mount = Command::new("mount");
        let source = format!("{SOURCE}{}", std::process::id());
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=700"), &source]).arg(&at);
        let done = mount.output().expect("mount is installed");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "a full disk can only be tested as root (mount -t tmpfs): {said}");
        Self(at)
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Nothing can be written from now on, as when a card has failed.
    ///
    /// # Panics
    /// When somebody has a file open for writing.
    pub fn turn_read_only(&self) {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "{} cannot be mounted read-only", self.0.display());
    }

    /// Fills it to the last byte.
    #[must_use]
    pub fn fill(&self) -> Ballast {
        let mut ballast = Ballast(self.0.join("ballast"));
        ballast.top_up();
        ballast
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

/// What is mounted is called so, and by the number of the test's process.
const SOURCE: &str = "avow-test-";

/// Where the disks of tests are that did not live to take them away.
fn left_behind(mounts: &str, lives: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let dead = |line: &str| {
        let (source, rest) = line.split_once(' ')?;
        let test = source.strip_prefix(SOURCE).filter(|test| !lives(test))?;
        let is_number = !test.is_empty() && test.bytes().all(|byte| byte.is_ascii_digit());
        rest.split(' ').next().filter(|_| is_number).map(PathBuf::from)
    };
    mounts.lines().filter_map(dead).collect()
}

fn unmount(at: &Path) {
    // Lazily: a program that is being killed may still hold a file for a moment.
    let done = Command::new("umount").arg("-l").arg(at).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("left mounted: {}", at.display());
    }
}

/// The file that fills a disk; removed when dropped.
#[derive(Debug)]
pub struct Ballast(PathBuf);

impl Ballast {
    /// Takes what somebody has given back meanwhile.
    ///
    /// # Panics
    /// When the disk fails in another way than by being full.
    pub fn top_up(&mut self) {
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.0).expect("a ballast file can be opened");
        for size in [1 << 20, 1 << 12, 1] {
            fill(&mut file, &vec![0xaa; size]);
        }
    }
}

fn fill(file: &mut File, block: &[u8]) {
    loop {
        match file.write_all(block) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return,
            Err(error) => panic!("the ballast cannot be written: {error}"),
        }
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        // Emptied first: a program that another test is just starting may have the file open until it is loaded, and
        // a file that is open keeps its blocks though its name is gone.
        let emptied = OpenOptions::new().write(true).truncate(true).open(&self.0).map(drop);
        if let Err(error) = emptied.and_then(|()| std::fs::remove_file(&self.0)) {
            eprintln!("the ballast stays: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Folder;

    #[test]
    fn only_the_disks_of_dead_tests_are_left_behind() {
        let mounts = "tmpfs /tmp tmpfs rw 0 0\navow-test-7 /tmp/a/disk tmpfs rw 0 0\navow-test-8 /tmp/b/disk tmpfs rw 0 0\n\
                      avow-test- /tmp/c tmpfs rw 0 0\navow-test-x /tmp/d tmpfs rw 0 0\n";
        assert_eq!(left_behind(mounts, |test| test == "8"), [PathBuf::from("/tmp/a/disk")]);
        assert_eq!(left_behind(mounts, |_| true), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_full_disk_takes_nothing_until_the_ballast_goes() {
        let folder = Folder::new();
        let disk = Tmpfs::mount(folder.folder("disk"), 1);
        let write = |name: &str| std::fs::write(disk.path().join(name), [0; 5_000]);
        write("before").expect("there is room");
        let ballast = disk.fill();
        assert_eq!(write("meanwhile").expect_err("full").kind(), ErrorKind::StorageFull);
        let held = File::open(&ballast.0).expect("the ballast is there");
        drop(ballast);
        write("after").expect("there is room again");
        drop(held);
    }
}
