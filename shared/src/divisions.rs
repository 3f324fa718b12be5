//! The table of divisions: names and the tree, with the registry's overrides. Fujian's own table comes with the crate.

use std::collections::{BTreeMap, HashMap};

use crate::place::{Level, PlaceCode};

/// The 18 762 divisions of Fujian, `code,parent,level,name`.
pub const FUJIAN: &str = include_str!("../data/fujian-divisions.csv");

/// One division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: PlaceCode,
    /// Its name without those of its parents.
    pub name: String,
}

/// A checked tree of divisions.
#[derive(Clone, Debug)]
pub struct Divisions {
    list: Vec<Division>,
    index: HashMap<PlaceCode, usize>,
    parents: BTreeMap<PlaceCode, PlaceCode>,
}

/// Why a table of divisions or an override is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A line that is not `code,parent,level,name`.
    #[error("line {line}: expected code,parent,level,name with the parent's code as prefix, found '{text}'")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A division whose parent is not in the table.
    #[error("division {0} has no parent in the table")]
    Orphan(PlaceCode),
    /// An override that names a division that does not exist.
    #[error("division {0} is not in the table")]
    NoSuchDivision(PlaceCode),
    /// An override to a parent that is not above.
    #[error("{code} cannot be placed under {parent}: a parent is of a higher level")]
    NotAbove {
        /// The division.
        code: PlaceCode,
        /// The wanted parent.
        parent: PlaceCode,
    },
}

impl Divisions {
    /// Reads `code,parent,level,name` lines with a heading.
    ///
    /// # Errors
    /// When a line has another form, or a parent is missing.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
        let mut list = lines
            .map(|(at, line)| {
                parse_line(line).ok_or_else(|| Error::Line { line: at + 1, text: line.chars().take(60).collect() })
            })
            .collect::<Result<Vec<_>, _>>()?;
        list.sort_by_key(|division| division.code);
        let index: HashMap<_, _> = list.iter().enumerate().map(|(at, division)| (division.code, at)).collect();
        let orphan = |d: &&Division| d.code.parent().is_some_and(|parent| !index.contains_key(&parent));
        if let Some(division) = list.iter().find(orphan) {
            return Err(Error::Orphan(division.code));
        }
        Ok(Self { list, index, parents: BTreeMap::new() })
    }

    /// The table of Fujian.
    ///
    /// # Panics
    /// Never: a test reads the same table.
    #[must_use]
    pub fn fujian() -> Self {
        Self::parse(FUJIAN).expect("the table that comes with the crate")
    }

    /// All divisions in the order of their codes.
    #[must_use]
    pub fn list(&self) -> &[Division] {
        &self.list
    }

    /// The place of `code` in [`Divisions::list`].
    #[must_use]
    pub fn index(&self, code: PlaceCode) -> Option<usize> {
        self.index.get(&code).copied()
    }

    /// The division with this code.
    #[must_use]
    pub fn get(&self, code: PlaceCode) -> Option<&Division> {
        self.index(code).map(|at| &self.list[at])
    }

    /// Runs `code` under another parent than its prefix says: 平潭 (350128) as if it were a city of 35.
    ///
    /// # Errors
    /// When one of the two is not in the table, or the parent is not of a higher level (which also forbids circles).
    pub fn place_under(&mut self, code: PlaceCode, parent: PlaceCode) -> Result<(), Error> {
        for known in [code, parent] {
            self.index(known).ok_or(Error::NoSuchDivision(known))?;
        }
        if parent.level() >= code.level() {
            return Err(Error::NotAbove { code, parent });
        }
        self.parents.insert(code, parent);
        Ok(())
    }

    /// Forgets every override.
    pub fn reset_parents(&mut self) {
        self.parents.clear();
    }

    /// The parent in force: overridden, or by prefix.
    #[must_use]
    pub fn parent(&self, code: PlaceCode) -> Option<PlaceCode> {
        self.parents.get(&code).copied().or_else(|| code.parent())
    }

    /// Itself and every ancestor in force, lowest first.
    pub fn ancestry(&self, code: PlaceCode) -> impl Iterator<Item = PlaceCode> + '_ {
        std::iter::successors(Some(code), |code| self.parent(*code))
    }

    /// The children in force, in the order of their codes.
    pub fn children(&self, code: PlaceCode) -> impl Iterator<Item = &Division> + '_ {
        let below = code.level();
        let from = self.index(code).map_or(self.list.len(), |at| at + 1);
        let by_prefix = self.list[from..].iter().take_while(move |d| d.code.is_within(code));
        let own =
            by_prefix.filter(move |d| d.code.level().above() == Some(below) && !self.parents.contains_key(&d.code));
        let moved =
            self.parents.iter().filter(move |(_, parent)| **parent == code).filter_map(|(child, _)| self.get(*child));
        own.chain(moved)
    }

    /// The names from below the province down to `code`: `福州市 鼓楼区 鼓东街道`.
    #[must_use]
    pub fn full_name(&self, code: PlaceCode) -> String {
        let mut names: Vec<_> = self.ancestry(code).filter_map(|c| self.get(c)).map(|d| d.name.as_str()).collect();
        if names.len() > 1 {
            names.pop();
        }
        names.reverse();
        names.join(" ")
    }
}

fn parse_line(line: &str) -> Option<Division> {
    let mut fields = line.trim_end_matches('\r').splitn(4, ',');
    let (code, parent, level, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let code: PlaceCode = code.parse().ok()?;
    let fits = code.parent().map_or(String::new(), |p| p.to_string()) == parent
        && code.level().word() == level
        && !name.is_empty();
    fits.then(|| Division { code, name: name.to_owned() })
}

/// How many divisions of each level `divisions` has, highest level first.
#[must_use]
pub fn census(divisions: &Divisions) -> [usize; 5] {
    Level::ALL.map(|level| divisions.list.iter().filter(|d| d.code.level() == level).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> PlaceCode {
        text.parse().expect("a code of the test")
    }

    #[test]
    fn fujian_has_all_its_divisions() {
        let fujian = Divisions::fujian();
        assert_eq!(census(&fujian), [1, 9, 84, 1_170, 17_498]);
        assert_eq!(fujian.list().len(), 18_762);
        assert_eq!(fujian.full_name(code("350102001")), "福州市 鼓楼区 鼓东街道");
        assert_eq!(fujian.full_name(code("35")), "福建省");
        assert_eq!(fujian.children(code("35")).count(), 9);
    }

    #[test]
    fn an_overridden_parent_is_in_force_everywhere() {
        let mut fujian = Divisions::fujian();
        let (pingtan, province, fuzhou) = (code("350128"), code("35"), code("3501"));
        let before = fujian.children(fuzhou).count();
        fujian.place_under(pingtan, province).expect("is above");
        assert_eq!(fujian.children(province).count(), 10);
        assert_eq!(fujian.children(fuzhou).count(), before - 1);
        assert_eq!(fujian.ancestry(pingtan).collect::<Vec<_>>(), [pingtan, province]);
        assert!(fujian.full_name(pingtan).ends_with("平潭县") && !fujian.full_name(pingtan).contains("福州"));
    }

    #[test]
    fn an_override_cannot_make_a_circle_or_leave_the_table() {
        let mut fujian = Divisions::fujian();
        assert!(matches!(fujian.place_under(code("3501"), code("350102")), Err(Error::NotAbove { .. })));
        assert!(matches!(fujian.place_under(code("3501"), code("11")), Err(Error::NoSuchDivision(_))));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let said = Divisions::parse("code,parent,level,name\n35,,province,福建省\n3501,36,city,福州市\n")
            .expect_err("wrong parent");
        assert!(said.to_string().starts_with("line 3:"), "{said}");
        assert!(matches!(Divisions::parse("h\n3501,35,city,福州市"), Err(Error::Orphan(_))));
    }
}
