//! The registry on disk: one record an entry, committed before it is in force.

use std::sync::Arc;

use avow_shared::id::VenueId;
use avow_shared::place::PlaceCode;

use super::{Entry, Key, Plan, Registry};
use crate::store::{Batch, Error, Store};

/// The version of a record: since 2 it says the network.
const VERSION: u8 = 2;
/// The version before.
const FIRST: u8 = 1;

/// Reads all entries that [`save`] wrote under `prefix`.
///
/// # Errors
/// [`Error`]; `Damaged` for a record that cannot be read.
pub fn load(store: &Store, prefix: &[u8]) -> Result<Registry, Error> {
    let mut registry = Registry::default();
    let end = [prefix, &[0xff]].concat();
    for pair in store.range(prefix, &end) {
        let (key, value) = pair?;
        let damaged =
            || Error::Damaged { path: store.path().to_owned(), detail: "a record of the registry".to_owned() };
        let key = read_key(&key[prefix.len()..]).ok_or_else(damaged)?;
        registry.set(key, Arc::new(read_entry(&value).ok_or_else(damaged)?));
    }
    Ok(registry)
}

/// Writes the changes of a plan; on disk when this returns `Ok`.
///
/// # Errors
/// [`Error::Io`]: the plan must not come into force then.
pub fn save(store: &Store, prefix: &[u8], plan: &Plan) -> Result<(), Error> {
    let mut batch = Batch::new();
    for (key, entry) in &plan.changes {
        let mut value = vec![VERSION];
        value.extend(postcard::to_allocvec(entry.as_ref()).unwrap_or_default());
        batch.put(&[prefix, &write_key(*key)].concat(), &value);
    }
    store.commit(batch)
}

fn write_key(key: Key) -> Vec<u8> {
    match key {
        Key::Place(place) => [b"p".as_slice(), &place.packed().to_be_bytes()].concat(),
        Key::Venue(venue) => [b"v".as_slice(), &venue.place.packed().to_be_bytes(), &[venue.room]].concat(),
    }
}

fn read_key(key: &[u8]) -> Option<Key> {
    let (kind, rest) = key.split_first()?;
    let (place, room) = rest.split_first_chunk::<8>()?;
    let place = PlaceCode::from_packed(u64::from_be_bytes(*place))?;
    match (kind, room) {
        (b'p', []) => Some(Key::Place(place)),
        (b'v', [room]) => VenueId::new(place, *room).map(Key::Venue).ok(),
        _ => None,
    }
}

fn read_entry(value: &[u8]) -> Option<Entry> {
    match value.split_first()? {
        (&VERSION, rest) => postcard::from_bytes(rest).ok(),
        (&FIRST, rest) => postcard::from_bytes::<First>(rest).ok().map(Entry::from),
        _ => None,
    }
}

/// An entry of version 1.
#[derive(serde::Deserialize)]
struct First {
    name: Option<Box<str>>,
    unit: Option<Box<str>>,
    contact: Option<Box<str>>,
    telephone: Option<Box<str>>,
    parent: Option<PlaceCode>,
    exclusion: Option<Arc<str>>,
    two_way: Option<bool>,
}

impl From<First> for Entry {
    fn from(First { name, unit, contact, telephone, parent, exclusion, two_way }: First) -> Self {
        Self { name, unit, contact, telephone, parent, exclusion, two_way, network: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_from_before_it_said_the_network_is_read_without_one() {
        // 名称 厅, 电话 1, 排除原因 停, 双向 否.
        let written = b"\x01\x01\x03\xe5\x8e\x85\x00\x00\x01\x011\x00\x01\x03\xe5\x81\x9c\x01\x00";
        let entry = read_entry(written).expect("is read");
        let expected = Entry {
            name: Some("厅".into()),
            telephone: Some("1".into()),
            exclusion: Some("停".into()),
            two_way: Some(false),
            ..Entry::default()
        };
        assert_eq!(entry, expected);
        assert_eq!((read_entry(&written[..9]), read_entry(b"\x03")), (None, None));
    }
}
