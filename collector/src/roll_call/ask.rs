//! Whom a roll call asks again, and when: who is connected and was not heard of, further and further apart and not all at once; and
//! who comes back.

use std::sync::Arc;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::time::UnixMs;

use super::{Call, Calls, Nonce, Reached, waiting};

/// Who was not heard of for so long is asked by name for the first time …
const FIRST_MS: u64 = 4_000;
/// … spread over so long, …
const SPREAD_MS: u64 = 3_000;
/// … and then after twice as long each time, up to so long.
const LONGEST_MS: u64 = 32_000;

/// So many that were heard of for the first time within so long are a call whose order is still on its way, …
const POURS: usize = 100;
const POURS_MS: u64 = 1_000;
/// … but not for longer than this.
const PATIENCE_MS: u64 = 20_000;

/// Ask this agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// In which call.
    pub call: Arc<Call>,
    /// Whom.
    pub agent: AgentId,
    /// For which venues.
    pub venues: Vec<VenueId>,
    /// It has heard the call in an earlier life: an order with the same number would be passed over.
    pub anew: bool,
}

impl Calls {
    /// Who is to be asked now, at most `most`.
    pub fn ask_due(&mut self, now: UnixMs, reached: &impl Reached, most: usize) -> Vec<Ask> {
        let mut asks: Vec<Ask> = Vec::new();
        for call in self.0.values_mut() {
            if !call.is_asking() || call.asked.until_ms + super::LATE_MS <= now {
                continue;
            }
            let given_ms = call.asked.given_ms;
            // An order to a whole province is on its way for seconds: who would be asked by name while answers pour in would be in their way.
            let just_heard = |entry: &&Arc<super::Entry>| {
                let answered_ms = entry.answer.as_ref().map(|answer| answer.at_ms);
                let first_ms = entry.heard.map(|heard| heard.at_ms).or(answered_ms);
                first_ms.is_some_and(|at_ms| at_ms <= now && at_ms + POURS_MS > now)
            };
            if now < given_ms + PATIENCE_MS && call.entries.iter().filter(just_heard).take(POURS).count() == POURS {
                continue;
            }
            let is_due = |entry: &super::Entry| {
                let ask_ms = if entry.ask_ms == 0 { first_ms(given_ms, entry.agent) } else { entry.ask_ms };
                entry.heard.is_none() && !entry.is_settled() && ask_ms <= now
            };
            let due: Vec<(usize, AgentId, Nonce)> = call
                .entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| is_due(entry))
                .filter_map(|(at, entry)| {
                    let agent = entry.agent?;
                    Some((at, agent, reached.nonce(agent)?))
                })
                .take(most.saturating_sub(asks.len()))
                .collect();
            if due.is_empty() {
                continue;
            }
            // Changed as a whole before any ask holds it: each hold would cost another copy of the province.
            let changed = Arc::make_mut(call);
            let ask_one = |(at, agent, nonce)| Some((agent, ask(changed, at, nonce, now)?));
            let mut named: Vec<(AgentId, VenueId)> = due.into_iter().filter_map(ask_one).collect();
            named.sort_unstable();
            let of_agent = |of: &[(AgentId, VenueId)]| Ask {
                call: Arc::clone(call),
                agent: of[0].0,
                venues: of.iter().map(|(_, venue)| *venue).collect(),
                anew: false,
            };
            asks.extend(named.chunk_by(|one, other| one.0 == other.0).map(of_agent));
        }
        asks
    }

    /// An agent said hello: it is asked at once what it has not heard of, or heard of in an earlier life.
    pub fn hello(&mut self, agent: AgentId, venues: &[VenueId], nonce: Nonce, now: UnixMs) -> Vec<Ask> {
        let mut asks = Vec::new();
        for call in self.0.values_mut().filter(|call| call.is_asking()) {
            let waits: Vec<usize> = waiting(call, venues)
                .filter(|at| {
                    let entry = &call.entries[*at];
                    // An agent says hello every half minute; who is asked already is left alone until it is due.
                    entry.nonce != Some(nonce) && (entry.nonce.is_some() || entry.heard.is_none())
                })
                .collect();
            if waits.is_empty() {
                continue;
            }
            let anew = waits.iter().any(|at| call.entries[*at].heard.is_some());
            let call_now = Arc::make_mut(call);
            let venues = waits.into_iter().filter_map(|at| ask(call_now, at, nonce, now)).collect();
            asks.push(Ask { call: Arc::clone(call), agent, venues, anew });
        }
        asks
    }
}

fn ask(call: &mut Call, at: usize, nonce: Nonce, now: UnixMs) -> Option<VenueId> {
    call.edit(at, |entry| {
        let wait_ms = (FIRST_MS << entry.asked.min(8)).min(LONGEST_MS);
        entry.asked = entry.asked.saturating_add(1);
        entry.ask_ms = now + wait_ms + spread(entry.agent);
        entry.nonce = Some(nonce);
        true
    });
    call.entries[at].venue()
}

fn first_ms(given_ms: UnixMs, agent: Option<AgentId>) -> UnixMs {
    given_ms + FIRST_MS + spread(agent)
}

/// Differently for each agent: ids are hashes.
fn spread(agent: Option<AgentId>) -> u64 {
    agent.map_or(0, |agent| u64::from(u16::from_be_bytes([agent.0[0], agent.0[1]])) % SPREAD_MS)
}
