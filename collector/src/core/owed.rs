//! Joint tests and what is owed, in the core: on disk before they are in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;

use super::Core;
use crate::command::Refusal;
use crate::obligations::{Change, JointTest, No, Obligations, Rules, Written};
use crate::store::{Batch, Error, Store};

const RULES: &[u8] = b"obligations";
const PREFIX: &[u8] = b"joint/";
const END: &[u8] = b"joint0";
/// The version of a record.
const VERSION: u8 = 1;

/// Reads all back; a record that cannot be read is passed over and told, so that the rest still counts.
pub(super) fn load(store: &Store) -> Result<Obligations, Error> {
    let mut tests = BTreeMap::new();
    for pair in store.range(PREFIX, END) {
        let (key, value) = pair?;
        let id = key.get(PREFIX.len()..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes);
        match id.zip(read::<JointTest>(&value)) {
            Some((id, test)) => drop(tests.insert(id, Arc::new(test))),
            None => tracing::error!("a joint test in the database cannot be read and is passed over"),
        }
    }
    let rules = match store.get(RULES)? {
        None => Rules::default(),
        Some(value) => read(&value).unwrap_or_else(|| {
            tracing::error!("the rules of obligations cannot be read: the defaults are in force");
            Rules::default()
        }),
    };
    Ok(Obligations::new(rules, tests))
}

fn batch(obligations: &Obligations, written: &Written) -> Batch {
    let mut batch = Batch::new();
    written.forgotten.iter().for_each(|old| batch.remove(&key(*old)));
    if let Some((id, test)) = written.test.and_then(|id| Some((id, obligations.get(id)?))) {
        batch.put(&key(id), &bytes(test.as_ref()));
    }
    if written.rules {
        batch.put(RULES, &bytes(&obligations.rules));
    }
    batch
}

fn key(id: u64) -> Vec<u8> {
    [PREFIX, &id.to_be_bytes()].concat()
}

fn bytes<T: serde::Serialize>(value: &T) -> Vec<u8> {
    [&[VERSION], postcard::to_allocvec(value).unwrap_or_default().as_slice()].concat()
}

fn read<T: serde::de::DeserializeOwned>(value: &[u8]) -> Option<T> {
    value.strip_prefix(&[VERSION]).and_then(|rest| postcard::from_bytes(rest).ok())
}

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        match no {
            No::Nothing(_) => Self::NotFound(no.to_string()),
            No::Conflict(_) => Self::Conflict(no.to_string()),
            No::Wrong(_) => Self::Wrong(no.to_string()),
        }
    }
}

impl Core {
    /// Makes a change; the number of the joint test that is new or changed, when there is one.
    pub(super) fn oblige(&mut self, change: Change, now: UnixMs) -> Result<Option<u64>, Refusal> {
        let mut next = Obligations::clone(&self.books.obligations.load());
        let written = next.change(change, now)?;
        self.store.commit(batch(&next, &written)).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.obligations.store(Arc::new(next));
        Ok(written.test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obligations::{Confirmation, End, Subject, TestKind};

    #[test]
    fn what_is_written_is_read_back_and_what_is_forgotten_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), 1 << 20).expect("opens");
        assert_eq!(load(&store).expect("loads"), Obligations::default());
        let mut all = Obligations::default();
        let now = 1_790_000_000_000;
        let by = |person: &str| Confirmation { person: person.into(), telephone: Some("1".into()), at_ms: now };
        let test = |at_ms| JointTest {
            subject: Subject::County("350102".parse().expect("a county")),
            kind: TestKind::Retest,
            at_ms,
            note: "复测".into(),
            near: Some(by("王五")),
            far: None,
            withdrawn: None,
        };
        let mut step = |change, now| {
            let written = all.change(change, now).expect("is taken");
            store.commit(batch(&all, &written)).expect("writes");
            assert_eq!(load(&store).expect("loads"), all);
            written.test
        };
        let id = step(Change::Add(test(now)), now).expect("a number");
        step(Change::Confirm(id, End::Far, by("赵六")), now);
        step(Change::Rules(Rules { county: Some(3), venue: None, since: "2026-01".parse().ok() }), now);
        let later = now + crate::obligations::KEPT_MS + 1;
        step(Change::Add(test(later)), later);
        assert_eq!(all.len(), 1, "the old one is forgotten");
    }
}
