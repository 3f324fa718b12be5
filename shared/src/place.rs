//! Division codes: where something is. Not who takes part (that is a unit) and not the table of names (`divisions`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The five administrative levels, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 省, 2 digits.
    Province,
    /// 市, 4 digits.
    City,
    /// 县, 6 digits.
    County,
    /// 乡镇, 9 digits.
    Township,
    /// 村, 12 digits.
    Village,
}

impl Level {
    /// All levels, highest first.
    pub const ALL: [Self; 5] = [Self::Province, Self::City, Self::County, Self::Township, Self::Village];

    /// How many digits a code of this level has.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Township => 9,
            Self::Village => 12,
        }
    }

    /// The next higher level; none above a province.
    #[must_use]
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Province => None,
            Self::City => Some(Self::Province),
            Self::County => Some(Self::City),
            Self::Township => Some(Self::County),
            Self::Village => Some(Self::Township),
        }
    }

    fn of_digits(digits: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.digits() == digits)
    }

    /// The word in code and API: `province` … `village`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
        }
    }
}

/// A statistical division code of 2, 4, 6, 9 or 12 digits; its prefix is its parent.
///
/// Codes order as their text does, so a subtree is one contiguous run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceCode {
    /// The digits, filled up with zeros on the right to twelve.
    aligned: u64,
    level: Level,
}

/// Why a text is no division code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a division code: 2, 4, 6, 9 or 12 digits are expected, e.g. 350102001")]
pub struct NotAPlaceCode(pub String);

const TEN: [u64; 13] = {
    let mut powers = [1; 13];
    let mut i = 1;
    while i < 13 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

impl PlaceCode {
    /// The level that the number of digits says.
    #[must_use]
    pub const fn level(self) -> Level {
        self.level
    }

    /// The parent by prefix; none for a province. The registry may override it.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.level.above().map(|level| self.at(level))
    }

    /// The ancestor (or itself) at `level`; itself when `level` is below its own.
    #[must_use]
    pub fn at(self, level: Level) -> Self {
        if level >= self.level {
            return self;
        }
        let unit = TEN[12 - level.digits()];
        Self { aligned: self.aligned / unit * unit, level }
    }

    /// Itself and every ancestor by prefix, lowest first.
    pub fn ancestry(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |code| code.parent())
    }

    /// Whether it is `scope` or lies below it, by prefix.
    #[must_use]
    pub fn is_within(self, scope: Self) -> bool {
        self.level >= scope.level && self.at(scope.level) == scope
    }

    /// The digits of each level down to its own: `["35", "01", "02", "001"]`.
    #[must_use]
    pub fn steps(self) -> Vec<String> {
        let text = self.to_string();
        let mut from = 0;
        Level::ALL
            .into_iter()
            .take_while(|level| *level <= self.level)
            .map(|level| {
                let step = text[from..level.digits()].to_owned();
                from = level.digits();
                step
            })
            .collect()
    }

    /// Level and digits in one number, for keys and the wire: `aligned * 8 + level`.
    #[must_use]
    pub const fn packed(self) -> u64 {
        self.aligned * 8 + self.level as u64
    }

    /// The reverse of [`PlaceCode::packed`]; none when no code packs to `packed`.
    #[must_use]
    pub fn from_packed(packed: u64) -> Option<Self> {
        let level = *Level::ALL.get(usize::try_from(packed % 8).ok()?)?;
        let aligned = packed / 8;
        let valid = aligned < TEN[12] && aligned.is_multiple_of(TEN[12 - level.digits()]);
        valid.then_some(Self { aligned, level })
    }
}

impl FromStr for PlaceCode {
    type Err = NotAPlaceCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let level = Level::of_digits(text.len()).filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        match (level, text.parse::<u64>()) {
            (Some(level), Ok(digits)) => Ok(Self { aligned: digits * TEN[12 - text.len()], level }),
            _ => Err(NotAPlaceCode(text.chars().take(24).collect())),
        }
    }
}

impl TryFrom<String> for PlaceCode {
    type Error = NotAPlaceCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.level.digits();
        write!(f, "{:0digits$}", self.aligned / TEN[12 - digits])
    }
}

impl fmt::Debug for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PlaceCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u64(self.packed())
        }
    }
}

impl<'de> Deserialize<'de> for PlaceCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
        } else {
            let packed = u64::deserialize(deserializer)?;
            Self::from_packed(packed).ok_or_else(|| de::Error::custom("not a packed division code"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> PlaceCode {
        text.parse().expect("a code of the test")
    }

    #[test]
    fn a_code_knows_its_level_parent_and_steps() {
        let village = code("350102001003");
        assert_eq!(village.level(), Level::Village);
        let up: Vec<_> = village.ancestry().map(|c| c.to_string()).collect();
        assert_eq!(up, ["350102001003", "350102001", "350102", "3501", "35"]);
        assert_eq!(village.steps(), ["35", "01", "02", "001", "003"]);
    }

    #[test]
    fn within_means_at_or_below() {
        assert!(code("350102").is_within(code("35")));
        assert!(code("3501").is_within(code("3501")));
        assert!(!code("3501").is_within(code("350102")));
        assert!(!code("3502").is_within(code("3501")));
        assert!(!code("350200").is_within(code("3501")));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "3", "350", "35010", "3501020", "35010200100", "3501020010034", "35a1", "+3", "３５"] {
            assert!(text.parse::<PlaceCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn codes_order_as_their_text_and_pack_without_loss() {
        let mut codes: Vec<_> = ["35", "3501", "350102", "350102001", "350102001001", "3502"].map(code).to_vec();
        let texts: Vec<_> = codes.iter().map(ToString::to_string).collect();
        codes.sort();
        assert_eq!(codes.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
        for c in codes {
            assert_eq!(PlaceCode::from_packed(c.packed()), Some(c));
        }
        assert_eq!(PlaceCode::from_packed(code("3501").packed() + 8), None);
        assert_eq!(PlaceCode::from_packed(7), None);
    }
}
