//! A spool that lives and dies with the process: for a simulated fleet and for tests.

use std::collections::BTreeMap;

use avow_shared::id::SpoolId;

use super::{Changes, Error, Opened, Spool};

/// Chunks in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    chunks: BTreeMap<u64, Vec<u8>>,
}

impl Memory {
    /// An empty one, and what [`super::keeper::Keeper`] begins with.
    #[must_use]
    pub fn begin(fresh_id: SpoolId) -> (Self, Opened) {
        (Self::default(), Opened { meta: None, chunks: vec![], fresh_id, set_aside: None })
    }
}

impl Spool for Memory {
    const INSTANT: bool = true;

    fn commit(&mut self, changes: &Changes) -> Result<(), Error> {
        for first in &changes.remove {
            self.chunks.remove(first);
        }
        self.chunks.extend(changes.put.iter().map(|(range, bytes)| (range.first, bytes.clone())));
        Ok(())
    }

    fn read(&mut self, first: u64) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.chunks.get(&first).cloned())
    }
}
