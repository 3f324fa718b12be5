//! The public keys of the agents that said hello: written by the core, read by the signature workers and by uploads.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use avow_shared::id::AgentId;
use avow_shared::wire::PublicKey;

use crate::evidence::Keys;

/// A handle on the keys; clones see the same.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    keys: Arc<RwLock<HashMap<AgentId, PublicKey>>>,
}

impl Keys for Keyring {
    fn key(&self, id: AgentId) -> Option<PublicKey> {
        Self::key(self, id)
    }
}

impl Keyring {
    /// The key with this id.
    #[must_use]
    pub fn key(&self, id: AgentId) -> Option<PublicKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    /// Adds a key; only the core does.
    pub fn add(&self, key: PublicKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key.id(), key);
    }
}
