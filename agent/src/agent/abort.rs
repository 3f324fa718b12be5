//! What a meeting ends: whatever is heard or moves in the room, at once; and the terminals that are asked meanwhile, so that the
//! agent learns of a call within seconds. The refusal before a run is `room`'s and the interlock's.

use avow_shared::camera::Command;
use avow_shared::id::VenueId;
use avow_shared::interlock::{Disturbance, Facts, greatest};

use super::{Against, Agent, Code, Effect, For, Run, What, against, person_facts};
use crate::clock::Now;
use crate::words::Language;

/// A terminal that cannot be asked because too much runs is tried again so soon.
const TRY_AGAIN_MS: u64 = 500;

/// So often it is looked whether a scheduled test may go on.
const LOOK_AGAIN_MS: u64 = 1_000;

/// What stood against a run when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// A meeting was announced.
    pub(super) meeting: bool,
    /// A terminal was in a call.
    pub(super) in_call: bool,
}

impl Known {
    fn of(facts: &Facts) -> Self {
        Self { meeting: facts.meeting, in_call: facts.in_call == Some(true) }
    }

    /// Whether `now` says more against it than this: a person who went on against a call knew of no meeting.
    const fn is_less_than(self, now: Self) -> bool {
        now.meeting && !self.meeting || now.in_call && !self.in_call
    }
}

impl Agent {
    /// What is known now that speaks against a run of the exercise `at`.
    pub(super) fn known(&self, at: usize, now: Now) -> Known {
        Known::of(&self.facts(&self.config.exercises[at], now))
    }

    /// Gives up every test that is heard or moves and of whose meeting or call nobody knew when it began, and every scheduled
    /// one that would not begin now. What a person does to a camera with his own hand is no test, unless he has a preset learnt, which
    /// takes minutes; and putting back what a test changed is its end.
    pub(super) fn abort_disturbing(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let ill: Vec<u64> =
            self.running.iter().filter(|(_, run)| self.is_in_the_way(run, now)).map(|(t, _)| *t).collect();
        for ticket in ill {
            let Some(run) = self.running.get(&ticket).copied() else { continue };
            let exercise = &self.config.exercises[run.at];
            let facts = self.facts(exercise, now);
            let facts = if run.whom == For::Schedule { facts } else { person_facts(facts) };
            let allowed = greatest(&facts);
            let why = match against(self.disturbance(&run), &facts) {
                None | Some(Against::Meeting) => "会议开始",
                Some(against) => against.words(Language::Chinese),
            };
            let what = if matches!(run.what, What::Camera(_)) { "学习预置位时" } else { "测试进行中" };
            let text = format!("{} {}：{what}{why}，已中止", exercise.venue_title, exercise.title);
            tracing::info!(probe = %exercise.name.probe, ?allowed, "the interlock has ended a test");
            self.happened(Code::TestAborted, &text, now);
            let aborted = Some((self.disturbance(&run), allowed));
            self.running.insert(ticket, Run { aborted, ..run });
            effects.push(Effect::Cancel { ticket });
        }
    }

    /// Asks the terminals of rooms in which a test is heard or moves.
    pub(super) fn ask_while_it_disturbs(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for venue in self.disturbed() {
            let due: Vec<usize> =
                self.calls.due(venue).filter(|(_, due_ms)| *due_ms <= now.mono_ms).map(|(at, _)| at).collect();
            for terminal in due {
                let runs = self.running.values().any(|run| run.at == terminal);
                let starts = !runs && self.schedule.try_start(terminal);
                if starts {
                    self.start(Run::new(terminal, What::Probe { may_move: false }, For::Schedule), now, effects);
                }
                if runs || starts {
                    self.calls.asked(terminal, now.mono_ms);
                }
            }
        }
    }

    /// When a terminal is to be asked because a test is heard or moves, monotonic milliseconds.
    pub(super) fn terminals_wake_ms(&self, now: Now) -> u64 {
        let due = self.disturbed().into_iter().flat_map(|venue| self.calls.due(venue));
        due.map(|(_, due_ms)| due_ms.max(now.mono_ms + TRY_AGAIN_MS)).min().unwrap_or(u64::MAX)
    }

    /// When the clock alone may have turned a room against a scheduled test, monotonic milliseconds: quiet hours begin, a list or a
    /// sensor's word grows old. A meeting's beginning has a moment of its own.
    pub(super) fn watch_wake_ms(&self, now: Now) -> u64 {
        let disturbs = |run: &Run| {
            run.whom == For::Schedule && run.aborted.is_none() && self.disturbance(run) >= Disturbance::Sound
        };
        if self.running.values().any(disturbs) { now.mono_ms + LOOK_AGAIN_MS } else { u64::MAX }
    }

    /// The rooms in which a test is heard or moves.
    fn disturbed(&self) -> Vec<VenueId> {
        let disturbs = |run: &&Run| run.aborted.is_none() && self.disturbance(run) >= Disturbance::Sound;
        let mut venues: Vec<VenueId> = Vec::new();
        for run in self.running.values().filter(disturbs) {
            let venue = self.config.exercises[run.at].name.venue;
            if !venues.contains(&venue) {
                venues.push(venue);
            }
        }
        venues
    }

    fn is_in_the_way(&self, run: &Run, now: Now) -> bool {
        let is_test = run.aborted.is_none() && self.disturbance(run) >= Disturbance::Sound;
        is_test && (run.despite.is_less_than(self.known(run.at, now)) || self.is_forbidden(run, now))
    }

    /// Whether the schedule would not begin this now. What began against the facts is a person's.
    fn is_forbidden(&self, run: &Run, now: Now) -> bool {
        let facts = || self.facts(&self.config.exercises[run.at], now);
        run.whom == For::Schedule && self.disturbance(run) > greatest(&facts())
    }

    /// What a test does to the room while it runs.
    pub(super) fn disturbance(&self, run: &Run) -> Disturbance {
        let work = &self.config.exercises[run.at].work;
        match run.what {
            What::Probe { may_move: true } => work.disturbance(),
            What::Probe { may_move: false } => work.least_disturbance(),
            What::MouthToEar(_) => work.disturbance(),
            What::Camera(command @ Command::Learn(_)) => command.disturbance(),
            What::Camera(_) | What::PutBack => Disturbance::None,
        }
    }
}
