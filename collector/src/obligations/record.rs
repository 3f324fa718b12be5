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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
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
    /// Whether they said it themselves, on the page that a one-time link opens; else somebody at HQ wrote it down.
    pub by_link: bool,
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

/// What is said of a joint test, and is what both ends confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Why.
    pub kind: TestKind,
    /// When it was made.
    pub at_ms: UnixMs,
    /// What there is to say.
    pub note: Box<str>,
    /// What the form asks; none of a test that was only noted.
    pub sheet: Option<Sheet>,
}

/// Who wrote down what differs from before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Their name.
    pub person: Box<str>,
    /// Why; empty when nothing was in force that both ends had confirmed.
    pub reason: Box<str>,
    /// When.
    pub at_ms: UnixMs,
}

/// What is to take the place of what both ends confirmed, once both have confirmed it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What is said now.
    pub said: Said,
    /// By whom, and why.
    pub by: Changed,
    /// Our end, which confirms the correction.
    pub near: Option<Confirmation>,
    /// Theirs.
    pub far: Option<Confirmation>,
}

/// What was said before and somebody had confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// What was said.
    pub said: Said,
    /// Who wrote it, when it was not the first.
    pub changed: Option<Changed>,
    /// Who at our end had confirmed it.
    pub near: Option<Confirmation>,
    /// Who at theirs.
    pub far: Option<Confirmation>,
    /// Until when it stood there.
    pub until_ms: UnixMs,
}

/// A joint test: the edition that is in force, what is to take its place, and what it said before.
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
    /// The run of two venues that proposed it; none: a person wrote it down.
    pub run: Option<u64>,
    /// Who wrote what stands here, when it is not what was kept at first.
    pub changed: Option<Changed>,
    /// What is to take its place; only where both ends have confirmed it.
    pub correction: Option<Box<Correction>>,
    /// Its earlier editions, the oldest first.
    pub earlier: Vec<Edition>,
}

/// Whose word a joint test waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = JointTestWaiting)]
pub enum Waiting {
    /// It does not count yet: one end, or both, have not confirmed it.
    Confirmation,
    /// It counts, and a correction of it has not been confirmed by both ends.
    Correction,
}

impl JointTest {
    /// Whose word it waits for; none of one that was withdrawn.
    #[must_use]
    pub fn waits_for(&self) -> Option<Waiting> {
        if self.withdrawn.is_some() {
            return None;
        }
        let correction = self.correction.as_ref().map(|_| Waiting::Correction);
        correction.or((!self.counts()).then_some(Waiting::Confirmation))
    }

    /// One that nobody has confirmed.
    #[must_use]
    pub fn new(subject: Subject, Said { kind, at_ms, note, sheet }: Said) -> Self {
        let (near, far, withdrawn) = (None, None, None);
        let (run, changed, correction, earlier) = (None, None, None, Vec::new());
        Self { subject, kind, at_ms, note, near, far, withdrawn, sheet, run, changed, correction, earlier }
    }

    /// Whether the person at an end may still confirm it, or what is to take its place.
    #[must_use]
    pub fn waits_for_end(&self, end: End) -> bool {
        let (near, far) = self.correction.as_ref().map_or((&self.near, &self.far), |of| (&of.near, &of.far));
        let who = match end {
            End::Near => near,
            End::Far => far,
        };
        self.withdrawn.is_none() && who.is_none()
    }

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
