//! What a probe remembers from one run to the next. It lives as long as the agent does: a start begins anew, the flash is not
//! written for it.

use std::sync::{Arc, Mutex, PoisonError};

/// Room for one thing, shared by the copies of a probe's setup; two runs of one probe never overlap.
#[derive(Debug)]
pub struct Memory<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for Memory<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Memory<T> {
    /// Keeps `new` and hands out what was kept before.
    pub fn replace(&self, new: T) -> Option<T> {
        // A run that has panicked while it held this left a whole value.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(new)
    }
}
