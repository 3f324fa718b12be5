//! Records by number in HQ's database: a prefix, the number, and a value that begins with the version of its form.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{Error, Store};

/// The version of a record.
const VERSION: u8 = 1;

/// Reads all with a prefix back (`end`: the first key behind them); one that cannot be read is passed over and told, so that the
/// rest still counts.
pub(super) fn load<T: DeserializeOwned>(
    store: &Store,
    prefix: &[u8],
    end: &[u8],
) -> Result<BTreeMap<u64, Arc<T>>, Error> {
    let mut all = BTreeMap::new();
    for pair in store.range(prefix, end) {
        let (key, value) = pair?;
        let id = key.get(prefix.len()..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes);
        match id.zip(read::<T>(&value)) {
            Some((id, record)) => drop(all.insert(id, Arc::new(record))),
            None => tracing::error!(
                prefix = %prefix.escape_ascii(),
                "a record in the database cannot be read and is passed over"
            ),
        }
    }
    Ok(all)
}

/// One value; the default when it is not there, or cannot be read, which is told.
pub(super) fn one<T: DeserializeOwned + Default>(store: &Store, key: &[u8]) -> Result<T, Error> {
    let Some(value) = store.get(key)? else { return Ok(T::default()) };
    Ok(read(&value).unwrap_or_else(|| {
        tracing::error!(key = %key.escape_ascii(), "a setting cannot be read: the default is in force");
        T::default()
    }))
}

pub(super) fn key(prefix: &[u8], id: u64) -> Vec<u8> {
    [prefix, &id.to_be_bytes()].concat()
}

pub(super) fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    [&[VERSION], postcard::to_allocvec(value).unwrap_or_default().as_slice()].concat()
}

fn read<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    value.strip_prefix(&[VERSION]).and_then(|rest| postcard::from_bytes(rest).ok())
}
