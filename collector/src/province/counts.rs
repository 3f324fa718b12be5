//! Counting: the classes of venues, their sums for a place, and the sums of all places in shared pieces.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is said of a venue, the most urgent first; the first that fits is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// 失联: nothing signed by its agent for too long.
    Silent,
    /// 故障: a required probe failed.
    Fail,
    /// 数据陈旧: a required probe has not run for too long.
    Stale,
    /// 无法判定: a required probe could not tell, or none has a result.
    Unknown,
    /// 劣化: a required probe found a limit of quality exceeded.
    Degraded,
    /// 正常.
    Pass,
}

impl Class {
    /// All classes, the most urgent first.
    pub const ALL: [Self; 6] = [Self::Silent, Self::Fail, Self::Stale, Self::Unknown, Self::Degraded, Self::Pass];

    /// The word in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Fail => "fail",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Pass => "pass",
        }
    }
}

impl Class {
    /// As it is called on screen and in documents.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Silent => "失联",
            Self::Fail => "故障",
            Self::Stale => "数据陈旧",
            Self::Unknown => "无法判定",
            Self::Degraded => "劣化",
            Self::Pass => "正常",
        }
    }
}

impl std::str::FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected silent, fail, stale, unknown, degraded or pass";
        Self::ALL.into_iter().find(|class| class.word() == text).ok_or_else(|| format!("{expected}, found '{text}'"))
    }
}

/// Where a venue counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Nowhere: an outcome came before anybody described or registered it.
    #[default]
    Hidden,
    /// Registered, never heard of.
    Never,
    /// Left out with a reason.
    Excluded,
    /// In its class.
    Class(Class),
}

impl Standing {
    /// The class, when it counts in one.
    #[must_use]
    pub const fn class(self) -> Option<Class> {
        if let Self::Class(class) = self { Some(class) } else { None }
    }
}

/// The sums of a place and everything below it. The six classes add up to `venues`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Venues that were heard of and are not excluded.
    pub venues: u32,
    /// Nothing signed for too long.
    pub silent: u32,
    /// A required probe failed.
    pub fail: u32,
    /// A required probe has not run for too long.
    pub stale: u32,
    /// Nothing can be said.
    pub unknown: u32,
    /// A limit of quality is exceeded.
    pub degraded: u32,
    /// All is well.
    pub pass: u32,
    /// Connected keys; outside the sum.
    pub agents: u32,
    /// Registered, never heard of; outside the sum.
    pub never: u32,
    /// Left out with a reason; outside the sum.
    pub excluded: u32,
}

impl Counts {
    /// Counts a venue that stands so.
    pub fn enter(&mut self, standing: Standing) {
        if let Some(number) = self.of(standing) {
            *number += 1;
        }
        self.venues += u32::from(standing.class().is_some());
    }

    /// Takes a venue that stood so out again.
    pub fn leave(&mut self, standing: Standing) {
        if let Some(number) = self.of(standing) {
            *number -= 1;
        }
        self.venues -= u32::from(standing.class().is_some());
    }

    /// The number of one class.
    #[must_use]
    pub fn in_class(mut self, class: Class) -> u32 {
        self.of(Standing::Class(class)).map_or(0, |number| *number)
    }

    fn of(&mut self, standing: Standing) -> Option<&mut u32> {
        Some(match standing {
            Standing::Hidden => return None,
            Standing::Never => &mut self.never,
            Standing::Excluded => &mut self.excluded,
            Standing::Class(Class::Silent) => &mut self.silent,
            Standing::Class(Class::Fail) => &mut self.fail,
            Standing::Class(Class::Stale) => &mut self.stale,
            Standing::Class(Class::Unknown) => &mut self.unknown,
            Standing::Class(Class::Degraded) => &mut self.degraded,
            Standing::Class(Class::Pass) => &mut self.pass,
        })
    }
}

const PIECE: usize = 256;

/// The sums of all places in pieces that readers share: a clone costs one reference a piece.
#[derive(Clone, Debug)]
pub struct Tally<T> {
    pieces: Vec<Arc<[T; PIECE]>>,
}

impl<T: Copy + Default> Tally<T> {
    /// All zero, for `places` places.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self { pieces: (0..places.div_ceil(PIECE)).map(|_| Arc::new([T::default(); PIECE])).collect() }
    }

    /// The sums of the place with this index.
    #[must_use]
    pub fn get(&self, place: u32) -> T {
        let at = place as usize;
        self.pieces.get(at / PIECE).map_or_else(T::default, |piece| piece[at % PIECE])
    }

    pub(super) fn edit(&mut self, place: u32) -> &mut T {
        let at = place as usize;
        &mut Arc::make_mut(&mut self.pieces[at / PIECE])[at % PIECE]
    }
}
