//! Joint tests and what is owed, in the core: on disk before they are in force.

use std::sync::Arc;

use avow_shared::time::{EARLIEST_MS, UnixMs};

use super::{Core, kept};
use crate::calendar::Month;
use crate::command::Refusal;
use crate::obligations::{
    Change, Confirmation, JointTest, No, Obligations, Said, Sheet, Subject, TestKind, Withdrawal, Written,
};
use crate::store::{Batch, Error, Store};

const RULES: &[u8] = b"obligations";
const PREFIX: &[u8] = b"joint/";
/// The version of joint tests before they had a form.
const NOTED_ONLY: u8 = 1;
/// The version of joint tests with a form that could not be corrected.
const WITH_SHEET: u8 = 2;
/// The version of a joint test with its editions.
const WITH_EDITIONS: u8 = 3;

/// Reads all back; a record that cannot be read is passed over and told, so that the rest still counts.
pub(super) fn load(store: &Store) -> Result<Obligations, Error> {
    Ok(Obligations::new(kept::one(store, RULES)?, kept::load_by(store, PREFIX, test)?))
}

impl Core {
    /// From the month after HQ's first start on, a month that ends without a test is overdue: nobody is accused of a time of which HQ knows nothing, and
    /// nobody has to say so first. Rules that a person has written stay as they are.
    pub(super) fn owe_from_now_on(&self, now: UnixMs) -> Result<(), Error> {
        if now < EARLIEST_MS || self.store.get(RULES)?.is_some() {
            return Ok(());
        }
        let mut obligations = Obligations::clone(&self.books.obligations.load());
        obligations.rules.since = Some(Month::of(now).plus(1));
        let written = self.store.commit(batch(&obligations, &Written { rules: true, ..Written::default() }));
        match written {
            Ok(()) => self.books.obligations.store(Arc::new(obligations)),
            Err(error) => tracing::warn!(%error, "since when a joint test is overdue is not written yet; the next start does it"),
        }
        Ok(())
    }
}

fn batch(obligations: &Obligations, written: &Written) -> Batch {
    let mut batch = Batch::new();
    written.forgotten.iter().for_each(|old| kept::remove(&mut batch, PREFIX, *old));
    if let Some((id, test)) = written.test.and_then(|id| Some((id, obligations.get(id)?))) {
        batch.put(&kept::key(PREFIX, id), &kept::bytes_as(WITH_EDITIONS, test.as_ref()));
    }
    if written.rules {
        batch.put(RULES, &kept::bytes(&obligations.rules));
    }
    batch
}

/// A joint test of any version.
fn test(value: &[u8]) -> Option<JointTest> {
    let filled = || kept::read_as::<Filled>(WITH_SHEET, value).map(JointTest::from);
    let noted = || kept::read_as::<Noted>(NOTED_ONLY, value).map(|noted| Filled(noted, None).into());
    kept::read_as(WITH_EDITIONS, value).or_else(filled).or_else(noted)
}

/// A joint test of version 1, which had no form.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Noted {
    subject: Subject,
    kind: TestKind,
    at_ms: UnixMs,
    note: Box<str>,
    near: Option<Confirmation>,
    far: Option<Confirmation>,
    withdrawn: Option<Withdrawal>,
}

/// A joint test of version 2: its form behind what was noted, and no editions.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Filled(Noted, Option<Sheet>);

impl From<Filled> for JointTest {
    fn from(Filled(Noted { subject, kind, at_ms, note, near, far, withdrawn }, sheet): Filled) -> Self {
        Self { near, far, withdrawn, ..Self::new(subject, Said { kind, at_ms, note, sheet }) }
    }
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
    use crate::obligations::{Changed, Conclusion, Correct, End, Mark, Marks, Rules};

    #[test]
    fn what_is_written_is_read_back_and_what_is_forgotten_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), 1 << 20).expect("opens");
        assert_eq!(load(&store).expect("loads"), Obligations::default());
        let mut all = Obligations::default();
        let now = 1_790_000_000_000;
        let by = |person: &str| Confirmation { person: person.into(), telephone: Some("1".into()), at_ms: now };
        let test = |at_ms| {
            let sheet = Some(Sheet {
                system: "视频会议系统".into(),
                network: "专线".into(),
                joined_ms: Some(at_ms),
                marks: Marks { sound_in: Mark::Fixed, ..Marks::default() },
                problem: "对端无声".into(),
                handling: "重插话筒".into(),
                conclusion: Conclusion::Fixed,
            });
            let said = Said { kind: TestKind::Retest, at_ms, note: "复测".into(), sheet };
            let subject = Subject::County("350102".parse().expect("a county"));
            JointTest { near: Some(by("王五")), ..JointTest::new(subject, said) }
        };
        let mut step = |change, now| {
            let written = all.change(change, now).expect("is taken");
            store.commit(batch(&all, &written)).expect("writes");
            assert_eq!(load(&store).expect("loads"), all);
            written.test
        };
        let id = step(Change::Add(test(now)), now).expect("a number");
        step(Change::Confirm(id, End::Far, by("赵六")), now);
        let correct = |note: &str| Correct {
            said: Said { kind: TestKind::Retest, at_ms: now, note: note.into(), sheet: None },
            by: Changed { person: "陈七".into(), reason: "记错".into(), at_ms: now },
            confirms: None,
        };
        step(Change::Correct(id, correct("改")), now);
        step(Change::Confirm(id, End::Near, by("王五")), now);
        step(Change::Confirm(id, End::Far, by("赵六")), now);
        step(Change::Correct(id, correct("再改")), now);
        step(Change::Rules(Rules { county: Some(3), venue: None, since: "2026-01".parse().ok() }), now);
        let later = now + crate::obligations::KEPT_MS + 1;
        step(Change::Add(test(later)), later);
        assert_eq!(all.len(), 1, "the old one is forgotten");
    }

    /// A county's monthly test as version 1 wrote it.
    const NOTED: &[u8] = b"\x01\x00\x82\x98\x92\xed\xc1Q\x00\x80\xd8\xc1\xa2\x8c4\x03\xe5\xa5\xbd\x01\x06\xe7\x8e\x8b\xe4\xba\x94\x01\x011\xac\x02\x00\x01\x06\xe8\xb5\xb5\xe5\x85\xad\x03\xe9\x94\x99\xad\x02";

    #[test]
    fn a_test_from_before_there_was_a_form_is_read_as_one_that_was_only_noted() {
        let by = |person: &str| Some(Confirmation { person: person.into(), telephone: Some("1".into()), at_ms: 300 });
        let noted = Noted {
            subject: Subject::County("350102".parse().expect("a county")),
            kind: TestKind::Monthly,
            at_ms: 1_790_000_000_000,
            note: "好".into(),
            near: by("王五"),
            far: None,
            withdrawn: Some(Withdrawal { person: "赵六".into(), reason: "错".into(), at_ms: 301 }),
        };
        assert_eq!(kept::bytes_as(NOTED_ONLY, &noted).escape_ascii().to_string(), NOTED.escape_ascii().to_string());
        let read = test(NOTED).expect("is read");
        assert_eq!(read, JointTest::from(Filled(noted, None)));
        assert_eq!((read.sheet, test(&NOTED[..9]), test(&[4])), (None, None, None));
    }

    /// The same test as version 2 wrote it, with a form: 网络 "专线", one point normal.
    #[test]
    fn a_test_with_a_form_from_before_it_could_be_corrected_is_read_as_its_only_edition() {
        let written = [
            b"\x02".as_slice(),
            &NOTED[1..],
            b"\x01\x00\x06\xe4\xb8\x93\xe7\xba\xbf\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00".as_slice(),
        ];
        let read = test(&written.concat()).expect("is read");
        let sheet = read.sheet.as_ref().expect("a form");
        assert_eq!(
            (&*sheet.network, sheet.marks.picture_out, sheet.conclusion),
            ("专线", Mark::Normal, Conclusion::Normal)
        );
        assert_eq!((&*read.note, read.earlier.len(), read.correction.is_none()), ("好", 0, true));
        assert_eq!(test(&written.concat()[..40]), None);
    }
}
