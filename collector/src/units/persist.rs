//! The register of units on disk: one record a unit and one of the import, committed together before they are in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::UnitId;
use avow_shared::time::UnixMs;
use smol_str::SmolStr;

use super::{Register, Unit};
use crate::store::{Batch, Error, Store};

const OF_IMPORT: &[u8] = b"units";
const PREFIX: &[u8] = b"unit/";
const END: &[u8] = b"unit0";
/// The version of a record.
const VERSION: u8 = 1;

/// Reads the register back.
///
/// # Errors
/// [`Error`]; `Damaged` for a record that cannot be read: who has to answer is never guessed.
pub fn load(store: &Store) -> Result<Register, Error> {
    let damaged = || Error::Damaged { path: store.path().to_owned(), detail: "a record of the units".to_owned() };
    let mut units = BTreeMap::new();
    for pair in store.range(PREFIX, END) {
        let (key, value) = pair?;
        let id = key.get(PREFIX.len()..).and_then(|id| std::str::from_utf8(id).ok());
        let id = id.and_then(|id| UnitId::try_from(SmolStr::from(id)).ok()).ok_or_else(damaged)?;
        let unit: Unit = read(&value).ok_or_else(damaged)?;
        units.insert(id, Arc::new(unit));
    }
    let (revision, changed_ms): (u64, Option<UnixMs>) = match store.get(OF_IMPORT)? {
        Some(value) => read(&value).ok_or_else(damaged)?,
        None => (0, None),
    };
    Ok(Register::new(revision, changed_ms, units))
}

/// Puts `next` in the place of `before`; on disk when this returns `Ok`.
///
/// # Errors
/// [`Error::Io`]: `next` must not come into force then.
pub fn save(store: &Store, before: &Register, next: &Register) -> Result<(), Error> {
    let mut batch = Batch::new();
    for (id, _) in before.iter().filter(|(id, _)| next.get(id).is_none()) {
        batch.remove(&key(id));
    }
    for (id, unit) in next.iter().filter(|(id, unit)| before.get(id) != Some(*unit)) {
        batch.put(&key(id), &written(unit.as_ref()));
    }
    batch.put(OF_IMPORT, &written(&(next.revision, next.changed_ms)));
    store.commit(batch)
}

fn key(id: &UnitId) -> Vec<u8> {
    [PREFIX, id.as_str().as_bytes()].concat()
}

fn written<T: serde::Serialize>(value: &T) -> Vec<u8> {
    [&[VERSION], postcard::to_allocvec(value).unwrap_or_default().as_slice()].concat()
}

fn read<T: serde::de::DeserializeOwned>(value: &[u8]) -> Option<T> {
    value.strip_prefix(&[VERSION]).and_then(|rest| postcard::from_bytes(rest).ok())
}
