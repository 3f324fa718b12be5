//! What is known about a room when something is to be done there, and asking its terminals first where that matters.

use avow_shared::camera::Command;
use avow_shared::id::VenueId;
use avow_shared::interlock::{Disturbance, Facts, Origin};

use super::{Agent, Code, Decision, Effect, Ended, For, Memory, Run, Told, What, decide, person_facts, room_facts};
use crate::calls::FRESH_MS;
use crate::clock::Now;
use crate::config::Exercise;

/// A scheduled exercise that is heard or moves, and waits for what its room's terminals say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    at: usize,
    /// A word from then on is new enough.
    since_ms: u64,
}

impl Agent {
    /// The interlock's facts for an exercise.
    pub(super) fn facts(&self, exercise: &Exercise, now: Now) -> Facts {
        let frozen = exercise.work.is_frozen_out() && self.is_frozen(exercise.name.venue, now);
        Facts { listed: exercise.listed, frozen, ..self.room_facts(exercise.name.venue, now) }
    }

    /// The same for a person's command to a camera.
    pub(super) fn command_facts(&self, exercise: &Exercise, command: Command, now: Now) -> Facts {
        let frozen = command.changes_settings() && self.is_frozen(exercise.name.venue, now);
        person_facts(Facts { frozen, ..self.facts(exercise, now) })
    }

    /// The interlock's facts for a room, whatever is to be done there.
    pub(super) fn room_facts(&self, venue: VenueId, now: Now) -> Facts {
        let calls = self.calls.word(venue, now.mono_ms);
        let (is_on, meetings) = self.meetings.word(venue, now);
        let occupied = self.occupancy.is_occupied(venue, now.mono_ms);
        room_facts(&self.config, Told { meeting: self.meeting || is_on, meetings, occupied }, calls, now.wall)
    }

    /// What is due by the schedule: asked about, and run. What would be heard or move waits for the room's terminals when
    /// their word is not of this moment: a call may have begun since.
    pub(super) fn begin_scheduled(&mut self, at: usize, now: Now, effects: &mut Vec<Effect>) {
        let exercise = &self.config.exercises[at];
        let decision = decide(&exercise.work, Origin::Schedule, &self.facts(exercise, now));
        let since_ms = now.mono_ms.saturating_sub(FRESH_MS);
        let disturbs = exercise.work.disturbance() >= Disturbance::Sound;
        let may = matches!(decision, Decision::Go { may_move: true, .. });
        if disturbs && may && self.calls.unheard_since(exercise.name.venue, since_ms).next().is_some() {
            // Meanwhile its device is free, and so is its place among those that run.
            self.schedule.finished(at);
            if self.held.iter().all(|held| held.at != at) {
                self.held.push(Held { at, since_ms });
            }
        } else {
            self.begin_decided(at, decision, now, effects);
        }
    }

    /// Asks the terminals that something waits for, and begins what has waited for them.
    pub(super) fn begin_held(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for held in std::mem::take(&mut self.held) {
            let venue = self.config.exercises[held.at].name.venue;
            if self.ask_terminals(venue, held.since_ms, now, effects) {
                self.held.push(held);
                continue;
            }
            if !self.schedule.try_start(held.at) {
                // By the time its device is free, what was said now is old.
                self.held.push(Held { since_ms: now.mono_ms.saturating_sub(FRESH_MS), ..held });
                continue;
            }
            let exercise = &self.config.exercises[held.at];
            let decision = decide(&exercise.work, Origin::Schedule, &self.facts(exercise, now));
            self.begin_decided(held.at, decision, now, effects);
        }
    }

    /// Asks those terminals of a room that have not said since then whether they are in a call; whether there are any.
    pub(super) fn ask_terminals(&mut self, venue: VenueId, since_ms: u64, now: Now, effects: &mut Vec<Effect>) -> bool {
        let unheard: Vec<usize> = self.calls.unheard_since(venue, since_ms).collect();
        for terminal in &unheard {
            let runs = self.running.values().any(|run| run.at == *terminal);
            if !runs && self.schedule.try_start(*terminal) {
                let run = Run::new(*terminal, What::Probe { may_move: false }, For::Schedule);
                self.start(run, now, effects);
            }
        }
        !unheard.is_empty()
    }

    fn begin_decided(&mut self, at: usize, decision: Decision, now: Now, effects: &mut Vec<Effect>) {
        match decision {
            // A proof would take for right what an interrupted one left.
            Decision::Go { .. } if self.config.exercises[at].work.switches().is_some() && self.is_owed(at) => {
                self.schedule.finished(at);
                self.slots.refused(at, now);
            }
            Decision::Go { may_move, .. } => {
                effects.extend(self.slots.began(at, now).map(|kept| Effect::Remember(Memory::Slots(kept))));
                let may_move = may_move && !self.is_in_hand(at, now);
                self.start(Run::new(at, What::Probe { may_move }, For::Schedule), now, effects);
            }
            Decision::Ask { wanted, allowed } | Decision::No { wanted, allowed } => {
                self.schedule.finished(at);
                self.slots.refused(at, now);
                self.interlocked(at, wanted, allowed, now, effects);
            }
        }
    }

    /// A run has ended: perhaps it asked a terminal, or looked for people. A call that begins stops what a person steers.
    pub(super) fn hear_terminal(&mut self, at: usize, ended: &Ended, now: Now, effects: &mut Vec<Effect>) {
        let found = match ended {
            Ended::Found(found) => Some(found),
            Ended::Deadline | Ended::Panicked | Ended::Aborted | Ended::Verdict(_) => None,
        };
        self.occupancy.heard(at, &self.config.exercises[at], found, now.mono_ms);
        let in_call = found.and_then(|found| found.in_call);
        let Some(is_on) = self.calls.heard(at, in_call, now.mono_ms) else { return };
        let exercise = &self.config.exercises[at];
        let (code, what) = if is_on { (Code::CallOn, "通话开始") } else { (Code::CallOff, "通话结束") };
        let text = format!("{} {}：{what}", exercise.venue_title, exercise.title);
        self.happened(code, &text, now);
        if is_on {
            effects.push(Effect::Halt);
            self.abort_disturbing(now, effects);
        }
    }
}
