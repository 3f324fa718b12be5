//! Who the devices of a venue said they are, and what became of them. Packed: it changes seldom, and is read when a person
//! looks.

use std::sync::Arc;

use avow_shared::facts::{Change, DeviceFacts, Facts, update};
use avow_shared::id::{DeviceId, ProbeId};
use avow_shared::time::UnixMs;
use avow_shared::venue::MAX_PARTS;
use serde::{Deserialize, Serialize};

use super::venue::{Order, Venue};

/// So many changes of one device are kept; the oldest goes.
const MOST_CHANGES: usize = 8;

/// What one probe last read off one device. A snapshot holds it: another form needs another version of that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plate {
    /// Which probe.
    pub probe: ProbeId,
    /// Which device.
    pub device: DeviceId,
    /// Its place among the reports.
    pub order: Order,
    /// What the device says.
    pub facts: Facts,
    /// When it said so.
    pub seen_ms: UnixMs,
    /// What became of it, the oldest first.
    pub changes: Vec<Happened>,
}

/// A change and its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// When it was seen.
    pub at_ms: UnixMs,
    /// What became of the device.
    pub change: Change,
}

impl Venue {
    /// Who its devices said they are, sorted by probe.
    #[must_use]
    pub fn plates(&self) -> Vec<Plate> {
        self.plates.as_deref().and_then(|packed| postcard::from_bytes(packed).ok()).unwrap_or_default()
    }

    /// Takes what a probe read when it is newer than what is held, by number and never by arrival; says whether it is.
    pub(super) fn take_plate(&mut self, said: &DeviceFacts, order: Order, seen_ms: UnixMs) -> bool {
        let mut plates = self.plates();
        let at = match plates.binary_search_by(|held| held.probe.cmp(&said.probe)) {
            Ok(at) if plates[at].order >= order => return false,
            // A probe that is about another device now says nothing of the one before.
            Ok(at) if plates[at].device != said.device => {
                plates[at] = first(said);
                at
            }
            Ok(at) => at,
            Err(at) => {
                plates.insert(at, first(said));
                at
            }
        };
        let held = &mut plates[at];
        let (facts, change) = update(Some(&held.facts), &said.facts);
        (held.facts, held.order, held.seen_ms) = (facts, order, seen_ms);
        held.changes.extend(change.map(|change| Happened { at_ms: seen_ms, change }));
        let surplus = held.changes.len().saturating_sub(MOST_CHANGES);
        held.changes.drain(..surplus);
        if plates.len() > MAX_PARTS
            && let Some(oldest) = (0..plates.len()).min_by_key(|at| plates[*at].order)
        {
            plates.remove(oldest);
        }
        self.plates = pack(&plates);
        true
    }

    /// Forgets what older reports told of probes that do not exist any more.
    pub(super) fn retain_plates(&mut self, keep: impl Fn(&ProbeId, Order) -> bool) {
        if self.plates.is_some() {
            let mut plates = self.plates();
            plates.retain(|held| keep(&held.probe, held.order));
            self.plates = pack(&plates);
        }
    }
}

fn first(said: &DeviceFacts) -> Plate {
    let (probe, device) = (said.probe.clone(), said.device.clone());
    Plate { probe, device, order: Order::default(), facts: Facts::default(), seen_ms: 0, changes: vec![] }
}

fn pack(plates: &[Plate]) -> Option<Arc<[u8]>> {
    // Encoding into memory fails for no plate: every length is known.
    (!plates.is_empty()).then(|| postcard::to_allocvec(plates).unwrap_or_default().into())
}
