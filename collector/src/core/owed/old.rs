//! Joint tests as earlier versions wrote them.

use avow_shared::time::UnixMs;
use serde::Deserialize;

use super::super::kept;
use crate::obligations::{
    Changed, Confirmation, Correction, Edition, JointTest, Said, Sheet, Subject, TestKind, Withdrawal,
};

/// Joint tests before they had a form.
pub(super) const NOTED_ONLY: u8 = 1;
/// Joint tests with a form that could not be corrected.
pub(super) const WITH_SHEET: u8 = 2;
/// Joint tests with their editions, of which every confirmation was written down at HQ.
pub(super) const WITH_EDITIONS: u8 = 3;

/// A joint test of versions 1 to 3.
pub(super) fn test(value: &[u8]) -> Option<JointTest> {
    let filled = || kept::read_as::<Filled>(WITH_SHEET, value).map(JointTest::from);
    let noted = || kept::read_as::<Noted>(NOTED_ONLY, value).map(|noted| Filled(noted, None).into());
    kept::read_as::<Third>(WITH_EDITIONS, value).map(JointTest::from).or_else(filled).or_else(noted)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, Clone))]
pub(super) struct Told {
    pub(super) person: Box<str>,
    pub(super) telephone: Option<Box<str>>,
    pub(super) at_ms: UnixMs,
}

fn told(told: Option<Told>) -> Option<Confirmation> {
    told.map(|Told { person, telephone, at_ms }| Confirmation { person, telephone, at_ms, by_link: false })
}

/// Version 1, which had no form.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Noted {
    pub(super) subject: Subject,
    pub(super) kind: TestKind,
    pub(super) at_ms: UnixMs,
    pub(super) note: Box<str>,
    pub(super) near: Option<Told>,
    pub(super) far: Option<Told>,
    pub(super) withdrawn: Option<Withdrawal>,
}

/// Version 2: its form behind what was noted, and no editions.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Filled(pub(super) Noted, pub(super) Option<Sheet>);

impl From<Filled> for JointTest {
    fn from(Filled(Noted { subject, kind, at_ms, note, near, far, withdrawn }, sheet): Filled) -> Self {
        Self { near: told(near), far: told(far), withdrawn, ..Self::new(subject, Said { kind, at_ms, note, sheet }) }
    }
}

/// Version 3.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Third {
    pub(super) subject: Subject,
    pub(super) kind: TestKind,
    pub(super) at_ms: UnixMs,
    pub(super) note: Box<str>,
    pub(super) near: Option<Told>,
    pub(super) far: Option<Told>,
    pub(super) withdrawn: Option<Withdrawal>,
    pub(super) sheet: Option<Sheet>,
    pub(super) run: Option<u64>,
    pub(super) changed: Option<Changed>,
    pub(super) correction: Option<ThirdCorrection>,
    pub(super) earlier: Vec<ThirdEdition>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct ThirdCorrection {
    pub(super) said: Said,
    pub(super) by: Changed,
    pub(super) near: Option<Told>,
    pub(super) far: Option<Told>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct ThirdEdition {
    pub(super) said: Said,
    pub(super) changed: Option<Changed>,
    pub(super) near: Option<Told>,
    pub(super) far: Option<Told>,
    pub(super) until_ms: UnixMs,
}

impl From<Third> for JointTest {
    fn from(third: Third) -> Self {
        let Third { subject, kind, at_ms, note, withdrawn, sheet, run, changed, .. } = third;
        let correction = third.correction.map(|ThirdCorrection { said, by, near, far }| {
            Box::new(Correction { said, by, near: told(near), far: told(far) })
        });
        let edition = |ThirdEdition { said, changed, near, far, until_ms }| Edition {
            said,
            changed,
            near: told(near),
            far: told(far),
            until_ms,
        };
        Self {
            near: told(third.near),
            far: told(third.far),
            withdrawn,
            run,
            changed,
            correction,
            earlier: third.earlier.into_iter().map(edition).collect(),
            ..Self::new(subject, Said { kind, at_ms, note, sheet })
        }
    }
}
