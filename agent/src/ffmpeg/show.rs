//! A picture of our own goes out: into a file, as itself or as a clip.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{Error, not_installed, seat};

/// A picture that is to be written to a file.
#[derive(Clone, Copy, Debug)]
pub struct Show<'a> {
    /// Luma of full range, line by line.
    pub luma: &'a [u8],
    /// Pixels a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// How long a clip lasts; 0 is a single picture.
    pub seconds: usize,
    /// Where to; its ending says in which form.
    pub out: &'a Path,
}

/// Writes a picture, or a clip that shows it all the time, over what was there. What ffmpeg complains of is returned, nothing when it is
/// content.
///
/// # Errors
/// When ffmpeg cannot be run.
pub async fn show(show: &Show<'_>, longest: Duration) -> Result<String, Error> {
    let size = format!("{}x{}", show.width, show.height);
    let mut arguments = vec!["-hide_banner", "-nostats", "-loglevel", "error", "-y"];
    arguments.extend(["-f", "rawvideo", "-pix_fmt", "gray", "-s", &size, "-r", "25", "-i", "pipe:0"]);
    let still = format!("tpad=stop_mode=clone:stop_duration={},scale=out_range=tv,format=yuv420p", show.seconds);
    arguments.extend(if show.seconds == 0 { ["-frames:v", "1"] } else { ["-vf", &still] });
    // With its scheme, so that no file name can be taken for an address or an option.
    let out = format!("file:{}", show.out.display());
    arguments.push(&out);
    let _seat = seat(1).await;
    let mut child = Command::new("ffmpeg")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_installed)?;
    let (Some(mut into), Some(mut words)) = (child.stdin.take(), child.stderr.take()) else {
        return Err(io::Error::other("no pipes").into());
    };
    let mut said = Vec::new();
    let work = async {
        // Who does not read to the end says why.
        let fed = async {
            let _ = into.write_all(show.luma).await;
            drop(into);
        };
        let heard = words.read_to_end(&mut said);
        let ((), heard) = tokio::join!(fed, heard);
        heard?;
        child.wait().await
    };
    let status = tokio::time::timeout(longest, work).await.map_err(io::Error::other)??;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    Ok(if status.success() { String::new() } else { format!("ffmpeg: {said}") })
}
