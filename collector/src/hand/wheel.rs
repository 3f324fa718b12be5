//! The messages that steer cameras: numbered, and no more of them than a hand gives. Pure.

use std::collections::HashMap;

use avow_shared::camera::Motion;
use avow_shared::time::UnixMs;

use super::Camera;
use super::pace::Pace;

/// One motion each so long and camera; a hand renews it every 150 ms.
const EVERY_MS: u64 = 100;
/// A change of direction may follow a renewal at once.
const BURST: u64 = 3;

#[derive(Debug, Default)]
struct Held {
    pace: Pace,
    moves: bool,
}

/// All wheels that were ever held.
#[derive(Debug, Default)]
pub(super) struct Wheels {
    last: u64,
    held: HashMap<Camera, Held>,
}

impl Wheels {
    /// The number of the message that says `motion`, none when it comes too soon. A stop after a motion never does.
    pub(super) fn turn(&mut self, camera: &Camera, motion: Motion, now: UnixMs) -> Option<u64> {
        let held = self.held.entry(camera.clone()).or_default();
        let ends_a_motion = held.moves && motion.is_still();
        let is_in_time = held.pace.take(EVERY_MS, BURST, now);
        if !(is_in_time || ends_a_motion) {
            return None;
        }
        held.moves = !motion.is_still();
        self.last = (self.last + 1).max(now);
        Some(self.last)
    }
}
