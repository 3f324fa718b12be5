//! HQ's own way in the canary: an order that changes nothing goes to the agent whose canary was seen, and its answer is waited for.
//! By HQ's clock alone; what a person's order to that agent would take. Pure.

use std::collections::BTreeMap;

use avow_shared::id::AgentId;
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;

/// An answer that comes later is none: a person has long given up.
const WITHIN_MS: u64 = 60_000;
/// So many are waited for; the oldest goes, uncounted.
const MOST: usize = 4_096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Echoes(BTreeMap<OrderNumber, (AgentId, UnixMs)>);

impl Echoes {
    /// An order has left.
    pub(super) fn sent(&mut self, number: OrderNumber, agent: AgentId, now: UnixMs) {
        self.0.insert(number, (agent, now));
        if self.0.len() > MOST {
            self.0.pop_first();
        }
    }

    /// How long its answer took, when it is one that is waited for.
    pub(super) fn answered(&mut self, number: OrderNumber, agent: AgentId, now: UnixMs) -> Option<u64> {
        let (whose, sent_ms) = self.0.get(&number).copied()?;
        if whose != agent {
            return None;
        }
        self.0.remove(&number);
        Some(now.saturating_sub(sent_ms))
    }

    /// An agent is away: nothing is to be expected of it.
    pub(super) fn gone(&mut self, agent: AgentId) {
        self.0.retain(|_, (whose, _)| *whose != agent);
    }

    /// How many were waited for in vain since this was asked last.
    pub(super) fn late(&mut self, now: UnixMs) -> usize {
        let before = self.0.len();
        self.0.retain(|_, (_, sent_ms)| now.abs_diff(*sent_ms) <= WITHIN_MS);
        before - self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000_000;

    fn agent(n: u8) -> AgentId {
        AgentId([n; 16])
    }

    #[test]
    fn the_answer_of_its_agent_is_measured_once_and_no_other() {
        let mut echoes = Echoes::default();
        echoes.sent(7, agent(1), NOW);
        assert_eq!(echoes.answered(7, agent(2), NOW + 100), None);
        assert_eq!(echoes.answered(8, agent(1), NOW + 100), None);
        assert_eq!(echoes.answered(7, agent(1), NOW + 250), Some(250));
        assert_eq!(echoes.answered(7, agent(1), NOW + 300), None);
    }

    #[test]
    fn what_does_not_come_in_a_minute_is_counted_once_unless_its_agent_is_gone() {
        let mut echoes = Echoes::default();
        echoes.sent(7, agent(1), NOW);
        echoes.sent(8, agent(2), NOW);
        echoes.sent(9, agent(3), NOW + 1);
        echoes.gone(agent(2));
        assert_eq!([NOW + WITHIN_MS, NOW + WITHIN_MS + 1, NOW + WITHIN_MS + 1].map(|at| echoes.late(at)), [0, 1, 0]);
        assert_eq!(echoes.answered(7, agent(1), NOW + WITHIN_MS + 2), None, "too late");
        assert_eq!(echoes.late(NOW - WITHIN_MS), 1, "a clock that was set back keeps none for ever");
    }

    #[test]
    fn they_are_bounded() {
        let mut echoes = Echoes::default();
        (0..=MOST as u64).for_each(|number| echoes.sent(number, agent(1), NOW));
        assert_eq!((echoes.0.len(), echoes.answered(0, agent(1), NOW)), (MOST, None));
    }
}
