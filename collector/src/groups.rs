//! Scopes that people at HQ gave a name, to be called again: pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::scope::Scope;

/// The most groups that are kept.
pub const MOST: usize = 500;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 200;

/// A scope with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What people call it; no other is called so.
    pub name: Box<str>,
    /// What there is to say.
    pub note: Box<str>,
    /// Who is in it.
    pub scope: Scope,
    /// When it was last changed.
    pub changed_ms: UnixMs,
    /// By whom; may be empty.
    pub changed_by: Box<str>,
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new one, or one in the place of what has this number.
    Put(Option<u64>, Group),
    /// It goes.
    Remove(u64),
}

/// What a change leaves to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The record that is new or changed.
    pub put: Option<u64>,
    /// The record that goes.
    pub removed: Option<u64>,
}

/// All groups, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(BTreeMap<u64, Arc<Group>>);

impl Groups {
    /// What was read back.
    #[must_use]
    pub const fn new(all: BTreeMap<u64, Arc<Group>>) -> Self {
        Self(all)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<Group>> {
        self.0.get(&id)
    }

    /// All, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Group>)> {
        self.0.iter().map(|(id, group)| (*id, group))
    }

    /// Makes a change at `now`, or says why not and leaves everything as it is.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn change(&mut self, change: Change, now: UnixMs) -> Result<Written, Refusal> {
        match change {
            Change::Put(id, group) => {
                if id.is_some_and(|id| !self.0.contains_key(&id)) {
                    return Err(nothing(id.unwrap_or_default()));
                }
                if self.iter().any(|(other, known)| Some(other) != id && known.name == group.name) {
                    return Err(Refusal::Conflict(format!("there is a group '{}' already", group.name)));
                }
                if id.is_none() && self.0.len() >= MOST {
                    return Err(Refusal::Conflict(format!("there are {MOST} groups already, as many as are kept")));
                }
                // Never a number that another has, also when the clock is set back.
                let id = id.unwrap_or_else(|| self.0.last_key_value().map_or(now, |(last, _)| now.max(last + 1)));
                self.0.insert(id, Arc::new(group));
                Ok(Written { put: Some(id), removed: None })
            }
            Change::Remove(id) => {
                self.0.remove(&id).ok_or_else(|| nothing(id))?;
                Ok(Written { put: None, removed: Some(id) })
            }
        }
    }
}

fn nothing(id: u64) -> Refusal {
    Refusal::NotFound(format!("there is no group {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        let scope = Scope { places: vec!["3501".parse().expect("a place")], ..Scope::default() };
        Group { name: name.into(), note: "".into(), scope, changed_ms: 1, changed_by: "王五".into() }
    }

    #[test]
    fn groups_have_names_of_their_own_and_are_bounded() {
        let mut groups = Groups::default();
        let one = groups.change(Change::Put(None, group("甲")), 7).expect("is taken").put.expect("a number");
        let two = groups.change(Change::Put(None, group("乙")), 5).expect("is taken").put.expect("a number");
        assert_eq!((one, two), (7, 8), "the clock was set back");
        assert!(matches!(groups.change(Change::Put(None, group("甲")), 9), Err(Refusal::Conflict(_))));
        assert!(matches!(groups.change(Change::Put(Some(two), group("甲")), 9), Err(Refusal::Conflict(_))));
        groups.change(Change::Put(Some(one), group("甲")), 9).expect("keeps its name");
        assert!(matches!(groups.change(Change::Put(Some(3), group("丙")), 9), Err(Refusal::NotFound(_))));
        groups.change(Change::Remove(one), 9).expect("goes");
        assert!(matches!(groups.change(Change::Remove(one), 9), Err(Refusal::NotFound(_))));
        for n in 1..MOST {
            groups.change(Change::Put(None, group(&n.to_string())), 9).expect("is taken");
        }
        assert!(matches!(groups.change(Change::Put(None, group("满")), 9), Err(Refusal::Conflict(_))));
        groups.change(Change::Put(Some(two), group("丁")), 9).expect("a change needs no room");
    }
}
