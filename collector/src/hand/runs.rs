//! Runs of two venues: begun, said again to an end that comes back, what each end answered, and how far HQ itself saw them. Pure.

use std::collections::BTreeMap;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::mouth_to_ear::LISTEN_MS;
use avow_shared::order::{Answer, OrderNumber};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::orders::BEGIN_WITHIN_MS;

/// So long after its order a run is over: the latest begin, the listening, a terminal that is asked first, the analysis and its way here.
pub const RUN_WITHIN_MS: u64 = BEGIN_WITHIN_MS + LISTEN_MS as u64 + 14_000;
/// So many are kept; the oldest goes. What the venues told of older ones is in the province.
const MOST_RUNS: usize = 256;

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Which venue.
    pub venue: VenueId,
    /// Whose box serves it.
    pub agent: AgentId,
    /// What it answered; none yet.
    pub answer: Option<Answer>,
}

/// How far HQ saw a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It may be under way.
    Open,
    /// HQ was there until it was over.
    Over,
    /// HQ stopped before it was over; what an end answers afterwards still counts.
    Interrupted,
}

/// A run that was begun, as it is kept on disk, but for what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// In the order in which they speak.
    pub ends: [End; 2],
    /// When the order was given.
    pub given_ms: UnixMs,
    /// How far HQ saw it.
    pub fate: Fate,
    /// The roll call that it is for; none: a person wanted it.
    pub call: Option<OrderNumber>,
    #[serde(skip)]
    frame: Vec<u8>,
}

impl Run {
    /// One that is about to begin by the order in `frame`.
    pub(crate) const fn new(ends: [End; 2], call: Option<OrderNumber>, given_ms: UnixMs, frame: Vec<u8>) -> Self {
        Self { ends, given_ms, fate: Fate::Open, call, frame }
    }

    /// Whether an answer may still come.
    #[must_use]
    pub fn is_open(&self, now: UnixMs) -> bool {
        self.is_in_time(now) && !self.is_answered()
    }

    /// The order as it is sent.
    pub(super) fn frame(&self) -> &[u8] {
        &self.frame
    }

    fn is_answered(&self) -> bool {
        self.ends.iter().all(|end| end.answer.is_some())
    }

    /// By a clock that may have been set since.
    const fn is_in_time(&self, now: UnixMs) -> bool {
        now.abs_diff(self.given_ms) < RUN_WITHIN_MS
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<OrderNumber, Run>);

impl Runs {
    /// Takes in one that begins; comes back the number of the one that is forgotten for it.
    pub(super) fn begin(&mut self, number: OrderNumber, run: Run) -> Option<OrderNumber> {
        self.0.insert(number, run);
        if self.0.len() > MOST_RUNS { self.0.pop_first().map(|(number, _)| number) } else { None }
    }

    /// Takes in one that an earlier process began; comes back as with [`Self::begin`].
    pub(super) fn resume(&mut self, number: OrderNumber, run: Run) -> Option<OrderNumber> {
        let fate = if run.fate == Fate::Open { Fate::Interrupted } else { run.fate };
        self.begin(number, Run { fate, ..run })
    }

    /// Those that were open and whose time is up.
    pub(super) fn over(&mut self, now: UnixMs) -> Vec<(OrderNumber, Run)> {
        let is_over = |run: &&mut Run| run.fate == Fate::Open && !run.is_in_time(now);
        let over = self.0.iter_mut().map(|(number, run)| (*number, run)).filter(|(_, run)| is_over(run));
        let seen_out = |(number, run): (OrderNumber, &mut Run)| {
            run.fate = Fate::Over;
            (number, run.clone())
        };
        over.map(seen_out).collect()
    }

    /// Whether a venue or box of these has to do with another run: two markers at once would be heard in one room.
    pub(super) fn is_busy(&self, ends: &[End], now: UnixMs) -> bool {
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

    /// The first answer of an end holds; nobody else has one. Comes back the run, when it is changed by it.
    pub(super) fn answered(&mut self, agent: AgentId, answer: &Answer) -> Option<Run> {
        let run = self.0.get_mut(&answer.order)?;
        let end = run.ends.iter_mut().find(|end| end.agent == agent && end.answer.is_none())?;
        end.answer = Some(answer.clone());
        if run.is_answered() {
            run.fate = Fate::Over;
        }
        Some(run.clone())
    }

    pub(super) fn get(&self, number: OrderNumber) -> Option<&Run> {
        self.0.get(&number)
    }

    /// The runs for a roll call.
    pub(super) fn of_call(&self, call: OrderNumber) -> Vec<(OrderNumber, Run)> {
        self.0.iter().filter(|(_, run)| run.call == Some(call)).map(|(number, run)| (*number, run.clone())).collect()
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

    fn begin(runs: &mut Runs, number: OrderNumber, now: UnixMs, frame: Vec<u8>) -> Option<OrderNumber> {
        runs.begin(number, Run::new([end(1), end(2)], None, now, frame))
    }

    fn answer(order: OrderNumber) -> Answer {
        Answer { order, result: AnswerResult::Done, detail: "".into() }
    }

    #[test]
    fn a_run_is_open_until_both_have_answered_or_the_time_is_up() {
        let mut runs = Runs::default();
        begin(&mut runs, 5, 1_000, vec![1]);
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
        begin(&mut runs, 5, 1_000, vec![]);
        assert!(runs.is_busy(&[end(2), end(3)], 1_001) && !runs.is_busy(&[end(3), end(4)], 1_001));
        let same_box = End { venue: end(9).venue, ..end(1) };
        assert!(runs.is_busy(&[same_box, end(4)], 1_001), "one box hears with one pair of ears");
        assert!(!runs.is_busy(&[end(1), end(2)], 1_000 + RUN_WITHIN_MS));
    }

    #[test]
    fn an_end_that_comes_back_hears_what_it_may_still_begin() {
        let mut runs = Runs::default();
        begin(&mut runs, 5, 1_000, vec![7]);
        runs.answered(AgentId([1; 16]), &answer(5));
        let again = |n: u8, now| runs.again(AgentId([n; 16]), now).len();
        assert_eq!((again(1, 1_001), again(2, 1_001), again(2, 1_000 + BEGIN_WITHIN_MS)), (0, 1, 0));
    }

    #[test]
    fn the_oldest_goes() {
        let mut runs = Runs::default();
        let gone: Vec<_> =
            (0..=MOST_RUNS as u64).filter_map(|number| begin(&mut runs, number, number, vec![])).collect();
        assert_eq!(gone, [0]);
        assert!(runs.get(0).is_none() && runs.get(1).is_some());
        assert_eq!(runs.numbers(Some(end(2).venue)).first(), Some(&(MOST_RUNS as u64)));
        assert!(runs.numbers(Some(end(3).venue)).is_empty());
    }
    /// What another process finds of them on disk.
    fn found_again(runs: &Runs) -> Runs {
        let mut again = Runs::default();
        for (number, run) in &runs.0 {
            let bytes = postcard::to_allocvec(run).expect("encodes");
            assert_eq!(again.resume(*number, postcard::from_bytes(&bytes).expect("decodes")), None);
        }
        again
    }

    #[test]
    fn one_that_hq_did_not_see_to_its_end_is_interrupted_and_what_comes_afterwards_counts() {
        let (mut runs, fate) = (Runs::default(), |runs: &Runs| runs.get(5).expect("kept").fate);
        begin(&mut runs, 5, 1_000, vec![1]);
        runs.answered(AgentId([1; 16]), &answer(5));
        let mut again = found_again(&runs);
        assert_eq!(fate(&again), Fate::Interrupted);
        assert_eq!(again.get(5).map(|run| run.ends[0].answer.is_some()), Some(true));
        assert!(again.over(1_000 + RUN_WITHIN_MS).is_empty(), "it stays so");
        assert_eq!(fate(&found_again(&again)), Fate::Interrupted);
        assert!(again.answered(AgentId([2; 16]), &answer(5)).is_some());
        assert_eq!((fate(&again), again.answered(AgentId([2; 16]), &answer(5))), (Fate::Over, None));
    }

    #[test]
    fn one_that_hq_saw_to_its_end_was_not_interrupted_though_nobody_answered() {
        let mut runs = Runs::default();
        begin(&mut runs, 5, 1_000, vec![]);
        assert!(runs.over(1_000 + RUN_WITHIN_MS - 1).is_empty());
        let over = runs.over(1_000 + RUN_WITHIN_MS);
        assert_eq!(over.iter().map(|(number, run)| (*number, run.fate)).collect::<Vec<_>>(), [(5, Fate::Over)]);
        assert!(runs.over(1_000 + RUN_WITHIN_MS).is_empty(), "once");
        assert_eq!(found_again(&runs).get(5).map(|run| run.fate), Some(Fate::Over));
    }

    #[test]
    fn a_clock_that_was_ahead_keeps_no_run_open() {
        let mut runs = Runs::default();
        begin(&mut runs, 5, 1_000 + 2 * RUN_WITHIN_MS, vec![]);
        assert!(!runs.is_busy(&[end(1), end(3)], 1_000) && runs.over(1_000).len() == 1);
    }
}
