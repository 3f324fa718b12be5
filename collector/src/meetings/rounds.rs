//! Which agent is told the list of meetings when: at once with its hello and after a change, else every few hours, spread so that a
//! province does not ask for it in one second. One entry an agent. Pure.

use std::collections::{BTreeSet, HashMap};

use avow_shared::id::AgentId;
use avow_shared::time::UnixMs;

/// An agent is told again after so long at the latest: a quarter of the age at which a list counts no more.
const EVERY_MS: u64 = 6 * 3_600_000;
/// And earlier by up to so much, differently for each.
const SPREAD_MS: u64 = EVERY_MS / 4;
/// One each so long when nothing has changed: 50 a second.
const PACE_MS: u64 = 20;
/// So many at once when something has: more would crowd acknowledgements out of the way to the broker.
const BURST: usize = 200;

/// See the module.
#[derive(Debug, Default)]
pub struct Rounds {
    /// When each agent that is reached is due; 0: a change waits.
    due: HashMap<AgentId, UnixMs>,
    queue: BTreeSet<(UnixMs, AgentId)>,
    paced_ms: UnixMs,
}

impl Rounds {
    /// An agent is reached and has been told just now.
    pub fn told(&mut self, agent: AgentId, now: UnixMs) {
        let spread = u64::from_be_bytes(agent.0.first_chunk::<8>().map_or([0; 8], |head| *head)) % SPREAD_MS;
        self.put(agent, now + EVERY_MS - spread);
    }

    /// Something has changed for an agent, or it could not be told: it is next.
    pub fn changed(&mut self, agent: AgentId) {
        if self.due.contains_key(&agent) {
            self.put(agent, 0);
        }
    }

    /// An agent is not reached any more.
    pub fn gone(&mut self, agent: AgentId) {
        if let Some(due) = self.due.remove(&agent) {
            self.queue.remove(&(due, agent));
        }
    }

    /// Who is reached, in no order.
    pub fn reached(&self) -> impl Iterator<Item = AgentId> {
        self.due.keys().copied()
    }

    /// Who is to be told now. Each is to be `told`, `changed` or `gone` before this is asked again.
    pub fn take(&mut self, now: UnixMs) -> Vec<AgentId> {
        let changed = self.queue.range(..(1, AgentId([0; 16]))).take(BURST).map(|(_, agent)| *agent);
        let changed: Vec<AgentId> = changed.collect();
        if !changed.is_empty() || now.abs_diff(self.paced_ms) < PACE_MS {
            return changed;
        }
        self.paced_ms = now;
        self.queue.first().filter(|(due, _)| *due <= now).map(|(_, agent)| *agent).into_iter().collect()
    }

    fn put(&mut self, agent: AgentId, due: UnixMs) {
        self.gone(agent);
        self.due.insert(agent, due);
        self.queue.insert((due, agent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000_000;

    fn agent(n: u64) -> AgentId {
        let mut id = [0; 16];
        // Ids are hashes: spread over the whole range.
        id[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        AgentId(id)
    }

    #[test]
    fn a_province_that_said_hello_at_once_is_told_again_within_six_hours_at_fifty_a_second() {
        let mut rounds = Rounds::default();
        (0..18_762).for_each(|n| rounds.told(agent(n), NOW));
        let (mut last, mut in_second, mut most, mut times) = (0, 0, 0, HashMap::<AgentId, u64>::new());
        for now in (NOW..=NOW + EVERY_MS).step_by(20) {
            (in_second, last) = if now / 1_000 == last { (in_second, last) } else { (0, now / 1_000) };
            for told in rounds.take(now) {
                *times.entry(told).or_default() += 1;
                rounds.told(told, now);
                in_second += 1;
                most = most.max(in_second);
            }
        }
        assert_eq!(times.len(), 18_762, "each");
        assert!(most <= 50 && times.values().all(|times| *times <= 2), "{most} in a second");
    }

    #[test]
    fn a_change_goes_first_and_to_all_whom_it_concerns_before_anybody_else() {
        let mut rounds = Rounds::default();
        (0..500).for_each(|n| rounds.told(agent(n), NOW));
        (0..450).for_each(|n| rounds.changed(agent(n)));
        rounds.changed(agent(999));
        let mut told = Vec::new();
        for _ in 0..3 {
            let some = rounds.take(NOW + EVERY_MS);
            some.iter().for_each(|agent| rounds.told(*agent, NOW + EVERY_MS));
            told.push(some.len());
        }
        assert_eq!(told, [BURST, BURST, 50]);
        assert_eq!(rounds.take(NOW + EVERY_MS).len(), 1, "the others at their pace");
    }

    #[test]
    fn who_is_gone_is_not_told_and_who_could_not_be_told_is_next() {
        let mut rounds = Rounds::default();
        rounds.told(agent(1), NOW);
        rounds.changed(agent(1));
        assert_eq!(rounds.take(NOW), [agent(1)]);
        rounds.changed(agent(1));
        assert_eq!(rounds.take(NOW), [agent(1)]);
        rounds.gone(agent(1));
        assert!(rounds.take(NOW + EVERY_MS).is_empty());
        assert_eq!(rounds.reached().count(), 0);
    }
}
