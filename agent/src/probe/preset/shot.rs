//! Takes a camera's picture for a proof: some frames in a row become a raster, the last one a JPEG.

use std::ops::ControlFlow;
use std::time::Duration;

use super::compare::compare;
use super::raster::{Frames, HEIGHT, Raster, WIDTH};
use super::reference::Picture;
use crate::ffmpeg::{self, Capture, Source};
use crate::probe::picture::still;

/// Frames of which a raster is made, after those in which a capture card finds its exposure.
const FRAMES: usize = 10;
const FIRST: usize = 4;
/// A camera is at rest when its picture moves by no more than this, pixels.
const AT_REST: f32 = 1.5;
/// So often it is looked at until it is.
const LOOKS: usize = 6;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// On our side.
    #[error(transparent)]
    Tool(#[from] ffmpeg::Error),
    /// The source shows none; the last words of ffmpeg.
    #[error("{0}")]
    NoPicture(String),
    /// Another program looks at the device.
    #[error("{0} is busy")]
    Busy(String),
    /// It goes on moving.
    #[error("the camera does not come to rest")]
    Restless,
}

/// A capture card that another probe looks at is free again after so long at most.
const BUSY_TRIES: u32 = 6;
const BUSY_PAUSE: Duration = Duration::from_secs(3);

/// One picture.
///
/// # Errors
/// When there is none.
pub async fn take(source: &Source, longest: Duration) -> Result<Picture, Error> {
    for _ in 0..BUSY_TRIES {
        match take_once(source, longest).await {
            Err(Error::Busy(_)) => tokio::time::sleep(BUSY_PAUSE).await,
            taken => return taken,
        }
    }
    take_once(source, longest).await
}

async fn take_once(source: &Source, longest: Duration) -> Result<Picture, Error> {
    let mut frames = Frames::default();
    let mut last = Vec::new();
    let mut count = 0;
    let capture = Capture { source, frames: FIRST + FRAMES, keys_only: false };
    let end = ffmpeg::capture(&capture, longest, |frame| {
        count += 1;
        if count == FIRST + 1 {
            frames = Frames::default();
        }
        frames.take(&frame[..WIDTH * HEIGHT]);
        last.clear();
        last.extend_from_slice(frame);
        ControlFlow::Continue(())
    });
    let end = end.await?;
    let words = || {
        let said = end.words.iter().rev().find(|line| !line.starts_with(' ')).cloned().unwrap_or_default();
        if end.timed_out { format!("{} 秒内没有图像", longest.as_secs()) } else { said }
    };
    if let (None, Source::V4l2(device)) = (frames.raster(), source)
        && end.words.iter().any(|line| line.contains("Device or resource busy"))
    {
        return Err(Error::Busy(device.display().to_string()));
    }
    let raster = frames.raster().ok_or_else(|| Error::NoPicture(words()))?;
    let jpeg = still::jpeg(&last).ok_or_else(|| Error::NoPicture(words()))?;
    Ok(Picture { raster, jpeg: jpeg.into() })
}

/// One picture of a camera that does not say when it has arrived: two in a row must show the same.
///
/// # Errors
/// When there is none, or it goes on moving.
pub async fn take_at_rest(source: &Source, longest: Duration) -> Result<Picture, Error> {
    let mut before = take(source, longest).await?;
    for _ in 0..LOOKS {
        let now = take(source, longest).await?;
        let (one, other) = (before.raster.clone(), now.raster.clone());
        if apart(move || is_at_rest(&one, &other)).await {
            return Ok(now);
        }
        before = now;
    }
    Err(Error::Restless)
}

fn is_at_rest(before: &Raster, now: &Raster) -> bool {
    // What shows nothing (dark, covered) does not move either; the judgement says so.
    compare(before, now).distance().is_none_or(|distance| distance <= AT_REST)
}

/// Away from the one thread that everything else runs on; a comparison takes up to a second on a small box.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A probe's panic is the probe's end, as if it had not been sent away.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
