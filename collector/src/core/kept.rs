//! Records with a number in HQ's database, each behind the version of its form.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{Batch, Error, Store};

/// The version of a record.
const VERSION: u8 = 1;

/// All records under a prefix that ends with a slash. One that cannot be read is passed over and told, so that the rest still counts.
pub(super) fn load<T: DeserializeOwned>(store: &Store, prefix: &[u8]) -> Result<BTreeMap<u64, Arc<T>>, Error> {
    load_by(store, prefix, read)
}

/// The same of records that know several versions.
pub(super) fn load_by<T>(
    store: &Store,
    prefix: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<BTreeMap<u64, Arc<T>>, Error> {
    let mut all = BTreeMap::new();
    for pair in store.range(prefix, &end(prefix)) {
        let (key, value) = pair?;
        let id = key.get(prefix.len()..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes);
        match id.zip(read(&value)) {
            Some((id, record)) => drop(all.insert(id, Arc::new(record))),
            None => {
                let of = String::from_utf8_lossy(prefix);
                tracing::error!(%of, "a record in the database cannot be read and is passed over");
            }
        }
    }
    Ok(all)
}

/// Puts one in.
pub(super) fn put<T: Serialize>(batch: &mut Batch, prefix: &[u8], id: u64, record: &T) {
    batch.put(&key(prefix, id), &bytes(record));
}

/// Takes one out.
pub(super) fn remove(batch: &mut Batch, prefix: &[u8], id: u64) {
    batch.remove(&key(prefix, id));
}

/// A record as it is written.
pub(super) fn bytes<T: Serialize>(record: &T) -> Vec<u8> {
    bytes_as(VERSION, record)
}

/// A record of a later version as it is written.
pub(super) fn bytes_as<T: Serialize>(version: u8, record: &T) -> Vec<u8> {
    [&[version], postcard::to_allocvec(record).unwrap_or_default().as_slice()].concat()
}

/// A record of the first version.
pub(super) fn read<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    read_as(VERSION, value)
}

/// A record of this version; none of another.
pub(super) fn read_as<T: DeserializeOwned>(version: u8, value: &[u8]) -> Option<T> {
    value.strip_prefix(&[version]).and_then(|rest| postcard::from_bytes(rest).ok())
}

/// Under which key a record lies.
pub(super) fn key(prefix: &[u8], id: u64) -> Vec<u8> {
    [prefix, &id.to_be_bytes()].concat()
}

/// Behind all keys with this prefix: a slash is followed by a zero.
pub(super) fn end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}

/// One value; the default when it is not there, or cannot be read, which is told.
pub(super) fn one<T: DeserializeOwned + Default>(store: &Store, key: &[u8]) -> Result<T, Error> {
    let Some(value) = store.get(key)? else { return Ok(T::default()) };
    Ok(read(&value).unwrap_or_else(|| {
        tracing::error!(key = %key.escape_ascii(), "a setting cannot be read: the default is in force");
        T::default()
    }))
}
