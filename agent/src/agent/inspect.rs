//! HQ inspects a venue: its probes run as far as the interlock lets a roll call, and the answer names those that it refused.

use avow_shared::id::{ProbeId, VenueId};
use avow_shared::interlock::Origin;
use avow_shared::order::{AnswerResult, INTERLOCKED};
use avow_shared::outcome::{MAX_DETAIL_CHARS, Outcome, Verdict, Why};

use super::roll_call::called_facts;
use super::{Agent, Asked, Decision, Effect, Ended, MOST_WAITING, What, Wish, decide, outcome};
use crate::calls::FRESH_MS;
use crate::clock::Now;
use crate::probe::Work;

impl Agent {
    /// Runs the probes of an order; who cannot says so at once.
    pub(super) fn inspected(
        &mut self,
        order: u64,
        (venue, probes): (VenueId, &[ProbeId]),
        confirmed: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let is_meant = |at: &usize| {
            let exercise = &self.config.exercises[*at];
            // A run of two venues is an order of its own.
            exercise.name.venue == venue
                && !matches!(exercise.work, Work::MouthToEar(_))
                && (probes.is_empty() || probes.contains(&exercise.name.probe))
        };
        let chosen: Vec<usize> = (0..self.config.exercises.len()).filter(is_meant).collect();
        if chosen.is_empty() || self.waiting.len() + chosen.len() > MOST_WAITING {
            return self.answer(order, AnswerResult::Impossible, "没有这个探测项，或正忙", now);
        }
        let party = self.party(chosen.len(), Asked::Inspection(order));
        for at in chosen {
            let exercise = &self.config.exercises[at];
            match decide(&exercise.work, Origin::Schedule, &called_facts(self.facts(exercise, now), confirmed)) {
                Decision::Go { may_move, .. } => self.waiting.push_back(Wish {
                    at,
                    what: What::Probe { may_move: may_move && !self.is_in_hand(at, now) },
                    party,
                    confirmed,
                    told: true,
                    called_ms: Some(now.mono_ms.saturating_sub(FRESH_MS)),
                }),
                Decision::Ask { wanted, allowed } | Decision::No { wanted, allowed } => {
                    tracing::info!(probe = %exercise.name.probe, ?wanted, ?allowed, "the interlock refused an inspection");
                    let verdict = Verdict::Unknown { why: Why::Interlocked { wanted, allowed } };
                    let refused = outcome(exercise, Ended::Verdict(verdict), 0, now.wall).0;
                    self.arrived(party, at, refused, now, effects);
                }
            }
        }
    }
}

/// The line of an answer: which probes the interlock kept from running; empty when none.
pub(super) fn refused(results: &[Outcome]) -> String {
    let is_refused = |outcome: &&Outcome| {
        matches!(outcome.verdict, Verdict::Unknown { why: Why::Interlocked { .. } | Why::Declined })
    };
    let refused: Vec<&str> = results.iter().filter(is_refused).map(|outcome| outcome.probe.as_str()).collect();
    if refused.is_empty() {
        return String::new();
    }
    format!("{INTERLOCKED} {}", refused.join(" ")).chars().take(MAX_DETAIL_CHARS).collect()
}
