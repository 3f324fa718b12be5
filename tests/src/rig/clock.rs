//! The clock that a program believes: the machine's, or that of a box without battery.

use std::path::PathBuf;
use std::process::Command;

/// What a program's wall clock says when it starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's own.
    #[default]
    Machine,
    /// The first of January 1970, running on from there.
    Epoch,
    /// Another moment, `2026-11-22 21:00:00` UTC, running on from there.
    At(&'static str),
}

impl Clock {
    /// Makes `command` believe it. The monotonic clock stays as it is, or no timer would ever fire right.
    ///
    /// # Panics
    /// When libfaketime is not installed.
    pub fn apply(self, command: &mut Command) {
        let moment = match self {
            Self::Machine => None,
            Self::Epoch => Some("1970-01-01 00:00:10"),
            Self::At(moment) => Some(moment),
        };
        if let Some(moment) = moment {
            command
                .env("LD_PRELOAD", library())
                .env("FAKETIME", format!("@{moment}"))
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("FAKETIME_DISABLE_SHM", "1")
                .env("TZ", "UTC");
        }
    }
}

fn library() -> PathBuf {
    let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut paths = architectures.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    paths.find(|path| path.is_file()).expect("libfaketime is installed: apt-get install libfaketime")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(clock: Clock) -> String {
        let mut date = Command::new("date");
        clock.apply(date.arg("+%Y"));
        String::from_utf8(date.output().expect("date runs").stdout).expect("text").trim().to_owned()
    }

    #[test]
    fn the_epoch_is_1970_and_the_machine_is_not() {
        assert_eq!(year(Clock::Epoch), "1970");
        assert_eq!(year(Clock::At("2031-02-03 04:05:06")), "2031");
        assert_ne!(year(Clock::Machine), "1970");
    }
}
