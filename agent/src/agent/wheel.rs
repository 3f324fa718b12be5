//! A hand at a camera's wheel: steering, by a person at the box or at HQ, renewed several times a second.
//!
//! Each renewal passes the interlock like any command; a stop always does. Nothing is written for it. What goes on against
//! the facts, and what HQ may not, is an event once in a while.

use std::collections::BTreeMap;

use avow_shared::camera::{Command, MAX_LEASE_MS, Motion};
use avow_shared::interlock::Disturbance;
use avow_shared::order::{AnswerResult, INTERLOCKED};
use avow_shared::time::ClockQuality;
use avow_shared::wire::{MAX_STEER_AGE_MS, Steer};

use super::{
    Against, Agent, Asked, Code, Decision, Effect, MOST_WAITING, Question, Reply, What, Wish, against, decide_command,
    decide_person, overridden, person_facts,
};
use crate::clock::{HqTime, Now};
use crate::config::full_name;
use crate::probe::Work;

/// What goes on is told once in so long.
const TELL_AGAIN_MS: u64 = 60_000;
/// After a person's hand a camera is not moved by the schedule for so long.
const IN_HAND_MS: u64 = 60_000;

/// What is remembered of hands; nothing of it outlives the process. By the place of the exercise in the configuration.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    /// The last sequence from HQ.
    sequence: BTreeMap<usize, u64>,
    told_ms: BTreeMap<usize, u64>,
    hand_ms: BTreeMap<usize, u64>,
}

impl Wheel {
    /// Whether it is time to tell again of `at`.
    fn is_news(&mut self, at: usize, now: Now) -> bool {
        let is_news = self.told_ms.get(&at).is_none_or(|told| told + TELL_AGAIN_MS <= now.mono_ms);
        if is_news {
            self.told_ms.insert(at, now.mono_ms);
        }
        is_news
    }

    /// Whether HQ's hand is one of just now, as far as HQ's time or the own clock tells.
    fn is_fresh(steer: &Steer, hq: Option<HqTime>, now: Now) -> bool {
        let by_hq = hq.map(|hq| hq.at(now.mono_ms));
        let by_wall = (now.wall.quality != ClockQuality::Unset).then_some(now.wall.at_ms);
        let age_ms = [by_hq, by_wall].into_iter().flatten().map(|at_ms| at_ms.saturating_sub(steer.hq_ms)).min();
        age_ms.is_none_or(|age_ms| age_ms <= MAX_STEER_AGE_MS)
    }
}

impl Agent {
    /// A person at the box.
    pub(super) fn steered(
        &mut self,
        caller: u64,
        (name, motion, lease_ms): (&str, Motion, u16),
        agreed: Option<bool>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Option<Reply> {
        let at = match crate::config::camera(&self.config.exercises, name) {
            Ok(at) => at,
            Err(misnamed) => return Some(Reply::Misnamed(misnamed)),
        };
        if !motion.is_bounded() || !(1..=MAX_LEASE_MS).contains(&lease_ms) {
            return Some(Reply::Wrong {
                why: format!("expected speeds of -100 to 100 and a lease of 1 to {MAX_LEASE_MS} ms"),
            });
        }
        match self.may_steer(at, motion, agreed == Some(true), now) {
            Decision::Go { .. } => {
                effects.push(Effect::Steer { at, motion, lease_ms, caller: Some(caller) });
                None
            }
            Decision::Ask { wanted, allowed } if agreed.is_none() => {
                let exercise = &self.config.exercises[at];
                let facts = person_facts(self.facts(exercise, now));
                let against = against(wanted, &facts);
                Some(Reply::Ask(vec![Question { probe: full_name(exercise), wanted, allowed, against }]))
            }
            Decision::Ask { .. } | Decision::No { .. } => {
                self.stop_refused(at, effects);
                Some(Reply::Checked(vec![super::declined(&self.config.exercises[at], now)]))
            }
        }
    }

    /// A person at HQ.
    pub(super) fn steered_from_hq(&mut self, steer: &Steer, now: Now, effects: &mut Vec<Effect>) {
        let is_it = |exercise: &crate::config::Exercise| {
            exercise.name.venue == steer.venue && exercise.name.probe == steer.probe
        };
        let at = self.config.exercises.iter().position(|one| is_it(one) && matches!(one.work, Work::Camera(_)));
        let Some(at) = at else { return tracing::info!(probe = %steer.probe, "HQ steers a camera that is not here") };
        let is_newer = self.wheel.sequence.get(&at).is_none_or(|last| steer.sequence > *last);
        if !is_newer || !Wheel::is_fresh(steer, self.reporter.hq_time(), now) {
            return tracing::info!(probe = %steer.probe, is_newer, "passed over a hand at the wheel");
        }
        self.wheel.sequence.insert(at, steer.sequence);
        match self.may_steer(at, steer.motion, steer.confirmed, now) {
            Decision::Go { .. } => {
                let (motion, lease_ms) = (steer.motion, steer.lease_ms);
                effects.push(Effect::Steer { at, motion, lease_ms, caller: None });
            }
            Decision::Ask { wanted, .. } | Decision::No { wanted, .. } => {
                self.stop_refused(at, effects);
                self.tell_refusal(at, wanted, now);
            }
        }
    }

    /// HQ's command to a camera.
    pub(super) fn ordered_camera(
        &mut self,
        order: u64,
        at: Option<usize>,
        command: Command,
        confirmed: bool,
        now: Now,
    ) {
        let Some(at) = at else { return self.answer(order, AnswerResult::Impossible, "没有这台摄像机", now) };
        if self.waiting.len() >= MOST_WAITING {
            return self.answer(order, AnswerResult::Impossible, "正忙", now);
        }
        let exercise = &self.config.exercises[at];
        let facts = self.command_facts(exercise, command, now);
        let wanted = command.disturbance();
        let told = match decide_command(command, confirmed, &facts) {
            Decision::Go { against, .. } => against.is_some(),
            Decision::Ask { .. } | Decision::No { .. } => {
                let why = against(wanted, &facts);
                let words = why.map_or("", |against| against.words(super::CHINESE));
                // What is frozen is not asked again with a confirmation.
                let frozen = why == Some(Against::Frozen);
                let detail = if frozen { words.to_owned() } else { format!("{INTERLOCKED}：{words}") };
                self.was_refused(at, wanted, now);
                return self.answer(order, AnswerResult::Impossible, &detail, now);
            }
        };
        if told {
            let text = overridden(exercise, wanted, &facts);
            self.happened(Code::InterlockOverridden, &text, now);
        }
        self.has_hand(at, now);
        let party = self.party(1, Asked::CameraOrder(order));
        self.waiting.push_back(Wish { at, what: What::Camera(command), party, confirmed, told, called_ms: None });
    }

    /// A person has just moved this camera: the schedule leaves it where it is for a while.
    pub(super) fn has_hand(&mut self, at: usize, now: Now) {
        self.wheel.hand_ms.insert(at, now.mono_ms);
    }

    /// Whether a person has moved this camera a moment ago.
    pub(super) fn is_in_hand(&self, at: usize, now: Now) -> bool {
        let device = |at: usize| &self.config.exercises[at].device_key;
        let is_recent = |(other, ms): (&usize, &u64)| {
            (*other == at || device(*other).is_some() && device(*other) == device(at)) && ms + IN_HAND_MS > now.mono_ms
        };
        self.wheel.hand_ms.iter().any(is_recent)
    }

    fn may_steer(&mut self, at: usize, motion: Motion, confirmed: bool, now: Now) -> Decision {
        if motion.is_still() {
            return Decision::Go { may_move: true, against: None };
        }
        let exercise = &self.config.exercises[at];
        let facts = person_facts(self.facts(exercise, now));
        let decision = decide_person(Disturbance::Motion, confirmed, &facts);
        if let Decision::Go { against, .. } = decision {
            let text = overridden(exercise, Disturbance::Motion, &facts);
            if against.is_some() && self.wheel.is_news(at, now) {
                self.happened(Code::InterlockOverridden, &text, now);
            }
            self.has_hand(at, now);
        }
        decision
    }

    /// What moved while it might does not move on.
    fn stop_refused(&self, at: usize, effects: &mut Vec<Effect>) {
        effects.push(Effect::Steer { at, motion: Motion::STILL, lease_ms: MAX_LEASE_MS, caller: None });
    }

    fn tell_refusal(&mut self, at: usize, wanted: Disturbance, now: Now) {
        if !self.wheel.is_news(at, now) {
            return;
        }
        let exercise = &self.config.exercises[at];
        let facts = person_facts(self.facts(exercise, now));
        let against = against(wanted, &facts).map_or("", |against| against.words(super::CHINESE));
        let text = format!("{} {}：{against}，中心的操纵未执行", exercise.venue_title, exercise.title);
        // Not urgent: steering has nothing written at once.
        self.tell_event(now.wall, Code::CameraNotSteered, &text, false, now);
    }
}
