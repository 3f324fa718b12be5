//! What HQ is told of references of presets: each one once it was learnt, until HQ has stored that report.

use std::collections::BTreeMap;

use avow_shared::camera;
use avow_shared::hash::ContentHash;
use avow_shared::outcome::{Evidence, EvidenceKind};
use avow_shared::wire::Report;
use bytes::Bytes;

use super::{Agent, Effect, Memory};
use crate::clock::Now;
use crate::config::ProbeName;
use crate::evidence::Errand;
use crate::probe::preset::reference::Reference;

/// So many wait at most for an HQ that hears of references; the oldest is told at the next start.
const MOST_WAITING: usize = 32;

/// What HQ is to hear, and what it heard but has not stored yet.
#[derive(Debug, Default)]
pub(super) struct References {
    waiting: Vec<(camera::Reference, Bytes)>,
    sent: BTreeMap<u64, (camera::Reference, Bytes)>,
}

impl References {
    /// Takes one in; one that it supersedes is not told any more.
    pub(super) fn take(&mut self, reference: &Reference) {
        let jpeg = reference.picture.as_ref().map(|picture| picture.jpeg.clone()).unwrap_or_default();
        let evidence = |jpeg: &Bytes| Evidence {
            kind: EvidenceKind::Picture,
            hash: ContentHash::of(jpeg),
            size: u32::try_from(jpeg.len()).unwrap_or(u32::MAX),
        };
        let told = camera::Reference {
            venue: reference.venue,
            probe: reference.probe.clone(),
            preset: reference.preset,
            version: reference.version,
            taken_at: reference.taken_at,
            position: reference.position,
            picture: Some(&jpeg).filter(|jpeg| !jpeg.is_empty()).map(evidence),
        };
        let is_same = |other: &camera::Reference| {
            (other.venue, &other.probe, other.preset) == (told.venue, &told.probe, told.preset)
        };
        self.waiting.retain(|(other, _)| !is_same(other));
        if self.waiting.len() == MOST_WAITING {
            self.waiting.remove(0);
        }
        self.waiting.push((told, jpeg));
    }

    /// The spool was begun anew: what HQ has not stored is told again.
    pub(super) fn tell_anew(&mut self) {
        let sent = std::mem::take(&mut self.sent);
        self.waiting.extend(sent.into_values());
    }
}

impl Agent {
    /// Tells HQ of references, when it is one that reads that. Says whether there was something.
    pub(super) fn tell_references(&mut self, now: Now, effects: &mut Vec<Effect>) -> bool {
        let is_heard = self.reporter.uplink().hq_reads() >= Some(avow_shared::wire::FACTS_SINCE);
        if !is_heard || self.stopping || self.references.waiting.is_empty() {
            return false;
        }
        for (reference, jpeg) in std::mem::take(&mut self.references.waiting) {
            self.reporter.produce(Report::Reference(reference.clone()), true, now);
            let number = self.reporter.keeper().ledger().produced();
            if let Some(Evidence { hash, kind, .. }) = reference.picture {
                effects.push(Effect::Evidence(Errand::Keep { hash, kind, bytes: jpeg.clone() }));
                self.named.insert(number, vec![hash]);
            }
            self.references.sent.insert(number, (reference, jpeg));
        }
        true
    }

    /// HQ has stored these numbers: which references they were need not be told again.
    pub(super) fn references_stored(&mut self, is_stored: impl Fn(u64) -> bool, effects: &mut Vec<Effect>) {
        let stored: Vec<u64> = self.references.sent.keys().copied().filter(|number| is_stored(*number)).collect();
        for number in stored {
            let Some((reference, _)) = self.references.sent.remove(&number) else { continue };
            let camera::Reference { venue, probe, preset, version, .. } = reference;
            let whose = ProbeName { venue, probe };
            effects.push(Effect::Remember(Memory::Referred { whose, preset, version }));
        }
    }
}
