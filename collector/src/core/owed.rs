//! Joint tests and what is owed, in the core: on disk before they are in force.

mod old;

use std::sync::Arc;

use avow_shared::time::{EARLIEST_MS, UnixMs};

use super::{Core, kept};
use crate::calendar::Month;
use crate::command::Refusal;
use crate::obligations::{Change, JointTest, No, Obligations, Written};
use crate::store::{Batch, Error, Store};

const RULES: &[u8] = b"obligations";
const PREFIX: &[u8] = b"joint/";
/// The version of a joint test that says who confirmed it himself.
const WITH_LINKS: u8 = 4;

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
        let written =
            self.store.commit(batch(Batch::new(), &obligations, &Written { rules: true, ..Written::default() }));
        match written {
            Ok(()) => self.books.obligations.store(Arc::new(obligations)),
            Err(error) => {
                tracing::warn!(%error, "since when a joint test is overdue is not written yet; the next start does it")
            }
        }
        Ok(())
    }
}

fn batch(mut batch: Batch, obligations: &Obligations, written: &Written) -> Batch {
    written.forgotten.iter().for_each(|old| kept::remove(&mut batch, PREFIX, *old));
    if let Some((id, test)) = written.test.and_then(|id| Some((id, obligations.get(id)?))) {
        batch.put(&kept::key(PREFIX, id), &kept::bytes_as(WITH_LINKS, test.as_ref()));
    }
    if written.rules {
        batch.put(RULES, &kept::bytes(&obligations.rules));
    }
    batch
}

/// A joint test of any version.
fn test(value: &[u8]) -> Option<JointTest> {
    kept::read_as(WITH_LINKS, value).or_else(|| old::test(value))
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
        self.oblige_with(Batch::new(), change, now)
    }

    /// The same, in one write with what is in `with`.
    pub(super) fn oblige_with(&mut self, with: Batch, change: Change, now: UnixMs) -> Result<Option<u64>, Refusal> {
        let mut next = Obligations::clone(&self.books.obligations.load());
        let written = next.change(change, now)?;
        let written_down = self.store.commit(batch(with, &next, &written));
        written_down.map_err(|error| Refusal::Failed(error.to_string()))?;
        self.books.obligations.store(Arc::new(next));
        Ok(written.test)
    }
}

#[cfg(test)]
mod tests {
    use super::old::{Filled, NOTED_ONLY, Noted, Third, ThirdCorrection, ThirdEdition, Told, WITH_EDITIONS};
    use super::*;
    use crate::obligations::{
        Changed, Conclusion, Confirmation, Correct, End, Mark, Marks, Rules, Said, Sheet, Subject, TestKind, Withdrawal,
    };

    #[test]
    fn what_is_written_is_read_back_and_what_is_forgotten_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
        assert_eq!(load(&store).expect("loads"), Obligations::default());
        let mut all = Obligations::default();
        let now = 1_790_000_000_000;
        let by = |person: &str| Confirmation {
            person: person.into(),
            telephone: Some("1".into()),
            at_ms: now,
            by_link: false,
        };
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
            store.commit(batch(Batch::new(), &all, &written)).expect("writes");
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
        let by = |person: &str| Some(Told { person: person.into(), telephone: Some("1".into()), at_ms: 300 });
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

    #[test]
    fn a_test_with_editions_from_before_anybody_confirmed_by_a_link_keeps_all_of_them() {
        let by = |person: &str| Some(Told { person: person.into(), telephone: None, at_ms: 300 });
        let said =
            |note: &str| Said { kind: TestKind::Monthly, at_ms: 1_790_000_000_000, note: note.into(), sheet: None };
        let changed = || Changed { person: "陈七".into(), reason: "记错".into(), at_ms: 310 };
        let third = Third {
            subject: Subject::County("350102".parse().expect("a county")),
            kind: TestKind::Monthly,
            at_ms: 1_790_000_000_000,
            note: "好".into(),
            near: by("王五"),
            far: by("赵六"),
            withdrawn: None,
            sheet: None,
            run: Some(7),
            changed: Some(changed()),
            correction: Some(ThirdCorrection { said: said("再改"), by: changed(), near: by("王五"), far: None }),
            earlier: vec![ThirdEdition {
                said: said("原"), changed: None, near: None, far: by("赵六"), until_ms: 305
            }],
        };
        let read = test(&kept::bytes_as(WITH_EDITIONS, &third)).expect("is read");
        assert_eq!(
            (read.counts(), read.run, read.newest().note, read.earlier[0].until_ms),
            (true, Some(7), "再改".into(), 305)
        );
        let ends = [&read.near, &read.far, &read.earlier[0].far, &read.correction.as_ref().expect("is there").near];
        let told = ends.map(|who| who.as_ref().map(|who| (&*who.person, who.at_ms, who.by_link)));
        assert_eq!(
            told,
            [
                Some(("王五", 300, false)),
                Some(("赵六", 300, false)),
                Some(("赵六", 300, false)),
                Some(("王五", 300, false))
            ]
        );
        assert!(read.waits_for_end(End::Far) && !read.waits_for_end(End::Near), "of the correction");
        assert_eq!(test(&kept::bytes_as(WITH_LINKS, &read)), Some(read));
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
