//! We are called (对上点名): from the call on, a room has three minutes until it must be able to answer. Its checks run side by
//! side, the soonest known first; that it can answer is said the moment that it is true. Pure: what happened comes in with its
//! time, what is to be done comes out; who carries it out is elsewhere.
//!
//! A check is never a person: what a machine found and what somebody says are told apart in every step and in the answer.

mod desk;
pub mod old;
mod plan;
mod readiness;
mod record;
mod summary;

#[cfg(test)]
mod tests;

use avow_shared::id::VenueId;
use avow_shared::outcome::{Verdict, Why};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

pub use desk::{Asked, Begun, Boxes, Desk, Errand, Inbound, Kind, MOST_KEPT, MOST_OPEN, NotTaken, Reach, Room, Say};
pub use plan::{Lane, MOST_AT_ONCE, Need, Step, What, steps_of};
pub use readiness::{Fault, Readiness, Remedy, Way};
pub use record::{Answer, By, Effect, End, Event, How, Progress, StepNo, Unasked};
pub use summary::{Summary, summary};

/// The time that there is, when nobody says otherwise: the contract's three minutes.
pub const DEADLINE_MS: u64 = 180_000;
/// A call that nobody answers or ends is closed after so long.
pub const LONGEST_MS: u64 = 30 * 60_000;
/// A check that says nothing for so many times its usual duration is given up …
const PATIENCE: u64 = 4;
/// … but not before so long.
const PATIENCE_LEAST_MS: u64 = 20_000;
/// What a step had come to before it was looked at again is kept so often of each; the oldest goes.
const MOST_EARLIER: usize = 8;

/// A call. It is its own record, and goes on after a restart from where it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The room that is to answer.
    pub venue: VenueId,
    /// Who calls, as the person at the post says.
    pub caller: Box<str>,
    /// When the call came.
    pub received_ms: UnixMs,
    /// Until when it must be answered.
    pub until_ms: UnixMs,
    /// What is looked at, with how far it is.
    pub steps: Vec<(Step, Progress)>,
    /// When the room first could answer, and how.
    pub first_ready: Option<(UnixMs, Way)>,
    /// Whether it can now.
    pub ready: Option<Way>,
    /// Who answered.
    pub answer: Option<Answer>,
    /// Whether it was told that the time is over.
    pub overdue: bool,
    /// How it ended, and when.
    pub end: Option<(UnixMs, End)>,
    /// What steps had come to before they were looked at again, the oldest first: a fault that was mended in time was there.
    pub earlier: Vec<(StepNo, Progress)>,
}

impl Call {
    /// A call that came at `now`, for a room with these steps (at most 255, more are left out), to be answered within
    /// `deadline_ms`; and what to do first.
    #[must_use]
    pub fn begin(
        venue: VenueId,
        caller: Box<str>,
        steps: Vec<Step>,
        deadline_ms: u64,
        now: UnixMs,
    ) -> (Self, Vec<Effect>) {
        let steps = steps.into_iter().take(StepNo::MAX.into()).map(|step| (step, Progress::Waiting)).collect();
        let mut call = Self {
            venue,
            caller,
            received_ms: now,
            until_ms: now.saturating_add(deadline_ms),
            steps,
            first_ready: None,
            ready: None,
            answer: None,
            overdue: false,
            end: None,
            earlier: Vec::new(),
        };
        let mut effects = Vec::new();
        call.start(now, &mut effects);
        call.settle(now, &mut effects);
        (call, effects)
    }

    /// Takes in what happened. What comes after the end, or for a step that is not there, changes nothing.
    pub fn handle(&mut self, event: Event, now: UnixMs) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.end.is_some() {
            return effects;
        }
        match event {
            Event::Checked(no, verdict) => self.checked(no, verdict, now),
            Event::Unasked(no, why) => self.unasked(no, why, now),
            Event::Said(no, person, works) => self.said(no, person, works, now, &mut effects),
            Event::Again(no) => self.again(no),
            Event::Answered(by) => self.answered(by, now),
            Event::Close => self.close(now, &mut effects),
            Event::Drop(person, reason) => self.finish(now, End::Dropped { person, reason }, &mut effects),
            Event::Tick => self.tick(now, &mut effects),
        }
        if self.end.is_none() {
            self.start(now, &mut effects);
            self.settle(now, &mut effects);
        }
        effects
    }

    /// When to come with a tick at the latest; none after the end.
    #[must_use]
    pub fn wake_ms(&self) -> Option<UnixMs> {
        if self.end.is_some() {
            return None;
        }
        let runs = self.steps.iter().filter_map(|(step, progress)| match progress {
            Progress::Running { since_ms } => Some(since_ms.saturating_add(patience(step))),
            _ => None,
        });
        let clock = (self.answer.is_none() && !self.overdue).then_some(self.until_ms);
        runs.chain(clock).chain([self.received_ms.saturating_add(LONGEST_MS)]).min()
    }

    /// Whether it waits for a person's answer and its clock runs: who calls now for the same reason says the same once more. Behind that it is another call.
    #[must_use]
    pub fn is_awaited(&self, now: UnixMs) -> bool {
        let by_person = self.answer.as_ref().is_some_and(|answer| answer.by != By::Automatic);
        self.end.is_none() && !by_person && self.left_ms(now) > 0
    }

    /// What a step had come to before, the oldest first.
    pub fn earlier(&self, no: StepNo) -> impl Iterator<Item = &Progress> {
        self.earlier.iter().filter(move |(of, _)| *of == no).map(|(_, progress)| progress)
    }

    /// What is left of the time; 0 when it is over. A clock that was set back gives nobody more than there was.
    #[must_use]
    pub fn left_ms(&self, now: UnixMs) -> u64 {
        self.until_ms.saturating_sub(now.max(self.received_ms))
    }

    /// Since when a step runs, and until when its check is waited for; none while it does not run.
    #[must_use]
    pub fn runs(&self, no: StepNo) -> Option<(UnixMs, UnixMs)> {
        match self.steps.get(usize::from(no))? {
            (step, Progress::Running { since_ms }) => Some((*since_ms, since_ms.saturating_add(patience(step)))),
            _ => None,
        }
    }

    /// A step goes on; what it had come to stays beside it.
    fn renew(&mut self, no: StepNo, next: Progress) {
        let Some(progress) = self.progress(no) else { return };
        let was = std::mem::replace(progress, next);
        if !was.is_ended() {
            return;
        }
        if self.earlier(no).count() >= MOST_EARLIER
            && let Some(oldest) = self.earlier.iter().position(|(of, _)| *of == no)
        {
            self.earlier.remove(oldest);
        }
        self.earlier.push((no, was));
    }

    fn progress(&mut self, no: StepNo) -> Option<&mut Progress> {
        self.steps.get_mut(usize::from(no)).map(|(_, progress)| progress)
    }

    fn checked(&mut self, no: StepNo, verdict: Verdict, now: UnixMs) {
        let Some(progress) = self.progress(no) else { return };
        // What a run finds that was given up is still better than nothing; a second answer, or one that a person gave, stands.
        let since_ms = match *progress {
            Progress::Running { since_ms } => since_ms,
            Progress::Checked { took_ms, at_ms, verdict: Verdict::Unknown { why: Why::Deadline } } => {
                at_ms.saturating_sub(took_ms)
            }
            _ => return,
        };
        self.renew(no, Progress::Checked { took_ms: now.saturating_sub(since_ms), at_ms: now, verdict });
    }

    fn unasked(&mut self, no: StepNo, why: Unasked, now: UnixMs) {
        if let Some(progress) = self.progress(no)
            && matches!(progress, Progress::Running { .. })
        {
            *progress = Progress::Unasked { at_ms: now, why };
        }
    }

    fn said(&mut self, no: StepNo, person: Box<str>, works: bool, now: UnixMs, effects: &mut Vec<Effect>) {
        if self.runs(no).is_some() {
            effects.push(Effect::GiveUp(no));
        }
        self.renew(no, Progress::Said { at_ms: now, person, works });
    }

    fn again(&mut self, no: StepNo) {
        if self.runs(no).is_none() {
            self.renew(no, Progress::Waiting);
        }
    }

    fn answered(&mut self, by: By, now: UnixMs) {
        // One answer counts. A person's takes the place of a terminal's that picked up by itself, never the other way round.
        let stands = self.answer.as_ref().is_some_and(|answer| answer.by != By::Automatic || by == By::Automatic);
        if !stands {
            self.answer = Some(Answer { by, at_ms: now, ready: self.ready });
        }
    }

    fn close(&mut self, now: UnixMs, effects: &mut Vec<Effect>) {
        let end = match &self.answer {
            Some(answer) if answer.at_ms <= self.until_ms => End::OnTime,
            Some(_) => End::Late,
            None => End::Missed,
        };
        self.finish(now, end, effects);
    }

    fn finish(&mut self, now: UnixMs, end: End, effects: &mut Vec<Effect>) {
        let runs = |(no, (_, progress)): (StepNo, &(Step, Progress))| {
            matches!(progress, Progress::Running { .. }).then_some(Effect::GiveUp(no))
        };
        effects.extend((0..).zip(&self.steps).filter_map(runs));
        self.end = Some((now, end));
        effects.push(Effect::Closed);
    }

    fn tick(&mut self, now: UnixMs, effects: &mut Vec<Effect>) {
        for (no, (step, progress)) in (0..).zip(&mut self.steps) {
            if let Progress::Running { since_ms } = *progress
                && now.saturating_sub(since_ms) >= patience(step)
            {
                let verdict = Verdict::Unknown { why: Why::Deadline };
                *progress = Progress::Checked { took_ms: now - since_ms, at_ms: now, verdict };
                effects.push(Effect::GiveUp(no));
            }
        }
        if self.answer.is_none() && !self.overdue && now >= self.until_ms {
            self.overdue = true;
            effects.push(Effect::Overdue);
        }
        if now.saturating_sub(self.received_ms) >= LONGEST_MS {
            self.close(now, effects);
        }
    }

    /// Has everything run that can, the soonest known first.
    fn start(&mut self, now: UnixMs, effects: &mut Vec<Effect>) {
        for no in plan::runnable(&self.steps) {
            if let Some(progress) = self.progress(no) {
                *progress = Progress::Running { since_ms: now };
                effects.push(Effect::Run(no));
            }
        }
    }

    /// Says when it becomes ready, or is not any more.
    fn settle(&mut self, now: UnixMs, effects: &mut Vec<Effect>) {
        let ready = self.readiness().ready;
        if ready == self.ready {
            return;
        }
        self.ready = ready;
        effects.push(ready.map_or(Effect::NotReady, Effect::Ready));
        if let Some(way) = ready {
            self.first_ready.get_or_insert((now, way));
        }
    }
}

fn patience(step: &Step) -> u64 {
    (step.about_ms.saturating_mul(PATIENCE)).max(PATIENCE_LEAST_MS)
}
