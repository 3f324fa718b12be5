//! What does not work at HQ itself just now: a code that consoles have words for, and what the system said.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::document::archive::Room;
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
    /// HQ's own core does nothing any more: nothing is stored or shown.
    Core,
    /// The archive has as many documents as it may hold: nothing is signed off any more, and all that was is kept.
    DocumentsFull,
    /// HQ's database was damaged and set aside at this start: registers, plans and records are empty until a backup is restored.
    SetAside,
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

/// The core says at least so often that it goes round; a flush or a snapshot may keep it this long.
const CORE_SILENT_MS: u64 = 15_000;

impl Trouble {
    /// What it means that the core went round last at `beat_ms`; nothing before its first round, while it reads the journal.
    #[must_use]
    pub fn of_core(beat_ms: u64, now_ms: u64) -> Option<Self> {
        let silent_ms = now_ms.saturating_sub(beat_ms);
        let detail = || format!("the core has done nothing for {} s", silent_ms / 1_000);
        (beat_ms > 0 && silent_ms > CORE_SILENT_MS).then(|| Self { cause: Cause::Core, detail: detail() })
    }
}

impl Trouble {
    /// What the room of the archive of signed documents means: that it fills is told beside, and keeps nobody from anything.
    #[must_use]
    pub fn of_archive((kept, most, room): (usize, usize, Room)) -> Option<Self> {
        let detail =
            || format!("{kept} of {most} documents: let it hold more ('documents' in the settings) and start again");
        (room == Room::Full).then(|| Self { cause: Cause::DocumentsFull, detail: detail() })
    }
}

impl Trouble {
    /// HQ's database was damaged at this start and lies in `folder` now.
    #[must_use]
    pub fn set_aside(folder: &Path) -> Self {
        let folder = folder.display();
        let detail =
            format!("HQ's database was damaged and is kept in {folder}: registers, plans and records are empty");
        Self { cause: Cause::SetAside, detail }
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
        use Cause::{Broker, Core, DiskFailed, DiskFull, DiskReadOnly, DocumentsFull, SetAside};
        let codes = [DiskFull, DiskReadOnly, DiskFailed, Broker, Core, DocumentsFull, SetAside]
            .map(|cause| serde_json::to_value(cause).expect("a word"));
        assert_eq!(
            codes,
            ["disk-full", "disk-read-only", "disk-failed", "broker", "core", "documents-full", "set-aside"]
        );
    }

    #[test]
    fn an_archive_is_trouble_when_it_is_full_and_not_before() {
        let cause = |room| Trouble::of_archive((9, 9, room)).map(|trouble| trouble.cause);
        let expected = [None, None, Some(Cause::DocumentsFull)];
        assert_eq!([Room::Enough, Room::Filling, Room::Full].map(cause), expected);
    }

    #[test]
    fn a_core_that_does_not_go_round_is_trouble_and_one_that_has_not_begun_is_none() {
        for (beat_ms, now_ms, expected) in
            [(0, 90_000, None), (1_000, 16_000, None), (1_000, 16_001, Some(Cause::Core)), (2_000, 1_000, None)]
        {
            assert_eq!(Trouble::of_core(beat_ms, now_ms).map(|trouble| trouble.cause), expected, "{beat_ms} {now_ms}");
        }
    }
}
