//! What the presets of a venue's cameras are to show.

use avow_shared::venue::Venue as Declared;

use super::Shared;
use super::camera::KIND;
use super::dto::{CameraPosition, PresetReference};
use super::venue::evidence;
use crate::province::{Learnt, Venue};

/// Those of the described cameras with which the venue's agent compares, by camera and preset.
pub(super) fn references(shared: &Shared, venue: &Venue, declared: &Declared) -> Vec<PresetReference> {
    let one = |learnt: Learnt| {
        let camera = declared.probes.iter().find(|probe| probe.id == learnt.probe && probe.kind.as_str() == KIND)?;
        Some(PresetReference {
            probe: camera.id.to_string(),
            name: camera.name.to_string(),
            preset: learnt.preset,
            version: learnt.version,
            at_ms: learnt.taken_ms,
            position: learnt.position.map(|at| CameraPosition { pan: at.pan, tilt: at.tilt, zoom: at.zoom }),
            picture: evidence(shared, learnt.picture.as_slice()).pop(),
        })
    };
    venue.references_in_force().into_iter().filter_map(one).collect()
}
