//! HQ wants one test now, as for a room that is called: run as a roll call's, told by the order's number.

use avow_shared::check::{Check, Checked};
use avow_shared::interlock::{Facts, Origin, greatest};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::wire::Report;

use super::{Agent, Asked, Code, Decision, Ended, MOST_WAITING, What, Wish, decide, outcome, overridden};
use crate::calls::FRESH_MS;
use crate::clock::Now;
use crate::config::Exercise;
use crate::probe::Work;

impl Agent {
    /// HQ wants one test.
    pub(super) fn ordered_check(&mut self, order: u64, check: &Check, now: Now) {
        let Check { venue, probe, confirmed } = check;
        let is_it = |exercise: &Exercise| exercise.name.venue == *venue && exercise.name.probe == *probe;
        let known = self.config.exercises.iter().position(is_it);
        let missing = |what: &str| Verdict::Unknown { why: Why::Missing { what: what.into() } };
        let told = |verdict| Checked { order, venue: *venue, probe: probe.clone(), at: now.wall, took_ms: 0, verdict };
        let Some(at) = known else {
            return self.tell_check(told(missing("没有这个探测项")), now);
        };
        let exercise = &self.config.exercises[at];
        if !is_for_calls(&exercise.work) {
            return self.tell_check(told(missing("该项不适合应答前检查：时间长、声音大或会切换设备")), now);
        }
        if self.waiting.len() >= MOST_WAITING {
            return self.tell_check(told(missing("正忙")), now);
        }
        let facts = self.facts(exercise, now);
        match decide(&exercise.work, Origin::Schedule, &checked_facts(facts, *confirmed)) {
            Decision::Go { may_move, .. } => {
                let may_move = may_move && !self.is_in_hand(at, now);
                let wanted = if may_move { exercise.work.disturbance() } else { exercise.work.least_disturbance() };
                let by_night =
                    (wanted > greatest(&facts.for_person())).then(|| overridden(exercise, wanted, &facts.for_person()));
                let party = self.party(1, Asked::Check(order));
                self.comes_first(Wish {
                    at,
                    what: What::Probe { may_move },
                    party,
                    confirmed: *confirmed,
                    told: true,
                    called_ms: Some(now.mono_ms.saturating_sub(FRESH_MS)),
                });
                if let Some(text) = by_night {
                    self.happened(Code::InterlockOverridden, &text, now);
                }
            }
            Decision::Ask { wanted, allowed } | Decision::No { wanted, allowed } => {
                let verdict = Verdict::Unknown { why: Why::Interlocked { wanted, allowed } };
                let refused = outcome(exercise, Ended::Verdict(verdict), 0, now.wall).0;
                self.was_refused(at, wanted, now);
                self.tell_checked(order, refused, now);
            }
        }
    }

    /// Tells how a test that HQ wanted has ended.
    pub(super) fn tell_checked(&mut self, order: u64, outcome: Outcome, now: Now) {
        let Outcome { venue, probe, at, took_ms, verdict, .. } = outcome;
        self.tell_check(Checked { order, venue, probe, at, took_ms, verdict }, now);
    }

    fn tell_check(&mut self, checked: Checked, now: Now) {
        self.reporter.produce(Report::Checked(checked), true, now);
    }
}

/// The facts as far as they bind a check of a called room.
pub(super) fn checked_facts(facts: Facts, confirmed: bool) -> Facts {
    if confirmed { facts.for_called_room() } else { facts }
}

/// Whether it is over soon, is not loud and switches nothing: all that a roll call looks at, and what asks devices.
fn is_for_calls(work: &Work) -> bool {
    let is_sweep = matches!(work, Work::Sound(_)) && work.aspect().is_none();
    !is_sweep && work.switches().is_none() && !matches!(work, Work::MouthToEar(_))
}
