//! What the presets of a venue's cameras are to show: the newest reference of each, as told by the agent that keeps it.
//! Packed like the plates: it changes seldom, and is read when a person looks.

use std::sync::Arc;

use avow_shared::camera::{Position, Reference};
use avow_shared::id::{AgentId, ProbeId};
use avow_shared::outcome::Evidence;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::venue::{Order, Venue};

/// So many are kept of one venue: as many as an agent keeps of all its cameras. Then one goes of a camera that no description
/// names, else the one that was told longest ago.
pub const MOST_REFERENCES: usize = 128;

/// What a preset was learnt to show. A snapshot holds it: another form needs another version of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// Which camera, by its probe.
    pub probe: ProbeId,
    /// Which of its presets.
    pub preset: u8,
    /// Its place among the reports.
    pub order: Order,
    /// Who keeps it and compares with it.
    pub agent: AgentId,
    /// The agent counts them from 1.
    pub version: u32,
    /// When it was learnt.
    pub taken_ms: UnixMs,
    /// Where the camera said it stood.
    pub position: Option<Position>,
    /// What it showed.
    pub picture: Option<Evidence>,
}

impl Venue {
    /// The references that HQ knows, sorted by camera and preset; also of cameras that no description names just now.
    #[must_use]
    pub fn references(&self) -> Vec<Learnt> {
        self.references.as_deref().and_then(|packed| postcard::from_bytes(packed).ok()).unwrap_or_default()
    }

    /// The references of the cameras that are described, with which their agent compares.
    #[must_use]
    pub fn references_in_force(&self) -> Vec<Learnt> {
        let mut references = self.references();
        references.retain(|held| {
            self.described.as_ref().is_some_and(|d| d.agent == held.agent && d.probe(&held.probe).is_some())
        });
        references
    }

    /// Takes one when it is newer than what is held, by number and never by arrival; says whether it is.
    pub(super) fn take_reference(&mut self, said: &Reference, agent: AgentId, order: Order, taken_ms: UnixMs) -> bool {
        let new = Learnt {
            probe: said.probe.clone(),
            preset: said.preset,
            order,
            agent,
            version: said.version,
            taken_ms,
            position: said.position,
            picture: said.picture.clone(),
        };
        let mut references = self.references();
        match references.binary_search_by(|held| (&held.probe, held.preset).cmp(&(&new.probe, new.preset))) {
            Ok(at) if references[at].order >= order => return false,
            Ok(at) => references[at] = new,
            Err(at) => references.insert(at, new),
        }
        if references.len() > MOST_REFERENCES {
            let is_named = |held: &Learnt| self.described.as_ref().is_some_and(|d| d.probe(&held.probe).is_some());
            let least = (0..references.len()).min_by_key(|at| (is_named(&references[*at]), references[*at].order));
            least.map(|at| references.remove(at));
        }
        self.references = pack(&references);
        true
    }

    /// Forgets what other agents told: references lie beside an agent's key, so that a new key has none of them. What a
    /// description leaves out stays, because its agent keeps it too, and tells each reference once.
    pub(super) fn retain_references(&mut self, of: AgentId) {
        let mut references = self.references();
        if references.iter().any(|held| held.agent != of) {
            references.retain(|held| held.agent == of);
            self.references = pack(&references);
        }
    }
}

fn pack(references: &[Learnt]) -> Option<Arc<[u8]>> {
    // Encoding into memory fails for none: every length is known.
    (!references.is_empty()).then(|| postcard::to_allocvec(references).unwrap_or_default().into())
}
