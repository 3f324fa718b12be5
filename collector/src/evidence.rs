//! Evidence by content: taken only when a stored report of the same agent names it, complete only when its hash is right.
//!
//! Files lie under `aa/<hash>`; what is on its way lies under `part/`. Evidence of each probe's newest full outcome stays, and
//! so do the pictures of presets' references; other evidence is collected a day after it came, or sooner when there is more than the bound.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use avow_shared::hash::ContentHash;
use avow_shared::id::AgentId;
use avow_shared::outcome::{Evidence, EvidenceKind, MAX_EVIDENCE_BYTES};
use avow_shared::wire::{PublicKey, Report};

use crate::fact::Stored;
use crate::province::View;

/// Names that are remembered; the oldest go first. An agent whose name was forgotten gives the piece up.
const MOST_NAMES: usize = 100_000;
/// How long evidence stays that no newest outcome names.
pub const KEEP_MS: u64 = 24 * 3_600_000;
/// What stands before the hash and the size in the bytes that an uploader signs.
pub const SIGNED_PREFIX: &[u8] = b"avow evidence v1\n";

/// Whose key is whose.
pub trait Keys: Send + Sync {
    /// The public key of an agent that said hello.
    fn key(&self, id: AgentId) -> Option<PublicKey>;
}

/// The bytes that an uploader signs: prefix, hash, total size as u32 big-endian.
#[must_use]
pub fn signed_bytes(hash: ContentHash, size: u32) -> Vec<u8> {
    [SIGNED_PREFIX, &hash.0, &size.to_be_bytes()].concat()
}

/// Why a piece is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No stored report of this agent names it.
    #[error("no stored report of this agent names this evidence")]
    NotNamed,
    /// The size is not the one that the report names.
    #[error("the report names {named} bytes")]
    Size {
        /// What the report says.
        named: u32,
    },
    /// It does not continue where the last part ended.
    #[error("the next byte that is expected is {expected}")]
    Offset {
        /// Where to continue.
        expected: u32,
    },
    /// More bytes than announced.
    #[error("more bytes than announced")]
    TooLong,
    /// All bytes came, but they are not what the report names; they were thrown away.
    #[error("the bytes do not have this hash")]
    Hash,
    /// Another upload of the same piece is under way.
    #[error("another upload of this evidence is under way")]
    Busy,
    /// The disk.
    #[error("store evidence: {0}")]
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How much of a piece is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it.
    Complete,
    /// So many bytes.
    Partial(u32),
}

#[derive(Debug, Default)]
struct Names {
    known: HashMap<(ContentHash, AgentId), (EvidenceKind, u32)>,
    order: VecDeque<(ContentHash, AgentId)>,
    busy: HashSet<(ContentHash, AgentId)>,
}

/// The store.
#[derive(Debug)]
pub struct EvidenceStore {
    folder: PathBuf,
    bound_bytes: u64,
    names: Mutex<Names>,
}

/// One upload at a time of one piece by one agent.
struct Turn<'a>(&'a EvidenceStore, (ContentHash, AgentId));

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.names().busy.remove(&self.1);
    }
}

impl EvidenceStore {
    /// The store in `folder`, which holds at most about `bound_bytes`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, bound_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(folder.join("part"))?;
        Ok(Self { folder: folder.to_owned(), bound_bytes, names: Mutex::default() })
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the reports of a stored batch name; call it when the batch is in the journal.
    pub fn note(&self, stored: &Stored) {
        for numbered in &stored.reports {
            let named = match &numbered.report {
                Report::Outcome(outcome) => outcome.evidence.as_slice(),
                Report::Reference(reference) => reference.picture.as_slice(),
                Report::Description(_)
                | Report::Answer(_)
                | Report::Called(_)
                | Report::Checked(_)
                | Report::Event(_)
                | Report::Facts(_)
                | Report::MouthToEar(_)
                | Report::Terms(_) => &[],
            };
            named.iter().for_each(|evidence| self.name(stored.agent, evidence));
        }
    }

    /// Notes what the newest outcomes name, and the pictures of references that are not here yet: there are many, and few of
    /// them missing. Call it once after a start.
    pub fn note_view(&self, view: &View) {
        for venue in view.venues() {
            for learnt in venue.references() {
                let missing = learnt.picture.filter(|picture| !self.has(picture.hash));
                missing.iter().for_each(|picture| self.name(learnt.agent, picture));
            }
            let Some(link) = venue.link else { continue };
            let proofs = venue.probes.iter().filter_map(|newest| newest.proven());
            proofs.flat_map(|proof| proof.evidence.iter()).for_each(|evidence| self.name(link.agent, evidence));
        }
    }

    /// Notes one piece as if a stored report named it.
    #[cfg(test)]
    pub(crate) fn note_for_test(&self, agent: AgentId, evidence: &Evidence) {
        self.name(agent, evidence);
    }

    fn name(&self, agent: AgentId, evidence: &Evidence) {
        let mut names = self.names();
        let key = (evidence.hash, agent);
        if names.known.insert(key, (evidence.kind, evidence.size)).is_none() {
            names.order.push_back(key);
        }
        if names.order.len() > MOST_NAMES
            && let Some(oldest) = names.order.pop_front()
        {
            names.known.remove(&oldest);
        }
    }

    /// What a stored report of `agent` says of `hash`.
    #[must_use]
    pub fn named(&self, hash: ContentHash, agent: AgentId) -> Option<(EvidenceKind, u32)> {
        self.names().known.get(&(hash, agent)).copied()
    }

    fn path(&self, hash: ContentHash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    fn part(&self, hash: ContentHash, agent: AgentId) -> PathBuf {
        self.folder.join("part").join(format!("{hash}.{agent}"))
    }

    /// Whether the whole piece is here.
    #[must_use]
    pub fn has(&self, hash: ContentHash) -> bool {
        self.path(hash).exists()
    }

    /// The whole piece; none when it is not here.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn read(&self, hash: ContentHash) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(hash)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// How much of what `agent` sends is here.
    #[must_use]
    pub fn progress(&self, hash: ContentHash, agent: AgentId) -> Progress {
        if self.has(hash) {
            return Progress::Complete;
        }
        let length = fs::metadata(self.part(hash, agent)).map_or(0, |meta| meta.len());
        Progress::Partial(u32::try_from(length).unwrap_or(0))
    }

    /// Takes `bytes` that begin at `offset` of a piece of `size` bytes. Who sends it was checked before.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn put(
        &self,
        hash: ContentHash,
        agent: AgentId,
        size: u32,
        offset: u32,
        bytes: &[u8],
    ) -> Result<Progress, Refused> {
        let (_, named) = self.named(hash, agent).ok_or(Refused::NotNamed)?;
        if named != size || size as usize > MAX_EVIDENCE_BYTES {
            return Err(Refused::Size { named });
        }
        let _turn = self.turn(hash, agent)?;
        let Progress::Partial(here) = self.progress(hash, agent) else { return Ok(Progress::Complete) };
        if offset != here && offset != 0 {
            return Err(Refused::Offset { expected: here });
        }
        if offset as usize + bytes.len() > size as usize {
            return Err(Refused::TooLong);
        }
        self.append(hash, agent, offset, bytes)?;
        if offset as usize + bytes.len() < size as usize {
            return Ok(Progress::Partial(offset + u32::try_from(bytes.len()).unwrap_or(0)));
        }
        self.complete(hash, agent)
    }

    fn turn(&self, hash: ContentHash, agent: AgentId) -> Result<Turn<'_>, Refused> {
        let free = self.names().busy.insert((hash, agent));
        if free { Ok(Turn(self, (hash, agent))) } else { Err(Refused::Busy) }
    }

    /// From the beginning again when `offset` is 0.
    fn append(&self, hash: ContentHash, agent: AgentId, offset: u32, bytes: &[u8]) -> io::Result<()> {
        let path = self.part(hash, agent);
        let file = fs::OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
        file.set_len(offset.into())?;
        let mut file = file;
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset.into()))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn complete(&self, hash: ContentHash, agent: AgentId) -> Result<Progress, Refused> {
        let part = self.part(hash, agent);
        if ContentHash::of(&fs::read(&part)?) != hash {
            fs::remove_file(&part)?;
            return Err(Refused::Hash);
        }
        let path = self.path(hash);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::rename(&part, &path)?;
        Ok(Progress::Complete)
    }

    /// Throws away what nothing needs: half-sent pieces and unnamed evidence a day old, and when there is more than the
    /// bound, unnamed evidence from the oldest on. To be called now and then, outside the core. Says what remains, bytes.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn collect(&self, view: &View, now: SystemTime) -> io::Result<u64> {
        let needed: HashSet<ContentHash> = needed(view);
        let mut all = Vec::new();
        for folder in fs::read_dir(&self.folder)? {
            let folder = folder?.path();
            for file in fs::read_dir(&folder).into_iter().flatten() {
                let file = file?;
                let (path, meta) = (file.path(), file.metadata()?);
                let age_ms = now.duration_since(meta.modified()?).unwrap_or_default().as_millis();
                let name = file.file_name().to_string_lossy().parse::<ContentHash>();
                let is_needed = name.is_ok_and(|hash| needed.contains(&hash));
                all.push((age_ms, meta.len(), is_needed, path));
            }
        }
        all.sort_by_key(|(age_ms, ..)| std::cmp::Reverse(*age_ms));
        let mut total: u64 = all.iter().map(|(_, length, ..)| length).sum();
        for (age_ms, length, is_needed, path) in all {
            if !is_needed && (age_ms > u128::from(KEEP_MS) || total > self.bound_bytes) {
                fs::remove_file(path)?;
                total -= length;
            }
        }
        Ok(total)
    }
}

fn needed(view: &View) -> HashSet<ContentHash> {
    let proofs = view.venues().flat_map(|venue| venue.probes.iter().filter_map(|newest| newest.proven()));
    let proofs = proofs.flat_map(|proof| proof.evidence.iter().map(|evidence| evidence.hash));
    let references = view.venues().flat_map(|venue| venue.references());
    proofs.chain(references.filter_map(|learnt| learnt.picture).map(|picture| picture.hash)).collect()
}

#[cfg(test)]
mod tests;
