//! The state folder: who the agent is, whom it believes, and the small things it remembers across a restart.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use avow_shared::assurance::Assurance;
use avow_shared::facts::DeviceFacts;
use avow_shared::hash::{from_hex, to_hex};
use avow_shared::order::Gate;
use avow_shared::wire::{PublicKey, Signer};
use nix::fcntl::{Flock, FlockArg};

use crate::assurance::{Kept as Told, Lived};
use crate::baseline::Baseline;
use crate::clock::Uptime;
use crate::relay::Ledger;
use crate::slots::Kept;
use crate::whole;

const MEETINGS: &str = "meetings";
const ASSURANCE: &str = "assurance";
const LIVED: &str = "assurance-lived";
const PLATES: &str = "devices.json";
const SLOTS: &str = "slots.json";
const BASELINE: &str = "baseline.json";
/// In the state folder: HQ's key as pinned at first use, in hexadecimal.
pub const PIN_FILE: &str = "hq.key";

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk.
    #[error("use {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another agent runs on it.
    #[error("use {0}: another agent runs on this state folder")]
    Locked(PathBuf),
    /// The key file holds no key.
    #[error(
        "read {0}: expected 32 bytes; the agent's key is damaged, put back a copy or remove it to become a new agent"
    )]
    NoKey(PathBuf),
}

/// A state folder that this process alone uses.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    _lock: Flock<File>,
}

impl State {
    /// Makes the folder when it is missing, and locks it.
    ///
    /// # Errors
    /// [`Error::Locked`] when another agent runs on it.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let io = |path: &Path, source| Error::Io { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| io(folder, error))?;
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.or_else(|_| File::open(&path)).map_err(|error| io(&path, error))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(_) => Err(Error::Locked(folder.to_owned())),
        }
    }

    /// The folder when somebody has used it; none when nobody has. It makes nothing: who looks may be another user than
    /// the agent, who could not use what was made for him.
    ///
    /// # Errors
    /// As [`State::open`].
    pub fn existing(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join("lock");
        match path.try_exists() {
            Ok(true) => Self::open(folder).map(Some),
            Ok(false) => Ok(None),
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The agent's key, made when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read or written; a damaged one is never replaced.
    ///
    /// # Panics
    /// When the system has no randomness: nothing can be signed then.
    pub fn signer(&self) -> Result<Signer, Error> {
        let path = self.folder.join("agent.key");
        match std::fs::read(&path) {
            Ok(bytes) => {
                let seed = <[u8; 32]>::try_from(bytes).map_err(|_| Error::NoKey(path))?;
                Ok(Signer::from_seed(&seed))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).expect("the system gives random bytes");
                self.write("agent.key", &seed)?;
                Ok(Signer::from_seed(&seed))
            }
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    /// Whether an agent has run here: it makes its key at once.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.folder.join("agent.key").exists()
    }

    /// HQ's key as pinned at first use.
    #[must_use]
    pub fn pin(&self) -> Option<PublicKey> {
        let text = std::fs::read_to_string(self.folder.join(PIN_FILE)).ok()?;
        PublicKey::from_bytes(&from_hex(text.trim())?).ok()
    }

    /// Pins HQ's key.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_pin(&self, key: &PublicKey) -> Result<(), Error> {
        self.write(PIN_FILE, format!("{}\n", to_hex(&key.bytes())).as_bytes())
    }

    /// Whether somebody said `meeting on` and nobody `meeting off` since.
    #[must_use]
    pub fn meeting(&self) -> bool {
        self.folder.join("meeting").exists()
    }

    /// Remembers what somebody said.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_meeting(&self, on: bool) -> Result<(), Error> {
        if on { self.write("meeting", b"on\n") } else { self.remove("meeting") }
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Io { path, source }),
            _ => Ok(()),
        }
    }

    /// Remembers what HQ told of its meetings.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_meetings(&self, kept: Option<&crate::meetings::Kept>) -> Result<(), Error> {
        match kept {
            Some(kept) => self.write(MEETINGS, &postcard::to_allocvec(kept).unwrap_or_default()),
            None => self.remove(MEETINGS),
        }
    }

    /// Remembers what HQ told of heightened assurance.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_assurance(&self, list: &Assurance) -> Result<(), Error> {
        self.write(ASSURANCE, &postcard::to_allocvec(list).unwrap_or_default())
    }

    /// The orders that were taken; what cannot be read is forgotten, and orders expire.
    #[must_use]
    pub fn gate(&self) -> Gate {
        let bytes = std::fs::read(self.folder.join("orders")).unwrap_or_default();
        postcard::from_bytes(&bytes).unwrap_or_default()
    }

    /// Remembers the orders that were taken.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_gate(&self, gate: &Gate) -> Result<(), Error> {
        self.write("orders", &postcard::to_allocvec(gate).unwrap_or_default())
    }

    /// Who the devices said they are; what cannot be read is forgotten, and the next runs read it again.
    #[must_use]
    pub fn plates(&self) -> Vec<DeviceFacts> {
        let text = std::fs::read(self.folder.join(PLATES)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Remembers who the devices are.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_plates(&self, plates: &[DeviceFacts]) -> Result<(), Error> {
        self.write(PLATES, &serde_json::to_vec_pretty(plates).unwrap_or_default())
    }

    /// How devices were accepted. A document that cannot be read is set aside and never written over.
    #[must_use]
    pub fn baseline(&self) -> Baseline {
        let path = self.folder.join(BASELINE);
        let Ok(text) = std::fs::read_to_string(&path) else { return Baseline::default() };
        Baseline::read(&text).unwrap_or_else(|| {
            let aside = self.folder.join(format!("{BASELINE}.damaged"));
            tracing::error!(path = %path.display(), aside = %aside.display(), "the baseline cannot be read: learn it again");
            if let Err(error) = std::fs::rename(&path, &aside) {
                tracing::error!(%error, "it cannot be set aside");
            }
            Baseline::default()
        })
    }

    /// When exercises ran last that have a time of the day; nothing when that cannot be read: then they run once more.
    #[must_use]
    pub fn slots(&self) -> Kept {
        let text = std::fs::read_to_string(self.folder.join(SLOTS)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Remembers when exercises ran last.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_slots(&self, kept: &Kept) -> Result<(), Error> {
        self.write(SLOTS, &serde_json::to_vec(kept).unwrap_or_default())
    }

    /// Remembers how devices were accepted.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_baseline(&self, baseline: &Baseline) -> Result<(), Error> {
        self.write(BASELINE, baseline.written().as_bytes())
    }

    /// How often relays were used. Damaged, it is taken for one that allows nothing new for a day: no relay is switched
    /// too often because a file was lost.
    #[must_use]
    pub fn relays(&self) -> Ledger {
        match std::fs::read(self.folder.join("relays")) {
            Ok(bytes) => postcard::from_bytes(&bytes).unwrap_or_else(|_| Ledger::spent()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ledger::default(),
            Err(_) => Ledger::spent(),
        }
    }

    /// Remembers how often relays were used.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_relays(&self, ledger: &Ledger) -> Result<(), Error> {
        self.write("relays", &postcard::to_allocvec(ledger).unwrap_or_default())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join(name);
        whole::write(&path, bytes, 0o600).map_err(|source| Error::Io { path, source })
    }
}

/// What HQ told of its meetings, in a state folder that another may use; what cannot be read was never told. It comes again within
/// hours.
#[must_use]
pub fn meetings(folder: &Path) -> Option<crate::meetings::Kept> {
    postcard::from_bytes(&std::fs::read(folder.join(MEETINGS)).ok()?).ok()
}

/// The same of what it told of heightened assurance, which reaches a day at most; what is there and cannot be read was told. Notes how
/// long the box has lived with it, so that without a clock it ends as well.
#[must_use]
pub fn assurance(folder: &Path, now: Option<&Uptime>) -> Told {
    let list: Option<Assurance> = match std::fs::read(folder.join(ASSURANCE)) {
        Ok(bytes) => postcard::from_bytes(&bytes).ok(),
        // Nor is there a folder, where no agent ever ran.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Told::Never,
        Err(_) => None,
    };
    let told = Told::of(list, 0);
    let as_of_ms = if let Told::Told { list, .. } = &told { list.as_of_ms } else { 0 };
    let lived_ms = now.map_or(0, |now| lived(folder, as_of_ms, now));
    match told {
        Told::Never => Told::Never,
        Told::Told { list, .. } => Told::Told { list, lived_ms },
        Told::Lost { .. } => {
            let path = folder.join(ASSURANCE).display().to_string();
            tracing::error!(path, "what HQ told of heightened assurance cannot be read and counts as a change freeze");
            Told::Lost { lived_ms }
        }
    }
}

/// How long the box has lived with a list, noted up to now.
fn lived(folder: &Path, as_of_ms: u64, now: &Uptime) -> u64 {
    let path = folder.join(LIVED);
    let kept: Option<Lived> = std::fs::read(&path).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let kept = kept.filter(|kept| kept.as_of_ms == as_of_ms);
    let lived = kept.map_or_else(|| Lived::new(as_of_ms, now.clone()), |kept| kept.until(now));
    let bytes = postcard::to_allocvec(&lived).unwrap_or_default();
    // Who may only read counts on from what was noted last.
    if let Err(error) = whole::write(&path, &bytes, 0o600) {
        tracing::warn!(%error, path = %path.display(), "how long the box has lived with a list cannot be noted");
    }
    lived.lived_ms
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_nobody_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("state");
        let id = State::open(&folder).expect("opens").signer().expect("a key").id();
        let state = State::open(&folder).expect("opens");
        assert_eq!(state.signer().expect("a key").id(), id);
        let mode = std::fs::metadata(folder.join("agent.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_hq_told_of_assurance_is_read_back_by_whoever_uses_the_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let state = State::open(dir.path()).expect("opens");
        assert_eq!(assurance(dir.path(), None), Told::Never);
        assert_eq!(assurance(&dir.path().join("nowhere"), None), Told::Never);
        let list = Assurance { as_of_ms: 7, ..Assurance::default() };
        state.set_assurance(&list).expect("is written");
        assert_eq!(assurance(dir.path(), None), Told::Told { list, lived_ms: 0 });
        std::fs::write(dir.path().join(ASSURANCE), b"\xff").expect("is written");
        assert_eq!(assurance(dir.path(), None), Told::Lost { lived_ms: 0 }, "something was told");
        std::fs::remove_file(dir.path().join(ASSURANCE)).expect("is removed");
        std::fs::create_dir(dir.path().join(ASSURANCE)).expect("is made");
        assert_eq!(assurance(dir.path(), None), Told::Lost { lived_ms: 0 }, "what the system does not give out");
    }

    #[test]
    fn how_long_a_box_has_lived_with_a_list_is_counted_over_its_starts_and_anew_with_another() {
        let dir = tempfile::tempdir().expect("a folder");
        let state = State::open(dir.path()).expect("opens");
        let lived = |boot: &str, ms| match assurance(dir.path(), Some(&Uptime { boot: boot.into(), ms })) {
            Told::Told { lived_ms, .. } | Told::Lost { lived_ms } => Some(lived_ms),
            Told::Never => None,
        };
        assert_eq!(lived("a", 5), None);
        let tell = |as_of_ms| state.set_assurance(&Assurance { as_of_ms, ..Assurance::default() }).expect("is written");
        tell(7);
        assert_eq!([lived("a", 10), lived("a", 30), lived("b", 4), lived("b", 5)], [0, 20, 24, 25].map(Some));
        tell(8);
        assert_eq!([lived("b", 6), lived("b", 7)], [0, 1].map(Some));
        std::fs::write(dir.path().join(ASSURANCE), b"\xff").expect("is written");
        assert_eq!([lived("b", 9), lived("c", 3)], [0, 3].map(Some), "a damaged one ends as well");
    }

    #[test]
    fn two_agents_never_share_a_state_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = State::open(dir.path()).expect("opens");
        assert!(matches!(State::open(dir.path()), Err(Error::Locked(_))));
        drop(first);
        assert!(State::open(dir.path()).is_ok());
    }

    #[test]
    fn who_looks_makes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("state");
        assert!(State::existing(&folder).expect("looks").is_none() && !folder.exists());
        State::open(&folder).expect("opens").set_meeting(true).expect("writes");
        let state = State::existing(&folder).expect("looks").expect("is there");
        assert!(state.meeting() && !state.has_key(), "a meeting may be noted before the first run");
        state.signer().expect("a key");
        assert!(state.has_key());
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("agent.key"), b"short").expect("writes");
        let state = State::open(dir.path()).expect("opens");
        assert!(matches!(state.signer(), Err(Error::NoKey(_))));
    }

    #[test]
    fn what_was_said_is_remembered() {
        let dir = tempfile::tempdir().expect("a folder");
        let state = State::open(dir.path()).expect("opens");
        assert!(!state.meeting() && state.pin().is_none() && state.gate() == Gate::default());
        state.set_meeting(true).expect("writes");
        let key = Signer::from_seed(&[1; 32]).public();
        state.set_pin(&key).expect("writes");
        assert_eq!((state.meeting(), state.pin()), (true, Some(key)));
        state.set_meeting(false).expect("removes");
        state.set_meeting(false).expect("twice is once");
        assert!(!state.meeting());
    }
}
