//! How the form of a joint test is filled in and corrected later. Pure.
//!
//! A confirmation is of what stood there when it was given. Until both ends have confirmed it, a change stands at once and takes back what
//! another has confirmed. What both have confirmed is changed with a reason and stays in force, and counts, until both have confirmed the
//! change too. Nothing that somebody confirmed is lost: it stays as an earlier edition.

use avow_shared::time::UnixMs;

use super::record::{Changed, Confirmation, Correction, Edition, End, JointTest, Said};
use super::{AHEAD_MS, KEPT_MS, No};

/// So many earlier editions are kept of a test.
pub const MOST_EDITIONS: usize = 16;

/// A change of what is said of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correct {
    /// What is said from now on.
    pub said: Said,
    /// Who says so, and why.
    pub by: Changed,
    /// At which end that person was, when they confirm it with the change.
    pub confirms: Option<(End, Confirmation)>,
}

impl Said {
    /// Whether it can be so at `now`.
    pub(super) fn check(&self, now: UnixMs) -> Result<(), No> {
        if self.at_ms > now.saturating_add(AHEAD_MS) || self.at_ms.saturating_add(KEPT_MS) < now {
            return Err(No::Wrong("at_ms: a time that is over, at most three years ago, is expected"));
        }
        let Some(sheet) = &self.sheet else { return Ok(()) };
        sheet.agrees().map_err(No::Wrong)?;
        if sheet.joined_ms.is_some_and(|joined| joined > now.saturating_add(AHEAD_MS)) {
            return Err(No::Wrong("sheet.joined_ms: a time that is over is expected"));
        }
        Ok(())
    }
}

impl JointTest {
    /// What is in force.
    #[must_use]
    pub fn said(&self) -> Said {
        Said { kind: self.kind, at_ms: self.at_ms, note: self.note.clone(), sheet: self.sheet.clone() }
    }

    /// What was said last, in force or not.
    #[must_use]
    pub fn newest(&self) -> Said {
        self.correction.as_ref().map_or_else(|| self.said(), |correction| correction.said.clone())
    }

    const fn is_confirmed(&self) -> bool {
        self.near.is_some() && self.far.is_some()
    }

    /// With a change of what it says.
    pub(super) fn corrected(mut self, Correct { said, by, confirms }: Correct) -> Result<Self, No> {
        if said == self.newest() {
            return Err(No::Conflict("nothing of this joint test is changed"));
        }
        let end = |end| confirms.as_ref().filter(|(at, _)| *at == end).map(|(_, who)| who.clone());
        let (near, far) = (end(End::Near), end(End::Far));
        if self.is_confirmed() {
            if said == self.said() {
                // What is in force is right after all.
                self.correction = None;
                return Ok(self);
            }
            if by.reason.is_empty() {
                return Err(No::Wrong(
                    "reason: both ends have confirmed what stands there; why it is changed is expected",
                ));
            }
            self.has_room()?;
            self.correction = Some(Box::new(Correction { said, by, near, far }));
            return Ok(self);
        }
        let is_same = |before: &Option<Confirmation>, now: &Option<Confirmation>| match (before, now) {
            (Some(before), Some(now)) => before.person == now.person && before.telephone == now.telephone,
            (before, _) => before.is_none(),
        };
        if !is_same(&self.near, &near) || !is_same(&self.far, &far) {
            self.has_room()?;
            self.keep(by.at_ms);
        }
        Ok(self.says(said, by, (near, far)))
    }

    /// With a confirmation of what was said last.
    pub(super) fn confirmed(mut self, end: End, who: Confirmation) -> Result<Self, No> {
        let (near, far) = match &mut self.correction {
            Some(correction) => (&mut correction.near, &mut correction.far),
            None => (&mut self.near, &mut self.far),
        };
        let at_ms = who.at_ms;
        let at = match end {
            End::Near => &mut *near,
            End::Far => &mut *far,
        };
        if at.replace(who).is_some() {
            return Err(No::Conflict("this end is confirmed already"));
        }
        two_persons(near.as_ref(), far.as_ref())?;
        let is_whole = near.is_some() && far.is_some();
        match self.correction.take_if(|_| is_whole).map(|correction| *correction) {
            None => Ok(self),
            Some(Correction { said, by, near, far }) => {
                self.keep(at_ms);
                Ok(self.says(said, by, (near, far)))
            }
        }
    }

    const fn has_room(&self) -> Result<(), No> {
        if self.earlier.len() >= MOST_EDITIONS {
            return Err(No::Conflict(
                "16 earlier editions of this joint test are kept, as many as may be; withdraw it",
            ));
        }
        Ok(())
    }

    /// What is in force is one of the earlier editions.
    fn keep(&mut self, until_ms: UnixMs) {
        let (said, near, far) = (self.said(), self.near.take(), self.far.take());
        self.earlier.push(Edition { said, changed: self.changed.take(), near, far, until_ms });
    }

    fn says(self, said: Said, by: Changed, (near, far): (Option<Confirmation>, Option<Confirmation>)) -> Self {
        let Said { kind, at_ms, note, sheet } = said;
        Self { kind, at_ms, note, sheet, near, far, changed: Some(by), ..self }
    }
}

/// Of two with the same name, their numbers tell that they are two.
pub(super) fn two_persons(near: Option<&Confirmation>, far: Option<&Confirmation>) -> Result<(), No> {
    let (Some(near), Some(far)) = (near, far) else { return Ok(()) };
    let told_apart = near.telephone.is_some() && far.telephone.is_some() && near.telephone != far.telephone;
    if near.person == far.person && !told_apart {
        return Err(No::Conflict(
            "one person cannot confirm both ends; of two with one name both telephones are expected",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{by, county, now, tested};
    use super::super::{Change, Mark, Marks, Obligations, Sheet, Withdrawal};
    use super::*;
    use crate::obligations::Conclusion;

    fn sheet(sound_in: Mark, conclusion: Conclusion) -> Option<Sheet> {
        Some(Sheet {
            system: "视频会议系统".into(),
            network: "应急指挥信息网".into(),
            joined_ms: None,
            marks: Marks { sound_in, ..Marks::default() },
            problem: if conclusion == Conclusion::Normal { "".into() } else { "无声".into() },
            handling: "".into(),
            conclusion,
        })
    }

    fn said(sheet: Option<Sheet>) -> Said {
        let JointTest { kind, at_ms, note, .. } = tested(county("350102"), now());
        Said { kind, at_ms, note, sheet }
    }

    fn change(said: Said, person: &str, reason: &str, end: Option<End>) -> Correct {
        let confirms = end.and_then(|end| Some((end, by(person)?)));
        Correct { said, by: Changed { person: person.into(), reason: reason.into(), at_ms: now() }, confirms }
    }

    fn normal() -> Said {
        said(sheet(Mark::Normal, Conclusion::Normal))
    }

    fn abnormal() -> Said {
        said(sheet(Mark::Abnormal, Conclusion::Abnormal))
    }

    fn names(test: &JointTest) -> [Option<&str>; 2] {
        [&test.near, &test.far].map(|who| who.as_ref().map(|who| &*who.person))
    }

    #[test]
    fn until_both_ends_confirmed_it_a_change_stands_at_once_and_takes_back_what_another_confirmed() {
        let open = JointTest { near: None, far: None, ..tested(county("350102"), now()) };
        // Nobody has confirmed anything: it is only filled in.
        let filled = open.corrected(change(normal(), "王五", "", Some(End::Near))).expect("is taken");
        assert_eq!((names(&filled), filled.earlier.len(), filled.said()), ([Some("王五"), None], 0, normal()));
        // The same person at the same end corrects what they wrote.
        let again = filled.clone().corrected(change(abnormal(), "王五", "", Some(End::Near))).expect("is taken");
        assert_eq!((names(&again), again.earlier.len(), again.has_failed()), ([Some("王五"), None], 0, true));
        // Another changes what 王五 had confirmed.
        let other = filled.clone().corrected(change(abnormal(), "赵六", "", Some(End::Far))).expect("is taken");
        assert_eq!(names(&other), [None, Some("赵六")]);
        assert_eq!(other.earlier[0].near.as_ref().map(|who| &*who.person), Some("王五"), "what was confirmed is kept");
        assert_eq!(
            (other.earlier[0].said.clone(), other.changed.as_ref().map(|by| &*by.person)),
            (normal(), Some("赵六"))
        );
        let none = filled.corrected(change(abnormal(), "陈七", "", None)).expect("is taken");
        assert_eq!((names(&none), none.earlier.len()), ([None, None], 1));
    }

    #[test]
    fn what_both_confirmed_counts_until_both_confirmed_its_correction() {
        let whole = tested(county("350102"), now());
        assert!(matches!(
            whole.clone().corrected(change(abnormal(), "王五", "", None)),
            Err(No::Wrong(why)) if why.starts_with("reason")
        ));
        let pending =
            whole.clone().corrected(change(abnormal(), "王五", "漏记无声", Some(End::Near))).expect("is taken");
        assert!(pending.counts() && !pending.has_failed() && pending.earlier.is_empty());
        assert_eq!((pending.said(), pending.newest()), (said(None), abnormal()));
        assert!(matches!(
            pending.clone().confirmed(End::Near, by("王五").expect("a person")),
            Err(No::Conflict("this end is confirmed already"))
        ));
        assert!(pending.clone().confirmed(End::Far, by("王五").expect("a person")).is_err(), "one is not two");
        let done = pending.clone().confirmed(End::Far, by("赵六").expect("a person")).expect("is taken");
        assert!(done.counts() && done.has_failed() && done.correction.is_none());
        let before = &done.earlier[0];
        assert_eq!((before.said.clone(), before.near.is_some() && before.far.is_some()), (said(None), true));
        assert_eq!(done.changed.as_ref().map(|by| &*by.reason), Some("漏记无声"));
        // The word of one end, whichever, puts nothing in force.
        let asked = whole.clone().corrected(change(abnormal(), "陈七", "漏记无声", None)).expect("is taken");
        for (end, person) in [(End::Near, "王五"), (End::Far, "赵六")] {
            let half = asked.clone().confirmed(end, by(person).expect("a person")).expect("is taken");
            assert_eq!((half.said(), half.correction.is_some(), half.counts()), (said(None), true, true), "{end:?}");
        }
        // Another wording of the correction has to be confirmed anew, and the old wording ends it.
        let other = pending.clone().corrected(change(normal(), "赵六", "有声", None)).expect("is taken");
        let correction = other.correction.as_ref().expect("one");
        assert_eq!((correction.near.is_none(), correction.far.is_none()), (true, true));
        let back = pending.clone().corrected(change(said(None), "王五", "", None)).expect("is taken");
        assert_eq!(back, whole);
        assert!(matches!(pending.corrected(change(abnormal(), "王五", "x", None)), Err(No::Conflict(_))), "the same");
    }

    #[test]
    fn editions_are_bounded_and_what_was_withdrawn_or_cannot_be_is_refused() {
        let mut all = Obligations::default();
        let id = all.change(Change::Add(tested(county("350102"), now())), now()).expect("is taken").test.expect("one");
        let mut correct = |n: usize| {
            let said = if n.is_multiple_of(2) { abnormal() } else { normal() };
            all.change(Change::Correct(id, change(said, "王五", "更正", Some(End::Near))), now())?;
            all.change(Change::Confirm(id, End::Far, by("赵六").expect("a person")), now())
        };
        (0..MOST_EDITIONS).for_each(|n| drop(correct(n).expect("is taken")));
        assert!(matches!(correct(MOST_EDITIONS), Err(No::Conflict(why)) if why.contains("editions")));
        let wrong = Said { at_ms: now() + 24 * 3_600_000, ..normal() };
        let tried = all.change(Change::Correct(id, change(wrong, "王五", "更正", None)), now());
        assert!(matches!(tried, Err(No::Wrong(why)) if why.starts_with("at_ms")));
        let gone = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: 0 };
        all.change(Change::Withdraw(id, gone), now()).expect("is taken");
        let tried = all.change(Change::Correct(id, change(abnormal(), "王五", "更正", None)), now());
        assert!(matches!(tried, Err(No::Conflict(why)) if why.contains("withdrawn")));
    }

    #[test]
    fn it_waits_for_the_word_of_whoever_has_not_confirmed_it_or_its_correction() {
        use crate::obligations::Waiting;
        let open = JointTest { near: None, far: None, ..tested(county("350102"), now()) };
        let half = JointTest { near: by("王五"), ..open.clone() };
        assert_eq!([open.waits_for(), half.waits_for()], [Some(Waiting::Confirmation); 2]);
        let whole = tested(county("350102"), now());
        assert_eq!(whole.waits_for(), None);
        let corrected = whole.corrected(change(abnormal(), "赵六", "记错", Some(End::Far))).expect("is taken");
        assert!(corrected.counts() && corrected.waits_for() == Some(Waiting::Correction));
        let again = corrected.clone().confirmed(End::Near, by("王五").expect("somebody")).expect("is taken");
        assert_eq!(again.waits_for(), None);
        let withdrawal = Withdrawal { person: "王五".into(), reason: "记错".into(), at_ms: now() };
        assert_eq!(JointTest { withdrawn: Some(withdrawal), ..corrected }.waits_for(), None);
    }
}
