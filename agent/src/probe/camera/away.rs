//! A camera that a test, or the learning of a preset, has sent elsewhere goes back when that is given up half way: a meeting begins, or
//! its time is up.

use std::time::Duration;

use avow_shared::camera::{Command, Position};
use futures_util::FutureExt as _;

use super::{ReturnTo, Setup};
use crate::camera::desk::Camera;

/// So long a camera gets to go back; longer, the end of the program does not wait.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// Dropped, it sends the camera back; a test that has come to its end forgets it instead.
pub(super) struct Away {
    camera: Option<Camera>,
    back: Command,
}

impl Away {
    /// Of a camera that is about to leave the place where it stands. One that neither says where that is nor has a place of its
    /// own to return to is stopped.
    pub(super) fn from(setup: &Setup, camera: &Camera, before: Option<Position>) -> Self {
        let back = match (before, setup.return_to) {
            (Some(position), _) => Command::Go(position),
            (None, Some(ReturnTo::Preset(preset))) => Command::Recall(preset),
            (None, Some(ReturnTo::Before) | None) => Command::Stop,
        };
        Self { camera: Some(camera.clone()), back }
    }

    /// The test has come to its end.
    pub(super) fn forget(mut self) {
        self.camera = None;
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        let (Some(camera), Ok(runtime)) = (self.camera.take(), tokio::runtime::Handle::try_current()) else { return };
        let camera = camera.of_a_person();
        let back = self.back;
        runtime.spawn(
            async move {
                match tokio::time::timeout(BACK_WITHIN, camera.command(back)).await {
                    Ok(Ok(())) => tracing::info!("a test was given up: its camera is back"),
                    Ok(Err(trouble)) => tracing::warn!(%trouble, "a test was given up: its camera is not back"),
                    Err(_) => tracing::warn!("a test was given up: its camera is not back in time"),
                }
            }
            .boxed(),
        );
    }
}
