//! Taking part in a run of two venues, by HQ's order.

use avow_shared::id::VenueId;
use avow_shared::interlock::Origin;
use avow_shared::mouth_to_ear::Part;
use avow_shared::order::{AnswerResult, INTERLOCKED};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::wire::{Report, SIGNS_SINCE};

use super::roll_call::called_facts;
use super::{
    Agent, Asked, CHINESE, Code, Decision, MOST_WAITING, What, Wish, against, decide, overridden, person_facts,
};
use crate::calls::FRESH_MS;
use crate::clock::Now;
use crate::config::Exercise;
use crate::probe::Work;
use crate::probe::mouth_to_ear::Turn;

impl Agent {
    /// HQ has two venues hear and see each other; one of them is here.
    pub(super) fn ordered_across(&mut self, order: u64, venues: [VenueId; 2], confirmed: bool, now: Now) {
        let (at, turn) = match self.turn(order, venues) {
            Ok(found) => found,
            Err(why) => return self.answer(order, AnswerResult::Impossible, why, now),
        };
        let exercise = &self.config.exercises[at];
        let facts = person_facts(self.facts(exercise, now));
        let wanted = exercise.work.disturbance();
        let told = match decide(&exercise.work, Origin::Person { confirmed }, &facts) {
            Decision::Go { against, .. } => against.is_some(),
            Decision::Ask { .. } | Decision::No { .. } => {
                let against = against(wanted, &facts).map_or("须先确认", |against| against.words(CHINESE));
                self.was_refused(at, wanted, now);
                return self.answer(order, AnswerResult::Impossible, &format!("{INTERLOCKED}：{against}"), now);
            }
        };
        if told {
            let text = overridden(exercise, wanted, &facts);
            self.happened(Code::InterlockOverridden, &text, now);
        }
        let party = self.party(1, Asked::AcrossOrder(order));
        self.waiting.push_back(Wish { at, what: What::MouthToEar(turn), party, confirmed, told, called_ms: None });
    }

    /// A roll call wants the same of it. Whoever called agreed that it is heard; it overrides nothing.
    pub(super) fn called_across(&mut self, order: u64, venues: [VenueId; 2], now: Now) {
        let (at, turn) = match self.turn(order, venues) {
            Ok(found) => found,
            Err(why) => return self.answer(order, AnswerResult::Impossible, why, now),
        };
        let exercise = &self.config.exercises[at];
        let facts = called_facts(self.facts(exercise, now), true);
        if !matches!(decide(&exercise.work, Origin::Schedule, &facts), Decision::Go { .. }) {
            let against = against(exercise.work.disturbance(), &facts).map_or("", |against| against.words(CHINESE));
            tracing::info!(probe = %exercise.name.probe, against, "the interlock refused a roll call");
            return self.answer(order, AnswerResult::Impossible, &format!("{INTERLOCKED}：{against}"), now);
        }
        let party = self.party(1, Asked::AcrossOrder(order));
        self.waiting.push_back(Wish {
            at,
            what: What::MouthToEar(turn),
            party,
            confirmed: true,
            told: true,
            called_ms: Some(now.mono_ms.saturating_sub(FRESH_MS)),
        });
    }

    /// Which exercise takes which part, or why none does.
    fn turn(&self, order: u64, venues: [VenueId; 2]) -> Result<(usize, Turn), &'static str> {
        let served = self.config.venues();
        let place = match venues.map(|venue| served.contains(&venue)) {
            [true, true] => return Err("两个会场由同一台测试终端负责，不能互测"),
            [true, false] => 0,
            [false, true] => 1,
            [false, false] => return Err("没有这个会场"),
        };
        let (venue, other) = (venues[place], venues[1 - place]);
        let takes_part =
            |exercise: &Exercise| exercise.name.venue == venue && matches!(exercise.work, Work::MouthToEar(_));
        let at = self.config.exercises.iter().position(takes_part).ok_or("该会场没有配置双会场互测（mouth-to-ear）")?;
        // Who begins late is not heard, and does not hear.
        let runs = self.running.values().any(|run| matches!(run.what, What::MouthToEar(_)));
        let waits = self.waiting.iter().any(|wish| matches!(wish.what, What::MouthToEar(_)));
        if runs || waits || self.waiting.len() >= MOST_WAITING {
            return Err("正忙：另一次双会场互测尚未结束");
        }
        Ok((at, Turn { order, venue, other, place: u8::from(place == 1) }))
    }

    /// Tells HQ this half of a run, when it is one that reads that.
    pub(super) fn tell_part(&mut self, part: Option<Box<Part>>, now: Now) {
        let Some(part) = part else { return };
        if self.reporter.uplink().hq_reads() >= Some(SIGNS_SINCE) {
            self.reporter.produce(Report::MouthToEar(part), true, now);
        } else {
            tracing::info!("HQ does not read what two venues heard of each other");
        }
    }
}

/// The answer to an order that had a venue take part, with a line for a person.
pub(super) fn across_answer(outcome: &Outcome) -> (AnswerResult, &str) {
    match &outcome.verdict {
        Verdict::Unknown { why: Why::Interlocked { .. } } => (AnswerResult::Impossible, INTERLOCKED),
        Verdict::Unknown { why: Why::Deadline } => (AnswerResult::Impossible, "超时：测试未在限时内完成"),
        Verdict::Unknown { .. } => (AnswerResult::Impossible, &outcome.detail),
        Verdict::Pass | Verdict::Degraded { .. } | Verdict::Fail { .. } => (AnswerResult::Done, &outcome.detail),
    }
}
