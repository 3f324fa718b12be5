//! Frames through an encoder: a film as a network camera would send it, made by ffmpeg of pictures that a test has drawn.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::hall::{HEIGHT, WIDTH};

/// ffmpeg, ended after two minutes: an encoder whose threads wait for each other would hold up a test for ever.
#[must_use]
pub fn ffmpeg() -> Command {
    let mut command = Command::new("timeout");
    command.args(["--signal=KILL", "120", "ffmpeg"]);
    command
}

/// Writes frames, 25 a second, to `path`. Each is planar YCbCr 4:2:0 of full range, or luma alone, which makes it grey; the film is
/// of video range, as cameras send it. `encoder` are ffmpeg's words for it: `["-c:v", "libx264", "-b:v", "256k"]`.
///
/// # Errors
/// When ffmpeg is not installed or refuses.
pub fn film(path: &Path, frames: impl IntoIterator<Item = Vec<u8>>, encoder: &[&str]) -> io::Result<()> {
    let mut child = ffmpeg()
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
        .args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-r", "25", "-s", &format!("{WIDTH}x{HEIGHT}"), "-i", "pipe:0"])
        .args(["-vf", "scale=in_range=full:out_range=tv", "-pix_fmt", "yuv420p", "-threads", "2"])
        .args(encoder)
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut pipe = child.stdin.take().ok_or_else(|| io::Error::other("no pipe"))?;
    for mut frame in frames {
        frame.resize(WIDTH * HEIGHT * 3 / 2, 128);
        pipe.write_all(&frame)?;
    }
    drop(pipe);
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("ffmpeg {encoder:?}: {status}"))) }
}
