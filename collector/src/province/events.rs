//! What agents told that happened: the newest events of each, as they come in its reports. An event names no venue, and an
//! agent serves one or few, so they belong to the agent. Packed: they come seldom, and are read when a person looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use avow_shared::id::{AgentId, FindingCode};
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::venue::Order;

/// So many events of one agent are kept; the oldest goes.
pub const MOST_EVENTS: usize = 50;

/// Above the longest that so many believable events can be.
const MAX_PLAIN: usize = 64 << 10;
/// Fast; lines that look alike become a sixth.
const ZSTD_LEVEL: i32 = 1;
/// By the first byte of the key, which is a hash: an event copies a piece of some seventy agents, not all.
const PIECES: usize = 256;

/// Something that an agent told. A snapshot holds it: another form needs another version of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its place among the reports.
    pub order: Order,
    /// When it happened.
    pub at_ms: UnixMs,
    /// When HQ got it.
    pub received_ms: UnixMs,
    /// A stable code, of the agent's own.
    pub code: FindingCode,
    /// A line for a person; a report with a longer one than [`avow_shared::outcome::MAX_DETAIL_CHARS`] is refused before.
    pub text: SmolStr,
}

/// The events of one agent, as they are kept.
pub(crate) type Packed = Arc<[u8]>;

/// The events of all agents.
#[derive(Clone, Debug)]
pub struct Events(Vec<Arc<BTreeMap<AgentId, Packed>>>);

impl Default for Events {
    fn default() -> Self {
        Self(vec![Arc::default(); PIECES])
    }
}

impl Events {
    /// The events of an agent that HQ knows, the newest report first.
    #[must_use]
    pub fn of(&self, agent: AgentId) -> Vec<Told> {
        let mut told = self.piece(agent).get(&agent).map(|packed| unpack(packed)).unwrap_or_default();
        told.reverse();
        told
    }

    /// Takes one at its place among the reports, whenever it arrives; says whether it is kept.
    pub(super) fn take(&mut self, agent: AgentId, new: Told) -> bool {
        let mut told = self.piece(agent).get(&agent).map(|packed| unpack(packed)).unwrap_or_default();
        let Err(at) = told.binary_search_by_key(&new.order, |held| held.order) else { return false };
        if at == 0 && told.len() >= MOST_EVENTS {
            return false;
        }
        told.insert(at, new);
        let surplus = told.len().saturating_sub(MOST_EVENTS);
        told.drain(..surplus);
        self.put(agent, pack(&told));
        true
    }

    /// All agents that told something.
    pub(super) fn all(&self) -> impl Iterator<Item = (AgentId, Packed)> + '_ {
        self.0.iter().flat_map(|piece| piece.iter()).map(|(agent, packed)| (*agent, Arc::clone(packed)))
    }

    pub(super) fn put(&mut self, agent: AgentId, packed: Packed) {
        Arc::make_mut(&mut self.0[usize::from(agent.0[0])]).insert(agent, packed);
    }

    fn piece(&self, agent: AgentId) -> &BTreeMap<AgentId, Packed> {
        &self.0[usize::from(agent.0[0])]
    }
}

/// The oldest report first.
fn pack(told: &[Told]) -> Packed {
    // Neither fails in memory: every length is known.
    let plain = postcard::to_allocvec(told).unwrap_or_default();
    zstd::bulk::compress(&plain, ZSTD_LEVEL).unwrap_or_default().into()
}

fn unpack(packed: &[u8]) -> Vec<Told> {
    let plain = zstd::bulk::decompress(packed, MAX_PLAIN).unwrap_or_default();
    postcard::from_bytes(&plain).unwrap_or_default()
}
