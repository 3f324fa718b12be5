//! 上报 of many records at once: all of a place that lie with a level and have everything that a person there waits for. Pure.

use avow_shared::place::Level;
use avow_shared::time::UnixMs;

use super::record::Record;
use super::review::{Act, ReviewState};
use super::run::Run;

/// A level passes on what lies with it.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The level that acts.
    pub level: Level,
    /// Who.
    pub person: Box<str>,
}

/// Why a record goes up with the others, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// It goes up.
    Ready,
    /// Something is not tested yet, or a person has still to look at something.
    Unfilled,
    /// It was returned: somebody puts right what was wrong and passes it on by itself.
    Returned,
    /// With another level, accepted, or excused.
    Elsewhere,
}

impl Record {
    /// How it lies for a level; `asked`: how many manual items the run has.
    #[must_use]
    pub fn lies(&self, level: Level, asked: usize) -> Lies {
        match self.review.state {
            _ if self.excused.is_some() || self.review.level != level => Lies::Elsewhere,
            ReviewState::Submitted => Lies::Elsewhere,
            ReviewState::Returned => Lies::Returned,
            ReviewState::Filling | ReviewState::Reviewing if !self.is_settled() || self.is_unfilled(asked) => {
                Lies::Unfilled
            }
            ReviewState::Filling | ReviewState::Reviewing => Lies::Ready,
        }
    }

    /// Passes it on when it is ready; says whether it did.
    pub fn pass(&mut self, word: &Pass, asked: usize, now: UnixMs) -> bool {
        let is_ready = self.lies(word.level, asked) == Lies::Ready;
        // One that has gone up and down too often stays for somebody who looks at it.
        is_ready && self.review.step(word.level, Act::Pass, &word.person, "", now).is_ok()
    }
}

impl Run {
    /// Passes on what of these records is meant and ready; how many.
    pub fn pass(
        &mut self,
        at: std::ops::Range<usize>,
        word: &Pass,
        is_meant: impl Fn(&Record) -> bool,
        now: UnixMs,
    ) -> u32 {
        let (asked, mut passed) = (self.ordered.work.asked(), 0);
        for at in at.start..at.end.min(self.records.len()) {
            let record = &self.records[at];
            // Others are not even copied.
            if record.lies(word.level, asked) == Lies::Ready && is_meant(record) {
                passed += u32::from(self.edit(at, |record| record.pass(word, asked, now)));
            }
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, run_of};
    use super::super::{Filled, ItemResult, No, OfRecord, Spread};
    use super::*;

    fn filled(run: &mut Run, at: usize) {
        let one = Filled {
            item: 0,
            result: ItemResult::Normal,
            value: "".into(),
            note: "".into(),
            person: "张三".into(),
            telephone: "".into(),
            at_ms: NOW,
        };
        run.edit(at, |record| record.word(&OfRecord::Fill { filled: vec![one], remark: None }, NOW).is_ok());
    }

    #[test]
    fn what_lies_with_a_level_and_is_filled_in_goes_up_and_nothing_else() {
        let mut run = run_of(6, Spread::default());
        let level = run.records[0].review.level;
        let above = level.above().expect("a level above");
        run.cancel(NOW);
        (0..5).for_each(|at| filled(&mut run, at));
        let step = |run: &mut Run, at: usize, level, act, reason: &str| {
            let word = OfRecord::Review { level, act, person: "李四".into(), reason: reason.into() };
            let mut said: Result<(), No> = Ok(());
            run.edit(at, |record| {
                said = record.word(&word, NOW);
                said.is_ok()
            });
            said.expect("is taken");
        };
        // One is further up, one came back, one is excused, one is elsewhere, one is not filled in.
        step(&mut run, 1, level, Act::Pass, "");
        step(&mut run, 2, level, Act::Pass, "");
        step(&mut run, 2, above, Act::Return, "线缆未填");
        run.edit(3, |record| {
            record.excused = Some("未通线路".into());
            true
        });
        let away = run.records[4].venue;
        let word = Pass { level, person: "王五".into() };
        let lies: Vec<Lies> = run.records.iter().map(|record| record.lies(level, 1)).collect();
        use Lies::{Elsewhere, Ready, Returned, Unfilled};
        assert_eq!(lies, [Ready, Elsewhere, Returned, Elsewhere, Ready, Unfilled]);
        let before = run.revision;
        assert_eq!(run.pass(0..6, &word, |record| record.venue != away, NOW + 1), 1);
        assert_eq!((run.records[0].review.level, run.records[4].review.level), (above, level));
        let last = run.records[0].review.steps.last().expect("a step");
        assert_eq!((&*last.person, last.act, last.at_ms), ("王五", Act::Pass, NOW + 1));
        assert_eq!(run.revision, before + 1, "what does not go up does not change");
        assert_eq!(run.pass(0..6, &word, |record| record.venue != away, NOW + 2), 0, "once");
        assert_eq!(run.pass(5..99, &word, |_| true, NOW + 2), 0);
    }

    #[test]
    fn what_is_still_tested_stays() {
        let mut run = run_of(1, Spread::default());
        filled(&mut run, 0);
        let level = run.records[0].review.level;
        assert_eq!(run.records[0].lies(level, 1), Lies::Unfilled);
    }
}
