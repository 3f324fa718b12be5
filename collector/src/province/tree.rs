//! The tree of places in force: divisions with the registry's overrides and exclusions, ready for quick questions.

use std::collections::HashMap;
use std::sync::Arc;

use avow_shared::divisions::{Division, Divisions};
use avow_shared::place::{Level, PlaceCode};

use crate::registry::Registry;

/// No place: the parent of a root.
const NONE: u32 = u32::MAX;

/// Places by index (their rank among all codes), with parents, children and exclusions in force.
#[derive(Debug)]
pub struct Tree {
    divisions: Divisions,
    up: Vec<u32>,
    down: Vec<Box<[u32]>>,
    /// Where a walk through the tree enters and has left each place: a subtree is one range.
    entered: Vec<(u32, u32)>,
    /// The place whose exclusion is in force here.
    excluded_by: Vec<u32>,
    reasons: HashMap<u32, Arc<str>>,
    /// Places that the registry puts somewhere, be it where their codes say, in the order of their codes.
    moved: Vec<PlaceCode>,
}

impl Tree {
    /// The tree of `divisions` as `registry` wants it. Overrides that do not fit are passed over: an import checks them.
    #[must_use]
    pub fn new(mut divisions: Divisions, registry: &Registry) -> Self {
        divisions.reset_parents();
        for (code, entry) in &registry.places {
            if let Some(parent) = entry.parent {
                let _refused_at_import = divisions.place_under(*code, parent);
            }
        }
        let index = |code: PlaceCode| divisions.index(code).map_or(NONE, small);
        let up: Vec<u32> = divisions.list().iter().map(|d| divisions.parent(d.code).map_or(NONE, index)).collect();
        let reasons = registry.places.iter().filter_map(|(code, e)| Some((index(*code), e.exclusion.clone()?)));
        let reasons = reasons.filter(|(at, _)| *at != NONE).collect();
        let moved = registry.places.iter().filter(|(code, entry)| entry.parent.is_some() && index(**code) != NONE);
        let moved = moved.map(|(code, _)| *code).collect();
        let mut tree =
            Self { down: children(&up), entered: Vec::new(), excluded_by: Vec::new(), divisions, up, reasons, moved };
        tree.walk();
        tree
    }

    fn walk(&mut self) {
        self.entered = vec![(0, 0); self.up.len()];
        self.excluded_by = vec![NONE; self.up.len()];
        let mut clock = 0;
        let roots: Vec<u32> = (0..small(self.up.len())).filter(|at| self.up[*at as usize] == NONE).collect();
        for root in roots {
            self.visit(root, &mut clock);
        }
    }

    /// Five levels deep at most.
    fn visit(&mut self, at: u32, clock: &mut u32) {
        let above = self.parent(at).map_or(NONE, |up| self.excluded_by[up as usize]);
        self.excluded_by[at as usize] = if self.reasons.contains_key(&at) { at } else { above };
        self.entered[at as usize].0 = *clock;
        *clock += 1;
        for child in self.down[at as usize].clone() {
            self.visit(child, clock);
        }
        self.entered[at as usize].1 = *clock;
    }

    /// The same divisions without overrides, to build the next tree from.
    #[must_use]
    pub fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    /// The places of which the registry says below which they are counted, in the order of their codes.
    #[must_use]
    pub fn moved(&self) -> &[PlaceCode] {
        &self.moved
    }

    /// How many places there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.up.len()
    }

    /// Whether there is no place at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.up.is_empty()
    }

    /// The index of a code.
    #[must_use]
    pub fn index(&self, code: PlaceCode) -> Option<u32> {
        self.divisions.index(code).map(small)
    }

    /// The index of `code`, or of the nearest place above it (by prefix) that the table has.
    #[must_use]
    pub fn nearest(&self, code: PlaceCode) -> Option<u32> {
        code.ancestry().find_map(|code| self.index(code))
    }

    /// The place with this index.
    #[must_use]
    pub fn place(&self, at: u32) -> &Division {
        &self.divisions.list()[at as usize]
    }

    /// The parent in force.
    #[must_use]
    pub fn parent(&self, at: u32) -> Option<u32> {
        Some(self.up[at as usize]).filter(|up| *up != NONE)
    }

    /// The place above `at`, or itself, that lies so many steps below the province: 1 its city, 2 its county; the lowest there is for who is above.
    #[must_use]
    pub fn below_province(&self, at: u32, steps: usize) -> PlaceCode {
        // A path goes from the place up to the province.
        let path: Vec<u32> = self.path(at).collect();
        let place = path.iter().rev().nth(steps).or(path.first()).unwrap_or(&at);
        self.place(*place).code
    }

    /// Itself and everything above it in force, lowest first.
    pub fn path(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(at), |at| self.parent(*at))
    }

    /// The children in force, in the order of their codes.
    #[must_use]
    pub fn children(&self, at: u32) -> &[u32] {
        &self.down[at as usize]
    }

    /// Whether `at` is `scope` or lies below it in force.
    #[must_use]
    pub fn is_within(&self, at: u32, scope: u32) -> bool {
        let (from, to) = self.entered[scope as usize];
        (from..to).contains(&self.entered[at as usize].0)
    }

    /// Whether a place, or one below it that the table does not have, lies in `scope` in force; a scope that the table does not have
    /// holds what its code holds.
    #[must_use]
    pub fn lies_in(&self, place: PlaceCode, scope: PlaceCode) -> bool {
        match self.index(scope) {
            Some(scope) => self.nearest(place).is_some_and(|at| self.is_within(at, scope)),
            None => place.is_within(scope),
        }
    }

    /// Why the place is excluded: its own reason, or that of a place above it.
    #[must_use]
    pub fn exclusion(&self, at: u32) -> Option<&Arc<str>> {
        self.reasons.get(&self.excluded_by[at as usize])
    }

    /// The names from below the province down to the place.
    #[must_use]
    pub fn full_name(&self, at: u32) -> String {
        self.divisions.full_name(self.place(at).code)
    }
}

/// Fujian with 平潭 (350128) beside its cities, as it counts, and not in 福州, as its code says.
#[cfg(test)]
pub(crate) fn tree_for_tests() -> &'static Tree {
    static TREE: std::sync::OnceLock<Tree> = std::sync::OnceLock::new();
    TREE.get_or_init(|| {
        let mut registry = Registry::default();
        let entry = crate::registry::Entry { parent: "35".parse().ok(), ..Default::default() };
        registry.places.insert("350128".parse().expect("a place"), Arc::new(entry));
        Tree::new(Divisions::fujian(), &registry)
    })
}

fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

fn children(up: &[u32]) -> Vec<Box<[u32]>> {
    let mut down = vec![Vec::new(); up.len()];
    for (at, parent) in up.iter().enumerate().filter(|(_, parent)| **parent != NONE) {
        down[*parent as usize].push(small(at));
    }
    down.into_iter().map(Vec::into_boxed_slice).collect()
}

/// The code of the piece that holds the venues of `code`: its county by prefix, or itself when it is higher.
#[must_use]
pub(super) fn piece_of(code: PlaceCode) -> PlaceCode {
    code.at(Level::County)
}
