//! A still picture as it came from a camera: whether it is one, and in which size it is kept.
//!
//! ffmpeg decodes it, which also makes it small: a camera's own picture of several megapixels would load the line for what
//! nobody looks at closely. It is handed over in memory; nothing is written to flash.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::time::Duration;

use avow_shared::outcome::MAX_EVIDENCE_BYTES;
use nix::sys::memfd::{MFdFlags, memfd_create};

use crate::ffmpeg::{self, Capture, End, Source};
use crate::onvif::jpeg;
use crate::probe::picture;
use crate::probe::picture::still::TYPICAL_BYTES;

/// Decoding takes no longer on the slowest box.
pub(super) const DECODE: Duration = Duration::from_secs(10);

/// A picture.
#[derive(Debug)]
pub(super) struct Still {
    /// Pixels a line, as the camera gave it.
    pub(super) width: u16,
    /// Lines, as the camera gave it.
    pub(super) height: u16,
    /// The JPEG that is kept, usually at most 64 KiB; empty when it is too large and nothing here makes it small.
    pub(super) kept: Vec<u8>,
}

/// The picture in `bytes`, or in words why there is none.
pub(super) async fn of(bytes: &[u8]) -> Result<Still, String> {
    let (width, height) = jpeg::size(bytes).map_err(|bad| match bad {
        jpeg::Bad::NotJpeg => "不是 JPEG".to_owned(),
        jpeg::Bad::Cut => "图片不完整".to_owned(),
        jpeg::Bad::Broken => "图片已损坏".to_owned(),
    })?;
    let kept = match decoded(bytes).await {
        Some(Some(_)) if bytes.len() <= TYPICAL_BYTES => bytes.to_vec(),
        Some(Some(frame)) => picture::still::jpeg(&frame).unwrap_or_default(),
        Some(None) => return Err("图片无法解码".to_owned()),
        // Without ffmpeg its form is all that can be judged.
        None if bytes.len() <= MAX_EVIDENCE_BYTES => bytes.to_vec(),
        None => Vec::new(),
    };
    Ok(Still { width, height, kept })
}

/// The frame that ffmpeg makes of it, none when it makes none; nothing when there is no ffmpeg to be asked.
async fn decoded(bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    let mut file = std::fs::File::from(memfd_create(c"still", MFdFlags::MFD_CLOEXEC).ok()?);
    file.write_all(bytes).ok()?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(&file));
    let source = Source::File(path.into());
    let capture = Capture { source: &source, frames: 1, keys_only: false };
    let mut frame = None;
    let on_frame = |bytes: &[u8]| {
        frame = Some(bytes.to_vec());
        ControlFlow::Break(())
    };
    let end = ffmpeg::capture(&capture, DECODE, on_frame).await.ok()?;
    answer(frame, &end)
}

/// What ffmpeg's end says of the picture: nothing when it could not read it, or never had the time.
fn answer(frame: Option<Vec<u8>>, end: &End) -> Option<Option<Vec<u8>>> {
    let is_unread = end.timed_out || end.words.iter().any(|line| line.contains("Permission denied"));
    (frame.is_some() || !is_unread).then_some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_had_no_time_or_no_right_says_nothing_of_the_picture() {
        let end = |words: &[&str], timed_out| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            End { marks: Vec::new(), words, timed_out }
        };
        assert_eq!(answer(None, &end(&[], true)), None, "all seats were taken");
        assert_eq!(answer(None, &end(&["/proc/7/fd/3: Permission denied"], false)), None);
        assert_eq!(answer(None, &end(&["Invalid data found"], false)), Some(None), "it looked, and made none");
        assert_eq!(answer(Some(vec![1]), &end(&[], false)), Some(Some(vec![1])));
    }
}
