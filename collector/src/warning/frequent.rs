//! 高频会场: which rooms fail often, by a rule that people keep. Pure.

use std::collections::{BTreeMap, HashMap};

use avow_shared::id::VenueId;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::Warnings;
use crate::calendar::DAY_MS;
use crate::obligations::{Obligations, Subject};
use crate::rectify::{Origin, Rectify, Where};

/// When a room counts as one that fails often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Often {
    /// So many faults …
    pub faults: u16,
    /// … in so many days,
    pub days: u16,
    /// or so many failed joint tests in them.
    pub failed_tests: u16,
}

/// The rule that is in force, and who said so when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OftenKept {
    /// The rule.
    pub rule: Often,
    /// The last change; none: nobody changed it yet.
    pub changed: Option<(UnixMs, Box<str>)>,
}

impl Default for Often {
    /// Three faults in 90 days, or two joint tests: what is usual; an operator changes it.
    fn default() -> Self {
        Self { faults: 3, days: 90, failed_tests: 2 }
    }
}

impl Often {
    /// What is written of it, by name.
    #[must_use]
    pub fn parts(&self) -> crate::rulings::Parts {
        let parts = [("faults", self.faults), ("days", self.days), ("failed_tests", self.failed_tests)];
        parts.map(|(name, says)| (name.to_owned(), says.to_string())).into()
    }

    /// Whether it can be kept.
    ///
    /// # Errors
    /// What was expected.
    pub fn check(&self) -> Result<(), &'static str> {
        let counts = [self.faults, self.failed_tests].iter().all(|count| (1..=100).contains(count));
        if counts && (1..=90).contains(&self.days) {
            return Ok(());
        }
        Err("faults, failed_tests: 1 to 100, and days: 1 to 90 are expected")
    }
}

/// What counts against a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// When its faults began, the oldest first.
    pub faults: Vec<UnixMs>,
    /// Joint tests that failed, and when.
    pub tests: BTreeMap<u64, UnixMs>,
}

/// The rooms that fail often by `rule` at `now`, those with most faults first.
#[must_use]
pub fn often(
    rule: &Often,
    (warnings, obligations, rectify): (&Warnings, &Obligations, &Rectify),
    now: UnixMs,
) -> Vec<(VenueId, Counted)> {
    let since = now.saturating_sub(u64::from(rule.days) * DAY_MS);
    let mut all: HashMap<VenueId, Counted> = HashMap::new();
    for (venue, room) in &warnings.rooms {
        let faults: Vec<UnixMs> = room.faults.iter().copied().filter(|at_ms| *at_ms >= since).collect();
        if !faults.is_empty() {
            all.entry(*venue).or_default().faults = faults;
        }
    }
    for (id, test) in obligations.iter().filter(|(_, test)| test.has_failed() && test.at_ms >= since) {
        if let Subject::Venue(venue) = test.subject {
            all.entry(venue).or_default().tests.insert(id, test.at_ms);
        }
    }
    // A test that was only noted has failed when a matter came of it, unless it does not count any more.
    for (_, matter) in rectify.iter().filter(|(_, matter)| matter.opened_ms() >= since) {
        let (Where::Venue(venue), Origin::JointTest(id)) = (matter.subject, matter.origin) else { continue };
        if obligations.get(id).is_none_or(|test| test.withdrawn.is_none()) {
            all.entry(venue).or_default().tests.entry(id).or_insert_with(|| matter.opened_ms());
        }
    }
    let fails = |counted: &Counted| {
        counted.faults.len() >= usize::from(rule.faults) || counted.tests.len() >= usize::from(rule.failed_tests)
    };
    let mut found: Vec<_> = all.into_iter().filter(|(_, counted)| fails(counted)).collect();
    found.sort_by_key(|(venue, counted)| (std::cmp::Reverse((counted.faults.len(), counted.tests.len())), *venue));
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::obligations::{Change, Conclusion, JointTest, Marks, Said, Sheet, TestKind, Withdrawal};
    use crate::rectify::{Change as Opening, New, Task};
    use crate::warning::Room;

    const NOW: u64 = 1_790_000_000_000;

    fn venue() -> VenueId {
        "350102001-01".parse().expect("a venue")
    }

    fn test(at_ms: u64, conclusion: Option<Conclusion>) -> JointTest {
        let sheet = |conclusion| Sheet {
            system: "".into(),
            network: "".into(),
            joined_ms: None,
            marks: Marks::default(),
            problem: "无声".into(),
            handling: "重插".into(),
            conclusion,
        };
        let sheet = conclusion.map(sheet);
        JointTest::new(Subject::Venue(venue()), Said { kind: TestKind::Monthly, at_ms, note: "".into(), sheet })
    }

    #[track_caller]
    fn kept(tests: &[JointTest]) -> (Obligations, Vec<u64>) {
        let mut all = Obligations::default();
        let add =
            |test: &JointTest| all.change(Change::Add(test.clone()), NOW).expect("is taken").test.expect("a number");
        let ids = tests.iter().map(add).collect();
        (all, ids)
    }

    fn matters(of: &[u64]) -> Rectify {
        let mut all = Rectify::default();
        let new = |id: &u64| New {
            subject: Where::Venue(venue()),
            origin: Origin::JointTest(*id),
            item: "".into(),
            problem: format!("第{id}次").into(),
            task: Task { advice: "".into(), unit: "区局".into(), due_ms: NOW + 1 },
            person: "王五".into(),
            note: "".into(),
        };
        if !of.is_empty() {
            all.change(Opening::Open(of.iter().map(new).collect()), NOW).expect("opens");
        }
        all
    }

    fn counted(obligations: &Obligations, rectify: &Rectify) -> usize {
        let rule = Often { failed_tests: 1, ..Often::default() };
        let found = often(&rule, (&Warnings::default(), obligations, rectify), NOW);
        found.first().map_or(0, |(_, counted)| counted.tests.len())
    }

    #[test]
    fn a_joint_test_that_failed_counts_once_by_its_form_or_by_its_matter() {
        let old = NOW - 91 * DAY_MS;
        let (tests, ids) = kept(&[
            test(NOW, Some(Conclusion::Abnormal)),
            test(NOW, Some(Conclusion::Fixed)),
            test(NOW, None),
            test(old, Some(Conclusion::Abnormal)),
        ]);
        assert_eq!(counted(&tests, &Rectify::default()), 1);
        assert_eq!(counted(&tests, &matters(&[ids[0]])), 1, "not twice");
        assert_eq!(counted(&tests, &matters(&[ids[0], ids[2]])), 2);
        let mut fewer = tests.clone();
        let by = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: NOW };
        for id in [ids[0], ids[2]] {
            fewer.change(Change::Withdraw(id, by.clone()), NOW).expect("is withdrawn");
        }
        assert_eq!(counted(&fewer, &matters(&[ids[0], ids[2]])), 0);
    }

    #[test]
    fn a_matter_of_a_joint_test_that_is_forgotten_counts_as_far_back_as_the_rule_says() {
        let rule = Often { failed_tests: 1, ..Often::default() };
        let all = matters(&[7]);
        let at = |now| often(&rule, (&Warnings::default(), &Obligations::default(), &all), now).len();
        assert_eq!((at(NOW + 90 * DAY_MS), at(NOW + 91 * DAY_MS)), (1, 0));
    }

    #[test]
    fn faults_count_as_far_back_as_the_rule_says_and_those_with_most_come_first() {
        let room = |days: &[u64]| {
            Arc::new(Room { faults: days.iter().map(|day| NOW - day * DAY_MS).collect(), ..Room::default() })
        };
        let other: VenueId = "350102001-02".parse().expect("a venue");
        let rooms = [(venue(), room(&[80, 20, 1])), (other, room(&[9, 8, 7, 6]))].into_iter().collect();
        let warnings = Warnings { rooms, ..Warnings::default() };
        let by = |rule: Often| {
            let found = often(&rule, (&warnings, &Obligations::default(), &Rectify::default()), NOW);
            found.into_iter().map(|(venue, counted)| (venue, counted.faults.len())).collect::<Vec<_>>()
        };
        assert_eq!(by(Often::default()), [(other, 4), (venue(), 3)]);
        assert_eq!(by(Often { days: 30, ..Often::default() }), [(other, 4)]);
        assert_eq!(by(Often { faults: 5, ..Often::default() }), []);
        for wrong in [(0, 90, 2), (3, 91, 2), (3, 0, 2), (3, 90, 101)] {
            let (faults, days, failed_tests) = wrong;
            assert!(Often { faults, days, failed_tests }.check().is_err(), "{wrong:?}");
        }
        assert_eq!(Often::default().check(), Ok(()));
    }
}
