//! A joint test as it is written down.

use avow_shared::id::VenueId;
use avow_shared::place::{Level, PlaceCode};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sheet::{Conclusion, Sheet};

/// What was tested, and owes tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A county.
    County(PlaceCode),
    /// A room.
    Venue(VenueId),
}

impl Subject {
    /// The county for which a test of it counts: itself, or that whose own room it is. A village's room is not the county's.
    #[must_use]
    pub fn county(self) -> Option<PlaceCode> {
        match self {
            Self::County(place) => Some(place),
            Self::Venue(venue) => Some(venue.place).filter(|place| place.level() == Level::County),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::County(place) => place.fmt(f),
            Self::Venue(venue) => venue.fmt(f),
        }
    }
}

/// Why a joint test was made; each counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestKind {
    /// The province, city and county test of the month.
    Monthly,
    /// The whole province's of the year.
    Yearly,
    /// Before a meeting.
    Meeting,
    /// Once more after something was put right.
    Retest,
}

/// An end of a joint test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Ours, which called.
    Near,
    /// Theirs.
    Far,
}

/// Who was at an end and says that it was tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Their name.
    pub person: Box<str>,
    /// Their number.
    pub telephone: Option<Box<str>>,
    /// When they said so.
    pub at_ms: UnixMs,
}

/// Why a record does not count any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Who withdrew it.
    pub person: Box<str>,
    /// Why.
    pub reason: Box<str>,
    /// When.
    pub at_ms: UnixMs,
}

/// A joint test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointTest {
    /// Of whom.
    pub subject: Subject,
    /// Why.
    pub kind: TestKind,
    /// When it was made.
    pub at_ms: UnixMs,
    /// What there is to say.
    pub note: Box<str>,
    /// Our end.
    pub near: Option<Confirmation>,
    /// Their end.
    pub far: Option<Confirmation>,
    /// Why it does not count any more, if so.
    pub withdrawn: Option<Withdrawal>,
    /// What the form asks; none of a test that was only noted.
    pub sheet: Option<Sheet>,
}

impl JointTest {
    /// Whether persons at both ends confirmed it, and nobody withdrew it.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.near.is_some() && self.far.is_some() && self.withdrawn.is_none()
    }

    /// Whether it was made and something stayed wrong.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.withdrawn.is_none() && self.sheet.as_ref().is_some_and(|sheet| sheet.conclusion == Conclusion::Abnormal)
    }
}
