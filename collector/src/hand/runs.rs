//! Runs of two venues: begun, said again to an end that comes back, and what each end answered. Pure.

use std::collections::BTreeMap;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::mouth_to_ear::LISTEN_MS;
use avow_shared::order::{Answer, OrderNumber};
use avow_shared::time::UnixMs;

use super::orders::BEGIN_WITHIN_MS;

/// So long after its order a run is over: the latest begin, the listening, a terminal that is asked first, the analysis and its way here.
pub const RUN_WITHIN_MS: u64 = BEGIN_WITHIN_MS + LISTEN_MS as u64 + 14_000;
/// So many are kept; the oldest goes. What the venues told of older ones is in the province.
const MOST_RUNS: usize = 256;

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Which venue.
    pub venue: VenueId,
    /// Whose box serves it.
    pub agent: AgentId,
    /// What it answered; none yet.
    pub answer: Option<Answer>,
}

/// A run that was begun.
#[derive(Clone, Debug)]
pub struct Run {
    /// In the order in which they speak.
    pub ends: [End; 2],
    /// When the order was given.
    pub given_ms: UnixMs,
    frame: Vec<u8>,
}

impl Run {
    /// Whether an answer may still come.
    #[must_use]
    pub fn is_open(&self, now: UnixMs) -> bool {
        now < self.given_ms + RUN_WITHIN_MS && self.ends.iter().any(|end| end.answer.is_none())
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<OrderNumber, Run>);

impl Runs {
    pub(super) fn begin(&mut self, number: OrderNumber, ends: [End; 2], now: UnixMs, frame: Vec<u8>) {
        self.0.insert(number, Run { ends, given_ms: now, frame });
        if self.0.len() > MOST_RUNS {
            self.0.pop_first();
        }
    }

    /// Whether a venue or box of these has to do with another run: two markers at once would be heard in one room.
    pub(super) fn is_busy(&self, ends: &[End; 2], now: UnixMs) -> bool {
        let shared = |one: &End, other: &End| one.venue == other.venue || one.agent == other.agent;
        let open = self.0.values().filter(|run| run.is_open(now));
        open.flat_map(|run| &run.ends).any(|end| ends.iter().any(|wanted| shared(end, wanted)))
    }

    /// What is to be said again to `agent`: what it may still begin and has not answered.
    pub(super) fn again(&self, agent: AgentId, now: UnixMs) -> Vec<Vec<u8>> {
        let waits = |run: &&Run| {
            run.given_ms + BEGIN_WITHIN_MS > now
                && run.ends.iter().any(|end| end.agent == agent && end.answer.is_none())
        };
        self.0.values().filter(waits).map(|run| run.frame.clone()).collect()
    }

    /// The first answer of an end holds; nobody else has one.
    pub(super) fn answered(&mut self, agent: AgentId, answer: &Answer) {
        let Some(run) = self.0.get_mut(&answer.order) else { return };
        if let Some(end) = run.ends.iter_mut().find(|end| end.agent == agent && end.answer.is_none()) {
            end.answer = Some(answer.clone());
        }
    }

    pub(super) fn get(&self, number: OrderNumber) -> Option<&Run> {
        self.0.get(&number)
    }

    pub(super) fn numbers(&self, venue: Option<VenueId>) -> Vec<OrderNumber> {
        let is_in = |run: &Run| venue.is_none_or(|venue| run.ends.iter().any(|end| end.venue == venue));
        self.0.iter().rev().filter(|(_, run)| is_in(run)).map(|(number, _)| *number).collect()
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::order::AnswerResult;

    use super::*;

    fn end(n: u8) -> End {
        End { venue: format!("3501{n:02}-01").parse().expect("a venue"), agent: AgentId([n; 16]), answer: None }
    }

    fn answer(order: OrderNumber) -> Answer {
        Answer { order, result: AnswerResult::Done, detail: "".into() }
    }

    #[test]
    fn a_run_is_open_until_both_have_answered_or_the_time_is_up() {
        let mut runs = Runs::default();
        runs.begin(5, [end(1), end(2)], 1_000, vec![1]);
        runs.answered(AgentId([1; 16]), &answer(5));
        runs.answered(AgentId([3; 16]), &answer(5));
        let run = runs.get(5).expect("begun");
        assert_eq!(run.ends.each_ref().map(|end| end.answer.is_some()), [true, false]);
        assert!(run.is_open(1_000 + RUN_WITHIN_MS - 1) && !run.is_open(1_000 + RUN_WITHIN_MS));
        runs.answered(AgentId([2; 16]), &answer(5));
        assert!(!runs.get(5).expect("begun").is_open(1_001));
    }

    #[test]
    fn who_is_in_a_run_is_in_no_other() {
        let mut runs = Runs::default();
        runs.begin(5, [end(1), end(2)], 1_000, vec![]);
        assert!(runs.is_busy(&[end(2), end(3)], 1_001) && !runs.is_busy(&[end(3), end(4)], 1_001));
        let same_box = End { venue: end(9).venue, ..end(1) };
        assert!(runs.is_busy(&[same_box, end(4)], 1_001), "one box hears with one pair of ears");
        assert!(!runs.is_busy(&[end(1), end(2)], 1_000 + RUN_WITHIN_MS));
    }

    #[test]
    fn an_end_that_comes_back_hears_what_it_may_still_begin() {
        let mut runs = Runs::default();
        runs.begin(5, [end(1), end(2)], 1_000, vec![7]);
        runs.answered(AgentId([1; 16]), &answer(5));
        let again = |n: u8, now| runs.again(AgentId([n; 16]), now).len();
        assert_eq!((again(1, 1_001), again(2, 1_001), again(2, 1_000 + BEGIN_WITHIN_MS)), (0, 1, 0));
    }

    #[test]
    fn the_oldest_goes() {
        let mut runs = Runs::default();
        (0..=MOST_RUNS as u64).for_each(|number| runs.begin(number, [end(1), end(2)], number, vec![]));
        assert!(runs.get(0).is_none() && runs.get(1).is_some());
        assert_eq!(runs.numbers(Some(end(2).venue)).first(), Some(&(MOST_RUNS as u64)));
        assert!(runs.numbers(Some(end(3).venue)).is_empty());
    }
}
