//! What does not work at HQ itself just now: a code that consoles have words for, and what the system said.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store;

/// Why HQ does not do all of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// No room is left for the journal: reports stay with the agents.
    DiskFull,
    /// Nothing can be written to the disk of the journal.
    DiskReadOnly,
    /// The disk of the journal fails in another way.
    DiskFailed,
    /// The broker is not there, or does not let HQ listen: nothing is heard.
    Broker,
}

/// What does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind.
    pub cause: Cause,
    /// What the system said, for whoever repairs it.
    pub detail: String,
}

impl Trouble {
    /// The broker is not reached.
    #[must_use]
    pub fn broker() -> Self {
        Self { cause: Cause::Broker, detail: "the broker cannot be reached".to_owned() }
    }
}

impl From<&store::Error> for Trouble {
    fn from(error: &store::Error) -> Self {
        let kind = if let store::Error::Io { cause, .. } = error { cause.kind() } else { ErrorKind::Other };
        let cause = match kind {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Cause::DiskFull,
            ErrorKind::ReadOnlyFilesystem => Cause::DiskReadOnly,
            _ => Cause::DiskFailed,
        };
        Self { cause, detail: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: i32, expected: Cause) {
        let cause = std::io::Error::from_raw_os_error(said);
        let error = store::Error::Io { path: "/data/journal".into(), cause };
        let Trouble { cause, detail } = Trouble::from(&error);
        assert_eq!(cause, expected, "errno {said}");
        assert!(detail.contains("/data/journal"), "{detail}");
    }

    #[test]
    fn what_the_disk_says_becomes_a_code() {
        check(nix::libc::ENOSPC, Cause::DiskFull);
        check(nix::libc::EDQUOT, Cause::DiskFull);
        check(nix::libc::EROFS, Cause::DiskReadOnly);
        check(nix::libc::EIO, Cause::DiskFailed);
    }

    #[test]
    fn the_codes_are_those_that_consoles_have_words_for() {
        let codes = [Cause::DiskFull, Cause::DiskReadOnly, Cause::DiskFailed, Cause::Broker]
            .map(|cause| serde_json::to_value(cause).expect("a word"));
        assert_eq!(codes, ["disk-full", "disk-read-only", "disk-failed", "broker"]);
    }
}
