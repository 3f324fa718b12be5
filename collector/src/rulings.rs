//! Who changed which rule when, and what it said before: rules that decide what people are told, kept with every change. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most changes that are kept: the oldest go first.
pub const MOST: usize = 500;

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RuleKind)]
pub enum Kind {
    /// When a venue counts as one that fails often (高频会场).
    Frequent,
    /// What each level of a response asks for (重保).
    Levels,
}

/// A rule as it is written: each part by its name.
pub type Parts = Vec<(String, String)>;

/// What was changed of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which: `faults`, `ii.depth`.
    pub name: Box<str>,
    /// What it said.
    pub was: Box<str>,
    /// What it says.
    pub is: Box<str>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: Box<str>,
    /// Of which rules.
    pub kind: Kind,
    /// What.
    pub parts: Vec<Part>,
}

impl Ruling {
    /// The change from one to another, each written part by part in the same order; none when it changes nothing.
    #[must_use]
    pub fn of(kind: Kind, (was, is): (Parts, Parts), person: &str, at_ms: UnixMs) -> Option<Self> {
        let part = |((name, was), (_, is)): ((String, String), (String, String))| {
            (was != is).then(|| Part { name: name.into(), was: was.into(), is: is.into() })
        };
        let parts: Vec<Part> = was.into_iter().zip(is).filter_map(part).collect();
        (!parts.is_empty()).then(|| Self { at_ms, person: person.into(), kind, parts })
    }
}

/// All of them, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rulings(BTreeMap<u64, Arc<Ruling>>);

impl Rulings {
    /// What was read back.
    #[must_use]
    pub const fn new(all: BTreeMap<u64, Arc<Ruling>>) -> Self {
        Self(all)
    }

    /// Of a kind, the newest first.
    pub fn newest(&self, kind: Option<Kind>) -> impl Iterator<Item = &Arc<Ruling>> {
        self.0.values().rev().filter(move |ruling| kind.is_none_or(|kind| ruling.kind == kind))
    }

    /// Adds one; its number, and those that are forgotten for it.
    pub fn add(&mut self, ruling: Ruling) -> (u64, Vec<u64>) {
        let id = self.0.last_key_value().map_or(ruling.at_ms, |(last, _)| ruling.at_ms.max(last + 1));
        self.0.insert(id, Arc::new(ruling));
        let mut gone = Vec::new();
        while self.0.len() > MOST {
            gone.extend(self.0.pop_first().map(|(id, _)| id));
        }
        (id, gone)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Arc<Ruling>> {
        self.0.get(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(of: &[(&str, u32)]) -> Parts {
        of.iter().map(|(name, says)| ((*name).to_owned(), says.to_string())).collect()
    }

    #[test]
    fn a_change_names_what_it_changed_and_one_that_changes_nothing_is_none() {
        let (was, is) = (parts(&[("faults", 3), ("days", 90)]), parts(&[("faults", 5), ("days", 90)]));
        assert_eq!(Ruling::of(Kind::Frequent, (was.clone(), was.clone()), "王五", 7), None);
        let ruling = Ruling::of(Kind::Frequent, (was, is), "王五", 7).expect("a change");
        assert_eq!((&*ruling.person, ruling.at_ms), ("王五", 7));
        assert_eq!(ruling.parts, [Part { name: "faults".into(), was: "3".into(), is: "5".into() }]);
    }

    #[test]
    fn the_newest_come_first_by_kind_and_the_oldest_go() {
        let ruling = |kind, at_ms| Ruling { at_ms, person: "王五".into(), kind, parts: Vec::new() };
        let mut all = Rulings::default();
        assert_eq!(all.add(ruling(Kind::Levels, 5)), (5, vec![]));
        assert_eq!(all.add(ruling(Kind::Frequent, 5)), (6, vec![]), "two in one millisecond");
        let kinds = |kind| all.newest(kind).map(|one| one.kind).collect::<Vec<_>>();
        assert_eq!(kinds(None), [Kind::Frequent, Kind::Levels]);
        assert_eq!(kinds(Some(Kind::Levels)), [Kind::Levels]);
        for _ in 2..MOST {
            all.add(ruling(Kind::Levels, 5));
        }
        assert_eq!(all.add(ruling(Kind::Levels, 5)).1, [5]);
        assert!(all.get(5).is_none() && all.get(6).is_some() && all.newest(None).count() == MOST);
    }
}
