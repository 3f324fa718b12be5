//! 填报 → 审核 → 退回 → 上报: the way of a venue's record from where it stands up to the province. Pure.
//!
//! A record lies with one level at a time. Who has it passes it on to the next higher one, or gives it back to the one below with a
//! reason. Every step is appended with person and time and never changed.

use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most steps of one record: five levels, and a dozen ways back.
pub const MOST_STEPS: usize = 64;

/// The reason of a step by which a record that was passed on is filled in again.
const RETESTED: &str = "复测";

/// 审核状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// 填报: it is filled in where the venue stands.
    Filling,
    /// 审核: a higher level looks at it.
    Reviewing,
    /// 退回: it has to be put right.
    Returned,
    /// 上报: the province has accepted it.
    Submitted,
}

/// What a person does with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// 上报: to the next higher level; at the province: accepted.
    Pass,
    /// 退回: to the next lower level, with a reason.
    Return,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub person: Box<str>,
    /// What he did.
    pub act: Act,
    /// The level that had it.
    pub from: Level,
    /// The level that has it since.
    pub to: Level,
    /// Why it was returned, or what else there is to say.
    pub reason: Box<str>,
}

/// Where a record is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The level of the venue's place, where it is filled in.
    pub home: Level,
    /// The level that has it.
    pub level: Level,
    /// How it stands there.
    pub state: ReviewState,
    /// How it came there, the oldest first.
    pub steps: Vec<Step>,
}

/// Why a step cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStep {
    /// Somebody else has it by now.
    #[error("the record does not lie with this level")]
    NotThere,
    /// Nobody is below who could put it right.
    #[error("the record lies where the venue stands: there is nobody to return it to")]
    Lowest,
    /// A returned record names what is wrong.
    #[error("a record is returned with a reason")]
    NoReason,
    /// It is done.
    #[error("the province has accepted the record")]
    Done,
    /// Nobody knows how to end it.
    #[error("the record has gone up and down {MOST_STEPS} times")]
    TooOften,
}

impl Review {
    /// Of a venue at this level.
    #[must_use]
    pub const fn new(home: Level) -> Self {
        Self { home, level: home, state: ReviewState::Filling, steps: Vec::new() }
    }

    /// Whether what persons looked at may be changed: where it is filled in, or where it was returned to.
    #[must_use]
    pub const fn is_editable(&self) -> bool {
        matches!(self.state, ReviewState::Filling | ReviewState::Returned)
    }

    /// A person of the level `at` does something with it.
    ///
    /// # Errors
    /// Why not; nothing has changed then.
    pub fn step(&mut self, at: Level, act: Act, person: &str, reason: &str, now: UnixMs) -> Result<(), NoStep> {
        if self.state == ReviewState::Submitted {
            return Err(NoStep::Done);
        }
        if at != self.level {
            return Err(NoStep::NotThere);
        }
        if self.steps.len() >= MOST_STEPS {
            return Err(NoStep::TooOften);
        }
        let (to, state) = match act {
            Act::Pass => {
                self.level.above().map_or((Level::Province, ReviewState::Submitted), |up| (up, ReviewState::Reviewing))
            }
            Act::Return if self.level == self.home => return Err(NoStep::Lowest),
            Act::Return if reason.is_empty() => return Err(NoStep::NoReason),
            Act::Return => (below(self.level, self.home), ReviewState::Returned),
        };
        self.steps.push(Step { at_ms: now, person: person.into(), act, from: self.level, to, reason: reason.into() });
        (self.level, self.state) = (to, state);
        Ok(())
    }

    /// Whether a re-test may still change it: nobody has accepted it, and a step more can be told.
    #[must_use]
    pub fn can_be_retested(&self) -> bool {
        self.state != ReviewState::Submitted && (self.is_at_home() || self.steps.len() < MOST_STEPS)
    }

    fn is_at_home(&self) -> bool {
        self.level == self.home && self.is_editable()
    }

    /// It is tested once more: who has passed it on has seen something else, and it is filled in again where the venue stands.
    pub fn retest(&mut self, person: &str, now: UnixMs) {
        if self.is_at_home() || !self.can_be_retested() {
            return;
        }
        let (from, to) = (self.level, self.home);
        self.steps.push(Step {
            at_ms: now,
            person: person.into(),
            act: Act::Return,
            from,
            to,
            reason: RETESTED.into(),
        });
        (self.level, self.state) = (to, ReviewState::Filling);
    }

    /// Whether it was passed on and has come back, by a person or for a re-test: whoever filled it in passes it on once more.
    #[must_use]
    pub fn came_back(&self) -> bool {
        self.is_editable() && self.steps.last().is_some_and(|step| step.act == Act::Return)
    }

    /// The newest reason for which it was returned, while it is.
    #[must_use]
    pub fn returned_for(&self) -> Option<&str> {
        let last = self.steps.last().filter(|_| self.state == ReviewState::Returned)?;
        Some(&last.reason)
    }
}

/// The next level below on the way to where the venue stands.
fn below(level: Level, home: Level) -> Level {
    Level::ALL.into_iter().find(|lower| *lower > level && *lower <= home).unwrap_or(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_s_record_goes_up_level_by_level_and_comes_back_with_a_reason() {
        let mut review = Review::new(Level::Village);
        assert_eq!(review.step(Level::Township, Act::Pass, "李四", "", 1), Err(NoStep::NotThere));
        assert_eq!(review.step(Level::Village, Act::Return, "张三", "x", 1), Err(NoStep::Lowest));
        review.step(Level::Village, Act::Pass, "张三", "", 1).expect("is filled in");
        assert_eq!(
            (review.level, review.state, review.is_editable()),
            (Level::Township, ReviewState::Reviewing, false)
        );
        assert_eq!(review.step(Level::Township, Act::Return, "李四", "", 2), Err(NoStep::NoReason));
        review.step(Level::Township, Act::Return, "李四", "线缆未填", 2).expect("is returned");
        assert_eq!((review.level, review.returned_for()), (Level::Village, Some("线缆未填")));
        assert!(review.is_editable());
        for level in [Level::Village, Level::Township, Level::County, Level::City, Level::Province] {
            review.step(level, Act::Pass, "王五", "", 3).expect("goes up");
        }
        assert_eq!((review.level, review.state, review.steps.len()), (Level::Province, ReviewState::Submitted, 7));
        assert_eq!(review.step(Level::Province, Act::Return, "王五", "x", 4), Err(NoStep::Done));
    }

    #[test]
    fn a_record_comes_back_one_level_at_a_time() {
        let mut review = Review::new(Level::Village);
        for level in [Level::Village, Level::Township, Level::County] {
            review.step(level, Act::Pass, "张三", "", 1).expect("goes up");
        }
        for (level, below) in [(Level::City, Level::County), (Level::County, Level::Township)] {
            review.step(level, Act::Return, "王五", "线缆未填", 2).expect("is returned");
            assert_eq!((review.level, review.state), (below, ReviewState::Returned));
        }
    }

    #[test]
    fn nobody_sends_a_record_up_and_down_for_ever() {
        let mut review = Review::new(Level::City);
        for _ in 0..MOST_STEPS / 2 {
            review.step(Level::City, Act::Pass, "张三", "", 1).expect("up");
            review.step(Level::Province, Act::Return, "王五", "x", 1).expect("down");
        }
        assert_eq!(review.step(Level::City, Act::Pass, "张三", "", 1), Err(NoStep::TooOften));
    }

    #[test]
    fn a_re_test_brings_a_record_that_was_passed_on_back_to_where_it_is_filled_in_and_says_so() {
        let mut review = Review::new(Level::Village);
        review.retest("张三", 1);
        assert_eq!(review, Review::new(Level::Village), "it lies there");
        for level in [Level::Village, Level::Township] {
            review.step(level, Act::Pass, "张三", "", 1).expect("goes up");
        }
        assert!(!review.came_back(), "it lies higher up");
        review.retest("王五", 2);
        assert_eq!((review.level, review.state), (Level::Village, ReviewState::Filling));
        assert!(review.came_back() && !Review::new(Level::Village).came_back());
        let step = review.steps.last().expect("a step");
        assert_eq!(
            (&*step.person, step.act, step.from, step.to, &*step.reason),
            ("王五", Act::Return, Level::County, Level::Village, "复测",)
        );
        for level in [Level::Village, Level::Township, Level::County, Level::City, Level::Province] {
            review.step(level, Act::Pass, "王五", "", 3).expect("goes up");
        }
        let accepted = review.clone();
        review.retest("王五", 4);
        assert_eq!((review.can_be_retested(), review), (false, accepted));
    }
}
