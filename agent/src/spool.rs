//! Where reports rest until HQ has stored them: what is kept and what has an end is decided by pure values (`ledger`,
//! `shelf`, `keeper`); a [`Spool`] only remembers chunks of bytes, on disk or in memory.

use avow_shared::id::SpoolId;
use avow_shared::ranges::Range;

pub mod disk;
pub mod keeper;
pub mod ledger;
pub mod memory;
pub mod shelf;

/// What has to be written together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Chunks to be kept, by their numbers.
    pub put: Vec<(Range, Vec<u8>)>,
    /// Chunks to be forgotten, by their first numbers.
    pub remove: Vec<u64>,
    /// The ledger.
    pub meta: Vec<u8>,
}

/// What a spool held when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The ledger; none when the spool is new.
    pub meta: Option<Vec<u8>>,
    /// The chunks: their numbers and their length in bytes.
    pub chunks: Vec<(Range, usize)>,
    /// A random name for a spool that is new.
    pub fresh_id: SpoolId,
    /// Where a damaged one was set aside.
    pub set_aside: Option<std::path::PathBuf>,
}

/// Why a spool could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Full, read-only or failing: nothing is damaged, it may be tried again.
    #[error("use the spool {path}: {detail}")]
    Unavailable {
        /// The folder.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// What was stored is gone: a new spool was begun.
    #[error("read the spool: what it held was damaged and is set aside")]
    BegunAnew(Box<Opened>),
}

/// Remembers chunks and a ledger. Calls may block on a disk.
pub trait Spool: Send + 'static {
    /// Whether calls return without waiting for a disk, so that they may be made in the core's loop.
    const INSTANT: bool;

    /// Writes all of it or nothing; when it returns `Ok`, it survives a power cut.
    ///
    /// # Errors
    /// [`Error`].
    fn commit(&mut self, changes: &Changes) -> Result<(), Error>;

    /// The chunk that begins with number `first`; none when there is none.
    ///
    /// # Errors
    /// [`Error`].
    fn read(&mut self, first: u64) -> Result<Option<Vec<u8>>, Error>;
}

/// A random name for a new spool.
///
/// # Panics
/// When the system has no randomness: nothing can be signed or named then.
#[must_use]
pub fn random_id() -> SpoolId {
    let mut id = [0; 16];
    getrandom::fill(&mut id).expect("the system gives random bytes");
    SpoolId(id)
}
